"""A little office at the practice portal, as `claimbots demo` makes one."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bots.cli import demo as door
from bots.cli.practice import Server, ask, stop

CLAIMS = 400


@dataclass
class Office:
    root: Path
    server: Server
    environment: dict[str, str] = field(default_factory=dict)

    def claimbots(self, *words, **environment):
        return subprocess.run(
            [sys.executable, "-c", "from bots.cli import main; main()", *words],
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def run(self, *words, queue="pending", **environment):
        return self.claimbots(
            "run", "--portal", "practice", "--queue", queue, "--as-of", "2026-09-30",
            *words, **environment,
        )  # fmt: skip

    def witness(self):
        return json.loads(ask(self.server.data, "witness"))

    def saves_of(self, claim):
        return self.witness()["claims"].get(claim, {}).get("saves", 0)

    def fault(self, *words):
        ask(self.server.data, "faults", *words)

    def clear(self):
        ask(self.server.data, "faults", "clear")
        ask(self.server.data, "reset")

    def truths(self, **wanted):
        lines = (self.root / "truth.jsonl").read_text().splitlines()
        found = [json.loads(line) for line in lines]
        return [t for t in found if all(t.get(name) == value for name, value in wanted.items())]


@pytest.fixture(scope="session")
def office(tmp_path_factory):
    root = tmp_path_factory.mktemp("office") / "demo"
    kept = dict(os.environ)
    server = door._prepared(root, CLAIMS, 1, again=False)
    try:
        door._office(root, server.address, headed=False)
        portals = root / "config" / "portals.yaml"
        portals.write_text(
            portals.read_text().replace("save_limit_seconds: 30", "save_limit_seconds: 1.5")
        )
        made = Office(root, server, dict(os.environ))
        made.environment["CLAIMBOTS_BROWSER__DEADLINE_SECONDS"] = "6"
        yield made
    finally:
        os.environ.clear()
        os.environ.update(kept)
        stop(server)


@pytest.fixture(scope="session")
def correctable(office):
    """A pending claim that the bot may correct by itself."""
    for truth in office.truths(**{"class": "auto"}):
        done = office.run("--claim", truth["claim"], "--shadow", "--json")
        assert done.returncode == 0, done.stderr
        if json.loads(done.stdout.splitlines()[-1])["counts"]["would_save"]:
            return truth["claim"]
    raise AssertionError("no claim to correct was planted")


@pytest.fixture
def fresh(office):
    office.clear()
    yield office
    office.clear()
