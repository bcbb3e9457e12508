# SPDX-License-Identifier: BSD-3-Clause
"""CUBA, COBA and COBAHH of Brette et al. (2007) on one core, fixed steps, against Brian 2: the same equations, method, step, delay and number of
inputs; also 16 times as many neurons with as many inputs each."""
import os
import sys

import frame

NETS = { # name: sets of ours, step in ms, rate in Hz that counts as alive
    "cuba": (["populations.%s.solver={name: exact}"], 0.1, 1),
    "coba": (["populations.%s.solver={name: euler, dt: 0.1 ms}"], 0.1, 1),
    "cobahh": (["populations.%s.solver={name: exp-euler, dt: 0.025 ms}"], 0.025, 1),
}


def sets_of(net, n, ms):
    solver, step, _ = NETS[net]
    s = ["run.t_stop=%g" % ms, "run.resolution=%g" % step, "populations.E.size=%d" % (n * 4 // 5), "populations.I.size=%d" % (n // 5)]
    for p in "EI":
        s += [x % p for x in solver]
    return s


def main():
    b = frame.Bench("brette", "CUBA, COBA, COBAHH of Brette et al. (2007), one core, fixed steps", repeats=(1, 3, 5))
    b.columns("network", "neurons", "program", "method", "CPU s a model s: min", "median", "max", "ns a neuron and step", "rate Hz")
    method = {"cuba": "exact, 0.1 ms", "coba": "Euler, 0.1 ms", "cobahh": "exp. Euler, 0.025 ms"}
    for net in NETS:
        for n in b.pick([400], [4000], [4000, 64000]):
            ms = b.pick(20, 1000, 1000 if n <= 4000 else 250)
            if net == "cobahh":
                ms = b.pick(10, 200, 1000 if n <= 4000 else 100)
            contenders = {"%s %d, ours" % (net, n): ours(b, net, n, ms)}
            try:
                contenders["%s %d, Brian2" % (net, n)] = b.brian(net, "--n", n, "--ms", ms, "--dt", NETS[net][1])
            except frame.Skip as why:
                b.note("Brian2: skipped, %s" % why)
            results = b.interleave(contenders)
            report(b, net, n, method[net], results)
    return b.finish()


def ours(b, net, n, ms):
    path, sets = os.path.join(frame.JOBS, "brette-2007", net + ".yaml"), sets_of(net, n, ms)
    return lambda: b.cost(path, sets, short="run.t_stop=%g" % NETS[net][1])


def report(b, net, n, method, results):
    costs = {}
    for name, got in results.items():
        costs[name] = [g["run_s"] / g["model_s"] for g in got]
        rate = got[0]["spikes"] / n / got[0]["model_s"]
        low, mid, high = frame.spread(costs[name])
        b.row(net, n, name.split(", ")[1], method, low, mid, high, low * 1e9 / n / (1000 / NETS[net][1]), rate)
        if rate < NETS[net][2]:
            b.note("%s: %.2f Hz, it has fallen silent, its time means nothing" % (name, rate))
    if len(costs) == 2:
        mine, other = costs["%s %d, ours" % (net, n)], costs["%s %d, Brian2" % (net, n)]
        goal = (2, 4) if net == "cobahh" else (1, 2)
        b.ratio("%s %d: Brian2 over ours" % (net, n), other, mine, *(goal if n == 4000 else (None, None)))


if __name__ == "__main__":
    sys.exit(main())
