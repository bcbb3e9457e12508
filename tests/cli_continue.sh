#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# ictus continue: table, JSON, file, picture; the same on any number of ranks; what it says of what it cannot do.
. "$srcdir/tests/tap.sh"
ICTUS_CACHE=$tmp/cache; export ICTUS_CACHE

ok "a model, without tuning" status 0 ictus continue hodgkin_huxley --par I
for v in 154.52633366 9.77933799 6.264221 7.921685 7.846247; do ok "finds $v" says "$v"; done
ok "says what they are" says "Hopf, subcritical"
ok "and the folds of cycles" says "fold of cycles"
ok "writes a file" test -s out/hodgkin_huxley/bifurcation.h5
ok "which is not overwritten" status 65 ictus continue hodgkin_huxley --par I
ok "as it says" says "--overwrite"
ok "JSON" status 0 ictus continue hodgkin_huxley --par I=0:200 -o r1 --json --quiet --no-picture
cp stdout one.json
for n in 2 3; do
  ok "on $n ranks" status 0 on $n "$ICTUS_BIN" continue hodgkin_huxley --par I=0:200 -o r$n --json --quiet --no-picture
  ok "the same, bit for bit" cmp one.json stdout
  if command -v h5diff >/dev/null 2>&1; then
    ok "the same in the file" status 0 h5diff r1/bifurcation.h5 r$n/bifurcation.h5 /branches /branches
  fi
done
test -z "${ICTUS_PYTHON-}" || ok "is JSON" "$ICTUS_PYTHON" -c "
import json
d = json.load(open('one.json'))
s = [p for b in d['branches'] for p in b['special']]
assert sum(p['label'][:2] == 'HB' for p in s) == 2, s
assert sum(p['type'] == 'fold of cycles' for p in s) == 3, s"
if command -v "${GNUPLOT-gnuplot}" >/dev/null 2>&1; then
  ok "the file is drawn" status 0 ictus plot r1/bifurcation.h5 -o b.svg
  ok "with the unit" sh -c 'sed "s/<[^>]*>//g" b.svg | grep -q "V (mV)"'
fi
ok "two parameters" status 0 ictus continue wilson_cowan --par P=-1:4 --par2 c2=0:30 --quiet --no-picture
ok "have their points" says "Bogdanov-Takens"
ok "a stop at a value" status 0 ictus continue saddle_node --par mu=-2:1 --zero -0.5 --no-output --quiet
ok "is in the table" says "UZ1"
printf "x'=mu*x-x^3\npar mu=-1\ninit x=0\ndone\n" >pitch.ode
ok "branches that cross" status 0 ictus continue pitch.ode --par mu=-1:1 --no-output --quiet
ok "are switched to" says "branch point"


# ranges that are chosen: a start on a branch point, beside one, at 0, positive quantities, of any size
printf "x'=mu*x-x^3\npar mu=0\ninit x=0\ndone\n" >flat.ode
ok "a start on a branch point" status 0 ictus continue flat.ode --par mu --no-output --quiet
ok "has a range" says "flat: mu from -1 to 1,"
ok "and the branch point" says "BP1"
printf "par pump=1e6\nN'=pump-N-1e-4*N*S\nS'=1e-4*N*S-1e2*S\ninit N=0,S=0\ndone\n" >laser.ode
ok "no fold where branches cross" sh -c '! grep LP stdout'
printf "par r=0.5\nx'=r*x*(1-x/10)-x^2/(1+x^2)\ninit x=1\ndone\n" >worm.ode
ok "one that runs to infinity" status 0 ictus continue worm.ode --par r=-0.3:0.8 --no-output --quiet
ok "says so early" says "x leaves for infinity near r = "
ok "and has no folds there" sh -c 'grep LP2 stdout && ! grep LP3 stdout'
if command -v "${GNUPLOT-gnuplot}" >/dev/null 2>&1; then
  ok "it leaves the picture, too" status 0 ictus continue worm.ode --par r=-0.3:0.8 -o worm --quiet --no-picture
  ok "drawn" status 0 ictus plot worm/bifurcation.h5 -o worm.svg
  ok "with a note" grep -q "equilibria go on to" worm.svg
fi
ok "one of a million" status 0 ictus continue laser.ode --par pump --no-output --quiet
ok "what shrinks does not run to infinity" sh -c '! grep infinity stdout'
ok "begins at 0" says "laser: pump from 0 to 2"
ok "and has it, too" says "BP1"
printf "par r=1,K=0.5,m=0.3\nx'=r*x*(1-x/K)-x*y/(1+x)\ny'=x*y/(1+x)-m*y\ninit x=0.4,y=0.3\ndone\n" >eaten.ode
ok "predator and prey" status 0 ictus continue eaten.ode --par K --no-output --quiet
ok "the range goes on to the rhythm" says "1.85714285714"
printf "par a=2e-9,K=1e-9\nx'=a/(1+(y/K)^3)-x\ny'=a/(1+(x/K)^3)-y\ninit x=1e-10,y=1e-9\ndone\n" >nano.ode
ok "a switch of nanomoles" status 0 ictus continue nano.ode --par a --no-output --quiet
ok "its branch point" says "1.1905507"
printf "x'=y\ny'=-0.3*y-al*x-x^3\npar al=1\ninit x=0.1,y=0\ndone\n" >duff.ode
ok "branches that a branch point leads to" status 0 ictus continue duff.ode --par al --no-output --quiet
ok "are not found again from the ends of the range" says ", 4 branches"
printf "x'=-k*x+y\ny'=k*x-y\npar k=1\ninit x=1,y=1\ndone\n" >line.ode
ok "lines of equilibria" status 65 ictus continue line.ode --par k --no-output
ok "are told" says "not isolated"

# branches of cycles that would never end: a canard; one that rounding turns round at a doubling
cat >calcium.ode <<'EOF'
par v0=1,k=10,kf=1,v1=7.3,vm2=65,vm3=500,k2=1,kr=2,ka=0.9,be=0
v2=vm2*z^2/(k2^2+z^2)
v3=vm3*y^2/(kr^2+y^2)*z^4/(ka^4+z^4)
z'=v0+v1*be-v2+v3+kf*y-k*z
y'=v2-v3-kf*y
init z=0.1,y=1
done
EOF
ok "calcium" status 0 ictus continue calcium.ode --par be=-1.7:4.1 --no-output --quiet
ok "has its oscillations" says "0.774267808"
ok "gives up a canard" says "nothing changes any more that could be seen"
cat >column.ode <<'EOF'
par b=0.1,I=0.3
mca=0.5*(1+tanh((v+0.01)/0.15))
mna=0.5*(1+tanh((v-0.3)/0.15))
mk=0.5*(1+tanh(v/0.3))
qv=0.5*(1+tanh(v/0.65))
qz=0.5*(1+tanh(z/0.7))
v'=-(1+0.1*qv)*mca*(v-1)-2*w*(v+0.7)-0.5*(v+0.5)-(6.7*mna+0.4*qv)*(v-0.53)-2*z*qz+I
w'=0.7*(mk-w)
z'=b*(0.4*I+2*v*qv)
init v=0.1,w=0.1,z=0.1
done
EOF
ok "a cortical column" status 0 ictus continue column.ode --par I=0:0.6 --no-output --quiet
ok "whose doubled branches end at doublings" sh -c '! grep max_points stdout && grep "ends: a period doubling" stdout'

ok "no model" status 64 ictus continue
ok "no parameter" status 64 ictus continue lorenz --no-output
ok "an unknown model" status 65 ictus continue lorentz --par rho --no-output
ok "an unknown parameter" status 65 ictus continue lorenz --par rhoo --no-output
ok "the nearest one is named" says 'did you mean "rho"'
ok "an empty range" status 64 ictus continue lorenz --par rho=3:2 --no-output
ok "says so" says "empty"
ok "maps are refused" status 65 ictus continue henon_map --par a --no-output
ok "with the reason" says "map"
ok "delays are refused" status 65 ictus continue mackey_glass --par tau --no-output
ok "what depends on t is refused" status 65 ictus continue duffing --par delta --no-output
ok "an unknown state" status 65 ictus continue lorenz --par rho --state w1 --no-output
ok "is told" says "no such state"
printf "x'=-x+heav(x-th)+I\npar th=0.5,I=0.2\ninit x=0\ndone\n" >jump.ode
ok "a jump" status 0 ictus continue jump.ode --par I=0:1 --no-output
ok "is remarked upon" says "is not smooth everywhere (heav)"
printf "wiener w\nx'=-x+I+0.1*w\npar I=0\ndone\n" >noise.ode
ok "noise" status 0 ictus continue noise.ode --par I --no-output
ok "is remarked upon, too" says "has noise"
ok "a reset" status 0 ictus continue quadratic_if --par I --no-output
ok "as well" says "fires with a reset"
printf "x'=1+mu^2+x^2\npar mu=0\ndone\n" >none.ode
ok "no equilibrium" status 65 ictus continue none.ode --par mu=-1:1 --no-output
ok "is said" says "equilibrium"
printf "x'=mu-sqrt(x)\npar mu=1\ninit x=1\ndone\n" >root.ode
ok "a branch that leaves the domain" status 0 ictus continue root.ode --par mu=-1:2 --no-output --quiet
ok "says where it ends" says "ends:"

# told to end: what there is is kept
stopped () {
  "$ICTUS_BIN" continue hodgkin_huxley --par I=0:200 --all-doublings -o cut --no-picture >stdout 2>stderr &
  pid=$!
  i=0
  until grep -q "branch 4" stderr || test $i -ge 600; do
    i=$((i + 1))
    sleep 0.2
  done
  kill -TERM $pid
  wait $pid
  test $? = 75
}
ok "SIGTERM" stopped
ok "is told" says "stopped on request"
ok "what was followed is in the table" says "HB1"
ok "and in the file" test -s cut/bifurcation.h5
finish
