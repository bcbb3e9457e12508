! SPDX-License-Identifier: BSD-3-Clause
! models/conductance/hodgkin_huxley.ode for AUTO-07p: V, m, h, n; parameter 1 is I
subroutine func (ndim, u, icp, par, ijac, f, dfdu, dfdp)
  implicit none
  integer, intent (in) :: ndim, icp (*), ijac
  double precision, intent (in) :: u (ndim), par (*)
  double precision, intent (out) :: f (ndim)
  double precision, intent (inout) :: dfdu (ndim, ndim), dfdp (ndim, *)
  double precision :: v, m, h, n
  v = u (1); m = u (2); h = u (3); n = u (4)
  f (1) = par (1) - 120 * m**3 * h * (v - 50) - 36 * n**4 * (v + 77) - 0.3d0 * (v + 54.4d0)
  f (2) = 0.1d0 * trap (v + 40) * (1 - m) - 4 * exp (-(v + 65) / 18) * m
  f (3) = 0.07d0 * exp (-(v + 65) / 20) * (1 - h) - h / (1 + exp (-(v + 35) / 10))
  f (4) = 0.01d0 * trap (v + 55) * (1 - n) - 0.125d0 * exp (-(v + 65) / 80) * n
contains
  double precision function trap (x) ! x / (1 - exp (-x / 10)), also at 0
    double precision, intent (in) :: x
    if (abs (x) < 1d-5) then
      trap = 10 + x / 2
    else
      trap = x / (1 - exp (-x / 10))
    end if
  end function trap
end subroutine func

subroutine stpnt (ndim, u, par, t)
  implicit none
  integer, intent (in) :: ndim
  double precision, intent (inout) :: u (ndim), par (*)
  double precision, intent (in) :: t
  par (1) = 0
  u = [-64.9997224337d0, 0.0529342176209d0, 0.596111046347d0, 0.317681167580d0]
end subroutine stpnt
