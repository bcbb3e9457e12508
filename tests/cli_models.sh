#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# ictus models and ictus compile
. "$srcdir/tests/tap.sh"
ICTUS_CACHE=$tmp/cache; export ICTUS_CACHE

files () { sed -n 's|^  %D%/\(.*\.ode\).*|\1|p' "$srcdir/models/Makefile.inc"; }
shipped () { files | wc -l; }
listed () { test "`grep -c '^  ' "$tmp/stdout"`" -eq "$1" || { echo "`grep -c '^  ' "$tmp/stdout"` models, not $1"; return 1; }; }
ok "models lists" status 0 ictus models
ok "the list has a model and its title" sh -c 'grep -q "^  iaf_psc_exp  *Leaky integrate-and-fire neuron" stdout'
ok "below its kind" sh -c 'sed -n "/^integrate-and-fire\$/,/^\$/p" stdout | grep -q "^  lif "'
ok "the list is as long as the folders of models" listed "`shipped`"
ok "there is a head for each kind" test "`grep -c '^[a-z]' "$tmp/stdout"`" -eq "`files | sed 's,/.*,,' | sort -u | wc -l`"
ok "words search" status 0 ictus models EXPONENTIAL adaptive
ok "in titles, whatever their case" says "aeif_cond_exp"
ok "for all of the words" sh -c '! grep -q iaf_psc_alpha stdout'
ok "also in sources" status 0 ictus models 10.1016/S0006-3495
ok "and names" says "wilson_cowan"
ok "words that nothing has are bad input" status 65 ictus models leaky xylophone
ok "which is said" says "no model has all of these words"
ok "one kind" status 0 ictus models --kind Conductance
ok "is listed" listed "`files | grep -c '^conductance/'`"
ok "with words" status 0 ictus models --kind conductance morris
ok "too" listed 1
ok "an unknown kind is bad input" status 65 ictus models --kind conductence
ok "the nearest is given" says 'did you mean "conductance"?'

ok "models NAME shows the model" status 0 ictus models hh_cond_exp_traub
ok "with its parameters" says "g_Na"
ok "with their meaning" says "sodium conductance"
ok "with its source" says "10.1007/s10827-007-0038-6"
ok "without complaint" test ! -s "$tmp/stderr"

ok "its file is printed" status 0 ictus models hodgkin_huxley --file
ok "as it is" cmp "$tmp/stdout" "$srcdir/models/conductance/hodgkin_huxley.ode"
ok "of one model" status 64 ictus models --file

cat >circle.ode <<'EOF'
title   A harmonic oscillator
source  Hooke (1678) De potentia restitutiva
shows   Goes round.
par w=2  # [1/ms] angular frequency
x' = w*y   # [mV] one
y' = -w*x  # [mA] the other
init x=1
expect value x at 3.14159265358979 is 1 within 1e-4
expect value x at 1 is 7 within 1e-4
@ total=4, dt=.01, xp=x, yp=y
done
EOF
ok "what a model shows is shown" status 0 ictus models circle.ode
ok "there it is" says "Goes round."
ok "and what is expected" says "value x at 1 is 7 within 1e-4"
ok "expectations are checked" status 65 ictus models circle.ode --verify
ok "the met" says "circle: met: value x at 3.14159265358979 is 1 within 1e-4"
ok "and the others" says "circle: NOT MET: value x at 1 is 7 within 1e-4"
ok "and counted" says "1 of 2 expectations is not met"
ok "a shipped model keeps its promises" status 0 ictus models fitzhugh_nagumo --verify
if command -v "${GNUPLOT-gnuplot}" >/dev/null 2>&1; then
  ok "its picture is drawn" status 0 ictus models circle.ode --plot c.svg
  ok "its name is printed" test "`cat "$tmp/stdout"`" = c.svg
  ok "with the axes of the file" sh -c 'grep -q ">x (mV)<" c.svg && grep -q ">y (mA)<" c.svg'
  ok "and its title" sh -c 'grep -q "A harmonic oscillator" c.svg'
  ok "a shipped one" status 0 ictus models morris_lecar --plot=m.pdf
  ok "as PDF" test "`head -c 5 m.pdf`" = %PDF-
  ok "by default as PNG" status 0 ictus models lif --plot
  ok "of its name" test -s lif.png
  sed 's/yp=y/yp=z/' circle.ode >z.ode
  ok "an axis that is none is bad input" status 65 ictus models z.ode --plot
  ok "and named" says '"z" to draw'
  ok "another kind of picture, too" status 65 ictus models circle.ode --plot=c.gif
fi
ok "one thing at a time" status 64 ictus models lif --plot --file
ok "a picture of something" status 64 ictus models --plot
ok "the page of documentation is written" status 0 ictus models --doc
ok "it is that of the tree (make update-models-doc)" cmp "$tmp/stdout" "$srcdir/doc/models.md"

ok "an unknown name is bad input" status 65 ictus models iaf_psc_expp
ok "the nearest name is given" says 'ictus: no model "iaf_psc_expp"; did you mean "iaf_psc_exp"?'
ok "a wrong option is wrong usage" status 64 ictus models --yaml
ok "help has an example" status 0 ictus models --help
ok "help shows it" says "Example: ictus models"

json () { "$ICTUS_PYTHON" -c 'import json,sys; d=json.load(open(sys.argv[1])); assert eval(sys.argv[2]), d' "$tmp/stdout" "$1"; }
ok "models --json" status 0 ictus models --json
test -z "$ICTUS_PYTHON" || ok "is JSON" json "('lif', 'integrate-and-fire') in [(m['name'], m['kind']) for m in d]"
ok "models NAME --json" status 0 ictus models --json aeif_cond_exp
test -z "$ICTUS_PYTHON" || ok "gives units and defaults" \
  json "[(p['unit'], p['default']) for p in d['parameters'] if p['name'] == 'tau_w'] == [('ms', 144)]"

rm -rf "$ICTUS_CACHE"
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
