/* SPDX-License-Identifier: BSD-3-Clause */
/* The grid of a sweep: its points, and the document of one point. */
#include <string.h>

#include "sweep/sweep_impl.h"

#define MAX_POINTS 100000000.0
enum { MAX_AXES = 30 }; /* HDF5 has 32 dimensions */

/* what sweep.h5 has in its root group beside the axes */
static const char *const reserved[]
    = { "rate",     "cv",      "chi",        "fano",       "rate_all", "cv_all", "chi_all",
        "fano_all", "seizure", "population", "provenance", "failures", "status" };

ictus_err
ictus__grid_check (const ictus_experiment *exp, size_t *npoint)
{
  double n = 1;

  if (exp->naxis == 0)
    return ictus_node_fail (ictus_conf_root (exp->conf), ICTUS_E_INPUT,
                            "nothing to sweep: the experiment has no sweep.axes");
  if (exp->naxis > MAX_AXES)
    return ictus_node_fail (exp->axis[MAX_AXES].node, ICTUS_E_INPUT, "a sweep can have %d axes, not more",
                            (int) MAX_AXES);
  *npoint = 1;
  for (int a = 0; a < exp->naxis; ++a)
    {
      const ictus_exp_axis *axis = &exp->axis[a];

      for (size_t k = 0; k < sizeof reserved / sizeof *reserved; ++k)
        if (strcmp (axis->name, reserved[k]) == 0)
          return ictus_node_fail (axis->node, ICTUS_E_INPUT,
                                  "an axis cannot be called '%s': sweep.h5 has a data set of that name",
                                  axis->name);
      if (strpbrk (axis->name, "/.") != NULL)
        return ictus_node_fail (axis->node, ICTUS_E_INPUT,
                                "the name of an axis cannot contain '/' or '.': '%s'", axis->name);
      n *= (double) axis->nvalue;
      if (n > MAX_POINTS)
        return ictus_node_fail (axis->node, ICTUS_E_INPUT, "the grid has more than %.0f points", MAX_POINTS);
      *npoint *= axis->nvalue;
    }
  return ICTUS_OK;
}

size_t
ictus__grid_index (const ictus_experiment *exp, size_t point, int axis)
{
  for (int a = exp->naxis - 1; a > axis; --a)
    point /= exp->axis[a].nvalue;
  return point % exp->axis[axis].nvalue;
}

void
ictus__grid_name (const ictus_experiment *exp, size_t point, ictus_text *out)
{
  for (int a = 0; a < exp->naxis; ++a)
    {
      const ictus_exp_axis *axis = &exp->axis[a];

      ictus_text_add (out, "%s%s = %.6g%s%s", a > 0 ? ", " : "", axis->name,
                      axis->value[ictus__grid_index (exp, point, a)], axis->unit[0] != '\0' ? " " : "",
                      axis->unit);
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

ictus_err
ictus__grid_point (const ictus_conf *conf, const ictus_experiment *exp, size_t point, ictus_conf **conf_out,
                   ictus_experiment **exp_out)
{
  ictus_text name = { 0 };
  ictus_err e;

  *exp_out = NULL;
  ICTUS_GO (ictus_conf_copy (conf, conf_out));
  for (int a = 0; a < exp->naxis; ++a)
    ICTUS_GO (set_axis (*conf_out, &exp->axis[a], exp->axis[a].value[ictus__grid_index (exp, point, a)]));
  ICTUS_GO (ictus_experiment_read (*conf_out, exp_out));
done:
  if (e != ICTUS_OK)
    {
      ictus__grid_name (exp, point, &name);
      ictus_err_prefix (e, "point %zu (%s)", point, name.s != NULL ? name.s : "");
      ictus_conf_destroy (conf_out);
    }
  ictus_text_clear (&name);
  return e;
}
