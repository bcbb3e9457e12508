#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# checkpoint.sh [REPEATS] -- what checkpoints cost: the same run with none and with one every 100 ms of model time, in turn, on 2 ranks.
# Prints a table and writes bench/checkpoint.json below the build folder. Started by `make bench`.
set -eu
: "${srcdir:?}" "${ICTUS_BIN:?}" "${ICTUS_MPIRUN:?}"
repeats=${1-5}
out=${builddir:?}/bench
mkdir -p "$out"
dir=`mktemp -d "$out/tmp.XXXXXX"`
trap 'rm -rf "$dir"' EXIT

# one NAME INTERVAL -- wall seconds of the windows to NAME.wall, one line for each checkpoint to NAME.ckpt
one () {
  "$ICTUS_MPIRUN" -n 2 "$ICTUS_BIN" run "$srcdir/bench/checkpoint.yaml" -o "$dir/run" --overwrite \
    --set checkpoint.wall=0 --set checkpoint.interval="$2" 2>"$dir/log" || { cat "$dir/log" >&2; exit 70; }
  sed -n 's/.*[0-9.]* ms in \([0-9.]*\) s (solve.*/\1/p' "$dir/log" >>"$dir/$1.wall"
  sed -n 's/.*checkpoint at .*(\([0-9.e+]*\) MB, \([0-9.e+-]*\) s)/\1 \2/p' "$dir/log" >>"$dir/$1.ckpt"
}
k=0
while test $k -lt "$repeats"; do
  one none 0
  one every 100
  k=`expr $k + 1`
done

# min, median, max of column $2 of file $1
spread () {
  awk -v c="$2" '{ print $c }' "$1" | sort -g | awk '{ v[NR] = $1 } END { print v[1], v[int((NR + 1) / 2)], v[NR] }'
}
state=`awk 'BEGIN { print 100000 * (3 * 8 + 8 + 1) / 1e6 }'` # iaf_psc_exp: states, refractory end, armed
# shellcheck disable=SC2046
{
  set -- `spread "$dir/none.wall" 1` `spread "$dir/every.wall" 1` `spread "$dir/every.ckpt" 1` `spread "$dir/every.ckpt" 2`
  echo "100,000 neurons, 10,000,000 synapses, 500 ms of model time, 2 ranks, $repeats repeats          min   median      max"
  printf 'wall seconds, no checkpoints                                            %10.3g %8.3g %8.3g\n' "$1" "$2" "$3"
  printf 'wall seconds, a checkpoint every 100 ms of model time                   %10.3g %8.3g %8.3g\n' "$4" "$5" "$6"
  printf 'ratio of the medians                                                               %8.3f\n' "`awk "BEGIN { print $5 / $2 }"`"
  printf 'size of a checkpoint, MB (states and refractoriness alone: %.3g)          %10.3g %8.3g %8.3g\n' "$state" "$7" "$8" "$9"
  shift 9
  printf 'seconds to write, read back and verify one                              %10.3g %8.3g %8.3g\n' "$1" "$2" "$3"
}
awk -v walls="`tr '\n' ' ' <"$dir/none.wall"`" -v ckpts="`tr '\n' ' ' <"$dir/every.wall"`" '
  function list (s) { sub(/ $/, "", s); gsub(/ /, ", ", s); return "[" s "]" }
  { mb = mb sep $1; s = s sep $2; sep = ", " }
  END { printf "{\"wall_s_none\": %s, \"wall_s_every_100_ms\": %s, \"checkpoint_MB\": [%s], \"checkpoint_s\": [%s]}\n", list(walls), list(ckpts), mb, s }
' "$dir/every.ckpt" >"$out/checkpoint.json"
