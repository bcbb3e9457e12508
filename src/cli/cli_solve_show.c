/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus solve: the table and the file. */
#include "cli/cli_solve.h"

#include <math.h>
#include <string.h>

/* ---- what is printed ----------------------------------------------------------------------------- */

static const char *
state_name (const ictus__solve_job *j, int k)
{
  return ictus_lang_get (j->model->lang, ICTUS_LANG_STATE, k)->name;
}

static void
spike_cell (const ictus__solve_outcome *o, bool last, char *cell, size_t size)
{
  if (o->spikes.n == 0)
    snprintf (cell, size, "-");
  else
    snprintf (cell, size, "%.10g", o->spikes.s[last ? o->spikes.n - 1 : 0].t_ms);
}

static void
print_table (const ictus__solve_job *j)
{
  char first[40], last[40];

  ictus_cli_print ("%s: %zu points, 0 to %.10g ms; fixed step %.10g ms; rtol %g, atol %g\n", j->kernel.name,
                   j->npoint, j->time[j->npoint - 1], j->dt, j->rtol, j->atol);
  ictus_cli_print ("%-12s %10s %10s %10s %7s %14s %14s  %s\n", "solver", "steps", "rhs", "Jacobians",
                   "spikes", "first ms", "last ms", j->nout > 1 ? "largest difference from the first" : "");
  for (size_t k = 0; k < j->nout; ++k)
    {
      const ictus__solve_outcome *o = &j->out[k];

      if (o->why != NULL)
        {
          ictus_cli_print ("%-12s %s: %s\n", o->name, o->refused ? "refuses" : "failed", o->why);
          continue;
        }
      spike_cell (o, false, first, sizeof first);
      spike_cell (o, true, last, sizeof last);
      ictus_cli_print ("%-12s %10llu %10llu %10llu %7zu %14s %14s", o->name,
                       (unsigned long long) o->stats.steps, (unsigned long long) o->stats.rhs,
                       (unsigned long long) o->stats.jac, o->spikes.n, first, last);
      if (o->diff_state >= 0)
        ictus_cli_print ("  %.17g (%s at %.10g ms)", o->diff, state_name (j, o->diff_state), o->diff_ms);
      ictus_cli_print ("\n");
    }
  if (!j->list_spikes)
    return;
  for (size_t k = 0; k < j->nout; ++k)
    {
      const ictus__solve_outcome *o = &j->out[k];
      bool grid = strncmp (o->name, "cvode", 5) != 0;

      ictus_cli_print ("spikes of %s [ms]%s:", o->name, grid ? " (index)" : "");
      for (size_t s = 0; s < o->spikes.n; ++s)
        if (grid)
          ictus_cli_print (" %.12g (%lld)", o->spikes.s[s].t_ms,
                           (long long) ictus_tick_of (o->spikes.s[s].t_ms, j->dt));
        else
          ictus_cli_print (" %.12g", o->spikes.s[s].t_ms);
      ictus_cli_print ("%s\n", o->spikes.n == 0 ? " none" : "");
    }
}

static void
json_text (const char *s)
{
  ictus_cli_print ("\"");
  for (; *s != '\0'; ++s)
    if (*s == '"' || *s == '\\')
      ictus_cli_print ("\\%c", *s);
    else if ((unsigned char) *s < 0x20)
      ictus_cli_print ("\\u%04x", (unsigned) *s);
    else
      ictus_cli_print ("%c", *s);
  ictus_cli_print ("\"");
}

static void
print_json (const ictus__solve_job *j)
{
  ictus_cli_print ("{\"model\": \"%s\", \"points\": %zu, \"dt_ms\": %.17g, \"rtol\": %.17g, \"atol\": %.17g, "
                   "\"solvers\": [",
                   j->kernel.name, j->npoint, j->dt, j->rtol, j->atol);
  for (size_t k = 0; k < j->nout; ++k)
    {
      const ictus__solve_outcome *o = &j->out[k];

      ictus_cli_print ("%s\n  {\"solver\": \"%s\"", k > 0 ? "," : "", o->name);
      if (o->why != NULL)
        {
          ictus_cli_print (", \"%s\": ", o->refused ? "refuses" : "failed");
          json_text (o->why);
        }
      ictus_cli_print (", \"steps\": %llu, \"rhs\": %llu, \"jacobians\": %llu",
                       (unsigned long long) o->stats.steps, (unsigned long long) o->stats.rhs,
                       (unsigned long long) o->stats.jac);
      if (o->diff_state >= 0 && isfinite (o->diff))
        ictus_cli_print (", \"difference\": %.17g, \"difference_state\": \"%s\", \"difference_ms\": %.17g",
                         o->diff, state_name (j, o->diff_state), o->diff_ms);
      ictus_cli_print (", \"spikes_ms\": [");
      for (size_t s = 0; s < o->spikes.n; ++s)
        ictus_cli_print ("%s%.17g", s > 0 ? ", " : "", o->spikes.s[s].t_ms);
      ictus_cli_print ("]}");
    }
  ictus_cli_print ("\n]}\n");
}

void
ictus__solve_print (const ictus__solve_job *j)
{
  if (j->common.json)
    print_json (j);
  else
    print_table (j);
}

/* ---- trajectory.h5 ------------------------------------------------------------------------------- */

static ictus_err
write_column (ictus_h5 *f, const char *solver, const char *name, const char *unit, const char *meaning,
              size_t n, const double *x)
{
  ictus_text path = { 0 };
  ictus_err e = ICTUS_OK;

  ictus_text_add (&path, "/solver/%s/%s", solver, name);
  if (path.failed)
    ICTUS_GO (ICTUS_E_NOMEM);
  ICTUS_GO (ictus_h5_make_growing (f, path.s, H5T_IEEE_F64LE, 0));
  if (n > 0)
    ICTUS_GO (ictus_h5_append (f, path.s, H5T_NATIVE_DOUBLE, n, 0, n, x));
  ICTUS_GO (ictus_h5_attr_string (f, path.s, "units", unit[0] != '\0' ? unit : "1"));
  if (meaning[0] != '\0')
    ICTUS_GO (ictus_h5_attr_string (f, path.s, "long_name", meaning));
done:
  ictus_text_clear (&path);
  return e;
}

static ictus_err
write_outcome (const ictus__solve_job *j, const ictus__solve_outcome *o, ictus_h5 *f, double *x)
{
  const ictus_lang *lang = j->model->lang;
  const ictus_kernel *k = &j->kernel;
  size_t ns = (size_t) k->nstate, na = (size_t) k->naux, n = o->npoint;
  double *a = ictus_alloc (na, sizeof *a);
  char name[90];
  ictus_err e = ICTUS_OK;

  if (a == NULL)
    return ICTUS_E_NOMEM;
  ICTUS_GO (write_column (f, o->name, "time", "ms", "model time", n, j->time));
  for (size_t s = 0; s < ns; ++s)
    {
      const ictus_lang_var *v = ictus_lang_get (lang, ICTUS_LANG_STATE, (int) s);

      for (size_t t = 0; t < n; ++t)
        x[t] = o->y[t * ns + s];
      ICTUS_GO (write_column (f, o->name, v->name, v->unit, v->meaning, n, x));
    }
  for (size_t s = 0; s < na; ++s)
    {
      const ictus_lang_var *v = ictus_lang_get (lang, ICTUS_LANG_AUX, (int) s);

      for (size_t t = 0; t < n; ++t)
        {
          k->aux (j->time[t], o->y + t * ns, j->p, j->u, a);
          x[t] = a[s];
        }
      snprintf (name, sizeof name, "aux/%s", v->name);
      ICTUS_GO (write_column (f, o->name, name, v->unit, v->meaning, n, x));
    }
  for (size_t s = 0; s < o->spikes.n; ++s)
    x[s] = o->spikes.s[s].t_ms;
  e = write_column (f, o->name, "spikes", "ms", "spike times", o->spikes.n, x);
done:
  ictus_free (a);
  return e;
}

ictus_err
ictus__solve_write (const ictus__solve_job *j, const char *path)
{
  static const int64_t schema = ICTUS_SCHEMA_TRAJECTORY;
  ictus_h5 f = { 0 };
  size_t most = j->npoint;
  double *x;
  ictus_err e = ICTUS_OK, closing;

  for (size_t k = 0; k < j->nout; ++k)
    most = j->out[k].spikes.n > most ? j->out[k].spikes.n : most;
  x = ictus_alloc (most, sizeof *x);
  if (x == NULL)
    return ICTUS_E_NOMEM;
  ICTUS_GO (ictus_h5_create (MPI_COMM_SELF, path, j->common.overwrite, &f));
  ICTUS_GO (ictus_h5_attr_string (&f, "/", "ictus_kind", ICTUS_KIND_TRAJECTORY));
  ICTUS_GO (ictus_h5_attr_int (&f, "/", "ictus_schema", H5T_STD_I32LE, &schema, 1));
  ICTUS_GO (ictus_h5_attr_string (&f, "/", "model", j->kernel.name));
  ICTUS_GO (ictus_h5_attr_string (&f, "/", "model_text", j->kernel.text));
  ICTUS_GO (ictus_h5_attr_string (&f, "/", "ictus_version", ictus_version ()));
  ICTUS_GO (ictus_h5_group (&f, "/solver"));
  for (size_t k = 0; k < j->nout; ++k)
    if (j->out[k].npoint > 0)
      ICTUS_GO (write_outcome (j, &j->out[k], &f, x));
done:
  closing = ictus_h5_close (&f);
  ictus_free (x);
  return e != ICTUS_OK ? e : closing;
}
