/* SPDX-License-Identifier: BSD-3-Clause */
/* Open a model: one of the library's by name, or a user's file through the kernel cache. */
#include "config.h"

#include "model/model_impl.h"

#include <dlfcn.h>
#include <string.h>

const ictus_kernel *
ictus_model_shipped (size_t k)
{
  for (size_t i = 0; i <= k; ++i)
    if (ictus__model_registry[i].kernel == NULL)
      return NULL;
  return ictus__model_registry[k].kernel;
}

const char *
ictus_model_shipped_kind (size_t k)
{
  return ictus_model_shipped (k) != NULL ? ictus__model_registry[k].kind : NULL;
}

static const ictus__shipped *
find_shipped (const char *name)
{
  for (const ictus__shipped *s = ictus__model_registry; s->kernel != NULL; ++s)
    if (strcmp (s->kernel->name, name) == 0)
      return s;
  return NULL;
}

static ictus_err
unknown_name (const char *name)
{
  const char **list = NULL, *near;
  const ictus_kernel *k;
  size_t cap = 0, n = 0;

  for (; (k = ictus_model_shipped (n)) != NULL; ++n)
    {
      if (ictus_grow (&list, &cap, n + 1, sizeof *list) != ICTUS_OK)
        break;
      list[n] = k->name;
    }
  near = ictus_nearest (name, list, n);
  if (near != NULL)
    ICTUS_FAIL (ICTUS_E_INPUT, "no model \"%s\"; did you mean \"%s\"?", name, near);
  else
    ICTUS_FAIL (ICTUS_E_INPUT,
                "no model \"%s\"; 'ictus models' lists them, the name of a file of yours ends in .ode", name);
  ictus_free (list);
  return ICTUS_E_INPUT;
}

static bool
is_path (const char *name)
{
  size_t n = strlen (name);

  return strchr (name, '/') != NULL || (n > 4 && strcmp (name + n - 4, ".ode") == 0);
}

/* Where the file is: a relative path is tried in dir first, then in the working folder. */
static ictus_err
find_file (const char *name, const char *dir, ictus_text *path)
{
  if (name[0] != '/' && dir != NULL)
    {
      ictus_text_add (path, "%s/%s", dir, name);
      if (path->failed || ictus_file_exists (path->s))
        goto done;
      ictus_text_clear (path);
    }
  ictus_text_add (path, "%s", name);
done:
  return path->failed ? ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory") : ICTUS_OK;
}

/* Is this really the kernel of this model? A file of another version or of another model must not run. */
static bool
matches (const ictus_kernel *k, const ictus_lang *lang)
{
  return k != NULL && k->abi == ICTUS_KERNEL_ABI && k->nstate == ictus_lang_count (lang, ICTUS_LANG_STATE)
         && k->npar == ictus_lang_count (lang, ICTUS_LANG_PAR) && k->nslot >= k->npar
         && k->nport == ictus_lang_count (lang, ICTUS_LANG_PORT)
         && k->ninput == ictus_lang_count (lang, ICTUS_LANG_INPUT)
         && k->naux == ictus_lang_count (lang, ICTUS_LANG_AUX) && k->nu == k->ninput + k->ndelay + k->nnoise
         && (k->is_map != 0) == ictus_lang_classify (lang).map
         && strcmp (k->name, ictus_lang_name (lang)) == 0 && strcmp (k->text, ictus_lang_text (lang)) == 0;
}

static ictus_err
load (ictus_model *m, const ictus__model_plan *plan)
{
  const char *so = plan->so.s;
  const char *why;

  if (!ictus__model_sealed (so))
    return ICTUS_FAIL (ICTUS_E_RESOURCE, "%s is damaged", so);
  m->dl = dlopen (so, RTLD_NOW | RTLD_LOCAL);
  if (m->dl == NULL)
    {
      why = dlerror ();
      return ICTUS_FAIL (ICTUS_E_RESOURCE, "cannot load a compiled model: %s", why != NULL ? why : so);
    }
  m->kernel = dlsym (m->dl, ICTUS_KERNEL_SYMBOL);
  m->lanes = dlsym (m->dl, ICTUS_LANES_SYMBOL);
  if (matches (m->kernel, m->lang)
      && (plan->level == ICTUS__SCALAR
          || (m->lanes != NULL && m->lanes->abi == ICTUS_KERNEL_ABI && m->lanes->level == plan->level)))
    {
      memcpy (m->key, plan->key, sizeof m->key);
      return ICTUS_OK;
    }
  m->kernel = NULL;
  m->lanes = NULL;
  dlclose (m->dl);
  m->dl = NULL;
  return ICTUS_FAIL (ICTUS_E_RESOURCE, "%s is not the model \"%s\" for %s", so, ictus_lang_name (m->lang), ictus_isa ());
}

/* Take the kernel from the cache; compile when it is not there or is no good. What is no good stays until the
   rename of the new one takes its place: another process may have just put a good one there. */
static ictus_err
open_cached (ictus_model *m, int level)
{
  ictus__model_plan plan = { 0 };
  ictus_err e;

  ICTUS_GO (ictus__model_plan_make (m->lang, level, &plan));
  if (ictus_file_exists (plan.so.s) && (e = load (m, &plan)) == ICTUS_OK)
    goto done;
  ICTUS_GO (ictus__model_compile (m->lang, &plan));
  ICTUS_GO (load (m, &plan));
done:
  ictus__model_plan_clear (&plan);
  return e;
}

ictus_err
ictus_model_parse (const char *name, const char *dir, const char *text, ictus_lang **out)
{
  const ictus__shipped *shipped = is_path (name) ? NULL : find_shipped (name);
  ictus_text path = { 0 };
  char *file = NULL;
  size_t len;
  ictus_err e;

  *out = NULL;
  if (text == NULL && shipped != NULL)
    text = shipped->kernel->text;
  else if (text == NULL)
    {
      if (!is_path (name))
        return unknown_name (name);
      ICTUS_GO (find_file (name, dir, &path));
      ICTUS_GO (ictus_file_read (path.s, &file, &len));
      if (strlen (file) != len)
        ICTUS_GO (ICTUS_FAIL (ICTUS_E_INPUT, "%s: there is a byte 0 in it; this is no model file", path.s));
      text = file;
    }
  e = ictus_lang_parse (path.s != NULL ? path.s : name, text, out);
done:
  ictus_free (file);
  ictus_text_clear (&path);
  return e;
}

/* The kernel with lanes serves as well, if it is there. */
static ictus_err
open_scalar (ictus_model *m)
{
  ictus__model_plan plan = { 0 };
  bool there = ictus__model_plan_make (m->lang, ictus_isa_level (), &plan) == ICTUS_OK && ictus_file_exists (plan.so.s)
               && load (m, &plan) == ICTUS_OK;

  ictus__model_plan_clear (&plan);
  if (!there)
    return open_cached (m, ICTUS__SCALAR);
  m->lanes = NULL;
  return ICTUS_OK;
}

static ictus_err
open_model (const char *name, const char *dir, const char *text, bool lanes, ictus_model **out)
{
  const ictus__shipped *shipped = is_path (name) ? NULL : find_shipped (name);
  ictus_model *m = NULL;
  ictus_err e;

  *out = NULL;
  if ((m = ictus_alloc (1, sizeof *m)) == NULL)
    return ICTUS_E_NOMEM;
  ICTUS_GO (ictus_model_parse (name, dir, text, &m->lang));
  if (shipped != NULL && matches (shipped->kernel, m->lang))
    {
      m->kernel = shipped->kernel;
      m->lanes = shipped->lanes[ictus_isa_level ()];
      ictus__model_key (m->lang, ICTUS_KERNEL_CC, ictus_isa_level (), m->key);
    }
  else /* a user's file, or the text in a result file of a version that had another model of this name */
    ICTUS_GO (lanes ? open_cached (m, ictus_isa_level ()) : open_scalar (m));
  *out = m;
  m = NULL;
done:
  ictus_model_close (&m);
  return e;
}

ictus_err
ictus_model_open (const char *name, const char *dir, const char *text, ictus_model **out)
{
  return open_model (name, dir, text, true, out);
}

ictus_err
ictus_model_open_scalar (const char *name, const char *dir, const char *text, ictus_model **out)
{
  return open_model (name, dir, text, false, out);
}

void
ictus_model_close (ictus_model **m)
{
  if (*m == NULL)
    return;
  if ((*m)->dl != NULL)
    dlclose ((*m)->dl);
  ictus_lang_destroy (&(*m)->lang);
  ictus_free (*m);
  *m = NULL;
}

ictus_err
ictus_model_compile (const char *name, int level, ictus_text *so, bool *was_there)
{
  const ictus__shipped *shipped = is_path (name) ? NULL : find_shipped (name);
  ictus__model_plan plan = { 0 };
  ictus_lang *lang = NULL;
  ictus_err e = ICTUS_OK;

  *was_there = shipped != NULL;
  if (*was_there)
    return ICTUS_OK;
  ICTUS_GO (ictus_model_parse (name, NULL, NULL, &lang));
  ICTUS_GO (ictus__model_plan_make (lang, level, &plan));
  *was_there = ictus__model_sealed (plan.so.s);
  if (!*was_there)
    ICTUS_GO (ictus__model_compile (lang, &plan));
  ictus_text_add (so, "%s", plan.so.s);
  if (so->failed)
    e = ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory");
done:
  ictus__model_plan_clear (&plan);
  ictus_lang_destroy (&lang);
  return e;
}

bool
ictus_model_needs_compiler (const char *name, const char *dir)
{
  ictus__model_plan plan = { 0 };
  ictus_lang *lang = NULL;
  bool needs = false;

  if (is_path (name) && ictus_model_parse (name, dir, NULL, &lang) == ICTUS_OK
      && ictus__model_plan_make (lang, ictus_isa_level (), &plan) == ICTUS_OK)
    needs = !ictus__model_sealed (plan.so.s);
  ictus__model_plan_clear (&plan);
  ictus_lang_destroy (&lang);
  return needs;
}

void
ictus_model_defaults (const ictus_model *m, double *p)
{
  for (int k = 0; k < m->kernel->npar; ++k)
    p[k] = ictus_lang_get (m->lang, ICTUS_LANG_PAR, k)->value;
  m->kernel->prepare (p);
}
