/* SPDX-License-Identifier: BSD-3-Clause */
/* Branches of equilibria: folds, Hopf points and where branches cross, against normal forms and the digits of the literature. */
#include "dyn_check.h"

typedef struct diagram
{
  dyn_case c;
  ictus_dyn_options o;
  ictus__dyn_job j;
  ictus_dyn_branch b;
  double x[16];
} diagram;

/* Follow from the equilibrium near x (NULL: the initial values). */
static void
diagram_take (diagram *d, dyn_case c, const char *par, double at, double lo, double hi, const double *x)
{
  *d = (diagram) { .c = c };
  ictus_dyn_defaults (&d->o);
  d->o.par = ictus_dyn_par (d->c.m, par);
  d->o.lo = lo;
  d->o.hi = hi;
  ck_assert_int_le (d->c.s->n, 16);
  if (x != NULL)
    memcpy (d->x, x, (size_t) d->c.s->n * sizeof *x);
  else
    ictus__dyn_gather (d->c.s, d->c.y, d->x);
  if (!ictus__equilibrium_near (d->c.s, d->x, 1e-12))
    ck_assert_int_ge (ictus__equilibria_at_start (d->c.s, 1e-12, 1, d->x), 1);
  d->j = (ictus__dyn_job) { .kind = ICTUS_DYN_EQUILIBRIA, .o = &d->o, .x = d->x, .par = at, .direction = 1, .from_branch = -1,
                            .from_special = -1 };
}

static void
diagram_open (diagram *d, const char *name, const char *text, const char *par, double at, double lo, double hi, const double *x)
{
  diagram_take (d, dyn_open (name, text, (const char *[]) { par, NULL }, (double[]) { at }), par, at, lo, hi, x);
}

static void
diagram_follow (diagram *d, int direction)
{
  d->j.direction = direction;
  ictus_dyn_branch_clear (&d->b);
  dyn_must (ictus__follow_equilibria (d->c.s, &d->j, &d->b));
  ck_assert_uint_ge (d->b.nspecial, 1);
  ck_assert_int_eq (d->b.special[d->b.nspecial - 1].type, ICTUS_DYN_END);
}

static void
diagram_close (diagram *d)
{
  ictus_dyn_branch_clear (&d->b);
  dyn_close (&d->c);
}

/* The k-th special point of a kind; NULL: there are fewer. */
static const ictus_dyn_special *
special (const diagram *d, ictus_dyn_type t, int k)
{
  for (size_t i = 0; i < d->b.nspecial; ++i)
    if (d->b.special[i].type == t && k-- == 0)
      return &d->b.special[i];
  return NULL;
}

static int
count (const diagram *d, ictus_dyn_type t)
{
  int k = 0;

  while (special (d, t, k) != NULL)
    ++k;
  return k;
}

/* Folds and Hopf points in the order in which they are met. */
typedef struct expected
{
  ictus_dyn_type type;
  double par;
  int sign; /* of the first Lyapunov coefficient; 0: not asked */
} expected;

static void
check_specials (const diagram *d, const expected *e, double tol)
{
  size_t k = 0;

  for (size_t i = 0; i < d->b.nspecial; ++i)
    {
      const ictus_dyn_special *s = &d->b.special[i];

      if (s->type == ICTUS_DYN_START || s->type == ICTUS_DYN_END)
        continue;
      ck_assert_msg (e[k].par < INFINITY, "%s at %.12g too many", ictus_dyn_type_name (s->type), s->par[0]);
      ck_assert_msg (s->type == e[k].type && fabs (s->par[0] - e[k].par) <= tol * fmax (1, fabs (e[k].par)),
                     "%s at %.14g instead of %s at %.14g", ictus_dyn_type_name (s->type), s->par[0],
                     ictus_dyn_type_name (e[k].type), e[k].par);
      ck_assert_msg (e[k].sign == 0 || s->coefficient * e[k].sign > 0, "l1 = %g at %.12g", s->coefficient, s->par[0]);
      ck_assert_double_eq (d->b.par[s->at], s->par[0]);
      ++k;
    }
  ck_assert_msg (e[k].par == INFINITY, "no %s at %.12g", ictus_dyn_type_name (e[k].type), e[k].par);
}

#define LAST { ICTUS_DYN_END, INFINITY, 0 }

START_TEST (the_cubic_has_two_folds)
{
  diagram d;

  diagram_open (&d, "cubic.ode", "x'=b+x-x^3\npar b=-1\n", "b", -1, -1, 1, (double[]) { -1.3 });
  diagram_follow (&d, 1);
  check_specials (&d, (expected[]) { { ICTUS_DYN_FOLD, 2 / sqrt (27), 0 }, { ICTUS_DYN_FOLD, -2 / sqrt (27), 0 }, LAST }, 1e-12);
  ck_assert_double_eq_tol (special (&d, ICTUS_DYN_FOLD, 0)->x[0], -1 / sqrt (3), 1e-9);
  ck_assert_double_eq_tol (fabs (special (&d, ICTUS_DYN_FOLD, 0)->coefficient), sqrt (3), 1e-6);
  ck_assert_uint_eq (special (&d, ICTUS_DYN_FOLD, 0)->nvector, 1);
  ck_assert_double_eq (d.b.par[d.b.npoint - 1], 1);
  for (size_t i = 0; i < d.b.npoint; ++i)
    {
      double x = d.b.x[i];

      ck_assert_double_eq_tol (d.b.par[i], x * x * x - x, 1e-11);
      if (fabs (3 * x * x - 1) > 1e-6)
        ck_assert_int_eq (d.b.unstable[i], 3 * x * x < 1);
      else
        ck_assert_int_eq (d.b.unstable[i], 0);
    }
  diagram_close (&d);
}
END_TEST

/* z' = (a + i w) z + (c + i d) z |z|^2 turned into other coordinates: l1 with <q, q> = 1 is c |z/q|^2 / w. */
START_TEST (normal_form_of_hopf)
{
  static const char text[] = "x'=a*x-2*y+(c*x-3*y)*(x*x+y*y)\ny'=2*x+a*y+(c*y+3*x)*(x*x+y*y)\nz'=-z+x*y\npar a=-1, c=-0.5\n";

  for (int way = -1; way <= 1; way += 2)
    {
      diagram d;
      const ictus_dyn_special *h;

      diagram_open (&d, "hopf.ode", text, "a", -1, -1, 1, NULL);
      ictus__dyn_set (d.c.s, ictus_dyn_par (d.c.m, "c"), 0.5 * way);
      diagram_follow (&d, 1);
      check_specials (&d, (expected[]) { { ICTUS_DYN_HOPF, 0, way }, LAST }, 1e-12);
      h = special (&d, ICTUS_DYN_HOPF, 0);
      ck_assert_double_eq_tol (h->period, M_PI, 1e-10);
      ck_assert_uint_eq (h->nvector, 6);
      /* z = 2 w z / sqrt 2 in the plane: |x|^2 + |y|^2 = 2 |w|^2 with q = (1, -i) / sqrt 2, so l1 = 2 c / w */
      ck_assert_double_eq_tol (h->coefficient, 2 * 0.5 * way / 2, 1e-6);
      ck_assert_str_eq (h->note, way < 0 ? "supercritical" : "subcritical");
      ck_assert_int_eq (d.b.unstable[0], 0);
      ck_assert_int_eq (d.b.unstable[h->at], 0);
      ck_assert_int_eq (d.b.unstable[d.b.npoint - 1], 2);
      diagram_close (&d);
    }
}
END_TEST

/* Two oscillators that know nothing of each other cross at the same place. */
START_TEST (two_pairs_at_once)
{
  static const char text[] = "x'=a*x-y-x*(x*x+y*y)\ny'=x+a*y-y*(x*x+y*y)\nz'=a*z-w-z*(z*z+w*w)\nw'=z+a*w-w*(z*z+w*w)\npar a=-1\n";
  diagram d;

  diagram_open (&d, "two.ode", text, "a", -1, -1, 1, NULL);
  diagram_follow (&d, 1);
  ck_assert_int_ge (count (&d, ICTUS_DYN_HOPF), 1);
  ck_assert_int_eq (d.b.unstable[d.b.npoint - 1], 4);
  diagram_close (&d);
}
END_TEST

/* Saddles all along; their eigenvalues add up to 0 at a = 0. */
START_TEST (a_neutral_saddle_is_nothing)
{
  diagram d;

  diagram_open (&d, "saddle.ode", "x'=(1+a)*x\ny'=-y+a*x\npar a=-0.5\n", "a", -0.5, -0.5, 0.5, NULL);
  diagram_follow (&d, 1);
  check_specials (&d, (expected[]) { LAST }, 1e-12);
  diagram_close (&d);
}
END_TEST

/* A pitchfork and a transcritical point: found, and left along the other branch. */
START_TEST (branches_cross)
{
  diagram d, e;
  const ictus_dyn_special *p;
  static const struct
  {
    const char *text;
    double at;
  } which[] = { { "x'=a*x-x^3\ny'=-y+x\npar a=-1\n", 0 }, { "x'=(a-0.2)*x-x^2\ny'=-y+x\npar a=-1\n", 0.2 } };

  for (int k = 0; k < 2; ++k)
    {
      diagram_open (&d, "cross.ode", which[k].text, "a", -1, -1, 1, (double[]) { 0, 0 });
      diagram_follow (&d, 1);
      check_specials (&d, (expected[]) { { ICTUS_DYN_BRANCH, which[k].at, 0 }, LAST }, 1e-9);
      p = special (&d, ICTUS_DYN_BRANCH, 0);
      ck_assert_uint_eq (p->nvector, 3);
      for (int way = -1; way <= 1; way += 2)
        {
          diagram_open (&e, "cross.ode", which[k].text, "a", -1, -1, 1, (double[]) { 0, 0 });
          e.j.from = p;
          e.j.par = p->par[0];
          e.j.x = p->x;
          diagram_follow (&e, way);
          ck_assert_uint_gt (e.b.npoint, 10);
          for (size_t i = 0; i < e.b.npoint; ++i)
            {
              double x = e.b.x[2 * i], a = e.b.par[i];

              ck_assert_double_eq_tol (k == 0 ? a : a - 0.2, k == 0 ? x * x : x, 1e-8);
            }
          ck_assert_double_gt (fabs (e.b.x[2 * (e.b.npoint - 1)]), 0.5);
          diagram_close (&e);
        }
      diagram_close (&d);
    }
}
END_TEST

START_TEST (user_values_are_met_exactly)
{
  static const double zero[] = { 0.1, 0.25 };
  diagram d;

  diagram_open (&d, "cubic.ode", "x'=b+x-x^3\npar b=-1\n", "b", -1, -1, 1, (double[]) { -1.3 });
  d.o.zero = zero;
  d.o.nzero = 2;
  diagram_follow (&d, 1);
  ck_assert_int_eq (count (&d, ICTUS_DYN_ZERO), 6);
  for (int k = 0; k < 6; ++k)
    {
      const ictus_dyn_special *p = special (&d, ICTUS_DYN_ZERO, k);

      ck_assert (p->par[0] == 0.1 || p->par[0] == 0.25);
      ck_assert_double_eq_tol (p->par[0] + p->x[0] - pow (p->x[0], 3), 0, 1e-15);
    }
  diagram_close (&d);
}
END_TEST

START_TEST (the_end_of_the_domain_is_told)
{
  diagram d;

  diagram_open (&d, "root.ode", "x'=sqrt(1-a)-x\npar a=0\n", "a", 0, -1, 4, NULL);
  diagram_follow (&d, 1);
  ck_assert_uint_gt (d.b.npoint, 5);
  ck_assert_double_eq_tol (d.b.par[d.b.npoint - 1], 1, 1e-3);
  ck_assert_str_ne (d.b.special[d.b.nspecial - 1].note, "");
  diagram_follow (&d, -1);
  ck_assert_double_eq (d.b.par[d.b.npoint - 1], -1);
  diagram_close (&d);
}
END_TEST

#define HB ICTUS_DYN_HOPF
#define LP ICTUS_DYN_FOLD

#define NONE { NULL }, { 0 }
#define SNIC { "gCa", "V3", "V4", "phi" }, { 4, 12, 17.4, 0.067 }

static const struct reference
{
  const char *model, *par;
  double at, lo, hi;
  const char *name[8]; /* of other parameters */
  double value[8];
  double tol;
  expected e[8];
} reference[] = {
  { "hodgkin_huxley", "I", 0, 0, 200, NONE, 1e-10, { { HB, 9.77933799539, 1 }, { HB, 154.526333666, -1 }, LAST } },
  { "fitzhugh_nagumo", "I", 0, 0, 2, NONE, 1e-10, { { HB, 0.331281337455, 1 }, { HB, 1.41871866255, 1 }, LAST } },
  { "morris_lecar", "I", 60, -20, 300, NONE, 1e-10, { { HB, 93.8576183737, 1 }, { HB, 212.0188161, 1 }, LAST } },
  { "morris_lecar", "I", -20, -30, 300, SNIC, 1e-10,
    { { LP, 39.9631530927, 0 }, { LP, -9.94903932262, 0 }, { HB, 97.6461639215, 1 }, LAST } },
  { "morris_lecar", "I", -20, -30, 300, { "gCa", "V3", "V4", "phi" }, { 4, 12, 17.4, 0.23 }, 1e-10,
    { { LP, 39.9631530927, 0 }, { LP, -9.94903932262, 0 }, { HB, 36.3162174962, 1 }, LAST } },
  { "wilson_cowan", "P", 0, -1, 3, NONE, 1e-10,
    { { LP, 1.08733045617, 0 }, { LP, 0.908683427302, 0 }, { HB, 1.87931319808, -1 }, LAST } },
  { "wilson_cowan", "P", -1, -1, 1, { "c1", "c2", "c3", "c4", "ae", "the", "ai", "thi" }, { 12, 4, 13, 11, 1.2, 2.8, 1, 4 }, 1e-10,
    { { LP, 0.304752864041, 0 }, { LP, -0.399610114154, 0 }, LAST } },
  { "jansen_rit", "p", -50, -60, 400, NONE, 1e-10,
    { { LP, 113.586273213, 0 }, { LP, -41.3014104878, 0 }, { HB, -12.1474923484, 1 }, { HB, 89.8291079696, -1 },
      { HB, 315.696428069, -1 }, LAST } },
  { "jansen_rit", "A", 1, 1, 15, { "p" }, { 90 }, 1e-9,
    { { LP, 3.593279033, 0 }, { LP, 2.581554595, 0 }, { HB, 2.592796097, 1 }, { HB, 3.249786027, -1 }, { HB, 12.34661347, -1 }, LAST } },
  { "qif_mean_field", "eta", -12, -12, 2, NONE, 1e-10, { { LP, -3.136134086196, 0 }, { LP, -5.743527161658, 0 }, LAST } },
  { "qif_mean_field", "eta", -12, -12, 2, { "J" }, { 20 }, 1e-10, { { LP, -3.896850627033, 0 }, { LP, -10.156852905729, 0 }, LAST } },
  { "qif_mean_field", "eta", -12, -12, 2, { "J" }, { 7.7 }, 1e-10, { LAST } },
  { "epileptor", "x0", -2.2, -2.2, -1.03, NONE, 1e-10, { { HB, -2.06045851827, 1 }, LAST } },
};

START_TEST (references)
{
  const struct reference *r = &reference[_i];
  const char *name[10] = { r->par };
  double value[10] = { r->at };
  dyn_case c;
  diagram d = { 0 };

  for (int k = 0; k < 8 && r->name[k] != NULL; ++k)
    {
      name[k + 1] = r->name[k];
      value[k + 1] = r->value[k];
    }
  c = dyn_open (r->model, NULL, name, value);
  diagram_take (&d, c, r->par, r->at, r->lo, r->hi, NULL);
  diagram_follow (&d, 1);
  check_specials (&d, r->e, r->tol);
  diagram_close (&d);
}
END_TEST

/* A pair crosses the axis a ten-thousandth before a kink sets it back, and does so on the way down as well. */
START_TEST (hopf_points_beside_a_kink)
{
  static const char text[] = "g=if(y<0)then(10*(y+0.0001))else(-1)\nx'=g*x-2*z-x*(x*x+z*z)\nz'=2*x+g*z-z*(x*x+z*z)\ny'=mu-y\npar mu=-1\n";
  diagram d;

  diagram_open (&d, "kink.ode", text, "mu", -1, -1, 1, (double[]) { 0, 0, -1 });
  diagram_follow (&d, 1);
  check_specials (&d, (expected[]) { { ICTUS_DYN_HOPF, -1e-4, -1 }, LAST }, 1e-10);
  ck_assert_double_eq (d.b.par[d.b.npoint - 1], 1);
  for (size_t i = 0; i < d.b.npoint; ++i)
    if (fabs (d.b.par[i] + 1e-4) > 1e-9)
      ck_assert_int_eq (d.b.unstable[i], d.b.x[3 * i + 2] < 0 && d.b.par[i] > -1e-4 ? 2 : 0);
  d.j.par = 1;
  d.x[0] = d.x[1] = 0;
  d.x[2] = 1;
  diagram_follow (&d, -1);
  check_specials (&d, (expected[]) { { ICTUS_DYN_HOPF, -1e-4, -1 }, LAST }, 1e-10);
  ck_assert_double_eq (d.b.par[d.b.npoint - 1], -1);
  diagram_close (&d);
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("dyn_equilibria");
  TCase *t = tcase_create ("branches");
  SRunner *r;
  int failed;

  tcase_set_timeout (t, 120);
  tcase_add_test (t, the_cubic_has_two_folds);
  tcase_add_test (t, normal_form_of_hopf);
  tcase_add_test (t, two_pairs_at_once);
  tcase_add_test (t, a_neutral_saddle_is_nothing);
  tcase_add_test (t, branches_cross);
  tcase_add_test (t, user_values_are_met_exactly);
  tcase_add_test (t, the_end_of_the_domain_is_told);
  tcase_add_test (t, hopf_points_beside_a_kink);
  tcase_add_loop_test (t, references, 0, (int) (sizeof reference / sizeof *reference));
  suite_add_tcase (s, t);
  r = srunner_create (s);
  srunner_run_all (r, CK_ENV);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
