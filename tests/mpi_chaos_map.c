/* SPDX-License-Identifier: BSD-3-Clause */
/* Maps of the largest exponent: against eigenvalues and references, and the same bits whatever the ranks and the neighbours. */
#include "mpi_check.h"

#include <math.h>
#include <string.h>

#include "ictus/chaos.h"

typedef struct scene
{
  ictus_model *m;
  double *p, *u, *y;
  ictus_dyn_values v;
  ictus_lyapunov_options o;
} scene;

static scene
open_scene (const char *name, double trans, double total)
{
  scene s = { 0 };
  const ictus_kernel *k;

  ck_all (ictus_model_open (name, NULL, NULL, &s.m) == ICTUS_OK);
  k = s.m->kernel;
  s.p = ictus_alloc ((size_t) k->nslot, sizeof *s.p);
  s.u = ictus_alloc ((size_t) k->nu, sizeof *s.u);
  s.y = ictus_alloc ((size_t) k->nstate, sizeof *s.y);
  ck_all (s.p != NULL && s.u != NULL && s.y != NULL);
  ictus_model_defaults (s.m, s.p);
  k->prepare (s.p);
  k->init (s.p, s.y);
  s.v = (ictus_dyn_values){ .model = s.m, .p = s.p, .u = s.u, .y = s.y };
  ictus_lyapunov_defaults (&s.o);
  s.o.trans = trans;
  s.o.total = total;
  return s;
}

static void
close_scene (scene *s)
{
  ictus_free (s->p);
  ictus_free (s->u);
  ictus_free (s->y);
  ictus_model_close (&s->m);
}

static ictus_lyapunov_axis
axis (const scene *s, const char *name, double lo, double hi, size_t n)
{
  return (ictus_lyapunov_axis){ .par = ictus_dyn_par (s->m, name), .lo = lo, .hi = hi, .n = n };
}

static ictus_lyapunov_map
run (MPI_Comm comm, const scene *s, int naxis, const ictus_lyapunov_axis *a)
{
  ictus_lyapunov_map m = { 0 };

  ck_all (ictus_lyapunov_map_run (comm, &s->v, &s->o, naxis, a, NULL, false, &m) == ICTUS_OK);
  return m;
}

START_TEST (rest_has_the_eigenvalue_of_rest)
{
  scene s = open_scene ("lorenz", 100, 200);
  ictus_lyapunov_axis a = axis (&s, "rho", 0.1, 0.9, 9);
  ictus_lyapunov_map m = run (MPI_COMM_WORLD, &s, 1, &a);
  bool good = true;

  for (size_t k = 0; m.exponent != NULL && k < 9; ++k)
    good = good && fabs (m.exponent[k] - (-11 + sqrt (121 - 40 * (1 - (0.1 + 0.1 * (double) k)))) / 2) < 1e-5;
  ck_all (good);
  ck_all (m.ndone == 9 && m.nfailed == 0);
  ictus_lyapunov_map_clear (&m);
  close_scene (&s);
}
END_TEST

START_TEST (lorenz_is_chaotic)
{
  scene s = open_scene ("lorenz", 50, 2000);
  ictus_lyapunov_axis a = axis (&s, "rho", 28, 29, 1);
  ictus_lyapunov_map m = run (MPI_COMM_WORLD, &s, 1, &a);

  ck_all (m.exponent == NULL || fabs (m.exponent[0] - 0.9056) < 4 * m.error[0] + 3e-4);
  ck_all (m.exponent == NULL || m.error[0] < 0.02);
  ictus_lyapunov_map_clear (&m);
  close_scene (&s);
}
END_TEST

START_TEST (henon_is_chaotic)
{
  scene s = open_scene ("henon_map", 1000, 200000);
  ictus_lyapunov_axis a = axis (&s, "a", 1.4, 1.5, 2);
  ictus_lyapunov_map m = run (MPI_COMM_WORLD, &s, 1, &a);

  ck_all (m.exponent == NULL || fabs (m.exponent[0] - 0.4192) < 4 * m.error[0] + 1e-3);
  ck_all (m.exponent == NULL || isnan (m.exponent[1])); /* to infinity */
  ck_all (m.ndone == 2 && m.nfailed == 1);
  ictus_lyapunov_map_clear (&m);
  close_scene (&s);
}
END_TEST

START_TEST (neighbours_and_ranks_change_no_bit)
{
  scene s = open_scene ("lorenz", 10, 30);
  ictus_lyapunov_axis a[2] = { axis (&s, "rho", 10, 40, 7), axis (&s, "sigma", 8, 12, 5) };
  ictus_lyapunov_map all = run (MPI_COMM_WORLD, &s, 2, a), own = run (MPI_COMM_SELF, &s, 2, a);
  bool good = true;

  if (all.exponent != NULL)
    good = memcmp (all.exponent, own.exponent, 35 * sizeof (double)) == 0 && memcmp (all.error, own.error, 35 * sizeof (double)) == 0;
  ck_all (good);
  for (size_t k = 0; k < 35; k += 11) /* alone in its lane */
    {
      ictus_lyapunov_axis one[2] = { a[0], a[1] };
      ictus_lyapunov_map m;

      one[0].lo = ictus_lyapunov_axis_at (&a[0], k / 5);
      one[1].lo = ictus_lyapunov_axis_at (&a[1], k % 5);
      one[0].n = one[1].n = 1;
      m = run (MPI_COMM_SELF, &s, 2, one);
      ck_all (memcmp (&m.exponent[0], &own.exponent[k], sizeof (double)) == 0);
      ictus_lyapunov_map_clear (&m);
    }
  ictus_lyapunov_map_clear (&all);
  ictus_lyapunov_map_clear (&own);
  close_scene (&s);
}
END_TEST

static bool
at_once (void *ctx)
{
  (void) ctx;
  return true;
}

START_TEST (what_makes_no_sense_is_refused)
{
  scene s = open_scene ("lorenz", 10, 30);
  ictus_lyapunov_axis a[2] = { axis (&s, "rho", 10, 40, 7), axis (&s, "rho", 8, 12, 5) };
  ictus_lyapunov_map m;

  ck_all (ictus_lyapunov_map_run (MPI_COMM_WORLD, &s.v, &s.o, 2, a, NULL, false, &m) == ICTUS_E_INPUT);
  ck_all (strstr (ictus_err_last (), "rho") != NULL);
  ck_all (ictus_lyapunov_map_run (MPI_COMM_WORLD, &s.v, &s.o, 3, a, NULL, false, &m) == ICTUS_E_INPUT);
  a[0].n = 0;
  ck_all (ictus_lyapunov_map_run (MPI_COMM_WORLD, &s.v, &s.o, 1, a, NULL, false, &m) == ICTUS_E_INPUT);
  a[0].n = 4;
  s.o.told = at_once;
  ck_all (ictus_lyapunov_map_run (MPI_COMM_WORLD, &s.v, &s.o, 1, a, NULL, false, &m) == ICTUS_E_STOPPED);
  ck_all (m.ndone == 0);
  ictus_lyapunov_map_clear (&m);
  close_scene (&s);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *s = suite_create ("maps of exponents");
  TCase *t = tcase_create ("all");

  tcase_set_timeout (t, 120);
  tcase_add_test (t, rest_has_the_eigenvalue_of_rest);
  tcase_add_test (t, lorenz_is_chaotic);
  tcase_add_test (t, henon_is_chaotic);
  tcase_add_test (t, neighbours_and_ranks_change_no_bit);
  tcase_add_test (t, what_makes_no_sense_is_refused);
  suite_add_tcase (s, t);
  return mpi_check_main (s, &argc, &argv);
}
