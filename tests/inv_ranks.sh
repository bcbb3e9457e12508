#!/bin/sh
# The same results bit for bit on any number of ranks and any partition, also with more ranks than neurons.
. "$srcdir/tests/tap.sh"
data=$srcdir/tests/data

# everything outside /provenance, bit for bit
same () { h5diff --exclude-path /provenance "$1" "$2"; }
# dataset NAME of FILE has more than N entries
more_than () { test "`h5ls "$1/$2" | sed -n 's/.*{\([0-9]*\).*/\1/p'`" -gt "$3"; }

for net in net-cvode net-exact net-mixed net-tiny net-lanes net-fixed net-noise; do
  ok "$net runs on one rank" on 1 "$ICTUS_BIN" run "$data/$net.yaml" -o "$net-1" --quiet
  for n in 1 2 3 4; do
    for how in block round-robin file; do
      test $n$how != 1block || continue
      part=$how
      if test $how = file; then
        part=$tmp/$net-$n.part
        ok "$net: a partition file for $n ranks is written" ictus partition "$data/$net.yaml" --ranks $n --strategy round-robin -o "$part"
      fi
      ok "$net runs on $n ranks, $how" on $n "$ICTUS_BIN" run "$data/$net.yaml" -o "$net-$n-$how" --quiet --set run.partition="$part"
      ok "$net: $n ranks, $how, give the same bits" same "$net-1/results.h5" "$net-$n-$how/results.h5"
      rm -rf "$net-$n-$how"
    done
  done
done
# run.exchange: how the spikes travel; net-exact and net-tiny have delays of one step and neurons that nobody listens to
for net in net-cvode net-exact net-mixed net-tiny net-fixed net-noise; do
  test -e $net-1 || ok "$net runs on one rank" on 1 "$ICTUS_BIN" run "$data/$net.yaml" -o "$net-1" --quiet
  for n in 2 3 5; do
    for form in collective neighbours overlap auto; do
      case $n$form in *collective|2neighbours|3overlap|5auto) how=block ;; *) how=round-robin ;; esac
      ok "$net runs on $n ranks, $form" on $n "$ICTUS_BIN" run "$data/$net.yaml" -o "$net-$form" --quiet --set run.exchange=$form --set run.partition=$how
      ok "$net: $n ranks, $form, give the same bits" same "$net-1/results.h5" "$net-$form/results.h5"
      rm -rf "$net-$form"
    done
  done
done
ok "the exchange is in the provenance" sh -c "h5dump -a /provenance/run/exchange net-exact-1/results.h5 | grep 'none, 1 rank, 0.1 ms windows'"
ok "net-cvode fires" more_than net-cvode-1/results.h5 spikes/E/timestamps 30
ok "net-exact fires" more_than net-exact-1/results.h5 spikes/E/timestamps 100
for p in E I A X; do
  ok "net-lanes: $p fires" more_than net-lanes-1/results.h5 spikes/$p/timestamps 10
done
for p in hh lif izh cond ext; do
  ok "net-mixed: $p fires" more_than net-mixed-1/results.h5 spikes/$p/timestamps 10
done
for p in izh cond hh lif; do
  ok "net-fixed: $p fires" more_than net-fixed-1/results.h5 spikes/$p/timestamps 10
done
for p in eu he rk au ex lo; do
  ok "net-noise: $p fires" more_than net-noise-1/results.h5 spikes/$p/timestamps 10
done
ok "another seed gives another result" on 2 "$ICTUS_BIN" run "$data/net-cvode.yaml" -o other --quiet --seed 8
differs () { ! same "$1" "$2"; }
ok "and the comparison sees it" differs net-cvode-1/results.h5 other/results.h5
ok "used.yaml gives the same result" on 2 "$ICTUS_BIN" run net-cvode-1/used.yaml -o again --quiet
ok "bit for bit" same net-cvode-1/results.h5 again/results.h5
finish
