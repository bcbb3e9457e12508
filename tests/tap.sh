# Helpers of the shell tests: . "$srcdir/tests/tap.sh" after the environment of tests/env.sh is there.
# Gives a scratch folder $tmp (removed at the end) that is also the working folder.
#   ok "sentence" COMMAND...      one test: passes when the command succeeds
#   status N COMMAND...           succeeds when the command ends with status N; output in $tmp/stdout, $tmp/stderr
#   says "TEXT"                   succeeds when the last output contains the text
#   on N COMMAND...               runs COMMAND on N ranks, with a time limit
#   skip_all "reason"             nothing here can be tested
#   finish                        the plan; at the end
set -u
tap_n=0
tmp=`mktemp -d "${TMPDIR:-/tmp}/ictus-test.XXXXXX"` || exit 99
trap 'cd /; rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
cd "$tmp" || exit 99
ok () {
  tap_what=$1; shift
  tap_n=`expr $tap_n + 1`
  if "$@" >"$tmp/ok.log" 2>&1; then echo "ok $tap_n - $tap_what"
  else
    echo "not ok $tap_n - $tap_what"
    echo "# failed: $*"
    sed 's/^/# /' "$tmp/ok.log"
    for f in stdout stderr; do test ! -f "$tmp/$f" || { echo "# $f:"; sed 's/^/#   /' "$tmp/$f" | head -40; }; done
  fi
}
limit () { ${ICTUS_TIMEOUT:+$ICTUS_TIMEOUT -k 5 ${ICTUS_TEST_TIMEOUT-120}} "$@"; }
status () {
  tap_want=$1; shift
  "$@" >"$tmp/stdout" 2>"$tmp/stderr" </dev/null; tap_got=$?
  test $tap_got = $tap_want || { echo "status $tap_got, expected $tap_want"; return 1; }
}
says () { cat "$tmp/stdout" "$tmp/stderr" | grep -F -e "$1" >/dev/null || { echo "does not say: $1"; return 1; }; }
on () { tap_np=$1; shift; limit "$ICTUS_MPIRUN" -n "$tap_np" "$@"; }
ictus () { limit "$ICTUS_BIN" "$@"; }
skip_all () { echo "1..0 # SKIP $1"; exit 0; }
finish () { echo "1..$tap_n"; }
