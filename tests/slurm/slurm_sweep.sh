#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# sweep.sbatch: a sweep on two nodes that is told to stop, requeues itself and goes on, has the table of an unbroken one.
# shellcheck source=slurm.sh
. "${srcdir:?}/tests/slurm/slurm.sh"
cluster
long="run.t_stop=8000"

ok "a sweep on two nodes is submitted" submit -N2 --ntasks-per-node=1 "$jobs/sweep.sbatch" "$data/sweep.yaml" "$tmp/job" --set $long
ok "it is under way" within 120 test -s job/sweep.journal
ok "it is told to stop" scancel --batch --signal=USR1 "$job"
ok "an unbroken one" on 1 "$ICTUS" sweep "$data/sweep.yaml" -o alone --quiet --set $long
ok "it starts again" within 120 started_again "$job"
ok "and ends well" ends "$job" 200
ok "the table is that of the unbroken sweep" same alone/sweep.h5 job/sweep.h5
finish
