#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# options.sh -- the program, its man page, its completion and the manual name the same commands, options and exit statuses.
. "$srcdir/tests/tap.sh"
man=$srcdir/doc/man/ictus.1
completion=$srcdir/contrib/completion/bash/ictus

ictus --help >help.txt 2>&1 || skip_all "ictus --help does not work"
commands=`sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z]*\)  *.*/\1/p' help.txt`
plain () { sed 's/\\-/-/g; s/\\f.//g' "$man"; }
plain >man.txt

ok "there are commands" test -n "$commands"
in_man () { grep -q -e "^.SS .*ictus $1\\b" man.txt || grep -q -e "^\\.S[SH] .*\\b$1\\b" man.txt; }
in_completion () { grep -q -e "\\b$1\\b" "$completion"; }
options_of () { grep -o -E -e '(^|[ ,[(])--[a-z][a-z-]*' "$1" | sed 's/^[^-]*//' | sort -u; }

# The options of one command stand in its section of the man page (or in the common ones), and the completion offers them.
section () { awk -v c="$1" '/^\.S[SH] /{ on = ($0 ~ ("ictus " c "( |$|\")")) || /Common options/ } on' man.txt; }
documented () {
  section "$1" >section.txt
  for o in `options_of "help-$1.txt"`; do
    grep -q -e "$o\\b" section.txt || { echo "the man page lacks $o of $1"; return 1; }
  done
}
# shellcheck disable=SC1090,SC2016
offers () {
  # COMP_WORDS and COMPREPLY are bash's
  bash -c '. "$1"; COMP_WORDS=(ictus "$2" --); COMP_CWORD=2; COMP_LINE="ictus $2 --"; COMP_POINT=${#COMP_LINE}
    COMPREPLY=(); _ictus; printf "%s\n" "${COMPREPLY[@]}"' - "$completion" "$1" | sed 's/[= ]*$//' | sort -u
}
completed () {
  offers "$1" >offers.txt
  for o in `options_of "help-$1.txt"`; do
    grep -q -x -e "$o" offers.txt || { echo "the completion lacks $o of $1"; return 1; }
  done
  for o in `cat offers.txt`; do
    grep -q -e "$o\\b" "help-$1.txt" || { echo "the completion offers $o, which $1 --help lacks"; return 1; }
  done
}
example () { grep -q -e '^Example' "help-$1.txt"; }
described () { grep -q -e "ictus $1" "$srcdir"/README.md "$srcdir"/doc/manual/*.md; }

ok "the options of ictus itself are in the man page" sh -c 'for o in --help --version; do grep -q -e "$o" man.txt || exit 1; done'
for c in $commands; do
  ok "ictus $c --help" sh -c "'$ICTUS_BIN' $c --help >help-$c.txt 2>&1"
  ok "$c: has an example" example "$c"
  ok "$c: is a section of the man page" in_man "$c"
  ok "$c: its options are in the man page" documented "$c"
  ok "$c: is in the manual" described "$c"
  if command -v bash >/dev/null 2>&1; then
    ok "$c: is completed" in_completion "$c"
    ok "$c: its options are completed, and no others" completed "$c"
  fi
done
for n in 0 64 65 69 70 74 75; do
  ok "exit status $n is in the man page" grep -q -e "^\\.B $n\$" man.txt
done
for v in `grep -r -h -o -E 'getenv \("[A-Z_]+"\)' "$srcdir"/src/*/*.c | sed 's/.*"\([A-Z_]*\)".*/\1/' | sort -u`; do
  case $v in HOME | TMPDIR | XDG_CACHE_HOME) continue ;; esac
  ok "the environment variable $v is in the man page" grep -q -e "$v" man.txt
done
warnings () { ! command -v man >/dev/null 2>&1 || { LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l "$man" 2>&1 >/dev/null | tee man.log; test ! -s man.log; }; }
ok "the man page is set without a warning" warnings
finish
