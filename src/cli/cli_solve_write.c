/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus solve: trajectory.h5, and text as XPPAUT writes it or with commas. */
#include "cli/cli_solve.h"

#include <string.h>
#include <strings.h>

/* Are there rows to write? */
static bool
has_rows (const ictus__solve_outcome *o)
{
  return o->path.nrow > 0;
}

/* ---- trajectory.h5 ------------------------------------------------------------------------------- */

/* The path of a column in its group; a name that is taken gets an underscore, and another one. */
static void
column_path (ictus_h5 *f, const char *label, const char *folder, const char *name, ictus_text *path)
{
  ictus_text_add (path, "/solver/%s/%s%s", label, folder, name);
  while (!path->failed && ictus_h5_exists (f, path->s))
    ictus_text_add (path, "_");
}

static ictus_err
write_column (ictus_h5 *f, const char *label, const char *folder, const char *name, const char *unit,
              const char *meaning, size_t n, const double *x)
{
  ictus_text path = { 0 };
  ictus_err e = ICTUS_OK;

  column_path (f, label, folder, name, &path);
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
describe (const ictus__solve_outcome *o, ictus_h5 *f)
{
  ictus_text group = { 0 };
  ictus_err e = ICTUS_OK;

  ictus_text_add (&group, "/solver/%s", o->label);
  if (group.failed)
    ICTUS_GO (ICTUS_E_NOMEM);
  ICTUS_GO (ictus_h5_attr_string (f, group.s, "solver", o->method));
  if (o->set != NULL)
    ICTUS_GO (ictus_h5_attr_string (f, group.s, "set", o->set));
  if (o->why != NULL)
    ICTUS_GO (ictus_h5_attr_string (f, group.s, "failed", o->why));
done:
  ictus_text_clear (&group);
  return e;
}

static ictus_err
write_outcome (const ictus__solve_job *j, const ictus__solve_outcome *o, ictus_h5 *f)
{
  const ictus_path *p = &o->path;
  int nstate = p->ncol - ictus_lang_count (j->model->lang, ICTUS_LANG_AUX);
  double *x = ictus_alloc (p->nrow, sizeof *x);
  ictus_text group = { 0 };
  ictus_err e = ICTUS_OK;

  ictus_text_add (&group, "/solver/%s/aux", o->label);
  if (x == NULL || group.failed)
    ICTUS_GO (ICTUS_E_NOMEM);
  ICTUS_GO (write_column (f, o->label, "", "time", j->unit, "model time", p->nrow, p->t));
  if (j->kernel.fire != NULL)
    ICTUS_GO (write_column (f, o->label, "", "spikes", j->unit, "spike times", p->nspike, p->spike));
  if (nstate < p->ncol)
    ICTUS_GO (ictus_h5_group (f, group.s)); /* before a state of that name */
  for (int k = 0; k < p->ncol; ++k)
    {
      const ictus_lang_var *v = ictus__solve_column (j, k);

      for (size_t r = 0; r < p->nrow; ++r)
        x[r] = p->v[r * (size_t) p->ncol + (size_t) k];
      ICTUS_GO (write_column (f, o->label, k < nstate ? "" : "aux/", v->name, v->unit, v->meaning, p->nrow, x));
    }
  e = describe (o, f);
done:
  ictus_text_clear (&group);
  ictus_free (x);
  return e;
}

static ictus_err
write_h5 (const ictus__solve_job *j, const char *path)
{
  static const int64_t schema = ICTUS_SCHEMA_TRAJECTORY;
  ictus_h5 f = { 0 };
  ictus_err e = ICTUS_OK, closing;

  ICTUS_GO (ictus_h5_create (MPI_COMM_SELF, path, j->common.overwrite, &f));
  ICTUS_GO (ictus_h5_attr_string (&f, "/", "ictus_kind", ICTUS_KIND_TRAJECTORY));
  ICTUS_GO (ictus_h5_attr_int (&f, "/", "ictus_schema", H5T_STD_I32LE, &schema, 1));
  ICTUS_GO (ictus_h5_attr_string (&f, "/", "model", j->kernel.name));
  ICTUS_GO (ictus_h5_attr_string (&f, "/", "model_text", j->kernel.text));
  ICTUS_GO (ictus_h5_attr_string (&f, "/", "ictus_version", ictus_version ()));
  ICTUS_GO (ictus_h5_group (&f, "/solver"));
  for (size_t k = 0; k < j->nout; ++k)
    if (has_rows (&j->out[k]))
      ICTUS_GO (write_outcome (j, &j->out[k], &f));
done:
  closing = ictus_h5_close (&f);
  return e != ICTUS_OK ? e : closing;
}

/* ---- text ----------------------------------------------------------------------------------------- */

static void
text_head (const ictus__solve_job *j, int ncol, ictus_text *t)
{
  ictus_text_add (t, "time");
  for (int k = 0; k < ncol; ++k)
    ictus_text_add (t, ",%s", ictus__solve_column (j, k)->name);
  ictus_text_add (t, "\n");
}

/* Which columns a file has: -1 is the time. All, or for `dat` those of a line "only", as XPPAUT. column [ncol + 1]; the number. */
static size_t
choose_columns (const ictus__solve_job *j, int ncol, size_t room, int *column)
{
  const char *name;
  size_t n = 0;

  for (int k = 0; j->format == SOLVE_DAT && (name = ictus_lang_only_at (j->model->lang, k)) != NULL && n < room; ++k)
    {
      if (strcasecmp (name, "t") == 0)
        column[n++] = -1;
      for (int c = 0; c < ncol; ++c)
        if (strcasecmp (ictus__solve_column (j, c)->name, name) == 0)
          {
            column[n++] = c;
            break;
          }
    }
  for (int c = -1; n == 0 && c < ncol; ++c)
    column[c + 1] = c;
  return n > 0 ? n : (size_t) ncol + 1;
}

static ictus_err
write_text (const ictus__solve_job *j, const ictus__solve_outcome *o, const char *path)
{
  const ictus_path *p = &o->path;
  const char *sep = j->format == SOLVE_CSV ? "," : " ";
  size_t room = (size_t) p->ncol + 1, n;
  int *column = ictus_alloc (room, sizeof *column);
  char number[40];
  ictus_text t = { 0 };
  ictus_err e;

  if (column == NULL)
    return ICTUS_E_NOMEM;
  n = choose_columns (j, p->ncol, room, column);
  if (j->format == SOLVE_CSV)
    text_head (j, p->ncol, &t);
  for (size_t r = 0; r < p->nrow; ++r)
    for (size_t k = 0; k < n; ++k)
      {
        double x = column[k] < 0 ? p->t[r] : p->v[r * (size_t) p->ncol + (size_t) column[k]];

        snprintf (number, sizeof number, "%.12g%s", x, k + 1 < n ? sep : "\n");
        ictus_text_addn (&t, number, strlen (number));
      }
  e = t.failed ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory") : ictus_file_write (path, t.s != NULL ? t.s : "", t.len);
  ictus_text_clear (&t);
  ictus_free (column);
  return e;
}

/* ---- which files ---------------------------------------------------------------------------------- */

/* The file of an outcome: one for all, or its own. */
static void
file_name (const ictus__solve_job *j, const ictus__solve_outcome *o, ictus_text *path)
{
  const char *slash = strrchr (j->settings.output, '/'), *output = slash != NULL ? slash + 1 : j->settings.output;

  ictus_text_add (path, "%s/", j->dir);
  if (j->format == SOLVE_H5)
    ictus_text_add (path, "trajectory.h5");
  else if (j->several || o->set != NULL)
    ictus_text_add (path, "%s.%s", o->label, j->format == SOLVE_DAT ? "dat" : "csv");
  else if (j->format == SOLVE_CSV)
    ictus_text_add (path, "trajectory.csv");
  else
    ictus_text_add (path, "%s", output[0] != '\0' ? output : "output.dat");
}

ictus_err
ictus__solve_may_write (const ictus__solve_job *j, const ictus__solve_outcome *o)
{
  ictus_text path = { 0 };
  ictus_err e = ICTUS_OK;

  if (!j->write || j->common.overwrite)
    return ICTUS_OK;
  file_name (j, o, &path);
  if (path.failed)
    e = ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
  else if (ictus_file_exists (path.s))
    e = ICTUS_FAIL (ICTUS_E_INPUT, "%s exists; --overwrite replaces it, -o names another folder", path.s);
  ictus_text_clear (&path);
  return e;
}

static ictus_err
write_one (const ictus__solve_job *j, const ictus__solve_outcome *o)
{
  ictus_text path = { 0 };
  ictus_err e = ICTUS_OK;

  file_name (j, o, &path);
  if (path.failed)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory"));
  ICTUS_GO (j->format == SOLVE_H5 ? write_h5 (j, path.s) : write_text (j, o, path.s));
  ictus_log ("%s", path.s);
done:
  ictus_text_clear (&path);
  return e;
}

ictus_err
ictus__solve_write (const ictus__solve_job *j)
{
  ICTUS_TRY (ictus_mkdirs (j->dir));
  for (size_t k = 0; k < j->nout; ++k)
    if (j->format == SOLVE_H5)
      return write_one (j, &j->out[k]);
    else if (has_rows (&j->out[k]))
      ICTUS_TRY (write_one (j, &j->out[k]));
  return ICTUS_OK;
}
