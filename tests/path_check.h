/* SPDX-License-Identifier: BSD-3-Clause */
/* Paths of small models, for the tests of the room path: from the text of a model, or from functions written here. */
#ifndef PATH_CHECK_H
#define PATH_CHECK_H

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ictus/path.h"

typedef struct rig
{
  ictus_model m;
  ictus_kernel k;
  ictus_path_config c;
  ictus_path out;
} rig;

static inline void
rig_must (ictus_err e)
{
  ck_assert_msg (e == ICTUS_OK, "%s: %s", ictus_err_name (e), ictus_err_last ());
}

static inline void
rig_no_params (double *p)
{
  (void) p;
}

/* A model with the names of text and the functions of k. */
static inline void
rig_make (rig *r, const char *text, ictus_kernel k, const char *method, double total, double dt)
{
  memset (r, 0, sizeof *r);
  rig_must (ictus_lang_parse ("test.ode", text, &r->m.lang));
  r->k = k;
  r->k.abi = ICTUS_KERNEL_ABI;
  r->k.nu = k.ninput + k.ndelay + k.nnoise;
  if (r->k.prepare == NULL)
    r->k.prepare = rig_no_params;
  r->m.kernel = &r->k;
  r->c = (ictus_path_config) { .method = method, .total = total, .dt = dt, .nout = 1, .rtol = 1e-9, .atol = 1e-12,
                               .newt_tol = 1e-12, .newt_iter = 100, .seed = 1, .fire = true };
}

static inline void
rig_run (rig *r)
{
  ictus_path_clear (&r->out);
  rig_must (ictus_path_run (&r->m, &r->c, NULL, NULL, NULL, &r->out));
}

static inline void
rig_done (rig *r)
{
  ictus_path_clear (&r->out);
  ictus_lang_destroy (&r->m.lang);
  ck_assert_uint_eq (ictus_mem_live (), 0);
}

/* Row n has this time and these values, to tol. */
static inline void
rig_row (const rig *r, size_t n, double t, const double *v, double tol)
{
  ck_assert_msg (n < r->out.nrow, "there are %zu rows", r->out.nrow);
  ck_assert_double_eq_tol (r->out.t[n], t, tol);
  for (int i = 0; i < r->out.ncol; ++i)
    ck_assert_msg (fabs (r->out.v[n * (size_t) r->out.ncol + (size_t) i] - v[i]) <= tol * (1 + fabs (v[i])),
                   "row %zu, column %d: %.10g, not %.10g", n, i, r->out.v[n * (size_t) r->out.ncol + (size_t) i], v[i]);
}

static inline double
rig_at (const rig *r, size_t n, int column)
{
  ck_assert_uint_lt (n, r->out.nrow);
  return r->out.v[n * (size_t) r->out.ncol + (size_t) column];
}

static inline int
rig_main (Suite *s)
{
  SRunner *sr = srunner_create (s);
  int bad;

  srunner_run_all (sr, CK_ENV);
  bad = srunner_ntests_failed (sr);
  srunner_free (sr);
  return bad != 0;
}

#endif
