/* SPDX-License-Identifier: BSD-3-Clause */
/* Symbolic elimination without pivoting, the pivots ordered by Markowitz (1957): next is the diagonal entry with the
   least (entries below) x (entries to the right), the first of them where several are equal. So a gate that depends
   on itself and the potential goes before the potential, and nothing is filled in. */
#include "solve_rosenbrock.h"

#define ALIGN(x) (((x) + 63) / 64 * 64)

static size_t
room_of (int n, size_t *pivot, size_t *entry, size_t *slot, size_t *turn)
{
  size_t m = (size_t) n;

  *pivot = ALIGN (sizeof (ictus__lu));
  *entry = *pivot + ALIGN (m * sizeof (ictus__lu_pivot));
  *slot = *entry + ALIGN (m * m * sizeof (ictus__lu_entry));
  *turn = *slot + ALIGN (m * m * sizeof (int));
  return *turn + ALIGN (m * sizeof (int));
}

size_t
ictus__lu_room (int n)
{
  size_t pivot, entry, slot, turn;

  return room_of (n, &pivot, &entry, &slot, &turn);
}

/* Entries of column k below, and of row k right of the pivot, among those that are not eliminated. */
static void
count (const ictus__lu *a, int k, int *below, int *right)
{
  *below = *right = 0;
  for (int j = 0; j < a->n; ++j)
    if (j != k && a->turn[j] == a->n)
      {
        *below += a->slot[j * a->n + k] >= 0;
        *right += a->slot[k * a->n + j] >= 0;
      }
}

static int
choose (const ictus__lu *a)
{
  int best = -1, least = 0, below, right;

  for (int k = 0; k < a->n; ++k)
    if (a->turn[k] == a->n)
      {
        count (a, k, &below, &right);
        if (best < 0 || below * right < least)
          {
            best = k;
            least = below * right;
          }
      }
  return best;
}

/* Lists what stands below and right of the pivot, and makes room for what is filled in. */
static int
eliminate (ictus__lu *a, int done, int nentry)
{
  int n = a->n, k = choose (a);
  ictus__lu_pivot *p = &a->pivot[done];

  a->turn[k] = done;
  *p = (ictus__lu_pivot){ .at = k, .slot = a->slot[k * n + k], .below = nentry };
  for (int i = 0; i < n; ++i)
    if (a->slot[i * n + k] >= 0 && a->turn[i] == n)
      a->entry[nentry + p->nbelow++] = (ictus__lu_entry){ .at = i, .slot = a->slot[i * n + k] };
  nentry += p->nbelow;
  p->right = nentry;
  for (int j = 0; j < n; ++j)
    if (a->slot[k * n + j] >= 0 && a->turn[j] == n)
      a->entry[nentry + p->nright++] = (ictus__lu_entry){ .at = j, .slot = a->slot[k * n + j] };
  for (int i = 0; i < p->nbelow; ++i)
    for (int j = 0; j < p->nright; ++j)
      {
        int *s = &a->slot[a->entry[p->below + i].at * n + a->entry[p->right + j].at];

        if (*s < 0)
          *s = a->nslot++;
      }
  return nentry + p->nright;
}

double
ictus__lu_work (const ictus__lu *a, int nsolve)
{
  double n = 0;

  for (const ictus__lu_pivot *p = a->pivot; p < a->pivot + a->n; ++p)
    n += p->nbelow * (p->nright + 1.0) + nsolve * (p->nbelow + p->nright + 1.0);
  return n;
}

ictus__lu *
ictus__lu_make (int n, int nnz, const int *row, const int *col, void *memory)
{
  ictus__lu *a = memory;
  size_t pivot, entry, slot, turn;
  int nentry = 0;

  room_of (n, &pivot, &entry, &slot, &turn);
  *a = (ictus__lu){ .n = n, .nslot = nnz };
  a->pivot = (void *) ((char *) memory + pivot);
  a->entry = (void *) ((char *) memory + entry);
  a->slot = (void *) ((char *) memory + slot);
  a->turn = (void *) ((char *) memory + turn);
  for (int k = 0; k < n; ++k)
    a->turn[k] = n;
  for (int e = 0; e < n * n; ++e)
    a->slot[e] = -1;
  for (int e = 0; e < nnz; ++e)
    a->slot[row[e] * n + col[e]] = e;
  for (int k = 0; k < n; ++k) /* the diagonal is never 0: 1 / (h gamma) is added to it */
    if (a->slot[k * n + k] < 0)
      a->slot[k * n + k] = a->nslot++;
  for (int done = 0; done < n; ++done)
    nentry = eliminate (a, done, nentry);
  return a;
}
