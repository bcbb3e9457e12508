/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus transitions: the diagram of equilibria and cycles that the jumps are held against. */
#include "cli/cli_transitions.h"

#include <math.h>
#include <string.h>

enum /* with more equations they would take far longer than the ramps */
{
  MOST_CYCLES = 40,
  MOST_REST = 100
};

/* Number of the state among those that have an equation; -1: none. */
static int
unknown_of (const ictus_model *m, int state)
{
  int n = 0;

  for (int k = 0; k < m->kernel->nstate; ++k)
    {
      const ictus_lang_var *v = ictus_lang_get (m->lang, ICTUS_LANG_STATE, k);

      if (k == state)
        return v->markov == 0 && !v->hidden ? n : -1;
      n += v->markov == 0 && !v->hidden;
    }
  return -1;
}

static int
unknowns (const ictus_model *m)
{
  int n = 0;

  for (int k = 0; k < m->kernel->nstate; ++k)
    n += unknown_of (m, k) >= 0;
  return n;
}

static ictus_err
follow (const ictus_cli_dyn *c, const ictus_ramp_options *o, ictus_dyn_diagram *d)
{
  const ictus_kernel *k = c->model->kernel;
  double *p = ictus_alloc ((size_t) k->nslot, sizeof *p), *u = ictus_alloc ((size_t) k->ninput, sizeof *u), margin = 0.25 * (o->hi - o->lo);
  ictus_dyn_values v = { .model = c->model, .p = p, .u = u, .y = c->y };
  double *at = o->par < k->npar ? &p[o->par] : &u[o->par - k->npar];
  ictus_dyn_options want;
  ictus_err e = ictus_comm_agree (MPI_COMM_WORLD, p == NULL || u == NULL ? ICTUS_E_NOMEM : ICTUS_OK);

  if (e != ICTUS_OK)
    goto done;
  memcpy (p, c->p, (size_t) k->nslot * sizeof *p);
  if (k->ninput > 0)
    memcpy (u, c->u, (size_t) k->ninput * sizeof *u);
  ictus_dyn_defaults (&want);
  want.par = o->par;
  want.lo = o->lo - margin; /* what passes through the range may be born beside it */
  want.hi = o->hi + margin;
  want.depth = 1;
  want.cycles = unknowns (c->model) <= MOST_CYCLES;
  want.switches = want.cycles;
  if (!(*at >= o->lo && *at <= o->hi))
    *at = o->lo;
  k->prepare (p);
  e = ictus_dyn_continue (MPI_COMM_WORLD, &v, &want, o->told, o->ctx, d);
done:
  ictus_free (p);
  ictus_free (u);
  return e;
}

ictus_err
ictus_cli_transitions_diagram (const ictus_cli_dyn *c, const ictus_ramp_options *o, ictus_dyn_diagram *d)
{
  char buf[256];
  const char *why = ictus_dyn_refuse (c->model, buf);
  ictus_err e;

  if (why == NULL && unknowns (c->model) > MOST_REST)
    {
      snprintf (buf, sizeof buf, "%d equations are many; ictus continue follows them", unknowns (c->model));
      why = buf;
    }
  if (why != NULL)
    {
      if (ictus_cli_is_main ())
        ictus_log ("no diagram to hold the jumps against: %s", why);
      return ICTUS_OK;
    }
  e = follow (c, o, d);
  if (e != ICTUS_E_INPUT && e != ICTUS_E_SOLVER && e != ICTUS_E_STOPPED)
    return e;
  if (e != ICTUS_E_STOPPED)
    {
      if (ictus_cli_is_main ())
        ictus_log ("no diagram to hold the jumps against: %s", ictus_err_last ());
      ictus_dyn_diagram_clear (d);
    }
  return ICTUS_OK; /* the ramps are told to end, too */
}

bool
ictus_cli_transitions_ordinate (const ictus_model *m, int watch, ictus_cli_ordinate *out)
{
  int n = m->kernel->nstate;

  *out = (ictus_cli_ordinate) { .aux = watch >= n, .k = watch >= n ? watch - n : unknown_of (m, watch),
                                .v = ictus_cli_transitions_watched (m, watch) };
  return out->k >= 0;
}
