/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus lyapunov --map: lyapunov.h5 with the largest exponent over one parameter or two. */
#include "cli/cli_lyapunov_map.h"

#include <hdf5_hl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ictus/schema.h"

#include "cli/cli_lyapunov.h"

typedef struct progress
{
  double last_s, start_s;
} progress;

static void
tick (void *ctx, double done, double all)
{
  progress *p = ctx;
  double now = ictus_wall_s ();

  if (now - p->last_s < (isatty (STDERR_FILENO) ? 0.5 : 5) && done < all)
    return;
  p->last_s = now;
  if (isatty (STDERR_FILENO))
    fprintf (stderr, "\r%.0f of %.0f points, %.3g points/s %s", done, all, done / (now - p->start_s), done < all ? "" : "\n");
  else
    fprintf (stderr, "%.0f of %.0f points\n", done, all);
}

/* ---- the file: plain HDF5 with dimension scales, which is what netCDF-4 is ---- */

static ictus_err
check (const ictus_h5 *f, herr_t code, const char *what)
{
  return code < 0 ? ictus_h5_fail (ICTUS_E_IO, "cannot write %s in %s", what, f->path) : ICTUS_OK;
}

static ictus_err
write_axis (ictus_h5 *f, const ictus_lang_var *var, const ictus_lyapunov_axis *a, hid_t *scale)
{
  double *v = ictus_alloc (a->n, sizeof *v);
  hsize_t n = a->n;
  ictus_err e;

  if (v == NULL)
    return ICTUS_E_NOMEM;
  for (size_t k = 0; k < a->n; ++k)
    v[k] = ictus_lyapunov_axis_at (a, k);
  e = ictus_h5_write (f, var->name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, &n, v);
  ictus_free (v);
  ICTUS_TRY (e);
  *scale = H5Dopen2 (f->file, var->name, H5P_DEFAULT);
  ICTUS_TRY (check (f, *scale < 0 ? -1 : 0, var->name));
  ICTUS_TRY (check (f, H5DSset_scale (*scale, var->name), var->name));
  return ictus_h5_attr_string (f, var->name, "units", var->unit[0] != '\0' ? var->unit : "1");
}

static ictus_err
write_values (ictus_h5 *f, const ictus_cli_dyn *c, const ictus_lyapunov_map *m, const char *name, const char *long_name,
              const double *v, const hid_t *scale)
{
  const hsize_t dims[2] = { m->axis[0].n, m->naxis > 1 ? m->axis[1].n : 0 };
  const char *unit;
  hid_t set;
  herr_t code = 0;

  ICTUS_TRY (ictus_h5_write (f, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, m->naxis, dims, v));
  set = H5Dopen2 (f->file, name, H5P_DEFAULT);
  for (int a = 0; set >= 0 && code >= 0 && a < m->naxis; ++a)
    code = H5DSattach_scale (set, scale[a], (unsigned) a);
  if (set >= 0)
    H5Dclose (set);
  ICTUS_TRY (check (f, set < 0 ? -1 : code, name));
  ICTUS_TRY (ictus_h5_attr_string (f, name, "long_name", long_name));
  unit = ictus_cli_lyapunov_unit (c->model, c->model->kernel->is_map != 0);
  return ictus_h5_attr_string (f, name, "units", *unit ? unit : "1");
}

static ictus_err
write_all (ictus_h5 *f, const ictus_cli_dyn *c, const ictus_lyapunov_map *m, hid_t *scale, int argc, char **argv)
{
  ICTUS_TRY (ictus_cli_dyn_describe (c, f, ICTUS_KIND_LYAPUNOV_MAP, ICTUS_SCHEMA_LYAPUNOV_MAP, argc, argv));
  for (int a = 0; a < m->naxis; ++a)
    ICTUS_TRY (write_axis (f, ictus_dyn_par_var (c->model, m->axis[a].par), &m->axis[a], &scale[a]));
  ICTUS_TRY (write_values (f, c, m, "lyapunov_exponent", "largest Lyapunov exponent", m->exponent, scale));
  ICTUS_TRY (write_values (f, c, m, "lyapunov_error", "its standard error", m->error, scale));
  ICTUS_TRY (ictus_h5_attr_double (f, "/", "transient", m->trans));
  ICTUS_TRY (ictus_h5_attr_double (f, "/", "measured", m->total));
  ICTUS_TRY (ictus_h5_attr_double (f, "/", "rtol", m->rtol));
  return ictus_h5_attr_double (f, "/", "atol", m->atol);
}

/* Under another name first: what has the right name is whole. */
static ictus_err
write_file (const ictus_cli_dyn *c, const ictus_lyapunov_map *m, const char *path, int argc, char **argv)
{
  hid_t scale[2] = { H5I_INVALID_HID, H5I_INVALID_HID };
  ictus_text tmp = { 0 };
  ictus_h5 f = { .file = H5I_INVALID_HID };
  ictus_err e, closing;

  ictus_text_add (&tmp, "%s.tmp", path);
  if (tmp.failed)
    return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
  ICTUS_GO (ictus_h5_create (MPI_COMM_SELF, tmp.s, true, &f));
  e = write_all (&f, c, m, scale, argc, argv);
  for (int a = 0; a < 2; ++a)
    if (scale[a] >= 0)
      H5Dclose (scale[a]);
  if (e == ICTUS_OK)
    e = ictus_h5_flush (&f);
  closing = ictus_h5_close (&f);
  ICTUS_GO (e != ICTUS_OK ? e : closing);
  if (rename (tmp.s, path) != 0)
    e = ICTUS_FAIL (ICTUS_E_IO, "cannot rename %s to %s", tmp.s, path);
done:
  if (e != ICTUS_OK)
    unlink (tmp.s);
  ictus_text_clear (&tmp);
  return e;
}

/* ---- what is printed ---- */

static void
print (FILE *f, const ictus_cli_dyn *c, const ictus_lyapunov_map *m)
{
  size_t chaotic = 0, best = 0, good = 0;

  for (size_t k = 0; k < m->npoint; ++k)
    if (!isnan (m->exponent[k]))
      {
        good += 1;
        chaotic += m->exponent[k] > 3 * m->error[k] && m->exponent[k] > 0;
        if (isnan (m->exponent[best]) || m->exponent[k] > m->exponent[best])
          best = k;
      }
  if (c->json)
    {
      fprintf (f, "{\"model\":");
      ictus_json_string (f, c->model->kernel->name);
      fprintf (f, ",\"points\":%zu,\"failed\":%zu,\"positive\":%zu", m->npoint, m->nfailed, chaotic);
      ictus_json_number (f, ",\"transient\":", m->trans);
      ictus_json_number (f, ",\"measured\":", m->total);
      ictus_json_number (f, ",\"largest\":", m->exponent[best]);
      fprintf (f, ",\"at\":{");
    }
  else
    {
      fprintf (f, "%s: largest Lyapunov exponent at %zu points, each measured for %.6g after %.6g\n", c->model->kernel->name,
               m->npoint, m->total, m->trans);
      fprintf (f, "positive (by more than 3 standard errors) at %zu points\n", chaotic);
      if (m->nfailed > 0)
        fprintf (f, "no value at %zu points: the trajectory runs to infinity, or no step is short enough\n", m->nfailed);
      if (good > 0)
        fprintf (f, "largest: %.6g (standard error %.2g) at", m->exponent[best], m->error[best]);
    }
  for (int a = 0; a < m->naxis && (good > 0 || c->json); ++a)
    {
      size_t inner = a + 1 < m->naxis ? m->axis[1].n : 1;
      double x = ictus_lyapunov_axis_at (&m->axis[a], best / inner % m->axis[a].n);
      const char *name = ictus_dyn_par_var (c->model, m->axis[a].par)->name;

      if (c->json)
        {
          fprintf (f, "%s", a > 0 ? "," : "");
          ictus_json_string (f, name);
          ictus_json_number (f, ":", x);
        }
      else
        fprintf (f, "%s %s = %.6g", a > 0 ? "," : "", name, x);
    }
  fprintf (f, c->json ? "}}\n" : good > 0 ? "\n" : "");
}

/* ---- the command ---- */

static ictus_err
read_axes (const ictus_cli_dyn *c, const char *const *map, size_t nmap, ictus_lyapunov_axis *axis)
{
  if (nmap > 2)
    return ICTUS_FAIL (ICTUS_E_USAGE, "--map is given %zu times: a map goes over one parameter or two", nmap);
  for (size_t a = 0; a < nmap; ++a)
    {
      ICTUS_TRY (ictus_cli_dyn_axis (c, "map", map[a], &axis[a].par, &axis[a].lo, &axis[a].hi, &axis[a].n));
      if (axis[a].n == 0)
        return ICTUS_FAIL (ICTUS_E_USAGE, "--map takes NAME=LOW:HIGH:N, not \"%s\"", map[a]);
    }
  return ICTUS_OK;
}

static ictus_err
finish (const ictus_cli_dyn *c, const ictus_lyapunov_map *m, const ictus_text *path, const ictus_text *journal, int argc, char **argv)
{
  if (path->len > 0)
    {
      ICTUS_TRY (write_file (c, m, path->s, argc, argv));
      unlink (journal->s);
    }
  print (stdout, c, m);
  return ICTUS_OK;
}

ictus_err
ictus_cli_lyapunov_map (ictus_cli_dyn *c, const ictus_lyapunov_options *o, const char *const *map, size_t nmap, int argc, char **argv)
{
  ictus_lyapunov_options own = *o;
  ictus_lyapunov_axis axis[2] = { { 0 } };
  ictus_lyapunov_map m = { 0 };
  ictus_plot_request request = { 0 };
  progress p = { .start_s = ictus_wall_s () };
  ictus_text path = { 0 }, journal = { 0 };
  ictus_err e;

  own.told = ictus_cli_told_to_end;
  own.tick = c->quiet || !ictus_cli_is_main () ? NULL : tick;
  own.ctx = &p;
  p.last_s = p.start_s;
  ICTUS_GO (read_axes (c, map, nmap, axis));
  ICTUS_GO (ictus_cli_dyn_output (c, "lyapunov.h5", &path));
  if (path.len > 0)
    ictus_text_add (&journal, "%.*s.journal", (int) (path.len - strlen (".h5")), path.s);
  ICTUS_GO (ictus_comm_agree (MPI_COMM_WORLD, journal.failed ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory") : ICTUS_OK));
  e = ictus_lyapunov_map_run (MPI_COMM_WORLD, &c->values, &own, (int) nmap, axis, path.len > 0 ? journal.s : NULL, c->overwrite, &m);
  if (e == ICTUS_E_STOPPED && path.len > 0)
    e = ICTUS_FAIL (e, "stopped on request with %zu of %zu points done; the same command goes on (without --overwrite)", m.ndone, m.npoint);
  ICTUS_GO (e);
  if (ictus_cli_is_main ())
    e = finish (c, &m, &path, &journal, argc, argv);
  ICTUS_GO (ictus_comm_agree (MPI_COMM_WORLD, e));
  if (path.len > 0)
    e = ictus_cli_dyn_picture (c, path.s, &request);
done:
  ictus_lyapunov_map_clear (&m);
  ictus_text_clear (&path);
  ictus_text_clear (&journal);
  return e;
}
