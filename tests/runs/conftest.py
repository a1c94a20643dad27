"""An office at a practice portal of its own, and what the portal and the log witness."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from bots.cli import demo as door
from bots.cli.practice import Server, ask, stop
from bots.ledger import Ledger
from bots.ledger.keys import LedgerKeys
from bots.places import Places
from bots.secrets import development_key

CLAIMS = 200
LIMIT = 120  # seconds that one command of a test may take


@dataclass
class Office:
    """A data folder, the portal that it works at, and the environment of its commands."""

    root: Path
    server: Server
    environment: dict[str, str]

    def claimbots(self, *words, **environment):
        return subprocess.run(
            [sys.executable, "-c", "from bots.cli import main; main()", *words],
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )

    def run(self, *words, **environment):
        return self.claimbots(
            "run", "--portal", "practice", "--queue", "pending", "--as-of", "2026-09-30",
            *words, **environment,
        )  # fmt: skip

    def practice(self, *words):
        return ask(self.server.data, *words)

    def written(self, claim):
        """How often the portal stored this claim, and how many notes it got."""
        facts = json.loads(self.practice("witness"))["claims"]
        return facts.get(claim, {"saves": 0, "notes": 0})

    def posts(self):
        """How often something was sent to the portal, such as a typed password."""
        log = self.server.data / "requests.jsonl"
        lines = log.read_text().splitlines() if log.exists() else []
        return sum(json.loads(line)["method"] == "POST" for line in lines)

    def verified(self):
        return self.claimbots("audit", "verify").returncode == 0

    def intents(self):
        return ledger_intents(self.root)


def ledger_intents(root):
    """Each intent on the log as (what it seals, its outcomes in order), by its id."""
    places = Places(root)
    origin = "claimbots-office"
    keys = LedgerKeys.load(places, origin, development_key(places))
    ledger = Ledger.open(places.ledger, origin, keys)
    found = {}
    try:
        for record in ledger.records():
            if record.kind == "intent":
                found[record.intent] = (ledger.unseal(record), [])
            elif record.kind == "outcome":
                found[record.intent][1].append(record.body["outcome"])
    finally:
        ledger.close_files()
    return found


@pytest.fixture(scope="session")
def open_office(tmp_path_factory):
    root = tmp_path_factory.mktemp("runs") / "demo"
    kept = dict(os.environ)
    server = door._prepared(root, CLAIMS, 1, again=False)
    try:
        door._office(root, server.address, headed=False)
        door._put(root / "config" / "portals.yaml", "save_limit_seconds:", "1")
        made = Office(root, server, dict(os.environ))
        made.environment["CLAIMBOTS_BROWSER__DEADLINE_SECONDS"] = "3"
        os.environ.clear()
        os.environ.update(kept)
        yield made
    finally:
        os.environ.clear()
        os.environ.update(kept)
        stop(server)


@pytest.fixture
def office(open_office):
    """The office, with the portal as it was seeded."""
    open_office.practice("reset")
    yield open_office
    open_office.practice("faults", "clear")


@pytest.fixture(scope="session")
def claim(open_office):
    """A pending claim with a defect that the bot corrects by itself."""
    lines = (open_office.root / "truth.jsonl").read_text().splitlines()
    numbers = [t["claim"] for t in map(json.loads, lines) if t["class"] == "auto"]
    for number in numbers:
        done = open_office.run("--claim", number, "--shadow", "--json")
        assert done.returncode == 0, done.stderr
        if json.loads(done.stdout.splitlines()[-1])["counts"]["would_save"]:
            return number
    raise AssertionError("no claim to correct was planted")


@pytest.fixture(scope="session")
def killed():
    return -signal.SIGKILL
