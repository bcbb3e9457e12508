# SPDX-License-Identifier: BSD-3-Clause
"""What checkpoints cost: the same run of 100,000 neurons with none and with one every 100 ms of model time, in turn, on 2 ranks."""
import os
import re
import sys

import frame

WRITTEN = re.compile(r"checkpoint at .*\(([0-9.e+]+) MB, ([0-9.e+-]+) s\)")
STATE_MB = 100000 * (3 * 8 + 8 + 1) / 1e6  # iaf_psc_exp: states, refractory end, armed


def main():
    b = frame.Bench("checkpoint", "a run of 100,000 neurons and 10,000,000 synapses with and without checkpoints, 2 ranks", repeats=(1, 5, 5))
    path = os.path.join(frame.HERE, "checkpoint.yaml")
    sets = ["checkpoint.wall=0"] + (["populations.E.size=800", "populations.I.size=200"] if b.size == "smoke" else [])
    folder = os.path.join(b.tmp, "run")

    def one(interval):
        got = b.ictus(path, sets + ["checkpoint.interval=%d" % interval], np=2, output=folder)
        got["written"] = [(float(mb), float(s)) for mb, s in WRITTEN.findall(got["stderr"])]
        return got

    results = b.interleave({"none": lambda: one(0), "every 100 ms": lambda: one(100)})
    b.columns("what", "min", "median", "max")
    for name, got in results.items():
        b.row("wall seconds, checkpoints: " + name, *frame.spread([g["run_wall_s"] for g in got]))
    written = [w for g in results.get("every 100 ms", []) for w in g["written"]]
    if written:
        b.row("size of one, MB (states and refractoriness of all alone: %.3g)" % STATE_MB, *frame.spread([w[0] for w in written]))
        b.row("seconds to write, read back and verify one", *frame.spread([w[1] for w in written]))
    if len(results) == 2:
        b.ratio("with checkpoints over without", [g["run_wall_s"] for g in results["every 100 ms"]], [g["run_wall_s"] for g in results["none"]])
    return b.finish()


if __name__ == "__main__":
    sys.exit(main())
