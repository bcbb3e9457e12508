#!/bin/sh
# check.sh [coba|cuba|cobahh]... -- run the benchmarks and compare the mean rates after 200 ms with the reference of
# README.md: within 10 per cent of the range that it names. "make check-science" calls it; by hand: ICTUS_BIN names the
# program (default: ictus), ICTUS_MPIRUN the launcher (default: mpirun), NP the number of ranks (default: 2).
dir=`dirname "$0"`
bin=${ICTUS_BIN:-ictus}
run=${ICTUS_MPIRUN:-mpirun}
names=${*:-coba cuba cobahh}
bad=0
for name in $names; do
  case $name in # reference rates of E and I, Hz: lowest and highest
    coba)   e="13.0 14.7" i="13.7 14.5" ;;
    cuba)   e="5.1 5.1"   i="5.1 5.1" ;;
    cobahh) e="27.5 30.0" i="28.7 30.1" ;;
    *) echo "check.sh: no benchmark \"$name\": coba, cuba or cobahh" >&2; exit 64 ;;
  esac
  out=`$run -n ${NP:-2} "$bin" run "$dir/$name.yaml" --no-output --quiet --summary --discard 200 --json` || {
    echo "FAIL $name: ictus ended with status $?"; bad=1; continue; }
  for p in "E $e" "I $i"; do
    set -- $p
    rate=`echo "$out" | sed -n "s/.*\"$1\": {\"rate_Hz\": \([-+.0-9e]*\).*/\1/p"`
    awk -v n="$name" -v p="$1" -v r="$rate" -v lo="$2" -v hi="$3" 'BEGIN {
      good = r != "" && r >= 0.9 * lo && r <= 1.1 * hi
      printf "%s %s %s: %.2f Hz, reference %s to %s Hz\n", good ? "ok  " : "FAIL", n, p, r, lo, hi
      exit !good }' || bad=1
  done
done
exit $bad
