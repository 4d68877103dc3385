#!/usr/bin/env python3
"""Rehearses one runbook on seed after seed, and goes on where it was interrupted.

    scripts/soak.py runbooks/shop-staging/runbook.toml                      harsh seeds from 1 on, until a seed fails or somebody interrupts it
    scripts/soak.py runbooks/three-products/runbook.toml --to 1000 --chunk 10
    scripts/soak.py RUNBOOK --faults hostile --cleave target/debug/cleave --seconds 3600
    scripts/soak.py RUNBOOK --from 40001                                    behind the seeds that docs/seeds.md has already

Chunks of seeds, each one `cleave rehearse --seeds A..B --json`; what was done is kept in a file after each chunk, beside the digests of binary,
runbook, inventory and the first seed: with another program or plan the seeds are others, and it begins anew. A seed that fails is shrunk by the
command itself; what is left of it and the command that repeats it are printed, and it stops (exit 8), also when it is started again, until --past-failure.
Python's standard library only.
"""

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTHING = {"runs": 0, "completed": 0, "stopped_safe": 0, "laws_broken": 0, "failed_seeds": [], "seconds": 0.0, "cpu_seconds": 0.0, "longest_night": 0.0}


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def cpu_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def figures(state):
    return (
        f"seeds {state['of']['first_seed']} to {state['next_seed'] - 1}: {state['runs']} runs, {state['completed']} completed, {state['stopped_safe']} stopped safe, "
        f"{state['laws_broken']} laws broken, {len(state['failed_seeds'])} seeds failed, {state['seconds']:.0f} s, {state['cpu_seconds']:.0f} CPU-s, longest night {state['longest_night'] / 3600:.1f} h"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runbook", type=Path)
    parser.add_argument("--inventory", type=Path, help="what exists in the accounts (inventory.json beside the runbook)")
    parser.add_argument("--faults", default="harsh", choices=["none", "usual", "harsh", "hostile"])
    parser.add_argument("--from", type=int, default=1, dest="first_seed", help="the first seed (1)")
    parser.add_argument("--to", type=int, default=100_000, help="the last seed (100000)")
    parser.add_argument("--chunk", type=int, default=20, help="seeds in one command: what an interruption loses at most (20)")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin no other chunk after so many")
    parser.add_argument("--cleave", type=Path, default=ROOT / "target/release/cleave", help="the binary (target/release/cleave)")
    parser.add_argument("--state", type=Path, help="the file (target/soak-MIGRATION-FAULTS.json)")
    parser.add_argument("--past-failure", action="store_true", help="go on behind a seed that failed")
    options = parser.parse_args()
    if not options.cleave.exists():
        sys.exit(f"{options.cleave} is not there: cargo build --release, or --cleave")
    inventory = options.inventory or options.runbook.with_name("inventory.json")
    kept = options.state or ROOT / f"target/soak-{options.runbook.resolve().parent.name}-{options.faults}.json"
    of = {"binary": digest(options.cleave), "runbook": digest(options.runbook), "inventory": digest(inventory), "faults": options.faults, "first_seed": options.first_seed}
    state = {"of": of, "next_seed": options.first_seed, **NOTHING, "failed_seeds": []}
    if kept.exists():
        before = json.loads(kept.read_text())
        if before["of"] == of:
            state = before
        else:
            print(f"another program, plan or first seed than that of {kept}: begins anew; before: {figures(before)}", flush=True)
            os.replace(kept, kept.with_suffix(".before.json"))

    def keep():
        kept.parent.mkdir(parents=True, exist_ok=True)
        written = kept.with_suffix(".new")
        written.write_text(json.dumps(state, indent=1))
        os.replace(written, kept)

    if state["failed_seeds"] and not options.past_failure:
        print(f"a seed has failed; --past-failure goes on behind it\n{state['failed_seeds'][-1]['told']}\n{figures(state)}")
        return 8
    began = time.monotonic()
    cpu_before = state["cpu_seconds"]
    while state["next_seed"] <= options.to and time.monotonic() - began < options.seconds:
        first, last = state["next_seed"], min(options.to, state["next_seed"] + options.chunk - 1)
        command = [str(options.cleave), "rehearse", str(options.runbook), "--inventory", str(inventory), "--seeds", f"{first}..{last}", "--faults", options.faults, "--json"]
        begun = time.monotonic()
        # Its lines of each seed are of use only where it fails: then the JSON holds them, and more.
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode not in (0, 8):
            print(f"{' '.join(command)}\nleft with {done.returncode}:\n{done.stderr[-4000:]}")
            return 1
        told = json.loads(done.stdout)
        state["runs"] += told["runs"]
        state["completed"] += told["completed"]
        state["stopped_safe"] += told["runs"] - told["completed"] - told["bad"] if options.faults == "hostile" else 0
        state["laws_broken"] += told["laws_broken"]
        state["seconds"] += time.monotonic() - begun
        state["cpu_seconds"] = cpu_before + cpu_of_children()
        state["longest_night"] = max(state["longest_night"], told["virtual_seconds"]["max"])
        state["next_seed"] = last + 1
        if told["bad"]:
            seed, shrunk = told["lowest_bad"], told["shrunk"]
            again = shrunk["command"] if shrunk else f"cleave rehearse {options.runbook} --inventory {inventory} --seed {seed} --faults {options.faults}"
            lines = [f"seed {seed} FAILED, {told['bad']} of {first}..{last} in all; to see it again: {again}"]
            lines += [f"  {broken['what']}" for broken in told["law_violations"] if broken["seed"] == seed]
            lines += [json.dumps(shrunk, indent=1)] if shrunk else []
            state["failed_seeds"].append({"seed": seed, "told": "\n".join(lines)})
            keep()
            print("\n".join(lines))
            print(figures(state))
            if not options.past_failure:
                return 8
            continue
        keep()
        print(figures(state), flush=True)
    return 8 if state["failed_seeds"] else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted; the same command goes on")
