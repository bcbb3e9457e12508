#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# An image of state is whole or not there: ranks are killed while it is written, and disks are really full.
. "$srcdir/tests/tap.sh"
make=$builddir/tests/image_make
test -x "$make" || skip_all "image_make was not built"

dies () { "$@" >"$tmp/stdout" 2>"$tmp/stderr" </dev/null && { echo "it did not die"; return 1; }; return 0; }
killed () { ICTUS_FAULT=image_killed:$1; export ICTUS_FAULT; shift; dies "$@"; killed_rc=$?; unset ICTUS_FAULT; return $killed_rc; }

for n in 1 2 3; do
  ok "$n ranks write" on $n "$make" image$n.h5 5000
  for m in 3 2 1; do ok "$m ranks read" on $m "$make" image$n.h5; done
done
ok "the files of 1, 2 and 3 ranks are the same byte by byte" eval "cmp image1.h5 image2.h5 && cmp image1.h5 image3.h5"
if command -v h5dump >h5dump.log 2>&1; then
  ok "other programs read them" h5dump -d /net/p1000/state -o state.txt image3.h5
fi

mv image1.h5 whole.h5

# RANKS:RANK:VISIT, the visit of a field
for what in 1:0:10 2:1:1 2:0:21 3:2:21; do
  n=${what%%:*} at=${what#*:}
  cp whole.h5 kept.h5
  ok "rank ${at%:*} of $n is killed while it writes field ${at#*:}" killed $at on $n "$make" kept.h5 70000
  ok "what was there is as it was" cmp kept.h5 whole.h5
  ok "what it was writing is no image" dies on 1 "$make" kept.h5.tmp
  ok "and is replaced by the next one" on 2 "$make" kept.h5 5000
  ok "which is whole" cmp kept.h5 whole.h5
  ok "and alone" test ! -e kept.h5.tmp
done

# A disk of 1 MiB, seen by these processes only.
cat >full.sh <<'EOT'
mount -t tmpfs -o size=1m tmpfs disk || exit 99
"$1" -n "$2" "$3" disk/image.h5 5000 || exit 1
cp disk/image.h5 before.h5
"$1" -n "$2" "$3" disk/image.h5 100000 && exit 2
cmp disk/image.h5 before.h5 || exit 3
test ! -e disk/image.h5.tmp || exit 4
dd if=/dev/zero of=disk/fill bs=1k >dd.log 2>&1
"$1" -n "$2" "$3" disk/image.h5 5000 && exit 5
cmp disk/image.h5 before.h5 || exit 6
test ! -e disk/image.h5.tmp || exit 7
rm disk/fill
"$1" -n "$2" "$3" disk/image.h5 6000 || exit 8
"$1" -n 2 "$3" disk/image.h5 || exit 9
EOT
mkdir disk
if unshare -m sh -c 'mount -t tmpfs -o size=1m tmpfs disk' >unshare.log 2>&1; then
  for n in 1 2 3; do
    ok "a full disk, $n ranks: the file before is kept" limit unshare -m sh full.sh "$ICTUS_MPIRUN" $n "$make"
  done
else
  ok "no disk can be mounted here # SKIP" true
fi
finish
