#!/usr/bin/env python3
"""Has a validator that this tool knows nothing of judge the JSON Schemas, and by them every runbook, inventory and report of the repository.

    pip install jsonschema && cargo build -p cleave && python3 scripts/check_schema.py target/debug/cleave

The schemas must themselves be of draft 2020-12, every file must satisfy its own, and a field that is misspelt must not. The tests judge the
same files, and many bad ones, by a small walker of ours (`crates/model/tests/schema_walk/mod.rs`).
"""

import json
import pathlib
import subprocess
import sys
import tomllib

from jsonschema import Draft202012Validator

ROOT = pathlib.Path(__file__).parent.parent
READ = {"runbook.toml": tomllib.loads, "inventory.json": json.loads, "report.json": json.loads}


def main() -> int:
    failed = 0
    for name, read in READ.items():
        kind = name.split(".")[0]
        printed = subprocess.run([sys.argv[1], "schema", kind], check=True, stdout=subprocess.PIPE, text=True).stdout
        schema = json.loads(printed)
        Draft202012Validator.check_schema(schema)
        validator = Draft202012Validator(schema)
        files = sorted([*ROOT.glob(f"runbooks/*/{name}"), *ROOT.glob(f"crates/cleave/tests/*/{name}"), *ROOT.glob(f"crates/cleave/tests/*/*.{name}")])
        assert files, f"no {name} was found"
        for file in files:
            written = read(file.read_text())
            found = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(written)]
            # Were anything accepted, nothing would be proved by what is.
            if validator.is_valid(written | {"misspelt": 1}):
                found.append("a field that there is not is accepted")
            failed += len(found)
            print("\n".join([f"{file.relative_to(ROOT)}: {'refused' if found else 'accepted'}", *found]))
    return 1 if failed else 0


sys.exit(main())
