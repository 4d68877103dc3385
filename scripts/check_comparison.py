#!/usr/bin/env python3
"""Has two engines that this tool knows nothing of read and run the query that compares inventory reports in Athena.

    pip install sqlglot duckdb && python3 scripts/check_comparison.py

sqlglot parses it in Athena's and Trino's dialects; duckdb runs it over made-up reports, and what it says of each key is compared with what
was made up. simcloud runs the same text in SQLite (`tests/tests/reports_and_athena.rs`).
"""

import pathlib

import duckdb
import sqlglot

FOLDER = pathlib.Path(__file__).parent.parent / "crates/moves/src/bucket"
THAWED = "CASE WHEN o.class IN ('GLACIER', 'DEEP_ARCHIVE') THEN 'STANDARD' ELSE o.class END"
COLUMNS = "bucket key version_id is_latest is_delete_marker size last_modified_date e_tag storage_class is_multipart_uploaded encryption_status"


def entry(key, second, latest, size=1, etag="e", storage="STANDARD", encryption="SSE-S3"):
    at = f"2026-11-22T22:00:{second:02}.000Z"
    return ["b", key, "", latest, "false", str(size), at, etag, storage, "false", encryption]


def marker(key, second, latest):
    return ["b", key, "v", latest, "true", "", f"2026-11-22T22:00:{second:02}.000Z", "", "", "", ""]


# Key: the original's entries, the copy's, and what is to be said of it.
CASES = {
    "same": ([entry("same", 1, "true")], [entry("same", 9, "true")], {}),
    "history": (
        [entry("history", 1, "false", 1, "x"), marker("history", 2, "false"), entry("history", 3, "true", 2, "y")],
        [entry("history", 4, "false", 1, "x"), marker("history", 5, "false"), entry("history", 6, "true", 2, "y")],
        {},
    ),
    "marker": ([marker("marker", 1, "true")], [marker("marker", 2, "true")], {}),
    "swapped": (
        [entry("swapped", 1, "false", 1, "x"), entry("swapped", 2, "true", 2, "y")],
        [entry("swapped", 1, "false", 2, "y"), entry("swapped", 2, "true", 1, "x")],
        {"size": 2},
    ),
    "tie": (
        [entry("tie", 1, "false"), entry("tie", 1, "true")],
        [entry("tie", 1, "false"), entry("tie", 2, "true")],
        {"order not told": 2},
    ),
    "kind": ([entry("kind", 1, "true")], [marker("kind", 1, "true")], {"kind": 1}),
    "missing": ([entry("missing", 1, "true")], [], {"missing": 1}),
    "surplus": ([], [entry("surplus", 1, "true")], {"surplus": 1}),
    "thawed": ([entry("thawed", 1, "true", storage="GLACIER")], [entry("thawed", 2, "true")], {}),
    "colder": ([entry("colder", 1, "true", storage="STANDARD_IA")], [entry("colder", 2, "true")], {"storage class": 1}),
    "etag": ([entry("etag", 1, "true")], [entry("etag", 1, "true", etag="f")], {"content not told": 1}),
    "key": (
        [entry("key", 1, "true", encryption="SSE-KMS")],
        [entry("key", 1, "true", encryption="SSE-KMS")],
        {"content not told": 1},
    ),
}


def main():
    text = (FOLDER / "compare_reports.sql").read_text()
    query = text.replace("{database}", "db").replace("{wanted_class}", THAWED)
    for dialect in ("athena", "trino"):
        parsed = sqlglot.parse_one(query, dialect=dialect)
        print(f"{dialect}: parsed, {len(list(parsed.find_all(sqlglot.exp.CTE)))} named parts")
    engine = duckdb.connect()
    engine.execute("CREATE SCHEMA db")
    for place, table in enumerate(("original", "copied")):
        columns = ", ".join(f"{name} VARCHAR" for name in COLUMNS.split())
        engine.execute(f"CREATE TABLE db.{table} ({columns})")
        for case in CASES.values():
            for row in case[place]:
                engine.execute(f"INSERT INTO db.{table} VALUES ({', '.join('?' * len(row))})", row)
    run = sqlglot.transpile(query, read="trino", write="duckdb")[0]
    found = {key: {} for key in CASES}
    equal = None
    for how, key, entries, _markers, _bytes in engine.execute(run).fetchall():
        if how == "equal":
            equal = entries
        else:
            found[key][how] = entries
    wanted = {key: case[2] for key, case in CASES.items()}
    assert found == wanted, {key: (found[key], wanted[key]) for key in CASES if found[key] != wanted[key]}
    assert equal == 6, equal
    print(f"duckdb: {len(CASES)} keys as they were made up, {equal} entries equal")


main()
