# SPDX-License-Identifier: BSD-3-Clause
"""Busy time of the ranks over wall time of a sweep whose points differ tenfold in length, on 1, 2 and 4 teams of one rank."""
import os
import re
import sys

import frame

SAID = re.compile(r"efficiency ([0-9.]+): ranks worked for [0-9.e+]+ of ([0-9.e+]+) s")


def main():
    b = frame.Bench("efficiency", "a sweep of 52 points whose lengths differ tenfold, teams of one rank", repeats=(1, 3, 3))
    path, folder = os.path.join(frame.HERE, "efficiency.yaml"), os.path.join(b.tmp, "sweep")
    sets = ["run.t_stop=5"] if b.size == "smoke" else []

    def sweep(teams):
        cmd = [b.mpirun, "-n", str(teams), b.program, "sweep", path, "-o", folder, "--overwrite"]
        got = frame.execute(cmd + [x for s in sets for x in ("--set", s)], b.timeout)
        m = SAID.search(got["stderr"])
        if got["status"] != 0 or not m:
            raise frame.Skip("ictus sweep ended with status %s" % got["status"])
        got.update(efficiency=float(m.group(1)), ranks_s=float(m.group(2)))
        return got

    results = b.interleave({"%d" % t: (lambda t=t: sweep(t)) for t in (1, 2, 4)})
    b.columns("teams", "efficiency: min", "median", "max", "wall s of all ranks: min", "median", "max")
    for name, got in results.items():
        b.row(name, *frame.spread([g["efficiency"] for g in got]), *frame.spread([g["ranks_s"] for g in got]))
    return b.finish()


if __name__ == "__main__":
    sys.exit(main())
