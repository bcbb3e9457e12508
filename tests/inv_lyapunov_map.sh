#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# ictus lyapunov --map: the same bits on any number of ranks, killed or stopped and gone on with; what it refuses.
. "$srcdir/tests/tap.sh"

map="lyapunov lorenz --map rho=0:60:40 --map sigma=5:15:20 --trans 10 --t-stop 40 --quiet --no-picture"
# every bit of the values and the scales; addresses within the file depend on the length of the command line that is kept there
bits () { h5dump -b LE -o bits.one -d "/$2" "$1/lyapunov.h5" >h5dump.out 2>&1 && test -s bits.one && mv bits.one "bits.$3"; }
same () {
  for set in rho sigma lyapunov_exponent lyapunov_error; do
    rm -f bits.a bits.b
    bits "$1" $set a && bits "$2" $set b && cmp bits.a bits.b || return 1
  done
}
command -v h5dump >/dev/null || skip_all "h5dump is missing"

# shellcheck disable=SC2086
{
ok "a map" status 0 ictus $map -o whole
ok "says how many are chaotic" says "positive"
ok "leaves no journal" test ! -f whole/lyapunov.journal
for n in 2 3; do
  ok "on $n ranks" status 0 on $n "$ICTUS_BIN" $map -o on$n
  ok "the same bits" same whole on$n
done
ok "results are not replaced" status 65 ictus $map -o whole
ok "another level of instructions is another map" status 0 ictus $map -o v2 --isa x86-64-v2

# killed after some blocks: the last record torn
"$ICTUS_BIN" $map -o killed >killed.out 2>&1 &
pid=$!
for k in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
  test -f killed/lyapunov.journal && test `wc -c <killed/lyapunov.journal` -gt 1000 && break
  sleep 0.1
done
kill -9 $pid 2>/dev/null
wait $pid 2>/dev/null
if test -f killed/lyapunov.journal; then printf 'torn' >>killed/lyapunov.journal; fi
rm -rf other && cp -r killed other
if test -f killed/lyapunov.h5; then ok "# SKIP it was done before it was killed" true; else
ok "killed: the same command goes on, on 2 ranks" status 0 on 2 "$ICTUS_BIN" $map -o killed
ok "the same bits" same whole killed
ok "a journal of another map is refused" status 65 ictus $map --par beta=2 -o other
ok "as it says" says "--overwrite"
ok "unless it is to begin anew" status 0 ictus $map -o other --overwrite
ok "the same bits" same whole other
fi

# told to end
"$ICTUS_BIN" $map -o stopped >stopped.out 2>&1 &
pid=$!
for k in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
  test -f stopped/lyapunov.journal && test `wc -c <stopped/lyapunov.journal` -gt 1000 && break
  sleep 0.1
done
kill -TERM $pid 2>/dev/null
wait $pid
got=$?
if test -f stopped/lyapunov.h5; then ok "# SKIP it was done before it was told" true; else
ok "told to end: status 75" test $got = 75
ok "the same command goes on, on 3 ranks" status 0 on 3 "$ICTUS_BIN" $map -o stopped
ok "the same bits" same whole stopped
fi

ok "an unknown parameter" status 65 ictus lyapunov lorenz --map rhoo=0:1:3 --no-output
ok "has a neighbour" says '"rho"'
ok "a range without a number" status 64 ictus lyapunov lorenz --map rho=0:1 --no-output
ok "an empty range" status 64 ictus lyapunov lorenz --map rho=1:0:3 --no-output
ok "no points" status 64 ictus lyapunov lorenz --map rho=0:1:0 --no-output
ok "three parameters" status 64 ictus lyapunov lorenz --map rho=0:1:2 --map sigma=0:1:2 --map beta=1:2:2 --no-output
ok "the same one twice" status 65 ictus lyapunov lorenz --map rho=0:1:2 --map rho=0:1:2 --no-output
ok "to infinity" status 0 ictus lyapunov henon_map --map a=1.4:3:2 --no-output --quiet
ok "is told" says "no value at 1 points"
ok "JSON" status 0 ictus lyapunov henon_map --map a=1.4:3:2 --no-output --quiet --json
test -z "${ICTUS_PYTHON-}" || ok "is JSON" "$ICTUS_PYTHON" -c "
import json
d = json.load(open('stdout'))
assert d['points'] == 2 and d['failed'] == 1 and 0.3 < d['largest'] < 0.5, d
"
}
finish
