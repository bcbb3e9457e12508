/* SPDX-License-Identifier: BSD-3-Clause */
/* /provenance: all that is needed to know what made a file, and to make it again. What differs from run to
   run although the results do not (time, place, ranks) is in /provenance/run. */
#include "out/out_impl.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

ictus_err
out_share_text (MPI_Comm comm, ictus_text *t)
{
  uint64_t n = t->len;
  char *s = NULL;
  ictus_err e = t->failed ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory") : ICTUS_OK;

  out_share (comm, &n, sizeof n);
  if (ictus_comm_rank (comm) != 0)
    {
      ictus_text_clear (t);
      s = ictus_alloc (n + 1, 1);
      e = s == NULL ? ICTUS_E_NOMEM : ICTUS_OK;
    }
  ICTUS_GO (ictus_comm_agree (comm, e));
  if (n > 0)
    out_share (comm, ictus_comm_rank (comm) == 0 ? t->s : s, n);
  if (ictus_comm_rank (comm) != 0)
    ictus_text_addn (t, s, n);
  if (t->s == NULL)
    ictus_text_add (t, "%s", ""); /* a text, if an empty one */
  e = ictus_comm_agree (comm, t->failed ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory") : ICTUS_OK);
done:
  ictus_free (s);
  return e;
}

/* Attribute of rank 0's text; clears it. */
static ictus_err
put_text (ictus_h5 *f, MPI_Comm comm, const char *object, const char *name, ictus_text *t)
{
  ictus_err e = out_share_text (comm, t);

  if (e == ICTUS_OK)
    e = ictus_h5_attr_string (f, object, name, t->s);
  ictus_text_clear (t);
  return e;
}

static void
add_now (ictus_text *t)
{
  char s[64] = "";
  time_t now = time (NULL);
  struct tm tm;

  if (gmtime_r (&now, &tm) != NULL)
    strftime (s, sizeof s, "%Y-%m-%dT%H:%M:%SZ", &tm);
  ictus_text_add (t, "%s", s);
}

static void
add_folder (ictus_text *t)
{
  char s[PATH_MAX];

  ictus_text_add (t, "%s", getcwd (s, sizeof s) != NULL ? s : "");
}

/* The folder of the experiment as an absolute path, so that files named in it are found again. */
static void
add_experiment_folder (ictus_text *t, const ictus_experiment *exp)
{
  char s[PATH_MAX];

  ictus_text_add (t, "%s", realpath (ictus_conf_dir (exp->conf), s) != NULL ? s : ictus_conf_dir (exp->conf));
}

/* Words as a shell would take them; argv[0] is the subcommand. */
static void
add_command (ictus_text *t, int argc, char **argv)
{
  ictus_text_add (t, "ictus");
  for (int k = 0; k < argc; ++k)
    {
      bool plain = argv[k][0] != '\0';

      for (const char *s = argv[k]; *s != '\0'; ++s)
        plain = plain && strchr (" \t\n\"'\\$&|;<>()*?[]#~`{}!", *s) == NULL;
      ictus_text_add (t, " ");
      if (plain)
        {
          ictus_text_add (t, "%s", argv[k]);
          continue;
        }
      ictus_text_add (t, "'");
      for (const char *s = argv[k]; *s != '\0'; ++s)
        ictus_text_add (t, *s == '\'' ? "'\\''" : "%c", *s);
      ictus_text_add (t, "'");
    }
}

static void
add_mpi (ictus_text *t)
{
  char s[MPI_MAX_LIBRARY_VERSION_STRING] = "";
  int n;

  if (MPI_Get_library_version (s, &n) == MPI_SUCCESS)
    ictus_text_add (t, "%.*s", (int) strcspn (s, ",\n"), s);
}

static ictus_err
write_engine (ictus_h5 *f, MPI_Comm comm, const ictus_experiment *exp)
{
  ictus_text t = { 0 };
  unsigned a, b, c;
  int64_t seed;

  memcpy (&seed, &exp->seed, sizeof seed);
  ICTUS_TRY (ictus_h5_attr_string (f, "/provenance", "engine", "ictus"));
  ICTUS_TRY (ictus_h5_attr_string (f, "/provenance", "version", ictus_version ()));
  ICTUS_TRY (ictus_h5_attr_string (f, "/provenance", "git_revision", ictus_git_revision ()));
  ICTUS_TRY (ictus_h5_attr_string (f, "/provenance", "build", ictus_build_info ()));
  ICTUS_TRY (ictus_h5_attr_string (f, "/provenance", "isa", ictus_isa ()));
  ICTUS_TRY (ictus_h5_attr_string (f, "/provenance", "random_numbers", "Philox4x64-10"));
  ICTUS_TRY (ictus_h5_attr_int (f, "/provenance", "seed", H5T_STD_U64LE, &seed, 1));
  ICTUS_TRY (ictus_h5_attr_string (f, "/provenance", "experiment_name", exp->name));
  add_mpi (&t);
  ICTUS_TRY (put_text (f, comm, "/provenance", "mpi", &t));
  H5get_libversion (&a, &b, &c);
  ictus_text_add (&t, "HDF5 %u.%u.%u", a, b, c);
  return put_text (f, comm, "/provenance", "hdf5", &t);
}

static ictus_err
write_texts (ictus_h5 *f, MPI_Comm comm, const ictus_experiment *exp)
{
  ictus_text used = { 0 };
  ictus_err e;

  ICTUS_TRY (ictus_h5_write_string (f, "/provenance/experiment", ictus_conf_text (exp->conf)));
  ICTUS_GO (ictus_comm_agree (comm, ictus_conf_emit (exp->conf, &used)));
  ICTUS_GO (out_share_text (comm, &used));
  e = ictus_h5_write_string (f, "/provenance/used", used.s);
done:
  ictus_text_clear (&used);
  return e;
}

/* Each model once, under its name; attribute reference: what the experiment calls it. */
static ictus_err
write_models (ictus_h5 *f, const ictus_net *net)
{
  char path[OUT_PATH];

  ICTUS_TRY (ictus_h5_group (f, "/provenance/models"));
  for (int p = 0; net != NULL && p < ictus_net_npopulation (net); ++p)
    {
      const ictus_population *pop = ictus_net_population (net, p);
      bool known = pop->model == NULL;

      for (int q = 0; q < p && !known; ++q)
        known = ictus_net_population (net, q)->model != NULL
                && strcmp (ictus_net_population (net, q)->conf->model, pop->conf->model) == 0;
      if (known)
        continue;
      snprintf (path, sizeof path, "/provenance/models/%.200s", ictus_lang_name (pop->model->lang));
      for (int k = 2; ictus_h5_exists (f, path); ++k) /* another file of the same name */
        snprintf (path, sizeof path, "/provenance/models/%.200s-%d", ictus_lang_name (pop->model->lang), k);
      ICTUS_TRY (ictus_h5_write_string (f, path, ictus_lang_text (pop->model->lang)));
      ICTUS_TRY (ictus_h5_attr_string (f, path, "reference", pop->conf->model));
    }
  return ICTUS_OK;
}

/* Which solver each population has that leaves it to `auto`, and why. */
static ictus_err
write_solvers (ictus_h5 *f, MPI_Comm comm, const ictus_net *net)
{
  const char *path = "/provenance/solvers", *name;
  char why[256];
  bool begun = false;

  for (int p = 0; net != NULL && p < ictus_net_npopulation (net); ++p)
    {
      ictus_text t = { 0 };

      ICTUS_TRY (ictus_comm_agree (comm, ictus_engine_solver_choice (net, p, &name, why)));
      if (why[0] == '\0')
        continue;
      if (!begun)
        ICTUS_TRY (ictus_h5_group (f, path));
      begun = true;
      ictus_text_add (&t, "%s (%s)", name, why);
      ICTUS_TRY (put_text (f, comm, path, ictus_net_population (net, p)->name, &t));
    }
  return ICTUS_OK;
}

/* A file that the experiment reads: its path as written, and what was in it. */
static ictus_err
write_file (ictus_h5 *f, MPI_Comm comm, const ictus_experiment *exp, const char *name, const char *key)
{
  ictus_text path = { 0 }, hash = { 0 };
  char object[OUT_PATH], *s = NULL;
  size_t n = 0;
  ictus_err e;

  if (ictus_comm_rank (comm) == 0)
    {
      ictus_conf_resolve (exp->conf, name, &path);
      if (!path.failed && ictus_file_read (path.s, &s, &n) == ICTUS_OK)
        ictus_text_add (&hash, "%016llx", (unsigned long long) ictus_hash (s, n, 0));
      ictus_free (s);
    }
  ictus_text_clear (&path);
  snprintf (object, sizeof object, "/provenance/files/%s", key);
  e = ictus_h5_write_string (f, object, name);
  if (e == ICTUS_OK)
    e = put_text (f, comm, object, "fnv1a64", &hash);
  ictus_text_clear (&hash);
  return e;
}

static ictus_err
write_files (ictus_h5 *f, MPI_Comm comm, const ictus_experiment *exp)
{
  char key[OUT_PATH / 2];

  ICTUS_TRY (ictus_h5_group (f, "/provenance/files"));
  for (int p = 0; p < exp->npopulation; ++p)
    if (exp->population[p].spike_file != NULL)
      {
        snprintf (key, sizeof key, "populations.%s.spike_file", exp->population[p].name);
        ICTUS_TRY (write_file (f, comm, exp, exp->population[p].spike_file, key));
      }
  for (int p = 0; p < exp->nprojection; ++p)
    if (exp->projection[p].file != NULL)
      {
        snprintf (key, sizeof key, "projections.%s.file", exp->projection[p].name);
        ICTUS_TRY (write_file (f, comm, exp, exp->projection[p].file, key));
      }
  return ICTUS_OK;
}

/* When, how and where the ranks were started that write into a file from now on. */
static ictus_err
write_start (ictus_h5 *f, MPI_Comm comm, const char *run, const ictus_part *part, int argc, char **argv)
{
  const char *job = getenv ("SLURM_JOB_ID");
  const int64_t size = ictus_comm_size (comm);
  ictus_text t = { 0 };

  ICTUS_TRY (ictus_h5_group (f, run));
  add_now (&t);
  ICTUS_TRY (put_text (f, comm, run, "start_time", &t));
  add_command (&t, argc, argv);
  ICTUS_TRY (put_text (f, comm, run, "command", &t));
  add_folder (&t);
  ICTUS_TRY (put_text (f, comm, run, "folder", &t));
  ICTUS_TRY (ictus_comm_hosts (comm, &t));
  ICTUS_TRY (put_text (f, comm, run, "hosts", &t));
  ictus_text_add (&t, "%s", job != NULL ? job : "");
  ICTUS_TRY (put_text (f, comm, run, "slurm_job_id", &t));
  ICTUS_TRY (ictus_h5_attr_int (f, run, "ranks", H5T_STD_I32LE, &size, 1));
  if (part == NULL)
    return ICTUS_OK;
  ICTUS_TRY (ictus_h5_attr_string (f, run, "partition", ictus_part_name (part)));
  ictus_text_add (&t, "%016llx", (unsigned long long) ictus_part_digest (part));
  return put_text (f, comm, run, "partition_digest", &t);
}

static ictus_err
write_run (ictus_h5 *f, MPI_Comm comm, const ictus_experiment *exp, const ictus_part *part, int argc,
           char **argv)
{
  const char *run = "/provenance/run";
  ictus_text t = { 0 };

  ICTUS_TRY (write_start (f, comm, run, part, argc, argv));
  add_experiment_folder (&t, exp);
  ICTUS_TRY (put_text (f, comm, run, "experiment_folder", &t));
  ictus_text_add (&t, "%s", ictus_conf_path (exp->conf));
  ICTUS_TRY (put_text (f, comm, run, "experiment_path", &t));
  return ictus_h5_attr_string (f, run, "state", "running");
}

ictus_err
ictus_provenance_write (ictus_h5 *f, MPI_Comm comm, const ictus_experiment *exp, const ictus_net *net,
                        const ictus_part *part, int argc, char **argv)
{
  ICTUS_TRY (ictus_h5_group (f, "/provenance"));
  ICTUS_TRY (write_engine (f, comm, exp));
  ICTUS_TRY (write_texts (f, comm, exp));
  ICTUS_TRY (write_models (f, net));
  ICTUS_TRY (write_solvers (f, comm, net));
  ICTUS_TRY (write_files (f, comm, exp));
  return write_run (f, comm, exp, part, argc, argv);
}

ictus_err
out_provenance_restart (ictus_out *o, int argc, char **argv)
{
  char path[OUT_PATH];
  int k = 1;

  do
    snprintf (path, sizeof path, "/provenance/run/restarts/%04d", k++);
  while (ictus_h5_exists (&o->file, path));
  ICTUS_TRY (write_start (&o->file, o->comm, path, ictus_engine_part (o->engine), argc, argv));
  ICTUS_TRY (ictus_h5_attr_string (&o->file, path, "version", ictus_version ()));
  ICTUS_TRY (ictus_h5_attr_string (&o->file, path, "git_revision", ictus_git_revision ()));
  return ictus_h5_attr_double (&o->file, path, "t_ms", o->t_ms);
}

ictus_err
out_provenance_end (ictus_out *o)
{
  const char *run = "/provenance/run", *exchange = ictus_engine_exchange_text (o->engine);
  double wall_s = o->before_s + (ictus_wall_s () - o->begin_s);
  int64_t spikes = (int64_t) out_spikes_total (o);
  ictus_text t = { 0 };

  out_share (o->comm, &wall_s, sizeof wall_s);
  add_now (&t);
  ICTUS_TRY (put_text (&o->file, o->comm, run, "end_time", &t));
  ICTUS_TRY (ictus_h5_attr_double (&o->file, run, "wall_s", wall_s));
  ICTUS_TRY (ictus_h5_attr_double (&o->file, run, "t_ms", o->t_ms));
  ICTUS_TRY (ictus_h5_attr_int (&o->file, run, "spikes", H5T_STD_U64LE, &spikes, 1));
  ICTUS_TRY (ictus_h5_attr_string (&o->file, run, "exchange", exchange[0] != '\0' ? exchange : "none yet"));
  return ictus_h5_attr_string (&o->file, run, "state", out_is_done (o) ? "done" : "incomplete");
}
