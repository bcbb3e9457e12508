/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus plot: a picture of a finished file. One rank draws, the others wait for the outcome. */
#include "cli/cli.h"

#include <getopt.h>
#include <string.h>

static void
help (void)
{
  ictus_cli_print (
      "Usage: ictus plot FILE [OPTIONS]\n\n"
      "Draw a result file with gnuplot and print the name of the picture.\n"
      "  results.h5     raster of the spikes, population rates, traces and means below it\n"
      "  sweep.h5       maps over two axes, curves over one or dots where points were drawn: rate, "
      "synchrony, CV,\n"
      "                 seizure-like activity; the boundary that a threshold search found, as a line\n"
      "  trajectory.h5  every state against time, of every solver; a phase plane with --x and --y\n"
      "  bifurcation.h5, phase.h5, lyapunov.h5, orbit.h5, section.h5, zero_one.h5, transitions.h5, compare.h5\n"
      "                 the picture that the command which wrote it makes\n\n"
      "Options:\n"
      "  -o, --output OUT       picture; its ending, .png, .svg or .pdf, says the format (default: beside "
      "FILE)\n"
      "      --what NAME        only this: raster, rate, traces, means or a variable; rate, chi, cv, fano "
      "or\n"
      "                         seizure of a sweep; a state, states, aux or spikes of a trajectory\n"
      "      --x NAME, --y NAME of a trajectory, one quantity against another or, without --x, against time\n"
      "      --boundary SEARCH  over the map of a sweep, the boundary that a threshold search found: its "
      "sweep.h5\n"
      "      --format FORMAT    png (default), svg or pdf, when no OUT is given\n"
      "  -h, --help             this text\n\n"
      "Environment: GNUPLOT names the program to use.\n\n"
      "Example: ictus plot out/first/results.h5 -o first.pdf --what raster\n"
      "         ictus plot out/morris_lecar/trajectory.h5 --x V --y w\n");
}

static bool
is_format (const char *s)
{
  return strcmp (s, "png") == 0 || strcmp (s, "svg") == 0 || strcmp (s, "pdf") == 0;
}

/* FILE with its ending replaced by that of the format. */
static void
beside (const char *path, const char *format, ictus_text *out)
{
  const char *slash = strrchr (path, '/'), *name = slash != NULL ? slash + 1 : path,
             *dot = strrchr (name, '.');

  ictus_text_addn (out, path, dot != NULL && dot != name ? (size_t) (dot - path) : strlen (path));
  ictus_text_add (out, ".%s", format);
}

static ictus_err
draw (const char *path, const char *out, const ictus_plot_request *r, const char *format)
{
  ictus_text name = { 0 };
  ictus_err e;

  if (out != NULL)
    ictus_text_add (&name, "%s", out);
  else
    beside (path, format, &name);
  if (name.failed)
    e = ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
  else if (strcmp (name.s, path) == 0)
    e = ICTUS_FAIL (ICTUS_E_INPUT, "%s would be replaced by its own picture; name another with -o", path);
  else
    e = ictus_plot (path, name.s, r);
  if (e == ICTUS_OK)
    ictus_cli_print ("%s\n", name.s);
  ictus_text_clear (&name);
  return e;
}

int
ictus_cli_plot (int argc, char **argv)
{
  enum { OPT_WHAT = 1, OPT_FORMAT, OPT_BOUNDARY, OPT_X, OPT_Y };
  static const struct option options[] = {
    { "output", required_argument, NULL, 'o' },         { "what", required_argument, NULL, OPT_WHAT },
    { "format", required_argument, NULL, OPT_FORMAT },  { "boundary", required_argument, NULL, OPT_BOUNDARY },
    { "x", required_argument, NULL, OPT_X },            { "y", required_argument, NULL, OPT_Y },
    { "help", no_argument, NULL, 'h' },                 { NULL, 0, NULL, 0 },
  };
  const char *out = NULL, *format = NULL, *ending;
  ictus_plot_request r = { 0 };
  ictus_err e = ICTUS_OK;
  int opt;

  while ((opt = getopt_long (argc, argv, "o:h", options, NULL)) != -1)
    switch (opt)
      {
      case 'o':
        out = optarg;
        break;
      case OPT_WHAT:
        r.what = optarg;
        break;
      case OPT_BOUNDARY:
        r.boundary = optarg;
        break;
      case OPT_X:
        r.x = optarg;
        break;
      case OPT_Y:
        r.y = optarg;
        break;
      case OPT_FORMAT:
        format = optarg;
        break;
      case 'h':
        help ();
        return 0;
      default:
        return ictus_err_status (ICTUS_E_USAGE);
      }
  if (argc - optind != 1)
    return ictus_cli_usage ("plot", argc == optind ? "which file?" : "one file at a time");
  if (r.y != NULL && r.x == NULL)
    r.x = "time";
  if (r.x != NULL && (r.y == NULL || r.what != NULL))
    return ictus_cli_usage ("plot", r.y == NULL ? "--x wants a --y" : "--what or --x and --y, not both");
  if (format != NULL && !is_format (format))
    return ictus_cli_usage ("plot", "--format %s: png, svg or pdf", format);
  ending = out != NULL ? strrchr (out, '.') : NULL;
  if (out != NULL && (ending == NULL || !is_format (ending + 1)))
    return ictus_cli_usage ("plot", "-o %s: the name of a picture ends in .png, .svg or .pdf", out);
  if (out != NULL && format != NULL && strcmp (ending + 1, format) != 0)
    return ictus_cli_usage ("plot", "-o %s contradicts --format %s", out, format);
  if (ictus_cli_is_main ())
    e = draw (argv[optind], out, &r, format != NULL ? format : "png");
  return ictus_cli_fail (ictus_comm_agree (MPI_COMM_WORLD, e));
}
