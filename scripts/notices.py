#!/usr/bin/env python3
"""Prints the licences of everything that is linked into cleave: scripts/notices.py TARGET. Most of them ask that their text goes with a
binary. Texts are taken from the crates' own files, each told once with the crates that have it.."""

import json
import pathlib
import subprocess
import sys

NAMES = ("LICENSE", "LICENCE", "COPYING", "NOTICE", "COPYRIGHT", "UNLICENSE")


def cargo(*arguments: str) -> str:
    return subprocess.run(["cargo", *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def main() -> None:
    target = sys.argv[1]
    tree = ["tree", "--locked", "--package", "cleave", "--edges", "normal", "--target", target, "--prefix", "none"]
    linked = {tuple(line.split()[:2]) for line in cargo(*tree, "--format", "{p}").splitlines() if line}
    metadata = json.loads(cargo("metadata", "--locked", "--format-version", "1", "--filter-platform", target))
    texts: dict[str, list[str]] = {}
    without = []
    for package in sorted(metadata["packages"], key=lambda one: (one["name"], one["version"])):
        # Without a source it is one of this repository's own.
        if package["source"] is None or (package["name"], "v" + package["version"]) not in linked:
            continue
        crate = f"{package['name']} {package['version']} ({package['license']})"
        folder = pathlib.Path(package["manifest_path"]).parent
        files = [file for file in sorted(folder.iterdir()) if file.is_file() and file.name.upper().startswith(NAMES)]
        if not files:
            without.append(crate)
        for file in files:
            texts.setdefault(file.read_text(errors="replace").strip(), []).append(crate)
    print("cleave has the following crates linked in, under these licences.")
    for text, crates in texts.items():
        print("\n" + "=" * 78 + "\n" + "\n".join(dict.fromkeys(crates)) + "\n" + "-" * 78 + "\n" + text)
    if without:
        # The crate names its licence, but ships no text of it: the name, and whose it is, are all there is to tell.
        print("\n" + "=" * 78 + "\nWithout a text of their own in what they publish:\n" + "\n".join(without))


main()
