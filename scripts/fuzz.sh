#!/usr/bin/env bash
# Fuzzes what reads things from outside: scripts/fuzz.sh SECONDS [TARGET …]. Each target runs for so long, one after another, from the corpus
# that earlier runs found, which lies outside of the repository (CLEAVE_FUZZ_CORPUS). What fails is left in fuzz/artifacts/TARGET.
# The first build compiles the SDK anew, with other flags: half an hour on two busy cores.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds="${1:?scripts/fuzz.sh SECONDS [TARGET …]}"
shift
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then targets=(runbook inventory s3_xml dns_message policy_document journal); fi
corpus="${CLEAVE_FUZZ_CORPUS:-${XDG_CACHE_HOME:-$HOME/.cache}/cleave-fuzz}"

if ! command -v cargo-fuzz >/dev/null; then
  cargo install cargo-fuzz --locked --version 0.13.2
fi
# libFuzzer's counters are an unstable option of rustc. No sanitizer: unsafe code is forbidden here, and panics need none.
export RUSTC_BOOTSTRAP=1 RUSTC_WRAPPER="$PWD/scripts/fuzz_rustc.sh"
options=(--sanitizer none --codegen-units 16 --target-dir "$PWD/target/fuzz")
cargo fuzz build "${options[@]}"

for target in "${targets[@]}"; do
  mkdir -p "$corpus/$target"
  # What people write, to start from.
  case "$target" in
    runbook) for each in runbooks/*; do cp "$each/runbook.toml" "$corpus/$target/$(basename "$each").toml"; done ;;
    inventory) cp runbooks/shop-staging/inventory.json "$corpus/$target/" ;;
    s3_xml | dns_message | policy_document | journal) cp -r fuzz/seeds/"$target"/. "$corpus/$target/" ;;
  esac
  printf '\n== %s, %s s\n' "$target" "$seconds"
  cargo fuzz run "${options[@]}" "$target" "$corpus/$target" -- \
    -max_total_time="$seconds" -rss_limit_mb=4096 -timeout=20 -print_final_stats=1 -max_len=65536
done
