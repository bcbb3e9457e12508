#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# ictus check: experiments and models, right and wrong
. "$srcdir/tests/tap.sh"

ok "the shipped experiment is fine" status 0 ictus check "$srcdir/jobs/ei-sweep/experiment.yaml"
ok "which is said" says "jobs/ei-sweep/experiment.yaml: ok"
ok "without complaint" test ! -s "$tmp/stderr"

experiment () {
  cat >x.yaml <<EOF
ictus: 1
run: {t_stop: 10 ms}
populations:
  E: {size: 4, model: iaf_psc_exp, solver: exact, ${1-}}
projections:
  a: {source: E, target: E, rule: all_to_all, port: ex, delay: 1 ms, ${2-}}
${3-}
EOF
}
wrong () { # SENTENCE TEXT
  ok "$1 is bad input" status 65 ictus check x.yaml
  ok "... at its place, with the reason" says "$2"
}
experiment
ok "a small experiment is fine" status 0 ictus check x.yaml
cat >a.yaml <<EOF
ictus: 1
run: {t_stop: 10 ms}
populations:
  E: {size: 4, model: iaf_psc_exp, solver: auto}
  H: {size: 4, model: hodgkin_huxley, solver: {name: auto, rtol: 1e-4, atol: 1e-4}}
EOF
ok "a solver may be left to be found" status 0 ictus check a.yaml
ok "... what was found is told for a linear model" says "population E: auto: exact (the model is linear and timing is on the grid)"
ok "... and for one that is not" says "population H: auto: rk45 (in a trial of 50 ms rk45 took "
ok "a plan tells it, too" status 0 ictus plan a.yaml
ok "... among what it assumes" says "population H: auto: rk45 (in a trial of 50 ms rk45 took "
experiment "sise: 5"
wrong "an unknown key" "ictus: x.yaml:4:51: unknown key 'sise'; did you mean 'size'?"
ok "... with the line" says "    4 |   E: {size: 4, model: iaf_psc_exp, solver: exact, sise: 5}"
experiment "params: {tau: 3 ms}"
wrong "a parameter that the model has not" "x.yaml:4:"
experiment "params: {C_m: 3 mV}"
wrong "a parameter in a wrong unit" "expected a quantity in pF, found mV"
experiment "init: {V_m: 3 nS}"
wrong "a state in a wrong unit" "expected a quantity in mV, found nS"
experiment "" "weight: 3 mV"
wrong "a weight in a wrong unit" "expected a quantity in pA, found mV"
experiment "" "" "record: {r: {type: trace, population: E, variables: V_n}}"
wrong "a variable that the model has not" "did you mean"
experiment "" "" "stimuli: {s: {type: dc_generator, target: E, amplitude: 3 mV}}"
wrong "a current in a wrong unit" "expected a quantity in pA, found mV"
experiment; sed 's/solver: exact/solver: exakt/' x.yaml >y.yaml; mv y.yaml x.yaml
wrong "an unknown solver" "did you mean"
experiment; sed 's/iaf_psc_exp/hodgkin_huxley/; s/, port: ex//' x.yaml >y.yaml; grep -v "a: {\|projections" y.yaml >x.yaml
wrong "a solver that cannot serve the model" 'population E'
experiment; sed 's/iaf_psc_exp/iaf_psc_epx/' x.yaml >y.yaml; mv y.yaml x.yaml
wrong "an unknown model" "iaf_psc_exp"
experiment; sed 's/rule: all_to_all/rule: list, file: none.txt/' x.yaml >y.yaml; mv y.yaml x.yaml
wrong "a list of synapses that is not there" "there is no file"
experiment "" "" "record: {v: {type: trace, population: E, variables: V_m}, r: {type: rate, population: E}}"
sed 's/10 ms}/12 ms, resolution: 0.04 ms}/' x.yaml >y.yaml; mv y.yaml x.yaml
ok "intervals nobody wrote fit the resolution" status 0 ictus check x.yaml
sed 's/12 ms, resolution: 0.04/12 ms, resolution: 0.3/; s/delay: 1 ms/delay: 1.2 ms/' x.yaml >y.yaml; mv y.yaml x.yaml
wrong "a default that does not fit" "'restart_mark' (100 ms by default) is not a multiple of the resolution (0.3 ms)"
ok "a file that is not there" status 74 ictus check nothing.yaml

cat >decay.ode <<'EOF'
title Decay
par tau=5   # [ms] time constant
x' = -x/tau # [mV] potential
init x=1
done
EOF
ok "a model is checked" status 0 ictus check decay.ode
ok "its class is told" says "linear                 yes"
ok "the equations as understood" says "x' = -x/tau"
ok "how stiff it is" says "ratio 1 at the start: fastest time constant 5"
ok "how it will run" says "cvode-bdf from 0 to 100, rtol 1e-06, atol 1e-08, a point each 0.025"
ok "who can serve it in networks" says "exact, exp-euler"
ok "a nonlinear one" status 0 ictus check "$srcdir/models/conductance/hodgkin_huxley.ode"
ok "is told why" says "linear                 no: "
cat >stiff.ode <<'EOF'
# a file of XPPAUT's
x'=-1000*x+y^2
y'=-delay(y,1)+if(y>3)then(0)else(1)
aux n=ran(1)
par a=1
global 1 {y-1} {a=2}
foo bar
@ total=10,dt=.01,nplot=2,lt=0
set one {a=3}
done
EOF
ok "a file of XPPAUT's" status 0 ictus check stiff.ode
ok "a step that is too long is seen" says "dt 0.01 is too long for rk4 here: it must be below 0.002785"
ok "its method and length" says "rk4 from 0 to 10, dt 0.01, a point each 1 step"
ok "delays" says "delayed                yes: 1 delayed value"
ok "noise" says "stochastic             yes: 1 random number a step"
ok "events" says "events                 yes: 1 condition"
ok "why a solver cannot serve" says "not exact: "
ok "what is passed over, with its place" says "stiff.ode:7:1: passed over:"
ok "what is ignored, in one line" sh -c 'grep -q "^  ignored  *nplot (8:[0-9]*), lt (8:[0-9]*)" stdout'
ok "as JSON" status 74 ictus check --json stiff.ode nothing.ode x.yaml
test -z "$ICTUS_PYTHON" || ok "that is JSON" "$ICTUS_PYTHON" -c "
import json
d = json.load(open('$tmp/stdout'))
assert [x['ok'] for x in d] == [True, False, False], d
m = d[0]
assert m['dialect'] == 'xppaut' and m['states'] == 2 and m['class']['delayed']['is'] and m['run']['method'] == 'rk4', m
assert abs(m['stiffness']['longest_dt'] - .002785) < 1e-9 and 'refuses' in m['solvers'][0], m
assert {'ignored', 'passed over'} <= {n['kind'] for n in m['notes']}, m"
CC=false; export CC
ok "without a compiler" status 0 env ICTUS_CACHE="$tmp/none" "$ICTUS_BIN" check decay.ode
ok "the rest is told" says "stiffness              not known: "
unset CC
printf 'x'"'"' = -yy\n' >bad.ode
ok "a wrong model is bad input" status 65 ictus check bad.ode
ok "with its place" says "bad.ode:1:"
ok "all files are checked" status 65 ictus check bad.ode decay.ode
ok "also behind a wrong one" says "decay.ode: ok"
ok "several ranks say it once" status 65 on 2 "$ICTUS_BIN" check bad.ode
ok "that is" test "`grep -c 'bad.ode:1:' "$tmp/stderr"`" -eq 1
ok "no file is wrong usage" status 64 ictus check
ok "a wrong option is wrong usage" status 64 ictus check --fast x.yaml
ok "help has an example" status 0 ictus check --help
ok "help shows it" says "Example: ictus check"
finish
