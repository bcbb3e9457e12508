#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# What is lost when writing fails or a run is killed: nothing that was flushed, and never a hang.
. "$srcdir/tests/tap.sh"
command -v h5ls >h5ls.log 2>&1 || skip_all "h5ls is not installed"

cat >net.yaml <<'EOT'
ictus: 1
name: faulty
run: {t_stop: 100 ms, restart_mark: 50 ms}
populations:
  E: {size: 20, model: iaf_psc_exp, params: {I_e: {distribution: linear, from: 400 pA, to: 600 pA}}, solver: exact}
record:
  s: {type: spikes, population: E}
  v: {type: trace, population: E, variables: V_m, interval: 1 ms}
  m: {type: mean, population: E, variables: V_m, interval: 1 ms}
output: {flush: 10 ms}
EOT
faulty () { ICTUS_FAULT=$1; export ICTUS_FAULT; shift; "$@"; faulty_rc=$?; unset ICTUS_FAULT; return $faulty_rc; }
once () { test "`grep -c -F -e "$1" "$tmp/stderr"`" = 1 || { echo "not said exactly once: $1"; return 1; }; }
# has N FILE: a readable file with at least N samples, and as many in each recorder
has () {
  has_rows=`h5ls "$2/traces/v/V_m/data" | sed -n 's/.*{\([0-9]*\).*/\1/p'`
  has_mean=`h5ls "$2/means/m/V_m" | sed -n 's/.*{\([0-9]*\).*/\1/p'`
  echo "rows $has_rows, means $has_mean"
  test "$has_rows" -ge "$1" && test "$has_mean" -ge "$1"
}
# the first ROWS rows of both files are equal
begins_like () { h5dump -d "/traces/v/V_m/data[0,0;1,1;$3,20;1,1]" -o a.txt "$1" && h5dump -d "/traces/v/V_m/data[0,0;1,1;$3,20;1,1]" -o b.txt "$2" && cmp a.txt b.txt; }
incomplete () { h5dump -a /provenance/run/state "$1" | grep -q '"incomplete"'; }
dies () { "$@" >"$tmp/stdout" 2>"$tmp/stderr" </dev/null && { echo "it did not die"; return 1; }; return 0; }

ok "a whole run" on 2 "$ICTUS_BIN" run net.yaml -o whole --quiet
ok "has all samples" has 100 whole/results.h5

for n in 1 2 3; do
  last=`expr $n - 1`
  ok "rank $last of $n is killed while it writes" dies faulty out_killed:$last:4 on $n "$ICTUS_BIN" run net.yaml -o killed$n --quiet
  ok "the file opens and holds everything up to the last flush" has 30 killed$n/results.h5
  ok "as it was written" begins_like whole/results.h5 killed$n/results.h5 30
done

# told DIR N: wait until the run in DIR has written a lot, for 20 s at most, and send SIGTERM to process N
told () {
  for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    test ! -f "$1/results.h5" || test "`wc -c <"$1/results.h5"`" -lt 200000 || break
    sleep 1
  done
  kill -TERM $2; wait $2
}
"$ICTUS_BIN" run net.yaml -o told1 --quiet --set run.t_stop=1e9 2>stderr &
told told1 $!; rc=$?
ok "a run that is told to end (SIGTERM): status 75" test $rc = 75
ok "says how far it came" once "stopped on request at "
ok "its file says that it is not whole" incomplete told1/results.h5
ok "and begins as ever" begins_like whole/results.h5 told1/results.h5 10
"$ICTUS_MPIRUN" -n 3 "$ICTUS_BIN" run net.yaml -o told3 --quiet --set run.t_stop=1e9 >mpirun.log 2>&1 &
told told3 $!
ok "mpirun is told to end: the ranks write what they have" incomplete told3/results.h5

ok "the disk is full on 3 ranks: status 74" status 74 faulty h5_room:0:40 on 3 "$ICTUS_BIN" run net.yaml -o full --quiet
ok "said once" once "ictus: "
ok "in plain words" says "no room on the file system"
ok "the file opens and says that it is not whole" incomplete full/results.h5
ok "it is full when data are flushed: status 74, no rank waits" status 74 faulty h5_flush:0:5 on 3 "$ICTUS_BIN" run net.yaml -o flush --quiet
ok "what was flushed before is there" has 20 flush/results.h5
for r in 0 1 2; do
  ok "rank $r cannot write: status 74 on all, no rank waits" status 74 faulty h5_write:$r:9 on 3 "$ICTUS_BIN" run net.yaml -o bad$r --quiet
  ok "said once, with the rank" once "ictus: rank $r: bad$r/results.h5: cannot write"
  ok "what was flushed before is there" has 10 bad$r/results.h5
done
ok "alone: status 74" status 74 faulty h5_write:0:9 on 1 "$ICTUS_BIN" run net.yaml -o bad --quiet
ok "and the file opens" has 10 bad/results.h5

echo hello >folder
ok "a folder that cannot be made: status 74" status 74 on 2 "$ICTUS_BIN" run net.yaml -o folder/x --quiet
ok "an existing result is refused: status 65" status 65 on 2 "$ICTUS_BIN" run net.yaml -o whole --quiet
ok "with the way out" says "whole/results.h5 exists already; --overwrite replaces it"
ok "and kept" has 100 whole/results.h5
ok "unless told otherwise" on 2 "$ICTUS_BIN" run net.yaml -o whole --quiet --overwrite --set run.t_stop=60
ok "then it is the new one" has 60 whole/results.h5
finish
