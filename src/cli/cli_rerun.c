/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus rerun: the run that made a result file, once more, from what its /provenance holds. */
#include "cli/cli.h"

#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static void
help (void)
{
  ictus_cli_print (
      "Usage: ictus rerun RESULTS.h5 [OPTIONS]\n\n"
      "Repeat the run that made a result file, from the experiment (overrides included) and the models that "
      "it holds.\n"
      "They are written to DIR/rerun.yaml and DIR/rerun-models/, and that experiment is run; the rank count "
      "is free.\n"
      "Files with spikes or synapses that the experiment reads must still be where they were, unchanged.\n\n"
      "Options:\n"
      "  -o, --output DIR       folder for the results (default: ./out/NAME-rerun)\n"
      "      --overwrite        replace existing results\n"
      "      --compare          afterwards compare all results bit by bit; status 70 if something differs\n"
      "      --set KEY=VALUE    override an entry of the experiment, e.g. run.t_stop=50\n"
      "      --seed N           the same as --set seed=N\n"
      "      --isa LEVEL        level of instructions (default: the one that the results were made with)\n"
      "      --quiet            no progress, no remarks\n"
      "  -h, --help             this text\n\n"
      "Example: mpirun -n 2 ictus rerun out/first/results.h5 -o out/again --compare\n");
}

/* ---- what the file holds ------------------------------------------------------------------------ */

typedef struct past /* a former run; strings owned */
{
  ictus_recipe recipe;
  char *name, *version, *isa;
} past;

static void
drop (char **list, size_t n)
{
  for (size_t k = 0; list != NULL && k < n; ++k)
    ictus_free (list[k]);
  ictus_free (list);
}

static void
past_clear (past *p)
{
  ictus_recipe_clear (&p->recipe);
  ictus_free (p->name);
  ictus_free (p->version);
  ictus_free (p->isa);
  *p = (past){ 0 };
}

/* A group of strings with one attribute each. Collective. */
static ictus_err
read_strings (ictus_h5 *f, const char *group, const char *attribute, char ***name, char ***text, char ***note,
              size_t *n)
{
  char path[1024];
  ictus_err e;

  ICTUS_TRY (ictus_h5_list (f, group, name, n));
  *text = ictus_alloc (*n, sizeof **text);
  *note = ictus_alloc (*n, sizeof **note);
  e = *text == NULL || *note == NULL ? ICTUS_E_NOMEM : ICTUS_OK;
  ICTUS_TRY (ictus_comm_agree (f->comm, e));
  for (size_t k = 0; k < *n; ++k)
    {
      snprintf (path, sizeof path, "%s/%s", group, (*name)[k]);
      ICTUS_TRY (ictus_h5_read_string (f, path, &(*text)[k]));
      ICTUS_TRY (ictus_h5_read_attr_string (f, path, attribute, &(*note)[k]));
    }
  return ICTUS_OK;
}

static ictus_err
past_read (const char *path, past *p)
{
  ictus_recipe *r = &p->recipe;
  ictus_h5 f;
  char *kind = NULL;
  ictus_err e, closing;

  ICTUS_TRY (ictus_h5_open (MPI_COMM_WORLD, path, &f));
  if (ictus_h5_read_attr_string (&f, "/", "ictus_kind", &kind) != ICTUS_OK
      || strcmp (kind, ICTUS_KIND_RESULTS) != 0)
    {
      e = kind == NULL
              ? ICTUS_FAIL (ICTUS_E_FORMAT, "%s was not made by ictus", path)
              : ICTUS_FAIL (ICTUS_E_INPUT, "%s holds a %s; only the results of ictus run can be repeated",
                            path, kind);
      goto done;
    }
  ICTUS_GO (ictus_h5_read_string (&f, "/provenance/used", &r->experiment));
  ICTUS_GO (ictus_h5_read_attr_string (&f, "/provenance", "experiment_name", &p->name));
  ICTUS_GO (ictus_h5_read_attr_string (&f, "/provenance", "version", &p->version));
  ICTUS_GO (ictus_h5_read_attr_string (&f, "/provenance", "isa", &p->isa));
  ICTUS_GO (ictus_h5_read_attr_string (&f, "/provenance/run", "experiment_folder", &r->folder));
  ICTUS_GO (read_strings (&f, "/provenance/models", "reference", &r->model, &r->model_text,
                          &r->model_reference, &r->nmodel));
  e = read_strings (&f, "/provenance/files", "fnv1a64", &r->file, &r->file_path, &r->file_hash, &r->nfile);
done:
  ictus_free (kind);
  if (e != ICTUS_OK)
    {
      char *why = ictus_strdup (ictus_err_last ());

      ictus_h5_close (&f);
      ictus_err_note (e, __FILE__, __LINE__, "%s", why != NULL ? why : ictus_err_name (e));
      ictus_free (why);
      return e;
    }
  closing = ictus_h5_close (&f);
  return closing;
}

/* ---- the experiment to run ---------------------------------------------------------------------- */

/* DIR/rerun.yaml and the models beside it. Rank 0 only. */
static ictus_err
put_experiment (const past *p, const char *path, const char *dir, const ictus_cli_common *c)
{
  const ictus_recipe_use use
      = { .path = path, .models = "rerun-models", .set = c->set, .nset = c->nset, .may_set = true };
  ictus_conf *conf = NULL;
  ictus_text text = { 0 };
  ictus_err e;

  ICTUS_GO (ictus_mkdirs (dir));
  ICTUS_GO (ictus_recipe_conf (&p->recipe, &use, &conf));
  ICTUS_GO (ictus_conf_emit (conf, &text));
  e = text.failed ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory") : ictus_file_write (path, text.s, text.len);
done:
  ictus_text_clear (&text);
  ictus_conf_destroy (&conf);
  return e;
}

/* ---- comparison --------------------------------------------------------------------------------- */

/* Every data set of a below group (but no provenance) has its equal in b. Local: both files are open on this
 * rank alone. */
static ictus_err
compare_group (ictus_h5 *a, ictus_h5 *b, const char *group, size_t *nset)
{
  char **name = NULL, path[1024];
  double *x = NULL, *y = NULL;
  size_t n = 0, nx, ny;
  ictus_err e;

  ICTUS_GO (ictus_h5_list (a, group, &name, &n));
  for (size_t k = 0; k < n; ++k)
    {
      hsize_t da[4] = { 0 }, db[4] = { 0 };
      int na, nb;

      snprintf (path, sizeof path, "%s/%s", strcmp (group, "/") == 0 ? "" : group, name[k]);
      if (strcmp (path, "/provenance") == 0)
        continue;
      if (ictus_h5_shape (a, path, 4, da, &na) != ICTUS_OK) /* not a data set: a group */
        {
          ICTUS_GO (compare_group (a, b, path, nset));
          continue;
        }
      ICTUS_GO (ictus_h5_shape (b, path, 4, db, &nb));
      ICTUS_GO (ictus_h5_read_double (a, path, &x, &nx));
      ICTUS_GO (ictus_h5_read_double (b, path, &y, &ny));
      if (na != nb || memcmp (da, db, sizeof da) != 0)
        e = ICTUS_FAIL (ICTUS_E_MISMATCH, "%s has another size in %s than in %s (%zu and %zu numbers)", path,
                        b->path, a->path, ny, nx);
      for (size_t i = 0; e == ICTUS_OK && i < nx; ++i)
        if (memcmp (&x[i], &y[i], sizeof *x) != 0)
          e = ICTUS_FAIL (ICTUS_E_MISMATCH,
                          "%s differs between %s and %s: number %zu is %.17g, and was %.17g", path, a->path,
                          b->path, i, y[i], x[i]);
      ictus_free (x);
      ictus_free (y);
      x = y = NULL;
      if (e != ICTUS_OK)
        goto done;
      *nset += 1;
    }
done:
  ictus_free (x);
  ictus_free (y);
  drop (name, n);
  return e;
}

static ictus_err
compare (const char *was, const char *is)
{
  ictus_h5 a = { .path = NULL }, b = { .path = NULL };
  size_t n = 0;
  char *why;
  ictus_err e;

  ICTUS_GO (ictus_h5_open (MPI_COMM_SELF, was, &a));
  ICTUS_GO (ictus_h5_open (MPI_COMM_SELF, is, &b));
  e = compare_group (&a, &b, "/", &n);
done:
  why = e != ICTUS_OK ? ictus_strdup (ictus_err_last ()) : NULL;
  ictus_h5_close (&b);
  ictus_h5_close (&a);
  if (why != NULL)
    ictus_err_note (e, __FILE__, __LINE__, "%s", why);
  ictus_free (why);
  if (e == ICTUS_OK)
    ictus_cli_print ("all %zu data sets of %s and %s are equal, bit by bit\n", n, was, is);
  return e;
}

/* Rank 0 compares, all learn. Collective. */
static int
compare_all (const char *was, const char *dir)
{
  ictus_text is = { 0 };
  ictus_err e = ICTUS_OK;
  int status;

  ictus_text_add (&is, "%s/results.h5", dir);
  if (ictus_cli_is_main ())
    e = is.failed ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory") : compare (was, is.s);
  status = e == ICTUS_OK ? 0 : ictus_cli_fail (e);
  ICTUS_MPI (MPI_Bcast (&status, 1, MPI_INT, 0, MPI_COMM_WORLD));
  ictus_text_clear (&is);
  return status;
}

/* ---- the command -------------------------------------------------------------------------------- */

typedef struct request
{
  ictus_cli_common common;
  bool compare;
  const char *results;
  int argc;
  char **argv;
} request;

static ictus_err
check_free (const char *dir, const request *q)
{
  static const char *const made[] = { "results.h5", "rerun.yaml" };
  ictus_text t = { 0 };
  char was[PATH_MAX], is[PATH_MAX];
  bool known = realpath (q->results, was) != NULL;
  ictus_err e = ICTUS_OK;

  for (int k = 0; k < 2 && e == ICTUS_OK; ++k)
    {
      ictus_text_clear (&t);
      ictus_text_add (&t, "%s/%s", dir, made[k]);
      if (t.failed)
        e = ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
      else if (!q->common.overwrite && ictus_file_exists (t.s))
        e = ICTUS_FAIL (ICTUS_E_INPUT, "%s exists already; --overwrite replaces it", t.s);
      else if (known && realpath (t.s, is) != NULL && strcmp (was, is) == 0)
        e = ICTUS_FAIL (ICTUS_E_INPUT, "the new results would replace %s itself; -o names another folder",
                        q->results);
    }
  ictus_text_clear (&t);
  return e;
}

static int
rerun (const request *q)
{
  ictus_cli_run_options o = { .overwrite = q->common.overwrite,
                              .progress = !q->common.quiet,
                              .isa = q->common.isa,
                              .argc = q->argc,
                              .argv = q->argv };
  past p = { 0 };
  ictus_conf *conf = NULL;
  ictus_text dir = { 0 }, path = { 0 };
  ictus_err e;
  int status;

  ICTUS_GO (ictus_cli_isa (q->common.isa));
  ICTUS_GO (past_read (q->results, &p));
  ICTUS_GO (ictus_cli_isa_of_results (q->results, p.isa, q->common.isa));
  if (q->common.dir != NULL)
    ictus_text_add (&dir, "%s", q->common.dir);
  else
    ictus_text_add (&dir, "out/%s-rerun", p.name);
  ictus_text_add (&path, "%s/rerun.yaml", dir.s != NULL ? dir.s : "");
  e = dir.failed || path.failed ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory") : ICTUS_OK;
  ICTUS_GO (ictus_comm_agree (MPI_COMM_WORLD, e));
  if (ictus_cli_is_main ())
    {
      if (strcmp (p.version, ictus_version ()) != 0)
        ictus_log ("%s was made by version %s, this is %s", q->results, p.version, ictus_version ());
      e = check_free (dir.s, q);
      if (e == ICTUS_OK)
        e = put_experiment (&p, path.s, dir.s, &q->common);
    }
  ICTUS_GO (ictus_comm_agree (MPI_COMM_WORLD, e));
  ICTUS_GO (ictus_cli_load (path.s, &q->common, &conf));
done:
  status = e == ICTUS_OK ? ictus_cli_run_experiment (conf, dir.s, &o) : ictus_cli_fail (e);
  if (status == 0 && q->compare)
    status = compare_all (q->results, dir.s);
  past_clear (&p);
  ictus_conf_destroy (&conf);
  ictus_text_clear (&dir);
  ictus_text_clear (&path);
  return status;
}

int
ictus_cli_rerun (int argc, char **argv)
{
  enum
  {
    COMPARE = 1
  };
  static const struct option options[]
      = { ICTUS_CLI_COMMON_OPTIONS, { "compare", no_argument, NULL, COMPARE }, { NULL, 0, NULL, 0 } };
  request q = { .argc = argc, .argv = argv };
  int opt, status = -1;

  while (status < 0 && (opt = getopt_long (argc, argv, "o:h", options, NULL)) != -1)
    {
      if (opt == 'h')
        {
          help ();
          status = 0;
        }
      else if (opt == COMPARE)
        q.compare = true;
      else if (opt == ICTUS_OPT_JSON || !ictus_cli_common_take (&q.common, opt, optarg))
        status = ictus_cli_usage ("rerun", "wrong option");
    }
  if (status < 0 && optind + 1 != argc)
    status = ictus_cli_usage ("rerun", "expected one result file");
  if (status < 0)
    {
      q.results = argv[optind];
      status = rerun (&q);
    }
  ictus_cli_common_clear (&q.common);
  return status;
}
