#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# ictus solve --compare: errors against cost, of models that are stiff or not; what has no one answer is refused.
. "$srcdir/tests/tap.sh"
ICTUS_CACHE=$tmp/cache; export ICTUS_CACHE

# check WHAT, a condition on the JSON of the last command; true without Python
check () { test -z "$ICTUS_PYTHON" || "$ICTUS_PYTHON" -c "
import json, math
d = json.load(open('$tmp/stdout'))
m = {x['method']: x for x in d['methods']}
runs = lambda name: [r for r in m[name]['runs'] if r['error'] is not None]
def order(name):
    r = [x for x in runs(name) if 30 * d['uncertainty'] < x['error'] < 1e-2]
    return math.log(r[0]['error'] / r[-1]['error']) / math.log(r[0]['step'] / r[-1]['step'])
assert $1, d['verdict']"; }

cat >fhn.ode <<'EOT'
# FitzHugh-Nagumo
par i=0.5
init v=-1, w=-0.5
v'=v-v^3/3-w+i
w'=0.08*(v+0.7-0.8*w)
@ total=50, dt=.05
done
EOT
ok "a model that is not stiff" status 0 ictus solve fhn.ode --compare --json --no-output
ok "is told as such" check "d['stiff'] is False"
ok "two methods agree on its answer" check "d['uncertainty'] < 1e-8 and d['reference'] != d['other']"
ok "Euler's method has order 1" check "0.85 < order('euler') < 1.15"
ok "rk4 has order 4" check "3.7 < order('rk4') < 4.3"
ok "tolerances bring errors down" check "all(min(r['error'] for r in runs(x)) < 1e-6 for x in ('rk45', 'rosenbrock', 'cvode-adams', 'cvode-bdf'))"
ok "cost is counted" check "all(r['rhs'] > 0 and r['steps'] > 0 and r['cpu_s'] > 0 for x in m for r in runs(x))"
ok "Jacobians are those of implicit methods" check "runs('rosenbrock')[0]['jacobians'] > 0 and runs('rk45')[0]['jacobians'] == 0"

cat >robertson.ode <<'EOT'
# Robertson's reactions: Hairer & Wanner (1996), section IV.1
par k1=0.04, k2=1e4, k3=3e7
init a=1
a'=-k1*a+k2*b*c
b'=k1*a-k2*b*c-k3*b^2
c'=k3*b^2
@ total=40, dt=1
done
EOT
ok "a stiff model" status 0 ictus solve robertson.ode --compare --json --no-output
ok "is told as such" check "d['stiff'] is True and d['stiffness_ratio'] > 1e3"
ok "an implicit method is right for it" check "d['best'] in ('rosenbrock', 'cvode-bdf')"
ok "an explicit one with a large step fails and says how" check "any('failed' in r for r in m['rk4']['runs'])"

ok "the table" status 0 ictus solve fhn.ode --compare --solver rk4,rk45 -o out
ok "says how much is known of the answer" says "smaller errors are not known"
ok "says how stiff the model is" says "stiffness ratio along the trajectory"
ok "and ends with which method is right" sh -c 'tail -n 1 "$0" | grep -q "is right for this model"' "$tmp/stdout"
ok "the file is there" test -s out/compare.h5
ok "it is not replaced unasked" status 65 ictus solve fhn.ode --compare --solver rk4,rk45 -o out
ok "the message names the option" says "--overwrite"
if command -v "${GNUPLOT-gnuplot}" >/dev/null 2>&1; then
  ok "so is the picture" test -s out/compare.png
  ok "one quantity of it can be drawn alone" status 0 ictus plot out/compare.h5 --what rhs -o rhs.svg
  ok "with its axis" sh -c 'grep -q "evaluations of the right-hand side" rhs.svg'
fi
ok "spikes with a reset are compared by their times" status 0 ictus solve lif --compare --solver rk45,euler --t-stop 20 --json --no-output
ok "as it says" check "d['error_of'] == 'spike times' and min(r['error'] for r in runs('rk45')) < 1e-6"
ok "a map is refused" status 65 ictus solve henon_map --compare --no-output
ok "with the reason" says "it is a map"
ok "noise is refused" status 65 ictus solve ornstein_uhlenbeck --compare --no-output
ok "with the reason" says "it has noise"
ok "chaos that is followed too long has no answer" status 70 ictus solve lorenz --compare --t-stop 200 --no-output
ok "and is told so" says "a shorter --t-stop"
ok "a wrong method is answered with the nearest" status 65 ictus solve fhn.ode --compare --solver rosenbrok --no-output
ok "by name" says 'did you mean "rosenbrock"'
ok "a spike on the end of the time" status 70 ictus solve tsodyks_markram --compare -o ends
ok "is told without a number that is none" says "instead of"
ok "nan is no answer" sh -c '! grep -i "nan)" stderr'
finish
