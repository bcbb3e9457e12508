/* SPDX-License-Identifier: BSD-3-Clause */
/* One run of a sweep, by a team. */
#include "sweep/sweep_impl.h"

static ictus_err
answer (void *ctx, double t0_ms, double t1_ms, const ictus_spike *spike, size_t n)
{
  (void) t0_ms;
  (void) t1_ms;
  (void) spike;
  (void) n;
  ictus__deal_poll (ctx);
  return ICTUS_OK;
}

ictus_err
ictus__point_run (const ictus__study *s, ictus__deal *deal, size_t run, ictus_measures *m)
{
  MPI_Comm team = ictus__deal_team (deal);
  ictus_hook hook = { .ctx = deal, .window = answer };
  ictus_conf *conf = NULL;
  ictus_experiment *exp = NULL;
  ictus_engine *engine = NULL;
  ictus_summary *summary = NULL;
  ictus_err e;

  ICTUS_GO (ictus_comm_agree (team, ictus__grid_point (s->plain, s->exp, run, &conf, &exp)));
  ICTUS_GO (ictus_engine_create (team, exp, &engine));
  ictus__deal_poll (deal);
  e = ictus_summary_create (engine, s->exp->discard_ms, &summary);
  if (e == ICTUS_OK)
    e = ictus_engine_hook (engine, &hook);
  ICTUS_GO (ictus_comm_agree (team, e));
  ICTUS_GO (ictus_engine_run (engine));
  ICTUS_GO (ictus_summary_get (summary, m));
done:
  ictus_summary_destroy (&summary);
  ictus_engine_destroy (&engine);
  ictus_experiment_destroy (&exp);
  ictus_conf_destroy (&conf);
  return e;
}
