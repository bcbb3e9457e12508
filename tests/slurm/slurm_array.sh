#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# sweep-array.sbatch and sweep-merge.sbatch: the merged table of a job array is that of one sweep; one task that is told to
# stop comes back alone; what is missing is told.
# shellcheck source=slurm.sh
. "${srcdir:?}/tests/slurm/slurm.sh"
cluster
long="run.t_stop=8000"

ok "an array of three tasks is submitted" submit --array=1-3 --ntasks-per-node=1 "$jobs/sweep-array.sbatch" "$data/sweep.yaml" "$tmp/job" 3 --set $long
array=$job
ok "and a merge after it" submit --dependency="afterany:$array" "$jobs/sweep-merge.sbatch" "$tmp/job"
merge=$job
ok "the second task is under way" within 120 test -s job/part-0002-of-0003.journal
ok "it is told to stop" scancel --batch --signal=USR1 "${array}_2"
ok "one sweep of the same points" on 1 "$ICTUS" sweep "$data/sweep.yaml" -o alone --quiet --set $long
ok "the array ends well" ends "$array" 200
started () { test "$(starts "${array}_1"),$(starts "${array}_2"),$(starts "${array}_3")" = "$1" || { show_job "$array"; return 1; }; }
ok "the task that was told came back, the others did not" started 0,1,0
ok "the merge ends well" ends "$merge" 120
ok "the merged table is that of the one sweep" same alone/sweep.h5 job/sweep.h5

ok "two tasks of three are submitted" submit --array=1,3 "$jobs/sweep-array.sbatch" "$data/sweep.yaml" "$tmp/holes" 3
ok "they end well" ends "$job" 120
ok "a merge is submitted" submit "$jobs/sweep-merge.sbatch" "$tmp/holes"
ok "it ends" within 120 over "$job"
told () { cat "$tmp/$job"-*.out; grep -q -i -E 'missing|to do|todo|not done' "$tmp/$job"-*.out; }
ok "and says that points are missing" told
ok "the task that is missing is submitted" submit --array=2 "$jobs/sweep-array.sbatch" "$data/sweep.yaml" "$tmp/holes" 3
ok "it ends well" ends "$job" 120
ok "a merge is submitted again" submit "$jobs/sweep-merge.sbatch" "$tmp/holes"
ok "and ends well" ends "$job" 120
ok "one sweep of these points" on 1 "$ICTUS" sweep "$data/sweep.yaml" -o whole --quiet
ok "the table is whole" same whole/sweep.h5 holes/sweep.h5
finish
