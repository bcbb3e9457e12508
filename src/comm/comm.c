/* SPDX-License-Identifier: BSD-3-Clause */
/* Agreement on outcomes, equal arguments, shared files. */
#include "ictus/comm.h"

#include <stdlib.h>
#include <string.h>

static bool safe_mode; /* agreed once at start */

int
ictus_comm_rank (MPI_Comm comm)
{
  int rank;

  ICTUS_MPI (MPI_Comm_rank (comm, &rank));
  return rank;
}

int
ictus_comm_size (MPI_Comm comm)
{
  int size;

  ICTUS_MPI (MPI_Comm_size (comm, &size));
  return size;
}

void
ictus_comm_start (void)
{
  int safe = 0, rank;
  const char *env = getenv ("ICTUS_SAFE");

  MPI_Comm_set_errhandler (MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  rank = ictus_comm_rank (MPI_COMM_WORLD);
  if (rank == 0)
    safe = env != NULL && strcmp (env, "1") == 0;
  ICTUS_MPI (MPI_Bcast (&safe, 1, MPI_INT, 0, MPI_COMM_WORLD));
  safe_mode = safe != 0;
}

bool
ictus_comm_safe (void)
{
  return safe_mode;
}

ictus_err
ictus_comm_share_error (MPI_Comm comm, int root, ictus_err e)
{
  char text[ICTUS_ERR_TEXT] = { 0 };

  snprintf (text, sizeof text, "%s", ictus_err_last ());
  ICTUS_MPI (MPI_Bcast (text, (int) sizeof text, MPI_CHAR, root, comm));
  return ictus_err_note (e, "rank", root, "%s", text);
}

ictus_err
ictus_comm_verdict (MPI_Comm comm, ictus_err e)
{
  int code = (int) e;

  ICTUS_MPI (MPI_Bcast (&code, 1, MPI_INT, 0, comm));
  return code == ICTUS_OK ? ICTUS_OK : ictus_comm_share_error (comm, 0, (ictus_err) code);
}

ictus_err
ictus_comm_agree (MPI_Comm comm, ictus_err mine)
{
  struct
  {
    int code, rank;
  } in[2], out[2];

  in[0].code = (int) mine;
  in[1].code = -(int) mine;
  in[0].rank = in[1].rank = ictus_comm_rank (comm);
  ICTUS_MPI (MPI_Allreduce (in, out, 2, MPI_2INT, MPI_MAXLOC, comm));
  if (out[0].code == ICTUS_OK)
    return ICTUS_OK;
  ictus_comm_share_error (comm, out[0].rank, (ictus_err) out[0].code);
  if (-out[1].code != out[0].code) /* only some ranks have it: say which */
    ictus_err_prefix ((ictus_err) out[0].code, "rank %d", out[0].rank);
  return (ictus_err) out[0].code;
}

ictus_err
ictus_comm_same (MPI_Comm comm, double x, const char *what)
{
  double v[3] = { x, -x, x != x }; /* largest, smallest, any NaN */

  if (!safe_mode)
    return ICTUS_OK;
  ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, v, 3, MPI_DOUBLE, MPI_MAX, comm));
  if (v[2] > 0 || v[0] + v[1] > 0)
    return ICTUS_FAIL (ICTUS_E_MISMATCH, "%s differs between ranks: %.17g here, from %.17g to %.17g", what, x,
                       -v[1], v[0]);
  return ICTUS_OK;
}

ictus_err
ictus_comm_read (MPI_Comm comm, const char *path, char **text, size_t *len)
{
  ictus_err e = ICTUS_OK;
  uint64_t n = 0;
  size_t got = 0;
  int rank = ictus_comm_rank (comm);

  *text = NULL;
  if (rank == 0)
    e = ictus_file_read (path, text, &got);
  ICTUS_TRY (ictus_comm_verdict (comm, e));
  n = got;
  ICTUS_MPI (MPI_Bcast (&n, 1, MPI_UINT64_T, 0, comm));
  if (rank != 0)
    {
      *text = ictus_alloc (n + 1, 1);
      if (*text == NULL)
        e = ICTUS_E_NOMEM;
    }
  e = ictus_comm_agree (comm, e);
  for (uint64_t done = 0; e == ICTUS_OK && done < n;)
    {
      int piece = n - done > (1u << 30) ? 1 << 30 : (int) (n - done);

      ICTUS_MPI (MPI_Bcast (*text + done, piece, MPI_CHAR, 0, comm));
      done += (uint64_t) piece;
    }
  if (e != ICTUS_OK)
    {
      ictus_free (*text);
      *text = NULL;
      return e;
    }
  if (len != NULL)
    *len = (size_t) n;
  return ICTUS_OK;
}

ictus_err
ictus_comm_hosts (MPI_Comm comm, ictus_text *out)
{
  char mine[MPI_MAX_PROCESSOR_NAME + 1] = "", *all;
  int n, size = ictus_comm_size (comm);
  size_t room = sizeof mine;

  ICTUS_MPI (MPI_Get_processor_name (mine, &n));
  all = ictus_alloc (ictus_comm_rank (comm) == 0 ? (size_t) size : 0, room);
  ICTUS_TRY (ictus_comm_agree (comm, all == NULL ? ICTUS_E_NOMEM : ICTUS_OK));
  ICTUS_MPI (MPI_Gather (mine, (int) room, MPI_CHAR, all, (int) room, MPI_CHAR, 0, comm));
  for (int r = 0; ictus_comm_rank (comm) == 0 && r < size; ++r)
    {
      const char *host = all + (size_t) r * room;
      bool known = false;

      for (int q = r - 1; q >= 0 && !known; --q) /* ranks of a node mostly follow each other */
        known = strcmp (all + (size_t) q * room, host) == 0;
      if (!known)
        ictus_text_add (out, "%s%s", out->len > 0 ? " " : "", host);
    }
  ictus_free (all);
  return ICTUS_OK;
}
