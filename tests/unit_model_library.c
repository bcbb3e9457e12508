/* SPDX-License-Identifier: BSD-3-Clause */
/* Every shipped model: described in full, finite at its start, its derivatives right. New ones come here by
 * themselves. */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ictus/model.h"

enum { TRIES = 5 };

static ictus_model *
open_kth (int k)
{
  ictus_model *m = NULL;
  const ictus_kernel *kernel = ictus_model_shipped ((size_t) k);

  ck_assert_ptr_nonnull (kernel);
  ck_assert_msg (ictus_model_open (kernel->name, NULL, NULL, &m) == ICTUS_OK, "%s", ictus_err_last ());
  ck_assert_ptr_eq (m->kernel, kernel);
  ck_assert_ptr_null (m->dl);
  return m;
}

typedef struct place /* a point at which to look at a model; arrays of its own */
{
  ictus_model *m;
  const ictus_kernel *k;
  double *y, *p, *u, *f;
} place;

/* Delayed values are those of now; noise is none. */
static void
place_look_back (place *x)
{
  for (int i = 0; i < x->k->ndelay; ++i)
    x->u[x->k->ninput + i] = x->y[x->k->delay_of[i]];
}

static place
place_open (int k)
{
  place x = { .m = open_kth (k) };

  x.k = x.m->kernel;
  x.y = ictus_alloc ((size_t) x.k->nstate, sizeof (double));
  x.f = ictus_alloc ((size_t) x.k->nstate, sizeof (double));
  x.p = ictus_alloc ((size_t) x.k->nslot, sizeof (double));
  x.u = ictus_alloc ((size_t) x.k->nu, sizeof (double));
  ictus_model_defaults (x.m, x.p);
  for (int i = 0; i < x.k->ninput; ++i)
    x.u[i] = ictus_lang_get (x.m->lang, ICTUS_LANG_INPUT, i)->value;
  x.k->init (x.p, x.y);
  place_look_back (&x);
  return x;
}

static void
place_close (place *x)
{
  ictus_free (x->y);
  ictus_free (x->f);
  ictus_free (x->p);
  ictus_free (x->u);
  ictus_model_close (&x->m);
}

/* A state near the start: each value moved by a few per cent, those at 0 by some tenths; none that is not negative becomes it
   (concentrations have powers). */
static void
place_shake (place *x, ictus_rng *r)
{
  x->k->init (x->p, x->y);
  for (int i = 0; i < x->k->nstate; ++i)
    {
      double y = x->y[i] + 0.05 * ictus_rng_normal (r) * fmax (fabs (x->y[i]), 1);

      x->y[i] = x->y[i] >= 0 ? fabs (y) : y;
    }
  for (int i = 0; i < x->k->ninput; ++i)
    x->u[i] = ictus_rng_uniform (r);
  place_look_back (x);
  for (int i = 0; i < x->k->nnoise; ++i)
    x->u[x->k->ninput + x->k->ndelay + i] = ictus_rng_normal (r);
}

static bool
all_finite (const double *x, int n)
{
  for (int i = 0; i < n; ++i)
    if (!isfinite (x[i]))
      return false;
  return true;
}

/* ---- description -------------------------------------------------------------------------------- */

static void
check_described (const ictus_model *m, ictus_lang_kind kind)
{
  for (int i = 0; i < ictus_lang_count (m->lang, kind); ++i)
    {
      const ictus_lang_var *v = ictus_lang_get (m->lang, kind, i);

      ck_assert_msg (v->unit[0] != '\0', "%s: %s has no unit", m->kernel->name, v->name);
      ck_assert_msg (v->meaning[0] != '\0', "%s: %s has no meaning", m->kernel->name, v->name);
      ck_assert_msg (isfinite (v->value), "%s: %s is not finite", m->kernel->name, v->name);
    }
}

START_TEST (everything_has_a_unit_a_meaning_and_a_source)
{
  ictus_model *m = open_kth (_i);

  check_described (m, ICTUS_LANG_STATE);
  check_described (m, ICTUS_LANG_PAR);
  check_described (m, ICTUS_LANG_PORT);
  check_described (m, ICTUS_LANG_INPUT);
  check_described (m, ICTUS_LANG_AUX);
  ck_assert_str_ne (ictus_lang_title (m->lang), "");
  ck_assert_msg (strlen (ictus_lang_source (m->lang)) > 20, "%s has no source", m->kernel->name);
  ck_assert_msg (*ictus_lang_shows (m->lang) != '\0', "%s does not say what it shows", m->kernel->name);
  ck_assert_msg (ictus_lang_expect_at (m->lang, 0) != NULL, "%s expects nothing", m->kernel->name);
  ck_assert_str_eq (ictus_lang_text (m->lang), m->kernel->text);
  ictus_model_close (&m);
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

START_TEST (units_are_known_to_the_unit_table)
{
  ictus_model *m = open_kth (_i);

  for (int kind = 0; kind < ICTUS_LANG_NKIND; ++kind)
    for (int i = 0; i < ictus_lang_count (m->lang, (ictus_lang_kind) kind); ++i)
      {
        const ictus_lang_var *v = ictus_lang_get (m->lang, (ictus_lang_kind) kind, i);
        double one = 0;

        ck_assert_msg (ictus_unit_factor (v->unit, v->unit, &one) == ICTUS_OK && one == 1, "%s: %s [%s]",
                       m->kernel->name, v->name, v->unit);
      }
  ictus_model_close (&m);
}
END_TEST

START_TEST (the_list_is_alphabetical)
{
  const ictus_kernel *k;
  size_t n = 1;

  for (; (k = ictus_model_shipped (n)) != NULL; ++n)
    ck_assert_int_lt (strcmp (ictus_model_shipped (n - 1)->name, k->name), 0);
  ck_assert_uint_ge (n, 45);
  ck_assert_ptr_null (ictus_model_shipped (n + 5));
}
END_TEST

START_TEST (every_kind_is_a_folder_with_models)
{
  static const char *const kinds[] = { "classic-dynamics", "conductance",    "integrate-and-fire",     "ions-and-molecules",
                                       "phenomenological", "population",     "synapse-and-plasticity" };
  enum { NKIND = sizeof kinds / sizeof *kinds };
  int count[NKIND] = { 0 };
  const char *kind;
  size_t n = 0;

  for (; (kind = ictus_model_shipped_kind (n)) != NULL; ++n)
    {
      int k = 0;

      while (k < NKIND && strcmp (kinds[k], kind) != 0)
        ++k;
      ck_assert_msg (k < NKIND, "%s: kind %s", ictus_model_shipped (n)->name, kind);
      ++count[k];
    }
  ck_assert_ptr_null (ictus_model_shipped (n));
  for (int k = 0; k < NKIND; ++k)
    ck_assert_msg (count[k] >= 4, "%s: %d models", kinds[k], count[k]);
}
END_TEST

typedef struct class_row
{
  const char *name;
  bool linear, cond_linear, fires;
} class_row;

START_TEST (models_are_classified_as_expected)
{
  static const class_row table[] = {
    { "aeif_cond_exp", false, false, true },     { "fitzhugh_nagumo", false, false, true },
    { "hh_cond_exp_traub", false, true, true },  { "hh_psc_alpha", false, true, true },
    { "hodgkin_huxley", false, true, true },     { "iaf_cond_exp", false, true, true },
    { "iaf_psc_alpha", true, true, true },       { "iaf_psc_delta", true, true, true },
    { "iaf_psc_exp", true, true, true },         { "izhikevich", false, false, true },
    { "lif", true, true, true },                 { "morris_lecar", false, false, true },
    { "two_neurons", false, false, false },      { "wilson_cowan", false, false, false },
  };

  for (size_t i = 0; i < sizeof table / sizeof *table; ++i)
    {
      ictus_model *m = NULL;
      ictus_lang_class c;

      ck_assert_int_eq (ictus_model_open (table[i].name, NULL, NULL, &m), ICTUS_OK);
      c = ictus_lang_classify (m->lang);
      ck_assert_msg (c.linear == table[i].linear, "%s linear", table[i].name);
      ck_assert_msg (c.cond_linear == table[i].cond_linear, "%s conditionally linear", table[i].name);
      ck_assert_msg (c.autonomous, "%s autonomous", table[i].name);
      ck_assert_msg (c.fires == table[i].fires, "%s fires", table[i].name);
      ck_assert_msg (c.fires == (m->kernel->fire != NULL), "%s fire function", table[i].name);
      ck_assert_msg (c.linear == (*ictus_lang_why_not_linear (m->lang) == '\0'), "%s why", table[i].name);
      ictus_model_close (&m);
    }
}
END_TEST

/* ---- functions ---------------------------------------------------------------------------------- */

START_TEST (everything_is_finite_at_the_start)
{
  place x = place_open (_i);
  int n = x.k->nstate, np = x.k->npar, nport = x.k->nport;
  double *J = ictus_alloc ((size_t) (n * n), sizeof *J), *D = ictus_alloc ((size_t) (n * np), sizeof *D);
  double *a = ictus_alloc ((size_t) x.k->naux, sizeof *a), *c = ictus_alloc ((size_t) (nport * n), sizeof *c);

  ck_assert (all_finite (x.p, x.k->nslot) && all_finite (x.y, n));
  for (int i = 0; i < n; ++i)
    ck_assert_double_eq_tol (x.y[i], ictus_lang_get (x.m->lang, ICTUS_LANG_STATE, i)->value,
                             1e-14 * fabs (x.y[i]) + 1e-300);
  x.k->rhs (0, x.y, x.p, x.u, x.f);
  x.k->jac (0, x.y, x.p, x.u, J);
  x.k->dfdp (0, x.y, x.p, x.u, D);
  ck_assert (all_finite (x.f, n) && all_finite (J, n * n) && all_finite (D, n * np));
  if (x.k->naux > 0)
    x.k->aux (0, x.y, x.p, x.u, a);
  if (nport > 0)
    x.k->port (x.p, c);
  ck_assert (all_finite (a, x.k->naux) && all_finite (c, nport * n));
  if (x.k->fire != NULL) /* nobody starts beyond the threshold */
    ck_assert_double_lt (x.k->fire (0, x.y, x.p, x.u), 0);
  if (x.k->nevent > 0)
    {
      double *g = ictus_alloc ((size_t) x.k->nevent, sizeof *g);

      x.k->event (0, x.y, x.p, x.u, g);
      ck_assert (all_finite (g, x.k->nevent));
      ictus_free (g);
    }
  if (x.k->refractory != NULL)
    ck_assert_double_ge (x.k->refractory (x.p), 0);
  if (x.k->reset != NULL)
    {
      x.k->reset (0, x.y, x.p, x.u);
      ck_assert (all_finite (x.y, n));
      ck_assert_double_le (x.k->fire (0, x.y, x.p, x.u), 0);
    }
  ictus_free (J);
  ictus_free (D);
  ictus_free (a);
  ictus_free (c);
  place_close (&x);
  ck_assert_uint_eq (ictus_mem_live (), 0);
}
END_TEST

START_TEST (preparing_twice_changes_nothing)
{
  place x = place_open (_i);
  double *q = ictus_alloc ((size_t) x.k->nslot, sizeof *q);

  memcpy (q, x.p, (size_t) x.k->nslot * sizeof *q);
  x.k->prepare (q);
  ck_assert_mem_eq (q, x.p, (size_t) x.k->nslot * sizeof *q);
  ictus_free (q);
  place_close (&x);
}
END_TEST

/* d rhs / d *z by central differences of fourth order into out; noise: what rounding may do to them. */
static void
differences (const place *x, double *z, bool prepare, double *out, double *noise)
{
  static const double at[4] = { -2, -1, 1, 2 }, weight[4] = { 1, -8, 8, -1 };
  int n = x->k->nstate;
  double z0 = *z, h = 1e-4 * fmax (fabs (z0), 0.1), big = 0;

  for (int i = 0; i < n; ++i)
    out[i] = 0;
  for (int j = 0; j < 4; ++j)
    {
      *z = z0 + at[j] * h;
      if (prepare)
        x->k->prepare (x->p);
      x->k->rhs (0, x->y, x->p, x->u, x->f);
      for (int i = 0; i < n; ++i)
        {
          out[i] += weight[j] * x->f[i] / (12 * h);
          big = fmax (big, fabs (x->f[i]));
        }
    }
  *z = z0;
  if (prepare)
    x->k->prepare (x->p);
  *noise = 1000 * DBL_EPSILON * fmax (big, 1) / h;
}

START_TEST (the_jacobian_agrees_with_differences)
{
  place x = place_open (_i);
  ictus_rng r = ictus_rng_open (1, ICTUS_RNG_TEST, (uint64_t) _i, 0, 0);
  int n = x.k->nstate;
  double *J = ictus_alloc ((size_t) (n * n), sizeof *J), *d = ictus_alloc ((size_t) n, sizeof *d);

  for (int k = 0; k < TRIES; ++k)
    {
      place_shake (&x, &r);
      x.k->jac (0, x.y, x.p, x.u, J);
      for (int j = 0; j < n; ++j)
        {
          double noise;

          differences (&x, &x.y[j], false, d, &noise);
          for (int i = 0; i < n; ++i)
            ck_assert_msg (fabs (J[j * n + i] - d[i]) <= 1e-6 * fabs (d[i]) + noise,
                           "%s: d(%s)'/d(%s) is %g, not %g", x.k->name,
                           ictus_lang_get (x.m->lang, ICTUS_LANG_STATE, i)->name,
                           ictus_lang_get (x.m->lang, ICTUS_LANG_STATE, j)->name, J[j * n + i], d[i]);
        }
    }
  ictus_free (J);
  ictus_free (d);
  place_close (&x);
}
END_TEST

START_TEST (parameter_derivatives_agree_with_differences)
{
  place x = place_open (_i);
  ictus_rng r = ictus_rng_open (2, ICTUS_RNG_TEST, (uint64_t) _i, 0, 0);
  int n = x.k->nstate, np = x.k->npar;
  double *D = ictus_alloc ((size_t) (n * np), sizeof *D), *d = ictus_alloc ((size_t) n, sizeof *d);

  for (int k = 0; k < TRIES; ++k)
    {
      place_shake (&x, &r);
      x.k->dfdp (0, x.y, x.p, x.u, D);
      for (int j = 0; j < np; ++j)
        {
          double noise;

          differences (&x, &x.p[j], true, d, &noise);
          for (int i = 0; i < n; ++i)
            ck_assert_msg (fabs (D[j * n + i] - d[i]) <= 1e-6 * fabs (d[i]) + noise,
                           "%s: d(%s)'/d(%s) is %g, not %g", x.k->name,
                           ictus_lang_get (x.m->lang, ICTUS_LANG_STATE, i)->name,
                           ictus_lang_get (x.m->lang, ICTUS_LANG_PAR, j)->name, D[j * n + i], d[i]);
        }
    }
  ictus_free (D);
  ictus_free (d);
  place_close (&x);
}
END_TEST

START_TEST (the_diagonal_agrees_with_the_jacobian)
{
  place x = place_open (_i);
  ictus_rng r = ictus_rng_open (3, ICTUS_RNG_TEST, (uint64_t) _i, 0, 0);
  int n = x.k->nstate;
  double *J = ictus_alloc ((size_t) (n * n), sizeof *J), *d = ictus_alloc ((size_t) n, sizeof *d),
         *f = ictus_alloc ((size_t) n, sizeof *f);

  for (int k = 0; k < TRIES; ++k)
    {
      place_shake (&x, &r);
      x.k->rhs (0, x.y, x.p, x.u, x.f);
      x.k->jac (0, x.y, x.p, x.u, J);
      x.k->diag (0, x.y, x.p, x.u, f, d);
      for (int i = 0; i < n; ++i)
        {
          ck_assert_double_eq_tol (f[i], x.f[i], 1e-12 * fabs (f[i]) + 1e-14);
          ck_assert_double_eq_tol (d[i], J[i * n + i], 1e-12 * fabs (d[i]) + 1e-14);
        }
    }
  ictus_free (J);
  ictus_free (d);
  ictus_free (f);
  place_close (&x);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("model library");
  TCase *c = tcase_create ("all models");
  SRunner *sr = srunner_create (s);
  int n = 0, failed;

  while (ictus_model_shipped ((size_t) n) != NULL)
    ++n;
  tcase_add_loop_test (c, everything_has_a_unit_a_meaning_and_a_source, 0, n);
  tcase_add_loop_test (c, units_are_known_to_the_unit_table, 0, n);
  tcase_add_test (c, the_list_is_alphabetical);
  tcase_add_test (c, every_kind_is_a_folder_with_models);
  tcase_add_test (c, models_are_classified_as_expected);
  tcase_add_loop_test (c, everything_is_finite_at_the_start, 0, n);
  tcase_add_loop_test (c, preparing_twice_changes_nothing, 0, n);
  tcase_add_loop_test (c, the_jacobian_agrees_with_differences, 0, n);
  tcase_add_loop_test (c, parameter_derivatives_agree_with_differences, 0, n);
  tcase_add_loop_test (c, the_diagonal_agrees_with_the_jacobian, 0, n);
  suite_add_tcase (s, c);
  srunner_run_all (sr, CK_ENV);
  failed = srunner_ntests_failed (sr);
  srunner_free (sr);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
