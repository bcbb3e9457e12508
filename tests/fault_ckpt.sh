#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Checkpoints that are bad are refused with the reason and the one before is used; writing one that fails harms nothing.
. "$srcdir/tests/tap.sh"
. "$srcdir/tests/restart.sh"
# what killed runs leave behind of Open MPI goes with the scratch folder
TMPDIR=$tmp OMPI_MCA_btl_vader_backing_directory=$tmp
export TMPDIR OMPI_MCA_btl_vader_backing_directory
net=$srcdir/tests/data/net-mixed.yaml
python=
for p in "$ICTUS_PYTHON" /usr/bin/python3; do
  test -z "$python" && test -n "$p" && "$p" -c 'import h5py, numpy' >python.log 2>&1 && python=$p
done
dies () { "$@" >"$tmp/stdout" 2>"$tmp/stderr" </dev/null && { echo "it did not die"; return 1; }; return 0; }
once () { test "`grep -c -F -e "$1" "$tmp/stderr"`" = 1 || { echo "not said exactly once: $1"; return 1; }; }
clean () { ls "$1" | grep tmp && return 1; return 0; }
marks () { test "`ls "$1" | sed -n 's/^checkpoint-0*\([0-9]*\)\.h5$/\1/p' | tr '\n' ' '`" = "$2"; }

ok "the unbroken run" status 0 on 2 "$ICTUS_BIN" run "$net" -o whole --quiet
ok "a run that stopped at its second mark, with two checkpoints" status 75 faulty ckpt_stop:0:2 on 2 "$ICTUS_BIN" run "$net" -o good --quiet --set checkpoint.interval=40
ok "they are there" marks good "1 2 "
ok "one of another experiment" status 75 faulty ckpt_stop:0:2 on 2 "$ICTUS_BIN" run "$net" -o other --quiet --seed 99
new=checkpoint-00000002.h5
old=checkpoint-00000001.h5
size=`wc -c <good/$new`

# spoiled HOW NAME: the newest checkpoint of d is NAME
spoiled () {
  rm -rf d; cp -r good d || return 1
  case $1 in
    flipped) # one byte of data, in the middle of the longest field
      at=`expr "$size" \* 2 / 3`
      byte=`od -An -tu1 -j "$at" -N 1 d/$new | tr -d ' '`
      printf "\\`printf %o "\`expr 255 - "$byte"\`"`" | dd of=d/$new bs=1 seek="$at" conv=notrunc 2>dd.log ;;
    truncated) dd if=good/$new of=d/$new bs=1 count="`expr "$size" - 3000`" 2>dd.log ;;
    short) head -c 700 good/$new >d/$new ;;
    empty) : >d/$new ;;
    text) echo "no checkpoint at all" >d/$new ;;
    kind) cp whole/results.h5 d/$new ;;
    experiment) cp other/$new d/$new ;;
    version) "$python" -c 'import h5py; f = h5py.File("d/'$new'", "r+"); f.attrs.modify("ictus_schema", 999)' ;;
    isa) "$python" - <<'EOP'
import h5py, numpy as np, zlib
f = h5py.File("d/checkpoint-00000002.h5", "r+")
s = f["isa"]
a = s[...]
a[0] ^= 1
s[...] = a
crc = f["isa"].attrs["crc32"]
f["isa"].attrs.modify("crc32", np.array(zlib.crc32(a.tobytes()), dtype=crc.dtype))
EOP
      ;;
    field) "$python" -c 'import h5py; f = h5py.File("d/'$new'", "r+"); del f["net"]' ;;
  esac
}
for case in 'flipped:the checksum of ' 'truncated:truncated' 'short:d/' 'empty:is not an HDF5 file' 'text:is not an HDF5 file' 'kind:of the kind "results"' \
  'experiment:of another experiment' 'version:of version 999' 'isa:made at instruction-set level' 'field:fields are missing'; do
  how=${case%%:*}; reason=${case#*:}
  case $how in version | isa | field) test -n "$python" || continue ;; esac
  ok "$how: made" spoiled "$how"
  cp d/$new bad.h5
  ok "$how: the one before is used" status 0 on 2 "$ICTUS_BIN" resume d
  ok "$how: the bad one is named" says "d/$new"
  ok "$how: and why" says "$reason"
  ok "$how: it says what it does" once "refused, the checkpoint before it is tried"
  ok "$how: it goes on from the other" says "going on at 40 ms from d/$old"
  ok "$how: to the same bits" same whole d
  ok "$how: also by run --resume" spoiled "$how"
  ok "$how: it goes on" status 0 on 3 "$ICTUS_BIN" run "$net" -o d --resume
  ok "$how: to the same bits" same whole d
done
for how in flipped truncated; do
  ok "both are bad" spoiled $how
  cp d/$new d/$old
  cp -r d before
  ok "$how: status 65" status 65 on 2 "$ICTUS_BIN" resume d
  ok "$how: says so" says "no checkpoint can be used; the newest: "
  ok "$how: nothing was changed" diff -r -x progress before d
  ok "$how: so does run --resume" status 65 on 2 "$ICTUS_BIN" run "$net" -o d --resume
  ok "$how: nothing was changed" diff -r -x progress before d
  rm -rf before
done
ok "the result file is missing" spoiled none
rm d/results.h5
ok "status 65" status 65 on 2 "$ICTUS_BIN" resume d
ok "says so" says "d/results.h5 is missing"
ok "the result file is of another run" spoiled none
cp other/results.h5 d/results.h5
cp -r d before
ok "status 65" status 65 on 2 "$ICTUS_BIN" resume d
ok "says so" says "is not the result file of this run"
ok "nothing was changed" diff -r -x progress before d
rm -rf before

# a checkpoint of another run of the same experiment, or of another history of this run
ok "another run of the same experiment" status 75 faulty ckpt_stop:0:2 on 2 "$ICTUS_BIN" run "$net" -o twin --quiet
spoiled none
cp twin/$new d/
ok "a checkpoint of it is refused" status 0 on 2 "$ICTUS_BIN" resume d
ok "says why" says "d/$new: d/results.h5 is not the result file of this run"
ok "the one before is used" says "going on at 40 ms from d/$old"
ok "to the same bits" same whole d
spoiled none
mv d/$new late.h5
ok "a run goes on from its first checkpoint, and is killed" dies faulty out_killed:0:2 on 1 "$ICTUS_BIN" resume d --set output.flush=10
mv late.h5 d/$new
ok "the second one, that was away, does not fit any more" status 0 on 2 "$ICTUS_BIN" run "$net" -o d --resume
ok "says why" says "went on from an earlier checkpoint since d/$new"
ok "the first one is used again" says "going on at 40 ms from d/$old"
ok "to the same bits" same whole d

# what a complete run has left of its checkpoints goes, those of another run stay
spoiled none
cp d/$new d/$old .
ok "a run is completed" status 0 on 2 "$ICTUS_BIN" resume d
cp $new $old d/
ok "killed before its checkpoints were gone" status 0 on 3 "$ICTUS_BIN" resume d
ok "there is nothing to do" says "d/results.h5 is complete: nothing to do"
ok "they are gone" marks d ""
spoiled none
cp whole/results.h5 d/
ok "with a complete result file of another run in its place" status 0 on 2 "$ICTUS_BIN" resume d
ok "there is nothing to do" says "d/results.h5 is complete: nothing to do"
ok "the checkpoints are left" says "it is left where it is"
ok "they are there" marks d "1 2 "
ok "also by run --resume" status 0 on 2 "$ICTUS_BIN" run "$net" -o d --resume
ok "they are there" marks d "1 2 "
cp good/results.h5 d/
ok "with the own file they go on" status 0 on 2 "$ICTUS_BIN" resume d
ok "to the same bits" same whole d

# a checkpoint that cannot be written, on whatever rank: said once, the run goes on, and the results are the same
for case in image_room:0:2 image_write:0:30 image_write:1:30 image_verify:1:30; do
  ok "$case: the run goes on" status 0 faulty $case on 2 "$ICTUS_BIN" run "$net" -o f --set checkpoint.interval=20 --set run.restart_mark=20 --set checkpoint.keep=1
  ok "$case: said once" once "the run goes on without: "
  ok "$case: the others were written" test "`grep -c '^checkpoint at' "$tmp/stderr"`" = 4
  rm -rf f
done
# a rank dies while it writes one, or while results are written
for case in image_killed:0:10 image_killed:1:50 image_killed:0:70 out_killed:0:2 out_killed:1:2 out_killed:1:3; do
  ok "$case: the run dies" dies faulty $case on 2 "$ICTUS_BIN" run "$net" -o k --set checkpoint.interval=40 --set output.flush=30
  last=`announced stderr`
  ok "$case: it goes on" status 0 on 3 "$ICTUS_BIN" run "$net" -o k --resume --set output.flush=30
  test -z "$last" || ok "$case: from the last checkpoint that was announced" says "from $last"
  ok "$case: to the same bits" same whole k
  ok "$case: no half file is left" clean k
  rm -rf k
done

# a kill leaves nothing on the node that would keep others from writing a file of the same name
rm -f /dev/shm/sem.OMPIO_checkpoint-00001237.h5.tmp
ok "killed in a checkpoint of an unusual number" dies faulty image_killed:0:10 on 2 "$ICTUS_BIN" run "$net" -o k --quiet --set run.t_stop=130 --set run.restart_mark=0.1 --set checkpoint.interval=123.7
ok "it was that one" test -f k/checkpoint-00001237.h5.tmp
ok "no semaphore of that name is left" test ! -e /dev/shm/sem.OMPIO_checkpoint-00001237.h5.tmp
rm -rf k

# a real full disk, and a real read-only folder, where root can have them for itself
cat >big.yaml <<'EOY'
ictus: 1
name: big
run: {t_stop: 100 ms, restart_mark: 20 ms}
populations:
  E: {size: 100000, model: iaf_psc_exp, params: {I_e: {distribution: uniform, min: 0 pA, max: 420 pA}}, solver: exact}
record:
  m: {type: mean, population: E, variables: V_m, interval: 1 ms}
EOY
if unshare -m sh -c 'mkdir -p "$1" && mount -t tmpfs -o size=64k tmpfs "$1"' - "$tmp/mnt" >unshare.log 2>&1; then
  ok "a run with a large state" status 0 on 2 "$ICTUS_BIN" run big.yaml -o big
  cat >in-small.sh <<'EOS'
# in-small.sh SIZE DIR COMMAND...: with an own file system of that size at mnt; what is in it afterwards goes to DIR
size=$1 to=$2; shift 2
mount -t tmpfs -o size="$size" tmpfs mnt || exit 99
"$@"; rc=$?
cp -r mnt "$to"
exit $rc
EOS
  small () { unshare -m sh in-small.sh "$@"; }
  ok "a disk that has room for one checkpoint only: the run goes on to its end" \
    status 0 small 6600k small "$ICTUS_MPIRUN" -n 2 "$ICTUS_BIN" run big.yaml -o mnt/d --set checkpoint.interval=20
  ok "the first was written" once "checkpoint at 20 ms"
  ok "that others were not is said once" once "the run goes on without: "
  ok "the results are the same" same big small/d
  ok "told to stop where there is no room: status 74" \
    status 74 faulty ckpt_stop:0:3 small 6600k full "$ICTUS_MPIRUN" -n 2 "$ICTUS_BIN" run big.yaml -o mnt/d --set checkpoint.interval=20
  ok "the first one is still good" status 0 on 3 "$ICTUS_BIN" resume full/d
  ok "it goes on from there" says "going on at 20 ms"
  ok "to the same bits" same big full/d
  cat >in-readonly.sh <<'EOS'
mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" || exit 99
shift
exec "$@"
EOS
  spoiled none; cp -r d before
  ok "a read-only folder: status 74" status 74 unshare -m sh in-readonly.sh d "$ICTUS_MPIRUN" -n 2 "$ICTUS_BIN" resume d
  ok "says so" says "Read-only file system"
  ok "nothing was changed" diff -r -x progress before d
else
  echo "# no file system of its own: `cat unshare.log`"
fi
finish
