# SPDX-License-Identifier: BSD-3-Clause
"""The Potjans-Diesmann microcircuit (jobs/microcircuit) on two ranks at several scales: wall time, construction, bytes a synapse, and the rate of
every population against the reference; NEST on two threads beside it."""
import os
import sys

import frame
import recorded

FOLDER = os.path.join(frame.JOBS, "microcircuit")
sys.path.insert(0, FOLDER)
import check  # noqa: E402
import make  # noqa: E402


def experiment(b, scale, background, ms):
    argv = ["--scale", str(scale), "--background", background, "--t-stop", str(ms), "--model", os.path.join(FOLDER, "lif_psc_exp.ode")]
    return b.write("pd14-%g-%s.yaml" % (scale, background), "\n".join(make.experiment(make.options(argv))) + "\n")


def ours(b, path, warm):
    got = b.ictus(path, np=2, summary=warm, sample=True)
    empty = b.startup(2)
    got.update(model_s=got["t_ms"] / 1000, build_s=max(got["wall_s"] - got["run_wall_s"] - empty["wall_s"], 0),
               bytes_each=(got["peak_bytes"] - empty["peak_bytes"]) / got["synapses"],
               rates={p: m["rate_Hz"] for p, m in got["summary"]["populations"].items()})
    got["run_s"] = got["run_wall_s"]
    return got


def main():
    b = frame.Bench("pd14", "the microcircuit of Potjans and Diesmann, 2 ranks, 0.1 ms", repeats=(1, 2, 3))
    b.columns("scale", "program", "wall s a model s: min", "median", "max", "build s", "synapses", "million a s and core", "peak bytes a synapse",
              "mean rate Hz")
    variants = b.pick([(0.02, "poisson")], [(0.1, "poisson")], [(0.1, "poisson"), (0.2, "poisson"), (1.0, "poisson"), (1.0, "dc")])
    checks = []
    for scale, background in variants:
        ms, warm = (b.pick(50, 600, 1500), b.pick(10, 100, 500)) if scale < 1 else (1500, 500)
        path = experiment(b, scale, background, ms)
        name = "%g%s" % (scale, "" if background == "poisson" else " dc")
        contenders = {name + ", ours": lambda path=path, warm=warm: ours(b, path, warm)}
        contenders[name + ", NEST"] = lambda s=scale, g=background, ms=ms, w=warm: b.peer(
            "peer_nest.py", "pd14", "--scale", s, "--background", g, "--ms", ms, "--warm", w, "--threads", 2)
        results = b.interleave(contenders, 1 if scale == 1 and b.size != "full" else None)
        report(b, name, scale, background, results)
        if scale in check.REFERENCE and name + ", ours" in results:
            checks.append((name, scale, results[name + ", ours"][0]["rates"]))
    if checks:
        b.line()
        b.row("rates, Hz", *make.POPULATIONS)
    for name, scale, rates in checks:
        told = list(check.compare(rates, scale))
        b.row(name + ", ours", *["%.2f%s" % (rate, "" if good else " !") for _, rate, _, good in told])
        b.row(name + ", reference", *["%.2f" % want for _, _, want, _ in told])
        if not all(good for _, _, _, good in told):
            b.note("%s: rates marked ! differ from the reference by more than jobs/microcircuit/check.py allows" % name)
    return b.finish()


def report(b, name, scale, background, results):
    seconds = {}
    for full_name, got in results.items():
        g = got[0]
        seconds[full_name.split(", ")[1]] = per = [x["run_s"] / x["model_s"] for x in got]
        low, mid, high = frame.spread(per)
        built = min(x["build_s"] for x in got)
        n = sum(round(s * scale) for s in make.SIZE)
        b.row(name, full_name.split(", ")[1], low, mid, high, built, g["synapses"], g["synapses"] / built / 2e6 if built > 0 else "-",
              g["bytes_each"], g["spikes"] / n / g["model_s"])
    if "ours" not in seconds:
        return
    goal = {1.0: (20, 50), 0.2: (8, 20)}.get(scale, (None, None))
    if "NEST" in seconds:
        b.ratio("scale %s: NEST over ours, wall" % name, seconds["NEST"], seconds["ours"], *goal)
    elif scale in recorded.PD14 and background == "poisson":
        wall, build, peak, synapses = recorded.PD14[scale]
        b.row(name, recorded.WORDS, wall, "", "", build, synapses, synapses / build / 2e6, peak / synapses, "")
        recorded.note(b, frame.machine())
        b.note("scale %s: the recorded NEST takes %.1f times as long as our fastest repeat%s" % (
            name, wall / min(seconds["ours"]), " (aim %d, at least %d)" % (goal[1], goal[0]) if goal[0] else ""))


if __name__ == "__main__":
    sys.exit(main())
