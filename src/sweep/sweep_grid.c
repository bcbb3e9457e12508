/* SPDX-License-Identifier: BSD-3-Clause */
/* The points and runs of a sweep, and the document of one run. */
#include <inttypes.h>
#include <string.h>

#include "sweep/sweep_design.h"

#define MAX_RUNS 100000000.0
enum { MAX_AXES = 30 }; /* HDF5 has 32 dimensions */

/* what sweep.h5 has in its root group beside the axes: always, and in some sweeps only */
static const char *const reserved[]
    = { "rate",     "cv",      "chi",        "fano",       "rate_all", "cv_all", "chi_all",
        "fano_all", "seizure", "population", "provenance", "failures", "status" };
static const char *const reserved_drawn[] = { "point" };
static const char *const reserved_repeats[]
    = { "repeat",     "repeats_done",  "seizure_fraction", "status_runs",  "rate_sd",
        "cv_sd",      "chi_sd",        "fano_sd",          "rate_all_sd",  "cv_all_sd",
        "chi_all_sd", "fano_all_sd",   "rate_runs",        "cv_runs",      "chi_runs",
        "fano_runs",  "rate_all_runs", "cv_all_runs",      "chi_all_runs", "fano_all_runs" };
static const char *const reserved_threshold[]
    = { "threshold", "threshold_lower", "threshold_upper", "threshold_status" };

static bool
is_in (const char *name, const char *const *list, size_t n)
{
  for (size_t k = 0; k < n; ++k)
    if (strcmp (name, list[k]) == 0)
      return true;
  return false;
}

#define IS_IN(name, list) is_in (name, list, sizeof list / sizeof *list)

static ictus_err
check_name (const ictus_experiment *exp, const ictus_exp_axis *axis)
{
  if (IS_IN (axis->name, reserved) || (exp->design != ICTUS_DESIGN_GRID && IS_IN (axis->name, reserved_drawn))
      || (exp->nrepeat > 1 && IS_IN (axis->name, reserved_repeats))
      || (exp->threshold.is_searched && IS_IN (axis->name, reserved_threshold)))
    return ictus_node_fail (axis->node, ICTUS_E_INPUT,
                            "an axis cannot be called '%s': sweep.h5 has a data set of that name",
                            axis->name);
  if (strpbrk (axis->name, "/.") != NULL)
    return ictus_node_fail (axis->node, ICTUS_E_INPUT, "the name of an axis cannot contain '/' or '.': '%s'",
                            axis->name);
  return ICTUS_OK;
}

ictus_err
ictus__grid_check (const ictus_experiment *exp, size_t *nrun)
{
  double n = exp->design == ICTUS_DESIGN_GRID ? 1 : (double) exp->design_points;

  if (exp->naxis == 0)
    return ictus_node_fail (ictus_conf_root (exp->conf), ICTUS_E_INPUT,
                            "nothing to sweep: the experiment has no sweep.axes");
  if (exp->naxis > MAX_AXES)
    return ictus_node_fail (exp->axis[MAX_AXES].node, ICTUS_E_INPUT, "a sweep can have %d axes, not more",
                            (int) MAX_AXES);
  for (int a = 0; a < exp->naxis; ++a)
    {
      ICTUS_TRY (check_name (exp, &exp->axis[a]));
      if (exp->design == ICTUS_DESIGN_GRID)
        n *= (double) exp->axis[a].nvalue;
      if (n > MAX_RUNS)
        return ictus_node_fail (exp->axis[a].node, ICTUS_E_INPUT, "the grid has more than %.0f points",
                                MAX_RUNS);
    }
  if (n * (double) exp->nrepeat > MAX_RUNS)
    return ictus_node_fail_key (
        ictus_node_find (ictus_conf_root (exp->conf), "sweep"), "repeats", ICTUS_E_INPUT,
        "%.0f points with %" PRIu64 " repeats each are more than %.0f runs", n, exp->nrepeat, MAX_RUNS);
  *nrun = ictus__grid_npoint (exp) * (size_t) exp->nrepeat;
  return ICTUS_OK;
}

size_t
ictus__grid_npoint (const ictus_experiment *exp)
{
  size_t n = 1;

  if (exp->design != ICTUS_DESIGN_GRID)
    return (size_t) exp->design_points;
  for (int a = 0; a < exp->naxis; ++a)
    n *= exp->axis[a].nvalue;
  return n;
}

size_t
ictus__grid_index (const ictus_experiment *exp, size_t point, int axis)
{
  for (int a = exp->naxis - 1; a > axis; --a)
    point /= exp->axis[a].nvalue;
  return point % exp->axis[axis].nvalue;
}

double
ictus__grid_value (const ictus_experiment *exp, size_t point, int axis)
{
  return exp->design == ICTUS_DESIGN_GRID ? exp->axis[axis].value[ictus__grid_index (exp, point, axis)]
                                          : ictus__design_value (exp, point, axis);
}

void
ictus__grid_name (const ictus_experiment *exp, size_t point, ictus_text *out)
{
  for (int a = 0; a < exp->naxis; ++a)
    {
      const ictus_exp_axis *axis = &exp->axis[a];

      ictus_text_add (out, "%s%s = %.6g%s%s", a > 0 ? ", " : "", axis->name,
                      ictus__grid_value (exp, point, a), axis->unit[0] != '\0' ? " " : "", axis->unit);
    }
}

static ictus_err
set_axis (ictus_conf *conf, const ictus_exp_axis *axis, double value)
{
  ictus_text text = { 0 };
  ictus_err e = ICTUS_OK;

  for (int k = 0; e == ICTUS_OK && k < axis->nset; ++k)
    {
      ictus_text_clear (&text);
      ictus_text_add (&text, "%s=%.17g%s%s", axis->set[k], value, axis->unit[0] != '\0' ? " " : "",
                      axis->unit);
      e = text.failed ? ICTUS_E_NOMEM : ictus_conf_set (conf, text.s);
    }
  ictus_text_clear (&text);
  return e;
}

/* After the axes: one of them may set the seed, and a repeat of that has a seed made of it. */
static ictus_err
set_seed (ictus_conf *conf, size_t repeat)
{
  const ictus_node *node = ictus_node_find (ictus_conf_root (conf), "seed");
  char text[40];
  int64_t seed = 1; /* the default of the table of keys */

  if (repeat == 0)
    return ICTUS_OK;
  if (node != NULL)
    ICTUS_TRY (ictus_node_int (node, 0, INT64_MAX, &seed));
  snprintf (text, sizeof text, "seed=%" PRIu64, ictus__repeat_seed ((uint64_t) seed, repeat));
  return ictus_conf_set (conf, text);
}

ictus_err
ictus__grid_point (const ictus_conf *conf, const ictus_experiment *exp, size_t run, ictus_conf **conf_out,
                   ictus_experiment **exp_out)
{
  size_t point = run / (size_t) exp->nrepeat;
  ictus_err e;

  *exp_out = NULL;
  ICTUS_GO (ictus_conf_copy (conf, conf_out));
  for (int a = 0; a < exp->naxis; ++a)
    ICTUS_GO (set_axis (*conf_out, &exp->axis[a], ictus__grid_value (exp, point, a)));
  ICTUS_GO (set_seed (*conf_out, run % (size_t) exp->nrepeat));
  ICTUS_GO (ictus_experiment_read (*conf_out, exp_out));
done:
  if (e != ICTUS_OK)
    ictus_conf_destroy (conf_out);
  return e;
}
