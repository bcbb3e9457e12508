/* SPDX-License-Identifier: BSD-3-Clause */
/* Equilibria where nothing is known yet: Newton's method from where the model begins, from where it goes, and from points
 * spread over the range of its states, away from what was found before (deflation: Farrell, Birkisson & Funke 2015, SIAM J Sci
 * Comput 37:A2026). What is found are equilibria; that there are no others is not known. */
#include "dyn/dyn_impl.h"
#include "ictus/path.h"

#include <math.h>
#include <string.h>

enum
{
  MAX_NEWTON = 50,
  NEAR_SAMPLES = 32, /* points of the box that states were seen in, somewhat widened */
  FAR_SAMPLES = 16,  /* of one five times as wide */
  LARGE = 60,        /* states from which on there are fewer */
  ROWS = 200         /* of the run that shows where states go */
};
#define SAME 1e-5  /* equilibria closer than that, relative to their size, are one */
#define LONG 1000. /* the run takes so many of the shortest time constant at its start */
#define RESTS 1e-6 /* of what a right-hand side consists of */
#define LEAST 1e-6  /* part of the run that a step takes at least */
#define STRIDE 10. /* no state moves by more than so many sizes in a step */

typedef struct search
{
  ictus__dyn *s;
  ictus__bordered *b;
  double *f, *d, *x; /* [n] */
  const double *root; /* [nroot, n] */
  int nroot;
} search;

static double
size_of (const ictus__dyn *s, const double *x, int i)
{
  return fmax (s->scale[i], fabs (x[i]));
}

/* How much the deflated step is the plain one d: f is multiplied by the product of 1 + 1 / |x - root|^2 over the roots. */
static double
deflation (const search *q, const double *x, const double *d)
{
  int n = q->s->n;
  double slope = 0; /* of the logarithm of the product along d */

  for (int k = 0; k < q->nroot; ++k)
    {
      const double *r = q->root + (size_t) k * (size_t) n;
      double far = 0, along = 0;

      for (int i = 0; i < n; ++i)
        {
          double unit = size_of (q->s, r, i);

          far += (x[i] - r[i]) * (x[i] - r[i]) / (unit * unit) / n;
          along += 2 * (x[i] - r[i]) * d[i] / (unit * unit) / n;
        }
      if (far < 1e-20)
        return 1;
      slope -= along / (far * (1 + far));
    }
  return fabs (1 - slope) < 1e-6 ? 1e6 : 1 / (1 - slope);
}

static bool
is_zero (int n, const double *f)
{
  for (int i = 0; i < n; ++i)
    if (f[i] != 0)
      return false;
  return true;
}

/* One step at x; its length in sizes of the states, NaN where there is none. */
static double
step (search *q, double *x, double *plain)
{
  ictus__dyn *s = q->s;
  double longest = 0, cut;
  static const double none = 0;

  ictus__dyn_rhs (s, x, q->f);
  if (is_zero (s->n, q->f)) /* wherever the Jacobian is singular, too */
    return *plain = 0;
  if (!ictus__dyn_finite (s->n, q->f) || !ictus__bordered_factor (q->b, s, x, &none, &none, &none))
    return NAN;
  ictus__bordered_solve (q->b, q->f, q->d, false);
  for (int i = 0; i < s->n; ++i)
    {
      q->d[i] = -q->d[i];
      longest = fmax (longest, fabs (q->d[i]) / size_of (s, x, i));
    }
  if (!ictus__dyn_finite (s->n, q->d))
    return NAN;
  *plain = longest;
  cut = deflation (q, x, q->d);
  if (fabs (cut) * longest > STRIDE)
    cut = copysign (STRIDE / longest, cut);
  for (int i = 0; i < s->n; ++i)
    x[i] += cut * q->d[i];
  return fabs (cut) * longest;
}

static bool
newton (search *q, double *x, double tol)
{
  double plain = 0;

  for (int k = 0; k < MAX_NEWTON; ++k)
    {
      double moved = step (q, x, &plain);

      if (!(moved < INFINITY))
        return false;
      if (plain <= tol && moved <= 10 * tol)
        return true;
    }
  return false;
}

static ictus_err
begin (search *q, ictus__dyn *s)
{
  size_t n = (size_t) s->n;

  memset (q, 0, sizeof *q);
  q->s = s;
  q->f = ictus_alloc (n, sizeof *q->f);
  q->d = ictus_alloc (n, sizeof *q->d);
  q->x = ictus_alloc (n, sizeof *q->x);
  if (q->f == NULL || q->d == NULL || q->x == NULL)
    return ICTUS_E_NOMEM;
  return ictus__bordered_create (s, 0, &q->b);
}

static void
end (search *q)
{
  ictus__bordered_destroy (&q->b);
  ictus_free (q->f);
  ictus_free (q->d);
  ictus_free (q->x);
}

bool
ictus__equilibrium_near (ictus__dyn *s, double *x, double tol)
{
  search q;
  bool ok = begin (&q, s) == ICTUS_OK && newton (&q, x, fmax (tol, 1e-14));

  end (&q);
  return ok;
}

/* ---- several ---------------------------------------------------------------------------------------------------- */

static bool
is_new (const search *q, const double *x)
{
  int n = q->s->n;

  for (int k = 0; k < q->nroot; ++k)
    {
      double far = 0;

      for (int i = 0; i < n; ++i)
        far = fmax (far, fabs (x[i] - q->root[k * n + i]) / size_of (q->s, x, i));
      if (far < SAME)
        return false;
    }
  return true;
}

/* Newton from x away from all roots, then plainly; a new one is put behind the others. */
static bool
look (search *q, const double *from, double tol, int max, double *out)
{
  size_t n = (size_t) q->s->n;
  int known = q->nroot;
  bool found;

  if (q->nroot == max)
    return false;
  memcpy (q->x, from, n * sizeof *q->x);
  found = newton (q, q->x, 1e-4);
  q->nroot = 0;
  found = found && newton (q, q->x, tol);
  q->nroot = known;
  if (!found || !is_new (q, q->x))
    return false;
  memcpy (out + (size_t) q->nroot * n, q->x, n * sizeof *out);
  ++q->nroot;
  return true;
}

/* Where the model goes from its initial values, for a time that shows its fast movements; low and high [n] are widened to what is
 * seen, last [n] is where it ends. */
static void
watch (ictus__dyn *s, double *low, double *high, double *last)
{
  ictus_path_config c;
  ictus_path way = { 0 };
  double fastest = 0;

  for (int i = 0; i < s->n; ++i)
    {
      size_t a = (size_t) s->state[i];

      s->k->jac (s->t, s->y, s->p, s->u, s->full);
      fastest = fmax (fastest, fabs (s->full[a * (size_t) s->k->nstate + a]));
    }
  if (!(fastest > 0) || !isfinite (fastest))
    return;
  ictus_path_defaults (s->model, &c);
  c.method = "cvode-bdf";
  c.t0 = s->t;
  c.total = LONG / fastest;
  c.dt = c.total / ROWS;
  c.nout = 1;
  c.trans = c.bound = 0;
  c.max_rows = 0;
  c.poimap = 0;
  c.rtol = 1e-5;
  c.atol = 1e-8;
  c.dtmin = LEAST * c.total; /* where it becomes much faster, what was seen until then has to do */
  c.fire = false;
  if (ictus_path_refuse (c.method, s->model, (char[256]){ 0 }) != NULL
      || ictus_path_run (s->model, &c, s->p, s->y, s->u, &way) != ICTUS_OK)
    {
      ictus_path_clear (&way);
      return;
    }
  for (int i = 0; i < s->n; ++i)
    for (int k = 0; k < way.ncol; ++k)
      if (ictus_path_column (s->model, k) == ictus__dyn_var (s, i))
        for (size_t r = 0; r < way.nrow; ++r)
          {
            double v = way.v[r * (size_t) way.ncol + (size_t) k];

            if (!isfinite (v))
              continue;
            low[i] = fmin (low[i], v);
            high[i] = fmax (high[i], v);
            last[i] = v;
          }
  ictus_path_clear (&way);
}

/* Point k of a sequence that fills the unit cube evenly: the fractions of k times the powers of 1 / g, where g^(n+1) = g + 1. */
static void
spread (int n, int k, double *x)
{
  double g = 2;

  for (int it = 0; it < 40; ++it)
    g = pow (1 + g, 1. / (n + 1));
  for (int i = 0; i < n; ++i)
    x[i] = fmod (0.5 + (k + 1) * pow (1 / g, i + 1), 1);
}

static void
sample (search *q, double tol, int max, double *out, const double *low, const double *high, double *at, int count, double wide)
{
  for (int k = 0; k < count; ++k)
    {
      spread (q->s->n, k, at);
      for (int i = 0; i < q->s->n; ++i)
        {
          double width = fmax (high[i] - low[i], q->s->scale[i]);

          at[i] = low[i] - wide * width + at[i] * (high[i] - low[i] + 2 * wide * width);
        }
      look (q, at, tol, max, out);
    }
}

/* Does x rest, although Newton's method has no step there? So it is where equilibria fill whole lines. */
static bool
rests (search *q, const double *x)
{
  ictus__dyn *s = q->s;
  size_t n = (size_t) s->n;
  static const double none = 0;
  double *J = ictus_alloc (n * n, sizeof *J);
  bool still = J != NULL;

  ictus__dyn_rhs (s, x, q->f);
  if (still)
    ictus__dyn_jac (s, x, J);
  for (size_t i = 0; i < n && still; ++i)
    {
      double size = 0;

      for (size_t j = 0; j < n; ++j)
        size += fabs (J[j * n + i]) * size_of (s, x, (int) j);
      still = fabs (q->f[i]) <= RESTS * size;
    }
  ictus_free (J);
  return still && !ictus__bordered_factor (q->b, s, x, &none, &none, &none);
}

int
ictus__equilibria_at_start (ictus__dyn *s, double tol, int max, double *out)
{
  size_t n = (size_t) s->n;
  double *low = ictus_alloc (4 * n, sizeof *low), *high, *last, *at;
  int few = s->n > LARGE ? 8 : 1;
  search q;

  if (begin (&q, s) != ICTUS_OK || low == NULL)
    goto done;
  high = low + n;
  last = low + 2 * n;
  at = low + 3 * n;
  q.root = out;
  for (size_t i = 0; i < n; ++i)
    low[i] = high[i] = last[i] = s->y[s->state[i]];
  look (&q, low, tol, max, out);
  watch (s, low, high, last);
  if (!look (&q, last, tol, max, out) && q.nroot == 0 && max > 0 && rests (&q, last))
    memcpy (out + (size_t) n * (size_t) q.nroot++, last, n * sizeof *out);
  sample (&q, tol, max, out, low, high, at, NEAR_SAMPLES / few, 0.5);
  sample (&q, tol, max, out, low, high, at, FAR_SAMPLES / few, 5);
done:
  end (&q);
  ictus_free (low);
  return q.nroot;
}
