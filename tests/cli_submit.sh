#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# ictus submit: what it refuses, what it writes, what it hands to sbatch. The sbatch here only notes what it is given;
# tests/slurm has the real one.
. "$srcdir/tests/tap.sh"
data=$srcdir/tests/data
HOME=$tmp; export HOME
unset ICTUS_SITE XDG_CONFIG_HOME
mkdir bin empty
cat >bin/sbatch <<'END'
#!/bin/sh
case $1 in --version) echo "slurm 0"; exit 0 ;; esac
n=`cat "$NOTES/n" 2>/dev/null || echo 40`; n=`expr $n + 1`; echo $n >"$NOTES/n"
for a in "$@"; do echo "$a"; done >"$NOTES/args-$n"
env >"$NOTES/env-$n"
test -z "$REFUSE" || { echo "sbatch: error: invalid account" >&2; exit 1; }
echo "$n;box"
END
chmod +x bin/sbatch
NOTES=$tmp; REFUSE=; export NOTES REFUSE
submit () { PATH=$tmp/bin:$PATH ictus submit "$@"; }
nothing () { test ! -e "$1" || { ls -l "$1"; return 1; }; }
line () { grep -q -x -F -e "$2" "$1" || { echo "no line: $2"; cat "$1"; return 1; }; }
no_line () { ! grep -e "$2" "$1"; }

# ---- refusals, and nothing is written
cp "$data/net-tiny.yaml" run.yaml
sed 's/^run:/ruin:/' run.yaml >wrong.yaml
ok "a wrong experiment is refused" status 65 submit wrong.yaml --time 10 -o w
ok "with the place" says "wrong.yaml:"
ok "and nothing is written" nothing w
ok "an experiment that is not there is refused" status 74 submit none.yaml --time 10 -o w
ok "no time limit is refused" status 64 submit run.yaml -o w
ok "saying what is missing" says "--time is missing"
for t in 0 1h 1:2:3:4 1:60 1:00:99 -5 1-24 1-2:60 "" 12345678901 1:; do
  ok "the time limit '$t' is refused" status 64 submit run.yaml "--time=$t" -o w
done
for t in 1 90 90:30 36:00:00 2-0 1-12:30 1-12:30:15; do
  ok "the time limit $t is taken" status 0 submit run.yaml "--time=$t" --dry-run -o w
  ok "and stands in the script" line stdout "#SBATCH --time=$t"
done
ok "no nodes are refused" status 64 submit run.yaml --time 10 --nodes 0 -o w
ok "a partition with a space is refused" status 64 submit run.yaml --time 10 --partition "a b" -o w
ok "an array of a run is refused" status 64 submit run.yaml --time 10 --array 3 -o w
ok "saying why" says "has no section 'sweep'"
ok "mpirun is refused" status 64 on 2 env PATH="$tmp/bin:$PATH" "$ICTUS_BIN" submit run.yaml --time 10 -o w
ok "a folder that SLURM cannot write is refused" status 65 submit run.yaml --time 10 -o 'w"x'
# all programs there are, but sbatch
mkdir others
for d in /bin /usr/bin /usr/local/bin; do ln -s $d/* others 2>/dev/null || :; done
rm -f others/sbatch
without () { PATH=$tmp/others:$tmp/empty ictus submit "$@"; }
ok "without sbatch it is refused" status 69 without run.yaml --time 10 -o w
ok "in words" says "there is no SLURM to submit to"
ok "a settings file that is not there is refused" status 74 env ICTUS_SITE="$tmp/none.sh" PATH="$tmp/bin:$PATH" "$ICTUS_BIN" submit run.yaml --time 10 -o w
echo 'exit 3' >bad.sh
ok "settings that fail are refused" status 65 env ICTUS_SITE="$tmp/bad.sh" PATH="$tmp/bin:$PATH" "$ICTUS_BIN" submit run.yaml --time 10 -o w
ok "a dry run works without sbatch" status 0 without run.yaml --time 10 -o w --dry-run
ok "nothing was written by all that" nothing w

# ---- a run
SBATCH_PARTITION=other; export SBATCH_PARTITION
ok "a run is submitted" status 0 submit run.yaml --time 24:00:00 --nodes 3 --ntasks-per-node 16 --account lab -o "it's 5%/out" --set "name=don't" --seed 9
unset SBATCH_PARTITION
cp stdout shown
ok "its number is told" says "Submitted job 41: $tmp/it's 5%/out/submit.sbatch"
script="it's 5%/out/submit.sbatch"
shown () { sed '/^Submitted/d' shown | diff - "$script"; }
ok "what is shown is what is written" shown
for l in "#SBATCH --nodes=3" "#SBATCH --ntasks-per-node=16" "#SBATCH --time=24:00:00" "#SBATCH --account=lab" \
  "#SBATCH --requeue" "#SBATCH --signal=B:USR1@120" "#SBATCH --output=\"$tmp/it's 5%%/out/job-%j.out\""; do
  ok "it says: $l" line "$script" "$l"
done
ok "the site's settings are beside it" cmp "it's 5%/out/site.sh" "$srcdir/jobs/site.sh"
ok "sbatch gets the script" line args-41 "$tmp/$script"
clean () { no_line "$1" '^\(PMIX_\|OMPI_MCA_ess\|OMPI_MCA_orte\|OMPI_COMM\|SBATCH_\)'; }
ok "and none of what MPI or the user's own defaults put into the environment" clean env-41
ok "but the rest of it" line env-41 "NOTES=$tmp"
# the script is run here as the job would: its words come back as they were
cat >bin/ictus <<'END'
#!/bin/sh
for a in "$@"; do echo "$a"; done
END
chmod +x bin/ictus
run_it () {
  { echo 'launch=()'; echo 'site_start () { ICTUS=$NOTES/bin/ictus; }'; } >"it's 5%/out/site.sh"
  bash "$script" >words || return 1
  printf '%s\n' run "$tmp/run.yaml" -o "$tmp/it's 5%/out" --resume --set "name=don't" --set seed=9 | diff words -
}
if command -v bash >/dev/null 2>&1; then ok "quotation marks and spaces reach the program as they are" run_it; fi

# ---- sweeps, and the rest of the options
ok "a sweep is submitted" status 0 submit "$data/sweep.yaml" --time 10 -o s --json
ok "told as JSON" line stdout "{\"job\": 42, \"directory\": \"$tmp/s\", \"script\": \"$tmp/s/submit.sbatch\"}"
ok "a short job is warned earlier" line s/submit.sbatch "#SBATCH --signal=B:USR1@120"
ok "an array is submitted" status 0 submit "$data/sweep.yaml" --time 4 -o a --array 5 --no-requeue
ok "of so many tasks" line a/submit.sbatch "#SBATCH --array=1-5"
ok "not to be requeued" line a/submit.sbatch "#SBATCH --no-requeue"
ok "without a warning" no_line a/submit.sbatch "^#SBATCH --signal"
ok "and a merge" line args-44 "$tmp/a/merge.sbatch"
ok "that waits for it" line args-44 "--dependency=afterany:43"
ok "both are told" says "Submitted job 44, after that: $tmp/a/merge.sbatch"
ok "a job of four minutes is warned after three" status 0 submit run.yaml --time 4 --dry-run -o d
ok "in its script" line stdout "#SBATCH --signal=B:USR1@60"
printf 'site_partition=long\nsite_account=lab\nlaunch=(srun)\necho noise\n' >site.sh
mkdir -p .config/ictus; cp site.sh .config/ictus/site.sh
ok "the user's settings are used" status 0 submit run.yaml --time 4 -o u --account mine
ok "the partition is theirs" line u/submit.sbatch "#SBATCH --partition=long"
ok "an option goes before them" line u/submit.sbatch "#SBATCH --account=mine"
ok "they are copied" cmp u/site.sh site.sh
REFUSE=1
ok "a refusal of sbatch is one" status 69 submit run.yaml --time 4 -o r
ok "its words are passed on" says "invalid account"
finish
