#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# layers.sh -- a room includes the headers of rooms below it only; private headers stay in their room.
# With an argument: the top of another tree (the test of this test).
. "$srcdir/tests/tap.sh"
top=${1-$srcdir}

# What each room may include of include/ictus, besides its own header and schema.h (names in files, knows nothing).
# kernel.h belongs to lang, which emits what it describes.
may () {
  case $1 in
    base)    echo "" ;;
    comm)    echo "base" ;;
    conf)    echo "base" ;;
    h5)      echo "base comm" ;;
    lang)    echo "base kernel" ;;
    model)   echo "base lang kernel" ;;
    image)   echo "base comm h5" ;;
    solve)   echo "base model lang kernel" ;;
    path)    echo "base model lang kernel" ;;
    dyn)     echo "base comm h5 model lang kernel path" ;;
    phase)   echo "base comm h5 model lang kernel path dyn" ;;
    chaos)   echo "base comm h5 model lang kernel path dyn" ;;
    net)     echo "base comm conf h5 image model lang kernel solve" ;;
    part)    echo "base comm conf h5 net" ;;
    engine)  echo "base comm conf h5 image lang kernel model solve net part" ;;
    out)     echo "base comm conf h5 image lang kernel model solve net part engine" ;;
    ckpt)    echo "base comm conf h5 image lang kernel model solve net part engine" ;;
    sweep)   echo "base comm conf h5 image lang kernel model solve net part engine out ckpt" ;;
    plan)    echo "base comm conf h5 image lang kernel model solve net part engine out ckpt sweep" ;;
    analyse) echo "base comm h5" ;;
    cli)     echo "ictus base comm conf h5 image lang kernel model solve path dyn phase chaos net part engine out ckpt sweep plan analyse" ;;
    *)       echo "?" ;;
  esac
}

list_includes () { sed -n 's/^ *# *include *"\([^"]*\)".*/\1/p' "$1"; }

# $1 file, $2 room
check_file () {
  for h in `list_includes "$1"`; do
    case $h in
      config.h | ictus/schema.h | "ictus/$2.h") continue ;;
      base/base_vector.h | base/base_rodas5p.h | base/base_dormand_prince.h) continue ;; # static only
      ictus/*)
        name=`echo "$h" | sed 's|ictus/||; s|\.h$||'`
        case " `may "$2"` " in *" $name "*) continue ;; esac
        echo "$1: room $2 must not include $h" ;;
      */*)
        case $h in "$2"/*) continue ;; esac
        case $2:$h in phase:dyn/dyn_system.h | chaos:dyn/dyn_system.h) continue ;; esac # one system for all three
        echo "$1: $h is private to another room" ;;
      *) continue ;; # beside the file itself
    esac
  done
}

check_room () {
  case `may "$1"` in "?") echo "src/$1: not in the table of tests/layers.sh"; return ;; esac
  for f in "$top/src/$1"/*.[ch] "$top/include/ictus/$1.h"; do
    test ! -f "$f" || check_file "$f" "$1"
  done
}
room_is_clean () { bad=`check_room "$1"`; echo "$bad"; test -z "$bad"; }

for d in "$top"/src/*/; do
  room=`basename "$d"`
  ok "src/$room keeps to the rooms below it" room_is_clean "$room"
done

# the analysis never meets the engine, not even through other headers
analysis_is_free () { ! { cat "$top"/src/analyse/*.[ch]; } | grep -E '#.*include.*(engine|net|solve|model|conf|mpi)\.h'; }
ok "src/analyse knows files only" analysis_is_free

# this test can fail
if test $# = 0; then
  mkdir -p wrong/src/model wrong/include/ictus
  echo '#include "ictus/engine.h"' >wrong/src/model/model_wrong.c
  finds_it () { top=wrong; case `check_room model` in *"must not include ictus/engine.h"*) return 0 ;; esac; return 1; }
  ok "a wrong include would be found" finds_it
fi
finish
