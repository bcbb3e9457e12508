/* SPDX-License-Identifier: BSD-3-Clause */
/* A run that clearly will not fit is refused before it starts. */
#include "plan/plan_impl.h"

#include <math.h>

#define CLEARLY 1.1      /* times what there is: an estimate is off by some per cent */
#define SMALL_BYTES 64e6 /* less than that is not worth a message */

/* What one rank will hold beside what it holds already. */
static ictus_err
more_memory (const ictus_experiment *exp, int nrank, double *bytes)
{
  plan_need need = { 0 };
  plan_rates rates = { .peak = 1, .scale = 1 };
  ictus_net *net = NULL;
  ictus_err e;

  *bytes = 0;
  rates.Hz = ictus_alloc ((size_t)exp->npopulation, sizeof *rates.Hz); /* all silent: what is certain */
  ICTUS_GO (rates.Hz == NULL ? ICTUS_E_NOMEM : ICTUS_OK);
  ICTUS_GO (ictus_net_create (MPI_COMM_SELF, exp, &net));
  ICTUS_GO (plan_need_make (net, nrank, true, &rates, &need));
  for (size_t k = 0; k < need.npart; ++k)
    if (need.part[k].kind != PLAN_FIXED && need.part[k].kind != PLAN_CHECKPOINT)
      *bytes += need.part[k].bytes;
done:
  plan_need_clear (&need);
  ictus_net_destroy (&net);
  ictus_free (rates.Hz);
  return e;
}

static ictus_err
refuse (double each, int here, double room)
{
  char one[40] = "", all[32], have[32], bytes[32];

  plan_bytes (bytes, each);
  if (here > 1)
    snprintf (one, sizeof one, " (%s each)", bytes);
  plan_bytes (all, each * here);
  plan_bytes (have, room);
  return ICTUS_FAIL (ICTUS_E_RESOURCE,
                     "the run will not fit into memory: %d rank%s of a machine need%s %s%s, and %s are "
                     "available; 'ictus plan' shows the parts, --force-memory tries all the same",
                     here, here == 1 ? "" : "s", here == 1 ? "s" : "", all, one, have);
}

ictus_err
ictus_plan_guard (MPI_Comm comm, const ictus_experiment *exp)
{
  double facts[2]
      = { 0, ictus_host_memory () }; /* of a rank; available where the first rank of a machine is */
  MPI_Comm host;
  int here;
  ictus_err e = ICTUS_OK;

  /* one rank finds out for all: the net of a rank alone must not be opened by many at once, it may compile
   * models */
  if (ictus_comm_rank (comm) == 0)
    e = more_memory (exp, ictus_comm_size (comm), &facts[0]);
  ICTUS_TRY (ictus_comm_verdict (comm, e));
  ICTUS_MPI (MPI_Bcast (&facts[0], 1, MPI_DOUBLE, 0, comm));
  if (facts[0] * ictus_comm_size (comm) < SMALL_BYTES)
    return ICTUS_OK;
  ICTUS_MPI (MPI_Comm_split_type (comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &host));
  here = ictus_comm_size (host);
  ICTUS_MPI (MPI_Comm_free (&host));
  if (facts[0] * here > CLEARLY * facts[1])
    e = refuse (facts[0], here, facts[1]);
  return ictus_comm_agree (comm, e);
}
