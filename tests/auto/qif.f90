! SPDX-License-Identifier: BSD-3-Clause
! models/population/qif_mean_field.ode for AUTO-07p: r, v; parameter 1 is eta, 2 is J
subroutine func (ndim, u, icp, par, ijac, f, dfdu, dfdp)
  implicit none
  integer, intent (in) :: ndim, icp (*), ijac
  double precision, intent (in) :: u (ndim), par (*)
  double precision, intent (out) :: f (ndim)
  double precision, intent (inout) :: dfdu (ndim, ndim), dfdp (ndim, *)
  double precision, parameter :: pi = 3.14159265358979324d0
  f (1) = 1 / pi + 2 * u (1) * u (2)
  f (2) = u (2)**2 + par (1) + par (2) * u (1) - (pi * u (1))**2
end subroutine func

subroutine stpnt (ndim, u, par, t)
  implicit none
  integer, intent (in) :: ndim
  double precision, intent (inout) :: u (ndim), par (*)
  double precision, intent (in) :: t
  par (1) = -10; par (2) = 15
  u = [0.05235316441799214d0, -3.040025275667936d0]
end subroutine stpnt
