/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus_plot: tells the kinds of file apart, lets the one fill the figure, hands it to gnuplot. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "analyse/analyse_impl.h"

static ictus_err
format_of (const char *out, plot_format *format)
{
  static const char *const ending[] = { ".png", ".svg", ".pdf" };
  const char *slash = strrchr (out, '/'), *dot = strrchr (slash != NULL ? slash : out, '.');

  for (int k = 0; dot != NULL && k < 3; ++k)
    if (strcasecmp (dot, ending[k]) == 0)
      {
        *format = (plot_format) k;
        return ICTUS_OK;
      }
  return ICTUS_FAIL (ICTUS_E_INPUT, "%s: a picture's name ends in .png, .svg or .pdf", out);
}

/* What our own files say of themselves; SONATA files of others are told by their groups. */
static ictus_err
kind_of (ictus_h5 *h, char *kind)
{
  ictus__read_text (h, "/", "ictus_kind", kind);
  if (kind[0] == '\0' && (ictus_h5_exists (h, "/spikes") || ictus_h5_exists (h, "/report")))
    snprintf (kind, PLOT_NAME, "%s", ICTUS_KIND_RESULTS);
  if (kind[0] == '\0')
    return ICTUS_FAIL (
        ICTUS_E_FORMAT,
        "%s is an HDF5 file, but not one of ours: it has no attribute ictus_kind and no group /spikes "
        "or /report",
        h->path);
  return ICTUS_OK;
}

static ictus_err
fill (ictus_h5 *h, const ictus_plot_request *r, plot_figure *f)
{
  const char *what = r->what, *boundary = r->boundary;
  char kind[PLOT_NAME];

  ICTUS_TRY (kind_of (h, kind));
  if (r->x != NULL && strcmp (kind, ICTUS_KIND_TRAJECTORY) != 0)
    return ICTUS_FAIL (ICTUS_E_INPUT, "axes are chosen for a trajectory only; %s is of kind \"%s\"", h->path, kind);
  if (boundary != NULL && strcmp (kind, ICTUS_KIND_SWEEP) != 0)
    return ICTUS_FAIL (ICTUS_E_INPUT, "a boundary is drawn over the map of a sweep only; %s is of kind \"%s\"", h->path,
                       kind);
  if (strcmp (kind, ICTUS_KIND_RESULTS) == 0)
    return ictus__plot_results (h, what, f);
  if (strcmp (kind, ICTUS_KIND_COMPARE) == 0)
    return ictus__plot_compare (h, what, f);
  if (strcmp (kind, ICTUS_KIND_LYAPUNOV_MAP) == 0)
    return ictus__plot_lyapunov_map (h, f);
  if (strcmp (kind, ICTUS_KIND_ORBIT) == 0)
    return ictus__plot_orbit (h, f);
  if (strcmp (kind, ICTUS_KIND_SECTION) == 0)
    return ictus__plot_section (h, f);
  if (strcmp (kind, ICTUS_KIND_ZERO_ONE) == 0)
    return ictus__plot_zero_one (h, f);
  if (strcmp (kind, ICTUS_KIND_SWEEP) == 0)
    return ictus__plot_sweep (h, what, boundary, f);
  if (strcmp (kind, ICTUS_KIND_LYAPUNOV) == 0)
    return ictus__plot_lyapunov (h, what, f);
  if (strcmp (kind, ICTUS_KIND_BIFURCATION) == 0)
    return ictus__plot_bifurcation (h, what, f);
  if (strcmp (kind, ICTUS_KIND_PHASE) == 0)
    return ictus__plot_phase (h, what, f);
  if (strcmp (kind, ICTUS_KIND_TRAJECTORY) == 0)
    return r->x != NULL ? ictus__plot_plane (h, r->x, r->y, f) : ictus__plot_trajectory (h, what, f);
  if (strcmp (kind, ICTUS_KIND_TRANSITIONS) == 0)
    return ictus__plot_transitions (h, f);
  return ICTUS_FAIL (ICTUS_E_FORMAT,
                     "%s is of kind \"%s\"; what can be drawn is what run, sweep, solve, phase, continue, lyapunov and transitions write",
                     h->path, kind);
}

ictus_err
ictus__figure_draw (plot_figure *f, const char *out)
{
  plot_format format = PLOT_PNG;
  ictus_text script = { 0 };
  ictus_err e;

  ICTUS_TRY (format_of (out, &format));
  if (f->left_out > 0)
    ictus__figure_note (f, "%zu more panels left out (choose one with --what)", f->left_out);
  ictus__figure_emit (f, format, &script);
  if (script.failed || f->data.failed || f->note.failed || f->title.failed)
    e = ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
  else
    e = ictus__gnuplot (script.s, script.len, out);
  ictus_text_clear (&script);
  return e;
}

ictus_err
ictus_plot (const char *path, const char *out, const ictus_plot_request *r)
{
  plot_figure f;
  plot_format format;
  ictus_err e = ICTUS_OK, closing;
  ictus_h5 h;

  memset (&f, 0, sizeof f);
  f.x = plot_range_none;
  ICTUS_TRY (format_of (out, &format)); /* before the work */
  ICTUS_TRY (ictus_h5_open (MPI_COMM_SELF, path, &h));
  e = fill (&h, r, &f);
  if (e == ICTUS_OK)
    e = ictus_h5_close (&h);
  else
    {
      char keep[ICTUS_ERR_TEXT]; /* closing may note an error of its own; the first one is the one to tell */

      snprintf (keep, sizeof keep, "%s", ictus_err_last ());
      closing = ictus_h5_close (&h);
      if (closing != ICTUS_OK)
        ictus_err_note (e, __FILE__, __LINE__, "%s", keep);
    }
  if (e == ICTUS_OK)
    e = ictus__figure_draw (&f, out);
  ictus__figure_clear (&f);
  return e;
}
