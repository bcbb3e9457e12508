/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus solve --compare: every method at a range of steps or tolerances against an answer that two methods agree on. */
#include "cli/cli_solve_compare.h"

#include <math.h>
#include <string.h>
#include <time.h>

#define POINTS 100      /* of the trajectory, at least, where errors are taken */
#define TIGHT 1e-12     /* rtol of the reference */
#define MOST_STEPS 4e6  /* of one run */
#define LONG_RUN 1.0    /* seconds: a method that takes so long is not asked for more */
enum { HALVINGS = 14, DECADES = 11 };

static double
cpu_now (void)
{
  struct timespec t = { 0, 0 };

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

/* ---- what is compared -------------------------------------------------------------------------------------- */

static ictus_err
refuse_model (const ictus__solve_job *j)
{
  ictus_lang_class class = ictus_lang_classify (j->model->lang);
  const char *why = NULL;

  if (class.map)
    why = "it is a map: all methods iterate it exactly";
  else if (class.stochastic)
    why = "it has noise: each step size draws another path, there is no one answer. Set the noise to 0, or compare means of many runs";
  for (int k = 0; why == NULL && k < j->kernel.nstate; ++k)
    if (ictus_lang_get (j->model->lang, ICTUS_LANG_STATE, k)->markov > 0)
      why = "it has Markov variables: each step size draws another path, there is no one answer";
  if (why == NULL && j->config.total < 0)
    why = "it runs backwards in time";
  if (why == NULL && j->config.poimap != 0)
    why = "its points are those of a section; --option poimap=0 takes points in time";
  return why == NULL ? ICTUS_OK : ICTUS_FAIL (ICTUS_E_INPUT, "--compare cannot serve model %s: %s", j->kernel.name, why);
}

static bool
is_fixed (const char *method)
{
  for (size_t k = 0; ictus_path_method_at (k) != NULL; ++k)
    if (strcmp (ictus_path_method_at (k)->name, method) == 0)
      return ictus_path_method_at (k)->fixed;
  return true;
}

static ictus_err
add_method (ictus__race *r, const char *name)
{
  const char *method = ictus_path_method_of (name, NULL), *why, *list[64];
  char buf[256];
  size_t n = 0;

  for (; n < 64 && ictus_path_method_at (n) != NULL; ++n)
    list[n] = ictus_path_method_at (n)->name;
  if (method == NULL)
    {
      const char *near = ictus_nearest (name, list, n);

      return ICTUS_FAIL (ICTUS_E_INPUT, "--compare knows no method \"%s\"%s%s%s", name, near != NULL ? "; did you mean \"" : "",
                         near != NULL ? near : "", near != NULL ? "\"?" : "");
    }
  if (r->nmethod == MAX_SOLVER)
    return ICTUS_FAIL (ICTUS_E_USAGE, "--solver takes at most %d methods", MAX_SOLVER);
  r->method[r->nmethod] = method;
  r->fixed[r->nmethod] = is_fixed (method);
  why = ictus_path_refuse (method, &r->j->used, buf);
  snprintf (r->refuses[r->nmethod++], sizeof *r->refuses, "%s", why != NULL ? why : "");
  return ICTUS_OK;
}

static ictus_err
take_methods (ictus__race *r)
{
  static const char usual[] = "euler,rk4,rk45,rosenbrock,cvode-adams,cvode-bdf";
  char name[40];
  size_t n;

  for (const char *s = r->j->solvers != NULL ? r->j->solvers : usual; *s != '\0'; s += n + (s[n] == ','))
    {
      n = strcspn (s, ",");
      snprintf (name, sizeof name, "%.*s", n < sizeof name ? (int) n : (int) sizeof name - 1, s);
      if (n > 0)
        ICTUS_TRY (add_method (r, name));
    }
  return r->nmethod > 0 ? ICTUS_OK : ICTUS_FAIL (ICTUS_E_USAGE, "--solver names no method");
}

/* Points: as many as asked for with --dt, else about a hundred. */
static void
plan_points (ictus__race *r)
{
  const ictus_path_config *c = &r->j->config;
  double many;

  r->base = *c;
  r->base.trans = 0;
  r->base.max_rows = 0;
  if (r->j->dt != NULL)
    {
      many = ceil (c->total / c->dt / POINTS - 1e-9);
      r->base.nout = many < 1 ? 1 : (int) many;
    }
  else
    {
      r->base.dt = c->total / POINTS;
      r->base.nout = 1;
    }
  r->atol = c->rtol > 0 && c->atol > 0 ? fmin (c->atol / c->rtol, 1) : 1e-2;
}

/* ---- one run ------------------------------------------------------------------------------------------------ */

static ictus_err
run (const ictus__race *r, const char *method, double dt, int nout, double rtol, ictus_path *out)
{
  ictus_path_config c = r->base;

  c.method = method;
  c.dt = dt;
  c.nout = nout;
  c.rtol = rtol;
  c.atol = rtol * r->atol;
  return ictus_path_run (&r->j->used, &c, r->j->p, r->j->y0, r->j->u, out);
}

/* The error of p, NaN and why where there is none. */
static double
error_of (const ictus__race *r, const ictus_path *p, char why[100])
{
  double most = 0;

  if (p->end == ICTUS_PATH_FAILED)
    snprintf (why, 100, "%.99s", p->why);
  else if (p->end != r->ref.end || p->nrow != r->ref.nrow)
    snprintf (why, 100, "ends at %.6g", p->t_end);
  else if (r->spikes && p->nspike != r->ref.nspike)
    snprintf (why, 100, "%zu spikes instead of %zu", p->nspike, r->ref.nspike);
  else
    {
      for (size_t k = 0; r->spikes && k < p->nspike; ++k)
        most = fmax (most, fabs (p->spike[k] - r->ref.spike[k]));
      for (size_t k = 0; !r->spikes && k < p->nrow * (size_t) p->ncol; ++k)
        {
          double range = r->range[k % (size_t) p->ncol];

          if (!isfinite (p->v[k]))
            {
              snprintf (why, 100, "not finite at %.6g", p->t[k / (size_t) p->ncol]);
              return NAN;
            }
          if (range > 0)
            most = fmax (most, fabs (p->v[k] - r->ref.v[k]) / range);
        }
      return most;
    }
  return NAN;
}

static double
median (double *v, int n)
{
  for (int i = 1; i < n; ++i)
    for (int k = i; k > 0 && v[k - 1] > v[k]; --k)
      {
        double t = v[k];

        v[k] = v[k - 1];
        v[k - 1] = t;
      }
  return n % 2 == 1 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* A trial, repeated while that is quick. */
static ictus_err
try (ictus__race *r, const char *method, bool fixed, double dt, int nout, double rtol)
{
  ictus__trial *t;
  double took[7], sum = 0;
  ictus_err e = ICTUS_OK;

  ICTUS_TRY (ictus_grow (&r->trial, &r->cap, r->ntrial + 1, sizeof *r->trial));
  t = &r->trial[r->ntrial++];
  *t = (ictus__trial) { .method = method, .fixed = fixed, .setting = fixed ? dt : rtol, .error = NAN };
  for (; e == ICTUS_OK && t->repeats < 7 && (t->repeats == 0 || (t->repeats < 3 ? sum < 0.6 : sum < 0.02)); ++t->repeats)
    {
      ictus_path p = { 0 };
      double begin = cpu_now ();

      e = run (r, method, dt, nout, rtol, &p);
      took[t->repeats] = cpu_now () - begin;
      sum += took[t->repeats];
      if (e == ICTUS_OK && t->repeats == 0)
        {
          t->error = error_of (r, &p, t->why);
          t->steps = p.steps;
          t->rhs = p.rhs;
          t->jac = p.jac;
        }
      ictus_path_clear (&p);
    }
  t->cpu = e == ICTUS_OK ? median (took, t->repeats) : 0;
  return e;
}

/* ---- the reference -------------------------------------------------------------------------------------------- */

static ictus_err
take_range (ictus__race *r)
{
  size_t nc = (size_t) r->ref.ncol;
  int nstate = r->ref.ncol - ictus_lang_count (r->j->model->lang, ICTUS_LANG_AUX);

  if (r->range == NULL)
    r->range = ictus_alloc (nc, sizeof *r->range);
  if (r->range == NULL)
    return ICTUS_E_NOMEM;
  for (size_t k = 0; k < nc; ++k)
    {
      double lo = INFINITY, hi = -INFINITY;

      for (size_t i = 0; i < r->ref.nrow; ++i)
        {
          lo = fmin (lo, r->ref.v[i * nc + k]);
          hi = fmax (hi, r->ref.v[i * nc + k]);
        }
      r->range[k] = (int) k < nstate ? hi - lo : 0; /* of states */
      if ((int) k < nstate && !(hi - lo > 1e-9 * fmax (fabs (lo), fabs (hi))))
        r->range[k] = fmax (fabs (lo), fabs (hi)); /* it stands still */
    }
  return ICTUS_OK;
}

/* Absolute tolerances go with the smallest state. */
static void
take_atol (ictus__race *r)
{
  double least = 1;

  for (int k = 0; k < r->ref.ncol; ++k)
    if (r->range[k] > 1e-300)
      least = fmin (least, r->range[k]);
  r->atol *= fmax (least, 1e-8);
}

static bool
serves (const ictus__race *r, const char *method)
{
  char buf[256];

  return ictus_path_refuse (method, &r->j->used, buf) == NULL;
}

/* A first look for how stiff it is; then the answer, by two methods of different kinds. */
static ictus_err
find_reference (ictus__race *r)
{
  static const char *const all[] = { "rosenbrock", "cvode-bdf", "rk45", "cvode-adams" };
  const char *use[2] = { NULL, NULL };
  ictus_path look = { 0 }, other = { 0 };
  char why[100] = "";
  bool stiff;
  ictus_err e = ICTUS_OK;

  for (size_t k = 0; k < 4 && use[0] == NULL; ++k)
    use[0] = serves (r, all[k]) ? all[k] : NULL;
  if (use[0] == NULL)
    return ICTUS_FAIL (ICTUS_E_INPUT, "--compare cannot serve model %s: no adaptive method serves it, so no answer is known to "
                                      "compare with", r->j->kernel.name);
  ICTUS_GO (run (r, use[0], r->base.dt, r->base.nout, 1e-6, &look));
  if (look.end == ICTUS_PATH_FAILED)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_SOLVER, "%s: %s", use[0], look.why));
  ictus__race_stiffness (r, &look);
  r->stiff.wanted = (double) look.steps;
  ictus_path_clear (&r->ref);
  r->ref = look;
  memset (&look, 0, sizeof look);
  ICTUS_GO (take_range (r));
  take_atol (r);
  stiff = r->stiff.known && r->stiff.needed > 2e5;
  use[1] = !stiff && serves (r, "rk45") && strcmp (use[0], "rk45") != 0 ? "rk45" : serves (r, "cvode-bdf") ? "cvode-bdf" : NULL;
  if (use[1] == NULL || strcmp (use[0], use[1]) == 0)
    use[1] = serves (r, "cvode-adams") ? "cvode-adams" : use[0];
  ICTUS_GO (run (r, use[0], r->base.dt, r->base.nout, TIGHT, &look));
  ICTUS_GO (run (r, use[1], r->base.dt, r->base.nout, strcmp (use[0], use[1]) == 0 ? 100 * TIGHT : TIGHT, &other));
  if (look.end == ICTUS_PATH_FAILED || other.end == ICTUS_PATH_FAILED)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_SOLVER, "the answer to compare with cannot be found at rtol %g: %s: %s", TIGHT,
                          look.end == ICTUS_PATH_FAILED ? use[0] : use[1],
                          look.end == ICTUS_PATH_FAILED ? look.why : other.why));
  ictus_path_clear (&r->ref);
  r->ref = look;
  memset (&look, 0, sizeof look);
  ICTUS_GO (take_range (r));
  r->ref_method = use[0];
  r->other = use[1];
  /* a spike that resets makes states jump, at times that differ a little: states cannot be compared near them */
  r->spikes = r->j->kernel.fire != NULL && r->j->kernel.reset != NULL && r->base.fire && r->ref.nspike > 0;
  r->uncertainty = error_of (r, &other, why);
  if (why[0] == '\0')
    snprintf (why, sizeof why, "difference %.3g", r->uncertainty);
  if (!(r->uncertainty < 1e-2))
    e = ICTUS_FAIL (ICTUS_E_SOLVER, "%s and %s do not agree at rtol %g (%s): the trajectory is chaotic, too long to be known, or an event falls "
                                    "on its end; a shorter --t-stop has an answer", use[0], use[1], TIGHT, why);
done:
  ictus_path_clear (&look);
  ictus_path_clear (&other);
  return e;
}

/* ---- the trials ------------------------------------------------------------------------------------------------- */

static bool
is_explicit (const char *method)
{
  return strcmp (method, "rk45") == 0 || strcmp (method, "cvode-adams") == 0;
}

static ictus_err
race_fixed (ictus__race *r, size_t m)
{
  double dt = r->base.dt, nout = r->base.nout;

  for (int k = 0; k < HALVINGS && r->base.total / dt <= MOST_STEPS; ++k, dt /= 2, nout *= 2)
    {
      const ictus__trial *t;

      ICTUS_TRY (try (r, r->method[m], true, dt, (int) nout, r->base.rtol));
      t = &r->trial[r->ntrial - 1];
      if (t->cpu > LONG_RUN || t->error <= 2 * r->uncertainty)
        break;
    }
  return ICTUS_OK;
}

static ictus_err
race_adaptive (ictus__race *r, size_t m)
{
  double rtol = 1e-2;

  if (is_explicit (r->method[m]) && r->stiff.known
      && r->stiff.needed * (strcmp (r->method[m], "rk45") == 0 ? 1 : 3) > MOST_STEPS) /* Adams: a smaller region */
    {
      snprintf (r->refuses[m], sizeof *r->refuses, "left out: its stability alone would ask for %.1e steps", r->stiff.needed);
      return ICTUS_OK;
    }
  for (int k = 2; k <= DECADES; ++k, rtol /= 10)
    {
      const ictus__trial *t;

      ICTUS_TRY (try (r, r->method[m], false, r->base.dt, r->base.nout, rtol));
      t = &r->trial[r->ntrial - 1];
      if (t->cpu > LONG_RUN || t->error <= 2 * r->uncertainty)
        break;
    }
  return ICTUS_OK;
}

const ictus__trial *
ictus__race_best (const ictus__race *r, const char *method, double error)
{
  const ictus__trial *best = NULL;

  for (size_t k = 0; k < r->ntrial; ++k)
    {
      const ictus__trial *t = &r->trial[k];

      if ((method == NULL || strcmp (method, t->method) == 0) && t->error <= error && (best == NULL || t->cpu < best->cpu))
        best = t;
    }
  return best;
}

ictus_err
ictus__solve_compare (ictus__solve_job *j)
{
  ictus__race r = { .j = j };
  ictus_err e;

  if (j->compared)
    return ICTUS_FAIL (ICTUS_E_USAGE, "--compare takes one set of values: one --use-set");
  j->compared = true;
  ICTUS_TRY (refuse_model (j));
  ICTUS_TRY (ictus__race_may_write (j));
  ICTUS_GO (take_methods (&r));
  plan_points (&r);
  ICTUS_GO (find_reference (&r));
  for (size_t m = 0; m < r.nmethod; ++m)
    if (r.refuses[m][0] == '\0')
      ICTUS_GO (r.fixed[m] ? race_fixed (&r, m) : race_adaptive (&r, m));
  ictus__race_print (&r);
  if (j->write)
    e = ictus__race_write (&r);
done:
  ictus_path_clear (&r.ref);
  ictus_free (r.range);
  ictus_free (r.trial);
  return e;
}
