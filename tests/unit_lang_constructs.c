/* SPDX-License-Identifier: BSD-3-Clause */
/* What XPPAUT's files are made of, at the level of kernels: values and derivatives against closed formulas, how comparisons
 * bind, sums, shifts, tables, networks, Markov variables, events, maps; large models against small ones. */
#include <math.h>

#include "lang_kernel.h"

/* Values of aux expressions of one variable x = 3, t = 0.25, p = 2; in XPPAUT's dialect. */
static const struct { const char *text; double value; } xpp[] = {
  { "2*3<4", 2 },          { "1+x>2", 2 },         { "x<4<0.5", 0 },       { "x^2<5", 0 },
  { "-x<1", 0 },           { "2^3^2", 64 },        { "-2^2", -4 },         { "1|0+5", 6 },
  { "2&3*0", 0 },          { "1-2|1", 1 },         { "not(x)<1", 1 },      { "not(0)*3", 3 },
  { "not x", 0 },          { "x>-20", 1 },         { "2*-3", -6 },         { "2--3", 5 },
  { "x&&0", 0 },           { "x||0", 1 },          { "x!=3", 0 },          { "x**2", 9 },
  { "if(x>2)then(1)else(0)", 1 },                  { "if(x-3)then(1)else(0)", 0 },
  { "mod(-1,3)", 2 },      { "mod(5,-3)", -1 },    { "sign(-0.2)", -1 },   { "heav(0)", 1 },
  { "flr(-1.5)", -2 },     { "log(exp(2))", 2 },   { "log10(100)", 2 },    { "atan2(1,0)*2/pi", 1 },
  { "besselj(1,2.5)", 0.49709410246427405 },       { "besselj(1.7,2.5)", 0.49709410246427405 },
  { "bessely(1,2.5)", 0.14591813796678578 },       { "besseli(0,2.5)", 3.2898391440501231 },
  { "besseli(1,-2.5)", -2.5167162452886984 },      { "besseli(3,0)", 0 },
  { "lgamma(4.5)", 2.4537365708424423 },           { "erf(.3)+erfc(.3)", 1 },
  { "sum(0,2)of(i'*f(i'))", 15 },                  { "sum(0,1)of(sum(0,2)of(i'))", 6 },
  { "sum(2,0)of(x)", 0 },  { "sum(0,1.9)of(i')", 1 },  { "sum(1,p)of(i')", 3 },
  { "sum(1,100)of(1/i'^2)", 1.6349839001848923 },
  { "shift(x,1)", 30 },    { "shift(x,2)", 300 },  { "shift(x,1.7)", 30 }, { "shift(x,-1)", 0 },
  { "shift(p,1)", 7 },     { "shift(x,3)", 6 },    { "shift(g,1)", 12 },   { "shift(x,40)", 0 },
  { "sum(0,2)of(shift(x,i'))", 333 },              { "h(1,2)", 21 },       { "t*4", 1 },
  { "vtrap", 5 },          { "sq(2)", 16 },        { "sq(-1)", 1 },        { "sq(5)", 23 },
  { "sq(1.5)", 2.5 },      { "PI-pi", 0 },
};

START_TEST (expressions_of_xppaut_have_its_values)
{
  ictus_text text = { 0 };
  loaded m;
  double *p, y[3] = { 3, 30, 300 }, a[128];

  ictus_text_add (&text, "par p=2,q=7,vtrap=5\nx'=0\nx1'=0\nx2'=0\ng=2*x\ng2=4*x\nf(y)=y*x\nh(a,b)=arg1+10*arg2\n"
                         "table sq %% 4 -1 5 t*t-(2/1)*heav(t-4.5)\n");
  for (size_t k = 0; k < sizeof xpp / sizeof *xpp; ++k)
    ictus_text_add (&text, "aux q%zu=%s\n", k, xpp[k].text);
  m = load_model ("xpp.ode", text.s);
  p = default_parameters (&m);
  m.k->aux (0.25, y, p, NULL, a);
  for (size_t k = 0; k < sizeof xpp / sizeof *xpp; ++k)
    {
      /* the table: -1, 1, 3, 5 to 1, 1, 9, 23, linear between */
      double want = strncmp (xpp[k].text, "sq(", 3) != 0 ? xpp[k].value
                    : strcmp (xpp[k].text, "sq(2)") == 0 ? 5
                    : strcmp (xpp[k].text, "sq(1.5)") == 0 ? 3 : xpp[k].value;

      ck_assert_msg (fabs (a[k] - want) <= 1e-14 * fmax (1, fabs (want)), "%s is %.17g instead of %.17g", xpp[k].text, a[k], want);
    }
  ictus_free (p);
  ictus_text_clear (&text);
  unload_model (&m);
}
END_TEST

/* What looks otherwise than it is read has a note; what does not, has none. */
START_TEST (readings_that_may_surprise_are_told)
{
  static const struct { const char *text; int notes; } some[] = {
    { "x'=if(x+1>2)then(1)else(0)", 1 }, { "x'=if((x+1)>2)then(1)else(0)", 0 }, { "x'=if(x>2&x<3)then(1)else(0)", 0 },
    { "x'=2*x<4", 1 },                   { "x'=x>2|x<1", 0 },                   { "x'=x|1+2", 1 },
    { "x'=a\na=b+1\nb=x", 1 },           { "x'=a\nb=x\na=b+1", 0 },
  };

  for (size_t k = 0; k < sizeof some / sizeof *some; ++k)
    {
      ictus_lang *l;
      int n = 0;

      ck_assert_msg (ictus_lang_parse ("m.ode", some[k].text, &l) == ICTUS_OK, "%s", ictus_err_last ());
      for (int i = 0; ictus_lang_note_at (l, i) != NULL; ++i)
        n += ictus_lang_note_at (l, i)->kind == ICTUS_LANG_READING;
      ck_assert_msg (n == some[k].notes, "%s: %d notes instead of %d", some[k].text, n, some[k].notes);
      ictus_lang_destroy (&l);
    }
}
END_TEST

/* ---- networks: the numbers are those of XPPAUT 6.11 ------------------------------------------------------------------ */

static const char networks[] = "table w % 7 -3 3 t+10\n"
                               "table w3 % 15 0 14 t+1\n"
                               "table ix % 15 0 14 mod(t*3+1,5)\n"
                               "table out % 15 0 14 t-2\n"
                               "x[0..4]'=0\ninit x0=1,x1=10,x2=100,x3=1000,x4=10000\n"
                               "v[0..4]'=0\ninit v0=2,v1=3,v2=4,v3=5,v4=6\n"
                               "f(a,b)=a*100+b\n"
                               "special ke=conv(even,5,3,w,x0)\nspecial kp=conv(periodic,5,3,w,x0)\nspecial kz=conv(0,5,3,w,x0)\n"
                               "special s=sparse(5,3,w3,ix,x0)\nspecial o=sparse(5,3,w3,out,x0)\n"
                               "special a=mmult(5,3,w3,x0)\nspecial b=mmult(3,5,w3,x0)\n"
                               "special r=fftcon(periodic,5,w3,x0)\nspecial r4=fftcon(periodic,4,w3,x0)\n"
                               "special z=fftcon(0,5,w3,x0)\n"
                               "special g=fmmult(5,3,w3,v0,x0,f)\n";
static const struct { const char *text; double value; } members[] = {
  { "ke(0)", 22210 },  { "ke(1)", 143989 }, { "ke(2)", 145168 }, { "ke(4)", 122200 }, { "kp(0)", 113020 }, { "kp(1)", 230209 },
  { "kp(4)", 111301 }, { "kz(0)", 14320 },  { "kz(1)", 143209 }, { "kz(4)", 109870 }, { "s(0)", 20310 },   { "s(1)", 5064 },
  { "s(2)", 70809 },   { "s(4)", 16314 },   { "o(0)", 3 },       { "o(2)", 70043 },   { "o(3)", 167 },     { "a(0)", 54321 },
  { "a(2)", 165431 },  { "a(3)", 0 },       { "b(0)", 321 },     { "b(4)", 1653 },    { "r(0)", 45123 },   { "r(4)", 34512 },
  { "r4(0)", 4513 },   { "r4(1)", 5134 },   { "z(0)", 23456 },   { "z(4)", 67900 },   { "a(1.7)", 109876 },
  /* sum over i of w3[i] (100 v_i + x_0) */
  { "g(0)", 100 * (2 + 6 + 12 + 20 + 30) + 15 },
};

START_TEST (networks_are_those_of_xppaut)
{
  ictus_text text = { 0 };
  loaded m;
  double *p, y[10], a[64];

  ictus_text_add (&text, "%s", networks);
  for (size_t k = 0; k < sizeof members / sizeof *members; ++k)
    ictus_text_add (&text, "aux q%zu=%s\n", k, members[k].text);
  m = load_model ("networks.ode", text.s);
  p = default_parameters (&m);
  m.k->init (p, y);
  m.k->aux (0, y, p, NULL, a);
  for (size_t k = 0; k < sizeof members / sizeof *members; ++k)
    ck_assert_msg (a[k] == members[k].value, "%s is %.17g instead of %.17g", members[k].text, a[k], members[k].value);
  ictus_free (p);
  ictus_text_clear (&text);
  unload_model (&m);
}
END_TEST

/* ---- derivatives ------------------------------------------------------------------------------------------------------ */

START_TEST (derivatives_of_new_functions_agree_with_differences)
{
  static const char text[] = "par p=1.3\ntable w % 6 0 5 t^2\n"
                             "x'=besselj(2,p*x)+bessely(1,x)+besseli(2,x)+lgamma(x*p)+w(x*y)\n"
                             "y'=sum(0,9)of(sin(i'*x)*exp(-y*i'))+besselj(0,y)+lgamma(-y)\n";
  loaded m = load_model ("d.ode", text);
  double *p = default_parameters (&m), y[2] = { 1.7, 0.6 }, J[4], D[2];
  const double h = 1e-5;

  m.k->jac (0, y, p, NULL, J);
  m.k->dfdp (0, y, p, NULL, D);
  for (int j = 0; j < 3; ++j)
    {
      double *v = j < 2 ? &y[j] : &p[0], was = *v, up[2], down[2];

      *v = was + h;
      m.k->prepare (p);
      m.k->rhs (0, y, p, NULL, up);
      *v = was - h;
      m.k->prepare (p);
      m.k->rhs (0, y, p, NULL, down);
      *v = was;
      m.k->prepare (p);
      for (int i = 0; i < 2; ++i)
        ck_assert_double_eq_tol (j < 2 ? J[j * 2 + i] : D[i], (up[i] - down[i]) / (2 * h), 1e-8);
    }
  ictus_free (p);
  unload_model (&m);
}
END_TEST

/* ---- what comes from outside ------------------------------------------------------------------------------------------ */

START_TEST (delays_and_random_numbers_are_slots_of_u)
{
  static const char text[] = "par tau=3,a=2\nwiener w\nx'=-delay(x,tau)+delay(y,a*x+t)+w+noisy(1)+noisy(2)\ny'=del_shft(x,1,tau)\n"
                             "noisy(s)=ran(s)+normal(1,s)\nx(0)=cos(t)\ninit y=4\naux q=poisson(2)\n@ t0=1\n";
  loaded m = load_model ("u.ode", text);
  double *p = default_parameters (&m), y[2] = { 0.5, 0.25 }, u[16], tau[8], f[2], h[2], a[1];
  int nd = m.k->ndelay;

  ck_assert_int_eq (m.k->ninput, 0);
  ck_assert_int_eq (nd, 3); /* x at tau, y at a x + t, y at tau */
  ck_assert_int_eq (m.k->nnoise, 6);
  ck_assert_int_eq (m.k->nu, 9);
  for (int k = 0; k < m.k->nu; ++k)
    u[k] = 1 << k;
  m.k->delay (0.125, y, p, u, tau);
  for (int k = 0; k < nd; ++k)
    if (m.k->delay_fixed[k])
      ck_assert (tau[k] == 3);
    else
      ck_assert (m.k->delay_of[k] == 1 && tau[k] == 2 * 0.5 + 0.125);
  ck_assert (m.k->noise[0] == ICTUS_NOISE_WIENER);
  m.k->rhs (0, y, p, u, f);
  for (int k = 0; k < nd; ++k) /* y' is the one that is y at tau */
    if (m.k->delay_fixed[k] && m.k->delay_of[k] == 1)
      ck_assert (f[1] == u[k]);
  {
    double want = 2 + u[nd]; /* the means of two normal numbers, the Wiener process */

    for (int k = 0; k < nd; ++k)
      want += m.k->delay_of[k] == 0 ? -u[k] : !m.k->delay_fixed[k] ? u[k] : 0;
    for (int k = 1, ran = 0, normal = 0; k < 6; ++k) /* in the order in which they stand: noisy(1), noisy(2) */
      if (m.k->noise[k] == ICTUS_NOISE_UNIFORM && ran < 2)
        want += ++ran * u[nd + k];
      else if (m.k->noise[k] == ICTUS_NOISE_NORMAL)
        want += ++normal * u[nd + k];
    ck_assert (f[0] == want);
  }
  m.k->history (-2, p, h);
  ck_assert (h[0] == cos (-2));
  m.k->init (p, y);
  ck_assert (y[1] == 4);
  for (int k = 0; k < m.k->nu; ++k)
    u[k] = 0.5;
  m.k->aux (0, y, p, u, a);
  ck_assert (a[0] == 2);
  ck_assert (ictus_lang_classify (m.lang).delayed && ictus_lang_classify (m.lang).stochastic
             && !ictus_lang_classify (m.lang).linear && !ictus_lang_classify (m.lang).autonomous);
  ictus_free (p);
  unload_model (&m);
}
END_TEST

/* The distribution function of what u stands for, at several means. */
START_TEST (poisson_numbers_have_their_distribution)
{
  static const char text[] = "par m=3\nx'=0\naux q=poisson(m)\n";
  loaded m = load_model ("poisson.ode", text);
  static const double means[] = { 0.1, 3, 40, 450, 800, 1e4 };
  enum { N = 20000 };

  for (size_t i = 0; i < sizeof means / sizeof *means; ++i)
    {
      double p[4] = { means[i] }, y[1] = { 0 }, a[1], u[1], sum = 0, square = 0, mean, last = -1;

      m.k->prepare (p);
      for (int k = 0; k < N; ++k)
        {
          u[0] = (k + 0.5) / N;
          m.k->aux (0, y, p, u, a);
          ck_assert (a[0] == floor (a[0]) && a[0] >= last);
          last = a[0];
          sum += a[0];
          square += a[0] * a[0];
        }
      mean = sum / N;
      ck_assert_double_eq_tol (mean, means[i], 1e-3 * sqrt (means[i]) + 1e-4);
      ck_assert_double_eq_tol ((square / N - mean * mean) / means[i], 1, 5e-3);
    }
  unload_model (&m);
}
END_TEST

START_TEST (markov_variables_and_events_are_emitted)
{
  static const char text[] = "par a=2,k=0\nx'=z\nmarkov z 2\n{0} {a*x}\n{3} {0}\n"
                             "global 1 {x-1} {x=0;k=k+x}\nglobal -1 x-2 {x=x*2;arret=1}\naux q=k\n";
  loaded m = load_model ("events.ode", text);
  double *p = default_parameters (&m), y[4], q[4], g[2];
  int hidden = ictus_lang_find (m.lang, ICTUS_LANG_STATE, "k");

  ck_assert_int_eq (m.k->nmarkov, 1);
  ck_assert_int_eq (m.k->markov_of[0], 1);
  ck_assert_int_eq (m.k->markov_n[0], 2);
  ck_assert_int_eq (m.k->nevent, 2);
  ck_assert_int_eq (hidden, 2);
  m.k->init (p, y);
  y[0] = 3;
  y[1] = 1;
  m.k->rates (0, y, p, NULL, q);
  ck_assert (q[1] == 6 && q[2] == 3);
  m.k->event (0, y, p, NULL, g);
  ck_assert (g[0] == 2 && g[1] == 1 && m.k->event_sign[0] == 1 && m.k->event_sign[1] == -1);
  ck_assert_int_eq (m.k->happen (0, 0, y, p, NULL), 0);
  ck_assert (y[0] == 0 && y[hidden] == 0); /* the new x: one after the other, as XPPAUT does */
  y[0] = 5;
  ck_assert_int_eq (m.k->happen (1, 0, y, p, NULL), ICTUS_EVENT_STOP);
  ck_assert (y[0] == 10 && y[1] == 1);
  ck_assert (ictus_lang_classify (m.lang).events && ictus_lang_classify (m.lang).stochastic);
  ictus_free (p);
  unload_model (&m);
}
END_TEST

/* Numbers drawn when the file is read: always the same, and different from each other. */
START_TEST (random_tables_and_starts_are_fixed_by_the_seed)
{
  static const char text[] = "table r % 50 0 49 ran(1)\nx[1..3](0)=ran(1)\nx[1..3]'=r([j])\n";
  ictus_lang *a, *b;
  double v[3];

  ck_assert_msg (ictus_lang_parse ("r.ode", text, &a) == ICTUS_OK, "%s", ictus_err_last ());
  ck_assert_int_eq (ictus_lang_parse ("r.ode", text, &b), ICTUS_OK);
  for (int k = 0; k < 3; ++k)
    {
      v[k] = ictus_lang_get (a, ICTUS_LANG_STATE, k)->value;
      ck_assert (v[k] == ictus_lang_get (b, ICTUS_LANG_STATE, k)->value && v[k] > 0 && v[k] < 1);
    }
  ck_assert (v[0] != v[1] && v[1] != v[2]);
  ck_assert (!ictus_lang_classify (a).stochastic);
  ictus_lang_destroy (&a);
  ictus_lang_destroy (&b);
}
END_TEST

/* ---- large models ------------------------------------------------------------------------------------------------------- */

/* A network of n members, all to all, of some irregularity. */
static void
large (ictus_text *text, int n)
{
  ictus_text_add (text,
                  "par g=0.3,k=1.5,th=0.2\ntable w %% %d %d %d cos(t)*(1+abs(t))\nf(u)=1/(1+exp(-(u-th)))\n"
                  "x[0..%d]'=-x[j]+f(sum(0,%d)of(w(i'-[j])*shift(x0,i')))+sum(0,%d)of(sin(shift(x0,i')-x[j]))*k/%d+y[j]\n"
                  "y[0..%d]'=g*(x[j]-y[j]^3)*if(x[j]>0.3)then(exp(-x[j]))else(2)+.01*[j]\n"
                  "x[0..%d](0)=sin([j])\ny[0..%d](0)=cos([j])/2\naux m=sum(0,%d)of(shift(x0,i'))\n",
                  2 * n + 1, -n, n, n - 1, n - 1, n - 1, n, n - 1, n - 1, n - 1, n - 1);
}

/* By hand, term by term in the order of a long sum. */
static double
summed (const double *term, int n)
{
  double s[4] = { -0.0, -0.0, -0.0, -0.0 };

  for (int k = 0; k < n; ++k)
    s[k % 4] += term[k];
  return (s[0] + s[1]) + (s[2] + s[3]);
}

START_TEST (large_models_are_right)
{
  enum { N = 40 };
  ictus_text text = { 0 };
  loaded m;
  double *p, y[2 * N], f[2 * N], f2[2 * N], d[2 * N], *J;

  large (&text, N);
  m = load_model ("large.ode", text.s);
  p = default_parameters (&m);
  J = ictus_alloc (4 * N * N, sizeof *J);
  m.k->init (p, y);
  m.k->rhs (0, y, p, NULL, f);
  for (int i = 0; i < N; ++i)
    {
      double a[N], b[N];
      int n = 0;

      for (int j = 0; j < N; ++j)
        {
          a[j] = cos (j - i) * (1 + abs (j - i)) * y[j];
          if (j != i)
            b[n++] = sin (y[j] - y[i]);
        }
      ck_assert_double_eq_tol (f[i], -y[i] + 1 / (1 + exp (-(summed (a, N) - 0.2))) + summed (b, N - 1) * 1.5 / N + y[N + i], 1e-13);
      ck_assert_double_eq_tol (f[N + i], 0.3 * (y[i] - pow (y[N + i], 3)) * (y[i] > 0.3 ? exp (-y[i]) : 2) + .01 * i, 1e-15);
    }
  m.k->diag (0, y, p, NULL, f2, d);
  ck_assert_mem_eq (f, f2, sizeof f);
  m.k->jac (0, y, p, NULL, J);
  for (int j = 0; j < 2 * N; ++j)
    {
      double was = y[j], up[2 * N], down[2 * N];

      ck_assert (memcmp (&d[j], &J[j * 2 * N + j], sizeof *d) == 0);
      y[j] = was + 1e-5;
      m.k->rhs (0, y, p, NULL, up);
      y[j] = was - 1e-5;
      m.k->rhs (0, y, p, NULL, down);
      y[j] = was;
      for (int i = 0; i < 2 * N; ++i)
        ck_assert_double_eq_tol (J[j * 2 * N + i], (up[i] - down[i]) / 2e-5, 1e-6);
    }
  ictus_free (J);
  ictus_free (p);
  ictus_text_clear (&text);
  unload_model (&m);
}
END_TEST

/* Loops, statements and lanes compute the same bits where there is no function of libm. */
START_TEST (loops_and_lanes_agree_to_the_last_bit)
{
  enum { N = 24, M = 16 };
  ictus_text text = { 0 };
  lane_model m;
  double *p, y[N], f[N], *Y, *F;
  ictus_rng r = ictus_rng_open (7, ICTUS_RNG_TEST, 0, 0, 0);
  ictus_lane_args a;

  ictus_text_add (&text, "par k=0.25\ntable w %% 47 -23 23 (t+.3)/7\nx[0..23]'=k*sum(0,23)of(w(i'-[j])*shift(x0,i'))-x[j]/3"
                         "+sum(0,23)of(abs(shift(x0,i')-x[j]))+w(x[j])\n");
  m = load_lanes ("bits.ode", text.s, "");
  p = default_parameters (&m.m);
  Y = ictus_alloc (N * M, sizeof *Y);
  F = ictus_alloc (N * M, sizeof *F);
  for (size_t i = 0; i < N * M; ++i)
    Y[i] = ictus_rng_normal (&r);
  a = (ictus_lane_args) { .m = M, .t = p, .y = Y, .ys = M, .p = p };
  m.l->rhs (&a, F, M);
  for (int i = 0; i < M; ++i)
    {
      for (int k = 0; k < N; ++k)
        y[k] = Y[k * M + i];
      m.m.k->rhs (0, y, p, NULL, f);
      for (int k = 0; k < N; ++k)
        ck_assert_msg (memcmp (&f[k], &F[k * M + i], sizeof *f) == 0, "x%d of lane %d is %.17g, not %.17g", k, i, F[k * M + i], f[k]);
    }
  ictus_free (Y);
  ictus_free (F);
  ictus_free (p);
  ictus_text_clear (&text);
  unload_lanes (&m);
}
END_TEST

static const struct { const char *text, *message; } wrong[] = {
  { "par n=3\nx'=sum(0,x)of(i')", "2:4: the last index of 'sum' is a number or depends on parameters only" },
  { "x'=sum(0,3)(i')", "1:12: expected 'of(...)' here" },
  { "x'=i'", "1:4: i' is the index in sum(a,b)of(...)" },
  { "x'=shift(3,1)", "1:10: expected the name of a variable here" },
  { "x'=shift(x,x)", "1:4: the distance in 'shift' is a number" },
  { "x'=delay(a,1)\na=2*x", "1:4: only a state has a past" },
  { "x'=delay(x,delay(x,1))", "1:4: a delay cannot depend on a delayed value" },
  { "x'=delay(x)", "1:11: expected ',' here: 'delay' needs one more argument" },
  { "special k=konv(even,3,1,w,x)\ntable w % 3 0 2 t\nx'=k(0)", "1:11: 'konv' is not supported in special" },
  { "special k=conv(odd,3,1,w,x)\ntable w % 3 0 2 t\nx'=k(0)", "1:16: expected even, periodic or 0 here" },
  { "special k=conv(even,3,1,v,x)\nv'=1\nx'=k(0)", "1:25: expected the name of a table here" },
  { "special k=conv(even,3,2,w,x)\ntable w % 3 0 2 t\nx'=k(0)", "1:11: the table of the weights has 3 values, which is too few" },
  { "table w % 3 0 2 x\nx'=w(1)", "1:17: 'x' is a state; the formula of a table depends on its argument t and on parameters" },
  { "x'=1\nmarkov z 2\n{0} {q}\n{1} {0}", "3:6: unknown name 'q'" },
  { "x'=1\nglobal 1 {x-1} {q=2}", "2:17: global: 'q' is no state" },
};

START_TEST (mistakes_have_messages_and_places)
{
  for (size_t k = 0; k < sizeof wrong / sizeof *wrong; ++k)
    {
      ictus_lang *l = NULL;
      char want[400];

      snprintf (want, sizeof want, "m.ode:%s", wrong[k].message);
      ck_assert_msg (ictus_lang_parse ("m.ode", wrong[k].text, &l) == ICTUS_E_INPUT, "accepted: %s", wrong[k].text);
      ck_assert_msg (strncmp (ictus_err_last (), want, strlen (want)) == 0, "%s\ngives: %s\ninstead of: %s", wrong[k].text,
                     ictus_err_last (), want);
    }
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("constructs");
  TCase *c = tcase_create ("all");
  SRunner *r;
  int failed;

  tcase_set_timeout (c, 300);
  tcase_add_test (c, expressions_of_xppaut_have_its_values);
  tcase_add_test (c, readings_that_may_surprise_are_told);
  tcase_add_test (c, networks_are_those_of_xppaut);
  tcase_add_test (c, derivatives_of_new_functions_agree_with_differences);
  tcase_add_test (c, delays_and_random_numbers_are_slots_of_u);
  tcase_add_test (c, poisson_numbers_have_their_distribution);
  tcase_add_test (c, markov_variables_and_events_are_emitted);
  tcase_add_test (c, random_tables_and_starts_are_fixed_by_the_seed);
  tcase_add_test (c, large_models_are_right);
  tcase_add_test (c, loops_and_lanes_agree_to_the_last_bit);
  tcase_add_test (c, mistakes_have_messages_and_places);
  suite_add_tcase (s, c);
  r = srunner_create (s);
  srunner_run_all (r, CK_ENV);
  failed = srunner_ntests_failed (r);
  srunner_free (r);
  return failed != 0;
}
