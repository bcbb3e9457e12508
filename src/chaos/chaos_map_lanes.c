/* SPDX-License-Identifier: BSD-3-Clause */
/* Points of a map in lanes: each lane has a point, its own time and step, and takes the next point when it is done. */
#include "chaos_map.h"

#include <math.h>
#include <string.h>

#define SMALLEST 1e-13 /* a step is no shorter than this part of the time */
#define LEAST 0.2
#define MOST 5.0
#define FAR 1e150      /* growth is kept as a product within 1 / FAR and FAR */
enum { POLL = 256 };   /* steps between two looks */

typedef struct lane
{
  bool busy, held;    /* held: the last attempt failed */
  size_t point;
  double product, sum; /* growth since the last mark: product * exp (sum) */
  double mark, from;  /* time of the next mark; when the batch began */
  int batch;          /* -1: transient */
  double grow[MAP_BATCHES], length[MAP_BATCHES];
} lane;

extern const ictus__variation_ops ictus__variation_v1, ictus__variation_v2, ictus__variation_v3, ictus__variation_v4;

struct ictus__map_lanes
{
  const ictus_lyapunov_map *m;
  const ictus_model *model;
  ictus__variation v;
  const ictus__variation_ops *ops;
  const double *p0, *u0, *y0;
  double t0, *memory, *p, *q0; /* p [nslot], q0 [ns] */
  unsigned char *keep;
  bool map;
  lane lane[ICTUS_LANE];
  size_t next, last;
};

const ictus__variation_ops *
ictus__variation_of_level (void)
{
  return ICTUS_OF_LEVEL (ictus__variation, ictus_isa_level ());
}

/* The deviation to begin with is not symmetric in anything, so that it lies in no subspace of a symmetric model. */
static void
first_deviation (ictus__map_lanes *s)
{
  double square = 0;

  for (int k = 0; k < s->v.ns; ++k)
    {
      double r = 0.6180339887498949 * (k + 1);

      s->q0[k] = s->keep[k] != 0 ? 0.5 + (r - floor (r)) : 0;
      square += s->q0[k] * s->q0[k];
    }
  for (int k = 0; k < s->v.ns; ++k)
    s->q0[k] /= sqrt (square);
}

static bool
make (ictus__map_lanes *s)
{
  const ictus_kernel *k = s->model->kernel;
  size_t ns = (size_t) k->nstate, w = ICTUS_LANE, at = 0;
  size_t size = w * (8 * ns + 12 * ns + (size_t) s->v.l->nnz + (size_t) k->nslot + (size_t) k->nu);
  double **part[] = { &s->v.x, &s->v.q, &s->v.f, &s->v.g, &s->v.x1, &s->v.q1, &s->v.f1, &s->v.g1 };

  s->memory = ictus_alloc (size, sizeof *s->memory);
  s->p = ictus_alloc ((size_t) k->nslot + ns, sizeof *s->p);
  s->keep = ictus_alloc (ns, 1);
  if (s->memory == NULL || s->p == NULL || s->keep == NULL)
    return false;
  s->q0 = s->p + k->nslot;
  for (size_t a = 0; a < sizeof part / sizeof *part; ++a, at += w * ns)
    *part[a] = s->memory + at;
  s->v.work = s->memory + at;
  at += w * (12 * ns + (size_t) s->v.l->nnz);
  s->v.p = s->memory + at;
  s->v.u = s->v.p + w * (size_t) k->nslot;
  return true;
}

ictus_err
ictus__map_lanes_open (const ictus_dyn_values *v, const ictus_lyapunov_map *m, ictus__map_lanes **out)
{
  const ictus_kernel *k = v->model->kernel;
  ictus__map_lanes *s = *out = ictus_alloc (1, sizeof *s);

  if (s == NULL)
    return ICTUS_E_NOMEM;
  s->m = m;
  s->model = v->model;
  s->ops = ictus__variation_of_level ();
  s->map = k->is_map != 0;
  s->p0 = v->p;
  s->u0 = v->u;
  s->y0 = v->y;
  s->t0 = ictus_lang_get_settings (v->model->lang)->t0;
  s->v.l = v->model->lanes;
  s->v.ns = k->nstate;
  s->v.rtol = m->rtol;
  s->v.atol = m->atol;
  if (!make (s))
    {
      ictus__map_lanes_close (out);
      return ICTUS_E_NOMEM;
    }
  s->v.keep = s->keep;
  for (int i = 0; i < k->nstate; ++i)
    {
      const ictus_lang_var *var = ictus_lang_get (v->model->lang, ICTUS_LANG_STATE, i);

      s->keep[i] = var->markov == 0 && !var->hidden;
      s->v.nfree += s->keep[i];
    }
  first_deviation (s);
  return ICTUS_OK;
}

void
ictus__map_lanes_close (ictus__map_lanes **s)
{
  if (*s == NULL)
    return;
  ictus_free ((*s)->memory);
  ictus_free ((*s)->p);
  ictus_free ((*s)->keep);
  ictus_free (*s);
  *s = NULL;
}

/* ---- a point begins and ends ---- */

static void
put_values (ictus__map_lanes *s, size_t i, size_t point)
{
  const ictus_kernel *k = s->model->kernel;

  memcpy (s->p, s->p0, (size_t) k->nslot * sizeof *s->p);
  for (int a = 0; a < k->nu; ++a)
    s->v.u[(size_t) a * ICTUS_LANE + i] = a < k->ninput ? s->u0[a] : 0;
  for (int a = 0; a < s->m->naxis; ++a)
    {
      int par = s->m->axis[a].par;
      double x = ictus__map_value (s->m, point, a);

      if (par < k->npar)
        s->p[par] = x;
      else
        s->v.u[(size_t) (par - k->npar) * ICTUS_LANE + i] = x;
    }
  k->prepare (s->p);
  for (size_t a = 0; a < (size_t) k->nslot; ++a)
    s->v.p[a * ICTUS_LANE + i] = s->p[a];
}

/* The next point into lane i; without one the lane idles. */
static bool
begin (ictus__map_lanes *s, size_t i)
{
  lane *l = &s->lane[i];

  *l = (lane){ 0 };
  s->v.h[i] = 0;
  if (s->next == s->last)
    return false;
  l->busy = true;
  l->point = s->next++;
  l->product = 1;
  l->batch = s->m->trans > 0 ? -1 : 0;
  l->from = s->t0;
  l->mark = s->t0 + (s->m->trans > 0 ? s->m->trans : s->m->total / MAP_BATCHES);
  s->v.t[i] = s->t0;
  put_values (s, i, l->point);
  for (int k = 0; k < s->v.ns; ++k)
    {
      s->v.x[(size_t) k * ICTUS_LANE + i] = s->y0[k];
      s->v.q[(size_t) k * ICTUS_LANE + i] = s->q0[k];
    }
  return true;
}

static double
longest (const ictus__map_lanes *s)
{
  return s->m->total / (4 * MAP_BATCHES);
}

/* Slopes of lanes that have just begun (fresh) and their first steps: how far the state goes in a hundredth of its size. */
static void
set_off (ictus__map_lanes *s, const bool *fresh)
{
  double *f = s->v.f1, *g = s->v.g1;
  size_t n = (size_t) s->v.ns * ICTUS_LANE;

  if (s->map)
    return;
  /* the others keep theirs: they are those of the end of a step */
  memcpy (f, s->v.f, n * sizeof *f);
  memcpy (g, s->v.g, n * sizeof *g);
  s->ops->slope (&s->v);
  for (size_t i = 0; i < ICTUS_LANE; ++i)
    {
      double size = 0, speed = 0;

      for (size_t k = i; k < n; k += ICTUS_LANE)
        if (!fresh[i])
          {
            s->v.f[k] = f[k];
            s->v.g[k] = g[k];
          }
        else
          {
            double unit = s->m->atol + s->m->rtol * fabs (s->v.x[k]);

            size += s->v.x[k] * s->v.x[k] / (unit * unit);
            speed += s->v.f[k] * s->v.f[k] / (unit * unit);
          }
      if (fresh[i])
        s->v.h[i] = size > 0 && speed > 0 ? fmin (0.01 * sqrt (size / speed), longest (s)) : 1e-6 * longest (s);
    }
}

static void
finish (ictus__map_lanes *s, size_t i, size_t first, double *value)
{
  const lane *l = &s->lane[i];
  double *to = value + (l->point - first) * MAP_VALUES, sum = 0, length = 0, square = 0;

  for (int b = 0; b < MAP_BATCHES; ++b)
    {
      sum += l->grow[b];
      length += l->length[b];
    }
  to[0] = sum / length;
  for (int b = 0; b < MAP_BATCHES; ++b)
    square += pow (l->grow[b] / l->length[b] - to[0], 2);
  to[1] = sqrt (square / (MAP_BATCHES * (MAP_BATCHES - 1)));
}

static void
fail (ictus__map_lanes *s, size_t i, size_t first, double *value, double what)
{
  double *to = value + (s->lane[i].point - first) * MAP_VALUES;

  to[0] = what;
  to[1] = NAN;
}

/* ---- steps ---- */

/* The lane is at the end of a step: true when its point is done. */
static bool
advance (ictus__map_lanes *s, size_t i)
{
  lane *l = &s->lane[i];
  double t = s->v.t[i];

  l->product *= s->v.norm[i];
  if (l->product > FAR || l->product < 1 / FAR)
    {
      l->sum += log (l->product);
      l->product = 1;
    }
  if (t < l->mark)
    return false;
  if (l->batch >= 0)
    {
      l->grow[l->batch] = l->sum + log (l->product);
      l->length[l->batch] = t - l->from;
    }
  l->product = 1;
  l->sum = 0;
  l->from = t;
  l->batch += 1;
  l->mark = s->t0 + s->m->trans + s->m->total * (l->batch + 1) / MAP_BATCHES;
  return l->batch == MAP_BATCHES;
}

/* What became of lane i's attempt: 0 goes on, 1 its point is done, -1 failed. */
static int
judge (ictus__map_lanes *s, size_t i, double *ok)
{
  ictus__variation *v = &s->v;
  lane *l = &s->lane[i];
  bool good = s->map ? isfinite (v->norm[i]) : v->err[i] <= 1;
  double pace = isfinite (v->err[i]) ? v->pace[i] : LEAST;

  *ok = good && v->norm[i] > 0;
  if (s->map && !good)
    return -1;
  if (!good)
    {
      l->held = true;
      v->h[i] *= pace > LEAST ? pace : LEAST;
      return v->h[i] > SMALLEST * (fabs (v->t[i]) + 1e-3 * s->m->total) ? 0 : -1;
    }
  if (!(v->norm[i] > 0)) /* the deviation is gone: -infinity */
    return -1;
  v->t[i] += s->map ? 1 : v->h[i];
  if (advance (s, i))
    return 1;
  pace = pace > LEAST ? pace : LEAST;
  pace = pace < (l->held ? 1 : MOST) ? pace : (l->held ? 1 : MOST);
  l->held = false;
  v->h[i] = s->map ? 0 : fmin (v->h[i] * pace, longest (s));
  return 0;
}

/* One step of all lanes; the number of those that still have a point. */
static int
step (ictus__map_lanes *s, size_t first, double *value)
{
  double ok[ICTUS_LANE] = { 0 };
  bool fresh[ICTUS_LANE] = { false }, any = false;
  int fate[ICTUS_LANE] = { 0 }, busy = 0;

  if (s->map)
    s->ops->iterate (&s->v);
  else
    s->ops->attempt (&s->v);
  for (size_t i = 0; i < ICTUS_LANE; ++i)
    if (s->lane[i].busy)
      fate[i] = judge (s, i, &ok[i]);
  s->ops->commit (&s->v, ok);
  for (size_t i = 0; i < ICTUS_LANE; ++i)
    {
      if (fate[i] == 1)
        finish (s, i, first, value);
      else if (fate[i] == -1)
        fail (s, i, first, value, s->v.norm[i] <= 0 ? -INFINITY : NAN);
      if (fate[i] != 0)
        any = (fresh[i] = begin (s, i)) || any;
      busy += s->lane[i].busy;
    }
  if (any)
    set_off (s, fresh);
  return busy;
}

ictus_err
ictus__map_lanes_run (ictus__map_lanes *s, size_t first, size_t n, bool (*poll) (void *ctx), void *ctx, double *value)
{
  bool fresh[ICTUS_LANE];
  size_t steps = 0;

  s->next = first;
  s->last = first + n;
  for (size_t i = 0; i < ICTUS_LANE; ++i)
    fresh[i] = begin (s, i);
  set_off (s, fresh);
  while (step (s, first, value) > 0)
    if (++steps % POLL == 0 && poll != NULL && poll (ctx))
      return ICTUS_E_STOPPED;
  return ICTUS_OK;
}
