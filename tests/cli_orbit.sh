#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# ictus lyapunov --orbit, --section, --zero-one: what is found, the same on any number of ranks, stopped, refused.
. "$srcdir/tests/tap.sh"
quick="--quiet --no-picture"

# ---- orbit diagrams
ok "help is there" status 0 ictus lyapunov --help
ok "with an example" says "--orbit I=2.5:3.5:400"
ok "the logistic map" status 0 ictus lyapunov logistic_map --orbit r=2.9:3.6:701 $quick -o log
ok "its points are iterates" says "iterates of x at 701 values of r"
ok "period 1 ends at 3" says ".. 2.999           period 1"
ok "period 2 ends at 3.4495" says ".. 3.449           period 2"
ok "period 4 ends at 3.5441" says ".. 3.544           period 4"
ok "the file is there" test -s log/orbit.h5
ok "an existing one is refused" status 65 ictus lyapunov logistic_map --orbit r=2.9:3.6:701 $quick -o log
ok "it is drawn" status 0 ictus plot log/orbit.h5 -o log.svg
ok "with the name of the parameter" grep -q '>r<' log.svg
for n in 1 2 3; do
  ok "JSON on $n ranks" status 0 on $n "$ICTUS_BIN" lyapunov rossler --orbit c=2.4:6:23 --continued $quick --json -o r$n
  cp stdout "ranks-$n"
done
ok "2 ranks say what 1 says" cmp ranks-1 ranks-2
ok "3 ranks say what 1 says" cmp ranks-1 ranks-3
if command -v h5dump >/dev/null; then
  bits () {
    for set in up/value up/first up/period down/value down/first down/period parameter; do
      h5dump -b LE -o "$1.bits" -d "/$set" "$1/orbit.h5" >/dev/null 2>&1 && cat "$1.bits" || echo "no $set"
    done >"$1.all"
    test -s "$1.all"
  }
  ok "bits of 1 rank" bits r1
  for n in 2 3; do
    ok "bits of $n ranks" bits r$n
    ok "are those of 1" cmp r1.all r$n.all
  done
fi
test -z "${ICTUS_PYTHON-}" || ok "Roessler: period 1, then 2, chaos at the end" "$ICTUS_PYTHON" -c "
import json
way = json.load(open('ranks-1'))['ways']
assert len(way) == 2
for w in way:
    assert w[0]['period'] == 1 and w[1]['period'] == 2, w[:2]
assert any(s['motion'] == 'irregular' for s in way[0])
"
ok "times between spikes of a neuron with a reset" status 0 ictus lyapunov lif --orbit R=5:20:4 $quick --no-output
ok "are what is shown" says "times between spikes"
ok "maxima of it" status 65 ictus lyapunov lif --orbit R=5:20:4 --watch V $quick --no-output
ok "are refused with the way out" says "times between spikes"
ok "a section in place of maxima" status 0 ictus lyapunov hindmarsh_rose --orbit I=3.45:3.6:4 --section x=0 --intervals $quick --no-output
ok "is said" says "times between upward passages of x"
ok "with the period" says "period 1"
ok "to infinity" status 0 ictus lyapunov henon_map --orbit a=1.2:3:2 $quick --no-output
ok "is said, too" says "failed: the trajectory runs to infinity"
ok "two options that say different things" status 64 ictus lyapunov lorenz --orbit rho=0:30:10 --zero-one x
ok "no number of values" status 64 ictus lyapunov lorenz --orbit rho=0:30
ok "a parameter that is none" status 65 ictus lyapunov lorenz --orbit roh=0:30:10 $quick --no-output
ok "is answered with the nearest" says 'did you mean "rho"?'
ok "a state that is none" status 65 ictus lyapunov hodgkin_huxley --orbit I=0:30:10 --watch VV $quick --no-output
ok "is answered with the nearest" says 'did you mean "V"?'
ok "an option without its command" status 64 ictus lyapunov lorenz --watch x
ok "says where it belongs" says "belongs to --orbit"
ok "a model with noise" status 65 ictus lyapunov fitzhugh_noise --orbit I=0:1:5 $quick --no-output

# told to end: what was done is written
"$ICTUS_BIN" lyapunov lorenz --orbit rho=0:200:20000 $quick -o stopped >stopped.out 2>&1 &
pid=$!
sleep 2
kill -TERM $pid 2>/dev/null
wait $pid
got=$?
ok "told to end: status 75" test $got = 75
ok "says how much was done" grep -q "values done; they are written" stopped.out
ok "and it is there" test -s stopped/orbit.h5

# ---- sections
ok "a section of Lorenz's model" status 0 ictus lyapunov lorenz --section z=27 --points 300 $quick -o s
ok "has its points" says "300 points where z passes 27 upwards"
ok "it is drawn" status 0 ictus plot s/section.h5 -o s.svg
ok "with the return map" grep -q 'first return' s.svg
ok "each period of a drive" status 0 ictus lyapunov lorenz --section t=0.5 --points 100 $quick --no-output
ok "is a section in time" says "100 points, each 0.5"
ok "a cycle" status 0 ictus lyapunov rossler --par c=2.5 --section y=0 $quick --no-output --json
test -z "${ICTUS_PYTHON-}" || ok "comes back after its period" "$ICTUS_PYTHON" -c "
import json
d = json.load(open('stdout'))
assert d['period'] == 1 and abs(d['return_time'] - 5.74899119) < 1e-6 and d['points'] > 100, d
"
ok "a value that is never passed" status 65 ictus lyapunov lorenz --section z=99 $quick --no-output
ok "is answered with the range" says "it goes from"
ok "a section of a map" status 65 ictus lyapunov logistic_map --section x=0.5 $quick --no-output
ok "a section without a value" status 64 ictus lyapunov lorenz --section z $quick --no-output
ok "of something that is not there" status 65 ictus lyapunov lorenz --section q=1 $quick --no-output

# ---- the 0-1 test
ok "order" status 0 ictus lyapunov logistic_map --par r=3.55 --zero-one $quick -o z
ok "is found" says "regular"
ok "it is drawn" status 0 ictus plot z/zero_one.h5 -o z.svg
ok "chaos" status 0 ictus lyapunov logistic_map --par r=3.97 --zero-one x $quick --no-output --json
test -z "${ICTUS_PYTHON-}" || ok "is found" "$ICTUS_PYTHON" -c "
import json
d = json.load(open('stdout'))
assert d['K'] > 0.99 and d['verdict'] == 'chaos' and d['n'] == 5000, d
"
ok "of a flow, the state before the model" status 0 ictus lyapunov --zero-one z lorenz $quick --no-output --points 2000
ok "its maxima" says "2000 maxima of z"
ok "are chaotic" says "motion     chaos"
ok "of values at equal times" status 0 ictus lyapunov rossler --par c=2.5 --zero-one --sample auto --points 1500 $quick --no-output
ok "of a cycle: regular" says "motion     regular"
ok "what rests" status 0 ictus lyapunov lorenz --par rho=10 --zero-one $quick --no-output
ok "is at rest" says "motion     rest"
ok "too few" status 64 ictus lyapunov lorenz --zero-one --points 50 $quick --no-output
finish
