/* SPDX-License-Identifier: BSD-3-Clause */
/* The arc: curves in the plane whose folds, crossings and ends are known. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dyn/dyn_impl.h"

typedef struct curve
{
  double (*f) (double x, double l);
  void (*df) (double x, double l, double *fx, double *fl);
  double a, b, c, d;      /* [fx fl; w0 w1] */
  double weight[2];
  double x[4000], l[4000]; /* points */
  int n;
  double ex[50], el[50]; /* located */
  int which[50], nevent;
} curve;

static bool
residual (void *self, const double *X, double *F)
{
  curve *c = self;

  F[0] = c->f (X[0], X[1]);
  return isfinite (F[0]);
}

static bool
factor (void *self, const double *X, const double *w)
{
  curve *c = self;

  c->df (X[0], X[1], &c->a, &c->b);
  c->c = w[0];
  c->d = w[1];
  return c->a * c->d - c->b * c->c != 0;
}

static void
solve (void *self, const double *r, double s, double *d)
{
  curve *c = self;
  double det = c->a * c->d - c->b * c->c;

  d[0] = (r[0] * c->d - c->b * s) / det;
  d[1] = (c->a * s - r[0] * c->c) / det;
}

/* folds, crossings, l = 0.25, something that jumps at l = 0.1 */
static bool
test (void *self, const double *X, const double *T, double *phi)
{
  curve *c = self;
  double fx, fl;

  c->df (X[0], X[1], &fx, &fl);
  phi[0] = T[1];
  phi[1] = fx * T[1] - fl * T[0];
  phi[2] = X[1] - 0.25;
  phi[3] = X[1] < 0.1 ? -1 : 1;
  return true;
}

static const char *
accept (void *self, double *X, double *T, int which)
{
  curve *c = self;

  (void) T;
  if (which < 0)
    {
      ck_assert_int_lt (c->n, 4000);
      c->x[c->n] = X[0];
      c->l[c->n++] = X[1];
    }
  else
    {
      ck_assert_int_lt (c->nevent, 50);
      c->which[c->nevent] = which;
      c->ex[c->nevent] = X[0];
      c->el[c->nevent++] = X[1];
    }
  ck_assert_double_le (fabs (c->f (X[0], X[1])), 1e-6);
  return NULL;
}

static ictus_err
follow (curve *c, double x, double l, const double *T0, int dir, double lo, double hi, char *why, bool *closed)
{
  const ictus__arc_problem q = { .self = c, .n = 1, .residual = residual, .factor = factor, .solve = solve, .weight = c->weight,
                                 .ntest = 4, .test = test, .accept = accept };
  const ictus__arc_config k = { .ds = 0.02, .dsmin = 1e-6, .dsmax = 0.2, .max_points = 3000, .tol = 1e-11, .lo = lo, .hi = hi,
                                .lo2 = NAN, .hi2 = NAN, .direction = dir, .name = "l" };
  double X[2] = { x, l };

  c->weight[0] = c->weight[1] = 1;
  return ictus__arc_follow (&q, &k, X, T0, why, closed);
}

static int
count (const curve *c, int which)
{
  int n = 0;

  for (int i = 0; i < c->nevent; ++i)
    n += c->which[i] == which;
  return n;
}

static double
line (double x, double l)
{
  return x - 1.05 * l;
}

static void
line_d (double x, double l, double *fx, double *fl)
{
  (void) x;
  (void) l;
  *fx = 1;
  *fl = -1.05;
}

/* ---- the curves ------------------------------------------------------------------------------------------- */

static double
circle (double x, double l)
{
  return x * x + l * l - 1;
}

static void
circle_d (double x, double l, double *fx, double *fl)
{
  *fx = 2 * x;
  *fl = 2 * l;
}

static double
cubic (double x, double l) /* folds at x = -+ 1/sqrt(3) */
{
  return l + x - x * x * x;
}

static void
cubic_d (double x, double l, double *fx, double *fl)
{
  (void) l;
  *fx = 1 - 3 * x * x;
  *fl = 1;
}

static double
pitchfork (double x, double l)
{
  return x * (l - x * x);
}

static void
pitchfork_d (double x, double l, double *fx, double *fl)
{
  *fx = l - 3 * x * x;
  *fl = x;
}

static double
isola (double x, double l) /* folds at l = -+ 0.5, an ellipse far from 0 */
{
  return 4 * l * l + (x - 3) * (x - 3) * 0.04 - 1;
}

static void
isola_d (double x, double l, double *fx, double *fl)
{
  *fx = 0.08 * (x - 3);
  *fl = 8 * l;
}

static double
cusp (double x, double l) /* near a cusp: x^3 = l with a steep and a flat part */
{
  return x * x * x - l;
}

static void
cusp_d (double x, double l, double *fx, double *fl)
{
  (void) l;
  *fx = 3 * x * x;
  *fl = -1;
}

static double
root (double x, double l) /* x = sqrt (l) - 0.5 l: not there for l < 0 */
{
  return x - sqrt (l) + 0.5 * l;
}

static void
root_d (double x, double l, double *fx, double *fl)
{
  (void) x;
  *fx = 1;
  *fl = 0.5 - 0.5 / sqrt (l);
}

static double
corner (double x, double l)
{
  return x - 0.5 * fabs (l);
}

static void
corner_d (double x, double l, double *fx, double *fl)
{
  (void) x;
  *fx = 1;
  *fl = l < 0 ? 0.5 : -0.5;
}

static double
jump (double x, double l)
{
  return x - (l > 0.5 ? 3 : 0);
}

static void
jump_d (double x, double l, double *fx, double *fl)
{
  (void) x;
  (void) l;
  *fx = 1;
  *fl = 0;
}

/* ---- tests ------------------------------------------------------------------------------------------------ */

static char why[160];
static bool closed;

START_TEST (circle_closes)
{
  curve c = { .f = circle, .df = circle_d };

  ck_assert_int_eq (follow (&c, 0.8, 0.6, NULL, 1, -2, 2, why, &closed), ICTUS_OK);
  ck_assert (closed);
  ck_assert_str_eq (why, "the curve is closed");
  ck_assert_int_eq (count (&c, 0), 2);
  ck_assert_int_eq (count (&c, 2), 2);
  ck_assert_int_eq (count (&c, 3), 0); /* a jump is no zero */
  ck_assert_int_eq (count (&c, 1), 0);
  ck_assert_double_eq (c.x[0], c.x[c.n - 1]);
  for (int i = 0; i < c.nevent; ++i)
    ck_assert_double_eq_tol (fabs (c.el[i]), c.which[i] == 0 ? 1 : 0.25, 1e-10);
  ck_assert_int_lt (c.n, 160);
  for (int i = 1; i < c.n; ++i) /* straight lines leave the circle by little of a picture 2 high and 4 wide */
    {
      const double x = (c.x[i] + c.x[i - 1]) / 2, l = (c.l[i] + c.l[i - 1]) / 2, off = 1 - hypot (x, l);

      ck_assert_double_le (off / hypot (2 * x, 4 * l), 3.5e-4); /* across the circle, as it is drawn */
    }
}
END_TEST

START_TEST (two_folds)
{
  curve c = { .f = cubic, .df = cubic_d };
  const double fold = 2 / sqrt (27);

  ck_assert_int_eq (follow (&c, -1.9, -5, NULL, 1, -5, 5, why, &closed), ICTUS_OK);
  ck_assert_str_eq (why, "the bound l = 5");
  ck_assert_double_eq (c.l[0], -5);
  ck_assert_double_eq (c.l[c.n - 1], 5);
  ck_assert_int_eq (count (&c, 0), 2);
  for (int i = 0, sign = 1; i < c.nevent; ++i)
    if (c.which[i] == 0)
      {
        ck_assert_double_eq_tol (c.el[i], sign * fold, 1e-11);
        sign = -sign;
      }
  ck_assert (!closed);
}
END_TEST

START_TEST (pitchfork_is_crossed)
{
  curve c = { .f = pitchfork, .df = pitchfork_d };
  const double across[2] = { 1, 0 };

  ck_assert_int_eq (follow (&c, 0, -0.7, NULL, 1, -1, 1, why, &closed), ICTUS_OK);
  ck_assert_str_eq (why, "the bound l = 1");
  ck_assert_int_eq (count (&c, 1), 1);
  ck_assert_int_eq (c.which[0], 1);
  ck_assert_double_eq_tol (c.el[0], 0, 1e-9);
  for (int i = 0; i < c.n; ++i)
    ck_assert_double_eq_tol (c.x[i], 0, 1e-12); /* not deflected */
  /* the parabola, from its arm through the crossing */
  c.n = c.nevent = 0;
  ck_assert_int_eq (follow (&c, -0.9, 0.81, NULL, -1, -1, 1, why, &closed), ICTUS_OK);
  ck_assert_int_eq (count (&c, 1), 1);
  ck_assert_int_eq (count (&c, 0), 1);
  ck_assert_double_eq_tol (c.x[c.n - 1], 1, 1e-9);
  /* and from a tangent */
  c.n = c.nevent = 0;
  ck_assert_int_eq (follow (&c, 0.02, 0.0004, across, 0, -1, 1, why, &closed), ICTUS_OK);
  ck_assert_double_eq_tol (c.x[c.n - 1], 1, 1e-9);
  ck_assert_int_eq (count (&c, 1), 0);
}
END_TEST

START_TEST (isola_closes)
{
  curve c = { .f = isola, .df = isola_d };

  ck_assert_int_eq (follow (&c, 7.9, 0.1, NULL, -1, -2, 2, why, &closed), ICTUS_OK);
  ck_assert (closed);
  ck_assert_int_eq (count (&c, 0), 2);
}
END_TEST

START_TEST (cusp_is_passed)
{
  curve c = { .f = cusp, .df = cusp_d };

  ck_assert_int_eq (follow (&c, -1, -1, NULL, 1, -1, 1, why, &closed), ICTUS_OK);
  ck_assert_double_eq_tol (c.x[c.n - 1], 1, 1e-9);
  ck_assert_int_eq (count (&c, 0), 0);
}
END_TEST

START_TEST (ends_are_explained)
{
  curve c = { .f = root, .df = root_d };

  ck_assert_int_eq (follow (&c, 0.5, 0.5, NULL, -1, -1, 1, why, &closed), ICTUS_OK);
  ck_assert_msg (strstr (why, "not finite") != NULL, "%s", why);
  ck_assert_double_lt (c.l[c.n - 1], 1e-4);
  memset (&c, 0, sizeof c);
  c.f = corner;
  c.df = corner_d;
  ck_assert_int_eq (follow (&c, 0.5, -1, NULL, 1, -1, 1, why, &closed), ICTUS_OK); /* a corner is passed */
  ck_assert_double_eq (c.l[c.n - 1], 1);
  memset (&c, 0, sizeof c);
  c.f = jump;
  c.df = jump_d;
  ck_assert_int_eq (follow (&c, 0, 0, NULL, 1, -1, 1, why, &closed), ICTUS_OK);
  ck_assert_msg (strstr (why, "jump") != NULL, "%s", why);
  ck_assert_double_eq_tol (c.l[c.n - 1], 0.5, 1e-5);
  ck_assert_int_eq (follow (&c, 1, NAN, NULL, 1, -1, 1, why, &closed), ICTUS_E_SOLVER);
}
END_TEST

START_TEST (start_on_a_bound)
{
  curve c = { .f = cubic, .df = cubic_d };

  ck_assert_int_eq (follow (&c, 1.4, 1, NULL, -1, 1, 5, why, &closed), ICTUS_OK);
  ck_assert_int_eq (c.n, 1);
  ck_assert_str_eq (why, "the bound l = 1");
}
END_TEST

START_TEST (of_two_bounds_the_first_is_met)
{
  curve c = { .f = line, .df = line_d, .weight = { 1, 1 } };
  const ictus__arc_problem q = { .self = &c, .n = 1, .residual = residual, .factor = factor, .solve = solve, .weight = c.weight,
                                 .test = test, .accept = accept };
  const ictus__arc_config k = { .ds = 0.4, .dsmin = 1e-6, .dsmax = 0.4, .max_points = 3000, .tol = 1e-11, .lo = 0, .hi = 1,
                                .lo2 = -1, .hi2 = 1, .direction = 1, .name = "l", .name2 = "x" };
  double X[2] = { 0, 0 };

  ck_assert_int_eq (ictus__arc_follow (&q, &k, X, NULL, why, &closed), ICTUS_OK);
  ck_assert_str_eq (why, "the bound x = 1");
  ck_assert_double_eq (X[0], 1);
  ck_assert_double_eq_tol (X[1], 1 / 1.05, 1e-10);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("dyn_arc");
  TCase *c = tcase_create ("arc");
  SRunner *r;
  int failed;

  tcase_add_test (c, circle_closes);
  tcase_add_test (c, two_folds);
  tcase_add_test (c, pitchfork_is_crossed);
  tcase_add_test (c, isola_closes);
  tcase_add_test (c, cusp_is_passed);
  tcase_add_test (c, ends_are_explained);
  tcase_add_test (c, start_on_a_bound);
  tcase_add_test (c, of_two_bounds_the_first_is_met);
  suite_add_tcase (s, c);
  r = srunner_create (s);
  srunner_run_all (r, CK_ENV);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
