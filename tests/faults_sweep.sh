#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Kill -9 again and again, at random times, of a random rank or of all, of a sweep on a random number of ranks; each time it
# is started again, and in the end everything is as if nothing had happened.
# ICTUS_FAULT_SEED and ICTUS_FAULT_KILLS change the numbers.
. "$srcdir/tests/tap.sh"
test -d /proc/self || skip_all "no /proc here to find the ranks of a job"
seed=${ICTUS_FAULT_SEED-20260102}
kills=${ICTUS_FAULT_KILLS-50}
echo "# seed $seed, $kills kills"
OMPI_MCA_odls_base_sigkill_timeout=0 # do not wait before the other ranks of a killed one are killed
export OMPI_MCA_odls_base_sigkill_timeout

cat >net.yaml <<'EOY'
ictus: 1
name: killed
run: {t_stop: 4000 ms, restart_mark: 10 ms}
checkpoint: {interval: 20 ms, wall: 0 s}
populations:
  E: {size: 20, model: iaf_psc_exp, solver: exact}
  H: {size: 2, model: hh_cond_exp_traub, params: {I_e: 300 pA}, solver: {name: cvode-adams, rtol: 1e-3, atol: 1e-3}}
projections:
  ee: {source: E, target: [E, H], rule: fixed_indegree, indegree: 5, port: ex, weight: 4, delay: 1.5 ms}
stimuli:
  noise: {type: poisson_generator, target: E, port: ex, rate: 500 Hz, weight: 60 pA}
sweep:
  axes:
    t: {set: run.t_stop, values: [200 ms, 2000 ms, 4000 ms, 500 ms]}
    i: {set: populations.E.params.I_e, from: 300 pA, to: 500 pA, n: 4}
EOY

# random N: a number below N into $random (a linear congruential generator, the same in every shell)
random () { seed=`expr \( $seed \* 1103 + 12345 \) % 2147483`; random=`expr $seed / 7 % "$1"`; }
alive () { test -r "/proc/$1/stat" && test "`sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null`" != Z; }
children () { cat "/proc/$1/task/$1/children" 2>/dev/null; }
same () { h5diff --exclude-path /provenance "$1/sweep.h5" "$2/sweep.h5"; }
done_rows () { cut -f 2 "$1/sweep.journal" 2>/dev/null | grep -c done; }
# no run is done twice, and none that was done is forgotten
twice () { awk -F '\t' '$2 == "done" && seen[$1]++ { print; bad = 1 } END { exit bad }' "$1/sweep.journal"; }
# whatever is there opens, or is not there
opens () { test ! -f d/sweep.h5 || h5ls d/sweep.h5 >opens.txt 2>&1; }

ok "the undisturbed sweep" status 0 on 2 "$ICTUS_BIN" sweep net.yaml -o whole --quiet --set checkpoint.interval=0
done_kills=0 tries=0 rounds=0 rows=0 lost='' closed='' differs='' wrong='' bad=0 resumed=0
while test $done_kills -lt "$kills" && test $tries -lt 300; do
  tries=`expr $tries + 1`
  random 3; np=`expr $random + 1`
  random `expr $np + 1`; who=$random
  each=1; test $who = 0 && test $np -gt 1 && each=2
  touch began
  "$ICTUS_MPIRUN" -n $np "$ICTUS_BIN" sweep net.yaml -o d --quiet --set sweep.ranks_per_point=$each >log 2>&1 </dev/null &
  pid=$!
  # until it has begun to write, then some more
  i=0
  while alive $pid && test $i -lt 300 && test -z "`find d/points -name 'checkpoint-*' -newer began 2>/dev/null`"; do
    sleep 0.02; i=`expr $i + 1`
  done
  random 60; sleep "`printf '0.%02d' "$random"`"
  test -z "`find d/points -name 'checkpoint-*.h5' ! -newer began 2>/dev/null`" || resumed=`expr $resumed + 1`
  victims=`children $pid`
  if alive $pid && test -n "$victims"; then
    # shellcheck disable=SC2086
    if test $who = $np; then kill -9 $victims $pid 2>/dev/null
    else kill -9 "`printf '%s\n' $victims | sed -n "\`expr $who + 1\`p"`" 2>/dev/null
    fi
    done_kills=`expr $done_kills + 1`
  fi
  wait $pid 2>/dev/null; rc=$?
  # ranks whose mpirun was killed end by themselves; two of them at once would be refused
  for v in $victims; do i=0; while alive "$v" && test $i -lt 200; do sleep 0.02; i=`expr $i + 1`; done; done
  now=`done_rows d`
  test "$now" -ge "$rows" || lost="$lost $tries:$rows,$now"
  rows=$now
  opens || closed="$closed $tries"
  twice d >twice.txt || wrong="$wrong $tries"
  if test $rc = 0; then
    # it came to its end between two kills: compare, and begin again until there were enough
    rounds=`expr $rounds + 1`
    same whole d >same.txt 2>&1 || differs="$differs $tries"
    rm -rf d; rows=0
  fi
done
echo "# $tries starts, $rounds sweeps ended between them, $resumed went on over checkpoints of points"
ok "there were $kills kills" test $done_kills -ge "$kills"
ok "no row was lost ($lost )" test -z "$lost"
ok "no point was done twice ($wrong )" test -z "$wrong"
ok "sweep.h5 opened at any time ($closed )" test -z "$closed"
ok "sweeps that ended between kills were right ($differs )" test -z "$differs"
ok "at last it is left in peace" status 0 on 2 "$ICTUS_BIN" sweep net.yaml -o d --quiet --set checkpoint.interval=1000
ok "everything is as in the undisturbed sweep" same whole d
ok "and nothing is left of the checkpoints" test "`ls d | tr '\n' ' '`" = "sweep.h5 sweep.journal used.yaml "
finish
