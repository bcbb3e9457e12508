/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus transitions: the table, and the same as JSON. */
#include "cli/cli_transitions.h"

#include <math.h>
#include <string.h>

static const char *const direction[2] = { "up", "down" };

static const char *
loss_name (ictus_ramp_loss l)
{
  static const char *const name[] = { "", "fold", "Hopf point", "real eigenvalue passes 0", "" };

  return name[l];
}

/* ---- text ------------------------------------------------------------------------------------------------------------ */

typedef struct view
{
  FILE *f;
  const ictus_cli_transitions_job *j;
  const char *name; /* of the parameter */
} view;

/* What rounding leaves of 0 is told as 0. */
static double
shown (const view *w, double par)
{
  return fabs (par) > 1e-12 * (w->j->o->hi - w->j->o->lo) ? par : 0;
}

/* ": 0.07 behind LP1 (fold, eta = -3.13613)" */
static void
cause_of (const view *w, const ictus_ramp_cause *c, double delay)
{
  if (!c->found)
    return;
  fprintf (w->f, ": %.4g %s ", fabs (delay), delay < 0 ? "before" : "behind");
  if (c->label[0] != '\0')
    fprintf (w->f, "%s (%s, %s = %.9g)", c->label, c->what, w->name, shown (w, c->par));
  else
    fprintf (w->f, "the %s at %s = %.9g", c->what, w->name, shown (w, c->par));
}

static ictus_err
explain (const view *w, int side, const ictus_ramp_run *run, ictus_ramp_cause *cause)
{
  const ictus_cli_transitions_job *j = w->j;
  const ictus_ramp_side *s = &j->r->side[side];

  if (j->d->nbranch > 0)
    return ictus_ramp_explain (&j->c->values, j->o, j->r, j->d, side, run, cause);
  for (int k = 0; k < ICTUS_RAMP_JUMPS; ++k)
    cause[k] = (ictus_ramp_cause) { .par = NAN, .delay = NAN };
  if (isfinite (s->loss_par) && run->njump > 0) /* without a diagram the end of the rest that it began on */
    {
      cause[0] = (ictus_ramp_cause) { .found = true, .par = s->loss_par,
                                      .delay = side == 0 ? run->jump[0].par - s->loss_par : s->loss_par - run->jump[0].par };
      snprintf (cause[0].what, sizeof cause[0].what, "%s", s->loss == ICTUS_RAMP_REAL ? "end of rest" : loss_name (s->loss));
    }
  return ICTUS_OK;
}

static ictus_err
without_noise (const view *w, int side)
{
  const ictus_ramp_run *run = &w->j->r->side[side].still;
  ictus_ramp_cause cause[ICTUS_RAMP_JUMPS];

  ICTUS_TRY (explain (w, side, run, cause));
  for (int k = 0; k < run->njump; ++k)
    {
      const ictus_ramp_jump *j = &run->jump[k];

      fprintf (w->f, "  %-16s %s at %s = %.9g", k == 0 ? "without noise" : "", ictus_ramp_kind_name (j->kind), w->name, j->par);
      if (!isnan (j->before) && !isnan (j->after))
        fprintf (w->f, ", from %.5g to %.5g", j->before, j->after);
      cause_of (w, &cause[k], cause[k].delay);
      fprintf (w->f, "\n");
    }
  if (run->njump == 0)
    fprintf (w->f, "  %-16s no jump in the range\n", "without noise");
  return ICTUS_OK;
}

static ictus_err
with_noise (const view *w, int side)
{
  ictus_ramp_cause cause[ICTUS_RAMP_JUMPS];
  ictus_ramp_usual u;

  ictus_ramp_usually (w->j->r, side, &u);
  for (int k = 0; k < u.njump; ++k)
    {
      ICTUS_TRY (explain (w, side, u.like[k], cause));
      fprintf (w->f, "  %-16s %s at %s = %.6g +- %.2g (%.6g to %.6g)", k == 0 ? "with noise" : "", ictus_ramp_kind_name (u.kind[k]), w->name,
               u.par[k], isnan (u.sd[k]) ? 0 : u.sd[k], u.least[k], u.most[k]);
      if (k == 0)
        fprintf (w->f, ", %zu of %zu runs", u.with, u.runs);
      cause_of (w, &cause[k], side == 0 ? u.par[k] - cause[k].par : cause[k].par - u.par[k]);
      fprintf (w->f, "\n");
    }
  if (u.runs == 0)
    fprintf (w->f, "  %-16s no run was done\n", "with noise");
  else if (u.njump == 0)
    fprintf (w->f, "  %-16s no jump in the range, %zu of %zu runs\n", "with noise", u.with, u.runs);
  return ICTUS_OK;
}

static void
print_signs (const view *w, int side)
{
  const ictus_ramp_side *s = &w->j->r->side[side];
  ictus_ramp_average a;

  ictus_ramp_summary (w->j->r, side, &a);
  if (a.runs == 0)
    return;
  if (a.warned == 0)
    {
      fprintf (w->f, "  %-16s %s\n", "signs",
               s->rests ? "too little time before the jump" : "none: they are of a state of rest");
      return;
    }
  if (s->lag * s->sample > 2 * s->memory)
    fprintf (w->f, "  %-16s the memory of what is watched, %.3g, is shorter than the %.3g from sample to sample: no autocorrelation is\n"
                   "  %-16s seen; a slower state (--watch) or a shorter ramp (--duration) has one\n", "", s->memory, s->sample, "");
  fprintf (w->f, "  %-16s %8s %8s %10s   %s\n", "signs", "tau", "p", "p < 0.05", "nothing moves: tau, p < 0.05");
  for (int k = 0; k < ICTUS_WARNING_SIGNS; ++k)
    fprintf (w->f, "  %-16s %8.3f %8.3f %9.0f%%   %8.3f %11.0f%%\n", ictus_warning_name (k), a.tau[k], a.p[k], 100 * a.detected[k],
             a.control_tau[k], 100 * a.alarm[k]);
}

static ictus_err
print_side (const view *w, int side)
{
  const ictus_ramp_side *s = &w->j->r->side[side];

  fprintf (w->f, "\n%s, %s from %.9g to %.9g%s\n", direction[side], w->name, s->from, s->to,
           !s->served ? "" : s->rests ? ", begins at rest" : ", begins in oscillation");
  if (!s->served)
    {
      fprintf (w->f, "  not followed: %s\n", s->why);
      return ICTUS_OK;
    }
  if (s->loss != ICTUS_RAMP_KEPT && s->loss != ICTUS_RAMP_UNKNOWN)
    fprintf (w->f, "  %-16s until %s = %.9g (%s)\n", "rest is stable", w->name, s->loss_par, loss_name (s->loss));
  else if (s->loss == ICTUS_RAMP_KEPT)
    fprintf (w->f, "  %-16s in the whole range\n", "rest is stable");
  ICTUS_TRY (without_noise (w, side));
  if (w->j->r->repeats == 0)
    return ICTUS_OK;
  ICTUS_TRY (with_noise (w, side));
  print_signs (w, side);
  return ICTUS_OK;
}

/* Both at one point of the diagram, which is passed without hysteresis by what is slow enough? */
static ictus_err
one_point (const view *w, const ictus_ramp_usual u[2], const ictus_ramp_loop *loop, char label[12])
{
  ictus_ramp_cause there[ICTUS_RAMP_JUMPS], back[ICTUS_RAMP_JUMPS];

  ICTUS_TRY (explain (w, 0, u[0].like[loop->up], there));
  ICTUS_TRY (explain (w, 1, u[1].like[loop->down], back));
  label[0] = '\0';
  if (there[loop->up].label[0] != '\0' && strcmp (there[loop->up].label, back[loop->down].label) == 0)
    memcpy (label, there[loop->up].label, sizeof there[loop->up].label);
  return ICTUS_OK;
}

/* Without noise, does the way back end at the level where the way there began? */
static bool
returns (const view *w)
{
  const ictus_ramp_run *up = &w->j->r->side[0].still, *down = &w->j->r->side[1].still;
  size_t last = ICTUS_RAMP_POINTS - 1;

  return fabs (up->low[0] + up->high[0] - down->low[last] - down->high[last]) < 2 * w->j->o->threshold * w->j->r->range;
}

/* Jumps of the way there that are in no loop. */
static void
print_no_loop (const view *w, const ictus_ramp_usual *up, const ictus_ramp_loop *loop, int n)
{
  if (n == 0)
    fprintf (w->f, "\n");
  if (n == 0 && returns (w))
    {
      fprintf (w->f, "no hysteresis: the way back has no such jump and ends where the way there began\n");
      return;
    }
  for (int k = 0; k < up->njump; ++k)
    {
      bool looped = false;

      for (int i = 0; i < n; ++i)
        looped = looped || loop[i].up == k;
      if (!looped)
        fprintf (w->f, "no way back in the range from the %s at %s = %.6g\n", ictus_ramp_kind_name (up->kind[k]), w->name, up->par[k]);
    }
}

/* Jumps and what takes them back. */
static ictus_err
print_loops (const view *w)
{
  const ictus_ramp *r = w->j->r;
  ictus_ramp_loop loop[ICTUS_RAMP_JUMPS];
  ictus_ramp_usual u[2];
  char label[12];
  int n = ictus_ramp_loops (r, w->j->o->threshold, loop);

  for (int side = 0; side < 2; ++side)
    ictus_ramp_usually (r, side, &u[side]);
  for (int k = 0; k < n; ++k)
    {
      double far = 3 * (isnan (loop[k].error) ? 0 : loop[k].error);
      bool wide = loop[k].width > far && loop[k].width > 0.002 * (w->j->o->hi - w->j->o->lo);

      ICTUS_TRY (one_point (w, u, &loop[k], label));
      fprintf (w->f, "%s%s: %s at %s = %.6g on the way there, taken back at %.6g", k == 0 ? "\n" : "",
               wide ? "hysteresis" : "no hysteresis", ictus_ramp_kind_name (u[0].kind[loop[k].up]), w->name, loop[k].there, loop[k].back);
      if (wide)
        fprintf (w->f, ", width %.4g%s%s%s", loop[k].width, label[0] != '\0' ? " (both at " : "", label,
                 label[0] != '\0' ? ": of delay only)" : "");
      fprintf (w->f, "\n");
    }
  if (u[0].njump > n && r->side[1].served)
    print_no_loop (w, &u[0], loop, n);
  return ICTUS_OK;
}

/* Where something changes in the range, once each. */
static void
print_points (const view *w)
{
  const ictus_dyn_diagram *d = w->j->d;
  int told = 0;

  for (size_t b = 0; b < d->nbranch; ++b)
    for (size_t k = 0; k < d->branch[b].nspecial; ++k)
      {
        const ictus_dyn_special *x = &d->branch[b].special[k];

        if (x->type == ICTUS_DYN_START || x->type == ICTUS_DYN_END || x->again || x->par[0] < w->j->o->lo || x->par[0] > w->j->o->hi)
          continue;
        fprintf (w->f, "%s%s%d (%s) at %.9g", told == 0 ? "in the diagram: " : ", ", ictus_dyn_type_label (x->type), x->number,
                 ictus_dyn_type_name (x->type), shown (w, x->par[0]));
        if (++told == 12)
          {
            fprintf (w->f, ", ...\n");
            return;
          }
      }
  if (told > 0)
    fprintf (w->f, "\n");
}

static ictus_err
print_text (const view *w)
{
  const ictus_ramp_options *o = w->j->o;
  const ictus_ramp *r = w->j->r;

  fprintf (w->f, "%s: %s from %.9g to %.9g and back, each in %.6g%s; %s is watched\n", w->j->c->model->kernel->name, w->name, o->lo, o->hi,
           r->duration, r->chosen_duration ? " (chosen)" : "", ictus_cli_transitions_watched (w->j->c->model, o->watch)->name);
  if (r->shortened)
    fprintf (w->f, "this is short for what is slow in the model: more than 2000000 steps of %.3g would be needed; --duration takes more\n", r->dt);
  if (r->repeats > 0 && isfinite (r->sigma))
    fprintf (w->f, "noise of strength %.4g was chosen; step %.4g\n", r->sigma, r->dt);
  print_points (w);
  for (int side = 0; side < 2; ++side)
    ICTUS_TRY (print_side (w, side));
  return print_loops (w);
}

/* ---- JSON ------------------------------------------------------------------------------------------------------------ */

static void
json_cause (const view *w, const ictus_ramp_cause *c, double delay)
{
  if (!c->found)
    return;
  fprintf (w->f, ",\"point\":");
  ictus_json_string (w->f, c->label);
  fprintf (w->f, ",\"what\":");
  ictus_json_string (w->f, c->what);
  ictus_json_number (w->f, ",\"at\":", c->par);
  ictus_json_number (w->f, ",\"delay\":", delay);
}

static ictus_err
json_run (const view *w, int side, const ictus_ramp_run *run)
{
  ictus_ramp_cause cause[ICTUS_RAMP_JUMPS];

  ICTUS_TRY (explain (w, side, run, cause));
  fprintf (w->f, "[");
  for (int k = 0; k < run->njump; ++k)
    {
      fprintf (w->f, "%s{\"kind\":\"%s\"", k > 0 ? "," : "", ictus_ramp_kind_name (run->jump[k].kind));
      ictus_json_number (w->f, ",\"parameter\":", run->jump[k].par);
      ictus_json_number (w->f, ",\"before\":", run->jump[k].before);
      ictus_json_number (w->f, ",\"after\":", run->jump[k].after);
      json_cause (w, &cause[k], cause[k].delay);
      fprintf (w->f, "}");
    }
  fprintf (w->f, "]");
  return ICTUS_OK;
}

static ictus_err
json_usual (const view *w, int side)
{
  ictus_ramp_cause cause[ICTUS_RAMP_JUMPS];
  ictus_ramp_usual u;

  ictus_ramp_usually (w->j->r, side, &u);
  fprintf (w->f, ",\"usual\":{\"runs\":%zu,\"jumps\":[", u.with);
  for (int k = 0; k < u.njump; ++k)
    {
      ICTUS_TRY (explain (w, side, u.like[k], cause));
      fprintf (w->f, "%s{\"kind\":\"%s\"", k > 0 ? "," : "", ictus_ramp_kind_name (u.kind[k]));
      ictus_json_number (w->f, ",\"mean\":", u.par[k]);
      ictus_json_number (w->f, ",\"sd\":", u.sd[k]);
      json_cause (w, &cause[k], side == 0 ? u.par[k] - cause[k].par : cause[k].par - u.par[k]);
      fprintf (w->f, "}");
    }
  fprintf (w->f, "]}");
  return ICTUS_OK;
}

static void
json_signs (const view *w, const ictus_ramp_average *a)
{
  fprintf (w->f, ",\"signs\":[");
  for (int k = 0; k < ICTUS_WARNING_SIGNS; ++k)
    {
      fprintf (w->f, "%s{\"sign\":\"%s\"", k > 0 ? "," : "", ictus_warning_name (k));
      ictus_json_number (w->f, ",\"tau\":", a->tau[k]);
      ictus_json_number (w->f, ",\"p\":", a->p[k]);
      ictus_json_number (w->f, ",\"detected\":", a->detected[k]);
      ictus_json_number (w->f, ",\"control_tau\":", a->control_tau[k]);
      ictus_json_number (w->f, ",\"false_alarms\":", a->alarm[k]);
      fprintf (w->f, "}");
    }
  fprintf (w->f, "]");
}

static ictus_err
json_side (const view *w, int side)
{
  const ictus_ramp *r = w->j->r;
  const ictus_ramp_side *s = &r->side[side];
  ictus_ramp_average a;

  fprintf (w->f, "%s{\"direction\":\"%s\",\"followed\":%s,\"rests\":%s", side > 0 ? "," : "", direction[side],
           s->served ? "true" : "false", s->rests ? "true" : "false");
  ictus_json_number (w->f, ",\"from\":", s->from);
  ictus_json_number (w->f, ",\"to\":", s->to);
  fprintf (w->f, ",\"rest_lost_by\":\"%s\"", loss_name (s->loss));
  ictus_json_number (w->f, ",\"rest_lost_at\":", s->served ? s->loss_par : NAN);
  fprintf (w->f, ",\"without_noise\":");
  ICTUS_TRY (json_run (w, side, &s->still));
  ictus_ramp_summary (r, side, &a);
  fprintf (w->f, ",\"runs\":%zu,\"with_jump\":%zu", a.runs, a.with_jump);
  ictus_json_number (w->f, ",\"mean\":", a.par);
  ictus_json_number (w->f, ",\"sd\":", a.par_sd);
  ICTUS_TRY (json_usual (w, side));
  json_signs (w, &a);
  fprintf (w->f, ",\"jumps\":[");
  for (size_t i = 0; i < r->repeats; ++i)
    {
      fprintf (w->f, "%s", i > 0 ? "," : "");
      ICTUS_TRY (json_run (w, side, &r->run[(size_t) side * r->repeats + i]));
    }
  fprintf (w->f, "]}");
  return ICTUS_OK;
}

static ictus_err
print_json (const view *w)
{
  const ictus_cli_transitions_job *j = w->j;
  ictus_ramp_loop loop[ICTUS_RAMP_JUMPS];
  int n = ictus_ramp_loops (j->r, j->o->threshold, loop);

  fprintf (w->f, "{\"model\":");
  ictus_json_string (w->f, j->c->model->kernel->name);
  fprintf (w->f, ",\"parameter\":");
  ictus_json_string (w->f, w->name);
  fprintf (w->f, ",\"watched\":");
  ictus_json_string (w->f, ictus_cli_transitions_watched (j->c->model, j->o->watch)->name);
  ictus_json_number (w->f, ",\"duration\":", j->r->duration);
  ictus_json_number (w->f, ",\"dt\":", j->r->dt);
  ictus_json_number (w->f, ",\"noise\":", j->r->sigma);
  ictus_json_number (w->f, ",\"hysteresis\":", n > 0 ? loop[0].width : NAN);
  fprintf (w->f, ",\"loops\":[");
  for (int k = 0; k < n; ++k)
    {
      fprintf (w->f, "%s{\"up\":%d,\"down\":%d", k > 0 ? "," : "", loop[k].up, loop[k].down);
      ictus_json_number (w->f, ",\"there\":", loop[k].there);
      ictus_json_number (w->f, ",\"back\":", loop[k].back);
      ictus_json_number (w->f, ",\"width\":", loop[k].width);
      fprintf (w->f, "}");
    }
  fprintf (w->f, "],\"directions\":[");
  for (int side = 0; side < 2; ++side)
    ICTUS_TRY (json_side (w, side));
  fprintf (w->f, "]}\n");
  return ICTUS_OK;
}

ictus_err
ictus_cli_transitions_print (FILE *f, const ictus_cli_transitions_job *j)
{
  const view w = { .f = f, .j = j, .name = ictus_dyn_par_var (j->c->model, j->o->par)->name };

  return j->c->json ? print_json (&w) : print_text (&w);
}
