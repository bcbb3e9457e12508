#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# ictus resume and run --resume: chains of stops, checkpoints by the clocks, what is needed and what is refused, real signals,
# sweeps, one program a folder.
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/restart.sh"
data=$srcdir/tests/data
gone () { test "`checkpoints "$1"`" = 0 && test ! -e "$1/ictus.lock" || { ls "$1"; return 1; }; }

ok "the unbroken run" status 0 on 1 "$ICTUS_BIN" run "$data/net-exact.yaml" -o net-exact --quiet

# stopped again and again, on changing ranks
ok "a run is stopped at its first mark" status 75 faulty ckpt_stop:0:1 on 2 "$ICTUS_BIN" run "$data/net-exact.yaml" -o chain
ok "and at its second" status 75 faulty ckpt_stop:0:1 on 3 "$ICTUS_BIN" resume chain
ok "it says from where it goes on" says "going on at 50 ms from chain/checkpoint-00000001.h5"
ok "and at its third, by the other way" status 75 faulty ckpt_stop:0:1 on 1 "$ICTUS_BIN" run "$data/net-exact.yaml" -o chain --resume
ok "the last two checkpoints are kept" test "`ls chain | grep checkpoint | tr '\n' ' '`" = "checkpoint-00000002.h5 checkpoint-00000003.h5 "
ok "it ends" status 0 on 2 "$ICTUS_BIN" run "$data/net-exact.yaml" -o chain --resume
ok "as the unbroken one" same net-exact chain
ok "then no checkpoint is left" gone chain
ok "a complete run is left as it is" status 0 on 2 "$ICTUS_BIN" resume chain
ok "with a word" says "chain/results.h5 is complete: nothing to do"
ok "also by --resume" status 0 on 1 "$ICTUS_BIN" run "$data/net-exact.yaml" -o chain --resume
ok "with a word" says "is complete: nothing to do"
ok "but not of another experiment: status 65" status 65 on 2 "$ICTUS_BIN" run "$data/net-exact.yaml" -o chain --resume --seed 4
ok "with the reason" says "chain holds the run of another experiment"
ok "the restart chain is in the provenance" sh -c 'h5ls -r chain/results.h5/provenance | grep -q run'

# checkpoints by the clocks, and none of them changes anything
ok "a checkpoint at every mark" status 0 on 2 "$ICTUS_BIN" run "$data/net-exact.yaml" -o often --set checkpoint.interval=10
ok "they were written" test "`grep -c '^checkpoint at' "$tmp/stderr"`" = 3
ok "the results are the same" same net-exact often
ok "by wall time" status 0 on 2 "$ICTUS_BIN" run "$data/net-exact.yaml" -o wall --set checkpoint.wall=0.000001
ok "they were written" test "`grep -c '^checkpoint at' "$tmp/stderr"`" = 3
ok "the results are the same" same net-exact wall
ok "every 100 ms of model time" status 0 on 2 "$ICTUS_BIN" run "$data/net-exact.yaml" -o hundred --set checkpoint.interval=100
ok "one is before the end" test "`grep '^checkpoint at' "$tmp/stderr" | cut -d: -f1`" = "checkpoint at 100 ms"

# models of one's own, files, partitions: DIR is enough
mkdir exp exp/models
sed 's/^par I=1 /par I=1.2 /' "$srcdir/models/integrate-and-fire/lif.ode" >exp/models/mine.ode
cp "$data/spikes.txt" exp/
cat >exp/net.yaml <<'EOY'
ictus: 1
run: {t_stop: 40 ms, restart_mark: 10 ms}
populations:
  ext: {size: 5, spike_file: spikes.txt}
  A: {size: 10, model: hh_cond_exp_traub, params: {I_e: {distribution: linear, from: 0 pA, to: 900 pA}}}
  B: {size: 6, model: models/mine.ode, params: {t_ref: 2}, solver: exact}
projections:
  a: {source: ext, target: A, rule: pairwise_bernoulli, p: 0.5, port: ex, weight: 30 nS, delay: 1 ms}
  b: {source: A, target: B, rule: all_to_all, weight: 0.2 mV, delay: 2 ms}
record:
  s: {type: spikes, population: [A, B]}
  v: {type: trace, population: B, variables: V, interval: 0.5 ms}
  w: {type: trace, population: A, variables: V_m, interval: 0.5 ms}
EOY
ok "a run with a model and a file of its own" status 0 on 1 "$ICTUS_BIN" run exp/net.yaml -o mine --quiet
ok "a partition file" ictus partition exp/net.yaml --ranks 2 --strategy round-robin -o two.part
ok "stopped" status 75 faulty ckpt_stop:0:1 on 2 "$ICTUS_BIN" run exp/net.yaml -o mine2 --quiet --set run.partition="$tmp/two.part"
mv exp/models models-away; mv exp/net.yaml net-away.yaml
ok "the experiment and the model are not needed" status 75 faulty ckpt_stop:0:2 on 2 "$ICTUS_BIN" resume mine2
ok "the partition file serves as long as it fits" test "`grep -c 'left aside' "$tmp/stderr"`" = 0
cp -r mine2 mine3
echo '1 1.5' >>exp/spikes.txt
ok "a file that has changed is seen: status 65" status 65 on 2 "$ICTUS_BIN" resume mine2
ok "and named" says "exp/spikes.txt (populations.ext.spike_file) has changed since the run began"
cp "$data/spikes.txt" exp/spikes.txt
ok "rebalanced for 3 ranks" status 0 on 3 "$ICTUS_BIN" resume mine2 --rebalance
ok "the old partition is left aside" says "is left aside"
ok "says what it gains" says "rebalanced: of 3 ranks the busiest has "
ok "the partition is there" grep -q "^ranks 3" mine2/rebalanced-3.part
ok "the results are the same" same mine mine2
mv models-away exp/models; mv net-away.yaml exp/net.yaml
ok "the experiment itself goes on with what resume has written" status 0 on 3 "$ICTUS_BIN" run exp/net.yaml -o mine3 --resume --quiet
ok "the results are the same" same mine mine3

# what is refused
ok "stopped" status 75 faulty ckpt_stop:0:1 on 1 "$ICTUS_BIN" run "$data/net-exact.yaml" -o r --quiet
ok "a value that results depend on cannot be set: status 64" status 64 on 2 "$ICTUS_BIN" resume r --set run.t_stop=500
ok "and is named" says "run.t_stop cannot be set"
ok "a summary that was not begun: status 65" status 65 on 2 "$ICTUS_BIN" resume r --summary
ok "says why" says "the run was begun without --summary"
ok "another experiment: status 65" status 65 on 2 "$ICTUS_BIN" run "$data/net-exact.yaml" -o r --resume --seed 5
ok "says why" says "of another experiment"
ok "without --resume: status 65" status 65 on 2 "$ICTUS_BIN" run "$data/net-exact.yaml" -o r
ok "with the way out" says "r/results.h5 exists already; --overwrite replaces it, --resume goes on with its run"
ok "--resume and --overwrite: status 64" status 64 ictus run "$data/net-exact.yaml" -o r --resume --overwrite
ok "after all that it goes on" status 0 on 2 "$ICTUS_BIN" resume r --quiet
ok "to the same end" same net-exact r
mkdir empty
ok "a folder without a run: status 65" status 65 on 2 "$ICTUS_BIN" resume empty
ok "says so" says "empty holds neither a run nor a sweep"
ok "no folder: status 65" status 65 on 2 "$ICTUS_BIN" resume nothing
ok "a run that was killed before its first checkpoint: status 65" sh -c 'mkdir early && cp chain/used.yaml early/ && echo junk >early/results.h5'
ok "cannot be resumed from its folder: status 65" status 65 on 2 "$ICTUS_BIN" resume early
ok "says what to do" says "'ictus run EXPERIMENT.yaml -o early --resume' begins again"
ok "which it does" status 0 on 2 "$ICTUS_BIN" run "$data/net-exact.yaml" -o early --resume
ok "says so" says "ended before its first checkpoint and begins anew"
ok "to the same end" same net-exact early
ok "a new run with --overwrite removes old checkpoints" status 75 faulty ckpt_stop:0:3 on 1 "$ICTUS_BIN" run "$data/net-exact.yaml" -o r --quiet --overwrite
ok "and so does the next" status 75 faulty ckpt_stop:0:1 on 1 "$ICTUS_BIN" run "$data/net-exact.yaml" -o r --quiet --overwrite --seed 2
ok "which leaves its own" test "`ls r | grep checkpoint | tr '\n' ' '`" = "checkpoint-00000001.h5 "

# real signals, at whatever moment they come
long="$data/net-exact.yaml --set run.t_stop=10000 --set record.vm.interval=5"
# shellcheck disable=SC2086
ok "a longer run" status 0 on 1 "$ICTUS_BIN" run $long -o long --quiet
# under_way DIR: until it has begun to write, at most 20 s
under_way () {
  i=0
  while test $i -lt 200 && { test ! -f "$1/results.h5" || test "`wc -c <"$1/results.h5"`" -lt 60000; }; do sleep 0.1; i=`expr $i + 1`; done
}
n=0
for signal in USR1 TERM INT; do
  n=`expr $n + 1`
  # shellcheck disable=SC2086
  (trap - INT; exec "$ICTUS_BIN" run $long -o "sig$signal") >stdout 2>stderr </dev/null &
  pid=$!
  under_way "sig$signal"
  kill -$signal $pid; wait $pid; rc=$?
  if test $signal = INT && test $rc = 0; then echo "# SIGINT is ignored in the background of this shell"; continue; fi
  ok "SIG$signal: status 75" test $rc = 75
  ok "SIG$signal: a checkpoint is announced" test -s "`announced stderr`"
  ok "SIG$signal: says how to go on" says "'ictus resume sig$signal' goes on"
  ok "SIG$signal: it goes on" status 0 on $n "$ICTUS_BIN" resume "sig$signal" --quiet
  ok "SIG$signal: to the same bits" same long "sig$signal"
done
# shellcheck disable=SC2086
"$ICTUS_MPIRUN" -n 2 "$ICTUS_BIN" run $long -o sigrun >stdout 2>stderr </dev/null &
pid=$!
under_way sigrun
kill -USR1 $pid; wait $pid; rc=$?
ok "mpirun passes SIGUSR1 on: status 75" test $rc = 75
ok "it goes on" status 0 on 3 "$ICTUS_BIN" resume sigrun --quiet
ok "to the same bits" same long sigrun

# a sweep goes on from its folder, too
sweep="$data/sweep.yaml --set run.t_stop=3000"
# shellcheck disable=SC2086
ok "a sweep" status 0 on 2 "$ICTUS_BIN" sweep $sweep -o sweep --quiet
# shellcheck disable=SC2086
"$ICTUS_BIN" sweep $sweep -o sweep2 >sweep.out 2>sweep.err </dev/null &
pid=$!
i=0
while test $i -lt 200 && ! grep -q done sweep2/sweep.journal 2>/dev/null; do sleep 0.1; i=`expr $i + 1`; done
kill -TERM $pid; wait $pid; rc=$?
ok "told to end: status 75" test $rc = 75
ok "what results depend on cannot be set: status 64" status 64 on 2 "$ICTUS_BIN" resume sweep2 --set run.t_stop=10
ok "there is nothing to rebalance: status 64" status 64 on 2 "$ICTUS_BIN" resume sweep2 --rebalance
ok "it goes on" status 0 on 3 "$ICTUS_BIN" resume sweep2 --set sweep.ranks_per_point=2
ok "with what was done before" says "are kept from before"
ok "to the same bits" h5diff --exclude-path /provenance sweep/sweep.h5 sweep2/sweep.h5

ok "a run does not go into the folder of a sweep: status 65" status 65 on 2 "$ICTUS_BIN" run "$data/net-exact.yaml" -o sweep2 --overwrite
ok "says so" says "sweep2 holds a sweep; -o names another folder"
ok "the sweep is what it was" status 0 on 1 "$ICTUS_BIN" resume sweep2 --quiet
mkdir -p arun && touch arun/results.h5
ok "nor a sweep into that of a run: status 65" status 65 on 2 "$ICTUS_BIN" sweep "$data/sweep.yaml" -o arun --overwrite
ok "says so" says "arun holds a run; -o names another folder"
ok "and leaves it alone" test "`ls arun`" = results.h5

# one program a folder
# shellcheck disable=SC2086
"$ICTUS_BIN" run $long -o busy --set run.t_stop=1e8 >busy.out 2>busy.err </dev/null &
pid=$!
under_way busy
ok "a second program in the same folder: status 69" status 69 on 2 "$ICTUS_BIN" run "$data/net-exact.yaml" -o busy --overwrite
ok "says who has it" says "busy is being written by process $pid on "
ok "said once" test "`grep -c 'is being written' "$tmp/stderr"`" = 1
ok "also for resume" status 69 on 1 "$ICTUS_BIN" resume busy
kill -9 $pid; wait $pid 2>/dev/null
ok "what a killed one has left keeps nobody out" status 0 on 2 "$ICTUS_BIN" run "$data/net-exact.yaml" -o busy --overwrite --quiet
finish
