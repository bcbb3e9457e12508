! SPDX-License-Identifier: BSD-3-Clause
! models/population/wilson_cowan.ode for AUTO-07p: E, I; parameter 1 is P, 2 is Q
subroutine func (ndim, u, icp, par, ijac, f, dfdu, dfdp)
  implicit none
  integer, intent (in) :: ndim, icp (*), ijac
  double precision, intent (in) :: u (ndim), par (*)
  double precision, intent (out) :: f (ndim)
  double precision, intent (inout) :: dfdu (ndim, ndim), dfdp (ndim, *)
  double precision :: se0, si0
  se0 = 1 / (1 + exp (1.3d0 * 4)); si0 = 1 / (1 + exp (2 * 3.7d0))
  f (1) = (-u (1) + (1 - se0 - u (1)) * (1 / (1 + exp (-1.3d0 * (16 * u (1) - 12 * u (2) + par (1) - 4))) - se0)) / 8
  f (2) = (-u (2) + (1 - si0 - u (2)) * (1 / (1 + exp (-2 * (15 * u (1) - 3 * u (2) + par (2) - 3.7d0))) - si0)) / 8
end subroutine func

subroutine stpnt (ndim, u, par, t)
  implicit none
  integer, intent (in) :: ndim
  double precision, intent (inout) :: u (ndim), par (*)
  double precision, intent (in) :: t
  par (1) = -1; par (2) = 0
  u = [-4.100471584414432d-3, -7.04041894095067d-5]
end subroutine stpnt
