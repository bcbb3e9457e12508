/* SPDX-License-Identifier: BSD-3-Clause */
/* --isa: which level of instructions all ranks use. What the user says comes first, then what a checkpoint or a result
 * file was made with, then ICTUS_ISA, then the highest level that all ranks have. */
#include "cli/cli.h"

#include <stdlib.h>
#include <string.h>

/* On every rank. where: what asks for it, begins the message; unknown: the code when there is no such level. */
static ictus_err
use (const char *name, const char *where, ictus_err unknown)
{
  ictus_err e = ictus_isa_use (name);

  if (e != ICTUS_OK)
    e = ictus_err_prefix (e == ICTUS_E_INPUT ? unknown : e, "%s", where);
  return ictus_comm_agree (MPI_COMM_WORLD, e);
}

ictus_err
ictus_cli_isa (const char *wanted)
{
  const char *from = getenv ("ICTUS_ISA");
  int mine = ictus_isa_best (), range[2] = { mine, -mine };

  if (wanted != NULL)
    return use (wanted, "--isa", ICTUS_E_USAGE);
  if (from != NULL && *from != '\0')
    return use (from, "ICTUS_ISA", ICTUS_E_USAGE);
  ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, range, 2, MPI_INT, MPI_MIN, MPI_COMM_WORLD));
  if (range[0] != -range[1] && ictus_cli_is_main ())
    ictus_log ("the processors differ: all ranks use %s, which all have (the best one has %s)",
               ictus_isa_name (range[0]), ictus_isa_name (-range[1]));
  return use (ictus_isa_name (range[0]), "the lowest level of all ranks", ICTUS_E_INTERNAL);
}

ictus_err
ictus_cli_isa_of_checkpoint (const char *dir, const char *wanted)
{
  char name[32] = "";
  ictus_err e = ICTUS_OK;

  if (wanted != NULL)
    return ICTUS_OK;
  if (ictus_cli_is_main ())
    e = ictus_ckpt_isa (dir, name, sizeof name);
  ICTUS_TRY (ictus_comm_agree (MPI_COMM_WORLD, e));
  ICTUS_MPI (MPI_Bcast (name, sizeof name, MPI_CHAR, 0, MPI_COMM_WORLD));
  if (name[0] == '\0' || strcmp (name, ictus_isa ()) == 0)
    return ICTUS_OK;
  if (strcmp (name, "x86-64") == 0)
    return ICTUS_FAIL (ICTUS_E_FORMAT,
                       "%s: its checkpoints are of a version of ictus that computed with plain x86-64 instructions; this "
                       "one cannot go on with the same results, --overwrite begins anew", dir);
  if (ictus_isa_find (name) == 0) /* whoever reads it says what is wrong with it, and tries the one before */
    return ICTUS_OK;
  ICTUS_TRY (use (name, "the checkpoints were made with another level of instructions", ICTUS_E_RESOURCE));
  if (ictus_cli_is_main ())
    ictus_log ("going on with %s, as the run was begun", name);
  return ICTUS_OK;
}

ictus_err
ictus_cli_isa_of_sweep (const char *dir, size_t part, size_t nparts, const char *wanted)
{
  int level = 0;

  if (wanted != NULL)
    return ICTUS_OK;
  if (ictus_cli_is_main ())
    level = ictus_sweep_isa (dir, part, nparts > 0 ? nparts : 1);
  ICTUS_MPI (MPI_Bcast (&level, 1, MPI_INT, 0, MPI_COMM_WORLD));
  if (level == 0 || level == ictus_isa_level ())
    return ICTUS_OK;
  ICTUS_TRY (use (ictus_isa_name (level), "the sweep was begun with another level of instructions", ICTUS_E_RESOURCE));
  if (ictus_cli_is_main ())
    ictus_log ("going on with %s, as the sweep was begun", ictus_isa_name (level));
  return ICTUS_OK;
}

ictus_err
ictus_cli_isa_of_results (const char *path, const char *name, const char *wanted)
{
  int lacks = 0;

  if (strcmp (name, ictus_isa ()) == 0)
    return ICTUS_OK;
  if (wanted == NULL && ictus_isa_find (name) > 0)
    {
      lacks = ictus_isa_find (name) > ictus_isa_best ();
      ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, &lacks, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD));
      if (!lacks)
        return use (name, path, ICTUS_E_RESOURCE);
    }
  if (ictus_cli_is_main ())
    ictus_log ("%s was made at instruction-set level %s, this is %s%s: last digits may differ", path, name, ictus_isa (),
               lacks ? ", since not all processors here have that" : "");
  return ICTUS_OK;
}
