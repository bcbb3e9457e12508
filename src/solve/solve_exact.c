/* SPDX-License-Identifier: BSD-3-Clause */
/* Linear models on a time grid: y (t + h) = P y (t) + Q b, with P = e^(A h) and Q its integral (Rotter and
   Diesmann 1999, Biol Cybern 81:381, doi:10.1007/s004220050570). One pair for each distinct matrix A.

   Which entries of P are used follows from the model alone: those that A's pattern, followed on and on, may fill. So
   every neuron goes through the same sums, whether all share one matrix or each has its own, and a neuron's numbers do
   not depend on its neighbours. */
#include "solve_strip.h"

#include <math.h>
#include <string.h>

enum { PART = 64 }; /* lanes at a time where states need a place beside their own */

typedef struct propagator /* of one matrix A; all [ns, ns], column-major */
{
  double *A, *P, *Q, *P_held, *Q_held;
} propagator;

typedef struct row /* state k after a step: q_k + the sum over these of P[k, col] y_col */
{
  int k, n, first; /* entries first .. first + n - 1 */
} row;

typedef struct exact
{
  ictus__strips s;
  propagator *prop;  /* [nprop] */
  size_t nprop, cap_prop;
  uint32_t *prop_of; /* [n] */
  uint32_t *alike;   /* [nstrip] the propagator that all of a strip have, or MIXED */
  uint32_t *table;   /* [nbucket] hash table of matrices: 1 + index into prop, 0 empty */
  size_t nbucket;    /* power of 2, at least 2 n */
  row *rows;         /* [ns] in the order in which they are made */
  int *col;          /* [nnz] ascending in each row */
  int nnz;
  bool in_place;     /* rows in this order need no state that an earlier one has changed */
  bool apart;        /* states that are not held do not depend on those that are: those that are held can be put
                        back after a step that nobody was held in */
  bool shared;       /* one b for all neurons, for ever */
  double *coef;      /* [nnz, np] P of each neuron where there are mixed strips */
  size_t cap_coef;
  double *bv, *qb;   /* [ns, np] b and Q b, or [ns] when shared; bv only where it is needed (not apart) */
  uint8_t *one;      /* [nstrip, ns] 1: the same q for the whole strip */
  double *f, *z;     /* [ns, PART] scratch */
  double *kept;      /* [ns, ICTUS__STRIP] the states after the step of those that are held, where it is not apart */
  double *A, *v;     /* [ns, ns], [ns] scratch */
  const double **arg_y, **arg_c; /* [nnz] */
} exact;

#define MIXED UINT32_MAX

/* ---- propagators ----------------------------------------------------------------------------- */

static void
prop_clear (propagator *p)
{
  ictus_free (p->A); /* the others lie behind it */
  memset (p, 0, sizeof *p);
}

static ictus_err
prop_make (exact *x, const double *A, propagator *p)
{
  const ictus__bank *b = &x->s.b;
  size_t nn = (size_t) b->ns * (size_t) b->ns;
  double *H;

  p->A = ictus_alloc (6 * nn, sizeof *p->A);
  if (p->A == NULL)
    return ICTUS_E_NOMEM;
  p->P = p->A + nn;
  p->Q = p->P + nn;
  p->P_held = p->Q + nn;
  p->Q_held = p->P_held + nn;
  H = p->Q_held + nn;
  memcpy (p->A, A, nn * sizeof *A);
  ICTUS_TRY (ictus__expm (b->ns, A, b->h_ms, p->P, p->Q));
  if (!b->any_held || x->apart)
    return ICTUS_OK;
  for (int j = 0; j < b->ns; ++j)
    for (int k = 0; k < b->ns; ++k)
      H[j * b->ns + k] = b->held[k] ? 0 : A[j * b->ns + k];
  return ictus__expm (b->ns, H, b->h_ms, p->P_held, p->Q_held);
}

static ictus_err
prop_find (exact *x, const double *A, uint32_t *which)
{
  size_t bytes = (size_t) x->s.b.ns * (size_t) x->s.b.ns * sizeof *A, at = (size_t) ictus_hash (A, bytes, 0);

  for (;; ++at)
    {
      at &= x->nbucket - 1;
      if (x->table[at] == 0)
        break;
      *which = x->table[at] - 1;
      if (memcmp (x->prop[*which].A, A, bytes) == 0)
        return ICTUS_OK;
    }
  ICTUS_TRY (ictus_grow (&x->prop, &x->cap_prop, x->nprop + 1, sizeof *x->prop));
  x->nprop += 1;
  *which = (uint32_t) (x->nprop - 1);
  x->table[at] = (uint32_t) x->nprop;
  return prop_make (x, A, &x->prop[x->nprop - 1]);
}

static void
prop_forget (exact *x)
{
  for (size_t k = 0; k < x->nprop; ++k)
    prop_clear (&x->prop[k]);
  x->nprop = 0;
  memset (x->table, 0, x->nbucket * sizeof *x->table);
}

/* ---- the rows of P --------------------------------------------------------------------------- */

/* needs[k * ns + j]: state k after a step may depend on state j before it */
static void
close_pattern (const ictus__laned *l, uint8_t *needs)
{
  size_t ns = (size_t) l->ns;

  for (size_t k = 0; k < ns; ++k)
    needs[k * ns + k] = 1;
  for (int e = 0; e < l->nnz; ++e)
    needs[(size_t) l->row[e] * ns + (size_t) l->col[e]] = 1;
  for (size_t via = 0; via < ns; ++via)
    for (size_t k = 0; k < ns; ++k)
      for (size_t j = 0; j < ns; ++j)
        needs[k * ns + j] |= needs[k * ns + via] & needs[via * ns + j];
}

/* Whether row k can be made now: nobody to come needs y_k as it was. */
static bool
ready (const exact *x, const uint8_t *needs, const uint8_t *made, size_t k)
{
  size_t ns = (size_t) x->s.b.ns;

  for (size_t r = 0; r < ns; ++r)
    if (r != k && !made[r] && needs[r * ns + k])
      return false;
  return true;
}

static void
add_row (exact *x, const uint8_t *needs, size_t at, size_t k)
{
  size_t ns = (size_t) x->s.b.ns;
  row *r = &x->rows[at];

  *r = (row){ .k = (int) k, .first = x->nnz };
  for (size_t j = 0; j < ns; ++j)
    if (needs[k * ns + j])
      x->col[x->nnz++] = (int) j;
  r->n = x->nnz - r->first;
  x->in_place = x->in_place && r->n <= ICTUS__LINE;
}

static ictus_err
plan_rows (exact *x)
{
  size_t ns = (size_t) x->s.b.ns, k;
  uint8_t *needs = ictus_alloc (ns * (ns + 1), 1), *made = needs + ns * ns;

  if (needs == NULL)
    return ICTUS_E_NOMEM;
  close_pattern (&x->s.l, needs);
  x->in_place = true;
  x->apart = true;
  for (size_t at = 0; at < ns; ++at)
    {
      for (k = 0; k < ns && (made[k] || !ready (x, needs, made, k)); ++k)
        ;
      if (k == ns) /* they need each other */
        {
          x->in_place = false;
          for (k = 0; made[k]; ++k)
            ;
        }
      made[k] = 1;
      add_row (x, needs, at, k);
    }
  for (k = 0; k < ns; ++k)
    for (size_t j = 0; j < ns; ++j)
      if (needs[k * ns + j] && !x->s.b.held[k] && x->s.b.held[j])
        x->apart = false;
  ictus_free (needs);
  return ICTUS_OK;
}

/* ---- restart --------------------------------------------------------------------------------- */

static ictus_err
find_matrices (exact *x, double t_ms)
{
  ictus__bank *b = &x->s.b;

  if (x->nprop > b->n) /* parameters were changed again and again */
    prop_forget (x);
  for (size_t i = 0; i < b->n; ++i)
    {
      ictus_err e;

      if (i > 0 && b->cells->p_stride == 0)
        {
          x->prop_of[i] = x->prop_of[0];
          continue;
        }
      memset (x->v, 0, sizeof *x->v * (size_t) b->ns);
      b->k->jac (t_ms, x->v, ictus__bank_p (b, i), ictus__bank_input (b, i, t_ms), x->A);
      x->s.stats.jac += 1;
      for (int k = 0; k < b->ns * b->ns; ++k)
        x->A[k] += 0.0; /* -0 and 0 are the same matrix */
      e = prop_find (x, x->A, &x->prop_of[i]);
      if (e != ICTUS_OK)
        {
          ictus_err_prefix (e, "neuron %llu at %.10g ms", ictus__bank_id (b, i), t_ms);
          return e;
        }
    }
  return ICTUS_OK;
}

/* Coefficients of the strips whose neurons have different matrices. */
static ictus_err
find_mixed (exact *x)
{
  size_t ns = (size_t) x->s.b.ns, np = x->s.np;
  bool mixed = false;

  for (size_t at = 0; at < x->s.nstrip; ++at)
    {
      ictus__strip p = ictus__strip_at (&x->s, at);

      x->alike[at] = x->prop_of[p.first];
      for (size_t i = p.first; i < p.first + p.n; ++i)
        if (x->prop_of[i] != x->alike[at])
          x->alike[at] = MIXED;
      mixed |= x->alike[at] == MIXED;
    }
  if (!mixed)
    return ICTUS_OK;
  ICTUS_TRY (ictus_grow (&x->coef, &x->cap_coef, (size_t) x->nnz * np, sizeof *x->coef));
  for (size_t at = 0; at < ns; ++at)
    for (int e = x->rows[at].first; e < x->rows[at].first + x->rows[at].n; ++e)
      for (size_t i = 0; i < np; ++i)
        x->coef[(size_t) e * np + i]
            = x->prop[x->prop_of[i < x->s.b.n ? i : x->s.b.n - 1]].P[(size_t) x->col[e] * ns + (size_t) x->rows[at].k];
  return ICTUS_OK;
}

static ictus_err
exact_restart (void *self, double t_ms)
{
  exact *x = self;

  ICTUS_TRY (ictus__strips_restart (&x->s, t_ms));
  ICTUS_TRY (find_matrices (x, t_ms));
  return find_mixed (x);
}

/* ---- b --------------------------------------------------------------------------------------- */

/* b and Q b of n lanes from b in x->f. */
static void
multiply_q (exact *x, const ictus__strip *p, size_t n)
{
  size_t ns = (size_t) x->s.b.ns, stride = x->shared ? 1 : x->s.np;

  for (size_t c = 0; c < n; ++c)
    {
      size_t last = c < p->n ? c : p->n - 1, to = x->shared ? 0 : p->first + c;
      const double *Q = x->prop[x->prop_of[p->first + last]].Q;

      for (size_t r = 0; r < ns; ++r)
        {
          size_t k = (size_t) x->rows[r].k;
          double sum = 0;

          for (int e = x->rows[r].first; e < x->rows[r].first + x->rows[r].n; ++e)
            sum += Q[(size_t) x->col[e] * ns + k] * x->f[(size_t) x->col[e] * PART + last];
          x->qb[k * stride + to] = sum;
          if (x->bv != NULL)
            x->bv[k * stride + to] = x->f[k * PART + last];
        }
    }
}

/* The same for the lanes from c on, for the step that begins at t: b is the right-hand side where all states are 0. */
static void
set_affine (exact *x, const ictus__strip *p, size_t c, double t)
{
  ictus__strip q = { .first = p->first + c, .n = p->n - c < PART ? p->n - c : PART };
  ictus_lane_args a;

  q.m = x->shared ? ICTUS_LANE : (q.n + ICTUS_LANE - 1) / ICTUS_LANE * ICTUS_LANE; /* the first lanes serve all */
  memset (x->z, 0, (size_t) x->s.b.ns * PART * sizeof *x->z);
  a = ictus__strip_args (&x->s, &q, &t, x->z, PART);
  ictus__lane_rhs (&x->s.l, &a, x->f, PART);
  x->s.stats.rhs += x->shared ? 1 : q.n;
  multiply_q (x, &q, x->shared ? 1 : q.m);
}

static void
set_affines (exact *x, const ictus__strip *p, double t)
{
  size_t ns = (size_t) x->s.b.ns;

  for (size_t c = 0; c < (x->shared ? 1 : p->n); c += PART)
    set_affine (x, p, c, t);
  for (size_t k = 0; k < ns && !x->shared; ++k)
    {
      const double *v = x->qb + k * x->s.np + p->first;
      bool one = true;

      for (size_t c = 1; c < p->m && one; ++c)
        one = memcmp (&v[c], v, sizeof *v) == 0;
      x->one[p->at * ns + k] = one;
    }
}

/* ---- one step of a strip --------------------------------------------------------------------- */

/* State k of a lane that is held, where it must be computed by itself. */
static double
advance_held (const exact *x, const ictus__strip *p, size_t c, int k)
{
  const ictus__bank *b = &x->s.b;
  size_t ns = (size_t) b->ns, i = p->first + c, stride = x->shared ? 1 : x->s.np, at = x->shared ? 0 : i;
  const propagator *q = &x->prop[x->prop_of[i]];
  double z = 0;

  for (size_t j = 0; j < ns; ++j)
    if (!b->held[j])
      z += q->Q_held[j * ns + (size_t) k] * x->bv[j * stride + at];
  for (size_t j = 0; j < ns; ++j)
    if (q->P_held[j * ns + (size_t) k] != 0)
      z += q->P_held[j * ns + (size_t) k] * p->y[j * p->ys + c];
  return z;
}

/* Before the step: what the states of held lanes will be after it. */
static void
before (exact *x, const ictus__strip *p)
{
  if (x->apart)
    {
      ictus__strip_held (&x->s, p, true);
      return;
    }
  for (size_t e = 0; e < p->nhold; ++e)
    for (int k = 0; k < x->s.b.ns; ++k)
      x->kept[(size_t) k * ICTUS__STRIP + e] = x->s.b.held[k] ? p->y[(size_t) k * p->ys + x->s.hold[e]]
                                                              : advance_held (x, p, x->s.hold[e], k);
}

static void
after (const exact *x, const ictus__strip *p)
{
  if (x->apart)
    {
      ictus__strip_held (&x->s, p, false);
      return;
    }
  for (size_t e = 0; e < p->nhold; ++e)
    for (int k = 0; k < x->s.b.ns; ++k)
      p->y[(size_t) k * p->ys + x->s.hold[e]] = x->kept[(size_t) k * ICTUS__STRIP + e];
}

/* Lanes c to c + m - 1 of a strip. */
static void
advance (exact *x, const ictus__strip *p, size_t c, size_t m)
{
  ictus__strips *s = &x->s;
  size_t ns = (size_t) s->b.ns, stride = x->shared ? 1 : s->np, from = p->first + c;
  bool mixed = x->alike[p->at] == MIXED;
  const double *P = mixed ? NULL : x->prop[x->alike[p->at]].P;

  for (size_t r = 0; r < ns; ++r)
    {
      const row *w = &x->rows[r];
      size_t k = (size_t) w->k;
      ictus__line l = { .q = x->qb + k * stride + (x->shared ? 0 : from), .n = w->n,
                        .qs = x->shared || x->one[p->at * ns + k] ? 0 : 1, .y = x->arg_y + w->first,
                        .c = x->arg_c + w->first, .cs = mixed ? 1 : 0 };

      for (int e = w->first; e < w->first + w->n; ++e)
        {
          x->arg_y[e] = p->y + (size_t) x->col[e] * p->ys + c;
          x->arg_c[e] = mixed ? x->coef + (size_t) e * s->np + from : P + (size_t) x->col[e] * ns + k;
        }
      s->loops->line (m, &l, x->in_place ? p->y + k * p->ys + c : x->z + k * PART);
    }
  for (size_t k = 0; k < ns && !x->in_place; ++k)
    memcpy (p->y + k * p->ys + c, x->z + k * PART, m * sizeof *p->y);
}

static void
step_exact (void *self, const ictus__strip *p, double t, double te)
{
  exact *x = self;
  size_t part = x->in_place ? ICTUS__STRIP : PART;

  (void) te;
  if (x->s.fresh[p->at] && (!x->shared || p->at == 0))
    set_affines (x, p, t);
  x->s.fresh[p->at] = 0;
  before (x, p);
  for (size_t c = 0; c < p->m; c += part)
    advance (x, p, c, p->m - c < part ? p->m - c : part);
  after (x, p);
}

static ictus_err
exact_window (void *self, const ictus_window *w, ictus_spikes *out)
{
  exact *x = self;

  return ictus__strips_window (&x->s, w, out);
}

/* ---- life ------------------------------------------------------------------------------------ */

static void
exact_destroy (void *self)
{
  exact *x = self;

  for (size_t k = 0; k < x->nprop; ++k)
    prop_clear (&x->prop[k]);
  ictus_free (x->prop);
  ictus_free (x->table);
  ictus_free (x->prop_of);
  ictus_free (x->alike);
  ictus_free (x->rows);
  ictus_free (x->col);
  ictus_free (x->coef);
  ictus_free (x->bv);
  ictus_free (x->kept);
  ictus_free (x->qb);
  ictus_free (x->one);
  ictus_free (x->f);
  ictus_free (x->A);
  ictus_free (x->arg_y);
  ictus__strips_clear (&x->s);
  ictus_free (x);
}

static ictus_err
exact_create (const ictus_solver_config *cfg, const ictus_cells *cells, void **self)
{
  exact *x = ictus_alloc (1, sizeof *x);
  size_t ns = (size_t) cells->model->kernel->nstate, columns;

  if (x == NULL)
    return ICTUS_E_NOMEM;
  *self = x;
  ICTUS_TRY (ictus__strips_init (&x->s, cfg, cells, cfg->h_ms, 1, 0, step_exact, x));
  x->shared = x->s.p == NULL && x->s.u == NULL;
  columns = x->shared ? 1 : x->s.np;
  for (x->nbucket = 16; x->nbucket < 4 * (cells->n + 1);)
    x->nbucket *= 2; /* twice the most matrices that there can be */
  x->table = ictus_alloc (x->nbucket, sizeof *x->table);
  x->prop_of = ictus_alloc (cells->n, sizeof *x->prop_of);
  x->alike = ictus_alloc (x->s.nstrip, sizeof *x->alike);
  x->rows = ictus_alloc (ns, sizeof *x->rows);
  x->col = ictus_alloc (ns * ns, sizeof *x->col);
  x->qb = ictus_alloc (ns, columns * sizeof *x->qb);
  x->one = ictus_alloc (ns, x->s.nstrip);
  x->f = ictus_alloc (2 * ns, PART * sizeof *x->f);
  x->A = ictus_alloc (ns * (ns + 1), sizeof *x->A);
  x->arg_y = ictus_alloc (2 * ns * ns, sizeof *x->arg_y);
  if (x->table == NULL || x->prop_of == NULL || x->alike == NULL || x->rows == NULL || x->col == NULL || x->qb == NULL
      || x->one == NULL || x->f == NULL || x->A == NULL || x->arg_y == NULL)
    return ICTUS_E_NOMEM;
  x->z = x->f + ns * PART;
  x->v = x->A + ns * ns;
  x->arg_c = x->arg_y + ns * ns;
  ICTUS_TRY (plan_rows (x));
  if (x->apart || !x->s.b.any_held)
    return ICTUS_OK;
  x->bv = ictus_alloc (ns, columns * sizeof *x->bv);
  x->kept = ictus_alloc (ns, ICTUS__STRIP * sizeof *x->kept);
  return x->bv == NULL || x->kept == NULL ? ICTUS_E_NOMEM : ICTUS_OK;
}

static void
exact_stats (const void *self, ictus_solver_stats *out)
{
  const exact *x = self;

  *out = x->s.stats;
}

static const char *
refuse_exact (const ictus_model *m, const ictus_solver_config *c, char *buf)
{
  const char *why = ictus__refuse_kind (m, 0, buf);

  if (why != NULL)
    return why;
  if (m->lang != NULL && !ictus_lang_classify (m->lang).linear)
    {
      snprintf (buf, 256, "the model must be linear: %s", ictus_lang_why_not_linear (m->lang));
      return buf;
    }
  if (!c->grid)
    return "it propagates from tick to tick of a time grid: it needs grid timing";
  return NULL;
}

const ictus_solver_ops ictus__solver_exact = {
  .name = "exact",
  .summary = "matrix exponential, for linear models on the grid",
  .refuse = refuse_exact,
  .create = exact_create,
  .destroy = exact_destroy,
  .window = exact_window,
  .restart = exact_restart,
  .stats = exact_stats,
};
