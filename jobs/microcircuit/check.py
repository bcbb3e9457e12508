#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""check.py [SCALE] -- run the microcircuit (default: at scale 0.1) and compare the rate of each population with the reference.

"make check-science" calls it; by hand: ICTUS_BIN names the program (default: ictus), ICTUS_MPIRUN the launcher (default: mpirun), NP the
number of ranks (default: 2).
"""
import json
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # not beside the installed files
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import make  # noqa: E402

# Mean rates in Hz. Full scale: the published implementation. Scaled down: NEST 3.10.0, 1 s after 100 ms, one seed.
REFERENCE = {
    1.0: make.RATE_HZ,
    0.2: [0.60, 2.49, 4.25, 5.48, 6.99, 8.24, 0.99, 7.47],
    0.1: [0.48, 2.21, 4.12, 5.10, 7.00, 7.74, 0.90, 7.06],
}


def tolerance(rate, scale):
    """What one second of one seed may be off: common fluctuations of all neurons, larger in smaller networks."""
    return 0.1 + (0.1 if scale == 1 else 0.2) * rate


def compare(rates, scale):
    """(population, rate, reference, good) of each population; rates by name, Hz."""
    for name, want in zip(make.POPULATIONS, REFERENCE[scale]):
        yield name, rates[name], want, abs(rates[name] - want) <= tolerance(want, scale)


def main(argv):
    scale = float(argv[0]) if argv else 0.1
    if len(argv) > 1 or scale not in REFERENCE:
        sys.exit("check.py: a scale of %s is wanted" % ", ".join("%g" % s for s in sorted(REFERENCE)))
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "microcircuit.yaml")
        model = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lif_psc_exp.ode")
        with open(path, "w") as f:
            print("\n".join(make.experiment(make.options(["--scale", str(scale), "--model", model]))), file=f)
        out = subprocess.run([os.environ.get("ICTUS_MPIRUN", "mpirun"), "-n", os.environ.get("NP", "2"),
                              os.environ.get("ICTUS_BIN", "ictus"), "run", path, "--no-output", "--quiet", "--summary", "--discard", "500",
                              "--json"], stdout=subprocess.PIPE, universal_newlines=True)
    if out.returncode != 0:
        sys.exit("FAIL: ictus ended with status %d" % out.returncode)
    rates = {p: m["rate_Hz"] for p, m in json.loads(out.stdout)["populations"].items()}
    bad = 0
    for name, rate, want, good in compare(rates, scale):
        print("%s %s: %.2f Hz, reference %.2f" % ("ok  " if good else "FAIL", name, rate, want))
        bad += not good
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
