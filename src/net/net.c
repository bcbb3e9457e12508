/* SPDX-License-Identifier: BSD-3-Clause */
/* The net from its creation to the first window, and what others may ask of it. */
#include "net_impl.h"

#include <math.h>
#include <string.h>

ictus_err
ictus__net_fail (const ictus_node *map, const char *key, const char *fmt, ...)
{
  char text[ICTUS_ERR_TEXT / 2];
  const ictus_node *at = map;
  va_list ap;

  va_start (ap, fmt);
  vsnprintf (text, sizeof text, fmt, ap);
  va_end (ap);
  if (map != NULL && key != NULL && ictus_node_is (map) == ICTUS_NODE_MAP
      && ictus_node_find (map, key) != NULL)
    at = ictus_node_find (map, key);
  if (at == NULL)
    return ICTUS_FAIL (ICTUS_E_INPUT, "%s", text);
  return ictus_node_fail (at, ICTUS_E_INPUT, "%s", text);
}

/* ---- create ------------------------------------------------------------------------------------- */

static ictus_err
make_groups (ictus_net *net)
{
  const ictus_experiment *exp = net->exp;

  net->npop = exp->npopulation;
  net->pop = ictus_alloc ((size_t) net->npop, sizeof *net->pop);
  net->group = ictus_alloc ((size_t) net->npop, sizeof *net->group);
  if (net->pop == NULL || net->group == NULL)
    return ICTUS_E_NOMEM;
  for (int p = 0; p < net->npop; ++p)
    {
      ictus_population *pop = &net->pop[p];

      pop->conf = &exp->population[p];
      pop->name = pop->conf->name;
      pop->size = pop->conf->size;
      pop->first = net->size;
      net->size += pop->size;
      if (pop->size > UINT32_MAX)
        return ictus__net_fail (pop->conf->node, "size",
                                "population %s has %zu neurons: at most %u fit in one population", pop->name,
                                pop->size, UINT32_MAX);
    }
  return ICTUS_OK;
}

/* Everything about the experiment that can be wrong given the models. Local; equal on all ranks but for
   memory. */
static ictus_err
check_experiment (ictus_net *net)
{
  for (int p = 0; p < net->npop; ++p)
    ICTUS_TRY (ictus__net_read_params (net, p));
  ICTUS_TRY (ictus__net_check_names (net));
  ICTUS_TRY (ictus__net_read_wires (net));
  return ictus__net_read_stimuli (net);
}

ictus_err
ictus_net_create (MPI_Comm comm, const ictus_experiment *exp, ictus_net **out)
{
  ictus_net *net = NULL;
  ictus_err e = ICTUS_OK;

  *out = NULL;
  net = ictus_alloc (1, sizeof *net);
  if (net == NULL)
    e = ICTUS_E_NOMEM;
  else
    {
      net->comm = comm;
      net->rank = ictus_comm_rank (comm);
      net->exp = exp;
      net->min_delay_ms = INFINITY;
      e = make_groups (net);
    }
  ICTUS_GO (ictus_comm_agree (comm, e));
  ICTUS_GO (ictus__net_open_models (net));
  ICTUS_GO (ictus_comm_agree (comm, check_experiment (net)));
  *out = net;
  net = NULL;
done:
  ictus_net_destroy (&net);
  return e;
}

static void
clear_given (ictus__given *g, size_t n)
{
  for (size_t k = 0; k < n; ++k)
    ictus_dist_clear (&g[k].dist);
  ictus_free (g);
}

static void
clear_group (ictus_population *pop, ictus__group *g)
{
  clear_given (g->param, g->nparam);
  clear_given (g->init, g->ninit);
  ictus_free (g->gid);
  ictus_free (g->p);
  ictus_free (g->p0);
  ictus_free (pop->cells.y);
  ictus_free (pop->cells.refr_until);
  ictus_free (pop->cells.armed);
  ictus_free (pop->cells.history);
  ictus_free (g->currents.base);
  ictus_free (g->currents.current);
  ictus_free (g->replay.s);
  ictus__inbox_clear (&g->inbox);
}

void
ictus_net_destroy (ictus_net **pnet)
{
  ictus_net *net = *pnet;

  if (net == NULL)
    return;
  for (int p = 0; p < net->npop && net->pop != NULL && net->group != NULL; ++p)
    clear_group (&net->pop[p], &net->group[p]);
  for (int w = 0; w < net->nwires; ++w)
    ictus__wires_clear (&net->wires[w]);
  ictus__rows_clear (&net->rows);
  ictus__flights_clear (&net->flights);
  ictus__slots_clear (&net->slots);
  for (int s = 0; s < net->npoisson; ++s)
    ictus__poisson_clear (&net->poisson[s]);
  for (int s = 0; s < net->ncurrent; ++s)
    ictus__current_clear (&net->current[s]);
  for (int m = 0; m < net->nmodel; ++m)
    ictus_model_close (&net->model[m]);
  ictus_free (net->model);
  ictus_free (net->wires);
  ictus_free (net->out);
  ictus_free (net->out_first);
  ictus_free (net->poisson);
  ictus_free (net->current);
  ictus_free (net->pop);
  ictus_free (net->group);
  ictus_free (net);
  *pnet = NULL;
}

/* ---- place -------------------------------------------------------------------------------------- */

ictus_err
ictus_net_place (ictus_net *net, ictus_owner owner, const void *ctx)
{
  if (net->phase != ICTUS__NET_CREATED)
    return ICTUS_FAIL (ICTUS_E_INTERNAL, "the neurons of this net have their places already");
  for (int p = 0; p < net->npop; ++p)
    {
      ictus_population *pop = &net->pop[p];
      uint64_t end = pop->first + pop->size;
      size_t n = 0;

      for (uint64_t gid = pop->first; gid < end; ++gid)
        n += owner (ctx, gid) == net->rank;
      ictus_free (net->group[p].gid);
      net->group[p].gid = ictus_alloc (n, sizeof (uint64_t));
      if (net->group[p].gid == NULL)
        return ICTUS_E_NOMEM;
      n = 0;
      for (uint64_t gid = pop->first; gid < end; ++gid)
        if (owner (ctx, gid) == net->rank)
          net->group[p].gid[n++] = gid;
      pop->cells.n = n;
      pop->cells.gid = net->group[p].gid;
      pop->cells.first = pop->first;
    }
  net->phase = ICTUS__NET_PLACED;
  return ICTUS_OK;
}

size_t
ictus__net_local (const ictus_population *p, uint64_t gid)
{
  size_t lo = 0, hi = p->cells.n;

  while (lo < hi)
    {
      size_t mid = lo + (hi - lo) / 2;

      if (p->cells.gid[mid] < gid)
        lo = mid + 1;
      else
        hi = mid;
    }
  return lo < p->cells.n && p->cells.gid[lo] == gid ? lo : SIZE_MAX;
}

/* ---- build -------------------------------------------------------------------------------------- */

/* Files that the net is built from: collective, one after the other. */
static ictus_err
read_files (ictus_net *net)
{
  for (int p = 0; p < net->npop; ++p)
    if (net->pop[p].model == NULL)
      ICTUS_TRY (ictus__net_read_spikes (net, p));
  for (int k = 0; k < net->nwires; ++k)
    {
      ictus__wires *w = &net->wires[k];
      ictus_err e;

      if (w->conf->rule != ICTUS_RULE_LIST)
        continue;
      e = ictus_comm_read (net->comm, w->list_path, &w->list, NULL);
      if (e != ICTUS_OK && w->conf->node != NULL)
        ictus_node_fail (w->conf->node, e, "%s", ictus_err_last ());
      ICTUS_TRY (e);
    }
  return ICTUS_OK;
}

/* Wires grouped by their source, in order. */
static ictus_err
group_wires (ictus_net *net)
{
  int n = 0;

  net->out = ictus_alloc ((size_t) net->nwires, sizeof *net->out);
  net->out_first = ictus_alloc ((size_t) net->npop + 1, sizeof *net->out_first);
  if (net->out == NULL || net->out_first == NULL)
    return ICTUS_E_NOMEM;
  for (int p = 0; p < net->npop; ++p)
    {
      net->out_first[p] = n;
      for (int w = 0; w < net->nwires; ++w)
        if (net->wires[w].source == p)
          net->out[n++] = w;
    }
  net->out_first[net->npop] = n;
  return ICTUS_OK;
}

static ictus_err
make_inboxes (ictus_net *net)
{
  for (int p = 0; p < net->npop; ++p)
    {
      ictus_population *pop = &net->pop[p];
      bool used = false;

      for (int w = 0; w < net->nwires; ++w)
        used = used || net->wires[w].target == p;
      for (int s = 0; s < net->npoisson; ++s)
        used = used || net->poisson[s].target == p;
      ICTUS_TRY (ictus__inbox_init (&net->group[p].inbox, pop->cells.n,
                                    pop->model == NULL ? 0 : pop->model->kernel->nport, used, net->exp->grid));
    }
  return ICTUS_OK;
}

/* Everything of this rank alone. */
static ictus_err
build_here (ictus_net *net)
{
  if (ictus_fault ("net_build", net->rank))
    return ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory (asked for by ICTUS_FAULT)");
  for (int p = 0; p < net->npop; ++p)
    ICTUS_TRY (ictus__net_make_cells (net, p));
  ICTUS_TRY (make_inboxes (net));
  if (net->exp->grid)
    ICTUS_TRY (ictus__rows_build (net));
  for (int w = 0; w < net->nwires; ++w)
    {
      if (!net->exp->grid)
        ICTUS_TRY (ictus__wires_build (net, &net->wires[w]));
      ictus_free (net->wires[w].list);
      net->wires[w].list = NULL;
    }
  ICTUS_TRY (group_wires (net));
  return ictus__net_make_stimuli (net);
}

/* Smallest and largest delay here: ms, or ticks on the grid. */
static void
delays_here (const ictus_net *net, double *least, double *most)
{
  *least = INFINITY;
  *most = 0;
  for (int w = 0; w < net->nwires && !net->exp->grid; ++w)
    {
      *least = fmin (*least, net->wires[w].dmin);
      *most = fmax (*most, net->wires[w].dmax);
    }
  for (int k = 0; k < net->rows.nbundle; ++k)
    if (net->rows.bundle[k].nsyn > 0)
      {
        *least = fmin (*least, (double) net->rows.bundle[k].kmin);
        *most = fmax (*most, (double) net->rows.bundle[k].kmax);
      }
}

ictus_err
ictus_net_build (ictus_net *net)
{
  double range[2]; /* the largest of (- delay, delay) */
  ictus_err e;

  if (net->phase != ICTUS__NET_PLACED)
    return ICTUS_FAIL (ICTUS_E_INTERNAL,
                       "the neurons of this net have no places yet, or it is built already");
  ICTUS_TRY (read_files (net));
  ICTUS_TRY (ictus_comm_agree (net->comm, build_here (net)));
  delays_here (net, &range[0], &range[1]);
  range[0] = -range[0];
  ICTUS_MPI (MPI_Allreduce (MPI_IN_PLACE, range, 2, MPI_DOUBLE, MPI_MAX, net->comm));
  net->min_delay_ms = -range[0];
  if (net->exp->grid && isfinite (range[0]))
    net->min_delay_ms = ictus_tick_ms ((ictus_tick) -range[0], net->exp->resolution_ms);
  if (net->exp->grid)
    ictus__slots_init (net);
  e = ictus_comm_agree (net->comm, net->exp->grid ? ictus__flights_init (net, (ictus_tick) range[1]) : ICTUS_OK);
  if (e == ICTUS_OK)
    net->phase = ICTUS__NET_BUILT;
  return e;
}

/* ---- questions ---------------------------------------------------------------------------------- */

int
ictus_net_npopulation (const ictus_net *net)
{
  return net->npop;
}

ictus_population *
ictus_net_population (const ictus_net *net, int pop)
{
  return &net->pop[pop];
}

const ictus_experiment *
ictus_net_experiment (const ictus_net *net)
{
  return net->exp;
}

uint64_t
ictus_net_size (const ictus_net *net)
{
  return net->size;
}

int
ictus_net_population_of (const ictus_net *net, uint64_t gid)
{
  int lo = 0, hi = net->npop - 1;

  while (lo < hi)
    {
      int mid = lo + (hi - lo + 1) / 2;

      if (net->pop[mid].first <= gid)
        lo = mid;
      else
        hi = mid - 1;
    }
  return lo;
}

double
ictus_net_min_delay (const ictus_net *net)
{
  return net->min_delay_ms;
}

uint64_t
ictus_net_synapses (const ictus_net *net, int projection)
{
  uint64_t n = 0;

  for (int w = 0; w < net->nwires; ++w)
    if (net->wires[w].projection == projection)
      n += net->wires[w].nsyn;
  return n;
}

uint64_t
ictus_net_bytes (const ictus_net *net)
{
  uint64_t bytes = 0;

  for (int w = 0; w < net->nwires; ++w)
    bytes += ictus__wires_bytes (&net->wires[w]);
  for (int k = 0; k < net->rows.nbundle; ++k)
    bytes += ictus__bundle_bytes (&net->rows.bundle[k]);
  for (int p = 0; p < net->npop; ++p)
    bytes += ictus__inbox_bytes (&net->group[p].inbox);
  return bytes + ictus__slots_bytes (net->slots.nslot, net->slots.size, net->slots.npop)
         + ictus__flights_bytes (&net->flights);
}

static void
each_of_rows (const ictus_net *net, const ictus__wires *w,
              void (*f) (void *ctx, int target_pop, uint64_t source, uint64_t target, double weight,
                         double delay_ms),
              void *ctx)
{
  const ictus_population *to = &net->pop[w->target];

  for (size_t r = 0; r < w->nrow; ++r)
    for (size_t s = w->first[r]; s < w->first[r + 1]; ++s)
      f (ctx, w->target, w->row_source == NULL ? r : w->row_source[r], to->cells.gid[w->to[s]] - to->first,
         ictus__wires_weight (w, s), ictus__wires_delay (w, s));
}

ictus_err
ictus_net_each_synapse (const ictus_net *net, int projection,
                        void (*f) (void *ctx, int target_pop, uint64_t source, uint64_t target, double weight,
                                   double delay_ms),
                        void *ctx)
{
  for (int k = 0; k < net->nwires; ++k)
    if (net->wires[k].projection == projection)
      {
        if (net->exp->grid)
          ICTUS_TRY (ictus__wires_each_synapse (net, k, f, ctx));
        else
          each_of_rows (net, &net->wires[k], f, ctx);
      }
  return ICTUS_OK;
}

void
ictus_net_check (const ictus_net *net)
{
  ICTUS_ASSERT (net->phase == ICTUS__NET_BUILT);
  for (int p = 0; p < net->npop; ++p)
    {
      const ictus_cells *c = &net->pop[p].cells;
      int nstate = net->pop[p].model == NULL ? 0 : net->pop[p].model->kernel->nstate;

      for (size_t i = 0; i < c->n; ++i)
        {
          ICTUS_ASSERT (net->pop[p].first <= c->gid[i] && c->gid[i] < net->pop[p].first + net->pop[p].size);
          ICTUS_ASSERT (i == 0 || c->gid[i - 1] < c->gid[i]);
          for (int k = 0; k < nstate; ++k)
            ICTUS_ASSERT (isfinite (c->y[(size_t) k * c->n + i]));
          if (nstate > 0)
            ICTUS_ASSERT (c->armed[i] <= 1 && !isnan (c->refr_until[i]));
        }
    }
  for (int w = 0; w < net->nwires && !net->exp->grid; ++w)
    ictus__wires_check (net, &net->wires[w]);
  if (net->exp->grid)
    ictus__rows_check (net);
}
