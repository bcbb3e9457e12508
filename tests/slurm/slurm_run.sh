#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# run.sbatch: a job on two nodes gives the bits of a run on one processor.
# shellcheck source=slurm.sh
. "${srcdir:?}/tests/slurm/slurm.sh"
cluster

ok "a run on one processor" on 1 "$ICTUS" run "$data/net-cvode.yaml" -o alone --quiet
ok "run.sbatch is submitted, for two nodes" submit -N2 --ntasks-per-node=2 "$jobs/run.sbatch" "$data/net-cvode.yaml" "$tmp/job" --quiet
ok "it ends well" ends "$job" 120
ok "the same bits" same alone/results.h5 job/results.h5
on_both () { h5dump -a /provenance/run/hosts job/results.h5 >hosts.txt; cat hosts.txt; grep -q n1 hosts.txt && grep -q n2 hosts.txt; }
ok "it was on both nodes" on_both

# the site's own way of starting programs, and its place
cat >site.sh <<'END'
ICTUS=${ICTUS:-ictus}
launch=(srun --mpi=pmix)
site_start () { echo "prepared by the site"; }
END
ICTUS_SITE=$tmp/site.sh
export ICTUS_SITE
ok "with a file of one's own for the site, started by srun" submit -N2 --ntasks-per-node=2 "$jobs/run.sbatch" "$data/net-cvode.yaml" "$tmp/srun" --quiet
ok "it ends well, too" ends "$job" 120
ok "its settings were used" grep -q "prepared by the site" "$tmp/$job"-*.out
ok "and the bits are the same" same alone/results.h5 srun/results.h5
unset ICTUS_SITE

# what goes wrong is seen in the state of the job
ok "an experiment that is wrong is submitted" submit "$jobs/run.sbatch" "$data/none.yaml" "$tmp/none"
failed () { within 120 over "$job" && test "$(state "$job")" = FAILED && scontrol show job "$job" | grep -q "ExitCode=$1:0"; }
ok "and the job has failed, with the status of ictus" failed 74
finish
