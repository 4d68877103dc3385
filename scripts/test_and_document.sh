#!/usr/bin/env bash
# What cargo calls in rustdoc's place (RUSTDOC, set by test.sh): runs a crate's documentation tests, then writes its documentation, private items among
# it, in which no link may be broken. `cargo doc` does the latter and has every one of AWS's crates looked through once more before it.
set -euo pipefail
rustdoc "$@"

arguments=() crate=""
while [ $# -gt 0 ]; do
  case $1 in
    --crate-name) crate=$2 && arguments+=("$1") ;;
    --test) ;;
    --test-run-directory | --test-builder | --test-runtool) shift ;;
    --test-run-directory=* | --error-format=* | --no-run | --nocapture) ;;
    *) arguments+=("$1") ;;
  esac
  shift
done
[ -n "$crate" ] || exit 0
rustdoc "${arguments[@]}" -D warnings --document-private-items --out-dir "${CARGO_TARGET_DIR:-target}/doc"
