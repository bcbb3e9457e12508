/* SPDX-License-Identifier: BSD-3-Clause */
/* Branches of cycles: what is known exactly, and the digits of other programs and of integration. */
#include "dyn_check.h"

#define TAU 6.283185307179586

typedef struct cycles
{
  dyn_case c;
  ictus_dyn_options o;
  ictus_dyn_branch still, b;
} cycles;

/* Equilibria from `at` the way `direction` says, then the cycles from their k-th Hopf point. */
static void
cycles_open (cycles *f, const char *name, const char *text, const char *const *par, const double *value, double lo, double hi, int direction,
             int k)
{
  double x[16];
  ictus__dyn_job j = { .kind = ICTUS_DYN_EQUILIBRIA, .o = &f->o, .x = x, .par = value[0], .direction = direction, .from_branch = -1,
                       .from_special = -1 };

  *f = (cycles) { .c = dyn_open (name, text, par, value) };
  ictus_dyn_defaults (&f->o);
  f->o.par = ictus_dyn_par (f->c.m, par[0]);
  f->o.lo = lo;
  f->o.hi = hi;
  ck_assert_int_le (f->c.s->n, 16);
  ictus__dyn_gather (f->c.s, f->c.y, x);
  if (!ictus__equilibrium_near (f->c.s, x, 1e-12))
    ck_assert_int_ge (ictus__equilibria_at_start (f->c.s, 1e-12, 1, x), 1);
  dyn_must (ictus__follow_equilibria (f->c.s, &j, &f->still));
  for (size_t i = 0; i < f->still.nspecial; ++i)
    if (f->still.special[i].type == ICTUS_DYN_HOPF && k-- == 0)
      {
        j = (ictus__dyn_job){ .kind = ICTUS_DYN_CYCLES, .o = &f->o, .from = f->still.special + i, .direction = 1 };
        dyn_must (ictus__follow_cycles (f->c.s, &j, &f->b));
        return;
      }
  ck_abort_msg ("no Hopf point on the branch of equilibria");
}

static void
cycles_close (cycles *f)
{
  ictus_dyn_branch_clear (&f->still);
  ictus_dyn_branch_clear (&f->b);
  dyn_close (&f->c);
}

/* The k-th special point of a kind. */
static const ictus_dyn_special *
special (const ictus_dyn_branch *b, ictus_dyn_type t, int k)
{
  for (size_t i = 0; i < b->nspecial; ++i)
    if (b->special[i].type == t && k-- == 0)
      return &b->special[i];
  ck_abort_msg ("there is no such %s", ictus_dyn_type_name (t));
  return NULL;
}

static int
count (const ictus_dyn_branch *b, ictus_dyn_type t)
{
  int k = 0;

  for (size_t i = 0; i < b->nspecial; ++i)
    k += b->special[i].type == t;
  return k;
}

static void
check_fold (const ictus_dyn_branch *b, int k, double par, double period)
{
  const ictus_dyn_special *s = special (b, ICTUS_DYN_CYCLE_FOLD, k);

  ck_assert_double_eq_tol (s->par[0], par, 1e-7 * fabs (par));
  if (period > 0)
    ck_assert_double_eq_tol (s->period, period, 1e-6 * period);
  ck_assert_uint_gt (s->nmesh, 20);
}

static void
check_end (const ictus_dyn_branch *b, const char *words, double par)
{
  const ictus_dyn_special *s = b->special + b->nspecial - 1;

  ck_assert_int_eq (s->type, ICTUS_DYN_END);
  ck_assert_msg (strstr (s->note, words) != NULL, "the branch ends otherwise: %s", s->note);
  ck_assert_double_eq_tol (strtod (strrchr (s->note, '=') + 1, NULL), par, 2e-7 * fabs (par));
}

/* How far the straight line between rows a and b leaves the one in the middle of the branch, sqrt m here, in ranges. */
static double
off_root (double a, double b, double m_range, double x_range)
{
  const double x = (b - a) / m_range, y = (sqrt (b) - sqrt (a)) / x_range, s = (sqrt (a) + sqrt (b)) / 2; /* the tangent there is parallel */

  return fabs ((s * s - a) / m_range * y - (s - sqrt (a)) / x_range * x) / hypot (x, y);
}

START_TEST (a_circle_is_exact)
{
  /* r' = r (m - r^2), angle' = 2: r = sqrt m, T = pi, the multiplier is exp (-2 m T) */
  static const char text[] = "x' = m*x - 2*y - x*(x^2 + y^2)\ny' = 2*x + m*y - y*(x^2 + y^2)\npar m=-0.5\ninit x=0.1, y=0\ndone\n";
  cycles f;

  cycles_open (&f, "circle", text, (const char *[]){ "m", NULL }, (double[]){ -0.5 }, -1, 1, 1, 0);
  check_end (&f.b, "the bound m", 1);
  for (size_t i = 2; i < f.b.npoint; ++i)
    {
      const double m = f.b.par[i];

      ck_assert_double_eq_tol (f.b.high[2 * i], sqrt (m), 2e-5);
      ck_assert_double_eq_tol (f.b.low[2 * i], -sqrt (m), 2e-5);
      ck_assert_double_eq_tol (f.b.period[i], M_PI, 1e-8);
      ck_assert_double_eq_tol (f.b.re[2 * i], 1, 1e-8);
      ck_assert_double_eq_tol (f.b.re[2 * i + 1], exp (-2 * m * M_PI), 5e-6); /* as the mesh allows */
      ck_assert_int_eq (f.b.unstable[i], 0);
      ck_assert_double_le (off_root (f.b.par[i - 1], m, 2, 2), 3e-4);
    }
  ck_assert_int_eq (count (&f.b, ICTUS_DYN_CYCLE_FOLD) + count (&f.b, ICTUS_DYN_DOUBLING) + count (&f.b, ICTUS_DYN_TORUS), 0);
  cycles_close (&f);
}
END_TEST

START_TEST (the_axon_of_the_squid)
{
  cycles f;

  cycles_open (&f, "hodgkin_huxley", NULL, (const char *[]){ "I", NULL }, (double[]){ 0 }, 0, 200, 1, 0);
  ck_assert_int_eq (count (&f.b, ICTUS_DYN_CYCLE_FOLD), 3);
  check_fold (&f.b, 0, 7.84624712, 16.713797);
  check_fold (&f.b, 1, 7.92168549, 20.707294);
  check_fold (&f.b, 2, 6.26422127, 19.895241);
  ck_assert_int_eq (count (&f.b, ICTUS_DYN_DOUBLING), 2);
  ck_assert_int_eq (f.b.unstable[f.b.npoint - 3], 0);
  check_end (&f.b, "Hopf point at I", 154.526333666);
  cycles_close (&f);
}
END_TEST

START_TEST (morris_lecar_both_hopf_points)
{
  cycles f;

  cycles_open (&f, "morris_lecar", NULL, (const char *[]){ "I", NULL }, (double[]){ 0 }, 0, 300, 1, 0);
  ck_assert_int_eq (count (&f.b, ICTUS_DYN_CYCLE_FOLD), 2);
  check_fold (&f.b, 0, 88.2932505, 135.38614);
  check_fold (&f.b, 1, 216.899801, 77.929052);
  check_end (&f.b, "Hopf point at I", 212.0188161);
  cycles_close (&f);
}
END_TEST

START_TEST (morris_lecar_invariant_circle)
{
  cycles f;

  cycles_open (&f, "morris_lecar", NULL, (const char *[]){ "I", "gCa", "V3", "V4", "phi", NULL }, (double[]){ 0, 4, 12, 17.4, 0.067 }, -50, 300,
               1, 0);
  ck_assert_int_eq (count (&f.b, ICTUS_DYN_CYCLE_FOLD), 1);
  check_fold (&f.b, 0, 115.948721, 37.035849);
  check_end (&f.b, "saddle-node on an invariant circle", 39.9631530927);
  cycles_close (&f);
}
END_TEST

START_TEST (morris_lecar_homoclinic)
{
  cycles f;

  cycles_open (&f, "morris_lecar", NULL, (const char *[]){ "I", "gCa", "V3", "V4", "phi", NULL }, (double[]){ 0, 4, 12, 17.4, 0.23 }, -50, 300, 1,
               0);
  ck_assert_int_eq (count (&f.b, ICTUS_DYN_CYCLE_FOLD), 1);
  check_fold (&f.b, 0, 40.593352, 21.110055);
  check_end (&f.b, "homoclinic", 35.0067342);
  cycles_close (&f);
}
END_TEST

START_TEST (through_a_canard)
{
  cycles f;

  cycles_open (&f, "fitzhugh_nagumo", NULL, (const char *[]){ "I", NULL }, (double[]){ 0 }, 0, 2, 1, 0);
  ck_assert_int_eq (count (&f.b, ICTUS_DYN_CYCLE_FOLD), 2);
  ck_assert_int_eq (count (&f.b, ICTUS_DYN_DOUBLING), 0);
  check_fold (&f.b, 0, 0.324178523, 0);
  check_fold (&f.b, 1, 1.42582148, 0);
  check_end (&f.b, "Hopf point at I", 1.41871866255);
  cycles_close (&f);
}
END_TEST

START_TEST (wilson_cowan_homoclinic)
{
  cycles f;

  cycles_open (&f, "wilson_cowan", NULL, (const char *[]){ "P", NULL }, (double[]){ 0 }, 0, 4, 1, 0);
  check_end (&f.b, "homoclinic", 1.06818956);
  cycles_close (&f);
}
END_TEST

START_TEST (jansen_rit_spikes)
{
  cycles f;

  cycles_open (&f, "jansen_rit", NULL, (const char *[]){ "p", NULL }, (double[]){ -50 }, -100, 400, 1, 0);
  ck_assert_int_eq (count (&f.b, ICTUS_DYN_CYCLE_FOLD), 1);
  check_fold (&f.b, 0, 137.379267, 0);
  check_end (&f.b, "saddle-node on an invariant circle", 113.586273213);
  cycles_close (&f);
}
END_TEST

/* Roessler's band: the cycle doubles at c = 2.832, the doubled one again at 3.837. */
START_TEST (periods_double)
{
  static const char text[] = "x' = -y - z\ny' = x + a*y\nz' = b + z*(x - c)\npar c=1.5, a=0.2, b=0.2\ninit x=0.2, y=-1, z=1\ndone\n";
  cycles f;
  ictus_dyn_branch twice = { 0 };
  const ictus_dyn_special *s;
  ictus__dyn_job j = { .kind = ICTUS_DYN_CYCLES, .direction = 1 };

  cycles_open (&f, "roessler", text, (const char *[]){ "c", NULL }, (double[]){ 1.5 }, 0.2, 4, -1, 0);
  s = special (&f.b, ICTUS_DYN_DOUBLING, 0);
  ck_assert_double_eq_tol (s->par[0], 2.832, 2e-3);
  j.o = &f.o;
  j.from = s;
  dyn_must (ictus__follow_cycles (f.c.s, &j, &twice));
  ck_assert_uint_gt (twice.npoint, 3);
  ck_assert_double_eq_tol (twice.period[0], 2 * s->period, 1e-2 * s->period);
  ck_assert_int_eq (twice.unstable[3], 0);
  ck_assert_double_eq_tol (special (&twice, ICTUS_DYN_DOUBLING, 0)->par[0], 3.837, 3e-3);
  ictus_dyn_branch_clear (&twice);
  cycles_close (&f);
}
END_TEST

START_TEST (a_torus_is_born)
{
  /* r' = r (z - b), z' = c + a z - z^3/3 - r^2, turning at 3.5: the cycle z = b loses its stability to a torus at b = sqrt a */
  static const char text[] = "x' = (z - b)*x - 3.5*y\ny' = 3.5*x + (z - b)*y\nz' = c + a*z - z^3/3 - x^2 - y^2\n"
                             "par b=2.5, a=0.95, c=0.6\ninit x=0, y=0, z=2\ndone\n";
  const double b = sqrt (0.95), r = sqrt (0.6 + 0.95 * b - b * b * b / 3);
  const ictus_dyn_special *s;
  cycles f;

  cycles_open (&f, "torus", text, (const char *[]){ "b", NULL }, (double[]){ 2.5 }, 0.5, 3, -1, 0);
  ck_assert_int_eq (count (&f.b, ICTUS_DYN_TORUS), 1);
  s = special (&f.b, ICTUS_DYN_TORUS, 0);
  ck_assert_double_eq_tol (s->par[0], b, 1e-7);
  ck_assert_double_eq_tol (s->period, 2 * M_PI / 3.5, 1e-8);
  ck_assert_double_eq_tol (strtod (strstr (s->note, "of") + 2, NULL), sqrt (2) * r * 360 / 3.5, 1e-3);
  ck_assert_int_eq (f.b.unstable[s->at - 1], 0);
  ck_assert_int_eq (f.b.unstable[s->at + 1], 2);
  cycles_close (&f);
}
END_TEST

/* From the k-th branch point of cycles. */
static void
switch_at (cycles *f, int k, int direction, ictus_dyn_branch *out)
{
  ictus__dyn_job j = { .kind = ICTUS_DYN_CYCLES, .o = &f->o, .from = special (&f->b, ICTUS_DYN_CYCLE_BRANCH, k), .direction = direction };

  *out = (ictus_dyn_branch) { 0 };
  dyn_must (ictus__follow_cycles (f->c.s, &j, out));
  ck_assert_uint_gt (out->npoint, 5);
}

/* A circle of radius sqrt(1 + mu) in a plane that loses its stability at mu = 0 to two others at heights of +- sqrt(mu). */
START_TEST (a_pitchfork_of_cycles)
{
  static const char text[] = "x'=(1+mu)*x-2*y-x*(x*x+y*y)\ny'=2*x+(1+mu)*y-y*(x*x+y*y)\nw'=mu*w-w^3\npar mu=-1.5\n";
  cycles f;
  double side[2] = { 0, 0 };

  cycles_open (&f, "pitchfork.ode", text, (const char *[]) { "mu", NULL }, (double[]) { -1.5 }, -1.5, 1, 1, 0);
  ck_assert_int_eq (count (&f.b, ICTUS_DYN_CYCLE_BRANCH), 1);
  ck_assert_int_eq (count (&f.b, ICTUS_DYN_CYCLE_FOLD), 0);
  ck_assert_double_eq_tol (special (&f.b, ICTUS_DYN_CYCLE_BRANCH, 0)->par[0], 0, 1e-9);
  for (size_t r = 1; r < f.b.npoint; ++r)
    if (fabs (f.b.par[r]) > 1e-6)
      ck_assert_int_eq (f.b.unstable[r], f.b.par[r] > 0);
  for (int way = 0; way < 2; ++way)
    {
      ictus_dyn_branch b;

      switch_at (&f, 0, way == 0 ? 1 : -1, &b);
      ck_assert_double_eq (b.par[b.npoint - 1], 1);
      for (size_t r = 0; r < b.npoint; ++r)
        {
          side[way] = b.low[3 * r + 2];
          ck_assert_double_eq_tol (fabs (side[way]), sqrt (fmax (0, b.par[r])), 1e-5);
          ck_assert_double_eq_tol (b.low[3 * r + 2], b.high[3 * r + 2], 1e-9);
          ck_assert_double_eq_tol (b.period[r], TAU / 2, 1e-8);
          if (b.par[r] > 1e-3)
            ck_assert_int_eq (b.unstable[r], 0);
        }
      ictus_dyn_branch_clear (&b);
    }
  ck_assert_double_eq_tol (side[0], -side[1], 1e-8);
  cycles_close (&f);
}
END_TEST

/* Two oscillators z' = (mu + i om) z - (1 + i b) z |z|^2 + (kr + i ki) (other - z): in antiphase |z|^2 = mu - 2 kr, until at
   |z|^2 = (kr^2 + ki^2) / (kr + ki b) one becomes larger than the other, either of them. */
START_TEST (two_alike_part)
{
  static const char text[] = "x1'=mu*x1-3*y1-(x1-y1)*(x1*x1+y1*y1)-0.1*(x2-x1)-0.5*(y2-y1)\n"
                             "y1'=3*x1+mu*y1-(y1+x1)*(x1*x1+y1*y1)-0.1*(y2-y1)+0.5*(x2-x1)\n"
                             "x2'=mu*x2-3*y2-(x2-y2)*(x2*x2+y2*y2)-0.1*(x1-x2)-0.5*(y1-y2)\n"
                             "y2'=3*x2+mu*y2-(y2+x2)*(x2*x2+y2*y2)-0.1*(y1-y2)+0.5*(x1-x2)\npar mu=-0.5\n";
  cycles f;
  ictus_dyn_branch b[2];
  size_t last[2];

  cycles_open (&f, "two.ode", text, (const char *[]) { "mu", NULL }, (double[]) { -0.5 }, -0.5, 1, 1, 0);
  ck_assert_int_eq (count (&f.b, ICTUS_DYN_CYCLE_BRANCH), 1);
  ck_assert_double_eq_tol (special (&f.b, ICTUS_DYN_CYCLE_BRANCH, 0)->par[0], 0.26 / 0.4 - 0.2, 1e-8);
  for (size_t r = 1; r < f.b.npoint; ++r)
    if (fabs (f.b.par[r] - 0.45) > 1e-6)
      ck_assert_int_eq (f.b.unstable[r], f.b.par[r] > 0.45);
  for (int way = 0; way < 2; ++way)
    {
      switch_at (&f, 0, way == 0 ? 1 : -1, &b[way]);
      last[way] = 4 * (b[way].npoint - 1);
      ck_assert_double_eq (b[way].par[b[way].npoint - 1], 1);
      ck_assert_double_gt (fabs (b[way].high[last[way]] - b[way].high[last[way] + 2]), 0.1);
    }
  ck_assert_double_eq_tol (b[0].high[last[0]], b[1].high[last[1] + 2], 1e-6);
  ck_assert_double_eq_tol (b[0].high[last[0] + 2], b[1].high[last[1]], 1e-6);
  ictus_dyn_branch_clear (&b[0]);
  ictus_dyn_branch_clear (&b[1]);
  cycles_close (&f);
}
END_TEST

/* Van der Pol's oscillator is a harmonic one at mu = 0: cycles of every size, and the limit cycles of mu != 0 begin at that of amplitude 2. */
START_TEST (a_family_at_one_value)
{
  static const char text[] = "x' = y\ny' = mu*(1 - x^2)*y - x\npar mu=-0.5\ninit x=0, y=0\ndone\n";
  const ictus_dyn_special *s;
  cycles f;

  cycles_open (&f, "harmonic", text, (const char *[]){ "mu", NULL }, (double[]){ -0.5 }, -1, 1, 1, 0);
  s = special (&f.b, ICTUS_DYN_CYCLE_BRANCH, 0);
  ck_assert_double_eq_tol (s->par[0], 0, 1e-6);
  ck_assert_double_eq_tol (f.b.high[2 * s->at], 2, 1e-3);
  ck_assert_int_eq (count (&f.b, ICTUS_DYN_CYCLE_FOLD), 0);
  ck_assert_uint_lt (f.b.npoint, 100);
  ck_assert_str_eq (f.b.special[f.b.nspecial - 1].note, "cycles of every size at mu = 0");
  cycles_close (&f);
}
END_TEST

START_TEST (what_cannot_begin_says_why)
{
  cycles f;
  ictus_dyn_branch none = { 0 };
  ictus_dyn_special empty = { .type = ICTUS_DYN_DOUBLING, .par = { 10, NAN }, .period = 10 };
  ictus__dyn_job j = { .kind = ICTUS_DYN_CYCLES, .from = &empty, .direction = 1 };

  cycles_open (&f, "fitzhugh_nagumo", NULL, (const char *[]){ "I", NULL }, (double[]){ 0 }, 0, 2, 1, 0);
  j.o = &f.o;
  dyn_must (ictus__follow_cycles (f.c.s, &j, &none));
  ck_assert_uint_eq (none.npoint, 0);
  ck_assert_uint_eq (none.nspecial, 1);
  ck_assert_str_eq (none.special[0].note, "the period doubling came without its orbit");
  ictus_dyn_branch_clear (&none);
  empty.type = ICTUS_DYN_HOPF;
  dyn_must (ictus__follow_cycles (f.c.s, &j, &none));
  ck_assert_str_eq (none.special[0].note, "the Hopf point came without its eigenvector");
  ictus_dyn_branch_clear (&none);
  cycles_close (&f);
}
END_TEST

START_TEST (the_same_bits_again)
{
  cycles f, g;

  cycles_open (&f, "morris_lecar", NULL, (const char *[]){ "I", NULL }, (double[]){ 0 }, 0, 300, 1, 0);
  cycles_open (&g, "morris_lecar", NULL, (const char *[]){ "I", NULL }, (double[]){ 0 }, 0, 300, 1, 0);
  ck_assert_uint_eq (f.b.npoint, g.b.npoint);
  ck_assert_mem_eq (f.b.par, g.b.par, f.b.npoint * sizeof (double));
  ck_assert_mem_eq (f.b.period, g.b.period, f.b.npoint * sizeof (double));
  ck_assert_mem_eq (f.b.re, g.b.re, 2 * f.b.npoint * sizeof (double));
  cycles_close (&f);
  cycles_close (&g);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("cycles");
  TCase *t = tcase_create ("branches");
  SRunner *r = srunner_create (suite);
  int failed;

  tcase_set_timeout (t, 120);
  tcase_add_test (t, a_circle_is_exact);
  tcase_add_test (t, the_axon_of_the_squid);
  tcase_add_test (t, morris_lecar_both_hopf_points);
  tcase_add_test (t, morris_lecar_invariant_circle);
  tcase_add_test (t, morris_lecar_homoclinic);
  tcase_add_test (t, through_a_canard);
  tcase_add_test (t, wilson_cowan_homoclinic);
  tcase_add_test (t, jansen_rit_spikes);
  tcase_add_test (t, periods_double);
  tcase_add_test (t, a_torus_is_born);
  tcase_add_test (t, a_family_at_one_value);
  tcase_add_test (t, what_cannot_begin_says_why);
  tcase_add_test (t, the_same_bits_again);
  tcase_add_test (t, a_pitchfork_of_cycles);
  tcase_add_test (t, two_alike_part);
  suite_add_tcase (suite, t);
  srunner_run_all (r, CK_ENV);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed > 0;
}
