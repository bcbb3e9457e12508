/* SPDX-License-Identifier: BSD-3-Clause */
/* What this build is. */
#include "config.h"

#include "ictus/base.h"

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

const char *
ictus_isa (void)
{
#if defined __x86_64__
  return "x86-64";
#else
  return "generic";
#endif
}
