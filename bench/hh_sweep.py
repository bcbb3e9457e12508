# SPDX-License-Identifier: BSD-3-Clause
"""Independent Hodgkin-Huxley neurons over current, 0 to 200 uA/cm2, on one core: cost and error of the spike times of each method, and cost at
the same error. The error is measured on every hundredth neuron, against CVODE (Adams) at tolerance 1e-12."""
import os
import sys

import frame


def text(n, ms, solver, step=0.0):
    timing = "resolution: %g ms" % step if step else "timing: exact"
    return ("ictus: 1\nname: hh-sweep\nrun: {t_stop: %g ms, %s}\npopulations:\n  hh: {size: %d, model: hodgkin_huxley, params: {I: "
            "{distribution: linear, from: 0, to: 200}}, solver: {%s}}\n" % (ms, timing, n, solver))


def trains(times, neurons, n):
    got = [[] for _ in range(n)]
    for t, k in zip(times, neurons):
        got[k].append(t)
    return got


def quality(got, reference):
    """Mean error of all spikes in ms; neurons whose number of spikes differs."""
    d, wrong = [], 0
    for a, r in zip(got, reference):
        d += [abs(x - y) for x, y in zip(a, r)]
        wrong += len(a) != len(r)
    return sum(d) / len(d) if d else 0.0, wrong


def main():
    b = frame.Bench("hh-sweep", "independent Hodgkin-Huxley neurons over current, one core", repeats=(1, 2, 3))
    n, few, ms = b.pick(20, 2000, 10000), b.pick(5, 41, 101), b.pick(20, 200, 1000)
    methods = {"%s %s" % (s, tol): ("name: %s, rtol: %s, atol: %s" % (s, tol, tol), 0.0)
               for s in ("rk45", "rosenbrock", "cvode-bdf") for tol in b.pick(["1e-4"], ["1e-2", "1e-3", "1e-4", "1e-5"],
                                                                              ["1e-2", "1e-3", "1e-4", "1e-5", "1e-6"])}
    for dt in b.pick([0.025], [0.025], [0.025, 0.01]):
        methods["exp-euler %g ms" % dt] = ("name: exp-euler, dt: %g ms" % dt, dt)
    results, wanted = {}, None
    try:
        wanted = reference(b, few, ms)
    except frame.Skip as why:
        b.note("no errors: %s" % why)
    contenders = {"ours, " + m: (lambda w=what, s=step, m=m: ours(b, m, n, ms, w, s)) for m, (what, step) in methods.items()}
    for dt in b.pick([0.025], [0.025], [0.025, 0.01]):
        try:
            contenders["Brian2, exp. Euler %g ms" % dt] = b.brian("hhsweep", "--n", n, "--ms", ms, "--dt", dt)
        except frame.Skip as why:
            b.note("Brian2: skipped, %s" % why)
    results = b.interleave(contenders)
    b.columns("program, method", "CPU s a model s: min", "median", "max", "us a neuron and ms", "mean error ms", "neurons with other count")
    points, costs = {}, {}
    for name, got in results.items():
        costs[name] = [g["run_s"] / g["model_s"] for g in got]
        low, mid, high = frame.spread(costs[name])
        error, wrong = accuracy(b, name, methods, few, ms, wanted)
        b.row(name, low, mid, high, low * 1e3 / n, error if error is not None else "-", wrong if wrong is not None else "-")
        if error:
            points.setdefault(name.rsplit(" ", 2 if "Euler" in name or "euler" in name else 1)[0], []).append((error, low))
    compare(b, points)
    return b.finish()


def ours(b, m, n, ms, what, step):
    path = b.write("hh-%s.yaml" % m.replace(" ", "-"), text(n, ms, what, step))
    return b.cost(path, short="run.t_stop=%g" % (step or 0.1))


def reference(b, few, ms):
    path = b.write("reference.yaml", text(few, ms, "name: cvode-adams, rtol: 1e-12, atol: 1e-12"))
    folder = os.path.join(b.tmp, "reference")
    b.ictus(path, output=folder)
    return trains(*b.spike_times(folder, "hh"), few)


def accuracy(b, name, methods, few, ms, wanted):
    if wanted is None:
        return None, None
    program, method = name.split(", ", 1)
    if program == "Brian2":
        got = b.brian("hhsweep", "--n", few, "--ms", ms, "--dt", method.split()[2], "--times")()
        times = frame.read_array(os.path.join(got["folder"], got["meta"]["t"]), "d")
        who = frame.read_array(os.path.join(got["folder"], got["meta"]["i"]), "i")
        step = float(method.split()[2])  # a spike is seen at the begin of the step after which it is counted: the end is nearer
        return quality(trains([t * 1000 + step for t in times], who, few), wanted)
    what, step = methods[method]
    folder = os.path.join(b.tmp, "few")
    b.ictus(b.write("few.yaml", text(few, ms, what, step)), output=folder)
    return quality(trains(*b.spike_times(folder, "hh"), few), wanted)


def compare(b, points):
    """Cost of the others over that of rk45 at the error of the others."""
    mine = points.get("ours, rk45", [])
    for name, goal in (("ours, cvode-bdf", (20, 40)), ("Brian2, exp. Euler", (10, 20)), ("ours, rosenbrock", (None, None))):
        for error, cost in points.get(name, []):
            equal = frame.at_error(mine, error)
            if equal is None and mine:
                best = [c for e, c in mine if e <= error]  # more accurate than needed at every tolerance: its cheapest
                equal = min(best) if best else None
            if equal:
                b.ratio("%s over our rk45, mean error %.2g ms" % (name, error), [cost], [equal], *goal)


if __name__ == "__main__":
    sys.exit(main())
