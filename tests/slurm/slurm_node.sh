#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# A node dies in the middle of a run: SLURM requeues the job, which goes on from its last checkpoint, with the same result;
# the node of the batch script, and another one.
# shellcheck source=slurm.sh
. "${srcdir:?}/tests/slurm/slurm.sh"
cluster

begin () { submit -N2 --ntasks-per-node=2 "$jobs/run-requeue.sbatch" "$data/net-slow.yaml" "$tmp/job-$1"; }

ok "a job on two nodes is submitted" begin n2
for node in n2 n1; do
  test $node = n2 || ok "another job is submitted" begin $node
  ok "it is under way" within 120 checkpoint job-$node
  ok "node $node dies" "$slurmbox" "$box" kill $node
  ok "and comes back, empty" "$slurmbox" "$box" boot $node
  test -e alone || ok "an unbroken run" on 1 "$ICTUS" run "$data/net-slow.yaml" -o alone --quiet
  ok "the job is started again" within 120 started_again "$job"
  ok "and ends well" ends "$job" 200
  ok "having gone on from a checkpoint" grep "going on at" "$tmp/$job"-*.out
  ok "the result is that of the unbroken run" same alone/results.h5 job-$node/results.h5
done
finish
