! SPDX-License-Identifier: BSD-3-Clause
! models/conductance/morris_lecar.ode, set snic, for AUTO-07p: V, w; parameter 1 is I
subroutine func (ndim, u, icp, par, ijac, f, dfdu, dfdp)
  implicit none
  integer, intent (in) :: ndim, icp (*), ijac
  double precision, intent (in) :: u (ndim), par (*)
  double precision, intent (out) :: f (ndim)
  double precision, intent (inout) :: dfdu (ndim, ndim), dfdp (ndim, *)
  double precision :: v, w
  v = u (1); w = u (2)
  f (1) = (par (1) - 2 * (1 + tanh ((v + 1.2d0) / 18)) * (v - 120) - 8 * w * (v + 84) - 2 * (v + 60)) / 20
  f (2) = 0.067d0 * cosh ((v - 12) / 34.8d0) * ((1 + tanh ((v - 12) / 17.4d0)) / 2 - w)
end subroutine func

subroutine stpnt (ndim, u, par, t)
  implicit none
  integer, intent (in) :: ndim
  double precision, intent (inout) :: u (ndim), par (*)
  double precision, intent (in) :: t
  par (1) = -60
  u = [-89.97796829531391d0, 8.116482659081825d-6]
end subroutine stpnt
