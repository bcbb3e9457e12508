# SPDX-License-Identifier: BSD-3-Clause
"""Files of XPPAUT in both programs: those of tests/ode/*.ode and of tests/ode/constructs.txt, by "xppaut FILE -silent" and by
"ictus solve FILE --format dat". Tables are compared row by row, stochastic ones by their moments. As TAP, with a table as comments.

  peers.py [-x XPPAUT] [-i ICTUS] [NAME ...]     all, or those named
  peers.py --record                              write what XPPAUT says under the constructs
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ode")
FIXED = 3e-6  # XPPAUT's numbers are floats of 8 digits
# How a file is compared: tol, relative to 1 + the value; until, the time from which it is not (chaos); moments; with, options of ours; tight,
# lines that make XPPAUT accurate (its tolerances the same, as it confuses them), for a second comparison with cvode-bdf
CASES = {
    "chay": {"tol": 2e-4},
    "connor": {"tol": 1e-2},
    "lorenz": {"tol": 1e-5, "until": 12},
    "tyson": {"tol": 2e-5},
    "rulkov": {"tol": 1e-5, "until": 100},
    "henon": {"tol": 1e-5},
    "mackey": {"tol": 1e-2, "until": 120},  # its delays are of first order
    "izhikevich": {"tol": 1e-5},
    "pinsky": {"tol": 2e-5},
    "fhnnoise": {"moments": True},
    "markovhh": {"moments": True},
}
TIGHT = ["hh", "ml", "fhn", "wb", "wilson", "jansen", "selkov", "goldbeter", "tyson", "chay", "nmda"]


class Bad(Exception):
    pass


def run(cmd, cwd, seconds=120):
    try:
        return subprocess.run(cmd, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=seconds,
                              universal_newlines=True, errors="replace")
    except subprocess.TimeoutExpired:
        raise Bad("%s did not end within %g s" % (os.path.basename(cmd[0]), seconds))


def table(path):
    """Rows of numbers."""
    try:
        with open(path) as f:
            return [[float(x) for x in line.split()] for line in f if line.strip()]
    except OSError:
        raise Bad("no " + os.path.basename(path))
    except ValueError as e:
        raise Bad("%s: %s" % (os.path.basename(path), e))


def difference(ours, theirs, until=None, first=0):
    """Largest difference relative to 1 + the value, and where."""
    if len(ours) != len(theirs):
        raise Bad("%d rows, not %d" % (len(ours), len(theirs)))
    worst, where = 0.0, ""
    for a, b in list(zip(ours, theirs))[first:]:
        if len(a) != len(b):
            raise Bad("%d columns, not %d" % (len(a), len(b)))
        if until is not None and b[0] > until:
            break
        for k, (x, y) in enumerate(zip(a, b)):
            d = abs(x - y) / (1 + abs(y))
            if not d <= worst and not (x != x and y != y):
                worst, where = d, "t=%g, column %d: %.8g, not %.8g" % (b[0], k, x, y)
    return worst, where


def moments(ours, theirs):
    """Differences of means in the spread of such means, of standard deviations relative to them; the series is cut into 20 pieces."""
    worst, where = 0.0, ""
    for k in range(1, len(theirs[0])):
        means, sds = [], []
        for rows in (ours, theirs):
            v = [r[k] for r in rows[len(rows) // 20:]]
            n = len(v) // 20
            m = [sum(v[i * n:(i + 1) * n]) / n for i in range(20)]
            mean = sum(m) / 20
            means.append((mean, (sum((x - mean) ** 2 for x in m) / 19 / 20) ** .5))
            sds.append((sum((x - mean) ** 2 for x in v) / len(v)) ** .5)
        error = (means[0][1] ** 2 + means[1][1] ** 2) ** .5
        z = abs(means[0][0] - means[1][0]) / max(error, 1e-12) / 4  # 4 standard errors
        s = abs(sds[0] / sds[1] - 1) / .15
        if max(z, s) > worst:
            worst, where = max(z, s), "column %d: mean %g and %g, spread %g and %g" % (k, means[0][0], means[1][0], sds[0], sds[1])
    return worst, where


def prepare(text, words):
    """The file as the words of its block ask."""
    if "tab" in words:
        text = text.replace(" ", "\t")
    if "upper" in words:
        text = text.upper()
    if "crlf" in words:
        text = text.replace("\n", "\r\n")
    return text.rstrip("\n") if "cut" in words else text


def blocks():
    """Name, words, text, what is expected, of each construct."""
    with open(os.path.join(HERE, "constructs.txt")) as f:
        parts = re.split(r"(?m)^=== ", f.read())
    for part in parts[1:]:
        first, rest = part.split("\n", 1)
        text, want = re.split(r"(?m)^---\n", rest, maxsplit=1)
        words = first.split()
        yield words[0], words[1:], text, want.strip()


def files(folder):
    for f in os.listdir(HERE):
        if f.endswith((".tab", ".txt")) and f != "constructs.txt":
            shutil.copy(os.path.join(HERE, f), folder)


class Peers:
    def __init__(self, o, tmp):
        self.o, self.tmp, self.n, self.bad = o, tmp, 0, 0
        self.fresh = 0

    def xppaut(self, path):
        """Run it in a folder of its own; the folder. What was written last is there."""
        self.fresh += 1
        d = os.path.join(self.tmp, "x%d" % self.fresh)
        os.mkdir(d)
        files(d)
        shutil.copy(path, d)
        for _ in range(2):  # it does not always survive
            p = run([self.o.xppaut, os.path.basename(path), "-silent"], d)
            if p.returncode >= 0:
                break
        return d

    def ictus(self, path, *options):
        d = path + "".join(options).replace("-", "").replace("/", "") + ".out"
        p = run([self.o.ictus, "solve", path, "--format", "dat", "-o", d, "--overwrite"] + list(options), os.path.dirname(path))
        if p.returncode != 0:
            raise Bad("ictus ended with status %d: %s" % (p.returncode, (p.stdout.strip().splitlines() or ["?"])[0]))
        return d

    def say(self, good, name, rows, worst, text):
        self.n += 1
        self.bad += not good
        print("%sok %d - %s: %s" % ("" if good else "not ", self.n, name, text if rows == 0 else "%d rows, %.1e" % (rows, worst)))
        if rows and not good:
            print("# " + text)
        sys.stdout.flush()

    def compare(self, name, path, case, options=()):
        """One file in both; several tables if it has sets."""
        try:
            theirs, ours = self.xppaut(case.get("theirs", path)), self.ictus(path, *options)
            outs = sorted(f for f in os.listdir(theirs) if f.endswith(".dat"))
            if not outs:
                raise Bad("xppaut wrote nothing")
            for f in outs:
                a, b = table(os.path.join(ours, f)), table(os.path.join(theirs, f))
                what = name if f == "output.dat" else "%s, %s" % (name, f)
                if case.get("moments"):
                    worst, where = moments(a, b)
                    self.say(worst <= 1, what, len(b), worst, where)
                else:
                    worst, where = difference(a, b, case.get("until"), case.get("first", 0))
                    self.say(worst <= case.get("tol", FIXED), what, len(b), worst, where)
        except Bad as why:
            self.say(False, name, 0, 0, str(why))

    def tight(self, name, path):
        """Both with tight tolerances of CVODE."""
        with open(path) as f:
            text = f.read()
        loose = os.path.join(self.tmp, name + "-tight.ode")
        body = re.sub(r"(?im)^d(one)?\s*$", "", text).rstrip("\n")
        body = re.sub(r"(?im)^set .*$", "", body)
        # XPPAUT's CVODE forgets nout
        dt, nout = (float((re.findall(r"(?i)\b%s=([0-9.e-]+)" % w, body) or [d])[-1]) for w, d in (("dt", .05), ("nout", 1)))
        with open(loose, "w") as f:
            f.write(body + "\n@ meth=cvode,tol=1e-10,atol=1e-10,dt=%.15g,nout=1\ndone\n" % (dt * nout))
        with open(os.path.join(self.tmp, name + "-c.ode"), "w") as f:
            f.write(body + "\ndone\n")
        self.compare(name + " with cvode-bdf", os.path.join(self.tmp, name + "-c.ode"), {"tol": 5e-5, "theirs": loose},
                     ("--solver", "cvode-bdf", "--rtol", "1e-10", "--atol", "1e-10"))

    def construct(self, name, words, text, want):
        path = os.path.join(self.tmp, name + ".ode")
        with open(path, "w", newline="") as f:
            f.write(prepare(text, words))
        if "refused" in words or "own" in words:
            return
        tol = [float(w[4:]) for w in words if w.startswith("tol=")]
        self.compare("construct " + name, path, {"tol": (tol or [FIXED])[0], "first": int("late" in words)})

    def record(self):
        out = open(os.path.join(HERE, "constructs.txt")).read()
        for name, words, text, want in blocks():
            if "refused" in words or "own" in words:
                continue
            path = os.path.join(self.tmp, name + ".ode")
            with open(path, "w", newline="") as f:
                f.write(prepare(text, words))
            rows = open(os.path.join(self.xppaut(path), "output.dat")).read().strip().splitlines()
            first = "=== " + " ".join([name] + words) + "\n" + text + "---\n"
            assert first in out, name
            out = re.sub(re.escape(first) + r"(?s:.*?)(?=^=== |\Z)", lambda m: first + "%d: %s\n" % (len(rows), " ".join(rows[-1].split()[:24])), out,
                         flags=re.M)
        open(os.path.join(HERE, "constructs.txt"), "w").write(out)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("-x", "--xppaut", default=shutil.which("xppaut"))
    p.add_argument("-i", "--ictus", default=os.environ.get("ICTUS_BIN", "ictus"))
    p.add_argument("--record", action="store_true")
    p.add_argument("names", nargs="*")
    o = p.parse_args()
    if not o.xppaut:
        print("1..0 # SKIP xppaut is not installed (Debian: xppaut)")
        return 0
    with tempfile.TemporaryDirectory() as tmp:
        peers = Peers(o, tmp)
        files(tmp)
        if o.record:
            peers.record()
            return 0
        for f in sorted(os.listdir(HERE)):
            name = f[:-4]
            if f.endswith(".ode") and (not o.names or name in o.names):
                path = os.path.join(tmp, f)
                shutil.copy(os.path.join(HERE, f), path)
                peers.compare(name, path, CASES.get(name, {}))
                if name in TIGHT:
                    peers.tight(name, path)
        for name, words, text, want in blocks():
            if not o.names or name in o.names:
                peers.construct(name, words, text, want)
        print("1..%d" % peers.n)
        print("# %d compared, %d differ" % (peers.n, peers.bad))
        return 1 if peers.bad else 0


sys.exit(main())
