#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""make.py -- write the experiment of the Potjans-Diesmann microcircuit at any scale.

    python3 make.py > microcircuit.yaml                       # full scale, Poisson background
    python3 make.py --background dc > microcircuit-dc.yaml    # the background as constant currents
    python3 make.py --scale 0.1 > small.yaml                  # a tenth of the neurons, each with a tenth of its inputs

The numbers are those of the paper (doi:10.1093/cercor/bhs358) and of its published implementation (INM-6/microcircuit-PD14-model).
"""
import argparse
import math
import sys

POPULATIONS = "L23E L23I L4E L4I L5E L5I L6E L6I".split()
SIZE = [20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948]
K_EXT = [1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100]  # background inputs of a neuron
RATE_HZ = [0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829]  # mean rates at full scale
V0_MEAN = [-68.28, -63.16, -63.33, -63.45, -63.11, -61.66, -66.72, -61.43]
V0_STD = [5.36, 4.57, 4.74, 4.94, 4.94, 4.55, 5.46, 4.48]
# probability that a pair is connected by at least one synapse; row: target, column: source
PROBABILITY = [
    [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0, 0.0076, 0],
    [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0, 0.0042, 0],
    [0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0],
    [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0, 0.1057, 0],
    [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0],
    [0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0],
    [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
    [0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443],
]
C_M, TAU_M, TAU_SYN = 250.0, 10.0, 0.5  # pF, ms, ms
PSP_MV = 0.15
G = -4.0  # inhibitory over excitatory weight
BACKGROUND_HZ = 8.0
DELAY = {"E": (1.5, 0.75), "I": (0.75, 0.375)}  # mean and standard deviation, ms


def weight_pA():
    """Size of the current whose potential peaks at PSP_MV."""
    r, d = TAU_M / TAU_SYN, TAU_M - TAU_SYN
    return PSP_MV * C_M * (1 / TAU_SYN - 1 / TAU_M) / (r ** (-TAU_SYN / d) - r ** (-TAU_M / d))


def synapses(t, s):
    """Synapses from population s to population t at full scale: drawn with replacement, they connect PROBABILITY of the pairs."""
    return round(math.log1p(-PROBABILITY[t][s]) / math.log1p(-1 / (SIZE[s] * SIZE[t])))


def mean_weight(t, s):
    """Mean weight of these synapses, pA."""
    w = weight_pA()
    return w * (G if POPULATIONS[s].endswith("I") else 2 if (t, s) == (0, 2) else 1)


def dc_pA(t, scale, background):
    """Constant current of a neuron: the background if it is one, and what smaller weights take from the mean of the input."""
    w, lost = weight_pA(), 1 - math.sqrt(scale)
    recurrent = sum(mean_weight(t, s) * synapses(t, s) / SIZE[t] * RATE_HZ[s] for s in range(8))
    external = w * K_EXT[t] * BACKGROUND_HZ
    return 1e-3 * TAU_SYN * (lost * recurrent + (lost if background == "poisson" else 1) * external)


def number(x):
    return "%.9g" % x


def populations(o):
    for p, name in enumerate(POPULATIONS):
        current = dc_pA(p, o.scale, o.background)
        yield "  %s:" % name
        yield "    size: %d" % round(SIZE[p] * o.scale)
        yield "    model: %s" % o.model
        yield "    solver: exact"
        if current != 0:
            yield "    params: {I_e: %s pA}" % number(current)
        yield "    init: {V_m: {distribution: normal, mean: %s mV, std: %s mV}}" % (V0_MEAN[p], V0_STD[p])


def projections(o):
    for t, target in enumerate(POPULATIONS):
        for s, source in enumerate(POPULATIONS):
            n = round(synapses(t, s) * o.scale * o.scale)
            if n == 0:
                continue
            w = mean_weight(t, s) / math.sqrt(o.scale)
            delay, spread = DELAY[source[-1]]
            yield "  %s_%s:" % (source, target)
            yield "    {source: %s, target: %s, rule: fixed_total_number, N: %d," % (source, target, n)
            yield "     weight: {distribution: normal, mean: %s pA, std: %s pA, %s: 0 pA}," % (
                number(w), number(abs(w) / 10), "min" if w > 0 else "max")
            yield "     delay: {distribution: normal, mean: %s ms, std: %s ms, min: 0.1 ms}}" % (delay, spread)


def background(o):
    yield "stimuli: # %g spikes/s on each of the external inputs of a neuron, as one Poisson train" % BACKGROUND_HZ
    w = weight_pA() / math.sqrt(o.scale)
    for p, name in enumerate(POPULATIONS):
        rate = BACKGROUND_HZ * round(K_EXT[p] * o.scale)
        yield "  background_%s: {type: poisson_generator, target: %s, rate: %s Hz, weight: %s pA}" % (
            name, name, number(rate), number(w))


def experiment(o):
    variant = "" if o.background == "poisson" else "-dc"
    yield "# The cortical microcircuit of Potjans and Diesmann (2014). See README.md in this folder. Made by make.py: do not edit."
    if o.scale != 1:
        yield "# Scale %g of the neurons and of the inputs of each: weights over the root of it, constant currents for what is lost." % o.scale
    yield "ictus: 1"
    yield "name: microcircuit%s%s" % (variant, "" if o.scale == 1 else "-%g" % o.scale)
    yield "description: Potjans and Diesmann (2014) Cereb Cortex 24:785, doi:10.1093/cercor/bhs358"
    yield "seed: 55"
    yield ""
    yield "run:"
    yield "  t_stop: %s ms # the first 500 ms are warm-up" % number(o.t_stop)
    yield "  resolution: 0.1 ms"
    yield ""
    yield "populations:"
    yield from populations(o)
    yield ""
    yield "projections:"
    yield from projections(o)
    yield ""
    if o.background == "poisson":
        yield from background(o)
        yield ""
    yield "record:"
    yield "  spikes: {type: spikes, population: [%s]}" % ", ".join(POPULATIONS)
    yield "  rate: {type: rate, population: [%s], interval: 5 ms}" % ", ".join(POPULATIONS)


def options(argv):
    p = argparse.ArgumentParser(description="Write the experiment of the Potjans-Diesmann microcircuit to standard output.",
                                epilog="Example: python3 make.py --scale 0.1 > small.yaml")
    p.add_argument("--scale", type=float, default=1.0, help="of neurons and of inputs of each, above 0 and at most 1 (default 1)")
    p.add_argument("--background", choices=["poisson", "dc"], default="poisson", help="input from outside (default poisson)")
    p.add_argument("--t-stop", type=float, default=1500.0, metavar="MS", help="model time, with 500 ms of warm-up (default 1500)")
    p.add_argument("--model", default="lif_psc_exp.ode", help="path of the model as it shall stand in the experiment")
    p.add_argument("--total", action="store_true", help="print the number of synapses instead")
    o = p.parse_args(argv)
    if not (0 < o.scale <= 1) or not o.t_stop > 0:
        p.error("a scale above 0 and at most 1, and a time above 0 are wanted")
    return o


def main(argv):
    o = options(argv)
    if o.total:
        print(sum(round(synapses(t, s) * o.scale * o.scale) for t in range(8) for s in range(8)))
    else:
        print("\n".join(experiment(o)))


if __name__ == "__main__":
    main(sys.argv[1:])
