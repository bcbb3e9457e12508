/* SPDX-License-Identifier: BSD-3-Clause */
/* Checkpoints by their interface: when they are taken, which files stay, which are trusted, what is in them.
 */
#include <dirent.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "ictus/ckpt.h"
#include "ictus/schema.h"
#include "mpi_check.h"

#define NET(more)                                                                                            \
  "ictus: 1\nname: ring\nrun: {t_stop: 100 ms, restart_mark: 10 ms}\n"                                       \
  "populations:\n  A: {size: 7, model: lif, solver: exact, params: {I: {distribution: linear, from: 1.1, "   \
  "to: 2}}}\n"                                                                                               \
  "  H: {size: 4, model: hodgkin_huxley, params: {I: {distribution: linear, from: 0, to: 20}}}\n"            \
  "projections:\n  ring: {source: A, target: A, rule: fixed_indegree, indegree: 2, weight: 0.5 mV, delay: "  \
  "1 ms}\n" more

typedef struct world
{
  ictus_conf *conf;
  ictus_experiment *exp;
  ictus_engine *engine;
  uint64_t hash; /* of spikes of this rank: the sum over ranks counts */
  int asked, ask_at, rank_asked;
  int saved; /* times that the part was asked */
  char dir[64];
} world;

static bool
is_main (void)
{
  return ictus_comm_rank (MPI_COMM_WORLD) == 0;
}

static ictus_err
window (void *ctx, double t0_ms, double t1_ms, const ictus_spike *s, size_t n)
{
  world *w = ctx;

  (void) t0_ms;
  (void) t1_ms;
  for (size_t k = 0; k < n; ++k)
    {
      w->hash += ictus_hash (&s[k].gid, sizeof s[k].gid, ictus_hash (&s[k].t_ms, sizeof s[k].t_ms, 0));
    }
  return ICTUS_OK;
}

/* Yes on one rank, at the ask_at-th mark. */
static bool
asked (void *ctx)
{
  world *w = ctx;

  w->asked += 1;
  return ictus_comm_rank (MPI_COMM_WORLD) == w->rank_asked && w->asked == w->ask_at;
}

static uint64_t
of_all (uint64_t hash)
{
  MPI_Allreduce (MPI_IN_PLACE, &hash, 1, MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD);
  return hash;
}

static ictus_err
save_hash (void *ctx, ictus_image *im)
{
  world *w = ctx;
  uint64_t hash = of_all (w->hash);

  w->saved += 1;
  return ictus_image_put (im, "test/hash", ICTUS_IMAGE_U64, 1, &hash);
}

static void
open_world (world *w, const char *text, const char *dir, int ask_at)
{
  int size = ictus_comm_size (MPI_COMM_WORLD);

  memset (w, 0, sizeof *w);
  w->ask_at = ask_at;
  w->rank_asked = size - 1;
  snprintf (w->dir, sizeof w->dir, "ckpt-%d-%s", size, dir);
  ck_all (!is_main () || ictus_mkdirs (w->dir) == ICTUS_OK);
  ck_all (ictus_conf_parse ("ring.yaml", text, &w->conf) == ICTUS_OK);
  ck_all (ictus_experiment_read (w->conf, &w->exp) == ICTUS_OK);
  ck_all (ictus_engine_create (MPI_COMM_WORLD, w->exp, &w->engine) == ICTUS_OK);
  ck_all (ictus_engine_hook (w->engine, &(ictus_hook){ .ctx = w, .window = window }) == ICTUS_OK);
}

static void
close_world (world *w)
{
  ictus_engine_destroy (&w->engine);
  ictus_experiment_destroy (&w->exp);
  ictus_conf_destroy (&w->conf);
}

static ictus_ckpt *
add_checkpoints (world *w)
{
  const ictus_ckpt_part part = { .ctx = w, .save = save_hash };
  const ictus_ckpt_options opt
      = { .dir = w->dir, .part = &part, .npart = 1, .asked = asked, .asked_ctx = w, .quiet = true };
  ictus_ckpt *c = NULL;

  ck_all (ictus_ckpt_create (w->engine, &opt, &c) == ICTUS_OK);
  return c;
}

/* Whether the checkpoint files of a folder are exactly these marks, -1 at the end. */
static bool
has_marks (const char *dir, const int *mark)
{
  char path[128];
  DIR *d = opendir (dir);
  int n = 0;

  if (d == NULL)
    return false;
  for (struct dirent *e; (e = readdir (d)) != NULL;)
    n += strncmp (e->d_name, "checkpoint-", 11) == 0;
  closedir (d);
  for (; *mark >= 0; ++mark, --n)
    {
      snprintf (path, sizeof path, "%s/checkpoint-%08d.h5", dir, *mark);
      if (!ictus_file_exists (path))
        return false;
    }
  return n == 0;
}

START_TEST (at_the_right_marks)
{
  ictus_ckpt_stats s;
  world w;
  ictus_ckpt *c;

  open_world (&w, NET ("checkpoint: {interval: 25 ms, wall: 0 s}\n"), "marks", 0);
  c = add_checkpoints (&w);
  ck_all (ictus_engine_run (w.engine) == ICTUS_OK);
  ictus_ckpt_get_stats (c, &s);
  ck_all (s.n == 3); /* at 30, 50, 80 ms: the first mark at or after 25, 50 and 75; none at the end */
  ck_all (w.saved == 3 && fabs (s.t_ms - 80) < 1e-9 && s.bytes > 0);
  ck_all (has_marks (w.dir, (const int[]){ 5, 8, -1 }));
  ictus_ckpt_destroy (&c);
  close_world (&w);
}
END_TEST

START_TEST (none_unless_wanted)
{
  world w;
  ictus_ckpt *c;

  open_world (&w, NET (""), "none", 0);
  c = add_checkpoints (&w);
  ck_all (ictus_engine_run (w.engine) == ICTUS_OK);
  ck_all (w.saved == 0 && has_marks (w.dir, (const int[]){ -1 }));
  ck_all (!ictus_ckpt_exists (w.dir));
  ictus_ckpt_destroy (&c);
  close_world (&w);
}
END_TEST

/* Stopped at a mark, loaded into another engine, the spikes are those of the unbroken run. */
START_TEST (stop_and_load)
{
  world whole, first, second;
  ictus_ckpt *c;
  ictus_image *im = NULL;
  ictus_conf *conf = NULL;
  uint64_t hash, digest = 0, found;
  double t_ms, *cost = NULL, sum = 0;

  open_world (&whole, NET (""), "whole", 0);
  ck_all (ictus_engine_run (whole.engine) == ICTUS_OK);
  open_world (&first, NET (""), "first", 4);
  c = add_checkpoints (&first);
  ck_all (ictus_engine_run (first.engine) == ICTUS_E_STOPPED);
  ck_all (has_marks (first.dir, (const int[]){ 4, -1 }));
  hash = of_all (first.hash);
  ck_all (ictus_engine_run (first.engine) == ICTUS_OK); /* a stop leaves the engine as it should be */
  ck_all (first.hash == whole.hash && first.hash != 0);
  ictus_ckpt_destroy (&c);

  ck_all (ictus_net_digest (ictus_engine_net (first.engine), first.conf, &digest) == ICTUS_OK);
  ck_all (ictus_ckpt_find (MPI_COMM_WORLD, first.dir, digest, &im) == ICTUS_OK && im != NULL);
  ck_all (ictus_ckpt_digest (im, &found) == ICTUS_OK && found == digest);
  ck_all (ictus_ckpt_time (im, &t_ms) == ICTUS_OK && fabs (t_ms - 40) < 1e-9);
  ck_all (ictus_ckpt_experiment (MPI_COMM_WORLD, im, first.dir, &conf) == ICTUS_OK);
  ck_all (strcmp (ictus_conf_dir (conf), first.dir) == 0);
  open_world (&second, NET ("output: {flush: 3 ms}\n"), "second", 0);
  ck_all (ictus_ckpt_load (second.engine, im) == ICTUS_OK);
  ck_all (ictus_engine_marks (second.engine) == 4);
  ck_all (ictus_image_get_n (im, "test/hash", ICTUS_IMAGE_U64, 1, &second.hash) == ICTUS_OK
          && second.hash == hash);
  if (!is_main ()) /* rank 0 has what all had */
    second.hash = 0;
  ck_all (ictus_ckpt_cost (im, "H", 4, &cost) == ICTUS_OK);
  for (int k = 0; k < 4; ++k)
    sum += cost[k];
  ck_all (sum > 100);
  ictus_free (cost);
  ck_all (ictus_ckpt_cost (im, "nobody", 4, &cost) == ICTUS_OK);
  ck_all (!(cost[0] > 0) && !(cost[3] > 0));
  ictus_free (cost);
  ictus_image_close (&im);
  ck_all (ictus_engine_run (second.engine) == ICTUS_OK);
  ck_all (of_all (second.hash) == of_all (whole.hash));
  ictus_conf_destroy (&conf);
  close_world (&whole);
  close_world (&first);
  close_world (&second);
}
END_TEST

START_TEST (another_experiment)
{
  world w, other;
  ictus_ckpt *c;
  ictus_image *im = NULL;
  uint64_t digest = 0;

  open_world (&w, NET (""), "mine", 2);
  c = add_checkpoints (&w);
  ck_all (ictus_engine_run (w.engine) == ICTUS_E_STOPPED);
  ictus_ckpt_destroy (&c);
  open_world (&other, NET ("seed: 9\n"), "mine", 0);
  ck_all (ictus_net_digest (ictus_engine_net (other.engine), other.conf, &digest) == ICTUS_OK);
  ck_all (ictus_ckpt_find (MPI_COMM_WORLD, w.dir, digest, &im) == ICTUS_E_FORMAT && im == NULL);
  ck_all (strstr (ictus_err_last (), "of another experiment") != NULL);
  ck_all (ictus_ckpt_find (MPI_COMM_WORLD, w.dir, 0, &im) == ICTUS_OK && im != NULL);
  ck_all (ictus_ckpt_load (other.engine, im) == ICTUS_E_INPUT);
  ictus_image_close (&im);
  close_world (&w);
  close_world (&other);
}
END_TEST

/* An image of nothing but its facts. */
static void
make_image (const char *dir, int mark, const char *kind, int schema, const char *isa, uint64_t digest)
{
  ictus_image *im = NULL;
  double t_ms = 10 * mark;
  char path[128];

  snprintf (path, sizeof path, "%s/checkpoint-%08d.h5", dir, mark);
  ck_all (ictus_image_begin (MPI_COMM_WORLD, kind, schema, &im) == ICTUS_OK);
  ck_all (ictus_image_put_text (im, "isa", isa) == ICTUS_OK);
  ck_all (ictus_image_put (im, "digest", ICTUS_IMAGE_U64, 1, &digest) == ICTUS_OK);
  ck_all (ictus_image_put (im, "t_ms", ICTUS_IMAGE_F64, 1, &t_ms) == ICTUS_OK);
  ck_all (ictus_image_commit (&im, path) == ICTUS_OK);
}

static bool
finds (const char *dir, uint64_t digest, double t_ms)
{
  ictus_image *im = NULL;
  double t = NAN;

  ictus_log_quiet (true);
  if (ictus_ckpt_find (MPI_COMM_WORLD, dir, digest, &im) == ICTUS_OK && im != NULL)
    (void) ictus_ckpt_time (im, &t);
  ictus_image_close (&im);
  ictus_log_quiet (false);
  return fabs (t - t_ms) < 1e-9;
}

START_TEST (which_to_trust)
{
  char dir[64], path[128];
  ictus_image *im = NULL;
  const int schema = ICTUS_SCHEMA_CHECKPOINT;

  snprintf (dir, sizeof dir, "ckpt-%d-trust", ictus_comm_size (MPI_COMM_WORLD));
  ck_all (ictus_ckpt_find (MPI_COMM_WORLD, dir, 0, &im) == ICTUS_OK && im == NULL); /* not even a folder */
  ck_all (!is_main () || ictus_mkdirs (dir) == ICTUS_OK);
  ck_all (ictus_ckpt_find (MPI_COMM_WORLD, dir, 0, &im) == ICTUS_OK && im == NULL);
  make_image (dir, 3, ICTUS_KIND_CHECKPOINT, schema, ictus_isa (), 7);
  ck_all (finds (dir, 0, 30) && finds (dir, 7, 30));
  make_image (dir, 12, ICTUS_KIND_CHECKPOINT, schema, ictus_isa (), 8);
  ck_all (finds (dir, 0, 120) && finds (dir, 8, 120) && finds (dir, 7, 30));
  make_image (dir, 13, ICTUS_KIND_CHECKPOINT, schema, "abacus", 7);
  make_image (dir, 14, ICTUS_KIND_CHECKPOINT, schema + 1, ictus_isa (), 7);
  make_image (dir, 15, ICTUS_KIND_RESULTS, schema, ictus_isa (), 7);
  make_image (dir, 123456789, ICTUS_KIND_CHECKPOINT, schema, "abacus", 7);
  ck_all (finds (dir, 0, 120) && finds (dir, 7, 30));
  ck_all (ictus_ckpt_find (MPI_COMM_WORLD, dir, 99, &im) == ICTUS_E_FORMAT && im == NULL);
  snprintf (path, sizeof path, "%s/checkpoint-of-mine.h5", dir);
  ck_all (!is_main () || ictus_file_write (path, "x", 1) == ICTUS_OK);
  ck_all (!is_main () || ictus_ckpt_remove (dir) == ICTUS_OK);
  MPI_Barrier (MPI_COMM_WORLD);
  ck_all (!ictus_ckpt_exists (dir) && ictus_file_exists (path));
}
END_TEST

/* What a broken write or another run has left: temporary files go, those of later marks are not ours to
 * judge. */
START_TEST (what_is_left)
{
  char path[128];
  world w;
  ictus_ckpt *c;

  open_world (&w, NET ("checkpoint: {interval: 10 ms, keep: 3}\n"), "left", 6);
  make_image (w.dir, 1, ICTUS_KIND_CHECKPOINT, ICTUS_SCHEMA_CHECKPOINT, "abacus", 7);
  make_image (w.dir, 5000, ICTUS_KIND_CHECKPOINT, ICTUS_SCHEMA_CHECKPOINT, "abacus", 7);
  snprintf (path, sizeof path, "%s/checkpoint-00000003.h5.tmp", w.dir);
  ck_all (!is_main () || ictus_file_write (path, "x", 1) == ICTUS_OK);
  c = add_checkpoints (&w);
  ck_all (!ictus_file_exists (path));
  ck_all (ictus_engine_run (w.engine) == ICTUS_E_STOPPED);
  ck_all (has_marks (w.dir, (const int[]){ 4, 5, 6, 5000, -1 }));
  ictus_ckpt_destroy (&c);
  close_world (&w);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *s = suite_create ("ckpt");
  TCase *t = tcase_create ("ckpt");

  tcase_set_timeout (t, 60);
  tcase_add_test (t, at_the_right_marks);
  tcase_add_test (t, none_unless_wanted);
  tcase_add_test (t, stop_and_load);
  tcase_add_test (t, another_experiment);
  tcase_add_test (t, which_to_trust);
  tcase_add_test (t, what_is_left);
  suite_add_tcase (s, t);
  return mpi_check_main (s, &argc, &argv);
}
