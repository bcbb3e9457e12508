/* SPDX-License-Identifier: BSD-3-Clause */
/* Which run a result file belongs to, and which part of that run wrote last. Both are data sets that are
   written once, at places that never move, so they are there whatever state a kill left the rest of the file
   in.

   The id tells whether a checkpoint is one of this run. The parts tell whether it is one of this history: a
   run that goes on from an earlier checkpoint than its latest writes its data where the later ones lay, so a
   checkpoint made before that and after the common point does not fit the file any more. */
#include "out/out_impl.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

ictus_err
out_random (void *p, size_t bytes)
{
  ssize_t n;

  do /* so few bytes come at once or not at all */
    n = getrandom (p, bytes, 0);
  while (n < 0 && errno == EINTR);
  if (n != (ssize_t) bytes)
    return ICTUS_FAIL (ICTUS_E_RESOURCE, "no random numbers from the system: %s", strerror (errno));
  return ICTUS_OK;
}

ictus_err
out_identity_make (ictus_out *o)
{
  static const char hex[] = "0123456789abcdef";
  const hsize_t dims[2] = { OUT_PARTS, 2 };
  unsigned char id[OUT_ID / 2] = { 0 };
  out_part *part = ictus_alloc (OUT_PARTS, sizeof *part);
  ictus_err e = part == NULL ? ICTUS_E_NOMEM : out_random (id, sizeof id);

  if (e == ICTUS_OK)
    e = out_random (&o->part, sizeof o->part);
  ICTUS_GO (ictus_comm_agree (o->comm, e));
  out_share (o->comm, id, sizeof id);
  out_share (o->comm, &o->part, sizeof o->part);
  for (int k = 0; k < OUT_ID; ++k)
    o->id[k] = hex[id[k / 2] >> (k % 2 == 0 ? 4 : 0) & 15];
  part[0].id = o->part;
  ICTUS_GO (ictus_h5_write_string (&o->file, "/provenance/run/id", o->id));
  e = ictus_h5_write (&o->file, "/provenance/run/parts", H5T_STD_U64LE, H5T_NATIVE_UINT64, 2, dims, part);
done:
  ictus_free (part);
  return e;
}

ictus_err
out_identity_find (ictus_out *o)
{
  ICTUS_TRY (ictus_h5_place (&o->file, "/provenance/run/id", &o->id_at));
  return ictus_h5_place (&o->file, "/provenance/run/parts", &o->parts_at);
}

bool
out_parts_branch (out_part *part, uint64_t from, uint64_t marks, uint64_t id)
{
  int k = 0;

  while (k < OUT_PARTS && (part[k].id != from || from == 0))
    ++k;
  if (k == OUT_PARTS || (k > 0 && marks > part[k - 1].marks))
    return false;
  /* parts that began after this one are given up; the oldest make room */
  if (k == 0)
    memmove (&part[1], &part[0], (OUT_PARTS - 1) * sizeof *part);
  else if (k > 1)
    {
      memmove (&part[1], &part[k], (size_t) (OUT_PARTS - k) * sizeof *part);
      memset (&part[OUT_PARTS - k + 1], 0, (size_t) (k - 1) * sizeof *part);
    }
  part[0] = (out_part){ id, marks };
  return true;
}
