#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# lanes_object.sh -- what compilers make of lane kernels: vector instructions of the level and nothing else.
. "$srcdir/tests/tap.sh"
command -v objdump >/dev/null 2>&1 || skip_all "there is no objdump"
case `uname -m` in x86_64) ;; *) skip_all "this is no x86-64 processor" ;; esac
flags='-std=gnu11 -O3 -fPIC -ffp-contract=off -fno-math-errno -fno-trapping-math'

# disassemble FILE.o: "function instruction operands" of the lane functions k_*
disassemble () {
  objdump -d --no-show-raw-insn "$1" | awk '/^[0-9a-f]+ </ { f = $2; gsub(/[<>:]/, "", f); next }
    f ~ /^k_/ && /^ *[0-9a-f]+:/ { $1 = ""; print f $0 }' >code.txt
}
arithmetic='(add|sub|mul|div|sqrt|max|min|fmadd[0-9]*|ucomi|comi|cmp[a-z_]*)'
scalar_in () { ! grep -E " v?${arithmetic}sd " code.txt; }
packed_in () { # packed_in FUNCTION REGISTER: it multiplies whole registers
  grep -E "^$1 v?mulpd .*%$2" code.txt >/dev/null
}
calls () { objdump -r "$1" | grep -o 'Sleef_[a-z0-9_]*' | sort -u; }
only_calls () { # only_calls FILE.o SUFFIX: some functions of SLEEF, all of this kind
  calls "$1" >calls.txt; cat calls.txt
  test -s calls.txt && ! grep -v -e "$2\$" calls.txt
}
no_libm () { ! objdump -r "$1" | grep -E -w 'exp|expm1|log|tanh|cosh|sinh|pow|sin|cos|sqrt|floor'; }

for cc in "${ICTUS_TEST_CC-cc}" clang; do
  command -v ${cc%% *} >/dev/null 2>&1 || continue
  for level in v2:xmm:d2_u10sse4 v3:ymm:d4_u10avx2 v4:zmm:d8_u10avx512f; do
    l=${level%%:*} suffix=${level##*:} register=${level#*:}; register=${register%%:*}
    for m in hodgkin_huxley morris_lecar fitzhugh_nagumo; do
      ok "$cc, $l: $m compiles" sh -c "'$ICTUS_BIN' compile --emit-lanes $m >$m.c && $cc $flags -march=x86-64-$l -c $m.c -o $m.o"
      disassemble $m.o
      ok "$cc, $l: $m has no scalar arithmetic" scalar_in
      for f in rhs diag jac; do
        ok "$cc, $l: $m, $f computes on $register" packed_in k_$f $register
      done
      ok "$cc, $l: $m calls nothing of libm" no_libm $m.o
    done
    ok "$cc, $l: tanh and cosh are those of SLEEF for this level" only_calls morris_lecar.o $suffix
  done
done
finish
