#!/usr/bin/env bash
# A release: scripts/package.sh [TARGET [PROFILE]] leaves in target/package/ an archive with one binary, a Debian package and their checksums.
# Both hold completions, manual pages, the schemas, docs, and the licences of all that is linked in.
# TARGET x86_64-unknown-linux-musl, if none is given: static, runs on every Linux of that processor. It needs Debian's musl-tools and, of
# Rust, `rustup target add x86_64-unknown-linux-musl`; docs/dependencies.md says what was tried. x86_64-unknown-linux-gnu: against this
# machine's glibc, and runs where that is as new: to be built on the oldest Debian that it is for.
# PROFILE dev packs what `cargo build` has made: to see that the files lie where they should, in a minute.
set -euo pipefail
cd "$(dirname "$0")/.."

target="${1:-x86_64-unknown-linux-musl}"
profile="${2:-release}"
host="$(rustc -vV | sed -n 's/^host: //p')"
say() { printf '\n== %s\n' "$1"; }

case "$target" in
  *-musl)
    if ! command -v musl-gcc >/dev/null; then
      say "a C compiler for musl, for SQLite and the TLS library"
      apt-get update -q && apt-get install -y -q musl-tools
    fi
    if command -v rustup >/dev/null; then rustup target add "$target"; fi
    # Both C libraries are compiled by the cc crate, which takes the compiler from here.
    export "CC_${target//-/_}=musl-gcc"
    ;;
  *)
    if ! command -v dpkg-shlibdeps >/dev/null; then
      say "what tells a package's dependencies"
      apt-get update -q && apt-get install -y -q dpkg-dev
    fi
    ;;
esac
if ! cargo deb --version >/dev/null 2>&1; then
  say "cargo-deb"
  cargo install cargo-deb --locked --version 3.8.0
fi

# The host's own builds lie where `cargo build` puts them, so that nothing is compiled twice.
where=()
built="${CARGO_TARGET_DIR:-target}"
if [ "$target" != "$host" ]; then
  where=(--target "$target")
  built="$built/$target"
fi
case "$profile" in dev) built="$built/debug" ;; *) built="$built/$profile" ;; esac

say "cleave for $target, profile $profile"
cargo build --locked --package cleave --bin cleave --profile "$profile" "${where[@]}"
cleave="$built/cleave"
case "$target" in
  *-musl)
    if readelf --dynamic "$cleave" | grep NEEDED; then
      echo "the binary is not static" >&2
      exit 1
    fi
    ;;
  *) echo "the newest symbols of glibc that it needs: $(readelf --dyn-syms --wide "$cleave" | grep -o 'GLIBC_[0-9.]*' | sort --unique --version-sort | tail -n 1)" ;;
esac

say "what it says of itself"
# crates/cleave/Cargo.toml names this folder, whatever cargo's own is.
made=target/package/made
rm -rf target/package
mkdir -p "$made"/{completions,schema}
for shell in bash zsh fish; do "$cleave" completions "$shell" >"$made/completions/cleave.$shell"; done
for file in runbook inventory report; do "$cleave" schema "$file" >"$made/schema/$file.schema.json"; done
"$cleave" man --into "$made/man"
scripts/notices.py "$target" >"$made/NOTICES"

say "the Debian package"
cargo deb --package cleave --no-build --profile "$profile" "${where[@]}" --output target/package/

say "the archive"
version="$("$cleave" --version | cut -d ' ' -f 2)"
name="cleave-$version-$target"
mkdir "target/package/$name"
install -m 755 "$cleave" "target/package/$name/cleave"
if [ "$profile" = release ]; then strip "target/package/$name/cleave"; fi
cp -r "$made"/. LICENSE README.md CHANGELOG.md docs runbooks "target/package/$name/"
# The same files give the same archive, whenever it is packed.
tar --create --gzip --file "target/package/$name.tar.gz" --directory target/package \
  --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$(git log -1 --format=%ct)" "$name"
rm -rf "target/package/$name" "$made"
(cd target/package && sha256sum -- *.deb *.tar.gz | tee SHA256SUMS)
