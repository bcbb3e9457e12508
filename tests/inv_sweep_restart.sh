#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# A sweep that is told to end stops at restart marks, with checkpoints of what is under way, and goes on from them on any
# number of ranks, with the same bits.
. "$srcdir/tests/tap.sh"
test -d /proc/self || skip_all "no /proc here to find the ranks of a job"
long=$srcdir/tests/data/sweep-long.yaml
same () { h5diff --exclude-path /provenance "$1/sweep.h5" "$2/sweep.h5"; }
children () { awk -v p="$1" '$4 == p { print $1 }' /proc/[0-9]*/stat 2>/dev/null; }
any_checkpoint () { for c in "$1"/points/*/checkpoint-*.h5; do test -f "$c" && return; done; false; }
no_points () { test ! -d "$1/points"; }
new_checkpoint () { find "$1/points" -name 'checkpoint-*.h5' -newer began 2>/dev/null | grep . >found; }
# begin N DIR OPTIONS...: start it in the background as $pid, wait until it has written a checkpoint, for 30 s at most
begin () {
  begin_n=$1; begin_dir=$2; shift 2
  touch began
  "$ICTUS_MPIRUN" -n $begin_n "$ICTUS_BIN" sweep "$long" -o "$begin_dir" "$@" >"$tmp/stdout" 2>"$tmp/stderr" &
  pid=$!
  for i in `seq 150`; do new_checkpoint "$begin_dir" && break; sleep 0.2; done
}
end_with () { wait $pid; end_rc=$?; test $end_rc = $1 || { echo "status $end_rc, expected $1"; return 1; }; }

ok "an unbroken sweep" status 0 on 2 "$ICTUS_BIN" sweep "$long" -o whole --quiet
ok "leaves no checkpoints" no_points whole

begin 2 job
kill -USR1 $pid # mpirun passes it on to all ranks
ok "told to end, all ranks: status 75" end_with 75
ok "says how to go on" says "the same command goes on"
ok "leaves checkpoints" any_checkpoint job
ok "and a file of what is done" h5ls job/sweep.h5/status
begin 3 job
kill -USR1 `children $pid | tail -n 1` # one rank, that does not deal
ok "one rank told to end: status 75" end_with 75
ok "the rest" status 0 on 1 "$ICTUS_BIN" sweep "$long" -o job
ok "all checkpoints are gone" no_points job
ok "and the result is the same bits" same whole job

begin 3 team --set sweep.ranks_per_point=3
kill -USR1 `children $pid | sed -n 2p`
ok "one rank of a team told to end: status 75" end_with 75
begin 1 team
kill -USR1 $pid
ok "told to end on 1 rank: status 75" end_with 75
ok "the rest" status 0 on 2 "$ICTUS_BIN" sweep "$long" -o team --quiet
ok "the result is the same bits" same whole team

# a checkpoint that cannot be used
begin 2 bad
kill -USR1 $pid
wait $pid
for c in bad/points/*/checkpoint-*.h5; do echo rubbish >"$c"; done
ok "goes on over spoilt checkpoints" status 0 on 2 "$ICTUS_BIN" sweep "$long" -o bad
ok "saying so" says "begins anew"
ok "with the same bits" same whole bad

# defaults that follow from what is swept are each point's own, also where only the folder is left
cat >steps.yaml <<'END'
ictus: 1
run: {t_stop: 200 ms}
populations: {E: {size: 5, model: izhikevich, solver: rk4}}
stimuli: {noise: {type: poisson_generator, target: E, rate: 800 Hz, weight: 5}}
record: {v: {type: trace, population: E, variables: [V_m]}}
sweep: {axes: {h: {set: run.resolution, values: [0.5 ms, 0.25 ms, 0.1 ms, 0.05 ms]}}}
END
ok "a sweep of the resolution" status 0 ictus sweep steps.yaml -o steps --quiet
cp -r steps anew
head -n 1 steps/sweep.journal >anew/sweep.journal
ok "is made again from its folder" status 0 ictus resume anew --quiet
ok "with the same bits" same steps anew
finish
