#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""peer_nest.py NETWORK [OPTIONS] -- NEST 3, for the benchmarks: delta, alpha (Brunel 2000) or pd14 (the microcircuit). Prints one object of JSON."""
import argparse
import json
import math
import os
import resource
import sys
import time

try:
    import nest
except ImportError as why:
    print("NEST is not installed: %s" % why, file=sys.stderr)
    sys.exit(69)
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "jobs", "microcircuit"))
import make  # noqa: E402


def peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def watch(neurons, start=0.0):
    r = nest.Create("spike_recorder", params={"start": start})
    nest.Connect(neurons, r)
    return r


def brunel(o):
    """The networks of jobs/brunel-2000: 80 % excitatory, a tenth of each population as inputs, drawn with replacement."""
    n_e, n_i = o.n * 4 // 5, o.n // 5
    common = {"tau_m": 20.0, "E_L": 0.0, "V_th": 20.0, "V_reset": 10.0, "t_ref": 2.0, "C_m": 250.0, "V_m": 0.0}
    if o.network == "delta":
        model, weight, rate = "iaf_psc_delta", 0.1, 2 * 20.0 / (0.1 * 20.0) * 1000
    else:
        model, weight, rate = "iaf_psc_alpha", 20.680155, 2 * 20.0 * 250.0 / (20.680155 * math.e * 20.0 * 0.5) * 1000
        common.update(tau_syn_ex=0.5, tau_syn_in=0.5)
    e, i = nest.Create(model, n_e, params=common), nest.Create(model, n_i, params=common)
    every = e + i
    noise = nest.Create("poisson_generator", params={"rate": rate})
    nest.Connect(noise, every, syn_spec={"weight": weight, "delay": 1.5})
    for pre, k, w in ((e, n_e // 10, weight), (i, n_i // 10, -5 * weight)):
        nest.Connect(pre, every, {"rule": "fixed_indegree", "indegree": k, "allow_autapses": True, "allow_multapses": True},
                     {"synapse_model": "static_synapse", "weight": w, "delay": 1.5})
    return watch(every), o.n * (n_e // 10 + n_i // 10)


def pd14(o):
    """The network of jobs/microcircuit/make.py."""
    nest.CopyModel("static_synapse_hpc", "from_E")
    nest.CopyModel("static_synapse_hpc", "from_I")
    pops = []
    for p, size in enumerate(make.SIZE):
        params = {"C_m": make.C_M, "tau_m": make.TAU_M, "tau_syn_ex": make.TAU_SYN, "tau_syn_in": make.TAU_SYN, "E_L": -65.0, "V_th": -50.0,
                  "V_reset": -65.0, "t_ref": 2.0, "I_e": make.dc_pA(p, o.scale, o.background)}
        neurons = nest.Create("iaf_psc_exp", round(size * o.scale), params=params)
        neurons.V_m = nest.random.normal(mean=make.V0_MEAN[p], std=make.V0_STD[p])
        pops.append(neurons)
    if o.background == "poisson":
        for p, neurons in enumerate(pops):
            g = nest.Create("poisson_generator", params={"rate": make.BACKGROUND_HZ * round(make.K_EXT[p] * o.scale)})
            nest.Connect(g, neurons, syn_spec={"weight": make.weight_pA() / math.sqrt(o.scale), "delay": 1.5})
    total = 0
    for t, target in enumerate(pops):
        for s, source in enumerate(pops):
            n = round(make.synapses(t, s) * o.scale * o.scale)
            if n == 0:
                continue
            w, (delay, spread) = make.mean_weight(t, s) / math.sqrt(o.scale), make.DELAY[make.POPULATIONS[s][-1]]
            limits = {"min": 0.0, "max": math.inf} if w > 0 else {"min": -math.inf, "max": 0.0}
            spec = {"synapse_model": "from_" + make.POPULATIONS[s][-1],
                    "weight": nest.math.redraw(nest.random.normal(mean=w, std=abs(w) / 10), **limits),
                    "delay": nest.math.redraw(nest.random.normal(mean=delay, std=spread), min=0.1, max=math.inf)}
            nest.Connect(source, target, {"rule": "fixed_total_number", "N": n, "allow_autapses": True, "allow_multapses": True}, spec)
            total += n
    return [watch(neurons, o.warm) for neurons in pops], total


def main():
    p = argparse.ArgumentParser()
    p.add_argument("network", choices=["delta", "alpha", "pd14"])
    p.add_argument("--n", type=int, default=12500)
    p.add_argument("--scale", type=float, default=0.1)
    p.add_argument("--background", choices=["poisson", "dc"], default="poisson")
    p.add_argument("--ms", type=float, default=1000)
    p.add_argument("--warm", type=float, default=0)
    p.add_argument("--threads", type=int, default=2)
    o = p.parse_args()
    nest.set_verbosity("M_ERROR")
    nest.ResetKernel()
    nest.SetKernelStatus({"resolution": 0.1, "local_num_threads": o.threads, "rng_seed": 55, "print_time": False})
    empty = peak_bytes()
    begin = time.monotonic()
    recorders, synapses = pd14(o) if o.network == "pd14" else brunel(o)
    nest.Prepare()
    built = time.monotonic()
    cpu = time.process_time()
    nest.Run(o.ms)
    wall, cpu = time.monotonic() - built, time.process_time() - cpu
    nest.Cleanup()
    counts = [int(r.n_events) for r in (recorders if isinstance(recorders, list) else [recorders])]
    answer = {"peer": "NEST", "version": nest.__version__, "build_s": built - begin, "run_s": wall, "run_cpu_s": cpu, "model_s": o.ms / 1000,
              "spikes": sum(counts), "synapses": synapses, "bytes_each": (peak_bytes() - empty) / synapses}
    if o.network == "pd14":
        seconds = (o.ms - o.warm) / 1000
        answer["rates"] = {n: c / round(s * o.scale) / seconds for n, c, s in zip(make.POPULATIONS, counts, make.SIZE)}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
