/* SPDX-License-Identifier: BSD-3-Clause */
/* Section sweep: the design, the axes, their values, that each value can be put where the axis says, and the
 * search for a threshold. */
#include "conf/conf_impl.h"

#include <math.h>
#include <string.h>

/* ---- values ------------------------------------------------------------------------------------- */

/* Unit of an axis: as told, or that of the first value that has one. */
static ictus_err
find_unit (ictus_exp_axis *a, const ictus_node *const *value, size_t n)
{
  const ictus_node *told = ictus_node_find (a->node, "unit");
  double x;

  a->unit = "";
  if (told != NULL)
    {
      a->unit = told->text;
      if (ictus_unit_factor (a->unit, a->unit, &x) != ICTUS_OK)
        {
          char last[200];

          snprintf (last, sizeof last, "%.190s", ictus_err_last ());
          return ictus_node_fail (told, ICTUS_E_INPUT, "%s", last);
        }
    }
  for (size_t k = 0; k < n && a->unit[0] == '\0'; ++k)
    ICTUS_TRY (conf_any_number (value[k], -HUGE_VAL, &x, &a->unit));
  return ICTUS_OK;
}

static ictus_err
read_values (ictus_exp_axis *a, const ictus_node *values)
{
  static const char *const others[] = { "from", "to", "n", "spacing" };

  for (size_t k = 0; k < sizeof others / sizeof *others; ++k)
    if (ictus_node_find (a->node, others[k]) != NULL)
      return ictus_node_fail_key (a->node, others[k], ICTUS_E_INPUT, "'%s' and 'values' exclude each other",
                                  others[k]);
  a->nvalue = values->n;
  if ((a->value = ictus_alloc (a->nvalue, sizeof *a->value)) == NULL)
    return ICTUS_E_NOMEM;
  ICTUS_TRY (find_unit (a, (const ictus_node *const *)values->child, values->n));
  for (size_t k = 0; k < a->nvalue; ++k)
    ICTUS_TRY (ictus_node_double (values->child[k], a->unit, -HUGE_VAL, HUGE_VAL, &a->value[k]));
  return ICTUS_OK;
}

/* from, to and spacing; n is the reader's of the design. */
static ictus_err
read_ends (ictus_exp_axis *a)
{
  const ictus_node *end[2] = { ictus_node_find (a->node, "from"), ictus_node_find (a->node, "to") };

  ICTUS_TRY (ictus_conf_fill (a->node, "spacing", "lin"));
  a->log = conf_get_choice (a->node, "sweep.axes.*.spacing") == 1;
  ICTUS_TRY (find_unit (a, end, 2));
  ICTUS_TRY (ictus_node_double (end[0], a->unit, -HUGE_VAL, HUGE_VAL, &a->from));
  ICTUS_TRY (ictus_node_double (end[1], a->unit, -HUGE_VAL, HUGE_VAL, &a->to));
  if (a->log && !(a->from > 0 && a->to > 0))
    return ictus_node_fail_key (a->node, a->from > 0 ? "to" : "from", ICTUS_E_INPUT,
                                "a log range lies above 0");
  return ICTUS_OK;
}

/* A range that a design draws from. */
static ictus_err
read_drawn (ictus_exp_axis *a, const ictus_node *design)
{
  if (ictus_node_find (a->node, "n") != NULL)
    return ictus_node_fail_key (
        a->node, "n", ICTUS_E_INPUT,
        "'n' belongs to design grid; design %s draws 'points' of sweep between 'from' and "
        "'to' of each axis",
        design->text);
  if (ictus_node_find (a->node, "from") == NULL || ictus_node_find (a->node, "to") == NULL)
    return ictus_node_fail (
        a->node, ICTUS_E_INPUT,
        "the axis '%s' needs 'from' and 'to', between which design %s draws, or 'values' to "
        "choose from",
        a->name, design->text);
  return read_ends (a);
}

static ictus_err
read_range (ictus_exp_axis *a)
{
  double from, to;
  bool logs;

  if (ictus_node_find (a->node, "from") == NULL || ictus_node_find (a->node, "to") == NULL
      || ictus_node_find (a->node, "n") == NULL)
    return ictus_node_fail (a->node, ICTUS_E_INPUT, "the axis '%s' needs 'values', or 'from', 'to' and 'n'",
                            a->name);
  ICTUS_TRY (read_ends (a));
  from = a->from;
  to = a->to;
  logs = a->log;
  a->nvalue = (size_t)conf_get_whole (a->node, "sweep.axes.*.n");
  if ((a->value = ictus_alloc (a->nvalue, sizeof *a->value)) == NULL)
    return ICTUS_E_NOMEM;
  for (size_t k = 0; k < a->nvalue; ++k)
    {
      double s = a->nvalue > 1 ? (double)k / (double)(a->nvalue - 1) : 0;

      a->value[k] = k == 0               ? from
                    : k + 1 == a->nvalue ? to
                    : logs               ? from * pow (to / from, s)
                                         : from + (to - from) * s;
    }
  return ICTUS_OK;
}

/* ---- places ------------------------------------------------------------------------------------- */

/* The last error without "override:1:2: " and the lines of source. */
static void
reason (char *buf, size_t size)
{
  const char *s = ictus_err_last (), *p;

  if (strncmp (s, "override:", 9) == 0 && (p = strstr (s, ": ")) != NULL)
    s = p + 2;
  snprintf (buf, size, "%.*s", (int)strcspn (s, "\n"), s);
}

/* The values worth trying: ranges of the table are intervals, so the extremes, and the first that is not
 * whole. */
static size_t
extremes (const ictus_exp_axis *a, double *out)
{
  size_t n = 2;

  if (a->value == NULL) /* drawn: hardly ever whole */
    {
      out[0] = fmin (a->from, a->to);
      out[1] = fmax (a->from, a->to);
      out[2] = floor (out[0]) + 0.5;
      return out[2] > out[0] && out[2] < out[1] ? 3 : 2;
    }
  out[0] = out[1] = a->value[0];
  for (size_t k = 0; k < a->nvalue; ++k)
    {
      out[0] = fmin (out[0], a->value[k]);
      out[1] = fmax (out[1], a->value[k]);
      if (n == 2 && a->value[k] != floor (a->value[k]))
        out[n++] = a->value[k];
    }
  return n;
}

/* False where the table knows that no number can stand. */
static bool
takes_number (const char *place)
{
  const conf_key *key = conf_schema_find (place);

  return key == NULL || key->type == CONF_NUMBER || key->type == CONF_WHOLE || key->type == CONF_DIST
         || key->type == CONF_DRAW || key->type == CONF_TOL;
}

/* Put values there in a copy and check the copy against the table. */
static ictus_err
try_place (const ictus_experiment *x, const ictus_exp_axis *a, const ictus_node *where)
{
  ictus_conf *copy = NULL;
  ictus_text t = { 0 };
  char number[32], why[400];
  double value[3];
  size_t n = extremes (a, value);
  ictus_err e = ICTUS_OK;

  if (strncmp (where->text, "sweep.", 6) == 0 || strchr (where->text, '=') != NULL
      || !takes_number (where->text))
    return ictus_node_fail (where, ICTUS_E_INPUT, "an axis cannot set '%s'; expected the key of a number",
                            where->text);
  ICTUS_TRY (ictus_conf_copy (x->conf, &copy));
  for (size_t k = 0; k < n && e == ICTUS_OK; ++k)
    {
      ictus_text_clear (&t);
      ictus_text_add (&t, "%s=%s%s%s", where->text, conf_number (value[k], number, sizeof number),
                      a->unit[0] != '\0' ? " " : "", a->unit);
      e = t.failed ? ICTUS_E_NOMEM : ictus_conf_set (copy, t.s);
      if (e == ICTUS_OK)
        e = conf_check (copy);
      if (e == ICTUS_E_INPUT)
        {
          reason (why, sizeof why);
          ictus_node_fail (where, e, "the axis '%s' cannot set %s: %s", a->name, t.s, why);
        }
    }
  ictus_text_clear (&t);
  ictus_conf_destroy (&copy);
  return e;
}

static ictus_err
read_places (const ictus_experiment *x, ictus_exp_axis *a)
{
  const ictus_node *set = ictus_node_find (a->node, "set");
  size_t n = set->kind == ICTUS_NODE_SEQ ? set->n : 1;

  if ((a->set = ictus_alloc (n, sizeof *a->set)) == NULL)
    return ICTUS_E_NOMEM;
  for (size_t k = 0; k < n; ++k)
    {
      const ictus_node *where = set->kind == ICTUS_NODE_SEQ ? set->child[k] : set;

      for (const ictus_exp_axis *b = x->axis; b <= a; ++b)
        for (int i = 0; i < b->nset; ++i)
          if (strcmp (b->set[i], where->text) == 0)
            return ictus_node_fail (where, ICTUS_E_INPUT, "'%s' is set twice, first by the axis '%s'",
                                    where->text, b->name);
      ICTUS_TRY (try_place (x, a, where));
      a->set[a->nset++] = where->text;
    }
  return ICTUS_OK;
}

/* ---- threshold search --------------------------------------------------------------------------- */

static ictus_err
find_threshold_axis (const ictus_experiment *x, const ictus_node *name, int *out)
{
  ictus_text t = { 0 };
  const char *near;
  const char **names = ictus_alloc ((size_t)x->naxis, sizeof *names);
  ictus_err e = ICTUS_OK;

  if (names == NULL)
    return ICTUS_E_NOMEM;
  *out = -1;
  for (int k = 0; k < x->naxis; ++k)
    {
      names[k] = x->axis[k].name;
      if (strcmp (name->text, names[k]) == 0)
        *out = k;
    }
  if (*out < 0)
    {
      near = ictus_nearest (name->text, names, (size_t)x->naxis);
      conf_words (&t, names, (size_t)x->naxis);
      if (near != NULL)
        e = ictus_node_fail (name, ICTUS_E_INPUT, "unknown axis '%.60s'; did you mean '%s'?", name->text,
                             near);
      else
        e = ictus_node_fail (name, ICTUS_E_INPUT, "unknown axis '%.60s'; expected one of %s", name->text,
                             t.s != NULL ? t.s : "");
    }
  ictus_text_clear (&t);
  ictus_free (names);
  return e;
}

/* Two values or more, in order: otherwise there is no side of a level to be on. */
static ictus_err
check_searched (const ictus_exp_axis *a, const ictus_node *named_by)
{
  if (a->nvalue < 2)
    return ictus_node_fail (named_by, ICTUS_E_INPUT,
                            "the axis '%s' has only one value; a threshold search needs at least two",
                            a->name);
  for (size_t k = 1; k < a->nvalue; ++k)
    if (a->value[1] > a->value[0] ? !(a->value[k] > a->value[k - 1]) : !(a->value[k] < a->value[k - 1]))
      return ictus_node_fail (
          named_by, ICTUS_E_INPUT,
          "the values of the axis '%s' neither ascend nor descend: value %zu is %.6g, value "
          "%zu is %.6g; a threshold search needs them in order",
          a->name, k, a->value[k - 1], k + 1, a->value[k]);
  return ICTUS_OK;
}

static ictus_err
read_threshold (ictus_experiment *x, const ictus_node *sweep)
{
  const ictus_node *map = ictus_node_find (sweep, "threshold"), *name = ictus_node_find (map, "axis");
  const ictus_node *population = ictus_node_find (map, "population");
  ictus_exp_threshold *t = &x->threshold;

  t->axis = t->population = -1;
  if (map == NULL)
    return ICTUS_OK;
  if (x->design != ICTUS_DESIGN_GRID)
    return ictus_node_fail_key (sweep, "threshold", ICTUS_E_INPUT,
                                "a threshold search needs design grid, found design %s",
                                conf_get_text (sweep, "design"));
  ICTUS_TRY (find_threshold_axis (x, name, &t->axis));
  ICTUS_TRY (check_searched (&x->axis[t->axis], name));
  t->measure = (ictus_measure)conf_get_choice (map, "sweep.threshold.measure");
  if (population != NULL)
    ICTUS_TRY (conf_population (x, population, &t->population));
  ICTUS_TRY (ictus_node_double (ictus_node_find (map, "level"),
                                t->measure == ICTUS_MEASURE_RATE ? "spikes/s" : "", -HUGE_VAL, HUGE_VAL,
                                &t->level));
  t->is_searched = true;
  return ICTUS_OK;
}

/* ---- what is swept ------------------------------------------------------------------------------ */

bool
conf_is_swept (const ictus_node *root, const char *place)
{
  const ictus_node *axes = ictus_node_find (ictus_node_find (root, "sweep"), "axes");

  for (size_t k = 0; axes != NULL && axes->kind == ICTUS_NODE_MAP && k < axes->n; ++k)
    {
      const ictus_node *set = ictus_node_find (axes->child[k], "set");

      if (set != NULL && set->kind == ICTUS_NODE_SCALAR && strcmp (set->text, place) == 0)
        return true;
      for (size_t i = 0; set != NULL && set->kind == ICTUS_NODE_SEQ && i < set->n; ++i)
        if (set->child[i]->kind == ICTUS_NODE_SCALAR && strcmp (set->child[i]->text, place) == 0)
          return true;
    }
  return false;
}

/* ---- the section -------------------------------------------------------------------------------- */

ictus_err
conf_read_sweep (ictus_experiment *x, const ictus_node *root)
{
  const ictus_node *sweep = ictus_node_find (root, "sweep"), *axes = ictus_node_find (sweep, "axes");
  const ictus_node *seizure = ictus_node_find (sweep, "seizure");

  x->ranks_per_point = (int)conf_get_whole (sweep, "sweep.ranks_per_point");
  x->discard_ms = conf_get_number (sweep, "sweep.discard");
  x->seizure_chi = conf_get_number (seizure, "sweep.seizure.chi");
  x->seizure_rate_Hz = conf_get_number (seizure, "sweep.seizure.rate");
  x->seizure_tonic_Hz = conf_get_number (seizure, "sweep.seizure.tonic_rate");
  x->design = sweep != NULL ? (ictus_design)conf_get_choice (sweep, "sweep.design") : ICTUS_DESIGN_GRID;
  x->design_points = conf_get_whole (sweep, "sweep.points");
  x->nrepeat = conf_get_whole (sweep, "sweep.repeats");
  ICTUS_TRY (conf_records (axes, sizeof *x->axis, &x->axis, &x->naxis));
  for (int i = 0; i < x->naxis; ++i)
    {
      ictus_exp_axis *a = &x->axis[i];
      const ictus_node *values;

      a->name = axes->key[i];
      a->node = axes->child[i];
      values = ictus_node_find (a->node, "values");
      ICTUS_TRY (values != NULL                      ? read_values (a, values)
                 : x->design == ICTUS_DESIGN_GRID ? read_range (a)
                                                  : read_drawn (a, ictus_node_find (sweep, "design")));
      ICTUS_TRY (read_places (x, a));
    }
  return read_threshold (x, sweep);
}
