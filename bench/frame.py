# SPDX-License-Identifier: BSD-3-Clause
"""The common frame of the benchmarks: run contenders in turn, keep every number, print a table, write JSON.

Python's standard library only. The environment is that of tests/env.sh and srcdir; ICTUS_PEER_PYTHON names the Python that has the
other simulators (default: /usr/bin/python3, where Debian's packages are).
"""
import argparse
import atexit
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True

SIZES = ("smoke", "quick", "full")
HERE = os.path.dirname(os.path.abspath(__file__))
JOBS = os.path.join(os.path.dirname(HERE), "jobs")
LOG = re.compile(r"([0-9.]+) ms in ([0-9.]+) s \((.*?)\).*?, ([0-9]+) spikes, ([0-9]+) synapses")


class Skip(Exception):
    """A contender that cannot run here; its text says why."""


def spread(values):
    """Least, median, largest."""
    return min(values), statistics.median(values), max(values)


def read(path, default=""):
    try:
        with open(path) as f:
            return f.read().strip()
    except OSError:
        return default


def cpu_info(key):
    m = re.search(r"^%s\s*: (.*)$" % re.escape(key), read("/proc/cpuinfo"), re.M)
    return m.group(1) if m else "unknown"


def machine():
    return {"cpu": cpu_info("model name"), "family": cpu_info("cpu family"), "model": cpu_info("model"), "cores": os.cpu_count(),
            "memory_GB": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1), "kernel": platform.release(),
            "host": platform.node()}


# ---- processes ------------------------------------------------------------------------------------------------------------------


class Sampler(threading.Thread):
    """Looks at the memory of the processes of a program below a parent, while it runs: largest resident size of each, and that of all
    together as time passes."""

    def __init__(self, pid, program):
        super().__init__(daemon=True)
        self.pid, self.program, self.stop = pid, os.path.realpath(program), threading.Event()
        self.peak, self.series = {}, []

    def children(self, pid):
        for c in read("/proc/%d/task/%d/children" % (pid, pid)).split():
            yield int(c)
            yield from self.children(int(c))

    def look(self):
        total = 0
        for p in [self.pid] + list(self.children(self.pid)):
            try:
                if os.path.realpath("/proc/%d/exe" % p) != self.program:
                    continue
            except OSError:
                continue
            text = read("/proc/%d/status" % p)
            hwm, rss = re.search(r"VmHWM:\s*(\d+)", text), re.search(r"VmRSS:\s*(\d+)", text)
            if hwm and rss:
                self.peak[p] = int(hwm.group(1)) * 1024
                total += int(rss.group(1)) * 1024
        if total > 0:
            self.series.append((time.monotonic(), total))

    def run(self):
        while not self.stop.wait(0.01):
            self.look()


def execute(cmd, timeout, cwd=None, sample=None, env=None):
    """Run a command; its output and what it took: CPU of it and all its children, wall time, memory.
    sample: program whose processes are looked at."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        begin = time.monotonic()
        p = subprocess.Popen(cmd, stdout=out, stderr=err, stdin=subprocess.DEVNULL, cwd=cwd, env=env, start_new_session=True)
        look = Sampler(p.pid, sample) if sample else None
        if look:
            look.start()
        timer = threading.Timer(timeout, lambda: os.killpg(p.pid, 15))
        timer.start()
        _, status, usage = os.wait4(p.pid, 0)
        wall = time.monotonic() - begin
        timer.cancel()
        p.returncode = os.waitstatus_to_exitcode(status) if hasattr(os, "waitstatus_to_exitcode") else status
        if look:
            look.stop.set()
            look.join()
        out.seek(0)
        err.seek(0)
        got = {"stdout": out.read(), "stderr": err.read(), "status": p.returncode, "wall_s": wall,
               "cpu_s": usage.ru_utime + usage.ru_stime, "rank_peak_bytes": usage.ru_maxrss * 1024}
    if look:
        got["peak_bytes"], got["series"] = sum(look.peak.values()), look.series
    if wall >= timeout:
        raise Skip("stopped after %g s" % timeout)
    return got


# ---- a benchmark ----------------------------------------------------------------------------------------------------------------


class Bench:
    """One benchmark: options, contenders, table, file."""

    def __init__(self, name, about, argv=None, repeats=(1, 3, 5)):
        p = argparse.ArgumentParser(prog="bench/%s.py" % name.replace("-", "_"), description=about)
        p.add_argument("--size", choices=SIZES, default=os.environ.get("SIZE") or "quick",
                       help="smoke: does it work; quick: minutes; full: the numbers that count")
        p.add_argument("--repeats", type=int, default=int(os.environ.get("REPEATS") or 0), help="times each contender runs")
        p.add_argument("--no-peers", action="store_true", default=bool(os.environ.get("NO_PEERS")), help="no other simulators")
        p.add_argument("--isa", default=os.environ.get("ISA") or None, help="level of instructions, as of ictus run --isa")
        self.o = p.parse_args(argv)
        self.name, self.about, self.size = name, about, self.o.size
        self.repeats = self.o.repeats if self.o.repeats > 0 else repeats[SIZES.index(self.size)]
        self.build = os.environ.get("builddir") or os.getcwd()
        self.program = os.environ.get("ICTUS_BIN") or os.path.join(self.build, "ictus")
        self.mpirun = os.environ.get("ICTUS_MPIRUN") or "mpirun"
        self.out = os.path.join(self.build, "bench")
        os.makedirs(self.out, exist_ok=True)
        self.tmp = tempfile.mkdtemp(prefix="tmp.", dir=self.out)
        atexit.register(shutil.rmtree, self.tmp, ignore_errors=True)
        self.timeout = {"smoke": 60, "quick": 900, "full": 7200}[self.size]
        self.head, self.table, self.ratios, self.notes, self.runs, self.versions = [], [], [], [], {}, {}
        self.load = [os.getloadavg()[0]]
        self.empty = None

    def pick(self, smoke, quick, full):
        return (smoke, quick, full)[SIZES.index(self.size)]

    def say(self, text):
        print(text, file=sys.stderr, flush=True)

    def note(self, text):
        if text not in self.notes:
            self.notes.append(text)

    # -- ours

    def write(self, name, text):
        path = os.path.join(self.tmp, name)
        with open(path, "w") as f:
            f.write(text)
        return path

    def ictus(self, experiment, sets=(), np=1, summary=None, output=None, sample=False, command="run"):
        """Run an experiment and read what it says: cpu_s and wall_s of the process, run_wall_s and its parts of the windows."""
        cmd = ([self.mpirun, "-n", str(np)] if np > 1 else []) + [self.program, command, experiment]
        cmd += ["-o", output, "--overwrite"] if output else ["--no-output"]
        if self.o.isa:
            cmd += ["--isa", self.o.isa]
        for s in sets:
            cmd += ["--set", s]
        if summary is not None:
            cmd += ["--summary", "--json", "--discard", str(summary)]
        env = {k: v for k, v in os.environ.items() if k not in ("ICTUS_SAFE", "ICTUS_CHECK_MEMORY")}
        got = execute(cmd, self.timeout, sample=self.program if sample else None, env=env)
        if got["status"] != 0:
            lines = [x for x in got["stderr"].splitlines() if x.startswith("ictus: ")] or got["stderr"].splitlines()[-1:]
            raise Skip("ictus ended with status %s: %s" % (got["status"], " ".join(lines[:1])))
        m = LOG.search(got["stderr"])
        if not m:
            raise Skip("the last line of ictus run was not understood")
        got.update(t_ms=float(m.group(1)), run_wall_s=max(float(m.group(2)), 0.005), spikes=int(m.group(4)), synapses=int(m.group(5)))
        if sample:
            got["standing_bytes"] = standing(got.pop("series"), got["run_wall_s"])
        for part, seconds in re.findall(r"([a-z]+) ([0-9.]+)", m.group(3)):
            got[part + "_s"] = float(seconds)
        if summary is not None:
            got["summary"] = json.loads(got["stdout"])
        return got

    def startup(self, np=1):
        """Wall and CPU seconds of a run that has nothing to do."""
        if self.empty is None:
            self.empty = {}
        if np not in self.empty:
            path = self.write("empty.yaml", "ictus: 1\nname: empty\nrun: {t_stop: 0.1 ms}\npopulations:\n  A: {size: %d, model: lif, "
                              "solver: exact}\n" % np)
            got = [self.ictus(path, np=np, sample=True) for _ in range(3)]
            self.empty[np] = min(got, key=lambda g: g["wall_s"])
        return self.empty[np]

    def cost(self, experiment, sets=(), np=1, short="run.t_stop=0.1"):
        """CPU seconds of the windows alone, on one core: a run less one of a single step. With run_s and build_s."""
        begin = self.ictus(experiment, list(sets) + [short], np)
        got = self.ictus(experiment, sets, np)
        got["run_s"] = max(got["cpu_s"] - begin["cpu_s"], 1e-3)
        if got["run_s"] < 0.02:
            self.note("runs of less than 0.02 s were timed: those figures are rough")
        got["build_s"] = max(begin["cpu_s"] - self.startup(np)["cpu_s"], 0)
        got["model_s"] = got["t_ms"] / 1000
        return got

    def spike_times(self, folder, population):
        """(times, neurons) of a result file, in order of time."""
        data = []
        for what, form in (("timestamps", "%.17g"), ("node_ids", None)):
            cmd = ["h5dump", "-d", "/spikes/%s/%s" % (population, what), "-y", "-w", "1"] + (["-m", form] if form else [])
            try:
                text = subprocess.run(cmd + [os.path.join(folder, "results.h5")], stdout=subprocess.PIPE, check=True,
                                      universal_newlines=True).stdout
            except (OSError, subprocess.CalledProcessError):
                raise Skip("h5dump is missing (Debian: hdf5-tools)")
            body = text[text.index("DATA {") + 6:] if "DATA {" in text else ""
            data.append([float(x) for x in re.findall(r"[-+.0-9eE]+", body.split("}")[0])])
        return data[0], [int(x) for x in data[1]]

    # -- the others

    def peer(self, script, *args, timeout=None):
        """Run a script of bench/peers; the object that it prints last."""
        if self.o.no_peers:
            raise Skip("no peers wanted")
        python = os.environ.get("ICTUS_PEER_PYTHON") or ("/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable)
        env = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", OMP_NUM_THREADS="1")
        cmd = [python, os.path.join(HERE, "peers", script)] + [str(a) for a in args]
        got = execute(cmd, timeout or self.timeout, cwd=self.tmp, env=env)
        lines = [x for x in got["stdout"].splitlines() if x.startswith("{")]
        if got["status"] == 69:
            raise Skip((got["stderr"].strip().splitlines() or ["not installed"])[-1])
        if got["status"] != 0 or not lines:
            raise Skip("%s failed: %s" % (script, (got["stderr"].strip().splitlines() or ["no output"])[-1]))
        answer = json.loads(lines[-1])
        answer.update(rank_peak_bytes=got["rank_peak_bytes"])
        if "version" in answer:
            self.versions[answer["peer"]] = answer["version"]
        return answer

    def brian(self, *args):
        """Build a network of Brian 2 as a C++ program, once per build folder; a function that runs it."""
        folder = os.path.join(self.out, "brian", re.sub(r"[^A-Za-z0-9.]+", "_", " ".join(str(a) for a in args)))
        stamp, script = os.path.join(folder, "stamp"), read(os.path.join(HERE, "peers", "peer_brian.py"))
        if self.o.no_peers or read(stamp) != script.strip() or not os.path.exists(os.path.join(folder, "main")):
            self.peer("peer_brian.py", "check")
            shutil.rmtree(folder, ignore_errors=True)
            self.say("  Brian 2 compiles %s ..." % " ".join(str(a) for a in args))
            self.peer("peer_brian.py", *args, "--dir", folder)
            with open(stamp, "w") as f:
                f.write(script)
        meta = json.loads(read(os.path.join(folder, "meta.json")))
        self.versions["Brian2"] = meta["version"]

        def run():
            got = execute([os.path.join(folder, "main")], self.timeout, cwd=folder)
            if got["status"] != 0:
                raise Skip("Brian 2's program ended with status %s" % got["status"])
            seconds = float(read(os.path.join(folder, "results", "last_run_info.txt")).split()[0])
            counts = read_array(os.path.join(folder, meta["count"]), "i")
            return dict(run_s=seconds, model_s=meta["model_s"], spikes=sum(counts), counts=counts, folder=folder, meta=meta,
                        synapses=meta["synapses"], rank_peak_bytes=got["rank_peak_bytes"])
        return run

    # -- turn by turn

    def interleave(self, contenders, repeats=None):
        """Run each contender (name: function) in turn, several times. Those that cannot run are noted and left out."""
        results = {name: [] for name in contenders}
        for k in range(repeats or self.repeats):
            for name, run in contenders.items():
                if results[name] is None:
                    continue
                self.say("  %s, %d of %d" % (name, k + 1, repeats or self.repeats))
                try:
                    results[name].append(run())
                except Skip as why:
                    self.note("%s: skipped, %s" % (name, why))
                    results[name] = None
                self.load.append(os.getloadavg()[0])
        self.runs.update({n: [{k: v for k, v in g.items() if isinstance(v, (int, float))} for g in r] for n, r in results.items() if r})
        return {n: r for n, r in results.items() if r}

    # -- what comes out

    def columns(self, *head):
        self.head = list(head)

    def row(self, *cells):
        self.table.append(list(cells))

    def line(self):
        self.table.append(None)

    def ratio(self, what, over, under, at_least=None, aim=None):
        """The quotient of two lists of the same repeats: least, median, largest of the quotients in turn."""
        q = [a / b for a, b in zip(over, under) if b > 0]
        if q:
            low, mid, high = spread(q)
            self.ratios.append({"what": what, "min": low, "median": mid, "max": high, "at_least": at_least, "aim": aim})

    def finish(self):
        """Print the table and write the file."""
        version = subprocess.run([self.program, "--version"], stdout=subprocess.PIPE, universal_newlines=True).stdout.splitlines()
        first = (version or ["unknown"])[0].split()
        self.load.append(os.getloadavg()[0])
        busy = self.load[0] > 0.5 or max(self.load) > (os.cpu_count() or 1) + 0.7
        if busy:
            self.note("the machine was busy with other things (load average %.1f before, up to %.1f): ratios mean less" %
                      (self.load[0], max(self.load)))
        record = {"benchmark": self.name, "about": self.about, "size": self.size, "repeats": self.repeats, "machine": machine(),
                  "busy": busy, "load": {"before": self.load[0], "most": max(self.load)},
                  "ictus": first[1] if len(first) > 1 else "unknown", "git_revision": first[2] if len(first) > 2 else "unknown",
                  "build": version[1:], "isa": self.isa(version), "peers": self.versions, "columns": self.head,
                  "table": [r for r in self.table if r], "ratios": self.ratios, "notes": self.notes, "runs": self.runs}
        print("%s (%s, %d repeats, %s, %s)" % (self.about, self.size, self.repeats, " ".join(first), record["isa"]))
        for line in layout(self.head, self.table):
            print(line)
        if self.ratios:
            print()
            cells = [[r["what"], r["min"], r["median"], r["max"], r["at_least"] or "", r["aim"] or ""] for r in self.ratios]
            for line in layout(["ratio", "min", "median", "max", "at least", "aim"], cells):
                print(line)
        for n in self.notes:
            print("note: " + n)
        print(flush=True)
        with open(os.path.join(self.out, self.name + ".json"), "w") as f:
            json.dump(record, f, indent=1)
            f.write("\n")
        return 0

    def isa(self, version):
        """The level of instructions of our runs."""
        if self.o.isa:
            return self.o.isa
        folder = tempfile.mkdtemp(dir=self.out)
        try:
            path = os.path.join(folder, "isa.yaml")
            with open(path, "w") as f:
                f.write("ictus: 1\nname: isa\nrun: {t_stop: 0.1 ms}\npopulations:\n  A: {size: 1, model: lif, solver: exact}\n")
            self.ictus(path, output=folder)
            text = subprocess.run(["h5dump", "-a", "/provenance/isa", os.path.join(folder, "results.h5")], stdout=subprocess.PIPE,
                                  universal_newlines=True).stdout
            m = re.search(r'\(0\): "([^"]*)"', text)
            return m.group(1) if m else "unknown"
        except (OSError, Skip):
            return "unknown"
        finally:
            shutil.rmtree(folder, ignore_errors=True)


# ---- small things ---------------------------------------------------------------------------------------------------------------


def text(cell):
    if isinstance(cell, float):
        return "%.3g" % cell if abs(cell) < 1000 else "%.0f" % cell
    return str(cell)


def layout(head, rows):
    """Aligned lines; the first column to the left, the others to the right. None: an empty line."""
    cells = [[text(c) for c in r] if r else [] for r in [head] + rows]
    width = [max([len(r[c]) for r in cells if len(r) > c] or [0]) for c in range(max(len(r) for r in cells))]
    for r in cells:
        yield "  ".join(c.ljust(width[k]) if k == 0 else c.rjust(width[k]) for k, c in enumerate(r)).rstrip()


def standing(series, seconds):
    """Resident size while the windows run, the last seconds before the end: the middle of what was seen, since the end itself is
    already tidying up. None if that was too short to be seen."""
    seen = [size for t, size in series if t >= series[-1][0] - seconds] if series else []
    return statistics.median(seen) if len(seen) >= 5 else None


def read_array(path, code):
    import array
    a = array.array(code)
    with open(path, "rb") as f:
        a.frombytes(f.read())
    return list(a)


def errors(times, reference):
    """Spike times against the reference, in order: mean and largest error in ms, and how many spikes are missing or too many."""
    n = min(len(times), len(reference))
    d = [abs(a - b) for a, b in zip(times, reference)]
    return (sum(d) / n if n else 0.0), (max(d) if d else 0.0), len(times) - len(reference)


def nearest_errors(times, reference, within=1.0):
    """Under given input a spike that is missing shifts no other: each reference spike against the nearest one. Mean and largest error
    in ms of those with one within so many ms, and the number without, of both."""
    import bisect
    d, lone = [], 0
    for t in reference:
        k = bisect.bisect(times, t)
        near = min((abs(x - t) for x in times[max(0, k - 1):k + 1]), default=within + 1)
        if near <= within:
            d.append(near)
        else:
            lone += 1
    return (sum(d) / len(d) if d else 0.0), (max(d) if d else 0.0), lone + max(0, len(times) - len(d))


def at_error(points, error):
    """Cost at a given error, between the two points (error, cost) around it, on logarithmic axes; None outside."""
    from math import exp, log
    p = sorted((log(e), log(c)) for e, c in points if e > 0 and c > 0)
    for (e0, c0), (e1, c1) in zip(p, p[1:]):
        if e0 <= log(error) <= e1:
            return exp(c0 + (c1 - c0) * (log(error) - e0) / (e1 - e0) if e1 > e0 else min(c0, c1))
    return None


def gnuplot(path, series, title, xlabel, ylabel):
    """Points of named series, (x, y), on logarithmic axes, as PNG; False if gnuplot is missing."""
    script = ["set terminal pngcairo size 1200,800 font ',12'", "set output %s" % quote(path), "set logscale xy", "set format '10^{%T}'",
              "set grid", "set key outside right", "set title %s" % quote(title), "set xlabel %s" % quote(xlabel),
              "set ylabel %s" % quote(ylabel)]
    data = []
    for name, points in series.items():
        data.append((name, sorted(p for p in points if p[0] > 0 and p[1] > 0)))
    data = [d for d in data if d[1]]
    if not data:
        return False
    for k, (name, points) in enumerate(data):
        script += ["$d%d << EOD" % k] + ["%g %g" % p for p in points] + ["EOD"]
    script.append("plot " + ", ".join("$d%d with linespoints lw 2 pt %d title %s" % (k, 5 + k % 9, quote(d[0].replace("_", " ")))
                                      for k, d in enumerate(data)))
    try:
        p = subprocess.run([os.environ.get("GNUPLOT") or "gnuplot"], input="\n".join(script) + "\n", universal_newlines=True,
                           stderr=subprocess.PIPE)
    except OSError:
        return False
    return p.returncode == 0


def quote(s):
    return "'" + s.replace("'", "''") + "'"
