"""A small office that has worked: a store, a log that goes with it, keys and configuration."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import forking
import store_cases
from typer.testing import CliRunner

from bots.claims import Change, ClaimRef
from bots.cli.main import app
from bots.ledger import Ledger, LedgerKeys, Outcome
from bots.places import Places
from bots.runs.lost import changes_of
from bots.secrets import development_key
from bots.store import database, records
from bots.store.facts import ChangeOutcome, ClaimOutcome, Ending, RunState, SeenRecord

REPO = Path(__file__).parents[2]
ORIGIN = "claimbots-office"
UNITS = Change("units", 1, "1", "2")
NAME = "Quimbyrton"  # the family name of every patient


@dataclass
class Office:
    """Its data folder; what a command of it says; what its log and its store know."""

    places: Places
    config: Path

    def open_log(self) -> Ledger:
        keys = LedgerKeys.load(self.places, ORIGIN, development_key(self.places))
        return Ledger.open(self.places.ledger, ORIGIN, keys)

    def says(self, *words: str, **environment: str):
        """A command in this process."""
        database.close()
        return CliRunner().invoke(app, list(words), env=environment, catch_exceptions=True)

    def command(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """A command in a process of its own, which may be killed."""
        return forking.run(*words, environment=os.environ | environment, limit=60)

    def works(self, claims: int = 3, *, is_killed: bool = False) -> str:
        """A run that saves so many claims, as a run does it: log, store, log, checkpoint."""
        database.connect(self.places)
        ledger = self.open_log()
        run = store_cases.a_run()
        ledger.append(
            "run-started", actor="dana", run=run.id,
            body={"mode": "live", "queue": "pending", "portal": "practice"},
        )  # fmt: skip
        for number in range(claims):
            self.saves(ledger, run.id, f"{run.id}-{number}")
        if not is_killed:
            ledger.append("run-ended", actor="dana", run=run.id, body={"state": "done"})
            signed = ledger.checkpoint()
            records.keep_anchor(signed.origin, signed.size, signed.text)
            records.end_run(run.id, Ending(RunState.DONE, checkpoint=signed.text))
        ledger.close_files()
        return run.id

    def saves(self, ledger: Ledger, run: str, claim: str, *, is_kept: bool = True) -> None:
        """One save: the intent and its outcome on the log, then the store."""
        intent = ledger.open_intent(
            run=run, ref=ClaimRef("practice", claim, "pending", "Ready"), kind="correct",
            actor="dana", changes=(UNITS,), checks=("mue-line",), patient=f"MRN {claim}",
        )  # fmt: skip
        ledger.close(intent, Outcome.CONFIRMED)
        if is_kept:
            seen = SeenRecord(claim, 1, ClaimOutcome.CORRECTED, patient_name=f"{NAME}, Jo")
            changes = changes_of(intent.id, (UNITS,), ("mue-line",), ChangeOutcome.CONFIRMED)
            records.keep_claim(run, seen, changes=changes)

    def on_the_log(self) -> set[tuple[str, str]]:
        """Each save that the log confirms, and the run that made it."""
        ledger = self.open_log()
        found = {
            (record.intent, record.run)
            for record in ledger.records()
            if record.kind == "outcome" and record.body["outcome"] == "confirmed"
        }
        ledger.close_files()
        return found

    def in_the_store(self) -> set[tuple[str, str]]:
        """Each confirmed save that the store has, and under which run; none of them twice."""
        from bots.store import models

        database.connect(self.places)
        rows = models.ChangeRow.objects.filter(outcome="confirmed").values_list("intent", "run_id")
        assert len(rows) == len(set(rows))
        return set(rows)

    def takes_the_key_of(self, other: Office) -> None:
        """The master key is in no backup: somebody brings it."""
        path = self.places.keys / "development.key"
        path.write_bytes((other.places.keys / path.name).read_bytes())
        path.chmod(0o600)

    def loses_its_store(self) -> None:
        database.close()
        for path in self.places.root.glob("store.sqlite3*"):
            path.unlink()


def an_office(root: Path, monkeypatch) -> Office:
    config = root / "config"
    shutil.copytree(REPO / "config", config)
    shutil.copytree(REPO / "selectors", root / "selectors")
    places = Places(root / "data").made()
    monkeypatch.setenv("CLAIMBOTS_DATA", str(places.root))
    monkeypatch.setenv("CLAIMBOTS_CONFIG", str(config))
    store_cases.a_store(places)
    return Office(places, config)
