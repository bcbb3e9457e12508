/* SPDX-License-Identifier: BSD-3-Clause */
/** \file ictus.h
 * All public headers, lower rooms first.
 */
#ifndef ICTUS_ICTUS_H
#define ICTUS_ICTUS_H
#include "ictus/base.h"
#include "ictus/comm.h"
#include "ictus/kernel.h"
#include "ictus/lang.h"
#include "ictus/model.h"
#include "ictus/conf.h"
#include "ictus/h5.h"
#include "ictus/image.h"
#include "ictus/solve.h"
#include "ictus/path.h"
#include "ictus/dyn.h"
#include "ictus/phase.h"
#include "ictus/chaos.h"
#include "ictus/net.h"
#include "ictus/part.h"
#include "ictus/engine.h"
#include "ictus/out.h"
#include "ictus/ckpt.h"
#include "ictus/sweep.h"
#include "ictus/plan.h"
#include "ictus/analyse.h"
#include "ictus/schema.h"
#endif
