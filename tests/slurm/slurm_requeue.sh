#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# run-requeue.sbatch: told that its time is nearly up, the run checkpoints, the job requeues itself, goes on, and the result
# is that of an unbroken run, bit for bit. Twice, and on two nodes.
# shellcheck source=slurm.sh
. "${srcdir:?}/tests/slurm/slurm.sh"
cluster
long="run.t_stop=6000"

ok "a job on two nodes is submitted" submit -N2 --ntasks-per-node=2 "$jobs/run-requeue.sbatch" "$data/net-cvode.yaml" "$tmp/job" --set $long --set checkpoint.interval=200
ok "the job is under way" within 60 some job/checkpoint-*.h5
# what SLURM does before the time limit (--signal=B:USR1@120), without waiting for it
tell () { scancel --batch --signal=USR1 "$job"; }
ok "it is told to stop" tell
ok "an unbroken run" on 1 "$ICTUS" run "$data/net-cvode.yaml" -o alone --quiet --set $long
ok "it starts again" within 60 started_again "$job"
output () { cat "$tmp/$job"-*.out; }
twice () { is "$job" RUNNING && test -s job/results.h5 && sleep 1; }
ok "is under way again" within 60 twice
ok "and is told again" tell
ok "it ends well" ends "$job" 120
again () { output; test "$(starts "$job")" -ge 1; }
ok "having been started more than once" again
ok "the result is that of the unbroken run" same alone/results.h5 job/results.h5
ok "no checkpoint is left" sh -c '! ls job/checkpoint-*.h5'

# the same script when there is nothing left to do
ok "it is submitted again" submit -N1 "$jobs/run-requeue.sbatch" "$data/net-cvode.yaml" "$tmp/job" --set $long --set checkpoint.interval=200
ok "and ends well at once" ends "$job" 30
ok "with the same result" same alone/results.h5 job/results.h5
finish
