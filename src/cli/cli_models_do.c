/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus models NAME --plot and --verify: the model is followed as its lines beginning with @ say. */
#include "cli/cli_models.h"

#include <math.h>
#include <string.h>
#include <strings.h>

/* ---- the picture ---------------------------------------------------------------------------------- */

static bool
is_time (const char *name)
{
  return name[0] == '\0' || strcasecmp (name, "t") == 0 || strcasecmp (name, "time") == 0;
}

/* Column of a name; -1: the time. */
static ictus_err
find_column (const ictus_model *m, const ictus_path *path, const char *name, int *out)
{
  const char **list, *near;

  *out = -1;
  if (is_time (name))
    return ICTUS_OK;
  for (int k = 0; k < path->ncol; ++k)
    if (strcasecmp (ictus_path_column (m, k)->name, name) == 0)
      {
        *out = k;
        return ICTUS_OK;
      }
  if ((list = ictus_alloc ((size_t) path->ncol, sizeof *list)) == NULL)
    return ICTUS_E_NOMEM;
  for (int k = 0; k < path->ncol; ++k)
    list[k] = ictus_path_column (m, k)->name;
  near = ictus_nearest (name, list, (size_t) path->ncol);
  ICTUS_FAIL (ICTUS_E_INPUT, "model %s has no state or auxiliary quantity \"%s\" to draw%s%s%s", ictus_lang_name (m->lang),
              name, near != NULL ? "; did you mean \"" : "", near != NULL ? near : "", near != NULL ? "\"?" : "");
  ictus_free (list);
  return ICTUS_E_INPUT;
}

static ictus_plot_axis
axis_of (const ictus_model *m, const ictus_path *path, int column, double lo, double hi)
{
  bool ms = !ictus_lang_get_settings (m->lang)->xpp && !ictus_lang_classify (m->lang).map;
  ictus_plot_axis a
      = { .name = "time", .unit = ms ? "ms" : "", .v = path->t, .stride = 1, .lo = lo, .hi = hi };

  if (column < 0)
    return a;
  a.name = ictus_path_column (m, column)->name;
  a.unit = ictus_path_column (m, column)->unit;
  a.v = path->v + column;
  a.stride = (size_t) path->ncol;
  return a;
}

static ictus_err
draw (const ictus_model *m, const ictus_path *path, const char *out)
{
  const ictus_lang_settings *s = ictus_lang_get_settings (m->lang);
  ictus_plot_axis x, y;
  ictus_text title = { 0 }, note = { 0 };
  int xcol, ycol = 0;
  ictus_err e;

  ICTUS_GO (find_column (m, path, s->xp, &xcol));
  if (s->yp[0] != '\0')
    ICTUS_GO (find_column (m, path, s->yp, &ycol));
  x = axis_of (m, path, xcol, s->xlo, s->xhi);
  y = axis_of (m, path, ycol, s->ylo, s->yhi);
  ictus_text_add (&title, "%s%s%s", ictus_lang_name (m->lang), ictus_lang_title (m->lang)[0] != '\0' ? ": " : "",
                  ictus_lang_title (m->lang));
  ictus_text_add (&note, "%s", ictus_lang_source (m->lang));
  if (path->end == ICTUS_PATH_BOUND || path->end == ICTUS_PATH_FAILED)
    ictus_text_add (&note, "%sended at %.6g%s%s", note.len > 0 ? "; " : "", path->t_end,
                    path->why[0] != '\0' ? ": " : "", path->why);
  if (title.failed || note.failed)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory"));
  e = ictus_plot_curve (&x, &y, path->nrow, ictus_lang_classify (m->lang).map || s->poimap != 0, title.s,
                        note.s != NULL ? note.s : "", out);
done:
  ictus_text_clear (&title);
  ictus_text_clear (&note);
  return e;
}

ictus_err
ictus__models_plot (const char *name, const char *out)
{
  ictus_model *m = NULL;
  ictus_path_config c;
  ictus_path path = { 0 };
  ictus_text file = { 0 };
  ictus_err e;

  ICTUS_GO (ictus_model_open_scalar (name, NULL, NULL, &m));
  ictus_cli_path_config (m->lang, ictus_lang_get_settings (m->lang), &c);
  if (out != NULL)
    ictus_text_add (&file, "%s", out);
  else
    ictus_text_add (&file, "%s.png", ictus_lang_name (m->lang));
  if (file.failed)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory"));
  ICTUS_GO (ictus_path_run (m, &c, NULL, NULL, NULL, &path));
  if (path.nrow == 0)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_SOLVER, "%s: there is nothing to draw%s%s", name, path.why[0] != '\0' ? ": " : "",
                          path.why));
  ICTUS_GO (draw (m, &path, file.s));
  ictus_cli_print ("%s\n", file.s);
done:
  ictus_text_clear (&file);
  ictus_path_clear (&path);
  ictus_model_close (&m);
  return e;
}

/* ---- expectations --------------------------------------------------------------------------------- */

ictus_err
ictus__models_verify (const char *name, int *met, int *failed)
{
  const ictus_lang_expect *x;
  ictus_model *m = NULL;
  ictus_text said = { 0 };
  bool good;
  ictus_err e;

  ICTUS_GO (ictus_model_open_scalar (name, NULL, NULL, &m));
  for (int k = 0; (x = ictus_lang_expect_at (m->lang, k)) != NULL; ++k)
    {
      good = false;
      ictus_text_clear (&said);
      ICTUS_GO (ictus_path_expect (m, x, &said, &good));
      ictus_cli_print ("%s: %s: %s\n    %s\n", ictus_lang_name (m->lang), good ? "met" : "NOT MET", x->text,
                       said.s != NULL ? said.s : "");
      *(good ? met : failed) += 1;
    }
done:
  ictus_text_clear (&said);
  ictus_model_close (&m);
  return e;
}
