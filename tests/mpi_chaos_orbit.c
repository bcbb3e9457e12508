/* SPDX-License-Identifier: BSD-3-Clause */
/* Orbit diagrams against what is known, the same bits on any number of ranks. */
#include "mpi_check.h"

#include "points_check.h"

/* On rank 0, else nothing; the same bits as by one rank alone. */
static ictus_orbit
orbit_of (const char *name, const char *text, const char *par, double lo, double hi, size_t n, const ictus_points_options *given,
          bool continued)
{
  points_case c = points_open (name, text, NULL, 0);
  ictus_lyapunov_axis axis = { .par = ictus_dyn_par (c.m, par), .lo = lo, .hi = hi, .n = n };
  ictus_points_options o;
  ictus_orbit r = { 0 }, one = { 0 };

  ictus_points_defaults (c.m, &o);
  if (given != NULL)
    {
      o.section = given->section;
      o.at = given->at;
      o.watch = given->watch;
      o.intervals = given->intervals;
    }
  ck_all (ictus_orbit_run (MPI_COMM_WORLD, &c.v, &o, &axis, continued, &r) == ICTUS_OK);
  ck_all (r.ndone == n * (continued ? 2 : 1));
  if (r.first != NULL)
    {
      size_t rows = n * (continued ? 2 : 1);

      must (ictus_orbit_run (MPI_COMM_SELF, &c.v, &o, &axis, continued, &one));
      ck_assert (memcmp (one.first, r.first, (rows + 1) * sizeof *r.first) == 0);
      ck_assert (memcmp (one.period, r.period, rows * sizeof *r.period) == 0);
      ck_assert (memcmp (one.value, r.value, r.first[rows] * sizeof *r.value) == 0);
      ictus_orbit_clear (&one);
    }
  points_close (&c);
  return r;
}

/* Period doublings at 3, 1 + sqrt 6, 3.544090: branches on both sides of each. */
START_TEST (logistic_doublings)
{
  static const double r[] = { 2.9, 2.995, 3.005, 3.2, 3.448, 3.451, 3.5, 3.5436, 3.5445, 3.83, 3.97 };
  static const int want[] = { 1, 1, 2, 2, 2, 4, 4, 4, 8, 3, ICTUS_ORBIT_IRREGULAR };
  ictus_orbit d = orbit_of ("logistic_map", NULL, "r", r[_i], 3.99, 3, NULL, false);

  if (d.first == NULL)
    return;
  ck_assert_int_eq (d.kind, ICTUS_POINTS_ITERATES);
  ck_assert_int_eq (d.period[0], want[_i]);
  ck_assert_int_eq (d.period[2], ICTUS_ORBIT_IRREGULAR);
  ictus_orbit_clear (&d);
}
END_TEST

START_TEST (roessler_doublings)
{
  static const double c[] = { 2.5, 3.5, 4, 5.7 };
  static const int want[] = { 1, 2, 4, ICTUS_ORBIT_IRREGULAR };
  ictus_orbit d = orbit_of ("rossler", NULL, "c", c[_i], c[_i] + 0.01, 2, NULL, false);

  if (d.first == NULL)
    return;
  ck_assert_int_eq (d.kind, ICTUS_POINTS_MAXIMA);
  ck_assert_int_eq (d.period[0], want[_i]);
  ictus_orbit_clear (&d);
}
END_TEST

/* Between the fold of cycles and the Hopf point of a subcritical one: still on the way up, moving on the way down. */
START_TEST (hysteresis)
{
  static const char text[] = "par m=-0.5\nx'=x*(m+x^2+y^2-(x^2+y^2)^2)-y\ny'=y*(m+x^2+y^2-(x^2+y^2)^2)+x\n"
                             "init x=0.01\n@ total=100\ndone\n";
  ictus_orbit d = orbit_of ("bautin", text, "m", -0.5, 0.3, 17, NULL, true);

  if (d.first == NULL)
    return;
  ck_assert_int_eq (d.ways, 2);
  for (size_t k = 0; k < 17; ++k)
    {
      double m = ictus_lyapunov_axis_at (&d.axis, k), r = sqrt (0.5 + sqrt (fmax (0, 0.25 + m)));

      if (m < -0.02)
        ck_assert_int_eq (d.period[k], ICTUS_ORBIT_REST);
      if (m > 0.02)
        ck_assert_int_eq (d.period[k], 1);
      if (m > 0.02)
        near (d.value[d.first[k]], r, 1e-5);
      if (m < -0.27)
        ck_assert_int_eq (d.period[17 + k], ICTUS_ORBIT_REST);
      if (m > -0.23)
        ck_assert_int_eq (d.period[17 + k], 1);
      if (m > -0.23)
        near (d.value[d.first[17 + k]], r, 1e-5);
    }
  ictus_orbit_clear (&d);
}
END_TEST

/* x = sin t: a way that goes on from value to value never loses the phase of what drives it. */
START_TEST (driven)
{
  static const char text[] = "par m=1\nx'=cos(t)+0*m\ninit x=0\n@ total=100\ndone\n";
  ictus_orbit d = orbit_of ("driven", text, "m", 1, 2, 9, &(ictus_points_options){ .section = "t", .at = 2 * acos (-1) }, true);

  if (d.first == NULL)
    return;
  for (size_t k = 0; k < d.first[18]; ++k)
    near (d.value[k], 0, 1e-4);
  ck_assert_uint_eq (d.first[18], 18 * 100);
  ictus_orbit_clear (&d);
}
END_TEST

START_TEST (to_infinity)
{
  ictus_orbit d = orbit_of ("henon_map", NULL, "a", 1.2, 3, 2, NULL, false);

  if (d.first == NULL)
    return;
  ck_assert_int_gt (d.period[0], ICTUS_ORBIT_REST);
  ck_assert_int_eq (d.period[1], ICTUS_ORBIT_FAILED);
  ck_assert_uint_eq (d.nfailed, 1);
  ck_assert_uint_eq (d.first[2], d.first[1]);
  ictus_orbit_clear (&d);
}
END_TEST

static bool
after (void *ctx)
{
  return ++*(int *) ctx > 3;
}

START_TEST (told_to_end)
{
  points_case c = points_open ("logistic_map", NULL, NULL, 0);
  ictus_lyapunov_axis axis = { .par = ictus_dyn_par (c.m, "r"), .lo = 3, .hi = 4, .n = 50 };
  ictus_points_options o;
  ictus_orbit r = { 0 };
  int asked = 0;

  ictus_points_defaults (c.m, &o);
  o.told = after;
  o.ctx = &asked;
  ck_all (ictus_orbit_run (MPI_COMM_WORLD, &c.v, &o, &axis, false, &r) == ICTUS_E_STOPPED);
  ck_all (r.ndone > 0 && r.ndone < 50);
  if (r.first != NULL)
    ck_assert_int_eq (r.period[49], ICTUS_ORBIT_TODO);
  ictus_orbit_clear (&r);
  points_close (&c);
}
END_TEST

START_TEST (no_sense)
{
  points_case c = points_open ("lorenz", NULL, NULL, 0);
  ictus_lyapunov_axis axis = { .par = -1, .lo = 3, .hi = 4, .n = 50 };
  ictus_points_options o;
  ictus_orbit r = { 0 };

  ictus_points_defaults (c.m, &o);
  ck_all (ictus_orbit_run (MPI_COMM_WORLD, &c.v, &o, &axis, false, &r) == ICTUS_E_INPUT);
  axis.par = 0;
  o.keep = 0;
  ck_all (ictus_orbit_run (MPI_COMM_WORLD, &c.v, &o, &axis, false, &r) == ICTUS_E_INPUT);
  o.keep = 10;
  o.section = "q";
  ck_all (ictus_orbit_run (MPI_COMM_WORLD, &c.v, &o, &axis, false, &r) == ICTUS_E_INPUT);
  points_close (&c);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *s = suite_create ("orbit diagrams");
  TCase *t = tcase_create ("all");

  tcase_set_timeout (t, 120);
  tcase_add_loop_test (t, logistic_doublings, 0, 11);
  tcase_add_loop_test (t, roessler_doublings, 0, 4);
  tcase_add_test (t, hysteresis);
  tcase_add_test (t, driven);
  tcase_add_test (t, to_infinity);
  tcase_add_test (t, told_to_end);
  tcase_add_test (t, no_sense);
  suite_add_tcase (s, t);
  return mpi_check_main (s, &argc, &argv);
}
