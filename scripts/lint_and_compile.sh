#!/usr/bin/env bash
# What cargo calls in rustc's place for this repository's own crates (RUSTC_WORKSPACE_WRAPPER, set by test.sh): compiles, then lints what it has
# compiled. `cargo clippy` does the same and has every one of AWS's crates looked through once more before it: nine minutes of two cores.
set -euo pipefail
"$@"

# Cargo also asks for versions and settings; only what makes a crate is linted.
arguments=() crate=""
while [ $# -gt 0 ]; do
  case $1 in
    --crate-name) crate=$2 && arguments+=("$1") ;;
    --emit=*) arguments+=(--emit=metadata) ;;
    # Where the compiled crate lies, in what form cargo is told of it, and what is kept for the next time.
    --out-dir) shift ;;
    --error-format=* | --json=*) ;;
    -C) if [[ $2 == incremental=* ]]; then shift; else arguments+=("$1"); fi ;;
    *) arguments+=("$1") ;;
  esac
  shift
done
case $crate in
  "" | ___ | build_script_*) exit 0 ;;
esac
thrown_away=$(mktemp -d)
trap 'rm -rf "$thrown_away"' EXIT
clippy-driver "${arguments[@]}" --out-dir "$thrown_away" -D warnings
