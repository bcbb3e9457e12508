/* SPDX-License-Identifier: BSD-3-Clause */
/* Connections from a text file: "source target [weight [delay]]" a line, "#" begins a comment. */
#include "net_impl.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct place /* a line that is being read */
{
  const ictus__wires *w;
  const char *begin, *at;
  int line;
} place;

static size_t
word_length (const char *s)
{
  return strcspn (s, " \t\r\n,;#");
}

static ictus_err
fail (const place *p, const char *expected)
{
  size_t n = word_length (p->at);
  int col = (int) (p->at - p->begin) + 1;

  if (n == 0)
    return ictus_err_at (ICTUS_E_INPUT, p->w->list_path, p->w->list, p->line, col, 1, "%s is missing",
                         expected);
  return ictus_err_at (ICTUS_E_INPUT, p->w->list_path, p->w->list, p->line, col, (int) n,
                       "\"%.*s\": expected %s", n > 60 ? 60 : (int) n, p->at, expected);
}

static void
skip_space (place *p)
{
  p->at += strspn (p->at, " \t\r,;");
}

static ictus_err
read_index (place *p, const ictus_population *pop, const char *what, uint64_t *out)
{
  char expected[200], *end;
  unsigned long long x;

  snprintf (expected, sizeof expected, "the index of a %s neuron, 0 to %zu (population %.60s)", what,
            pop->size - 1, pop->name);
  skip_space (p);
  errno = 0;
  x = strtoull (p->at, &end, 10);
  if (end == p->at || p->at[0] == '-' || p->at[0] == '+' || errno != 0
      || (size_t) (end - p->at) != word_length (p->at) || x >= pop->size)
    return fail (p, expected);
  p->at = end;
  *out = x;
  return ICTUS_OK;
}

/* A column that may be missing: then *out stays as it is. */
static ictus_err
read_number (place *p, bool positive, const char *expected, double *out)
{
  char *end;
  double x;

  skip_space (p);
  if (word_length (p->at) == 0)
    return ICTUS_OK;
  x = strtod (p->at, &end);
  if (end == p->at || (size_t) (end - p->at) != word_length (p->at) || !isfinite (x)
      || (positive && !(x > 0)))
    return fail (p, expected);
  p->at = end;
  *out = x;
  return ICTUS_OK;
}

static ictus_err
read_line (const ictus_net *net, place *p, ictus__synapse *s, uint64_t *target)
{
  ICTUS_TRY (read_index (p, &net->pop[p->w->source], "source", &s->source));
  ICTUS_TRY (read_index (p, &net->pop[p->w->target], "target", target));
  s->weight = s->delay = NAN;
  ICTUS_TRY (read_number (p, false, "a weight: a number in the unit of the port", &s->weight));
  ICTUS_TRY (read_number (p, true, "a delay: a positive number of ms", &s->delay));
  skip_space (p);
  if (word_length (p->at) > 0)
    return fail (p, "the end of the line: there are at most source, target, weight and delay");
  return ICTUS_OK;
}

/* count [local targets], or NULL: all targets, and their synapses are not numbered. */
static ictus_err
read_all (const ictus_net *net, const ictus__wires *w, uint32_t *count, ictus__sink f, void *ctx)
{
  place p = { .w = w, .line = 1 };
  const ictus_population *to = &net->pop[w->target];

  for (p.begin = w->list; *p.begin != '\0'; ++p.line)
    {
      ictus__synapse s = { 0 };
      uint64_t target;
      size_t i;

      p.at = p.begin;
      skip_space (&p);
      if (word_length (p.at) > 0)
        {
          ICTUS_TRY (read_line (net, &p, &s, &target));
          s.gid = to->first + target;
          i = count == NULL ? (size_t) target : ictus__net_local (to, s.gid);
          if (i != SIZE_MAX)
            {
              s.to = (uint32_t) i;
              s.number = count == NULL ? 0 : count[i]++;
              ICTUS_TRY (f (ctx, &s));
            }
        }
      p.begin += strcspn (p.begin, "\n");
      p.begin += *p.begin == '\n';
    }
  return ICTUS_OK;
}

/* ---- batches ------------------------------------------------------------------------------------ */

typedef struct gathering
{
  ictus__batch batch;
  double weight[ICTUS__BATCH], delay[ICTUS__BATCH]; /* NaN where a line has none */
  ictus__batch_sink f;
  void *ctx;
} gathering;

static ictus_err
hand_on (gathering *g)
{
  ictus_err e = g->batch.n == 0 ? ICTUS_OK : g->f (g->ctx, &g->batch);

  g->batch.n = 0;
  return e;
}

static ictus_err
gather (void *ctx, const ictus__synapse *s)
{
  gathering *g = ctx;
  size_t k = g->batch.n++;

  g->batch.source[k] = (uint32_t) s->source;
  g->batch.to[k] = s->to;
  g->batch.number[k] = s->number;
  g->weight[k] = s->weight;
  g->delay[k] = s->delay;
  return g->batch.n == ICTUS__BATCH ? hand_on (g) : ICTUS_OK;
}

ictus_err
ictus__net_draw_list (const ictus_net *net, const ictus__wires *w, ictus__batch_sink f, void *ctx)
{
  uint32_t *count = ictus_alloc (net->pop[w->target].cells.n, sizeof *count);
  gathering *g = ictus_alloc (1, sizeof *g);
  ictus_err e = ICTUS_E_NOMEM;

  if (count == NULL || g == NULL)
    goto done;
  g->f = f;
  g->ctx = ctx;
  g->batch.weight = g->weight;
  g->batch.delay = g->delay;
  ICTUS_GO (read_all (net, w, count, gather, g));
  e = hand_on (g);
done:
  ictus_free (count);
  ictus_free (g);
  return e;
}

ictus_err
ictus__net_scan_list (const ictus_net *net, const ictus__wires *w, ictus__sink f, void *ctx)
{
  return read_all (net, w, NULL, f, ctx);
}
