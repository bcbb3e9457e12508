# SPDX-License-Identifier: BSD-3-Clause
"""Where the time of one core goes in some networks: share of the samples of each function, by perf (cpu-clock). Not part of "make bench":
"make bench-profile". The program must have symbols (CFLAGS with -g, not stripped)."""
import os
import re
import shutil
import subprocess
import sys

import frame
import pd14

LINE = re.compile(r"^\s*([0-9.]+)%\s+(\S+)\s+\[(.)\]\s+(\S+)")


def profile(b, experiment, sets):
    """[(share in %, object, function)] of a run, most first."""
    perf = shutil.which("perf")
    if not perf:
        raise frame.Skip("perf is missing (Debian: linux-perf)")
    data = os.path.join(b.tmp, "perf.data")
    cmd = [perf, "record", "-q", "-e", "cpu-clock", "-F", "999", "-o", data, b.program, "run", experiment, "--no-output", "--quiet"]
    cmd += ["--isa", b.o.isa] if b.o.isa else []
    for s in sets:
        cmd += ["--set", s]
    got = frame.execute(cmd, b.timeout)
    if got["status"] != 0:
        raise frame.Skip("perf ended with status %s: %s" % (got["status"], (got["stderr"].strip().splitlines() or [""])[-1]))
    text = subprocess.run([perf, "report", "-i", data, "--stdio", "--no-children", "--sort", "dso,symbol", "-g", "none"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True).stdout
    return [(float(m.group(1)), m.group(2), m.group(4)) for m in map(LINE.match, text.splitlines()) if m]


def main():
    b = frame.Bench("profile", "where the time goes, one core, share of samples", repeats=(1, 1, 1))
    brette = os.path.join(frame.JOBS, "brette-2007")
    ms = b.pick(20, 200, 1000)
    runs = {
        "brunel delta": (os.path.join(frame.JOBS, "brunel-2000", "delta.yaml"), ["run.t_stop=%g" % ms] + (
            ["populations.E.size=800", "populations.I.size=200"] if b.size == "smoke" else [])),
        "microcircuit": (pd14.experiment(b, b.pick(0.02, 0.1, 0.2), "poisson", ms), []),
        "cuba": (os.path.join(brette, "cuba.yaml"), ["run.t_stop=%g" % (5 * ms)]),
        "cobahh, cvode-adams": (os.path.join(brette, "cobahh.yaml"), ["run.t_stop=%g" % (ms / 4), "run.timing=exact"]),
        "cobahh, rk45": (os.path.join(brette, "cobahh.yaml"), ["run.t_stop=%g" % (2 * ms), "run.timing=exact"] + [
            "populations.%s.solver={name: rk45, rtol: 1e-3, atol: 1e-3}" % p for p in "EI"]),
    }
    b.columns("network", "function", "object", "share %")
    for name, (path, sets) in runs.items():
        try:
            shares = profile(b, path, sets)
        except frame.Skip as why:
            b.note("%s: skipped, %s" % (name, why))
            continue
        for share, where, function in shares[:12]:
            b.row(name, function, where, share)
        b.line()
    return b.finish()


if __name__ == "__main__":
    sys.exit(main())
