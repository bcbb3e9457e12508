# SPDX-License-Identifier: BSD-3-Clause
"""Maps of the largest Lyapunov exponent over two parameters: points a second of one core, beside those of scipy's solve_ivp in a loop over
a random sample of the same points, with the same equations of variation, pair of formulas, tolerances, transient and length; and the efficiency on
2 ranks. The exponents of both have to agree within their errors."""
import json
import os
import random
import re
import subprocess
import sys

import frame

BATCHES, RTOL, ATOL = 16, 1e-8, 1e-10  # as ictus lyapunov --map has them
# two parameters with their ranges; transient, length
CASES = {"lorenz": (("rho", 0, 60), ("sigma", 5, 15), 25, 100), "hindmarsh_rose": (("I", 2, 4), ("r", 0.001, 0.02), 100, 400)}


class Map:
    """One map by ictus."""

    def __init__(self, b, model, side, np=1):
        self.b, self.model, self.side, self.np, self.values = b, model, side, np, None
        self.folder = os.path.join(b.tmp, "%s-%d" % (model, np))
        self.env = {k: v for k, v in os.environ.items() if k not in ("ICTUS_SAFE", "ICTUS_CHECK_MEMORY")}

    def run(self, side):
        *axes, trans, total = CASES[self.model]
        cmd = ([self.b.mpirun, "-n", str(self.np)] if self.np > 1 else []) + [self.b.program, "lyapunov", self.model]
        for name, low, high in axes:
            cmd += ["--map", "%s=%r:%r:%d" % (name, low, high, side)]
        cmd += ["--trans", repr(trans), "--t-stop", repr(total), "--rtol", repr(RTOL), "--atol", repr(ATOL)]
        cmd += ["--quiet", "--no-picture", "--overwrite", "-o", self.folder]
        got = frame.execute(cmd + (["--isa", self.b.o.isa] if self.b.o.isa else []), self.b.timeout, env=self.env)
        if got["status"] != 0:
            raise frame.Skip("ictus lyapunov ended with status %s: %s" % (got["status"], got["stderr"].strip()[:200]))
        return got

    def __call__(self):
        empty, got = self.run(2), self.run(self.side)
        got["run_s"] = max(got["cpu_s"] - empty["cpu_s"], 1e-3)
        got["run_wall_s"] = max(got["wall_s"] - empty["wall_s"], 1e-3)
        if self.np == 1:
            self.values = [self.read("lyapunov_exponent"), self.read("lyapunov_error")]
        return got

    def read(self, name):
        try:
            text = subprocess.run(["h5dump", "-d", "/" + name, "-y", "-w", "1", "-m", "%.17g", os.path.join(self.folder, "lyapunov.h5")],
                                  stdout=subprocess.PIPE, check=True, universal_newlines=True).stdout
        except (OSError, subprocess.CalledProcessError):
            raise frame.Skip("h5dump is missing (Debian: hdf5-tools)")
        return [float(x) for x in re.findall(r"[-+.0-9a-z]+", text[text.index("DATA {") + 6:].split("}")[0])]


def loop(b, model, side, places):
    """A function that measures the same points by scipy."""
    (_, a0, a1), (_, b0, b1), trans, total = CASES[model]
    points = [(a0 + (a1 - a0) * (k // side) / (side - 1), b0 + (b1 - b0) * (k % side) / (side - 1)) for k in places]
    path = b.write(model + ".json", json.dumps({"points": points, "trans": trans, "total": total, "batches": BATCHES, "rtol": RTOL, "atol": ATOL}))
    return lambda: b.peer("peer_scipy.py", model, path)


def agree(b, model, ours, places, theirs):
    """How far the exponents of the sample are apart, in combined standard errors."""
    far = []
    for k, (value, error) in zip(places, theirs):
        far.append(abs(ours[0][k] - value) / max((ours[1][k] ** 2 + error ** 2) ** 0.5, 1e-6))
    far.sort()
    b.note("%s: exponents of scipy and ours differ by %.1f standard errors in the middle, %.1f at most" % (model, far[len(far) // 2], far[-1]))


def main():
    b = frame.Bench("lyapunov", "maps of the largest Lyapunov exponent over two parameters", repeats=(1, 3, 3))
    side, sample = b.pick(8, 120, 1000), b.pick(2, 30, 30)
    b.columns("map", "points", "CPU s", "points a second", "least", "largest")
    contenders, places = {}, sorted(random.Random(1).sample(range(side * side), sample))
    maps = {model: Map(b, model, side) for model in CASES if b.size != "full" or model == "lorenz"}
    for model, m in maps.items():
        contenders[model] = m
        contenders[model + ", 2 ranks"] = Map(b, model, side, 2)
        contenders[model + ", scipy"] = loop(b, model, side, places)
    got = b.interleave(contenders)
    for model in maps:
        for name, n in ((model, side * side), (model + ", scipy", sample)):
            if name in got:
                low, mid, high = frame.spread([n / g["run_s"] for g in got[name]])
                b.row(name, n, frame.spread([g["run_s"] for g in got[name]])[1], mid, low, high)
        if model in got and model + ", scipy" in got:
            agree(b, model, maps[model].values, places, got[model + ", scipy"][0]["values"])
            b.ratio("%s: CPU time of a point by scipy over ours" % model, [g["run_s"] / sample for g in got[model + ", scipy"]],
                    [g["run_s"] / side ** 2 for g in got[model]], 20)
        if model in got and model + ", 2 ranks" in got:
            b.ratio("%s: efficiency on 2 ranks, wall time" % model, [g["run_wall_s"] / 2 for g in got[model]],
                    [g["run_wall_s"] for g in got[model + ", 2 ranks"]], 0.9)
    return b.finish()


if __name__ == "__main__":
    sys.exit(main())
