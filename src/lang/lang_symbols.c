/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of symbols. */
#include <string.h>

#include "lang/lang_front.h"

/* Variables share one name space; aux and ports have their own. */
static int
space_of (ictus__class cls)
{
  return cls == SYM_AUX ? 1 : cls == SYM_PORT ? 2 : 0;
}

static size_t
hash_key (ictus__class cls, const char *key)
{
  return (size_t) ictus_hash (key, strlen (key), (uint64_t) space_of (cls) + 1);
}

int
ictus__lookup (const ictus_lang *L, ictus__class cls, const char *key)
{
  size_t h;

  if (L->nhash == 0)
    return -1;
  for (h = hash_key (cls, key) & (L->nhash - 1); L->hash[h] != 0; h = (h + 1) & (L->nhash - 1))
    {
      const ictus__sym *s = &L->sym[L->hash[h] - 1];

      if (space_of (s->cls) == space_of (cls) && strcmp (s->key, key) == 0)
        return L->hash[h] - 1;
    }
  return -1;
}

static ictus_err
enter (ictus_lang *L, int k)
{
  size_t h;

  if (2 * L->nsym + 2 > L->nhash)
    {
      size_t n = L->nhash ? 2 * L->nhash : 64;
      int *hash = ictus_alloc (n, sizeof *hash);

      if (hash == NULL)
        return ICTUS_E_NOMEM;
      ictus_free (L->hash);
      L->hash = hash;
      L->nhash = n;
      for (int i = 0; i < k; ++i)
        {
          if (L->sym[i].cls == SYM_PAR && L->sym[i].par >= 0) /* its name means the hidden state */
            continue;
          for (h = hash_key (L->sym[i].cls, L->sym[i].key) & (n - 1); hash[h] != 0; h = (h + 1) & (n - 1))
            ;
          hash[h] = i + 1;
        }
    }
  for (h = hash_key (L->sym[k].cls, L->sym[k].key) & (L->nhash - 1); L->hash[h] != 0;
       h = (h + 1) & (L->nhash - 1))
    ;
  L->hash[h] = k + 1;
  return ICTUS_OK;
}

/* Functions that XPPAUT has not, whose names its files may use for something else. */
static bool
is_new (const char *key)
{
  static const char *const ours[] = { "vtrap", "exprel", "ceil", "pow" };

  for (size_t k = 0; k < sizeof ours / sizeof *ours; ++k)
    if (strcmp (key, ours[k]) == 0)
      return true;
  return false;
}

ictus_err
ictus__new_symbol (ictus_lang *L, ictus__class cls, int tok, int line, int *out)
{
  char name[ICTUS__NAME_MAX + 1], key[ICTUS__NAME_MAX + 1];
  const char *why;
  int old;
  ictus__sym *s;

  if (L->tok[tok].kind != TK_NAME)
    return ictus__fail (L, tok, "expected a name here");
  ictus__spell (L, tok, name);
  strcpy (key, name);
  ictus__lower_case (key);
  if (space_of (cls) == 0 && ictus__reserved (key, &why) && !(L->xpp && is_new (key)))
    return ictus__fail (L, tok, "'%s' cannot be declared: it is %s", name, why);
  if ((old = ictus__lookup (L, cls, key)) >= 0)
    return ictus__fail (L, tok, "'%s' is declared twice, first in line %d%s", name,
                        L->tok[L->sym[old].tok].line,
                        strcmp (name, L->sym[old].name) == 0 ? "" : " (upper and lower case are the same)");
  ICTUS_TRY (ictus_grow (&L->sym, &L->capsym, L->nsym + 1, sizeof *L->sym));
  s = &L->sym[L->nsym];
  memset (s, 0, sizeof *s);
  s->cls = cls;
  strcpy (s->name, name);
  strcpy (s->key, key);
  s->tok = tok;
  s->line = line;
  s->node = s->init = s->expr = s->par = -1;
  ICTUS_TRY (enter (L, (int) L->nsym));
  *out = (int) L->nsym++;
  return ICTUS_OK;
}

/* The name of the parameter means a state from now on; the parameter is what that starts from. */
static ictus_err
hide (ictus_lang *L, int par)
{
  size_t h = hash_key (SYM_PAR, L->sym[par].key) & (L->nhash - 1);
  ictus__sym *s;

  while (L->hash[h] != par + 1)
    h = (h + 1) & (L->nhash - 1);
  ICTUS_TRY (ictus_grow (&L->sym, &L->capsym, L->nsym + 1, sizeof *L->sym));
  s = &L->sym[L->nsym];
  *s = L->sym[par];
  s->cls = SYM_STATE;
  s->hidden = true;
  s->par = par;
  s->expr = s->stop = s->node = s->init = -1;
  L->sym[par].par = (int) L->nsym;
  L->hash[h] = (int) ++L->nsym;
  return ICTUS_OK;
}

/* Does the right-hand side name a hidden state, or a quantity that does? */
static bool
changes (const ictus_lang *L, const ictus__sym *s)
{
  char key[ICTUS__NAME_MAX + 1];

  for (int t = s->expr; t < s->stop; ++t)
    {
      int k;

      if (L->tok[t].kind != TK_NAME)
        continue;
      ictus__spell (L, t, key);
      ictus__lower_case (key);
      k = ictus__lookup (L, SYM_STATE, key);
      if (k >= 0 && (L->sym[k].hidden || L->sym[k].cls == SYM_TEMP))
        return true;
    }
  return false;
}

ictus_err
ictus__hidden_states (ictus_lang *L)
{
  char key[ICTUS__NAME_MAX + 1];
  bool any = false;

  for (size_t k = 0; k < L->nassign; ++k)
    {
      int s;

      if (L->assign[k].owner > OWNER_EVENT)
        continue;
      ictus__spell (L, L->assign[k].name, key);
      ictus__lower_case (key);
      s = ictus__lookup (L, SYM_STATE, key);
      if (s >= 0 && L->sym[s].cls == SYM_PAR)
        {
          ICTUS_TRY (hide (L, s));
          any = true;
        }
    }
  while (any) /* derived parameters of a hidden state are computed like any quantity */
    {
      any = false;
      for (size_t k = 0; k < L->nsym; ++k)
        if (L->sym[k].cls == SYM_DERIVED && changes (L, &L->sym[k]))
          {
            L->sym[k].cls = SYM_TEMP;
            any = true;
          }
    }
  return ICTUS_OK;
}

/* XPPAUT lets an aux have the name of a state: two columns of one name. Ours get two names. */
ictus_err
ictus__rename_aux (ictus_lang *L)
{
  for (size_t k = 0; k < L->nsym; ++k)
    {
      ictus__sym *s = &L->sym[k];
      char name[sizeof s->name];
      int state = s->cls == SYM_AUX ? ictus__lookup (L, SYM_STATE, s->key) : -1;

      if (state < 0 || L->sym[state].cls != SYM_STATE)
        continue;
      snprintf (name, sizeof name, "%.*s_aux", ICTUS__NAME_MAX - 4, s->name);
      ICTUS_TRY (ictus__note (L, ICTUS_LANG_READING, s->tok, "the aux has the name of a state and is recorded as '%s'",
                              name));
      strcpy (s->name, name);
      ictus__lower_case (name);
      strcpy (s->key, name);
    }
  return ICTUS_OK;
}
