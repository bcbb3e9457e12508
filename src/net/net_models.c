/* SPDX-License-Identifier: BSD-3-Clause */
/* The models of a net: opened once each, by one rank before the others; names of the experiment looked up in
   them. */
#include "net_impl.h"

#include <math.h>
#include <string.h>

/* ---- open --------------------------------------------------------------------------------------- */

static ictus_model *
find_open (const ictus_net *net, int npop, const char *name)
{
  for (int p = 0; p < npop; ++p)
    if (net->pop[p].model != NULL && strcmp (net->exp->population[p].model, name) == 0)
      return net->pop[p].model;
  return NULL;
}

static ictus_err
open_here (ictus_net *net)
{
  const char *dir = net->exp->conf == NULL ? NULL : ictus_conf_dir (net->exp->conf);

  for (int p = 0; p < net->npop; ++p)
    {
      const ictus_exp_population *conf = net->pop[p].conf;
      ictus_err e;

      if (conf->model == NULL)
        continue;
      net->pop[p].model = find_open (net, p, conf->model);
      if (net->pop[p].model != NULL)
        {
          net->pop[p].cells.model = net->pop[p].model;
          continue;
        }
      e = ictus_model_open (conf->model, dir, NULL, &net->model[net->nmodel]);
      /* a message of several lines shows a place in the model's text already */
      if (e == ICTUS_E_INPUT && strchr (ictus_err_last (), '\n') == NULL)
        return ictus__net_fail (conf->node, "model", "%s", ictus_err_last ());
      if (e != ICTUS_OK)
        return ictus_err_prefix (e, "population %s", conf->name);
      net->pop[p].model = net->model[net->nmodel++];
      net->pop[p].cells.model = net->pop[p].model;
    }
  return ICTUS_OK;
}

/* Rank 0 first: it compiles what is not in the cache yet; the others then find it there. */
ictus_err
ictus__net_open_models (ictus_net *net)
{
  ictus_err e = ICTUS_OK;
  uint64_t key = 0;

  net->model = ictus_alloc ((size_t) net->npop, sizeof *net->model);
  if (net->model == NULL)
    e = ICTUS_E_NOMEM;
  ICTUS_TRY (ictus_comm_agree (net->comm, e));
  if (net->rank == 0)
    e = open_here (net);
  ICTUS_TRY (ictus_comm_agree (net->comm, e));
  if (net->rank != 0)
    e = open_here (net);
  ICTUS_TRY (ictus_comm_agree (net->comm, e));
  for (int m = 0; m < net->nmodel; ++m)
    key = ictus_hash (net->model[m]->key, strlen (net->model[m]->key), key);
  ICTUS_TRY (ictus_comm_same (net->comm, (double) (key >> 32), "text of the models"));
  return ictus_comm_same (net->comm, (double) (key & UINT32_MAX), "text of the models");
}

/* ---- names -------------------------------------------------------------------------------------- */

static const char *
kind_name (ictus_lang_kind kind)
{
  static const char *const names[] = { "state", "parameter", "port", "input", "aux" };

  return names[kind];
}

/* "a, b, c" */
static void
add_names (ictus_text *t, const ictus_lang *lang, ictus_lang_kind kind)
{
  int n = ictus_lang_count (lang, kind);

  for (int k = 0; k < n; ++k)
    ictus_text_add (t, "%s%s", k == 0 ? "" : ", ", ictus_lang_get (lang, kind, k)->name);
}

ictus_err
ictus__net_find (const ictus_net *net, int pop, ictus_lang_kind kind, const ictus_node *map, const char *key,
                 const char *name, int *out)
{
  const ictus_population *p = &net->pop[pop];
  const ictus_lang *lang;
  const char *near;
  ictus_text t = { 0 };
  ictus_err e;
  int n;

  if (p->model == NULL)
    return ictus__net_fail (map, "target", "population %s replays spikes from a file: it receives no input",
                            p->name);
  lang = p->model->lang;
  n = ictus_lang_count (lang, kind);
  *out = name == NULL ? (n == 1 ? 0 : -1) : ictus_lang_find (lang, kind, name);
  if (*out >= 0)
    return ICTUS_OK;
  if (n == 0)
    return ictus__net_fail (map, name == NULL ? "target" : key,
                            "model %s of population %s has no %s: nothing can arrive there",
                            ictus_lang_name (lang), p->name, kind_name (kind));
  if (name == NULL)
    ictus_text_add (&t, "model %s of population %s has several %ss: say which with \"%s:\"; there are ",
                    ictus_lang_name (lang), p->name, kind_name (kind), key);
  else
    {
      near = ictus_lang_nearest (lang, kind, name);
      ictus_text_add (&t, "model %s of population %s has no %s \"%s\"", ictus_lang_name (lang), p->name,
                      kind_name (kind), name);
      if (near != NULL)
        ictus_text_add (&t, "; did you mean \"%s\"?", near);
      ictus_text_add (&t, " There %s ", n == 1 ? "is" : "are");
    }
  add_names (&t, lang, kind);
  e = ictus__net_fail (map, key, "%s", t.s == NULL ? "" : t.s);
  ictus_text_clear (&t);
  return e;
}

/* A name that can be sampled: a state or an aux. */
static ictus_err
check_variable (const ictus_net *net, int pop, const ictus_node *at)
{
  const ictus_population *p = &net->pop[pop];
  const ictus_lang *lang;
  const char *name = ictus_node_is (at) == ICTUS_NODE_SCALAR ? ictus_node_text (at) : NULL, *near;
  ictus_text t = { 0 };
  ictus_err e;

  if (name == NULL)
    return ictus__net_fail (at, NULL, "expected the name of a state or aux");
  if (p->model == NULL)
    return ictus__net_fail (at, NULL, "population %s replays spikes from a file: it has no states to record",
                            p->name);
  lang = p->model->lang;
  if (ictus_lang_find (lang, ICTUS_LANG_STATE, name) >= 0
      || ictus_lang_find (lang, ICTUS_LANG_AUX, name) >= 0)
    return ICTUS_OK;
  near = ictus_lang_nearest (lang, ICTUS_LANG_STATE, name);
  if (near == NULL)
    near = ictus_lang_nearest (lang, ICTUS_LANG_AUX, name);
  ictus_text_add (&t, "model %s of population %s has no state or aux \"%s\"", ictus_lang_name (lang), p->name,
                  name);
  if (near != NULL)
    ictus_text_add (&t, "; did you mean \"%s\"?", near);
  ictus_text_add (&t, " States: ");
  add_names (&t, lang, ICTUS_LANG_STATE);
  if (ictus_lang_count (lang, ICTUS_LANG_AUX) > 0)
    {
      ictus_text_add (&t, "; aux: ");
      add_names (&t, lang, ICTUS_LANG_AUX);
    }
  e = ictus__net_fail (at, NULL, "%s", t.s == NULL ? "" : t.s);
  ictus_text_clear (&t);
  return e;
}

static ictus_err
check_record (const ictus_net *net, const ictus_exp_record *r)
{
  if (r->variables == NULL || (r->type != ICTUS_RECORD_TRACE && r->type != ICTUS_RECORD_MEAN)
      || r->npopulation != 1)
    return ICTUS_OK;
  if (ictus_node_is (r->variables) != ICTUS_NODE_SEQ)
    return check_variable (net, r->population[0], r->variables);
  for (size_t k = 0; k < ictus_node_count (r->variables); ++k)
    ICTUS_TRY (check_variable (net, r->population[0], ictus_node_at (r->variables, k)));
  return ICTUS_OK;
}

/* Names that other rooms will look up, checked before the network is built. */
ictus_err
ictus__net_check_names (const ictus_net *net)
{
  for (int p = 0; p < net->npop; ++p)
    {
      const ictus_node *map = net->pop[p].conf->atol_of;
      size_t n = map == NULL || net->pop[p].model == NULL ? 0 : ictus_node_count (map);

      for (size_t k = 0; k < n; ++k)
        {
          const char *key = ictus_node_key (map, k);
          double value;
          int state;

          ICTUS_TRY (ictus__net_find (net, p, ICTUS_LANG_STATE, map, key, key, &state));
          ICTUS_TRY (ictus_node_double (
              ictus_node_at (map, k), ictus_lang_get (net->pop[p].model->lang, ICTUS_LANG_STATE, state)->unit,
              1e-300, INFINITY, &value));
        }
    }
  for (int r = 0; r < net->exp->nrecord; ++r)
    ICTUS_TRY (check_record (net, &net->exp->record[r]));
  return ICTUS_OK;
}
