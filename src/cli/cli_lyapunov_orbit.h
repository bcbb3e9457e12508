/* SPDX-License-Identifier: BSD-3-Clause */
/** \file cli_lyapunov_orbit.h
 * ictus lyapunov --orbit, --section, --zero-one: points of trajectories.
 */
#ifndef ICTUS_CLI_LYAPUNOV_ORBIT_H
#define ICTUS_CLI_LYAPUNOV_ORBIT_H

#include "cli/cli_dyn.h"

typedef struct ictus_cli_orbit /* what was asked for */
{
  const char *orbit;    /* NAME=LO:HI:N; NULL: not */
  const char *section;  /* NAME=VALUE; NULL: not */
  bool zero_one;
  const char *zero_one_of; /* NULL: chosen */
  const char *watch;    /* NULL: chosen */
  const char *sample;   /* a time, or "auto"; NULL: points */
  bool intervals, continued;
  size_t keep;          /* 0: chosen */
} ictus_cli_orbit;

/** One of the three is wanted. Collectivity: none. */
bool ictus_cli_orbit_wanted (const ictus_cli_orbit *a);
/** A status to end with where options exclude each other, else 0. other: another way that was asked for, NULL: none. Collectivity: none. */
int ictus_cli_orbit_check (const ictus_cli_orbit *a, const char *other);
/** All of it: what is computed, file, picture, what is printed. c is open; signals are heeded. Of o lengths, method, tolerances are
 * heeded. Collectivity: all of MPI_COMM_WORLD. */
ictus_err ictus_cli_orbit_run (ictus_cli_dyn *c, const ictus_lyapunov_options *o, const ictus_cli_orbit *a, int argc, char **argv);

/* ---- what the files of the command share ---- */

typedef struct ictus_cli_points /* names and values as they are used */
{
  ictus_cli_dyn *c;
  ictus_points_options o;
  char section[80];          /* "": none */
  ictus_lyapunov_axis axis;
  bool continued;
  double last_s;
} ictus_cli_points;

/** Unit of time: "ms", "iterations", "". Collectivity: none. */
const char *ictus_cli_points_time (const ictus_model *m);
const char *ictus_cli_points_unit (const ictus_cli_points *a); /* of what is shown. Collectivity: none. */
/** "maxima of x", "times between spikes", ... Collectivity: none. */
void ictus_cli_points_what (const ictus_cli_points *a, ictus_points_kind kind, char out[256]);
/** Collectivity: none. */
void ictus_cli_orbit_print (FILE *f, const ictus_cli_points *a, const ictus_orbit *r);
void ictus_cli_section_print (FILE *f, const ictus_cli_points *a, const ictus_points *p); /* Collectivity: none. */
/** Collectivity: none. */
void ictus_cli_zero_one_print (FILE *f, const ictus_cli_points *a, const ictus_points *p, size_t n, const ictus_zero_one *z);
/** orbit.h5, section.h5, zero_one.h5, rank 0; series x [n]. Collectivity: none. */
ictus_err ictus_cli_orbit_write (const ictus_cli_points *a, const ictus_orbit *r, const char *path, int argc, char **argv);
/** Collectivity: none. */
ictus_err ictus_cli_section_write (const ictus_cli_points *a, const ictus_points *p, const char *path, int argc, char **argv);
/** Collectivity: none. */
ictus_err ictus_cli_zero_one_write (const ictus_cli_points *a, const ictus_points *p, const double *x, size_t n, const ictus_zero_one *z,
                                    const char *path, int argc, char **argv);

#endif
