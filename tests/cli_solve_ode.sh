#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# ictus solve on files of XPPAUT's: what xppaut FILE -silent does, in text and HDF5; what the command line changes; sets; ends.
. "$srcdir/tests/tap.sh"
ICTUS_CACHE=$tmp/cache; export ICTUS_CACHE

lines () { test "`wc -l <"$1"`" -eq "$2" || { echo "`wc -l <"$1"` lines, not $2"; return 1; }; }
row () { test "x`sed -n "$2p" "$1"`" = "x$3" || { echo "row $2 is \"`sed -n "$2p" "$1"`\""; return 1; }; }
near () { sed -n "$2p" "$1" | awk -v k="$3" -v want="$4" -v tol="$5" '{ d = $k - want; exit !(d < tol && d > -tol) }' || { sed -n "$2p" "$1"; return 1; }; }
last () { tail -n 1 "$1" >last.txt; near last.txt 1 "$2" "$3" "$4"; }

cat >decay.ode <<'EOF'
# a decay
par a=1, c=0
init x=1
x'=-a*x+c
aux half=x/2
@ total=2, dt=.5, meth=euler, nplot=3, xplot=t
done
EOF
ok "a file without options" status 0 ictus solve decay.ode --format dat
ok "is written as text" lines out/decay/output.dat 5
ok "the first row is the start" row out/decay/output.dat 1 "0 1 0.5"
ok "the steps are those of the method of the file" row out/decay/output.dat 5 "2 0.0625 0.03125"
ok "what is ignored is told" says "decay.ode: ignored: nplot"
ok "the table has its points" says "5 points, 0 to 2; fixed step 0.5"
ok "and no unit of time" sh -c '! grep -q " ms" stdout'
ok "an existing file is refused" status 65 ictus solve decay.ode --format dat
ok "the method can be another one" status 0 ictus solve decay.ode --format dat --overwrite --method rungekutta
ok "by XPPAUT's name" near out/decay/output.dat 5 2 0.135549770507 1e-11
ok "an adaptive one gives the accurate answer" status 0 ictus solve decay.ode --format dat --overwrite --solver cvode-bdf
ok "at the same times" lines out/decay/output.dat 5
ok "to its tolerance" near out/decay/output.dat 5 2 0.1353352832 1e-5
ok "options can be others" status 0 ictus solve decay.ode --format dat --overwrite --option total=1 --option dt=.25 --option nout=2
ok "as in the file" row out/decay/output.dat 3 "1 0.31640625 0.158203125"
ok "there are three" lines out/decay/output.dat 3
ok "an option that is none is answered" status 65 ictus solve decay.ode --option totl=1 --no-output
ok "with the nearest" says "total"
ok "times and values can be given" status 0 ictus solve decay.ode --format csv --t-stop 1 --dt 0.25 --interval 0.5 --par c=1 --init x=2 --quiet
ok "csv has a line of names" row out/decay/trajectory.csv 1 "time,x,half"
ok "and commas" row out/decay/trajectory.csv 4 "1,1.31640625,0.658203125"
ok "remarks can be left out" test ! -s "$tmp/stderr"
ok "points can be left out" status 0 ictus solve decay.ode --format csv --overwrite --trans 1
ok "of the first time" row out/decay/trajectory.csv 2 "1,0.25,0.125"
ok "the number of points can be given" status 0 ictus solve decay.ode --format csv --overwrite --points 3
ok "and is kept" row out/decay/trajectory.csv 4 "1,0.25,0.125"
ok "an interval that does not fit is a usage error" status 64 ictus solve decay.ode --interval 0.7 --no-output
ok "a wrong format as well" status 64 ictus solve decay.ode --format xml
ok "methods are compared" status 0 ictus solve decay.ode --solver cvode-bdf,euler,rk4,exp-euler --format dat --overwrite
ok "in a table" says "largest difference from the first"
ok "each in a file of its own" test -s out/decay/rk4.dat -a -s out/decay/euler.dat
ok "an unknown one is answered with the nearest" status 65 ictus solve decay.ode --solver rungekuta --no-output
ok "HDF5" status 0 ictus solve decay.ode
if command -v h5dump >/dev/null 2>&1; then
  ok "has time, state and aux" sh -c 'h5dump -n out/decay/trajectory.h5 | grep -E "/solver/euler/(time|x|aux/half)$" | wc -l | grep -q 3'
  ok "without a unit" sh -c 'h5dump -a /solver/euler/time/units out/decay/trajectory.h5 | grep -q "\"1\""'
fi
if command -v "${GNUPLOT-gnuplot}" >/dev/null 2>&1; then
  ok "and is drawn" status 0 ictus plot out/decay/trajectory.h5 -o p.svg
  ok "without a unit of time" sh -c 'grep -q ">time<" p.svg'
fi
ok "JSON" status 0 ictus solve decay.ode --no-output --json
test -z "$ICTUS_PYTHON" || ok "is JSON" "$ICTUS_PYTHON" -c "
import json
d = json.load(open('$tmp/stdout'))
assert d['points'] == 5 and d['dt'] == 0.5 and d['solvers'][0]['end'] == 'done' and d['solvers'][0]['end_time'] == 2, d"

# ---- named sets --------------------------------------------------------------------------------------
cat >sets.ode <<'EOF'
x'=-a*x
par a=1,b=2
init x=1
aux z=a*10+b
set one {a=2}
set two {b=5,x=3}
set three {dt=.5}
@ total=2,dt=.25,meth=euler,output=mine.dat
done
EOF
ok "all sets are run" status 0 ictus solve sets.ode --format dat
ok "which is said" says "the sets of sets are run in turn"
ok "one" row out/sets/one.dat 2 "0.25 0.5 22"
ok "two, on top of it" row out/sets/two.dat 2 "0.25 1.5 25"
ok "three, with an option" row out/sets/three.dat 2 "0.5 0 25"
ok "nothing else is written" test ! -e out/sets/mine.dat
ok "a set can be chosen" status 0 ictus solve sets.ode --format dat --use-set two --overwrite
ok "by itself" row out/sets/two.dat 2 "0.25 2.25 15"
ok "none is the file itself" status 0 ictus solve sets.ode --format dat --use-set none
ok "in the file that it names" row out/sets/mine.dat 2 "0.25 0.75 12"
ok "an unknown set is answered" status 65 ictus solve sets.ode --use-set tow --no-output
ok "with the nearest" says 'did you mean "two"?'
ok "a set by several methods" status 0 ictus solve sets.ode --use-set one --use-set two --solver euler,rk4
ok "is in the table" says "two.rk4"
command -v h5dump >/dev/null 2>&1 && ok "and in groups" sh -c 'h5dump -n out/sets/trajectory.h5 | grep -q "/solver/two.rk4/x$"'

# ---- ends --------------------------------------------------------------------------------------------
cat >grow.ode <<'EOF'
x'=x
init x=1
@ total=20,dt=.5,meth=euler
EOF
ok "a run that leaves its bounds is no failure" status 0 ictus solve grow.ode --format dat
ok "but is told" says "x left the bound of 100 at"
ok "the bound can be another one" status 0 ictus solve grow.ode --format dat --overwrite --bound 0
ok "or none" lines out/grow/output.dat 41
cat >blow.ode <<'EOF'
x'=1+1e-12*sqrt(1.2-x)
@ total=20,dt=.5,meth=euler
EOF
ok "a run that fails" status 70 ictus solve blow.ode --format dat
ok "says so" says "failed"
ok "its rows are kept" near out/blow/output.dat 3 2 1 1e-9
cat >full.ode <<'EOF'
x'=1
@ total=20,dt=.5,maxstor=11
EOF
ok "a run that has all the points it may" status 0 ictus solve full.ode --format dat
ok "ends" says "maxstor"

# ---- what is no ordinary differential equation -------------------------------------------------------
cat >map.ode <<'EOF'
x(t+1)=r*x*(1-x)
par r=4
init x=.5
@ total=3,dt=1,meth=discrete
EOF
ok "a map is iterated" status 0 ictus solve map.ode --format dat
ok "from row to row" row out/map/output.dat 2 "1 1"
ok "and on" row out/map/output.dat 3 "2 0"
cat >fire.ode <<'EOF'
x'=1
init x=0
global 1 {x-1} {x=0}
@ total=3.3,dt=.07,meth=euler
EOF
ok "an event" status 0 ictus solve fire.ode --format dat
ok "happens" last out/fire/output.dat 2 0.29 0.02
ok "and is counted" says "events"
cat >late.ode <<'EOF'
title A delay in Ictus's own dialect
x'=-delay(x,tau)  # [mV] state
par tau=1         # [ms] delay
init x=1
EOF
ok "a model with delays of one's own" status 0 ictus solve late.ode --t-stop 2 --interval 0.5 --format dat
ok "is followed" near out/late/output.dat 3 2 0 1e-6
ok "before and behind the first delay" near out/late/output.dat 5 2 -0.5 1e-6
cat >noise.ode <<'EOF'
wiener w
x'=w
@ total=10,dt=.1,meth=euler,nout=100
EOF
noisy () { status 0 ictus solve noise.ode --format dat --overwrite --seed "$1" && cp out/noise/output.dat "$2"; }
ok "noise" noisy 1 a.dat
ok "with the same seed" noisy 1 b.dat
ok "is the same" cmp a.dat b.dat
ok "with another one" noisy 2 c.dat
ok "it is not" sh -c '! cmp -s a.dat c.dat'

cat >only.ode <<'EOF'
x'=1
y'=2
only y x
@ total=1,dt=.5,meth=euler
EOF
ok "columns that are chosen" status 0 ictus solve only.ode --format dat
ok "are those of the text, in their order" row out/only/output.dat 2 "1 0.5"
ok "with commas there are all" status 0 ictus solve only.ode --format csv
ok "as there are in HDF5" row out/only/trajectory.csv 2 "0,0,0"

# ---- odd files ---------------------------------------------------------------------------------------
printf 'X'"'"'=-X\r\nINIT X=1\r\n@ TOTAL=1,DT=.5,METH=EULER\r\nfoo bar\r\n' >odd.ode
ok "upper case, ends of lines of others, no done" status 0 ictus solve odd.ode --format dat
ok "are read" near out/odd/output.dat 3 2 0.25 1e-12
ok "a line that is passed over is named with its place" says "odd.ode:4:1:"
cat >clash.ode <<'EOF'
time'=1
aux'=2
@ total=1,dt=.5
aux spikes=time
EOF
ok "states of any name have a place in the file" status 0 ictus solve clash.ode
printf 'x'"'"'=-y\n' >bad.ode
ok "a wrong file is bad input" status 65 ictus solve bad.ode
ok "with its place" says "bad.ode:1:5:"
ok "two ranks do it once" status 0 on 2 "$ICTUS_BIN" solve decay.ode --no-output
ok "and say it once" test "`grep -c '^euler' "$tmp/stdout"`" -eq 1
finish
