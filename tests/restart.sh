# SPDX-License-Identifier: BSD-3-Clause
# Helpers of the tests of checkpoints: . "$srcdir/tests/restart.sh" after tests/tap.sh.
#   faulty POINT:RANK:VISIT COMMAND...   with that failure
#   same A B          results of the folders A and B are equal bit for bit outside /provenance, attributes too
#   announced FILE    the last checkpoint that a run has announced on its standard error FILE; empty if none
# shellcheck disable=SC2154

command -v h5diff >"$tmp/h5diff.log" 2>&1 && command -v h5dump >>"$tmp/h5diff.log" 2>&1 || skip_all "h5diff and h5dump are not installed"

faulty () { ICTUS_FAULT=$1; export ICTUS_FAULT; shift; "$@"; faulty_rc=$?; unset ICTUS_FAULT; return $faulty_rc; }
attributes () { h5dump -A "$1" | awk 'NR > 1 { if (/^   GROUP "provenance" \{/) skip = 1; if (!skip) print; if (/^   \}$/) skip = 0 }'; }
same () {
  h5diff --exclude-path /provenance "$1/results.h5" "$2/results.h5" || return 1
  attributes "$1/results.h5" >"$tmp/attributes.1" && attributes "$2/results.h5" >"$tmp/attributes.2" || return 1
  cmp "$tmp/attributes.1" "$tmp/attributes.2"
}
announced () { sed -n 's/^checkpoint at .* ms: \([^ ]*\) (.*/\1/p' "$1" | tail -n 1; }
checkpoints () { ls "$1" | grep -c '^checkpoint-[0-9]*\.h5$'; }
