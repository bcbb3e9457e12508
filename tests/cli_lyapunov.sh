#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# ictus lyapunov: table, JSON, file, picture; the same on any number of ranks; what it says of what it cannot do.
. "$srcdir/tests/tap.sh"
ICTUS_CACHE=$tmp/cache; export ICTUS_CACHE

short="--trans 50 --t-stop 200"
# shellcheck disable=SC2086
{
ok "a model" status 0 ictus lyapunov lorenz $short
ok "has a table" says "motion"
ok "with the verdict" says "chaos"
ok "with the check by the divergence" says "mean divergence"
ok "with the dimension" says "Kaplan-Yorke dimension"
ok "and a file" test -s out/lorenz/lyapunov.h5
ok "which is not overwritten" status 65 ictus lyapunov lorenz $short
ok "as it says" says "--overwrite"
ok "unless asked for" status 0 ictus lyapunov lorenz $short --overwrite --no-picture
ok "JSON" status 0 ictus lyapunov lorenz $short --no-output --json --quiet
cp stdout one.json
ok "no remarks" test ! -s stderr
for n in 2 3; do
  ok "on $n ranks" status 0 on $n "$ICTUS_BIN" lyapunov lorenz $short --no-output --json --quiet
  ok "the same, bit for bit" cmp one.json stdout
done
}
test -z "${ICTUS_PYTHON-}" || ok "is JSON" "$ICTUS_PYTHON" -c "
import json
d = json.load(open('one.json'))
assert d['verdict'] == 'chaos' and len(d['exponents']) == 3, d
assert abs(d['sum']['value'] + 41 / 3) < 1e-6, d"
ok "one exponent" status 0 ictus lyapunov lorenz --spectrum 1 --trans 50 --t-stop 200 --no-output
ok "has no dimension" says "needs more exponents"
ok "a map" status 0 ictus lyapunov henon_map --t-stop 20000 --no-output
ok "counts per iteration" says "1/iteration"
if command -v "${GNUPLOT-gnuplot}" >/dev/null 2>&1; then
  ok "the file is drawn" status 0 ictus plot out/lorenz/lyapunov.h5 -o p.svg
  ok "with the verdict" sh -c 'sed "s/<[^>]*>//g" p.svg | grep -q "motion: chaos"'
  ok "another picture than there is" status 65 ictus plot out/lorenz/lyapunov.h5 -o p.svg --what raster
fi

# ---- what is wrong -----------------------------------------------------------------------------------
ok "no model" status 64 ictus lyapunov
ok "an unknown model" status 65 ictus lyapunov lorentz --no-output
ok "is answered with the nearest" says "lorenz"
ok "an unknown parameter" status 65 ictus lyapunov lorenz --par sigm=3 --no-output
ok "as well" says "sigma"
ok "an unknown state" status 65 ictus lyapunov lorenz --init w=3 --no-output
ok "more exponents than states" status 65 ictus lyapunov lorenz --spectrum 4 --no-output
ok "says how many there are" says "3 states"
ok "no exponents" status 64 ictus lyapunov lorenz --spectrum 0 --no-output
ok "a wrong method" status 64 ictus lyapunov lorenz --method rk54 --no-output
ok "is answered with the nearest" says "rk45"
ok "a wrong tolerance" status 64 ictus lyapunov lorenz --rtol 2 --no-output
ok "a wrong time" status 64 ictus lyapunov lorenz --t-stop -3 --no-output
ok "a range" status 64 ictus lyapunov lorenz --par rho=1:2 --no-output
cat >away.ode <<'END'
x'=x*x
init x=1
done
END
ok "a trajectory to infinity" status 70 ictus lyapunov away.ode --no-output
ok "is told" says "runs to infinity"
cat >late.ode <<'END'
x'=-delay(x,1)
init x=1
@ delay=2
done
END
ok "a neuron with a reset" status 0 ictus lyapunov lif --trans 100 --t-stop 2000 --no-output --quiet
ok "has the exponent of its flow" says "0 within errors"
ok "but no map" status 65 ictus lyapunov lif --map R=5:20:4 --no-output
ok "and is told what there is" says "fires with a reset"
ok "delays are refused" status 65 ictus lyapunov late.ode --no-output
ok "with the reason" says "delay"
finish
