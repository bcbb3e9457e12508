#!/bin/sh
# sweep.h5 opens with xarray as a labelled grid.
. "$srcdir/tests/tap.sh"
python=
for p in "$ICTUS_PYTHON" /usr/bin/python3; do
  test -z "$python" && "$p" -c 'import xarray, h5netcdf' >/dev/null 2>&1 && python=$p
done
test -n "$python" || skip_all "python3 with xarray and h5netcdf is not here"
cp "$srcdir/tests/data/sweep-blowup.yaml" "$srcdir/tests/data/blowup.ode" .

ok "a sweep" status 0 on 2 "$ICTUS_BIN" sweep "$srcdir/tests/data/sweep.yaml" -o good --quiet --json
cp stdout table.json
ok "a sweep with a failed point" status 0 on 2 "$ICTUS_BIN" sweep sweep-blowup.yaml -o bad --quiet
cat >look.py <<'END'
import json
import numpy as np
import xarray as xr

table = json.load(open("table.json"))
d = xr.open_dataset("good/sweep.h5", engine="h5netcdf")
assert d.rate.dims == ("w_ex", "g_in", "population"), d.rate.dims
assert d.chi_all.dims == ("w_ex", "g_in"), d.chi_all.dims
assert list(d.w_ex.values) == [0, 10, 40] and list(d.g_in.values) == [0.5, 2]
assert list(d.population.attrs["names"]) == ["E", "I"]
assert d.rate.attrs["units"] == "Hz" and d.w_ex.attrs["long_name"] == "projections.exc.weight"
for p in table["points"]:
    at = d.sel(w_ex=p["values"]["w_ex"], g_in=p["values"]["g_in"])
    assert int(at.status) == 1
    assert bool(at.seizure == 1) == p["seizure"]
    for k, name in enumerate(["E", "I"]):
        for m, key in (("rate", "rate_Hz"), ("cv", "cv"), ("chi", "chi"), ("fano", "fano")):
            want = p["populations"][name][key]
            have = float(at[m].sel(population=k))
            assert have == want or (want is None and np.isnan(have)), (m, have, want)
    assert float(at.rate_all) == p["all"]["rate_Hz"]
frame = d[["rate_all", "chi_all"]].to_dataframe()
assert len(frame) == 6

b = xr.open_dataset("bad/sweep.h5", engine="h5netcdf")
assert list(b.status.values) == [1, 2, 1], b.status.values
assert np.isnan(b.rate_all.sel(a=0.1)) and np.isnan(b.seizure.sel(a=0.1))
assert b.a.attrs["units"] == "1/ms"
why = xr.open_dataset("bad/sweep.h5", engine="h5netcdf", group="failures")
assert len(why["1"].item()) > 10
END
ok "xarray reads names, units, values and what is missing" "$python" look.py
finish
