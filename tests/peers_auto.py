# SPDX-License-Identifier: BSD-3-Clause
"""Whole bifurcation diagrams by "ictus continue" and by AUTO-07p, on the same equations: every special point, and all points of the branches of
equilibria and cycles, those of the one on the curves through those of the other, with their stability. As TAP.

  peers_auto.py [-i ICTUS] [NAME ...]     all, or those named
"""
import argparse
import json
import math
import os
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "auto"))
import auto07p  # noqa: E402

POINT = 1e-6  # special points: parameter, relative to its range
POINT_GH = 2e-5  # of generalised Hopf points: AUTO-07p has that of Wilson and Cowan at 0.241858891; in 40 digits it is 0.24184785902
PERIOD = 2e-5  # and period there, relative
CURVE = 3e-4  # distance from the curve of the other, of the range of each coordinate; extrema of cycles ten times that
# What AUTO-07p is told beyond auto07p.COMMON. unit: its parameter and its time in ours; state: which of ours its first is, in how much; mesh, steps:
# for cycles; long: cycles are compared up to this period of ours, towards which they end in a homoclinic orbit; more: other equilibria to begin at
CASES = {
    "hh": {"model": "hodgkin_huxley", "par": "I", "range": (0, 200), "n": 4, "state": "V", "dsmax": 2, "cycle": {"DSMAX": 0.5, "NMX": 450}},
    "ml": {"model": "morris_lecar", "set": "snic", "par": "I", "range": (-60, 150), "n": 2, "state": "V", "dsmax": 1, "long": 1000,
           "cycle": {"DSMAX": 0.5, "NMX": 1000, "NTST": 200, "THL": {11: 0.025}}},
    "wc": {"model": "wilson_cowan", "par": "P", "range": (-1, 4), "n": 2, "state": "E", "dsmax": 0.05, "long": 300,
           "cycle": {"DS": 0.001, "DSMAX": 0.02, "NMX": 1100, "NTST": 200, "THL": {11: 0.003}}, "par2": "Q", "range2": (-6, 4)},
    "jr": {"model": "jansen_rit", "par": "p", "range": (-100, 400), "n": 6, "state": "y0", "dsmax": 0.05, "unit": (100, 10, 0.1), "long": 3000,
           "cycle": {"DSMAX": 0.2, "NMX": 600, "NTST": 100, "THL": {11: 0.04}}},
    "fhn": {"model": "fitzhugh_nagumo", "par": "I", "range": (-1, 3), "n": 2, "state": "v", "dsmax": 0.02,
            "cycle": {"DSMAX": 0.02, "NMX": 2000, "NTST": 200}, "canard": True},
    "qif": {"model": "qif_mean_field", "par": "eta", "range": (-10, 0), "n": 2, "state": "r", "dsmax": 0.02, "cycle": {},
            "par2": "J", "range2": (1, 25), "more": [{1: -0.04853878926882676, 2: 3.278922805707584}]},
}


class Curve:
    """Points of a branch: coordinates, each with its stability; those that are not in both diagrams are there to interpolate."""

    def __init__(self, name):
        self.name, self.points, self.stable, self.asked = name, [], [], []

    def add(self, point, stable, asked=True):
        self.points.append(point)
        self.stable.append(stable)
        self.asked.append(asked)


def distance(curves, size, q):
    """How far q is from the nearest curve, in ranges: straight lines between neighbours in pictures of each coordinate over the first, or
    cubics through four of them; and how stable the points around its foot are."""
    def gap(x):
        return max([abs(a - b) / s for a, b, s in zip(x, q, size)])

    near = []
    for c in curves:
        gaps = [gap(x) for x in c.points]
        near += [(gaps[k], k, c) for k in range(len(gaps)) if (k == 0 or gaps[k] <= gaps[k - 1]) and (k + 1 == len(gaps) or gaps[k] < gaps[k + 1])]
    near.sort(key=lambda x: x[0])
    best, around = math.inf, set()
    for _, k, c in near[:4]:
        lines = list(zip(c.points, c.points[1:]))[max(0, k - 2):k + 2]
        d = max([min([chord(a, b, size, q, i) for a, b in lines]) for i in range(1, len(q))])
        if d < best:
            best, around = d, set(c.stable[max(0, k - 1):k + 2])
        for first in sorted({max(0, min(f, len(c.points) - 4)) for f in (k - 2, k - 1)}):
            d = foot(c.points[first:first + 4], k - first, size, q)
            if d < best:
                best, around = d, set(c.stable[max(0, k - 1):k + 2])
        if best < 1e-6:
            break
    return best, around


def chord(a, b, size, q, k):
    """Distance from the straight line between a and b in the plane of coordinates 0 and k."""
    x, y, u, v = ((b[0] - a[0]) / size[0], (b[k] - a[k]) / size[k], (q[0] - a[0]) / size[0], (q[k] - a[k]) / size[k])
    length = x * x + y * y
    part = min(max((u * x + v * y) / length, 0), 1) if length > 0 else 0
    return max(abs(u - part * x), abs(v - part * y))


def foot(part, k, size, q):
    """Distance from a cubic through the points, between the neighbours of number k."""
    t = [0.0]
    for a, b in zip(part, part[1:]):
        t.append(t[-1] + max(max(abs(x - y) / s for x, y, s in zip(a, b, size)), 1e-14))
    scale = [1 / math.prod(t[i] - t[j] for j in range(4) if j != i) for i in range(4)]

    def far(u):
        w = [f * math.prod(u - t[j] for j in range(4) if j != i) for i, f in enumerate(scale)]
        return max([abs(sum(a * x[d] for a, x in zip(w, part)) - q[d]) / size[d] for d in range(len(q))])

    k = min(max(k, 0), 3)
    best = math.inf
    for lo, hi in ((t[max(k - 1, 0)], t[k]), (t[k], t[min(k + 1, 3)])):
        for _ in range(40):
            a, b = lo + (hi - lo) * 0.382, lo + (hi - lo) * 0.618
            lo, hi = (lo, b) if far(a) < far(b) else (a, hi)
        best = min(best, far((lo + hi) / 2))
    return best


class Diagram:
    def __init__(self):
        self.equilibria, self.cycles, self.curves2, self.special = [], [], [], []
        self.flips = []  # pairs of neighbouring cycles (parameter, period) between which a multiplier of AUTO-07p passes -1

    def size(self, which):
        """The range of each coordinate."""
        points = [p for c in getattr(self, which) for p, asked in zip(c.points, c.asked) if asked]
        return [max(max(x) - min(x), 1e-12) for x in zip(*points)]


# ---- AUTO-07p --------------------------------------------------------------------------------------------------------------------


def theirs(name, case, where):
    """The diagram by AUTO-07p."""
    unit = case.get("unit", (1, 1, 1))
    lo, hi = (x / unit[0] for x in case["range"])
    problem = auto07p.Problem(name, where)
    common = {"NDIM": case["n"], "RL0": lo, "RL1": hi}
    d = Diagram()
    for k, u in enumerate(case.get("more", [])):
        equilibria(d, problem.run("more%d" % k, IPS=1, ICP=[1], DSMAX=case["dsmax"], U=u, **common)[0], case, (lo, hi))
    rows = problem.run("equilibria", IPS=1, ICP=[1], DSMAX=case["dsmax"], **common)[0]
    equilibria(d, rows, case, (lo, hi))
    labels = [(r.kind, r.label) for r in rows if r.kind in ("LP", "HB") and lo <= r.v["PAR(1)"] <= hi]
    for kind, label in labels:
        if kind == "HB" and case["cycle"]:
            stop = {"UZR": {11: [-2 * case["long"] / unit[1]]}} if "long" in case else {}
            rows = problem.run("cycles%d" % label, restart="equilibria", IPS=2, IRS=label, ICP=[1, 11, 31], **dict(common, **dict(case["cycle"], **stop)))
            cycle(d, rows[0], unit, case)
        if "par2" in case:
            for ds in (0.01, -0.01):
                rows = problem.run("two%d%g" % (label, ds), restart="equilibria", IPS=1, ISW=2, IRS=label, ICP=[1, 2], NMX=600, **dict(common, DS=ds))
                c = Curve(kind)
                for r in rows[0]:
                    inside = lo <= r.v["PAR(1)"] <= hi and case["range2"][0] <= r.v["PAR(2)"] <= case["range2"][1]
                    c.add((r.v["PAR(1)"], r.v["PAR(2)"], r.v["U(1)"]), True, inside)
                    if not inside:
                        break
                    if r.kind in ("CP", "BT", "GH", "ZH", "HH"):
                        d.special.append((r.kind, r.v["PAR(1)"], r.v["PAR(2)"]))
                d.curves2.append(c)
    return d


def equilibria(d, rows, case, span):
    unit, c = case.get("unit", (1, 1, 1)), Curve("equilibria")
    for r in rows:
        inside = span[0] <= r.v["PAR(1)"] <= span[1]
        c.add((r.v["PAR(1)"] * unit[0], r.v["U(1)"] * unit[2]), r.stable, inside)
        if inside and r.kind in ("LP", "HB"):
            d.special.append((r.kind, r.v["PAR(1)"] * unit[0], None))
    d.equilibria.append(c)


def flipped(r):
    return sum([im == 0 and re < -1 for re, im in r.multipliers])


def cycle(d, rows, unit, case):
    """A branch of cycles up to where it ends in a Hopf point again, or where its period is long."""
    c, largest, special = Curve("cycles"), 0, []
    for r, s in zip(rows, rows[1:]):
        if (flipped(r) - flipped(s)) % 2:
            d.flips.append([(x.v["PAR(1)"] * unit[0], x.v["PERIOD"] * unit[1]) for x in (r, s)])
    for r in rows:
        par, period, low, high = r.v["PAR(1)"] * unit[0], r.v["PERIOD"] * unit[1], r.v["PAR(31)"] * unit[2], r.v["MAXU(1)"] * unit[2]
        largest = max(largest, high - low)
        if high - low < 0.02 * largest and len(c.points) > 3:
            break
        inside = period <= case.get("long", math.inf) and case["range"][0] <= par <= case["range"][1]
        c.add((par, math.log(period), low, high), r.stable, inside)
        if not inside:
            break
        if high - low > 1e-3 * largest:
            if r.kind in ("LPC", "PD", "TR"):
                special.append((r.kind, par, period))
    d.cycles.append(c)
    d.special += special


# ---- ours ------------------------------------------------------------------------------------------------------------------------


class Bad(Exception):
    pass


def dump(path, name):
    """Numbers of a dataset, in rows of its last axis."""
    got = subprocess.run(["h5dump", "-y", "-w", "1", "-m", "%.17g", "-d", name, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         universal_newlines=True)
    if got.returncode:
        raise Bad("no %s in the file: %s" % (name, got.stderr.strip()[:200]))
    shape = [int(x) for x in re.search(r"SIMPLE \{ \( ([0-9, ]+) \)", got.stdout).group(1).split(",")]
    body = got.stdout[got.stdout.index("DATA {") + 6:].split("}")[0]
    flat = [float(x) for x in body.replace(",", " ").split()]
    return flat if len(shape) == 1 else [flat[k:k + shape[-1]] for k in range(0, len(flat), shape[-1])]


def ours(name, case, where, program):
    """The diagram by "ictus continue", of its file."""
    lo, hi = case["range"]
    out = os.path.join(where, name + "-ours")
    cmd = [program, "continue", case["model"], "--par", "%s=%r:%r" % (case["par"], lo, hi), "--json", "--quiet", "--no-picture", "--overwrite", "-o", out]
    if "set" in case:
        cmd += ["--use-set", case["set"]]
    if "par2" in case:
        cmd += ["--par2", "%s=%r:%r" % ((case["par2"],) + case["range2"])]
    got = subprocess.run(cmd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=300, universal_newlines=True)
    if got.returncode:
        raise Bad("ictus continue ended with status %d: %s" % (got.returncode, got.stderr.strip()[:300]))
    path = os.path.join(out, "bifurcation.h5")
    d = Diagram()
    for k, b in enumerate(json.loads(got.stdout)["branches"]):
        def get(what):
            return dump(path, "/branches/%d/%s" % (k, what))

        par, unstable = get("par"), get("unstable")
        c = Curve("branch %d" % k)
        if b["kind"] == "equilibria":
            for p, x, u in zip(par, get("x"), unstable):
                c.add((p, x[0]), u == 0)
            d.equilibria.append(c)
        elif b["kind"] == "cycles":
            for p, t, low, high, u in zip(par, get("period"), get("low"), get("high"), unstable):
                c.add((p, math.log(t), low[0], high[0]), u == 0, t <= case.get("long", math.inf))
            d.cycles.append(c)
        else:
            for p, q, x in zip(par, get("par2"), get("x")):
                c.add((p, q, x[0]), True)
            d.curves2.append(c)
        for s in b["special"]:
            if s["label"] in ("LP", "HB", "LPC", "PD", "TR") and b["kind"] in ("equilibria", "cycles"):
                d.special.append((s["label"], s["par"], s["period"] if b["kind"] == "cycles" else None))
            elif s["label"] in ("CP", "BT", "GH", "ZH", "HH"):
                d.special.append((s["label"], s["par"], s["par2"]))
    return d


# ---- comparison ------------------------------------------------------------------------------------------------------------------


class Tap:
    def __init__(self):
        self.n = self.bad = 0

    def say(self, good, what, why=""):
        self.n += 1
        self.bad += not good
        print("%sok %d - %s" % ("" if good else "not ", self.n, what))
        for line in why.splitlines():
            print("# " + line)
        sys.stdout.flush()


def distinct(special, kind, span):
    """Special points of a kind, each once: branches are followed from several places."""
    out = []
    for s in special:
        if s[0] == kind and not any(same(s, t, span) for t in out):
            out.append(s)
    return sorted(out, key=lambda s: s[1])


def same(s, t, span):
    """The same point? The second number of curves in two parameters is the other parameter."""
    point = POINT_GH if s[0] == "GH" else POINT
    if abs(s[1] - t[1]) > point * span:
        return False
    return s[0] not in ("CP", "BT", "GH", "ZH", "HH") or abs(s[2] - t[2]) <= 10 * point * (1 + abs(t[2]))


def compare_special(tap, name, case, a, b):
    span = case["range"][1] - case["range"][0]
    for kind in ("LP", "HB", "LPC", "PD", "TR", "CP", "BT", "GH"):
        mine, other = distinct(a.special, kind, span), distinct(b.special, kind, span)
        lost = [t for t in other if not any(same(s, t, span) for s in mine)]
        more = [s for s in mine if not any(same(s, t, span) for t in other)]
        if not mine and not other:
            continue
        why = ["AUTO-07p has %s at %.10g" % t[:2] for t in lost]
        worst = 0
        for t in other:
            for s in mine:
                if same(s, t, span):
                    worst = max(worst, abs(s[1] - t[1]) / span)
                    if kind in ("LPC", "PD") and not case.get("canard") and abs(s[2] / t[2] - 1) > PERIOD:
                        lost.append(t)
                        why.append("period at %.10g: %.10g, AUTO-07p %.10g" % (s[1], s[2], t[2]))
        # AUTO-07p steps over some points in two parameters, depending on its steps; ours have to lie on its curves
        if more and kind in ("CP", "BT", "GH"):
            why += ["only ours: %s at (%.10g, %.10g): AUTO-07p stepped over it" % s for s in more]
            size = b.size("curves2")[:2]
            flat = [flatten(c) for c in b.curves2]
            more = [s for s in more if distance(flat, size, s[1:])[0] > CURVE]
        # where a pair of multipliers comes out of the plane as two negative ones AUTO-07p marks no period doubling, but prints them
        if kind == "PD":
            more = [s for s in more if not any(min(x[0][1], x[1][1]) <= s[2] <= max(x[0][1], x[1][1]) and abs(s[1] - x[0][0]) <= 0.01 * span
                                               for x in b.flips)]
        why += ["ours has %s at %.10g" % s[:2] for s in more]
        tap.say(not lost and not more, "%s: %d %s, within %.0e of the range" % (name, len(mine), kind, worst), "\n".join(why))


def flatten(c):
    out = Curve(c.name)
    for p in c.points:
        out.add(p[:2], True)
    return out


def compare_curves(tap, name, which, tol, mine, other, stability=True):
    """Points of each of the two on the curves of the other, 300 of a branch at most. Stability is compared away from where it changes."""
    size = mine.size(which)
    if which == "cycles":
        size[2:] = [10 * x for x in size[2:]]  # AUTO-07p's extrema are those of its mesh
    changes = [s[1] for s in mine.special + other.special]

    def sharp(q):
        """Is it far enough from where stability changes, and from a Hopf point, where cycles have a multiplier of 1?"""
        return min([abs(q[0] - x) for x in changes] + [math.inf]) > POINT * size[0] and not (which == "cycles" and q[3] - q[2] < 1e-3 * size[3])

    for what, points, curves in (("points of AUTO-07p on ours", getattr(other, which), getattr(mine, which)),
                                 ("our points on those of AUTO-07p", getattr(mine, which), getattr(other, which))):
        worst, where, n, wrong = 0, "", 0, []
        curves = [c for c in curves if len(c.points) >= 4]
        for c in points:
            some = [x for x in zip(c.points, c.stable, c.asked) if x[2]]
            for q, stable, _ in some[::1 + len(some) // 300]:
                d, around = distance(curves, size, q)
                n += 1
                if d > worst:
                    worst, where = d, "furthest: (%s)" % ", ".join("%.8g" % x for x in q)
                if stability and stable not in around and sharp(q):
                    wrong.append("stability at (%s)" % ", ".join("%.8g" % x for x in q))
        tap.say(n > 0 and worst <= tol and not wrong, "%s: %s, %d %s, within %.1e of the range" % (name, which, n, what, worst),
                "\n".join(([where] if worst > tol else []) + wrong[:5]))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("-i", "--ictus", default=os.environ.get("ICTUS_BIN", "ictus"))
    p.add_argument("names", nargs="*")
    o = p.parse_args()
    try:
        auto07p.folder()
    except auto07p.Missing as why:
        print("1..0 # SKIP %s" % why)
        return 0
    tap = Tap()
    with tempfile.TemporaryDirectory() as tmp:
        for name, case in CASES.items():
            if o.names and name not in o.names:
                continue
            try:
                b = theirs(name, case, tmp)
                a = ours(name, case, tmp, o.ictus)
                compare_special(tap, name, case, a, b)
                compare_curves(tap, name, "equilibria", CURVE, a, b)
                if case["cycle"]:
                    compare_curves(tap, name, "cycles", CURVE, a, b)
                if "par2" in case:
                    compare_curves(tap, name, "curves2", CURVE, a, b, stability=False)
            except (Bad, auto07p.Missing, subprocess.TimeoutExpired, ValueError, KeyError) as why:
                tap.say(False, name, "%s: %s" % (type(why).__name__, why))
    print("1..%d" % tap.n)
    return 1 if tap.bad else 0


sys.exit(main())
