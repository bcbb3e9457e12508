! SPDX-License-Identifier: BSD-3-Clause
! What AUTO-07p calls besides: no conditions of ours; least values of the states on a cycle in parameters 31, ...
subroutine bcnd (ndim, par, icp, nbc, u0, u1, fb, ijac, dbc)
end subroutine bcnd

subroutine icnd (ndim, par, icp, nint, u, uold, udot, upold, fi, ijac, dint)
end subroutine icnd

subroutine fopt (ndim, u, icp, par, ijac, fs, dfdu, dfdp)
end subroutine fopt

subroutine pvls (ndim, u, par)
  implicit none
  integer, intent (in) :: ndim
  double precision, intent (in) :: u (ndim, *)
  double precision, intent (inout) :: par (*)
  double precision, external :: getp
  integer :: k
  do k = 1, ndim
    par (30 + k) = getp ('MIN', k, u)
  end do
end subroutine pvls
