/* SPDX-License-Identifier: BSD-3-Clause */
/* Units: a product of powers of named units, reduced to powers of seven dimensions and a factor. The factor
   is kept as mantissa times a power of ten, so that 0.5 s is exactly 500 ms and 1500 us exactly 1.5 ms. */
#include "ictus/base.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum
{
  KG,
  M,
  S,
  A,
  MOL,
  K,
  RAD,
  NDIM
};

typedef struct unit
{
  signed char dim[NDIM]; /* powers */
  int ten;               /* power of ten of the factor to kg m s A mol K rad */
  double mant;           /* the rest of the factor */
} unit;

typedef struct named_unit
{
  const char *name;
  bool prefixed; /* takes prefixes */
  unit u;
} named_unit;

/*                                       kg  m   s   A mol K rad  10^ */
static const named_unit units[] = {
  { "V", true, { { 1, 2, -3, -1, 0, 0, 0 }, 0, 1 } },
  { "A", true, { { 0, 0, 0, 1, 0, 0, 0 }, 0, 1 } },
  { "S", true, { { -1, -2, 3, 2, 0, 0, 0 }, 0, 1 } },
  { "F", true, { { -1, -2, 4, 2, 0, 0, 0 }, 0, 1 } },
  { "Ohm", true, { { 1, 2, -3, -2, 0, 0, 0 }, 0, 1 } },
  { "ohm", true, { { 1, 2, -3, -2, 0, 0, 0 }, 0, 1 } },
  { "\xCE\xA9", true, { { 1, 2, -3, -2, 0, 0, 0 }, 0, 1 } },     /* Greek capital omega */
  { "\xE2\x84\xA6", true, { { 1, 2, -3, -2, 0, 0, 0 }, 0, 1 } }, /* ohm sign */
  { "Hz", true, { { 0, 0, -1, 0, 0, 0, 0 }, 0, 1 } },
  { "s", true, { { 0, 0, 1, 0, 0, 0, 0 }, 0, 1 } },
  { "min", false, { { 0, 0, 1, 0, 0, 0, 0 }, 0, 60 } },
  { "h", false, { { 0, 0, 1, 0, 0, 0, 0 }, 0, 3600 } },
  { "m", true, { { 0, 1, 0, 0, 0, 0, 0 }, 0, 1 } },
  { "g", true, { { 1, 0, 0, 0, 0, 0, 0 }, -3, 1 } },
  { "mol", true, { { 0, 0, 0, 0, 1, 0, 0 }, 0, 1 } },
  { "M", true, { { 0, -3, 0, 0, 1, 0, 0 }, 3, 1 } },
  { "L", true, { { 0, 3, 0, 0, 0, 0, 0 }, -3, 1 } },
  { "l", true, { { 0, 3, 0, 0, 0, 0, 0 }, -3, 1 } },
  { "C", true, { { 0, 0, 1, 1, 0, 0, 0 }, 0, 1 } },
  { "J", true, { { 1, 2, -2, 0, 0, 0, 0 }, 0, 1 } },
  { "W", true, { { 1, 2, -3, 0, 0, 0, 0 }, 0, 1 } },
  { "N", true, { { 1, 1, -2, 0, 0, 0, 0 }, 0, 1 } },
  { "K", true, { { 0, 0, 0, 0, 0, 1, 0 }, 0, 1 } },
  { "rad", false, { { 0, 0, 0, 0, 0, 0, 1 }, 0, 1 } },
  { "deg", false, { { 0, 0, 0, 0, 0, 0, 1 }, 0, 3.14159265358979323846 / 180 } },
  { "spikes", false, { { 0 }, 0, 1 } },
  { "spike", false, { { 0 }, 0, 1 } },
  { "%", false, { { 0 }, -2, 1 } },
};

static const struct
{
  const char *name;
  int ten;
} prefixes[] = { { "f", -15 }, { "p", -12 }, { "n", -9 }, { "u", -6 }, { "\xC2\xB5", -6 }, { "\xCE\xBC", -6 },
                 { "m", -3 },  { "c", -2 },  { "d", -1 }, { "k", 3 },  { "M", 6 },         { "G", 9 } };

/* What is offered when a unit is unknown. */
static const char *const common[]
    = { "mV", "V",  "ms", "s",  "us",  "nS",  "uS",       "mS",      "pA",      "nA",
        "uA", "mA", "pF", "nF", "uF",  "Hz",  "kHz",      "MOhm",    "GOhm",    "mM",
        "uM", "um", "cm", "mm", "deg", "rad", "spikes/s", "mS/cm^2", "uF/cm^2", "uA/cm^2" };

static void
multiply (unit *to, const unit *by, int power)
{
  for (int d = 0; d < NDIM; ++d)
    to->dim[d] = (signed char)(to->dim[d] + by->dim[d] * power);
  to->ten += by->ten * power;
  for (int i = 0; i < abs (power); ++i)
    to->mant = power > 0 ? to->mant * by->mant : to->mant / by->mant;
}

/* A unit without a prefix, or one with. */
static bool
find_name (const char *s, size_t n, unit *out)
{
  for (size_t k = 0; k < sizeof units / sizeof *units; ++k)
    if (strlen (units[k].name) == n && memcmp (units[k].name, s, n) == 0)
      {
        *out = units[k].u;
        return true;
      }
  for (size_t p = 0; p < sizeof prefixes / sizeof *prefixes; ++p)
    {
      size_t np = strlen (prefixes[p].name);

      if (np >= n || memcmp (prefixes[p].name, s, np) != 0)
        continue;
      for (size_t k = 0; k < sizeof units / sizeof *units; ++k)
        if (units[k].prefixed && strlen (units[k].name) == n - np
            && memcmp (units[k].name, s + np, n - np) == 0)
          {
            *out = units[k].u;
            out->ten += prefixes[p].ten;
            return true;
          }
    }
  return false;
}

static bool
is_separator (char c)
{
  return c == '*' || c == '/' || c == '^' || c == ' ' || c == '(' || c == ')' || isdigit ((unsigned char)c)
         || c == '-' || c == '+';
}

/* The power behind a name or parenthesis: ^2, ^-1, 2, -1; 1 when there is none. */
static ictus_err
read_power (const char *whole, const char **s, int *power)
{
  bool hat = **s == '^';
  const char *p = *s + hat, *digits = p;

  *power = 1;
  if (!hat && !(isdigit ((unsigned char)*p) || ((*p == '-' || *p == '+') && isdigit ((unsigned char)p[1]))))
    return ICTUS_OK;
  digits += *p == '-' || *p == '+';
  if (!isdigit ((unsigned char)*digits) || isdigit ((unsigned char)digits[1]))
    return ICTUS_FAIL (ICTUS_E_INPUT, "unit '%s': a power is a whole number from -9 to 9", whole);
  *power = *p == '-' ? -(*digits - '0') : *digits - '0';
  *s = digits + 1;
  return ICTUS_OK;
}

static ictus_err read_product (const char *whole, const char **s, int depth, unit *out);

/* One factor: "1", a name, or a product in parentheses. */
static ictus_err
read_factor (const char *whole, const char **s, int depth, unit *out)
{
  char word[64];
  size_t n = 0;

  memset (out, 0, sizeof *out);
  out->mant = 1;
  if (**s == '(' && depth < 8)
    {
      ++*s;
      ICTUS_TRY (read_product (whole, s, depth + 1, out));
      if (**s != ')')
        return ICTUS_FAIL (ICTUS_E_INPUT, "unit '%s': ')' is missing", whole);
      ++*s;
      return ICTUS_OK;
    }
  if (**s == '1' && !isdigit ((unsigned char)(*s)[1]))
    {
      ++*s;
      return ICTUS_OK;
    }
  while ((*s)[n] != '\0' && !is_separator ((*s)[n]))
    ++n;
  if (n == 0)
    return ICTUS_FAIL (ICTUS_E_INPUT, "'%s' is not a unit", whole);
  if (find_name (*s, n, out))
    {
      *s += n;
      return ICTUS_OK;
    }
  snprintf (word, sizeof word, "%.*s", (int)(n < 60 ? n : 60), *s);
  {
    const char *near = ictus_nearest (word, common, sizeof common / sizeof *common);

    return near != NULL ? ICTUS_FAIL (ICTUS_E_INPUT, "unknown unit '%s'; did you mean '%s'?", word, near)
                        : ICTUS_FAIL (ICTUS_E_INPUT, "unknown unit '%s'", word);
  }
}

/* factors joined by * or / or a space, up to the end or ')'. */
static ictus_err
read_product (const char *whole, const char **s, int depth, unit *out)
{
  int sign = 1, nfactor = 0;

  memset (out, 0, sizeof *out);
  out->mant = 1;
  for (;;)
    {
      unit f;
      int power;

      while (**s == ' ')
        ++*s;
      ICTUS_TRY (read_factor (whole, s, depth, &f));
      ICTUS_TRY (read_power (whole, s, &power));
      if (++nfactor > 12)
        return ICTUS_FAIL (ICTUS_E_INPUT, "unit '%s' is too long", whole);
      for (int d = 0; d < NDIM; ++d)
        if (abs (out->dim[d] + sign * power * f.dim[d]) > 100)
          return ICTUS_FAIL (ICTUS_E_INPUT, "unit '%s': the power is too high", whole);
      multiply (out, &f, sign * power);
      if (abs (out->ten) > 150)
        return ICTUS_FAIL (ICTUS_E_INPUT, "unit '%s': the power is too high", whole);
      while (**s == ' ')
        ++*s;
      if (**s == '\0' || **s == ')')
        return ICTUS_OK;
      sign = 1;
      if (**s == '*' || **s == '/')
        {
          sign = **s == '/' ? -1 : 1;
          ++*s;
        }
    }
}

static ictus_err
read_unit (const char *text, unit *out)
{
  const char *s = text;

  memset (out, 0, sizeof *out);
  out->mant = 1;
  while (*s == ' ')
    ++s;
  if (*s == '\0')
    return ICTUS_OK;
  ICTUS_TRY (read_product (text, &s, 0, out));
  if (*s != '\0')
    return ICTUS_FAIL (ICTUS_E_INPUT, "unit '%s': ')' without '('", text);
  return ICTUS_OK;
}

/* The ratio of two units as mant times ten to the ten. */
static ictus_err
ratio (const char *from, const char *to, double *mant, int *ten)
{
  unit a, b;

  ICTUS_TRY (read_unit (from, &a));
  ICTUS_TRY (read_unit (to, &b));
  if (memcmp (a.dim, b.dim, sizeof a.dim) != 0)
    {
      if (to[0] == '\0' || strcmp (to, "1") == 0)
        return ICTUS_FAIL (ICTUS_E_INPUT, "expected a number without unit, found %s", from);
      return ICTUS_FAIL (ICTUS_E_INPUT, "expected a quantity in %s, found %s", to,
                         from[0] == '\0' ? "1" : from);
    }
  *mant = a.mant / b.mant;
  *ten = a.ten - b.ten;
  return ICTUS_OK;
}

/* x times ten to the n, rounded once while the power of ten is exact (up to 22). */
static double
scale (double x, int n)
{
  double p = 1;

  if (abs (n) > 22)
    return n > 0 ? x * pow (10, n) : x / pow (10, -n);
  for (int i = 0; i < abs (n); ++i)
    p *= 10;
  return n >= 0 ? x * p : x / p;
}

ictus_err
ictus_unit_factor (const char *from, const char *to, double *factor)
{
  double mant;
  int ten;

  ICTUS_TRY (ratio (from, to, &mant, &ten));
  *factor = scale (mant, ten);
  return ICTUS_OK;
}

/* Length of the decimal number at s, 0 if there is none: no hexadecimal, no "inf", no "nan". */
static size_t
number_length (const char *s)
{
  size_t n = s[0] == '-' || s[0] == '+', digits = 0;

  for (; isdigit ((unsigned char)s[n]); ++n)
    ++digits;
  n += s[n] == '.';
  for (; isdigit ((unsigned char)s[n]); ++n)
    ++digits;
  if (digits == 0)
    return 0;
  if (s[n] == 'e' || s[n] == 'E')
    {
      size_t x = n + 1;

      x += s[x] == '-' || s[x] == '+';
      if (isdigit ((unsigned char)s[x]))
        {
          while (isdigit ((unsigned char)s[x]))
            ++x;
          n = x;
        }
    }
  return n;
}

ictus_err
ictus_quantity (const char *text, const char *to, double *value, bool *had_unit)
{
  char number[128], unit_text[128];
  size_t n, m;
  double x, mant = 1;
  int ten = 0;

  while (isspace ((unsigned char)*text))
    ++text;
  n = number_length (text);
  if (n == 0 || n >= sizeof number)
    return ICTUS_FAIL (ICTUS_E_INPUT, "'%.100s' is not a number", text);
  memcpy (number, text, n);
  number[n] = '\0';
  x = strtod (number, NULL);
  if (!isfinite (x))
    return ICTUS_FAIL (ICTUS_E_INPUT, "'%s' is too large", number);
  while (isspace ((unsigned char)text[n]))
    ++n;
  m = strlen (text + n);
  while (m > 0 && isspace ((unsigned char)text[n + m - 1]))
    --m;
  if (m >= sizeof unit_text)
    return ICTUS_FAIL (ICTUS_E_INPUT, "'%.100s' is not a unit", text + n);
  memcpy (unit_text, text + n, m);
  unit_text[m] = '\0';
  if (m > 0 && strchr (".,0123456789", unit_text[0]) != NULL && strncmp (unit_text, "1/", 2) != 0)
    return ICTUS_FAIL (ICTUS_E_INPUT, "'%.100s' is not a number", text);
  if (m > 0)
    ICTUS_TRY (ratio (unit_text, to, &mant, &ten));
  *value = scale (x * mant, ten);
  if (had_unit != NULL)
    *had_unit = m > 0;
  return ICTUS_OK;
}
