#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# ictus transitions: table, file, picture, the same on any number of ranks, refusals.
. "$srcdir/tests/tap.sh"
quick="--duration 300 --surrogates 20"

ok "help is there" status 0 ictus transitions --help
ok "with an example" says "Example: ictus transitions"
ok "a bistable model is followed both ways" status 0 ictus transitions qif_mean_field --par eta=-8:-2 $quick -o q
ok "the fold of the way up is found" says "until eta = -3.13613409 (fold)"
ok "that of the way down" says "until eta = -5.74352716 (fold)"
ok "there is hysteresis" says "hysteresis: jump at eta"
ok "the jumps are held against the folds" says "behind LP1 (fold, eta = -3.13613409)"
ok "on both ways" says "behind LP2 (fold, eta = -5.74352716)"
ok "the file is there" test -s q/transitions.h5
ok "an existing one is refused" status 65 ictus transitions qif_mean_field --par eta=-8:-2 $quick -o q
ok "it is drawn" status 0 ictus plot q/transitions.h5 -o q.svg
for n in 1 2 3; do
  ok "JSON on $n ranks" status 0 on $n "$ICTUS_BIN" transitions qif_mean_field --par eta=-8:-2 $quick --repeats 17 --no-output --json
  cp stdout "ranks-$n"
done
ok "2 ranks give the bits of 1" cmp ranks-1 ranks-2
ok "3 ranks give the bits of 1" cmp ranks-1 ranks-3
ok "no jump is said plainly" status 0 ictus transitions qif_mean_field --par eta=-8:-7 $quick --no-output
ok "with these words" says "no jump in the range"
ok "without noise" status 0 ictus transitions qif_mean_field --par eta=-8:-2 --noise 0 --duration 300 --no-output
ok "without a diagram" status 0 ictus transitions qif_mean_field --par eta=-8:-2 --noise 0 --duration 300 --no-output --no-diagram
ok "no point is named" test -z "`grep LP1 stdout`"
cat >driven.ode <<'EOF'
par a=0
init x=-1
x'=a+x-x^3+0.1*sin(t)
done
EOF
ok "a model that depends on time" status 0 ictus transitions driven.ode --par a=-1:1 --noise 0 --duration 200 --no-output
ok "has no diagram, as is said" says "no diagram"
cat >cross.ode <<'EOF'
par r=0.5
init x=0.1
x'=r*x-x^3
done
EOF
ok "where branches cross" status 0 ictus transitions cross.ode --par r=-1:1 --noise 0 --duration 500 --no-output
ok "rest is lost, but by no fold" says "until r = 0 (real eigenvalue passes 0)"
ok "and there is rest on the whole way back" says "in the whole range"
ok "without a jump" says "the way back has no such jump"
ok "a parameter that is none" status 65 ictus transitions qif_mean_field --par etta=-8:-2 --no-output
ok "is answered with the nearest" says 'did you mean "eta"?'
ok "an empty range" status 64 ictus transitions qif_mean_field --par eta=-2:-8 --no-output
ok "a state that is none" status 65 ictus transitions qif_mean_field --par eta=-8:-2 --noise q=1 --no-output
ok "no range" status 64 ictus transitions qif_mean_field --par eta
ok "a map" status 65 ictus transitions logistic_map --par r=3:4 --no-output
ok "with the reason" says "it is a map"
ok "a neuron with a reset" status 65 ictus transitions lif --par R=5:10 --no-output
finish
