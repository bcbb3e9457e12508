# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: BSD-3-Clause
# site.sh -- what is particular to this cluster. All job scripts source it, `ictus submit` asks it.
# Yours: copy it to ~/.config/ictus/site.sh, or name another in ICTUS_SITE, and change what you need.

# Where jobs go and who pays; empty: as the cluster has it. For `ictus submit`; on the command line of sbatch: -p, -A.
site_partition=
site_account=

# The program.
ICTUS=${ICTUS:-ictus}

# How a program is started on all ranks of a job. Where mpirun does not know SLURM: launch=(srun --mpi=pmix)
launch=(mpirun)

# Done in every job before anything else.
site_start () {
  : # module load openmpi hdf5
}

# When a job is cancelled, Open MPI kills its ranks after twice this many seconds: their time to write a checkpoint (the
# cluster's KillWait, mostly 30 s, bounds it too). It waits as long after every end with a status other than 0.
export OMPI_MCA_odls_base_sigkill_timeout=${OMPI_MCA_odls_base_sigkill_timeout:-5}
