/* SPDX-License-Identifier: BSD-3-Clause */
/** \file sweep.h
 * An experiment over a grid of parameter values: teams of ranks take points as they become free; every finished point is
 * one row. Rows are first appended to DIR/sweep.journal (text with a checksum a line; a killed sweep goes on from it), then
 * DIR/sweep.h5 is made whole under a temporary name and renamed.
 *
 * Summary of a point, over (discard, t_stop]: rate of each population, CV of inter-spike intervals (mean over the neurons
 * with at least 3 spikes; NaN if none), synchrony chi of the first state (Golomb & Rinzel 1993: chi^2 = Var_t(<V>) / <Var_t(V_i)>, sampled
 * every 1 ms), Fano factor of the population count in 5 ms bins.
 * Seizure-like activity, the flag: chi >= seizure_chi (default 0.4) and mean rate >= seizure_rate_Hz (default 5): runaway synchronous firing.
 */
#ifndef ICTUS_SWEEP_H
#define ICTUS_SWEEP_H

#include "ictus/engine.h"
#include "ictus/h5.h"

typedef struct ictus_summary ictus_summary; /* online measures of one run; hooks of an engine */

typedef struct ictus_measures /* of one population, or of all (the last of the array) */
{
  double rate_Hz, cv, chi, fano;
} ictus_measures;

/** Add the measuring hooks to an engine. Collectivity: none. */
ictus_err ictus_summary_create (ictus_engine *engine, double discard_ms, ictus_summary **out);
/** After the run: m [npopulation + 1], the same bits on any number of ranks. Collectivity: all ranks of the engine. */
ictus_err ictus_summary_get (ictus_summary *s, ictus_measures *m);
void ictus_summary_destroy (ictus_summary **s); /* Collectivity: none. */
/** The flag for given measures of the whole network. Collectivity: none. */
bool ictus_summary_is_seizure (const ictus_experiment *exp, const ictus_measures *all);

/** Run or go on with the sweep of a document in folder dir.
 * \param overwrite  start anew; otherwise finished points of the same experiment are kept, those of another refused
 * \retval ICTUS_OK even when points failed (they are marked, with the reason). Collectivity: all ranks of comm. */
ictus_err ictus_sweep_run (MPI_Comm comm, ictus_conf *conf, const char *dir, bool overwrite, int argc, char **argv);

#endif
