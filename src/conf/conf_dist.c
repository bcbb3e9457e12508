/* SPDX-License-Identifier: BSD-3-Clause */
/* Values that differ from neuron to neuron or synapse to synapse: read and drawn. */
#include "conf/conf_impl.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* A cut distribution is redrawn until a value falls inside. At least LEAST of it must lie inside, so that
   TRIES redraws fail with probability (1 - LEAST)^TRIES < 1e-40. */
#define LEAST 1e-3
enum
{
  TRIES = 100000
};

const char *const conf_dist_keys[]
    = { "distribution", "mean", "std", "mu", "sigma", "min", "max", "from", "to" };
const size_t conf_dist_nkeys = sizeof conf_dist_keys / sizeof *conf_dist_keys;

typedef struct form /* keys of one distribution */
{
  const char *name;
  ictus_dist_kind kind;
  const char *a, *b; /* required */
  bool cut;          /* takes min and max; uniform: a and b are they */
  bool bare;         /* a and b are numbers without unit */
} form;

static const form forms[] = {
  { "normal", ICTUS_DIST_NORMAL, "mean", "std", true, false },
  { "lognormal", ICTUS_DIST_LOGNORMAL, "mu", "sigma", true, true },
  { "uniform", ICTUS_DIST_UNIFORM, "min", "max", false, false },
  { "linear", ICTUS_DIST_LINEAR, "from", "to", false, false },
};
enum
{
  NFORM = sizeof forms / sizeof *forms
};

/* ---- reading ------------------------------------------------------------------------------------ */

static ictus_err
number (const ictus_node *n, const char *unit, double lo, double *out)
{
  return unit != NULL ? ictus_node_double (n, unit, lo, HUGE_VAL, out) : conf_any_number (n, lo, out, NULL);
}

static ictus_err
find_form (const ictus_node *map, const form **out)
{
  const ictus_node *d = ictus_node_find (map, "distribution");
  const char *names[NFORM], *near;
  char found[80];

  if (d == NULL)
    return ictus_node_fail (map, ICTUS_E_INPUT, "a distribution needs the key 'distribution'");
  for (size_t k = 0; k < NFORM; ++k)
    {
      names[k] = forms[k].name;
      *out = &forms[k];
      if (d->kind == ICTUS_NODE_SCALAR && strcmp (d->text, forms[k].name) == 0)
        return ICTUS_OK;
    }
  near = d->kind == ICTUS_NODE_SCALAR ? ictus_nearest (d->text, names, NFORM) : NULL;
  return ictus_node_fail (d, ICTUS_E_INPUT,
                          "expected one of normal, lognormal, uniform, linear, found %s%s%s%s",
                          conf_found (d, found, sizeof found), near != NULL ? "; did you mean '" : "",
                          near != NULL ? near : "", near != NULL ? "'?" : "");
}

static ictus_err
check_keys (const ictus_node *map, const form *f)
{
  const char *known[5] = { "distribution", f->a, f->b, "min", "max" };
  size_t n = f->cut ? 5 : 3;

  for (size_t k = 0; k < map->n; ++k)
    {
      bool ok = false;

      for (size_t i = 0; i < n; ++i)
        ok = ok || strcmp (map->key[k], known[i]) == 0;
      if (!ok)
        return conf_unknown (map, map->key[k], "key", map->key[k], known, n);
    }
  for (size_t i = 1; i < 3; ++i)
    if (ictus_node_find (map, known[i]) == NULL)
      return ictus_node_fail (map, ICTUS_E_INPUT, "the distribution '%s' needs the key '%s'", f->name,
                              known[i]);
  return ICTUS_OK;
}

/* Share of a normal distribution between z0 and z1. */
static double
share (double z0, double z1)
{
  return z0 > 0 ? 0.5 * (erfc (z0 / sqrt (2)) - erfc (z1 / sqrt (2)))
                : 0.5 * (erfc (-z1 / sqrt (2)) - erfc (-z0 / sqrt (2)));
}

static ictus_err
check_cut (const ictus_node *map, const ictus_dist *d)
{
  bool logs = d->kind == ICTUS_DIST_LOGNORMAL;
  double lo = logs ? (d->min > 0 ? log (d->min) : -HUGE_VAL) : d->min;
  double hi = logs ? (d->max > 0 ? log (d->max) : -HUGE_VAL) : d->max;

  if (d->max < d->min)
    return ictus_node_fail_key (map, "max", ICTUS_E_INPUT, "'max' is smaller than 'min'");
  if (d->b > 0 ? share ((lo - d->a) / d->b, (hi - d->a) / d->b) >= LEAST : d->a >= lo && d->a <= hi)
    return ICTUS_OK;
  return ictus_node_fail_key (map, ictus_node_find (map, "min") != NULL ? "min" : "max", ICTUS_E_INPUT,
                              "less than 0.1 %% of the distribution lies between 'min' and 'max'");
}

static ictus_err
read_map (const ictus_node *map, const char *unit, size_t n, ictus_dist *out)
{
  const form *f;
  const ictus_node *a, *b, *min, *max;

  ICTUS_TRY (find_form (map, &f));
  ICTUS_TRY (check_keys (map, f));
  if (f->kind == ICTUS_DIST_LINEAR && n == 0)
    return ictus_node_fail_key (map, "distribution", ICTUS_E_INPUT,
                                "'linear' is not possible here: there is no order");
  out->kind = f->kind;
  a = ictus_node_find (map, f->a);
  b = ictus_node_find (map, f->b);
  ICTUS_TRY (number (a, f->bare ? "" : unit, -HUGE_VAL, &out->a));
  ICTUS_TRY (number (b, f->bare ? "" : unit, f->cut ? 0 : -HUGE_VAL, &out->b));
  if (f->kind == ICTUS_DIST_UNIFORM)
    {
      out->min = out->a;
      out->max = out->b;
      if (out->max < out->min)
        return ictus_node_fail_key (map, "max", ICTUS_E_INPUT, "'max' is smaller than 'min'");
    }
  if (!f->cut)
    return ICTUS_OK;
  if ((min = ictus_node_find (map, "min")) != NULL)
    ICTUS_TRY (number (min, unit, -HUGE_VAL, &out->min));
  if ((max = ictus_node_find (map, "max")) != NULL)
    ICTUS_TRY (number (max, unit, -HUGE_VAL, &out->max));
  return check_cut (map, out);
}

static ictus_err
read_list (const ictus_node *seq, const char *unit, const char *per, size_t n, ictus_dist *out)
{
  if (n == 0)
    return ictus_node_fail (seq, ICTUS_E_INPUT,
                            "a list is not possible here; expected one value or a distribution");
  if (unit != NULL && seq->n != n)
    return ictus_node_fail (seq, ICTUS_E_INPUT, "expected %zu values, one for each %s, found %zu", n, per,
                            seq->n);
  if (seq->n == 0)
    return ictus_node_fail (seq, ICTUS_E_INPUT, "the list is empty");
  out->kind = ICTUS_DIST_LIST;
  if ((out->list = ictus_alloc (seq->n, sizeof *out->list)) == NULL)
    return ICTUS_E_NOMEM;
  out->nlist = seq->n;
  for (size_t k = 0; k < seq->n; ++k)
    ICTUS_TRY (number (seq->child[k], unit, -HUGE_VAL, &out->list[k]));
  return ICTUS_OK;
}

ictus_err
conf_dist (const ictus_node *node, const char *unit, const char *per, size_t n, ictus_dist *out)
{
  ictus_err e;

  memset (out, 0, sizeof *out);
  out->min = -HUGE_VAL;
  out->max = HUGE_VAL;
  switch (node->kind)
    {
    case ICTUS_NODE_MAP:
      e = read_map (node, unit, n, out);
      break;
    case ICTUS_NODE_SEQ:
      e = read_list (node, unit, per, n, out);
      break;
    case ICTUS_NODE_SCALAR:
    default:
      out->kind = ICTUS_DIST_CONSTANT;
      e = number (node, unit, -HUGE_VAL, &out->a);
    }
  if (e != ICTUS_OK)
    ictus_dist_clear (out);
  return e;
}

ictus_err
ictus_node_dist (const ictus_node *node, const char *unit, const char *per, size_t n, ictus_dist *out)
{
  return conf_dist (node, unit != NULL ? unit : "", per, n, out);
}

void
ictus_dist_clear (ictus_dist *d)
{
  ictus_free (d->list);
  memset (d, 0, sizeof *d);
}

/* ---- drawing ------------------------------------------------------------------------------------ */

static double
draw_normal (const ictus_dist *d, ictus_rng *r)
{
  bool logs = d->kind == ICTUS_DIST_LOGNORMAL;
  double x = 0;

  for (int k = 0; k < TRIES; ++k)
    {
      x = d->a + d->b * ictus_rng_normal (r);
      if (logs)
        x = exp (x);
      if (x >= d->min && x <= d->max)
        return x;
    }
  return x < d->min ? d->min : d->max;
}

double
ictus_dist_draw (const ictus_dist *d, size_t k, size_t n, ictus_rng *r)
{
  switch (d->kind)
    {
    case ICTUS_DIST_NORMAL:
    case ICTUS_DIST_LOGNORMAL:
      return draw_normal (d, r);
    case ICTUS_DIST_UNIFORM:
      return d->min + (d->max - d->min) * ictus_rng_uniform (r);
    case ICTUS_DIST_LINEAR:
      if (n < 2 || k == 0)
        return d->a;
      return k + 1 >= n ? d->b : d->a + (d->b - d->a) * ((double)k / (double)(n - 1));
    case ICTUS_DIST_LIST:
      return d->list[k < d->nlist ? k : d->nlist - 1];
    case ICTUS_DIST_CONSTANT:
    default:
      return d->a;
    }
}
