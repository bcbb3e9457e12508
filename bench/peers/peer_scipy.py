#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""peer_scipy.py check | MODEL FILE -- largest Lyapunov exponents by scipy's solve_ivp in a loop, for the benchmarks. Prints one object of JSON.

FILE: {"points": [[a, b], ...], "trans": T, "total": T, "batches": K, "rtol": X, "atol": X}, a point being values of the two parameters of MODEL.
The state and one deviation are one system for the method RK45, the pair of Dormand and Prince; a call of solve_ivp for the transient and each of the
batches, after which the deviation is of length 1 again.
"""
import json
import math
import sys
import time

try:
    import numpy
    import scipy
    from scipy.integrate import solve_ivp
except ImportError as why:
    print("scipy is not installed (Debian: python3-scipy): %s" % why, file=sys.stderr)
    sys.exit(69)


def lorenz(rho, sigma):
    beta = 8 / 3

    def f(t, w):
        x, y, z, a, b, c = w.tolist()
        return [sigma * (y - x), x * (rho - z) - y, x * y - beta * z,
                sigma * (b - a), a * (rho - z) - b - x * c, a * y + x * b - beta * c]
    return f, [1, 1, 1]


def hindmarsh_rose(current, r):
    def f(t, w):
        x, y, z, a, b, c = w.tolist()
        return [y - x * x * x + 3 * x * x - z + current, 1 - 5 * x * x - y, r * (4 * (x + 1.6) - z),
                b + (6 * x - 3 * x * x) * a - c, -10 * x * a - b, r * (4 * a - c)]
    return f, [-1.6, -11, 2]


MODELS = {"lorenz": lorenz, "hindmarsh_rose": hindmarsh_rose}


def exponent(f, x, o):
    """The mean growth and its standard error, from the batches."""
    n, t, rates = len(x), 0, []
    w = numpy.array(list(x) + [0.6, 0.7, 0.4][:n])
    for k in range(o["batches"] + 1):
        end = o["trans"] if k == 0 else o["trans"] + o["total"] * k / o["batches"]
        w[n:] /= numpy.linalg.norm(w[n:])
        if end > t:
            w = solve_ivp(f, (t, end), w, method="RK45", rtol=o["rtol"], atol=o["atol"], t_eval=[end]).y[:, -1]
        if k > 0:
            rates.append(math.log(numpy.linalg.norm(w[n:])) / (end - t))
        t = end
    mean = sum(rates) / len(rates)
    return mean, math.sqrt(sum((r - mean) ** 2 for r in rates) / (len(rates) * (len(rates) - 1)))


def main():
    if sys.argv[1] == "check":
        print(json.dumps({"peer": "scipy", "version": scipy.__version__}))
        return 0
    with open(sys.argv[2]) as f:
        o = json.load(f)
    begin = time.process_time()
    values = [exponent(*MODELS[sys.argv[1]](*p), o) for p in o["points"]]
    print(json.dumps({"peer": "scipy", "version": scipy.__version__, "run_s": time.process_time() - begin, "values": values}))
    return 0


sys.exit(main())
