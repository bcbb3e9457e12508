#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""peer_neuron.py WHAT [OPTIONS] -- NEURON, for the benchmarks. Prints one object of JSON.

WHAT: check (is it there?), hh (one neuron of the squid axon), load (one neuron of COBAHH under given events), net (the network COBAHH).
load and net need NEURON's compiler of mechanisms: nrnivmodl (Debian: neuron-dev), or what NRNIVMODL names.
"""
import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import time

try:
    import neuron
    from neuron import h
except ImportError as why:
    print("NEURON is not installed (Debian: python3-neuron): %s" % why, file=sys.stderr)
    sys.exit(69)
HERE = os.path.dirname(os.path.abspath(__file__))
DIAMETER_UM = 79.788456080287  # 20,000 um^2 with as much length


def mechanisms(folder):
    """Compile traub.mod once per folder, and load it."""
    lib = [os.path.join(folder, "x86_64", p) for p in ("libnrnmech.so", ".libs/libnrnmech.so")]
    if not any(os.path.exists(f) for f in lib):
        compiler = os.environ.get("NRNIVMODL") or shutil.which("nrnivmodl")
        if not compiler:
            print("nrnivmodl is not installed (Debian: neuron-dev)", file=sys.stderr)
            sys.exit(69)
        os.makedirs(folder, exist_ok=True)
        shutil.copy(os.path.join(HERE, "traub.mod"), folder)
        env = dict(os.environ, CFLAGS="-O3 -march=native", CXXFLAGS="-O3 -march=native")
        subprocess.run([compiler], cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    for f in lib:
        if os.path.exists(f):
            h.nrn_load_dll(f)
            return
    print("nrnivmodl failed", file=sys.stderr)
    sys.exit(70)


def method(o):
    cv = h.CVode()
    cv.cache_efficient(1)
    if o.atol > 0:
        cv.active(1)
        cv.use_local_dt(1 if o.local else 0)
        cv.rtol(0)
        cv.atol(o.atol)
        cv.condition_order(2)
    else:
        cv.active(0)
        h.dt = o.dt
        h.secondorder = o.second


class Traub:
    """One neuron of COBAHH with its two synapses."""

    def __init__(self):
        self.soma = h.Section(name="soma", cell=self)
        self.soma.L = self.soma.diam = DIAMETER_UM
        self.soma.cm = 1
        self.soma.insert("traub")
        self.ex, self.inh = h.ExpSyn(self.soma(0.5)), h.ExpSyn(self.soma(0.5))
        self.ex.tau, self.ex.e = 5, 0
        self.inh.tau, self.inh.e = 10, -80

    def source(self, target):
        nc = h.NetCon(self.soma(0.5)._ref_v, target, sec=self.soma)
        nc.threshold = -33
        return nc


def timed(ms):
    """CPU and wall seconds from now to ms."""
    pc = h.ParallelContext()
    pc.set_maxstep(10)
    cpu, wall = time.process_time(), time.monotonic()
    pc.psolve(ms)
    return time.process_time() - cpu, time.monotonic() - wall


def run_hh(o):
    s = h.Section(name="soma")
    s.L = s.diam = 100
    s.cm = 1
    s.insert("hh")
    h.usetable_hh = 0
    h.celsius = 6.3
    s(0.5).hh.el = -54.4
    s(0.5).ena, s(0.5).ek = 50, -77
    clamp = h.IClamp(s(0.5))
    clamp.delay, clamp.dur = -1, 1e9
    clamp.amp = o.current * h.area(0.5, sec=s) * 1e-2 * 1e-3  # uA/cm2 times um2, in nA
    nc = h.NetCon(s(0.5)._ref_v, None, sec=s)
    nc.threshold = 0
    times = h.Vector()
    nc.record(times)
    method(o)
    h.finitialize(-65)
    cpu, wall = timed(o.ms)
    return dict(run_s=cpu, run_wall_s=wall, times=list(times))


def run_load(o):
    mechanisms(o.mod)
    cell = Traub()
    with open(o.events) as f:
        events = json.load(f)  # {"ex": [arrival in ms, ...], "in": [...]}
    cons = {}
    for port, target, weight in (("ex", cell.ex, 0.006), ("in", cell.inh, 0.067)):
        cons[port] = h.NetCon(None, target)
        cons[port].weight[0], cons[port].delay = weight, 0.1  # not used by event()
    nc = cell.source(None)
    times = h.Vector()
    nc.record(times)
    method(o)
    h.finitialize(-60)
    for port in cons:
        for t in events[port]:
            cons[port].event(t)
    cpu, wall = timed(o.ms)
    return dict(run_s=cpu, run_wall_s=wall, times=list(times))


def run_net(o):
    mechanisms(o.mod)
    rng = random.Random(1)
    cells = [Traub() for _ in range(o.n)]
    n_e = o.n * 4 // 5
    cons = []
    for t, cell in enumerate(cells):
        for first, size, k, target, weight in ((0, n_e, 64, cell.ex, 0.006), (n_e, o.n - n_e, 16, cell.inh, 0.067)):
            for s in rng.sample([x for x in range(first, first + size) if x != t], k):
                nc = cells[s].source(target)
                nc.weight[0], nc.delay = weight, 0.1
                cons.append(nc)
    spikes, who = h.Vector(), h.Vector()
    watch = [c.source(None) for c in cells]
    for k, nc in enumerate(watch):
        nc.record(spikes, who, k)
    starts = []
    for cell in cells[:50]:
        nc = h.NetCon(None, cell.ex)
        nc.weight[0], nc.delay = 0.006, 0.1  # the delay is not used
        starts.append(nc)
    method(o)
    h.finitialize(-60)
    for nc in starts:  # a Poisson train of 300 spikes/s from 1 to 51 ms
        t = 1 + rng.expovariate(0.3)
        while t < 51:
            nc.event(t)
            t += rng.expovariate(0.3)
    cpu, wall = timed(o.ms)
    return dict(run_s=cpu, run_wall_s=wall, spikes=len(spikes), synapses=len(cons), n=o.n, model_s=o.ms / 1000)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("what", choices=["check", "hh", "load", "net"])
    p.add_argument("--n", type=int, default=4000)
    p.add_argument("--ms", type=float, default=1000)
    p.add_argument("--dt", type=float, default=0.025, help="fixed step, when there is no --atol")
    p.add_argument("--second", type=int, default=0, help="secondorder of fixed steps: 0 or 2")
    p.add_argument("--atol", type=float, default=0, help="tolerance of CVODE")
    p.add_argument("--local", action="store_true", help="an integrator for each cell")
    p.add_argument("--current", type=float, default=10, help="of hh, uA/cm2")
    p.add_argument("--events", help="file of load")
    p.add_argument("--mod", default="mod", help="folder of the compiled mechanism")
    o = p.parse_args()
    h.load_file("stdrun.hoc")
    answer = {"peer": "NEURON", "version": neuron.__version__}
    if o.what != "check":
        answer.update({"hh": run_hh, "load": run_load, "net": run_net}[o.what](o))
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
