#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# efficiency.sh [REPEATS] -- busy time of the ranks over wall time of a sweep whose points differ tenfold in length, on 1, 2 and 4 teams of one rank.
# Prints a table and writes bench/efficiency.json below the build folder. Started by `make bench`.
set -eu
: "${srcdir:?}" "${ICTUS_BIN:?}" "${ICTUS_MPIRUN:?}"
repeats=${1-3}
out=${builddir:?}/bench
mkdir -p "$out"
dir=`mktemp -d "$out/tmp.XXXXXX"`
trap 'rm -rf "$dir"' EXIT

for teams in 1 2 4; do
  k=0
  while test $k -lt "$repeats"; do
    "$ICTUS_MPIRUN" -n $teams "$ICTUS_BIN" sweep "$srcdir/bench/efficiency.yaml" -o "$dir/sweep" --overwrite >"$dir/table" 2>"$dir/log" || {
      cat "$dir/log" >&2
      exit 70
    }
    sed -n 's/.*efficiency \([0-9.]*\): ranks worked for [0-9.e+]* of \([0-9.e+]*\) s.*/\1 \2/p' "$dir/log" >>"$dir/$teams"
    k=`expr $k + 1`
  done
done

echo "52 points whose lengths differ tenfold, teams of one rank, `nproc` cores, $repeats repeats; min, median, max"
for teams in 1 2 4; do
  for c in 1 2; do awk -v c=$c '{ print $c }' "$dir/$teams" | sort -g | awk '{ v[NR] = $1 } END { print v[1], v[int((NR + 1) / 2)], v[NR] }'; done |
    tr '\n' ' ' | awk -v t=$teams '{ printf "%d teams: efficiency %.2f %.2f %.2f, wall seconds of all ranks %.3g %.3g %.3g\n", t, $1, $2, $3, $4, $5, $6 }'
done
for teams in 1 2 4; do awk -v t=$teams '{ v = v s $1; s = ", " } END { printf "\"%d\": [%s]\n", t, v }' "$dir/$teams"; done |
  awk 'BEGIN { printf "{\"efficiency_by_teams\": {" } { printf "%s%s", s, $0; s = ", " } END { print "}}" }' >"$out/efficiency.json"
