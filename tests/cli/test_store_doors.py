"""What a supervisor sees and decides at the doors to the store."""

from __future__ import annotations

import getpass
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import store_cases
import typer
from typer.testing import CliRunner

from bots.errors import Problem
from bots.places import Places
from bots.store import database

REPO = Path(__file__).parents[2]


@pytest.fixture
def office(tmp_path, monkeypatch):
    """One run of seven claims, one of each outcome, in a data folder of its own."""
    places = Places(tmp_path / "data").made()
    monkeypatch.setenv("CLAIMBOTS_DATA", str(places.root))
    monkeypatch.setenv("CLAIMBOTS_CONFIG", str(REPO / "config"))
    database.connect(places)
    run = store_cases.a_run()
    store_cases.fill(run, 7)
    store_cases.end(run)
    yield places, run
    database.close()


def asked(noun, *words):
    """What a command prints; raises what it raises."""
    import importlib

    module = importlib.import_module(f"bots.cli.{noun}")
    app = getattr(module, "app", None)
    if app is None:
        app = typer.Typer()
        app.command()(module.report)
    result = CliRunner().invoke(app, list(words), catch_exceptions=True)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_run_is_listed_and_shown_with_its_figures(office):
    _, run = office
    assert run.id in asked("runs", "list").stdout
    shown = asked("runs", "show", "last").stdout
    assert "claims seen            7" in shown
    assert "missed charges         1" in shown
    assert "claim.total: rank 2 answered 12 times" in shown
    told = json.loads(asked("runs", "show", run.id, "--json").stdout)
    assert (told["id"], told["counts"]["claims"], told["state"]) == (run.id, 7, "done")


def test_the_report_says_where_it_is(office):
    places, run = office
    said = asked("report", run.id).stdout
    assert str(places.reports / run.id / "report.html") in said
    told = json.loads(asked("report", run.id, "--json", "--masked").stdout)
    assert Path(told["html"]).is_file()
    assert told["html"].endswith(f"{run.id}-masked/report.html")


def test_a_proposal_is_shown_with_from_and_to(office):
    listed = asked("proposals", "list").stdout
    assert "P-00001" in listed
    assert "line 2 pointers: 1 2 → 2 1" in listed
    told = json.loads(asked("proposals", "list", "--json").stdout)
    assert told["changes"] == [{"field": "pointers", "line": 2, "from": "1 2", "to": "2 1"}]
    assert "raises payment" in asked("proposals", "show", "P-00001").stdout


def test_an_approval_is_on_the_audit_log_with_its_name_and_anchored(office):
    places, _ = office
    said = asked(
        "proposals", "approve", "P-00001", "--by", "dana", "--reason", "chart of Jo Quimby"
    ).stdout
    assert "P-00001 approved by dana" in said
    assert "claimbots run --portal practice --queue approved" in said

    from bots.runs.decisions import open_ledger
    from bots.store import records

    ledger = open_ledger(places, "practice")
    record = next(r for r in ledger.records() if r.kind == "approval")
    assert (record.actor, record.body["proposal"]) == ("dana", "P-00001")
    assert ledger.unseal(record)["reason"] == "chart of Jo Quimby"
    assert ledger.unseal(record)["changes"][0]["to"] == "2 1"
    anchor = records.newest_anchor(ledger.origin)
    assert anchor is not None
    assert anchor.size == record.sequence
    # What a person types may name the patient: it stands nowhere in the clear.
    assert not [p for p in places.ledger.rglob("*") if p.is_file() and b"Quimby" in p.read_bytes()]


def test_a_rejection_by_nobody_in_particular_is_the_user_s_own(office):
    asked("proposals", "reject", "P-00001", "--reason", "not in the chart")
    told = json.loads(asked("proposals", "show", "P-00001", "--json").stdout)
    assert (told["state"], told["decided_by"]) == ("rejected", getpass.getuser())
    assert asked("proposals", "list").stdout == ""
    assert "P-00001" in asked("proposals", "list", "--state", "all").stdout


def test_a_decision_is_made_once_and_only_with_a_reason(office):
    with pytest.raises(Problem, match="needs a reason"):
        asked("proposals", "approve", "P-00001", "--by", "dana")
    asked("proposals", "approve", "P-00001", "--by", "dana", "--reason", "yes")
    with pytest.raises(Problem, match="approved by dana"):
        asked("proposals", "reject", "P-00001", "--by", "lee", "--reason", "no")


def test_an_audit_log_that_cannot_be_written_leaves_the_proposal_open(office):
    places, _ = office
    from bots.config import config_folder, load_settings

    origin = load_settings(config_folder()).ledger.origin
    (places.ledger / origin).write_text("in the way")
    with pytest.raises(Problem, match="audit log is broken"):
        asked("proposals", "approve", "P-00001", "--by", "dana", "--reason", "yes")
    told = json.loads(asked("proposals", "show", "P-00001", "--json").stdout)
    assert told["state"] == "open"


def test_an_exception_says_what_to_do(office):
    assert asked("exceptions", "list").stdout.count("BUSINESS") == 2
    assert "DEADLINE" in asked("exceptions", "list", "--type", "application").stdout
    told = json.loads(asked("exceptions", "list", "--flat", "--json", "-l", "1").stdout)
    shown = asked("exceptions", "show", told["id"]).stdout
    assert "next     " in shown
    assert told["claim"] in shown


@pytest.mark.parametrize(
    ("words", "nearest"),
    [
        (("runs", "show", "R-2026"), "did you mean R-"),
        (("report", "R-2026"), "did you mean R-"),
        (("proposals", "show", "P-00009"), "did you mean P-00001"),
        (("exceptions", "show", "E-9"), "did you mean E-0000"),
        (("exceptions", "show", "G-9b2"), "did you mean G-"),
        (("exceptions", "resolve", "E-1", "--as", "dune"), "did you mean done"),
        (("proposals", "list", "--state", "opne"), "did you mean open"),
        (("exceptions", "list", "--type", "busines"), "did you mean BUSINESS"),
    ],
)
def test_a_wrong_word_is_answered_with_the_nearest(office, words, nearest):
    with pytest.raises(Problem, match=nearest):
        asked(*words)


def test_nothing_heavy_is_imported_before_a_command_runs():
    code = (
        "import sys, bots.cli.runs, bots.cli.report, bots.cli.proposals, bots.cli.exceptions;"
        "heavy = ('django', 'xlsxwriter', 'jinja2', 'cryptography');"
        "print([m for m in heavy if m in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ},
    )
    assert ran.stdout.strip() == "[]"
