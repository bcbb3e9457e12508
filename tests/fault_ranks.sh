#!/bin/sh
# A failure on any one rank ends all ranks with one message that names rank, population, neuron, time and reason.
. "$srcdir/tests/tap.sh"
data=$srcdir/tests/data
once () { test "`grep -c -F -e "$1" "$tmp/stderr"`" = 1 || { echo "not said exactly once: $1"; return 1; }; }
faulty () { ICTUS_FAULT=$1; export ICTUS_FAULT; shift; "$@"; faulty_rc=$?; unset ICTUS_FAULT; return $faulty_rc; }

for r in 0 1 2; do
  ok "rank $r of 3 fails in a window: all end with status 70" \
    status 70 faulty solve:$r:9 on 3 "$ICTUS_BIN" run "$data/net-cvode.yaml" -o out$r --quiet
  ok "rank $r: one message" once "ictus: "
  ok "rank $r: it names rank and population" says "rank $r: population "
  ok "rank $r: and the reason" says "failure injected"
  ok "rank $r has no memory for its part of the network: status 69" \
    status 69 faulty net_build:$r:1 on 3 "$ICTUS_BIN" run "$data/net-cvode.yaml" -o build$r --quiet
  ok "rank $r: said once, with the rank" once "ictus: rank $r: "
  ok "rank $r has no memory for its share of the spikes at a flush: status 69" \
    status 69 faulty out_flush:$r:1 on 3 "$ICTUS_BIN" run "$data/net-cvode.yaml" -o flush$r --quiet
  ok "rank $r: said once, with the rank, and nothing else" once "ictus: rank $r: out of memory: failure injected"
  ok "rank $r: the file opens" h5ls -r flush$r/results.h5
done
for form in collective neighbours overlap; do
  for r in 0 2; do
    ok "rank $r of 3 fails in a window, exchange $form: all end with status 70" \
      status 70 faulty solve:$r:23 on 3 "$ICTUS_BIN" run "$data/net-cvode.yaml" -o $form$r --quiet --set run.exchange=$form
    ok "$form, rank $r: one message" once "ictus: "
    ok "$form, rank $r: it names rank and population" says "rank $r: population "
    ok "$form, rank $r: the file opens" h5ls -r $form$r/results.h5
  done
done
ok "the row of a point cannot be written: status 74, no team waits" \
  status 74 faulty sweep_row:0:2 on 3 "$ICTUS_BIN" sweep "$data/sweep.yaml" -o row --quiet
ok "said once" once "ictus: rank 0: "
ok "what was written before is kept" test "`grep -c done row/sweep.journal`" -eq 1

cat >blowup.ode <<'EOT'
title explodes in finite time
source made up for this test
par k=1 # [1] growth
input drive=0 # [1] input
x' = k*x^2 + drive # [1] what explodes
init x=0.02
done
EOT
cat >blowup.yaml <<'EOT'
ictus: 1
name: blowup
run: {t_stop: 100 ms, timing: exact}
populations:
  quiet: {size: 4, model: blowup.ode, params: {k: 0}}
  loud: {size: 5, model: blowup.ode, params: {k: [0, 0, 0, 1, 0]}}
EOT
ok "CVODE gives up on one neuron: status 70" status 70 on 3 "$ICTUS_BIN" run blowup.yaml -o blow --quiet
ok "one message" once "ictus: "
ok "with the population" says "population loud"
ok "and the neuron" says "neuron 3"
ok "and CVODE's own words" says "CVODE"
ok "what was flushed before the failure is readable" h5ls -r blow/results.h5
cat >singular.yaml <<'EOT'
ictus: 1
run: {t_stop: 10 ms}
populations:
  L: {size: 5, model: lif, solver: exact, params: {R: [1, 1, 1, 0, 1]}}
EOT
ok "a linear model without a finite matrix: status 70" status 70 on 3 "$ICTUS_BIN" run singular.yaml -o none --quiet
ok "population and neuron are named" says "population L: neuron 3 at 0 ms: the matrix of the linear model is not finite"
finish
