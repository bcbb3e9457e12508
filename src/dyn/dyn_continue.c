/* SPDX-License-Identifier: BSD-3-Clause */
/* A diagram from its beginning, where equilibria rest and over which range they are followed, to the labels of its special points. */
#include <math.h>
#include <string.h>

#include "dyn/dyn_continue.h"

void
ictus_dyn_defaults (ictus_dyn_options *o)
{
  *o = (ictus_dyn_options) { .par = -1, .par2 = -1, .lo = NAN, .hi = NAN, .lo2 = NAN, .hi2 = NAN, .max_points = 1000,
                             .tol = 1e-10, .ntst = 50, .ncol = 4, .max_period = NAN, .cycles = true, .switches = true,
                             .depth = 2 };
}

void
ictus_dyn_diagram_clear (ictus_dyn_diagram *d)
{
  for (size_t b = 0; b < d->nbranch; ++b)
    ictus_dyn_branch_clear (&d->branch[b]);
  ictus_free (d->branch);
  *d = (ictus_dyn_diagram) { 0 };
}

/* ---- where to begin --------------------------------------------------------------------------------------------- */

static ictus_err
nothing_found (const ictus__drive *g)
{
  const ictus_lang_var *v = ictus_dyn_par_var (g->d->model, g->d->options.par);

  if (g->loose > 0)
    return ICTUS_FAIL (ICTUS_E_INPUT,
                       "model %s: its equilibria are not isolated points that move with %s: there are whole lines of them, as where a quantity is "
                       "conserved, and no curve to follow. Leave out the state that follows from the others",
                       g->d->model->kernel->name, v->name);
  return ICTUS_FAIL (ICTUS_E_INPUT,
                     "model %s: no equilibrium was found at %s = %.9g%s%s, nor at the ends of the range. Newton's method was tried from the initial values, from where "
                     "the model goes when it is followed in time, and from points spread over the range of its states. Begin nearer "
                     "to one with --init, or at another value with --par %s=VALUE",
                     g->d->model->kernel->name, v->name, g->par, v->unit[0] != '\0' ? " " : "", v->unit, v->name);
}

/* Values of the parameter to begin at: its own, and if curves cross right there, values beside it. */
static double
beside (const ictus__drive *g, const double *x, int trial)
{
  const ictus_dyn_options *o = &g->d->options;
  double far = 0.0137 * ictus__range_scale (g->s, x, o->par, g->own), at = ictus__dyn_get (g->s, o->par);

  if (o->lo < o->hi) /* false for NaN */
    far = fmin (far, 0.0137 * (o->hi - o->lo));
  at += trial % 2 == 1 ? far : -far;
  return at < o->lo || at > o->hi ? NAN : at;
}

/* Are equilibria isolated beside the present value of the parameter, where some at it are not? Then the diagram begins there. */
static ictus_err
step_aside (ictus__drive *g)
{
  const int par = g->d->options.par;
  const double own = g->own;

  for (int trial = 1; trial <= 2; ++trial)
    {
      double at = beside (g, g->edge, trial); /* g->edge: one that is not isolated */
      int count;

      if (isnan (at))
        continue;
      ictus__dyn_set (g->s, par, at);
      g->loose = 0;
      ICTUS_TRY (ictus__drive_look (g, g->start, &count));
      count = ictus__drive_keep (g, g->start, count, NULL);
      if (count > 0 && g->loose == 0)
        {
          g->par = at;
          g->nstart = count;
          return ICTUS_OK;
        }
      ictus__dyn_set (g->s, par, own);
    }
  ICTUS_TRY (ictus__drive_look (g, g->start, &g->nstart));
  g->nstart = ictus__drive_keep (g, g->start, g->nstart, NULL);
  return ICTUS_OK;
}

static ictus_err
find_start (ictus__drive *g)
{
  size_t n = (size_t) g->s->n;
  ictus_err e = ICTUS_OK;
  int count;

  g->par = g->own = ictus__dyn_get (g->s, g->d->options.par);
  g->start = ictus_alloc (MAX_START * n, sizeof *g->start);
  g->edge = ictus_alloc (2 * MAX_START * n, sizeof *g->edge);
  if (g->start == NULL || g->edge == NULL)
    e = ICTUS_E_NOMEM;
  ICTUS_TRY (ictus_comm_agree (g->comm, e));
  ICTUS_TRY (ictus__drive_look (g, g->start, &count));
  g->nstart = ictus__drive_keep (g, g->start, count, g->edge);
  if (g->nstart < count)
    ICTUS_TRY (step_aside (g));
  if (g->nstart == 0) /* what is said of sizes is said of where the model begins */
    ictus__dyn_gather (g->s, g->v->y, g->start);
  return ICTUS_OK;
}

/* ---- options left to choose ---------------------------------------------------------------------------------------- */

/* Equilibria of three windows around the start, each eight times as wide as the one before. */
static ictus_err
explore (ictus__drive *g, double scale, double floor, ictus_dyn_diagram *wide, bool *stopped)
{
  ictus_dyn_diagram *d = g->d, one = { 0 };
  ictus_err e = ICTUS_OK;

  g->wide = true;
  for (int k = 0; k < 3 && !*stopped; ++k)
    {
      double half = scale * (k == 0 ? 4 : k == 1 ? 32 : 256);

      one = (ictus_dyn_diagram) { .model = d->model, .options = d->options };
      one.options.lo = fmax (g->par - half, fmin (floor, g->par));
      one.options.hi = g->par + half;
      one.options.cycles = false;
      one.options.ds = one.options.dsmax = one.options.dsmin = 0;
      one.options.nzero = 0;
      g->d = &one;
      g->far = k == 2;
      g->measured = 0;
      e = ictus__drive_fill (g, stopped);
      g->d = d;
      if (e == ICTUS_OK)
        e = ictus_grow (&wide->branch, &wide->cap, wide->nbranch + one.nbranch + 1, sizeof *wide->branch);
      ICTUS_GO (e);
      for (size_t b = 0; b < one.nbranch; ++b)
        wide->branch[wide->nbranch++] = one.branch[b];
      ictus_free (one.branch);
      one.branch = NULL;
      one.nbranch = 0;
    }
done:
  ictus_dyn_diagram_clear (&one);
  g->wide = g->far = false;
  g->measured = 0;
  return e;
}

static ictus_err
choose_range (ictus__drive *g, bool *stopped)
{
  ictus_dyn_options *o = &g->d->options;
  const ictus_lang_settings *set = ictus_lang_get_settings (g->d->model->lang);
  const ictus_lang_var *v = ictus_dyn_par_var (g->d->model, o->par);
  ictus_dyn_diagram wide = { 0 };
  double scale, least, lo, hi;
  ictus_err e;

  if (!isnan (o->lo) && !isnan (o->hi))
    return ICTUS_OK;
  if (set->parmin < set->parmax && g->par >= set->parmin && g->par <= set->parmax)
    {
      o->lo = isnan (o->lo) ? set->parmin : o->lo;
      o->hi = isnan (o->hi) ? set->parmax : o->hi;
      return ICTUS_OK;
    }
  ictus__dyn_set (g->s, o->par, g->par);
  scale = ictus__range_scale (g->s, g->start, o->par, g->own);
  ICTUS_GO (explore (g, scale, ictus__range_floor (v, g->par), &wide, stopped));
  ictus__dyn_set (g->s, o->par, g->par);
  least = ictus__range_least (g->s, g->start, o->par);
  ictus__range_choose (&wide, g->own, scale, ictus__range_floor (v, g->par), least, o->par2 >= 0, &lo, &hi);
  o->lo = isnan (o->lo) ? lo : o->lo;
  o->hi = isnan (o->hi) ? hi : o->hi;
done:
  ictus_dyn_diagram_clear (&wide);
  return e;
}

static void
choose_second (ictus__drive *g)
{
  ictus_dyn_options *o = &g->d->options;
  const ictus_lang_var *v;
  double at, floor, width;

  if (o->par2 < 0 || (!isnan (o->lo2) && !isnan (o->hi2)))
    return;
  v = ictus_dyn_par_var (g->d->model, o->par2);
  at = ictus__dyn_get (g->s, o->par2);
  floor = ictus__range_floor (v, at);
  ictus__dyn_set (g->s, o->par, g->par);
  width = at != 0 ? 2 * fabs (at) : 8 * ictus__range_scale (g->s, g->start, o->par2, at);
  if (at - width < 0)
    floor = fmax (floor, ictus__range_least (g->s, g->start, o->par2));
  o->lo2 = isnan (o->lo2) ? fmax (at - width, fmin (floor, at)) : o->lo2;
  o->hi2 = isnan (o->hi2) ? at + width : o->hi2;
}

static ictus_err
check_range (const ictus__drive *g)
{
  const ictus_dyn_options *o = &g->d->options;
  const ictus_lang_var *v = ictus_dyn_par_var (g->d->model, o->par);

  if (!(o->lo < o->hi))
    return ICTUS_FAIL (ICTUS_E_INPUT, "the range of %s is empty: %.9g to %.9g", v->name, o->lo, o->hi);
  if (g->par < o->lo || g->par > o->hi)
    return ICTUS_FAIL (ICTUS_E_INPUT, "%s begins at %.9g, outside its range %.9g to %.9g; begin inside with --par %s=VALUE",
                       v->name, g->par, o->lo, o->hi, v->name);
  return ICTUS_OK;
}

/* Labels HB1, HB2, ... in the order of the branches. */
static ictus_err
number (ictus__drive *g)
{
  int count[ICTUS_DYN_HOPF_HOPF + 1] = { 0 };

  ICTUS_TRY (ictus__drive_measure (g));
  for (size_t b = 0; b < g->d->nbranch; ++b)
    for (size_t k = 0; k < g->d->branch[b].nspecial; ++k)
      {
        ictus_dyn_special *s = &g->d->branch[b].special[k];
        bool end = s->type == ICTUS_DYN_START || s->type == ICTUS_DYN_END;
        const ictus_dyn_special *first = end ? NULL : ictus__seen_before (g->d, &g->m, b, k);
        int *of = &count[s->type == ICTUS_DYN_END ? ICTUS_DYN_START : s->type]; /* both are called EP */

        s->again = first != NULL;
        s->number = first != NULL ? first->number : ++*of;
      }
  return ICTUS_OK;
}

static void
close (ictus__drive *g)
{
  ictus__measure_clear (&g->m);
  ictus__dyn_close (&g->s);
  ictus_free (g->start);
  ictus_free (g->edge);
  ictus_free (g->task);
  if (g->comm != MPI_COMM_NULL)
    ICTUS_MPI (MPI_Comm_free (&g->comm));
}

/* The value to begin with lies in the range, if that was given: at its nearer bound where the model's own is outside. */
static ictus_err
begin (ictus__drive *g)
{
  const ictus_dyn_options *o = &g->d->options;
  double at;

  ICTUS_TRY (ictus__dyn_open (g->v, &g->s));
  at = ictus__dyn_get (g->s, o->par);
  if (at < o->lo) /* false for NaN */
    ictus__dyn_set (g->s, o->par, o->lo);
  if (at > o->hi)
    ictus__dyn_set (g->s, o->par, o->hi);
  return ICTUS_OK;
}

ictus_err
ictus_dyn_continue (MPI_Comm comm, const ictus_dyn_values *v, const ictus_dyn_options *o, bool (*told) (void *ctx), void *ctx,
                    ictus_dyn_diagram *out)
{
  ictus__drive g = { .comm = MPI_COMM_NULL, .v = v, .d = out, .told = told, .ctx = ctx };
  char buf[256];
  const char *why = ictus_dyn_refuse (v->model, buf);
  bool stopped = false;
  ictus_err e = ICTUS_OK;

  *out = (ictus_dyn_diagram) { .model = v->model, .options = *o };
  if (why != NULL)
    return ICTUS_FAIL (ICTUS_E_INPUT, "model %s cannot be continued: %s", v->model->kernel->name, why);
  ICTUS_MPI (MPI_Comm_dup (comm, &g.comm));
  ICTUS_GO (ictus_comm_agree (g.comm, begin (&g)));
  ICTUS_GO (find_start (&g));
  ICTUS_GO (choose_range (&g, &stopped));
  choose_second (&g);
  ICTUS_GO (ictus_comm_agree (g.comm, check_range (&g)));
  if (!stopped)
    ICTUS_GO (ictus__drive_fill (&g, &stopped));
  if (!stopped && out->nbranch == 0)
    ICTUS_GO (nothing_found (&g));
  ICTUS_GO (ictus_comm_agree (g.comm, number (&g)));
  e = stopped ? ICTUS_FAIL (ICTUS_E_STOPPED, "stopped on request; what was followed until then is kept") : ICTUS_OK;
done:
  close (&g);
  return e;
}
