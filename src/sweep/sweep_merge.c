/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of a sweep, run by jobs of their own, become one: DIR/sweep.journal and DIR/sweep.h5, as if one job had
   run it all. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "sweep/sweep_impl.h"

typedef struct merge
{
  MPI_Comm comm;
  const char *dir;
  const ictus_sweep_options *opt;
  ictus_conf *conf;
  ictus__study study;
  uint64_t digest; /* as used.yaml says */
  /* rank 0 */
  bool *found;     /* [nparts] */
  size_t nparts;   /* 0: none found yet */
  ictus__table *table;
  ictus__journal journal;
  size_t nadded, nmissing;
  ictus_text missing; /* "5 of part 3, 7 of part 4 (not begun)" */
} merge;

/* ---- which parts there are ---- */

static ictus_err
find_part (merge *m, const char *name)
{
  size_t part, nparts;

  if (!ictus__journal_is_part (name, &part, &nparts))
    return ICTUS_OK;
  if (m->nparts == 0)
    {
      m->nparts = nparts;
      m->found = ictus_alloc (nparts, sizeof *m->found);
      if (m->found == NULL)
        return ICTUS_E_NOMEM;
    }
  if (nparts != m->nparts)
    return ICTUS_FAIL (ICTUS_E_INPUT, "%s has parts of %zu and parts of %zu: remove those that are not wanted", m->dir,
                       m->nparts, nparts);
  m->found[part] = true;
  return ICTUS_OK;
}

static ictus_err
find_parts (merge *m)
{
  DIR *folder = opendir (m->dir);
  const struct dirent *entry;
  ictus_err e = ICTUS_OK;

  if (folder == NULL)
    return ICTUS_FAIL (ICTUS_E_IO, "cannot read folder %s: %s", m->dir, strerror (errno));
  while (e == ICTUS_OK && (entry = readdir (folder)) != NULL)
    e = find_part (m, entry->d_name);
  closedir (folder);
  if (e == ICTUS_OK && m->nparts == 0)
    return ICTUS_FAIL (ICTUS_E_INPUT, "%s has no parts of a sweep (part-KKKK-of-NNNN.journal, from 'ictus sweep --part')",
                       m->dir);
  return e;
}

/* ---- their rows ---- */

/* What is done stays; a failure stands until the run is done. */
static ictus_err
add_row (void *ctx, const ictus__journal_line *line)
{
  merge *m = ctx;
  ictus__status now = (ictus__status) m->table->status[line->run];

  if (line->kind == ICTUS__LINE_START || now == ICTUS__DONE
      || (now == ICTUS__FAILED && line->kind == ICTUS__LINE_FAILED))
    return ICTUS_OK;
  m->nadded += 1;
  ICTUS_TRY (ictus__table_set (m->table, line->run, line->kind == ICTUS__LINE_DONE ? ICTUS__DONE : ICTUS__FAILED,
                               line->value, line->reason));
  return ictus__journal_add_line (&m->journal, line);
}

static bool
is_running (const char *path)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  bool running = fd >= 0 && flock (fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;

  if (fd >= 0)
    close (fd);
  return running;
}

static ictus_err
add_part (merge *m, size_t part)
{
  ictus_text path = { 0 };
  ictus__journal_head head;
  size_t good = 0, spoilt = 0;
  ictus_err e;

  ictus__journal_name (m->dir, part, m->nparts, "journal", &path);
  ICTUS_GO (path.failed ? ICTUS_E_NOMEM : ICTUS_OK);
  if (is_running (path.s))
    ictus_log ("part %zu of %zu is still running", part + 1, m->nparts);
  ICTUS_GO (ictus__journal_each (path.s, &head, NULL, NULL, &good, NULL));
  if (good == 0) /* killed before its first line */
    goto done;
  if (head.digest != m->digest || head.nrun != m->study.nrun || head.nvalue != m->study.nvalue || head.part != part
      || head.nparts != m->nparts)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_INPUT, "%s is of another experiment than %s/used.yaml: run this part again",
                          path.s, m->dir));
  ICTUS_GO (ictus__journal_each (path.s, &head, add_row, m, NULL, &spoilt));
  if (spoilt > 0)
    ictus_log ("%s: %zu spoilt line%s left out", path.s, spoilt, spoilt == 1 ? "" : "s");
done:
  ictus_text_clear (&path);
  return e;
}

static ictus_err
count_missing (merge *m, size_t part)
{
  const ictus__source_options o = { .exp = m->study.exp, .table = m->table, .part = part, .nparts = m->nparts };
  ictus__source *source = NULL;
  size_t left;

  ICTUS_TRY (ictus__source_create (&o, &source));
  left = ictus__source_left (source);
  ictus__source_destroy (&source);
  if (left > 0)
    ictus_text_add (&m->missing, "%s%zu of part %zu%s", m->nmissing > 0 ? ", " : "", left, part + 1,
                    m->found[part] ? "" : " (not begun)");
  m->nmissing += left;
  return m->missing.failed ? ICTUS_E_NOMEM : ICTUS_OK;
}

/* ---- the whole ---- */

static ictus_err
write_file (merge *m)
{
  char host[256] = "", start[32] = "";
  time_t now = time (NULL);
  struct tm utc;
  ictus__facts facts = { .argc = m->opt->argc, .argv = m->opt->argv, .nrank = 1, .nteam = 1, .ranks_per_point = 1,
                         .hosts = host, .start = start, .start_s = ictus_wall_s (), .digest = m->digest, .nparts = 1,
                         .complete = m->nmissing == 0 };

  if (gethostname (host, sizeof host - 1) != 0)
    host[0] = '\0';
  if (gmtime_r (&now, &utc) != NULL)
    strftime (start, sizeof start, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return ictus__file_write (m->dir, m->study.exp, m->study.net, m->table, &facts);
}

/* The level of instructions of the parts: the lowest, with a word where they differ. What was merged before keeps its own. */
static ictus_err
level_of_parts (const merge *m, int *level)
{
  ictus_text path = { 0 };
  ictus__journal_head head;
  size_t good;
  int low = 0, high = 0;
  ictus_err e = ICTUS_OK;

  for (size_t k = 0; k <= m->nparts; ++k) /* the last one: the whole */
    {
      bool whole = k == m->nparts;

      ictus_text_clear (&path);
      ictus__journal_name (m->dir, whole ? 0 : k, whole ? 1 : m->nparts, "journal", &path);
      ICTUS_GO (path.failed ? ICTUS_E_NOMEM : ICTUS_OK);
      if (whole ? m->opt->overwrite || !ictus_file_exists (path.s) : !m->found[k])
        continue;
      ICTUS_GO (ictus__journal_each (path.s, &head, NULL, NULL, &good, NULL));
      if (good == 0)
        continue;
      if (whole)
        {
          *level = head.level;
          goto done;
        }
      low = low == 0 || head.level < low ? head.level : low;
      high = head.level > high ? head.level : high;
    }
  if (low < high && m->opt->progress)
    ictus_log ("%s: the parts were computed with %s to %s: last digits differ from those of one level", m->dir,
               ictus_isa_name (low), ictus_isa_name (high));
  *level = low > 0 ? low : ictus_isa_level ();
done:
  ictus_text_clear (&path);
  return e;
}

/* Rank 0. */
static ictus_err
gather (merge *m)
{
  ictus__journal_head head = { .digest = m->digest, .nrun = m->study.nrun, .nvalue = m->study.nvalue, .nparts = 1 };

  ICTUS_TRY (find_parts (m));
  ICTUS_TRY (level_of_parts (m, &head.level));
  ICTUS_TRY (ictus__table_create (head.nrun, head.nvalue, &m->table));
  ICTUS_TRY (ictus__journal_open (m->dir, &head, m->opt->overwrite, m->table, &m->journal));
  for (size_t k = 0; k < m->nparts; ++k)
    if (m->found[k])
      ICTUS_TRY (add_part (m, k));
  ICTUS_TRY (ictus__journal_close (&m->journal));
  for (size_t k = 0; k < m->nparts; ++k)
    ICTUS_TRY (count_missing (m, k));
  ICTUS_TRY (write_file (m));
  ictus__points_close (m->dir);
  if (m->opt->progress)
    ictus_log ("%zu parts: %zu points new in %s/sweep.h5, %zu failed, %zu missing", m->nparts, m->nadded, m->dir,
               ictus__table_count (m->table, ICTUS__FAILED), m->nmissing);
  if (m->nmissing > 0)
    return ICTUS_FAIL (ICTUS_E_STOPPED, "%zu points are missing: %s; run these parts (again) and merge once more",
                       m->nmissing, m->missing.s);
  if (m->opt->table != NULL)
    ictus__table_print (m->opt->table, m->study.exp, m->table, m->opt->json);
  return ICTUS_OK;
}

static ictus_err
read_used (merge *m)
{
  ictus_text path = { 0 };
  char *text = NULL;
  ictus_err e;

  ictus_text_add (&path, "%s/used.yaml", m->dir);
  ICTUS_GO (ictus_comm_agree (m->comm, path.failed ? ICTUS_E_NOMEM : ICTUS_OK));
  ICTUS_GO (ictus_comm_read (m->comm, path.s, &text, NULL));
  if (!ictus__study_digest (text, &m->digest))
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_INPUT, "%s is not of a sweep: its digest is missing", path.s));
  ICTUS_GO (ictus_comm_agree (m->comm, ictus_conf_parse (path.s, text, &m->conf)));
done:
  ictus_text_clear (&path);
  ictus_free (text);
  return e;
}

/* Points missing are the same verdict everywhere. */
static ictus_err
agree (const merge *m, ictus_err e)
{
  int stopped = e == ICTUS_E_STOPPED;

  ICTUS_MPI (MPI_Bcast (&stopped, 1, MPI_INT, 0, m->comm));
  if (stopped && e == ICTUS_OK)
    e = ICTUS_FAIL (ICTUS_E_STOPPED, "points are missing");
  return ictus_comm_agree (m->comm, e);
}

ictus_err
ictus_sweep_merge (MPI_Comm comm, const char *dir, const ictus_sweep_options *opt)
{
  merge m = { .comm = comm, .dir = dir, .opt = opt, .journal = { .fd = -1 } };
  ictus_err e;

  ICTUS_GO (read_used (&m));
  ICTUS_GO (ictus__study_open (comm, m.conf, false, &m.study));
  ICTUS_GO (agree (&m, ictus_comm_rank (comm) == 0 ? gather (&m) : ICTUS_OK));
done:
  if (ictus_comm_rank (comm) == 0)
    ictus__journal_close (&m.journal);
  ictus__table_destroy (&m.table);
  ictus_free (m.found);
  ictus_text_clear (&m.missing);
  ictus__study_close (&m.study);
  ictus_conf_destroy (&m.conf);
  return e;
}
