#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# docs.sh -- every public function says who must call it: its comment, before or behind the declaration, has a
# Collectivity: line; or the comment that opens its section says "Collectivity: none. All of these."
. "$srcdir/tests/tap.sh"

# Prints what is missing. A declaration begins at the left margin, names ictus_<something> ( and is not a macro or a typedef.
missing () {
  awk '
    function judge() {
      if (text !~ /ictus_[a-z0-9_]+ \(/ || text ~ /^typedef/ || text ~ /^static/) return
      if (all || doc ~ /Collectivity:/ || text ~ /Collectivity:/) return
      print FILENAME ":" at ": no Collectivity: line: " first
    }
    FNR == 1 { doc = ""; all = file_wide = 0; incomment = 0; open = 0; text = "" }
    # a section begins: what held for the last one ends
    /^\/\* ---- / { all = 0 }
    /All of these\.|all functions:|every function here is local|Every function here is local|All functions: Collectivity/ { if ($0 ~ /[Aa]ll of these/) all = 1; else file_wide = 1 }
    incomment { doc = doc $0 "\n"; if (/\*\//) incomment = 0; next }
    /^\/\*/ && !open { doc = $0 "\n"; if (!/\*\//) incomment = 1; next }
    /^(#|typedef|struct|enum|\{|\}|  )/ && !open { next }
    /^$/ { if (!open) { doc = ""; next } }
    /^[a-z_].*/ && !open { open = 1; text = ""; at = FNR; first = $0 }
    open { text = text $0 "\n"; if (/;/) { open = 0; if (!file_wide) judge(); if (text !~ /^$/) doc = "" } }
  ' "$@"
}
complete () { bad=`missing "$1"`; echo "$bad"; test -z "$bad"; }

for h in "$srcdir"/include/ictus/*.h; do
  ok "`basename "$h"`: every function says who must call it" complete "$h"
done

cat >bad.h <<'END'
/** Does this. Collectivity: none. */
int ictus_good (int x);
/** Does that. */
int ictus_bad (int x,
               int y);
int ictus_also_good (void); /* Collectivity: none. */
END
finds_it () { case `missing bad.h` in *"bad.h:4: "*ictus_bad*) return 0 ;; esac; missing bad.h; return 1; }
only_it () { test "`missing bad.h | wc -l`" -eq 1; }
ok "a missing line would be found" finds_it
ok "and only that" only_it

# documents name what exists
exists () { for f in "$@"; do test -e "$srcdir/$f" || { echo "missing: $f"; return 1; }; done; }
links () {
  for d in "$srcdir"/*.md "$srcdir"/doc/*/*.md; do
    base=`dirname "$d"`
    for l in `grep -o ']([^)]*)' "$d" | sed 's/^](//; s/[#)].*//'`; do
      case $l in http*) continue ;; esac
      test -e "$base/$l" || echo "$d: no $l"
    done
  done
}
links_lead () { bad=`links`; echo "$bad"; test -z "$bad"; }
ok "the documents are there" exists README.md ARCHITECTURE.md HACKING.md CONTRIBUTING.md CHANGELOG.md CITATION.cff COPYING \
  doc/manual/getting-started.md doc/manual/experiments.md doc/manual/model-language.md doc/manual/sweeps.md \
  doc/manual/results.md doc/theory/solvers.md doc/theory/networks.md doc/theory/measures.md doc/theory/symbols.md
ok "every link in a document leads somewhere" links_lead
finish
