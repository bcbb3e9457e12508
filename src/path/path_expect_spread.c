/* SPDX-License-Identifier: BSD-3-Clause */
/* The largest Lyapunov exponent: the equations of variation beside the model, by classical Runge-Kutta; of a map the
 * products of its derivatives. */
#include "path/path_expect.h"

#include <math.h>
#include <string.h>

typedef struct pair /* states and a deviation from them */
{
  const ictus__claim *c;
  int n;
  double *z;       /* [2 n] */
  double *k, *at;  /* [4 * 2 n], [2 n] */
  double *J;       /* [n * n] */
} pair;

static void
slope (const pair *q, double t, const double *z, double *f)
{
  const ictus__claim *c = q->c;
  int n = q->n;

  c->k->rhs (t, z, c->p, c->u, f);
  c->k->jac (t, z, c->p, c->u, q->J);
  for (int i = 0; i < n; ++i)
    f[n + i] = 0;
  for (int j = 0; j < n; ++j)
    for (int i = 0; i < n; ++i)
      f[n + i] += q->J[j * n + i] * z[n + j];
}

static void
step (pair *q, double t, double h)
{
  static const double part[4] = { 0, 0.5, 0.5, 1 };
  int n2 = 2 * q->n;

  if (q->c->k->is_map)
    {
      slope (q, t, q->z, q->k);
      memcpy (q->z, q->k, (size_t) n2 * sizeof (double));
      return;
    }
  for (int s = 0; s < 4; ++s)
    {
      for (int i = 0; i < n2; ++i)
        q->at[i] = q->z[i] + (s > 0 ? part[s] * h * q->k[(s - 1) * n2 + i] : 0);
      slope (q, t + part[s] * h, q->at, q->k + s * n2);
    }
  for (int i = 0; i < n2; ++i)
    q->z[i] += h / 6 * (q->k[i] + 2 * q->k[n2 + i] + 2 * q->k[2 * n2 + i] + q->k[3 * n2 + i]);
}

/* The deviation gets length 1; the logarithm of what it had. */
static double
shorten (pair *q)
{
  double sum = 0;

  for (int i = q->n; i < 2 * q->n; ++i)
    sum += q->z[i] * q->z[i];
  sum = sqrt (sum);
  for (int i = q->n; i < 2 * q->n; ++i)
    q->z[i] /= sum;
  return log (sum);
}

static ictus_err
refuse (const ictus__claim *c)
{
  if (c->k->ndelay > 0 || c->k->nnoise > 0 || c->k->nmarkov > 0 || c->k->nevent > 0 || c->k->fire != NULL)
    return ictus__claim_wrong (c, "exponents are known for equations and maps alone: no delays, noise, events, spikes");
  if (c->k->nstate == 0)
    return ictus__claim_wrong (c, "there are no states");
  return ICTUS_OK;
}

ictus_err
ictus__claim_lyapunov (ictus__claim *c)
{
  enum { EVERY = 10 }; /* steps between two shortenings */
  int n = c->k->nstate;
  double h = c->k->is_map ? 1 : isnan (c->step) ? fabs (c->settings.dt) : c->step, t0 = c->settings.t0, sum = 0;
  double end = isnan (c->until) ? t0 + c->settings.total : c->until, after = isnan (c->after) ? t0 : c->after;
  double steps = floor ((end - t0) / h + 0.5), skip = floor ((after - t0) / h + 0.5);
  pair q = { .c = c, .n = n };
  ictus_err e;

  ICTUS_GO (refuse (c));
  if (!(steps > skip) || !(skip >= 0) || steps > 1e9)
    ICTUS_GO (ictus__claim_wrong (c, "there is no time between after %g and until %g, or too much", after, end));
  q.z = ictus_alloc ((size_t) (2 * n), sizeof (double));
  q.k = ictus_alloc ((size_t) (8 * n), sizeof (double));
  q.at = ictus_alloc ((size_t) (2 * n), sizeof (double));
  q.J = ictus_alloc ((size_t) (n * n), sizeof (double));
  if (q.z == NULL || q.k == NULL || q.at == NULL || q.J == NULL)
    ICTUS_GO (ICTUS_E_NOMEM);
  memcpy (q.z, c->y, (size_t) n * sizeof (double));
  for (int i = 0; i < n; ++i) /* some direction, of length 1 before long */
    q.z[n + i] = 1.0 / (1 + i);
  for (int64_t i = 0; i < (int64_t) steps; ++i)
    {
      step (&q, t0 + (double) i * h, h);
      if (i == (int64_t) skip - 1)
        {
          shorten (&q);
          sum = 0;
        }
      else if (i % EVERY == EVERY - 1 || i + 1 == (int64_t) steps)
        sum += shorten (&q);
    }
  ictus__claim_compare (c, "the largest exponent", &c->is, sum / ((steps - skip) * h));
done:
  ictus_free (q.z);
  ictus_free (q.k);
  ictus_free (q.at);
  ictus_free (q.J);
  return e;
}
