# SPDX-License-Identifier: BSD-3-Clause
"""A sweep of tiny points, one neuron and 1 ms each, on 2 ranks: what a point costs beside its simulation; then the same command again, with
nothing left to do."""
import os
import shutil
import sys

import frame

EXPERIMENT = """ictus: 1
name: points
run: {t_stop: 1 ms}
populations:
  A: {size: 1, model: lif, solver: exact}
sweep:
  axes:
    I: {set: populations.A.params.I, from: 0.1, to: 2, n: %d}
    V: {set: populations.A.params.V_th, from: 0.5, to: 5, n: %d}
"""


def main():
    b = frame.Bench("points", "a sweep of points of one neuron and 1 ms, 2 ranks", repeats=(1, 1, 3))
    rows, columns = b.pick((10, 10), (400, 250), (400, 250))
    path, folder = b.write("points.yaml", EXPERIMENT % (rows, columns)), os.path.join(b.tmp, "sweep")
    n = rows * columns

    def sweep(fresh):
        if fresh:
            shutil.rmtree(folder, ignore_errors=True)
        got = frame.execute([b.mpirun, "-n", "2", b.program, "sweep", path, "-o", folder, "--quiet"], b.timeout)
        if got["status"] != 0:
            raise frame.Skip("ictus sweep ended with status %s" % got["status"])
        got.update(h5_MB=os.path.getsize(os.path.join(folder, "sweep.h5")) / 1e6,
                   journal_MB=os.path.getsize(os.path.join(folder, "sweep.journal")) / 1e6)
        return got

    results = b.interleave({"first": lambda: sweep(True), "again": lambda: sweep(False)})
    b.columns("%d points" % n, "wall s: min", "median", "max", "us a point", "sweep.h5 MB", "sweep.journal MB")
    for name, got in results.items():
        low, mid, high = frame.spread([g["wall_s"] for g in got])
        b.row(name, low, mid, high, low * 1e6 / n, got[0]["h5_MB"], got[0]["journal_MB"])
    return b.finish()


if __name__ == "__main__":
    sys.exit(main())
