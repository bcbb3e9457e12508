#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# run-requeue.sbatch: told that its time is nearly up, the run checkpoints, the job requeues itself, goes on, and the result
# is that of an unbroken run, bit for bit. Twice, and on two nodes.
# shellcheck source=slurm.sh
. "${srcdir:?}/tests/slurm/slurm.sh"
cluster

ok "a job on two nodes is submitted" submit -N2 --ntasks-per-node=2 "$jobs/run-requeue.sbatch" "$data/net-slow.yaml" "$tmp/job"
ok "the job is under way" within 120 checkpoint job
# what SLURM does before the time limit (--signal=B:USR1@120), without waiting for it
tell () { scancel --batch --signal=USR1 "$job"; }
ok "it is told to stop" tell
ok "an unbroken run" on 1 "$ICTUS" run "$data/net-slow.yaml" -o alone --quiet
ok "it starts again" within 120 started_again "$job"
went_on () { test "$(cat "$tmp/$job"-*.out | grep -c "going on at")" -ge "$1"; }
ok "and goes on from the checkpoint" within 120 went_on 1
ok "and is told again" tell
ok "it ends well" ends "$job" 200
ok "having gone on twice" went_on 2
ok "as the same job" test "$(starts "$job")" = 2
ok "the result is that of the unbroken run" same alone/results.h5 job/results.h5
ok "no checkpoint is left" sh -c '! ls job/checkpoint-*.h5'

# the same script when there is nothing left to do
ok "it is submitted again" submit -N1 "$jobs/run-requeue.sbatch" "$data/net-slow.yaml" "$tmp/job"
ok "and ends well at once" ends "$job" 120
ok "with the same result" same alone/results.h5 job/results.h5
finish
