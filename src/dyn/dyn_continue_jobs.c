/* SPDX-License-Identifier: BSD-3-Clause */
/* The branches of a diagram, generation by generation: equilibria of the start; what is switched to from there; ...; the curves in two
   parameters. Every rank makes the same list of jobs from the same diagram; rank 0 deals them and accepts what comes, in the order of the
   list; all get the branches that were accepted. */
#include <math.h>
#include <string.h>

#include "dyn/dyn_continue.h"

enum { MAX_BRANCH = 400 };

#define TAIL 5e-3 /* part of the range where a branch that leaves for infinity runs beside those before */
#define VISIBLE 1e-3 /* part of the range of the parameter that a picture shows */

/* ---- jobs ------------------------------------------------------------------------------------------------------ */

static ictus_err
add_task (ictus__drive *g, ictus_dyn_kind kind, int direction, int branch, int special, const double *x)
{
  ICTUS_TRY (ictus_grow (&g->task, &g->cap, g->ntask + 1, sizeof *g->task));
  g->task[g->ntask++] = (ictus__task) { kind, direction, branch, special, x, g->par, false };
  return ICTUS_OK;
}

ictus_err
ictus__drive_measure (ictus__drive *g)
{
  if (g->measured == g->d->nbranch + 1)
    return ICTUS_OK;
  ictus__measure_clear (&g->m);
  g->measured = g->d->nbranch + 1;
  return ictus__measure_make (g->d, &g->m);
}

/* How many switches led to a branch. */
static int
depth_of (const ictus_dyn_diagram *d, size_t b)
{
  int depth = 0;

  for (const ictus_dyn_branch *k = &d->branch[b]; k->from_branch >= 0; k = &d->branch[k->from_branch])
    {
      ictus_dyn_type t = d->branch[k->from_branch].special[k->from_special].type;

      depth += t == ICTUS_DYN_BRANCH || t == ICTUS_DYN_DOUBLING || t == ICTUS_DYN_CYCLE_BRANCH;
    }
  return depth;
}

static ictus_err
both_ways (ictus__drive *g, ictus_dyn_kind kind, size_t b, size_t k)
{
  ICTUS_TRY (add_task (g, kind, 1, (int) b, (int) k, NULL));
  return add_task (g, kind, -1, (int) b, (int) k, NULL);
}

/* Are the cycles on one side of a special point stable over a part of the range that can be seen? */
static bool
is_seen (const ictus_dyn_options *o, const ictus_dyn_branch *b, const ictus_dyn_special *s)
{
  for (int way = -1; way <= 1; way += 2)
    for (long row = (long) s->at + way; row >= 0 && row < (long) b->npoint && b->unstable[row] == 0; row += way)
      if (fabs (b->par[row] - s->par[0]) > VISIBLE * (o->hi - o->lo))
        return true;
  return false;
}

/* What a special point leads to, in one parameter. Doublings of cycles that are stable nowhere, or within a hair's breadth, come in
   cascades that nobody would see, so they wait until they are asked for. */
static ictus_err
tasks_of (ictus__drive *g, size_t b, size_t k, bool deeper)
{
  const ictus_dyn_options *o = &g->d->options;
  const ictus_dyn_branch *from = &g->d->branch[b];

  switch ((int) from->special[k].type)
    {
    case ICTUS_DYN_BRANCH:
      return deeper ? both_ways (g, ICTUS_DYN_EQUILIBRIA, b, k) : ICTUS_OK;
    case ICTUS_DYN_HOPF:
      return o->cycles ? add_task (g, ICTUS_DYN_CYCLES, 1, (int) b, (int) k, NULL) : ICTUS_OK;
    case ICTUS_DYN_DOUBLING:
      return deeper && (o->all_doublings || is_seen (o, from, &from->special[k]))
                 ? add_task (g, ICTUS_DYN_CYCLES, 1, (int) b, (int) k, NULL)
                 : ICTUS_OK;
    case ICTUS_DYN_CYCLE_BRANCH:
      return deeper ? both_ways (g, ICTUS_DYN_CYCLES, b, k) : ICTUS_OK;
    default:
      return ICTUS_OK;
    }
}

static ictus_err
tasks_in_two (ictus__drive *g, size_t b, size_t k)
{
  ictus_dyn_type t = g->d->branch[b].special[k].type;

  if (g->d->branch[b].kind != ICTUS_DYN_EQUILIBRIA || (t != ICTUS_DYN_FOLD && t != ICTUS_DYN_HOPF))
    return ICTUS_OK;
  return both_ways (g, t == ICTUS_DYN_FOLD ? ICTUS_DYN_FOLDS : ICTUS_DYN_HOPFS, b, k);
}

/* The next generation: from branches `first` on, one parameter; or from all, two. */
static ictus_err
list_tasks (ictus__drive *g, size_t first, bool two)
{
  const ictus_dyn_options *o = &g->d->options;

  g->ntask = 0;
  ICTUS_TRY (ictus__drive_measure (g));
  for (size_t b = first; b < g->d->nbranch; ++b)
    {
      bool deeper = o->switches && depth_of (g->d, b) < o->depth;

      for (size_t k = 0; k < g->d->branch[b].nspecial; ++k)
        if (ictus__seen_before (g->d, &g->m, b, k) == NULL)
          ICTUS_TRY (two ? tasks_in_two (g, b, k) : tasks_of (g, b, k, deeper));
    }
  return ICTUS_OK;
}

/* ---- dealing ------------------------------------------------------------------------------------------------------ */

static ictus_err
follow (void *self, size_t job, bool (*told) (void *ctx), void *ctx, ictus__pack *out)
{
  const ictus__drive *g = self;
  const ictus__task *t = &g->task[job];
  ictus__dyn_job j = { .kind = t->kind, .o = &g->d->options, .x = t->x, .par = t->par, .direction = t->direction,
                       .from_branch = t->from_branch, .from_special = t->from_special, .told = told, .ctx = ctx };
  ictus__dyn *s = NULL;
  ictus_dyn_branch b = { .n = g->s->n, .kind = t->kind };
  ictus_err e, e2;

  if (t->from_branch >= 0)
    {
      j.from = &g->d->branch[t->from_branch].special[t->from_special];
      j.x = j.from->x;
      j.par = j.from->par[0];
    }
  ICTUS_TRY (ictus__dyn_open (g->v, &s)); /* a fresh one: nothing of the last job is left in it */
  e = t->kind == ICTUS_DYN_EQUILIBRIA ? ictus__follow_equilibria (s, &j, &b)
      : t->kind == ICTUS_DYN_CYCLES   ? ictus__follow_cycles (s, &j, &b)
                                      : ictus__follow_codim2 (s, &j, &b);
  b.kind = t->kind;
  b.n = s->n;
  b.from_branch = t->from_branch;
  b.from_special = t->from_special;
  b.direction = t->direction;
  if (e == ICTUS_OK || e == ICTUS_E_STOPPED)
    {
      e2 = ictus__note_kinks (s, &g->d->options, &b);
      e = e2 != ICTUS_OK ? e2 : e;
      ictus__pack_branch (out, &b);
    }
  ictus_dyn_branch_clear (&b);
  ictus__dyn_close (&s);
  return e;
}

static bool
wanted (void *self, size_t job)
{
  ictus__drive *g = self;
  const ictus__task *t = &g->task[job];
  const ictus_dyn_special *from;

  if (g->d->nbranch >= MAX_BRANCH)
    return false;
  if (g->d->nbranch == 0 || ictus__drive_measure (g) != ICTUS_OK)
    return true;
  if (t->from_branch < 0)
    return !ictus__passes_through (g->d, g->s, &g->m, t->x, t->par, t->edge);
  from = &g->d->branch[t->from_branch].special[t->from_special];
  return t->kind != ICTUS_DYN_CYCLES || from->type != ICTUS_DYN_HOPF
         || !ictus__ends_at_hopf (g->d, &g->m, from, t->from_branch);
}

/* Cut what is known behind row `last`. */
static ictus_err
cut (ictus_dyn_branch *b, size_t last)
{
  size_t kept = 0;

  for (size_t k = 0; k < b->nspecial; ++k)
    if (b->special[k].at <= last && b->special[k].type != ICTUS_DYN_END)
      b->special[kept++] = b->special[k];
    else
      {
        ictus_free (b->special[k].x);
        ictus_free (b->special[k].phase);
        ictus_free (b->special[k].orbit);
        ictus_free (b->special[k].vector);
      }
  b->nspecial = kept;
  b->npoint = last + 1;
  return ictus__branch_mark (b, ICTUS_DYN_END, b->x + last * (size_t) b->n, "runs on along a branch before") != NULL
             ? ICTUS_OK : ICTUS_E_NOMEM;
}

static void
report (const ictus__drive *g, const ictus_dyn_branch *b)
{
  static const char *const kind[] = { "equilibria", "cycles", "folds", "Hopf points" };
  const ictus_lang_var *v = ictus_dyn_par_var (g->d->model, g->d->options.par);
  double lo = INFINITY, hi = -INFINITY;

  for (size_t r = 0; r < b->npoint; ++r)
    {
      lo = fmin (lo, b->par[r]);
      hi = fmax (hi, b->par[r]);
    }
  if (!g->wide)
    ictus_log ("branch %zu: %s, %zu points, %s from %.6g to %.6g", g->d->nbranch + 1, kind[b->kind], b->npoint, v->name, lo, hi);
}

/* Rows that are new. Branches that leave for infinity, or stand at one value of the parameter, do not end at the same place each time:
   their last rows do not count where those before are known. */
static size_t
fresh_rows (ictus__drive *g, const ictus_dyn_branch *b)
{
  const ictus_dyn_options *o = &g->d->options;
  ictus_dyn_branch most = *b;
  size_t fresh;

  if (strstr (b->special[b->nspecial - 1].note, "infinity") != NULL)
    while (most.npoint > 2 && fabs (b->par[most.npoint - 1] - b->par[b->npoint - 1]) < TAIL * (o->hi - o->lo))
      --most.npoint;
  fresh = ictus__new_rows (g->d, &g->m, &most);
  return most.npoint < b->npoint && fresh == most.npoint ? ictus__new_rows (g->d, &g->m, b) : fresh;
}

/* A branch that could not begin, or that is known, is left out. */
static ictus_err
accept (void *self, size_t job, ictus__pack *result)
{
  ictus__drive *g = self;
  ictus_dyn_branch b = { 0 };
  const ictus__task *t = &g->task[job];
  size_t fresh;
  ictus_err e = ICTUS_OK;

  ICTUS_TRY (ictus__unpack_branch (result, &b));
  ICTUS_GO (ictus__drive_measure (g));
  if (b.npoint < 2)
    {
      const char *why = b.nspecial > 0 ? b.special[b.nspecial - 1].note : "";

      if (!g->wide && b.npoint == 0 && t->from_branch >= 0)
        ictus_log ("from the %s at %s = %.9g: %s",
                   ictus_dyn_type_name (g->d->branch[t->from_branch].special[t->from_special].type),
                   ictus_dyn_par_var (g->d->model, g->d->options.par)->name,
                   g->d->branch[t->from_branch].special[t->from_special].par[0], why);
      goto done;
    }
  fresh = fresh_rows (g, &b);
  if (fresh <= 2 && g->d->nbranch > 0)
    goto done;
  if (b.npoint - fresh > 3)
    ICTUS_GO (cut (&b, fresh));
  ICTUS_GO (ictus_grow (&g->d->branch, &g->d->cap, g->d->nbranch + 1, sizeof *g->d->branch));
  report (g, &b);
  g->d->branch[g->d->nbranch++] = b;
  b = (ictus_dyn_branch) { 0 };
done:
  ictus_dyn_branch_clear (&b);
  return e;
}

/* Branches that rank 0 accepted, from `first` on, to all. */
static ictus_err
spread (ictus__drive *g, size_t first)
{
  ictus__pack k = { 0 };
  unsigned long long head[2] = { 0, 0 };
  int rank = ictus_comm_rank (g->comm);
  ictus_err e = ICTUS_OK;

  if (ictus_comm_size (g->comm) == 1)
    return ICTUS_OK;
  for (size_t b = first; rank == 0 && b < g->d->nbranch; ++b)
    ictus__pack_branch (&k, &g->d->branch[b]);
  head[0] = rank == 0 ? g->d->nbranch : 0;
  head[1] = k.len;
  ICTUS_GO (ictus_comm_agree (g->comm, k.failed ? ICTUS_E_NOMEM : ICTUS_OK));
  ICTUS_MPI (MPI_Bcast (head, 2, MPI_UNSIGNED_LONG_LONG, 0, g->comm));
  if (rank != 0)
    {
      e = ictus_grow (&k.s, &k.cap, (size_t) head[1] + 1, 1);
      k.len = (size_t) head[1];
    }
  ICTUS_GO (ictus_comm_agree (g->comm, e));
  ICTUS_MPI (MPI_Bcast (k.s, (int) head[1], MPI_BYTE, 0, g->comm));
  if (rank != 0)
    e = ictus_grow (&g->d->branch, &g->d->cap, (size_t) head[0], sizeof *g->d->branch);
  while (rank != 0 && e == ICTUS_OK && g->d->nbranch < head[0])
    if ((e = ictus__unpack_branch (&k, &g->d->branch[g->d->nbranch])) == ICTUS_OK)
      ++g->d->nbranch;
  e = ictus_comm_agree (g->comm, e);
done:
  ictus__pack_clear (&k);
  return e;
}

static ictus_err
generation (ictus__drive *g, bool *stopped)
{
  const ictus__dyn_deal deal = { .comm = g->comm, .njob = g->ntask, .self = g, .follow = follow, .wanted = wanted,
                                 .accept = accept, .told = g->told, .ctx = g->ctx };

  g->fresh = g->d->nbranch;
  ICTUS_TRY (ictus__deal_jobs (&deal, stopped));
  return spread (g, g->fresh);
}

/* Equilibria at the present value of the parameter: rank 0 looks, all get what it found. */
ictus_err
ictus__drive_look (ictus__drive *g, double *x, int *count)
{
  size_t n = (size_t) g->s->n;

  *count = 0;
  memcpy (g->s->y, g->v->y, (size_t) g->s->k->nstate * sizeof *g->s->y); /* where the model begins */
  if (ictus_comm_rank (g->comm) == 0)
    *count = ictus__equilibria_at_start (g->s, g->d->options.tol, MAX_START, x);
  ICTUS_MPI (MPI_Bcast (count, 1, MPI_INT, 0, g->comm));
  ICTUS_MPI (MPI_Bcast (x, (int) ((size_t) *count * n), MPI_DOUBLE, 0, g->comm));
  return ICTUS_OK;
}

/* Leave those of x [count, n] that lie on a curve; how many. */
int
ictus__drive_keep (ictus__drive *g, double *x, int count, double *loose)
{
  size_t n = (size_t) g->s->n;
  int kept = 0;

  for (int k = 0; k < count; ++k)
    if (ictus__lies_on_curve (g->s, x + (size_t) k * n, g->d->options.par))
      memmove (x + (size_t) kept++ * n, x + (size_t) k * n, n * sizeof *x);
    else if (loose != NULL && kept == k) /* the first */
      memcpy (loose, x + (size_t) k * n, n * sizeof *x);
  g->loose += count - kept;
  return kept;
}

/* What rests at the ends of the range, and may not be connected to what was followed from the start. */
static ictus_err
list_edges (ictus__drive *g)
{
  const ictus_dyn_options *o = &g->d->options;
  size_t n = (size_t) g->s->n;

  for (int high = 0; high < 2; ++high)
    {
      double *x = g->edge + (size_t) high * MAX_START * n;
      int count;

      ictus__dyn_set (g->s, o->par, high ? o->hi : o->lo);
      ICTUS_TRY (ictus__drive_look (g, x, &count));
      count = ictus__drive_keep (g, x, count, NULL);
      for (int k = 0; k < count; ++k)
        {
          ICTUS_TRY (add_task (g, ICTUS_DYN_EQUILIBRIA, high ? -1 : 1, -1, -1, x + (size_t) k * n));
          g->task[g->ntask - 1].par = high ? o->hi : o->lo;
          g->task[g->ntask - 1].edge = true;
        }
    }
  ictus__dyn_set (g->s, o->par, g->par);
  return ICTUS_OK;
}

/* The diagram of given options, all chosen. */
ictus_err
ictus__drive_fill (ictus__drive *g, bool *stopped)
{
  size_t n = (size_t) g->s->n;

  g->ntask = 0;
  for (int k = 0; k < g->nstart; ++k)
    for (int way = 1; way >= -1; way -= 2)
      ICTUS_TRY (add_task (g, ICTUS_DYN_EQUILIBRIA, way, -1, -1, g->start + (size_t) k * n));
  for (int round = 0; (g->ntask > 0 || round == 0) && !*stopped && round < 100; ++round)
    {
      ICTUS_TRY (generation (g, stopped));
      ICTUS_TRY (list_tasks (g, g->fresh, false));
      if (round == 0 && !g->far)
        ICTUS_TRY (list_edges (g));
    }
  if (g->d->options.par2 < 0 || *stopped || g->wide)
    return ICTUS_OK;
  ICTUS_TRY (list_tasks (g, 0, true));
  return generation (g, stopped);
}
