#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Designs, repeats and threshold searches give the same bits on any number of ranks, after a kill, and in parts.
. "$srcdir/tests/tap.sh"
design=$srcdir/tests/data/sweep-design.yaml
search=$srcdir/tests/data/sweep-threshold.yaml

same () { h5diff --exclude-path /provenance "$1/sweep.h5" "$2/sweep.h5"; }
done_runs () { cut -f 2 "$1/sweep.journal" | grep -c '^done$'; }
has_runs () { n=`done_runs "$1"`; test "$n" -eq "$2" || { echo "$n runs"; return 1; }; }
sorted () { grep '	done	' "$1/sweep.journal" | cut -f 1 | sort -n; }
same_runs () { sorted "$1" >a.runs; sorted "$2" >b.runs; cmp a.runs b.runs; }
differs () { ! same "$1" "$2"; }
kill_after () { # kill_after DIR ROWS COMMAND...: without warning
  kdir=$1; krows=$2; shift 2
  "$@" >/dev/null 2>&1 &
  pid=$!
  for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
    test ! -f "$kdir/sweep.journal" || test "`wc -l <"$kdir/sweep.journal"`" -le "$krows" || break
    sleep 0.1
  done
  kill -9 $pid 2>/dev/null; wait $pid 2>/dev/null
}

# a design with repeats
ok "--list shows the points of a design" status 0 ictus sweep "$design" --list
ok "with the seeds of the repeats" says "each point runs 3 times, with the seeds 4, "
ok "and as JSON" status 0 ictus sweep "$design" --list --json
ok "with the name of the design" says '"design": "latin_hypercube", "repeats": 3, "seeds": [4, '
ok "a design runs on one rank" status 0 on 1 "$ICTUS_BIN" sweep "$design" -o d1 --quiet --json
cp stdout design.json
ok "every repeat of every point" has_runs d1 60
for n in 2 3; do
  ok "$n ranks" status 0 on $n "$ICTUS_BIN" sweep "$design" -o d$n --quiet --json --set sweep.ranks_per_point=`expr $n - 1`
  ok "$n ranks: the same table" cmp design.json stdout
  ok "$n ranks: the same bits" same d1 d$n
done
kill_after d9 20 "$ICTUS_BIN" sweep "$design" -o d9 --quiet
ok "killed, it goes on elsewhere" status 0 on 3 "$ICTUS_BIN" sweep "$design" -o d9 --quiet --json
ok "with the same bits" same d1 d9
ok "the first repeat has the seed of the experiment" status 0 on 1 "$ICTUS_BIN" sweep "$design" -o once --quiet --json --set sweep.repeats=1
cp stdout once.json
ok "a random design" status 0 on 2 "$ICTUS_BIN" sweep "$design" -o random --quiet --set sweep.design=random --set sweep.repeats=1
ok "has other points" differs once random
ok "as text the spread stands beside the mean" status 0 ictus sweep "$design" -o d1 --quiet
ok "in columns of their own" says "all Hz      sd"

# a search
full="--set sweep.threshold.level=1e9" # no crossing: only the ends run; the grid itself is asked for below
ok "--list says what is searched" status 0 ictus sweep "$search" --list
ok "in words" says "needed to find I where rate of A is 0.5 Hz"
ok "a search on one rank" status 0 on 1 "$ICTUS_BIN" sweep "$search" -o t1 --quiet --json
cp stdout search.json
ok "as text" status 0 ictus sweep "$search" -o t1 --quiet
ok "tells how many runs it saved" says "times fewer than the full grid"
made=`done_runs t1`
ok "which is most of them ($made of 352)" test "$made" -lt 90
for n in 2 3; do
  ok "$n ranks" status 0 on $n "$ICTUS_BIN" sweep "$search" -o t$n --quiet --json
  ok "$n ranks: the same table" cmp search.json stdout
  ok "$n ranks: the same bits" same t1 t$n
  ok "$n ranks: the same runs" same_runs t1 t$n
done
kill_after t9 12 "$ICTUS_BIN" sweep "$search" -o t9 --quiet
ok "killed, it goes on elsewhere" status 0 on 3 "$ICTUS_BIN" sweep "$search" -o t9 --quiet
ok "with the same bits" same t1 t9
ok "and the same runs" same_runs t1 t9
ok "a level that is nowhere" status 0 on 2 "$ICTUS_BIN" sweep "$search" -o none --quiet $full
ok "costs the ends of each line" has_runs none 44
ok "and is told" says "below everywhere"
for k in 1 2 3; do
  ok "part $k of 3" status 0 on 2 "$ICTUS_BIN" sweep "$search" -o parts --quiet --part $k/3
done
ok "put together" status 0 ictus merge parts
ok "are the same bits" same t1 parts
ok "and the same runs" same_runs t1 parts
sed '/threshold:/d' "$search" >full.yaml
ok "the full grid" status 0 on 2 "$ICTUS_BIN" sweep full.yaml -o full --quiet

# failures
ICTUS_FAULT=solve:0:40 "$ICTUS_BIN" sweep "$search" -o fault --quiet >stdout 2>&1
ok "a run that fails costs its line" says "failed"
ok "tried again" status 0 on 2 "$ICTUS_BIN" sweep "$search" -o fault --quiet --json --retry-failed
nothing_failed () { ! says '"failed"'; }
ok "it is found" nothing_failed

# what is in the files
python=
for p in "$ICTUS_PYTHON" /usr/bin/python3; do
  test -z "$python" && "$p" -c 'import xarray, h5netcdf' >/dev/null 2>&1 && python=$p
done
test -n "$python" || { echo "# python3 with xarray and h5netcdf is not here: the files are not looked at"; finish; exit 0; }
cat >look.py <<'END'
import json
import numpy as np
import xarray as xr

def load(name):
    return xr.open_dataset(name + "/sweep.h5", engine="h5netcdf")

# the design: axes are coordinates along the points; one point in each stratum
d = load("d1")
assert d.rate.dims == ("point", "population") and d.rate_runs.dims == ("point", "population", "repeat")
assert set(d.coords) == {"point", "population", "repeat", "w", "R", "n"}, d.coords
assert d.R.attrs["units"] == "ms" and d.R.dims == ("point",)
for part in ((d.w - 0.1) / 1.9, np.log(d.R / 2) / np.log(25), None):
    if part is not None:
        assert sorted(np.floor(part.values * 20)) == list(range(20)), part
assert sorted(d.n.values) == [6] * 5 + [12] * 5 + [18] * 5 + [24] * 5
for m in ("rate", "cv", "chi", "fano"):
    for name in (m, m + "_all"):
        runs = d[name + "_runs"].values
        with np.errstate(all="ignore"):
            import warnings
            warnings.simplefilter("ignore")
            assert np.allclose(d[name], np.nanmean(runs, axis=-1), rtol=1e-12, equal_nan=True)
            n = (~np.isnan(runs)).sum(axis=-1)
            sd = np.where(n > 1, np.nanstd(runs, axis=-1, ddof=1), np.nan)
            assert np.allclose(d[name + "_sd"], sd, rtol=1e-9, atol=1e-12, equal_nan=True), name
assert (d.repeats_done == 3).all() and (d.status == 1).all() and (d.status_runs == 1).all()
assert ((d.seizure_fraction >= 0.5) == (d.seizure == 1)).all()
assert len(d.repeat.attrs["seeds"]) == 3 and d.repeat.attrs["seeds"][0] == 4
assert (d.rate_all_runs[:, 1] != d.rate_all_runs[:, 2]).any()
once = load("once")
assert (once.rate_all.values == d.rate_all_runs.values[:, 0]).all() and "rate_sd" not in once
for p in json.load(open("design.json"))["points"]:
    assert p["values"]["R"] == float(d.R[p["point"]]) and p["all"]["rate_Hz"] == float(d.rate_all[p["point"]])
    assert p["sd"]["all"]["rate_Hz"] == float(d.rate_all_sd[p["point"]])

# the search: as the current must be, and as the full grid says
t, full = load("t1"), load("full")
assert t.threshold.dims == ("V_th", "R") and t.threshold.attrs["units"] == "mV/ms"
assert int(t.threshold.attrs["runs"]) == int((t.status == 1).sum()) and int(t.threshold.attrs["runs_full_grid"]) == 352
assert set(np.unique(t.status)) == {1, 3} and t.status.attrs["flag_meanings"].split()[3] == "skipped"
want = t.V_th / t.R
assert (t.threshold_status == 1).all()
assert (t.threshold_lower <= want).all() and (want <= t.threshold_upper).all(), (want, t.threshold_lower, t.threshold_upper)
assert (t.threshold_lower <= t.threshold).all() and (t.threshold <= t.threshold_upper).all()
fires = full.rate.sel(population=0) >= 0.5
assert (full.I.where(fires).min("I") == t.threshold_upper).all()
assert (full.I.where(~fires).max("I") == t.threshold_lower).all()
there = t.status == 1
assert (t.rate.where(there) == full.rate.where(there)).where(there, True).all()
lines = json.load(open("search.json"))["threshold"]["lines"]
assert len(lines) == 22
for l in lines:
    at = t.sel(**l["values"])
    assert l["threshold"] == float(at.threshold) and l["crossing"] == "rising"
none = load("none")
assert (none.threshold_status == 3).all() and np.isnan(none.threshold).all()
END
ok "xarray reads names, units and values; the boundary is where it must be and where the full grid has it" "$python" look.py
finish
