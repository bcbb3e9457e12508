/* SPDX-License-Identifier: BSD-3-Clause */
/* Orbit diagrams: points against a parameter. Values of the parameter go to the ranks in turn; those of a way that is continued
   stay together. */
#include "chaos_points.h"

#include <math.h>
#include <string.h>

#define SAME 1e-4     /* of the range that is gone through: points that are the same */
#define ACCURATE 1000 /* and times the tolerances */
#define LESS 0.98     /* share of a difference that is left of one that vanishes */
#define NEARLY 300    /* times what is the same: differences that may be vanishing */
#define MOST 200000000.0
enum { TIMES = 3, LOOKS = 5, SETTLE = 5, MOST_PERIOD = 8 };
enum { AHEAD = 3 }; /* numbers before the values of a row: status, count, what is the same */

void
ictus_orbit_clear (ictus_orbit *r)
{
  ictus_free (r->first);
  ictus_free (r->value);
  ictus_free (r->period);
  *r = (ictus_orbit){ 0 };
}

int
ictus_orbit_period (const double *x, size_t n, double tol)
{
  for (size_t p = 1; TIMES * p <= n; ++p)
    {
      bool same = true;

      for (size_t k = 0; k + p < n && same; ++k)
        same = fabs (x[k + p] - x[k]) <= tol;
      if (same)
        return (int) p;
    }
  return ICTUS_ORBIT_IRREGULAR;
}

/* ---- a row --------------------------------------------------------------------------------------------------------------- */

typedef struct work
{
  ictus__chaos_points s;
  ictus_orbit *out;
  size_t width;  /* doubles of a row */
  double *table; /* [ways * n, width]: 0 until it is done, then 1, or what ICTUS_ORBIT_... says; how many; what is the same; values */
} work;

/* Values that are shown, x [o->keep]; how many, and what among them is the same. */
static size_t
shown (const ictus_points *p, const ictus_points_options *o, double *x, double *same)
{
  size_t gap = o->intervals ? 1 : 0, n = p->n > gap ? p->n - gap : 0;
  double most = 0;

  n = n < o->keep ? n : o->keep;
  for (size_t k = 0; k < n; ++k)
    {
      x[k] = o->intervals ? p->t[k + 1] - p->t[k] : p->v[k * (size_t) p->ncol + (size_t) o->watch];
      most = fmax (most, fabs (x[k]));
    }
  *same = fmax (SAME * (o->intervals ? most : p->high - p->low), ACCURATE * (o->rtol * most + o->atol));
  return n;
}

int
ictus_points_period (const ictus_points *p, const ictus_points_options *o)
{
  double *x, same;
  int period = ICTUS_ORBIT_NONE;
  size_t n;

  if (p->rests)
    return ICTUS_ORBIT_REST;
  x = ictus_alloc (o->keep, sizeof *x);
  if (x == NULL)
    return period;
  n = shown (p, o, x, &same);
  if (n > 0)
    period = ictus_orbit_period (x, n, same);
  ictus_free (x);
  return period;
}

static void
fill_row (const work *w, const ictus_points *p, ictus_err e, double *row)
{
  const ictus_points_options *o = w->s.o;
  size_t n = shown (p, o, row + AHEAD, &row[2]);

  row[0] = e == ICTUS_E_SOLVER ? ICTUS_ORBIT_FAILED : p->rests ? ICTUS_ORBIT_REST : n == 0 ? ICTUS_ORBIT_NONE : 1;
  row[1] = (double) n;
  if (row[0] > 0)
    return;
  row[1] = row[0] == ICTUS_ORBIT_REST && !o->intervals;
  row[AHEAD] = row[1] > 0 ? p->level : 0;
}

/* Mean difference of points that are p apart, among n of them. */
static double
apart (const double *x, size_t n, size_t p)
{
  double sum = 0;

  for (size_t k = 0; k + p < n; ++k)
    sum += fabs (x[k + p] - x[k]);
  return sum / (double) (n - p);
}

/* They do not come again yet, but ever more nearly; or they do, as those of a shorter period that is not reached yet: what turns
   around it with a multiplier close to -1 comes back nearly after two rounds. */
static bool
settles (const double *row)
{
  const double *x = row + AHEAD;
  size_t n = (size_t) row[1], third = n / 3, end, most = MOST_PERIOD;
  int period;

  if (row[0] == ICTUS_ORBIT_NONE)
    return true;
  if (row[0] < 0)
    return false;
  period = ictus_orbit_period (x, n, row[2]);
  end = n - third;
  if (period > 0)
    {
      most = (size_t) period - 1;
      end -= end % (size_t) period; /* in the same phase as the beginning */
    }
  for (size_t p = 1; p <= most && 2 * p <= third; ++p)
    {
      double late = apart (x + end, third, p), early = apart (x, third, p);

      if (period > 0 ? late < LESS * early : late < 0.7 * early && late < NEARLY * row[2])
        return true;
    }
  return false;
}

static ictus_err
do_row (work *w, size_t row, bool afresh)
{
  const ictus_orbit *out = w->out;
  size_t n = out->axis.n, k = row < n ? row : 2 * n - 1 - row; /* the way down begins at the end */
  double *at = w->table + (row < n ? row : n + k) * w->width, trans = w->s.trans;
  bool longer = isnan (w->s.o->trans) && w->s.k->ndelay == 0;
  ictus_err e;

  ictus__chaos_points_set (&w->s, out->axis.par, ictus_lyapunov_axis_at (&out->axis, k));
  if (afresh)
    ictus__chaos_points_afresh (&w->s);
  else if (!w->s.timed)
    w->s.t = ictus_lang_get_settings (w->s.v->model->lang)->t0; /* what is driven goes on in its phase */
  for (int i = 0; i < SETTLE; ++i, w->s.trans *= 2)
    {
      ictus_points p = { 0 };

      e = ictus__chaos_points_follow (&w->s, &p);
      if (e == ICTUS_OK || e == ICTUS_E_SOLVER)
        fill_row (w, &p, e, at);
      ictus_points_clear (&p);
      if (e != ICTUS_OK || !longer || !settles (at))
        break;
    }
  w->s.trans = trans;
  if (e == ICTUS_E_STOPPED) /* all of a row or nothing */
    memset (at, 0, w->width * sizeof *at);
  return e == ICTUS_E_SOLVER ? ICTUS_OK : e;
}

/* ---- dealing --------------------------------------------------------------------------------------------------------------- */

static ictus_err
each_afresh (MPI_Comm comm, work *w, const ictus_points_options *o)
{
  size_t n = w->out->axis.n, nrank = (size_t) ictus_comm_size (comm);

  for (size_t k = (size_t) ictus_comm_rank (comm); k < n; k += nrank)
    {
      ICTUS_TRY (do_row (w, k, true));
      if (o->tick != NULL)
        o->tick (o->ctx, fmin ((double) (k + nrank) / (double) n, 1));
      if (o->told != NULL && o->told (o->ctx))
        return ICTUS_E_STOPPED;
    }
  return ICTUS_OK;
}

/* A trajectory that ran to infinity is begun again. */
static ictus_err
one_way (work *w, const ictus_points_options *o, size_t way)
{
  size_t n = w->out->axis.n;
  bool afresh = true;

  for (size_t k = 0; k < n; ++k)
    {
      size_t at = way == 0 ? k : n + (n - 1 - k);

      ICTUS_TRY (do_row (w, way * n + k, afresh));
      afresh = w->table[at * w->width] == ICTUS_ORBIT_FAILED;
      if (o->tick != NULL)
        o->tick (o->ctx, (double) (k + 1) / (double) n);
      if (o->told != NULL && o->told (o->ctx))
        return ICTUS_E_STOPPED;
    }
  return ICTUS_OK;
}

static ictus_err
do_mine (MPI_Comm comm, work *w, const ictus_points_options *o)
{
  if (w->out->ways == 1)
    return each_afresh (comm, w, o);
  for (size_t way = 0; way < 2; ++way)
    if ((int) way % ictus_comm_size (comm) == ictus_comm_rank (comm))
      ICTUS_TRY (one_way (w, o, way));
  return ICTUS_OK;
}

/* What a rank did not do is 0 there, every bit. */
static void
gather (MPI_Comm comm, work *w)
{
  size_t rows = (size_t) w->out->ways * w->out->axis.n;
  bool first = ictus_comm_rank (comm) == 0;

  for (size_t k = 0; k < rows; ++k)
    {
      double *row = w->table + k * w->width;

      ICTUS_MPI (MPI_Reduce (first ? MPI_IN_PLACE : row, first ? row : NULL, (int) (w->width * sizeof *row), MPI_BYTE, MPI_BOR, 0, comm));
    }
}

/* ---- what it is -------------------------------------------------------------------------------------------------------------- */

/* Rank 0: rows one after the other, and their periods. */
static ictus_err
digest (work *w)
{
  ictus_orbit *out = w->out;
  size_t rows = (size_t) out->ways * out->axis.n, all = 0;

  for (size_t k = 0; k < rows; ++k)
    all += (size_t) w->table[k * w->width + 1];
  out->first = ictus_alloc (rows + 1, sizeof *out->first);
  out->period = ictus_alloc (rows, sizeof *out->period);
  out->value = ictus_alloc (all, sizeof *out->value);
  if (out->first == NULL || out->period == NULL || out->value == NULL)
    return ICTUS_E_NOMEM;
  for (size_t k = 0; k < rows; ++k)
    {
      const double *row = w->table + k * w->width;
      size_t n = (size_t) row[1];

      memcpy (out->value + out->first[k], row + AHEAD, n * sizeof *row);
      out->first[k + 1] = out->first[k] + n;
    }
  for (size_t k = 0; k < rows; ++k)
    {
      double status = w->table[k * w->width];

      out->period[k] = status < 0 ? (int) status : ICTUS_ORBIT_TODO;
      if (status > 0)
        out->period[k] = ictus_orbit_period (out->value + out->first[k], out->first[k + 1] - out->first[k], w->table[k * w->width + 2]);
      out->ndone += status != 0;
      out->nfailed += out->period[k] == ICTUS_ORBIT_FAILED;
    }
  return ICTUS_OK;
}

/* Rank 0 looks at the model at some values; all learn what it found. */
static ictus_err
look (MPI_Comm comm, work *w)
{
  ictus__chaos_points *s = &w->s;
  const ictus_lyapunov_axis *a = &w->out->axis;
  double length[4];
  ictus_err e = ICTUS_OK;

  for (size_t k = 0; k < LOOKS && ictus_comm_rank (comm) == 0 && e == ICTUS_OK; ++k)
    {
      ictus__chaos_points_set (s, a->par, ictus_lyapunov_axis_at (a, (a->n - 1) * k / (LOOKS - 1)));
      e = ictus__chaos_points_look (s);
    }
  if (ictus_comm_rank (comm) == 0 && e == ICTUS_OK)
    e = ictus__chaos_points_choose (s);
  ICTUS_TRY (ictus_comm_verdict (comm, e));
  memcpy (length, (double[]){ s->trans, s->total, s->recurrence, strcmp (s->c.method, "rosenbrock") == 0 }, sizeof length);
  ICTUS_MPI (MPI_Bcast (length, 4, MPI_DOUBLE, 0, comm));
  s->trans = length[0];
  s->total = length[1];
  s->recurrence = length[2];
  if (length[3] > 0)
    s->c.method = "rosenbrock";
  return ICTUS_OK;
}

static ictus_err
open_work (const ictus_dyn_values *v, const ictus_points_options *o, work *w)
{
  const ictus_lyapunov_axis *a = &w->out->axis;
  const ictus_kernel *k = v->model->kernel;
  double rows = (double) w->out->ways * (double) a->n;

  if (a->par < 0 || a->par >= k->npar + k->ninput || a->n < 1 || !isfinite (a->lo) || !isfinite (a->hi))
    return ICTUS_FAIL (ICTUS_E_INPUT, "the axis of the diagram makes no sense");
  if (!isnan (o->sample))
    return ICTUS_FAIL (ICTUS_E_INPUT, "an orbit diagram shows points, not samples at equal times");
  if (rows * (double) (o->keep + AHEAD) > MOST)
    return ICTUS_FAIL (ICTUS_E_INPUT, "%.0f values of the parameter with %zu points each are more than a diagram can have", rows, o->keep);
  ICTUS_TRY (ictus__chaos_points_open (v, o, &w->s));
  w->width = o->keep + AHEAD;
  w->table = ictus_alloc ((size_t) rows * w->width, sizeof *w->table);
  return w->table != NULL ? ICTUS_OK : ICTUS_E_NOMEM;
}

ictus_err
ictus_orbit_run (MPI_Comm comm, const ictus_dyn_values *v, const ictus_points_options *o, const ictus_lyapunov_axis *axis,
                 bool continued, ictus_orbit *out)
{
  ictus_points_options quiet = *o; /* ticks are ours; who is told is heeded within a row, too */
  work w = { .out = out };
  uint64_t counts[2];
  ictus_err e, stopped;

  *out = (ictus_orbit){ .axis = *axis, .ways = continued ? 2 : 1, .intervals = o->intervals };
  quiet.tick = NULL;
  ICTUS_GO (ictus_comm_agree (comm, open_work (v, &quiet, &w)));
  ICTUS_GO (look (comm, &w));
  out->kind = w.s.kind;
  out->trans = w.s.trans;
  out->total = w.s.total;
  out->recurrence = w.s.recurrence;
  out->method = w.s.c.method;
  stopped = ictus_comm_agree (comm, do_mine (comm, &w, o));
  if (stopped != ICTUS_OK && stopped != ICTUS_E_STOPPED)
    ICTUS_GO (stopped);
  gather (comm, &w);
  ICTUS_GO (ictus_comm_agree (comm, ictus_comm_rank (comm) == 0 ? digest (&w) : ICTUS_OK));
  counts[0] = out->ndone;
  counts[1] = out->nfailed;
  ICTUS_MPI (MPI_Bcast (counts, 2, MPI_UINT64_T, 0, comm));
  out->ndone = (size_t) counts[0];
  out->nfailed = (size_t) counts[1];
  if (stopped != ICTUS_OK)
    e = ICTUS_FAIL (ICTUS_E_STOPPED, "stopped on request with %zu of %zu values done", out->ndone, (size_t) out->ways * axis->n);
done:
  ictus__chaos_points_close (&w.s);
  ictus_free (w.table);
  return e;
}
