"""Four workers over one database, two of them killed at random moments: `make chaos-many`.

    python tests/chaos/many.py --claims 2000 --seed 1

Four portals (one practice portal under four log-ins) each have a quarter of the claims. Two of
the workers are killed with -9 while they save, and stay dead; the others go on with what they
had. Then portal, log and store are held against each other, as in the matrix. The result is a
line of `build/chaos-many.jsonl`.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import judge  # noqa: E402
from postgres import a_database  # noqa: E402
from runs.office import TODAY, an_office  # noqa: E402

ROOT = HERE.parents[1]
RESULTS = ROOT / "build" / "chaos-many.jsonl"
NAMES = ("north", "south", "east", "west")
USERS = ("biller", "biller2", "supervisor", "biller")  # who may save at the practice portal


def four_portals(office) -> None:
    """The practice portal under four names, each with a log-in of its own."""
    path = office.root / "config" / "portals.yaml"
    head, practice = path.read_text().split("portals:\n")
    people = {entry["username"]: entry for entry in json.loads(office.practice("people"))}
    entries = []
    for name, user in zip(NAMES, USERS, strict=True):
        entry = practice.replace("  practice:", f"  {name}:", 1)
        entries.append(entry.replace("credential: practice", f"credential: {name}"))
        person = people[user]
        secret = f"{person['username']}\n{person['password']}\n{person['seed']}\n"
        command = "from bots.cli import main; main()"
        subprocess.run(
            [sys.executable, "-c", command, "credentials", "set", name],
            env=office.environment, input=secret, text=True, check=True, capture_output=True,
        )  # fmt: skip
    path.write_text(f"{head}portals:\n{practice}\n" + "\n".join(entries))


def pending(office, count: int, random: Random) -> list[str]:
    """Claims of the portal's list of pending ones, those with something to correct first."""
    open_ones = {n for n, claim in office.dump().items() if claim["status"] in _NOT_SENT}
    auto = [t["claim"] for t in office.truths(**{"class": "auto"}) if t["claim"] in open_ones]
    rest = sorted(open_ones - set(auto))
    random.shuffle(rest)
    claims = [*dict.fromkeys([*auto, *rest])][:count]
    random.shuffle(claims)
    return claims


_NOT_SENT = ("Draft", "Ready for review")


def begin(office, *words: str, log: Path) -> subprocess.Popen:
    with log.open("w") as out:
        return subprocess.Popen(
            [sys.executable, "-c", "from bots.cli import main; main()", *words],
            env=office.environment, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip


def runs(office) -> list[dict]:
    said = office.claimbots("runs", "list", "--json").stdout
    return [json.loads(line) for line in said.splitlines()]


def once(office, claims: list[str], random: Random, folder: Path, longest: float) -> dict:
    """One night with its two deaths; what was wrong, and how long what took."""
    was = judge.before(office)
    began = time.monotonic()
    workers = {
        name: begin(office, "worker", "--name", name, log=folder / f"worker-{name}.log")
        for name in NAMES
    }
    asked = []
    for at, name in enumerate(NAMES):
        worklist = folder / f"{name}.csv"
        with worklist.open("w") as file:
            csv.writer(file).writerows([["claim"], *[[claim] for claim in claims[at::4]]])
        words = (
            "run", "--portal", name, "--queue", "pending", "--as-of", TODAY,
            "--worklist", str(worklist), "--pages", "1",
        )  # fmt: skip
        asked.append(begin(office, *words, log=folder / f"run-{name}.log"))
    deaths = []
    try:
        for victim in random.sample(NAMES, 2):
            share = random.uniform(0.1, 0.6)
            wait_until(lambda s=share: seen(office, was) >= s * len(claims), longest, began)
            workers[victim].kill()
            workers[victim].wait()
            deaths.append([victim, seen(office, was)])
            print(f"{victim} killed after {deaths[-1][1]} claims", file=sys.stderr, flush=True)
        wait_until(lambda: all(one.poll() is not None for one in asked), longest, began)
    finally:
        for process in (*workers.values(), *asked):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in (*workers.values(), *asked):
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
    seconds = time.monotonic() - began
    verdict = judge.judged(office, was, claims)
    done = [run for run in runs(office) if run["id"] > was.last_run]
    verdict.must(len(done) == 4, f"{len(done)} runs, and not 4")
    total = sum(run["counts"]["claims"] for run in done)
    verdict.must(total == len(claims), f"{total} claims of {len(claims)} are counted")
    verdict.must(all(run["state"] == "done" for run in done), "a run was not done")
    most = max((claim["saves"] for claim in office.witness()["claims"].values()), default=0)
    verdict.must(most <= 1, f"a claim was saved {most} times")
    return {
        "claims": len(claims),
        "writes": verdict.writes,
        "deaths": deaths,
        "seconds": round(seconds, 1),
        "wrong": verdict.faults,
    }


def seen(office, was: judge.Before) -> int:
    question = f"select count(*) from store_seenclaim where run_id > '{was.last_run}'"
    return office.ask_store(question)[0][0]


def wait_until(look, longest: float, began: float) -> None:
    while not look():
        if time.monotonic() - began > longest:
            raise SystemExit(f"no end after {longest} s")
        time.sleep(0.5)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--claims", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    random = Random(chosen.seed)
    folder = Path(tempfile.mkdtemp(prefix="claimbots-many-"))
    RESULTS.parent.mkdir(exist_ok=True)
    try:
        with an_office(folder / "demo", chosen.claims * 3, a_database()) as office:
            office.environment["CLAIMBOTS_BROWSER__DEADLINE_SECONDS"] = "30"
            office.environment["CLAIMBOTS_RUN__CORRECTIONS_PER_RUN"] = "100000"
            office.environment["CLAIMBOTS_RUN__CORRECTIONS_PER_DAY"] = "100000"
            four_portals(office)
            claims = pending(office, chosen.claims, random)
            line = {"seed": chosen.seed} | once(
                office, claims, random, folder, 900 + 3 * chosen.claims
            )
    finally:
        if not os.environ.get("CLAIMBOTS_KEEP"):
            shutil.rmtree(folder, ignore_errors=True)
    with RESULTS.open("a") as file:
        file.write(json.dumps(line) + "\n")
    print(json.dumps(line))
    return int(bool(line["wrong"]))


if __name__ == "__main__":
    raise SystemExit(main())
