#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The benchmarks work: each at its smallest size, without other simulators, prints its table and writes its file.
. "$srcdir/tests/tap.sh"
test -n "$ICTUS_PYTHON" || skip_all "python3 is missing"
ICTUS_BENCH=$srcdir/bench
builddir=$tmp SIZE=smoke REPEATS=1 NO_PEERS=1
export builddir SIZE REPEATS NO_PEERS
# the fields that every file has
good_file () {
  "$ICTUS_PYTHON" - "bench/$1.json" <<'EOF2'
import json, sys
r = json.load(open(sys.argv[1]))
assert r["size"] == "smoke" and r["repeats"] == 1 and r["machine"]["cores"] > 0 and r["isa"] and r["git_revision"]
assert r["table"] and all(len(row) > 1 for row in r["table"]) and r["runs"], r["notes"]
bad = [n for n in r["notes"] if "skipped" in n and "peers" not in n]
assert not bad, bad
EOF2
}
for b in brette brunel checkpoint construct continue hh-sweep lyapunov ode pd14 points scaling work-precision; do
  ok "$b runs" status 0 limit "$ICTUS_PYTHON" -B "$ICTUS_BENCH/`echo $b | tr - _`.py"
  ok "... and writes its numbers" good_file $b
done
leftovers () { set -- bench/tmp.*; test ! -e "$1"; }
ok "nothing is left behind" leftovers
ok "an unknown size is refused" status 2 "$ICTUS_PYTHON" -B "$ICTUS_BENCH/points.py" --size huge
finish
