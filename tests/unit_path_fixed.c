/* SPDX-License-Identifier: BSD-3-Clause */
/* Fixed steps and rows, against the numbers that XPPAUT 6.11b gives for the same model, method and step (it writes 8 digits),
   and against closed formulas. */
#include "path_check.h"

/* x' = y, y' = (1 - x^2) y - x + 0.5 cos t, aux q = x + t */
static void
pol_init (const double *p, double *y)
{
  (void) p;
  y[0] = 1;
  y[1] = 0.3;
}

static void
pol_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) p;
  (void) u;
  f[0] = y[1];
  f[1] = (1 - y[0] * y[0]) * y[1] - y[0] + 0.5 * cos (t);
}

static void
pol_jac (double t, const double *y, const double *p, const double *u, double *J)
{
  (void) t;
  (void) p;
  (void) u;
  J[0] = 0;
  J[1] = -2 * y[0] * y[1] - 1;
  J[2] = 1;
  J[3] = 1 - y[0] * y[0];
}

static void
pol_aux (double t, const double *y, const double *p, const double *u, double *a)
{
  (void) p;
  (void) u;
  a[0] = y[0] + t;
}

static const char pol_text[] = "x'=y\ny'=(1-x^2)*y-x+.5*cos(t)\ninit x=1,y=.3\naux q=x+t\n";

static void
pol (rig *r, const char *method, double total, double dt)
{
  rig_make (r, pol_text,
            (ictus_kernel) { .nstate = 2, .naux = 1, .init = pol_init, .rhs = pol_rhs, .jac = pol_jac, .aux = pol_aux }, method,
            total, dt);
}

START_TEST (methods_are_those_of_xppaut)
{
  static const struct
  {
    const char *method;
    double v[4][3]; /* at 0.1, 0.3, 1, 4 */
  } want[] = {
    { "euler", { { 1.03, 0.25, 1.13 }, { 1.0745227, 0.13652447, 1.3745228 }, { 1.0336984, -0.33273518, 2.0336986 },
                 { -2.0408945, 0.45492634, 1.9591056 } } },
    { "heun", { { 1.0275, 0.24761385, 1.1275001 }, { 1.0657753, 0.13183197, 1.3657753 }, { 0.99989223, -0.3336378, 1.9998922 },
                { -1.8312017, 0.44204515, 2.1687982 } } },
    { "rk4", { { 1.0274235, 0.247743, 1.1274235 }, { 1.06563, 0.13225308, 1.3656299 }, { 1.0001184, -0.33232841, 2.0001185 },
               { -1.8368124, 0.4438273, 2.1631877 } } },
    { "adams", { { 1.0274235, 0.247743, 1.1274235 }, { 1.06563, 0.13225308, 1.3656299 },
                 { 1.0001142, -0.33233261, 2.0001142 }, { -1.8368413, 0.4437353, 2.1631587 } } },
    { "backward-euler", { { 1.0273846, 0.24769339, 1.1273847 }, { 1.065459, 0.13137969, 1.365459 },
                          { 0.99644357, -0.34274307, 1.9964436 }, { -1.8335381, 0.45741728, 2.1664619 } } },
  };
  static const size_t row[4] = { 1, 3, 10, 40 };
  rig r;

  for (size_t i = 0; i < sizeof want / sizeof *want; ++i)
    {
      pol (&r, want[i].method, 4, 0.1);
      rig_run (&r);
      ck_assert_int_eq (r.out.end, ICTUS_PATH_DONE);
      ck_assert_uint_eq (r.out.nrow, 41);
      for (int k = 0; k < 4; ++k)
        rig_row (&r, row[k], 0.1 * (double) row[k], want[i].v[k], 6e-8);
      rig_done (&r);
    }
}
END_TEST

/* x' = y, y' = -sin x + 0.1 t */
static void
swing_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) p;
  (void) u;
  f[0] = y[1];
  f[1] = -sin (y[0]) + 0.1 * t;
}

START_TEST (symplectic_is_that_of_xppaut)
{
  rig r;

  rig_make (&r, "x'=y\ny'=-sin(x)+.1*t\ninit x=1,y=.3\n",
            (ictus_kernel) { .nstate = 2, .init = pol_init, .rhs = swing_rhs }, "symplectic", 4, 0.1);
  rig_run (&r);
  rig_row (&r, 1, 0.1, (double[]) { 1.0257665, 0.21512844 }, 6e-8);
  rig_row (&r, 10, 1, (double[]) { 0.88578349, -0.50111699 }, 6e-8);
  rig_row (&r, 40, 4, (double[]) { -0.48081917, 0.51750445 }, 6e-8);
  rig_done (&r);
}
END_TEST

/* x' = x */
static void
one_init (const double *p, double *y)
{
  (void) p;
  y[0] = 1;
}

static void
grow_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) t;
  (void) p;
  (void) u;
  f[0] = y[0];
}

static void
grow (rig *r, const char *method, double total, double dt)
{
  rig_make (r, "x'=x\ninit x=1\n", (ictus_kernel) { .nstate = 1, .init = one_init, .rhs = grow_rhs }, method, total, dt);
}

START_TEST (rows_are_those_of_xppaut)
{
  rig r;

  grow (&r, "euler", 1, 0.1);
  r.c.nout = 3; /* whole rows: one step further than total */
  rig_run (&r);
  ck_assert_uint_eq (r.out.nrow, 5);
  rig_row (&r, 1, 0.3, (double[]) { 1.331 }, 1e-12);
  rig_row (&r, 4, 1.2, (double[]) { 3.1384284 }, 6e-8);
  ck_assert_double_eq_tol (r.out.t_end, 1.2, 1e-12);
  ck_assert_uint_eq (r.out.steps, 12);
  rig_done (&r);

  grow (&r, "euler", 0.17, 0.1);
  rig_run (&r);
  ck_assert_uint_eq (r.out.nrow, 2);
  rig_done (&r);

  grow (&r, "euler", 0, 0.1);
  rig_run (&r);
  ck_assert_uint_eq (r.out.nrow, 1);
  rig_done (&r);

  grow (&r, "rk4", -1, 0.1); /* backwards */
  rig_run (&r);
  ck_assert_uint_eq (r.out.nrow, 11);
  rig_row (&r, 1, -0.1, (double[]) { 0.90483749 }, 6e-8);
  rig_row (&r, 10, -1, (double[]) { 0.36787978 }, 6e-8);
  rig_done (&r);
}
END_TEST

static void
even_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) t;
  (void) y;
  (void) p;
  (void) u;
  f[0] = 1;
}

START_TEST (transient_rows_are_counted_in_time_since_zero)
{
  rig r;

  rig_make (&r, "x'=1\ninit x=1\n", (ictus_kernel) { .nstate = 1, .init = one_init, .rhs = even_rhs }, "euler", 10, 0.1);
  r.c.t0 = 2;
  r.c.trans = 5;
  rig_run (&r); /* the sum of 2 and thirty times 0.1 is a little less than 5 */
  ck_assert_uint_eq (r.out.nrow, 70);
  ck_assert_double_eq_tol (r.out.t[0], 5.1, 1e-12);
  ck_assert_double_eq_tol (r.out.t[69], 12, 1e-12);
  rig_done (&r);
}
END_TEST

START_TEST (a_run_ends_where_its_bounds_are)
{
  rig r;

  grow (&r, "euler", 10, 0.1);
  r.c.bound = 2;
  rig_run (&r);
  ck_assert_int_eq (r.out.end, ICTUS_PATH_BOUND);
  ck_assert_int_eq (r.out.state, 0);
  ck_assert_uint_eq (r.out.nrow, 8); /* 1.1^7 = 1.949; the row beyond is not kept */
  ck_assert_double_eq_tol (r.out.t_end, 0.8, 1e-12);
  ck_assert_ptr_nonnull (strstr (r.out.why, "out of bounds"));
  rig_done (&r);

  pol (&r, "euler", 10, 0.1); /* columns that are not states count too */
  r.c.bound = 2;
  rig_run (&r);
  ck_assert_int_eq (r.out.end, ICTUS_PATH_BOUND);
  ck_assert_int_eq (r.out.state, 2);
  rig_done (&r);

  grow (&r, "euler", 1, 0.1);
  r.c.max_rows = 5;
  rig_run (&r);
  ck_assert_int_eq (r.out.end, ICTUS_PATH_FULL);
  ck_assert_uint_eq (r.out.nrow, 5);
  rig_done (&r);
}
END_TEST

/* x' = sqrt (0.5 - x) is not a number from 0.5 on */
static void
root_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) t;
  (void) p;
  (void) u;
  f[0] = 1 + sqrt (1.5 - y[0]);
}

START_TEST (a_state_that_is_not_finite_ends_the_run)
{
  rig r;

  rig_make (&r, "x'=sqrt(.5-x)\n", (ictus_kernel) { .nstate = 1, .init = one_init, .rhs = root_rhs }, "euler", 10, 0.1);
  rig_run (&r);
  ck_assert_int_eq (r.out.end, ICTUS_PATH_FAILED);
  ck_assert_ptr_nonnull (strstr (r.out.why, "x is not finite"));
  ck_assert_uint_gt (r.out.nrow, 3);
  for (size_t i = 0; i < r.out.nrow; ++i)
    ck_assert (isfinite (r.out.v[i]));
  rig_done (&r);
}
END_TEST

/* the order of each method: error of x' = x at 1 */
START_TEST (errors_shrink_with_the_order)
{
  static const struct
  {
    const char *method;
    double order;
  } m[] = { { "euler", 1 }, { "heun", 2 }, { "rk4", 4 }, { "adams", 4 } };
  rig r;

  for (size_t i = 0; i < sizeof m / sizeof *m; ++i)
    {
      double e[2];

      for (int k = 0; k < 2; ++k)
        {
          grow (&r, m[i].method, 1, k == 0 ? 0.01 : 0.005);
          rig_run (&r);
          e[k] = fabs (r.out.y[0] - exp (1));
          rig_done (&r);
        }
      ck_assert_msg (fabs (log2 (e[0] / e[1]) - m[i].order) < 0.15, "%s: order %g", m[i].method, log2 (e[0] / e[1]));
    }
}
END_TEST

/* z(t+1) = z + t */
static void
map_rhs (double t, const double *y, const double *p, const double *u, double *f)
{
  (void) p;
  (void) u;
  f[0] = y[0] + t;
}

static void
zero_init (const double *p, double *y)
{
  (void) p;
  y[0] = 0;
}

START_TEST (maps_are_iterated)
{
  rig r;

  rig_make (&r, "x'=x+t\n", (ictus_kernel) { .nstate = 1, .is_map = 1, .init = zero_init, .rhs = map_rhs }, "map", 5.7, 0.1);
  r.c.nout = 2;
  rig_run (&r);
  ck_assert_uint_eq (r.out.nrow, 4);
  rig_row (&r, 1, 2, (double[]) { 1 }, 1e-12);
  rig_row (&r, 2, 4, (double[]) { 6 }, 1e-12);
  rig_row (&r, 3, 6, (double[]) { 15 }, 1e-12);
  ictus_path_clear (&r.out);
  ck_assert_int_eq (ictus_path_run (&r.m, &(ictus_path_config) { .method = "rk4", .total = 1, .dt = .1, .nout = 1 }, NULL, NULL,
                                    NULL, &r.out),
                    ICTUS_E_INPUT);
  ck_assert_ptr_nonnull (strstr (ictus_err_last (), "map"));
  rig_done (&r);
}
END_TEST

START_TEST (names_of_methods)
{
  const char *why;
  char buf[256];
  rig r;

  ck_assert_str_eq (ictus_path_method_of ("r", NULL), "rk4");
  ck_assert_str_eq (ictus_path_method_of ("RungeKutta", &why), "rk4");
  ck_assert_str_eq (why, "");
  ck_assert_str_eq (ictus_path_method_of ("m", NULL), "heun");
  ck_assert_str_eq (ictus_path_method_of ("backeul", NULL), "backward-euler");
  ck_assert_str_eq (ictus_path_method_of ("ymp", NULL), "symplectic");
  ck_assert_str_eq (ictus_path_method_of ("adams", NULL), "adams");
  ck_assert_ptr_null (ictus_path_method_of ("frog", NULL));
  grow (&r, "rk4", 1, 0.1);
  ck_assert_ptr_nonnull (strstr (ictus_path_refuse ("eulr", &r.m, buf), "euler"));
  ck_assert_ptr_nonnull (strstr (ictus_path_refuse ("symplectic", &r.m, buf), "pairs"));
  ck_assert_ptr_null (ictus_path_refuse ("rk4", &r.m, buf));
  r.c.dt = 0;
  ck_assert_int_eq (ictus_path_run (&r.m, &r.c, NULL, NULL, NULL, &r.out), ICTUS_E_INPUT);
  r.c.dt = 0.1;
  r.c.nout = 0;
  ck_assert_int_eq (ictus_path_run (&r.m, &r.c, NULL, NULL, NULL, &r.out), ICTUS_E_INPUT);
  rig_done (&r);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("path_fixed");
  TCase *c = tcase_create ("fixed");

  tcase_add_test (c, methods_are_those_of_xppaut);
  tcase_add_test (c, symplectic_is_that_of_xppaut);
  tcase_add_test (c, rows_are_those_of_xppaut);
  tcase_add_test (c, transient_rows_are_counted_in_time_since_zero);
  tcase_add_test (c, a_run_ends_where_its_bounds_are);
  tcase_add_test (c, a_state_that_is_not_finite_ends_the_run);
  tcase_add_test (c, errors_shrink_with_the_order);
  tcase_add_test (c, maps_are_iterated);
  tcase_add_test (c, names_of_methods);
  suite_add_tcase (s, c);
  return rig_main (s);
}
