/* SPDX-License-Identifier: BSD-3-Clause */
/* A figure in memory and as a gnuplot script: panels one below another over one x axis, or a grid of
   panels. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "analyse/analyse_impl.h"

const plot_range plot_range_none = { INFINITY, -INFINITY };

/* Okabe and Ito's colours: told apart by everybody, also in print */
const char *
ictus__colour (size_t k)
{
  static const char *const colour[] = { "#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                        "#e69f00", "#56b4e9", "#555555", "#a6761d" };

  return colour[k % (sizeof colour / sizeof *colour)];
}

void
ictus__range_add (plot_range *r, double x)
{
  if (!isfinite (x))
    return;
  r->lo = x < r->lo ? x : r->lo;
  r->hi = x > r->hi ? x : r->hi;
}

/* 1, 2 or 5 times a power of ten: as near to that many steps in span as these can be. */
double
ictus__nice_step (double span, int about)
{
  double raw = span / about, p;

  if (!(raw > 0) || !isfinite (raw))
    return 1;
  p = pow (10, floor (log10 (raw)));
  raw /= p; /* borders: geometric means of the neighbours */
  return p * (raw < 1.4142 ? 1 : raw < 3.1623 ? 2 : raw < 7.0711 ? 5 : 10);
}

/* Single quotes: gnuplot takes everything else in them as it is. */
void
ictus__quote (ictus_text *t, const char *s)
{
  ictus_text_add (t, "'");
  for (; *s != '\0'; ++s)
    {
      if (*s == '\'')
        ictus_text_add (t, "''");
      else
        ictus_text_add (t, "%c", (unsigned char) *s < ' ' ? ' ' : *s);
    }
  ictus_text_add (t, "'");
}

/* A unit as print would set it: "uF/cm^2" becomes µF/cm². */
static void
pretty_unit (char *out, size_t size, const char *unit)
{
  static const char *const power[] = { "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹" };
  size_t n = 0;
  bool begin = true;

  out[0] = '\0';
  for (const char *s = unit; *s != '\0' && n + 8 < size; ++s)
    {
      const char *piece = NULL;
      char one[2] = { *s, '\0' };

      if (*s == '^' && s[1] >= '0' && s[1] <= '9')
        piece = power[*++s - '0'];
      else if (begin && *s == 'u' && s[1] >= 'A' && s[1] <= 'z')
        piece = "µ";
      else
        piece = one;
      begin = *s == '/' || *s == '*' || *s == ' ';
      n += (size_t) snprintf (out + n, size - n, "%s", piece);
    }
}

void
ictus__label (char *out, const char *name, const char *unit)
{
  char pretty[PLOT_NAME / 2];

  pretty_unit (pretty, sizeof pretty, unit);
  if (*pretty != '\0' && strcmp (pretty, "1") != 0)
    snprintf (out, PLOT_NAME, "%.60s (%s)", name, pretty);
  else
    snprintf (out, PLOT_NAME, "%.120s", name);
}

ictus_text *
ictus__figure_panel (plot_figure *f, int height)
{
  if (f->npanel >= PLOT_MAX_PANELS)
    {
      ++f->left_out;
      return NULL;
    }
  if (ictus_grow (&f->panel, &f->cap, f->npanel + 1, sizeof *f->panel) != ICTUS_OK)
    {
      f->data.failed = true;
      return NULL;
    }
  f->panel[f->npanel].height = height;
  return &f->panel[f->npanel++].text;
}

void
ictus__figure_title (plot_figure *f, ictus_h5 *h)
{
  const char *slash = strrchr (h->path, '/'), *file = slash != NULL ? slash + 1 : h->path;
  char title[PLOT_NAME];

  ictus__read_text (h, "/", "title", title); /* the name of the experiment, in a sweep */
  if (title[0] == '\0' && ictus_h5_exists (h, "/provenance"))
    ictus__read_text (h, "/provenance", "experiment_name", title);
  if (title[0] == '\0')
    ictus__read_text (h, "/", "model", title);
  ictus_text_add (&f->title, "%s%s%s", title, title[0] != '\0' ? ", " : "", file);
}

void
ictus__figure_note (plot_figure *f, const char *fmt, ...)
{
  char line[512];
  va_list ap;

  va_start (ap, fmt);
  vsnprintf (line, sizeof line, fmt, ap);
  va_end (ap);
  ictus_text_add (&f->note, "%s%s", f->note.len > 0 ? "; " : "", line);
}

static void
add_point (plot_figure *f, double x, double y, plot_range *r)
{
  ictus_text_add (&f->data, "%.9g %.7g\n", x, y);
  ictus__range_add (&f->x, x);
  ictus__range_add (r, y);
}

int
ictus__figure_curve (plot_figure *f, const double *t, double t0, double dt, const double *y, size_t n,
                     size_t stride, plot_range *r)
{
  size_t group = n > 2 * PLOT_COLUMNS ? (n + PLOT_COLUMNS - 1) / PLOT_COLUMNS : 1;

#define TIME(k) (t != NULL ? t[k] : t0 + (double) (k) * dt)
  ictus_text_add (&f->data, "$d%d << EOD\n", f->nblock);
  for (size_t a = 0; a < n; a += group)
    {
      size_t b = a + group < n ? a + group : n, lo = n, hi = n, first, second;

      for (size_t k = a; k < b; ++k)
        {
          if (!isfinite (y[k * stride]))
            continue;
          if (lo == n || y[k * stride] < y[lo * stride])
            lo = k;
          if (hi == n || y[k * stride] > y[hi * stride])
            hi = k;
        }
      if (lo == n)
        {
          ictus_text_add (&f->data, "\n"); /* nothing known: the curve is interrupted */
          continue;
        }
      first = lo < hi ? lo : hi;
      second = lo < hi ? hi : lo;
      add_point (f, TIME (first), y[first * stride], r);
      if (second != first)
        add_point (f, TIME (second), y[second * stride], r);
    }
  if (n == 0)
    ictus_text_add (&f->data, "NaN NaN\n");
  ictus_text_add (&f->data, "EOD\n");
#undef TIME
  return f->nblock++;
}

void
ictus__panel_y (ictus_text *p, plot_range r, int height, const char *label)
{
  double pad, step;

  if (!(r.lo <= r.hi))
    r = (plot_range){ 0, 1 };
  pad = 0.06 * (r.hi - r.lo);
  if (!(pad > 1e-9 * (fabs (r.lo) + fabs (r.hi)))) /* a constant: room around it */
    pad = r.lo != 0 ? 0.05 * fabs (r.lo) : 1;
  step = ictus__nice_step (r.hi - r.lo + 2 * pad, height / 34 > 2 ? height / 34 : 2);
  ictus_text_add (p, "set yrange [%.9g:%.9g]\nset ytics %.9g\n", r.lo - (r.lo == 0 ? 0 : pad), r.hi + pad,
                  step);
  ictus__panel_label (p, label);
}

/* Not gnuplot's own label of the axis: its place depends on the numbers beside it, and the panels would not
   line up. */
void
ictus__panel_label (ictus_text *p, const char *label)
{
  ictus_text_add (p, "set label ");
  ictus__quote (p, label);
  ictus_text_add (p, " at screen 0.02, graph 0.5 center rotate by 90 font ',10'\n");
}

void
ictus__figure_clear (plot_figure *f)
{
  for (size_t k = 0; k < f->npanel; ++k)
    ictus_text_clear (&f->panel[k].text);
  ictus_free (f->panel);
  ictus_text_clear (&f->data);
  ictus_text_clear (&f->title);
  ictus_text_clear (&f->note);
  memset (f, 0, sizeof *f);
}

/* ---- the script ------------------------------------------------------------------------------------- */

enum
{
  WIDTH = 900, /* pixels of a stack; the picture has SCALE times as many */
  SCALE = 2,
  LEFT = 84,
  RIGHT = 30,
  RIGHT_KEY = 140,
  GAP = 16,
  BOTTOM = 52,
  CELL_W = 470,
  CELL_H = 360,
  NOTE_LINE = 15,
  NOTE_COLUMNS = 125
};

typedef struct layout
{
  int w, h, top, notes;
} layout;

static void
terminal (const layout *l, plot_format format, ictus_text *t)
{
  /* psf: the terminals differ in what they take for a point of size 1 */
  ictus_text_add (t, "set encoding utf8\nlist = ' '.GPVAL_TERMINALS.' '\npsf = %s\n",
                  format == PLOT_SVG ? "1.6" : format == PLOT_PDF ? "1.3" : "1");
  switch (format)
    {
    case PLOT_PNG:
      ictus_text_add (
          t,
          "if (strstrt (list, ' pngcairo ') > 0) {\n"
          "set terminal pngcairo noenhanced size %d,%d font 'Sans,10' fontscale %d linewidth %d pointscale "
          "%d "
          "background '#ffffff'\n} else {\n"
          "if (strstrt (list, ' png ') == 0) { exit error 'ictus: no terminal' }\n"
          "set terminal png noenhanced truecolor size %d,%d font 'Sans,10' fontscale %d linewidth %d\n}\n",
          l->w * SCALE, l->h * SCALE, SCALE, SCALE, SCALE, l->w * SCALE, l->h * SCALE, SCALE, SCALE);
      break;
    case PLOT_SVG:
      ictus_text_add (t,
                      "if (strstrt (list, ' svg ') == 0) { exit error 'ictus: no terminal' }\n"
                      "set terminal svg noenhanced size %d,%d font 'Sans,10' fontscale 1.333 linewidth 1.2 "
                      "background '#ffffff'\n",
                      l->w, l->h);
      break;
    case PLOT_PDF:
      ictus_text_add (
          t,
          "if (strstrt (list, ' pdfcairo ') == 0) { exit error 'ictus: no terminal' }\n"
          "set terminal pdfcairo noenhanced size %.3fin,%.3fin font 'Sans,10' fontscale 0.75 linewidth 1.5 "
          "background '#ffffff'\n",
          l->w / 96.0, l->h / 96.0);
      break;
    }
}

/* Lines of the note: broken at "; " when they get long. Returns how many; writes labels when t is not
   NULL. */
static int
notes (const plot_figure *f, const layout *l, ictus_text *t)
{
  const char *s = f->note.s;
  int line = 0;

  while (s != NULL && *s != '\0')
    {
      const char *end = s + strlen (s), *cut = strstr (s, "; ");
      ictus_text one = { 0 };

      for (const char *c = cut; c != NULL && c - s <= NOTE_COLUMNS; c = strstr (c + 2, "; "))
        cut = c;
      if (end - s <= NOTE_COLUMNS || cut == NULL)
        cut = end;
      if (t != NULL)
        {
          ictus_text_addn (&one, s, (size_t) (cut - s));
          ictus_text_add (t, "set label ");
          ictus__quote (t, one.s != NULL ? one.s : "");
          ictus_text_add (t, " at screen %.5f, screen %.5f left font ',8.5' tc rgb '#666666'\n", 14.0 / l->w,
                          1 - (42.0 + NOTE_LINE * line) / l->h);
          ictus_text_clear (&one);
        }
      s = *cut != '\0' ? cut + 2 : cut;
      ++line;
    }
  return line;
}

static void
margins (const layout *l, double left, double right, double top, double bottom, ictus_text *t)
{
  ictus_text_add (t,
                  "set lmargin at screen %.5f\nset rmargin at screen %.5f\nset tmargin at screen %.5f\n"
                  "set bmargin at screen %.5f\n",
                  left / l->w, right / l->w, 1 - top / l->h, 1 - bottom / l->h);
  ictus_text_add (
      t, "unset key\nunset object\nunset arrow\nunset colorbox\nunset logscale\nunset xlabel\nunset title\n"
         "set format '%%g'\nset border 3 lw 0.8 lc rgb '#555555'\nset tics nomirror out scale 0.5 font ',9'\n"
         "set xtics autofreq nomirror\nset ytics autofreq nomirror\nunset ylabel\n"
         "set grid ytics lt 1 lw 0.5 lc rgb '#e4e4e4'\n");
}

static void
emit_stack (const plot_figure *f, const layout *l, ictus_text *t)
{
  double right = l->w - (f->key ? RIGHT_KEY : RIGHT), y = l->top;
  double step = ictus__nice_step (f->x.hi - f->x.lo, 8);

  for (size_t k = 0; k < f->npanel; ++k)
    {
      const plot_panel *p = &f->panel[k];

      margins (l, LEFT, right, y, y + p->height, t);
      ictus_text_add (t, "set xrange [%.9g:%.9g]\n", f->x.lo, f->x.hi);
      if (f->xlog)
        ictus_text_add (t, "set logscale x\n");
      else
        ictus_text_add (t, "set xtics %.9g\n", step);
      if (k + 1 < f->npanel)
        ictus_text_add (t, "set format x ''\n");
      else
        {
          ictus_text_add (t, "set xlabel ");
          ictus__quote (t, f->xlabel);
          ictus_text_add (t, "\n");
        }
      ictus_text_add (
          t, "set key at screen %.5f, screen %.5f left top Left reverse samplen 1.2 spacing 1.05 font ',9'\n",
          (right + 8) / l->w, 1 - (y - 4) / l->h);
      ictus_text_addn (t, p->text.s != NULL ? p->text.s : "", p->text.len);
      ictus_text_add (t, "\nunset label\n");
      y += p->height + GAP;
    }
}

static size_t
grid_columns (const plot_figure *f)
{
  return f->npanel > 4 || f->npanel == 3 ? 3 : f->npanel > 1 ? 2 : 1;
}

static void
emit_grid (const plot_figure *f, const layout *l, ictus_text *t)
{
  size_t ncol = grid_columns (f);

  for (size_t k = 0; k < f->npanel; ++k)
    {
      double x = (double) (k % ncol) * CELL_W, y = l->top + (double) (k / ncol) * CELL_H;

      margins (l, x + 70, x + CELL_W - 88, y + 26, y + CELL_H - 54, t);
      ictus_text_addn (t, f->panel[k].text.s != NULL ? f->panel[k].text.s : "", f->panel[k].text.len);
      ictus_text_add (t, "\nunset label\n");
    }
}

void
ictus__figure_emit (const plot_figure *f, plot_format format, ictus_text *out)
{
  layout l = { 0, 0, 0, 0 };

  l.notes = notes (f, &l, NULL);
  l.top = 46 + NOTE_LINE * l.notes;
  l.w = WIDTH;
  if (f->grid)
    {
      size_t ncol = grid_columns (f);

      l.w = (int) ncol * CELL_W;
      l.h = l.top + (int) ((f->npanel + ncol - 1) / ncol) * CELL_H;
    }
  else
    {
      l.h = l.top + BOTTOM - GAP;
      for (size_t k = 0; k < f->npanel; ++k)
        l.h += f->panel[k].height + GAP;
    }
  terminal (&l, format, out);
  ictus_text_addn (out, f->data.s != NULL ? f->data.s : "", f->data.len);
  ictus_text_add (out, "set multiplot\nset label ");
  ictus__quote (out, f->title.s != NULL ? f->title.s : "");
  ictus_text_add (out, " at screen %.5f, screen %.5f left font ',13'\n", 14.0 / l.w, 1 - 22.0 / l.h);
  notes (f, &l, out);
  if (f->grid)
    emit_grid (f, &l, out);
  else
    emit_stack (f, &l, out);
  ictus_text_add (out, "unset multiplot\nset output\n");
}
