/* SPDX-License-Identifier: BSD-3-Clause */
/* Pieces of tables that sweep_print.c and sweep_print_table.c share. */
#ifndef ICTUS_SWEEP_PRINT_H
#define ICTUS_SWEEP_PRINT_H

#include "sweep/sweep_design.h"

void ictus__print_json_number (FILE *f, double x);                /* null where it is not defined */
void ictus__print_json_measures (FILE *f, const double *value);   /* [ICTUS__NMEASURE] */
void ictus__print_text_number (FILE *f, double x, int width, int digits); /* "-" where it is not defined */
/* Number and place of a point, in a table and in its head. */
void ictus__print_text_axes_head (FILE *f, const ictus_experiment *exp);
void ictus__print_text_axes (FILE *f, const ictus_experiment *exp, size_t point);
void ictus__print_json_axes (FILE *f, const ictus_experiment *exp, size_t point); /* '}' is left out */
/* Begin of the object, up to the list of points. */
void ictus__print_json_grid (FILE *f, const ictus_experiment *exp);
int ictus__print_axis_width (const ictus_exp_axis *axis);
void ictus__print_axis_head (FILE *f, const ictus_exp_axis *axis);

#endif
