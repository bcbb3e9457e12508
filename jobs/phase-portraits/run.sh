#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# run.sh [DIR] -- every portrait of README.md, each into a folder of its own below DIR (out/phase-portraits).
# NP: ranks for the basins (2). GRID: their starts along an axis (60). ICTUS_BIN names the program (default: ictus). SHORT=1: without pictures, with
# coarse basins and what takes seconds only.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1-out/phase-portraits}
ictus=${ICTUS_BIN:-ictus}
grid=${GRID-60}
if test -n "${SHORT-}"; then grid=${GRID-8}; fi
phase () { # NAME MODEL OPTIONS...
  name=$1; shift
  echo "== $name: ictus phase $*"
  "$ictus" phase "$@" -o "$out/$name" --overwrite --quiet ${SHORT:+--no-picture}
}
basins () {
  name=$1; shift
  echo "== $name: mpirun -n ${NP-2} ictus phase $*"
  "${ICTUS_MPIRUN:-mpirun}" -n "${NP-2}" "$ictus" phase "$@" -o "$out/$name" --overwrite --quiet ${SHORT:+--no-picture}
}

# 1. one variable
phase 1-rest "$here/leak_sodium.ode" --range V=-80:60
phase 1-beyond "$here/leak_sodium.ode" --range V=-80:60 --par I=20
phase 1-pitchfork "$here/pitchfork.ode" --range x=-2:2
phase 1-broken "$here/pitchfork.ode" --range x=-2:2 --par h=0.1
# 2. two variables: excitable, then a rhythm
phase 2-excitable fitzhugh_nagumo --par I=0 --range v=-2.5:2.5 --range w=-1:2
phase 2-rhythm fitzhugh_nagumo --par I=0.5 --range v=-2.5:2.5 --range w=-1:2
# 3. a Hopf point with two answers around it
basins 3-bistable morris_lecar --par I=90 --range V=-75:45 --range w=-0.1:0.6 --basins "$grid"
# 4. a saddle-node on an invariant circle, and a homoclinic orbit
phase 4-snic-before morris_lecar --use-set snic --par I=35 --range V=-75:45 --range w=-0.1:0.6
phase 4-snic-after morris_lecar --use-set snic --par I=42 --range V=-75:45 --range w=-0.1:0.6
basins 4-homoclinic morris_lecar --use-set homoclinic --par I=36 --range V=-75:45 --range w=-0.1:0.6 --basins "$grid"
# 5. populations
basins 5-wilson-cowan wilson_cowan --par P=1.08 --range E=-0.05:0.5 --range I=-0.05:0.4 --basins "$grid"
basins 5-two-rates qif_mean_field --par J=15 --par eta=-5 --range r=0:2.5 --range v=-3:2 --basins "$grid"
# 6. four variables seen in two
phase 6-hodgkin-huxley hodgkin_huxley --x V --y n --slave m --fix h=0.4 --range V=-90:60 --range n=0:1 --par I=0
# 7. a reset
phase 7-izhikevich izhikevich --par I_e=10
# 8. three variables: no plane holds it
phase 8-lorenz lorenz --x x --y z --whole --trajectories 2 --t-stop 40
test -n "${SHORT-}" || "$ictus" lyapunov lorenz -o "$out/8-lorenz" --overwrite --quiet
