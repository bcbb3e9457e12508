#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Is a result file in the SONATA form that libsonata and BMTK read?  sonata_check.py RESULTS.h5 [STATE]

Prints what is wrong and exits with 1; with 77 and a reason when h5py is not installed. STATE: expected /provenance/run state.
"""
import sys

try:
    import h5py
    import numpy as np
except ImportError as reason:
    print("python3-h5py is not installed:", reason)
    sys.exit(77)

bad = []


def need(condition, what):
    if not condition:
        bad.append(what)


def is_text(obj, name, value=None):
    """A variable-length UTF-8 string, perhaps a given one."""
    if name not in obj.attrs:
        need(False, f"{obj.name}: no attribute {name}")
        return
    kind = h5py.check_string_dtype(obj.attrs.get_id(name).dtype)
    need(kind is not None and kind.encoding == "utf-8" and kind.length is None, f"{obj.name}: {name} is not a variable-length UTF-8 string")
    need(value is None or obj.attrs[name] == value, f"{obj.name}: {name} is {obj.attrs[name]!r}, not {value!r}")


def has_type(data, kind, what):
    need(data.dtype == np.dtype(kind), f"{data.name}: {what} is {data.dtype}, not {kind}")


def spikes(group):
    sorting = group.attrs.get_id("sorting").dtype
    need(h5py.check_enum_dtype(sorting) == {"none": 0, "by_id": 1, "by_time": 2}, f"{group.name}: sorting is not the enumeration")
    need(sorting == np.dtype("u1"), f"{group.name}: sorting is not over uint8")
    need(group.attrs["sorting"] == 2, f"{group.name}: not sorted by time")
    t, who = group["timestamps"], group["node_ids"]
    has_type(t, "<f8", "timestamps")
    has_type(who, "<u8", "node_ids")
    is_text(t, "units", "ms")
    need(t.shape == who.shape and t.ndim == 1, f"{group.name}: shapes {t.shape} and {who.shape}")
    t, who = t[:], who[:]
    later = (t[1:] > t[:-1]) | ((t[1:] == t[:-1]) & (who[1:] > who[:-1]))
    need(later.all(), f"{group.name}: not in the order of time, then neuron")


def report(group):
    data, m = group["data"], group["mapping"]
    has_type(data, "<f4", "data")
    is_text(data, "units")
    is_text(data, "variable")
    need(data.chunks is not None, f"{data.name}: not chunked")
    ids, n = m["node_ids"], m["node_ids"].shape[0]
    has_type(ids, "<u8", "node_ids")
    need(ids.attrs["sorted"] == 1 and ids.attrs.get_id("sorted").dtype == np.dtype("u1"), f"{ids.name}: attribute sorted")
    need((np.diff(ids[:].astype(int)) > 0).all(), f"{ids.name}: not ascending")
    need(data.ndim == 2 and data.shape[1] == n, f"{data.name}: shape {data.shape} for {n} nodes")
    has_type(m["index_pointers"], "<u8", "index_pointers")
    need((m["index_pointers"][:] == np.arange(n + 1)).all(), f"{m.name}: index_pointers")
    need(m["index_pointer"] == m["index_pointers"], f"{m.name}: index_pointer is not the same object")
    has_type(m["element_ids"], "<u4", "element_ids")
    need(m["element_ids"].shape == (n,) and (m["element_ids"][:] == 0).all(), f"{m.name}: element_ids")
    need(m["element_pos"].shape == (n,) and (m["element_pos"][:] == 0.5).all(), f"{m.name}: element_pos")
    has_type(m["time"], "<f8", "time")
    is_text(m["time"], "units", "ms")
    start, stop, step = m["time"][:]
    need(abs(start + data.shape[0] * step - stop) < 1e-6 * step, f"{m.name}: time {start} {stop} {step} for {data.shape[0]} samples")
    need(np.isfinite(data[:]).all(), f"{data.name}: not finite")


def root(f):
    need(f.attrs["magic"] == 0x0A7A and f.attrs.get_id("magic").dtype == np.dtype("<u4"), "root: magic")
    need(list(f.attrs["version"]) == [0, 1] and f.attrs.get_id("version").dtype == np.dtype("<u4"), "root: version")
    is_text(f, "ictus_kind", "results")
    p = f["provenance"]
    for name in ("engine", "version", "git_revision", "build", "isa", "mpi", "hdf5", "experiment_name"):
        is_text(p, name)
    for name in ("command", "folder", "hosts", "start_time", "state", "partition", "partition_digest"):
        is_text(p["run"], name)
    for name in ("experiment", "used"):
        need(b"ictus: 1" in p[name][()], f"/provenance/{name}: not an experiment")
    need(all(len(p["models"][m][()]) > 0 for m in p["models"]), "/provenance/models: an empty text")


def main(path, state=None):
    with h5py.File(path, "r") as f:
        root(f)
        for name in f["spikes"]:
            spikes(f["spikes"][name])
        for name in f.get("report", {}):
            report(f["report"][name])
        for recorder in f.get("traces", {}):
            for variable in f["traces"][recorder]:
                report(f["traces"][recorder][variable])
        need(state is None or f["provenance/run"].attrs["state"] == state, f"state is {f['provenance/run'].attrs['state']}")
    for line in bad:
        print(path + ":", line)
    return 1 if bad else 0


sys.exit(main(*sys.argv[1:]))
