#!/usr/bin/env python3
"""Kills the real process with SIGKILL again and again, and looks whether anything was lost, doubled or left over.

    scripts/sigkill.py                        until 1,000 kills have been made; goes on where it was interrupted
    scripts/sigkill.py --kills 50 --fresh     another number, from nothing
    scripts/sigkill.py --cleave target/debug/cleave --state /tmp/kills

Each run: `cleave simcloud` serves shop-staging's accounts, `cleave run --wait --auto-approve` moves them (its zones are not kept equal for two
days), is killed at moments drawn from the run's seed, and started with the same command, until it has been killed as often as it is to be; then it
ends undisturbed. At the end the same is looked at as in crates/cleave/tests/two_processes.rs: the run has ended, no law of simcloud is broken,
every thing was made as often as in a run that nothing disturbs, the source bucket was not emptied before the approval. Kills count once their run
has been looked at. Every process is its own child: nothing else is killed. Python's standard library only.
"""

import argparse
import collections
import datetime
import json
import os
import queue
import random
import re
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "runbooks/shop-staging"
SOURCE, TARGET, BUCKET = "111111111111", "222222222222", "shop-stg-assets"
# Ten minutes before the runbook's window opens: some steps prepare before it, and the run waits for it.
EVENING = "2026-11-21T12:50:00Z"
# Longer than an undisturbed night takes on a busy machine; what exceeds it hangs.
PATIENCE = 600


class Wrong(Exception):
    """What a run must not do."""


class Served:
    """`cleave simcloud`, until it is closed."""

    def __init__(self, cleave, seed, speed, faults):
        command = [cleave, "simcloud", "--inventory", EXAMPLE / "inventory.json", "--at", EVENING, "--speed", str(speed), "--seed", str(seed), "--faults", faults]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        said = json.loads(self.process.stdout.readline())
        self.endpoint = said["endpoint"]
        self.operator = said["credentials"]["operator"]
        self.tell(f"split/{SOURCE}/{TARGET}")
        # When they became true is compared at the end: a page cannot be told in the middle of the run's own call.
        self.tell(f"proved/{BUCKET}")
        self.tell(f"approved/{BUCKET}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def ask(self, page, data=None):
        request = urllib.request.Request(f"{self.endpoint}/_simcloud/{page}", data=data)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def tell(self, page, body=""):
        return self.ask(page, body.encode())

    def made(self):
        """How often each thing was made. Identifiers that AWS draws are left out: two of them would not be told apart as doubles."""
        made = collections.Counter()
        for effect in self.ask("effects"):
            verb = effect["operation"].split(" ")[-1]
            if verb.startswith(("Create", "Copy", "Restore", "Run")):
                of = effect["resource"].split("/", 1)[-1] if verb == "CopyObject" else ""
                made[f"{effect['account']} {effect['operation']} {of}"] += 1
        return dict(sorted(made.items()))


class UnderWay:
    """One `cleave run`, its stderr read line by line."""

    def __init__(self, cleave, served, home):
        command = [cleave, "run", home / "runbook.toml", "--world", "simcloud=" + served.endpoint.removeprefix("http://"), "--auto-approve", "--wait", "--journal", home / "m.db"]
        env = {
            "HOME": str(home), "PATH": "/usr/bin:/bin", "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ACCESS_KEY_ID": served.operator["access_key_id"], "AWS_SECRET_ACCESS_KEY": served.operator["secret_access_key"],
        }
        self.process = subprocess.Popen(command, env=env, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.lines = queue.SimpleQueue()
        self.said = collections.deque(maxlen=40)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stderr:
            self.said.append(line.rstrip())
            self.lines.put(line)
        self.lines.put(None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def lives_through(self, chance):
        """Lets it live for so many lines, or for so long; whether it is then still alive."""
        if chance.random() < 0.5:
            # The first line says that it goes on; a little more, so as not to die at a commit only.
            for _ in range(chance.randrange(1, 6)):
                if self.lines.get(timeout=PATIENCE) is None:
                    return False
            time.sleep(chance.uniform(0, 0.015))
        else:
            # From before its first look at the journal on.
            time.sleep(chance.uniform(0, 0.6))
        return self.process.poll() is None

    def end(self):
        return self.process.wait(timeout=PATIENCE)


def lasting(events):
    """What the run was to make for good, by its outputs: as `rehearsal::laws::lasting` of the product says, for what shop-staging moves."""
    source = (ROOT / "crates/cleave/src/rehearsal/laws.rs").read_text()
    actions = set(re.findall(r'"([a-z_.]+)"', re.search(r"const LASTING: .*?\];", source, re.DOTALL).group()))
    steps, outputs, names = {}, {}, set()
    for event in events:
        what = event["event"]
        if what["event"] == "run_started":
            steps = {step["id"]: step for step in what["plan"]["steps"]}
        elif what["event"] == "output_seen":
            outputs[what["step"]] = what["output"]
    for step_id, step in steps.items():
        output = outputs.get(step_id)
        if output is not None and step["action"] in actions:
            names.update(output[field] for field in ("arn", "id", "name", "bucket", "image") if isinstance(output.get(field), str))
            names.add(step["resource"]["name"])
    return sorted(names)


def time_of(text):
    return datetime.datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text).replace("Z", "+00:00"))


def look(cleave, served, home, undisturbed):
    """Everything has moved, nothing was made twice, and nothing is left over."""
    exported = subprocess.run([cleave, "journal", "export", "--journal", home / "m.db"], capture_output=True, text=True, check=True).stdout
    events = [json.loads(line) for line in exported.splitlines()]
    if events[-1]["event"] != {"event": "run_ended", "verdict": "completed"}:
        raise Wrong(f"its last event is {events[-1]}")
    broken = served.tell("end", json.dumps(lasting(events)))
    if broken:
        raise Wrong(f"laws were broken: {json.dumps(broken, indent=1)}")
    made = served.made()
    if undisturbed is not None and made != undisturbed:
        differs = [f"{what}: {made.get(what, 0)} times, undisturbed {undisturbed.get(what, 0)}" for what in sorted(made.keys() | undisturbed) if made.get(what, 0) != undisturbed.get(what, 0)]
        raise Wrong("lost or doubled:\n  " + "\n  ".join(differs))
    approved = next(event["at"] for event in events if event["event"]["event"] == "gate_approved" and event["event"]["gate"] == f"hand-over:{BUCKET}")
    emptied = next(e["at"] for e in served.ask("effects") if e["account"] == SOURCE and e["operation"] == "s3 DeleteObject" and e["resource"].startswith(BUCKET))
    # The two clocks run apart by what one answer takes.
    if time_of(emptied) + datetime.timedelta(minutes=1) < time_of(approved):
        raise Wrong(f"emptied at {emptied}, approved at {approved}")
    return made


def carry_out(options, seed, kills_wanted, undisturbed):
    """One run, killed at most so often; how often it was, and what it made."""
    home = options.state / f"run-{seed}"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    before, after = (EXAMPLE / "runbook.toml").read_text().split("[[zone]]", 1)
    (home / "runbook.toml").write_text(f"{before}[[zone]]\nequal_for = 0{after}")
    shutil.copy(EXAMPLE / "inventory.json", home)
    chance = random.Random(seed)
    kills = 0
    with Served(options.cleave, seed, options.speed, "none") as served:
        while True:
            with UnderWay(options.cleave, served, home) as run:
                if kills < kills_wanted and run.lives_through(chance):
                    run.process.kill()
                    if run.process.wait() == -9:
                        kills += 1
                        continue
                code = run.end()
                if code != 0:
                    raise Wrong(f"it left with {code} after {kills} kills:\n  " + "\n  ".join(run.said))
            break
        made = look(options.cleave, served, home, undisturbed)
    shutil.rmtree(home)
    return kills, made


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=1000, help="how many in all (1000)")
    parser.add_argument("--per-run", type=int, default=60, help="at most so many in one run (60)")
    parser.add_argument("--speed", type=float, default=400, help="of simcloud's clock (400)")
    parser.add_argument("--cleave", type=Path, default=ROOT / "target/release/cleave", help="the binary (target/release/cleave)")
    parser.add_argument("--state", type=Path, default=ROOT / "target/sigkill", help="a folder for what was done so far and for the run under way")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin no other run after so many")
    parser.add_argument("--fresh", action="store_true", help="forget what was done so far")
    options = parser.parse_args()
    options.cleave, options.state = options.cleave.resolve(), options.state.resolve()
    if not options.cleave.exists():
        sys.exit(f"{options.cleave} is not there: cargo build --release, or --cleave")
    options.state.mkdir(parents=True, exist_ok=True)
    kept = options.state / "state.json"
    state = {"kills": 0, "runs": 0, "next_seed": 1, "seconds": 0.0, "undisturbed": None}
    if kept.exists() and not options.fresh:
        state = json.loads(kept.read_text())

    def keep():
        written = kept.with_suffix(".new")
        written.write_text(json.dumps(state, indent=1))
        os.replace(written, kept)

    began = time.monotonic()
    if state["undisturbed"] is None:
        _, state["undisturbed"] = carry_out(options, 0, 0, None)
        keep()
        print(f"undisturbed: {sum(state['undisturbed'].values())} things made, in {time.monotonic() - began:.0f} s", flush=True)
    while state["kills"] < options.kills and time.monotonic() - began < options.seconds:
        seed, begun = state["next_seed"], time.monotonic()
        try:
            kills, _ = carry_out(options, seed, min(options.per_run, options.kills - state["kills"]), state["undisturbed"])
        except (Wrong, subprocess.TimeoutExpired) as wrong:
            print(f"run {seed} FAILED: {wrong}\nits journal is {options.state / f'run-{seed}' / 'm.db'}; the same command tries it again")
            return 1
        state["kills"] += kills
        state["runs"] += 1
        state["next_seed"] += 1
        state["seconds"] += time.monotonic() - begun
        keep()
        print(f"run {seed}: killed {kills} times, nothing lost, doubled or left over; {state['kills']} kills in {state['runs']} runs, {state['seconds']:.0f} s", flush=True)
    print(f"{state['kills']} of {options.kills} kills in {state['runs']} runs, {state['seconds']:.0f} s: nothing lost, doubled or left over")
    return 0 if state["kills"] >= options.kills else 5


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted; the same command goes on")
