/* SPDX-License-Identifier: BSD-3-Clause */
/* What the subcommands share: messages, common options, reading an experiment. */
#include "cli/cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool
ictus_cli_is_main (void)
{
  return ictus_comm_rank (MPI_COMM_WORLD) == 0;
}

static int print_errno; /* of the first write to standard output that failed */

void
ictus_cli_print (const char *fmt, ...)
{
  va_list ap;

  if (!ictus_cli_is_main ())
    return;
  va_start (ap, fmt);
  if (vprintf (fmt, ap) < 0 && print_errno == 0)
    print_errno = errno;
  va_end (ap);
}

int
ictus_cli_print_errno (void)
{
  return print_errno;
}

int
ictus_cli_fail (ictus_err e)
{
  if (e != ICTUS_OK && ictus_cli_is_main ())
    {
      fflush (stdout);
      fprintf (stderr, "ictus: %s\n", ictus_err_last ());
    }
  return ictus_err_status (e);
}

int
ictus_cli_usage (const char *command, const char *fmt, ...)
{
  va_list ap;

  if (ictus_cli_is_main ())
    {
      fprintf (stderr, "ictus %s: ", command);
      va_start (ap, fmt);
      vfprintf (stderr, fmt, ap);
      va_end (ap);
      fprintf (stderr, ". Try 'ictus %s --help'.\n", command);
    }
  return ictus_err_status (ICTUS_E_USAGE);
}

int
ictus_cli_options (int argc, char **argv, const struct option *list, void (*help) (void),
                   int (*take) (void *job, int opt, const char *arg), void *job, bool *done)
{
  int opt, status;

  while ((opt = getopt_long (argc, argv, "o:h", list, NULL)) != -1)
    {
      if (opt == 'h')
        {
          help ();
          *done = true;
          return 0;
        }
      if (opt == '?')
        return ictus_err_status (ICTUS_E_USAGE);
      if ((status = take (job, opt, optarg)) != 0)
        return status;
    }
  return 0;
}

bool
ictus_cli_common_take (ictus_cli_common *c, int opt, const char *arg)
{
  size_t cap = c->nset;

  switch (opt)
    {
    case 'o':
      c->dir = arg;
      return true;
    case ICTUS_OPT_OVERWRITE:
      c->overwrite = true;
      return true;
    case ICTUS_OPT_QUIET:
      c->quiet = true;
      ictus_log_quiet (true);
      return true;
    case ICTUS_OPT_JSON:
      c->json = true;
      return true;
    case ICTUS_OPT_ISA:
      c->isa = arg;
      return true;
    case ICTUS_OPT_SEED:
      snprintf (c->seed, sizeof c->seed, "seed=%s", arg);
      arg = c->seed;
      break;
    case ICTUS_OPT_SET:
      break;
    default:
      return false;
    }
  if (c->set == NULL || (c->nset & (c->nset - 1)) == 0) /* grow at powers of two */
    {
      if (ictus_grow (&c->set, &cap, 2 * c->nset + 1, sizeof *c->set) != ICTUS_OK)
        return true;
    }
  c->set[c->nset++] = arg;
  return true;
}

void
ictus_cli_common_clear (ictus_cli_common *c)
{
  ictus_free (c->set);
  memset (c, 0, sizeof *c);
}

ictus_err
ictus_cli_load (const char *path, const ictus_cli_common *c, ictus_conf **out)
{
  char *text = NULL;
  ictus_err e;

  *out = NULL;
  ICTUS_TRY (ictus_comm_read (MPI_COMM_WORLD, path, &text, NULL));
  e = ictus_conf_parse (path, text, out);
  for (size_t k = 0; e == ICTUS_OK && k < c->nset; ++k)
    e = ictus_conf_set (*out, c->set[k]);
  ictus_free (text);
  e = ictus_comm_agree (MPI_COMM_WORLD, e);
  if (e != ICTUS_OK)
    ictus_conf_destroy (out);
  return e;
}

void
ictus_cli_dir (const ictus_cli_common *c, const char *name, ictus_text *out)
{
  if (c->dir != NULL)
    ictus_text_add (out, "%s", c->dir);
  else
    ictus_text_add (out, "out/%s", name);
}

void
ictus_cli_experiment_dir (const ictus_cli_common *c, const ictus_conf *conf, ictus_text *out)
{
  const ictus_node *name = ictus_node_find (ictus_conf_root (conf), "name");
  const char *file = strrchr (ictus_conf_path (conf), '/');
  char base[256];

  file = file != NULL ? file + 1 : ictus_conf_path (conf);
  snprintf (base, sizeof base, "%.*s",
            (int) (strcspn (file, ".") < sizeof base ? strcspn (file, ".") : sizeof base - 1), file);
  ictus_cli_dir (c, name != NULL && ictus_node_is (name) == ICTUS_NODE_SCALAR ? ictus_node_text (name) : base,
                 out);
}

ictus_err
ictus_cli_mkdir (const char *dir)
{
  if (dir[0] == '\0')
    return ICTUS_FAIL (ICTUS_E_USAGE, "the name of the folder for the results (-o) is empty");
  return ictus_comm_agree (MPI_COMM_WORLD, ictus_cli_is_main () ? ictus_mkdirs (dir) : ICTUS_OK);
}

bool
ictus_cli_count (const char *text, int *out)
{
  char *end;
  long n;

  errno = 0;
  n = strtol (text, &end, 10);
  if (errno != 0 || end == text || *end != '\0' || n < 1 || n > 100000000)
    return false;
  *out = (int)n;
  return true;
}
