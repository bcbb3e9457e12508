/* SPDX-License-Identifier: BSD-3-Clause */
/* What a model's settings say about a path. */
#include "path_impl.h"

#include <math.h>
#include <string.h>
#include <strings.h>

/* Tolerances of adaptive methods are at least as strict as these, and stricter where the file says so. */
#define LEAST_RTOL 1e-6
#define LEAST_ATOL 1e-9

/* The file says something about the option of this name. */
static bool
is_given (const ictus_lang_settings *s, const char *name)
{
  const char *option;

  for (int k = 0; (option = ictus_lang_option_name (k)) != NULL; ++k)
    if (strncasecmp (option, name, strlen (name)) == 0)
      return (s->given >> k & 1) != 0;
  return false;
}

/* XPPAUT's values hold for XPPAUT's files. A model of Ictus's own is followed accurately, and without limits, where it does
   not say otherwise. */
static void
own_defaults (const ictus_lang_settings *s, ictus_path_config *c)
{
  if (!is_given (s, "meth") && s->method != 'd')
    c->method = "cvode-bdf";
  if (!is_given (s, "bound"))
    c->bound = 0;
  if (!is_given (s, "maxstor"))
    c->max_rows = 0;
}

void
ictus_path_from_settings (const ictus_lang_settings *s, ictus_path_config *c)
{
  char letter[2] = { s->method, '\0' };
  const char *method = ictus_path_method_of (letter, NULL);

  memset (c, 0, sizeof *c);
  c->method = method != NULL ? method : "rk4";
  c->t0 = s->t0;
  c->total = s->dt < 0 ? -s->total : s->total;
  c->dt = fabs (s->dt);
  c->nout = s->nout;
  c->trans = s->trans;
  c->bound = s->bound;
  c->rtol = fmin (s->tol, LEAST_RTOL);
  c->atol = fmin (s->atol, LEAST_ATOL);
  c->dtmin = is_given (s, "dtmin") ? fabs (s->dtmin) : 0;
  c->dtmax = is_given (s, "dtmax") ? fabs (s->dtmax) : 0;
  c->newt_tol = s->newt_tol;
  c->newt_iter = s->newt_iter;
  c->seed = s->seed;
  c->max_rows = s->maxstor > 0 ? (size_t) s->maxstor : 0;
  c->poimap = s->poimap;
  c->poisgn = s->poisgn;
  c->poistop = s->poistop;
  c->poipln = s->poipln;
  c->poivar = s->poivar;
  c->fire = true;
  if (!s->xpp)
    own_defaults (s, c);
  if (!ictus__path_find (c->method)->pub.fixed)
    c->nout = 1; /* as XPPAUT does: its adaptive methods give a row every dt */
  if (s->method == 'd') /* time goes by whole numbers, forwards */
    {
      c->dt = 1;
      c->total = trunc (fabs (s->total));
    }
}

void
ictus_path_defaults (const ictus_model *m, ictus_path_config *c)
{
  const ictus_lang_settings *s = ictus_lang_get_settings (m->lang);
  ictus_lang_class cls = ictus_lang_classify (m->lang);

  ictus_path_from_settings (s, c);
  if (cls.map)
    c->method = "map";
  else if (!s->xpp && cls.stochastic && !is_given (s, "meth"))
    c->method = "euler";
}
