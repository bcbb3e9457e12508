#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Results do not depend on ranks, partition or flush interval, and are in the SONATA form.
. "$srcdir/tests/tap.sh"
python=
for p in "$ICTUS_PYTHON" /usr/bin/python3; do
  test -z "$python" && test -n "$p" && "$p" -c 'import h5py, numpy' >python.log 2>&1 && python=$p
done
command -v h5diff >h5diff.log 2>&1 || skip_all "h5diff is not installed"

cat >net.yaml <<'EOT'
ictus: 1
name: recorded
run: {t_stop: 90 ms, restart_mark: 30 ms}
populations:
  E: {size: 40, model: iaf_psc_exp, params: {I_e: {distribution: linear, from: 350 pA, to: 600 pA}}, solver: exact,
      init: {V_m: {distribution: uniform, min: -70 mV, max: -56 mV}}}
  H: {size: 5, model: hh_cond_exp_traub, params: {I_e: 500 pA}}
  quiet: {size: 3, model: iaf_psc_exp, solver: exact}
projections:
  e: {source: E, target: [E, H], rule: fixed_indegree, indegree: 4, port: ex, weight: 3, delay: 1.5 ms}
record:
  s: {type: spikes, population: [E, quiet]}
  v: {type: trace, population: E, neurons: [1, "3-6", 38], variables: [V_m, I_syn_ex], interval: 0.3 ms}
  all: {type: trace, population: E, variables: V_m, interval: 2 ms, start: 10 ms, stop: 50 ms}
  h: {type: trace, population: H, variables: [I_syn_ex, V_m], interval: 1 ms}
  r: {type: rate, population: [E, H, quiet], interval: 7 ms}
  m: {type: mean, population: E, variables: [V_m, I_syn_ex], interval: 0.5 ms}
  mh: {type: mean, population: H, variables: [V_m, I_syn_ex]}
EOT
# everything outside /provenance/run; the experiment as used differs where a test overrides it
same () { h5diff --exclude-path /provenance "$1" "$2"; }
same_all () { h5diff --exclude-path /provenance/run "$1" "$2"; }
in_form () { "$python" "$srcdir/tests/sonata_check.py" "$1/results.h5" done; }

ok "one rank" on 1 "$ICTUS_BIN" run net.yaml -o one --quiet
for n in 2 3 4; do
  ok "$n ranks" on $n "$ICTUS_BIN" run net.yaml -o many$n --quiet
  ok "$n ranks give the same bits, provenance of the experiment included" same_all one/results.h5 many$n/results.h5
done
ok "round-robin on 3 ranks" on 3 "$ICTUS_BIN" run net.yaml -o deal --quiet --set run.partition=round-robin
ok "gives the same bits" same one/results.h5 deal/results.h5
ok "a flush every 4 ms" on 2 "$ICTUS_BIN" run net.yaml -o often --quiet --set output.flush=4
ok "gives the same bits" same one/results.h5 often/results.h5
if test -n "$python"; then
  for d in one many2 many3 many4 deal often; do ok "$d: the form that libsonata and BMTK read" in_form $d; done
  ok "rates are spikes in bins, means are means of the traces" "$python" - one/results.h5 <<'EOT'
import sys
import h5py, numpy as np
f = h5py.File(sys.argv[1])
t = np.rint(f["spikes/E/timestamps"][:] * 10).astype(int)
assert len(t) > 50
counts = np.bincount(t // 70, minlength=13)[:12]
assert (f["rates/r/E"][:] == 1e3 * counts / (40 * 7.0)).all(), "rates"
assert (f["rates/r/quiet"][:] == 0).all() and f["rates/r/H"][:].max() > 0
time = f["traces/all/V_m/mapping/time"][:]
assert abs(time - [10, 52, 2]).max() < 1e-9, time
mean = f["means/m/V_m"]
assert mean.shape == (180,) and mean.attrs["start_ms"] == 0.5 and mean.attrs["units"] == "mV"
at = np.rint(np.arange(10, 52, 2) / 0.5).astype(int) - 1
assert abs(f["traces/all/V_m/data"][:].mean(axis=1) - mean[:][at]).max() < 1e-4, "means"
few, whole = f["traces/v/V_m/data"][:], f["traces/all/V_m/data"][:]
assert few.shape == (300, 6)
k = np.rint(np.arange(12, 52, 6) / 0.3).astype(int) - 1
assert (few[k] == whole[1::3][:, [1, 3, 4, 5, 6, 38]]).all(), "the same samples in both traces"
EOT
fi
finish
