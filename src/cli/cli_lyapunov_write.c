/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus lyapunov: lyapunov.h5 (see ictus/schema.h). */
#include "cli/cli_lyapunov.h"

#include "ictus/schema.h"

static ictus_err
put (ictus_h5 *f, const char *name, size_t rows, size_t columns, const double *v, const char *unit)
{
  const hsize_t dims[2] = { rows, columns };

  ICTUS_TRY (ictus_h5_write (f, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, columns > 0 ? 2 : 1, dims, v));
  return ictus_h5_attr_string (f, name, "units", *unit != '\0' ? unit : "1");
}

static ictus_err
put_counts (ictus_h5 *f, const ictus_lyapunov *l)
{
  const struct { const char *name; int64_t v; } list[] = { { "states", l->n }, { "settled", l->settled }, { "stopped", l->told },
                                                           { "steps", (int64_t) l->steps }, { "rhs", (int64_t) l->rhs },
                                                           { "jacobians", (int64_t) l->jac } };

  for (size_t k = 0; k < sizeof list / sizeof *list; ++k)
    ICTUS_TRY (ictus_h5_attr_int (f, "/", list[k].name, H5T_STD_I64LE, &list[k].v, 1));
  return ICTUS_OK;
}

static ictus_err
put_numbers (ictus_h5 *f, const ictus_lyapunov *l)
{
  const struct { const char *name; double v; } list[]
      = { { "sum", l->sum }, { "sum_error", l->sum_error }, { "divergence", l->divergence }, { "divergence_error", l->divergence_error },
          { "dimension", l->dimension }, { "dimension_error", l->dimension_error }, { "entropy", l->entropy }, { "trans", l->trans },
          { "total", l->total }, { "recurrence", l->recurrence }, { "rtol", l->rtol }, { "atol", l->atol }, { "t_end", l->t_end } };

  for (size_t k = 0; k < sizeof list / sizeof *list; ++k)
    ICTUS_TRY (ictus_h5_attr_double (f, "/", list[k].name, list[k].v));
  return put_counts (f, l);
}

ictus_err
ictus_cli_lyapunov_write (const ictus_cli_dyn *c, const ictus_lyapunov *l, const char *path, int argc, char **argv)
{
  const char *unit = ictus_cli_lyapunov_unit (c->model, l->map);
  const char *time = l->map ? "iterations" : *unit != '\0' ? "ms" : "";
  ictus_h5 f = { .file = H5I_INVALID_HID };
  size_t k = (size_t) l->k;
  ictus_err e, closing;

  ICTUS_TRY (ictus_h5_create (MPI_COMM_SELF, path, c->overwrite, &f));
  ICTUS_GO (ictus_cli_dyn_describe (c, &f, ICTUS_KIND_LYAPUNOV, ICTUS_SCHEMA_LYAPUNOV, argc, argv));
  ICTUS_GO (ictus_h5_attr_string (&f, "/", "verdict", ictus_verdict_name (l->verdict)));
  ICTUS_GO (ictus_h5_attr_string (&f, "/", "method", ictus_lyapunov_method_name (l->method)));
  ICTUS_GO (ictus_h5_attr_string (&f, "/", "time_units", time));
  ICTUS_GO (put_numbers (&f, l));
  ICTUS_GO (put (&f, "/exponent", k, 0, l->exponent, unit));
  ICTUS_GO (put (&f, "/error", k, 0, l->error, unit));
  ICTUS_GO (put (&f, "/zero", k, 0, l->zero, unit));
  ICTUS_GO (put (&f, "/end", (size_t) l->n, 0, l->x_end, ""));
  ICTUS_GO (put (&f, "/time", l->nrow, 0, l->t, time));
  ICTUS_GO (put (&f, "/running", l->nrow, k, l->running, unit));
  e = put (&f, "/band", l->nrow, k, l->band, unit);
done:
  closing = ictus_h5_close (&f);
  return e != ICTUS_OK ? e : closing;
}
