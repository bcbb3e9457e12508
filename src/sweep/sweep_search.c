/* SPDX-License-Identifier: BSD-3-Clause */
/* Threshold search, all lines, and the source of its runs. Lines are searched in groups of up to eight
   neighbours along the last of the other axes: the middle one by bisection, its outermost ones starting from
   where that one was crossed, the others from between two that are known. So the boundary is followed, at two
     to three points a line where it is smooth. Groups do not know of one another and are never divided
   between parts; what a line needs is a function of the outcomes of its own group. Hence the runs that are
   made, and all that is found, are the same on any number of teams, after any number of restarts, and whether
   parts are merged or not. */
#include <math.h>

#include "sweep/sweep_design.h"

enum { GROUP = 8 }; /* lines, at most */
#define NO_LINE ((size_t) -1)

static bool
is_crossed (const ictus__line *l)
{
  return l->crossing == ICTUS__CROSSING_RISING || l->crossing == ICTUS__CROSSING_FALLING;
}

/* ---- groups ---- */

/* Line `line` is number *k of the *n lines from *first on. */
static void
group_of (const ictus__search *s, size_t line, size_t *first, size_t *n, size_t *k)
{
  size_t ngroup = (s->across + GROUP - 1) / GROUP, row = line / s->across * s->across, i = line - row,
         g = i * ngroup / s->across;

  while ((g + 1) * s->across / ngroup <= i)
    ++g;
  *first = row + g * s->across / ngroup;
  *n = (g + 1) * s->across / ngroup - g * s->across / ngroup;
  *k = line - *first;
}

/* The lines of the group that a line starts from; NO_LINE: none. */
static void
parents (size_t n, size_t k, size_t *one, size_t *two)
{
  size_t root = n / 2, lo, hi;

  *one = *two = NO_LINE;
  if (k == root)
    return;
  *one = root;
  if (k == 0 || k == n - 1)
    return;
  lo = k < root ? 0 : root;
  hi = k < root ? root : n - 1;
  for (;;)
    {
      size_t middle = lo + (hi - lo) / 2;

      if (k == middle)
        break;
      if (k < middle)
        hi = middle;
      else
        lo = middle;
    }
  *one = lo;
  *two = hi;
}

/* Where to start, from the parents that are crossed; false: nowhere. */
static bool
make_guess (const ictus__search *s, size_t first, size_t k, const size_t *parent, const ictus__line *line,
            double *guess, bool *rises)
{
  const ictus_exp_axis *a = &s->exp->axis[s->exp->threshold.axis];
  double weight = 0, sum = 0;
  bool any = false;

  for (int i = 0; i < 2; ++i)
    {
      const ictus__line *l = parent[i] != NO_LINE ? &line[first + parent[i]] : NULL;
      double far;

      if (l == NULL || !is_crossed (l))
        continue;
      if (!any)
        *rises = (l->crossing == ICTUS__CROSSING_RISING) == (a->value[1] > a->value[0]);
      any = true;
      far = fabs ((double) k - (double) parent[i]);
      sum += ((double) l->lower + ictus__search_part (s, first + parent[i], l->lower)) / far;
      weight += 1 / far;
    }
  if (any)
    *guess = sum / weight;
  return any;
}

/* What the table says of a line; its parents in `line` were looked at before. */
static void
look_at_line (const ictus__search *s, size_t at, ictus__line *line, ictus__probe *p)
{
  size_t first, n, k, parent[2];
  double guess = 0;
  bool rises = true, any;

  *p = (ictus__probe){ .s = s, .line = at };
  line[at] = (ictus__line){ .at = (double) NAN, .from = (double) NAN, .to = (double) NAN };
  group_of (s, at, &first, &n, &k);
  parents (n, k, &parent[0], &parent[1]);
  for (int i = 0; i < 2; ++i)
    if (parent[i] != NO_LINE && line[first + parent[i]].crossing == ICTUS__CROSSING_TODO)
      return;
  any = make_guess (s, first, k, parent, line, &guess, &rises);
  ictus__search_line (s, at, any ? &guess : NULL, rises, &line[at], p);
}

/* The lines of a group, parents first: the root, the outermost, then by halves. */
static void
order_of (size_t n, size_t *order)
{
  bool in[GROUP] = { false };
  size_t m = 0;

  while (m < n)
    for (size_t k = 0; k < n; ++k)
      {
        size_t one, two;

        parents (n, k, &one, &two);
        if (!in[k] && (one == NO_LINE || in[one]) && (two == NO_LINE || in[two]))
          {
            in[k] = true;
            order[m++] = k;
          }
      }
}

ictus_err
ictus__threshold_lines (const ictus_experiment *exp, const ictus__table *t, ictus__line **line, size_t *nline)
{
  ictus__search s = ictus__search_begin (exp, t, NULL);
  size_t order[GROUP], n, k;

  *nline = s.nline;
  if ((*line = ictus_alloc (s.nline, sizeof **line)) == NULL)
    return ICTUS_E_NOMEM;
  for (size_t first = 0; first < s.nline; first += n)
    {
      group_of (&s, first, &first, &n, &k);
      order_of (n, order);
      for (size_t i = 0; i < n; ++i)
        {
          ictus__probe p;

          look_at_line (&s, first + order[i], *line, &p);
        }
    }
  return ICTUS_OK;
}

/* ---- the source ---- */

typedef struct source
{
  ictus__source head; /* first */
  ictus__search s;
  ictus__line *line;  /* [nline] */
  uint8_t *again;     /* [nrun] */
  uint8_t *given;     /* [nrun] in the queue or out of it */
  size_t *queue;      /* [capacity] runs to give out, from `at` to `end` */
  size_t at, end, capacity;
  size_t nout;        /* given out, without outcome */
  size_t open;        /* lines of this part that are not searched to the end */
} source;

/* Whether the group that begins with line `first` belongs to this part. */
static bool
is_mine (const source *q, size_t first)
{
  size_t ngroup = (q->s.across + GROUP - 1) / GROUP, i = first % q->s.across;
  size_t g = (i * ngroup + q->s.across - 1)
             / q->s.across; /* the group begins at g * across / ngroup, rounded down */

  return (first / q->s.across * ngroup + g) % q->head.opt.nparts == q->head.opt.part;
}

static ictus_err
want (source *q, const ictus__probe *p)
{
  size_t r = (size_t) q->s.exp->nrepeat;

  for (int w = 0; w < p->nwant; ++w)
    {
      size_t first = ictus__search_point (p->s, p->line, p->want[w]) * r;

      for (size_t run = first; run < first + r; ++run)
        if (!q->given[run] && (q->s.table->status[run] == ICTUS__TODO || q->again[run]))
          {
            ICTUS_TRY (ictus_grow (&q->queue, &q->capacity, q->end + 1, sizeof *q->queue));
            q->queue[q->end++] = run;
            q->given[run] = 1;
          }
    }
  return ICTUS_OK;
}

static ictus_err
look_at_group (source *q, size_t first, size_t n)
{
  size_t order[GROUP];

  order_of (n, order);
  for (size_t i = 0; i < n; ++i)
    {
      ictus__probe p;

      q->open -= q->line[first + order[i]].crossing == ICTUS__CROSSING_TODO;
      look_at_line (&q->s, first + order[i], q->line, &p);
      q->open += q->line[first + order[i]].crossing == ICTUS__CROSSING_TODO;
      ICTUS_TRY (want (q, &p));
    }
  return ICTUS_OK;
}

static int64_t
next_run (ictus__source *head)
{
  source *q = (source *) head;

  if (q->at < q->end)
    {
      q->nout += 1;
      return (int64_t) q->queue[q->at++];
    }
  return q->nout > 0 ? ICTUS__NONE_NOW : ICTUS__NONE_LEFT;
}

static ictus_err
take (ictus__source *head, size_t run, ictus__status status, const double *value)
{
  source *q = (source *) head;
  size_t line = ictus__line_of (q->s.exp, run / (size_t) q->s.exp->nrepeat), first, n, k;

  (void) status; /* both are in the table */
  (void) value;
  if (q->nout > 0)
    q->nout -= 1;
  q->again[run] = 0;
  group_of (&q->s, line, &first, &n, &k);
  return look_at_group (q, first, n);
}

static size_t
left (const ictus__source *head)
{
  const source *q = (const source *) head;
  size_t count = q->nout + (q->end - q->at);
  size_t about = 2 * q->open * (size_t) q->s.exp->nrepeat; /* a line that follows its neighbours needs two points */

  return count > about ? count : about;
}

static void
destroy (ictus__source *head)
{
  source *q = (source *) head;

  ictus_free (q->line);
  ictus_free (q->again);
  ictus_free (q->given);
  ictus_free (q->queue);
  ictus_free (q);
}

static const ictus__source_ops ops = { next_run, take, left, destroy };

ictus_err
ictus__threshold_source (const ictus__source_options *opt, ictus__source **out)
{
  source *q = ictus_alloc (1, sizeof *q);
  size_t nrun = opt->table->npoint, n, k;
  ictus_err e = ICTUS_E_NOMEM;

  *out = NULL;
  if (q == NULL)
    return e;
  q->head.ops = &ops;
  q->head.opt = *opt;
  q->again = ictus_alloc (nrun, 1);
  q->given = ictus_alloc (nrun, 1);
  q->s = ictus__search_begin (opt->exp, opt->table, q->again);
  q->line = ictus_alloc (q->s.nline, sizeof *q->line);
  if (q->again == NULL || q->given == NULL || q->line == NULL)
    goto done;
  for (size_t run = 0; run < nrun; ++run)
    q->again[run] = opt->retry_failed && opt->table->status[run] == ICTUS__FAILED;
  for (size_t first = 0; first < q->s.nline; first += n)
    {
      group_of (&q->s, first, &first, &n, &k);
      if (!is_mine (q, first))
        continue;
      q->open += n;
      ICTUS_GO (look_at_group (q, first, n));
    }
  *out = &q->head;
  q = NULL;
  e = ICTUS_OK;
done:
  if (q != NULL)
    destroy (&q->head);
  return e;
}
