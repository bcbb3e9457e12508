# SPDX-License-Identifier: BSD-3-Clause
"""Spike-time error against cost. One neuron of Hodgkin and Huxley at 10 uA/cm2, free running; and COBAHH, whose error is that of one neuron
under given input of the network's rate, and whose cost is that of the network of 4,000, at the same tolerance. All our solvers that
serve the models, and NEURON's variable step. Draws bench/work-precision-*.png in the build folder."""
import json
import os
import random
import sys

import frame

SOLVERS = ["cvode-bdf", "cvode-adams", "rk45", "rosenbrock"]
FIXED = ["exp-euler", "rk4"]
WEIGHTS = {"ex": (64 * 28.0, "6 nS"), "in": (16 * 28.0, "67 nS")}  # events per second, weight
DELAY = 0.1


def solver_text(solver, level):
    return "name: %s, dt: %s ms" % (solver, level) if solver in FIXED else "name: %s, rtol: %s, atol: %s" % (solver, level, level)


def run_text(solver, level, ms):
    return "run: {t_stop: %g ms, %s}" % (ms, "resolution: %s ms" % level if solver in FIXED else "timing: exact")


def methods(b, tolerances, steps):
    return [(s, t) for s in SOLVERS for t in tolerances] + [(s, dt) for s in FIXED for dt in steps]


# ---- one free neuron ------------------------------------------------------------------------------------------------------------


def free_text(solver, level, ms):
    return "ictus: 1\nname: free\n%s\npopulations:\n  hh: {size: 1, model: hodgkin_huxley, params: {I: 10}, solver: {%s}}\n" % (
        run_text(solver, level, ms), solver_text(solver, level))


def ours_free(b, solver, level, ms):
    path = b.write("free-%s-%s.yaml" % (solver, level), free_text(solver, level, ms))
    got = b.cost(path, short="run.t_stop=%s" % (level if solver in FIXED else "0.1"))
    folder = os.path.join(b.tmp, "free")
    b.ictus(path, output=folder)
    got["times"] = b.spike_times(folder, "hh")[0]
    return got


def free(b):
    ms = b.pick(100, 10000, 10000)
    levels = methods(b, b.pick(["1e-4"], ["1e-4", "1e-6", "1e-8"], ["1e-%d" % k for k in range(3, 11)]),
                     b.pick(["0.025"], ["0.025", "0.005"], ["0.05", "0.025", "0.01", "0.005", "0.0025"]))
    try:
        want = ours_free(b, "cvode-adams", "1e-13", ms)["times"]
    except frame.Skip as why:
        b.note("one neuron: skipped, %s" % why)
        return
    contenders = {"%s %s, ours" % m: (lambda m=m: ours_free(b, m[0], m[1], ms)) for m in levels}
    for atol in b.pick(["1e-4"], ["1e-4", "1e-6", "1e-7"], ["1e-%d" % k for k in range(3, 11)]):
        contenders["CVODE %s, NEURON" % atol] = lambda atol=atol: b.peer("peer_neuron.py", "hh", "--ms", ms, "--atol", atol)
    results = b.interleave(contenders)
    tight = results.get("CVODE %s, NEURON" % b.pick("1e-4", "1e-7", "1e-10"))
    if tight:
        b.note("one neuron: the reference and NEURON's tightest run differ by %.2g ms at most" % frame.errors(tight[0]["times"], want)[1])
    points = {}
    for name, got in results.items():
        method, program = name.split(", ")
        _, worst, more = frame.errors(got[0]["times"], want)
        cost = [g["run_s"] for g in got]
        low, mid, high = frame.spread(cost)
        b.row("one neuron, %g s" % (ms / 1000), program, *method.split(), low, mid, high, "-", worst, "%+d" % more)
        if more == 0:
            points.setdefault("%s, %s" % (method.split()[0], program), []).append((worst, low))
    target = 1e-3
    best = {n: frame.at_error(p, target) for n, p in points.items()}
    mine = {n: c for n, c in best.items() if c and n.endswith("ours")}
    other = best.get("CVODE, NEURON")
    if mine and other:
        fastest = min(mine, key=mine.get)
        b.ratio("one neuron, error %g ms: NEURON's CVODE over %s" % (target, fastest), [other], [mine[fastest]], 2, 5)
    elif mine or other:
        b.note("one neuron: an error of %g ms is not within what was run by both programs" % target)
    picture(b, "one", points, "One Hodgkin-Huxley neuron, %g s" % (ms / 1000), "largest error of a spike time (ms)", "CPU time (s)")


# ---- COBAHH under load ----------------------------------------------------------------------------------------------------------


def events(b, ms):
    """Arrivals at one neuron, kept as spikes of two sources that fire DELAY earlier."""
    rng = random.Random(5)
    made = {}
    for port, (rate, _) in WEIGHTS.items():
        t, made[port] = rng.expovariate(rate / 1000), []
        while t < ms - 1:
            made[port].append(t)
            t += rng.expovariate(rate / 1000)
        b.write("load-%s.txt" % port, "".join("0 %.17g\n" % t for t in made[port]))
    return b.write("load.json", json.dumps({p: [t + DELAY for t in times] for p, times in made.items()}))


def load_text(solver, level, ms):
    text = ["ictus: 1", "name: load", run_text(solver, level, ms), "populations:",
            "  N: {size: 1, model: hh_cond_exp_traub, params: {E_L: -60 mV}, solver: {%s}}" % solver_text(solver, level)]
    text += ["  %s: {size: 1, spike_file: load-%s.txt}" % (p, p) for p in WEIGHTS]
    text += ["projections:"]
    text += ["  %s: {source: %s, target: N, rule: all_to_all, port: %s, weight: %s, delay: %g ms}" % (p, p, p, w, DELAY)
             for p, (_, w) in WEIGHTS.items()]
    return "\n".join(text + ["record: {spikes: {type: spikes, population: N}}"]) + "\n"


def loaded(b, solver, level, ms):
    """Spike times of the neuron under given events."""
    path = b.write("load-%s-%s.yaml" % (solver, level), load_text(solver, level, ms))
    folder = os.path.join(b.tmp, "load")
    b.ictus(path, output=folder)
    return b.spike_times(folder, "N")[0]


def network(b, solver, level, ms):
    sets = ["run.t_stop=%g" % ms]
    sets += ["run.resolution=%s" % level] if solver in FIXED else ["run.timing=exact"]
    sets += ["populations.%s.solver={%s}" % (p, solver_text(solver, level)) for p in "EI"]
    got = b.cost(os.path.join(frame.JOBS, "brette-2007", "cobahh.yaml"), sets, short="run.t_stop=%s" % (level if solver in FIXED else "0.1"))
    got["n"] = 4000
    return got


def cobahh(b):
    ms, wall_ms = b.pick(200, 2000, 20000), b.pick(2, 20, 100)
    path = events(b, ms)
    levels = methods(b, b.pick(["1e-3"], ["1e-3", "1e-4"], ["1e-2", "1e-3", "1e-4", "1e-5", "1e-6"]),
                     b.pick([], ["0.025"], ["0.1", "0.05", "0.025", "0.0125"]))
    try:
        want = loaded(b, "cvode-adams", "1e-12", ms)
    except frame.Skip as why:
        b.note("COBAHH: skipped, %s" % why)
        return
    contenders = {"%s %s, ours" % m: (lambda m=m: network(b, m[0], m[1], wall_ms)) for m in levels}
    mod = os.path.join(b.out, "neuron")
    for atol in b.pick([], ["1e-3"], ["1e-2", "1e-3", "1e-4", "1e-5"]):
        contenders["CVODE %s, NEURON" % atol] = lambda atol=atol: b.peer(
            "peer_neuron.py", "net", "--n", 4000, "--ms", wall_ms, "--atol", atol, "--local", "--mod", mod)
    results = b.interleave(contenders, 1 if b.size == "quick" else None)
    try:
        args = ("peer_neuron.py", "load", "--ms", ms, "--events", path, "--local", "--mod", mod, "--atol")
        tight = b.peer(*args, "1e-9")
        b.note("COBAHH under load: the reference and NEURON at 1e-9 differ by %.2g ms on average" % frame.nearest_errors(tight["times"], want)[0])
    except frame.Skip as why:
        b.note("COBAHH, NEURON: skipped, %s" % why)
    points = {}
    for name, got in results.items():
        (solver, level), program = name.split(", ")[0].split(), name.split(", ")[1]
        try:
            alone = b.peer(*args, level) if program == "NEURON" else {"times": loaded(b, solver, level, ms)}
        except frame.Skip as why:
            b.note("%s: %s" % (name, why))
            continue
        mean, worst, lone = frame.nearest_errors(alone["times"], want)
        each = [g["run_s"] * 1e6 / g["n"] / (g["model_s"] * 1000) for g in got]
        low, mid, high = frame.spread(each)
        b.row("COBAHH", program, solver, level, low, mid, high, mean, worst, str(lone), got[0]["spikes"] / got[0]["n"] / got[0]["model_s"])
        if "run_s" in alone:
            b.note("COBAHH: NEURON at %s takes %.3g us a millisecond for one neuron alone under given input" % (level, alone["run_s"] * 1e6 / ms))
        if mean > 0:
            points.setdefault("%s, %s" % (solver, program), []).append((mean, low))
    equal_error(b, points)
    picture(b, "cobahh", points, "COBAHH: 4,000 neurons under the load of the network", "mean error of a spike time (ms)",
            "CPU time (us a neuron and ms)")


def equal_error(b, points):
    """NEURON over ours at the error that NEURON has."""
    for name, mine in points.items():
        if not name.endswith("ours"):
            continue
        for error, cost in points.get("CVODE, NEURON", []):
            equal = frame.at_error(mine, error) or min([c for e, c in mine if e <= error], default=None)
            if equal:
                goal = (50, 150) if name.startswith("rk45") else (None, None)
                b.ratio("COBAHH, mean error %.2g ms: NEURON's local CVODE over %s" % (error, name), [cost], [equal], *goal)


# ---- both -----------------------------------------------------------------------------------------------------------------------


def picture(b, name, points, title, x, y):
    path = os.path.join(b.out, "work-precision-%s.png" % name)
    if frame.gnuplot(path, points, title, x, y):
        b.note("picture: " + path)


def main():
    b = frame.Bench("work-precision", "spike-time error against cost", repeats=(1, 3, 5))
    b.columns("what", "program", "method", "tolerance or step", "cost: min", "median", "max", "mean error ms", "largest error ms", "missing or more",
              "rate Hz")
    free(b)
    b.line()
    cobahh(b)
    b.note("cost: CPU seconds of the run (one neuron); CPU us a neuron and model millisecond of the network (COBAHH). One core")
    b.note("the fixed steps of ours put spikes and events on the grid of the step")
    return b.finish()


if __name__ == "__main__":
    sys.exit(main())
