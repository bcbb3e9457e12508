#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# ictus plot: every kind of file in every format, and what it says when it cannot.
. "$srcdir/tests/tap.sh"

"$builddir/ictus" plot --help >/dev/null 2>&1 || skip_all "ictus plot cannot be started"
mkdir files
limit "$builddir/tests/make_plot_files" files || { echo "Bail out! no files to draw"; exit 1; }

# without gnuplot: a clear message. This is tested first, it needs none.
no_gnuplot () { GNUPLOT=/nowhere/gnuplot status 69 ictus plot files/results.h5 && says gnuplot-nox; }
ok "a missing gnuplot is named with the package that has it" no_gnuplot
ok "then there is no picture, not even a part" test ! -e files/results.png
ok "nor a temporary file" sh -c '! ls files | grep -F .png'
fails () { printf '#!/bin/sh\n%s\n' "$1" >fake; chmod +x fake; GNUPLOT=./fake status 69 ictus plot files/many.h5; }
ok "a gnuplot that goes away without reading is an error" fails 'exit 0'
ok "a gnuplot that fails is quoted" fails 'echo all is lost >&2; exit 3'
ok "with what it said" says "all is lost"

gnuplot=${GNUPLOT-gnuplot}
command -v "$gnuplot" >/dev/null 2>&1 || { echo "# no gnuplot: the pictures are not tested"; finish; exit 0; }

is_png () { test "`head -c 8 "$1" | od -An -tx1 | tr -d ' \n'`" = 89504e470d0a1a0a && test "`wc -c <"$1"`" -gt 5000; }
is_pdf () { test "`head -c 5 "$1"`" = %PDF-; }
draws () { status 0 ictus plot "$@" && test -s "`cat stdout`"; }
svg () { rm -f p.svg; status 0 ictus plot "$1" -o p.svg ${2:+--what "$2"}; }
has () { grep -F -e ">$1<" p.svg >/dev/null || { echo "the picture lacks: $1"; return 1; }; }
lacks () { ! grep -F -e ">$1<" p.svg >/dev/null; }
tells () { sed 's/<[^>]*>//g' p.svg | grep -F -e "$1" >/dev/null || { echo "the picture does not tell: $1"; return 1; }; }

for f in results many quiet sweep1 sweep sweep3 search design design1 trajectory; do
  ok "$f.h5 is drawn as PNG beside it" draws "files/$f.h5"
  ok "its name is printed" test "`cat stdout`" = "files/$f.png"
  ok "it is a PNG" is_png "files/$f.png"
done
ok "--format pdf" draws files/results.h5 --format pdf
ok "makes a PDF" is_pdf files/results.pdf
ok "an odd name does no harm" draws files/sweep.h5 -o "it's \"a\" \$name.png"

ok "results: all there is" svg files/results.h5
for t in 'V_m (mV)' 'rate (Hz)' 'exc_L4' 'inh_L4' 'neuron' 'mean g_ex (mS/cm²)' 'time (ms)' 'vm 5'; do ok "shows $t" has "$t"; done
cp p.svg first.svg
ok "the same file again" svg files/results.h5
ok "gives the same picture" cmp p.svg first.svg
ok "only the raster" svg files/results.h5 raster
ok "has no trace" lacks 'V_m (mV)'
ok "only one variable" svg files/results.h5 V_m
ok "has no raster" lacks neuron
ok "many spikes are thinned" svg files/many.h5
ok "which is said" tells 'of 50000 spikes'
ok "population rates are counted when none were recorded" has 'rate (Hz)'
ok "no spikes at all" svg files/quiet.h5
ok "is said" tells 'no spikes'

ok "two axes: maps" svg files/sweep.h5
for t in 'mean rate' 'synchrony χ' 'CV of intervals' 'seizure-like activity' g_ex_scale g_in_scale; do ok "shows $t" has "$t"; done
ok "failed points are counted" tells '1 failed'
ok "three axes" svg files/sweep3.h5
ok "say where the third is held" tells 'at delay = 0.5, the first of 2 values'
ok "one quantity" svg files/sweep.h5 fano
ok "alone" lacks 'mean rate'
ok "one axis: curves" svg files/sweep1.h5
ok "with the unit" has 'mean rate (Hz)'

ok "a threshold search" svg files/search.h5
ok "tells what the line is" tells 'line: g_in_scale where rate of all is 5 Hz'
ok "and how much it left out" tells 'white: 3 that the search did not need'
over () { rm -f p.svg; status "$1" ictus plot "$2" -o p.svg --boundary "$3"; }
ok "its boundary over the map of another sweep" over 0 files/sweep.h5 files/search.h5
ok "with what it is" tells 'line: g_in_scale where rate of all is 5 Hz'
ok "over a map with a third axis" over 0 files/sweep3.h5 files/search.h5
not_over () { over 65 "$1" "$2" && says "$3"; }
ok "a sweep that is no search has no boundary" not_over files/sweep.h5 files/sweep3.h5 'not of a threshold search'
ok "an axis that the map has not is named" not_over files/sweep1.h5 files/search.h5 'g_in_scale'
ok "only sweeps have maps" not_over files/results.h5 files/search.h5 'map of a sweep only'
ok "points of a design" svg files/design.h5
for t in 'mean rate' w 'tau (ms)'; do ok "shows $t" has "$t"; done
ok "what is marked is told" tells 'ringed: seizure-like activity'
ok "and that they are means" tells 'means of the repeats'
ok "a design over one axis" svg files/design1.h5
ok "has bars" tells 'bars: standard deviation'

ok "a trajectory" svg files/trajectory.h5
for t in 'V_m (mV)' 'Act_m' spikes cvode-bdf rk4; do ok "shows $t" has "$t"; done
ok "an auxiliary quantity by name" svg files/trajectory.h5 I_Na
ok "with its unit" has 'I_Na (µA/cm²)'

plane () { rm -f p.svg; status 0 ictus plot files/trajectory.h5 -o p.svg --x "$1" --y "$2"; }
ok "a phase plane" plane V_m Act_m
for t in 'V_m (mV)' 'Act_m' cvode-bdf rk4; do ok "shows $t" has "$t"; done
ok "has no spikes" lacks spikes
ok "an auxiliary quantity in it" plane V_m I_Na
ok "with its unit" has 'I_Na (µA/cm²)'
ok "one quantity against the time" status 0 ictus plot files/trajectory.h5 -o p.svg --y V_m
ok "is a plane, too" has time

bad () { want=$1; text=$2; shift 2; status "$want" ictus plot "$@" && says "$text"; }
ok "an unknown --what names the nearest" bad 65 'did you mean "rate"' files/results.h5 --what rates
ok "and for a sweep" bad 65 'did you mean "chi"' files/sweep.h5 --what chy
ok "and for a trajectory" bad 65 'did you mean "V_m"' files/trajectory.h5 --what V_n
ok "and for an axis" bad 65 'did you mean "V_m"' files/trajectory.h5 --x V_n --y Act_m
ok "only trajectories have planes" bad 65 'for a trajectory only' files/results.h5 --x V_m --y g
ok "an axis wants the other" bad 64 'wants a --y' files/trajectory.h5 --x V_m
ok "and nothing else" bad 64 'not both' files/trajectory.h5 --x V_m --y Act_m --what V_m
ok "no such file" bad 74 'No such file' files/none.h5
echo hello >text.h5
ok "not an HDF5 file" bad 65 text.h5 text.h5
ok "an HDF5 file of others" bad 65 other.h5 files/other.h5
ok "an unknown format" bad 64 gif files/results.h5 --format gif
ok "an unknown ending" bad 64 .pdf files/results.h5 -o p.gif
ok "a contradiction" bad 64 contradicts files/results.h5 -o p.svg --format png
ok "no file" bad 64 'ictus plot --help'
ok "two files" bad 64 'one file' files/results.h5 files/sweep.h5
ok "a folder that is not there" bad 74 'nowhere/p.png' files/results.h5 -o nowhere/p.png
cp files/results.h5 mine.png
ok "never draws over the data" bad 65 'replaced by its own picture' mine.png
ok "on two ranks one draws" on 2 "$ICTUS_BIN" plot files/results.h5 -o two.png
ok "a whole picture" is_png two.png
finish
