#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# ictus plan: what it says, against what runs then take and write.
. "$srcdir/tests/tap.sh"
cat >net.yaml <<'EOF'
ictus: 1
name: net
seed: 3
run: {t_stop: 300 ms}
populations:
  E: {size: 800, model: iaf_cond_exp, solver: rk4, params: {I_e: 400 pA}, init: {V_m: {distribution: uniform, min: -70 mV, max: -56 mV}}}
  I: {size: 200, model: iaf_cond_exp, solver: rk4, params: {I_e: {distribution: normal, mean: 400 pA, std: 20 pA}}}
projections:
  e: {source: E, target: [E, I], rule: fixed_indegree, indegree: 40, port: ex, weight: 0.1 nS, delay: 1 ms}
  i: {source: I, target: [E, I], rule: pairwise_bernoulli, p: 0.1, port: in, weight: 1 nS,
      delay: {distribution: uniform, min: 1 ms, max: 3 ms}}
record:
  spikes: {type: spikes, population: [E, I]}
  v: {type: trace, population: E, neurons: "0-19", variables: [V_m, g_ex], interval: 0.5 ms}
  m: {type: mean, population: I, variables: V_m, interval: 1 ms}
  r: {type: rate, population: [E, I], interval: 5 ms}
output: {flush: 100 ms}
EOF
sed 's/name: net/name: sweep/' net.yaml >sweep.yaml
cat >>sweep.yaml <<'EOF'
sweep:
  axes:
    a: {set: projections.e.scale, values: [1, 2, 3]}
    b: {set: projections.i.scale, from: 1, to: 4, n: 7}
  discard: 100 ms
EOF
json () { "$ICTUS_PYTHON" -c 'import json,sys; d=json.load(open("plan.json")); p={(q["kind"],q.get("name")): q for q in d["memory"]["parts"]}; x=[float(a) for a in sys.argv[2:]]; assert eval(sys.argv[1]), d' "$@"; }
plan () { ictus plan "$@" --json >plan.json; }

ok "a plan" status 0 ictus plan net.yaml
ok "says how large" says "net: 1000 neurons, 60"
ok "memory by part" says "synapses: e"
ok "the windows" says "1 ms, 300 of them"
ok "that it fits" says "Fits: "
ok "what it assumes" says "measured over the whole 300 ms"
ok "it writes nothing" test ! -e out
ok "without a short run" status 0 ictus plan net.yaml --no-calibration
ok "rates are assumed" says "every neuron fires at 10 Hz"
ok "many ranks on two machines" status 0 ictus plan net.yaml --no-calibration --ranks 64 --nodes 2 --memory-per-node 2G
ok "are told" says "on 64 ranks of 2 nodes"
ok "with the memory that they are said to have" says "of 2.15 GB that it is said to have"
ok "entries can be overridden" status 69 ictus plan net.yaml --no-calibration --set populations.E.size=2e9 --set projections.e.indegree=100000
ok "what does not fit says so" says "Does not fit into memory: this machine needs"
ok "nor onto a small machine" status 69 ictus plan net.yaml --no-calibration --memory-per-node 3M
ok "a disk can be too small" status 69 ictus plan net.yaml --no-calibration --set record.v.interval=0.1 --set record.v.neurons=all \
  --set run.t_stop=1e13 --memory-per-node 900P
ok "and that is said" says "Does not fit on the disk"

if test -n "${ICTUS_PYTHON-}"; then
  ok "a run" status 0 ictus run net.yaml -o one --quiet
  ok "its plan as JSON" plan net.yaml
  ok "is JSON" json 'd["fits"] and d["traffic"]["window_ms"] == 1 and d["name"] == "net"'
  ok "the synapses of each projection" json 'p["synapses", "e"]["number"] == 40000 and abs(p["synapses", "i"]["all"] - 20000) < 1'
  size=`wc -c <one/results.h5`
  ok "results.h5 has the size that was foretold" json 'abs(d["files"]["results_bytes"] - x[0]) < 0.1 * x[0]' "$size"
  ok "its time is estimated" json '0 < d["time_s"]["all"] < 60 and d["traffic"]["rates_measured"]'
  if command -v h5dump >/dev/null 2>&1; then
    spikes=`h5dump -H -d /spikes/E/timestamps one/results.h5 2>/dev/null | sed -n 's/.*SIMPLE { ( \([0-9]*\) ).*/\1/p'`
    ok "the short run had the spikes of the run" json 'abs(d["traffic"]["rates_Hz"]["E"] * 800 * 0.3 - x[0]) < 0.5' "$spikes"
  fi
  half () { plan net.yaml --no-calibration --ranks 2 && json 'p["synapses", "e"]["number"] == 20000 and d["time_s"]["all"] is None'; }
  ok "two ranks have half of the synapses each" half
  ok "the plan of a sweep" plan sweep.yaml --ranks 2 --calibration 1
  ok "counts its runs and teams" json 'd["sweep"]["runs"] == 21 and d["sweep"]["teams"] == 2 and d["sweep"]["sampled"] == 5'
  ok "and estimates its time" json '0 < d["sweep"]["least_run_s"] <= d["sweep"]["run_s"] <= d["time_s"]["all"]'
fi

# a run that clearly will not fit does not begin
ok "too large a run is refused" status 69 ictus run net.yaml -o huge --quiet --set populations.E.size=3e9
ok "with what it needs and what there is" says "the run will not fit into memory: 1 rank of a machine needs"
ok "on several ranks" status 69 on 2 "$ICTUS_BIN" run net.yaml -o huge --quiet --set populations.E.size=3e9
ok "nothing was made" test ! -e huge/results.h5
ok "the check can be left out" status 0 ictus run net.yaml -o forced --quiet --force-memory --set run.t_stop=1

# the size of a checkpoint
ok "a run that is told to end" status 75 env ICTUS_FAULT=ckpt_stop:0:1 "$ICTUS_BIN" run net.yaml -o kept --quiet
if test -n "${ICTUS_PYTHON-}"; then
  ok "a plan of it" plan net.yaml
  size=`wc -c <kept/checkpoint-00000001.h5`
  ok "foretells the size of its checkpoint" json 'abs(d["files"]["checkpoint_bytes"] - x[0]) < 0.15 * x[0]' "$size"
fi

# too large for a short run: a part of it
ok "a large network" status 0 ictus plan net.yaml --calibration 1 --set populations.E.size=400000 --set populations.I.size=100000 \
  --set projections.i.p=0.0002 --memory-per-node 64G
ok "is measured on a part" says "of the neurons, each with as many synapses"
ok "as a whole" says "500000 neurons"

ok "a wrong experiment is refused" status 65 ictus plan net.yaml --set populations.E.solver=exact
ok "with its reason" says "must be linear"
ok "no experiment" status 74 ictus plan nowhere.yaml
ok "ranks are a number" status 64 ictus plan net.yaml --ranks many
ok "memory is a size" status 64 ictus plan net.yaml --memory-per-node 64
ok "and that is said" says "takes a size such as 64G"
ok "nodes have ranks" status 64 ictus plan net.yaml --ranks 2 --nodes 3
ok "help has an example" status 0 ictus plan --help
ok "help shows it" says "Example: ictus plan"
ok "under mpirun one rank plans" status 0 on 2 "$ICTUS_BIN" plan net.yaml --no-calibration
once () { test "`grep -c '^Files' "$tmp/stdout"`" -eq 1; }
ok "and prints once" once
finish
