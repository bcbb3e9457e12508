/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus solve --compare: compare.h5 and its picture. */
#include "cli/cli_solve_compare.h"

#include <math.h>
#include <string.h>

static double
quantity (const ictus__trial *t, int which)
{
  switch (which)
    {
    case 0:
      return t->setting;
    case 1:
      return t->error;
    case 2:
      return t->cpu;
    case 3:
      return (double) t->steps;
    case 4:
      return (double) t->rhs;
    default:
      return (double) t->jac;
    }
}

static ictus_err
write_method (const ictus__race *r, size_t m, ictus_h5 *f)
{
  static const char *const name[] = { "setting", "error", "cpu", "steps", "rhs", "jacobians" };
  double *v = ictus_alloc (r->ntrial, sizeof *v);
  char path[120];
  hsize_t n = 0;
  ictus_err e = ICTUS_OK;

  if (v == NULL)
    return ICTUS_E_NOMEM;
  snprintf (path, sizeof path, "/method/%s", r->method[m]);
  ICTUS_GO (ictus_h5_group (f, path));
  ICTUS_GO (ictus_h5_attr_string (f, path, "setting", r->fixed[m] ? "step" : "rtol"));
  if (r->refuses[m][0] != '\0')
    ICTUS_GO (ictus_h5_attr_string (f, path, "refuses", r->refuses[m]));
  for (int q = 0; q < 6; ++q)
    {
      n = 0;
      for (size_t k = 0; k < r->ntrial; ++k)
        if (r->trial[k].method == r->method[m])
          v[n++] = quantity (&r->trial[k], q);
      snprintf (path, sizeof path, "/method/%s/%s", r->method[m], name[q]);
      ICTUS_GO (ictus_h5_make_growing (f, path, H5T_IEEE_F64LE, 0));
      if (n > 0)
        ICTUS_GO (ictus_h5_append (f, path, H5T_NATIVE_DOUBLE, n, 0, n, v));
      if (q == 2)
        ICTUS_GO (ictus_h5_attr_string (f, path, "units", "s"));
    }
done:
  ictus_free (v);
  return e;
}

static ictus_err
write_head (const ictus__race *r, ictus_h5 *f)
{
  static const int64_t schema = ICTUS_SCHEMA_COMPARE;

  ICTUS_TRY (ictus_h5_attr_string (f, "/", "ictus_kind", ICTUS_KIND_COMPARE));
  ICTUS_TRY (ictus_h5_attr_int (f, "/", "ictus_schema", H5T_STD_I32LE, &schema, 1));
  ICTUS_TRY (ictus_h5_attr_string (f, "/", "model", r->j->kernel.name));
  ICTUS_TRY (ictus_h5_attr_text (f, "/", "model_text", r->j->kernel.text));
  ICTUS_TRY (ictus_h5_attr_string (f, "/", "ictus_version", ictus_version ()));
  ICTUS_TRY (ictus_h5_attr_string (f, "/", "isa", ictus_isa ()));
  ICTUS_TRY (ictus_h5_attr_string (f, "/", "error_of", r->spikes ? "spike times" : "states"));
  ICTUS_TRY (ictus_h5_attr_string (f, "/", "error_units", r->spikes ? r->j->unit : "1"));
  ICTUS_TRY (ictus_h5_attr_string (f, "/", "reference", r->ref_method));
  ICTUS_TRY (ictus_h5_attr_string (f, "/", "other", r->other));
  ICTUS_TRY (ictus_h5_attr_double (f, "/", "uncertainty", r->uncertainty));
  ICTUS_TRY (ictus_h5_attr_double (f, "/", "stiffness_ratio", r->stiff.known ? r->stiff.ratio : (double) NAN));
  ICTUS_TRY (ictus_h5_attr_double (f, "/", "stiffness_ratio_median", r->stiff.known ? r->stiff.median : (double) NAN));
  return ictus_h5_group (f, "/method");
}

static ictus_err
write_file (const ictus__race *r, const char *path)
{
  ictus_h5 f = { 0 };
  ictus_err e, closing;

  ICTUS_GO (ictus_h5_create (MPI_COMM_SELF, path, r->j->common.overwrite, &f));
  ICTUS_GO (write_head (r, &f));
  for (size_t m = 0; m < r->nmethod; ++m)
    ICTUS_GO (write_method (r, m, &f));
done:
  closing = ictus_h5_close (&f);
  return e != ICTUS_OK ? e : closing;
}

static ictus_err
draw (const char *h5, const char *png)
{
  const ictus_plot_request request = { 0 };
  ictus_err e = ictus_plot (h5, png, &request);

  if (e == ICTUS_OK)
    ictus_log ("%s", png);
  else if (e == ICTUS_E_RESOURCE) /* the numbers are there; the picture can be drawn elsewhere */
    {
      ictus_log ("no picture: %s", ictus_err_last ());
      e = ICTUS_OK;
    }
  return e;
}

ictus_err
ictus__race_may_write (const ictus__solve_job *j)
{
  ictus_text path = { 0 };
  ictus_err e = ICTUS_OK;

  ictus_text_add (&path, "%s/compare.h5", j->dir);
  if (path.failed)
    e = ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
  else if (j->write && !j->common.overwrite && ictus_file_exists (path.s))
    e = ICTUS_FAIL (ICTUS_E_INPUT, "%s exists; --overwrite replaces it, -o names another folder", path.s);
  ictus_text_clear (&path);
  return e;
}

ictus_err
ictus__race_write (const ictus__race *r)
{
  ictus_text h5 = { 0 }, png = { 0 };
  ictus_err e = ICTUS_OK;

  ictus_text_add (&h5, "%s/compare.h5", r->j->dir);
  ictus_text_add (&png, "%s/compare.png", r->j->dir);
  if (h5.failed || png.failed)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory"));
  ICTUS_GO (ictus_mkdirs (r->j->dir));
  ICTUS_GO (write_file (r, h5.s));
  ictus_log ("%s", h5.s);
  e = draw (h5.s, png.s);
done:
  ictus_text_clear (&h5);
  ictus_text_clear (&png);
  return e;
}
