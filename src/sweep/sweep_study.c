/* SPDX-License-Identifier: BSD-3-Clause */
/* What a sweep is about, on every rank: the document, the experiment with its axes, and the net of the first point,
   which has the names and models of all. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sweep/sweep_impl.h"

#define DIGEST_LINE "# sweep digest: "

static ictus_err
read_first (ictus__study *s)
{
  ictus_text name = { 0 };
  ictus_err e = ictus__grid_point (s->plain, s->exp, 0, &s->first_conf, &s->first);

  if (e != ICTUS_OK)
    {
      ictus__grid_name (s->exp, 0, &name);
      ictus_err_prefix (e, "point 0 (%s)", name.s != NULL ? name.s : "");
    }
  ictus_text_clear (&name);
  return e;
}

static ictus_err
read_all (ictus__study *s, ictus_conf *conf, bool first)
{
  ICTUS_TRY (ictus_conf_copy (conf, &s->plain));
  ICTUS_TRY (ictus_experiment_read (conf, &s->exp));
  ictus_conf_drop (s->plain, "sweep"); /* axes are tried one by one when they are read: once is enough */
  ICTUS_TRY (ictus__grid_check (s->exp, &s->nrun));
  return first ? read_first (s) : ICTUS_OK;
}

ictus_err
ictus__study_open (MPI_Comm comm, ictus_conf *conf, bool first, ictus__study *s)
{
  ictus_err e;

  memset (s, 0, sizeof *s);
  s->conf = conf;
  ICTUS_GO (ictus_comm_agree (comm, read_all (s, conf, first)));
  /* also compiles the user's models, once for all teams */
  ICTUS_GO (ictus_net_create (comm, first ? s->first : s->exp, &s->net));
  s->nvalue = ICTUS__NMEASURE * (ictus_net_npopulation (s->net) + 1);
done:
  if (e != ICTUS_OK)
    ictus__study_close (s);
  return e;
}

void
ictus__study_close (ictus__study *s)
{
  ictus_net_destroy (&s->net);
  ictus_experiment_destroy (&s->first);
  ictus_conf_destroy (&s->first_conf);
  ictus_experiment_destroy (&s->exp);
  ictus_conf_destroy (&s->plain);
}

/* ---- DIR/used.yaml ---- */

/* The parts of a sweep write the same file, perhaps at the same time and on different nodes: each under a name of its
   own first. */
ictus_err
ictus__study_write (const ictus__study *s, const char *dir, uint64_t digest, size_t part, size_t nparts)
{
  ictus_text path = { 0 }, own = { 0 }, text = { 0 };
  ictus_err e;

  ictus_text_add (&path, "%s/used.yaml", dir);
  ictus__journal_name (dir, part, nparts, "used.yaml", &own);
  ICTUS_GO (ictus_conf_emit_moved (s->conf, &text));
  ictus_text_add (&text, DIGEST_LINE "%016" PRIx64 "\n", digest);
  ICTUS_GO (path.failed || own.failed || text.failed ? ICTUS_E_NOMEM : ICTUS_OK);
  ICTUS_GO (ictus_file_write (own.s, text.s, text.len));
  if (rename (own.s, path.s) != 0)
    e = ICTUS_FAIL (ICTUS_E_IO, "cannot write %s", path.s);
done:
  ictus_text_clear (&path);
  ictus_text_clear (&own);
  ictus_text_clear (&text);
  return e;
}

bool
ictus__study_digest (const char *text, uint64_t *digest)
{
  const char *at = NULL, *next = text;

  while ((next = strstr (next, DIGEST_LINE)) != NULL) /* the last one */
    at = next++;
  return at != NULL && sscanf (at + strlen (DIGEST_LINE), "%" SCNx64, digest) == 1;
}
