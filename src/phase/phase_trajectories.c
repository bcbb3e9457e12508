/* SPDX-License-Identifier: BSD-3-Clause */
/* Trajectories from the initial values, from chosen and from random starts: of the plane's equations, or of the whole model. */
#include "phase/phase_impl.h"

#include "ictus/path.h"

#include <math.h>
#include <string.h>

enum { ROWS = 4000 }; /* of a trajectory of the whole model, about */

/* A number without a common factor with n, about 0.6 n: steps of it meet all of n, and few of them are spread. */
static long
stride (long n)
{
  long s = (long) (0.618 * (double) n);

  for (s = s < 1 ? 1 : s; s > 1; --s)
    {
      long a = n, b = s;

      while (b != 0)
        {
          long r = a % b;

          a = b;
          b = r;
        }
      if (a == 1)
        break;
    }
  return s;
}

/* Start k in the plane: somewhere in a cell of a grid. Keyed: it depends on seed and number only. */
static void
random_start (const ictus_phase_options *o, const double *lo, const double *size, int dim, int k, double *x)
{
  ictus_rng r = ictus_rng_open (o->seed, ICTUS_RNG_INIT, 0x70686173, (uint64_t) k, 0);
  long side = dim == 1 ? o->ntrajectory : (long) ceil (sqrt ((double) o->ntrajectory)), all = dim == 1 ? side : side * side,
       cell = (k * stride (all) + all / 2) % all;

  for (int a = 0; a < dim; ++a)
    x[a] = lo[a] + size[a] * ((double) (a == 0 ? cell % side : cell / side) + ictus_rng_uniform (&r)) / (double) side;
}

static ictus_err
follow (ictus__look *l, const double *x, int dir)
{
  ictus_phase *p = l->p;
  ictus_phase_end end = { .point = -1, .cycle = -1, .why = ICTUS_PHASE_UNDECIDED };
  size_t cap = p->trajectory.n;

  ICTUS_TRY (ictus__follow (l, x, dir, p->options.t_stop, PHASE_STEPS, &p->trajectory, &end));
  ICTUS_TRY (ictus_grow (&p->trajectory_end, &cap, p->trajectory.n, sizeof *p->trajectory_end));
  p->trajectory_end[p->trajectory.n - 1] = end;
  return ICTUS_OK;
}

static ictus_err
both_ways (ictus__look *l, const double *x)
{
  ICTUS_TRY (follow (l, x, 1));
  return l->p->options.backward && l->q->dim == 2 ? follow (l, x, -1) : ICTUS_OK;
}

ictus_err
ictus__phase_trajectories (ictus__look *l, const ictus_dyn_values *v)
{
  const ictus_phase_options *o = &l->p->options;
  const ictus__plane *q = l->q;
  double x[2] = { 0, 0 };

  for (int a = 0; a < q->dim; ++a)
    x[a] = v->y[q->s->state[q->axis[a]]];
  if (o->nstart == 0 && ictus__plane_inside (q, x, 2))
    ICTUS_TRY (both_ways (l, x));
  for (size_t k = 0; k < o->nstart; ++k)
    {
      for (int a = 0; a < q->dim; ++a)
        x[a] = o->start[k * (size_t) q->s->k->nstate + (size_t) q->s->state[q->axis[a]]];
      ICTUS_TRY (both_ways (l, x));
    }
  for (int k = 0; k < o->ntrajectory; ++k)
    {
      random_start (o, q->lo, q->size, q->dim, k, x);
      ICTUS_TRY (both_ways (l, x));
    }
  return ICTUS_OK;
}

/* ---- of the whole model ------------------------------------------------------------------------------------------- */

/* Column of the rows of a path that an axis is: states that are not hidden, then aux. */
static int
column_of (const ictus_model *m, int axis)
{
  int n = 0;

  for (int k = 0; k < m->kernel->nstate; ++k)
    {
      if (k == axis)
        return n;
      n += !ictus_lang_get (m->lang, ICTUS_LANG_STATE, k)->hidden;
    }
  return n + axis - m->kernel->nstate;
}

static ictus_err
keep_path (ictus_phase *p, const ictus_path *path, bool stopped)
{
  int cx = column_of (p->model, p->options.x), cy = p->options.y < 0 ? -1 : column_of (p->model, p->options.y);
  size_t cap = p->trajectory.n;

  ICTUS_TRY (ictus__curves_begin (&p->trajectory));
  for (size_t r = 0; r < path->nrow; ++r)
    {
      const double *row = path->v + r * (size_t) path->ncol;

      ICTUS_TRY (ictus__curves_add (&p->trajectory, path->t[r], row[cx], cy < 0 ? 0 : row[cy]));
    }
  ICTUS_TRY (ictus_grow (&p->trajectory_end, &cap, p->trajectory.n, sizeof *p->trajectory_end));
  p->trajectory_end[p->trajectory.n - 1]
      = (ictus_phase_end) { .point = -1, .cycle = -1, .why = stopped ? ICTUS_PHASE_LEAVES : ICTUS_PHASE_TIME };
  return ICTUS_OK;
}

static ictus_err
follow_whole (const ictus_dyn_values *v, ictus_phase *p, const double *y, int k)
{
  ictus_path_config c;
  char why[256];
  ictus_path path = { 0 };
  ictus_err e;

  ictus_path_defaults (v->model, &c);
  if (!ictus_lang_get_settings (v->model->lang)->xpp && ictus_path_refuse ("cvode-bdf", v->model, why) == NULL)
    {
      c.method = "cvode-bdf"; /* as `ictus solve` */
      c.rtol = 1e-7;
      c.atol = 1e-9;
    }
  if (isfinite (p->options.t_stop))
    c.total = p->options.t_stop;
  if (!isfinite (c.total) || c.total <= 0)
    c.total = 100;
  c.fire = p->options.spikes;
  c.seed = p->options.seed;
  c.run = (uint64_t) k;
  c.trans = 0;
  c.poimap = 0;
  c.bound = 0;
  c.max_rows = 0;
  c.nout = (int) fmax (1, floor (c.total / c.dt / ROWS));
  e = ictus_path_run (v->model, &c, v->p, y, v->u, &path);
  if (e == ICTUS_OK)
    e = keep_path (p, &path, path.end == ICTUS_PATH_FAILED || path.end == ICTUS_PATH_BOUND);
  ictus_path_clear (&path);
  return e;
}

/* The random starts lie in the box, as far as axes are states. */
static void
spread (const ictus_phase *p, int k, double *y)
{
  double x[2], size[2] = { p->options.hi[0] - p->options.lo[0], p->options.hi[1] - p->options.lo[1] };
  int ns = p->model->kernel->nstate;

  random_start (&p->options, p->options.lo, size, p->options.y < 0 ? 1 : 2, k, x);
  if (p->options.x < ns && isfinite (x[0]))
    y[p->options.x] = x[0];
  if (p->options.y >= 0 && p->options.y < ns && isfinite (x[1]))
    y[p->options.y] = x[1];
}

ictus_err
ictus__phase_whole (const ictus_dyn_values *v, ictus_phase *p)
{
  const ictus_phase_options *o = &p->options;
  size_t ns = (size_t) v->model->kernel->nstate;
  double *y = ictus_alloc (ns, sizeof *y);
  bool more = p->trajectory.n > 0; /* the first ones are there already */
  ictus_err e = ICTUS_OK;

  if (y == NULL)
    return ICTUS_E_NOMEM;
  if (o->nstart == 0 && !more)
    ICTUS_GO (follow_whole (v, p, v->y, 0));
  for (size_t k = 0; k < o->nstart && !more; ++k)
    ICTUS_GO (follow_whole (v, p, o->start + k * ns, (int) k));
  for (int k = 0; k < o->ntrajectory; ++k)
    {
      memcpy (y, v->y, ns * sizeof *y);
      spread (p, k, y);
      ICTUS_GO (follow_whole (v, p, y, (int) o->nstart + 1 + k));
    }
done:
  ictus_free (y);
  return e;
}
