/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus compile: users' models into the kernel cache ahead of a run; their C on demand. */
#include "cli/cli.h"

#include <getopt.h>

enum { EMIT_C = 2000 };

static void
help (void)
{
  ictus_cli_print (
      "Usage: ictus compile [OPTIONS] FILE.ode...\n\n"
      "Compile models of your own ahead of use, for machines whose compute nodes have no C compiler.\n"
      "They go into the folder $ICTUS_CACHE (else $XDG_CACHE_HOME/ictus, else ~/.cache/ictus);\n"
      "'ictus run' and the others take them from there while text, compiler and flags stay the same.\n"
      "The environment variable CC names another compiler than the one ictus was built with.\n\n"
      "Options:\n"
      "      --emit-c           print the C of the model instead; also of a shipped model\n"
      "  -h, --help             this text\n\n"
      "Example: ICTUS_CACHE=$HOME/kernels ictus compile mymodel.ode\n");
}

static ictus_err
emit (const char *name)
{
  ictus_lang *lang = NULL;
  ictus_text c = { 0 };
  ictus_err e;

  ICTUS_GO (ictus_model_parse (name, NULL, NULL, &lang));
  ICTUS_GO (ictus_lang_emit (lang, ICTUS_KERNEL_SYMBOL, &c));
  ictus_cli_print ("%s", c.s);
done:
  ictus_text_clear (&c);
  ictus_lang_destroy (&lang);
  return e;
}

/* One rank compiles, the others wait for the outcome. */
static ictus_err
compile (const char *name)
{
  ictus_model *m = NULL;
  ictus_text dir = { 0 };
  bool compiled;
  ictus_err e = ICTUS_OK;

  if (!ictus_cli_is_main ())
    goto done;
  compiled = ictus_model_needs_compiler (name, NULL);
  ICTUS_GO (ictus_model_open (name, NULL, NULL, &m));
  if (m->dl == NULL)
    {
      ictus_cli_print ("%s: comes with ictus, is always ready\n", name);
      goto done;
    }
  ICTUS_GO (ictus_model_cache_dir (&dir));
  ictus_cli_print ("%s: %s/%s-%s.so%s\n", name, dir.s, ictus_lang_name (m->lang), m->key,
                   compiled ? "" : " (was there already)");
done:
  ictus_model_close (&m);
  ictus_text_clear (&dir);
  return ictus_comm_agree (MPI_COMM_WORLD, e);
}

int
ictus_cli_compile (int argc, char **argv)
{
  static const struct option options[] = { { "emit-c", no_argument, NULL, EMIT_C },
                                           { "help", no_argument, NULL, 'h' },
                                           { NULL, 0, NULL, 0 } };
  bool emit_c = false;
  int opt;

  while ((opt = getopt_long (argc, argv, "h", options, NULL)) != -1)
    if (opt == EMIT_C)
      emit_c = true;
    else if (opt == 'h')
      {
        help ();
        return 0;
      }
    else
      return ictus_cli_usage ("compile", "wrong option");
  if (optind == argc)
    return ictus_cli_usage ("compile", "which model? Name at least one .ode file");
  for (; optind < argc; ++optind)
    {
      ictus_err e = emit_c ? emit (argv[optind]) : compile (argv[optind]);

      if (e != ICTUS_OK)
        return ictus_cli_fail (e);
    }
  return 0;
}
