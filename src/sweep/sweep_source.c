/* SPDX-License-Identifier: BSD-3-Clause */
/* Where the runs of a sweep come from, and the plain way: every run of this part that is not done, in order. */
#include "sweep/sweep_design.h"

typedef struct plain /* a source that walks over the table */
{
  ictus__source head; /* first */
  size_t at;          /* the next row to look at */
  size_t left;        /* rows without an outcome, dealt or not */
} plain;

static bool
is_mine (const plain *s, size_t run)
{
  const ictus__source_options *o = &s->head.opt;

  return run % o->nparts == o->part;
}

static bool
is_to_do (const plain *s, size_t run)
{
  ictus__status status = (ictus__status) s->head.opt.table->status[run];

  return status == ICTUS__TODO || (status == ICTUS__FAILED && s->head.opt.retry_failed);
}

static int64_t
plain_next (ictus__source *source)
{
  plain *s = (plain *) source;

  for (; s->at < s->head.opt.table->npoint; ++s->at)
    if (is_mine (s, s->at) && is_to_do (s, s->at))
      return (int64_t) s->at++;
  return ICTUS__NONE_LEFT;
}

static ictus_err
plain_take (ictus__source *source, size_t run, ictus__status status, const double *value)
{
  plain *s = (plain *) source;

  (void) run;
  (void) status;
  (void) value;
  if (s->left > 0)
    s->left -= 1;
  return ICTUS_OK;
}

static size_t
plain_left (const ictus__source *source)
{
  return ((const plain *) source)->left;
}

static void
plain_destroy (ictus__source *source)
{
  ictus_free (source);
}

static const ictus__source_ops plain_ops = { plain_next, plain_take, plain_left, plain_destroy };

static ictus_err
plain_create (const ictus__source_options *opt, ictus__source **out)
{
  plain *s = ictus_alloc (1, sizeof *s);

  if (s == NULL)
    return ICTUS_E_NOMEM;
  s->head.ops = &plain_ops;
  s->head.opt = *opt;
  for (size_t k = 0; k < opt->table->npoint; ++k)
    s->left += is_mine (s, k) && is_to_do (s, k);
  *out = &s->head;
  return ICTUS_OK;
}

ictus_err
ictus__source_create (const ictus__source_options *opt, ictus__source **out)
{
  *out = NULL;
  if (opt->nparts < 1 || opt->part >= opt->nparts)
    return ICTUS_FAIL (ICTUS_E_ARG, "part %zu of %zu", opt->part, opt->nparts);
  if (opt->exp != NULL && opt->exp->threshold.is_searched)
    return ictus__threshold_source (opt, out);
  return plain_create (opt, out);
}

void
ictus__source_destroy (ictus__source **s)
{
  if (*s != NULL)
    (*s)->ops->destroy (*s);
  *s = NULL;
}

int64_t
ictus__source_next (ictus__source *s)
{
  return s->ops->next (s);
}

ictus_err
ictus__source_take (ictus__source *s, size_t run, ictus__status status, const double *value)
{
  return s->ops->take (s, run, status, value);
}

size_t
ictus__source_left (const ictus__source *s)
{
  return s->ops->left (s);
}
