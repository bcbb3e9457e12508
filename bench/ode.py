# SPDX-License-Identifier: BSD-3-Clause
"""Files of XPPAUT in both programs: "xppaut FILE -silent" and "ictus solve FILE --format dat", same method, same step, same rows. What the
integration takes is the CPU time of a run less that of a run of one row; the first run of ours, which compiles the model, stands beside
it. Both tables are compared."""
import os
import re
import shutil
import sys

import frame

FILES = [("wbnet", "100 cells, a sum, 400 equations"), ("mlring", "100 cells, 10,000 weights, 300 equations"), ("hh", "one cell, 4 equations")]


def shorten(text, factor):
    """The file with another length: factor of its own; None: one row."""
    total = float(re.search(r"total=([0-9.e]+)", text).group(1))
    dt = float(re.search(r"dt=([0-9.e]+)", text).group(1))
    nout = int(re.search(r"nout=([0-9]+)", text).group(1))
    return re.sub(r"total=[0-9.e]+", "total=%g" % (dt * nout if factor is None else total * factor), text)


def rows(path):
    with open(path) as f:
        return [[float(x) for x in line.split()] for line in f]


class File:
    def __init__(self, b, name, factor):
        self.b, self.name = b, name
        text = frame.read(os.path.join(frame.HERE, "ode", name + ".ode")) + "\n"
        self.long = b.write(name + ".ode", shorten(text, factor))
        self.short = b.write(name + "-short.ode", shorten(text, None))
        self.env = {k: v for k, v in os.environ.items() if k not in ("ICTUS_SAFE", "ICTUS_CHECK_MEMORY")}
        self.env["ICTUS_CACHE"] = os.path.join(b.tmp, "cache")

    def run(self, path, env):
        got = frame.execute([self.b.program, "solve", path, "--format", "dat", "-o", path + ".out", "--overwrite"], self.b.timeout, env=env)
        if got["status"] != 0:
            raise frame.Skip("ictus solve ended with status %s: %s" % (got["status"], got["stderr"].strip()[:200]))
        return got

    def ours(self):
        cold = dict(self.env, ICTUS_CACHE=os.path.join(self.b.tmp, "cold"))
        first = self.run(self.short, cold)
        shutil.rmtree(cold["ICTUS_CACHE"], ignore_errors=True)
        self.run(self.short, self.env)
        self.run(self.long, self.env)  # compiled
        begin = self.run(self.short, self.env)
        got = self.run(self.long, self.env)
        got["run_s"] = max(got["cpu_s"] - begin["cpu_s"], 1e-4)
        got["first_s"] = first["wall_s"] - begin["wall_s"]
        got["all_s"] = got["run_s"] + first["cpu_s"]
        return got

    def peer(self):
        if self.b.o.no_peers:
            raise frame.Skip("no peers wanted")
        program = shutil.which("xppaut")
        if program is None:
            raise frame.Skip("xppaut is not installed (Debian: xppaut)")
        times = []
        for path in (self.short, self.long):
            d = path + ".xpp"
            os.makedirs(d, exist_ok=True)
            got = frame.execute([program, path, "-silent"], self.b.timeout, cwd=d)
            if not os.path.exists(os.path.join(d, "output.dat")):
                raise frame.Skip("xppaut wrote nothing")
            times.append(got["cpu_s"])
        got["run_s"] = max(times[1] - times[0], 1e-4)
        got["all_s"] = times[1]
        return got

    def difference(self):
        """Of the first tenth of the rows, relative to 1 + the value: later, what is chaotic may part."""
        a, b = rows(os.path.join(self.long + ".out", "output.dat")), rows(os.path.join(self.long + ".xpp", "output.dat"))
        if len(a) != len(b):
            self.b.note("%s: %d rows and %d" % (self.name, len(a), len(b)))
        n = max(2, len(b) // 10)
        return max(abs(x - y) / (1 + abs(y)) for p, q in zip(a[:n], b[:n]) for x, y in zip(p, q))


def main():
    b = frame.Bench("ode", "XPPAUT's files, fixed steps of Runge and Kutta")
    b.columns("file", "ours, s", "with compilation", "XPPAUT, s", "difference")
    for name, what in FILES:
        f = File(b, name, b.pick(.05, 1, 5))
        got = b.interleave({"%s, ours" % name: f.ours, "%s, XPPAUT" % name: f.peer})
        ours, peer = got.get("%s, ours" % name), got.get("%s, XPPAUT" % name)
        if not ours:
            continue
        middle = lambda r, key: frame.spread([x[key] for x in r])[1]
        b.row("%s (%s)" % (name, what), middle(ours, "run_s"), middle(ours, "all_s"), middle(peer, "run_s") if peer else "",
              f.difference() if peer else "")
        if peer:
            b.ratio("%s: XPPAUT over ours" % name, [x["run_s"] for x in peer], [x["run_s"] for x in ours], 10, 30)
            b.ratio("%s: the same, whole runs, ours compiled first" % name, [x["all_s"] for x in peer], [x["all_s"] for x in ours])
    return b.finish()


sys.exit(main())
