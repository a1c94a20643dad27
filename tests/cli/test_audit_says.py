"""What a compliance officer reads off the audit log: who, which claim, what, why; stop, go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ledger.ledgers import a_log, filled
from typer.testing import CliRunner

from bots.claims import Change, ClaimRef
from bots.cli.main import app
from bots.config import load_settings
from bots.errors import Problem
from bots.ledger import Outcome
from bots.store import brake

REPO = Path(__file__).parents[2]


@pytest.fixture
def office(tmp_path, monkeypatch):
    """A log with two corrections, one of them approved by a person."""
    monkeypatch.setenv("CLAIMBOTS_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("CLAIMBOTS_CONFIG", str(REPO / "config"))
    log = a_log(tmp_path / "data", load_settings(REPO / "config").ledger.origin)
    filled(log, pairs=1)
    ledger = log.open()
    ledger.append(
        "run-started", actor="bot", run="R-1", body={"queue": "approved", "mode": "live"}
    )
    intent = ledger.open_intent(
        run="R-1", ref=ClaimRef("practice", "C77", "approved", "Ready"), kind="correct",
        actor="bot", changes=(Change("units", 1, "1", "2"),), checks=("mue-line",),
        reason="the chart of Jo Quimby", policy="2026-09", body={"decided_by": "dana"},
    )  # fmt: skip
    ledger.close(intent, Outcome.CONFIRMED)
    ledger.append("run-ended", actor="bot", run="R-1", body={"state": "done", "claims": 1})
    return log


def said(*words: str):
    return CliRunner().invoke(app, list(words), env={"COLUMNS": "250"})


def rows(*words: str) -> list[str]:
    return said(*words).stdout.splitlines()[1:]


def test_every_record_of_a_claim_names_it_with_who_decided_and_by_which_policy(office):
    started, intent, outcome, ended = rows("audit", "tail", "-n", "4")
    assert "C77" in intent
    assert "bot, decided by dana" in intent
    assert "policy 2026-09" in intent
    assert "the chart of Jo Quimby" in intent
    assert "C77" in outcome
    assert "R-1, approved, live" in started
    assert "R-1, done, claims 1" in ended


def test_masked_leaves_out_the_claim_the_values_and_what_a_person_typed(office):
    shown = said("audit", "tail", "--masked").stdout
    for word in ("C77", "1 → 2", "Quimby"):
        assert word not in shown
    assert "one unit too many" in shown  # the policy's own words


def test_a_record_that_seals_nothing_has_null_in_json(office):
    (line,) = said("audit", "tail", "-n", "1", "--json").stdout.splitlines()
    told = json.loads(line)
    assert (told["kind"], told["sealed"]) == ("run-ended", None)


def test_stop_and_go_are_on_the_log_with_who_and_why(office):
    before = office.open().size
    assert "writing is stopped;" in said("stop", "--reason", "Jo Quimby called").stdout
    assert "writing is stopped (by " in said("stop").stdout
    assert "writing may begin again" in said("go").stdout
    assert "writing was not stopped" in said("go").stdout
    stopped, gone = list(office.open().records())[before:]
    assert (stopped.kind, gone.kind) == ("stop", "go")
    assert b"Quimby called" not in office.segment.read_bytes()
    assert "Jo Quimby called" in said("audit", "tail", "-n", "2").stdout
    assert office.verify().good


def test_a_log_that_cannot_be_written_does_not_keep_anyone_from_stopping(office, monkeypatch):
    def broken(*_args, **_more):
        raise Problem("the audit log is broken")

    monkeypatch.setattr("bots.ledger.Ledger.open", broken)
    done = said("stop")
    assert done.exit_code == 0
    assert "not on the audit log: the audit log is broken" in done.stderr
    assert brake.is_stopped(office.places)


def test_a_brake_that_was_only_touched_names_nobody(office):
    brake.brake_file(office.places).touch()
    assert "writing is stopped; `claimbots go`" in said("stop").stdout


def test_stop_in_a_folder_without_a_log_makes_none(tmp_path, monkeypatch):
    monkeypatch.setenv("CLAIMBOTS_DATA", str(tmp_path / "new"))
    assert said("stop").exit_code == 0
    assert not list((tmp_path / "new" / "ledger").iterdir())
    assert not list((tmp_path / "new" / "keys").iterdir())
