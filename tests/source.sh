#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# source.sh -- what must not stand in the source: ends of the program outside their place, foreign types outside their
# rooms, uncounted memory, unfinished business.
. "$srcdir/tests/tap.sh"

# The C files without comments and strings: file:line:text
code () {
  for f in `find "$@" -name '*.[ch]' | sort`; do
    awk -v F="${f#"$srcdir/"}" '
      { line = $0; out = ""
        while (line != "") {
          if (inside) { p = index (line, "*/"); if (!p) { line = ""; break } line = substr (line, p + 2); inside = 0; continue }
          if (match (line, /\/\*|\/\/|"([^"\\]|\\.)*"/)) {
            out = out substr (line, 1, RSTART - 1); what = substr (line, RSTART, 2)
            if (what == "/*") { inside = 1; line = substr (line, RSTART + 2) }
            else if (what == "//") line = ""
            else { out = out "\"\""; line = substr (line, RSTART + RLENGTH) }
          } else { out = out line; line = "" }
        }
        if (out !~ /^[ \t]*$/) print F ":" FNR ":" out }' "$f"
  done
}
code "$srcdir/src" "$srcdir/include" >all.txt
none () { # none PATTERN [ALLOWED FILES]
  grep -E -e "$1" all.txt | grep -E -v -e "^(${2-nothing})" >found.txt || :
  cat found.txt; test ! -s found.txt
}
word='(^|[^A-Za-z0-9_])'

ok "there is source to look at" test -s all.txt
# src/h5/h5_error.c: the callback of MPI_Finalize that keeps HDF5 from hanging on a file that could not be written
ok "the program ends in comm_panic.c or in main, nowhere else" \
  none "$word(exit|_exit|_Exit|quick_exit|abort|assert|MPI_Abort) *\\(" 'src/comm/comm_panic\.c|src/cli/main\.c|src/h5/h5_error\.c:[0-9]+: *MPI_Abort'
ok "HDF5 types stay in the rooms that know files" \
  none "$word(hid_t|hsize_t|herr_t|H5[A-Z]+[a-z_0-9]+) *[(;, *)a-z]" 'src/(h5|image|out|sweep|analyse|net|cli)/|include/ictus/h5\.h'
ok "SUNDIALS stays in src/solve and in one file of src/path" none 'sundials|N_Vector|SUNContext|[< ]cvode/|CVode[A-Z]' 'src/solve/|src/path/path_cvode\.c'
includes_sundials () { ! grep -rnE '# *include *<(sundials|cvode|nvector|sunmatrix|sunlinsol|sunnonlinsol)' "$srcdir/src" "$srcdir/include" | grep -E -v "^$srcdir/src/(solve/|path/path_cvode\.c)"; }
ok "and so do its headers" includes_sundials
# src/out/out_provenance.c frees what realpath allocated
ok "memory is counted: malloc and its kin in src/base only" \
  none "$word(malloc|calloc|realloc|free|strdup|strndup|asprintf|alloca|aligned_alloc|posix_memalign) *\\(" 'src/base/|src/out/out_provenance\.c:[0-9]+: *free'
ok "no random numbers but ours" none "$word(rand|srand|random|drand48|erand48) *\\("
ok "no process is started through a shell" none "$word(system|popen) *\\("
ok "MPI_COMM_WORLD only where the program begins, and ends" \
  none "${word}MPI_COMM_WORLD" 'src/cli/|src/comm/|include/ictus/comm\.h|src/h5/h5_error\.c:[0-9]+: *MPI_Abort'
unfinished () { ! grep -rnE "\\b(TO""DO|FIX""ME|XX""X|HA""CK)\\b" "$srcdir/src" "$srcdir/include" "$srcdir/models" "$srcdir/jobs" "$srcdir/tests" \
  --include='*.[ch]' --include='*.ode' --include='*.yaml' --include='*.sh' --include='*.inc'; }
ok "nothing is left for later" unfinished
licensed () { for f in `find "$srcdir/src" "$srcdir/include" "$srcdir/tests" -name '*.[ch]'`; do
  head -n 1 "$f" | grep -q 'SPDX-License-Identifier: BSD-3-Clause' || echo "$f"; done >lacking.txt; cat lacking.txt; test ! -s lacking.txt; }
ok "every C file names its licence in the first line" licensed
finish
