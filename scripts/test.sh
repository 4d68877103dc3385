#!/usr/bin/env bash
# Everything that must hold, on a fresh machine: sets up what is missing, then formats, lints, tests, documents, checks licences.
# Needs a Rust toolchain; Debian's packages are fetched where they are missing and this user may install them.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\n== %s\n' "$1"; }

if ! command -v cc >/dev/null; then
  say "a C compiler, for SQLite and the TLS library"
  apt-get update -q && apt-get install -y -q build-essential
fi

if ! command -v dig >/dev/null; then
  say "dig, which asks the name servers of a served simcloud; without it that one test is skipped"
  apt-get update -q && apt-get install -y -q bind9-dnsutils || echo "dig cannot be installed"
fi

# Not optimised: it runs for a second, and compiles in a third of the time; beside everything else, as a build leaves a core idle now and then.
deny_built=""
if ! command -v cargo-deny >/dev/null; then
  say "cargo-deny is built in the background"
  deny_log=$(mktemp)
  nice cargo install cargo-deny --locked --version 0.20.2 --debug >"$deny_log" 2>&1 &
  deny_built=$!
  trap 'kill "$deny_built" 2>/dev/null || true' EXIT
fi

say "format"
cargo fmt --all --check

# What the compiler keeps for the next time costs a tenth of this repository's own crates, where all is compiled for the first.
[ -d "${CARGO_TARGET_DIR:-target}/debug/incremental" ] || export CARGO_INCREMENTAL=0

# One build for all three: cargo clippy and cargo doc would each have every crate that is depended on checked anew.
say "lints, tests, documentation"
export RUSTC_WORKSPACE_WRAPPER="$PWD/scripts/lint_and_compile.sh" RUSTDOC="$PWD/scripts/test_and_document.sh"
cargo test --workspace --locked

say "benches are linted and can be built"
cargo build --workspace --benches --locked
unset RUSTC_WORKSPACE_WRAPPER RUSTDOC

say "licences, bans, sources, advisories"
if [ -n "$deny_built" ] && ! wait "$deny_built"; then
  cat "$deny_log"
  exit 1
fi
cargo deny --all-features check licenses bans sources
# The advisory database lies in a git repository that not every machine reaches: without it this one check is skipped, and said so.
if ! cargo deny check advisories; then
  if cargo deny fetch db >/dev/null 2>&1; then exit 1; fi
  echo "the advisory database cannot be reached: advisories were NOT checked"
fi

say "all passed"
