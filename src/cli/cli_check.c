/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus check: experiments and model files, read and checked without running. */
#include "cli/cli_check.h"

#include <getopt.h>
#include <string.h>

static void
help (void)
{
  ictus_cli_print ("Usage: ictus check FILE ...\n\n"
                   "Validate experiments (.yaml, .json) and model files (.ode) without running anything.\n"
                   "An experiment is read and its models, parameters, states, ports and solvers are looked up; files of\n"
                   "spikes and synapses have to be there, what is in them is seen in a run. Models of yours are compiled\n"
                   "if they were not before.\n"
                   "Of a model file is told: its equations as they are understood; its class, with reasons; how stiff it is\n"
                   "where it starts, and whether dt is too long for its method; how 'ictus solve' will run it; which solvers\n"
                   "of networks can serve it, and why others cannot; and with line and column what is ignored or passed\n"
                   "over, what is read otherwise than it looks, and what is not done.\n"
                   "All files are checked, also behind a wrong one.\n\n"
                   "Options:\n"
                   "      --json             as JSON, a list with an object a file\n"
                   "  -h, --help             this text\n\n"
                   "Example: ictus check experiment.yaml neuron.ode\n\n"
                   "Exit status: 0 all files are fine, 65 a file is wrong, 74 a file could not be read.\n");
}

/* ---- experiments -------------------------------------------------------------------------------- */

/* A file that the experiment names is there. */
static ictus_err
check_file (const ictus_conf *conf, const ictus_node *map, const char *key)
{
  const ictus_node *n = ictus_node_find (map, key);
  ictus_text path = { 0 };
  ictus_err e = ICTUS_OK;

  if (n == NULL)
    return ICTUS_OK;
  ictus_conf_resolve (conf, ictus_node_text (n), &path);
  if (path.failed)
    e = ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
  else if (!ictus_file_exists (path.s))
    e = ictus_node_fail (n, ICTUS_E_INPUT, "there is no file %s", path.s);
  ictus_text_clear (&path);
  return e;
}

ictus_err
ictus_cli_check_conf (ictus_conf *conf)
{
  ictus_experiment *x = NULL;
  ictus_net *net = NULL;
  ictus_err e = ICTUS_OK;

  ICTUS_GO (ictus_experiment_read (conf, &x));
  for (int i = 0; i < x->npopulation; ++i)
    ICTUS_GO (check_file (conf, x->population[i].node, "spike_file"));
  for (int i = 0; i < x->nprojection; ++i)
    ICTUS_GO (check_file (conf, x->projection[i].node, "file"));
  if (strcmp (x->partition, "block") != 0 && strcmp (x->partition, "round-robin") != 0)
    ICTUS_GO (check_file (conf, ictus_node_find (ictus_conf_root (conf), "run"), "partition"));
  ICTUS_GO (ictus_net_create (MPI_COMM_SELF, x, &net));
  ICTUS_GO (ictus_engine_check_solvers (net));
  ictus_cli_log_choices (net);
done:
  ictus_net_destroy (&net);
  ictus_experiment_destroy (&x);
  return e;
}

void
ictus_cli_log_choices (const ictus_net *net)
{
  char why[256];
  const char *name;

  for (int p = 0; p < ictus_net_npopulation (net); ++p)
    if (ictus_engine_solver_choice (net, p, &name, why) == ICTUS_OK && why[0] != '\0')
      ictus_log ("population %s: auto: %s (%s)", ictus_net_population (net, p)->name, name, why);
}

static ictus_err
check_experiment (const char *path, bool json)
{
  char *text = NULL;
  ictus_conf *conf = NULL;
  ictus_err e = ICTUS_OK;

  ICTUS_GO (ictus_file_read (path, &text, NULL));
  ICTUS_GO (ictus_conf_parse (path, text, &conf));
  ICTUS_GO (ictus_cli_check_conf (conf));
  if (json)
    {
      printf ("{\"file\": ");
      ictus_json_string (stdout, path);
      printf (", \"ok\": true}");
    }
  else
    ictus_cli_print ("%s: ok\n", path);
done:
  ictus_conf_destroy (&conf);
  ictus_free (text);
  return e;
}

/* ---- the command -------------------------------------------------------------------------------- */

static bool
is_model (const char *path)
{
  size_t n = strlen (path);

  return n > 4 && strcmp (path + n - 4, ".ode") == 0;
}

static ictus_err
check (const char *path, bool json, bool first)
{
  ictus_err e;

  if (json)
    printf ("%s\n", first ? "[" : ",");
  e = is_model (path) ? ictus__check_model (path, json) : check_experiment (path, json);
  if (e == ICTUS_OK || !json)
    return e;
  printf ("{\"file\": ");
  ictus_json_string (stdout, path);
  printf (", \"ok\": false, \"error\": ");
  ictus_json_string (stdout, ictus_err_last ());
  printf ("}");
  return e;
}

int
ictus_cli_check (int argc, char **argv)
{
  static const struct option options[]
      = { { "json", no_argument, NULL, ICTUS_OPT_JSON }, { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 } };
  int opt, status = 0;
  bool json = false;

  while ((opt = getopt_long (argc, argv, "h", options, NULL)) != -1)
    if (opt == ICTUS_OPT_JSON)
      json = true;
    else if (opt == 'h')
      {
        help ();
        return 0;
      }
    else
      return ictus_cli_usage ("check", "wrong option");
  if (optind == argc)
    return ictus_cli_usage ("check", "which file? Name at least one experiment or model");
  for (int k = optind; k < argc; ++k)
    {
      ictus_err e = ictus_cli_is_main () ? check (argv[k], json, k == optind) : ICTUS_OK;
      int s = ictus_cli_fail (ictus_comm_agree (MPI_COMM_WORLD, e));

      status = status == 0 ? s : status;
    }
  if (json)
    ictus_cli_print ("\n]\n");
  return status;
}
