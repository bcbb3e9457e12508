#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# ictus transitions: transitions.h5 is the same, byte for byte, on any number of ranks; what is done when told to end is kept.
. "$srcdir/tests/tap.sh"

# one folder each, the same command line, which is kept in the file
ramp () {
  mkdir -p "on$1" && (cd "on$1" && on "$1" "$ICTUS_BIN" transitions wilson_cowan --par P=0:2 --duration 4000 --repeats 17 --surrogates 10 \
    --quiet --no-picture -o r)
}
for n in 1 2 3; do
  ok "ramps with a diagram on $n ranks" status 0 ramp $n
done
ok "the file of 2 ranks is that of 1" cmp on1/r/transitions.h5 on2/r/transitions.h5
ok "that of 3, too" cmp on1/r/transitions.h5 on3/r/transitions.h5

"$ICTUS_BIN" transitions qif_mean_field --par eta=-8:-2 --duration 3000 --repeats 1000 --surrogates 5 -o stopped >stopped.out 2>stopped.err &
pid=$!
for k in `seq 300`; do
  grep '^ramps:' stopped.err >/dev/null 2>&1 && break
  sleep 0.1
done
kill -TERM $pid 2>/dev/null
wait $pid
got=$?
ok "told to end: status 75" test $got = 75
ok "what was done is told" grep -q "rest is stable" stopped.out
ok "and written" test -s stopped/transitions.h5
ok "and can be drawn" status 0 ictus plot stopped/transitions.h5 -o stopped.svg
finish
