# SPDX-License-Identifier: BSD-3-Clause
"""What it takes to build a network: time, bytes a synapse when it stands, and the peak on the way there; on one and two ranks, with one weight and
delay for all synapses of a projection, and with both drawn for every synapse."""
import sys

import frame

SAME = "weight: 1 pA, delay: 1.5 ms"
DRAWN = ("weight: {distribution: normal, mean: 1 pA, std: 0.1 pA, min: 0 pA}, delay: {distribution: normal, mean: 1.5 ms, std: 0.75 ms, "
         "min: 0.1 ms}")


def text(ms, neurons, indegree, how):
    return ("ictus: 1\nname: construct\nrun: {t_stop: %g ms, resolution: 0.1 ms}\npopulations:\n"
            "  A: {size: %d, model: iaf_psc_delta, solver: exact}\nprojections:\n"
            "  a: {source: A, target: A, rule: fixed_indegree, indegree: %d, %s}\n" % (ms, neurons, indegree, how.replace(" pA", " mV")))


def main():
    b = frame.Bench("construct", "construction of a network, fixed in-degree 1,000", repeats=(1, 2, 3))
    b.columns("synapses", "weights and delays", "ranks", "wall s: min", "median", "max", "million a s and core", "bytes a synapse", "peak bytes",
              "peak over standing")
    total = b.pick([1e5], [1e6, 1e7], [1e7, 1e8])
    for n in total:
        for how, word in ((SAME, "the same for all"), (DRAWN, "drawn")):
            path = b.write("construct-%g-%s.yaml" % (n, word[:3]), text(b.pick(100, 5000, 5000), int(n / 1000), 1000, how))
            contenders = {"%g, %s, %d" % (n, word, np): lambda path=path, np=np: b.ictus(path, np=np, sample=True) for np in (1, 2)}
            for name, got in b.interleave(contenders).items():
                report(b, name, got)
    b.note("standing: resident memory in the windows, in which no neuron fires (-: too short to be seen); both less what an empty run takes")
    return b.finish()


def report(b, name, got):
    np = int(name.split(", ")[2])
    empty = b.startup(np)
    built = [max(g["wall_s"] - g["run_wall_s"] - empty["wall_s"], 1e-3) for g in got]
    low, mid, high = frame.spread(built)
    synapses = got[0]["synapses"]
    stood = [g["standing_bytes"] - empty["peak_bytes"] for g in got if g["standing_bytes"]]
    stood = [x for x in stood if x > 0]
    peak = max(g["peak_bytes"] for g in got) - empty["peak_bytes"]
    b.row("%.0e" % synapses, name.split(", ")[1], np, low, mid, high, synapses / low / np / 1e6, min(stood) / synapses if stood else "-",
          peak / synapses, peak / min(stood) if stood else "-")


if __name__ == "__main__":
    sys.exit(main())
