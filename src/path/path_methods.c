/* SPDX-License-Identifier: BSD-3-Clause */
/* Methods by name: Ictus's own, XPPAUT's, XPPAUT's letters. */
#include "path_impl.h"

#include <string.h>
#include <strings.h>

static const ictus__method *const methods[] = {
  &ictus__path_euler,          &ictus__path_heun,       &ictus__path_rk4,       &ictus__path_adams,
  &ictus__path_backward_euler, &ictus__path_symplectic, &ictus__path_map,       &ictus__path_rk45,
  &ictus__path_rosenbrock,     &ictus__path_cvode_bdf,  &ictus__path_cvode_adams,
};
enum
{
  NMETHOD = sizeof methods / sizeof *methods
};

static const struct alias
{
  const char *name, *method, *why;
} aliases[] = {
  { "d", "map", "" },
  { "discrete", "map", "" },
  { "e", "euler", "" },
  { "m", "heun", "" },
  { "modeuler", "heun", "" },
  { "modified-euler", "heun", "" },
  { "r", "rk4", "" },
  { "rungekutta", "rk4", "" },
  { "runge-kutta", "rk4", "" },
  { "a", "adams", "" },
  { "b", "backward-euler", "" },
  { "backeul", "backward-euler", "" },
  { "backeuler", "backward-euler", "" },
  { "y", "symplectic", "" },
  { "ymp", "symplectic", "" },
  { "g", "cvode-bdf", "cvode-bdf stands for gear: the same kind of formulas, of variable order and step" },
  { "gear", "cvode-bdf", "cvode-bdf stands for gear: the same kind of formulas, of variable order and step" },
  { "c", "cvode-bdf", "" },
  { "cvode", "cvode-bdf", "" },
  { "v", "backward-euler", "without integral equations the method volterra is the implicit one of backward-euler" },
  { "volterra", "backward-euler", "without integral equations the method volterra is the implicit one of backward-euler" },
  { "q", "rk45", "rk45 stands for qualrk, an adaptive Runge-Kutta method of order 4" },
  { "qualrk", "rk45", "rk45 stands for qualrk, an adaptive Runge-Kutta method of order 4" },
  { "qualityrk", "rk45", "rk45 stands for qualrk, an adaptive Runge-Kutta method of order 4" },
  { "5", "rk45", "" },
  { "5dp", "rk45", "" },
  { "dp5", "rk45", "" },
  { "8", "rk45", "rk45 stands for 83dp: the same authors' method of order 5 in place of 8" },
  { "83dp", "rk45", "rk45 stands for 83dp: the same authors' method of order 5 in place of 8" },
  { "8dp", "rk45", "rk45 stands for 83dp: the same authors' method of order 5 in place of 8" },
  { "dp83", "rk45", "rk45 stands for 83dp: the same authors' method of order 5 in place of 8" },
  { "s", "rosenbrock", "rosenbrock stands for stiff, a method of the same kind" },
  { "stiff", "rosenbrock", "rosenbrock stands for stiff, a method of the same kind" },
  { "2", "rosenbrock", "rosenbrock stands for 2rb, a method of the same kind and of lower order" },
  { "2rb", "rosenbrock", "rosenbrock stands for 2rb, a method of the same kind and of lower order" },
  { "rb23", "rosenbrock", "rosenbrock stands for 2rb, a method of the same kind and of lower order" },
};

const ictus_path_method *
ictus_path_method_at (size_t k)
{
  return k < NMETHOD ? &methods[k]->pub : NULL;
}

const ictus__method *
ictus__path_find (const char *name)
{
  for (size_t i = 0; i < NMETHOD; ++i)
    if (strcmp (name, methods[i]->pub.name) == 0)
      return methods[i];
  return NULL;
}

const char *
ictus_path_method_of (const char *name, const char **why)
{
  if (why != NULL)
    *why = "";
  for (size_t i = 0; i < NMETHOD; ++i)
    if (strcasecmp (name, methods[i]->pub.name) == 0)
      return methods[i]->pub.name;
  for (size_t i = 0; i < sizeof aliases / sizeof *aliases; ++i)
    if (strcasecmp (name, aliases[i].name) == 0)
      {
        if (why != NULL)
          *why = aliases[i].why;
        return aliases[i].method;
      }
  return NULL;
}

const char *
ictus_path_refuse (const char *method, const ictus_model *m, char *buf)
{
  const ictus__method *x = ictus__path_find (method);
  const char *names[NMETHOD], *near;

  if (x != NULL)
    return x->refuse (m, buf);
  for (size_t i = 0; i < NMETHOD; ++i)
    names[i] = methods[i]->pub.name;
  near = ictus_nearest (method, names, NMETHOD);
  if (near != NULL)
    snprintf (buf, 256, "there is no such method; did you mean %s?", near);
  else
    snprintf (buf, 256, "there is no such method");
  return buf;
}
