"""`claimbots audit`, `keys`, `credentials`: what is printed, and the exits."""

from __future__ import annotations

import json

import pytest
from ledgers import Log, a_log, edited, filled
from typer.testing import CliRunner

from bots.cli import audit, credentials, keys
from bots.errors import Problem
from bots.places import Places

ORIGIN = "door-log"


@pytest.fixture
def office(tmp_path, monkeypatch) -> Log:
    config = tmp_path / "config"
    config.mkdir()
    (config / "claimbots.yaml").write_text(f"ledger:\n  origin: {ORIGIN}\n")
    (config / "portals.yaml").write_text(
        "portals:\n  practice:\n    kind: practice\n"
        "    address: http://127.0.0.1:8000\n    credential: bot\n"
    )
    monkeypatch.setenv("CLAIMBOTS_CONFIG", str(config))
    monkeypatch.setenv("CLAIMBOTS_DATA", str(tmp_path / "data"))
    return a_log(tmp_path / "data", ORIGIN)


def run(app, *words: str, typed: str = ""):
    return CliRunner().invoke(app, list(words), input=typed, env={"COLUMNS": "200"})


def test_a_good_log_is_verified_with_its_number_of_records(office):
    filled(office, pairs=3)
    done = run(audit.app, "verify")
    assert done.exit_code == 0, done.output
    assert "audit log verified: 7 records" in done.stdout
    assert "not anchored" in done.stderr
    told = json.loads(run(audit.app, "verify", "--json").stdout)
    assert (told["records"], told["problems"], told["unanchored"]) == (7, [], 7)


def test_tampering_is_named_and_exits_1(office):
    filled(office, pairs=3)
    lines = office.lines()
    office.put([*lines[:3], edited(lines[3], actor="mallory"), *lines[4:]])
    done = run(audit.app, "verify")
    assert done.exit_code == 1
    assert "TAMPERED altered: record 4" in done.stderr
    assert "verified" not in done.stdout


def test_what_cannot_be_told_exits_2(office, tmp_path, monkeypatch):
    monkeypatch.setenv("CLAIMBOTS_LEDGER__ORIGIN", "nobody")
    done = run(audit.app, "verify")
    assert isinstance(done.exception, Problem)
    assert done.exception.exit == 2


def test_the_configured_key_is_believed_and_not_the_one_beside_the_log(
    office, tmp_path, monkeypatch
):
    filled(office, pairs=2)
    other = a_log(tmp_path / "other", ORIGIN)
    monkeypatch.setenv("CLAIMBOTS_LEDGER__PUBLIC_KEY", str(other.public))
    assert run(audit.app, "verify").exit_code == 1
    monkeypatch.setenv("CLAIMBOTS_LEDGER__PUBLIC_KEY", str(office.public))
    assert run(audit.app, "verify").exit_code == 0


def test_the_checkpoint_that_the_store_kept_shows_a_cut_tail(office):
    from bots.store import database, records

    anchor = filled(office, pairs=3)
    database.connect(office.places)
    records.keep_anchor(ORIGIN, anchor.size, anchor.text)
    assert "not anchored" not in run(audit.app, "verify").stderr
    office.put(office.lines()[:-2])
    for path in (office.folder / "checkpoints").iterdir():
        if int(path.name) > 1:
            path.unlink()
    done = run(audit.app, "verify")
    assert done.exit_code == 1
    assert "the anchor covers 7 records, 5 are there" in done.stderr


def test_show_says_who_when_from_to_rule_and_why_and_masked_shows_no_value(office):
    filled(office, pairs=3)
    shown = run(audit.app, "show", "--claim", "C1").stdout
    for word in ("bot", "intent: correct", "outcome: confirmed", "line 1 units 1 → 2", "mue-line"):
        assert word in shown, shown
    assert "one unit too many" in shown
    assert len([line for line in shown.splitlines() if "bot" in line]) == 2
    masked = run(audit.app, "show", "--claim", "C1", "--masked").stdout
    assert "1 → 2" not in masked
    assert "line 1 units" in masked
    told = [
        json.loads(line)
        for line in run(audit.app, "tail", "-n", "2", "--json").stdout.splitlines()
    ]
    assert [row["kind"] for row in told] == ["intent", "outcome"]
    assert told[0]["sealed"]["changes"][0]["to"] == "2"
    assert isinstance(run(audit.app, "show").exception, Problem)


def test_a_portals_words_cannot_steer_the_terminal(office):
    ledger = office.open()
    ledger.append("note", actor="bot\x1b[2J\nforged line", sealed={"words": "\x1b[31mred\r"})
    assert "\x1b" not in run(audit.app, "tail").stdout


def test_keys_init_makes_what_is_missing_and_never_replaces(office, tmp_path, monkeypatch):
    first = run(keys.app, "init").stdout
    assert "keys.master: file:" in first
    path = tmp_path / "master.key"
    monkeypatch.setenv("CLAIMBOTS_KEYS__MASTER", f"file:{path}")
    monkeypatch.setenv("CLAIMBOTS_LEDGER__ORIGIN", "fresh")
    made = run(keys.app, "init")
    assert made.exit_code == 0, made.output
    assert "master key made" in made.stdout
    content = path.read_text()
    assert content.strip() not in made.output
    assert "fresh+" in made.stdout
    assert "is there" in run(keys.app, "init").stdout
    assert path.read_text() == content
    assert "fresh+" in run(keys.app, "status").stdout


def test_a_log_in_is_typed_never_given_and_listed_without_the_secret(office):
    from bots.secrets import credential_for, development_key, refused

    done = run(credentials.app, "set", "bot", typed="ann\npa55-CANARY\nJBSWY3DPEHPK3PXP\n")
    assert done.exit_code == 0, done.output
    assert "CANARY" not in done.output
    master = development_key(office.places)
    kept = credential_for("bot", office.places, master)
    assert (kept.username, kept.password) == ("ann", "pa55-CANARY")

    refused.remember("bot", kept, office.places, master)
    assert "refused since" in run(credentials.app, "list").stdout
    assert "may be tried again" in run(credentials.app, "unlock", "bot").stdout
    (row,) = map(json.loads, run(credentials.app, "list", "--json").stdout.splitlines())
    assert row == {"name": "bot", "kept": "sealed", "refused_since": None}
    assert run(credentials.app, "set", "bot", "pa55").exit_code == 2
    assert run(credentials.app, "set", "bot", "--from", "vault:acme").exit_code == 0
    assert "vault:acme" in run(credentials.app, "list").stdout
    assert isinstance(run(credentials.app, "set", "bot", typed="\n\n\n").exception, Problem)
    assert isinstance(office.places, Places)
