! SPDX-License-Identifier: BSD-3-Clause
! models/phenomenological/fitzhugh_nagumo.ode for AUTO-07p: v, w; parameter 1 is I
subroutine func (ndim, u, icp, par, ijac, f, dfdu, dfdp)
  implicit none
  integer, intent (in) :: ndim, icp (*), ijac
  double precision, intent (in) :: u (ndim), par (*)
  double precision, intent (out) :: f (ndim)
  double precision, intent (inout) :: dfdu (ndim, ndim), dfdp (ndim, *)
  f (1) = u (1) - u (1)**3 / 3 - u (2) + par (1)
  f (2) = 0.08d0 * (u (1) + 0.7d0 - 0.8d0 * u (2))
end subroutine func

subroutine stpnt (ndim, u, par, t)
  implicit none
  integer, intent (in) :: ndim
  double precision, intent (inout) :: u (ndim), par (*)
  double precision, intent (in) :: t
  par (1) = -1
  u = [-1.6381902176477257d0, -1.172737772059657d0]
end subroutine stpnt
