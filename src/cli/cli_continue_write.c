/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus continue: bifurcation.h5 (see ictus/schema.h). */
#include "cli/cli_continue.h"

#include <math.h>
#include <string.h>

typedef struct writer
{
  const ictus_dyn_diagram *d;
  const ictus_cli_ordinate *y;
  const double *p, *u, *y0; /* values of the model, for aux quantities */
  double *par, *in, *state, *aux; /* scratch: [nslot], [nu], [nstate], [naux] */
  ictus_h5 *f;
} writer;

static ictus_err
put (writer *w, const char *group, const char *name, size_t rows, size_t columns, const double *v, const char *unit)
{
  const hsize_t dims[2] = { rows, columns };
  ictus_text path = { 0 };
  ictus_err e = ICTUS_OK;

  if (v == NULL)
    return ICTUS_OK;
  ictus_text_add (&path, "%s/%s", group, name);
  if (path.failed)
    return ICTUS_E_NOMEM;
  ICTUS_GO (ictus_h5_write (w->f, path.s, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, columns > 0 ? 2 : 1, dims, v));
  if (unit != NULL)
    e = ictus_h5_attr_string (w->f, path.s, "units", unit[0] != '\0' ? unit : "1");
done:
  ictus_text_clear (&path);
  return e;
}

static ictus_err
put_int (writer *w, const char *group, const char *name, int64_t value)
{
  return ictus_h5_attr_int (w->f, group, name, H5T_STD_I32LE, &value, 1);
}

/* ---- what is drawn over the parameter ------------------------------------------------------------------------ */

/* Aux quantities at x, the parameters at their values on the branch. */
static void
aux_at (writer *w, double par, double par2, const double *x)
{
  const ictus_model *m = w->d->model;
  const ictus_kernel *k = m->kernel;
  const ictus_dyn_options *o = &w->d->options;
  const double value[2] = { par, par2 };
  const int which[2] = { o->par, o->par2 };
  int i = 0;

  memcpy (w->par, w->p, (size_t) k->nslot * sizeof *w->par);
  if (k->ninput > 0)
    memcpy (w->in, w->u, (size_t) k->ninput * sizeof *w->in);
  for (int a = 0; a < 2; ++a)
    if (which[a] >= 0 && isfinite (value[a]))
      *(which[a] < k->npar ? &w->par[which[a]] : &w->in[which[a] - k->npar]) = value[a];
  k->prepare (w->par);
  memcpy (w->state, w->y0, (size_t) k->nstate * sizeof *w->state);
  for (int a = 0; a < k->nstate; ++a)
    {
      const ictus_lang_var *v = ictus_lang_get (m->lang, ICTUS_LANG_STATE, a);

      if (v->markov == 0 && !v->hidden)
        w->state[a] = x[i++];
    }
  k->aux (ictus_lang_get_settings (m->lang)->t0, w->state, w->par, w->in, w->aux);
}

/* Low and high value of the ordinate in row r. */
static void
ordinate (writer *w, const ictus_dyn_branch *b, size_t r, double *low, double *high)
{
  size_t n = (size_t) b->n, k = (size_t) w->y->k;

  if (!w->y->aux)
    {
      *low = b->low != NULL ? b->low[r * n + k] : b->x[r * n + k];
      *high = b->high != NULL ? b->high[r * n + k] : b->x[r * n + k];
    }
  else if (b->low != NULL)
    {
      *low = b->aux_low != NULL ? b->aux_low[r * (size_t) b->naux + k] : NAN;
      *high = b->aux_high != NULL ? b->aux_high[r * (size_t) b->naux + k] : NAN;
    }
  else
    {
      aux_at (w, b->par[r], b->par2 != NULL ? b->par2[r] : NAN, b->x + r * n);
      *low = *high = w->aux[k];
    }
}

static ictus_err
put_ordinate (writer *w, const char *group, const ictus_dyn_branch *b)
{
  double *v = ictus_alloc (2 * b->npoint, sizeof *v);
  ictus_err e = v != NULL ? ICTUS_OK : ICTUS_E_NOMEM;

  for (size_t r = 0; e == ICTUS_OK && r < b->npoint; ++r)
    ordinate (w, b, r, &v[2 * r], &v[2 * r + 1]);
  if (e == ICTUS_OK)
    e = put (w, group, "y", b->npoint, 2, v, w->y->v->unit);
  ictus_free (v);
  return e;
}

/* Aux quantities of equilibria, all of them. */
static ictus_err
put_aux (writer *w, const char *group, const ictus_dyn_branch *b)
{
  size_t na = (size_t) w->d->model->kernel->naux;
  double *v;
  ictus_err e = ICTUS_OK;

  if (na == 0)
    return ICTUS_OK;
  if (b->kind == ICTUS_DYN_CYCLES)
    {
      ICTUS_TRY (put (w, group, "aux_low", b->npoint, na, b->aux_low, NULL));
      return put (w, group, "aux_high", b->npoint, na, b->aux_high, NULL);
    }
  if ((v = ictus_alloc (b->npoint * na, sizeof *v)) == NULL)
    return ICTUS_E_NOMEM;
  for (size_t r = 0; r < b->npoint; ++r)
    {
      aux_at (w, b->par[r], b->par2 != NULL ? b->par2[r] : NAN, b->x + r * (size_t) b->n);
      memcpy (v + r * na, w->aux, na * sizeof *v);
    }
  e = put (w, group, "aux", b->npoint, na, v, NULL);
  ictus_free (v);
  return e;
}

/* ---- special points ---------------------------------------------------------------------------------------- */

static ictus_err
put_special (writer *w, const char *branch, const ictus_dyn_branch *b, const ictus_dyn_special *s)
{
  const char *g;
  ictus_text group = { 0 };
  double low, high;
  ictus_err e = ICTUS_OK;

  ictus_text_add (&group, "%s/special/%s%d", branch, ictus_dyn_type_label (s->type), s->number);
  while (!group.failed && ictus_h5_exists (w->f, group.s)) /* met twice on this branch */
    ictus_text_add (&group, "_");
  if (group.failed)
    ICTUS_GO (ICTUS_E_NOMEM);
  g = group.s;
  ICTUS_GO (ictus_h5_group (w->f, g));
  ICTUS_GO (ictus_h5_attr_string (w->f, g, "type", ictus_dyn_type_name (s->type)));
  ICTUS_GO (ictus_h5_attr_string (w->f, g, "label", ictus_dyn_type_label (s->type)));
  ICTUS_GO (ictus_h5_attr_string (w->f, g, "note", s->note));
  ICTUS_GO (put_int (w, g, "number", s->number));
  ICTUS_GO (put_int (w, g, "again", s->again));
  ICTUS_GO (put_int (w, g, "row", (int64_t) s->at));
  ICTUS_GO (ictus_h5_attr_double (w->f, g, "par", s->par[0]));
  if (b->par2 != NULL)
    ICTUS_GO (ictus_h5_attr_double (w->f, g, "par2", s->par[1]));
  if (isfinite (s->period))
    ICTUS_GO (ictus_h5_attr_double (w->f, g, "period", s->period));
  if (isfinite (s->coefficient))
    ICTUS_GO (ictus_h5_attr_double (w->f, g, "coefficient", s->coefficient));
  ordinate (w, b, s->at, &low, &high);
  ICTUS_GO (ictus_h5_attr_double (w->f, g, "y_low", low));
  ICTUS_GO (ictus_h5_attr_double (w->f, g, "y_high", high));
  ICTUS_GO (put (w, g, "x", (size_t) b->n, 0, s->x, NULL));
  if (s->nmesh > 0)
    {
      ICTUS_GO (put (w, g, "phase", s->nmesh, 0, s->phase, NULL));
      ICTUS_GO (put (w, g, "orbit", s->nmesh, (size_t) b->n, s->orbit, NULL));
    }
done:
  ictus_text_clear (&group);
  return e;
}

/* ---- branches ---------------------------------------------------------------------------------------------------- */

static ictus_err
put_columns (writer *w, const char *g, const ictus_dyn_branch *b)
{
  const ictus_dyn_options *o = &w->d->options;
  const char *ms = ictus_lang_get_settings (w->d->model->lang)->xpp ? "1" : "ms";
  const hsize_t rows = b->npoint;
  size_t n = (size_t) b->n;
  char path[64];

  ICTUS_TRY (put (w, g, "par", b->npoint, 0, b->par, ictus_dyn_par_var (w->d->model, o->par)->unit));
  if (b->par2 != NULL)
    ICTUS_TRY (put (w, g, "par2", b->npoint, 0, b->par2, ictus_dyn_par_var (w->d->model, o->par2)->unit));
  ICTUS_TRY (put (w, g, "x", b->npoint, n, b->x, NULL));
  ICTUS_TRY (put (w, g, "low", b->npoint, n, b->low, NULL));
  ICTUS_TRY (put (w, g, "high", b->npoint, n, b->high, NULL));
  ICTUS_TRY (put (w, g, "period", b->npoint, 0, b->period, ms));
  ICTUS_TRY (put (w, g, "re", b->npoint, n, b->re, NULL));
  ICTUS_TRY (put (w, g, "im", b->npoint, n, b->im, NULL));
  snprintf (path, sizeof path, "%s/unstable", g);
  ICTUS_TRY (ictus_h5_write (w->f, path, H5T_STD_I32LE, H5T_NATIVE_INT, 1, &rows, b->unstable));
  ICTUS_TRY (put_ordinate (w, g, b));
  return put_aux (w, g, b);
}

static ictus_err
put_branch (writer *w, size_t k)
{
  static const char *const kind[] = { "equilibria", "cycles", "folds", "Hopf points" };
  const ictus_dyn_branch *b = &w->d->branch[k];
  char g[40], special[60];

  snprintf (g, sizeof g, "/branches/%zu", k);
  ICTUS_TRY (ictus_h5_group (w->f, g));
  ICTUS_TRY (ictus_h5_attr_string (w->f, g, "kind", kind[b->kind]));
  ICTUS_TRY (put_int (w, g, "from_branch", b->from_branch));
  ICTUS_TRY (put_int (w, g, "from_special", b->from_special));
  ICTUS_TRY (put_int (w, g, "direction", b->direction));
  ICTUS_TRY (ictus_h5_attr_string (w->f, g, "note", b->nspecial > 0 ? b->special[b->nspecial - 1].note : ""));
  ICTUS_TRY (put_columns (w, g, b));
  snprintf (special, sizeof special, "%s/special", g);
  ICTUS_TRY (ictus_h5_group (w->f, special));
  for (size_t a = 0; a < b->nspecial; ++a)
    ICTUS_TRY (put_special (w, g, b, &b->special[a]));
  return ICTUS_OK;
}

/* ---- the head ------------------------------------------------------------------------------------------------------ */

/* Names and units, as data sets of strings of equal length. */
static ictus_err
put_names (writer *w, const char *path, ictus_lang_kind kind, bool units)
{
  const ictus_lang *lang = w->d->model->lang;
  size_t width = 1, count = 0;
  hsize_t dims;
  hid_t type = H5I_INVALID_HID;
  char *v = NULL;
  ictus_err e = ICTUS_OK;

  for (int round = 0; round < 2; ++round)
    {
      count = 0;
      for (int k = 0; k < ictus_lang_count (lang, kind); ++k)
        {
          const ictus_lang_var *a = ictus_lang_get (lang, kind, k);
          const char *s = units ? a->unit : a->name;

          if (kind == ICTUS_LANG_STATE && (a->markov != 0 || a->hidden))
            continue;
          width = strlen (s) + 1 > width ? strlen (s) + 1 : width;
          if (round == 1)
            snprintf (v + count * width, width, "%s", s);
          ++count;
        }
      if (round == 0 && (v = ictus_alloc (count, width)) == NULL)
        return ICTUS_E_NOMEM;
    }
  dims = count;
  type = H5Tcopy (H5T_C_S1);
  H5Tset_size (type, width);
  if (count > 0)
    e = ictus_h5_write (w->f, path, type, type, 1, &dims, v);
  H5Tclose (type);
  ictus_free (v);
  return e;
}

static ictus_err
put_head (writer *w)
{
  const ictus_dyn_options *o = &w->d->options;
  const ictus_lang_var *v = ictus_dyn_par_var (w->d->model, o->par);
  ictus_h5 *f = w->f;

  ICTUS_TRY (ictus_h5_attr_string (f, "/", "par", v->name));
  ICTUS_TRY (ictus_h5_attr_string (f, "/", "par_units", v->unit));
  ICTUS_TRY (ictus_h5_attr_double (f, "/", "par_low", o->lo));
  ICTUS_TRY (ictus_h5_attr_double (f, "/", "par_high", o->hi));
  if (o->par2 >= 0)
    {
      v = ictus_dyn_par_var (w->d->model, o->par2);
      ICTUS_TRY (ictus_h5_attr_string (f, "/", "par2", v->name));
      ICTUS_TRY (ictus_h5_attr_string (f, "/", "par2_units", v->unit));
      ICTUS_TRY (ictus_h5_attr_double (f, "/", "par2_low", o->lo2));
      ICTUS_TRY (ictus_h5_attr_double (f, "/", "par2_high", o->hi2));
    }
  ICTUS_TRY (ictus_h5_attr_string (f, "/", "y", w->y->v->name));
  ICTUS_TRY (ictus_h5_attr_string (f, "/", "y_units", w->y->v->unit));
  ICTUS_TRY (ictus_h5_attr_string (f, "/", "time_units", ictus_lang_get_settings (w->d->model->lang)->xpp ? "" : "ms"));
  ICTUS_TRY (put_names (w, "/states", ICTUS_LANG_STATE, false));
  ICTUS_TRY (put_names (w, "/states_units", ICTUS_LANG_STATE, true));
  ICTUS_TRY (put_names (w, "/aux", ICTUS_LANG_AUX, false));
  return put_names (w, "/aux_units", ICTUS_LANG_AUX, true);
}

ictus_err
ictus_cli_continue_branches (const ictus_cli_dyn *c, const ictus_dyn_diagram *d, const ictus_cli_ordinate *y, ictus_h5 *f)
{
  const ictus_kernel *k = d->model->kernel;
  writer w = { .d = d, .y = y, .p = c->p, .u = c->u, .y0 = c->y, .f = f };
  ictus_err e = ICTUS_E_NOMEM;

  w.par = ictus_alloc ((size_t) k->nslot, sizeof *w.par);
  w.in = ictus_alloc ((size_t) k->nu, sizeof *w.in);
  w.state = ictus_alloc ((size_t) k->nstate, sizeof *w.state);
  w.aux = ictus_alloc ((size_t) k->naux, sizeof *w.aux);
  if (w.par == NULL || w.in == NULL || w.state == NULL || w.aux == NULL)
    goto done;
  ICTUS_GO (ictus_h5_group (f, "/branches"));
  for (size_t b = 0; b < d->nbranch; ++b)
    ICTUS_GO (put_branch (&w, b));
done:
  ictus_free (w.par);
  ictus_free (w.in);
  ictus_free (w.state);
  ictus_free (w.aux);
  return e;
}

ictus_err
ictus_cli_continue_write (const ictus_cli_dyn *c, const ictus_dyn_diagram *d, const ictus_cli_ordinate *y, const char *path,
                          int argc, char **argv)
{
  ictus_h5 f = { .file = H5I_INVALID_HID };
  writer w = { .d = d, .y = y, .f = &f };
  ictus_err e, closing;

  ICTUS_GO (ictus_h5_create (MPI_COMM_SELF, path, c->overwrite, &f));
  ICTUS_GO (ictus_cli_dyn_describe (c, &f, ICTUS_KIND_BIFURCATION, ICTUS_SCHEMA_BIFURCATION, argc, argv));
  ICTUS_GO (put_head (&w));
  e = ictus_cli_continue_branches (c, d, y, &f);
done:
  closing = ictus_h5_close (&f);
  return e != ICTUS_OK ? e : closing;
}
