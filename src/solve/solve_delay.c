/* SPDX-License-Identifier: BSD-3-Clause */
/* The past of delayed states, on the grid of the steps.

   A step keeps of each delayed state up to four numbers: its value at the beginning, after all that happened there; its value
   at the end, before anything happens there; the derivatives at both. In between it is a straight line, for methods of
   order 1 and 2, or the cubic of Hermite. Jumps lie at the ends of steps, so nothing is smeared over them. Steps are counted
   from model time 0; that of number s lies in row s modulo the depth, so a history needs no head, and one that was saved
   and loaded is the history. */
#include "solve_strip.h"

#include <math.h>
#include <string.h>

#define MOST_STEPS 1e9 /* of a delay */

enum /* what a step keeps; methods of order 1 with whole delays need the first, those of order 4 all */
{
  BEGIN,
  END,
  BEGIN_SLOPE,
  END_SLOPE,
  NPART
};

/* ---- the plan of a history --------------------------------------------------------------------------------- */

static const char *
state_name (const ictus_model *m, int state)
{
  return m->lang != NULL ? ictus_lang_get (m->lang, ICTUS_LANG_STATE, state)->name : "of the model";
}

/* tau [ndelay] for parameters p. */
static ictus_err
read_delays (const ictus_model *m, const double *p, double *tau)
{
  const ictus_kernel *k = m->kernel;
  double *y = ictus_alloc ((size_t) (k->nstate + ictus__kernel_nu (k)), sizeof *y);

  if (y == NULL)
    return ICTUS_E_NOMEM;
  if (k->init != NULL)
    k->init (p, y);
  k->delay (0, y, p, y + k->nstate, tau);
  ictus_free (y);
  return ICTUS_OK;
}

/* A delay in steps: whole ones and a part. */
static ictus_err
split (const ictus_model *m, int k, double tau, double dt, ictus__delayed *d)
{
  const char *name = state_name (m, m->kernel->delay_of[k]), *unit = m->kernel->is_map ? "" : " ms";
  double q = tau / dt, r = nearbyint (q);

  *d = (ictus__delayed){ .state = m->kernel->delay_of[k], .kept = -1 };
  if (!(tau >= 0) && !isnan (tau)) /* a negative one counts as none */
    return ICTUS_OK;
  if (!(q <= MOST_STEPS))
    return ICTUS_FAIL (ICTUS_E_INPUT, "the delay of state %s, %g%s, cannot be kept in steps of %g%s", name, tau, unit, dt, unit);
  if (fabs (q - r) <= 1e-9 * fmax (r, 1))
    d->steps = (int64_t) r;
  else
    {
      d->steps = (int64_t) floor (q);
      d->part = q - floor (q);
      if (d->steps == 0)
        return ICTUS_FAIL (ICTUS_E_INPUT, "the delay of state %s, %g%s, is shorter than the step of %g%s: choose a shorter step",
                           name, tau, unit, dt, unit);
    }
  return ICTUS_OK;
}

/* States that are remembered, how far back, and where. */
static void
lay_out (const ictus_kernel *k, int order, ictus__delays *x)
{
  x->parts = order >= 4 ? NPART : order >= 2 ? BEGIN_SLOPE : END;
  for (int j = 0; j < x->n; ++j)
    if (x->d[j].part > 0 && x->parts < BEGIN_SLOPE)
      x->parts = BEGIN_SLOPE;
  for (int j = 0; j < x->n; ++j)
    {
      ictus__delayed *d = &x->d[j];
      int64_t depth = d->steps + (d->part > 0) + 1;

      if (d->steps == 0)
        {
          x->now = true;
          continue;
        }
      for (d->kept = 0; d->kept < x->nkept && x->kept[d->kept].state != d->state;)
        ++d->kept;
      if (d->kept == x->nkept)
        x->kept[x->nkept++].state = d->state;
      if (x->kept[d->kept].depth < depth)
        x->kept[d->kept].depth = depth;
    }
  (void) k;
  for (int e = 0; e < x->nkept; ++e)
    {
      x->kept[e].row = x->nrow;
      x->nrow += (size_t) x->parts * (size_t) x->kept[e].depth;
    }
}

static ictus_err
plan (const ictus_model *m, const double *p, double dt, int order, ictus__delays *x)
{
  size_t n = (size_t) m->kernel->ndelay;
  double *tau = ictus_alloc (n, sizeof *tau);
  ictus_err e = ICTUS_OK;

  memset (x, 0, sizeof *x);
  x->n = m->kernel->ndelay;
  x->dt = m->kernel->is_map ? 1 : dt;
  x->d = ictus_alloc (n, sizeof *x->d);
  x->kept = ictus_alloc (n, sizeof *x->kept);
  ICTUS_GO (tau == NULL || x->d == NULL || x->kept == NULL ? ICTUS_E_NOMEM : ICTUS_OK);
  ICTUS_GO (read_delays (m, p, tau));
  for (int k = 0; k < x->n; ++k)
    ICTUS_GO (split (m, k, tau[k], x->dt, &x->d[k]));
  lay_out (m->kernel, order, x);
done:
  ictus_free (tau);
  return e;
}

static void
clear (ictus__delays *x)
{
  ictus_free (x->d);
  ictus_free (x->kept);
}

ictus_err
ictus__delays_need (const ictus_solver_config *c, const ictus_model *m, const double *p, int order, size_t *nhistory)
{
  double *own = NULL;
  ictus__delays x = { 0 };
  ictus_err e = ICTUS_OK;

  if (p == NULL)
    {
      own = ictus_alloc ((size_t) m->kernel->nslot, sizeof *own);
      ICTUS_GO (own == NULL ? ICTUS_E_NOMEM : ICTUS_OK);
      if (m->lang != NULL)
        ictus_model_defaults (m, own);
      p = own;
    }
  ICTUS_GO (plan (m, p, c->dt_ms > 0 ? c->dt_ms : c->h_ms, order, &x));
  *nhistory = x.nrow;
done:
  clear (&x);
  ictus_free (own);
  return e;
}

/* ---- life -------------------------------------------------------------------------------------------------- */

/* All neurons must have the same delays. */
static ictus_err
compare (const ictus__strips *s, const double *p0)
{
  size_t n = (size_t) s->delays.n;
  double *tau = ictus_alloc (2 * n, sizeof *tau);
  ictus_err e = tau == NULL ? ICTUS_E_NOMEM : read_delays (s->b.cells->model, p0, tau);

  for (size_t i = 0; i < s->b.n && s->b.cells->p_stride > 0 && e == ICTUS_OK; ++i)
    {
      e = read_delays (s->b.cells->model, ictus__bank_p (&s->b, i), tau + n);
      for (size_t k = 0; k < n && e == ICTUS_OK; ++k)
        if (tau[k] != tau[n + k])
          e = ICTUS_FAIL (ICTUS_E_INPUT,
                          "the delay of state %s is %.10g ms in neuron %llu and %.10g ms in neuron 0: all neurons of a population must "
                          "have the same",
                          state_name (s->b.cells->model, s->delays.d[k].state), tau[n + k], ictus__bank_id (&s->b, i), tau[k]);
    }
  ictus_free (tau);
  return e;
}

ictus_err
ictus__delays_init (ictus__strips *s, int order)
{
  const ictus_cells *cells = s->b.cells;
  const double *p = cells->p0 != NULL ? cells->p0 : cells->p;

  if (s->b.k->ndelay == 0)
    return ICTUS_OK;
  ICTUS_TRY (plan (cells->model, p, s->dt_ms, order, &s->delays));
  if (s->delays.nrow != cells->nhistory || (cells->history == NULL && s->delays.nrow * cells->n > 0))
    return ICTUS_FAIL (ICTUS_E_ARG, "the delays of model %s need a history of %zu numbers a neuron, and have one of %zu",
                       s->b.k->name, s->delays.nrow, cells->nhistory);
  return compare (s, p);
}

void
ictus__delays_clear (ictus__strips *s)
{
  clear (&s->delays);
}

/* ---- reading and writing ----------------------------------------------------------------------------------- */

/* Row of a part of step s. */
static double *
row (const ictus__strips *s, const ictus__kept *e, int part, int64_t step)
{
  int64_t at = step % e->depth;

  if (at < 0)
    at += e->depth;
  return s->b.cells->history + (e->row + (size_t) part * (size_t) e->depth + (size_t) at) * s->b.n;
}

static void
keep (const ictus__strips *s, const ictus__strip *p, int part, int64_t step, const double *x, size_t xs)
{
  for (int j = 0; j < s->delays.nkept; ++j)
    {
      const ictus__kept *e = &s->delays.kept[j];

      memcpy (row (s, e, part, step) + p->first, x + (size_t) e->state * xs, p->n * sizeof *x);
    }
}

void
ictus__delays_begin (const ictus__strips *s, const ictus__strip *p)
{
  keep (s, p, BEGIN, p->step, p->y, p->ys);
}

void
ictus__delays_end (const ictus__strips *s, const ictus__strip *p)
{
  if (s->delays.parts > END)
    keep (s, p, END, p->step, p->y, p->ys);
}

void
ictus__delays_slope (const ictus__strips *s, const ictus__strip *p, bool end, const double *f)
{
  if (s->delays.parts == NPART)
    keep (s, p, end ? END_SLOPE : BEGIN_SLOPE, p->step, f, ICTUS__ROW);
}

/* Part x of step `step` of neurons from first on, 0 < x < 1. */
static void
within (const ictus__strips *s, const ictus__kept *e, int64_t step, double x, size_t first, size_t n, double *u)
{
  const double *a = row (s, e, BEGIN, step) + first, *b = row (s, e, END, step) + first, *fa, *fb;
  double dt = s->delays.dt;

  if (s->delays.parts < NPART)
    {
      for (size_t c = 0; c < n; ++c)
        u[c] = a[c] + x * (b[c] - a[c]);
      return;
    }
  fa = row (s, e, BEGIN_SLOPE, step) + first;
  fb = row (s, e, END_SLOPE, step) + first;
  for (size_t c = 0; c < n; ++c)
    {
      double d = b[c] - a[c];

      u[c] = a[c] + x * d + x * (x - 1) * ((1 - 2 * x) * d + (x - 1) * (dt * fa[c]) + x * (dt * fb[c]));
    }
}

/* A delayed state where the step that begins at `step` is done to a part c: 0, 1/2, 1. */
static void
look (const ictus__strips *s, const ictus__strip *p, const ictus__delayed *d, int64_t step, double c, double *u)
{
  const ictus__kept *e = &s->delays.kept[d->kept];
  int64_t at = step - d->steps;
  double x = c - d->part;

  if (x < 0)
    {
      at -= 1;
      x += 1;
    }
  if (x > 0 && x < 1)
    within (s, e, at, x, p->first, p->n, u);
  else /* at the end of a step: before what happens there */
    memcpy (u, row (s, e, x > 0 ? END : BEGIN, at) + p->first, p->n * sizeof *u);
  for (size_t i = p->n; i < p->m; ++i)
    u[i] = u[p->n - 1];
}

void
ictus__delays_look (const ictus__strips *s, const ictus__strip *p, int64_t step, double c, double *u)
{
  for (int j = 0; j < s->delays.n; ++j)
    if (s->delays.d[j].kept >= 0)
      look (s, p, &s->delays.d[j], step, c, u + (size_t) j * ICTUS__ROW);
}

void
ictus__delays_now (const ictus__strips *s, size_t m, const double *y, size_t ys, double *u)
{
  for (int j = 0; j < s->delays.n && s->delays.now; ++j)
    if (s->delays.d[j].kept < 0)
      memcpy (u + (size_t) j * ICTUS__ROW, y + (size_t) s->delays.d[j].state * ys, m * sizeof *y);
}

/* ---- before the start -------------------------------------------------------------------------------------- */

typedef struct before /* the past of one neuron */
{
  const ictus_kernel *k;
  const double *p;
  double dt;
  double *y; /* [5, nstate] at t and around it */
} before;

static void
past (const before *b, double t, double *y)
{
  if (b->k->history != NULL)
    b->k->history (t, b->p, y);
}

/* Slopes at t, by differences over parts of a step: their error is of order 4 in the step. */
static void
past_slope (const before *b, double t, int ns, double *f)
{
  double d = b->dt / 8;

  memset (f, 0, (size_t) ns * sizeof *f);
  if (b->k->history == NULL)
    return;
  for (int j = 0; j < 4; ++j)
    past (b, t + (j < 2 ? j - 2 : j - 1) * d, b->y + (1 + j) * ns);
  for (int i = 0; i < ns; ++i)
    {
      const double *y = b->y + ns + i;

      f[i] = (8 * (y[2 * ns] - y[ns]) - (y[3 * ns] - y[0])) / (12 * d);
    }
}

static void
put (const ictus__strips *s, size_t i, int part, int64_t step, const double *x)
{
  for (int j = 0; j < s->delays.nkept && part < s->delays.parts; ++j)
    row (s, &s->delays.kept[j], part, step)[i] = x[s->delays.kept[j].state];
}

ictus_err
ictus__delays_fill (ictus__strips *s, int64_t step)
{
  int ns = s->b.ns;
  int64_t depth = 0;
  before b = { .k = s->b.k, .dt = s->delays.dt, .y = ictus_alloc (6 * (size_t) ns, sizeof (double)) };
  double *f = b.y + 5 * ns;

  if (b.y == NULL)
    return ICTUS_E_NOMEM;
  for (int j = 0; j < s->delays.nkept; ++j)
    depth = s->delays.kept[j].depth > depth ? s->delays.kept[j].depth : depth;
  for (size_t i = 0; i < s->b.n; ++i)
    {
      b.p = ictus__bank_p (&s->b, i);
      ictus__bank_gather (&s->b, i, b.y);
      for (int64_t back = depth - 1; back > 0; --back) /* from the oldest: rows of shallow states end with the latest */
        for (int end = 0; end < 2; ++end)
          {
            double t = (double) (step - back + end) * b.dt;

            past (&b, t, b.y);
            put (s, i, end ? END : BEGIN, step - back, b.y);
            past_slope (&b, t, ns, f);
            put (s, i, end ? END_SLOPE : BEGIN_SLOPE, step - back, f);
          }
    }
  ictus_free (b.y);
  return ICTUS_OK;
}
