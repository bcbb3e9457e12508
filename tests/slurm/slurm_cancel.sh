#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# scancel leaves a state that can be gone on from, without SLURM and on another number of ranks.
# shellcheck source=slurm.sh
. "${srcdir:?}/tests/slurm/slurm.sh"
cluster

ok "a job on two nodes is submitted" submit -N2 --ntasks-per-node=2 "$jobs/run-requeue.sbatch" "$data/net-slow.yaml" "$tmp/job"
ok "the job is under way" within 120 checkpoint job
ok "it is cancelled" scancel "$job"
ok "an unbroken run" on 1 "$ICTUS" run "$data/net-slow.yaml" -o alone --quiet
ok "and ends" within 120 over "$job"
ok "as cancelled" is "$job" CANCELLED
ok "not having been started again" test "$(starts "$job")" = 0
nobody () { ! pgrep -f "$tmp/job" >/dev/null; }
ok "none of its processes is left" within 30 nobody
ok "ictus resume goes on, on three ranks" on 3 "$ICTUS" resume job --quiet
ok "the result is that of the unbroken run" same alone/results.h5 job/results.h5
finish
