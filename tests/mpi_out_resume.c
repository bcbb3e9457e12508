/* SPDX-License-Identifier: BSD-3-Clause */
/* Result files that go on: saved at a mark, written on, damaged, put back, finished by other numbers of
 * ranks. */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "ictus/ckpt.h"
#include "ictus/out.h"
#include "mpi_check.h"

#define WORLD MPI_COMM_WORLD

static const char text[]
    = "ictus: 1\n"
      "name: goes_on\n"
      "run: {t_stop: 301 ms, restart_mark: 10 ms}\n"
      "populations:\n"
      "  leak: {size: 1500, model: lif, params: {I: {distribution: linear, from: 0.9, to: 1.4}},\n"
      "    init: {V: {distribution: uniform, min: 0, max: 0.9}}, solver: exact}\n"
      "  hh: {size: 2, model: hodgkin_huxley, params: {I: {distribution: linear, from: 8, to: 12}}}\n"
      "  quiet: {size: 3, model: lif, params: {I: 0}, solver: exact}\n"
      "record:\n"
      "  s: {type: spikes, population: [leak, hh, quiet]}\n"
      "  v: {type: trace, population: leak, variables: V, interval: 2 ms}\n"
      "  few: {type: trace, population: hh, variables: [V, I_L], interval: 0.1 ms, stop: 150 ms}\n"
      "  m: {type: mean, population: leak, variables: V, interval: 0.5 ms}\n"
      "  late: {type: mean, population: hh, variables: V, interval: 1 ms, start: 180 ms}\n"
      "  r: {type: rate, population: [leak, hh], interval: 7 ms}\n"
      "  cut: {type: rate, population: leak, interval: 30 ms, start: 13 ms, stop: 100 ms}\n"
      "output: {flush: 35 ms}\n";

/* ---- a run, or a part of one -------------------------------------------------------------------- */

typedef struct stage
{
  ictus_engine *engine;
  ictus_out *out;
  ictus_conf *conf;
  ictus_experiment *exp;
  double save_ms, stop_ms; /* marks at which an image is written; at which it ends */
  const char *image;
} stage;

/* As a kill would leave it. */
static void
copy_file (const char *from, const char *to)
{
  char *s = NULL;
  size_t n;

  if (ictus_file_read (from, &s, &n) == ICTUS_OK)
    ictus_file_write (to, s, n);
  ictus_free (s);
}

static ictus_err
at_mark (void *ctx, double t_ms)
{
  stage *st = ctx;
  ictus_image *im = NULL;
  ictus_err e;

  if (fabs (t_ms - st->save_ms) < 1e-6)
    {
      ICTUS_GO (ictus_image_begin (ictus_engine_comm (st->engine), "test", 1, &im));
      ICTUS_GO (ictus_engine_save (st->engine, im));
      ICTUS_GO (ictus_out_save (st->out, im));
      ICTUS_GO (ictus_image_commit (&im, st->image));
    }
  if (!(fabs (t_ms - st->stop_ms) < 1e-6))
    return ICTUS_OK;
  if (ictus_comm_rank (ictus_engine_comm (st->engine)) == 0)
    copy_file ("run.h5", "torn.h5");
  return ICTUS_E_STOPPED;
done:
  ictus_image_close (&im);
  return e;
}

/* From the beginning, or from an image; on the ranks of comm. */
static ictus_err
run_stage (MPI_Comm comm, stage *st, const char *path, const char *from)
{
  static char name[] = "resume";
  char *argv[] = { name, NULL };
  ictus_image *im = NULL;
  ictus_err e, closing;

  ICTUS_GO (ictus_conf_parse ("goes_on.yaml", text, &st->conf));
  ICTUS_GO (ictus_experiment_read (st->conf, &st->exp));
  ICTUS_GO (ictus_engine_create (comm, st->exp, &st->engine));
  if (from == NULL)
    ICTUS_GO (ictus_out_create (st->engine, path, true, 1, argv, &st->out));
  else
    {
      ICTUS_GO (ictus_image_open (comm, from, "test", 1, &im));
      ICTUS_GO (ictus_engine_load (st->engine, im));
      ICTUS_GO (ictus_out_resume (st->engine, path, im, 1, argv, &st->out));
      ictus_image_close (&im);
    }
  ICTUS_GO (ictus_engine_hook (st->engine, &(ictus_hook){ .ctx = st, .mark = at_mark }));
  e = ictus_engine_run (st->engine);
done:
  ictus_image_close (&im);
  closing = ictus_out_close (&st->out);
  ictus_engine_destroy (&st->engine);
  ictus_experiment_destroy (&st->exp);
  ictus_conf_destroy (&st->conf);
  return e != ICTUS_OK ? e : closing;
}

/* The first n ranks do it, all learn the outcome. */
static ictus_err
on (int n, stage st, const char *path, const char *from)
{
  MPI_Comm comm;
  int rank = ictus_comm_rank (WORLD);
  ictus_err e = ICTUS_OK;

  MPI_Comm_split (WORLD, rank < n ? 0 : MPI_UNDEFINED, rank, &comm);
  if (comm != MPI_COMM_NULL)
    {
      e = run_stage (comm, &st, path, from);
      MPI_Comm_free (&comm);
    }
  return ictus_comm_verdict (WORLD, e);
}

/* ---- two files, bit for bit --------------------------------------------------------------------- */

typedef struct pair
{
  hid_t a, b;
  int wrong, seen;
} pair;

static void
differs (pair *p, const char *what, const char *where)
{
  if (p->wrong++ < 5)
    fprintf (stderr, "%s differs: %s\n", what, where);
}

static herr_t
compare_attribute (hid_t object, const char *name, const H5A_info_t *info, void *ctx)
{
  pair *p = ctx; /* b: the other object */
  hid_t a = H5Aopen (object, name, H5P_DEFAULT), b = -1, ta = H5Aget_type (a), tb = -1;
  char x[512] = { 0 }, y[512] = { 0 };

  (void) info;
  if (H5Aexists (p->b, name) > 0)
    b = H5Aopen (p->b, name, H5P_DEFAULT);
  if (b >= 0)
    tb = H5Aget_type (b);
  if (b < 0 || H5Tequal (ta, tb) <= 0 || H5Aget_storage_size (a) != H5Aget_storage_size (b)
      || H5Aget_storage_size (a) > sizeof x)
    differs (p, "attribute", name);
  else if (H5Tis_variable_str (ta) > 0)
    {
      char *s = NULL, *t = NULL;

      if (H5Aread (a, ta, &s) < 0 || H5Aread (b, tb, &t) < 0 || strcmp (s, t) != 0)
        differs (p, "attribute", name);
      H5free_memory (s);
      H5free_memory (t);
    }
  else if (H5Aread (a, ta, x) < 0 || H5Aread (b, tb, y) < 0 || memcmp (x, y, sizeof x) != 0)
    differs (p, "attribute", name);
  if (b >= 0)
    {
      H5Tclose (tb);
      H5Aclose (b);
    }
  H5Tclose (ta);
  H5Aclose (a);
  return 0;
}

static bool
same_layout (hid_t a, hid_t b)
{
  hid_t p = H5Dget_create_plist (a), q = H5Dget_create_plist (b);
  hsize_t c[2] = { 0, 0 }, d[2] = { 0, 0 };
  bool same = H5Pget_layout (p) == H5Pget_layout (q);

  if (same && H5Pget_layout (p) == H5D_CHUNKED)
    same = H5Pget_chunk (p, 2, c) == H5Pget_chunk (q, 2, d) && c[0] == d[0] && c[1] == d[1];
  H5Pclose (p);
  H5Pclose (q);
  return same;
}

static bool
same_set (hid_t a, hid_t b)
{
  hid_t s = H5Dget_space (a), t = H5Dget_space (b), type = H5Dget_type (a), other = H5Dget_type (b);
  bool same = H5Sextent_equal (s, t) > 0 && H5Tequal (type, other) > 0 && same_layout (a, b);
  size_t n = (size_t) H5Sget_simple_extent_npoints (s) * H5Tget_size (type);
  char *x = malloc (n + 1), *y = malloc (n + 1);

  same = same && H5Dread (a, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, x) >= 0
         && H5Dread (b, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, y) >= 0 && memcmp (x, y, n) == 0;
  free (x);
  free (y);
  H5Tclose (other);
  H5Tclose (type);
  H5Sclose (t);
  H5Sclose (s);
  return same;
}

static herr_t
compare_object (hid_t root, const char *name, const H5O_info_t *info, void *ctx)
{
  pair *p = ctx, in = { 0 };
  hid_t a, b;
  H5O_info_t other;

  if (strncmp (name, "provenance", 10) == 0)
    return 0;
  p->seen += 1;
  b = H5Oexists_by_name (p->b, name, H5P_DEFAULT) > 0 ? H5Oopen (p->b, name, H5P_DEFAULT) : -1;
  if (b < 0)
    {
      differs (p, "there is no object", name);
      return 0;
    }
  a = H5Oopen (root, name, H5P_DEFAULT);
  H5Oget_info2 (b, &other, H5O_INFO_BASIC | H5O_INFO_NUM_ATTRS);
  in.b = b;
  if (other.type != info->type || other.num_attrs != info->num_attrs)
    differs (p, "object", name);
  else if (info->type == H5O_TYPE_DATASET && !same_set (a, b))
    differs (p, "data set", name);
  H5Aiterate2 (a, H5_INDEX_NAME, H5_ITER_INC, NULL, compare_attribute, &in);
  p->wrong += in.wrong;
  H5Oclose (a);
  H5Oclose (b);
  return 0;
}

/* What is outside /provenance is the same, in both directions. Rank 0 looks. */
static bool
equal (const char *one, const char *two)
{
  int same = 0;

  if (ictus_comm_rank (WORLD) == 0)
    {
      pair p = { .a = H5Fopen (one, H5F_ACC_RDONLY, H5P_DEFAULT),
                 .b = H5Fopen (two, H5F_ACC_RDONLY, H5P_DEFAULT) };

      if (p.a >= 0 && p.b >= 0)
        {
          pair q = { .a = p.b, .b = p.a };

          H5Ovisit2 (p.a, H5_INDEX_NAME, H5_ITER_INC, compare_object, &p, H5O_INFO_ALL);
          H5Ovisit2 (q.a, H5_INDEX_NAME, H5_ITER_INC, compare_object, &q, H5O_INFO_ALL);
          same = p.wrong == 0 && q.wrong == 0 && p.seen > 20 && p.seen == q.seen;
        }
      if (p.a >= 0)
        H5Fclose (p.a);
      if (p.b >= 0)
        H5Fclose (p.b);
    }
  MPI_Bcast (&same, 1, MPI_INT, 0, WORLD);
  return same != 0;
}

/* ---- damage ------------------------------------------------------------------------------------- */

enum damage
{
  NONE,
  TORN,
  GARBAGE,
  CUT,
  LONGER
};

static void
overwrite (FILE *f, uint64_t at, uint64_t n, const uint64_t *spare)
{
  for (uint64_t k = at; k < at + n; ++k)
    if (!(k >= spare[0] && k < spare[0] + 32) && !(k >= spare[1] && k < spare[1] + 1024))
      {
        fseek (f, (long) k, SEEK_SET);
        fputc ((int) (k * 2654435761u >> 7 & 255), f);
      }
}

/* Every byte that the image holds, but the run's id and parts. Rank 0. */
static bool
damage_rest (const char *image)
{
  ictus_image *im;
  uint64_t *place = NULL, where[4];
  size_t n = 0;
  FILE *f = fopen ("run.h5", "r+b");
  bool good = f != NULL && ictus_image_open (MPI_COMM_SELF, image, "test", 1, &im) == ICTUS_OK;

  if (!good)
    return false;
  good = ictus_image_get (im, "out/extents", ICTUS_IMAGE_U64, (void **) &place, &n) == ICTUS_OK
         && ictus_image_get_n (im, "out/where", ICTUS_IMAGE_U64, 4, where) == ICTUS_OK && n > 0;
  for (size_t k = 0; good && k + 1 < n; k += 2)
    overwrite (f, place[k], place[k + 1], where);
  fclose (f);
  ictus_free (place);
  ictus_image_close (&im);
  return good;
}

static uint64_t
saved_length (const char *image)
{
  ictus_image *im;
  uint64_t n = 0;

  if (ictus_image_open (MPI_COMM_SELF, image, "test", 1, &im) == ICTUS_OK)
    ictus_image_get_n (im, "out/length", ICTUS_IMAGE_U64, 1, &n);
  ictus_image_close (&im);
  return n;
}

static bool
make_longer (void)
{
  FILE *f = fopen ("run.h5", "ab");

  for (int k = 0; f != NULL && k < 100000; ++k)
    fputc (k, f);
  return f != NULL && fclose (f) == 0;
}

static void
damage (enum damage how, const char *image)
{
  bool good = true;

  MPI_Barrier (WORLD);
  if (ictus_comm_rank (WORLD) == 0)
    {
      if (how == TORN)
        good = rename ("torn.h5", "run.h5") == 0;
      else if (how == GARBAGE)
        good = damage_rest (image);
      else if (how == CUT)
        good = truncate ("run.h5", (off_t) saved_length (image)) == 0;
      else if (how == LONGER)
        good = make_longer ();
    }
  ck_all (good);
}

static const char *const damage_name[] = { "none", "torn", "garbage", "cut", "longer" };

/* n ranks begin, m go on, n end. */
static void
goes_on (int n, int m, enum damage one, enum damage two)
{
  stage first = { .save_ms = 100, .stop_ms = 180, .image = "a.image" },
        second = { .save_ms = 150, .stop_ms = 230, .image = "b.image" },
        third = { .save_ms = -1, .stop_ms = -1 };
  bool same;

  ck_all (on (n, first, "run.h5", NULL) == ICTUS_E_STOPPED);
  ck_all (!ictus_out_is_complete ("run.h5"));
  damage (one, "a.image");
  ck_all (on (m, second, "run.h5", "a.image") == ICTUS_E_STOPPED);
  damage (two, "b.image");
  ck_all (on (n, third, "run.h5", "b.image") == ICTUS_OK);
  ck_all (ictus_out_is_complete ("run.h5"));
  same = equal ("whole.h5", "run.h5");
  ck_assert_msg (same, "%d, %d, %d ranks, damage %s, %s", n, m, n, damage_name[one], damage_name[two]);
}

static void
whole (void)
{
  if (!ictus_out_is_complete ("whole.h5"))
    ck_all (on (1, (stage){ .save_ms = -1, .stop_ms = -1 }, "whole.h5", NULL) == ICTUS_OK);
}

START_TEST (a_file_goes_on_whatever_happened_to_it)
{
  int size = ictus_comm_size (WORLD);

  whole ();
  for (int n = 1; n <= size; ++n)
    for (int m = 1; m <= size; ++m)
      if (n == size || m == size)
        goes_on (n, m, TORN, GARBAGE);
  goes_on (size, 1, GARBAGE, NONE);
  goes_on (1, size, CUT, LONGER);
}
END_TEST

START_TEST (an_image_more_changes_nothing)
{
  const stage st = { .save_ms = 50, .stop_ms = -1, .image = "c.image" };

  whole ();
  ck_all (on (ictus_comm_size (WORLD), st, "run.h5", NULL) == ICTUS_OK);
  ck_all (equal ("whole.h5", "run.h5"));
}
END_TEST

/* ---- what is refused ---------------------------------------------------------------------------- */

static uint64_t
hash_of (const char *path)
{
  char *s = NULL;
  size_t n = 0;
  uint64_t h = 0;

  if (ictus_file_read (path, &s, &n) == ICTUS_OK)
    h = ictus_hash (s, n, 1);
  ictus_free (s);
  return h;
}

static void
refused (int n, const char *path, const char *image, const char *why)
{
  const stage st = { .save_ms = -1, .stop_ms = -1 };
  uint64_t before, after;

  MPI_Barrier (WORLD);
  before = hash_of (path);
  ck_all (on (n, st, path, image) == ICTUS_E_INPUT);
  if (strstr (ictus_err_last (), why) == NULL)
    fprintf (stderr, "%s\n", ictus_err_last ());
  ck_all (strstr (ictus_err_last (), why) != NULL);
  after = hash_of (path);
  ck_all (before == after);
  MPI_Barrier (WORLD);
}

START_TEST (files_that_do_not_fit_are_refused_and_left_alone)
{
  const stage first = { .save_ms = 100, .stop_ms = 180, .image = "a.image" },
              second = { .save_ms = 150, .stop_ms = 180, .image = "b.image" };
  int size = ictus_comm_size (WORLD);
  bool good = true;

  ck_all (on (size, first, "run.h5", NULL) == ICTUS_E_STOPPED);
  refused (size, "nowhere.h5", "a.image", "nowhere.h5 is missing");
  whole ();
  refused (size, "whole.h5", "a.image", "whole.h5 is not the result file of this run");
  if (ictus_comm_rank (WORLD) == 0)
    {
      copy_file ("run.h5", "short.h5");
      good = truncate ("short.h5", (off_t) saved_length ("a.image") - 1) == 0;
    }
  ck_all (good);
  refused (size, "short.h5", "a.image", "it has");

  ck_all (on (size, second, "run.h5", "a.image") == ICTUS_E_STOPPED);
  ck_all (on (size, (stage){ .save_ms = -1, .stop_ms = 150 }, "run.h5", "a.image") == ICTUS_E_STOPPED);
  refused (size, "run.h5", "b.image",
           "went on from an earlier checkpoint"); /* as a.image was taken once more */
  ck_all (on (size, second, "run.h5", "a.image") == ICTUS_E_STOPPED);
  ck_all (on (1, (stage){ .save_ms = -1, .stop_ms = -1 }, "run.h5", "b.image") == ICTUS_OK);
  ck_all (equal ("whole.h5", "run.h5"));
}
END_TEST

START_TEST (restarts_are_told_in_the_provenance)
{
  const char *const path = "/provenance/run/restarts";
  char **name, *s;
  size_t n;
  ictus_h5 f;

  ck_all (ictus_h5_open (WORLD, "run.h5", &f) == ICTUS_OK);
  ck_all (ictus_h5_list (&f, path, &name, &n) == ICTUS_OK && n == 2);
  ck_all (strcmp (name[0], "0001") == 0 && strcmp (name[1], "0002") == 0);
  for (size_t k = 0; k < n; ++k)
    ictus_free (name[k]);
  ictus_free (name);
  ck_all (ictus_h5_read_attr_string (&f, "/provenance/run/restarts/0002", "command", &s) == ICTUS_OK);
  ck_all (strcmp (s, "ictus resume") == 0);
  ictus_free (s);
  ck_all (ictus_h5_close (&f) == ICTUS_OK);
}
END_TEST

START_TEST (nothing_is_left_open_or_allocated)
{
  ck_all (ictus_mem_live () == 0);
  ck_all (H5Fget_obj_count ((hid_t) H5F_OBJ_ALL, H5F_OBJ_ALL) == 0);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *s = suite_create ("out_resume");
  TCase *t = tcase_create ("out_resume");

  tcase_add_test (t, a_file_goes_on_whatever_happened_to_it);
  tcase_add_test (t, an_image_more_changes_nothing);
  tcase_add_test (t, files_that_do_not_fit_are_refused_and_left_alone);
  tcase_add_test (t, restarts_are_told_in_the_provenance);
  tcase_add_test (t, nothing_is_left_open_or_allocated);
  suite_add_tcase (s, t);
  return mpi_check_main (s, &argc, &argv);
}
