#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# A node dies in the middle of a run: SLURM requeues the job, which goes on from its last checkpoint, with the same result;
# the node of the batch script, and another one.
# shellcheck source=slurm.sh
. "${srcdir:?}/tests/slurm/slurm.sh"
cluster
long="run.t_stop=6000"

begin () { submit -N2 --ntasks-per-node=2 "$jobs/run-requeue.sbatch" "$data/net-cvode.yaml" "$tmp/job-$1" --set $long --set checkpoint.interval=200; }
# not only the first checkpoint: it has to go on from one
under_way () { test "$(cat "$tmp/job-$1"/checkpoint-*.h5 2>/dev/null | wc -c)" -gt 0; }

ok "a job on two nodes is submitted" begin n2
for node in n2 n1; do
  test $node = n2 || ok "another job is submitted" begin $node
  ok "it is under way" within 60 under_way $node
  ok "node $node dies" "$slurmbox" "$box" kill $node
  ok "and comes back, empty" "$slurmbox" "$box" boot $node
  test -e alone || ok "an unbroken run" on 1 "$ICTUS" run "$data/net-cvode.yaml" -o alone --quiet --set $long
  ok "the job is started again" within 90 started_again "$job"
  ok "and ends well" ends "$job" 120
  ok "the result is that of the unbroken run" same alone/results.h5 job-$node/results.h5
done
finish
