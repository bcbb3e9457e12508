/* SPDX-License-Identifier: BSD-3-Clause */
/* The quantities that traces and means record: states and auxiliary quantities by name. */
#include "out/out_impl.h"

#include <string.h>

/* Both kinds of names, for the nearest one in a message. */
static const char *
nearest (const ictus_lang *lang, const char *word)
{
  const char *near = ictus_lang_nearest (lang, ICTUS_LANG_STATE, word),
             *aux = ictus_lang_nearest (lang, ICTUS_LANG_AUX, word);
  const char *both[2] = { near, aux };

  if (near == NULL || aux == NULL)
    return near != NULL ? near : aux;
  return ictus_nearest (word, both, 2);
}

static ictus_err
find (out_vars *vars, const ictus_node *node, out_var *v)
{
  const ictus_lang *lang = vars->pop->model->lang;
  const char *word = ictus_node_text (node), *near;
  const ictus_lang_var *found;

  v->k = ictus_lang_find (lang, ICTUS_LANG_STATE, word);
  v->is_aux = v->k < 0;
  if (v->is_aux)
    v->k = ictus_lang_find (lang, ICTUS_LANG_AUX, word);
  if (v->k < 0)
    {
      near = nearest (lang, word);
      return ictus_node_fail (node, ICTUS_E_INPUT,
                              "model %s has no state or auxiliary quantity '%.60s'%s%s%s",
                              ictus_lang_name (lang), word, near != NULL ? "; did you mean '" : "",
                              near != NULL ? near : "", near != NULL ? "'?" : "");
    }
  found = ictus_lang_get (lang, v->is_aux ? ICTUS_LANG_AUX : ICTUS_LANG_STATE, v->k);
  v->name = found->name;
  v->unit = found->unit[0] != '\0' ? found->unit : "1";
  vars->any_aux = vars->any_aux || v->is_aux;
  for (const out_var *other = vars->v; other < v; ++other)
    if (other->k == v->k && other->is_aux == v->is_aux)
      return ictus_node_fail (node, ICTUS_E_INPUT, "'%s' is named twice", word);
  return ICTUS_OK;
}

ictus_err
out_vars_init (out_vars *vars, const ictus_exp_record *rec, const ictus_population *pop)
{
  bool one = ictus_node_is (rec->variables) == ICTUS_NODE_SCALAR;

  vars->pop = pop;
  if (pop->model == NULL)
    return ictus_node_fail_key (rec->node, "population", ICTUS_E_INPUT,
                                "population %s replays spikes and has no states to record", pop->name);
  vars->n = one ? 1 : (int) ictus_node_count (rec->variables);
  vars->v = ictus_alloc ((size_t) vars->n, sizeof *vars->v);
  vars->aux = ictus_alloc ((size_t) pop->model->kernel->naux, sizeof *vars->aux);
  if (vars->v == NULL || vars->aux == NULL)
    return ICTUS_E_NOMEM;
  for (int k = 0; k < vars->n; ++k)
    ICTUS_TRY (find (vars, one ? rec->variables : ictus_node_at (rec->variables, (size_t) k), &vars->v[k]));
  return ICTUS_OK;
}

void
out_vars_clear (out_vars *vars)
{
  ictus_free (vars->v);
  ictus_free (vars->aux);
}

void
out_vars_at (out_vars *vars, size_t i, double t_ms, const double *y, const double *u)
{
  const ictus_cells *c = &vars->pop->cells;

  if (vars->any_aux)
    c->model->kernel->aux (t_ms, y, c->p + i * c->p_stride, u, vars->aux);
}
