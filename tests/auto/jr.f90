! SPDX-License-Identifier: BSD-3-Clause
! models/population/jansen_rit.ode for AUTO-07p in units in which all variables are of one size: time 10 ms, y0 in mV / 10,
! y0, z0, y1, z1, y2, z2; parameter 1 is p / 100
subroutine func (ndim, u, icp, par, ijac, f, dfdu, dfdp)
  implicit none
  integer, intent (in) :: ndim, icp (*), ijac
  double precision, intent (in) :: u (ndim), par (*)
  double precision, intent (out) :: f (ndim)
  double precision, intent (inout) :: dfdu (ndim, ndim), dfdp (ndim, *)
  ! a = 100 / s = 1 of these units, b = 50 / s
  double precision, parameter :: a = 1, b = 0.5d0
  f (1) = u (2)
  f (2) = 10 * 3.25d0 * a * s (u (3) - u (5)) - 2 * a * u (2) - a**2 * u (1)
  f (3) = u (4)
  f (4) = 3.25d0 * a * (par (1) + 108 * s (13.5d0 * u (1))) - 2 * a * u (4) - a**2 * u (3)
  f (5) = u (6)
  f (6) = 22 * b * 33.75d0 * s (3.375d0 * u (1)) - 2 * b * u (6) - b**2 * u (5)
contains
  double precision function s (v)
    double precision, intent (in) :: v
    s = 0.05d0 / (1 + exp (0.56d0 * (6 - v)))
  end function s
end subroutine func

subroutine stpnt (ndim, u, par, t)
  implicit none
  integer, intent (in) :: ndim
  double precision, intent (inout) :: u (ndim), par (*)
  double precision, intent (in) :: t
  par (1) = -1
  u = [0.003142637986266835d0, 0d0, -2.6471820806114748d0, 0d0, 2.50686206404367d0, 0d0]
end subroutine stpnt
