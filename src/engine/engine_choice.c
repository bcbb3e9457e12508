/* SPDX-License-Identifier: BSD-3-Clause */
/* Which solver `auto` stands for. */
#include "engine/engine_impl.h"

#include <string.h>

ictus_err
ictus_engine_solver_choice (const ictus_net *net, int pop, const char **name, char *why)
{
  const ictus_population *p = ictus_net_population (net, pop);
  ictus_solver_config config;
  double *atol;
  ictus_err e;

  why[0] = '\0';
  *name = p->model != NULL ? p->conf->solver : NULL;
  if (p->model == NULL || strcmp (p->conf->solver, "auto") != 0)
    return ICTUS_OK;
  atol = ictus_alloc ((size_t) p->model->kernel->nstate, sizeof *atol);
  if (atol == NULL)
    return ICTUS_E_NOMEM;
  e = engine_configure_solver (ictus_net_experiment (net), p, atol, &config);
  if (e == ICTUS_OK)
    e = ictus_solver_choose (&config, p->model, p->cells.p0, name, why);
  ictus_free (atol);
  return e;
}
