/* SPDX-License-Identifier: BSD-3-Clause */
/* Draws in vectors for connections, weights and delays. Compiled for every level of instructions. */
#include "base/base_vector.h"
#include "net_draw.h"

enum { PAIRS = 2 * VW };

/* The two 64-bit words of each of VW blocks of a run, from the one that begins with number `at`. */
static inline void
run_words (const ictus__run *r, uint64_t at, vu x[4])
{
  vu block = v_all (at / 2) + v_iota ();

  x[0] = v_all (r->unit);
  x[1] = block;
  x[2] = block >> 32;
  x[3] = v_all (0);
  v_philox (r->key.k, x);
}

/* The high half of the word (hi, lo) times n < 2^32. */
static inline vu
scale_word (vu hi, vu lo, vu n)
{
  return (v_mul (hi, n) + (v_mul (lo, n) >> 32)) >> 32;
}

static inline void
choose_some (const ictus__run *r, uint64_t done, uint64_t range, uint64_t grow, uint64_t skip, uint32_t *out)
{
  vu x[4], a, b, n = v_all (range + done * grow) + v_iota () * 2 * grow;

  run_words (r, r->first + done, x);
  a = scale_word (x[0], x[1], n);
  b = scale_word (x[2], x[3], n + grow);
  a -= (vu) (a >= skip);
  b -= (vu) (b >= skip);
#if defined __BYTE_ORDER__ && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  a |= b << 32;
  memcpy (out, &a, sizeof a);
#else
  for (int l = 0; l < VW; ++l)
    {
      out[2 * l] = (uint32_t) a[l];
      out[2 * l + 1] = (uint32_t) b[l];
    }
#endif
}

static void
choose (const ictus__run *r, size_t n, uint64_t range, uint64_t grow, uint64_t skip, uint32_t *out)
{
  uint32_t rest[PAIRS];
  size_t k = 0;

  for (; k + PAIRS <= n; k += PAIRS)
    choose_some (r, k, range, grow, skip, out + k);
  if (k == n)
    return;
  choose_some (r, k, range, grow, skip, rest);
  memcpy (out + k, rest, (n - k) * sizeof *out);
}

/* floor for 0 <= x; at most 2^51 */
static inline vd
floor_of (vd x)
{
  const vd most = (vd){ 0 } + 0x1p51;
  vd r;

  x = v_pick (x < most, x, most);
  r = (x + 0x1p52) - 0x1p52;
  return v_pick (r > x, r - 1.0, r);
}

static void
gaps (const ictus__run *r, size_t n, double inverse, double *out)
{
  for (size_t k = 0; k < n; k += PAIRS)
    {
      double rest[PAIRS];
      vu x[4];
      vd a, b;

      run_words (r, r->first + k, x);
      a = floor_of (v_log (v_unit (x[0] << 32 | (x[1] & UINT32_MAX))) * inverse);
      b = floor_of (v_log (v_unit (x[2] << 32 | (x[3] & UINT32_MAX))) * inverse);
      for (int l = 0; l < VW; ++l)
        {
          rest[2 * l] = a[l];
          rest[2 * l + 1] = b[l];
        }
      memcpy (out + k, rest, (n - k < PAIRS ? n - k : PAIRS) * sizeof *out);
    }
}

static void
label (size_t n, uint32_t target, uint64_t first, uint32_t *restrict to, uint64_t *restrict number)
{
  for (size_t k = 0; k < n; ++k)
    {
      to[k] = target;
      number[k] = first + k;
    }
}

static void
words (const ictus__ask *a, size_t n, uint64_t *one, uint64_t *two)
{
  for (size_t k = 0; k < n; k += VW)
    {
      vu x[4], number;

      memcpy (&number, a->number + k, sizeof number);
      x[0] = v_load32 (a->unit + k);
      x[1] = number;
      x[2] = number >> 32;
      x[3] = v_all (a->again);
      v_philox (a->key.k, x);
      x[0] = x[0] << 32 | (x[1] & UINT32_MAX);
      x[2] = x[2] << 32 | (x[3] & UINT32_MAX);
      memcpy (one + k, &x[0], sizeof number);
      memcpy (two + k, &x[2], sizeof number);
    }
}

static void
uniform (size_t n, const uint64_t *word, double *x)
{
  for (size_t k = 0; k < n; k += VW)
    {
      vu w;

      memcpy (&w, word + k, sizeof w);
      v_stored (x + k, v_unit (w));
    }
}

static void
exponentiate (size_t n, double *x)
{
  for (size_t k = 0; k < n; k += VW)
    v_stored (x + k, v_exp (v_loadd (x + k)));
}

static void
ticks (size_t n, double h_ms, double *x)
{
  for (size_t k = 0; k < n; ++k)
    {
      double q = x[k] / h_ms, r = (q + 0x1p52) - 0x1p52; /* to nearest, ties to even: as llrint */

      r = r < 1 ? 1 : r;
      r = q > (double) UINT32_MAX ? __builtin_inf () : r;
      x[k] = x[k] >= 0 ? r : x[k];
    }
}

extern const ictus__draws ICTUS_LEVELED (ictus__draws);
extern uint32_t ICTUS_LEVELED (ictus__count) (const ictus__counts *c, ictus__key key, uint64_t block,
                                                size_t n, const uint32_t *unit, uint32_t *out);
extern void ICTUS_LEVELED (ictus__add) (size_t n, const uint32_t *count, int bin, double w,
                                          const double *w_of, double *x);

const ictus__draws ICTUS_LEVELED (ictus__draws) = {
  .choose = choose,
  .gaps = gaps,
  .label = label,
  .words = words,
  .uniform = uniform,
  .normal = v_normals,
  .exponentiate = exponentiate,
  .ticks = ticks,
  .count = ICTUS_LEVELED (ictus__count),
  .add = ICTUS_LEVELED (ictus__add),
};
