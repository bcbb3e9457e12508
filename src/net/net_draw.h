/* SPDX-License-Identifier: BSD-3-Clause */
/** \file net_draw.h
 * Random numbers drawn in vectors, for the files of src/net and their tests only. Philox4x32-10 (Salmon et
 * al. 2011, doi:10.1145/2063384.2063405): the key comes from (seed, purpose, what is drawn), the counter is
 * (neuron, number, try), so that any number can be made alone, by any rank, in any batch. Everything is made
 * of integers and of
 * + - * / and square roots in a fixed order: the same bits on every level of instructions and on every
 * processor.
 *
 * lane_draw.c and lane_poisson.c are compiled once for every level, with ICTUS_LEVEL set.
 */
#ifndef ICTUS_NET_DRAW_H
#define ICTUS_NET_DRAW_H

#include "ictus/base.h"

typedef struct ictus__key
{
  uint32_t k[2];
} ictus__key;

/* Key of what (a, b) stands for. */
ictus__key ictus__net_key (uint64_t seed, ictus_purpose purpose, uint64_t a, uint64_t b);

enum { ICTUS__RUN = 16 }; /* a stretch of numbers begins at a multiple of this */

/* Numbers `first` .. of one neuron. Two of them share a block: counter (unit, number / 2, 0); number k has 64
   bits of it. */
typedef struct ictus__run
{
  ictus__key key;
  uint32_t unit;  /* index within its population of the neuron that draws */
  uint64_t first; /* a multiple of ICTUS__RUN */
} ictus__run;

/* Words of many synapses: counter (unit, number, again); 64 bits for each of two values. Arrays have room for
   a multiple of 8. */
typedef struct ictus__ask
{
  ictus__key key;
  uint32_t again;         /* how many times these were drawn before */
  const uint32_t *unit;   /* [n] index of the target within its population */
  const uint64_t *number; /* [n] */
} ictus__ask;

/* Counts of a Poisson distribution by inversion: the number of thresholds 2^64 P (X <= k) that are not above
   a 64-bit word. Within low .. high the first 32 bits of the word decide, which changes probabilities by less
   than 2^-32; outside, where they are small, all 64. */
enum { ICTUS__COUNT_MAX = 255, ICTUS__COUNT_MEAN = 64 };
typedef struct ictus__counts
{
  int base, n;        /* words within low .. high: base + the number of above[] that are smaller */
  uint32_t low, high; /* words below low, or above high, are decided by exact[] */
  int32_t above[ICTUS__COUNT_MAX];  /* [n] one less than a threshold, the highest bit turned: they compare as
                                       signed numbers */
  uint64_t exact[ICTUS__COUNT_MAX]; /* [nexact] */
  int nexact;
} ictus__counts;
/* mean <= ICTUS__COUNT_MEAN */
void ictus__counts_make (double mean, ictus__counts *c);

typedef struct ictus__draws
{
  /* Choices out of range, range + grow, range + 2 grow, ... neurons, each below 2^32: the high half of word *
     range, so that no probability is off by more than 2^-64 (by 2^-32 of itself). A choice that is not below
     `skip` is one more. */
  void (*choose) (const ictus__run *r, size_t n, uint64_t range, uint64_t grow, uint64_t skip, uint32_t *out);
  /* floor (log (uniform) * inverse), at most 2^51: geometric gaps */
  void (*gaps) (const ictus__run *r, size_t n, double inverse, double *out);
  /* to[] = target, number[] = first, first + 1, ... */
  void (*label) (size_t n, uint32_t target, uint64_t first, uint32_t *to, uint64_t *number);
  void (*words) (const ictus__ask *a, size_t n, uint64_t *one, uint64_t *two);
  /* From words (arrays with room for a multiple of 8; n at most 1024); uniforms lie in the open interval (0,
     1). */
  void (*uniform) (size_t n, const uint64_t *word, double *x);
  void (*normal) (size_t n, const uint64_t *word, double *x);
  void (*exponentiate) (size_t n, double *x);
  /* ms to whole ticks: the nearest, at least 1; too many for 32 bits: infinity; negative: left alone */
  void (*ticks) (size_t n, double h_ms, double *x);
  /* Counts of four bins (4 block .. 4 block + 3) of n neurons, a byte each, lowest first; counter (unit,
     block, 0 or 1). Returns all counts or'ed. Arrays have room for a multiple of 16. */
  uint32_t (*count) (const ictus__counts *c, ictus__key key, uint64_t block, size_t n, const uint32_t *unit,
                     uint32_t *out);
  /* x[i] += byte `bin` of count[i] * (w_of == NULL ? w : w_of[i]) */
  void (*add) (size_t n, const uint32_t *count, int bin, double w, const double *w_of, double *x);
} ictus__draws;

const ictus__draws *ictus__draws_at (int level); /* the processor must have it */
const ictus__draws *ictus__draws_here (void);    /* of the level in use */

#endif
