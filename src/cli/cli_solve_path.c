/* SPDX-License-Identifier: BSD-3-Clause */
/* ictus solve: a model by the room path; what its file says that is not done. */
#include "cli/cli_solve.h"

#include <string.h>

enum { MAX_NOTES = 5 }; /* lines of a kind; ictus check has them all */

/* How a run ended that did not come to its end. */
static void
log_end (const ictus__solve_job *j, const ictus__solve_outcome *o)
{
  const ictus_path *p = &o->path;
  const ictus_lang *lang = j->model->lang;

  switch (p->end)
    {
    case ICTUS_PATH_BOUND:
      ictus_log ("%s: %s left the bound of %.10g at %.10g: the run ends there, as in XPPAUT (--bound)", o->label,
                 p->state >= 0 && p->state < ictus_lang_count (lang, ICTUS_LANG_STATE)
                     ? ictus_lang_get (lang, ICTUS_LANG_STATE, p->state)->name
                     : "a state",
                 j->config.bound, p->t_end);
      break;
    case ICTUS_PATH_STOPPED:
      ictus_log ("%s: ended at %.10g%s%s", o->label, p->t_end, p->why[0] != '\0' ? ": " : "", p->why);
      break;
    case ICTUS_PATH_FULL:
      ictus_log ("%s: ended at %.10g after %zu rows, as in XPPAUT (--option maxstor=N)", o->label, p->t_end, p->nrow);
      break;
    case ICTUS_PATH_DONE:
    case ICTUS_PATH_FAILED:
      break;
    }
}

ictus_err
ictus__solve_by_path (ictus__solve_job *j, ictus__solve_outcome *o)
{
  char buf[256];
  const char *why = ictus_path_refuse (o->method, &j->used, buf);

  if (why != NULL)
    {
      o->refused = true;
      o->e = ICTUS_FAIL (ICTUS_E_INPUT, "method %s cannot serve model %s: %s", o->method, j->kernel.name, why);
      o->why = ictus_strdup (why);
      return ICTUS_OK;
    }
  ICTUS_TRY (ictus_path_run (&j->used, &j->config, j->p, j->y0, j->u, &o->path));
  if (o->path.end == ICTUS_PATH_FAILED)
    {
      o->e = ICTUS_FAIL (ICTUS_E_SOLVER, "%s", o->path.why);
      o->why = ictus_strdup (o->path.why);
    }
  log_end (j, o);
  return ICTUS_OK;
}

/* ---- notes ---------------------------------------------------------------------------------------- */

static void
log_ignored (const ictus__solve_job *j)
{
  const ictus_lang_note *n;
  ictus_text t = { 0 };

  for (int k = 0; (n = ictus_lang_note_at (j->model->lang, k)) != NULL; ++k)
    if (n->kind == ICTUS_LANG_IGNORED)
      ictus_text_add (&t, "%s%s", t.len > 0 ? ", " : "", n->text);
  if (t.len > 0 && !t.failed)
    ictus_log ("%s: ignored: %s", j->model_name, t.s);
  ictus_text_clear (&t);
}

void
ictus__solve_log_notes (const ictus__solve_job *j)
{
  const ictus_lang_note *n;
  size_t more = 0, shown[ICTUS_LANG_NOTDONE + 1] = { 0 };

  for (int k = 0; (n = ictus_lang_note_at (j->model->lang, k)) != NULL; ++k)
    if (n->kind != ICTUS_LANG_IGNORED)
      {
        if (++shown[n->kind] <= MAX_NOTES)
          ictus_log ("%s:%d:%d: %s", j->model_name, n->line, n->col, n->text);
        else
          ++more;
      }
  if (more > 0)
    ictus_log ("%s: %zu more remarks; 'ictus check %s' has them all", j->model_name, more, j->model_name);
  log_ignored (j);
}
