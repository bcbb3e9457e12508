/* SPDX-License-Identifier: BSD-3-Clause */
/* What scalars mean: numbers with units, whole numbers, true and false, choices of neurons. */
#include "conf/conf_impl.h"

#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- numbers ------------------------------------------------------------------------------------ */

/* "a number", "a quantity in ms", with the range. */
static const char *
describe (const char *unit, double lo, double hi, char *buf, size_t size)
{
  bool has_unit = unit != NULL && unit[0] != '\0' && strcmp (unit, "1") != 0;
  char a[32], b[32], kind[80];

  snprintf (kind, sizeof kind, has_unit ? "a quantity in %.40s" : "a number%.0s", has_unit ? unit : "");
  conf_number (lo, a, sizeof a);
  conf_number (hi, b, sizeof b);
  if (lo == -HUGE_VAL && hi == HUGE_VAL)
    snprintf (buf, size, "%s", kind);
  else if (hi == HUGE_VAL && lo == DBL_MIN)
    snprintf (buf, size, "%s greater than 0", kind);
  else if (hi == HUGE_VAL)
    snprintf (buf, size, "%s of at least %s", kind, a);
  else if (lo == -HUGE_VAL)
    snprintf (buf, size, "%s of at most %s", kind, b);
  else if (lo == DBL_MIN)
    snprintf (buf, size, "%s greater than 0, at most %s", kind, b);
  else
    snprintf (buf, size, "%s from %s to %s", kind, a, b);
  return buf;
}

/* Keep the message of the last error while a new one is made of it. */
static ictus_err
fail_with_last (const ictus_node *n, const char *expected)
{
  char last[512];

  snprintf (last, sizeof last, "%.500s", ictus_err_last ());
  if (strncmp (last, "expected", 8) == 0)
    return ictus_node_fail (n, ICTUS_E_INPUT, "%s", last);
  if (strstr (last, "is not a number") != NULL)
    {
      char found[80];

      return ictus_node_fail (n, ICTUS_E_INPUT, "expected %s, found %s", expected,
                              conf_found (n, found, sizeof found));
    }
  return ictus_node_fail (n, ICTUS_E_INPUT, "expected %s: %s", expected, last);
}

ictus_err
ictus_node_double (const ictus_node *n, const char *unit, double lo, double hi, double *out)
{
  char expected[160], found[80];
  double x;

  if (n->kind == ICTUS_NODE_SCALAR)
    {
      if (ictus_quantity (n->text, unit, &x, NULL) != ICTUS_OK)
        return fail_with_last (n, describe (unit, lo, hi, expected, sizeof expected));
      if (x >= lo && x <= hi)
        {
          *out = x;
          return ICTUS_OK;
        }
    }
  return ictus_node_fail (n, ICTUS_E_INPUT, "expected %s, found %s", describe (unit, lo, hi, expected, sizeof expected),
                          conf_found (n, found, sizeof found));
  *out = x;
  return ICTUS_OK;
}

ictus_err
conf_any_number (const ictus_node *n, double lo, double *out, const char **unit)
{
  const char *own = "", *s;

  if (n->kind == ICTUS_NODE_SCALAR)
    {
      const char *digits = n->text + strspn (n->text, " \t+-");

      s = digits + strspn (digits, "0123456789.");
      if ((*s == 'e' || *s == 'E') && s[1] != '\0' && strchr ("+-0123456789", s[1]) != NULL)
        s += 2 + strspn (s + 2, "0123456789");
      if (s > digits)
        own = s + strspn (s, " \t");
    }
  if (unit != NULL)
    *unit = own;
  if (n->kind == ICTUS_NODE_SCALAR && ictus_quantity (n->text, own, out, NULL) != ICTUS_OK)
    return fail_with_last (n, "a number");
  return ictus_node_double (n, own, lo, HUGE_VAL, out);
}

ictus_err
ictus_node_int (const ictus_node *n, int64_t lo, int64_t hi, int64_t *out)
{
  char expected[120], found[80], *end = NULL;
  long long i = 0;
  double x;
  bool ok = n->kind == ICTUS_NODE_SCALAR;

  if (lo == hi)
    snprintf (expected, sizeof expected, "%lld", (long long)lo);
  else if (lo == INT64_MIN && hi == INT64_MAX)
    snprintf (expected, sizeof expected, "a whole number");
  else if (hi == INT64_MAX)
    snprintf (expected, sizeof expected, "a whole number of at least %lld", (long long)lo);
  else
    snprintf (expected, sizeof expected, "a whole number from %lld to %lld", (long long)lo, (long long)hi);
  if (ok)
    {
      const char *s = n->text;

      ok = isdigit ((unsigned char)s[s[0] == '-' || s[0] == '+']) && strlen (s) <= 40;
      errno = 0;
      i = ok ? strtoll (s, &end, 10) : 0;
      ok = ok && errno == 0;
      if (ok && *end != '\0') /* 1e5 is a whole number too */
        {
          ok = ictus_quantity (s, "", &x, NULL) == ICTUS_OK && fabs (x) < 9007199254740992.0
               && x == floor (x);
          i = ok ? (long long)x : 0;
        }
    }
  if (!ok || i < lo || i > hi)
    return ictus_node_fail (n, ICTUS_E_INPUT, "expected %s, found %s", expected,
                            conf_found (n, found, sizeof found));
  *out = i;
  return ICTUS_OK;
}

ictus_err
ictus_node_bool (const ictus_node *n, bool *out)
{
  char found[80];

  if (n->kind == ICTUS_NODE_SCALAR && strcmp (n->text, "true") == 0)
    *out = true;
  else if (n->kind == ICTUS_NODE_SCALAR && strcmp (n->text, "false") == 0)
    *out = false;
  else
    return ictus_node_fail (n, ICTUS_E_INPUT, "expected true or false, found %s",
                            conf_found (n, found, sizeof found));
  return ICTUS_OK;
}

/* ---- choices of neurons ------------------------------------------------------------------------- */

typedef struct picks
{
  uint64_t *p;
  size_t n, cap;
} picks;

static ictus_err
add_range (const ictus_node *node, size_t n, uint64_t from, uint64_t to, picks *out)
{
  if (to < from)
    return ictus_node_fail (node, ICTUS_E_INPUT, "the range %llu-%llu runs backwards",
                            (unsigned long long)from, (unsigned long long)to);
  if (out->n > 2 * n + 1000) /* the same neurons over and over */
    return ictus_node_fail (node, ICTUS_E_INPUT, "neurons are named many times over");
  if (to >= n)
    return ictus_node_fail (node, ICTUS_E_INPUT,
                            "neuron %llu does not exist: the population has %zu (0 to %zu)",
                            (unsigned long long)to, n, n - 1);
  ICTUS_TRY (ictus_grow (&out->p, &out->cap, out->n + (size_t)(to - from) + 1, sizeof *out->p));
  for (uint64_t g = from; g <= to; ++g)
    out->p[out->n++] = g;
  return ICTUS_OK;
}

/* An unsigned number of at most 18 digits at *s. */
static bool
read_index (const char **s, uint64_t *out)
{
  size_t n = strspn (*s, "0123456789");

  if (n == 0 || n > 18)
    return false;
  *out = strtoull (*s, NULL, 10);
  *s += n;
  return true;
}

/* "all", "3", "0-49, 60" */
static ictus_err
add_text (const ictus_node *node, size_t n, picks *out)
{
  const char *s = node->text;
  char found[80];

  if (strcmp (s, "all") == 0)
    return n > 0 ? add_range (node, n, 0, n - 1, out) : ICTUS_OK;
  for (;;)
    {
      uint64_t from, to;

      s += strspn (s, " \t");
      if (!read_index (&s, &from))
        break;
      to = from;
      s += strspn (s, " \t");
      if (*s == '-')
        {
          ++s;
          s += strspn (s, " \t");
          if (!read_index (&s, &to))
            break;
          s += strspn (s, " \t");
        }
      if (*s != ',' && *s != '\0')
        break;
      ICTUS_TRY (add_range (node, n, from, to, out));
      if (*s++ == '\0')
        return ICTUS_OK;
    }
  return ictus_node_fail (node, ICTUS_E_INPUT,
                          "expected neurons such as all, 3, \"0-49, 60\" or [0, 1, \"5-9\"], found %s",
                          conf_found (node, found, sizeof found));
}

static int
by_value (const void *a, const void *b)
{
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

  return (x > y) - (x < y);
}

ictus_err
ictus_node_neurons (const ictus_node *node, size_t n, uint64_t **out, size_t *nout)
{
  picks all = { 0 };
  size_t kept = 0;
  ictus_err e = ICTUS_OK;

  *out = NULL;
  *nout = 0;
  if (node->kind == ICTUS_NODE_SCALAR)
    ICTUS_GO (add_text (node, n, &all));
  else if (node->kind == ICTUS_NODE_MAP)
    ICTUS_GO (
        ictus_node_fail (node, ICTUS_E_INPUT,
                         "expected neurons such as all, 3, \"0-49, 60\" or [0, 1, \"5-9\"], found a map"));
  else
    for (size_t k = 0; k < node->n; ++k)
      {
        if (node->child[k]->kind != ICTUS_NODE_SCALAR)
          ICTUS_GO (ictus_node_fail (node->child[k], ICTUS_E_INPUT,
                                     "expected a neuron or a range of neurons, found a %s",
                                     node->child[k]->kind == ICTUS_NODE_MAP ? "map" : "list"));
        ICTUS_GO (add_text (node->child[k], n, &all));
      }
  if (all.n == 0)
    ICTUS_GO (ictus_node_fail (node, ICTUS_E_INPUT, "no neuron is chosen"));
  qsort (all.p, all.n, sizeof *all.p, by_value);
  for (size_t k = 0; k < all.n; ++k)
    if (k == 0 || all.p[k] != all.p[k - 1])
      all.p[kept++] = all.p[k];
  *out = all.p;
  *nout = kept;
  all.p = NULL;
done:
  ictus_free (all.p);
  return e;
}
