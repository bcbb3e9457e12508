#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The two afternoons of jobs: every command of their run.sh works and says what the text beside it promises. Short, without pictures.
. "$srcdir/tests/tap.sh"
SHORT=1 NP=1
export SHORT NP
course () { limit sh "$srcdir/jobs/$1/run.sh" -o b "$2"; }
# the folders that a course has to leave, each with its file
left () { # FILE FOLDER...
  file=$1; shift
  for d; do test -s "$d/$file" || { echo "no $d/$file"; return 1; }; done
}

for part in saddle-node pitchfork hopf hodgkin-huxley morris-lecar wilson-cowan jansen-rit epileptor rossler network; do
  ok "bifurcations: $part" status 0 course bifurcations "$part"
  case $part in
    saddle-node) ok "... a fold" says "LP1" ;;
    hopf) ok "... subcritical too" says "Hopf, subcritical" ;;
    hodgkin-huxley) ok "... folds of cycles" says "LPC3" ;;
    morris-lecar) ok "... to an invariant circle" says "saddle-node on an invariant circle"; ok "... to a homoclinic orbit" says "homoclinic" ;;
    wilson-cowan) ok "... a cusp" says "CP1" ;;
    rossler) ok "... period doublings" says "PD1"; ok "... seen from what is stable" says "period 8"; ok "... chaos" says "motion     chaos" ;;
  esac
done
cd b || exit 99
ok "every diagram is there" left bifurcation.h5 saddle-node pitchfork imperfect cusp supercritical subcritical hodgkin-huxley snic homoclinic \
  wilson-cowan wilson-cowan-2 jansen-rit epileptor rossler
cd ..
ok "an unknown part is refused" status 64 course bifurcations hopff
ok "... with those that there are" says "morris-lecar"

all () { limit sh "$srcdir/jobs/phase-portraits/run.sh" p; }
ok "phase portraits: all" status 0 all
ok "... a neuron on its circle" says "saddle"
cd p || exit 99
ok "every portrait is there" left phase.h5 1-rest 1-beyond 1-pitchfork 1-broken 2-excitable 2-rhythm 3-bistable 4-snic-before 4-snic-after \
  4-homoclinic 5-wilson-cowan 5-two-rates 6-hodgkin-huxley 7-izhikevich 8-lorenz
cd ..
finish
