"""An office at a practice portal of its own, and what the portal and the log witness."""

import csv
import json
import os
import sqlite3
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import forking
from postgres import postgres

from bots.cli import demo as door
from bots.cli.practice import Server, stop
from bots.ledger import Ledger
from bots.ledger.keys import LedgerKeys
from bots.places import Places
from bots.secrets import development_key

DATABASE = "CLAIMBOTS_STORE__DATABASE_URL"
LONGEST = 60  # seconds that a test waits for anything
LIMIT = 120  # seconds that one command of a test may take
TODAY = "2026-09-30"  # the practice portal's day


def a_run(*more, queue="pending"):
    """The words of a run at the practice portal, on its day."""
    return ("run", "--portal", "practice", "--queue", queue, "--as-of", TODAY, *more)


def claimbots(*words, environment, limit=LIMIT, first="", typed=None):
    """The command as its user types it; `first` is Python that spoils something before."""
    return forking.run(*words, environment=environment, limit=limit, first=first, typed=typed)


@dataclass
class Office:
    """A data folder, the portal that it works at, and the environment of its commands."""

    root: Path
    server: Server
    environment: dict[str, str]

    def claimbots(self, *words, first="", typed=None, **environment):
        environment = self.environment | environment
        return claimbots(*words, environment=environment, first=first, typed=typed)

    def run(self, *words, queue="pending", first="", **environment):
        return self.claimbots(*a_run(*words, queue=queue), first=first, **environment)

    def practice(self, *words):
        """What one of the portal's own commands printed."""
        command = (words[0], "--data", str(self.server.data), *words[1:])
        done = forking.run(*command, environment=os.environ, limit=LIMIT, program="bots.practice")
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ask_store(self, question):
        """Rows of the store, wherever it is."""
        if url := self.environment.get(DATABASE):
            return postgres().ask(url, question)
        with sqlite3.connect(self.root / "store.sqlite3") as store:
            return store.execute(question).fetchall()

    def witness(self):
        return json.loads(self.practice("witness"))

    def saves(self, claim):
        """How often the portal stored this claim."""
        return self.witness()["claims"].get(claim, {}).get("saves", 0)

    def dump(self):
        """All the portal's claims, without versions and times."""
        path = self.root / "dump.json"
        self.practice("witness", "--dump", str(path))
        return json.loads(path.read_text())

    def requests(self, method):
        """How many requests of a kind the portal was sent."""
        log = self.server.data / "requests.jsonl"
        lines = log.read_text().splitlines() if log.exists() else []
        return sum(json.loads(line)["method"] == method for line in lines)

    def verified(self):
        return self.claimbots("audit", "verify").returncode == 0

    def intents(self):
        return intents_of(self.root)

    def truths(self, **wanted):
        lines = (self.root / "truth.jsonl").read_text().splitlines()
        found = [json.loads(line) for line in lines]
        return [t for t in found if all(t.get(name) == value for name, value in wanted.items())]

    def that_are_corrected(self):
        """The claims, planted for it, that a shadow run would correct; changes nothing."""
        planted = [truth["claim"] for truth in self.truths(**{"class": "auto"})]
        shadow = self.run(*self.worklist(planted), "--shadow", "--json")
        assert shadow.returncode == 0, shadow.stderr
        rows = csv.reader((self.root / "worklist-outcomes.csv").open())
        return [row[0] for row in rows if row[1] == "corrected"]

    def worklist(self, claims):
        """The options of a run that takes just these claims."""
        path = self.root / "worklist.csv"
        path.write_text("claim\n" + "\n".join(claims) + "\n")
        return ("--worklist", str(path))


def until(look, what, longest=LONGEST):
    """What `look` gives as soon as it gives anything."""
    end = time.monotonic() + longest
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"no {what} in {longest} s")


@contextmanager
def an_office(root, claims, database=""):
    """A running portal with so many claims, and an office that works there.

    `database` is the address of the one that its store is in; without it that is a file.
    """
    kept = dict(os.environ)
    server = door._prepared(root, claims, 1, again=False)
    try:
        door._office(root, server.address, headed=False)
        door._put(root / "config" / "portals.yaml", "save_limit_seconds:", "1")
        made = Office(root, server, dict(os.environ))
        made.environment["CLAIMBOTS_BROWSER__DEADLINE_SECONDS"] = "4"
        if database:
            made.environment[DATABASE] = database
        os.environ.clear()
        os.environ.update(kept)
        yield made
    finally:
        os.environ.clear()
        os.environ.update(kept)
        stop(server)


def intents_of(root, origin="claimbots-office"):
    """Each intent on the log as (what it seals, its outcomes in order), by its id."""
    places = Places(root)
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
