#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Result files that go on: killed while they are put back, garbled by a kill, and what readers are told meanwhile.
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/restart.sh"

cat >net.yaml <<'EOY'
ictus: 1
name: goes-on
run: {t_stop: 200 ms, restart_mark: 20 ms}
populations:
  E: {size: 60, model: iaf_psc_exp, params: {I_e: {distribution: linear, from: 400 pA, to: 700 pA}}, solver: exact}
record:
  s: {type: spikes, population: E}
  v: {type: trace, population: E, variables: [V_m, I_syn_ex], interval: 0.1 ms}
  r: {type: rate, population: E, interval: 7 ms}
  m: {type: mean, population: E, variables: V_m, interval: 1 ms}
output: {flush: 30 ms}
checkpoint: {interval: 40 ms}
EOY
dies () { "$@" >"$tmp/stdout" 2>"$tmp/stderr" </dev/null && { echo "it did not die"; return 1; }; return 0; }
state () { h5dump -a /ictus_state "$1/results.h5" | grep -F -q "\"$2\""; }
silent () { ! says "not finished"; }
# restarts DIR TEXT: model time and ranks of each
restarts () {
  restarts_got=`for n in 0001 0002 0003; do h5dump -a "/provenance/run/restarts/$n/t_ms" -a "/provenance/run/restarts/$n/ranks" "$1/results.h5" 2>/dev/null |
    sed -n 's/^ *(0): *\([0-9]*\) *$/\1/p' | tr '\n' ' '; done`
  test "$restarts_got" = "$2 " || { echo "restarts: $restarts_got"; return 1; }
}
# garble FILE: its superblock and what follows, but not the run's id, as no kill could
garble () { dd if=/dev/urandom of="$1" bs=512 count=2 conv=notrunc 2>dd.log; }

ok "an unbroken run" status 0 on 1 "$ICTUS_BIN" run net.yaml -o whole --quiet
ok "is complete" state whole complete
for n in 1 3; do
  m=`expr 4 - $n`
  ok "$n ranks, one of them killed while results are written" dies faulty out_killed:0:7 on $n "$ICTUS_BIN" run net.yaml -o d$n --quiet
  ok "there is a checkpoint" test "`checkpoints d$n`" -ge 1
  ok "the file is garbled on top of that" garble d$n/results.h5
  for visit in 1 2; do
    ok "killed while it is put back, at place $visit" dies faulty out_restore_killed:0:$visit on $m "$ICTUS_BIN" resume d$n --quiet
  done
  ok "$m ranks, killed later once more" dies faulty out_killed:0:4 on $m "$ICTUS_BIN" resume d$n --quiet
  ok "$n ranks end it" status 0 on $n "$ICTUS_BIN" resume d$n --quiet
  ok "the same bits" same whole d$n
  ok "it is complete" state d$n complete
done
ok "the restarts are told" restarts d3 "80 1 120 3"

ok "a run that was stopped" status 75 faulty ckpt_stop:0:2 on 2 "$ICTUS_BIN" run net.yaml -o stopped --quiet
ok "is not complete" state stopped running
if "${GNUPLOT-gnuplot}" --version >gnuplot.log 2>&1; then
  ok "it can be drawn" status 0 ictus plot stopped/results.h5 -o stopped.png
  ok "with a remark" says "stopped/results.h5: the run is not finished: it holds everything up to 40 ms at least"
  ok "a whole one can be drawn" status 0 ictus plot whole/results.h5 -o whole.png
  ok "without" silent
fi
finish
