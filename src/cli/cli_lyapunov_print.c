/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus lyapunov: the table, and the same as JSON. */
#include "cli/cli_lyapunov.h"

#include <inttypes.h>
#include <math.h>

enum { SHOWN = 4 }; /* exponents in the table of convergence */

const char *
ictus_cli_lyapunov_unit (const ictus_model *m, bool map)
{
  return map ? "1/iteration" : ictus_lang_get_settings (m->lang)->xpp ? "" : "1/ms";
}

static const char *
time_unit (const ictus_model *m, bool map)
{
  return map ? " iterations" : ictus_lang_get_settings (m->lang)->xpp ? "" : " ms";
}

/* How the estimates came about: after a sixteenth, an eighth, ... of the time. */
static void
convergence (FILE *f, const ictus_lyapunov *l)
{
  int shown = l->k < SHOWN ? l->k : SHOWN;

  if (l->nrow < 32)
    return;
  fprintf (f, "\n%14s", "after");
  for (int j = 0; j < shown; ++j)
    fprintf (f, "  %12s %d", "exponent", j + 1);
  fprintf (f, "\n");
  for (size_t part = 16; part >= 1; part /= 2)
    {
      size_t r = l->nrow / part - 1;

      fprintf (f, "%14.6g", l->t[r]);
      for (int j = 0; j < shown; ++j)
        fprintf (f, "  %14.7g", l->running[r * (size_t) l->k + (size_t) j]);
      fprintf (f, "\n");
    }
}

static void
with_error (FILE *f, const char *what, double value, double error)
{
  if (isinf (value))
    fprintf (f, "%-24s %16s\n", what, "-infinity");
  else
    fprintf (f, "%-24s %16.9g +- %.2g\n", what, value, error);
}

static void
text (FILE *f, const ictus_cli_dyn *c, const ictus_lyapunov *l)
{
  const char *unit = ictus_cli_lyapunov_unit (c->model, l->map), *time = time_unit (c->model, l->map);

  fprintf (f, "%s: %d of %d Lyapunov exponents%s%s%s; ", c->model->kernel->name, l->k, l->n, *unit ? " (" : "", unit, *unit ? ")" : "");
  if (l->map)
    fprintf (f, "products of Jacobians\n");
  else
    fprintf (f, "%s, rtol %g, atol %g, %" PRIu64 " steps\n", ictus_lyapunov_method_name (l->method), l->rtol, l->atol, l->steps);
  fprintf (f, "measured over %.6g%s%s after %.6g%s\n\n", l->total, time, l->chosen_total ? " (chosen)" : "", l->trans,
           l->chosen_trans ? " (chosen)" : "");
  fprintf (f, "%-24s %16s    %s\n", "", "exponent", "standard error");
  for (int j = 0; j < l->k; ++j)
    if (isinf (l->exponent[j]))
      fprintf (f, "%-24d %16s    nothing is left of this direction\n", j + 1, "-infinity");
    else
      fprintf (f, "%-24d %16.9g +- %.2g%s\n", j + 1, l->exponent[j], l->error[j],
               fabs (l->exponent[j]) <= l->zero[j] ? "   0 within errors" : "");
  fprintf (f, "\n");
  with_error (f, l->k < l->n ? "sum of these" : "sum", l->sum, l->sum_error);
  with_error (f, l->map ? "mean of log |det J|" : "mean divergence", l->divergence, l->divergence_error);
  if (isnan (l->dimension))
    fprintf (f, "%-24s needs more exponents (--spectrum)\n", "Kaplan-Yorke dimension");
  else
    with_error (f, "Kaplan-Yorke dimension", l->dimension, l->dimension_error);
  fprintf (f, "%-24s %16.9g   upper bound of the entropy\n", "sum of positive ones", l->entropy);
  fprintf (f, "%-24s %16s\n", "motion", ictus_verdict_name (l->verdict));
  convergence (f, l);
}

static void
json_pair (FILE *f, const char *name, double value, double error)
{
  fprintf (f, ", \"%s\": {", name);
  ictus_json_number (f, "\"value\": ", value);
  ictus_json_number (f, ", \"error\": ", error);
  fprintf (f, "}");
}

static void
json (FILE *f, const ictus_cli_dyn *c, const ictus_lyapunov *l)
{
  fprintf (f, "{\"model\": ");
  ictus_json_string (f, c->model->kernel->name);
  fprintf (f, ", \"method\": ");
  ictus_json_string (f, ictus_lyapunov_method_name (l->method));
  fprintf (f, ", \"unit\": ");
  ictus_json_string (f, ictus_cli_lyapunov_unit (c->model, l->map));
  fprintf (f, ", \"map\": %s, \"states\": %d,\n \"exponents\": [", l->map ? "true" : "false", l->n);
  for (int j = 0; j < l->k; ++j)
    {
      ictus_json_number (f, j > 0 ? ", {\"value\": " : "{\"value\": ", l->exponent[j]);
      ictus_json_number (f, ", \"error\": ", l->error[j]);
      ictus_json_number (f, ", \"zero_within\": ", l->zero[j]);
      fprintf (f, "}");
    }
  fprintf (f, "],\n \"verdict\": ");
  ictus_json_string (f, ictus_verdict_name (l->verdict));
  json_pair (f, "sum", l->sum, l->sum_error);
  json_pair (f, "divergence", l->divergence, l->divergence_error);
  json_pair (f, "dimension", l->dimension, l->dimension_error);
  ictus_json_number (f, ", \"entropy\": ", l->entropy);
  fprintf (f, ",\n \"settled\": %s, \"stopped\": %s", l->settled ? "true" : "false", l->told ? "true" : "false");
  ictus_json_number (f, ", \"trans\": ", l->trans);
  ictus_json_number (f, ", \"total\": ", l->total);
  ictus_json_number (f, ", \"recurrence\": ", l->recurrence);
  ictus_json_number (f, ", \"rtol\": ", l->rtol);
  ictus_json_number (f, ", \"atol\": ", l->atol);
  fprintf (f, ", \"steps\": %" PRIu64 ", \"rhs\": %" PRIu64 ", \"jacobians\": %" PRIu64 "}\n", l->steps, l->rhs, l->jac);
}

void
ictus_cli_lyapunov_print (FILE *f, const ictus_cli_dyn *c, const ictus_lyapunov *l)
{
  if (c->json)
    json (f, c, l);
  else
    text (f, c, l);
}
