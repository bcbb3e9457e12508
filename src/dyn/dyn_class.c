/* SPDX-License-Identifier: BSD-3-Clause */
/* What kind of equilibrium has these eigenvalues? */
#include "ictus/dyn.h"

#include <math.h>

const char *
ictus_dyn_class_name (ictus_dyn_class c)
{
  static const char *const name[] = {
    [ICTUS_DYN_STABLE_NODE] = "stable node",
    [ICTUS_DYN_STABLE_FOCUS] = "stable focus",
    [ICTUS_DYN_UNSTABLE_NODE] = "unstable node",
    [ICTUS_DYN_UNSTABLE_FOCUS] = "unstable focus",
    [ICTUS_DYN_SADDLE] = "saddle",
    [ICTUS_DYN_SADDLE_FOCUS] = "saddle focus",
    [ICTUS_DYN_CENTRE] = "centre",
    [ICTUS_DYN_DEGENERATE] = "degenerate",
  };

  return name[c];
}

/* The eigenvalue nearest to the axis on one side: is it complex? */
static bool
leads_complex (int n, const double *re, const double *im, double side)
{
  double best = INFINITY;
  bool complex_pair = false;

  for (int i = 0; i < n; ++i)
    if (re[i] * side > 0 && fabs (re[i]) < best)
      {
        best = fabs (re[i]);
        complex_pair = im[i] != 0;
      }
  return complex_pair;
}

ictus_dyn_class
ictus_dyn_classify (int n, const double *re, const double *im, double zero)
{
  int right = 0, left = 0, pairs = 0;
  double largest = 0;

  for (int i = 0; i < n; ++i)
    largest = fmax (largest, hypot (re[i], im[i]));
  for (int i = 0; i < n; ++i)
    {
      bool on_axis = fabs (re[i]) <= zero * largest;

      if (!isfinite (re[i]) || (on_axis && fabs (im[i]) <= zero * largest))
        return ICTUS_DYN_DEGENERATE;
      right += !on_axis && re[i] > 0;
      left += !on_axis && re[i] < 0;
      pairs += on_axis;
    }
  if (right > 0 && left > 0)
    return leads_complex (n, re, im, 1) || leads_complex (n, re, im, -1) ? ICTUS_DYN_SADDLE_FOCUS : ICTUS_DYN_SADDLE;
  if (right > 0)
    return leads_complex (n, re, im, 1) ? ICTUS_DYN_UNSTABLE_FOCUS : ICTUS_DYN_UNSTABLE_NODE;
  if (pairs > 0)
    return ICTUS_DYN_CENTRE;
  return leads_complex (n, re, im, -1) ? ICTUS_DYN_STABLE_FOCUS : ICTUS_DYN_STABLE_NODE;
}
