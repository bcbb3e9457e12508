/* SPDX-License-Identifier: BSD-3-Clause */
/* Where the solution of a delay equation is not smooth: a jump (the start, an event) comes back after each delay, each time one
   order smoother. Adaptive methods begin anew there, up to the order beyond which they do not notice. */
#include "path_run.h"

#include <math.h>
#include <string.h>

enum
{
  DEEPEST = 5, /* delays after a jump: as many as a method of order 5 notices */
  MOST = 2000  /* times of one jump; with many delays fewer orders are followed */
};

static double
slack (const ictus__run *r, double t)
{
  return 1e-12 * fmax (fabs (t), r->c->dt);
}

static ictus_err
insert (ictus__run *r, double t, int level)
{
  ictus__breaks *b = &r->breaks;
  size_t at = b->n;

  while (at > 0 && r->sys.dir * (t - b->t[at - 1]) < slack (r, t))
    {
      --at;
      if (fabs (t - b->t[at]) < slack (r, t))
        {
          b->level[at] = level < b->level[at] ? level : b->level[at];
          return ICTUS_OK;
        }
    }
  ICTUS_TRY (ictus_grow (&b->t, &b->cap_t, b->n + 1, sizeof *b->t));
  ICTUS_TRY (ictus_grow (&b->level, &b->cap_level, b->n + 1, sizeof *b->level));
  memmove (b->t + at + 1, b->t + at, (b->n - at) * sizeof *b->t);
  memmove (b->level + at + 1, b->level + at, (b->n - at) * sizeof *b->level);
  b->t[at] = t;
  b->level[at] = level;
  ++b->n;
  return ICTUS_OK;
}

/* One delay after a break at r->t. */
static ictus_err
echo (ictus__run *r, int level)
{
  const ictus_kernel *k = r->k;

  if (level > r->breaks.deepest)
    return ICTUS_OK;
  k->delay (r->t, r->y, r->sys.p, r->sys.u, r->sys.tau);
  for (int i = 0; i < k->ndelay; ++i)
    if (k->delay_fixed[i] && r->sys.tau[i] > 0)
      ICTUS_TRY (insert (r, r->t + r->sys.dir * r->sys.tau[i], level));
  return ICTUS_OK;
}

ictus_err
ictus__breaks_jump (ictus__run *r)
{
  const ictus_kernel *k = r->k;
  double times = 1;
  int n = 0;

  if (k->ndelay == 0)
    return ICTUS_OK;
  if (r->breaks.deepest == 0) /* once */
    {
      for (int i = 0; i < k->ndelay; ++i)
        n += k->delay_fixed[i];
      while (r->breaks.deepest < DEEPEST && (times *= n) <= MOST)
        ++r->breaks.deepest;
      r->breaks.deepest = r->breaks.deepest > 0 ? r->breaks.deepest : 1;
    }
  return echo (r, 1);
}

double
ictus__breaks_next (const ictus__run *r)
{
  return r->breaks.n > 0 ? r->breaks.t[0] : r->sys.dir * INFINITY;
}

ictus_err
ictus__breaks_pass (ictus__run *r, bool *any)
{
  ictus__breaks *b = &r->breaks;

  *any = false;
  while (b->n > 0 && r->sys.dir * (r->t - b->t[0]) > -slack (r, r->t))
    {
      int level = b->level[0];

      *any = true;
      --b->n;
      memmove (b->t, b->t + 1, b->n * sizeof *b->t);
      memmove (b->level, b->level + 1, b->n * sizeof *b->level);
      ICTUS_TRY (echo (r, level + 1));
    }
  return ICTUS_OK;
}
