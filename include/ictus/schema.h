/* SPDX-License-Identifier: BSD-3-Clause */
/** \file schema.h
 * Names, shapes and units of what Ictus writes: the border between the engine and everything that reads its files.
 *
 * results.h5 (SONATA; spikes and reports in the form that libsonata and BMTK both read)
 *   / magic uint32 0x0A7A, version uint32 [2] 0 1, ictus_schema int, ictus_state string "running" | "complete"
 *   /spikes/<population>                attribute sorting: enum U8 none 0, by_id 1, by_time 2 (here by_time); attribute size: neurons of the population
 *     timestamps float64 [n] units ms; node_ids uint64 [n] (index within the population)
 *   /traces/<recorder>/<variable>       for each trace recorder, each variable as one SONATA report:
 *     data float32 [time, element] units, variable, population
 *     mapping/node_ids uint64 sorted=1, index_pointers uint64 [N+1] (hard link index_pointer), element_ids uint32 (0), element_pos float32 (0.5),
 *     time float64 [3] start, stop (open), step, units ms
 *   /report/<population>                the first variable of the first trace recorder of the population (hard links)
 *   /rates/<recorder>/<population>      float64 [bin] units Hz (complete bins only); attributes start_ms, interval_ms
 *   /means/<recorder>/<variable>        float64 [time]; attributes start_ms, interval_ms, units, population
 *   /provenance                         see ictus-files(5); /provenance/run is what may differ between equal runs
 */
#ifndef ICTUS_SCHEMA_H
#define ICTUS_SCHEMA_H

#define ICTUS_SCHEMA_RESULTS 1
#define ICTUS_SCHEMA_SWEEP 1
#define ICTUS_SCHEMA_TRAJECTORY 1
#define ICTUS_SCHEMA_COMPARE 1
#define ICTUS_SCHEMA_CHECKPOINT 2
#define ICTUS_SCHEMA_BIFURCATION 1
#define ICTUS_SCHEMA_LYAPUNOV 1
#define ICTUS_SCHEMA_LYAPUNOV_MAP 1
#define ICTUS_SCHEMA_ORBIT 1
#define ICTUS_SCHEMA_SECTION 1
#define ICTUS_SCHEMA_ZERO_ONE 1
#define ICTUS_SCHEMA_TRANSITIONS 1
#define ICTUS_SCHEMA_PHASE 1
#define ICTUS_SCHEMA_MAGIC 0x0A7A

/* ictus_kind: root attribute that says what a file is */
#define ICTUS_KIND_RESULTS "results"
#define ICTUS_KIND_SWEEP "sweep"
#define ICTUS_KIND_TRAJECTORY "trajectory"
#define ICTUS_KIND_COMPARE "compare"
#define ICTUS_KIND_CHECKPOINT "checkpoint"
#define ICTUS_KIND_BIFURCATION "bifurcation"
#define ICTUS_KIND_LYAPUNOV "lyapunov"
#define ICTUS_KIND_LYAPUNOV_MAP "lyapunov map"
#define ICTUS_KIND_ORBIT "orbit"
#define ICTUS_KIND_SECTION "section"
#define ICTUS_KIND_ZERO_ONE "zero-one"
#define ICTUS_KIND_PHASE "phase"
#define ICTUS_KIND_TRANSITIONS "transitions"

/*
 * SONATA wants one report per file at /report/<population>. A trace recorder of several variables, and several recorders,
 * would collide in one file; so the first variable of the first trace recorder of a population is written at
 * /report/<population>/{data,mapping}, and every (recorder, variable), that one included, is reachable at
 * /traces/<recorder>/<variable>/{data,mapping} (hard links).
 *
 * trajectory.h5 (ictus solve):
 *   /ictus_kind "trajectory"; /model string attribute; /solver/<name>/time float64 [n] ms, /solver/<name>/<state> float64 [n] units,
 *   /solver/<name>/aux/<name> float64 [n], /solver/<name>/spikes float64 [m] ms
 *
 * bifurcation.h5 (ictus continue):
 *   /ictus_kind "bifurcation", /model, /par, /par_units, /par_low, /par_high, the same of par2, /y, /y_units (what is drawn), /time_units
 *   attributes of the root; /states, /states_units string [n], /aux, /aux_units string [naux]; /values, /provenance
 *   /branches/<k>, k = 0, 1, ...: attributes kind "equilibria" | "cycles" | "folds" | "Hopf points", from_branch, from_special (-1: none),
 *   direction, note (why it ends); float64 par [m], par2 [m], x [m, n], low, high [m, n] (cycles), period [m], re, im [m, n]
 *   (eigenvalues, NaN where not computed, or multipliers), y [m, 2], aux [m, naux] or aux_low, aux_high; unstable int32 [m]
 *   /branches/<k>/special/<label><number>: attributes type, label, number, again, row, par, par2, period, coefficient, note, y_low, y_high;
 *   float64 x [n]; cycles: phase [l], orbit [l, n]
 *
 * phase.h5 (ictus phase):
 *   /ictus_kind "phase", /model; /axes attributes variables (2, 1; 0: trajectories only), notes; /axes/x, /axes/y attributes name, units,
 *   long_name, low, high; /values, /provenance
 *   curves are groups with float64 t, x, y [m] and uint64 first [n + 1]: curve k is points first[k] .. first[k + 1] - 1:
 *   /nullclines/x, /nullclines/y, /trajectories, /manifolds, /cycles, /spikes (threshold, then reset)
 *   /field/x, /field/y float64 [ny, nx] right-hand sides on the nodes of a grid over the box (one variable: [1, nx])
 *   /points float64 [n]: x, y, re0, im0, re1, im1, class (attribute meanings), index; attributes index_known, index_of_boundary, index_sum
 *   /cycles/period, multiplier, stable, resets float64 [n]; /manifolds/point, stable float64 [n]
 *   /manifolds/end, /trajectories/end, /basins/end int32 [n, 3]: point, cycle (-1: none), why (-1 leaves, -2 undecided, -3 time, -4 ends)
 *   /basins/map int32 [nb, nb] row of /basins/end
 *
 * compare.h5 (ictus solve --compare):
 *   attributes model, model_text, error_of "states" | "spike times", error_units, reference, other, uncertainty, stiffness_ratio,
 *   stiffness_ratio_median; /method/<name>/setting (step or rtol: attribute setting of the group), error (NaN: the run failed), cpu units s,
 *   steps, rhs, jacobians float64 [run]
 *
 * lyapunov.h5 (ictus lyapunov):
 *   /ictus_kind "lyapunov", /model, /verdict, /method, /time_units, sum, sum_error, divergence, divergence_error, dimension, dimension_error,
 *   entropy, trans, total, recurrence, rtol, atol, t_end, states, settled, stopped, steps, rhs, jacobians attributes of the root;
 *   /exponent, /error, /zero float64 [k] units (within /zero of 0 an exponent cannot be told from it); /end float64 [n] where the trajectory was
 *   left; /time float64 [m] since the end of the transient, /running, /band float64 [m, k] estimate from then to that time and its standard error;
 *   /values, /provenance
 *
 * lyapunov.h5 of a map (ictus lyapunov --map): netCDF-4 compatible
 *   /ictus_kind "lyapunov map", /model, /transient, /measured, /rtol, /atol attributes of the root
 *   /<parameter> float64 [n] dimension scale, units; /lyapunov_exponent, /lyapunov_error float64 [n0] or [n0, n1] (NaN: no value)
 *   /values, /provenance
 *
 * orbit.h5, section.h5, zero_one.h5 (ictus lyapunov --orbit, --section, --zero-one):
 *   /ictus_kind "orbit" | "section" | "zero-one", /model, /points "maxima" | "section" | "spikes" | "iterates" | "samples", /shows, /shows_units
 *   (what the values are), /watched, /time_units, /method, /intervals (1: times between points), /most_points, trans, total, recurrence, rtol, atol,
 *   with a section /section, /section_at attributes of the root; /values, /provenance
 *   orbit: /parameter float64 [n] units (name: attribute parameter of the root); /up, with --continued /down: first uint64 [n + 1], values first[k] ..
 *   first[k + 1] - 1 belong to /parameter[k]; value float64 [m] units; period int32 [n] (0 irregular, -1 rest, -2 no points, -3 failed, -4 not
 *   computed); attribute done of the root: rows that were computed
 *   section: /time float64 [m]; /section/<state or aux> float64 [m] units; attributes x, y of the root: the plane that is drawn
 *   zero-one: /series float64 [n], /c, /k_of_c float64 [100]; attributes k (the median), k_sparse (the largest of it and those of every
 *   second and every fourth value), sample (NaN: points) of the root
 *
 * sweep.h5: netCDF-4 compatible (dimension scales; every data set of the root group has a scale on every axis)
 *   /<axis> float64 [n] dimension scale, units, long_name; one for each axis
 *   /rate, /cv, /chi, /fano float64 [axes..., population] ; /rate_all, /cv_all, /chi_all, /fano_all float64 [axes...]
 *   /population int32 [npop] dimension scale with attribute names (string array)
 *   /seizure int8 [axes...]; /status int8 [axes...] flag_values 0 1 2, flag_meanings "todo done failed"; 3 "skipped" see below
 *   /provenance, /failures (group: strings <point> = reason; with repeats <point>.<repeat>)
 *   a design that draws: [axes...] is [point]; /point int64 dimension scale; /<axis> float64 [point] with attribute spacing "lin" | "log";
 *   attribute coordinates of the other sets names the axes
 *   sweep.repeats > 1: the measures are means; /repeat int32 [repeat] dimension scale, attribute seeds; for each measure m, also m_all:
 *   /<m>_sd like m, /<m>_runs [..., repeat]; /seizure_fraction float64, /repeats_done int32 [axes...]; /status_runs int8 [axes..., repeat]
 *   sweep.threshold: status 3 "skipped"; /threshold float64 [other axes...] with attributes axis, measure, of, level, level_units, runs,
 *   runs_full_grid; /threshold_lower, /threshold_upper float64, /threshold_status int8 [other axes...]
 *
 * transitions.h5 (ictus transitions): / attributes parameter, watched, their units, duration, dt, range, noise_chosen; for each direction
 * /up and /down (attribute not_followed: the reason, and nothing else), attributes rest_lost_at, lag, sample (times):
 *   parameter float64 [m]; still_low, still_high [m] least and largest value of what is watched in each piece of the ramp without noise;
 *   low, high [k, m] the same of the first runs with noise; still_parameter, still_kind [1, 8], jump_parameter, jump_kind [run, 8] jumps,
 *   kind 0 level, 1 onset, 2 end of oscillation, 3 escape, NaN no more; branch_parameter, branch_value, branch_recovery [b] the rest that the
 *   ramp begins on; warning_parameter, variance, ac1, recovery [run, w]; tau, p, control_tau, control_p [run, 3];
 *   still_point, jump_point [., 8] the parameter of the bifurcation that a jump belongs to, NaN none
 *   /branches as in bifurcation.h5: equilibria and cycles; there is none where they could not be followed
 */
#endif
