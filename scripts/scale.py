#!/usr/bin/env python3
"""What planning and a whole rehearsal cost over the number of resources: six in ten of them images, three databases, one a bucket.

    scripts/scale.py                        100, 300 and 1,000 resources
    scripts/scale.py 100 1000 10000
    scripts/scale.py 10000 --plan-only

Runbook and inventory are made from those of runbooks/shop-staging, in a folder that is deleted afterwards. Behind each figure stands the exponent that it
grew with since the size before: 1.0 is linear. Python's standard library only.
"""

import argparse
import copy
import json
import math
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHAPE = ROOT / "runbooks/shop-staging"
HEAD = """migration = "scale"
region    = "ap-northeast-1"
source    = { account = "111111111111", role = "cleave-source" }
target    = { account = "222222222222", role = "cleave-target", batch_role = "cleave-batch" }

[[key]]
alias = "alias/shop"

[[image]]
name = "scale-*"
"""


def named(things, name):
    return next(thing for thing in things if thing.get("id", thing.get("name")) == name)


def write(folder, size):
    """The runbook and the inventory of so many resources; gives the runbook's path."""
    inventory = json.loads((SHAPE / "inventory.json").read_text())
    source = inventory["accounts"]["111111111111"]["regions"]["ap-northeast-1"]
    database = named(source["databases"], "shop-stg")
    bucket = named(source["buckets"], "shop-stg-assets")
    image = source["images"][0]
    runbook = [HEAD]
    room = {"used": 0, "quota": 100_000}
    for account in ("111111111111", "222222222222"):
        region = inventory["accounts"][account]["regions"]["ap-northeast-1"]
        region.update(instance_slots=room, manual_snapshots=room)
    for kind in ("databases", "buckets", "images"):
        source[kind] = []
    for n in range(size):
        if n % 10 < 6:
            one = copy.deepcopy(image)
            one.update(id=f"ami-{n:017x}", name=f"scale-{n}")
            one["snapshots"][0]["id"] = f"snap-{n:017x}"
            source["images"].append(one)
        elif n % 10 < 9:
            source["databases"].append({**copy.deepcopy(database), "id": f"scale-{n}"})
            runbook.append(
                f'\n[[database]]\nid = "scale-{n}"\nrestore = {{ subnet_group = "stg-db", security_groups = ["sg-0a1b2c3d"], parameter_group = "carry" }}\n'
            )
        else:
            text = json.dumps(bucket).replace("shop-stg-assets", f"scale-{n}-assets")
            one = json.loads(text)
            one["contents"] = {"keys": 3, "versions": 4, "delete_markers": 1, "bytes": 4000, "deepest": 2}
            source["buckets"].append(one)
            runbook.append(f'\n[[bucket]]\nname = "scale-{n}-assets"\nversions = "all"\n')
    (folder / "inventory.json").write_text(json.dumps(inventory))
    path = folder / "runbook.toml"
    path.write_text("".join(runbook))
    return path


def timed(command):
    begun = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return time.monotonic() - begun, done.stdout + done.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", type=int, nargs="*", default=[100, 300, 1000])
    parser.add_argument("--plan-only", action="store_true", help="rehearse nothing")
    parser.add_argument("--cleave", type=Path, default=ROOT / "target/release/cleave", help="the binary (target/release/cleave)")
    options = parser.parse_args()
    print("| resources | steps | calls | planned in | | rehearsed in | |\n|---|---|---|---|---|---|---|", flush=True)
    before = None
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            runbook = write(Path(folder), size)
            planned, _ = timed([str(options.cleave), "plan", str(runbook), "--json"])
            rehearsed, steps, calls = None, "", ""
            if not options.plan_only:
                rehearsed, said = timed([str(options.cleave), "rehearse", str(runbook), "--seed", "1"])
                found = re.search(r"(\d+) steps, (\d+) AWS calls", said)
                steps, calls = found.groups()
        figures = (size, planned, rehearsed)

        def grew(place):
            if before is None or figures[place] is None:
                return ""
            return f"{math.log(figures[place] / before[place]) / math.log(size / before[0]):.2f}"

        shown = "" if rehearsed is None else f"{rehearsed:.1f} s"
        print(f"| {size} | {steps} | {calls} | {planned:.2f} s | {grew(1)} | {shown} | {grew(2)} |", flush=True)
        before = figures


if __name__ == "__main__":
    main()
