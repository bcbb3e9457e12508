#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# A run that was stopped and went on, on other ranks and another partition, is the unbroken run, bit for bit.
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/restart.sh"
data=$srcdir/tests/data
# how spikes travel before and after
first () { case $1$2 in block1) echo overlap ;; block*) echo neighbours ;; *1) echo collective ;; *) echo overlap ;; esac; }
second () { case $1$2 in block1) echo neighbours ;; block*) echo overlap ;; *1) echo overlap ;; *) echo auto ;; esac; }
other () { case $1 in block) echo round-robin ;; *) echo block ;; esac; }

# net-*: marks at which it is stopped, at about 1/3 and 2/3 of the run
for case in net-cvode:1:2 net-exact:1:3 net-mixed:1:2 net-fixed:1:2 net-lanes:1:2 net-noise:1:2; do
  net=${case%%:*}; marks=`echo "${case#*:}" | tr : ' '`
  ok "$net: the unbroken run" status 0 on 1 "$ICTUS_BIN" run "$data/$net.yaml" -o "$net" --summary --json --quiet
  cp stdout summary
  for mark in $marks; do
    for ranks in 1:2 2:3 3:1; do
      before=${ranks%:*}; after=${ranks#*:}; last=`expr $before - 1`
      for how in block round-robin; do
        what="$net, $how, stopped at mark $mark, $before to $after ranks"
        ok "$what: status 75" status 75 faulty ckpt_stop:$last:$mark on $before "$ICTUS_BIN" run "$data/$net.yaml" -o d --summary --json --quiet --set run.partition=$how --set run.exchange=`first $how $mark`
        ok "$what: says how to go on" says "'ictus resume d' goes on"
        ok "$what: goes on" status 0 on $after "$ICTUS_BIN" resume d --quiet --set run.exchange=`second $how $mark` --set run.partition="`test $mark = 1 && echo $how || other $how`"
        cp stdout resumed
        ok "$what: the same bits" same "$net" d
        ok "$what: the same summary" cmp summary resumed
        rm -rf d
      done
    done
  done
done

finish
