#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# --isa: levels of instructions; which one a run, what goes on with it and what repeats it use.
. "$srcdir/tests/tap.sh"
ICTUS_CACHE=$tmp/cache; export ICTUS_CACHE
unset ICTUS_ISA || :

ictus solve lif --isa x86-64-v2 --t-stop 1 --no-output >/dev/null 2>&1 || skip_all "this is no x86-64 processor"
levels=
for l in x86-64-v2 x86-64-v3 x86-64-v4; do
  ! ictus solve lif --isa $l --t-stop 1 --no-output >/dev/null 2>&1 || levels="$levels $l"
done
best=${levels##* }

cat >leak.ode <<'XEOF'
par tau=8   # [ms] time constant
V' = (12 + 4*tanh(V/20) - V)/tau + 0.5*exp(-V/30) # [mV] potential
init V=1
port in: V += w # [mV] input
spike V >= 15
reset V = 0
XEOF
cat >net.yaml <<'XEOF'
ictus: 1
name: levels
seed: 3
run: {t_stop: 200 ms, resolution: 0.1 ms, restart_mark: 50 ms}
populations:
  A: {model: leak.ode, size: 11, solver: rk4}
projections:
  loop: {source: A, target: A, port: in, rule: fixed_indegree, indegree: 3, weight: 0.3, delay: 1.5 ms}
record:
  spikes: {type: spikes, population: A}
  v: {type: trace, population: A, variables: V, interval: 1 ms}
XEOF
isa_of () { h5dump -a "/provenance/isa" "$1" | sed -n 's/^ *(0): "\(.*\)".*/\1/p'; }
made_at () { test "`isa_of "$1"`" = "$2" || { isa_of "$1"; return 1; }; }
same () { h5diff --exclude-path /provenance "$1" "$2"; }

ok "a level that does not exist is wrong usage" status 64 ictus run net.yaml --isa v7
ok "what there is is said" says 'there is no level of instructions "v7"; there are x86-64-v2, x86-64-v3, x86-64-v4'
ok "so it is in the environment" status 64 env ICTUS_ISA=fast "$ICTUS_BIN" run net.yaml
ok "which is named" says 'ICTUS_ISA: there is no level of instructions "fast"'

for l in $levels; do
  short=${l##*-}
  ok "$short: a run with a model of one's own" status 0 ictus run net.yaml --isa $short -o $short
  ok "$short: the level is in the result" made_at $short/results.h5 $l
  ok "$short: three ranks" status 0 on 3 "$ICTUS_BIN" run net.yaml --isa $l -o $short-3
  ok "$short: give the same bits" same $short/results.h5 $short-3/results.h5
  ok "$short: rerun takes the level of the results" status 0 ictus rerun $short/results.h5 -o $short-again --compare
  ok "$short: and says so in its own" made_at $short-again/results.h5 $l
done
ok "each level has its own compiled model" test `ls cache | wc -l` -eq `echo $levels | wc -w`
ok "without --isa it is the highest" status 0 ictus run net.yaml -o plain
ok "which is in the result" made_at plain/results.h5 $best
ok "ICTUS_ISA sets another default" status 0 env ICTUS_ISA=v2 "$ICTUS_BIN" run net.yaml -o env
ok "which is used" made_at env/results.h5 x86-64-v2
ok "--isa comes before it" status 0 env ICTUS_ISA=v2 "$ICTUS_BIN" run net.yaml -o both --isa $best
ok "as the result shows" made_at both/results.h5 $best

# a run that was stopped goes on with its own level
stop_it () { # stop_it DIR LEVEL: a run that is told to end
  rm -rf "$1"
  "$ICTUS_BIN" run net.yaml -o "$1" --isa "$2" --set run.t_stop=2000000 --set checkpoint.interval=50 >"$1.log" 2>&1 &
  pid=$!
  n=0
  while test $n -lt 100 && ! ls "$1"/checkpoint-*.h5 >/dev/null 2>&1; do sleep 0.1; n=`expr $n + 1`; done
  kill -USR1 $pid; wait $pid
}
stop_it stopped v2
ok "a run is stopped" test $? -eq 75
if test $best != x86-64-v2; then
  cp -r stopped other
  ok "another level is refused" status 65 ictus resume other --isa $best
  ok "with both levels" says "made at instruction-set level x86-64-v2, this is $best"
fi
timeout -s USR1 3 "$ICTUS_BIN" resume stopped >resume.log 2>&1
ok "it goes on with the level it had" grep -q -e 'going on at' resume.log
ok "and says so where that is not the default" sh -c "test $best = x86-64-v2 || grep -q 'going on with x86-64-v2, as the run was begun' resume.log"

# so does a sweep
cat >swept.yaml <<'XEOF'
ictus: 1
name: swept
run: {t_stop: 20 ms, resolution: 0.1 ms}
populations:
  A: {model: leak.ode, size: 5, solver: rk4}
sweep:
  axes:
    tau: {set: populations.A.params.tau, values: [6, 7, 8]}
XEOF
ok "a sweep at a level" status 0 ictus sweep swept.yaml -o swept --isa v2
ok "goes on at it" status 0 ictus sweep swept.yaml -o swept
if test $best != x86-64-v2; then
  ok "and says so where that is not the default" says "going on with x86-64-v2, as the sweep was begun"
  ok "another level is refused" status 65 ictus sweep swept.yaml -o swept --isa $best
  ok "with both levels" says "was computed with x86-64-v2, this would go on with $best"
  ok "--overwrite starts anew" status 0 ictus sweep swept.yaml -o swept --isa $best --overwrite
fi

# files of versions that had no levels
if test -n "$ICTUS_PYTHON" && "$ICTUS_PYTHON" -c 'import h5py' 2>/dev/null; then
  old () { "$ICTUS_PYTHON" -c 'import h5py,sys
f = h5py.File(sys.argv[1], "r+"); f["provenance"].attrs["isa"] = sys.argv[2]' "$1" "$2"; }
  cp v2/results.h5 old.h5; old old.h5 x86-64
  ok "rerun of an older result works" status 0 ictus rerun old.h5 -o old-again
  ok "with a word" says "made at instruction-set level x86-64, this is $best: last digits may differ"
fi

ok "compile compiles for any level" status 0 ictus compile leak.ode --isa v4
ok "or says that it is there" says "leak.ode: $ICTUS_CACHE/leak-"
ok "not for one that does not exist" status 64 ictus compile leak.ode --isa x86
ok "--emit-lanes prints the second file" status 0 ictus compile --emit-lanes leak.ode
ok "with its table" says "const ictus_lanes ictus_lanes_table"
ok "submit passes the level on" status 0 ictus submit net.yaml --time 10 --dry-run --isa v3
ok "to the job" says "--isa x86-64-v3"
ok "and refuses what is none" status 64 ictus submit net.yaml --time 10 --dry-run --isa avx
ok "plan takes it" status 0 ictus plan net.yaml --isa v2 --no-calibration
finish
