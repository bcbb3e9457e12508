/* SPDX-License-Identifier: BSD-3-Clause */
/* Diagrams through the library: the same bits on all ranks, and on any number of them as on one; what comes of being told to end. */
#include <math.h>
#include <string.h>

#include "mpi_check.h"

#include "ictus/dyn.h"

typedef struct rig
{
  ictus_model *m;
  double *p, *u, *y;
  ictus_dyn_values v;
  ictus_dyn_options o;
} rig;

static void
begin (rig *r, const char *name, const char *text, const char *par)
{
  const ictus_kernel *k;

  memset (r, 0, sizeof *r);
  ck_all (ictus_model_open_scalar (name, NULL, text, &r->m) == ICTUS_OK);
  k = r->m->kernel;
  r->p = ictus_alloc ((size_t) k->nslot, sizeof *r->p);
  r->u = ictus_alloc ((size_t) k->ninput, sizeof *r->u);
  r->y = ictus_alloc ((size_t) k->nstate, sizeof *r->y);
  ictus_model_defaults (r->m, r->p);
  k->prepare (r->p);
  k->init (r->p, r->y);
  r->v = (ictus_dyn_values) { .model = r->m, .p = r->p, .u = r->u, .y = r->y };
  ictus_dyn_defaults (&r->o);
  r->o.par = ictus_dyn_par (r->m, par);
}

static void
end (rig *r)
{
  ictus_free (r->p);
  ictus_free (r->u);
  ictus_free (r->y);
  ictus_model_close (&r->m);
  ck_all (ictus_mem_live () == 0);
}

/* Bits in order: FNV-1a. */
static void
mix (uint64_t *h, const void *data, size_t n)
{
  const unsigned char *c = data;

  for (size_t i = 0; i < n; ++i)
    *h = (*h ^ c[i]) * 0x100000001b3u;
}

static void
mix_row (uint64_t *h, const double *v, size_t n)
{
  if (v != NULL)
    mix (h, v, n * sizeof *v);
}

static uint64_t
digest (const ictus_dyn_diagram *d)
{
  uint64_t h = 0xcbf29ce484222325u;

  for (size_t k = 0; k < d->nbranch; ++k)
    {
      const ictus_dyn_branch *b = &d->branch[k];
      size_t all = b->npoint * (size_t) b->n;

      mix (&h, &b->npoint, sizeof b->npoint);
      mix_row (&h, b->par, b->npoint);
      mix_row (&h, b->par2, b->npoint);
      mix_row (&h, b->period, b->npoint);
      mix_row (&h, b->x, all);
      mix_row (&h, b->low, all);
      mix_row (&h, b->high, all);
      mix_row (&h, b->re, all);
      mix_row (&h, b->im, all);
      mix (&h, b->unstable, b->npoint * sizeof *b->unstable);
      for (size_t s = 0; s < b->nspecial; ++s)
        {
          const ictus_dyn_special *p = &b->special[s];

          mix (&h, &p->type, sizeof p->type);
          mix (&h, &p->number, sizeof p->number);
          mix_row (&h, p->par, 2);
          mix_row (&h, &p->coefficient, 1);
          mix_row (&h, p->x, p->x != NULL ? (size_t) b->n : 0);
          mix_row (&h, p->orbit, p->nmesh * (size_t) b->n);
          mix_row (&h, p->vector, p->nvector);
          mix (&h, p->note, strlen (p->note));
        }
    }
  return h;
}

/* On all ranks of the world, and on one alone. */
static void
compare (rig *r)
{
  ictus_dyn_diagram many = { 0 }, one = { 0 };

  ck_all (ictus_dyn_continue (MPI_COMM_WORLD, &r->v, &r->o, NULL, NULL, &many) == ICTUS_OK);
  ck_all (ictus_dyn_continue (MPI_COMM_SELF, &r->v, &r->o, NULL, NULL, &one) == ICTUS_OK);
  ck_all (many.nbranch > 2 && many.nbranch == one.nbranch);
  ck_all (digest (&many) == digest (&one));
  ictus_dyn_diagram_clear (&many);
  ictus_dyn_diagram_clear (&one);
}

START_TEST (equilibria_and_cycles)
{
  rig r;

  begin (&r, "morris_lecar", NULL, "I");
  compare (&r);
  end (&r);
}
END_TEST

START_TEST (branches_that_cross)
{
  rig r;

  begin (&r, "cross.ode", "x'=mu*x-x^3-0.2*y\ny'=x*y-y+nu\npar mu=0,nu=0\ninit x=0,y=0\ndone\n", "mu");
  compare (&r);
  end (&r);
}
END_TEST

START_TEST (two_parameters)
{
  rig r;

  begin (&r, "wilson_cowan", NULL, "P");
  r.o.par2 = ictus_dyn_par (r.m, "c2");
  r.o.cycles = false;
  compare (&r);
  end (&r);
}
END_TEST

static bool
last_says (void *ctx)
{
  int rank = -1, size = 0, *asked = ctx;

  MPI_Comm_rank (MPI_COMM_WORLD, &rank);
  MPI_Comm_size (MPI_COMM_WORLD, &size);
  return rank == size - 1 && ++*asked > 20;
}

START_TEST (told_on_one_rank_all_end)
{
  rig r;
  ictus_dyn_diagram d = { 0 };
  int asked = 0;
  uint64_t h, other;

  begin (&r, "hodgkin_huxley", NULL, "I");
  r.o.lo = 0;
  r.o.hi = 200;
  r.o.all_doublings = true; /* would take minutes */
  ck_all (ictus_dyn_continue (MPI_COMM_WORLD, &r.v, &r.o, last_says, &asked, &d) == ICTUS_E_STOPPED);
  h = other = digest (&d);
  MPI_Bcast (&other, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD);
  ck_all (h == other); /* all know the same */
  ictus_dyn_diagram_clear (&d);
  end (&r);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *s = suite_create ("dyn");
  TCase *c = tcase_create ("dyn");

  tcase_add_test (c, equilibria_and_cycles);
  tcase_add_test (c, branches_that_cross);
  tcase_add_test (c, two_parameters);
  tcase_add_test (c, told_on_one_rank_all_end);
  suite_add_tcase (s, c);
  return mpi_check_main (s, &argc, &argv);
}
