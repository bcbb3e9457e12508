# shellcheck shell=sh disable=SC2034
# SPDX-License-Identifier: BSD-3-Clause
# Helpers of the tests with SLURM, on top of those of tests/tap.sh:  . "$srcdir/tests/slurm/slurm.sh"
#   cluster              start a cluster of this test's own (2 nodes of 4 CPUs), ended with the test, however that ends;
#                        skips the test where there can be none, or fails it when ICTUS_NEED_SLURM=1
#   submit ARGS...       sbatch; the id is $job, output in $tmp/JOB-TASK.out
#   within SECONDS COMMAND...   tries again until it succeeds
#   ends ID SECONDS      waits for a job (all of its tasks) to end well; otherwise shows what it wrote
#   state ID             PENDING, RUNNING, COMPLETED, ... of each task
#   starts ID            how often it was started
#   checkpoint DIR       there is one
#   same A B             two results: everything outside /provenance, bit for bit
# shellcheck source=../tap.sh
. "${srcdir:?}/tests/tap.sh"
PATH=$PATH:/usr/sbin:/sbin
slurmbox=$srcdir/tests/slurm/slurmbox
jobs=$srcdir/jobs
data=$srcdir/tests/data
ICTUS=${ICTUS_BIN:?}
export ICTUS
# what a user who has nothing of his own gets
unset ICTUS_SITE XDG_CONFIG_HOME
HOME=$tmp
export HOME
# jobs/site.sh would have mpirun wait 10 s
OMPI_MCA_odls_base_sigkill_timeout=1
export OMPI_MCA_odls_base_sigkill_timeout

cannot () {
  test "${ICTUS_NEED_SLURM-0}" = 1 || skip_all "$1"
  echo "1..1"
  echo "not ok 1 - a cluster can be started: $1"
  exit 1
}

cluster () {
  for tap_c in sbatch slurmctld slurmd munged unshare; do
    command -v $tap_c >/dev/null 2>&1 || cannot "there is no $tap_c (Debian: slurm-wlm slurm-wlm-basic-plugins munge)"
  done
  test "$(id -u)" = 0 || cannot "virtual nodes need name spaces, and these need root"
  unshare --uts --ipc --mount --pid --fork --mount-proc true 2>"$tmp/unshare.log" || cannot "$(tail -n 1 "$tmp/unshare.log")"
  box=${builddir:?}/tests/slurm/$(basename "$0" .sh).box
  # names of sockets have little room
  test ${#box} -le 64 || box=$(mktemp -d /tmp/slurmbox.XXXXXX)
  "$slurmbox" "$box" stop >/dev/null 2>&1 || : # of an earlier test that was killed
  rm -rf "$box"
  tap_watch=
  trap 'test -z "$tap_watch" || kill "$tap_watch"; "$slurmbox" "$box" stop
    cd /; rm -rf "$tmp"; case $box in /tmp/slurmbox.*) rm -rf "$box" ;; esac' EXIT
  limit "$slurmbox" "$box" start 2 4 || { echo "Bail out! the cluster does not start"; exit 1; }
  # should this test be killed
  echo $$ >"$box/owner"
  { while kill -0 $$; do sleep 2; done; test "$(cat "$box/owner")" != $$ || "$slurmbox" "$box" stop; } >/dev/null 2>&1 </dev/null &
  tap_watch=$!
  SLURM_CONF=$box/slurm.conf
  export SLURM_CONF
}

# Jobs choose their transport by themselves: two nodes do not share memory. sbatch hands the environment on.
submit () {
  job=$(env -u OMPI_MCA_btl sbatch --parsable --output="$tmp/%A-%a.out" "$@") || return 1
  job=${job%%;*}
}

within () {
  tap_limit=$1; shift
  tap_end=$(($(date +%s) + tap_limit))
  until "$@" >"$tmp/within.log" 2>&1; do
    test "$(date +%s)" -lt $tap_end || { echo "not within $tap_limit s: $*"; cat "$tmp/within.log"; return 1; }
    sleep 0.2
  done
}

state () { squeue -h -t all -j "$1" -o %T; }
is () { state "$1" | grep -q -x "$2"; }
show_job () {
  scontrol show job "$1" || :
  for tap_f in "$tmp/${1%%_*}"-*.out; do test ! -f "$tap_f" || { echo "== $tap_f"; tail -n 40 "$tap_f"; }; done
}
over () { test -n "$(state "$1")" && ! state "$1" | grep -q -E 'PENDING|RUNNING|COMPLETING|CONFIGURING|REQUEUED|SUSPENDED'; }
ends () {
  within "$2" over "$1" || { show_job "$1"; return 1; }
  test "$(state "$1" | sort -u)" = COMPLETED || { show_job "$1"; return 1; }
}
starts () { scontrol show job "$1" | sed -n 's/.* Restarts=\([0-9]*\).*/\1/p' | head -n 1; }
started_again () { test "$(starts "$1")" -ge 1; }

checkpoint () { for tap_f in "$1"/checkpoint-*.h5; do test -s "$tap_f" && return 0; done; return 1; }
same () { h5diff --exclude-path /provenance "$1" "$2"; }
