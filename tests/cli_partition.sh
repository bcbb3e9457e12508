#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# ictus partition, and runs that use what it wrote
. "$srcdir/tests/tap.sh"
cat >net.yaml <<'END'
ictus: 1
name: net
run: {t_stop: 30 ms, partition: block}
populations:
  A: {size: 7, model: iaf_psc_exp, params: {I_e: 900 pA}, solver: exact}
  B: {size: 2, model: iaf_psc_exp, solver: exact}
projections:
  ab: {source: A, target: [A, B], rule: all_to_all, port: ex, weight: 300 pA, delay: 1 ms}
END

ok "a table without a file" status 0 ictus partition net.yaml --ranks 3
ok "it has the populations" says "  rank           A           B         all"
ok "and their shares" says "     0           3           0           3"
ok "nothing was written" test "`ls *.part 2>/dev/null | wc -l`" -eq 0
ok "round-robin into a file" status 0 ictus partition net.yaml --ranks 2 --strategy round-robin -o two.part
ok "that has all neurons" grep -q '^neurons 9$' two.part
ok "one a line" test "`grep -c '^[0-9]* [01]$' two.part`" -eq 9
ok "an existing file is kept" status 74 ictus partition net.yaml --ranks 2 -o two.part
ok "unless told otherwise" status 0 ictus partition net.yaml --ranks 2 -o two.part --overwrite
ok "block makes ranges" grep -q '^0-3 0$' two.part
ok "entries can be overridden" status 0 ictus partition net.yaml --ranks 1 --set populations.A.size=5
ok "and count" says "5           2           7"

ok "the table as JSON" status 0 ictus partition net.yaml --ranks 4 --json
json () { "$ICTUS_PYTHON" -c 'import json,sys; d=json.load(open(sys.argv[1])); assert eval(sys.argv[2]), d' "$tmp/stdout" "$1"; }
if test -n "${ICTUS_PYTHON-}"; then
  ok "is JSON" json 'sum(r["neurons"]["A"] for r in d["ranks"]) == 7 and len(d["ranks"]) == 4'
fi

ok "a number of ranks is needed" status 64 ictus partition net.yaml
ok "and is told" says "--ranks is missing"
ok "it is a number" status 64 ictus partition net.yaml --ranks 2x
ok "no such strategy" status 64 ictus partition net.yaml --ranks 2 --strategy robin
ok "no such experiment" status 74 ictus partition nowhere.yaml --ranks 2
ok "help has an example" status 0 ictus partition --help
ok "help shows it" says "Example: ictus partition"

spikes () { h5dump -y -d /spikes/A/timestamps -d /spikes/A/node_ids "$1/results.h5" | sed 1d; }
same () { spikes one >1.txt && spikes two >2.txt && grep -q '[0-9]\.[0-9]' 1.txt && cmp 1.txt 2.txt; }
ok "one rank" status 0 on 1 "$ICTUS_BIN" run net.yaml -o one
ok "two ranks with the file" status 0 on 2 "$ICTUS_BIN" run net.yaml -o two --set run.partition=two.part
if command -v h5dump >/dev/null 2>&1; then
  ok "give the same spikes" same
fi
ok "three ranks cannot use it" status 65 on 3 "$ICTUS_BIN" run net.yaml -o three --set run.partition=two.part
ok "and say so" says "a partition for 2 ranks"
finish
