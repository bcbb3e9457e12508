#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The manual is true: its experiments are read, its commands run.
. "$srcdir/tests/tap.sh"
manual=$srcdir/doc/manual
ictus --help >/dev/null 2>&1 || skip_all "ictus cannot be started"

# the first complete experiment of a page, or the first model file
block () { awk -v what="^\`\`\`$2" '$0 ~ what { on = 1; next } /^```/ { if (on) exit } on' "$1"; }
block "$manual/getting-started.md" yaml >first.yaml
block "$manual/getting-started.md" ode >wilson.ode
ok "getting started has an experiment" grep -q '^name: first' first.yaml
ok "it is valid" status 0 ictus check first.yaml
ok "it runs on two ranks" on 2 "$ICTUS_BIN" run first.yaml -o out/first --summary --quiet --set run.t_stop=20
ok "it writes what results.md says" sh -c 'test -s out/first/results.h5 && test -s out/first/used.yaml'
ok "what was used is valid, too" status 0 ictus check out/first/used.yaml
ok "the wrong override is refused" status 65 ictus run first.yaml --set populations.E.modle=lif
ok "with the nearest name" says "did you mean 'model'"

# every key of the pieces in experiments.md and sweeps.md exists: their names are those of ictus-experiment(5)
for key in `grep -h -o '\`[a-z_]*\.[a-z_.]*\`' "$manual"/*.md "$srcdir"/doc/theory/*.md | tr -d '\`' | grep -E '^(run|output|sweep)\.' | grep -v '\.h5$\|\.journal$' | sort -u`; do
  known () { grep -q -e "\"$1\"" "$srcdir/src/conf/conf_schema.c"; }
  ok "the key $key exists" known "$key"
done

# the commands of getting started and of the README: each `ictus solve`, `models`, `plot` and `check` line on a model as it stands
grep -h '^    ictus \(solve [a-z]\|models\|check [a-z]*\.ode\|plot out/[a-z_]*/trajectory\)' "$manual/getting-started.md" "$srcdir/README.md" | sed 's/ *#.*//; s/^ *//' | awk '!seen[$0]++' >commands
while read -r line; do
  # shellcheck disable=SC2086
  set -- $line; shift
  extra=; test "$1" != solve || extra="--overwrite --quiet"
  # shellcheck disable=SC2086
  ok "ictus $*" status 0 ictus "$@" $extra
done <commands
ok "there were commands" test -s commands
finish
