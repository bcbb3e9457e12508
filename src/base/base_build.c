/* SPDX-License-Identifier: BSD-3-Clause */
/* What this build is. */
#include "config.h"

#include "ictus/base.h"

#include <string.h>

#include "base/git_revision.h" /* made at build time */

const char *
ictus_version (void)
{
  return PACKAGE_VERSION;
}

const char *
ictus_git_revision (void)
{
  return ICTUS_GIT_REVISION;
}

const char *
ictus_build_info (void)
{
  return "compiler: " ICTUS_CC " (" __VERSION__ ")\nflags: " ICTUS_CFLAGS
         "\nkernel flags: " ICTUS_KERNEL_CFLAGS "\nconfigured with: " ICTUS_CONFIGURE_LINE
         "\nsundials: " ICTUS_SUNDIALS_VERSION "\n";
}

/* ---- levels of instructions ----------------------------------------------------------------------- */

static const char *const level_name[] = { NULL, "generic", "x86-64-v2", "x86-64-v3", "x86-64-v4" };
enum { NLEVEL = sizeof level_name / sizeof *level_name };

static int in_use; /* 0: the best one. Set once, at the start of a program */

int
ictus_isa_best (void)
{
#if defined __x86_64__
  __builtin_cpu_init ();
  if (__builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw") && __builtin_cpu_supports ("avx512cd")
      && __builtin_cpu_supports ("avx512dq") && __builtin_cpu_supports ("avx512vl"))
    return 4;
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma") && __builtin_cpu_supports ("bmi")
      && __builtin_cpu_supports ("bmi2"))
    return 3;
  return 2;
#else
  return 1;
#endif
}

int
ictus_isa_level (void)
{
  return in_use > 0 ? in_use : ictus_isa_best ();
}

const char *
ictus_isa_name (int level)
{
  return level > 0 && level < NLEVEL ? level_name[level] : NULL;
}

const char *
ictus_isa (void)
{
  return level_name[ictus_isa_level ()];
}

int
ictus_isa_find (const char *name)
{
  int least = ictus_isa_best () > 1 ? 2 : 1, most = least > 1 ? NLEVEL - 1 : 1;

  for (int k = least; k <= most; ++k)
    if (strcmp (name, level_name[k]) == 0 || (k > 1 && strcmp (name, level_name[k] + strlen ("x86-64-")) == 0))
      return k;
  return 0;
}

ictus_err
ictus_isa_use (const char *name)
{
  int best = ictus_isa_best (), level = ictus_isa_find (name);

  if (level == 0)
    return ICTUS_FAIL (ICTUS_E_INPUT, "there is no level of instructions \"%s\"; there %s", name,
                       best > 1 ? "are x86-64-v2, x86-64-v3, x86-64-v4" : "is generic");
  if (level > best)
    return ICTUS_FAIL (ICTUS_E_RESOURCE, "this processor has no %s; its highest level is %s", level_name[level],
                       level_name[best]);
  in_use = level;
  return ICTUS_OK;
}
