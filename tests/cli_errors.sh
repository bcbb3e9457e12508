#!/bin/sh
# Bad input: one clear message with place and nearest name, the exit status of its kind, nothing half-written left behind.
. "$srcdir/tests/tap.sh"

# experiment LINE... -- e.yaml with a population A and the given lines instead of its defaults
base () {
  cat <<'EOT'
ictus: 1
name: bad
run: {t_stop: 10 ms}
populations:
  A: {size: 4, model: iaf_psc_exp, solver: exact}
projections:
  aa: {source: A, target: A, rule: all_to_all, port: ex, weight: 10 pA, delay: 1 ms}
EOT
}
# bad "what" STATUS 's/sed/script/' "text that is said" ...
bad () {
  bad_what=$1; bad_status=$2; base | sed "$3" >e.yaml; shift 3
  ok "$bad_what: status $bad_status" status "$bad_status" ictus run e.yaml -o out --quiet
  for bad_text in "$@"; do ok "$bad_what: says \"$bad_text\"" says "$bad_text"; done
  ok "$bad_what: one message" test "`grep -c '^ictus: ' stderr`" = 1
  ok "$bad_what: nothing left behind" test ! -e out/results.h5
  rm -rf out
}

base >e.yaml
ok "it runs" status 0 ictus run e.yaml -o out --quiet
ok "a result that exists is not overwritten: status 65" status 65 ictus run e.yaml -o out --quiet
ok "and the way out is named" says "--overwrite"
ok "with --overwrite it is" status 0 ictus run e.yaml -o out --quiet --overwrite
rm -rf out

bad "unknown key" 65 's/t_stop: 10 ms/t_stop: 10 ms, resolutoin: 0.1/' "e.yaml:3:" "resolutoin" "resolution"
bad "unknown section" 65 's/^projections:/projektions:/' "e.yaml:6:" "projektions" "projections"
bad "misspelt model" 65 's/iaf_psc_exp/iaf_psc_epx/' "e.yaml:5:" "iaf_psc_epx" "iaf_psc_exp"
bad "misspelt parameter" 65 's/size: 4/size: 4, params: {taum: 10 ms}/' "e.yaml:5:" "taum" "tau_m"
bad "misspelt port" 65 's/port: ex/port: exx/' "e.yaml:7:" "exx" "ex"
bad "misspelt population" 65 's/source: A/source: AA/' "e.yaml:7:" "AA"
bad "misspelt rule" 65 's/all_to_all/all_to_al/' "e.yaml:7:" "all_to_al" "all_to_all"
bad "misspelt solver" 65 's/solver: exact/solver: exakt/' "e.yaml:5:" "exakt" "exact"
bad "solver that cannot serve the model" 65 's/iaf_psc_exp/hh_cond_exp_traub/; s/10 pA/10 nS/' "e.yaml:5:" "exact" "linear"
bad "wrong unit of a time" 65 's/t_stop: 10 ms/t_stop: 10 mV/' "e.yaml:3:" "mV" "ms"
bad "wrong unit of a weight" 65 's/weight: 10 pA/weight: 10 nS/' "e.yaml:7:" "nS" "pA"
bad "negative delay" 65 's/delay: 1 ms/delay: -1 ms/' "e.yaml:7:" "-1"
bad "no delay" 65 's/, delay: 1 ms//' "e.yaml:7:" "delay"
bad "zero neurons" 65 's/size: 4/size: 0/' "e.yaml:5:" "0"
bad "not a number" 65 's/size: 4/size: four/' "e.yaml:5:" "four"
bad "a number too many" 65 's/size: 4/size: 4, size: 5/' "e.yaml:5:" "size"
bad "broken YAML" 65 's/solver: exact}/solver: exact/' "e.yaml:"
bad "degree beyond the sources" 65 's/all_to_all/fixed_indegree, indegree: 9, allow_multapses: false/' "e.yaml:7:" "9"
bad "spike file that does not exist" 74 's/model: iaf_psc_exp, solver: exact/spike_file: gone.txt/; /projections/,$d' "gone.txt"
bad "model file that does not exist" 74 's/iaf_psc_exp/gone.ode/' "gone.ode"
bad "override of an unknown entry" 65 's/^/ /; s/^ //; s/size: 4/size: 4, sice: 5/' "sice" "size"

echo '{"ictus": 1, "run": {"t_stop": "5 ms"}, "populations": {"A": {"size": 2, "model": "lif"}}}' >e.json
ok "an experiment in JSON runs" status 0 ictus run e.json -o out --quiet --set run.t_stop=4
ok "so does what it wrote" status 0 ictus run out/used.yaml -o out2 --quiet
rm -rf out out2

# numbers beyond what can be counted used to end at once, or never
bad "a run of more steps than can be counted" 65 's/t_stop: 10 ms/t_stop: 1e300/' "e.yaml:3:" "2^53 times the resolution"
bad "a restart mark of no step" 65 's/t_stop: 10 ms/t_stop: 10, restart_mark: 1e-9/' "e.yaml:3:" "not a multiple of the resolution"
bad "a restart mark that is all but 0" 65 's/t_stop: 10 ms/t_stop: 10, restart_mark: 1e-300/' "e.yaml:3:" "2^53 times the interval of restart marks"
bad "a delay that is all but 0" 65 's/10 ms/10 ms, timing: exact/; s/solver: exact/solver: cvode-bdf/; s/delay: 1 ms/delay: 1e-300/' "2^53 times the smallest delay"
bad "a Poisson rate beyond counting" 65 '$a stimuli: {p: {type: poisson_generator, target: A, port: ex, rate: 1e300}}' "e.yaml:8:" "from 0 to"
bad "a recorder that begins beyond counting" 65 '$a record: {p: {type: trace, population: A, variables: V_m, start: 1e300}}' "e.yaml:8:" "2^53 times the interval"
bad "a recorder that never gets on" 65 '$a record: {p: {type: rate, population: A, interval: 1e-300}}' "e.yaml:8:" "more than 2^53 intervals"
ok "a restart mark later than all time is fine" status 0 ictus run e.yaml --no-output --quiet --set run.restart_mark=1e300 --set record.p.interval=1

# standard files that are closed do not become result files, and what could not be printed is told
base >e.yaml
closed () { "$@" <&- >&- 2>said; }
ok "nowhere to print to: status 74" status 74 closed ictus run e.yaml -o out --overwrite --summary --quiet
ok "which is told" grep "cannot write to standard output" said
test ! -e /dev/full || ok "a full disk behind the output is told" sh -c "\"$ICTUS_BIN\" models 2>&1 >/dev/full | grep 'No space'"
ok "and the result is whole" h5ls out/results.h5
rm -rf out

ok "missing experiment: status 74" status 74 ictus run missing.yaml -o out
ok "missing experiment is named" says "missing.yaml"
base >e.yaml
ok "unwritable output folder: status 74" status 74 ictus run e.yaml -o e.yaml/out --quiet
ok "it is named" says "e.yaml/out"
ok "on three ranks too, without a hang: status 74" status 74 on 3 "$ICTUS_BIN" run e.yaml -o /proc/nowhere --quiet
ok "one message from three ranks" test "`grep -c '^ictus: ' stderr`" = 1
ok "--set with an unknown key: status 65" status 65 ictus run e.yaml -o out --quiet --set run.t_stopp=5
ok "nearest key" says "t_stop"
ok "unknown command: status 64" status 64 ictus runn e.yaml
ok "nearest command" says "did you mean \"run\"?"
ok "unknown option: status 64" status 64 ictus run --fast e.yaml
ok "no experiment named: status 64" status 64 ictus run

printf "x' = -k*y\n" >m.ode
sed 's/iaf_psc_exp, solver: exact/m.ode/; /projections/,$d' e.yaml >m.yaml
ok "equation with an undefined name: status 65" status 65 ictus run m.yaml -o out --quiet
ok "place, line and caret" says "m.ode:1:7:"
ok "the same on three ranks" status 65 on 3 "$ICTUS_BIN" run m.yaml -o out --quiet
ok "once" test "`grep -c 'm.ode:1:7:' stderr`" = 1
printf "x' = -k*x\npar k=1 # [1/ms] rate\n" >m.ode
printf '#!/bin/sh\necho "m.c:7: error: no luck" >&2; exit 1\n' >broken-cc; chmod +x broken-cc
ok "a compiler that fails: status 69" status 69 env CC="$tmp/broken-cc" ICTUS_CACHE="$tmp/cache" "$ICTUS_BIN" run m.yaml -o out --quiet
ok "its message is passed on" says "no luck"
ok "the same model with a compiler runs" status 0 env ICTUS_CACHE="$tmp/cache" "$ICTUS_BIN" run m.yaml -o out2 --quiet

echo "this is no HDF5 file" >junk.h5
ok "unreadable HDF5 to plot: status 65" status 65 ictus plot junk.h5
ok "it is named" says "junk.h5"
sed 's/model: iaf_psc_exp, solver: exact/spike_file: junk.h5/; /projections/,$d' e.yaml >s.yaml
ok "unreadable HDF5 as spikes: status 65" status 65 on 2 "$ICTUS_BIN" run s.yaml -o out3 --quiet
ok "it is named" says "junk.h5"
finish
