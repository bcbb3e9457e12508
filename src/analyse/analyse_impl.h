/* SPDX-License-Identifier: BSD-3-Clause */
/* Private to src/analyse: a figure as a list of panels, and what draws which file. */
#ifndef ICTUS_ANALYSE_IMPL_H
#define ICTUS_ANALYSE_IMPL_H

#include "ictus/analyse.h"
#include "ictus/schema.h"

enum
{
  PLOT_MAX_DOTS = 20000, /* of a raster */
  PLOT_MAX_LINES = 8,    /* curves in one panel */
  PLOT_MAX_PANELS = 12,  /* one below another */
  PLOT_COLUMNS = 1500,   /* a longer curve is drawn as its envelope in so many columns */
  PLOT_PLANE = 520,      /* height of a phase plane */
  PLOT_NAME = 128        /* longest name we make of names in a file */
};

typedef struct plot_range /* start with plot_range_none */
{
  double lo, hi;
} plot_range;

typedef struct plot_panel
{
  int height;      /* pixels; of a stack */
  ictus_text text; /* gnuplot commands; the last is the plot command */
} plot_panel;

typedef struct plot_figure /* start with {0}, end with ictus__figure_clear */
{
  ictus_text data; /* blocks $d0, $d1, ... */
  int nblock;
  plot_panel *panel; /* [npanel] */
  size_t npanel, cap, left_out;
  ictus_text title; /* one line */
  ictus_text note;  /* what the reader must know of how it was drawn; parts separated by "; " */
  bool key;         /* some panel has a key to its right */
  /* stack: one x axis shared by all panels */
  plot_range x;
  bool xlog;
  char xlabel[PLOT_NAME];
  /* grid: panels with axes of their own */
  bool grid;
} plot_figure;

typedef enum plot_format
{
  PLOT_PNG,
  PLOT_SVG,
  PLOT_PDF
} plot_format;

/* analyse_figure.c. Collectivity of everything here: none. */
extern const plot_range plot_range_none;
const char *ictus__colour (size_t k);
void ictus__range_add (plot_range *r, double x);
double ictus__nice_step (double span, int about);
void ictus__quote (ictus_text *t, const char *s);                        /* as a gnuplot string */
void ictus__label (char *out, const char *name, const char *unit);      /* "name (unit)"; out [PLOT_NAME] */
ictus_text *ictus__figure_panel (plot_figure *f, int height);            /* NULL: no room for more */
void ictus__figure_title (plot_figure *f, ictus_h5 *h); /* experiment and file */
void ictus__figure_note (plot_figure *f, const char *fmt, ...) __attribute__ ((format (printf, 2, 3)));
/* A curve of n points as a block: times t, or t0 + k * dt when t is NULL; y[k * stride]. Widens *r. Returns
   the block's number. */
int ictus__figure_curve (plot_figure *f, const double *t, double t0, double dt, const double *y, size_t n,
                         size_t stride, plot_range *r);
/* A curve in a plane, as a block, without the points that could not be told from the one before. */
int ictus__figure_plane (plot_figure *f, const ictus_plot_axis *x, const ictus_plot_axis *y, size_t n, plot_range rx,
                         plot_range ry);
void ictus__range_pad (plot_range *r); /* some room around it; something where there is nothing */
/* Range, tics and label of the y axis of a plane, as they are. */
void ictus__panel_plane (ictus_text *p, plot_range r, const char *label);
/* Range, tics and label of the y axis. */
void ictus__panel_y (ictus_text *p, plot_range r, int height, const char *label);
void ictus__panel_label (ictus_text *p, const char *label); /* of the y axis, of a stack */
void ictus__figure_emit (const plot_figure *f, plot_format format, ictus_text *out);
void ictus__figure_clear (plot_figure *f);
/* The whole way to a picture; its ending says the format. */
ictus_err ictus__figure_draw (plot_figure *f, const char *out);

/* analyse_gnuplot.c: the script through gnuplot into a file, whole or not at all. Collectivity: none. */
ictus_err ictus__gnuplot (const char *script, size_t len, const char *out);

/* analyse_read.c. Collectivity: none. */
ictus_err ictus__read_attr_double (ictus_h5 *f, const char *object, const char *name, double *out);
/* An attribute, "" if there is none; out [PLOT_NAME]. */
void ictus__read_text (ictus_h5 *f, const char *object, const char *name, char *out);
/* The first ncol columns of a table, [nrow, ncol]. */
ictus_err ictus__read_columns (ictus_h5 *f, const char *path, size_t ncol, double **out, size_t *nrow);
/* Name of the scale of a dimension; name [PLOT_NAME]. */
ictus_err ictus__read_scale (ictus_h5 *f, const char *set, unsigned dim, char *name);
/* An attribute of n strings, of fixed or variable length; *names is freed with ictus__free_names. */
ictus_err ictus__read_names (ictus_h5 *f, const char *object, const char *name, char ***names, size_t *n);
void ictus__free_names (char **names, size_t n);
/* The message that names what there is; returns ICTUS_E_INPUT. */
ictus_err ictus__unknown_what (const char *what, const char *path, const char *const *known, size_t n);

/* One for each kind of file: fill the figure. Collectivity: none. */
ictus_err ictus__plot_results (ictus_h5 *h, const char *what, plot_figure *f);
/* boundary: file of a threshold search whose line is drawn; NULL: that of the file itself, where it is one. */
ictus_err ictus__plot_sweep (ictus_h5 *h, const char *what, const char *boundary, plot_figure *f);
ictus_err ictus__plot_lyapunov (ictus_h5 *h, const char *what, plot_figure *f);
ictus_err ictus__plot_bifurcation (ictus_h5 *h, const char *what, plot_figure *f);
/* The diagram of /branches under something else, over the range of the parameter that f->x is: plot commands go on in curves, labels before
   them. */
ictus_err ictus__bifurcation_under (ictus_h5 *h, plot_figure *f, plot_range *y, ictus_text *labels, ictus_text *curves);
ictus_err ictus__plot_phase (ictus_h5 *h, const char *what, plot_figure *f);
ictus_err ictus__plot_compare (ictus_h5 *h, const char *what, plot_figure *f);
ictus_err ictus__plot_trajectory (ictus_h5 *h, const char *what, plot_figure *f);
ictus_err ictus__plot_transitions (ictus_h5 *h, plot_figure *f);
ictus_err ictus__plot_lyapunov_map (ictus_h5 *h, plot_figure *f);
ictus_err ictus__plot_orbit (ictus_h5 *h, plot_figure *f);
ictus_err ictus__plot_section (ictus_h5 *h, plot_figure *f);
ictus_err ictus__plot_zero_one (ictus_h5 *h, plot_figure *f);
ictus_err ictus__plot_plane (ictus_h5 *h, const char *x, const char *y, plot_figure *f); /* of a trajectory */

#endif
