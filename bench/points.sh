#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# points.sh -- a sweep of 100,000 points of one neuron and 1 ms on 2 ranks: what a point costs beside its simulation; then the same
# command again, with nothing left to do. Prints a table and writes bench/points.json below the build folder. Started by `make bench`.
set -eu
: "${ICTUS_BIN:?}" "${ICTUS_MPIRUN:?}"
out=${builddir:?}/bench
mkdir -p "$out"
dir=`mktemp -d "$out/tmp.XXXXXX"`
trap 'rm -rf "$dir"' EXIT

cat >"$dir/points.yaml" <<'EOY'
ictus: 1
name: points
run: {t_stop: 1 ms}
populations:
  A: {size: 1, model: lif, solver: exact}
sweep:
  axes:
    I: {set: populations.A.params.I, from: 0.1, to: 2, n: 400}
    V: {set: populations.A.params.V_th, from: 0.5, to: 5, n: 250}
EOY
# sweep NAME -- wall seconds to NAME
sweep () {
  begin=`date +%s.%N`
  "$ICTUS_MPIRUN" -n 2 "$ICTUS_BIN" sweep "$dir/points.yaml" -o "$dir/sweep" --quiet >"$dir/table"
  end=`date +%s.%N`
  echo "$begin $end" | awk '{ printf "%.2f\n", $2 - $1 }' >"$dir/$1"
}
sweep first
sweep again
size () { wc -c <"$dir/sweep/$1" | tr -d ' '; }
first=`cat "$dir/first"` again=`cat "$dir/again"` h5=`size sweep.h5` journal=`size sweep.journal`
echo "100,000 points of one neuron and 1 ms, 2 ranks: $first s, `awk "BEGIN { print $first * 10 }"` us a point; again, with nothing to do: $again s"
echo "sweep.h5 `awk "BEGIN { print $h5 / 1e6 }"` MB, sweep.journal `awk "BEGIN { print $journal / 1e6 }"` MB"
echo "{\"points\": 100000, \"wall_s\": $first, \"wall_s_again\": $again, \"sweep_h5_bytes\": $h5, \"journal_bytes\": $journal}" >"$out/points.json"
