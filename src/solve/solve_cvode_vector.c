/* SPDX-License-Identifier: BSD-3-Clause */
/* Vectors of a few doubles, cut from slabs: what SUNDIALS' own serial vectors spend on tables of functions (one for
   each vector), checks and special cases is more than the states of a neuron take. The arithmetic is the same:
   a product with 1 is exact, so special cases need no code of their own. */
#include "solve_cvode.h"

#include <math.h>
#include <string.h>

enum { SLAB = 64 }; /* vectors of a slab after the first */

struct ictus__slab
{
  ictus__slab *next;
  size_t used, cap;        /* vectors */
  _Alignas (64) char at[]; /* [cap * bytes of the pool] */
};

static inline sunindextype
len (N_Vector v)
{
  return ((const ictus__pool *) v->content)->n;
}

/* ---- life ------------------------------------------------------------------------------------ */

static N_Vector_ID
vec_id (N_Vector v)
{
  (void) v;
  return SUNDIALS_NVEC_CUSTOM;
}

static sunindextype
vec_length (N_Vector v)
{
  return len (v);
}

static sunrealtype *
vec_array (N_Vector v)
{
  return ictus__vec (v);
}

static N_Vector
vec_clone (N_Vector v)
{
  return ictus__pool_vector (v->content);
}

static void
vec_destroy (N_Vector v)
{
  ictus__pool *p = v->content;

  memcpy (ictus__vec (v), &p->spare, sizeof p->spare); /* the list of spare vectors runs through them */
  p->spare = v;
}

N_Vector
ictus__pool_vector (ictus__pool *p)
{
  ictus__slab *slab = p->slab;
  N_Vector v = p->spare;

  if (v != NULL)
    memcpy (&p->spare, ictus__vec (v), sizeof p->spare);
  else
    {
      if (slab == NULL || slab->used == slab->cap)
        {
          size_t cap = slab == NULL && p->first > 0 ? p->first : SLAB;

          if (cap > (SIZE_MAX - sizeof *slab) / p->bytes
              || (slab = ictus_alloc (1, sizeof *slab + cap * p->bytes)) == NULL)
            return NULL;
          slab->cap = cap;
          slab->next = p->slab;
          p->slab = slab;
        }
      v = (N_Vector) (void *) (slab->at + slab->used++ * p->bytes);
    }
  v->content = p;
  v->ops = &p->ops;
  v->sunctx = p->ctx;
  memset (ictus__vec (v), 0, p->bytes - sizeof *v);
  return v;
}

/* ---- operations ------------------------------------------------------------------------------ */

#define EACH(i, n) for (sunindextype i = 0; i < (n); ++i)

/* What CVODE does most goes by pairs. Where the length is odd, one number more is computed, which nothing reads. */
typedef double pair __attribute__ ((vector_size (16), aligned (8), may_alias));

static inline pair *
pairs (N_Vector v)
{
  return (pair *) (void *) ictus__vec (v);
}

static inline sunindextype
npair (N_Vector v)
{
  return (len (v) + 1) / 2;
}

static void
vec_linearsum (sunrealtype a, N_Vector x, sunrealtype b, N_Vector y, N_Vector z)
{
  const pair *xv = pairs (x), *yv = pairs (y);
  pair *zv = pairs (z);
  sunindextype n = npair (x);

  EACH (i, n)
    zv[i] = a * xv[i] + b * yv[i];
}

static void
vec_const (sunrealtype c, N_Vector z)
{
  double *zv = ictus__vec (z);
  sunindextype n = len (z);

  EACH (i, n)
    zv[i] = c;
}

static void
vec_prod (N_Vector x, N_Vector y, N_Vector z)
{
  EACH (i, len (x))
    ictus__vec (z)[i] = ictus__vec (x)[i] * ictus__vec (y)[i];
}

static void
vec_div (N_Vector x, N_Vector y, N_Vector z)
{
  EACH (i, len (x))
    ictus__vec (z)[i] = ictus__vec (x)[i] / ictus__vec (y)[i];
}

static void
vec_scale (sunrealtype c, N_Vector x, N_Vector z)
{
  const pair *xv = pairs (x);
  pair *zv = pairs (z);
  sunindextype n = npair (x);

  EACH (i, n)
    zv[i] = c * xv[i];
}

static void
vec_abs (N_Vector x, N_Vector z)
{
  EACH (i, len (x))
    ictus__vec (z)[i] = fabs (ictus__vec (x)[i]);
}

static void
vec_inv (N_Vector x, N_Vector z)
{
  EACH (i, len (x))
    ictus__vec (z)[i] = 1 / ictus__vec (x)[i];
}

static void
vec_addconst (N_Vector x, sunrealtype b, N_Vector z)
{
  EACH (i, len (x))
    ictus__vec (z)[i] = ictus__vec (x)[i] + b;
}

static sunrealtype
vec_dotprod (N_Vector x, N_Vector y)
{
  double sum = 0;

  EACH (i, len (x))
    sum += ictus__vec (x)[i] * ictus__vec (y)[i];
  return sum;
}

static sunrealtype
vec_maxnorm (N_Vector x)
{
  double most = 0;

  EACH (i, len (x))
    if (fabs (ictus__vec (x)[i]) > most)
      most = fabs (ictus__vec (x)[i]);
  return most;
}

static sunrealtype
vec_wrmsnorm (N_Vector x, N_Vector w)
{
  const double *xv = ictus__vec (x), *wv = ictus__vec (w);
  sunindextype n = len (x);
  double sum = 0;

  EACH (i, n)
    sum += (xv[i] * wv[i]) * (xv[i] * wv[i]);
  return sqrt (sum / (double) n);
}

static sunrealtype
vec_min (N_Vector x)
{
  double least = ictus__vec (x)[0];

  EACH (i, len (x))
    if (ictus__vec (x)[i] < least)
      least = ictus__vec (x)[i];
  return least;
}

/* ---- several vectors at once ------------------------------------------------------------------ */

static int
vec_linearcombination (int m, sunrealtype *c, N_Vector *x, N_Vector z)
{
  pair *zv = pairs (z);
  sunindextype n = npair (z);

  EACH (i, n)
    {
      pair sum = c[0] * pairs (x[0])[i];

      for (int k = 1; k < m; ++k)
        sum += c[k] * pairs (x[k])[i];
      zv[i] = sum;
    }
  return 0;
}

static int
vec_scaleaddmulti (int m, sunrealtype *a, N_Vector x, N_Vector *y, N_Vector *z)
{
  const pair *xv = pairs (x);
  sunindextype n = npair (x);

  for (int k = 0; k < m; ++k)
    {
      const pair *yv = pairs (y[k]);
      pair *zv = pairs (z[k]);

      EACH (i, n)
        zv[i] = a[k] * xv[i] + yv[i];
    }
  return 0;
}

static int
vec_scalearray (int m, sunrealtype *c, N_Vector *x, N_Vector *z)
{
  for (int k = 0; k < m; ++k)
    vec_scale (c[k], x[k], z[k]);
  return 0;
}

/* ---- pool ------------------------------------------------------------------------------------- */

void
ictus__pool_init (ictus__pool *p, SUNContext ctx, int n, size_t first)
{
  memset (p, 0, sizeof *p);
  p->ctx = ctx;
  p->n = n;
  p->first = first;
  /* whole pairs; a spare vector has room for a pointer */
  p->bytes = (sizeof (struct _generic_N_Vector) + sizeof (pair) * (size_t) (n > 0 ? (n + 1) / 2 : 1) + 15) / 16 * 16;
  p->ops.nvgetvectorid = vec_id;
  p->ops.nvgetlength = vec_length;
  p->ops.nvgetarraypointer = vec_array;
  p->ops.nvclone = vec_clone;
  p->ops.nvdestroy = vec_destroy;
  p->ops.nvlinearsum = vec_linearsum;
  p->ops.nvconst = vec_const;
  p->ops.nvprod = vec_prod;
  p->ops.nvdiv = vec_div;
  p->ops.nvscale = vec_scale;
  p->ops.nvabs = vec_abs;
  p->ops.nvinv = vec_inv;
  p->ops.nvaddconst = vec_addconst;
  p->ops.nvdotprod = vec_dotprod;
  p->ops.nvmaxnorm = vec_maxnorm;
  p->ops.nvwrmsnorm = vec_wrmsnorm;
  p->ops.nvmin = vec_min;
  p->ops.nvlinearcombination = vec_linearcombination;
  p->ops.nvscaleaddmulti = vec_scaleaddmulti;
  p->ops.nvscalevectorarray = vec_scalearray;
}

void
ictus__pool_clear (ictus__pool *p)
{
  for (ictus__slab *s = p->slab, *next; s != NULL; s = next)
    {
      next = s->next;
      ictus_free (s);
    }
  memset (p, 0, sizeof *p);
}
