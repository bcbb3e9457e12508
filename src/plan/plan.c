/* SPDX-License-Identifier: BSD-3-Clause */
/* A plan from its document to its verdict. */
#include "plan/plan_impl.h"

#include <math.h>
#include <string.h>

/* ---- pieces ------------------------------------------------------------------------------------- */

static ictus_err
assume_rates (const ictus_experiment *exp, plan_rates *r)
{
  memset (r, 0, sizeof *r);
  r->Hz = ictus_alloc ((size_t)exp->npopulation, sizeof *r->Hz);
  if (r->Hz == NULL)
    return ICTUS_E_NOMEM;
  for (int p = 0; p < exp->npopulation; ++p)
    r->Hz[p] = PLAN_RATE_HZ;
  r->peak = PLAN_PEAK;
  r->scale = 1;
  return ICTUS_OK;
}

/* Ranks of one run, and of all runs on the fullest node. */
static void
share_ranks (ictus_plan *p)
{
  int all = p->opt.nrank;

  p->is_sweep = p->exp->naxis > 0;
  if (p->opt.calibrate_s < 0)
    p->opt.calibrate_s = p->is_sweep ? PLAN_SWEEP_S : PLAN_RUN_S;
  p->nrank = p->is_sweep && p->exp->ranks_per_point < all ? p->exp->ranks_per_point : all;
  p->per_node = (all + p->opt.nnode - 1) / p->opt.nnode;
}

static void
find_room (ictus_plan *p)
{
  const plan_need *n = &p->need;
  double ranks = p->per_node;

  p->node_need = ranks * n->rank_bytes + n->shared_bytes;
  /* what this process holds is counted twice: as a rank, and as not available */
  p->node_room
      = p->opt.node_bytes > 0 ? p->opt.node_bytes : ictus_host_memory () + ictus_process_memory (NULL);
  if (p->is_sweep)
    p->disk_need = p->sweep.file_bytes * 2 + p->sweep.journal_bytes;
  else
    p->disk_need = n->out.file;
  if (p->exp->checkpoint_ms > 0 || p->exp->checkpoint_wall_s > 0) /* one more while it is written */
    p->disk_need += n->checkpoint_bytes * (p->exp->checkpoint_keep + 1) * (p->is_sweep ? p->sweep.nteam : 1);
  if (ictus_disk_room (p->dir, &p->disk_room) != ICTUS_OK)
    p->disk_room = NAN;
}

/* Sizes at assumed rates say how large the short run may be; then sizes at the rates that it had. */
static ictus_err
measure (ictus_plan *p)
{
  if (p->opt.calibrate_s > 0 && !p->is_sweep)
    {
      plan_need fixed = p->need;

      ICTUS_TRY (plan_calibrate (p->exp, &p->need, false, p->opt.calibrate_s, &p->rates));
      if (!p->rates.measured)
        return ICTUS_OK;
      ICTUS_TRY (plan_need_make (p->net, p->nrank, true, &p->rates, &p->need));
      plan_need_keep_fixed (&p->need, &fixed);
      plan_need_clear (&fixed);
    }
  return ICTUS_OK;
}

/* ---- public ------------------------------------------------------------------------------------- */

ictus_err
ictus_plan_make (ictus_conf *conf, const ictus_plan_options *opt, ictus_plan **out)
{
  ictus_plan *p = ictus_alloc (1, sizeof *p);
  ictus_conf *plain = NULL;
  ictus_err e;

  *out = NULL;
  ICTUS_GO (p == NULL ? ICTUS_E_NOMEM : ICTUS_OK);
  p->opt = *opt;
  p->dir = ictus_strdup (opt->dir != NULL ? opt->dir : ".");
  ICTUS_GO (p->dir == NULL ? ICTUS_E_NOMEM : ICTUS_OK);
  ICTUS_GO (ictus_conf_copy (conf, &plain));
  ICTUS_GO (ictus_experiment_read (conf, &p->exp));
  ICTUS_GO (ictus_net_create (MPI_COMM_SELF, p->exp, &p->net));
  ICTUS_GO (ictus_engine_check_solvers (p->net));
  ICTUS_GO (assume_rates (p->exp, &p->rates));
  share_ranks (p);
  ICTUS_GO (plan_need_make (p->net, p->nrank, !p->is_sweep, &p->rates, &p->need));
  ICTUS_GO (measure (p));
  if (p->is_sweep)
    ICTUS_GO (plan_sweep_make (p, plain));
  else
    plan_time_make (p, &p->rates, &p->time);
  find_room (p);
  *out = p;
  p = NULL;
done:
  ictus_conf_destroy (&plain);
  ictus_plan_destroy (&p);
  return e;
}

void
ictus_plan_destroy (ictus_plan **plan)
{
  ictus_plan *p = *plan;

  if (p == NULL)
    return;
  plan_need_clear (&p->need);
  ictus_net_destroy (&p->net);
  ictus_experiment_destroy (&p->exp);
  ictus_free (p->rates.Hz);
  ictus_free (p->dir);
  ictus_free (p);
  *plan = NULL;
}

bool
ictus_plan_fits (const ictus_plan *p)
{
  return p->node_need <= p->node_room && !(p->disk_need > p->disk_room);
}
