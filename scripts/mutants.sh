#!/usr/bin/env bash
# Mutation testing: changes one thing in the code at a time and sees whether a test notices. `cargo install cargo-mutants --locked` first.
#
#   scripts/mutants.sh CRATE [cargo-mutants options]        such as: engine · model --shard 0/4 · moves --file 'crates/moves/src/zone/*'
#   scripts/mutants.sh --summary                            what all runs so far came to, as a table
#
# A run that is cut off goes on where it was: mutants that were caught, or cannot be built, are not tried again (cargo-mutants' --iterate), and
# what was missed is, because a test may have been added. Results lie in target/mutants/CRATE, one folder for each --shard.
#
# A mutant of model or engine is judged by that crate's own tests: building everything above anew takes minutes for each. One of moves is judged by
# its unit tests; MUTANTS_WHOLE_RUNS=1 adds the small whole runs of tests/ (slow: a whole build for each mutant).
set -euo pipefail
cd "$(dirname "$0")/.."
results=target/mutants

summary() {
  echo "| crate | shard | tried | caught | missed | timeout | unviable | score |"
  echo "|---|---|---|---|---|---|---|---|"
  for folder in "$results"/*/*/mutants.out; do
    [ -d "$folder" ] || continue
    count() { cat "$folder/$1.txt" 2>/dev/null | grep -c . || true; }
    # Caught in an earlier run of --iterate: kept beside.
    kept() { cat "$folder/previously_caught.txt" 2>/dev/null | grep -c . || true; }
    caught=$(($(count caught) + $(kept))) missed=$(count missed) timeout=$(count timeout) unviable=$(count unviable)
    judged=$((caught + missed + timeout))
    score="–"
    [ "$judged" -gt 0 ] && score="$(((caught + timeout) * 1000 / judged))" && score="${score%?}.${score: -1} %"
    shard=$(basename "$(dirname "$folder")") crate=$(basename "$(dirname "$(dirname "$folder")")")
    echo "| $crate | $shard | $((judged + unviable)) | $caught | $missed | $timeout | $unviable | $score |"
  done
}

if [ "${1:-}" = "--summary" ]; then
  summary
  exit
fi
crate=${1:?a crate: engine, model, moves}
shift
shard=whole
for ((place = 1; place <= $#; place++)); do
  [ "${!place}" = "--shard" ] && next=$((place + 1)) && shard=$(tr / - <<<"${!next}")
done
judges=(--test-package "$crate")
targets=()
case $crate in
  model | engine) ;;
  *) targets=(-- --lib) ;;
esac
if [ "${MUTANTS_WHOLE_RUNS:-}" = 1 ]; then
  judges+=(--test-package whole-runs)
  # Unit tests are those whose path has "tests::" in it; filters hold for both programs.
  targets=(-- --lib --test all -- tests:: edges:: windows:: lessons::)
fi
mkdir -p "$results/$crate/$shard"
# 2: mutants were missed, 3: some ran into their time; both are results.
nice cargo mutants --package "$crate" "${judges[@]}" --iterate --jobs 1 --output "$results/$crate/$shard" --minimum-test-timeout 60 --no-shuffle \
  --colors never "$@" "${targets[@]}" || [ $? -le 3 ]
summary
