/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus transitions: the table, and the same as JSON. */
#include "cli/cli_transitions.h"

#include <math.h>

static const char *const direction[2] = { "up", "down" };

static const char *
loss_name (ictus_ramp_loss l)
{
  static const char *const name[] = { "", "fold", "Hopf point", "real eigenvalue passes 0", "" };

  return name[l];
}

static void
range_of (const ictus_ramp_options *o, const ictus_ramp *r, int side, char *out, size_t size)
{
  ictus_ramp_average a;

  ictus_ramp_summary (r, side, &a);
  if (a.with_jump == 0)
    snprintf (out, size, "%s", "none");
  else
    snprintf (out, size, "%.6g +- %.2g (%.6g to %.6g), %zu of %zu runs", a.par, isnan (a.par_sd) ? 0 : a.par_sd, a.par_least, a.par_most,
              a.with_jump, a.runs);
  (void) o;
}

static void
jumps_of (FILE *f, const char *what, const ictus_ramp_run *run, const char *name)
{
  for (int k = 0; k < run->njump; ++k)
    {
      const ictus_ramp_jump *j = &run->jump[k];

      fprintf (f, "  %-16s %s at %s = %.9g", k == 0 ? what : "", ictus_ramp_kind_name (j->kind), name, j->par);
      if (!isnan (j->before) && !isnan (j->after))
        fprintf (f, ", from %.5g to %.5g", j->before, j->after);
      fprintf (f, "\n");
    }
  if (run->njump == 0)
    fprintf (f, "  %-16s no jump in the range\n", what);
}

static void
print_side (FILE *f, const ictus_ramp_options *o, const ictus_ramp *r, int side, const char *name)
{
  const ictus_ramp_side *s = &r->side[side];
  ictus_ramp_average a;
  char text[160];

  fprintf (f, "\n%s, %s from %.9g to %.9g%s\n", direction[side], name, s->from, s->to,
           !s->served ? "" : s->rests ? ", begins at rest" : ", begins in oscillation");
  if (!s->served)
    {
      fprintf (f, "  not followed: %s\n", s->why);
      return;
    }
  if (s->loss != ICTUS_RAMP_KEPT && s->loss != ICTUS_RAMP_UNKNOWN)
    fprintf (f, "  %-16s until %s = %.9g (%s)\n", "rest is stable", name, s->loss_par, loss_name (s->loss));
  else if (s->loss == ICTUS_RAMP_KEPT)
    fprintf (f, "  %-16s in the whole range\n", "rest is stable");
  jumps_of (f, "without noise", &s->still, name);
  if (r->repeats == 0)
    return;
  range_of (o, r, side, text, sizeof text);
  ictus_ramp_summary (r, side, &a);
  fprintf (f, "  %-16s %s%s%s\n", "with noise", a.with_jump > 0 ? ictus_ramp_kind_name (a.kind) : "no jump in the range",
           a.with_jump > 0 ? " at " : "", a.with_jump > 0 ? text : "");
  if (a.with_jump > 0 && !isnan (s->loss_par))
    fprintf (f, "  %-16s %.4g behind the point where rest is lost (negative: before it)\n", "delay",
             side == 0 ? a.par - s->loss_par : s->loss_par - a.par);
  if (a.warned == 0)
    {
      fprintf (f, "  %-16s %s\n", "signs", s->rests ? "too little time before the jump" : "none: they are of a state of rest");
      return;
    }
  fprintf (f, "  %-16s %8s %8s %10s   %s\n", "signs", "tau", "p", "p < 0.05", "nothing moves: tau, p < 0.05");
  for (int k = 0; k < ICTUS_WARNING_SIGNS; ++k)
    fprintf (f, "  %-16s %8.3f %8.3f %9.0f%%   %8.3f %11.0f%%\n", ictus_warning_name (k), a.tau[k], a.p[k], 100 * a.detected[k],
             a.control_tau[k], 100 * a.alarm[k]);
}

/* Jump and return, where both are there. */
static bool
hysteresis (const ictus_ramp *r, double *up, double *back)
{
  ictus_ramp_average a, b;

  *up = r->side[0].still.njump > 0 ? r->side[0].still.jump[0].par : NAN;
  *back = r->side[1].still.njump > 0 ? r->side[1].still.jump[r->side[1].still.njump - 1].par : NAN;
  if (r->repeats > 0)
    {
      ictus_ramp_summary (r, 0, &a);
      ictus_ramp_summary (r, 1, &b);
      *up = a.par;
      *back = b.last_par;
    }
  return isfinite (*up) && isfinite (*back);
}

static void
print_text (FILE *f, const ictus_cli_dyn *c, const ictus_ramp_options *o, const ictus_ramp *r)
{
  const ictus_lang_var *w = ictus_cli_transitions_watched (c->model, o->watch);
  const char *name = ictus_dyn_par_var (c->model, o->par)->name;
  double up, back;

  fprintf (f, "%s: %s from %.9g to %.9g and back, each in %.6g%s; %s is watched\n", c->model->kernel->name, name, o->lo, o->hi,
           r->duration, r->chosen_duration ? " (chosen)" : "", w->name);
  if (r->shortened)
    fprintf (f, "this is short for what is slow in the model: more than 2000000 steps of %.3g would be needed; --duration takes more\n", r->dt);
  if (r->repeats > 0 && isfinite (r->sigma))
    fprintf (f, "noise of strength %.4g was chosen; step %.4g\n", r->sigma, r->dt);
  for (int side = 0; side < 2; ++side)
    print_side (f, o, r, side, name);
  if (hysteresis (r, &up, &back))
    fprintf (f, "\nhysteresis: there at %s = %.6g, back at %.6g, width %.4g\n", name, up, back, up - back);
}

/* ---- JSON ------------------------------------------------------------------------------------------------------------ */

static void
json_run (FILE *f, const ictus_ramp_run *run)
{
  fprintf (f, "[");
  for (int k = 0; k < run->njump; ++k)
    {
      fprintf (f, "%s{\"kind\":\"%s\"", k > 0 ? "," : "", ictus_ramp_kind_name (run->jump[k].kind));
      ictus_json_number (f, ",\"parameter\":", run->jump[k].par);
      ictus_json_number (f, ",\"before\":", run->jump[k].before);
      ictus_json_number (f, ",\"after\":", run->jump[k].after);
      fprintf (f, "}");
    }
  fprintf (f, "]");
}

static void
json_side (FILE *f, const ictus_ramp *r, int side)
{
  const ictus_ramp_side *s = &r->side[side];
  ictus_ramp_average a;

  fprintf (f, "%s{\"direction\":\"%s\",\"followed\":%s,\"rests\":%s", side > 0 ? "," : "", direction[side], s->served ? "true" : "false",
           s->rests ? "true" : "false");
  ictus_json_number (f, ",\"from\":", s->from);
  ictus_json_number (f, ",\"to\":", s->to);
  fprintf (f, ",\"rest_lost_by\":\"%s\"", loss_name (s->loss));
  ictus_json_number (f, ",\"rest_lost_at\":", s->served ? s->loss_par : NAN);
  fprintf (f, ",\"without_noise\":");
  json_run (f, &s->still);
  ictus_ramp_summary (r, side, &a);
  fprintf (f, ",\"runs\":%zu,\"with_jump\":%zu", a.runs, a.with_jump);
  ictus_json_number (f, ",\"mean\":", a.par);
  ictus_json_number (f, ",\"sd\":", a.par_sd);
  ictus_json_number (f, ",\"delay\":", side == 0 ? a.par - s->loss_par : s->loss_par - a.par);
  fprintf (f, ",\"signs\":[");
  for (int k = 0; k < ICTUS_WARNING_SIGNS; ++k)
    {
      fprintf (f, "%s{\"sign\":\"%s\"", k > 0 ? "," : "", ictus_warning_name (k));
      ictus_json_number (f, ",\"tau\":", a.tau[k]);
      ictus_json_number (f, ",\"p\":", a.p[k]);
      ictus_json_number (f, ",\"detected\":", a.detected[k]);
      ictus_json_number (f, ",\"control_tau\":", a.control_tau[k]);
      ictus_json_number (f, ",\"false_alarms\":", a.alarm[k]);
      fprintf (f, "}");
    }
  fprintf (f, "],\"jumps\":[");
  for (size_t i = 0; i < r->repeats; ++i)
    {
      fprintf (f, "%s", i > 0 ? "," : "");
      json_run (f, &r->run[(size_t) side * r->repeats + i]);
    }
  fprintf (f, "]}");
}

void
ictus_cli_transitions_print (FILE *f, const ictus_cli_dyn *c, const ictus_ramp_options *o, const ictus_ramp *r)
{
  double up, back;

  if (!c->json)
    {
      print_text (f, c, o, r);
      return;
    }
  fprintf (f, "{\"model\":");
  ictus_json_string (f, c->model->kernel->name);
  fprintf (f, ",\"parameter\":");
  ictus_json_string (f, ictus_dyn_par_var (c->model, o->par)->name);
  fprintf (f, ",\"watched\":");
  ictus_json_string (f, ictus_cli_transitions_watched (c->model, o->watch)->name);
  ictus_json_number (f, ",\"duration\":", r->duration);
  ictus_json_number (f, ",\"dt\":", r->dt);
  ictus_json_number (f, ",\"noise\":", r->sigma);
  ictus_json_number (f, ",\"hysteresis\":", hysteresis (r, &up, &back) ? up - back : NAN);
  fprintf (f, ",\"directions\":[");
  for (int side = 0; side < 2; ++side)
    json_side (f, r, side);
  fprintf (f, "]}\n");
}
