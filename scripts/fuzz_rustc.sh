#!/usr/bin/env bash
# Stands before rustc while the fuzz targets are compiled: the SDK's crates are linked and never fuzzed, so they get none of the fuzzer's
# counters, which would be millions to clear before each execution.
name=""
previous=""
for argument in "$@"; do
  if [ "$previous" = "--crate-name" ]; then name="$argument"; fi
  previous="$argument"
done
case "$name" in
  aws_sdk_* | aws_config | aws_lc* | aws_smithy_* | aws_runtime | s3s | hyper* | tokio | rustls* | h2)
    kept=()
    for argument in "$@"; do
      case "$argument" in
        -Cpasses=sancov-module | -Cllvm-args=-sanitizer-coverage-*) ;;
        *) kept+=("$argument") ;;
      esac
    done
    exec "${kept[@]}"
    ;;
  *) exec "$@" ;;
esac
