#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# ictus submit with SLURM: what it writes is shown, taken, and ends well.
# shellcheck source=slurm.sh
. "${srcdir:?}/tests/slurm/slurm.sh"
cluster
number () { sed -n 's/^{.*"'"$1"'": \([0-9]*\).*/\1/p' "$tmp/stdout"; }
submitted () { status 0 limit env -u OMPI_MCA_btl "$ICTUS" submit "$@"; }
mkdir "a place" # of those whose names need quoting
cd "a place" || exit 1
cp "$data/net-cvode.yaml" "it's.yaml"

ok "a run on two nodes is submitted" submitted "it's.yaml" --nodes 2 --ntasks-per-node 2 --time 10 -o 5%/job --set "description=don't \"worry\""
ok "its script is shown" says "#SBATCH --nodes=2"
ok "its number is told" says "Submitted job 1: $tmp/a place/5%/job/submit.sbatch"
ok "it ends well" ends 1 120
ok "what it said is beside the results" test -e 5%/job/job-1.out
ok "one run of the same" on 1 "$ICTUS" run "it's.yaml" -o alone --quiet
ok "the bits are the same" same alone/results.h5 5%/job/results.h5
clean () { shellcheck -x "$1"; }
if command -v shellcheck >/dev/null 2>&1; then ok "shellcheck likes the script" clean 5%/job/submit.sbatch; fi

ok "a sweep as an array is submitted" submitted "$data/sweep.yaml" --array 2 --ntasks-per-node 2 --time 10 -o map --json
array=$(number job) merge=$(number merge)
ok "both numbers are told" test -n "$array" -a -n "$merge"
ok "the array ends well" ends "$array" 120
ok "the merge ends well" ends "$merge" 120
ok "one sweep of the same" on 2 "$ICTUS" sweep "$data/sweep.yaml" -o one --quiet
ok "the tables are the same" same one/sweep.h5 map/sweep.h5
if command -v shellcheck >/dev/null 2>&1; then
  ok "shellcheck likes the script of the array" clean map/submit.sbatch
  ok "and that of the merge" clean map/merge.sbatch
fi

ok "a sweep in one job is submitted" submitted "$data/sweep.yaml" --ntasks-per-node 2 --time 10 -o teams --no-requeue --json
ok "it ends well" ends "$(number job)" 120
ok "with the same table" same one/sweep.h5 teams/sweep.h5

ok "a partition that is not there is refused by SLURM" status 69 limit "$ICTUS" submit "it's.yaml" --time 10 -o none --partition none
ok "in its words" says "invalid partition"
finish
