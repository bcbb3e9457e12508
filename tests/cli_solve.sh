#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# ictus solve: tables, files, refusals, exit statuses.
. "$srcdir/tests/tap.sh"

cells () { awk -v s="$1" -v c="$2" '$1 == s { print $c }' "$tmp/stdout"; }
is () { test "x$1" = "x$2" || { echo "\"$1\" is not \"$2\""; return 1; }; }

ok "help is there, with an example" status 0 ictus solve --help
ok "it has an example" says "Example: ictus solve"
ok "two solvers are compared" status 0 ictus solve lif --solver euler,rk4 --t-stop 5 --dt 0.01 --no-spikes
ok "to all digits" says "0.0015156294681508697 (V at 4.99 ms)"
ok "on 500 points" says "500 points, 0 to 4.99 ms"
ok "which are 499 steps" is "`cells euler 2`" 499
ok "the file is there" test -s out/lif/trajectory.h5
ok "an existing file is refused" status 65 ictus solve lif --t-stop 5 --dt 0.01
ok "and --overwrite is named" says "--overwrite"
ok "spikes are listed with their index" status 0 ictus solve lif --solver euler --t-stop 5 --dt 0.01 --par V_th=1 --spikes --overwrite
ok "at the known ones" says "1.06 (106) 2.12 (212) 3.18 (318) 4.24 (424)"
ok "hodgkin-huxley fires as published" status 0 ictus solve hodgkin_huxley --rtol 1e-13 --atol 1e-13 --t-stop 100 --dt 0.01 --spikes -o hh
ok "first" says " 1.90142059"
ok "last" says " 90.0307268"
ok "a solver that refuses says why in its row" status 0 ictus solve hodgkin_huxley --solver cvode-bdf,exact --t-stop 2 --no-output
ok "with the reason" says "refuses: the model must be linear"
ok "alone it is an error" status 65 ictus solve hodgkin_huxley --solver exact --no-output
ok "adaptive solvers in lanes run with exact spike times" status 0 ictus solve hodgkin_huxley --solver rk45,rosenbrock,auto --rtol 1e-9 --atol 1e-9 --no-output --spikes
ok "at the known ones" says "1.9014205"
ok "an unknown solver is answered with the nearest" status 65 ictus solve lif --solver rk3 --no-output
ok "also among others" status 65 ictus solve lif --solver euler,rk3 --no-output
ok "by name" says "did you mean \"rk4\"?"
ok "an unknown parameter too" status 65 ictus solve lif --par V_ht=1 --no-output
ok "by its name" says "V_th"
ok "units are understood" status 0 ictus solve lif --par "t_ref=500 us" --t-stop 3 --dt 0.01 --solver rk4 --spikes --no-output
ok "and used" says " 2.62 (262)"
ok "initial values are set" status 0 ictus solve lif --init V=0.9 --t-stop 1 --dt 0.01 --solver rk4 --spikes --no-output
ok "and used, too" says " 0.12 (12)"
ok "the number of points can be given" status 0 ictus solve lif --points 7 --dt 0.5 --no-output
ok "and is kept" says "7 points, 0 to 3 ms"
ok "points may be further apart than steps" status 0 ictus solve lif --points 7 --dt 0.5 --interval 1 --solver rk4 --no-output
ok "as asked" says "7 points, 0 to 6 ms"
ok "an interval that does not fit is a usage error" status 64 ictus solve lif --dt 0.5 --interval 0.7
ok "a wrong tolerance as well" status 64 ictus solve lif --rtol -1
ok "a missing model as well" status 64 ictus solve
ok "JSON is written" status 0 ictus solve lif --solver rk4,euler --json --no-output --t-stop 5 --dt 0.01
if test -n "$ICTUS_PYTHON"; then
  ok "and read" "$ICTUS_PYTHON" -c "
import json
d = json.load(open('$tmp/stdout'))
assert d['model'] == 'lif' and len(d['solvers']) == 2
assert len(d['solvers'][0]['spikes_ms']) == 4 and d['solvers'][1]['difference'] > 0"
fi
if command -v h5dump >/dev/null 2>&1; then
  ok "the file has time, states, spikes" sh -c 'h5dump -n hh/trajectory.h5 | grep -E "/solver/cvode-bdf/(time|V|m|h|n|spikes|aux/I_Na)$" | wc -l | grep -q 7'
  ok "and units" sh -c 'h5dump -a /solver/cvode-bdf/V/units hh/trajectory.h5 | grep -q mV'
fi
ok "a step that is too long is said to be" status 70 ictus solve hodgkin_huxley --solver euler --dt 0.1 --no-output
ok "with time and state" says "is not finite"
ok "a negative refractory time is refused at the first spike" status 70 ictus solve lif --par t_ref=-1 --no-output
ok "with its value" says "its refractory time is -1 ms"
ok "a value that is none is named" status 65 ictus solve lif --par t_ref=soon --no-output
ok "with the option, once" says "ictus: --par t_ref=soon: 'soon' is not a number"
finish
