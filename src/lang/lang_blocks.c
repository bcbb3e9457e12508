/* SPDX-License-Identifier: BSD-3-Clause */
/* Statements of more than one part: wiener, global, markov, special. */
#include <string.h>

#include "ictus/kernel.h"
#include "lang/lang_front.h"

/* wiener a, b c */
ictus_err
ictus__wiener (ictus_lang *L, int t, int line)
{
  int s;

  if (ictus__at_end (L, t))
    return ictus__fail (L, t, "expected the names of noises here, as in 'wiener w1,w2'");
  while (!ictus__at_end (L, t))
    {
      size_t next = L->tok[t].off + strcspn (L->code + L->tok[t].off, " \t,\n#");

      if (ictus__is_op (L, t, ','))
        {
          ++t;
          continue;
        }
      ICTUS_TRY (ictus__new_symbol (L, SYM_NOISE, t, line, &s));
      ICTUS_TRY (ictus_grow (&L->noise, &L->capnoise, L->nnoise + 1, sizeof *L->noise));
      L->sym[s].index = (int) L->nnoise;
      L->noise[L->nnoise++] = ICTUS_NOISE_WIENER;
      if (!L->xpp && !ictus__at_end (L, t + 1) && !ictus__is_op (L, t + 1, ',') && L->tok[t + 1].kind != TK_NAME)
        return ictus__fail (L, t + 1, "expected ',' or the end of the line here");
      do /* a value, w=0, means nothing */
        ++t;
      while (!ictus__at_end (L, t) && L->tok[t].off < next);
    }
  return ICTUS_OK;
}

/* ---- global sign {condition} {x=..; y=..} ------------------------------------------------------------------- */

/* First of ';' and '}' outside of brackets, or the end of the line. */
static int
end_of_part (const ictus_lang *L, int t)
{
  for (int level = 0; !ictus__at_end (L, t); ++t)
    {
      if (ictus__is_op (L, t, '('))
        ++level;
      if (ictus__is_op (L, t, ')'))
        --level;
      if (ictus__is_op (L, t, '}') || (level <= 0 && ictus__is_op (L, t, ';')))
        break;
    }
  return t;
}

/* out_put=1, arret=1: what an event does besides */
static ictus_err
action (ictus_lang *L, ictus__event *v, int t, int expr, int stop, bool *is)
{
  bool on;

  *is = true;
  if (ictus__is_word (L, t, "no_interp"))
    return ictus__note (L, ICTUS_LANG_NOTDONE, t, "no_interp: the event is put where the condition crosses 0");
  *is = ictus__is_word (L, t, "out_put") || ictus__is_word (L, t, "arret");
  if (!*is)
    return ICTUS_OK;
  if (stop != expr + 1 || L->tok[expr].kind != TK_NUM)
    return ictus__fail (L, expr, "expected a number here, as in 'arret=1'");
  on = L->tok[expr].num > 0;
  if (on)
    v->flags |= ictus__is_word (L, t, "arret") ? ICTUS_EVENT_STOP : ICTUS_EVENT_OUTPUT;
  return ICTUS_OK;
}

/* The assignments of event number k, from t on: name=expression; ... } */
static ictus_err
assignments (ictus_lang *L, int k, int t)
{
  int n = 0;

  for (;; ++t)
    {
      int name = t, stop;
      bool is;
      ictus__assign *a;

      if (ictus__is_op (L, t, ';'))
        continue;
      if (ictus__is_op (L, t, '}') && n > 0)
        return L->xpp ? ICTUS_OK : ictus__need_end (L, t + 1);
      if (L->tok[name].kind != TK_NAME)
        return ictus__fail (L, t, "expected what happens, 'name=expression'; as in 'global 1 {v-vt} {v=vr; u=u+d}'");
      ICTUS_TRY (ictus__need_op (L, t + 1, '=', "behind the name"));
      stop = end_of_part (L, t + 2);
      if (ictus__at_end (L, stop) && !L->xpp)
        return ictus__fail (L, stop, "expected ';' or '}' here");
      if (ictus__at_end (L, stop)) /* the last one does not count */
        return ictus__note (L, ICTUS_LANG_READING, name, "this assignment is dropped, as by XPPAUT: no '}' is behind it");
      ++n;
      ICTUS_TRY (action (L, &L->event[k], name, t + 2, stop, &is));
      t = stop - 1;
      if (is)
        continue;
      if (L->nassign >= ICTUS__ASSIGN_MAX)
        return ictus__fail (L, name, "more than %d initial values, resets and jumps", ICTUS__ASSIGN_MAX);
      ICTUS_TRY (ictus_grow (&L->assign, &L->capassign, L->nassign + 1, sizeof *L->assign));
      a = &L->assign[L->nassign++];
      *a = (ictus__assign) {
        .name = name, .expr = name + 2, .stop = stop, .owner = OWNER_EVENT - k, .state = -1, .node = -1
      };
    }
}

ictus_err
ictus__global (ictus_lang *L, int t)
{
  ictus__event *v;
  int sign = 1;

  ICTUS_TRY (ictus_grow (&L->event, &L->capevent, L->nevent + 1, sizeof *L->event));
  v = &L->event[L->nevent];
  *v = (ictus__event) { .tok = t, .node = -1 };
  ++t;
  if (ictus__is_op (L, t, '-') || ictus__is_op (L, t, '+'))
    sign = ictus__is_op (L, t++, '-') ? -1 : 1;
  if (L->tok[t].kind != TK_NUM)
    return ictus__fail (L, t, "expected the direction here, 1 (upwards), -1 (downwards) or 0: 'global 1 {v-vt} {v=vr}'");
  v->sign = L->tok[t].num == 0 ? 0 : L->tok[t].num == 1 ? sign : 2;
  if (v->sign == 2)
    return ictus__fail (L, t, "expected 1, -1 or 0 here, the direction in which the condition crosses 0");
  ++t;
  t += ictus__is_op (L, t, '{');
  v->expr = t;
  while (!ictus__at_end (L, t) && !ictus__is_op (L, t, '{') && !ictus__is_op (L, t, '}'))
    ++t;
  v->stop = t;
  if (v->stop == v->expr)
    return ictus__fail (L, t, "expected a condition here, an expression that crosses 0");
  if (ictus__at_end (L, t))
    return ictus__fail (L, t, "expected '{' and what happens here, as in 'global 1 {v-vt} {v=vr; u=u+d}'");
  t += ictus__is_op (L, t, '}');
  t += ictus__is_op (L, t, '{');
  ++L->nevent;
  return assignments (L, (int) L->nevent - 1, t);
}

/* ---- markov name n, and its rows ------------------------------------------------------------------------------ */

/* One row of rates: {a} {b} ... */
static ictus_err
row (ictus_lang *L, int t, int n, int *expr, int *stop)
{
  for (int j = 0; j < n; ++j)
    {
      if (!ictus__is_op (L, t, '{'))
        return ictus__fail (L, t, "expected '{': a row of rates has %d expressions in braces, here are %d", n, j);
      expr[j] = ++t;
      while (!ictus__at_end (L, t) && !ictus__is_op (L, t, '}'))
        ++t;
      if (ictus__at_end (L, t))
        return ictus__fail (L, t, "missing '}' behind this rate");
      stop[j] = t++;
      if (stop[j] == expr[j])
        return ictus__fail (L, expr[j], "expected a rate here");
    }
  return L->xpp ? ICTUS_OK : ictus__need_end (L, t);
}

ictus_err
ictus__markov_lines (ictus_lang *L, size_t *k, bool declare)
{
  size_t line = (*k)++;
  int t = L->line[line].first, n, s;
  ictus__markov *m;

  if (L->tok[t + 1].kind != TK_NAME)
    return ictus__fail (L, t + 1, "expected the name of a variable and the number of its values, as in 'markov z 2'");
  if (L->tok[t + 2].kind != TK_NUM || L->tok[t + 2].num < 2 || L->tok[t + 2].num > ICTUS__MARKOV_MAX
      || L->tok[t + 2].num != (int) L->tok[t + 2].num)
    return ictus__fail (L, t + 2, "expected the number of values here, 2 to %d", (int) ICTUS__MARKOV_MAX);
  n = (int) L->tok[t + 2].num;
  if (L->nline - *k < (size_t) n)
    return ictus__fail (L, t, "the file ends before the %d rows of rates of this Markov variable", n);
  *k += (size_t) n;
  if (!declare)
    return L->xpp ? ICTUS_OK : ictus__need_end (L, t + 3);
  ICTUS_TRY (ictus__new_symbol (L, SYM_STATE, t + 1, (int) line, &s));
  ICTUS_TRY (ictus_grow (&L->markov, &L->capmarkov, L->nmarkov + 1, sizeof *L->markov));
  m = &L->markov[L->nmarkov];
  *m = (ictus__markov) { .sym = s, .n = n };
  if ((m->expr = ictus_alloc (3 * (size_t) (n * n), sizeof *m->expr)) == NULL)
    return ICTUS_E_NOMEM;
  m->stop = m->expr + n * n;
  m->node = m->stop + n * n;
  for (int i = 0; i < n * n; ++i)
    m->node[i] = -1;
  L->sym[s].markov = (int) ++L->nmarkov;
  for (int i = 0; i < n; ++i)
    ICTUS_TRY (row (L, L->line[line + 1 + (size_t) i].first, n, m->expr + i * n, m->stop + i * n));
  return ICTUS_OK;
}

/* ---- special name=kind(a, b, ...) ------------------------------------------------------------------------------ */

ictus_err
ictus__special_line (ictus_lang *L, int t, int line)
{
  enum { MAX = sizeof L->special->arg / sizeof *L->special->arg };
  ictus__special *x;
  int s, level = 0;

  ICTUS_TRY (ictus__new_symbol (L, SYM_SPECIAL, t, line, &s));
  ICTUS_TRY (ictus__need_op (L, t + 1, '=', "behind the name"));
  if (L->tok[t + 2].kind != TK_NAME || !ictus__is_op (L, t + 3, '('))
    return ictus__fail (L, t + 2, "expected a kind and its arguments here, as in 'special k=conv(even,51,10,w,u0)'");
  ICTUS_TRY (ictus_grow (&L->special, &L->capspecial, L->nspecial + 1, sizeof *L->special));
  x = &L->special[L->nspecial];
  *x = (ictus__special) { .sym = s, .kind = t + 2, .narg = 1 };
  L->sym[s].index = (int) L->nspecial++;
  x->arg[0] = t += 4;
  for (; !ictus__at_end (L, t); ++t)
    {
      if (ictus__is_op (L, t, '('))
        ++level;
      if (ictus__is_op (L, t, ')') && level-- == 0)
        break;
      if (level > 0 || !ictus__is_op (L, t, ','))
        continue;
      x->arg_stop[x->narg - 1] = t;
      if (x->narg == MAX)
        return ictus__fail (L, t, "more than %d arguments", (int) MAX);
      x->arg[x->narg++] = t + 1;
    }
  x->arg_stop[x->narg - 1] = t;
  if (ictus__at_end (L, t))
    return ictus__fail (L, t, "missing ')' behind the arguments");
  return L->xpp ? ICTUS_OK : ictus__need_end (L, t + 1);
}
