/* SPDX-License-Identifier: BSD-3-Clause */
/* The grid of a sweep: its points, the document of one point, and a digest of everything that results depend
   on. */
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

/* ---- the digest ---- */

static ictus_err
hash_file (const ictus_conf *conf, const char *path, uint64_t *h)
{
  ictus_text full = { 0 };
  char *data = NULL;
  size_t len = 0;
  ictus_err e = ICTUS_OK;

  if (path == NULL)
    return ICTUS_OK;
  ictus_conf_resolve (conf, path, &full);
  if (full.failed)
    ICTUS_GO (ICTUS_E_NOMEM);
  ICTUS_GO (ictus_file_read (full.s, &data, &len));
  *h = ictus_hash (data, len, *h);
done:
  ictus_free (data);
  ictus_text_clear (&full);
  return e;
}

ictus_err
ictus__grid_digest (const ictus_conf *conf, const ictus_experiment *exp, const ictus_net *net, uint64_t *out)
{
  /* no result depends on these */
  static const char *const fixed[] = { "run.partition=block", "output.flush=1000 ms",
                                       "sweep.ranks_per_point=1", "sweep.seizure={chi: 0.4, rate: 5 Hz}" };
  ictus_conf *copy = NULL;
  ictus_experiment *read = NULL;
  ictus_text text = { 0 };
  uint64_t h;
  ictus_err e;

  ICTUS_GO (ictus_conf_copy (conf, &copy));
  for (size_t k = 0; k < sizeof fixed / sizeof *fixed; ++k)
    ICTUS_GO (ictus_conf_set (copy, fixed[k]));
  ICTUS_GO (ictus_experiment_read (copy, &read));
  ICTUS_GO (ictus_conf_emit (copy, &text));
  h = ictus_hash (text.s, text.len, 0);
  for (int p = 0; p < ictus_net_npopulation (net); ++p)
    {
      const ictus_population *pop = ictus_net_population (net, p);

      if (pop->model != NULL)
        h = ictus_hash (pop->model->kernel->text, strlen (pop->model->kernel->text), h);
      ICTUS_GO (hash_file (conf, exp->population[p].spike_file, &h));
    }
  for (int k = 0; k < exp->nprojection; ++k)
    ICTUS_GO (hash_file (conf, exp->projection[k].file, &h));
  *out = h;
done:
  ictus_text_clear (&text);
  ictus_experiment_destroy (&read);
  ictus_conf_destroy (&copy);
  return e;
}
