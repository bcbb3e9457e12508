/* SPDX-License-Identifier: BSD-3-Clause */
/* Draws in vectors for connections, weights and delays. Compiled for every level of instructions. */
#include "net_vector.h"

enum { PAIRS = 2 * VW, MOST = 1024 };

/* The two 64-bit words of each of VW blocks of a run, from the one that begins with number `at`. */
static inline void
run_words (const ictus__run *r, uint64_t at, vu x[4])
{
  vu block = v_all (at / 2) + v_iota ();

  x[0] = v_all (r->unit);
  x[1] = block;
  x[2] = block >> 32;
  x[3] = v_all (0);
  v_philox (r->key, x);
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
      v_philox (a->key, x);
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

/* ---- normal distribution: the inverse of its distribution function ---------------------------------- */

/* Wichura 1988, doi:10.2307/2347330 (AS241, PPND16), relative error about 1e-16: coefficients of numerator
   and denominator, highest first. */
static const double centre[2][8] = {
  { 2.5090809287301226727e+3, 3.3430575583588128105e+4, 6.7265770927008700853e+4, 4.5921953931549871457e+4,
    1.3731693765509461125e+4, 1.9715909503065514427e+3, 1.3314166789178437745e+2, 3.3871328727963666080e+0 },
  { 5.2264952788528545610e+3, 2.8729085735721942674e+4, 3.9307895800092710610e+4, 2.1213794301586595867e+4,
    5.3941960214247511077e+3, 6.8718700749205790830e+2, 4.2313330701600911252e+1, 1.0 }
};
static const double tail[2][8]
    = { { 7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
          1.27045825245236838258e+0, 3.64784832476320460504e+0, 5.76949722146069140550e+0,
          4.63033784615654529590e+0, 1.42343711074968357734e+0 },
        { 1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
          1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e+0,
          2.05319162663775882187e+0, 1.0 } };
static const double far[2][8]
    = { { 2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
          2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e+0,
          5.46378491116411436990e+0, 6.65790464350110377720e+0 },
        { 2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
          7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
          5.99832206555887937690e-1, 1.0 } };

static inline vd
polynomial (const double *c, vd r)
{
  return ((((((c[0] * r + c[1]) * r + c[2]) * r + c[3]) * r + c[4]) * r + c[5]) * r + c[6]) * r + c[7];
}

/* q = p - 1/2 with |q| > 0.425 */
static inline vd
outside (vd q)
{
  const vd zero = { 0 };
  vi low = q < 0.0;
  vd r = -v_log (v_pick (low, q + 0.5, 0.5 - q)), z;
  vi out;

  for (int l = 0; l < VW; ++l)
    r[l] = __builtin_sqrt (r[l]);
  z = polynomial (tail[0], r - 1.6) / polynomial (tail[1], r - 1.6);
  out = r > 5.0;
  if (v_any ((vu) out))
    z = v_pick (out, polynomial (far[0], r - 5.0) / polynomial (far[1], r - 5.0), z);
  return v_pick (low, zero - z, z);
}

/* The centre for all; then the tails, 15 in 100, gathered. */
static void
normal (size_t n, const uint64_t *word, double *x)
{
  double far_q[MOST + VW];
  uint16_t at[MOST + VW];
  size_t nfar = 0;

  for (size_t k = 0; k < n; k += VW)
    {
      vu w;
      vd q, r;
      vi out;

      memcpy (&w, word + k, sizeof w);
      q = v_unit (w) - 0.5;
      r = 0.180625 - q * q;
      v_stored (x + k, q * polynomial (centre[0], r) / polynomial (centre[1], r));
      out = r < 0.0;
      for (unsigned l = 0; l < VW; ++l)
        {
          far_q[nfar] = q[l];
          at[nfar] = (uint16_t) (k + l);
          nfar += out[l] != 0;
        }
    }
  for (size_t k = nfar; k % VW != 0; ++k)
    far_q[k] = 0.45;
  for (size_t k = 0; k < nfar; k += VW)
    v_stored (far_q + k, outside (v_loadd (far_q + k)));
  for (size_t k = 0; k < nfar; ++k)
    x[at[k]] = far_q[k];
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
  .normal = normal,
  .exponentiate = exponentiate,
  .ticks = ticks,
  .count = ICTUS_LEVELED (ictus__count),
  .add = ICTUS_LEVELED (ictus__add),
};
