/* SPDX-License-Identifier: BSD-3-Clause */
/** \file plan.h
 * What a run or a sweep will need, before it starts: memory by part, files, traffic, time. Sizes follow from
 * the experiment by the formulas that stand beside the code that allocates and writes; rates and times come from
 * a short run of the experiment itself on one process of this machine.
 */
#ifndef ICTUS_PLAN_H
#define ICTUS_PLAN_H

#include "ictus/out.h"
#include "ictus/sweep.h"

typedef struct ictus_plan ictus_plan;

typedef struct ictus_plan_options
{
  int nrank, nnode;     /* of the run, at least 1; ranks are spread evenly over the nodes */
  double node_bytes;    /* memory of a node; 0: what this machine has available now */
  double calibrate_s;   /* wall time of the short run; 0: none, rates are assumed; negative: as usual */
  const char *dir;      /* result folder, to ask for its free space; need not exist */
} ictus_plan_options;

/** Plan a run of the document, or a sweep when it has axes. Nothing is written.
 * \param conf  read for the first time here (defaults are filled in); borrowed until the plan is destroyed
 * \retval ICTUS_E_INPUT  and all errors of the experiment. Collectivity: none (one rank). */
ictus_err ictus_plan_make (ictus_conf *conf, const ictus_plan_options *opt, ictus_plan **out);
void ictus_plan_destroy (ictus_plan **p); /* Collectivity: none. */
/** Everything fits: memory and disk. Collectivity: none. */
bool ictus_plan_fits (const ictus_plan *p);
/** The whole plan as text or as one JSON object. Collectivity: none. */
void ictus_plan_print (FILE *f, const ictus_plan *p, bool json);

/** Refuse a run that clearly will not fit into the memory that its machines have now, before anything large is
 * made.
 * \retval ICTUS_E_RESOURCE  what it needs and what there is. Collectivity: all ranks of comm. */
ictus_err ictus_plan_guard (MPI_Comm comm, const ictus_experiment *exp);

#endif
