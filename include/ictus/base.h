/* SPDX-License-Identifier: BSD-3-Clause */
/** \file base.h
 * What every room stands on: error codes and messages, counted memory, text, counter-based random
 * numbers, sums that do not depend on the order, units, the progress line, build facts.
 * Knows libc only. Every function here is local to its rank ("Collectivity: none").
 */
#ifndef ICTUS_BASE_H
#define ICTUS_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* ---- errors ------------------------------------------------------------------------------------- */

/* enumerator, number (never changes: it ends up in files), exit status of the program, meaning */
#define ICTUS_ERR_LIST(X)                                                        \
  X (ICTUS_OK, 0, 0, "success")                                                  \
  X (ICTUS_E_ARG, 1, 70, "argument outside its documented range")                \
  X (ICTUS_E_NOMEM, 2, 69, "out of memory")                                      \
  X (ICTUS_E_IO, 3, 74, "file could not be read or written")                     \
  X (ICTUS_E_FORMAT, 4, 65, "file is not what its header says")                  \
  X (ICTUS_E_SOLVER, 5, 70, "integrator could not reach the end of a window")    \
  X (ICTUS_E_MISMATCH, 6, 70, "ranks disagree on an argument that must be equal") \
  X (ICTUS_E_INPUT, 7, 65, "input of the user is wrong")                         \
  X (ICTUS_E_USAGE, 8, 64, "wrong command line")                                 \
  X (ICTUS_E_RESOURCE, 9, 69, "something that is needed is missing")             \
  X (ICTUS_E_INTERNAL, 10, 70, "internal error")                                 \
  X (ICTUS_E_STOPPED, 11, 75, "stopped on request")

typedef enum ictus_err {
#define ICTUS_X(sym, num, status, text) sym = num,
  ICTUS_ERR_LIST (ICTUS_X)
#undef ICTUS_X
} ictus_err;

enum { ICTUS_ERR_TEXT = 4096 }; /* longest message kept, with its end mark */

/** Keep a formatted message as the last error of this process and return e unchanged.
 * The message is for the user: no place in our source; ICTUS_DEBUG=1 in the environment appends it.
 * Collectivity: none. */
ictus_err ictus_err_note (ictus_err e, const char *file, int line, const char *fmt, ...)
    __attribute__ ((format (printf, 4, 5)));
/** The last message; "" if none. Borrowed until the next error. Collectivity: none. */
const char *ictus_err_last (void);
/** Put "prefix: " before the last message and return e. Collectivity: none. */
ictus_err ictus_err_prefix (ictus_err e, const char *fmt, ...) __attribute__ ((format (printf, 2, 3)));
/** Exit status for a code (table above). Collectivity: none. */
int ictus_err_status (ictus_err e);
/** Name of a code, such as "ICTUS_E_IO". Collectivity: none. */
const char *ictus_err_name (ictus_err e);

/** A message about a place in a text of the user's:
 *     path:line:col: message
 *       12 | the source line
 *          |     ^~~~
 * \param line,col  from 1; col 0: no caret
 * \param width     characters to underline, at least 1
 * \param text      the whole text that line counts in; NULL: no source line is shown
 * Keeps it as the last error, returns e. Collectivity: none. */
ictus_err ictus_err_at (ictus_err e, const char *path, const char *text, int line, int col, int width,
                        const char *fmt, ...) __attribute__ ((format (printf, 7, 8)));

#define ICTUS_FAIL(e, ...) ictus_err_note ((e), __FILE__, __LINE__, __VA_ARGS__)
#define ICTUS_TRY(call)            \
  do                               \
    {                              \
      ictus_err e_ = (call);       \
      if (e_ != ICTUS_OK)          \
        return e_;                 \
    }                              \
  while (0)
/* For functions with one exit label "done" and a variable "e". */
#define ICTUS_GO(call)             \
  do                               \
    {                              \
      if ((e = (call)) != ICTUS_OK) \
        goto done;                 \
    }                              \
  while (0)

/** The name in list nearest to word (edit distance, case ignored), NULL when none is near enough.
 * Borrowed from list. Collectivity: none. */
const char *ictus_nearest (const char *word, const char *const *list, size_t n);

/** True when the environment variable ICTUS_FAULT=<point>:<rank>:<visit> asks this visit of the named
 * point on this rank to fail. Counts the visits of that point. For tests. Collectivity: none. */
bool ictus_fault (const char *point, int rank);

/* ---- memory ------------------------------------------------------------------------------------- */

/** count * size zeroed bytes, 64-byte aligned, overflow-checked; NULL (and ICTUS_E_NOMEM noted) when there
 * is no room. count or size 0 gives a valid pointer. Free with ictus_free. Collectivity: none. */
void *ictus_alloc (size_t count, size_t size);
/** Frees; NULL is allowed. Collectivity: none. */
void ictus_free (void *p);
/** Make *p (an ictus_alloc'ed array or NULL) hold at least need elements, doubling; new part zeroed.
 * \retval ICTUS_E_NOMEM  nothing was touched. Collectivity: none. */
ictus_err ictus_grow (void *p, size_t *cap, size_t need, size_t size);
/** Copy of a string, NULL when there is no room or s is NULL. Collectivity: none. */
char *ictus_strdup (const char *s);
/** Blocks alive now, and calls of ictus_alloc so far. Collectivity: none. */
size_t ictus_mem_live (void);
size_t ictus_mem_calls (void); /* Collectivity: none. */

typedef struct ictus_pages /* a large array; start with {0} */
{
  void *p;
  size_t bytes;
  size_t size; /* of its own pages; 0: it is a block of ictus_alloc */
  void *count;
} ictus_pages;
/** bytes zeroed bytes, 64-byte aligned; on huge pages of their own when there are many.
 * \retval ICTUS_E_NOMEM  *m is {0}. Collectivity: none. */
ictus_err ictus_pages_get (ictus_pages *m, size_t bytes);
/** Keep the first bytes and give the rest back to the system. What is left may move.
 * \retval ICTUS_E_NOMEM  nothing was touched. Collectivity: none. */
ictus_err ictus_pages_cut (ictus_pages *m, size_t bytes);
/** Give all back; {0} is allowed. Collectivity: none. */
void ictus_pages_put (ictus_pages *m);
size_t ictus_pages_bytes (void); /* of all arrays with pages of their own. Collectivity: none. */

/* ---- text and files ----------------------------------------------------------------------------- */

typedef struct ictus_text /* growing text; start with {0}; NUL-terminated once something was added */
{
  char *s;
  size_t len, cap;
  bool failed; /* out of memory: what follows is not added */
} ictus_text;

/** Append. Collectivity: none. */
void ictus_text_add (ictus_text *t, const char *fmt, ...) __attribute__ ((format (printf, 2, 3)));
void ictus_text_addn (ictus_text *t, const char *s, size_t n); /* Collectivity: none. */
/** Free and set to {0}. Collectivity: none. */
void ictus_text_clear (ictus_text *t);

/** Whole file as NUL-terminated text; *out is freed with ictus_free.
 * \retval ICTUS_E_IO  "cannot read PATH: reason". Collectivity: none. */
ictus_err ictus_file_read (const char *path, char **out, size_t *len);
/** Write under a temporary name in the same folder, flush to disk, rename: whole or not at all.
 * Collectivity: none (one rank only). */
ictus_err ictus_file_write (const char *path, const char *data, size_t len);
/** mkdir -p. Collectivity: none. */
ictus_err ictus_mkdirs (const char *path);
bool ictus_file_exists (const char *path); /* Collectivity: none. */
/** 64-bit FNV-1a of bytes, chained through seed (0 to start). Collectivity: none. */
uint64_t ictus_hash (const void *data, size_t len, uint64_t seed);

/* ---- random numbers ----------------------------------------------------------------------------- */

/* Philox4x64-10 (Salmon et al. 2011, doi:10.1145/2063384.2063405) of Random123. Key = (seed, purpose),
   counter = (a, b, c, block): a number depends on what it is for, never on who draws it or when. */
typedef enum ictus_purpose /* numbers never change: results depend on them */
{
  ICTUS_RNG_PARAM = 1,
  ICTUS_RNG_INIT = 2,
  ICTUS_RNG_CONNECT = 3,
  ICTUS_RNG_WEIGHT = 4,
  ICTUS_RNG_DELAY = 5,
  ICTUS_RNG_POISSON = 6,
  ICTUS_RNG_NOISE = 7,
  ICTUS_RNG_SPLIT = 8,
  ICTUS_RNG_DESIGN = 9,  /* points of a sweep */
  ICTUS_RNG_REPEAT = 10, /* seeds of repeated runs */
  ICTUS_RNG_MARKOV = 11, /* jumps of Markov variables */
  ICTUS_RNG_MODEL = 12,  /* numbers that are drawn when a model file is read */
  ICTUS_RNG_TEST = 99
} ictus_purpose;

typedef struct ictus_rng /* a stream of one key and (a, b, c); plain data, copy freely */
{
  uint64_t seed, purpose, a, b, c;
  uint64_t block; /* next block */
  uint64_t buf[4];
  int left; /* unused numbers of buf */
} ictus_rng;

/** Collectivity: none. All of these. */
ictus_rng ictus_rng_open (uint64_t seed, ictus_purpose purpose, uint64_t a, uint64_t b, uint64_t c);
uint64_t ictus_rng_u64 (ictus_rng *r);
double ictus_rng_uniform (ictus_rng *r);              /* in the open interval (0, 1) */
uint64_t ictus_rng_below (ictus_rng *r, uint64_t n);  /* 0 .. n-1, unbiased; n >= 1 */
double ictus_rng_normal (ictus_rng *r);               /* mean 0, variance 1; two uniforms a call */
double ictus_rng_exponential (ictus_rng *r);          /* mean 1 */
uint64_t ictus_rng_poisson (ictus_rng *r, double mean);
uint64_t ictus_rng_binomial (ictus_rng *r, uint64_t n, double p);

/* ---- order-free sums ---------------------------------------------------------------------------- */

/* Fixed-point sum of doubles: the same bits in whatever order and grouping the terms are added, also over
   ranks (add hi, lo and bad as integers). Resolution 2^-60; NaN where a term is not below 2^40 or the sum is
   not below 2^43. */
typedef struct ictus_sum
{
  int64_t hi, lo, bad;
} ictus_sum; /* start with {0} */
void ictus_sum_add (ictus_sum *s, double x);              /* Collectivity: none. */
void ictus_sum_join (ictus_sum *s, const ictus_sum *o);   /* Collectivity: none. */
double ictus_sum_value (const ictus_sum *s);              /* Collectivity: none. */

/* ---- time --------------------------------------------------------------------------------------- */

typedef int64_t ictus_tick; /* model time in steps of the resolution */
/** Model time of a tick: tick / n when h is 1/n, else tick * h, so that 3 ticks of 0.1 are 0.3.
 * Collectivity: none. */
double ictus_tick_ms (ictus_tick k, double h_ms);
#define ICTUS_MAX_STEPS 9007199254740992.0 /* 2^53: as far as a tick and a double are the same number */
/** Nearest tick; times further than ICTUS_MAX_STEPS are at that tick. Collectivity: none. */
ictus_tick ictus_tick_of (double t_ms, double h_ms);
/** Wall clock, seconds, monotonic. Collectivity: none. */
double ictus_wall_s (void);

/* ---- units -------------------------------------------------------------------------------------- */

/* A unit is a product of powers: "mV", "nS", "uF/cm^2", "mS/cm2", "1/ms", "spikes/s", "1" (dimensionless,
   also ""). */

/** Factor that turns a number in unit from into unit to.
 * \retval ICTUS_E_INPUT  unknown unit (nearest named) or different kinds of quantity; *factor untouched.
 * Collectivity: none. */
ictus_err ictus_unit_factor (const char *from, const char *to, double *factor);
/** "0.1 ms", "-60mV", "3" in unit to; a bare number is taken to be in unit to. *had_unit may be NULL.
 * \retval ICTUS_E_INPUT  not a number, or ictus_unit_factor's errors. Collectivity: none. */
ictus_err ictus_quantity (const char *text, const char *to, double *value, bool *had_unit);

/* ---- messages and progress ---------------------------------------------------------------------- */

/** Lines for the user on standard error, unless quiet. Collectivity: none. */
void ictus_log (const char *fmt, ...) __attribute__ ((format (printf, 1, 2)));
void ictus_log_quiet (bool quiet); /* Collectivity: none. */

/** A string of JSON in its quotes. Collectivity: none. */
void ictus_json_string (FILE *f, const char *s);
/** before, then a number of JSON with 9 digits; null when it is not finite. Collectivity: none. */
void ictus_json_number (FILE *f, const char *before, double x);

typedef struct ictus_progress /* one line on a terminal, plain lines every few seconds elsewhere */
{
  bool on, tty;
  double start_s, last_s, begin_ms, end_ms;
} ictus_progress;
/** Begin; on = false makes the others do nothing (all ranks but one). Collectivity: none. */
void ictus_progress_begin (ictus_progress *p, bool on, double begin_ms, double end_ms);
/** Model time reached and mean rate; extra may be NULL. Prints at most every 0.2 s (terminal) or 5 s.
 * Collectivity: none. */
void ictus_progress_at (ictus_progress *p, double t_ms, double rate_Hz, const char *extra);
/** The last line, with the total. Collectivity: none. */
void ictus_progress_end (ictus_progress *p, double t_ms, double rate_Hz);

/* ---- the machine -------------------------------------------------------------------------------- */

/** Bytes of memory that processes here may still take: what the system has available, or less where a limit of a control
 * group is nearer. Collectivity: none. */
double ictus_host_memory (void);
int ictus_host_cores (void); /* processors here. Collectivity: none. */
/** Bytes of memory of this process alone. *shared (may be NULL): of program and library files, which processes of one
 * machine share. Collectivity: none. */
double ictus_process_memory (double *shared);
/** Bytes that are taken from the heap now, by whatever library. Collectivity: none. */
double ictus_mem_heap (void);
/** Free bytes of the file system that path lies in, or would lie in when it is made.
 * \retval ICTUS_E_IO. Collectivity: none. */
ictus_err ictus_disk_room (const char *path, double *bytes);

/* ---- build facts -------------------------------------------------------------------------------- */

const char *ictus_version (void);      /* "0.1.0"; Collectivity: none. */
const char *ictus_git_revision (void); /* short hash, with "-dirty"; "" from a tarball; Collectivity: none. */
/** "key: value" lines: compiler, flags, configure line. Collectivity: none. */
const char *ictus_build_info (void);
/* Levels of instructions that lane kernels are built for: x86-64-v2 (SSE4.2), v3 (AVX2, FMA), v4 (AVX-512) are 2, 3, 4;
   "generic" on other processors is 1. Results are bit-identical within a level. */
/** The highest level of this processor. Collectivity: none. */
int ictus_isa_best (void);
/** The level in use: the best one until ictus_isa_use was called. Collectivity: none. */
int ictus_isa_level (void);
/** Its name, such as "x86-64-v3". Collectivity: none. */
const char *ictus_isa (void);
/** The level of a name as ictus_isa_use takes it, whether this processor has it or not; 0: none of that name.
 * Collectivity: none. */
int ictus_isa_find (const char *name);
const char *ictus_isa_name (int level); /* NULL: there is no such level. Collectivity: none. */
/** Use another level from now on; before any model is opened, alike on all ranks.
 * \param name  "x86-64-v2", "x86-64-v3", "x86-64-v4", or "v2", "v3", "v4"; "generic" where there is no other
 * \retval ICTUS_E_INPUT     there is no such level
 * \retval ICTUS_E_RESOURCE  this processor lacks it; the level stays as it was. Collectivity: none. */
ictus_err ictus_isa_use (const char *name);
/* Code that is compiled once for every level, with ICTUS_LEVEL set: what it defines as ICTUS_LEVELED (name) is name_v2, ...;
   ICTUS_OF_LEVEL (name, level) is the address of the one of a level. Both want name_v1 .. name_v4 declared. */
#define ICTUS_PASTE_LEVEL_(a, b) a##_v##b
#define ICTUS_PASTE_LEVEL(a, b) ICTUS_PASTE_LEVEL_ (a, b)
#define ICTUS_LEVELED(name) ICTUS_PASTE_LEVEL (name, ICTUS_LEVEL)
#if defined __x86_64__
#define ICTUS_OF_LEVEL(name, level) ((level) >= 4 ? &name##_v4 : (level) == 3 ? &name##_v3 : &name##_v2)
#else
#define ICTUS_OF_LEVEL(name, level) ((void) (level), &name##_v1)
#endif

#endif
