/* SPDX-License-Identifier: BSD-3-Clause */
/* Jumps against a diagram. A branch is cut into stretches that are stable. The state before a jump lies on one of them, near what was
   seen there; what it is lost by is the end of that stretch in the direction of the ramp. */
#include "chaos_ramp.h"

#include <math.h>
#include <string.h>

typedef struct stretch /* rows [first, last] of a branch, stable */
{
  size_t branch, first, last;
} stretch;

typedef struct map
{
  const ictus_ramp_options *o;
  const ictus_ramp *r;
  const ictus_dyn_diagram *d;
  ictus__dyn *s;
  double *aux;  /* [naux] scratch */
  int unknown;  /* what is watched; -1: an aux quantity */
  stretch *list;
  size_t n, cap;
} map;

/* ---- stretches ------------------------------------------------------------------------------------------------------ */

static const ictus_dyn_special *
special_at (const ictus_dyn_branch *b, size_t row)
{
  const ictus_dyn_special *best = NULL;

  for (size_t k = 0; k < b->nspecial; ++k)
    {
      const ictus_dyn_special *x = &b->special[k];
      size_t off = x->at > row ? x->at - row : row - x->at;

      if (x->type != ICTUS_DYN_ZERO && off <= 1 && (best == NULL || off < (best->at > row ? best->at - row : row - best->at)))
        best = x;
    }
  return best;
}

static bool
is_turn (const ictus_dyn_branch *b, size_t row)
{
  for (size_t k = 0; k < b->nspecial; ++k)
    if (b->special[k].at == row && b->special[k].type > ICTUS_DYN_END && b->special[k].type != ICTUS_DYN_ZERO)
      return true;
  return false;
}

/* Between rows k and k + 1; at a bifurcation stability is that of neither side. */
static bool
stable_behind (const ictus_dyn_branch *b, size_t k)
{
  return b->unstable[is_turn (b, k + 1) && !is_turn (b, k) ? k : k + 1] == 0;
}

static ictus_err
cut (map *m, size_t branch)
{
  const ictus_dyn_branch *b = &m->d->branch[branch];

  for (size_t i = 0, k; i + 1 < b->npoint; i = k)
    {
      bool stable = stable_behind (b, i);

      for (k = i + 1; k + 1 < b->npoint && stable_behind (b, k) == stable; ++k)
        ;
      if (!stable)
        continue;
      ICTUS_TRY (ictus_grow (&m->list, &m->cap, m->n + 1, sizeof *m->list));
      m->list[m->n++] = (stretch) { .branch = branch, .first = i, .last = k };
    }
  return ICTUS_OK;
}

/* What is watched, in a row. */
static void
value (map *m, const ictus_dyn_branch *b, size_t row, double *low, double *high)
{
  size_t at = row * (size_t) b->n + (size_t) m->unknown;
  int aux = m->o->watch - m->s->k->nstate;

  if (m->unknown >= 0)
    {
      *low = b->low != NULL ? b->low[at] : b->x[at];
      *high = b->high != NULL ? b->high[at] : b->x[at];
    }
  else if (b->kind == ICTUS_DYN_CYCLES)
    {
      *low = b->aux_low != NULL ? b->aux_low[row * (size_t) b->naux + (size_t) aux] : NAN;
      *high = b->aux_high != NULL ? b->aux_high[row * (size_t) b->naux + (size_t) aux] : NAN;
    }
  else
    {
      ictus__dyn_set (m->s, m->o->par, b->par[row]);
      ictus__dyn_aux (m->s, b->x + row * (size_t) b->n, m->aux);
      *low = *high = m->aux[aux];
    }
}

/* At a parameter within the stretch, or its end that is next to it. */
static void
value_at (map *m, const stretch *t, double par, double *low, double *high)
{
  const ictus_dyn_branch *b = &m->d->branch[t->branch];
  double l[2], h[2], share, far;
  size_t k = t->first;

  while (k + 1 < t->last && (b->par[k] - par) * (b->par[k + 1] - par) > 0)
    ++k;
  if ((b->par[k] - par) * (b->par[k + 1] - par) > 0) /* outside */
    {
      k = fabs (b->par[t->first] - par) < fabs (b->par[t->last] - par) ? t->first : t->last;
      value (m, b, k, low, high);
      return;
    }
  far = b->par[k + 1] - b->par[k];
  share = far > 0 || far < 0 ? (par - b->par[k]) / far : 0;
  value (m, b, k, &l[0], &h[0]);
  value (m, b, k + 1, &l[1], &h[1]);
  *low = l[0] + share * (l[1] - l[0]);
  *high = h[0] + share * (h[1] - h[0]);
}

/* ---- how a stretch ends ------------------------------------------------------------------------------------------------ */

static void
name_special (const ictus_dyn_special *x, ictus_ramp_cause *out)
{
  out->found = true;
  out->type = x->type;
  out->par = x->par[0];
  snprintf (out->label, sizeof out->label, "%s%d", ictus_dyn_type_label (x->type), x->number);
  snprintf (out->what, sizeof out->what, "%s%s", ictus_dyn_type_name (x->type),
            x->type != ICTUS_DYN_HOPF || isnan (x->coefficient) ? "" : x->coefficient < 0 ? ", supercritical" : ", subcritical");
}

/* The Hopf point at which a branch of cycles ends. */
static bool
hopf_near (const map *m, double par, ictus_ramp_cause *out)
{
  double most = 1e-6 * fmax (fabs (par), m->o->hi - m->o->lo);

  for (size_t b = 0; b < m->d->nbranch; ++b)
    for (size_t k = 0; k < m->d->branch[b].nspecial; ++k)
      {
        const ictus_dyn_special *x = &m->d->branch[b].special[k];

        if (x->type == ICTUS_DYN_HOPF && fabs (x->par[0] - par) <= most)
          {
            name_special (x, out);
            return true;
          }
      }
  return false;
}

/* A branch of the start has two halves. */
static bool
other_half (const map *m, const stretch *t, stretch *out)
{
  const ictus_dyn_branch *b = &m->d->branch[t->branch];

  for (size_t k = 0; k < m->n; ++k)
    {
      const ictus_dyn_branch *x = &m->d->branch[m->list[k].branch];
      double far = fabs (x->par[0] - b->par[0]) / (m->o->hi - m->o->lo);

      if (x == b || m->list[k].first != 0 || x->kind != b->kind || x->from_branch != b->from_branch
          || x->from_special != b->from_special || x->direction == b->direction)
        continue;
      for (int i = 0; i < b->n; ++i)
        far = fmax (far, fabs (x->x[i] - b->x[i]) / m->s->scale[i]);
      if (far < 1e-6)
        {
          *out = m->list[k];
          return true;
        }
    }
  return false;
}

static const ictus_dyn_special *
near_end (const map *m, const ictus_dyn_branch *b, double par)
{
  const ictus_dyn_special *x = &b->special[b->nspecial - 1];

  return x->type == ICTUS_DYN_END && fabs (x->par[0] - par) < 0.01 * (m->o->hi - m->o->lo) ? x : NULL;
}

/* The end that a ramp in direction way (1, -1) comes to; false: it stays stable as far as it was followed. */
static bool
end_of (const map *m, stretch t, int way, ictus_ramp_cause *out, double *par)
{
  for (int half = 0; half < 2; ++half)
    {
      const ictus_dyn_branch *b = &m->d->branch[t.branch];
      size_t row = way * (b->par[t.last] - b->par[t.first]) >= 0 ? t.last : t.first;
      const ictus_dyn_special *x = special_at (b, row);

      *out = (ictus_ramp_cause) { .par = NAN, .delay = NAN };
      *par = b->par[row];
      if (x == NULL && b->kind == ICTUS_DYN_CYCLES && b->nspecial > 0) /* multipliers of very long cycles are noise */
        x = near_end (m, b, b->par[row]);
      if (x == NULL)
        return false;
      if (x->type == ICTUS_DYN_START)
        {
          if (b->from_branch >= 0)
            {
              name_special (&m->d->branch[b->from_branch].special[b->from_special], out);
              return true;
            }
          if (half == 0 && other_half (m, &t, &t))
            continue;
          return false;
        }
      if (x->type != ICTUS_DYN_END)
        {
          name_special (x, out);
          return true;
        }
      if (strstr (x->note, "grows without bound") != NULL)
        {
          *out = (ictus_ramp_cause) { .found = true, .type = ICTUS_DYN_END, .par = x->par[0] };
          snprintf (out->what, sizeof out->what, "%s", strstr (x->note, "homoclinic") != NULL ? "homoclinic orbit"
                    : strstr (x->note, "invariant circle") != NULL ? "saddle-node on an invariant circle" : "cycle of infinite period");
          return true;
        }
      return b->kind == ICTUS_DYN_CYCLES && hopf_near (m, x->par[0], out);
    }
  return false;
}

/* ---- the stretch before a jump ---------------------------------------------------------------------------------------------- */

/* Least and largest value that a course has in pieces about par. */
static bool
seen (const ictus_ramp_side *s, const ictus_ramp_run *run, double par, int before, double *low, double *high)
{
  int at = (int) floor ((par - s->from) / (s->to - s->from) * ICTUS_RAMP_POINTS), first;

  at = at < 0 ? 0 : at >= ICTUS_RAMP_POINTS ? ICTUS_RAMP_POINTS - 1 : at;
  first = at > before ? at - before : 0;
  *low = INFINITY;
  *high = -INFINITY;
  for (int k = first; k <= at; ++k)
    {
      *low = fmin (*low, run->low[k]);
      *high = fmax (*high, run->high[k]);
    }
  return isfinite (*low) && isfinite (*high);
}

/* How far stretch t is from what was seen before jump at; infinity: it is out of the question. */
static double
mismatch (map *m, const stretch *t, int way, const ictus_ramp_side *s, const ictus_ramp_run *run, double at, double since, double lost)
{
  const ictus_dyn_branch *b = &m->d->branch[t->branch];
  double wide = (m->o->hi - m->o->lo) / 50, q, low, high, l, h, begin;
  bool cycle = b->kind == ICTUS_DYN_CYCLES;

  begin = way > 0 ? fmin (b->par[t->first], b->par[t->last]) : fmax (b->par[t->first], b->par[t->last]);
  if (way * (begin - at) > 0 || way * (lost - since) < -wide)
    return INFINITY;
  q = at - way * wide;
  q = way * (lost - q) < 0 ? lost : q;
  q = way * (q - since) < 0 ? since : q;
  if (!seen (s, run, q, cycle ? 24 : 0, &low, &high))
    return INFINITY;
  value_at (m, t, q, &l, &h);
  return 0.5 * (fabs (l - low) + fabs (h - high)) / m->r->range;
}

/* Of one kind, equilibria or cycles, the best; how good. What was passed long ago fits as well as what was left at last. */
static double
search (map *m, ictus_dyn_kind kind, int way, const ictus_ramp_side *s, const ictus_ramp_run *run, double at, double since,
        ictus_ramp_cause *out)
{
  double best = INFINITY, least = INFINITY;

  for (size_t k = 0; k < m->n; ++k)
    {
      ictus_ramp_cause c;
      double lost, far, cost;

      if (m->d->branch[m->list[k].branch].kind != kind)
        continue;
      end_of (m, m->list[k], way, &c, &lost);
      far = mismatch (m, &m->list[k], way, s, run, at, since, lost);
      cost = far + 0.2 * fmax (0, way * (at - lost)) / (m->o->hi - m->o->lo);
      if (cost < least)
        {
          least = cost;
          best = far;
          *out = c;
        }
    }
  return best;
}

/* A cycle that gives way to another one, which goes on oscillating. */
static bool
goes_on (ictus_dyn_type t)
{
  return t == ICTUS_DYN_DOUBLING || t == ICTUS_DYN_TORUS || t == ICTUS_DYN_CYCLE_BRANCH;
}

static void
explain (map *m, int side, const ictus_ramp_run *run, int jump, ictus_ramp_cause *out)
{
  const ictus_ramp_side *s = &m->r->side[side];
  int way = side == 0 ? 1 : -1;
  const ictus_ramp_jump *j = &run->jump[jump];
  double since = jump > 0 ? run->jump[jump - 1].par : s->from, good = INFINITY;

  *out = (ictus_ramp_cause) { .par = NAN, .delay = NAN };
  if (j->kind != ICTUS_RAMP_OFFSET)
    good = search (m, ICTUS_DYN_EQUILIBRIA, way, s, run, j->par, since, out);
  if (!(good < 0.1)) /* it oscillates; a little, before it does so by much */
    good = search (m, ICTUS_DYN_CYCLES, way, s, run, j->par, since, out);
  if (!(good < 0.25) || (j->kind == ICTUS_RAMP_OFFSET && goes_on (out->type)))
    *out = (ictus_ramp_cause) { .par = NAN, .delay = NAN };
  if (out->found)
    out->delay = way * (j->par - out->par);
}

/* ---- the whole -------------------------------------------------------------------------------------------------------------- */

static int
unknown_of (const ictus__dyn *s, int watch)
{
  for (int i = 0; i < s->n; ++i)
    if (s->state[i] == watch)
      return i;
  return -1;
}

ictus_err
ictus_ramp_explain (const ictus_dyn_values *v, const ictus_ramp_options *o, const ictus_ramp *r, const ictus_dyn_diagram *d,
                    int side, const ictus_ramp_run *run, ictus_ramp_cause out[ICTUS_RAMP_JUMPS])
{
  map m = { .o = o, .r = r, .d = d };
  ictus_err e;

  for (int k = 0; k < ICTUS_RAMP_JUMPS; ++k)
    out[k] = (ictus_ramp_cause) { .par = NAN, .delay = NAN };
  ICTUS_TRY (ictus__dyn_open (v, &m.s));
  m.unknown = unknown_of (m.s, o->watch);
  m.aux = ictus_alloc ((size_t) m.s->k->naux, sizeof *m.aux);
  ICTUS_GO (m.aux == NULL ? ICTUS_E_NOMEM : ICTUS_OK);
  if ((m.unknown < 0 && o->watch < m.s->k->nstate) || !(r->range > 0))
    goto done;
  for (size_t b = 0; b < d->nbranch; ++b)
    if (d->branch[b].kind == ICTUS_DYN_EQUILIBRIA || d->branch[b].kind == ICTUS_DYN_CYCLES)
      ICTUS_GO (cut (&m, b));
  for (int k = 0; k < run->njump; ++k)
    explain (&m, side, run, k, &out[k]);
done:
  ictus__dyn_close (&m.s);
  ictus_free (m.aux);
  ictus_free (m.list);
  return e;
}
