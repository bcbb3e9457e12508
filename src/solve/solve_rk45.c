/* SPDX-License-Identifier: BSD-3-Clause */
/* rk45: Dormand and Prince's pair in lanes. The step is in lane_rk45.c, all else in solve_adaptive*.c. */
#include "solve_lanes.h"

extern const ictus__stepper ictus__stepper_rk45_v1, ictus__stepper_rk45_v2, ictus__stepper_rk45_v3,
    ictus__stepper_rk45_v4;

const ictus__stepper *
ictus__stepper_rk45 (void)
{
  return ICTUS_OF_LEVEL (ictus__stepper_rk45, ictus_isa_level ());
}

static ictus_err
create (const ictus_solver_config *c, const ictus_cells *cells, void **self)
{
  return ictus__adaptive_create (c, cells, ictus__stepper_rk45 (), self);
}

const ictus_solver_ops ictus__solver_rk45 = {
  .name = "rk45",
  .summary
  = "Dormand-Prince 5(4) with adaptive steps, eight neurons at a time, for models that are not stiff",
  .refuse = ictus__refuse_adaptive,
  .create = create,
  .destroy = ictus__adaptive_destroy,
  .window = ictus__adaptive_window,
  .restart = ictus__adaptive_restart,
  .stats = ictus__adaptive_stats,
  .work = ictus__adaptive_work,
};
