# SPDX-License-Identifier: BSD-3-Clause
"""Published and independently computed numbers of bifurcation diagrams, by "ictus continue" as a user runs it: one command a model, no tuning. As TAP.

  references.py [-i ICTUS] [NAME ...]     all, or those named

Points are: exact, by Newton's method on extended systems with symbolic derivatives (11 to 12 digits); folds of cycles and homoclinic
orbits by AUTO-07p on three meshes (8 to 9 digits); periods by Runge-Kutta methods of order 8, at Hopf points from the frequency.
Jansen-Rit's alpha rhythm relaxes slowly beside its Hopf points: its periods are those after 100 s.
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

# Digits as given: a half in the last one and a little more. "LP 39.9631530927": a special point of that kind at that value of the parameter;
# "T=..": its period; "sub", "super": what a Hopf point is; x=..: a state there; "count LPC 3": so many different values, no more;
# "none HB 36.639": no such point near; "period 200 at 40.9521431": the branch of cycles has that period there; "ends 35.0067342": a branch
# of cycles ends there
CASES = [
    ("hodgkin_huxley", "--par I", [
        "HB 9.77933799539 sub T=10.7178828 V=-59.654143603", "HB 154.526333666 super T=5.911239441 V=-43.058092013",
        "LPC 6.26422127 T=19.895241", "LPC 7.84624712 T=16.713797", "LPC 7.92168549 T=20.707294", "count HB 2", "count LPC 3", "count LP 0"]),
    ("hodgkin_huxley", "--par I --par EL=-54.387", [
        "HB 9.77543799539 sub", "HB 154.522433666 super", "LPC 6.26032", "LPC 7.84235", "LPC 7.91779"]),
    ("fitzhugh_nagumo", "--par I", [
        "HB 0.331281337455 sub T=22.80591687", "HB 1.41871866255 sub T=22.80591687", "LPC 0.324178523", "LPC 1.42582148", "count HB 2", "count LP 0",
        "period 39.4744149802 at 0.5", "period 36.6987944166 at 1"]),
    ("morris_lecar", "--use-set hopf --par I", [
        "HB 93.8576183737 sub T=78.75660955 V=-25.2701048796", "HB 212.0188161 sub T=42.28192143 V=7.80066386697", "LPC 88.2932505 T=135.38614",
        "LPC 216.899801 T=77.929052", "count HB 2", "count LPC 2", "period 102.727165327 at 90", "period 85.2906410429 at 100",
        "period 66.1617527345 at 150", "period 65.6191959807 at 200"]),
    ("morris_lecar", "--use-set snic --par I", [
        "LP 39.9631530927 V=-29.3897774055 w=0.00851439913782", "LP -9.94903932262", "HB 97.6461639215 sub", "count LP 2", "count HB 1",
        "none HB 36.6391663656", "LPC 115.948721 T=37.035849", "period 200 at 40.9521431", "period 1000 at 39.9959237", "period 145.366834784 at 42",
        "period 75.4174129313 at 50", "period 46.7814441999 at 80", "ends 39.9631529 invariant"]),
    ("morris_lecar", "--use-set homoclinic --par I", [
        "HB 36.3162174962 sub T=16.58441630", "LP 39.9631530927", "LP -9.94903932262", "count HB 1", "none HB 15.9394000543", "LPC 40.593352 T=21.110055",
        "period 29.917828894 at 38", "period 24.037759028 at 40", "ends 35.00673 homoclinic"]),
    ("wilson_cowan", "--par P", [
        "LP 1.08733045617 E=0.0526027002806", "LP 0.908683427302", "HB 1.87931319808 super E=0.249338253125 I=0.198220336554", "count HB 1",
        "count LP 2", "period 39.967154433 at 1.25", "period 26.5591393199 at 1.5", "ends 1.06818956 homoclinic"]),
    ("wilson_cowan", "--par c2", ["HB 8.82518348509 super", "LP 6.64887804528", "LP 6.67151549626"]),
    ("wilson_cowan", "--par c1", [
        "LP 13.3559724949", "LP 13.2408389634", "HB 14.6047081856", "LP 22.2224323446", "LP 21.8902946178"]),
    ("wilson_cowan", "--par P --par2 Q", ["GH 0.2418479 par2=-1.873975 E=0.3430511"]),  # 0.24184785902, -1.87397514916 in 40 digits
    ("wilson_cowan", "--use-set hysteresis --par P", ["LP 0.304752864041", "LP -0.399610114154", "count LP 2"]),
    ("jansen_rit", "--par p", [
        "LP 113.586273213 y0=0.0208702327071", "LP -41.3014104878", "HB -12.1474923484 sub T=138.1314294", "HB 89.8291079696 super T=96.3664215",
        "HB 315.696428069 super T=89.5770731", "count HB 3", "count LP 2", "LPC 137.379267 T=211.973", "period 1000 at 114.063111",
        "period 2000 at 113.684867", "period 96.21375939 at 100", "period 95.52679020 at 120", "period 92.05994 at 200", "period 89.78819764 at 300",
        "ends 113.586273 invariant"]),
    ("jansen_rit", "--par A --par p=90", [
        "LP 3.593279033", "LP 2.581554595", "HB 2.592796097 sub", "HB 3.249786027 super", "HB 12.34661347 super"]),
    ("jansen_rit", "--par B --par p=90", ["LP 17.3165593", "LP 34.34142781", "HB 21.99517522 super"]),
    ("wendling", "--par B", ["LP 38.653"]),
    ("epileptor", "--no-cycles --par x0", ["HB -2.06045851827 sub z=2.91481980", "HB -1.02508789003"]),
    ("epileptor", "--no-cycles --par x0 --par tau0=4000", ["HB -2.06090931323"]),
    ("epileptor", "--no-cycles --par x0 --par tau0=1e5", ["HB -2.06199190245"]),
    ("qif_mean_field", "--par eta --par J=10", ["LP -2.237933530871 r=0.2039137095", "LP -2.636116792825 r=0.4839647200", "count LP 2"]),
    ("qif_mean_field", "--par eta", ["LP -3.136134086196 r=0.1625697968", "LP -5.743527161658 r=0.7539197272", "count LP 2", "count HB 0"]),
    ("qif_mean_field", "--par eta --par J=20", ["LP -3.896850627033 r=0.1434311869", "LP -10.156852905729 r=1.0107261865"]),
    ("qif_mean_field", "--par eta --par2 J", ["CP -1.7320508075689 par2=7.796217036667 r=0.296220726783"]),
]


class Bad(Exception):
    pass


def digits(text):
    """The number and what its last digit is worth."""
    m = re.fullmatch(r"-?(\d+)(?:\.(\d*))?(?:e(-?\d+))?", text)
    return float(text), 10.0 ** (int(m.group(3) or 0) - len(m.group(2) or ""))


def near(x, text, floor=1e-9):
    want, last = digits(text)
    return abs(x - want) <= 1.5 * last + floor * abs(want)


class Diagram:
    """What the command says."""

    def __init__(self, text):
        answer = json.loads(text)
        self.branches = answer["branches"]
        self.special = [s for b in self.branches for s in b["special"]]

    def of(self, label):
        return [s for s in self.special if s["label"] == label]

    def different(self, label):
        """Values of the parameter at points of a kind, each once."""
        values = []
        for s in self.of(label):
            if not any(abs(s["par"] - v) <= 1e-6 * max(1, abs(v)) for v in values):
                values.append(s["par"])
        return sorted(values)

    def check(self, text):
        words = text.split()
        if words[0] == "count":
            found = self.different(words[1])
            if len(found) != int(words[2]):
                raise Bad("%d: %s" % (len(found), " ".join("%.10g" % x for x in found)))
        elif words[0] == "none":
            if any(abs(s["par"] - float(words[2])) < 1e-3 for s in self.of(words[1])):
                raise Bad("there is one")
        elif words[0] == "ends":
            ends = [b["special"][-1] for b in self.branches if b["kind"] == "cycles"]
            # the note extrapolates to where it would end
            where = [(re.findall(r"= (-?[0-9.]+)$", s["note"]), s["note"]) for s in ends]
            if not any(at and near(float(at[0]), words[1]) and words[2] in note for at, note in where):
                raise Bad("; ".join("%.10g %s" % (s["par"], s["note"]) for s in ends))
        elif words[0] == "period":
            found = [s["period"] for b in self.branches if b["kind"] == "cycles" for s in b["special"]
                     if s["label"] == "UZ" and abs(s["par"] - float(words[3])) < 1e-9 * max(1, abs(s["par"]))]
            if not any(near(x, words[1]) for x in found):
                raise Bad("periods there: " + " ".join("%.12g" % x for x in found))
        else:
            self.point(words)

    def point(self, words):
        found = [s for s in self.of(words[0]) if near(s["par"], words[1])]
        if not found:
            raise Bad("%s at %s" % (words[0], " ".join("%.13g" % x for x in self.different(words[0])) or "none"))
        why = ""
        for s in found:
            wrong = []
            for w in words[2:]:
                name, _, value = w.partition("=")
                if w in ("sub", "super"):
                    if (s["coefficient"] > 0) != (w == "sub"):
                        wrong.append("%s, coefficient %g" % (w, s["coefficient"]))
                elif name in ("T", "par2"):
                    x = s["period" if name == "T" else name]
                    if not near(x, value):
                        wrong.append("%s=%.12g" % (name, x))
                elif not near(s["state"][name], value, 1e-8):
                    wrong.append("%s=%.12g" % (name, s["state"][name]))
            if not wrong:
                return
            why = "; ".join(wrong)
        raise Bad("not " + why)


def zeros(checks):
    """Where periods are asked for."""
    return sorted({c.split()[3] for c in checks if c.startswith("period ")}, key=float)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("-i", "--ictus", default=os.environ.get("ICTUS_BIN", "ictus"))
    p.add_argument("-v", "--verbose", action="store_true")
    p.add_argument("names", nargs="*")
    o = p.parse_args()
    n = bad = 0

    def say(good, what, why=""):
        nonlocal n, bad
        n += 1
        bad += not good
        print("%sok %d - %s" % ("" if good else "not ", n, what))
        if why:
            print("# " + why)
        sys.stdout.flush()

    for model, options, checks in CASES:
        if o.names and model not in o.names:
            continue
        what = "%s %s" % (model, options)
        cmd = [o.ictus, "continue", model] + options.split() + ["--json", "--no-output", "--quiet"]
        for z in zeros(checks):
            cmd += ["--zero", z]
        try:
            got = subprocess.run(cmd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=300, universal_newlines=True)
            if got.returncode:
                raise Bad("status %d: %s" % (got.returncode, got.stderr.strip()[:300]))
            d = Diagram(got.stdout)
            say(True, what)
        except (Bad, ValueError, KeyError, subprocess.TimeoutExpired) as why:
            say(False, what, str(why))
            continue
        for c in checks:
            try:
                d.check(c)
                say(True, "%s: %s" % (what, c))
            except (Bad, KeyError, TypeError) as why:
                say(False, "%s: %s" % (what, c), "%s: %s" % (type(why).__name__, why) if not isinstance(why, Bad) else str(why))
    print("1..%d" % n)
    return 1 if bad else 0


sys.exit(main())
