/* SPDX-License-Identifier: BSD-3-Clause */
/* The map of the largest exponent: how long each point is measured, blocks of points dealt to the ranks. Rank 0 deals, computes
   as well, answers between its own steps, and keeps the journal. */
#include "chaos_impl.h"
#include "chaos_map.h"

#include <math.h>
#include <string.h>
#include <time.h>

#define RECURRENCES 400 /* of what is measured, where the length is chosen; a quarter of it is left out before */
#define ITERATIONS 10000
#define POLL_NS 200000
enum { TAG_UP = 1, TAG_ANSWER };
enum { LEAST_BLOCK = 8, MOST_BLOCK = 256, BLOCKS = 64, AHEAD = 2 }; /* AHEAD: numbers before the values of a message: block, told */

double
ictus_lyapunov_axis_at (const ictus_lyapunov_axis *a, size_t k)
{
  if (a->n > 1 && k + 1 == a->n)
    return a->hi;
  return a->n > 1 ? a->lo + (a->hi - a->lo) * ((double) k / (double) (a->n - 1)) : a->lo;
}

double
ictus__map_value (const ictus_lyapunov_map *m, size_t point, int axis)
{
  size_t inner = axis + 1 < m->naxis ? m->axis[1].n : 1;

  return ictus_lyapunov_axis_at (&m->axis[axis], point / inner % m->axis[axis].n);
}

void
ictus_lyapunov_map_clear (ictus_lyapunov_map *m)
{
  ictus_free (m->exponent);
  ictus_free (m->error);
  *m = (ictus_lyapunov_map){ 0 };
}

/* ---- what is asked for ---- */

static ictus_err
check (const ictus_dyn_values *v, const ictus_lyapunov_options *o, int naxis, const ictus_lyapunov_axis *axis)
{
  const ictus_kernel *k = v->model->kernel;
  char buf[256];
  const char *why = ictus_lyapunov_refuse (v->model, buf);
  double npoint = 1;

  if (why != NULL)
    return ICTUS_FAIL (ICTUS_E_INPUT, "the Lyapunov exponents of model %s cannot be computed: %s", k->name, why);
  if (k->fire != NULL && k->reset != NULL)
    return ICTUS_FAIL (ICTUS_E_INPUT, "model %s fires with a reset: its exponents are had for one set of values at a time, not as a map; see "
                       "ictus lyapunov %s --par NAME=VALUE, or --orbit for what it does over a parameter", k->name, k->name);
  if (v->model->lanes == NULL)
    return ICTUS_FAIL (ICTUS_E_INPUT, "model %s was made without the functions that take many points at a time", k->name);
  if (naxis < 1 || naxis > 2)
    return ICTUS_FAIL (ICTUS_E_INPUT, "a map goes over one parameter or two, not %d", naxis);
  for (int a = 0; a < naxis; ++a)
    {
      npoint *= (double) axis[a].n;
      if (axis[a].par < 0 || axis[a].par >= k->npar + k->ninput || axis[a].n < 1 || !isfinite (axis[a].lo) || !isfinite (axis[a].hi))
        return ICTUS_FAIL (ICTUS_E_INPUT, "axis %d of the map makes no sense", a + 1);
    }
  if (naxis == 2 && axis[0].par == axis[1].par)
    return ICTUS_FAIL (ICTUS_E_INPUT, "both axes of the map are %s", ictus_dyn_par_var (v->model, axis[0].par)->name);
  if (npoint > 1e9)
    return ICTUS_FAIL (ICTUS_E_INPUT, "%.4g points are more than a map can have (10^9)", npoint);
  if (!(isnan (o->trans) || (o->trans >= 0 && isfinite (o->trans))) || !(isnan (o->total) || (o->total > 0 && isfinite (o->total))))
    return ICTUS_FAIL (ICTUS_E_INPUT, "a transient of %g and a measurement of %g: the first is not negative, the second positive", o->trans,
                       o->total);
  if (k->is_map && o->total < MAP_BATCHES)
    return ICTUS_FAIL (ICTUS_E_INPUT, "%g iterations are too few to measure anything", o->total);
  return o->rtol > 0 && o->rtol < 1 && o->atol > 0 ? ICTUS_OK
         : ICTUS_FAIL (ICTUS_E_INPUT, "rtol %g, atol %g: both lie between 0 and 1", o->rtol, o->atol);
}

/* From what the model does at the values that are given. */
static ictus_err
choose_lengths (const ictus_dyn_values *v, ictus_lyapunov_map *m)
{
  ictus__chaos *s = NULL;
  ictus__pilot pilot = { 0 };
  ictus_err e = ICTUS_OK;

  if (v->model->kernel->is_map)
    m->total = isnan (m->total) ? ITERATIONS : m->total;
  else if (isnan (m->total))
    {
      ICTUS_GO (ictus__chaos_open (v, &s));
      ICTUS_GO (ictus__pilot_run (s, ictus_lang_get_settings (v->model->lang)->t0, ICTUS_LYAPUNOV_AUTO, m->rtol, m->atol, &pilot));
      m->total = isnan (pilot.recurrence) ? pilot.span : RECURRENCES * pilot.recurrence;
    }
  if (isnan (m->trans))
    m->trans = v->model->kernel->is_map ? floor (0.25 * m->total) : 0.25 * m->total;
done:
  ictus__pilot_clear (&pilot);
  ictus__chaos_close (&s);
  return e;
}

static uint64_t
digest_of (const ictus_dyn_values *v, const ictus_lyapunov_map *m)
{
  const ictus_kernel *k = v->model->kernel;
  const double length[] = { m->trans, m->total, m->rtol, m->atol, ictus_isa_level () };
  uint64_t h = ictus_hash (k->text, strlen (k->text), 0);

  h = ictus_hash (v->p, (size_t) k->npar * sizeof *v->p, h);
  h = ictus_hash (v->u, (size_t) k->ninput * sizeof *v->u, h);
  h = ictus_hash (v->y, (size_t) k->nstate * sizeof *v->y, h);
  h = ictus_hash (length, sizeof length, h);
  for (int a = 0; a < m->naxis; ++a)
    {
      const double axis[] = { m->axis[a].par, m->axis[a].lo, m->axis[a].hi, (double) m->axis[a].n };

      h = ictus_hash (axis, sizeof axis, h);
    }
  return h;
}

/* ---- dealing ---- */

typedef struct deal
{
  MPI_Comm comm;
  int rank, working;  /* rank 0: others that have not been told that nothing is left */
  const ictus_lyapunov_options *o;
  ictus_lyapunov_map *m;
  size_t next, nblock;
  bool told;
  ictus_err e;        /* rank 0: of the journal */
  double *packet;     /* [AHEAD + block * MAP_VALUES] */
  double *value;      /* rank 0: [npoint, MAP_VALUES] */
  unsigned char *have; /* rank 0: [nblock] */
  ictus__map_journal journal;
} deal;

static int64_t
next_block (deal *d)
{
  if (d->told || d->e != ICTUS_OK)
    return -1;
  while (d->next < d->nblock && d->have[d->next])
    ++d->next;
  return d->next < d->nblock ? (int64_t) d->next++ : -1;
}

/* Rank 0: a block is done; its values are where they belong, or in the packet. */
static void
record (deal *d, size_t block, const double *value)
{
  size_t n, first = ictus__map_block (d->m, block, &n);
  ictus_err e = ictus__map_journal_add (&d->journal, block, value, n);

  d->have[block] = 1;
  d->m->ndone += n;
  if (value != d->value + first * MAP_VALUES)
    memcpy (d->value + first * MAP_VALUES, value, n * MAP_VALUES * sizeof *value);
  if (d->e == ICTUS_OK)
    d->e = e;
  if (d->o->tick != NULL)
    d->o->tick (d->o->ctx, (double) d->m->ndone, (double) d->m->npoint);
}

static void
serve (deal *d, int from)
{
  int64_t answer;

  ICTUS_MPI (MPI_Recv (d->packet, AHEAD + (int) d->m->block * MAP_VALUES, MPI_DOUBLE, from, TAG_UP, d->comm, MPI_STATUS_IGNORE));
  d->told = d->told || d->packet[1] != 0;
  if (d->packet[0] >= 0)
    record (d, (size_t) d->packet[0], d->packet + AHEAD);
  answer = next_block (d);
  d->working -= answer < 0;
  ICTUS_MPI (MPI_Send (&answer, 1, MPI_INT64_T, from, TAG_ANSWER, d->comm));
}

/* True: give up. */
static bool
poll (void *ctx)
{
  deal *d = ctx;
  int waits = d->rank == 0 && d->working > 0;

  while (waits)
    {
      MPI_Status status;

      ICTUS_MPI (MPI_Iprobe (MPI_ANY_SOURCE, TAG_UP, d->comm, &waits, &status));
      if (waits)
        serve (d, status.MPI_SOURCE);
      waits = waits && d->working > 0;
    }
  d->told = d->told || (d->o->told != NULL && d->o->told (d->o->ctx));
  return d->told;
}

static void
lead (deal *d, ictus__map_lanes *lanes)
{
  const struct timespec pause = { .tv_nsec = POLL_NS };
  int64_t block;

  while (poll (d), (block = next_block (d)) >= 0)
    {
      size_t n, first = ictus__map_block (d->m, (size_t) block, &n);
      double *value = d->value + first * MAP_VALUES;

      if (ictus__map_lanes_run (lanes, first, n, poll, d, value) != ICTUS_OK)
        break;
      record (d, (size_t) block, value);
    }
  while (poll (d), d->working > 0)
    nanosleep (&pause, NULL);
}

static void
work (deal *d, ictus__map_lanes *lanes)
{
  int64_t block = -1;
  size_t n = 0, first;

  for (;;)
    {
      d->packet[0] = (double) block;
      d->packet[1] = d->told;
      ICTUS_MPI (MPI_Send (d->packet, AHEAD + (block >= 0 ? (int) n * MAP_VALUES : 0), MPI_DOUBLE, 0, TAG_UP, d->comm));
      ICTUS_MPI (MPI_Recv (&block, 1, MPI_INT64_T, 0, TAG_ANSWER, d->comm, MPI_STATUS_IGNORE));
      if (block < 0)
        break;
      first = ictus__map_block (d->m, (size_t) block, &n);
      if (ictus__map_lanes_run (lanes, first, n, poll, d, d->packet + AHEAD) != ICTUS_OK)
        block = -1;
    }
}

/* ---- the map ---- */

static ictus_err
open_deal (deal *d, const ictus_dyn_values *v, const char *journal, bool overwrite)
{
  ictus_lyapunov_map *m = d->m;
  size_t first, n;

  d->journal.fd = -1;
  d->packet = ictus_alloc (AHEAD + m->block * MAP_VALUES, sizeof *d->packet);
  if (d->packet == NULL)
    return ICTUS_E_NOMEM;
  if (d->rank != 0)
    return ICTUS_OK;
  d->value = ictus_alloc (m->npoint * MAP_VALUES, sizeof *d->value);
  d->have = ictus_alloc (d->nblock, 1);
  m->exponent = ictus_alloc (m->npoint, sizeof *m->exponent);
  m->error = ictus_alloc (m->npoint, sizeof *m->error);
  if (d->value == NULL || d->have == NULL || m->exponent == NULL || m->error == NULL)
    return ICTUS_E_NOMEM;
  ICTUS_TRY (ictus__map_journal_open (journal, digest_of (v, m), overwrite, m, d->value, d->have, &d->journal));
  for (size_t b = 0; b < d->nblock; ++b)
    if (d->have[b])
      {
        first = ictus__map_block (m, b, &n);
        (void) first;
        m->ndone += n;
      }
  return ICTUS_OK;
}

static void
gather (deal *d)
{
  ictus_lyapunov_map *m = d->m;

  for (size_t k = 0; k < m->npoint; ++k)
    {
      bool there = d->have[k / m->block] != 0;

      m->exponent[k] = there ? d->value[k * MAP_VALUES] : NAN;
      m->error[k] = there ? d->value[k * MAP_VALUES + 1] : NAN;
      m->nfailed += there && isnan (m->exponent[k]);
    }
}

static void
plan (ictus_lyapunov_map *m, const ictus_lyapunov_options *o, int naxis, const ictus_lyapunov_axis *axis)
{
  *m = (ictus_lyapunov_map){ .naxis = naxis, .npoint = 1, .trans = o->trans, .total = o->total, .rtol = o->rtol, .atol = o->atol };
  for (int a = 0; a < naxis; ++a)
    {
      m->axis[a] = axis[a];
      m->npoint *= axis[a].n;
    }
  m->block = m->npoint / BLOCKS / LEAST_BLOCK * LEAST_BLOCK; /* of the map alone: the journal is to serve any number of ranks */
  m->block = m->block < LEAST_BLOCK ? LEAST_BLOCK : m->block > MOST_BLOCK ? MOST_BLOCK : m->block;
}

ictus_err
ictus_lyapunov_map_run (MPI_Comm comm, const ictus_dyn_values *v, const ictus_lyapunov_options *o, int naxis,
                        const ictus_lyapunov_axis *axis, const char *journal, bool overwrite, ictus_lyapunov_map *out)
{
  deal d = { .comm = comm, .rank = ictus_comm_rank (comm), .working = ictus_comm_size (comm) - 1, .o = o, .m = out };
  ictus__map_lanes *lanes = NULL;
  double length[2];
  uint64_t counts[2];
  ictus_err e;

  *out = (ictus_lyapunov_map){ 0 };
  d.journal.fd = -1;
  ICTUS_TRY (ictus_comm_agree (comm, check (v, o, naxis, axis)));
  plan (out, o, naxis, axis);
  ICTUS_GO (ictus_comm_agree (comm, d.rank == 0 ? choose_lengths (v, out) : ICTUS_OK));
  length[0] = out->trans;
  length[1] = out->total;
  ICTUS_MPI (MPI_Bcast (length, 2, MPI_DOUBLE, 0, comm));
  out->trans = length[0];
  out->total = length[1];
  d.nblock = (out->npoint + out->block - 1) / out->block;
  e = open_deal (&d, v, journal, overwrite);
  if (e == ICTUS_OK)
    e = ictus__map_lanes_open (v, out, &lanes);
  ICTUS_GO (ictus_comm_agree (comm, e));
  if (d.rank == 0)
    lead (&d, lanes);
  else
    work (&d, lanes);
  if (d.rank == 0)
    gather (&d);
  counts[0] = out->ndone;
  counts[1] = out->nfailed;
  ICTUS_MPI (MPI_Bcast (counts, 2, MPI_UINT64_T, 0, comm));
  out->ndone = (size_t) counts[0];
  out->nfailed = (size_t) counts[1];
  e = ictus__map_journal_close (&d.journal);
  ICTUS_GO (ictus_comm_agree (comm, d.e != ICTUS_OK ? d.e : e));
  if (out->ndone < out->npoint)
    e = ICTUS_FAIL (ICTUS_E_STOPPED, "stopped on request with %zu of %zu points done", out->ndone, out->npoint);
done:
  (void) ictus__map_journal_close (&d.journal);
  ictus__map_lanes_close (&lanes);
  ictus_free (d.packet);
  ictus_free (d.value);
  ictus_free (d.have);
  return e;
}
