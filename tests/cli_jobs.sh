#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The shipped jobs: every experiment is valid, small versions run, generated files are what their generator writes.
. "$srcdir/tests/tap.sh"
jobs=$srcdir/jobs
for f in "$jobs"/*/*.yaml; do
  ok "${f#"$jobs"/} is valid" status 0 ictus check "$f"
done

net=$jobs/brunel-2000
for f in delta alpha; do
  ok "brunel-2000/$f: a small one runs" status 0 on 2 "$ICTUS_BIN" run "$net/$f.yaml" --no-output --summary --quiet --set run.t_stop=20 \
    --set populations.E.size=800 --set populations.I.size=200
done

test -n "$ICTUS_PYTHON" || { finish; exit 0; }
net=$jobs/microcircuit
make_it () { "$ICTUS_PYTHON" -B "$net/make.py" "$@"; }
written () { make_it "$@" >made.yaml && cmp made.yaml "$net/$file"; }
file=microcircuit.yaml
ok "microcircuit.yaml is what make.py writes" written
file=microcircuit-dc.yaml
ok "microcircuit-dc.yaml, too" written --background dc
total () { test "`make_it --total`" = 298880970; }
ok "it has the published number of synapses" total
sum () { sed -n 's/.* N: \([0-9]*\),.*/\1/p' "$net/microcircuit.yaml" | awk '{ n += $1 } END { exit n != 298880970 }'; }
ok "which are those of the experiment" sum
for kind in poisson dc; do
  make_it --scale 0.02 --background $kind --t-stop 50 --model "$net/lif_psc_exp.ode" >small.yaml
  ok "a small one with $kind background runs" status 0 on 2 "$ICTUS_BIN" run small.yaml -o "small-$kind" --summary --quiet
  ok "and fires" sh -c "h5ls 'small-$kind/results.h5/spikes/L5E/timestamps' | grep -q '{[1-9]'"
done
ok "a scale above 1 is refused" status 2 make_it --scale 1.5
finish
