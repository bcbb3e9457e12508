/* SPDX-License-Identifier: BSD-3-Clause */
/* Arrays: a line with name[a..b] stands for one line for each index; inside, [j], [j+n], [j-n], [j*n] and [n] are
   numbers that become part of the name before them. */
#include <ctype.h>
#include <limits.h>
#include <string.h>

#include "lang/lang_front.h"

void
ictus__logical_clear (ictus__logical *l)
{
  ictus_text_clear (&l->text);
  ictus_free (l->span);
  *l = (ictus__logical) { .span = NULL };
}

void
ictus__logical_reset (ictus__logical *l)
{
  l->text.len = 0;
  if (l->text.s != NULL)
    l->text.s[0] = '\0';
  l->nspan = 0;
}

size_t
ictus__comment_at (const char *s)
{
  return strcspn (s, "#");
}

/* An integer as atoi reads it, from the n characters at s; false: more than nine digits. */
static bool
whole (const char *s, size_t n, int *v)
{
  size_t k = 0, digits = 0;
  bool minus;
  int sum = 0;

  while (k < n && isblank ((unsigned char) s[k]))
    ++k;
  minus = k < n && s[k] == '-';
  if (k < n && (s[k] == '-' || s[k] == '+'))
    ++k;
  for (; k < n && isdigit ((unsigned char) s[k]); ++k)
    {
      if (++digits > 9)
        return false;
      sum = 10 * sum + (s[k] - '0');
    }
  *v = minus ? -sum : sum;
  return true;
}

/* int[p]{...} of XPPAUT has nothing to do with arrays */
static bool
is_kernel (const char *s, size_t at)
{
  return at >= 3 && tolower ((unsigned char) s[at - 3]) == 'i' && tolower ((unsigned char) s[at - 2]) == 'n'
         && tolower ((unsigned char) s[at - 1]) == 't'
         && (at == 3 || !(isalnum ((unsigned char) s[at - 4]) || s[at - 4] == '_'));
}

ictus_err
ictus__find_range (const ictus_lang *L, const ictus__logical *l, ictus__range *r)
{
  const char *s = l->text.s;
  size_t end = ictus__comment_at (s), open = SIZE_MAX;

  r->on = false;
  for (size_t k = 0; k < end; ++k)
    {
      size_t close;

      if (s[k] == '[')
        open = k;
      if (s[k] == ']')
        open = SIZE_MAX;
      if (s[k] != '.' || s[k + 1] != '.' || open == SIZE_MAX)
        continue;
      close = k + 2 + strcspn (s + k + 2, "]");
      if (close >= end)
        return ictus__fail_line (L, l, open, 1, "missing ']' for this '['");
      r->on = true;
      r->at = open;
      if (!whole (s + open + 1, k - open - 1, &r->from) || !whole (s + k + 2, close - k - 2, &r->to))
        return ictus__fail_line (L, l, open, close - open + 1, "the indices of this array are too large");
      k = close;
      open = SIZE_MAX;
    }
  return ICTUS_OK;
}

/* ---- writing ------------------------------------------------------------------------------------------- */

static ictus_err
mark_place (ictus_lang *L, size_t off, const ictus__span *s, size_t ahead, bool fixed, const int *index)
{
  ictus__span *to;

  ICTUS_TRY (ictus_grow (&L->span, &L->capspan, L->nspan + 1, sizeof *L->span));
  to = &L->span[L->nspan++];
  *to = *s;
  to->off = off;
  to->col += (int) ahead;
  to->fixed = fixed;
  to->copy = index != NULL;
  to->index = index != NULL ? *index : 0;
  return ICTUS_OK;
}

static const ictus__span *
span_of (const ictus__logical *l, size_t off)
{
  size_t lo = 0, hi = l->nspan; /* a line may have very many continuations */

  while (hi - lo > 1)
    {
      size_t mid = lo + (hi - lo) / 2;

      if (l->span[mid].off > off)
        hi = mid;
      else
        lo = mid;
    }
  return &l->span[lo];
}

/* Characters from .. to-1 of the line as they stand. */
static ictus_err
copy (ictus_lang *L, ictus_text *code, const ictus__logical *l, size_t from, size_t to, const int *index)
{
  for (const ictus__span *s = from < to ? span_of (l, from) : NULL; from < to; ++s)
    {
      size_t stop = s + 1 < l->span + l->nspan && s[1].off < to ? s[1].off : to;

      ICTUS_TRY (mark_place (L, code->len, s, from - s->off, false, index));
      ictus_text_addn (code, l->text.s + from, stop - from);
      from = stop;
    }
  return code->failed ? ICTUS_E_NOMEM : ICTUS_OK;
}

/* j, j+n, j-n, j*n with anything blank between: the value */
static ictus_err
indexed (const ictus_lang *L, const ictus__logical *l, size_t open, size_t close, const int *index, int *v)
{
  const char *s = l->text.s;
  size_t k = open + 1 + strspn (s + open + 1, " \t"), width = close - open + 1;
  long long sum;
  char op;
  int n;

  if (index == NULL)
    return ictus__fail_line (L, l, open, width,
                             "[j] stands in no array: neither this line nor a block around it has a range such as [1..10]");
  ++k;
  k += strspn (s + k, " \t");
  op = k < close ? s[k++] : '+';
  if (op != '+' && op != '-' && op != '*')
    return ictus__fail_line (L, l, open, width, "expected [j], [j+n], [j-n], [j*n] or a number in brackets");
  for (size_t i = k; i < close; ++i)
    if (!isdigit ((unsigned char) s[i]) && !isblank ((unsigned char) s[i]))
      return ictus__fail_line (L, l, open, width,
                               "one operation and a number may follow the j in brackets: [j+n], [j-n], [j*n]");
  if (!whole (s + k, close - k, &n))
    return ictus__fail_line (L, l, open, width, "this index is too large");
  sum = op == '*' ? (long long) *index * n : op == '-' ? (long long) *index - n : (long long) *index + n;
  if (sum > INT_MAX || sum < INT_MIN)
    return ictus__fail_line (L, l, open, width, "this index is too large");
  *v = (int) sum;
  return ICTUS_OK;
}

static ictus_err
bracket (ictus_lang *L, const ictus__logical *l, size_t open, size_t close, size_t range, const int *index, int *v)
{
  const char *s = l->text.s;
  size_t k = open + 1 + strspn (s + open + 1, " \t");

  if (open == range && index != NULL)
    {
      *v = *index;
      return ICTUS_OK;
    }
  if (s[k] == 'j' || s[k] == 'J')
    return indexed (L, l, open, close, index, v);
  if (!isdigit ((unsigned char) s[k]) && s[k] != '-' && s[k] != '+')
    return ictus__fail_line (L, l, open, close - open + 1,
                             "expected [j], [j+n], [j-n], [j*n], a number or a range such as [1..10] in brackets");
  if (!whole (s + k, close - k, v))
    return ictus__fail_line (L, l, open, close - open + 1, "this index is too large");
  while (k < close && !(s[k] == '.' && s[k + 1] == '.'))
    ++k;
  if (k < close)
    return ictus__note_line (L, ICTUS_LANG_READING, l, open,
                             "'%.*s' is read as %d, as by XPPAUT: only the last range of a line is repeated, and none "
                             "inside of a block",
                             close - open + 1 > 60 ? 60 : (int) (close - open + 1), s + open, *v);
  return ICTUS_OK;
}

static ictus_err
limits (ictus_lang *L, const ictus_text *code, const ictus__logical *l)
{
  if (code->len > ICTUS__CODE_MAX || L->nspan > ICTUS__SPAN_MAX)
    return ictus__fail_line (L, l, 0, 1, "the model is too large: with arrays and blocks written out it has more than %d bytes",
                             (int) ICTUS__CODE_MAX);
  return ICTUS_OK;
}

ictus_err
ictus__write_out (ictus_lang *L, ictus_text *code, const ictus__logical *l, size_t range, const int *index, bool mark)
{
  const char *s = l->text.s;
  size_t end = ictus__comment_at (s), done = 0;

  if (mark)
    {
      ICTUS_TRY (mark_place (L, code->len, &l->span[0], 0, true, index));
      ictus_text_add (code, "%c", ICTUS__IC_MARK);
    }
  for (size_t k = 0; k < end; ++k)
    {
      size_t close;
      int v;

      if (s[k] != '[' || is_kernel (s, k))
        continue;
      close = k + strcspn (s + k, "]");
      if (close >= end)
        return ictus__fail_line (L, l, k, 1, "missing ']' for this '['");
      ICTUS_TRY (bracket (L, l, k, close, range, index, &v));
      ICTUS_TRY (copy (L, code, l, done, k, index));
      ICTUS_TRY (mark_place (L, code->len, span_of (l, k), k - span_of (l, k)->off, true, index));
      ictus_text_add (code, "%d", v);
      done = close + 1;
      k = close;
    }
  ICTUS_TRY (copy (L, code, l, done, l->text.len, index));
  ictus_text_add (code, "\n");
  if (code->failed)
    return ICTUS_E_NOMEM;
  return limits (L, code, l);
}

ictus_err
ictus__write_raw (ictus_lang *L, ictus_text *code, const ictus__logical *l)
{
  ICTUS_TRY (copy (L, code, l, 0, l->text.len, NULL));
  ictus_text_add (code, "\n");
  if (code->failed)
    return ICTUS_E_NOMEM;
  return limits (L, code, l);
}
