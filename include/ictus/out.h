/* SPDX-License-Identifier: BSD-3-Clause */
/** \file out.h
 * Recorders and result files: hooks of the engine that write results.h5 by all ranks in parallel (SONATA
 * spikes and reports, rates, means, provenance). Layout: schema.h.
 */
#ifndef ICTUS_OUT_H
#define ICTUS_OUT_H

#include "ictus/engine.h"
#include "ictus/h5.h"
#include "ictus/image.h"

typedef struct ictus_out ictus_out;

/** Open path and add the recorders of the engine's experiment to the engine as hooks and samplings.
 * \param overwrite  replace an existing file; otherwise it is refused (ICTUS_E_INPUT, says --overwrite)
 * \retval all errors are the same on all ranks; *out NULL, and the engine, which may have some of the recorders
 *     already, can only be destroyed. Collectivity: all ranks of the engine. */
ictus_err ictus_out_create (ictus_engine *engine, const char *path, bool overwrite, int argc, char **argv,
                            ictus_out **out);
/** Go on with the result file of a run that was stopped or killed: it is put back to what it was when the image was made (the image
 * holds its length and its metadata, so a file that was damaged by a kill is whole again), the restart is noted in
 * /provenance/run, and recorders join the engine as with ictus_out_create. The engine must have been loaded from the same image.
 * \retval ICTUS_E_INPUT   path is missing, shorter than it was, or of another run: it is left as it is
 * \retval ICTUS_E_FORMAT  the image holds no result file
 * Collectivity: all ranks of the engine. */
ictus_err ictus_out_resume (ictus_engine *engine, const char *path, ictus_image *im, int argc, char **argv, ictus_out **out);
/** Whether ictus_out_resume can go on with the result file path from this image: only that is found out, nothing is touched.
 * \retval ICTUS_E_INPUT   path is missing, shorter than it was, of another run, or went on from an earlier point
 * \retval ICTUS_E_FORMAT  the image holds no result file
 * Collectivity: all ranks of comm, which is that of the image. */
ictus_err ictus_out_fits (MPI_Comm comm, const char *path, ictus_image *im);
/** Flush everything, then put the position of the result file into an image ("out/"). Only within a mark hook, after the hook of this
 * ictus_out. Collectivity: all ranks of the engine. */
ictus_err ictus_out_save (void *out, ictus_image *im);
/** Whether a result file is one of a run that was completed. A file that does not open is not. Collectivity: none. */
bool ictus_out_is_complete (const char *path);
/** Close the file of a run; *out NULL afterwards, NULL is fine.
 * What is recorded stays in memory until the engine's next flush, or the next restart mark when there are
 * more than 2^20 spikes or 256 MiB on some rank. Write what is buffered, the end facts of the provenance
 * (wall time, end time, spikes); close. After a failed run the file holds everything up to the
 * last window that all ranks finished; after a kill, up to the last flush. Collectivity: all ranks of the
 * engine. */
ictus_err ictus_out_close (ictus_out **out);

typedef struct ictus_out_need /* of the recorders of an experiment, as it is expected */
{
  double memory;          /* bytes that one rank holds between two writes */
  double file, rest;      /* bytes of results.h5; of it, what is no recorded data and stands in checkpoints too */
  double spikes, samples; /* numbers that are recorded, of all ranks; a mean is as many samples as it has neurons */
  int sets;               /* data sets that are written at every flush */
} ictus_out_need;

/** What the recorders will hold and write.
 * \param net      phase created
 * \param local    [npopulation] neurons on the rank that is asked for, of nrank
 * \param rate_Hz  [npopulation] expected. Collectivity: none. */
void ictus_out_plan (const ictus_net *net, const size_t *local, int nrank, const double *rate_Hz, ictus_out_need *out);

/** /provenance into any result file. Collectivity: all ranks of f. */
ictus_err ictus_provenance_write (ictus_h5 *f, MPI_Comm comm, const ictus_experiment *exp,
                                  const ictus_net *net, const ictus_part *part, int argc, char **argv);

#endif
