# SPDX-License-Identifier: BSD-3-Clause
"""The whole diagram of Hodgkin and Huxley over the current: equilibria, both Hopf points, the cycles between them with their stability and folds.
"ictus continue" as a whole process against AUTO-07p: its own executable alone (two runs, equilibria and cycles, which read and write
files), and with what a user waits for besides, its command language and the compilation of the equations. What the digits of the folds are worth is measured
too: AUTO-07p runs on several meshes, and that counts which is as accurate as ours."""
import json
import os
import shutil
import sys

import frame

sys.path.insert(0, os.path.join(os.path.dirname(frame.HERE), "tests", "auto"))
import auto07p  # noqa: E402

FOLDS = (6.26422127, 7.84624712, 7.92168549)  # AUTO-07p with 100, 200 and 400 intervals agrees in these digits
HOPFS = (9.77933799539, 154.526333666)  # exact
MESHES = (25, 50, 100, 200)
SCRIPT = """
constants = dict(e='hh', NDIM=4, %(common)s)
eq = run(IPS=1, ICP=[1], DSMAX=5, DS=0.1, RL0=0, RL1=200, **constants)
cy = run(eq('HB1'), IPS=2, ICP=[1, 11], DSMAX=5, DS=0.1, NMX=%(steps)d, RL0=0, RL1=200, **constants)
"""


def error(found):
    """Of the folds, relative; infinite if one is missing."""
    return max(min([abs(x / f - 1) for x in found] or [float("inf")]) for f in FOLDS)


class Ours:
    def __init__(self, b):
        self.b = b
        self.env = {k: v for k, v in os.environ.items() if k not in ("ICTUS_SAFE", "ICTUS_CHECK_MEMORY")}
        self.error, self.points = None, 0

    def __call__(self):
        cmd = [self.b.program, "continue", "hodgkin_huxley", "--par", "I=0:200", "--json", "--quiet", "--no-picture", "--overwrite", "-o",
               os.path.join(self.b.tmp, "ours")] + (["--isa", self.b.o.isa] if self.b.o.isa else [])
        got = frame.execute(cmd, self.b.timeout, env=self.env)
        if got["status"] != 0:
            raise frame.Skip("ictus continue ended with status %s: %s" % (got["status"], got["stderr"].strip()[:200]))
        answer = json.loads(got["stdout"])
        self.error = error([s["par"] for x in answer["branches"] for s in x["special"] if s["label"] == "LPC"])
        self.points = sum(x["points"] for x in answer["branches"])
        return got


class Theirs:
    """AUTO-07p with so many mesh intervals: the steps in the arclength are the largest with which it passes both ends of the branch."""

    def __init__(self, b, problem, ntst):
        self.b, self.problem, self.ntst, self.error, self.points = b, problem, ntst, None, 0
        self.env = dict(os.environ, OMP_NUM_THREADS="1")
        self.steps = None

    def constants(self, steps):
        return dict(NDIM=4, RL0=0, RL1=200, DS=0.1, DSMAX=5), dict(NDIM=4, RL0=0, RL1=200, DS=0.1, DSMAX=5, IPS=2, ICP=[1, 11, 31], NTST=self.ntst, NMX=steps)

    def runs(self, steps):
        equilibria, cycles = self.constants(steps)
        total = 0
        d = self.problem.prepare("e%d" % self.ntst, IPS=1, ICP=[1], **equilibria)
        total += self.one(d)
        rows = auto07p.rows(os.path.join(d, "fort.7"))[0]
        hopf = [r.label for r in rows if r.kind == "HB"]
        if len(hopf) != 2:
            raise frame.Skip("AUTO-07p found %d Hopf points" % len(hopf))
        self.points = len(rows)
        d = self.problem.prepare("c%d" % self.ntst, restart="e%d" % self.ntst, IRS=hopf[0], **cycles)
        total += self.one(d)
        return total, auto07p.rows(os.path.join(d, "fort.7"))[0]

    def one(self, d):
        got = frame.execute([self.problem.program], self.b.timeout, cwd=d, env=self.env)
        if not os.path.exists(os.path.join(d, "fort.7")):
            raise frame.Skip("AUTO-07p wrote nothing")
        return got["cpu_s"]

    def __call__(self):
        if self.steps is None:  # once: where the branch ends in the second Hopf point; it would go on and come back
            rows = self.runs(1000)[1]
            grown = [r.v["MAXU(1)"] - r.v["PAR(31)"] for r in rows]
            end = [k for k in range(10, len(rows)) if grown[k] < 0.02 * max(grown[:k])]
            if not end:
                raise frame.Skip("AUTO-07p did not come to the end of the cycles with %d intervals" % self.ntst)
            self.steps = end[0]
        seconds, rows = self.runs(self.steps)
        self.error = error([r.v["PAR(1)"] for r in rows if r.kind == "LPC"])
        self.points += len(rows)
        return {"cpu_s": seconds}


class Language:
    """The same by its command language: what a user types and waits for; equations compiled first."""

    def __init__(self, b, ntst, steps):
        self.b, self.ntst, self.steps = b, ntst, steps

    def __call__(self):
        d = os.path.join(self.b.tmp, "language")
        shutil.rmtree(d, ignore_errors=True)
        os.makedirs(d)
        with open(os.path.join(d, "hh.f90"), "w") as f:
            for part in ("hh", "rest"):
                f.write(frame.read(os.path.join(auto07p.HERE, part + ".f90")) + "\n")
        common = dict(auto07p.COMMON, NTST=self.ntst)
        for k in ("DS", "DSMAX", "NMX"):
            common.pop(k)
        with open(os.path.join(d, "hh.auto"), "w") as f:
            f.write(SCRIPT % {"common": ", ".join("%s=%r" % x for x in common.items()), "steps": self.steps})
        got = frame.execute([shutil.which("auto-07p"), "hh.auto"], self.b.timeout, cwd=d, env=dict(os.environ, OMP_NUM_THREADS="1"))
        if got["status"] != 0 or got["stdout"].count(" LP ") < 3:
            raise frame.Skip("the script of AUTO-07p failed: %s" % (got["stdout"] + got["stderr"]).strip()[-200:])
        return got


def main():
    b = frame.Bench("continue", "The diagram of Hodgkin and Huxley over the current", repeats=(1, 5, 9))
    b.columns("program", "CPU s", "whole, wall s", "points", "error of the folds")
    ours = Ours(b)
    contenders, meshes, language = {"ictus continue": ours}, {}, None
    try:
        if b.o.no_peers:
            raise auto07p.Missing("no peers wanted")
        problem = auto07p.Problem("hh", b.tmp)
        b.note("compiling and linking the equations for AUTO-07p took %.2g s" % problem.compile_s)
        for ntst in MESHES:
            meshes["AUTO-07p, %d intervals" % ntst] = Theirs(b, problem, ntst)
    except auto07p.Missing as why:
        b.note("AUTO-07p: skipped, %s" % why)
    contenders.update(meshes)
    got = b.interleave(contenders)
    if "ictus continue" not in got:
        return b.finish()
    a = got["ictus continue"]
    b.row("ictus continue", frame.spread([x["cpu_s"] for x in a])[1], frame.spread([x["wall_s"] for x in a])[1], ours.points, "%.1e" % ours.error)
    as_good = None
    for name, them in meshes.items():
        if name not in got:
            continue
        b.row(name, frame.spread([x["cpu_s"] for x in got[name]])[1], "", them.points, "%.1e" % them.error)
        if as_good is None and them.error <= max(ours.error, 1e-8):
            as_good = name
    for name in meshes:
        if name in got:
            b.ratio("%s over ictus%s" % (name, ", the cheapest as accurate" if name == as_good else ""), [x["cpu_s"] for x in got[name]],
                    [x["cpu_s"] for x in a], 1 if name == as_good else None)
    if as_good and shutil.which("auto-07p"):
        them = meshes[as_good]
        extra = b.interleave({"AUTO-07p, a script": Language(b, them.ntst, them.steps)})
        for name, runs in extra.items():
            b.row(name + ", %d intervals" % them.ntst, frame.spread([x["cpu_s"] for x in runs])[1], frame.spread([x["wall_s"] for x in runs])[1], "", "")
            b.ratio("%s with compilation, over ictus, wall time" % name, [x["wall_s"] for x in runs], [x["wall_s"] for x in a], 1)
    return b.finish()


sys.exit(main())
