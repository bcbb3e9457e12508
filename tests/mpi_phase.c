/* SPDX-License-Identifier: BSD-3-Clause */
/* The phase plane: numbers that are known exactly, and the same basins on any number of ranks. */
#include <math.h>
#include <string.h>

#include "mpi_check.h"

#include "ictus/phase.h"

typedef struct rig
{
  ictus_model *m;
  double *p, *u, *y;
  ictus_phase_options o;
  ictus_phase out;
} rig;

static void
look (rig *r, const char *name, const char *par, double value, int basins)
{
  const ictus_kernel *k;
  ictus_dyn_values v;
  int at;

  memset (r, 0, sizeof *r);
  ck_all (ictus_model_open_scalar (name, NULL, NULL, &r->m) == ICTUS_OK);
  k = r->m->kernel;
  r->p = ictus_alloc ((size_t) k->nslot, sizeof *r->p);
  r->u = ictus_alloc ((size_t) k->ninput, sizeof *r->u);
  r->y = ictus_alloc ((size_t) k->nstate, sizeof *r->y);
  ictus_model_defaults (r->m, r->p);
  if ((at = ictus_dyn_par (r->m, par)) >= 0)
    r->p[at] = value;
  k->prepare (r->p);
  k->init (r->p, r->y);
  v = (ictus_dyn_values) { .model = r->m, .p = r->p, .u = r->u, .y = r->y };
  ictus_phase_defaults (&r->o);
  r->o.basins = basins;
  ck_all (ictus_phase_look (MPI_COMM_WORLD, &v, &r->o, NULL, NULL, &r->out) == ICTUS_OK);
}

static void
done (rig *r)
{
  ictus_phase_clear (&r->out);
  ictus_free (r->p);
  ictus_free (r->u);
  ictus_free (r->y);
  ictus_model_close (&r->m);
  ck_all (ictus_mem_live () == 0);
}

START_TEST (nullclines_lie_on_the_curves_and_the_cycle_has_its_period)
{
  rig r;
  double worst = 0;

  look (&r, "fitzhugh_nagumo", "I", 0.5, 0);
  for (size_t k = 0; k < r.out.null[0].npoint; ++k)
    {
      double v = r.out.null[0].x[k];

      worst = fmax (worst, fabs (v - v * v * v / 3 + 0.5 - r.out.null[0].y[k]));
    }
  ck_all (r.out.null[0].npoint > 50 && worst < 1e-9);
  ck_all (r.out.npoint == 1 && r.out.point[0].class == ICTUS_DYN_UNSTABLE_FOCUS);
  ck_all (r.out.ncycle == 1 && fabs (r.out.cycle_info[0].period - 39.4744149802) < 1e-6);
  done (&r);
}
END_TEST

START_TEST (the_two_states_of_the_mean_field)
{
  rig r;

  look (&r, "qif_mean_field", "eta", -5, 0);
  ck_all (r.out.npoint == 4 && r.out.index_known && r.out.index_box == r.out.index_sum);
  ck_all (fabs (r.out.point[1].at[0] - 0.08113444195) < 1e-10 && fabs (r.out.point[1].at[1] + 1.9616199886) < 1e-9);
  done (&r);
}
END_TEST

START_TEST (rest_and_cycle_coexist_near_the_saddle)
{
  rig r;

  look (&r, "wilson_cowan", "P", 1.075, 21);
  ck_all (r.out.npoint == 3 && r.out.ncycle == 1 && r.out.cycle_info[0].stable);
  ck_all (r.out.nbasin == 2 && r.out.basins[0].cells + r.out.basins[1].cells == 21 * 21);
  done (&r);
}
END_TEST

START_TEST (on_a_line_all_zeros_are_found)
{
  rig r;

  look (&r, "quadratic_if", "I", -4, 0);
  ck_all (r.out.dim == 1 && r.out.npoint == 2);
  ck_all (fabs (r.out.point[0].at[0] + 2) < 1e-12 && fabs (r.out.point[1].at[0] - 2) < 1e-12);
  done (&r);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *s = suite_create ("phase");
  TCase *c = tcase_create ("phase");

  tcase_add_test (c, nullclines_lie_on_the_curves_and_the_cycle_has_its_period);
  tcase_add_test (c, the_two_states_of_the_mean_field);
  tcase_add_test (c, rest_and_cycle_coexist_near_the_saddle);
  tcase_add_test (c, on_a_line_all_zeros_are_found);
  suite_add_tcase (s, c);
  return mpi_check_main (s, &argc, &argv);
}
