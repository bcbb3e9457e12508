/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus compile: users' models into the kernel cache ahead of a run; their C on demand. */
#include "cli/cli.h"

#include <getopt.h>
#include <stdlib.h>

enum { EMIT_C = 2000, EMIT_LANES };

static void
help (void)
{
  ictus_cli_print (
      "Usage: ictus compile [OPTIONS] FILE.ode...\n\n"
      "Compile models of your own ahead of use, for machines whose compute nodes have no C compiler.\n"
      "They go into the folder $ICTUS_CACHE (else $XDG_CACHE_HOME/ictus, else ~/.cache/ictus);\n"
      "'ictus run' and the others take them from there while text, compiler, flags and level stay the same.\n"
      "The environment variable CC names another compiler than the one ictus was built with.\n\n"
      "Options:\n"
      "      --isa LEVEL        level of instructions: x86-64-v2, x86-64-v3, x86-64-v4, also one that this\n"
      "                         processor lacks (default: its highest)\n"
      "      --emit-c           print the C of the model instead; also of a shipped model\n"
      "      --emit-lanes       the same for its second file: many neurons side by side\n"
      "  -h, --help             this text\n\n"
      "Example: ICTUS_CACHE=$HOME/kernels ictus compile mymodel.ode --isa x86-64-v3\n");
}

static ictus_err
emit (const char *name, int what)
{
  ictus_lang *lang = NULL;
  ictus_text c = { 0 };
  ictus_err e;

  ICTUS_GO (ictus_model_parse (name, NULL, NULL, &lang));
  e = what == EMIT_C ? ictus_lang_emit (lang, ICTUS_KERNEL_SYMBOL, &c)
                     : ictus_lang_emit_lanes (lang, ICTUS_LANES_SYMBOL, &c);
  if (e == ICTUS_OK)
    ictus_cli_print ("%s", c.s);
done:
  ictus_text_clear (&c);
  ictus_lang_destroy (&lang);
  return e;
}

/* One rank compiles, the others wait for the outcome. */
static ictus_err
compile (const char *name, int level)
{
  ictus_text so = { 0 };
  bool was_there;
  ictus_err e = ICTUS_OK;

  if (!ictus_cli_is_main ())
    goto done;
  ICTUS_GO (ictus_model_compile (name, level, &so, &was_there));
  if (so.s == NULL)
    ictus_cli_print ("%s: comes with ictus, is always ready\n", name);
  else
    ictus_cli_print ("%s: %s%s\n", name, so.s, was_there ? " (was there already)" : "");
done:
  ictus_text_clear (&so);
  return ictus_comm_agree (MPI_COMM_WORLD, e);
}

/* 0: no such level */
static int
choose_level (const char *isa)
{
  const char *from = getenv ("ICTUS_ISA");

  if (isa == NULL && from != NULL && *from != '\0')
    isa = from;
  return isa != NULL ? ictus_isa_find (isa) : ictus_isa_best ();
}

int
ictus_cli_compile (int argc, char **argv)
{
  static const struct option options[] = { { "isa", required_argument, NULL, ICTUS_OPT_ISA },
                                           { "emit-c", no_argument, NULL, EMIT_C },
                                           { "emit-lanes", no_argument, NULL, EMIT_LANES },
                                           { "help", no_argument, NULL, 'h' },
                                           { NULL, 0, NULL, 0 } };
  const char *isa = NULL;
  int opt, what = 0, level;

  while ((opt = getopt_long (argc, argv, "h", options, NULL)) != -1)
    if (opt == EMIT_C || opt == EMIT_LANES)
      what = opt;
    else if (opt == ICTUS_OPT_ISA)
      isa = optarg;
    else if (opt == 'h')
      {
        help ();
        return 0;
      }
    else
      return ictus_cli_usage ("compile", "wrong option");
  if (optind == argc)
    return ictus_cli_usage ("compile", "which model? Name at least one .ode file");
  if ((level = choose_level (isa)) == 0)
    return ictus_cli_usage ("compile", "there is no level of instructions \"%s\"", isa != NULL ? isa : getenv ("ICTUS_ISA"));
  for (; optind < argc; ++optind)
    {
      ictus_err e = what != 0 ? emit (argv[optind], what) : compile (argv[optind], level);

      if (e != ICTUS_OK)
        return ictus_cli_fail (e);
    }
  return 0;
}
