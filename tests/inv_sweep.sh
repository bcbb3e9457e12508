#!/bin/sh
# A sweep gives the same bits on any number of ranks and teams, goes on where it was killed, and keeps failed points apart.
. "$srcdir/tests/tap.sh"
data=$srcdir/tests/data
one=$data/sweep.yaml

same () { h5diff --exclude-path /provenance "$1/sweep.h5" "$2/sweep.h5"; }
outcomes () { grep -E '^[0-9]+	(done|failed)	' "$1/sweep.journal"; } # lines of finished points in a journal
rows () { outcomes "$1" | wc -l; }
has_rows () { test "`rows "$1"`" -eq "$2"; }
twice () { outcomes "$1" | cut -f 1 | sort | uniq -d | grep .; }
never_twice () { ! twice "$1"; }
unsaid () { ! says "$1"; }

ok "--list names six points" status 0 ictus sweep "$one" --list --json
ok "and their values" says '{"point": 5, "values": {"w_ex": 40, "g_in": 2}}'
ok "and writes nothing" test ! -d out

ok "a sweep runs on one rank" status 0 on 1 "$ICTUS_BIN" sweep "$one" -o r1 --quiet --json
cp stdout table-1
ok "all its points are done" has_rows r1 6
ok "with spikes and a flag" says '"seizure": true'
ok "and without" says '"seizure": false'
for n in 2 3; do
  for each in 1 2; do
    dir=r$n-$each
    ok "$n ranks, $each a point" status 0 on $n "$ICTUS_BIN" sweep "$one" -o $dir --quiet --json --set sweep.ranks_per_point=$each
    ok "$n ranks, $each a point: the same table" cmp table-1 stdout
    ok "$n ranks, $each a point: the same bits" same r1 $dir
  done
done
ok "another seed" status 0 on 2 "$ICTUS_BIN" sweep "$one" -o seed --quiet --seed 6
differs () { ! same "$1" "$2"; }
ok "gives another result" differs r1 seed

# going on
ok "a finished sweep started again" status 0 on 2 "$ICTUS_BIN" sweep "$one" -o r1 --json
ok "has nothing to do" says "6 points, 0 of them to do"
ok "and prints the same table" cmp table-1 stdout
ok "another experiment is refused in its folder" status 65 on 2 "$ICTUS_BIN" sweep "$one" -o r1 --seed 6 --quiet
ok "and told about --overwrite" says "--overwrite"
ok "a changed criterion is not another experiment" status 0 on 1 "$ICTUS_BIN" sweep "$one" -o r1 --quiet --json \
  --set sweep.seizure.rate=1000 --set sweep.seizure.tonic_rate=1000
ok "and no point is a seizure by it" unsaid '"seizure": true'
ok "--overwrite starts anew" status 0 on 2 "$ICTUS_BIN" sweep "$one" -o seed --quiet --json --overwrite
ok "and gives the table of the first sweep" cmp table-1 stdout

# killed without warning
big="--set sweep.axes.w_ex.values=[0,4,8,12,16,20,24,28] --set run.t_stop=400"
ok "a longer sweep for comparison" status 0 on 2 "$ICTUS_BIN" sweep "$one" -o whole --quiet $big
"$ICTUS_BIN" sweep "$one" -o killed --quiet $big >/dev/null 2>&1 &
pid=$!
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
  test ! -f killed/sweep.journal || test "`rows killed`" -lt 3 || break
  sleep 0.2
done
kill -9 $pid 2>/dev/null; wait $pid 2>/dev/null
kept=`rows killed`
ok "a sweep killed after some points" test "$kept" -ge 1 -a "$kept" -lt 16
printf '7\tdone\t0.1' >>killed/sweep.journal # as if torn in the middle of a line
ok "goes on, on another number of ranks" status 0 on 3 "$ICTUS_BIN" sweep "$one" -o killed $big
ok "with the missing points" says "16 points, `expr 16 - $kept` of them to do"
ok "no point ran twice" never_twice killed
ok "and the result is the same bits" same whole killed

# points that fail
bad=$data/sweep-blowup.yaml
ok "a sweep with a failing point ends well" status 0 on 2 "$ICTUS_BIN" sweep "$bad" -o fail1 --quiet
ok "names the point and why" says "point 1 (a = 0.1 1/ms) failed: "
ok "the others are done" test "`cut -f 2 fail1/sweep.journal | grep -c done`" -eq 2
ok "one rank says the same" status 0 on 1 "$ICTUS_BIN" sweep "$bad" -o fail2 --quiet
ok "in the same file" same fail1 fail2
ok "failed points are not tried again by themselves" status 0 on 1 "$ICTUS_BIN" sweep "$bad" -o fail1
ok "the user is told how" says "--retry-failed"
ok "--retry-failed tries them" status 0 on 1 "$ICTUS_BIN" sweep "$bad" -o fail1 --retry-failed
ok "and only them" says "3 points, 1 of them to do"

# each value is good alone, but a delay of 0.2 ms is not on a grid of 0.5 ms
cat >refused.yaml <<'END'
ictus: 1
run: {t_stop: 20 ms}
populations: {A: {size: 3, model: lif, solver: exact}}
projections: {a: {source: A, target: A, rule: fixed_indegree, indegree: 1, weight: 1, delay: 1 ms}}
sweep:
  axes:
    d: {set: projections.a.delay, values: [1 ms, 0.2 ms]}
    h: {set: run.resolution, values: [0.1 ms, 0.5 ms]}
END
ok "a point that is refused" status 0 on 2 "$ICTUS_BIN" sweep refused.yaml -o refused --quiet
ok "is named, once" says "point 3 (d = 0.2 ms, h = 0.5 ms) failed: override:"

# one rank of a team fails once
injected () { ICTUS_FAULT=solve:1:3 on 3 "$ICTUS_BIN" sweep "$one" -o fault --quiet --set sweep.ranks_per_point=3; }
ok "a failure on one rank costs one point" status 0 injected
ok "and is named" says "point 0 (w_ex = 0, g_in = 0.5) failed: population"
ok "the others are done" test "`cut -f 2 fault/sweep.journal | grep -c done`" -eq 5
ok "run again" status 0 on 2 "$ICTUS_BIN" sweep "$one" -o fault --quiet --json --retry-failed
ok "it gives the same table as ever" cmp table-1 stdout
ok "and the same bits" same r2-1 fault

# mistakes
ok "no axes" status 65 ictus sweep "$data/net-tiny.yaml" -o none --quiet
ok "are named" says "sweep.axes"
ok "a wrong path in set" status 65 on 2 "$ICTUS_BIN" sweep "$one" -o none --quiet --set sweep.axes.w_ex.set=projections.exc.wieght
ok "is named with the nearest" says "weight"
ok "a folder that cannot be made" status 74 on 3 "$ICTUS_BIN" sweep "$one" -o /dev/null/x --quiet
ok "is named" says "/dev/null/x"
ok "no file: a usage error" status 64 ictus sweep
finish
