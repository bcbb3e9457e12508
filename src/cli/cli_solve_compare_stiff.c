/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus solve --compare: how stiff the model is along its trajectory. */
#include "cli/cli_solve_compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define REACH 3.3 /* of the region of stability of Dormand and Prince's method along the negative axis */
enum { MOST_STATES = 200 };

extern void dgeev_ (const char *jobvl, const char *jobvr, const int *n, double *a, const int *lda, double *wr, double *wi,
                    double *vl, const int *ldvl, double *vr, const int *ldvr, double *work, const int *lwork, int *info);

static int
by_size (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

/* Ratio and fastest decay of the Jacobian J, which is spoilt. work [10 n]. */
static bool
look (int n, double *J, double *work, double *ratio, double *fastest)
{
  double *re = work, *im = work + n, none = 0, most = 0, least = INFINITY;
  int lwork = 8 * n, one = 1, info = 0;

  for (int i = 0; i < n * n; ++i)
    if (!isfinite (J[i]))
      return false;
  dgeev_ ("N", "N", &n, J, &n, re, im, &none, &one, &none, &one, work + 2 * n, &lwork, &info);
  *fastest = 0;
  for (int i = 0; info == 0 && i < n; ++i)
    {
      most = fmax (most, fabs (re[i]));
      *fastest = fmax (*fastest, re[i] < 0 ? hypot (re[i], im[i]) : 0);
    }
  for (int i = 0; info == 0 && i < n; ++i)
    if (fabs (re[i]) > 1e-13 * most)
      least = fmin (least, fabs (re[i]));
  *ratio = isfinite (least) ? most / least : 1;
  return info == 0;
}

void
ictus__race_stiffness (ictus__race *r, const ictus_path *p)
{
  const ictus_kernel *k = &r->j->kernel;
  size_t n = (size_t) k->nstate, nc = (size_t) p->ncol, count = 0;
  double *J = NULL, *work = NULL, *ratio = NULL, *y = NULL, fastest = 0;

  memset (&r->stiff, 0, sizeof r->stiff);
  for (size_t i = 0; i < n; ++i)
    if (ictus_lang_get (r->j->model->lang, ICTUS_LANG_STATE, (int) i)->hidden)
      return;
  if (k->ndelay > 0 || k->nnoise > 0 || n > MOST_STATES || n == 0 || p->nrow < 2)
    return;
  J = ictus_alloc (n * n, sizeof *J);
  work = ictus_alloc (10 * n, sizeof *work);
  ratio = ictus_alloc (p->nrow, sizeof *ratio);
  y = ictus_alloc (n, sizeof *y);
  for (size_t i = 0; J != NULL && work != NULL && ratio != NULL && y != NULL && i < p->nrow; ++i)
    {
      memcpy (y, p->v + i * nc, n * sizeof *y);
      k->jac (p->t[i], y, r->j->p, r->j->u, J);
      if (!look ((int) n, J, work, &ratio[count], &fastest))
        continue;
      r->stiff.ratio = fmax (r->stiff.ratio, ratio[count]);
      r->stiff.fastest = fmax (r->stiff.fastest, fastest);
      r->stiff.needed += fastest * fabs (p->t[i] - p->t[i > 0 ? i - 1 : 0]) / REACH;
      ++count;
    }
  if (count > 0)
    {
      qsort (ratio, count, sizeof *ratio, by_size);
      r->stiff.median = ratio[count / 2];
      r->stiff.known = true;
    }
  ictus_free (J);
  ictus_free (work);
  ictus_free (ratio);
  ictus_free (y);
}
