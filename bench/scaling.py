# SPDX-License-Identifier: BSD-3-Clause
"""One to four ranks here, and what follows for 1,000 ranks from measured computation, spikes, bytes and messages. The network is the microcircuit
(jobs/microcircuit). The extrapolation is arithmetic with the stated assumptions about an interconnect, not a measurement."""
import json
import math
import os
import subprocess
import sys

import frame
import pd14

RANKS, SPIKE_BYTES = 1000, 16
LATENCY_US, BANDWIDTH_GB_S, IMBALANCE = 2.0, 10.0, 0.1  # of one message; into one rank; of the slowest rank over the mean


def plan(b, path, ranks):
    """Windows and bytes of an experiment on so many ranks, by ictus plan with the rates of a short run."""
    p = subprocess.run([b.program, "plan", path, "--ranks", str(ranks), "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                       universal_newlines=True)
    try:
        return json.loads(p.stdout)["traffic"]
    except (ValueError, KeyError):
        raise frame.Skip("ictus plan gave no traffic")


def fit(points):
    """Least squares of y = a + c / p over (p, y), both not negative."""
    n, sx, sy = len(points), sum(1 / p for p, _ in points), sum(y for _, y in points)
    sxx, sxy = sum(1 / p / p for p, _ in points), sum(y / p for p, y in points)
    c = (n * sxy - sx * sy) / (n * sxx - sx * sx) if n > 1 else points[0][1]
    a = (sy - c * sx) / n
    if a < 0:
        a, c = 0.0, sxy / sxx
    if c < 0:
        a, c = sy / n, 0.0
    return a, c


def main():
    b = frame.Bench("scaling", "the microcircuit on one to four ranks, and what follows for %d" % RANKS, repeats=(1, 3, 5))
    scale = b.pick(0.02, 0.1, 0.2)
    ms = b.pick(20, 300, 1000)
    path = pd14.experiment(b, scale, "poisson", ms)
    contenders = {"%d" % np: (lambda np=np: b.ictus(path, np=np)) for np in (1, 2, 3, 4)}
    results = b.interleave(contenders)
    cores = os.cpu_count() or 1
    b.columns("ranks", "wall s a model s: min", "median", "max", "speed-up", "CPU s a model s", "solve s", "deliver s", "exchange s", "")
    first = None
    for name, got in results.items():
        per = [g["run_wall_s"] * 1000 / g["t_ms"] for g in got]
        low, mid, high = frame.spread(per)
        first = first or low
        best = min(got, key=lambda g: g["run_wall_s"])
        b.row(name, low, mid, high, first / low, best["cpu_s"] * 1000 / best["t_ms"], best.get("solve_s", 0.0), best.get("deliver_s", 0.0),
              best.get("exchange_s", 0.0), "more ranks than cores" if int(name) > cores else "")
    b.note("solve, deliver, exchange: of rank 0; exchange holds the waiting for the slowest")
    extrapolate(b, path, results, scale, ms, cores)
    return b.finish()


def extrapolate(b, path, results, scale, ms, cores):
    inside = {int(p): min(got, key=lambda g: g["run_wall_s"]) for p, got in results.items() if int(p) <= cores}
    if len(inside) < 2:
        b.note("no extrapolation: two ranks on two cores are needed")
        return
    try:
        traffic = plan(b, path, RANKS)
    except frame.Skip as why:
        b.note("no extrapolation: %s" % why)
        return
    windows = ms / traffic["window_ms"]
    solve = fit([(p, g.get("solve_s", 0.0)) for p, g in inside.items()])
    deliver = fit([(p, g.get("deliver_s", 0.0)) for p, g in inside.items()])
    received = traffic["received_bytes_per_window"]
    hops = math.ceil(math.log2(RANKS))
    b.line()
    b.row("at %d ranks, s a model s" % RANKS, "compute", "messages", "bytes", "in all", "over 1 rank")
    one = inside[1]["run_wall_s"]
    messages = windows * hops * LATENCY_US * 1e-6
    for what, factor in (("the same network", 1.0), ("a network %d times as large" % RANKS, float(RANKS))):
        # a larger network has as many neurons and synapses a rank as one rank here, and every rank sees the spikes of all
        compute = (solve[0] + deliver[0] * factor + (solve[1] + deliver[1]) * factor / RANKS) * (1 + IMBALANCE)
        volume = max(received, traffic["spikes_per_window"] * factor * SPIKE_BYTES)
        grown = windows * volume / (BANDWIDTH_GB_S * 1e9)
        total = compute + messages + grown
        b.row(what, compute * 1000 / ms, messages * 1000 / ms, grown * 1000 / ms, total * 1000 / ms,
              "%.3g times" % (total / one))
    b.note("extrapolated, not measured: time on p ranks is a + c / p for solving and for delivering (here a = %.2g and %.2g s, c = %.2g and %.2g s), "
           "the slowest rank %d %% above the mean, an exchange of log2(p) messages of %g us in each window, %.3g received bytes a window "
           "(ictus plan --ranks %d) at %g GB/s into a rank, nothing overlapped" % (
               solve[0], deliver[0], solve[1], deliver[1], IMBALANCE * 100, LATENCY_US, received, RANKS, BANDWIDTH_GB_S))
    b.note("%.0f windows of %g ms; %.3g spikes in each, of %d bytes" % (windows, traffic["window_ms"], traffic["spikes_per_window"],
                                                                        SPIKE_BYTES))


if __name__ == "__main__":
    sys.exit(main())
