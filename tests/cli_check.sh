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
ok "a nonlinear one" status 0 ictus check "$srcdir/models/conductance/hodgkin_huxley.ode"
ok "is told why" says "linear                 no: "
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
