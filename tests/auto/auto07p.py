# SPDX-License-Identifier: BSD-3-Clause
"""AUTO-07p without its command language: problems in Fortran (*.f90 beside this file) are linked with its objects, its constants
are written, the program is run, what it writes (fort.7) is read."""
import glob
import os
import re
import shutil
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TYPES = {1: "BP", 2: "LP", 3: "HB", 4: "UZ", -4: "UZ", 5: "LPC", 6: "BPC", 7: "PD", 8: "TR", 9: "EP", -9: "MX",
         -21: "BT", 22: "CP", 23: "ZH", -22: "CP", -31: "BT", -32: "GH", -23: "ZH", -33: "HH", 13: "ZH"}
COMMON = {"ILP": 1, "ISP": 2, "ISW": 1, "NTST": 100, "NCOL": 4, "IAD": 3, "NMX": 2000, "NPR": 100000, "EPSL": 1e-9, "EPSU": 1e-9, "EPSS": 1e-7,
          "DS": 0.01, "DSMIN": 1e-6, "DSMAX": 0.05, "IADS": 1, "MXBF": 0, "NPAR": 50, "ITNW": 7, "ITMX": 10, "NWTN": 3}


class Missing(Exception):
    pass


class Row:
    """One line of fort.7."""

    def __init__(self, number, kind, label, stable, values):
        self.number, self.kind, self.label, self.stable, self.v = number, kind, label, stable, values
        self.multipliers = []  # of a cycle: (re, im)


def folder():
    """Where AUTO-07p has its objects."""
    for d in (os.environ.get("AUTO_DIR"), "/usr/lib/auto-07p", "/usr/share/auto-07p"):
        if d and glob.glob(os.path.join(d, "lib", "main.o")):
            return d
    raise Missing("auto-07p is not installed (Debian: auto-07p)")


class Problem:
    """A compiled problem in a folder of its own."""

    def __init__(self, name, where):
        self.name, self.where = name, os.path.join(where, name)
        os.makedirs(self.where, exist_ok=True)
        compiler = os.environ.get("FC") or shutil.which("gfortran")
        objects = sorted(glob.glob(os.path.join(folder(), "lib", "*.o")))
        if not compiler:
            raise Missing("gfortran is not installed, which AUTO-07p needs (Debian: gfortran)")
        self.program = os.path.join(self.where, name + ".exe")
        begin = time.monotonic()
        got = subprocess.run([compiler, "-O2", "-fopenmp", os.path.join(HERE, name + ".f90"), os.path.join(HERE, "rest.f90"), "-o", self.program]
                             + objects, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
        self.compile_s = time.monotonic() - begin
        if got.returncode:
            raise Missing("%s.f90 could not be compiled: %s" % (name, got.stdout.strip().splitlines()[-1]))

    def prepare(self, what, restart=None, **constants):
        """A folder with all that a run needs."""
        d = os.path.join(self.where, what)
        shutil.rmtree(d, ignore_errors=True)
        os.makedirs(d)
        with open(os.path.join(d, "fort.2"), "w") as f:
            for k, v in dict(COMMON, **constants).items():
                f.write("%s = %s\n" % (k, written(v)))
        if restart:
            shutil.copy(os.path.join(self.where, restart, "fort.8"), os.path.join(d, "fort.3"))
        return d

    def run(self, what, restart=None, seconds=120, **constants):
        """The rows of all branches of a run, as a list of lists."""
        d = self.prepare(what, restart, **constants)
        env = dict(os.environ, OMP_NUM_THREADS="1")
        subprocess.run([self.program], cwd=d, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=seconds)
        return with_multipliers(rows(os.path.join(d, "fort.7")), os.path.join(d, "fort.9"))


def written(v):
    if isinstance(v, dict):
        return "{" + ", ".join("%s: %s" % (a, written(b)) for a, b in v.items()) + "}"
    if isinstance(v, (list, tuple)):
        return "[" + ", ".join(written(x) for x in v) + "]"
    return str(v)


def rows(path):
    """fort.7: lines of branch, point, type, label and values; a head line names the values."""
    branches, head, last = [], [], None
    with open(path) as f:
        for line in f:
            words = line.split()
            if not words:
                continue
            if words[0] == "0":
                if "LAB" in words:
                    head = [w.replace(" ", "") for w in re.findall(r"MAX U\(\d+\)|[A-Z0-9]+(?:-NORM)?(?:\(\d+\))?", line[line.index("LAB") + 3:])]
                continue
            branch, number, kind, label = (int(x) for x in words[:4])
            if (branch, 1) == (last, abs(number)) or branch != last:
                branches.append([])
            last = branch
            values = {k: float(x) for k, x in zip(head, words[4:])}
            kind = TYPES.get(kind) or ("EP" if abs(kind) % 10 == 9 else str(kind) if kind else "")
            branches[-1].append(Row(abs(number), kind, label, number < 0, values))
    return branches


def with_multipliers(branches, path):
    """Rows of cycles with their multipliers, which fort.9 has in lines of branch, point, "Multiplier", number, re, im."""
    if len(branches) != 1 or not os.path.exists(path):
        return branches
    found = {}
    with open(path) as f:
        for line in f:
            words = line.split()
            if len(words) > 5 and words[2] == "Multiplier":
                found.setdefault(int(words[1]), []).append((float(words[4]), float(words[5])))
    for r in branches[0]:
        r.multipliers = found.get(r.number, [])
    return branches
