/* SPDX-License-Identifier: BSD-3-Clause */
/* Phase planes whose points, cycles and connections are known on paper. */
#include "dyn_check.h"

#include "ictus/phase.h"

typedef struct plane
{
  dyn_case c;
  ictus_phase p;
} plane;

/* half: the box is -half .. half in both directions; 0: chosen. */
static plane
look (const char *text, double half, int basins)
{
  bool written = strchr (text, '=') != NULL; /* else the name of a model */
  plane a = { .c = dyn_open (written ? "plane" : text, written ? text : NULL, NULL, NULL) };
  ictus_phase_options o;

  ictus_phase_defaults (&o);
  for (int k = 0; k < 2 && half > 0; ++k)
    {
      o.lo[k] = -half;
      o.hi[k] = half;
    }
  o.basins = basins;
  dyn_must (ictus_phase_look (MPI_COMM_SELF, &a.c.v, &o, NULL, NULL, &a.p));
  return a;
}

static void
end (plane *a)
{
  ictus_phase_clear (&a->p);
  dyn_close (&a->c);
}

static void
is_at (const ictus_phase *p, size_t k, ictus_dyn_class class, double x, double y)
{
  ck_assert_uint_lt (k, p->npoint);
  ck_assert_msg (p->point[k].class == class, "point %zu is a %s", k + 1, ictus_dyn_class_name (p->point[k].class));
  ck_assert_msg (fabs (p->point[k].at[0] - x) < 1e-11 && fabs (p->point[k].at[1] - y) < 1e-11, "point %zu at %.15g, %.15g", k + 1,
                 p->point[k].at[0], p->point[k].at[1]);
}

/* Do both sides of a manifold go to these points, in any order? -1: it leaves the box. */
static void
goes (const ictus_phase *p, int point, bool stable, int a, int b)
{
  int to[2] = { -9, -9 }, n = 0;

  for (size_t k = 0; k < p->manifold.n; ++k)
    if (p->manifold_info[k].point == point && p->manifold_info[k].stable == stable && n < 2)
      {
        const ictus_phase_end *e = &p->manifold_info[k].end;

        to[n++] = e->point >= 0 ? e->point : e->cycle >= 0 ? 100 + e->cycle : e->why;
      }
  ck_assert_msg ((to[0] == a && to[1] == b) || (to[0] == b && to[1] == a), "%s of point %d: %d and %d", stable ? "separatrix" : "manifold",
                 point + 1, to[0], to[1]);
}

/* Strogatz, Nonlinear Dynamics and Chaos, 6.4: rabbits and sheep. */
START_TEST (competition)
{
  plane a = look ("x'=x*(3-x-2*y)\ny'=y*(2-x-y)\ninit x=0.5,y=0.5\ndone\n", 4, 0);
  const ictus_phase_point *z = &a.p.point[2];

  ck_assert_uint_eq (a.p.npoint, 4);
  is_at (&a.p, 0, ICTUS_DYN_UNSTABLE_NODE, 0, 0);
  is_at (&a.p, 1, ICTUS_DYN_STABLE_NODE, 0, 2);
  is_at (&a.p, 2, ICTUS_DYN_SADDLE, 1, 1);
  is_at (&a.p, 3, ICTUS_DYN_STABLE_NODE, 3, 0);
  ck_assert_double_eq_tol (z->re[0], sqrt (2) - 1, 1e-12);
  ck_assert_double_eq_tol (z->re[1], -sqrt (2) - 1, 1e-12);
  goes (&a.p, 2, false, 1, 3);
  goes (&a.p, 2, true, 0, ICTUS_PHASE_LEAVES);
  ck_assert (a.p.index_known && a.p.index_box == 2 && a.p.index_sum == 2);
  end (&a);
}
END_TEST

/* Two loops from the saddle to itself. */
START_TEST (homoclinic)
{
  plane a = look ("x'=y\ny'=x-x^3\ninit x=0.1,y=0\ndone\n", 2, 0);

  ck_assert_uint_eq (a.p.npoint, 3);
  is_at (&a.p, 0, ICTUS_DYN_CENTRE, -1, 0);
  is_at (&a.p, 1, ICTUS_DYN_SADDLE, 0, 0);
  goes (&a.p, 1, false, 1, 1);
  goes (&a.p, 1, true, 1, 1);
  ck_assert (a.p.conservative);
  for (size_t k = 0; k < a.p.manifold.npoint; ++k) /* y^2 = x^2 - x^4/2 */
    {
      double x = a.p.manifold.x[k], y = a.p.manifold.y[k];

      ck_assert_double_eq_tol (y * y, x * x - 0.5 * x * x * x * x, 1e-6);
    }
  end (&a);
}
END_TEST

START_TEST (heteroclinic)
{
  plane a = look ("x'=y\ny'=-sin(x)\ninit x=1,y=0\ndone\n", 4, 0);

  ck_assert_uint_eq (a.p.npoint, 3);
  is_at (&a.p, 0, ICTUS_DYN_SADDLE, -3.14159265358979323846, 0);
  is_at (&a.p, 1, ICTUS_DYN_CENTRE, 0, 0);
  goes (&a.p, 0, false, 2, ICTUS_PHASE_LEAVES);
  goes (&a.p, 2, false, 0, ICTUS_PHASE_LEAVES);
  end (&a);
}
END_TEST

/* An orbit that passes a saddle on its way to a node beside it is none that ends there. */
START_TEST (saddle_beside_node)
{
  plane a = look ("x'=(x-0.3)^2-2.5e-9\ny'=-y+x^2\ninit x=0,y=0\ndone\n", 1, 0);

  ck_assert_uint_eq (a.p.npoint, 2);
  is_at (&a.p, 0, ICTUS_DYN_STABLE_NODE, 0.29995, 0.29995 * 0.29995);
  is_at (&a.p, 1, ICTUS_DYN_SADDLE, 0.30005, 0.30005 * 0.30005);
  goes (&a.p, 1, false, 0, ICTUS_PHASE_LEAVES);
  end (&a);
}
END_TEST

static const struct { const char *text; int index; } multiple[] = {
  { "x'=x^2-y^2\ny'=-2*x*y\ninit x=1,y=1\ndone\n", -2 }, /* monkey saddle */
  { "x'=x^2-y^2\ny'=2*x*y\ninit x=1,y=0.5\ndone\n", 2 }, /* dipole */
  { "x'=x^2\ny'=-y\ninit x=-0.5,y=1\ndone\n", 0 },
  { "x'=y\ny'=x^2\ninit x=-0.5,y=1\ndone\n", 0 }, /* cusp */
};

START_TEST (not_hyperbolic)
{
  plane a = look (multiple[_i].text, 1, 0);

  ck_assert_uint_eq (a.p.npoint, 1);
  ck_assert_int_eq (a.p.point[0].class, ICTUS_DYN_DEGENERATE);
  ck_assert_int_eq (a.p.point[0].index, multiple[_i].index);
  ck_assert (fabs (a.p.point[0].at[0]) < 1e-6 && fabs (a.p.point[0].at[1]) < 1e-6);
  end (&a);
}
END_TEST

START_TEST (line_of_points)
{
  plane a = look ("x'=x*y\ny'=-y\ninit x=1,y=1\ndone\n", 0, 0);

  ck_assert (a.p.continuum);
  ck_assert_double_lt (a.p.options.hi[0] - a.p.options.lo[0], 30);
  end (&a);
}
END_TEST

/* A linear centre that is a weak focus has no cycle around it. */
START_TEST (weak_focus)
{
  plane a = look ("x'=-y-0.5*x*(x^2+y^2)\ny'=x-0.5*y*(x^2+y^2)\ninit x=1,y=0\ndone\n", 0, 0);

  ck_assert_uint_eq (a.p.npoint, 1);
  is_at (&a.p, 0, ICTUS_DYN_CENTRE, 0, 0);
  ck_assert_uint_eq (a.p.ncycle, 0);
  ck_assert (!a.p.conservative);
  end (&a);
}
END_TEST

/* Circles of radius 1, 2, 3; multipliers exp (2 pi r g'(r)). */
START_TEST (three_cycles)
{
  plane a = look ("r2=x^2+y^2\ng=-(r2-1)*(r2-4)*(r2-9)/400\nx'=x*g-y\ny'=y*g+x\ninit x=2.5,y=0\ndone\n", 4, 40);
  size_t cells = 0, inner = 0;

  ck_assert_uint_eq (a.p.ncycle, 3);
  for (int k = 0; k < 3; ++k)
    {
      const ictus_phase_cycle *c = &a.p.cycle_info[k];
      double r = rint (c->high[0]), want = exp (-6.283185307179586 * 2 * r * r * (r > 2 ? 40 : r > 1 ? -15 : 24) / 400);

      ck_assert_double_eq_tol (c->period, 6.283185307179586, 1e-7);
      ck_assert_double_eq_tol (c->high[0], r, 1e-4);
      ck_assert_msg (c->stable == (r != 2), "the one of radius %g", r);
      ck_assert_double_eq_tol (c->multiplier / want, 1, 1e-5);
      if (c->stable)
        for (size_t b = 0; b < a.p.nbasin; ++b)
          if (a.p.basins[b].end.cycle == k)
            {
              cells += a.p.basins[b].cells;
              inner += r < 2 ? a.p.basins[b].cells : 0;
            }
    }
  ck_assert_uint_eq (cells, 1600);
  ck_assert_uint_eq (inner, 316); /* middles of cells within the circle of radius 2, counted */
  end (&a);
}
END_TEST

/* Relaxation, mu = 1000; the period by Dorodnitsyn's asymptotic formula is (3 - 2 ln 2) mu + 7.014 mu^(-1/3) + ... */
START_TEST (very_stiff)
{
  plane a = look ("par mu=1000\nx'=y\ny'=mu*(1-x^2)*y-x\ninit x=2,y=0\ndone\n", 0, 0);

  ck_assert_uint_eq (a.p.ncycle, 1);
  ck_assert_double_eq_tol (a.p.cycle_info[0].period, 1000 * (3 - 2 * log (2)) + 7.01432 * 0.1, 0.2);
  ck_assert_double_gt (a.p.options.hi[1], 1333);
  end (&a);
}
END_TEST

/* Boxes that nobody gave hold what happens from the initial values, however small these are. */
START_TEST (chosen_box)
{
  plane a = look ("sir", 0, 0), b = look ("ott_antonsen", 0, 0), c = look ("lotka_volterra", 0, 0), d = look ("bouncing_ball", 0, 0);

  ck_assert_double_gt (a.p.options.hi[1], 0.15343); /* most infected at once: 1 - (1 + ln 2)/2 */
  ck_assert_double_lt (a.p.options.hi[1], 1);
  ck_assert_uint_eq (b.p.npoint, 3);
  ck_assert_double_eq_tol (b.p.point[2].at[0], sqrt (0.5), 1e-12);
  ck_assert_double_gt (c.p.options.hi[0], 2);
  ck_assert_double_lt (c.p.options.hi[0], 8);
  ck_assert_double_lt (d.p.options.lo[1], -sqrt (2 * 9.81));
  end (&a);
  end (&b);
  end (&c);
  end (&d);
}
END_TEST

/* sin 3x + y/5, sin 3y - x/5 in a box of 8: as many as an independent search by Newton's method from 40000 starts finds. */
START_TEST (many_points)
{
  plane a = look ("x'=sin(3*x)+0.2*y\ny'=sin(3*y)-0.2*x\ninit x=0.5,y=0.5\ndone\n", 4, 0);

  ck_assert_uint_eq (a.p.npoint, 53);
  for (size_t k = 0; k < a.p.npoint; ++k)
    {
      double x = a.p.point[k].at[0], y = a.p.point[k].at[1];

      ck_assert (fabs (sin (3 * x) + 0.2 * y) < 1e-13 && fabs (sin (3 * y) - 0.2 * x) < 1e-13);
    }
  ck_assert (a.p.index_known && a.p.index_box == -3 && a.p.index_sum == -3);
  end (&a);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *s = suite_create ("phase");
  TCase *c = tcase_create ("planes");
  SRunner *r;
  int failed;

  tcase_set_timeout (c, 60);
  tcase_add_test (c, competition);
  tcase_add_test (c, homoclinic);
  tcase_add_test (c, heteroclinic);
  tcase_add_test (c, saddle_beside_node);
  tcase_add_loop_test (c, not_hyperbolic, 0, 4);
  tcase_add_test (c, line_of_points);
  tcase_add_test (c, weak_focus);
  tcase_add_test (c, three_cycles);
  tcase_add_test (c, very_stiff);
  tcase_add_test (c, chosen_box);
  tcase_add_test (c, many_points);
  suite_add_tcase (s, c);
  MPI_Init (&argc, &argv);
  r = srunner_create (s);
  srunner_set_fork_status (r, CK_NOFORK);
  srunner_run_all (r, CK_ENV);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  MPI_Finalize ();
  return failed == 0 ? 0 : 1;
}
