#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# check.sh [delta|alpha]... -- run the networks and compare the mean rate after 200 ms with the reference of README.md, within 5 per
# cent. "make check-science" calls it; by hand: ICTUS_BIN names the program (default: ictus), ICTUS_MPIRUN the launcher (default:
# mpirun), NP the number of ranks (default: 2).
dir=`dirname "$0"`
bad=0
for name in ${*:-delta alpha}; do
  case $name in # reference rate of all neurons, Hz
    delta) want=37.5 ;;
    alpha) want=32.3 ;;
    *) echo "check.sh: no network \"$name\": delta or alpha" >&2; exit 64 ;;
  esac
  out=`${ICTUS_MPIRUN:-mpirun} -n ${NP:-2} "${ICTUS_BIN:-ictus}" run "$dir/$name.yaml" --no-output --quiet --summary --discard 200 --json` || {
    echo "FAIL $name: ictus ended with status $?"; bad=1; continue; }
  rate=`echo "$out" | sed -n 's/.*"all": {"rate_Hz": \([-+.0-9e]*\).*/\1/p'`
  awk -v n="$name" -v r="$rate" -v want="$want" 'BEGIN {
    good = r != "" && r >= 0.95 * want && r <= 1.05 * want
    printf "%s %s: %.2f Hz, reference %.1f Hz\n", good ? "ok  " : "FAIL", n, r, want
    exit !good }' || bad=1
done
exit $bad
