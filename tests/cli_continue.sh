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
printf "x'=1+mu^2+x^2\npar mu=0\ndone\n" >none.ode
ok "no equilibrium" status 65 ictus continue none.ode --par mu=-1:1 --no-output
ok "is said" says "equilibrium"
printf "x'=mu-sqrt(x)\npar mu=1\ninit x=1\ndone\n" >root.ode
ok "a branch that leaves the domain" status 0 ictus continue root.ode --par mu=-1:2 --no-output --quiet
ok "says where it ends" says "ends:"
finish
