/* SPDX-License-Identifier: BSD-3-Clause */
/* Parameters and states of the neurons. Order: defaults of the model, parameters of the experiment, prepare
   (), init (), initial values of the experiment. */
#include "net_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- read --------------------------------------------------------------------------------------- */

/* Unknown names are told with the nearest one; a name of the other section is told apart. */
static ictus_err
find_name (const ictus_net *net, int pop, ictus_lang_kind kind, const ictus_node *map, const char *name,
           int *out)
{
  const ictus_lang *lang = net->pop[pop].model->lang;
  ictus_lang_kind other = kind == ICTUS_LANG_PAR ? ICTUS_LANG_STATE : ICTUS_LANG_PAR;
  const ictus_lang_var *v;

  *out = ictus_lang_find (lang, kind, name);
  if (*out >= 0)
    return ICTUS_OK;
  if (ictus_lang_find (lang, other, name) >= 0)
    {
      v = ictus_lang_get (lang, other, ictus_lang_find (lang, other, name));
      return ictus_node_fail_key (map, name, ICTUS_E_INPUT,
                                  "\"%s\" is a %s of model %s: it belongs into \"%s:\"", v->name,
                                  other == ICTUS_LANG_STATE ? "state" : "parameter", ictus_lang_name (lang),
                                  other == ICTUS_LANG_STATE ? "init" : "params");
    }
  else
    {
      const char *near = ictus_lang_nearest (lang, kind, name);
      int n = ictus_lang_count (lang, kind);
      ictus_text t = { 0 };
      ictus_err e;

      ictus_text_add (&t, "model %s has no %s \"%s\"", ictus_lang_name (lang),
                      kind == ICTUS_LANG_STATE ? "state" : "parameter", name);
      if (near != NULL)
        ictus_text_add (&t, "; did you mean \"%s\"?", near);
      ictus_text_add (&t, "%s", n > 0 ? " There are " : " There are none.");
      for (int k = 0; k < n; ++k)
        ictus_text_add (&t, "%s%s", k == 0 ? "" : ", ", ictus_lang_get (lang, kind, k)->name);
      e = ictus_node_fail_key (map, name, ICTUS_E_INPUT, "%s", t.s == NULL ? "" : t.s);
      ictus_text_clear (&t);
      return e;
    }
}

static ictus_err
read_given (const ictus_net *net, int pop, ictus_lang_kind kind, const ictus_node *map, ictus__given **out,
            size_t *nout)
{
  const ictus_population *p = &net->pop[pop];
  size_t n = map == NULL ? 0 : ictus_node_count (map);
  ictus__given *g = ictus_alloc (n, sizeof *g);

  if (g == NULL)
    return ICTUS_E_NOMEM;
  *out = g;
  for (size_t k = 0; k < n; ++k)
    {
      const char *name = ictus_node_key (map, k);

      ICTUS_TRY (find_name (net, pop, kind, map, name, &g[k].index));
      for (size_t j = 0; j < k; ++j)
        if (g[j].index == g[k].index) /* names are compared without case */
          return ictus_node_fail_key (map, name, ICTUS_E_INPUT, "\"%s\" is given twice", name);
      ICTUS_TRY (ictus_node_dist (ictus_node_at (map, k),
                                  ictus_lang_get (p->model->lang, kind, g[k].index)->unit, "neuron", p->size,
                                  &g[k].dist));
      *nout = k + 1;
    }
  return ICTUS_OK;
}

/* Shortest decimal text that gives the same double. */
static void
print_double (char *s, size_t n, double x)
{
  for (int digits = 15; digits <= 17; ++digits)
    {
      snprintf (s, n, "%.*g", digits, x);
      if (strtod (s, NULL) == x)
        return;
    }
}

static void
print_default (ictus_text *t, const ictus_lang_var *v)
{
  char number[40];

  print_double (number, sizeof number, v->value);
  if (v->unit[0] == '\0' || strcmp (v->unit, "1") == 0)
    ictus_text_add (t, "%s", number);
  else
    ictus_text_add (t, "\"%s %s\"", number, v->unit);
}

/* Write the defaults that are used into the document, so that it says everything it was run with. */
static ictus_err
fill_defaults (const ictus_net *net, int pop)
{
  const ictus_population *p = &net->pop[pop];
  const ictus__group *g = &net->group[pop];
  int n = ictus_lang_count (p->model->lang, ICTUS_LANG_PAR);
  ictus_text t = { 0 };
  ictus_err e = ICTUS_OK;

  if (p->conf->node == NULL || n == 0)
    return ICTUS_OK;
  for (int k = 0; k < n && e == ICTUS_OK; ++k)
    {
      const ictus_lang_var *v = ictus_lang_get (p->model->lang, ICTUS_LANG_PAR, k);
      bool given = false;

      for (size_t j = 0; j < g->nparam; ++j)
        given = given || g->param[j].index == k;
      if (p->conf->params == NULL)
        {
          ictus_text_add (&t, "%s%s: ", k == 0 ? "{" : ", ", v->name);
          print_default (&t, v);
        }
      else if (!given)
        {
          t.len = 0;
          print_default (&t, v);
          e = t.failed ? ICTUS_E_NOMEM : ictus_conf_fill (p->conf->params, v->name, t.s);
        }
    }
  if (e == ICTUS_OK && p->conf->params == NULL)
    {
      ictus_text_add (&t, "}");
      e = t.failed ? ICTUS_E_NOMEM : ictus_conf_fill (p->conf->node, "params", t.s);
    }
  ictus_text_clear (&t);
  return e;
}

static double
draw (const ictus_net *net, const ictus_population *p, const ictus__given *g, ictus_purpose purpose, uint64_t gid)
{
  ictus_rng r = ictus_rng_open (net->exp->seed, purpose, gid, (uint64_t) g->index, 0);

  return ictus_dist_draw (&g->dist, (size_t) (gid - p->first), p->size, &r);
}

/* Parameters of neuron gid. */
static void
fill_set (const ictus_net *net, const ictus_population *p, const ictus__group *g, uint64_t gid, double *set)
{
  const ictus_kernel *kernel = p->model->kernel;

  ictus_model_defaults (p->model, set);
  for (size_t k = 0; k < g->nparam; ++k)
    set[g->param[k].index] = g->param[k].dist.kind == ICTUS_DIST_CONSTANT
                                 ? g->param[k].dist.a
                                 : draw (net, p, &g->param[k], ICTUS_RNG_PARAM, gid);
  if (kernel->prepare != NULL)
    kernel->prepare (set);
}

/* What the solver of a population remembers of delayed states. Why a solver cannot serve a model at all is told by those who
   make it. */
static ictus_err
size_history (const ictus_net *net, ictus_population *p)
{
  const ictus_exp_population *c = p->conf;
  ictus_solver_config config = { .name = c->solver,
                                 .rtol = c->rtol,
                                 .atol = c->atol,
                                 .dt_ms = c->dt_ms,
                                 .max_step_ms = c->max_step_ms,
                                 .grid = net->exp->grid,
                                 .h_ms = net->exp->resolution_ms };
  char buf[256];
  ictus_err e;

  if (p->model->kernel->ndelay == 0 || ictus_solver_refuse (&config, p->model, buf) != NULL)
    return ICTUS_OK;
  e = ictus_solver_history (&config, p->model, p->cells.p0, &p->cells.nhistory);
  if (e == ICTUS_E_INPUT)
    return ictus__net_fail (c->node, "solver", "population %s: %s", p->name, ictus_err_last ());
  return e;
}

/* Events may ask for a row of output or for the end of the run, which a neuron of a network does not. */
static void
remark (const ictus_net *net, const ictus_population *p)
{
  const ictus_kernel *k = p->model->kernel;
  size_t ns = (size_t) k->nstate;
  double *y = ictus_alloc (ns + (size_t) k->nu, sizeof *y);
  int asked = 0;

  for (int j = 0; y != NULL && j < k->nevent && net->rank == 0; ++j)
    {
      k->init (p->cells.p0, y);
      asked |= k->happen (j, 0, y, p->cells.p0, y + ns);
    }
  ictus_free (y);
  if (asked != 0)
    ictus_log ("population %s: events of model %s ask for output or for the end of the run (out_put, arret): in a network "
               "that is passed over",
               p->name, ictus_lang_name (p->model->lang));
}

ictus_err
ictus__net_read_params (ictus_net *net, int pop)
{
  ictus_population *p = &net->pop[pop];
  ictus__group *g = &net->group[pop];

  if (p->model == NULL)
    {
      if (p->conf->spike_file == NULL)
        return ictus__net_fail (p->conf->node, NULL, "population %s has neither a model nor spikes to replay",
                                p->name);
      if (p->conf->params != NULL || p->conf->init != NULL)
        return ictus__net_fail (
            p->conf->node, p->conf->params != NULL ? "params" : "init",
            "population %s replays spikes from a file: it has no parameters and no states", p->name);
      return ICTUS_OK;
    }
  ICTUS_TRY (read_given (net, pop, ICTUS_LANG_PAR, p->conf->params, &g->param, &g->nparam));
  ICTUS_TRY (read_given (net, pop, ICTUS_LANG_STATE, p->conf->init, &g->init, &g->ninit));
  g->p0 = ictus_alloc ((size_t) p->model->kernel->nslot, sizeof *g->p0);
  if (g->p0 == NULL)
    return ICTUS_E_NOMEM;
  if (p->size > 0)
    fill_set (net, p, g, p->first, g->p0);
  p->cells.p0 = g->p0;
  p->cells.seed = net->exp->seed;
  ICTUS_TRY (size_history (net, p));
  remark (net, p);
  return fill_defaults (net, pop);
}

/* ---- make --------------------------------------------------------------------------------------- */

/* Parameter sets: one for all when nothing differs. */
static ictus_err
make_params (const ictus_net *net, ictus_population *p, ictus__group *g)
{
  const ictus_kernel *kernel = p->model->kernel;
  size_t nslot = (size_t) kernel->nslot, nset;
  bool differ = false;

  for (size_t k = 0; k < g->nparam; ++k)
    differ = differ || g->param[k].dist.kind != ICTUS_DIST_CONSTANT;
  nset = differ ? p->cells.n : 1;
  g->p = ictus_alloc (nset, nslot * sizeof (double));
  if (g->p == NULL)
    return ICTUS_E_NOMEM;
  for (size_t i = 0; i < nset; ++i)
    fill_set (net, p, g, differ ? p->cells.gid[i] : p->first, g->p + i * nslot);
  p->cells.p = g->p;
  p->cells.p_stride = differ ? nslot : 0;
  return ICTUS_OK;
}

static ictus_err
make_states (const ictus_net *net, ictus_population *p, const ictus__group *g)
{
  const ictus_kernel *kernel = p->model->kernel;
  size_t n = p->cells.n, nstate = (size_t) kernel->nstate;
  double *one = ictus_alloc (nstate, sizeof *one);
  ictus_err e = one == NULL ? ICTUS_E_NOMEM : ICTUS_OK;

  for (size_t i = 0; i < n && e == ICTUS_OK; ++i)
    {
      memset (one, 0, nstate * sizeof *one);
      if (kernel->init != NULL)
        kernel->init (p->cells.p + i * p->cells.p_stride, one);
      for (size_t k = 0; k < g->ninit; ++k)
        one[g->init[k].index] = draw (net, p, &g->init[k], ICTUS_RNG_INIT, p->cells.gid[i]);
      for (size_t k = 0; k < nstate && e == ICTUS_OK; ++k)
        {
          p->cells.y[k * n + i] = one[k];
          if (!isfinite (one[k]))
            e = ictus__net_fail (p->conf->node, "init",
                                 "the initial value of %s in neuron %llu of population %s is not finite",
                                 ictus_lang_get (p->model->lang, ICTUS_LANG_STATE, (int) k)->name,
                                 (unsigned long long) (p->cells.gid[i] - p->first), p->name);
        }
    }
  ictus_free (one);
  return e;
}

ictus_err
ictus__net_make_cells (ictus_net *net, int pop)
{
  ictus_population *p = &net->pop[pop];
  size_t n = p->cells.n;

  if (p->model == NULL)
    return ICTUS_OK;
  ICTUS_TRY (make_params (net, p, &net->group[pop]));
  p->cells.y = ictus_alloc (n, (size_t) p->model->kernel->nstate * sizeof (double));
  p->cells.refr_until = ictus_alloc (n, sizeof (double));
  p->cells.armed = ictus_alloc (n, 1);
  if (p->cells.nhistory > 0)
    p->cells.history = ictus_alloc (n, p->cells.nhistory * sizeof (double));
  if (p->cells.y == NULL || p->cells.refr_until == NULL || p->cells.armed == NULL
      || (p->cells.nhistory > 0 && p->cells.history == NULL))
    return ICTUS_E_NOMEM;
  for (size_t i = 0; i < n; ++i)
    {
      p->cells.refr_until[i] = -INFINITY;
      p->cells.armed[i] = 1;
    }
  return make_states (net, p, &net->group[pop]);
}
