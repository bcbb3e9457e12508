# SPDX-License-Identifier: BSD-3-Clause
"""Figures of NEST, for machines that have none: measured in November 2026 with NEST 3.10.0 on 2 quiet Zen 4 cores of an AMD EPYC (1 MiB L2
a core, 32 MiB L3), 2 threads, the networks of the benchmarks. They are not of this run and mostly not of this machine: a hint, not a ratio."""

CPU = {"family": "25", "model": "17"}
WORDS = "NEST 3.10.0, recorded, not this run"

# wall seconds of a model second, seconds to build, peak bytes, synapses
PD14 = {0.1: (2.89, 0.753, 502.4e6, 2988810), 0.2: (8.01, 2.45, 1121e6, 11955239), 1.0: (141.3, 60.1, 9717e6, 299035306)}
BRUNEL = {"delta": (7.76, 1.97, 1180e6, 15625000)}


def note(bench, machine):
    """Say where the figures come from, and whether this is such a machine."""
    bench.note("%s: November 2026, 2 Zen 4 cores, 2 threads" % WORDS)
    if machine["family"] != CPU["family"] or machine["model"] != CPU["model"]:
        bench.note("this processor (%s, family %s, model %s) is not the one of the recorded figures (family %s, model %s): no ratio of them is "
                   "of one machine" % (machine["cpu"], machine["family"], machine["model"], CPU["family"], CPU["model"]))
