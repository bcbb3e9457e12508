#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The job scripts, those that `ictus submit` writes and those of these tests are as shellcheck likes them.
# shellcheck source=slurm.sh
. "${srcdir:?}/tests/slurm/slurm.sh"
command -v shellcheck >/dev/null 2>&1 || cannot "there is no shellcheck (Debian: shellcheck)"

clean () { (cd "$(dirname "$1")" && shellcheck -x -P SCRIPTDIR "$(basename "$1")"); }

for f in "$jobs"/*.sbatch "$jobs/site.sh" "$srcdir"/tests/slurm/*.sh "$srcdir/tests/slurm/slurmbox"; do
  ok "${f#"$srcdir"/} is clean" clean "$f"
done

# paths and overrides that need quoting
mkdir "it's a place"
cp "$data/sweep.yaml" "it's a place/sweep.yaml"
cp "$data/net-tiny.yaml" "$data"/*.txt "it's a place"
# site.sh is written beside the script, so not in a dry run: not to be found, and with it what it sets
neat () { shellcheck -e SC1091,SC2154 "$1"; }
written () { # FILE, then what submit gets
  f=$1; shift
  ictus submit "$@" --time 1:00:00 -o "it's a place/out" --set "description=don't" --dry-run >both || { cat both; return 1; }
  awk '/^#!/ { n++ } n == 1' both >"$f"
  awk '/^#!/ { n++ } n == 2' both >merge.sbatch
}
ok "ictus submit writes a run" written run.sbatch "it's a place/net-tiny.yaml"
ok "a run that is not requeued" written once.sbatch "it's a place/net-tiny.yaml" --no-requeue
ok "a sweep" written sweep.sbatch "it's a place/sweep.yaml"
ok "an array" written array.sbatch "it's a place/sweep.yaml" --array 3
for f in run once sweep array merge; do
  ok "the $f is clean" neat $f.sbatch
done
finish
