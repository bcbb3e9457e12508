/* SPDX-License-Identifier: BSD-3-Clause */
/* What a model has that not every solver can serve, and which can. */
#include "solve_impl.h"

static const char *
refuse_noise (const ictus_kernel *k, unsigned can)
{
  bool white = false;

  for (int j = 0; j < k->nnoise; ++j)
    white = white || k->noise[j] == ICTUS_NOISE_WIENER;
  if (white && (can & ICTUS__CAN_WHITE) == 0)
    return "it has white noise (wiener), whose increments ask for a method of their own: euler (Ito) or heun (Stratonovich)";
  if (k->nnoise > 0 && (can & ICTUS__CAN_DRAW) == 0)
    return "it draws random numbers in every step of a fixed length: euler, heun, rk4 or exp-euler do that";
  return NULL;
}

static const char *
refuse_delays (const ictus_model *m, unsigned can, char *buf)
{
  const ictus_kernel *k = m->kernel;

  if (k->ndelay > 0 && (can & ICTUS__CAN_DELAY) == 0)
    return "it has delays: euler, heun, rk4 and exp-euler keep the past that these need";
  for (int j = 0; j < k->ndelay; ++j)
    if (!k->delay_fixed[j])
      {
        snprintf (buf, 256, "delay %d of the model, of state %.60s, changes with time or states; delays must depend on parameters only", j + 1,
                  m->lang != NULL ? ictus_lang_get (m->lang, ICTUS_LANG_STATE, k->delay_of[j])->name : "?");
        return buf;
      }
  return NULL;
}

const char *
ictus__refuse_kind (const ictus_model *m, unsigned can, char *buf)
{
  const ictus_kernel *k = m->kernel;
  const char *why = refuse_noise (k, can);

  if (k->is_map && (can & ICTUS__CAN_ITERATE) == 0)
    return "its equations are a map, x(t+1) = ..., which is iterated: solver map does that";
  if (!k->is_map && (can & ICTUS__CAN_ITERATE) != 0)
    return "it iterates maps, x(t+1) = ...; the equations of this model are differential equations";
  if (why != NULL)
    return why;
  if (k->nmarkov > 0 && (can & ICTUS__CAN_MARKOV) == 0)
    return "it has Markov variables, which jump at the ends of fixed steps: euler, heun, rk4 or exp-euler take these";
  if (k->nevent > 0 && (can & ICTUS__CAN_HAPPEN) == 0)
    return "it has events (global): euler, heun, rk4 and exp-euler look for these";
  return refuse_delays (m, can, buf);
}

static const char *
refuse_tolerances (const ictus_solver_config *c, char *buf)
{
  if (c->rtol > 0 && c->atol > 0)
    return NULL;
  snprintf (buf, 256, "its tolerances must be positive; they are rtol %g and atol %g", c->rtol, c->atol);
  return buf;
}

const char *
ictus__refuse_adaptive (const ictus_model *m, const ictus_solver_config *c, char *buf)
{
  const char *why = ictus__refuse_kind (m, 0, buf);

  return why != NULL ? why : refuse_tolerances (c, buf);
}
