#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# ictus rerun: the result file alone is enough to make it again, on any number of ranks.
. "$srcdir/tests/tap.sh"

mkdir exp exp/models
sed 's/^par I=1 /par I=1.2 /' "$srcdir/models/integrate-and-fire/lif.ode" >exp/models/mine.ode
cp "$srcdir/tests/data/spikes.txt" exp/
echo '0 1' >exp/pairs.txt
echo '2 3' >>exp/pairs.txt
cat >exp/net.yaml <<'EOT'
ictus: 1
name: again
run: {t_stop: 40 ms}
populations:
  ext: {size: 5, spike_file: spikes.txt}
  A: {size: 10, model: iaf_psc_exp, params: {I_e: 400 pA}, init: {V_m: {distribution: normal, mean: -62 mV, std: 3 mV}}, solver: exact}
  B: {size: 6, model: models/mine.ode, params: {t_ref: 2}, solver: exact}
projections:
  a: {source: ext, target: A, rule: pairwise_bernoulli, p: 0.5, port: ex, weight: 300 pA, delay: 1 ms}
  b: {source: A, target: B, rule: list, file: pairs.txt, weight: 0.2 mV, delay: 2 ms}
record:
  s: {type: spikes, population: [A, B]}
  v: {type: trace, population: B, variables: V, interval: 0.5 ms}
EOT
ok "a partition file" ictus partition exp/net.yaml --ranks 2 --strategy round-robin -o two.part
ok "a run with overrides, on 2 ranks" on 2 "$ICTUS_BIN" run exp/net.yaml -o first --quiet --seed 7 --set run.t_stop=50 --set run.partition="$tmp/two.part"
ok "once more from its results, on 3 ranks" status 0 on 3 "$ICTUS_BIN" rerun first/results.h5 -o second --compare
ok "is the same, bit by bit" says "are equal, bit by bit"
ok "the partition file of 2 ranks is left aside, with a word" says "is left aside"
ok "the second one can be repeated too" status 0 on 1 "$ICTUS_BIN" rerun second/results.h5 -o third --compare --quiet
mv exp/models models-away
ok "the model file is not needed" status 0 on 2 "$ICTUS_BIN" rerun first/results.h5 -o fourth --compare --quiet
ok "another seed is another run: status 70" status 70 on 1 "$ICTUS_BIN" rerun first/results.h5 -o fifth --compare --quiet --seed 8
ok "and it says where" says "differs between"
ok "existing results are refused: status 65" status 65 on 2 "$ICTUS_BIN" rerun first/results.h5 -o second
ok "with the way out" says "--overwrite"
ok "a file never replaces itself" status 65 on 1 "$ICTUS_BIN" rerun first/results.h5 -o first --overwrite
echo '4 5' >>exp/pairs.txt
ok "a file that has changed is seen: status 65" status 65 on 2 "$ICTUS_BIN" rerun first/results.h5 -o sixth
ok "and named" says "exp/pairs.txt has changed since that run; --set projections.b.file=PATH"
printf '0 1\n2 3\n' >pairs-as-before.txt
ok "another may stand for it" status 0 on 2 "$ICTUS_BIN" rerun first/results.h5 -o seventh --compare --quiet --set projections.b.file="$tmp/pairs-as-before.txt"
ok "the default folder has the name of the experiment" status 0 on 1 "$ICTUS_BIN" rerun first/results.h5 --quiet --set projections.b.file="$tmp/pairs-as-before.txt"
ok "it is there" test -s out/again-rerun/results.h5
ok "what is no result is refused: status 65" status 65 on 2 "$ICTUS_BIN" rerun exp/net.yaml
ok "so is what is not there: status 74" status 74 on 2 "$ICTUS_BIN" rerun nothing.h5
ok "said with its name" says "cannot open nothing.h5"
ok "no file: status 64" status 64 on 2 "$ICTUS_BIN" rerun
ok "help" status 0 ictus rerun --help
ok "with an example" says "Example:"
finish
