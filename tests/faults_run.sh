#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Kill -9 again and again, at random times, of a random rank or of all, of a run on a random number of ranks; each time it
# goes on from the last checkpoint that it announced, and in the end everything is as if nothing had happened.
# ICTUS_FAULT_SEED and ICTUS_FAULT_KILLS change the numbers.
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/restart.sh"
# what killed runs leave behind of Open MPI goes with the scratch folder
TMPDIR=$tmp OMPI_MCA_btl_vader_backing_directory=$tmp
export TMPDIR OMPI_MCA_btl_vader_backing_directory
seed=${ICTUS_FAULT_SEED-20260101}
kills=${ICTUS_FAULT_KILLS-50}
echo "# seed $seed, $kills kills"

cat >net.yaml <<'EOY'
ictus: 1
name: killed
seed: 5
run: {t_stop: 3000 ms, resolution: 0.1 ms, restart_mark: 10 ms}
populations:
  E: {size: 60, model: iaf_psc_exp, params: {I_e: {distribution: linear, from: 350 pA, to: 420 pA}}, init: {V_m: {distribution: uniform, min: -70 mV, max: -56 mV}}, solver: exact}
  H: {size: 4, model: hh_cond_exp_traub, params: {I_e: 300 pA}, solver: {name: cvode-adams, rtol: 1e-3, atol: 1e-3}}
projections:
  ee: {source: E, target: [E, H], rule: fixed_indegree, indegree: 5, port: ex, weight: 4, delay: {distribution: uniform, min: 0.8 ms, max: 9 ms}}
record:
  s: {type: spikes, population: [E, H]}
  v: {type: trace, population: E, variables: V_m, interval: 2 ms}
  h: {type: trace, population: H, variables: V_m, interval: 1 ms}
  r: {type: rate, population: [E, H], interval: 7 ms}
  m: {type: mean, population: E, variables: V_m, interval: 1 ms}
output: {flush: 25 ms}
checkpoint: {interval: 10 ms, keep: 2}
EOY

# random N: a number below N into $random (a linear congruential generator, the same in every shell)
random () { seed=`expr \( $seed \* 1103 + 12345 \) % 2147483`; random=`expr $seed / 7 % "$1"`; }
# alive PID: not gone, and no zombie
alive () { test -r "/proc/$1/stat" && test "`sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null`" != Z; }
# ranks PID: processes of the program that this mpirun has started
ranks () { for p in `cat "/proc/$1/task/$1/children" 2>/dev/null`; do echo "$p"; done; }
# a reader must not take it for whole when it is not: it does not open, or says that it is not
no_whole () {
  for f in d/*.h5; do
    test -f "$f" || continue
    case $f in
      d/results.h5) # killed at its very end it may say that it is complete: then it has to be
        if h5dump -a /ictus_state "$f" >state.txt 2>&1 && grep -q '"complete"' state.txt && ! same whole d >same.txt 2>&1; then
          echo "$f says that it is complete"; cat same.txt; return 1
        fi ;;
      d/checkpoint-*.h5) h5ls "$f" >state.txt 2>&1 || { echo "$f does not open"; return 1; } ;;
    esac
  done
  return 0
}
# from where it went on, as it says in LOG
went_on () { sed -n 's/^going on at .* ms from //p' "$1"; }
# mark FILE: its number. A checkpoint may be whole and not be announced yet: then it goes on from there
mark () { case $1 in *checkpoint-*) expr "`echo "$1" | sed 's/.*checkpoint-//; s/\.h5//'`" + 0 ;; *) echo -1 ;; esac; }

ok "the undisturbed run" status 0 on 1 "$ICTUS_BIN" run net.yaml -o whole --set checkpoint.interval=0
done_kills=0 tries=0 last='' bad_start='' bad_file='' bad_status='' finished=''
while test $done_kills -lt "$kills" && test $tries -lt 400; do
  tries=`expr $tries + 1`
  random 3; np=`expr $random + 1`
  random 2; way=$random
  if test $way = 1 && test -n "$last"; then set -- resume d; else set -- run net.yaml -o d --resume; fi
  "$ICTUS_MPIRUN" -n $np "$ICTUS_BIN" "$@" >log.out 2>log </dev/null &
  pid=$!
  # wait until it works (it says from where it goes on, or has announced something), then some more
  random 100; more=`printf '0.%02d' "$random"`
  i=0
  while alive $pid && test $i -lt 400 && ! grep -q -e '^going on' -e '^checkpoint at' log; do sleep 0.02; i=`expr $i + 1`; done
  sleep "$more"
  random `expr $np + 1`; who=$random
  victims=`ranks $pid`
  if alive $pid && test -n "$victims"; then
    if test $who = $np; then
      kill -9 $victims $pid 2>/dev/null && done_kills=`expr $done_kills + 1`
    else
      # shellcheck disable=SC2086
      kill -9 "`printf '%s\n' $victims | sed -n "\`expr $who + 1\`p"`" 2>/dev/null && done_kills=`expr $done_kills + 1`
    fi
  fi
  wait $pid 2>/dev/null; rc=$?
  if test $rc = 0; then finished=$tries; fi
  start=`went_on log`
  if test "`mark "$start"`" -lt "`mark "$last"`" && ! grep -q 'is complete' log; then
    bad_start="$bad_start $tries:${start:-nothing},not,$last"; sed "s/^/# $tries: /" log
  fi
  now=`announced log`
  test -z "$now" || last=$now
  if test $rc != 0; then
    # what is left of a run whose mpirun was killed ends by itself; the next one waits for it
    no_whole >whole.txt 2>&1 || { bad_file="$bad_file $tries"; sed "s/^/# $tries: /" whole.txt; }
  fi
  if test -n "$finished"; then
    # it came to its end between two kills: compare, and begin again until there were enough
    same whole d >same.txt 2>&1 || bad_status="$bad_status $tries"
    rm -rf d; last='' finished=''
  fi
done
echo "# $tries starts"
ok "there were $kills kills" test $done_kills -ge "$kills"
ok "each start went on from the last checkpoint that was announced ($bad_start )" test -z "$bad_start"
ok "no file that was left could be taken for whole ($bad_file )" test -z "$bad_file"
ok "runs that ended between kills were right ($bad_status )" test -z "$bad_status"
touch d/results.h5.locktest.2 d/checkpoint-00000001.h5.tmp-12-345.lock d/checkpoint-00000002.h5.tmp
ok "at last it is left in peace" status 0 on 2 "$ICTUS_BIN" run net.yaml -o d --resume
ok "everything is as in the undisturbed run" same whole d
only () { test "`ls d | grep -v -x progress | tr '\n' ' '`" = "$1" || { ls -l d; return 1; }; }
ok "and nothing else is left" only "results.h5 used.yaml "
finish
