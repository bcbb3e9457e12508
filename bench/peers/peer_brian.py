#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""peer_brian.py NETWORK --dir DIR [OPTIONS] -- write and compile a network of Brian 2 as a C++ program (its standalone mode).

DIR/main is then run again and again; DIR/meta.json says where its results are. "check" as NETWORK only says whether Brian 2 is there.
Networks: cuba, coba, cobahh (Brette et al. 2007), brunel (Brunel 2000), hhsweep (independent Hodgkin-Huxley neurons over current).
"""
import argparse
import json
import logging
import os
import sys
import warnings

warnings.simplefilter("ignore")
try:
    import brian2 as b
    import numpy as np
except ImportError as why:
    print("Brian 2 is not installed (Debian: python3-brian): %s" % why, file=sys.stderr)
    sys.exit(69)
logging.getLogger("brian2").setLevel(logging.ERROR)


def indegree(rng, n_source, first, n_target, k):
    """Sources and targets: k different sources for each target, not itself (sources are neurons first, first + 1, ...)."""
    sources = np.empty((n_target, k), dtype=np.int32)
    for t in range(n_target):
        draw = rng.choice(n_source - 1 if first <= t < first + n_source else n_source, size=k, replace=False)
        if first <= t < first + n_source:
            draw[draw >= t - first] += 1
        sources[t] = draw
    return sources.ravel(), np.repeat(np.arange(n_target, dtype=np.int32), k)


def connect(group, n, weights, delay):
    """64 excitatory and 16 inhibitory inputs of each neuron. weights: what arrives, as statements."""
    rng = np.random.default_rng(1)
    n_e = n * 4 // 5
    made = []
    for first, size, k, on_pre in ((0, n_e, 64, weights[0]), (n_e, n - n_e, 16, weights[1])):
        s = b.Synapses(group[first:first + size], group, on_pre=on_pre)
        i, j = indegree(rng, size, first, n, k)
        s.connect(i=i, j=j)
        s.delay = delay
        made.append(s)
    return made


def kick(group, weight):
    """The first 50 neurons each get a Poisson train of 300 spikes/s from 1 to 51 ms."""
    p = b.PoissonGroup(50, rates="300*Hz*int(t >= 1*ms)*int(t < 51*ms)")
    s = b.Synapses(p, group, on_pre=weight)
    s.connect(j="i")
    return [p, s]


def cuba(o):
    eqs = """dv/dt = (g_e + g_i - (v + 49*mV))/(20*ms) : volt (unless refractory)
             dg_e/dt = -g_e/(5*ms) : volt
             dg_i/dt = -g_i/(10*ms) : volt"""
    g = b.NeuronGroup(o.n, eqs, threshold="v > -50*mV", reset="v = -60*mV", refractory=5 * b.ms, method="exact")
    g.v = "-60*mV + rand()*10*mV"
    weights = ("g_e += 1.62*mV", "g_i -= 9*mV")
    return g, connect(g, o.n, weights, 0.1 * b.ms) + kick(g, weights[0]), 80 * o.n


def coba(o):
    eqs = """dv/dt = (10*nS*(-60*mV - v) + g_e*(0*mV - v) + g_i*(-80*mV - v))/(200*pF) : volt (unless refractory)
             dg_e/dt = -g_e/(5*ms) : siemens
             dg_i/dt = -g_i/(10*ms) : siemens"""
    g = b.NeuronGroup(o.n, eqs, threshold="v > -50*mV", reset="v = -60*mV", refractory=5 * b.ms, method="euler")
    g.v = -60 * b.mV
    weights = ("g_e += 6*nS", "g_i += 67*nS")
    return g, connect(g, o.n, weights, 0.1 * b.ms) + kick(g, weights[0]), 80 * o.n


def cobahh(o):
    # as in Brian's own example, which counts a spike above -20 mV and none for 3 ms
    eqs = """dv/dt = (10*nS*(-60*mV - v) + g_e*(0*mV - v) + g_i*(-80*mV - v) - 20000*nS*m**3*h*(v - 50*mV)
                      - 6000*nS*n**4*(v + 90*mV))/(200*pF) : volt
             dm/dt = a_m*(1 - m) - b_m*m : 1
             dn/dt = a_n*(1 - n) - b_n*n : 1
             dh/dt = a_h*(1 - h) - b_h*h : 1
             dg_e/dt = -g_e/(5*ms) : siemens
             dg_i/dt = -g_i/(10*ms) : siemens
             u = (v + 63*mV)/mV : 1
             a_m = 0.32*4/exprel((13 - u)/4)/ms : Hz
             b_m = 0.28*5/exprel((u - 40)/5)/ms : Hz
             a_h = 0.128*exp((17 - u)/18)/ms : Hz
             b_h = 4/(1 + exp((40 - u)/5))/ms : Hz
             a_n = 0.032*5/exprel((15 - u)/5)/ms : Hz
             b_n = 0.5*exp((10 - u)/40)/ms : Hz"""
    g = b.NeuronGroup(o.n, eqs, threshold="v > -20*mV", refractory=3 * b.ms, method="exponential_euler")
    g.v = -60 * b.mV
    g.m, g.h, g.n = "a_m/(a_m + b_m)", "a_h/(a_h + b_h)", "a_n/(a_n + b_n)"
    weights = ("g_e += 6*nS", "g_i += 67*nS")
    return g, connect(g, o.n, weights, 0.1 * b.ms) + kick(g, weights[0]), 80 * o.n


def brunel(o):
    g = b.NeuronGroup(o.n, "dv/dt = -v/(20*ms) : volt (unless refractory)", threshold="v >= 20*mV", reset="v = 10*mV",
                      refractory=2 * b.ms, method="exact")
    g.v = 0 * b.mV
    n_e, made = o.n * 4 // 5, []
    rng = np.random.default_rng(1)
    for first, size, weight in ((0, n_e, 0.1), (n_e, o.n - n_e, -0.5)):
        k = size // 10
        s = b.Synapses(g[first:first + size], g, on_pre="v_post += %g*mV" % weight)
        s.connect(i=rng.integers(0, size, o.n * k, dtype=np.int32), j=np.repeat(np.arange(o.n, dtype=np.int32), k))
        s.delay = 1.5 * b.ms
        made.append(s)
    # as many inputs as excitatory neurons have, at twice the rate that brings the mean to the threshold
    made.append(b.PoissonInput(g, "v", N=n_e // 10, rate=2 * 20 / (0.1 * n_e / 10 * 0.02) * b.Hz, weight=0.1 * b.mV))
    return g, made, o.n * (o.n // 10)


def hhsweep(o):
    eqs = """dv/dt = (I - 120*m**3*h*(u - 50) - 36*n**4*(u + 77) - 0.3*(u + 54.4))*mV/ms : volt
             dm/dt = a_m*(1 - m) - b_m*m : 1
             dn/dt = a_n*(1 - n) - b_n*n : 1
             dh/dt = a_h*(1 - h) - b_h*h : 1
             u = v/mV : 1
             a_m = 0.1*10/exprel(-(u + 40)/10)/ms : Hz
             b_m = 4*exp(-(u + 65)/18)/ms : Hz
             a_h = 0.07*exp(-(u + 65)/20)/ms : Hz
             b_h = 1/(1 + exp(-(u + 35)/10))/ms : Hz
             a_n = 0.01*10/exprel(-(u + 55)/10)/ms : Hz
             b_n = 0.125*exp(-(u + 65)/80)/ms : Hz
             I : 1"""
    g = b.NeuronGroup(o.n, eqs, threshold="v >= 0*mV", refractory="v >= 0*mV", method="exponential_euler")
    g.v = -65 * b.mV
    g.m, g.h, g.n = "a_m/(a_m + b_m)", "a_h/(a_h + b_h)", "a_n/(a_n + b_n)"
    g.I = "200.0*i/%d" % max(o.n - 1, 1)
    return g, [], 0


def main():
    p = argparse.ArgumentParser()
    p.add_argument("network", choices=["check", "cuba", "coba", "cobahh", "brunel", "hhsweep"])
    p.add_argument("--n", type=int, default=4000)
    p.add_argument("--ms", type=float, default=1000)
    p.add_argument("--dt", type=float, default=0.1)
    p.add_argument("--times", action="store_true", help="keep every spike, not only how many")
    p.add_argument("--dir")
    o = p.parse_args()
    if o.network == "check":
        print(json.dumps({"peer": "Brian2", "version": b.__version__}))
        return
    b.set_device("cpp_standalone", directory=o.dir, build_on_run=False)
    b.prefs.devices.cpp_standalone.openmp_threads = 0
    b.seed(1)
    b.defaultclock.dt = o.dt * b.ms
    group, others, synapses = globals()[o.network](o)
    spikes = b.SpikeMonitor(group, record=o.times)
    net = b.Network(group, spikes, *others)
    net.run(o.ms * b.ms)
    b.device.build(directory=o.dir, compile=True, run=False, debug=False)
    files = {name: os.path.join("results", os.path.basename(b.device.get_array_filename(spikes.variables[name])))
             for name in ["count"] + (["t", "i"] if o.times else [])}
    meta = dict(files, version=b.__version__, model_s=o.ms / 1000, synapses=synapses, n=o.n)
    with open(os.path.join(o.dir, "meta.json"), "w") as f:
        json.dump(meta, f)
    print(json.dumps({"peer": "Brian2", "version": b.__version__}))


if __name__ == "__main__":
    main()
