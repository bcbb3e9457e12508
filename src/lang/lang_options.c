/* SPDX-License-Identifier: BSD-3-Clause */
/* The options of XPPAUT: lines that begin with @. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lang/lang_front.h"

/* What is honoured; the numbers are the bits of "given". */
enum
{
  OPT_TOTAL, OPT_DT, OPT_T0, OPT_TRANS, OPT_BOUND, OPT_METH, OPT_TOL, OPT_ATOL, OPT_DTMIN, OPT_DTMAX, OPT_NEWT_TOL,
  OPT_NEWT_ITER, OPT_JAC_EPS, OPT_DELAY, OPT_NOUT, OPT_MAXSTOR, OPT_SEED, OPT_POIMAP, OPT_POIVAR, OPT_POIPLN,
  OPT_POISGN, OPT_POISTOP, OPT_OUTPUT, OPT_XP, OPT_YP, OPT_ZP, OPT_XLO, OPT_XHI, OPT_YLO, OPT_YHI,
  OPT_COUNT,
  OPT_XMIN, OPT_XMAX, OPT_YMIN, OPT_YMAX, /* limits of the picture where xlo and its kin are not given */
  OPT_PARMIN, OPT_PARMAX,                 /* of AUTO */
  OPT_CHANGES,                            /* says something about the run and is not honoured */
  OPT_IGNORED
};

static const char *const honoured[OPT_COUNT + 1]
    = { "total", "dt", "t0", "trans", "bound", "meth", "tol", "atol", "dtmin", "dtmax", "newt_tol", "newt_iter",
        "jac_eps", "delay", "nout", "maxstor", "seed", "poimap", "poivar", "poipln", "poisgn", "poistop", "output",
        "xp", "yp", "zp", "xlo", "xhi", "ylo", "yhi", NULL };

/* In the order in which XPPAUT compares: the first that the given name begins with is meant. */
static const struct { const char *name; int what; } options[] = {
  { "quiet", OPT_IGNORED }, { "logfile", OPT_IGNORED }, { "bell", OPT_IGNORED }, { "but", OPT_IGNORED },
  { "bigfont", OPT_IGNORED }, { "big", OPT_IGNORED }, { "smallfont", OPT_IGNORED }, { "small", OPT_IGNORED },
  { "forecolor", OPT_IGNORED }, { "backcolor", OPT_IGNORED }, { "mwcolor", OPT_IGNORED },
  { "dwcolor", OPT_IGNORED }, { "grads", OPT_IGNORED }, { "plotfmt", OPT_IGNORED }, { "backimage", OPT_IGNORED },
  { "width", OPT_IGNORED }, { "height", OPT_IGNORED }, { "ync", OPT_IGNORED }, { "xnc", OPT_IGNORED },
  { "smc", OPT_IGNORED }, { "umc", OPT_IGNORED }, { "lt", OPT_IGNORED }, { "seed", OPT_SEED },
  { "back", OPT_IGNORED }, { "colormap", OPT_IGNORED }, { "nplot", OPT_IGNORED }, { "dll_lib", OPT_CHANGES },
  { "dll_fun", OPT_CHANGES }, { "simplot", OPT_IGNORED }, { "multiwin", OPT_IGNORED }, { "xp2", OPT_IGNORED },
  { "xp3", OPT_IGNORED }, { "xp4", OPT_IGNORED }, { "xp5", OPT_IGNORED }, { "xp6", OPT_IGNORED },
  { "xp7", OPT_IGNORED }, { "xp8", OPT_IGNORED }, { "yp2", OPT_IGNORED }, { "yp3", OPT_IGNORED },
  { "yp4", OPT_IGNORED }, { "yp5", OPT_IGNORED }, { "yp6", OPT_IGNORED }, { "yp7", OPT_IGNORED },
  { "yp8", OPT_IGNORED }, { "zp2", OPT_IGNORED }, { "zp3", OPT_IGNORED }, { "zp4", OPT_IGNORED },
  { "zp5", OPT_IGNORED }, { "zp6", OPT_IGNORED }, { "zp7", OPT_IGNORED }, { "zp8", OPT_IGNORED },
  { "xhi2", OPT_IGNORED }, { "xhi3", OPT_IGNORED }, { "xhi4", OPT_IGNORED }, { "xhi5", OPT_IGNORED },
  { "xhi6", OPT_IGNORED }, { "xhi7", OPT_IGNORED }, { "xhi8", OPT_IGNORED }, { "xlo2", OPT_IGNORED },
  { "xlo3", OPT_IGNORED }, { "xlo4", OPT_IGNORED }, { "xlo5", OPT_IGNORED }, { "xlo6", OPT_IGNORED },
  { "xlo7", OPT_IGNORED }, { "xlo8", OPT_IGNORED }, { "yhi2", OPT_IGNORED }, { "yhi3", OPT_IGNORED },
  { "yhi4", OPT_IGNORED }, { "yhi5", OPT_IGNORED }, { "yhi6", OPT_IGNORED }, { "yhi7", OPT_IGNORED },
  { "yhi8", OPT_IGNORED }, { "ylo2", OPT_IGNORED }, { "ylo3", OPT_IGNORED }, { "ylo4", OPT_IGNORED },
  { "ylo5", OPT_IGNORED }, { "ylo6", OPT_IGNORED }, { "ylo7", OPT_IGNORED }, { "ylo8", OPT_IGNORED },
  { "xp", OPT_XP }, { "yp", OPT_YP }, { "zp", OPT_ZP }, { "axes", OPT_IGNORED }, { "njmp", OPT_NOUT },
  { "nout", OPT_NOUT }, { "nmesh", OPT_IGNORED }, { "meth", OPT_METH }, { "vmaxpts", OPT_IGNORED },
  { "maxstor", OPT_MAXSTOR }, { "tor_per", OPT_CHANGES }, { "jac_eps", OPT_JAC_EPS }, { "newt_tol", OPT_NEWT_TOL },
  { "newt_iter", OPT_NEWT_ITER }, { "fold", OPT_CHANGES }, { "total", OPT_TOTAL }, { "dtmin", OPT_DTMIN },
  { "dtmax", OPT_DTMAX }, { "dt", OPT_DT }, { "t0", OPT_T0 }, { "trans", OPT_TRANS }, { "bound", OPT_BOUND },
  { "atol", OPT_ATOL }, { "tol", OPT_TOL }, { "delay", OPT_DELAY }, { "bandup", OPT_IGNORED },
  { "bandlo", OPT_IGNORED }, { "phi", OPT_IGNORED }, { "theta", OPT_IGNORED }, { "xlo", OPT_XLO },
  { "ylo", OPT_YLO }, { "xhi", OPT_XHI }, { "yhi", OPT_YHI }, { "xmax", OPT_XMAX }, { "ymax", OPT_YMAX },
  { "zmax", OPT_IGNORED }, { "xmin", OPT_XMIN }, { "ymin", OPT_YMIN }, { "zmin", OPT_IGNORED },
  { "poimap", OPT_POIMAP }, { "poivar", OPT_POIVAR }, { "output", OPT_OUTPUT }, { "poisgn", OPT_POISGN },
  { "poistop", OPT_POISTOP }, { "stoch", OPT_IGNORED }, { "poipln", OPT_POIPLN }, { "rangeover", OPT_IGNORED },
  { "rangestep", OPT_IGNORED }, { "rangelow", OPT_IGNORED }, { "rangehigh", OPT_IGNORED },
  { "rangereset", OPT_IGNORED }, { "rangeoldic", OPT_IGNORED }, { "range", OPT_CHANGES }, { "ntst", OPT_IGNORED },
  { "nmax", OPT_IGNORED }, { "npr", OPT_IGNORED }, { "ncol", OPT_IGNORED }, { "dsmin", OPT_IGNORED },
  { "dsmax", OPT_IGNORED }, { "ds", OPT_IGNORED }, { "parmin", OPT_PARMIN }, { "parmax", OPT_PARMAX },
  { "normmin", OPT_IGNORED }, { "normmax", OPT_IGNORED }, { "epsl", OPT_IGNORED }, { "epsu", OPT_IGNORED },
  { "epss", OPT_IGNORED }, { "runnow", OPT_IGNORED }, { "sec", OPT_IGNORED }, { "uec", OPT_IGNORED },
  { "spc", OPT_IGNORED }, { "upc", OPT_IGNORED }, { "autoeval", OPT_IGNORED }, { "autoxmax", OPT_IGNORED },
  { "autoymax", OPT_IGNORED }, { "autoxmin", OPT_IGNORED }, { "autoymin", OPT_IGNORED }, { "autovar", OPT_IGNORED },
  { "ps_", OPT_IGNORED }, { "tutorial", OPT_IGNORED }, { "s1", OPT_IGNORED }, { "s2", OPT_IGNORED },
  { "s3", OPT_IGNORED }, { "slo", OPT_IGNORED }, { "shi", OPT_IGNORED }, { "postprocess", OPT_IGNORED },
  { "hist", OPT_IGNORED }, { "spec", OPT_IGNORED }, { "dfgrid", OPT_IGNORED }, { "dfdraw", OPT_IGNORED },
  { "ncdraw", OPT_IGNORED }, { "colorvia", OPT_IGNORED }, { "colorize", OPT_IGNORED }, { "colorlo", OPT_IGNORED },
  { "colorhi", OPT_IGNORED },
};

enum
{
  NOPTION = sizeof options / sizeof *options
};

void
ictus__settings_default (ictus_lang_settings *s)
{
  *s = (ictus_lang_settings) {
    .method = 'r', .total = 20, .dt = 0.05, .bound = 100, .tol = 1e-3, .atol = 1e-3, .dtmin = 1e-12, .dtmax = 1,
    .newt_tol = 1e-3, .jac_eps = 1e-3, .nout = 1, .newt_iter = 100, .maxstor = 5000, .seed = 12345678, .poisgn = 1,
    .poivar = "", .output = "", .xp = "", .yp = "", .zp = "",
    .xlo = (double) NAN, .xhi = (double) NAN, .ylo = (double) NAN, .yhi = (double) NAN,
    .parmin = (double) NAN, .parmax = (double) NAN,
  };
}

const char *
ictus_lang_option_name (int k)
{
  return k >= 0 && k < OPT_COUNT ? honoured[k] : NULL;
}

double
ictus__atof (const char *s, size_t *used)
{
  size_t a = strspn (s, " \t"), n, m, digits;
  char buf[400];

  n = a + (s[a] == '+' || s[a] == '-');
  digits = strspn (s + n, "0123456789");
  n += digits;
  if (s[n] == '.')
    {
      size_t more = strspn (s + n + 1, "0123456789");

      digits += more;
      n += 1 + more;
    }
  if (digits == 0 || n - a >= sizeof buf - 20)
    {
      *used = 0;
      return 0;
    }
  if (s[n] == 'e' || s[n] == 'E')
    {
      m = n + 1 + (s[n + 1] == '+' || s[n + 1] == '-');
      if (isdigit ((unsigned char) s[m]))
        {
          size_t d = strspn (s + m, "0123456789");

          n = m + d;
        }
    }
  if (n - a >= sizeof buf)
    n = a + sizeof buf - 1;
  memcpy (buf, s + a, n - a);
  buf[n - a] = '\0';
  *used = n;
  return strtod (buf, NULL);
}

static int
find (const char *name)
{
  for (int k = 0; k < NOPTION; ++k)
    if (strncasecmp (name, options[k].name, strlen (options[k].name)) == 0)
      return k;
  return -1;
}

bool
ictus__option (const char *name)
{
  return find (name) >= 0;
}

static const char *
nearest (const char *name)
{
  const char *list[NOPTION];

  for (int k = 0; k < NOPTION; ++k)
    list[k] = options[k].name;
  return ictus_nearest (name, list, NOPTION);
}

/* ---- values --------------------------------------------------------------------------------------------- */

static ictus_err
number (const char *name, const char *value, double *out)
{
  size_t used;
  double v = ictus__atof (value, &used);

  if (used == 0 || !isfinite (v))
    return ICTUS_FAIL (ICTUS_E_INPUT, "%s: expected a number, not '%s'", name, value);
  *out = v;
  return ICTUS_OK;
}

/* An integer from lo on; what is behind a point is cut off, as by XPPAUT. */
static ictus_err
integer (const char *name, const char *value, double lo, double *out)
{
  double v = 0;

  ICTUS_TRY (number (name, value, &v));
  v = trunc (v);
  if (v < lo || v > 2147483647)
    return ICTUS_FAIL (ICTUS_E_INPUT, "%s: expected a whole number from %g to 2147483647, not '%s'", name, lo, value);
  *out = v;
  return ICTUS_OK;
}

static ictus_err
set_method (ictus_lang_settings *s, const char *value)
{
  char c = (char) tolower ((unsigned char) *value);

  if (c == '\0' || strchr ("demragvbqsc582y", c) == NULL)
    return ICTUS_FAIL (ICTUS_E_INPUT,
                       "meth: there is no method '%s'; known are discrete, euler, modeuler, runge-kutta, adams, gear, "
                       "volterra, backeul, qualrk, stiff, cvode, 5dp, 83dp, 2rb, ymp (the first letter counts)",
                       value);
  s->method = c;
  return ICTUS_OK;
}

static double *
number_at (ictus_lang_settings *s, int what)
{
  switch (what)
    {
    case OPT_TOTAL: return &s->total;
    case OPT_DT: return &s->dt;
    case OPT_T0: return &s->t0;
    case OPT_TRANS: return &s->trans;
    case OPT_BOUND: return &s->bound;
    case OPT_TOL: return &s->tol;
    case OPT_ATOL: return &s->atol;
    case OPT_DTMIN: return &s->dtmin;
    case OPT_DTMAX: return &s->dtmax;
    case OPT_NEWT_TOL: return &s->newt_tol;
    case OPT_JAC_EPS: return &s->jac_eps;
    case OPT_DELAY: return &s->delay;
    case OPT_POIPLN: return &s->poipln;
    case OPT_XLO: case OPT_XMIN: return &s->xlo;
    case OPT_XHI: case OPT_XMAX: return &s->xhi;
    case OPT_YLO: case OPT_YMIN: return &s->ylo;
    case OPT_YHI: case OPT_YMAX: return &s->yhi;
    case OPT_PARMIN: return &s->parmin;
    case OPT_PARMAX: return &s->parmax;
    default: return NULL;
    }
}

static const char **
string_at (ictus_lang_settings *s, int what)
{
  switch (what)
    {
    case OPT_POIVAR: return &s->poivar;
    case OPT_OUTPUT: return &s->output;
    case OPT_XP: return &s->xp;
    case OPT_YP: return &s->yp;
    case OPT_ZP: return &s->zp;
    default: return NULL;
    }
}

static ictus_err
set_integer (ictus_lang_settings *s, int what, const char *name, const char *value)
{
  double v = 0;
  bool counts = what == OPT_NOUT || what == OPT_MAXSTOR || what == OPT_NEWT_ITER;

  ICTUS_TRY (integer (name, value, counts ? 1 : what == OPT_SEED ? 0 : -2147483647, &v));
  switch (what)
    {
    case OPT_NOUT: s->nout = (int) v; break;
    case OPT_MAXSTOR: s->maxstor = (int) v; break;
    case OPT_NEWT_ITER: s->newt_iter = (int) v; break;
    case OPT_SEED: s->seed = (uint64_t) v; break;
    case OPT_POISGN: s->poisgn = v > 0 ? 1 : v < 0 ? -1 : 0; break;
    default: s->poistop = v != 0; break;
    }
  return ICTUS_OK;
}

static ictus_err
set_value (ictus_lang_settings *s, int what, const char *name, const char *value)
{
  double *number_to = number_at (s, what), v = 0;
  const char **string_to = string_at (s, what);

  if (number_to != NULL)
    {
      ICTUS_TRY (number (name, value, &v));
      if (what == OPT_DT && v == 0)
        return ICTUS_FAIL (ICTUS_E_INPUT, "dt: expected a step other than 0");
      if (what >= OPT_XMIN && what <= OPT_YMAX && !isnan (*number_to))
        return ICTUS_OK;
      *number_to = v;
    }
  else if (string_to != NULL)
    *string_to = value;
  else if (what == OPT_METH)
    ICTUS_TRY (set_method (s, value));
  else if (what == OPT_POIMAP)
    s->poimap = strchr ("sS", *value) != NULL ? 1 : strchr ("mM", *value) != NULL ? 2 : strchr ("pP", *value) != NULL ? 3 : 0;
  else
    ICTUS_TRY (set_integer (s, what, name, value));
  if (what < OPT_COUNT)
    s->given |= 1u << what;
  return ICTUS_OK;
}

ictus_err
ictus_lang_set_option (ictus_lang_settings *s, const char *name, const char *value)
{
  int k = find (name);
  const char *near;

  if (k < 0)
    {
      near = nearest (name);
      return ICTUS_FAIL (ICTUS_E_INPUT, "there is no option '%s'%s%s%s", name, near != NULL ? "; did you mean '" : "",
                         near != NULL ? near : "", near != NULL ? "'?" : "");
    }
  if (*value == '\0')
    return ICTUS_FAIL (ICTUS_E_INPUT, "the option '%s' needs a value, as in '%s=1'", name, name);
  if (options[k].what >= OPT_CHANGES)
    return ICTUS_FAIL (ICTUS_E_INPUT, "the option '%s' of XPPAUT is not honoured", options[k].name);
  return set_value (s, options[k].what, options[k].name, value);
}

/* ---- lines ---------------------------------------------------------------------------------------------- */

static const char *
why_not (const char *option)
{
  if (strcmp (option, "fold") == 0 || strcmp (option, "tor_per") == 0)
    return "variables are not folded onto a circle";
  if (strcmp (option, "range") == 0)
    return "the model is run once; a range of parameters is a sweep";
  return "right-hand sides from a compiled library are not taken";
}

/* name=value at off */
static ictus_err
one (ictus_lang *L, const ictus__logical *l, size_t off, const char *name, const char *value)
{
  int k = find (name);
  const char *near, *kept;
  char why[512];
  size_t used;

  if (k < 0)
    {
      near = nearest (name);
      return ictus__note_line (L, ICTUS_LANG_UNKNOWN, l, off, "there is no option '%s'%s%s%s", name,
                               near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                               near != NULL ? "'?" : "");
    }
  if (options[k].what == OPT_IGNORED)
    return ictus__note_line (L, ICTUS_LANG_IGNORED, l, off, "%s", options[k].name);
  if (options[k].what == OPT_CHANGES)
    {
      if (strcmp (options[k].name, "range") == 0 && ictus__atof (value, &used) == 0)
        return ictus__note_line (L, ICTUS_LANG_IGNORED, l, off, "%s", options[k].name);
      return ictus__note_line (L, ICTUS_LANG_NOTDONE, l, off, "the option '%s=%s' is not honoured: %s", name, value,
                               why_not (options[k].name));
    }
  if ((kept = ictus__keep (L, value)) == NULL)
    return ICTUS_E_NOMEM;
  if (set_value (&L->settings, options[k].what, options[k].name, kept) != ICTUS_OK)
    {
      snprintf (why, sizeof why, "%s", ictus_err_last ());
      return ictus__fail_line (L, l, off, strlen (name) + 1 + strlen (value), "%s", why);
    }
  if (options[k].what == OPT_NOUT || options[k].what == OPT_SEED || number_at (&L->settings, options[k].what) != NULL)
    {
      ictus__atof (value, &used);
      if (value[used] != '\0')
        return ictus__note_line (L, ICTUS_LANG_READING, l, off, "of '%s=%s', XPPAUT reads only '%.*s'", name, value,
                                 (int) used, value);
    }
  return ICTUS_OK;
}

/* One word between blanks and commas. */
static ictus_err
word (ictus_lang *L, const ictus__logical *l, size_t off, size_t n)
{
  const char *s = l->text.s + off, *equal = memchr (s, '=', n);
  char name[128], value[512];
  size_t a = equal != NULL ? (size_t) (equal - s) : n, b = equal != NULL ? n - a - 1 : 0;

  if (!isalpha ((unsigned char) *s)) /* what is left of one that was said to be passed over */
    return ICTUS_OK;
  if (a == 0 || b == 0)
    return ictus__note_line (L, ICTUS_LANG_READING, l, off,
                             "'%.*s' is passed over, as by XPPAUT: options are written name=value, without blanks",
                             n > 60 ? 60 : (int) n, s);
  if (a >= sizeof name || b >= sizeof value)
    return ictus__fail_line (L, l, off, n, "this option is too long");
  memcpy (name, s, a);
  name[a] = '\0';
  memcpy (value, equal + 1, b);
  value[b] = '\0';
  return one (L, l, off, name, value);
}

ictus_err
ictus__options_line (ictus_lang *L, const ictus__logical *l)
{
  static const char blank[] = " \t,\r\n";
  const char *s = l->text.s;
  size_t at = strspn (s, " \t"), n = strcspn (s + at, blank);
  bool comment = false;

  if (n > 1) /* XPPAUT drops the first word, whatever it is */
    ICTUS_TRY (ictus__note_line (L, ICTUS_LANG_READING, l, at,
                                 "'%.*s' is passed over, as by XPPAUT: a blank belongs behind the '@'",
                                 n > 60 ? 60 : (int) n, s + at));
  for (at += n; s[at] != '\0'; at += n)
    {
      at += strspn (s + at, blank);
      n = strcspn (s + at, blank);
      comment = comment || s[at] == '#';
      if (comment && !L->xpp)
        break;
      if (n == 0 || (comment && (!isalpha ((unsigned char) s[at]) || memchr (s + at, '=', n) == NULL)))
        continue;
      if (comment)
        ICTUS_TRY (ictus__note_line (L, ICTUS_LANG_READING, l, at,
                                     "'%.*s' is read, as by XPPAUT, which knows no comments in a line of options",
                                     n > 60 ? 60 : (int) n, s + at));
      ICTUS_TRY (word (L, l, at, n));
    }
  return ICTUS_OK;
}
