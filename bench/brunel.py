# SPDX-License-Identifier: BSD-3-Clause
"""Brunel's network of 12,500 neurons and 15.6 million synapses, pulse and alpha-shaped: on two ranks against NEST on two threads (wall time), on
one core against Brian 2 (CPU time, pulses only)."""
import os
import sys

import frame
import recorded


def main():
    b = frame.Bench("brunel", "Brunel's network, 12,500 neurons, in-degree 1,250", repeats=(1, 3, 5))
    n, ms = b.pick(1000, 12500, 12500), b.pick(20, 200, 1000)
    events = n * (n // 10)  # a spike of every neuron
    b.columns("network", "program", "on", "s a model s: min", "median", "max", "ns a synaptic event", "rate Hz", "build s")
    contenders = {}
    for kind in ("delta", "alpha"):
        path = os.path.join(frame.JOBS, "brunel-2000", kind + ".yaml")
        sets = ["run.t_stop=%g" % ms, "populations.E.size=%d" % (n * 4 // 5), "populations.I.size=%d" % (n // 5),
                "projections.exc.indegree=%d" % (n * 4 // 50), "projections.inh.indegree=%d" % (n // 50)]
        contenders[kind + ", ours, 2 ranks"] = lambda path=path, sets=sets: walls(b, b.ictus(path, sets, np=2), 2)
        contenders[kind + ", NEST, 2 threads"] = lambda kind=kind: b.peer("peer_nest.py", kind, "--n", n, "--ms", ms, "--threads", 2)
        if kind == "delta":
            contenders["delta, ours, 1 core"] = lambda path=path, sets=sets: b.cost(path, sets)
    try:
        contenders["delta, Brian2, 1 core"] = b.brian("brunel", "--n", n, "--ms", ms)
    except frame.Skip as why:
        b.note("Brian2: skipped, %s" % why)
    results = b.interleave(contenders)
    seconds = {}
    for name, got in results.items():
        kind, program, on = name.split(", ")
        seconds[name] = [g["run_s"] / g["model_s"] for g in got]
        rate = got[0]["spikes"] / n / got[0]["model_s"]
        low, mid, high = frame.spread(seconds[name])
        built = [g["build_s"] for g in got if "build_s" in g]
        b.row(kind, program, on, low, mid, high, low * 1e9 / max(rate * events, 1), rate, min(built) if built else "-")
    finish(b, n, seconds)
    return b.finish()


def walls(b, got, np):
    """Two ranks are timed by the clock; what is before and behind the windows is the building of the network."""
    got.update(run_s=got["run_wall_s"], model_s=got["t_ms"] / 1000,
               build_s=max(got["wall_s"] - got["run_wall_s"] - b.startup(np)["wall_s"], 0))
    return got


def finish(b, n, seconds):
    for kind in ("delta", "alpha"):
        mine, nest = seconds.get(kind + ", ours, 2 ranks"), seconds.get(kind + ", NEST, 2 threads")
        if mine and nest:
            b.ratio("%s: NEST over ours, wall" % kind, nest, mine, 5, 10)
        elif mine and kind in recorded.BRUNEL and n == 12500:
            wall, build, _, _ = recorded.BRUNEL[kind]
            b.row(kind, recorded.WORDS, "2 threads", wall, "", "", wall * 1e9 / (37.6 * n * n / 10), 37.6, build)
            recorded.note(b, frame.machine())
            b.note("%s: the recorded NEST takes %.1f times as long as our fastest repeat" % (kind, wall / min(mine)))
    if "delta, Brian2, 1 core" in seconds and "delta, ours, 1 core" in seconds:
        b.ratio("delta: Brian2 over ours, 1 core", seconds["delta, Brian2, 1 core"], seconds["delta, ours, 1 core"])


if __name__ == "__main__":
    sys.exit(main())
