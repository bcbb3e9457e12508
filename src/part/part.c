/* SPDX-License-Identifier: BSD-3-Clause */
/* Neuron to rank: strategies, and what may be asked of a partition. */
#include "part_impl.h"

#include <string.h>

static const char *const strategies[] = { "block", "round-robin" };

enum { NSTRATEGY = sizeof strategies / sizeof *strategies };

static bool
is_strategy (const char *how)
{
  for (size_t k = 0; k < NSTRATEGY; ++k)
    if (strcmp (how, strategies[k]) == 0)
      return true;
  return false;
}

/* A word without anything of a path is meant as a strategy. */
static bool
looks_like_path (const char *how)
{
  return strpbrk (how, "/.") != NULL;
}

ictus_err
ictus__part_add (ictus_part *p, uint64_t first, uint64_t n, int rank)
{
  if (n == 0)
    return ICTUS_OK;
  ICTUS_TRY (ictus_grow (&p->range, &p->cap, p->nrange + 1, sizeof *p->range));
  p->range[p->nrange++] = (ictus__range){ .first = first, .last = first + n - 1, .rank = rank };
  return ICTUS_OK;
}

ictus_err
ictus__part_cut_even (ictus_part *p, uint64_t first, uint64_t size, uint64_t *begin)
{
  uint64_t nrank = (uint64_t) p->nrank, each = size / nrank, longer = size % nrank;

  for (uint64_t r = 0; r < nrank; ++r)
    {
      uint64_t n = each + ((r + nrank - *begin) % nrank < longer);

      ICTUS_TRY (ictus__part_add (p, first, n, (int) r));
      first += n;
    }
  *begin = (*begin + longer) % nrank;
  return ICTUS_OK;
}

static ictus_err
make_blocks (ictus_part *p, const size_t *size, int npop)
{
  uint64_t first = 0, begin = 0;

  for (int k = 0; k < npop; first += size[k], ++k)
    ICTUS_TRY (ictus__part_cut_even (p, first, size[k], &begin));
  return ICTUS_OK;
}

uint64_t
ictus__part_hash (const ictus_part *p)
{
  uint64_t h = ictus_hash (&p->n, sizeof p->n, 0);
  int32_t last = -1;

  for (uint64_t g = 0; g < p->n; ++g)
    {
      int32_t owner = ictus_part_owner (p, g);

      if (owner != last) /* the same whatever the ranges are */
        {
          h = ictus_hash (&g, sizeof g, h);
          h = ictus_hash (&owner, sizeof owner, h);
        }
      last = owner;
    }
  return h;
}

ictus_err
ictus__part_start (const char *how, uint64_t n, int nrank, ictus_part **out)
{
  ictus_part *p = ictus_alloc (1, sizeof *p);

  *out = p;
  if (p == NULL)
    return ICTUS_E_NOMEM;
  p->name = ictus_strdup (how);
  p->n = n;
  p->nrank = nrank;
  return p->name == NULL ? ICTUS_E_NOMEM : ICTUS_OK;
}

ictus_err
ictus_part_make (const size_t *size, int npop, int nrank, const char *how, ictus_part **out)
{
  ictus_part *p = NULL;
  uint64_t n = 0;
  ictus_err e;

  *out = NULL;
  if (nrank < 1)
    return ICTUS_FAIL (ICTUS_E_ARG, "%d ranks", nrank);
  if (!is_strategy (how))
    {
      const char *near = ictus_nearest (how, strategies, NSTRATEGY);

      return ICTUS_FAIL (
          ICTUS_E_INPUT,
          "unknown partition \"%s\"%s%s%s; expected block, round-robin or the path of a partition file", how,
          near == NULL ? "" : "; did you mean \"", near == NULL ? "" : near, near == NULL ? "" : "\"?");
    }
  for (int k = 0; k < npop; ++k)
    n += size[k];
  ICTUS_GO (ictus__part_start (how, n, nrank, &p));
  p->robin = strcmp (how, "round-robin") == 0;
  if (!p->robin)
    ICTUS_GO (make_blocks (p, size, npop));
  p->digest = ictus__part_hash (p);
  *out = p;
  p = NULL;
done:
  ictus_part_destroy (&p);
  return e;
}

/* ---- for a net ---------------------------------------------------------------------------------- */

static ictus_err
make_for_net (const ictus_net *net, int nrank, const char *how, ictus_part **out)
{
  int npop = ictus_net_npopulation (net);
  size_t *size = ictus_alloc ((size_t) npop, sizeof *size);
  ictus_err e;

  if (size == NULL)
    return ICTUS_E_NOMEM;
  for (int k = 0; k < npop; ++k)
    size[k] = ictus_net_population (net, k)->size;
  e = ictus_part_make (size, npop, nrank, how, out);
  ictus_free (size);
  return e;
}

static ictus_err
parse_here (const char *how, const char *path, const char *text, uint64_t n, int nrank, ictus_part **out)
{
  ICTUS_TRY (ictus__part_start (how, n, nrank, out));
  ICTUS_TRY (ictus__part_parse (*out, path, text));
  (*out)->digest = ictus__part_hash (*out);
  return ICTUS_OK;
}

/* A partition file: relative to the folder of the experiment. */
static ictus_err
read_for_net (MPI_Comm comm, const ictus_net *net, const char *how, ictus_part **out)
{
  const ictus_experiment *exp = ictus_net_experiment (net);
  ictus_text path = { 0 };
  char *text = NULL;
  ictus_err e;

  if (exp->conf == NULL)
    ictus_text_add (&path, "%s", how);
  else
    ictus_conf_resolve (exp->conf, how, &path);
  ICTUS_GO (ictus_comm_agree (comm, path.failed ? ICTUS_E_NOMEM : ICTUS_OK));
  ICTUS_GO (ictus_comm_read (comm, path.s, &text, NULL));
  e = ictus_comm_agree (comm,
                        parse_here (how, path.s, text, ictus_net_size (net), ictus_comm_size (comm), out));
done:
  ictus_free (text);
  ictus_text_clear (&path);
  return e;
}

/* A wrong word or missing file is shown where the experiment names it. */
static ictus_err
place_error (const ictus_net *net, ictus_err e)
{
  const ictus_experiment *exp = ictus_net_experiment (net);
  const ictus_node *run = exp->conf == NULL ? NULL : ictus_node_find (ictus_conf_root (exp->conf), "run");
  const ictus_node *at = run == NULL ? NULL : ictus_node_find (run, "partition");

  return at == NULL ? e : ictus_node_fail (at, e, "%s", ictus_err_last ());
}

ictus_err
ictus_part_create (MPI_Comm comm, const ictus_net *net, const char *how, ictus_part **out)
{
  ictus_err e;

  *out = NULL;
  if (is_strategy (how) || !looks_like_path (how))
    {
      e = ictus_comm_agree (comm, make_for_net (net, ictus_comm_size (comm), how, out));
      if (e == ICTUS_E_INPUT)
        place_error (net, e);
    }
  else
    {
      e = read_for_net (comm, net, how, out);
      if (e == ICTUS_E_IO)
        place_error (net, e);
    }
  if (e != ICTUS_OK)
    ictus_part_destroy (out);
  return e;
}

void
ictus_part_destroy (ictus_part **part)
{
  ictus_part *p = *part;

  if (p == NULL)
    return;
  ictus_free (p->name);
  ictus_free (p->range);
  ictus_free (p);
  *part = NULL;
}

/* ---- questions ---------------------------------------------------------------------------------- */

int
ictus_part_owner (const void *part, uint64_t gid)
{
  const ictus_part *p = part;
  size_t lo = 0, hi;

  if (p->robin)
    return (int) (gid % (uint64_t) p->nrank);
  for (hi = p->nrange - 1; lo < hi;)
    {
      size_t mid = lo + (hi - lo + 1) / 2;

      if (p->range[mid].first <= gid)
        lo = mid;
      else
        hi = mid - 1;
    }
  return p->range[lo].rank;
}

const char *
ictus_part_name (const ictus_part *p)
{
  return p->name;
}

uint64_t
ictus_part_digest (const ictus_part *p)
{
  return p->digest;
}
