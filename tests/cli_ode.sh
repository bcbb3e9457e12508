#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# XPPAUT's files, construct by construct: tests/ode/constructs.txt says what each gives, or why it is refused. With sets, statistics and
# odd places beside it. The comparison with XPPAUT itself is "make check-peers".
. "$srcdir/tests/tap.sh"
ode=$srcdir/tests/ode
cp "$ode"/*.tab "$ode/inc.txt" "$ode/opt.txt" .
ICTUS_CACHE=$tmp/cache; export ICTUS_CACHE

# One file a block, with its words and what is expected beside it
awk '
  /^=== / { name = $2; list = list name "\n"; $1 = $2 = ""; print >(name ".words"); part = 1; next }
  name == "" { next }
  /^---$/ { part = 2; next }
  { print >(name (part == 1 ? ".ode" : ".want")) }
  END { printf "%s", list >"names" }' "$ode/constructs.txt"

# same FILE WANTED TOLERANCE -- number of rows and the last row
same () {
  awk -v want="`cat "$2"`" -v tol="$3" '
    { last = $0 }
    END {
      n = split (want, w); split (last, v); if (w[1] != NR ":") { print NR " rows, expected " w[1]; exit 1 }
      for (k = 2; k <= n; k++) {
        d = v[k - 1] - w[k]; if (d < 0) d = -d; s = w[k] < 0 ? -w[k] : w[k]
        if (v[k - 1] == "" || !(d <= tol * (1 + s))) { print "column " k - 1 " is " v[k - 1] ", expected " w[k] "\n" last; exit 1 }
      }
    }' "$1"
}
# solved NAME TOLERANCE -- run it, look at the last row
solved () {
  status 0 ictus solve "$1.ode" --format dat -o "out-$1" || return
  same "out-$1/output.dat" "$1.want" "$2"
}
refused () { status 65 ictus solve "$1.ode" --format dat -o "out-$1" && says "$1.ode:" && says "`cat "$1.want"`"; }

for name in `cat names`; do
  read -r words <"$name.words" || :
  tol=3e-6 what=solved
  for w in $words; do
    case $w in
    crlf) awk '{ printf "%s\r\n", $0 }' "$name.ode" >new && mv new "$name.ode" ;;
    tab) tr ' ' '\t' <"$name.ode" >new && mv new "$name.ode" ;;
    upper) tr '[:lower:]' '[:upper:]' <"$name.ode" >new && mv new "$name.ode" ;;
    cut) printf %s "`cat "$name.ode"`" >new && mv new "$name.ode" ;;
    tol=*) tol=${w#tol=} ;;
    refused) what=refused ;;
    esac
  done
  if test $what = refused; then ok "$name is refused, with place and reason" refused "$name"
  else ok "$name" solved "$name" "$tol"; fi
done

# sets: each is a run and a file of its own; in turn, each on top of those before
cat >sets.ode <<'END'
par a=1
x'=-a*x
x(0)=1
aux q=a
set one {a=2,x=3}
set two {a=.5,total=2}
@ total=1
done
END
ok "named sets are run one by one" status 0 ictus solve sets.ode --format dat -o sets
echo "21: 1 0.40600585 2" >one.want
echo "41: 2 1.1036383 0.5" >two.want
ok "the first, with its parameter and its start" same sets/one.dat one.want 1e-6
ok "the second, with its length, and the start of the first" same sets/two.dat two.want 1e-6
ok "there is no other" test ! -f sets/output.dat
ok "one of them alone" status 0 ictus solve sets.ode --format dat -o sets1 --use-set two
echo "41: 2 0.36787944 0.5" >alone.want
ok "begins where the file says" same sets1/two.dat alone.want 1e-6
ok "and only that" test ! -f sets1/one.dat

# statistics: mean FILE COLUMN FROM EXPECTED TOLERANCE, of the column (also of its square: negative column)
mean () {
  awk -v c="$2" -v from="$3" -v want="$4" -v tol="$5" '
    $1 >= from { v = c < 0 ? $(-c) ^ 2 : $c; s += v; n++ }
    END { m = n ? s / n : 0; d = m - want; if (d < 0) d = -d; if (!(n > 0 && d <= tol)) { print "mean " m " of " n ", expected " want; exit 1 } }' "$1"
}
cat >noise.ode <<'END'
# Ornstein-Uhlenbeck: mean 0, variance s^2/2; Euler's with a step h: s^2/(2-h)
wiener w
par s=1
x'=-x+s*w
y'=normal(2,3)-y
aux r=ran(4)
aux n=normal(1,2)
aux p=poisson(3)
@ meth=euler,dt=.05,total=4000,maxstor=100000,bound=1000
END
ok "a wiener variable" status 0 ictus solve noise.ode --format dat -o noise
ok "with its mean" mean noise/output.dat 2 10 0 0.1
ok "and its variance" mean noise/output.dat -2 10 0.5128 0.06
ok "normal() in an equation has a mean" mean noise/output.dat 3 20 2 0.1
ok "ran() is uniform" mean noise/output.dat 4 0 2 0.02
ok "with its variance" mean noise/output.dat -4 0 5.33333 0.1
ok "normal() has a mean" mean noise/output.dat 5 0 1 0.04
ok "and a deviation, not a variance" mean noise/output.dat -5 0 5 0.15
ok "poisson() has a mean" mean noise/output.dat 6 0 3 0.04
ok "and its variance" mean noise/output.dat -6 0 12 0.3
ok "the same seed, the same path" status 0 ictus solve noise.ode --format dat -o noise2
ok "to the last bit" cmp noise/output.dat noise2/output.dat
ok "another seed" status 0 ictus solve noise.ode --format dat -o noise3 --seed 7
ok "is another path" sh -c '! cmp -s noise/output.dat noise3/output.dat'
cat >markov.ode <<'END'
# open for 1/(1+.5) of the time, mean of z: .5/(1+.5)
markov z 2
{0} {.5}
{1} {0}
x'=z-x
@ meth=euler,dt=.05,total=20000,maxstor=1000000
END
ok "a Markov variable" status 0 ictus solve markov.ode --format dat -o markov
ok "is as often open as it should be" mean markov/output.dat 3 10 0.33333 0.02
ok "and drives what follows it" mean markov/output.dat 2 10 0.33333 0.02

printf 'par a=1\nx'"'"'=-a*y\ndone\n' >wrong.ode
ok "what is not there is named" status 65 ictus solve wrong.ode
ok "with its place" says "wrong.ode:2:7"
printf '%%[1..3]\nx[j]'"'"'=-x[j]\ny[j]'"'"'=-x[j]*q[j]\n%%\ndone\n' >inblock.ode
ok "also in a block" status 65 ictus solve inblock.ode
ok "at the line of the file" says "inblock.ode:3:"
printf '#include inner.txt\nx'"'"'=-x\n' >outer.ode
printf 'par a=2\nf(x)=x+nix\n#done\n' >inner.txt
ok "and in an included file" status 65 ictus solve outer.ode
ok "by the name of that file" says "inner.txt:2:"
printf '#include outer2.ode\nx'"'"'=-x\n' >outer2.ode
ok "a file that includes itself is refused" status 65 ictus solve outer2.ode
finish
