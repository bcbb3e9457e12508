/* SPDX-License-Identifier: BSD-3-Clause */
/* What the @ lines of a file make of a path. */
#include "path_check.h"

static ictus_path_config
settings (const char *text)
{
  ictus_model m = { 0 };
  ictus_kernel k = { 0 };
  ictus_path_config c;

  rig_must (ictus_lang_parse ("s.ode", text, &m.lang));
  m.kernel = &k;
  ictus_path_defaults (&m, &c);
  if (c.poivar != NULL && *c.poivar != '\0')
    ck_assert_str_eq (c.poivar, "x");
  c.poivar = NULL; /* belongs to the model */
  ictus_lang_destroy (&m.lang);
  return c;
}

START_TEST (defaults_of_xppaut)
{
  ictus_path_config c = settings ("x'=-x\n");

  ck_assert_str_eq (c.method, "rk4");
  ck_assert (c.total == 20 && c.dt == 0.05 && c.nout == 1 && c.bound == 100 && c.max_rows == 5000 && c.dtmax == 0);
  ck_assert (c.t0 == 0 && c.trans == 0 && c.poimap == 0 && c.seed == 12345678 && c.fire);
}
END_TEST

START_TEST (letters_of_xppaut)
{
  static const char *const pairs[][2]
      = { { "e", "euler" },  { "modeuler", "heun" }, { "rungekutta", "rk4" }, { "adams", "adams" }, { "gear", "cvode-bdf" },
          { "cvode", "cvode-bdf" }, { "b", "backward-euler" }, { "ymp", "symplectic" }, { "qualrk", "rk45" }, { "5dp", "rk45" },
          { "83dp", "rk45" }, { "stiff", "rosenbrock" }, { "2rb", "rosenbrock" }, { "d", "map" }, { "v", "backward-euler" } };

  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; ++i)
    {
      char text[100];
      ictus_path_config c;

      snprintf (text, sizeof text, "x'=-x\ny'=-y\n@ meth=%s\n", pairs[i][0]);
      c = settings (text);
      ck_assert_str_eq (c.method, pairs[i][1]);
    }
}
END_TEST

START_TEST (values_of_the_file)
{
  ictus_path_config c
      = settings ("x'=-x\n@ total=7,dt=-.1,meth=stiff,tol=1e-8,atol=1e-11,nout=4,dtmax=.5,poimap=section,poivar=x,bounds=9\n");

  ck_assert (c.total == -7 && c.dt == 0.1 && c.nout == 1 && c.rtol == 1e-8 && c.atol == 1e-11 && c.dtmax == 0.5);
  ck_assert (c.poimap == 1 && c.bound == 9);
  c = settings ("x'=-x\n@ tol=.1,nout=4,maxstor=12,trans=3,t0=1,seed=5\n");
  ck_assert (c.rtol == 1e-6 && c.atol == 1e-9 && c.nout == 4 && c.max_rows == 12 && c.trans == 3 && c.t0 == 1 && c.seed == 5);
  c = settings ("x(t+1)=x/2\n@ total=9.7,dt=.1\n");
  ck_assert_str_eq (c.method, "map");
  ck_assert (c.dt == 1 && c.total == 9);
}
END_TEST

START_TEST (files_of_our_own)
{
  ictus_path_config c = settings ("title own\nx'=-x\n");

  ck_assert_str_eq (c.method, "cvode-bdf");
  ck_assert (c.bound == 0 && c.max_rows == 0);
  c = settings ("title own\nx'=-x\n@ meth=euler,bound=3\n");
  ck_assert_str_eq (c.method, "euler");
  ck_assert (c.bound == 3);
  c = settings ("title own\nwiener w\nx'=-x+w\n");
  ck_assert_str_eq (c.method, "euler");
}
END_TEST

int
main (void)
{
  Suite *s = suite_create ("path_settings");
  TCase *c = tcase_create ("settings");

  tcase_add_test (c, defaults_of_xppaut);
  tcase_add_test (c, letters_of_xppaut);
  tcase_add_test (c, values_of_the_file);
  tcase_add_test (c, files_of_our_own);
  suite_add_tcase (s, c);
  return rig_main (s);
}
