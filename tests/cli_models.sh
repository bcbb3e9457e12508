#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# ictus models and ictus compile
. "$srcdir/tests/tap.sh"
ICTUS_CACHE=$tmp/cache; export ICTUS_CACHE

ok "models lists" status 0 ictus models
ok "the list has a model and its title" says "iaf_psc_exp        Leaky integrate-and-fire neuron"
ok "the list is as long as the folder of models" \
  test "`wc -l <"$tmp/stdout"`" -eq "`ls "$srcdir"/models/*/*.ode | wc -l`"

ok "models NAME shows the model" status 0 ictus models hh_cond_exp_traub
ok "with its parameters" says "g_Na"
ok "with their meaning" says "sodium conductance"
ok "with its source" says "10.1007/s10827-007-0038-6"
ok "without complaint" test ! -s "$tmp/stderr"

ok "an unknown name is bad input" status 65 ictus models iaf_psc_expp
ok "the nearest name is given" says 'ictus: no model "iaf_psc_expp"; did you mean "iaf_psc_exp"?'
ok "a wrong option is wrong usage" status 64 ictus models --yaml
ok "help has an example" status 0 ictus models --help
ok "help shows it" says "Example: ictus models"

json () { "$ICTUS_PYTHON" -c 'import json,sys; d=json.load(open(sys.argv[1])); assert eval(sys.argv[2]), d' "$tmp/stdout" "$1"; }
ok "models --json" status 0 ictus models --json
test -z "$ICTUS_PYTHON" || ok "is JSON" json "'lif' in [m['name'] for m in d]"
ok "models NAME --json" status 0 ictus models --json aeif_cond_exp
test -z "$ICTUS_PYTHON" || ok "gives units and defaults" \
  json "[(p['unit'], p['default']) for p in d['parameters'] if p['name'] == 'tau_w'] == [('ms', 144)]"

cat >decay.ode <<'EOF'
title Decay
par tau=5   # [ms] time constant
x' = -x/tau # [mV] potential
init x=1
done
EOF
ok "a file is shown" status 0 ictus models decay.ode
ok "without compiling it" test ! -e "$ICTUS_CACHE"
ok "compile compiles" status 0 ictus compile decay.ode
ok "and says where" says "decay.ode: $ICTUS_CACHE/decay-"
ok "there it is" test -s "`sed -n 's/^decay.ode: //p' "$tmp/stdout"`"
ok "once more" status 0 ictus compile decay.ode
ok "there is nothing to do" says "was there already"
ok "nor for a shipped model" status 0 ictus compile lif
ok "which it says" says "comes with ictus"
rm -rf "$ICTUS_CACHE"
ok "two ranks compile once" status 0 on 2 "$ICTUS_BIN" compile decay.ode
ok "into one file" test "`ls "$ICTUS_CACHE" | wc -l`" -eq 1

ok "compile --emit-c" status 0 ictus compile --emit-c decay.ode
ok "prints the table of the kernel" says "const ictus_kernel ictus_kernel_table"
cp "$tmp/stdout" emitted.c
ok "which is C" ${CC-${ICTUS_TEST_CC-cc}} -std=gnu11 -Wall -Werror -c emitted.c -o emitted.o
ok "--emit-c takes a shipped model" status 0 ictus compile --emit-c lif
ok "no file is wrong usage" status 64 ictus compile
ok "a file that is not there" status 74 ictus compile nothing.ode
printf 'x = -y\n' >bad.ode
ok "a wrong model is bad input" status 65 ictus compile bad.ode
ok "with its place" says "bad.ode:1:"
CC='false -x'; export CC
ok "a failing compiler is a missing resource" status 69 ictus compile decay.ode
ok "with its command" says "false -x"
ok "help has an example" status 0 ictus compile --help
ok "help shows it" says "Example: "
finish
