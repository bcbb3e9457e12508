/* SPDX-License-Identifier: BSD-3-Clause */
/* rk45: Dormand and Prince's pair in lanes. The step is in lane_rk45.c, all else in solve_adaptive*.c. */
#include "solve_lanes.h"

extern const ictus__stepper ictus__stepper_rk45_v1, ictus__stepper_rk45_v2, ictus__stepper_rk45_v3,
    ictus__stepper_rk45_v4;

const ictus__stepper *
ictus__stepper_rk45 (void)
{
#if defined __x86_64__
  int level = ictus_isa_level ();

  return level >= 4   ? &ictus__stepper_rk45_v4
         : level == 3 ? &ictus__stepper_rk45_v3
                      : &ictus__stepper_rk45_v2;
#else
  return &ictus__stepper_rk45_v1;
#endif
}

static ictus_err
create (const ictus_solver_config *c, const ictus_cells *cells, void **self)
{
  return ictus__adaptive_create (c, cells, ictus__stepper_rk45 (), self);
}

static const char *
refuse (const ictus_model *m, const ictus_solver_config *c, char *buf)
{
  (void) m;
  if (!(c->rtol > 0) || !(c->atol > 0))
    {
      snprintf (buf, 256, "its tolerances must be positive; they are rtol %g and atol %g", c->rtol, c->atol);
      return buf;
    }
  return NULL;
}

const ictus_solver_ops ictus__solver_rk45 = {
  .name = "rk45",
  .summary
  = "Dormand-Prince 5(4) with adaptive steps, eight neurons at a time, for models that are not stiff",
  .refuse = refuse,
  .create = create,
  .destroy = ictus__adaptive_destroy,
  .window = ictus__adaptive_window,
  .restart = ictus__adaptive_restart,
  .stats = ictus__adaptive_stats,
  .work = ictus__adaptive_work,
};
