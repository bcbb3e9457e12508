#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# ictus status: of runs and sweeps that are complete, stopped, running, failed, spoilt.
. "$srcdir/tests/tap.sh"
cat >net.yaml <<'EOF'
ictus: 1
name: net
run: {t_stop: 200 ms, restart_mark: 50 ms}
populations:
  A: {size: 40, model: iaf_psc_exp, params: {I_e: {distribution: linear, from: 300 pA, to: 900 pA}}, solver: exact}
projections:
  a: {source: A, target: A, rule: fixed_indegree, indegree: 5, port: ex, weight: 30 pA, delay: 1 ms}
checkpoint: {interval: 50 ms}
EOF
sed 's/name: net/name: map/' net.yaml >map.yaml
cat >>map.yaml <<'EOF'
sweep:
  axes: {w: {set: projections.a.scale, from: 0, to: 2, n: 6}}
EOF
# the second half of the points is refused
sed 's/name: map/name: half/; s/set: projections.a.scale, from: 0, to: 2/set: populations.A.params.t_ref, from: 5, to: -5/' map.yaml >half.yaml

json () { "$ICTUS_PYTHON" -c 'import json,sys; d=json.load(open(sys.argv[1])); assert eval(sys.argv[2]), d' "$tmp/stdout" "$1"; }
state () { test "`ictus status "$1" | sed -n '1s/^[a-z]* [^:]*: \([a-z]*\).*/\1/p'`" = "$2" || { ictus status "$1"; return 1; }; }
later () { # STATE DIR WORD...: wait until it says so
  for k in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    ictus status "$1" 2>/dev/null | grep -q "$2" && return 0
    sleep 1
  done
  ictus status "$1"; return 1
}
snapshot () { ls -la --time-style=full-iso "$1" 2>/dev/null || ls -la "$1"; }

# ---- runs
ok "a run" status 0 ictus run net.yaml -o done --quiet
ok "that is complete" status 0 ictus status done
ok "is told so, by its name" says "run net: complete"
ok "with its model time" says "200 of 200 ms"
ok "asking leaves no trace" sh -c "ls -la done >a; '$ICTUS_BIN' status done >/dev/null; ls -la done >b; cmp a b"
ok "a run that is told to end" status 75 env ICTUS_FAULT=ckpt_stop:0:2 "$ICTUS_BIN" run net.yaml -o part --quiet
ok "is stopped" status 0 ictus status part
ok "and can be gone on with" says "run net: stopped; 'ictus resume part' goes on from 100 ms"
ok "its checkpoints are good" says "checkpoint-00000002.h5, 100 ms"
ok "whole, too" status 0 ictus status part --verify
ok "and that is said" says "good"
if test -n "${ICTUS_PYTHON-}"; then
  ok "as JSON" status 0 ictus status part --json
  ok "is JSON" json 'd["state"] == "stopped" and d["resumable_ms"] == 100 and len(d["checkpoints"]) == 2 and d["checkpoints"][0]["good"]'
fi
cp -r part spoilt
damage () { printf 'X' | dd of="$1" bs=1 seek="`expr "\`wc -c <"$1"\`" - 20`" conv=notrunc 2>/dev/null; }
head -c 700 part/checkpoint-00000002.h5 >spoilt/checkpoint-00000002.h5
ok "a checkpoint that is cut off" status 0 ictus status spoilt
ok "is refused" says "checkpoint-00000002.h5, 0.0007 MB, "
refused () { grep 'checkpoint-00000002.h5' "$tmp/stdout" | grep -q 'refused: '; }
ok "with a reason" refused
ok "and the one before counts" says "goes on from 50 ms"
echo nothing >spoilt/checkpoint-00000001.h5
ok "without a good one" status 0 ictus status spoilt
ok "there is nothing to go on from" says "there is no good checkpoint"
ok "it goes on" status 0 ictus resume part --quiet
ok "and is complete" state part complete
ok "a run that fails" status 70 env ICTUS_FAULT=solve:0:120 "$ICTUS_BIN" run net.yaml -o broken --quiet
ok "has failed" status 0 ictus status broken
ok "and why" says "run net: failed: "
ok "with the reason" says "failure injected"
"$ICTUS_BIN" run net.yaml -o busy --quiet --set run.t_stop=1e8 >/dev/null 2>&1 & pid=$!
ok "a run that is under way" later busy "run net: running"
ok "says who runs it" sh -c "'$ICTUS_BIN' status busy | grep -q 'by process'"
ok "and how long it takes" later busy "time left"
kill -9 $pid; wait $pid 2>/dev/null
ok "killed, it is not running any more" later busy "run net: stopped"

# ---- sweeps
ok "a sweep" status 0 ictus sweep map.yaml -o map --quiet
ok "that is complete" status 0 ictus status map
ok "is told so" says "sweep map: complete"
ok "with its runs" says "done         6"
ok "a sweep with points that fail" status 0 ictus sweep half.yaml -o half --quiet
ok "is complete" status 0 ictus status half
ok "counts them" says "failed       3"
ok "and says why" says "run 5: "
if test -n "${ICTUS_PYTHON-}"; then
  ok "as JSON" status 0 ictus status half --json
  ok "is JSON" json 'd["done"] == 3 and d["failed"] == 3 and [f["run"] for f in d["failures"]] == [3, 4, 5]'
fi
cp -r map torn
size=`wc -c <torn/sweep.journal`
head -c "`expr $size - 9`" map/sweep.journal >torn/sweep.journal
ok "a torn last line is no error" status 0 ictus status torn
ok "what it told is to be done again" says "to do        1"
ok "and the sweep is not complete" says "sweep map: stopped"
sed '3s/done/dona/' map/sweep.journal >torn/sweep.journal
ok "a spoilt line is none either" status 0 ictus status torn
ok "but told" says "spoilt       1 line"
search=$srcdir/tests/data/sweep-threshold.yaml
ok "a search for a threshold" status 0 ictus sweep "$search" -o search --quiet
ok "of which the state is asked" status 0 ictus status search
ok "is complete" says "sweep threshold-test: complete"
ok "with all its lines" says "22 of 22 searched to the end"
cp -r search broken-off
head -n 12 search/sweep.journal >broken-off/sweep.journal
ok "is broken off" status 0 ictus status broken-off
ok "and stopped" says "sweep threshold-test: stopped"
ok "and says how many lines are left" says " of 22 searched to the end"
ok "a part of it" status 0 ictus sweep "$search" -o shares --quiet --part 1/2
ok "is not all" state shares stopped
ok "the other" status 0 ictus sweep "$search" -o shares --quiet --part 2/2
ok "is" state shares complete
ok "parts of a job array" status 0 ictus sweep map.yaml -o parts --quiet --part 1/3
ok "the third" status 0 ictus sweep map.yaml -o parts --quiet --part 3/3
ok "are added up" status 0 ictus status parts
ok "runs of two parts are done" says "done         4"
ok "one has no journal" says "2 of 3 have a journal"
ok "the last" status 0 ictus sweep map.yaml -o parts --quiet --part 2/3
ok "and all is done" state parts complete
"$ICTUS_BIN" sweep map.yaml -o long --quiet --set run.t_stop=1e8 >/dev/null 2>&1 & pid=$!
ok "a sweep that is under way" later long "under way    1"
ok "is running" state long running
kill -9 $pid; wait $pid 2>/dev/null
ok "killed, it is stopped" later long "sweep map: stopped"
ok "and its run broken off" later long "broken off   1"
echo 'ictus-sweep	1	0	0' >torn/sweep.journal
ok "a journal of another version is told" status 65 ictus status torn

# ---- neither
mkdir empty
ok "an empty folder holds nothing" status 65 ictus status empty
ok "and that is said" says "neither a run nor a sweep"
ok "no folder" status 65 ictus status nowhere
ok "a file is no folder" status 65 ictus status net.yaml
ok "a folder is wanted" status 64 ictus status
ok "help has an example" status 0 ictus status --help
ok "help shows it" says "Example: ictus status"
finish
