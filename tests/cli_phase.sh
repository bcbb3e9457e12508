#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# ictus phase: fixed points, cycles and basins of known planes; the same on any number of ranks; wrong input.
. "$srcdir/tests/tap.sh"
ICTUS_CACHE=$tmp/cache; export ICTUS_CACHE

has () { grep -E -e "$1" stdout >/dev/null || { cat stdout; return 1; }; }
count () { test "`grep -c -E -e "$1" stdout`" -eq "$2" || { cat stdout; return 1; }; }
q="--no-output --quiet"

printf "x'=x\ny'=-y+x^2\ninit x=0.1,y=0.1\ndone\n" >saddle.ode
printf "x'=x-x^3\ny'=y-y^3\ninit x=0.1,y=0.2\ndone\n" >nine.ode
printf "x'=x^2-2.5e-9\ny'=-y\ninit x=-0.5,y=0.2\ndone\n" >pair.ode
printf "x'=x^2\ny'=-y\ninit x=-0.5,y=0.2\ndone\n" >double.ode

ok "a plane of nine points" status 0 ictus phase nine.ode --range x=-2:2 --range y=-2:2 --basins 40 $q
ok "all are found" count "index  1|index -1" 9
ok "the index agrees" has "^index of the boundary 1 = sum of the indices of the points found 1"
ok "four basins are equal" count "basin of point [1379] +25.000 %" 4
ok "a saddle" status 0 ictus phase saddle.ode --range x=-2:2 --range y=-2:2 $q
ok "is one" has "saddle .*1, -1"
ok "a close pair" status 0 ictus phase pair.ode --range x=-1:1 --range y=-1:1 $q
ok "is two points" count "index  1|index -1" 2
ok "a double point" status 0 ictus phase double.ode --range x=-1:1 --range y=-1:1 $q
ok "is degenerate" has "degenerate .*index  0"
ok "FitzHugh and Nagumo's cycle" status 0 ictus phase fitzhugh_nagumo $q
ok "has the known period" has "stable, period 39.4744"
ok "Morris and Lecar's bistability" status 0 ictus phase morris_lecar --use-set hopf --par I=90 $q
ok "rest" has "stable focus"
ok "a stable cycle" has "cycle [12]  stable, period 102.727165"
ok "an unstable one between" has "cycle [12]  unstable"
ok "the mean field of quadratic neurons" status 0 ictus phase qif_mean_field $q
ok "a low state" has "stable node .*0\.081134442"
ok "a high state" has "stable focus"
ok "and what separates them" has "separatrix of point"
ok "a phase line" status 0 ictus phase quadratic_if --par I=-4 $q
ok "has two points" count "stable node" 2
ok "a larger model with slaved states" status 0 ictus phase hodgkin_huxley --x V --y n --slave m --fix h=0.4 $q
ok "says so" has "slaved: m"
ok "JSON" status 0 ictus phase fitzhugh_nagumo --json $q
ok "is whole" has '"index_box": 1, "index_sum": 1'
ok "the file and the picture" status 0 ictus phase nine.ode --range x=-2:2 --range y=-2:2 --basins 20 -o a --no-picture
ok "are there" test -s a/phase.h5
ok "an existing one is refused" status 65 ictus phase nine.ode -o a
if command -v "${GNUPLOT-gnuplot}" >/dev/null 2>&1; then
  ok "it can be drawn again" status 0 ictus plot a/phase.h5 -o a/p.svg
fi
ranks () {
  for n in 1 2 3; do
    on $n "$ICTUS_BIN" phase wilson_cowan --par P=1.075 --basins 30 --json $q >r$n || return 1
  done
  cmp r1 r2 && cmp r1 r3
}
ok "the same on 1, 2 and 3 ranks" ranks
ok "an unknown axis" status 65 ictus phase fitzhugh_nagumo --x vv --y w $q
ok "is answered" says "vv"
ok "an empty box" status 65 ictus phase fitzhugh_nagumo --range v=2:1 $q
ok "is answered, too" says "empty"
ok "a map is refused" status 65 ictus phase henon_map $q
ok "delays are" status 65 ictus phase mackey_glass $q
finish
