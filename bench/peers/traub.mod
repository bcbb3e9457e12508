: SPDX-License-Identifier: BSD-3-Clause
: Sodium and potassium currents of the benchmark COBAHH of Brette et al. (2007), with u = v - vt; no tables.
NEURON {
  SUFFIX traub
  NONSPECIFIC_CURRENT i
  RANGE gna, gk, gl, ena, ek, el, vt
  THREADSAFE
}
UNITS {
  (mV) = (millivolt)
  (mA) = (milliamp)
  (S) = (siemens)
}
PARAMETER {
  gna = 0.1 (S/cm2)
  gk = 0.03 (S/cm2)
  gl = 5e-5 (S/cm2)
  ena = 50 (mV)
  ek = -90 (mV)
  el = -60 (mV)
  vt = -63 (mV)
}
ASSIGNED {
  v (mV)
  i (mA/cm2)
  am (/ms)
  bm (/ms)
  ah (/ms)
  bh (/ms)
  an (/ms)
  bn (/ms)
}
STATE { m h n }

BREAKPOINT {
  SOLVE states METHOD cnexp
  i = gna*m*m*m*h*(v - ena) + gk*n*n*n*n*(v - ek) + gl*(v - el)
}

INITIAL {
  rates(v)
  m = am/(am + bm)
  h = ah/(ah + bh)
  n = an/(an + bn)
}

DERIVATIVE states {
  rates(v)
  m' = am*(1 - m) - bm*m
  h' = ah*(1 - h) - bh*h
  n' = an*(1 - n) - bn*n
}

FUNCTION vtrap(x, y) {
  if (fabs(x/y) < 1e-6) {
    vtrap = y*(1 - x/y/2)
  } else {
    vtrap = x/(exp(x/y) - 1)
  }
}

PROCEDURE rates(v (mV)) {
  LOCAL u
  UNITSOFF
  u = v - vt
  am = 0.32*vtrap(13 - u, 4)
  bm = 0.28*vtrap(u - 40, 5)
  ah = 0.128*exp((17 - u)/18)
  bh = 4/(1 + exp((40 - u)/5))
  an = 0.032*vtrap(15 - u, 5)
  bn = 0.5*exp((10 - u)/40)
  UNITSON
}
