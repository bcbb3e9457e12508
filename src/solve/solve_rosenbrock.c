/* SPDX-License-Identifier: BSD-3-Clause */
/* The solver rosenbrock: the adaptive driver with the stepper of lane_rosenbrock.c, of the level in use. */
#include "solve_rosenbrock.h"

extern const ictus__stepper ictus__stepper_rosenbrock_v1, ictus__stepper_rosenbrock_v2, ictus__stepper_rosenbrock_v3,
    ictus__stepper_rosenbrock_v4;

const ictus__stepper *
ictus__stepper_rosenbrock (void)
{
  return ICTUS_OF_LEVEL (ictus__stepper_rosenbrock, ictus_isa_level ());
}

static ictus_err
create (const ictus_solver_config *c, const ictus_cells *cells, void **self)
{
  return ictus__adaptive_create (c, cells, ictus__stepper_rosenbrock (), self);
}

const ictus_solver_ops ictus__solver_rosenbrock = {
  .name = "rosenbrock",
  .summary = "Rodas5P, order 5(4), with adaptive steps, eight neurons at a time, for stiff models",
  .refuse = ictus__refuse_adaptive,
  .create = create,
  .destroy = ictus__adaptive_destroy,
  .window = ictus__adaptive_window,
  .restart = ictus__adaptive_restart,
  .stats = ictus__adaptive_stats,
  .work = ictus__adaptive_work,
};
