/* SPDX-License-Identifier: BSD-3-Clause */
/* How a model is followed by itself: the same for what solves, draws and checks it. */
#include "cli/cli.h"

#include <string.h>

/* Was this option given? alias may be NULL. */
static bool
given (const ictus_lang_settings *s, const char *name, const char *alias)
{
  const char *o;

  for (int k = 0; (o = ictus_lang_option_name (k)) != NULL; ++k)
    if (strcmp (o, name) == 0 || (alias != NULL && strcmp (o, alias) == 0))
      return (s->given >> k & 1) != 0;
  return false;
}

void
ictus_cli_path_config (const ictus_lang *lang, const ictus_lang_settings *s, ictus_path_config *c)
{
  ictus_lang_class class = ictus_lang_classify (lang);

  ictus_path_from_settings (s, c);
  if (s->xpp)
    return;
  if (!given (s, "total", NULL))
    c->total = class.map ? 1000 : 100;
  if (!given (s, "dt", NULL))
    c->dt = class.map ? 1 : 0.025;
  if (!given (s, "bound", "bounds"))
    c->bound = 0;
  if (!given (s, "maxstor", NULL))
    c->max_rows = 0;
  if (!given (s, "meth", "method"))
    {
      c->method = class.map ? "map" : class.stochastic ? "heun" : "cvode-bdf";
      c->rtol = given (s, "tol", "toler") && c->rtol < 1e-6 ? c->rtol : 1e-6;
      c->atol = given (s, "atol", "atoler") && c->atol < 1e-8 ? c->atol : 1e-8;
    }
  c->fire = class.fires;
}
