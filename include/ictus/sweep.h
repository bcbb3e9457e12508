/* SPDX-License-Identifier: BSD-3-Clause */
/** \file sweep.h
 * An experiment over a grid of parameter values: teams of ranks take points as they become free; every
 * finished point is one row. Rows are first appended to DIR/sweep.journal (text with a checksum a line; a
 * killed sweep goes on from it), then DIR/sweep.h5 is made whole under a temporary name and renamed. The
 * recorders of the experiment do not run in a sweep.
 *
 * Summary of a point, over (discard, t_stop]: rate of each population, CV of inter-spike intervals (mean over
 * the neurons with at least 3 spikes; NaN if none), synchrony chi of the first state (Golomb & Rinzel 1993:
 * chi^2 = Var_t(<V>) / <Var_t(V_i)>, sampled every 1 ms), Fano factor of the population count in 5 ms bins.
 * Variances divide by n. "All" are the populations that have a model; where only replayed spikes exist,
 * those. chi of all is NaN when the first states have different units.
 * Seizure-like activity, the flag: chi >= seizure_chi (default 0.4) and mean rate >= seizure_rate_Hz (default
 * 5), synchronous (clonic) firing; or mean rate >= seizure_tonic_Hz (default 100), tonic runaway, which is
 * not synchronous.
 */
#ifndef ICTUS_SWEEP_H
#define ICTUS_SWEEP_H

#include "ictus/ckpt.h"
#include "ictus/engine.h"
#include "ictus/h5.h"

typedef struct ictus_summary ictus_summary; /* online measures of one run; hooks of an engine */

typedef struct ictus_measures /* of one population, or of all (the last of the array) */
{
  double rate_Hz, cv, chi, fano;
} ictus_measures;

/** Add the measuring hooks to an engine.
 * \param discard_ms  left out at the start; before t_stop
 * \retval ICTUS_E_INPUT  discard_ms is not before t_stop; *out NULL. Collectivity: none. */
ictus_err ictus_summary_create (ictus_engine *engine, double discard_ms, ictus_summary **out);
/** After the run: m [npopulation + 1], the same bits on any number of ranks. Collectivity: all ranks of the
 * engine. */
ictus_err ictus_summary_get (ictus_summary *s, ictus_measures *m);
/** What was measured so far into an image ("summary/"), in a mark hook; ctx is the ictus_summary. Collectivity: all ranks of the engine. */
ictus_err ictus_summary_save (void *ctx, ictus_image *im);
/** The same back, before the engine (loaded from the same image) goes on. Collectivity: all ranks of the engine. */
ictus_err ictus_summary_load (ictus_summary *s, ictus_image *im);
void ictus_summary_destroy (ictus_summary **s); /* Collectivity: none. */
/** The flag for given measures of the whole network. Collectivity: none. */
bool ictus_summary_is_seizure (const ictus_experiment *exp, const ictus_measures *all);
/** Print measures m [npopulation + 1] as an aligned table, or as JSON
 * {"populations": {"E": {"rate_Hz": , "cv": , "chi": , "fano": }, ...}, "all": {...}}; what is undefined is
 * null there.
 * Collectivity: none. */
void ictus_summary_print (FILE *f, const ictus_net *net, const ictus_measures *m, bool json);

typedef struct ictus_sweep_options
{
  bool overwrite;    /* start anew; otherwise points done of the same experiment are kept, another is refused */
  bool retry_failed; /* run failed points again */
  bool progress;     /* say how far it is (rank 0 only prints) */
  FILE *table;       /* the finished table goes here, by rank 0; NULL: none */
  bool json;         /* the table as JSON; otherwise aligned text, and only up to 200 points */
  size_t part, nparts; /* do only part 0 .. nparts - 1 of the runs, into DIR/part-KKKK-of-NNNN.journal and .h5; nparts 0 or 1: all */
  bool (*told) (void *ctx); /* true on any rank: end in an orderly way; asked often; NULL: never */
  void *told_ctx;
  int argc;          /* command line, for the provenance */
  char **argv;
} ictus_sweep_options;

/** Run or go on with the sweep of a document in folder dir. Teams have sweep.ranks_per_point ranks; what is
 * left over is a smaller team; fewer ranks than that are one team. Results do not depend on it.
 * \retval ICTUS_OK       even when points failed (they are marked, with the reason)
 * \retval ICTUS_E_STOPPED  told to end: runs under way went on to their next restart mark and wrote a checkpoint; the
 *     same call goes on from there, on any number of ranks
 * \retval ICTUS_E_INPUT  the experiment is wrong, has no axes, or dir holds another sweep. Collectivity: all
 *     ranks of comm. */
ictus_err ictus_sweep_run (MPI_Comm comm, ictus_conf *conf, const char *dir, const ictus_sweep_options *opt);

/** Put together the parts (options part, nparts) that are in a folder: dir/sweep.journal and dir/sweep.h5, as one sweep of all would have
 * written them but for the provenance. What dir/sweep.journal has already is kept, unless opt->overwrite. Of the options only overwrite,
 * progress, table, json and the command line are looked at.
 * \retval ICTUS_E_STOPPED  points are missing; the message says how many of which parts; the others are written
 * \retval ICTUS_E_INPUT    there are no parts, or not of one experiment. Collectivity: all ranks of comm. */
ictus_err ictus_sweep_merge (MPI_Comm comm, const char *dir, const ictus_sweep_options *opt);

/** Level of instructions that the rows of a sweep, or of its part (part 0 .. nparts - 1; 0, 1: the whole), are computed with; 0
 * when there are none yet. Collectivity: none (one rank only). */
int ictus_sweep_isa (const char *dir, size_t part, size_t nparts);

typedef struct ictus_sweep_run_state /* of one run that has something to tell */
{
  size_t run;
  double since; /* Unix time; under way */
  int nrank;    /* under way */
  char *reason; /* failed */
} ictus_sweep_run_state;

typedef struct ictus_sweep_state /* what the journals of a folder say */
{
  size_t nrun;              /* of the whole sweep */
  size_t ndone, nfailed, nbegun; /* outcomes; begun without one */
  size_t npart, nparts;     /* journals of parts that were read, of how many; 0, 0: only the one of a whole sweep */
  size_t nspoilt;           /* lines that could not be read, a torn last one not counted */
  double busy_s, longest_s; /* mean and longest time of a team for a run that is done; 0 when there is none */
  ictus_sweep_run_state *failed, *begun; /* [nfailed], [nbegun], by run */
  char **journal;           /* [njournal] paths that were read */
  size_t njournal;
} ictus_sweep_state;

/** Read the journals in a folder, that of the whole sweep and those of parts, while they are written or later. Nothing
 * is changed. A run counts once, with the best outcome that any journal has.
 * \retval ICTUS_OK        also when there is no journal: njournal is 0
 * \retval ICTUS_E_FORMAT  a journal of another version, or none; ICTUS_E_IO. Collectivity: none. */
ictus_err ictus_sweep_look (const char *dir, ictus_sweep_state *out);
/** Of a search for a threshold: its lines, and those not yet searched to the end, by the journals that were read.
 * \retval ICTUS_E_FORMAT  the journals are not of this experiment. Collectivity: none. */
ictus_err ictus_sweep_look_lines (const ictus_sweep_state *s, const ictus_experiment *exp, size_t *nline, size_t *nopen);
void ictus_sweep_state_clear (ictus_sweep_state *s); /* Collectivity: none. */

/** Print the points of a document without running: index and value of every axis.
 * \retval ICTUS_E_INPUT  the experiment is wrong or has no axes. Collectivity: none. */
ictus_err ictus_sweep_list (FILE *f, ictus_conf *conf, bool json);

#endif
