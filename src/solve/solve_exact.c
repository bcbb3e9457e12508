/* SPDX-License-Identifier: BSD-3-Clause */
/* Linear models on a time grid: y (t + h) = P y (t) + Q b, with P = e^(A h) and Q its integral (Rotter and
   Diesmann 1999, Biol Cybern 81:381, doi:10.1007/s004220050570). A second pair serves neurons whose held
   states stand still. One pair for each distinct matrix A; where there is one only, the loop over neurons is
   a plain loop over arrays. Both ways do the same operations in the same order, so a neuron's numbers do not
   depend on its neighbours. */
#include "solve_impl.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 128 }; /* neurons that go through a window together; their states stay in the cache */

typedef struct propagator /* of one matrix A; all [ns, ns], column-major */
{
  double *A, *P, *Q, *P_held, *Q_held;
} propagator;

typedef struct exact
{
  ictus__bank b;
  propagator *prop;    /* [nprop] */
  size_t nprop, cap_prop;
  uint32_t *prop_of;   /* [n] */
  uint32_t *table;     /* [nbucket] hash table of matrices: 1 + index into prop, 0 empty */
  size_t nbucket;      /* power of 2, at least 2 n */
  bool shared;         /* one b for all neurons, for ever */
  bool varies;         /* b may change at every step */
  double *bv, *qb;     /* [ns, n]: b and Q b; [ns, 1] when shared */
  double *next;        /* [n] time from which b is to be computed again */
  double *y, *z;       /* [ns, BLOCK] states of a block before and after a step */
  double *v, *f;       /* [ns] scratch */
  ictus__stations st;
  ictus_solver_stats stats;
} exact;

/* ---- propagators ----------------------------------------------------------------------------- */

static void
prop_clear (propagator *p)
{
  ictus_free (p->A); /* the others lie behind it */
  memset (p, 0, sizeof *p);
}

static ictus_err
prop_make (exact *s, const double *A, propagator *p)
{
  size_t nn = (size_t) s->b.ns * (size_t) s->b.ns;
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
  ICTUS_TRY (ictus__expm (s->b.ns, A, s->b.h_ms, p->P, p->Q));
  if (!s->b.any_held)
    return ICTUS_OK;
  for (int j = 0; j < s->b.ns; ++j)
    for (int k = 0; k < s->b.ns; ++k)
      H[j * s->b.ns + k] = s->b.held[k] ? 0 : A[j * s->b.ns + k];
  return ictus__expm (s->b.ns, H, s->b.h_ms, p->P_held, p->Q_held);
}

static ictus_err
prop_find (exact *s, const double *A, uint32_t *which)
{
  size_t bytes = (size_t) s->b.ns * (size_t) s->b.ns * sizeof *A, at = (size_t) ictus_hash (A, bytes, 0);

  for (;; ++at)
    {
      at &= s->nbucket - 1;
      if (s->table[at] == 0)
        break;
      *which = s->table[at] - 1;
      if (memcmp (s->prop[*which].A, A, bytes) == 0)
        return ICTUS_OK;
    }
  ICTUS_TRY (ictus_grow (&s->prop, &s->cap_prop, s->nprop + 1, sizeof *s->prop));
  s->nprop += 1;
  *which = (uint32_t) (s->nprop - 1);
  s->table[at] = (uint32_t) s->nprop;
  return prop_make (s, A, &s->prop[s->nprop - 1]);
}

static void
prop_forget (exact *s)
{
  for (size_t k = 0; k < s->nprop; ++k)
    prop_clear (&s->prop[k]);
  s->nprop = 0;
  memset (s->table, 0, s->nbucket * sizeof *s->table);
}

/* b and Q b of neuron i for the step that begins at t */
static void
affine_set (exact *s, size_t i, double t)
{
  ictus__bank *b = &s->b;
  const double *Q = s->prop[s->prop_of[i]].Q;
  size_t step = s->shared ? 1 : b->n, at = s->shared ? 0 : i;
  int ns = b->ns;

  memset (s->v, 0, sizeof *s->v * (size_t) ns);
  b->k->rhs (t, s->v, ictus__bank_p (b, i), ictus__bank_input (b, i, t), s->f);
  s->stats.rhs += 1;
  for (int k = 0; k < ns; ++k)
    {
      double sum = 0;

      for (int j = 0; j < ns; ++j)
        sum += Q[j * ns + k] * s->f[j];
      s->bv[(size_t) k * step + at] = s->f[k];
      s->qb[(size_t) k * step + at] = sum;
    }
}

static ictus_err
exact_restart (void *self, double t_ms)
{
  exact *s = self;
  ictus__bank *b = &s->b;
  const ictus_drive *d = b->cells->drive;
  ictus_err e = ICTUS_OK;
  double *A = ictus_alloc ((size_t) b->ns * (size_t) b->ns, sizeof *A);

  if (A == NULL)
    return ICTUS_E_NOMEM;
  ictus__bank_forget (b);
  if (s->nprop > b->n) /* parameters were changed again and again */
    prop_forget (s);
  for (size_t i = 0; i < b->n; ++i)
    {
      if (i == 0 || b->cells->p_stride > 0)
        {
          memset (s->v, 0, sizeof *s->v * (size_t) b->ns);
          b->k->jac (t_ms, s->v, ictus__bank_p (b, i), ictus__bank_input (b, i, t_ms), A);
          s->stats.jac += 1;
          for (int k = 0; k < b->ns * b->ns; ++k)
            A[k] += 0.0; /* -0 and 0 are the same matrix */
          e = prop_find (s, A, &s->prop_of[i]);
          if (e != ICTUS_OK)
            {
              ictus_err_prefix (e, "neuron %llu at %.10g ms", ictus__bank_id (b, i), t_ms);
              goto done;
            }
        }
      else
        s->prop_of[i] = s->prop_of[0];
      if (i == 0 || !s->shared)
        affine_set (s, i, t_ms);
      s->next[i] = d != NULL ? d->next_break (d->ctx, i, t_ms) : (double) INFINITY;
    }
done:
  ictus_free (A);
  return e;
}

/* ---- one step of a block --------------------------------------------------------------------- */

static void
affine_update (exact *s, size_t first, size_t m, double t)
{
  const ictus_drive *d = s->b.cells->drive;

  if (s->shared)
    return;
  for (size_t i = first; i < first + m; ++i)
    if (s->varies || t >= s->next[i])
      {
        affine_set (s, i, t);
        if (d != NULL && t >= s->next[i])
          s->next[i] = d->next_break (d->ctx, i, t);
      }
}

/* z += a y: a plain loop of known length over arrays that do not overlap, which the compiler puts in lanes */
static void
add_scaled (double *restrict z, const double *restrict y, double a)
{
  for (int i = 0; i < BLOCK; ++i)
    z[i] += a * y[i];
}

/* z = P y + Q b for all of a block */
static void
advance_alike (const exact *s, size_t first, size_t m)
{
  int ns = s->b.ns;
  const double *P = s->prop[0].P;

  for (int k = 0; k < ns; ++k)
    {
      double *z = s->z + (size_t) k * BLOCK;

      if (s->shared)
        for (int i = 0; i < BLOCK; ++i)
          z[i] = s->qb[k];
      else
        {
          memcpy (z, s->qb + (size_t) k * s->b.n + first, m * sizeof *z);
          memset (z + m, 0, (BLOCK - m) * sizeof *z);
        }
      for (int j = 0; j < ns; ++j)
        if (P[j * ns + k] != 0)
          add_scaled (z, s->y + (size_t) j * BLOCK, P[j * ns + k]);
    }
}

/* the same for neuron i, which is the c-th of its block */
static void
advance_one (const exact *s, size_t i, size_t c, bool hold)
{
  int ns = s->b.ns;
  size_t step = s->shared ? 1 : s->b.n, at = s->shared ? 0 : i;
  const propagator *p = &s->prop[s->prop_of[i]];
  const double *P = hold ? p->P_held : p->P;

  for (int k = 0; k < ns; ++k)
    {
      double z = hold ? 0 : s->qb[(size_t) k * step + at];

      if (hold)
        for (int j = 0; j < ns; ++j)
          if (!s->b.held[j])
            z += p->Q_held[j * ns + k] * s->bv[(size_t) j * step + at];
      for (int j = 0; j < ns; ++j)
        if (P[j * ns + k] != 0)
          z += P[j * ns + k] * s->y[(size_t) j * BLOCK + c];
      s->z[(size_t) k * BLOCK + c] = z;
    }
}

static void
advance_block (exact *s, size_t first, size_t m, double t)
{
  const double *refr = s->b.cells->refr_until;
  double *swap = s->y;

  affine_update (s, first, m, t);
  if (s->nprop == 1)
    advance_alike (s, first, m);
  for (size_t c = 0; c < m; ++c)
    {
      bool hold = s->b.any_held && t < refr[first + c];

      if (hold || s->nprop > 1)
        advance_one (s, first + c, c, hold);
    }
  s->y = s->z;
  s->z = swap;
}

/* ---- what happens at a tick ------------------------------------------------------------------ */

static inline void
take (const exact *s, size_t c, double *y)
{
  for (int k = 0; k < s->b.ns; ++k)
    y[k] = s->y[(size_t) k * BLOCK + c];
}

static inline void
put (exact *s, size_t c, const double *y)
{
  for (int k = 0; k < s->b.ns; ++k)
    s->y[(size_t) k * BLOCK + c] = y[k];
}

static ictus_err
tick_one (exact *s, size_t i, size_t c, const ictus__station *st, const ictus_window *w, ictus_spikes *out)
{
  ictus__bank *b = &s->b;
  const double *u = ictus__bank_input (b, i, st->t_ms);
  double *y = b->y;
  bool fired;

  take (s, c, y);
  ICTUS_TRY (ictus__bank_look (b, i, st->t_ms, st->tick, y, u, &b->cells->armed[i], out, &fired));
  if (st->slot != NULL && ictus__bank_slot (b, i, st->t_ms, st->slot, y))
    ICTUS_TRY (ictus__bank_look (b, i, st->t_ms, st->tick, y, u, &b->cells->armed[i], out, NULL));
  put (s, c, y);
  if (st->sample >= 0)
    w->sample (w->sample_ctx, i, st->sample, y, u);
  return ICTUS_OK;
}

/* Does anything arrive at, fire in or look at the c-th neuron? Most of the time nothing does. */
static inline bool
quiet (exact *s, size_t i, size_t c, const ictus__station *st, bool input)
{
  ictus__bank *b = &s->b;
  double *y = b->y, g = -1;

  if (st->sample >= 0 || (st->slot != NULL && !ictus__slot_empty (b, st->slot, i)))
    return false;
  if (b->k->fire != NULL)
    {
      take (s, c, y);
      g = b->k->fire (st->t_ms, y, ictus__bank_p (b, i), input ? ictus__bank_input (b, i, st->t_ms) : b->u0);
    }
  if (g < 0)
    b->cells->armed[i] = 1;
  return g < 0 || !b->cells->armed[i];
}

static ictus_err
tick_block (exact *s, size_t first, size_t m, const ictus__station *st, const ictus_window *w,
            ictus_spikes *out)
{
  bool input = s->b.cells->drive != NULL && s->b.nu > 0;

  advance_block (s, first, m, ictus_tick_ms (st->tick - 1, s->b.h_ms));
  for (size_t c = 0; c < m; ++c)
    if (!quiet (s, first + c, c, st, input))
      ICTUS_TRY (tick_one (s, first + c, c, st, w, out));
  return ICTUS_OK;
}

static ictus_err
exact_block (exact *s, size_t first, size_t m, const ictus_window *w, ictus_spikes *out)
{
  ictus__bank *b = &s->b;
  double *Y = b->cells->y;
  int bad;

  for (int k = 0; k < b->ns; ++k)
    {
      memset (s->y + (size_t) k * BLOCK, 0, BLOCK * sizeof *s->y);
      memcpy (s->y + (size_t) k * BLOCK, Y + (size_t) k * b->n + first, m * sizeof *s->y);
    }
  for (size_t j = 0; j < s->st.n; ++j)
    ICTUS_TRY (tick_block (s, first, m, &s->st.s[j], w, out));
  for (int k = 0; k < b->ns; ++k)
    memcpy (Y + (size_t) k * b->n + first, s->y + (size_t) k * BLOCK, m * sizeof *s->y);
  s->stats.steps += s->st.n * m;
  for (size_t c = 0; c < m; ++c)
    {
      take (s, c, b->y);
      if ((bad = ictus__bank_bad (b, b->y)) >= 0)
        return ICTUS_FAIL (ICTUS_E_SOLVER, "neuron %llu at %.10g ms: state %s is not finite",
                           ictus__bank_id (b, first + c), w->t1_ms, ictus__bank_state (b, bad));
    }
  return ICTUS_OK;
}

static ictus_err
exact_window (void *self, const ictus_window *w, ictus_spikes *out)
{
  exact *s = self;

  ICTUS_TRY (ictus__stations_fill (&s->st, w, true));
  for (size_t first = 0; first < s->b.n; first += BLOCK)
    ICTUS_TRY (exact_block (s, first, s->b.n - first < BLOCK ? s->b.n - first : BLOCK, w, out));
  return ICTUS_OK;
}

/* ---- life ------------------------------------------------------------------------------------ */

static void
exact_destroy (void *self)
{
  exact *s = self;

  for (size_t k = 0; k < s->nprop; ++k)
    prop_clear (&s->prop[k]);
  ictus_free (s->prop);
  ictus_free (s->table);
  ictus_free (s->prop_of);
  ictus_free (s->bv);
  ictus_free (s->qb);
  ictus_free (s->next);
  ictus_free (s->y);
  ictus_free (s->z);
  ictus_free (s->v);
  ictus_free (s->f);
  ictus_free (s->st.s);
  ictus__bank_clear (&s->b);
  ictus_free (s);
}

static ictus_err
exact_create (const ictus_solver_config *cfg, const ictus_cells *cells, void **self)
{
  exact *s = ictus_alloc (1, sizeof *s);
  size_t ns = (size_t) cells->model->kernel->nstate, columns;

  if (s == NULL)
    return ICTUS_E_NOMEM;
  *self = s;
  ICTUS_TRY (ictus__bank_init (&s->b, cfg, cells));
  s->varies = cells->drive != NULL && cells->drive->varies; /* a linear model does not depend on the time */
  s->shared = cells->p_stride == 0 && cells->drive == NULL;
  columns = s->shared ? 1 : cells->n;
  for (s->nbucket = 16; s->nbucket < 4 * (cells->n + 1);)
    s->nbucket *= 2; /* twice the most matrices that there can be */
  s->table = ictus_alloc (s->nbucket, sizeof *s->table);
  s->prop_of = ictus_alloc (cells->n, sizeof *s->prop_of);
  s->bv = ictus_alloc (ns * columns, sizeof *s->bv);
  s->qb = ictus_alloc (ns * columns, sizeof *s->qb);
  s->next = ictus_alloc (cells->n, sizeof *s->next);
  s->y = ictus_alloc (ns * BLOCK, sizeof *s->y);
  s->z = ictus_alloc (ns * BLOCK, sizeof *s->z);
  s->v = ictus_alloc (ns, sizeof *s->v);
  s->f = ictus_alloc (ns, sizeof *s->f);
  return s->table == NULL || s->prop_of == NULL || s->bv == NULL || s->qb == NULL || s->next == NULL
                 || s->y == NULL || s->z == NULL || s->v == NULL || s->f == NULL
             ? ICTUS_E_NOMEM
             : ICTUS_OK;
}

static void
exact_stats (const void *self, ictus_solver_stats *out)
{
  const exact *s = self;

  *out = s->stats;
}

static const char *
refuse_exact (const ictus_model *m, const ictus_solver_config *c, char *buf)
{
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
