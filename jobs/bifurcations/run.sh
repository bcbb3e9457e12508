#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# run.sh [-o DIR] [NAME]... -- diagrams from one variable to chaos, each with its picture, into DIR (default: ./out): all, or those of the parts named.
# ICTUS_BIN names the program (default: ictus). SHORT=1: without pictures and what takes more than seconds.
here=`cd "\`dirname "$0"\`" && pwd` || exit 1
out=out
if test "${1-}" = -o; then out=$2; shift 2; fi
bad=0
ictus () { # ictus COMMAND MODEL FOLDER OPTION...
  command=$1 model=$2 folder=$3; shift 3
  echo "\$ ictus $command $model $*"
  "${ICTUS_BIN:-ictus}" "$command" "$model" "$@" -o "$out/$folder" --overwrite --quiet ${SHORT:+--no-picture} || { bad=1; echo "FAIL $folder: status $?" >&2; }
  echo
}
all="saddle-node pitchfork hopf hodgkin-huxley morris-lecar wilson-cowan jansen-rit epileptor rossler network"
for part in ${*:-$all}; do
  case $part in
    saddle-node) ictus continue saddle_node saddle-node --par mu=-2:2 ;;
    pitchfork)
      ictus continue "$here/pitchfork.ode" pitchfork --par mu=-1:1
      ictus continue "$here/pitchfork.ode" imperfect --par mu=-1:1 --par h=0.05
      ictus continue "$here/pitchfork.ode" cusp --par mu=-1:1 --par h=0.05 --par2 h=-0.5:0.5 ;;
    hopf)
      ictus continue hopf supercritical --par mu=-1:1
      ictus continue hopf subcritical --par mu=-1:1 --par l=1 --par q=1 ;;
    hodgkin-huxley) ictus continue hodgkin_huxley hodgkin-huxley --par I=0:200 ;;
    morris-lecar)
      ictus continue morris_lecar snic --use-set snic --par I=-20:130
      ictus continue morris_lecar homoclinic --use-set homoclinic --par I=-20:60 ;;
    wilson-cowan)
      ictus continue wilson_cowan wilson-cowan --par P=-1:4
      ictus continue wilson_cowan wilson-cowan-2 --par P=-1:4 --par2 Q=-6:4 ;;
    jansen-rit) ictus continue jansen_rit jansen-rit --par p=-50:400 ;;
    epileptor) ictus continue epileptor epileptor --par x0=-3:-1.9 ;;
    rossler)
      ictus continue rossler rossler --par c=0.3:6
      test -n "${SHORT-}" || ictus lyapunov rossler rossler-exponents
      ictus lyapunov rossler rossler-section --section y=0
      ictus lyapunov rossler rossler-orbit --orbit c=2:6:200
      ictus lyapunov rossler rossler-zero-one --zero-one ;;
    network) test -n "${SHORT-}" || ictus continue "$here/jansen_rit_network.ode" network --par p=0:200 --no-cycles ;;
    *) echo "run.sh: no part \"$part\"; there are: $all" >&2; exit 64 ;;
  esac
done
exit $bad
