/* SPDX-License-Identifier: BSD-3-Clause */
/* An expectation: KIND, what it is about, clauses; what is needed, what is said about the outcome. */
#include "path/path_expect.h"

#include <math.h>
#include <stdarg.h>

typedef struct kind
{
  const char *name;
  ictus__about about;
  const char *needs; /* clauses that must be there: i(s), a(t), o(ver), f(rom, to); t, h, v: tolerance of is, at, values */
  ictus_err (*check) (ictus__claim *c);
} kind;

static const kind kinds[] = {
  { "rest", ICTUS__ABOUT_VALUES, "v", ictus__claim_rest },
  { "eigenvalue", ICTUS__ABOUT_AMOUNT, "it", ictus__claim_eigenvalue },
  { "derivative", ICTUS__ABOUT_COLUMN, "it", ictus__claim_derivative },
  { "fold", ICTUS__ABOUT_PAR, "ah", ictus__claim_fold },
  { "hopf", ICTUS__ABOUT_PAR, "ah", ictus__claim_hopf },
  { "value", ICTUS__ABOUT_COLUMN, "iat", ictus__claim_value },
  { "period", ICTUS__ABOUT_COLUMN, "iot", ictus__claim_period },
  { "crossing", ICTUS__ABOUT_COLUMN, "oah", ictus__claim_crossing },
  { "crossings", ICTUS__ABOUT_COLUMN, "oi", ictus__claim_crossings },
  { "highest", ICTUS__ABOUT_COLUMN, "it", ictus__claim_highest },
  { "lowest", ICTUS__ABOUT_COLUMN, "it", ictus__claim_lowest },
  { "range", ICTUS__ABOUT_COLUMN, "f", ictus__claim_range },
  { "mean", ICTUS__ABOUT_COLUMN, "it", ictus__claim_mean },
  { "deviation", ICTUS__ABOUT_COLUMN, "it", ictus__claim_deviation },
  { "spikes", ICTUS__ABOUT_AMOUNT, "i", ictus__claim_spikes },
  { "spike", ICTUS__ABOUT_WHICH, "ah", ictus__claim_spike },
  { "interval", ICTUS__ABOUT_WHICH, "it", ictus__claim_interval },
  { "rate", ICTUS__ABOUT_AMOUNT, "it", ictus__claim_rate },
  { "lyapunov", ICTUS__ABOUT_AMOUNT, "it", ictus__claim_lyapunov },
};
enum { NKIND = sizeof kinds / sizeof *kinds };

/* ---- what is said --------------------------------------------------------------------------------------- */

ictus_err
ictus__claim_wrong (const ictus__claim *c, const char *fmt, ...)
{
  char what[400];
  va_list ap;

  va_start (ap, fmt);
  vsnprintf (what, sizeof what, fmt, ap);
  va_end (ap);
  return ICTUS_FAIL (ICTUS_E_INPUT, "%s.ode:%d: expect: %s", ictus_lang_name (c->m->lang), c->line, what);
}

void
ictus__claim_spoil (ictus__claim *c, const char *fmt, ...)
{
  char what[400];
  va_list ap;

  va_start (ap, fmt);
  vsnprintf (what, sizeof what, fmt, ap);
  va_end (ap);
  ictus_text_add (c->said, "%s%s", c->said->len > 0 ? "; " : "", what);
  c->met = false;
}

void
ictus__claim_compare (ictus__claim *c, const char *name, const ictus__amount *a, double x)
{
  double tol = fmax (a->tol, 0);
  bool good = fabs (x - a->v) <= tol;

  ictus_text_add (c->said, "%s%s is %.11g", c->said->len > 0 ? "; " : "", name, x);
  if (!good)
    ictus_text_add (c->said, ", not %.11g within %g", a->v, tol);
  c->met = c->met && good;
}

/* Is everything there that the kind needs? */
static ictus_err
check_needs (const ictus__claim *c, const kind *kd)
{
  for (const char *n = kd->needs; *n != '\0'; ++n)
    switch (*n)
      {
      case 'i':
        if (!c->is.given)
          return ictus__claim_wrong (c, "%s wants \"is NUMBER\"", kd->name);
        break;
      case 'a':
        if (!c->when.given)
          return ictus__claim_wrong (c, "%s wants \"at NUMBER\"", kd->name);
        break;
      case 'o':
        if (!isfinite (c->over))
          return ictus__claim_wrong (c, "%s wants \"over LEVEL\"", kd->name);
        break;
      case 'f':
        if (!c->lo.given || !c->hi.given || (c->hi.tol < 0 && c->lo.tol < 0))
          return ictus__claim_wrong (c, "%s wants \"from NUMBER to NUMBER within NUMBER\"", kd->name);
        break;
      case 'v':
        if (c->all.tol < 0)
          return ictus__claim_wrong (c, "%s wants \"within NUMBER\" behind its values", kd->name);
        break;
      default:
        if ((*n == 'h' ? c->when.tol : c->is.tol) < 0)
          return ictus__claim_wrong (c, "%s wants \"within NUMBER\"", kd->name);
      }
  if (c->step <= 0 || c->accuracy <= 0)
    return ictus__claim_wrong (c, "step and accuracy are more than 0");
  return ICTUS_OK;
}

/* ---- all of it ------------------------------------------------------------------------------------------ */

static ictus_err
claim_open (ictus__claim *c)
{
  size_t n = (size_t) c->k->nstate;
  const ictus__amount none = { false, NAN, -1 };

  c->is = c->when = c->lo = c->hi = c->omega = c->all = none;
  c->over = c->after = c->until = c->step = c->accuracy = NAN;
  c->col = c->par = -1;
  c->number = 1;
  c->met = true;
  c->settings = *ictus_lang_get_settings (c->m->lang);
  c->p = ictus_alloc ((size_t) c->k->nslot, sizeof (double));
  c->y = ictus_alloc (n, sizeof (double));
  c->u = ictus_alloc ((size_t) c->k->nu, sizeof (double));
  c->want = ictus_alloc (n, sizeof (double));
  c->near = ictus_alloc (n, sizeof (double));
  if (c->p == NULL || c->y == NULL || c->u == NULL || c->want == NULL || c->near == NULL)
    return ICTUS_E_NOMEM;
  for (size_t i = 0; i < n; ++i)
    c->want[i] = c->near[i] = NAN;
  for (int i = 0; i < c->k->ninput; ++i)
    c->u[i] = ictus_lang_get (c->m->lang, ICTUS_LANG_INPUT, i)->value;
  for (int i = 0; i < c->k->npar; ++i)
    c->p[i] = ictus_lang_get (c->m->lang, ICTUS_LANG_PAR, i)->value;
  return ICTUS_OK;
}

/* Parameters, initial values and what arrives at the start, once all is read */
static ictus_err
claim_start (ictus__claim *c, const double *start, const double *jump)
{
  int n = c->k->nstate, nport = c->k->nport;
  double *coef = ictus_alloc ((size_t) (n * nport), sizeof *coef);

  if (coef == NULL)
    return ICTUS_E_NOMEM;
  c->k->prepare (c->p);
  c->k->init (c->p, c->y);
  for (int i = 0; i < n; ++i)
    if (!isnan (start[i]))
      c->y[i] = start[i];
  if (nport > 0)
    c->k->port (c->p, coef);
  for (int j = 0; j < nport; ++j)
    for (int i = 0; i < n; ++i)
      c->y[i] += coef[j * n + i] * jump[j];
  ictus_free (coef);
  return ICTUS_OK;
}

static const kind *
find_kind (ictus__claim *c)
{
  const char *names[NKIND], *near;
  char w[ICTUS__WORD_MAX];

  for (int k = 0; k < NKIND; ++k)
    {
      names[k] = kinds[k].name;
      if (ictus__claim_take (c, kinds[k].name))
        return &kinds[k];
    }
  ictus__claim_peek (c, w);
  near = ictus_nearest (w, names, NKIND);
  if (near != NULL)
    ictus__claim_wrong (c, "nothing of the kind \"%s\" can be expected; did you mean \"%s\"?", w, near);
  else
    ictus__claim_wrong (c, "nothing of the kind \"%.20s\" can be expected", c->at);
  return NULL;
}

ictus_err
ictus_path_expect (const ictus_model *m, const ictus_lang_expect *x, ictus_text *said, bool *met)
{
  ictus__claim c = { .m = m, .k = m->kernel, .line = x->line, .at = x->text };
  size_t n = (size_t) m->kernel->nstate;
  double *start = ictus_alloc (n, sizeof *start), *jump = ictus_alloc ((size_t) m->kernel->nport, sizeof *jump);
  ictus_text found = { 0 };
  const kind *kd;
  ictus_err e;

  *met = false;
  if (start == NULL || jump == NULL)
    ICTUS_GO (ICTUS_E_NOMEM);
  for (size_t i = 0; i < n; ++i)
    start[i] = NAN;
  c.said = &found;
  ICTUS_GO (claim_open (&c));
  if ((kd = find_kind (&c)) == NULL)
    ICTUS_GO (ICTUS_E_INPUT);
  ICTUS_GO (ictus__claim_about (&c, kd->about, kd->name));
  ICTUS_GO (ictus__claim_clauses (&c, start, jump));
  ICTUS_GO (check_needs (&c, kd));
  ICTUS_GO (claim_start (&c, start, jump));
  ICTUS_GO (kd->check (&c));
  ictus_text_addn (said, found.s != NULL ? found.s : "", found.len);
  if (found.failed || said->failed)
    ICTUS_GO (ICTUS_FAIL (ICTUS_E_NOMEM, "out of memory"));
  *met = c.met;
done:
  ictus_free (start);
  ictus_free (jump);
  ictus_free (c.p);
  ictus_free (c.y);
  ictus_free (c.u);
  ictus_free (c.want);
  ictus_free (c.near);
  ictus_text_clear (&found);
  return e;
}
