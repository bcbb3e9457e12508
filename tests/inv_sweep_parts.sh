#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# A sweep in parts, each a job of its own, is the same as one job; parts may run at the same time, be killed, be missing.
. "$srcdir/tests/tap.sh"
data=$srcdir/tests/data
one=$data/sweep.yaml
same () { h5diff --exclude-path /provenance "$1/sweep.h5" "$2/sweep.h5"; }
part () { ictus sweep "$one" -o "$1" --part "$2" --quiet; }

ok "one job" status 0 on 2 "$ICTUS_BIN" sweep "$one" -o whole --quiet --json
cp stdout table

ok "parts one and two of four" status 0 part parts 1/4
ok "on two ranks" status 0 on 2 "$ICTUS_BIN" sweep "$one" -o parts --part 2/4
ok "a part says what it is" says "part 2 of 4"
ok "and runs its share" says "2 points, 2 of them to do"
ok "it has files of its own" test -f parts/part-0002-of-0004.journal -a -f parts/part-0002-of-0004.h5
ok "and no others" test ! -f parts/sweep.h5 -a ! -f parts/sweep.journal
ok "merged too early: status 75" status 75 ictus merge parts
ok "says what is missing" says "2 points are missing: 1 of part 3 (not begun), 1 of part 4 (not begun)"
ok "what is there is written" test "`cut -f 2 parts/sweep.journal | grep -c done`" -eq 4
part parts 3/4 >p3 2>&1 & p3=$!
part parts 4/4 >p4 2>&1 & p4=$!
wait $p3; rc3=$?; wait $p4; rc4=$?
ok "two parts at the same time" test $rc3 -eq 0 -a $rc4 -eq 0
ok "merged" status 0 ictus merge parts --json --quiet
ok "the table is that of one job" cmp table stdout
ok "and so are the bits" same whole parts
ok "merged again, on 2 ranks" status 0 on 2 "$ICTUS_BIN" merge parts --json
ok "nothing is new" says ": 0 points new in parts/sweep.h5, 0 failed, 0 missing"
ok "the same bits" same whole parts
ok "the merged sweep started as one has nothing to do" status 0 on 2 "$ICTUS_BIN" sweep "$one" -o parts --json
ok "says so" says "6 points, 0 of them to do"
ok "and prints the same table" cmp table stdout

# finished by one job
ok "half of it in parts" status 0 part half 2/2
ok "and merged" status 75 ictus merge half --quiet
ok "the rest by one job" status 0 ictus sweep "$one" -o half --json
ok "which knows what is done" says "6 points, 3 of them to do"
ok "the same table" cmp table stdout
ok "the same bits" same whole half

# mistakes
part mixed 1/2
ok "another experiment in a part" status 65 ictus sweep "$one" -o mixed --part 2/2 --quiet --seed 8
ok "is refused" says "part-0001-of-0002.journal is of another experiment"
ok "also beside a whole sweep" status 65 ictus sweep "$one" -o whole --part 2/2 --quiet --seed 8
ok "which stays what it was" status 0 ictus resume whole --quiet
ok "a folder of parts is not resumed" status 65 ictus resume mixed
ok "but says how it goes on" says "--part"
ok "started anew in spite of it" status 0 ictus sweep "$one" -o mixed --part 2/2 --quiet --seed 8 --overwrite
ok "is not merged" status 65 ictus merge mixed
ok "and named" says "is of another experiment than"
ok "parts of different numbers" status 0 part half 1/3
ok "are not merged" status 65 ictus merge half
ok "and named" says "parts of 2"
mkdir empty
ok "a folder without parts" status 74 ictus merge empty
ok "a sweep without parts" status 65 ictus merge whole
ok "is told how parts are made" says "--part"
ok "part 0" status 64 ictus sweep "$one" -o none --part 0/4
ok "part 5 of 4" status 64 ictus sweep "$one" -o none --part 5/4
ok "says what is wanted" says "--part takes K/N"
ok "no folder: a usage error" status 64 ictus merge
finish
