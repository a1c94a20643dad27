"""`claimbots portal`, and the contract as tests of pytest, at a real practice portal."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from click.testing import Result
from practice.visiting import SEEDS
from practice.visiting import Portal as PortalFolder
from typer.testing import CliRunner

from bots.cli.main import app
from bots.errors import Problem
from bots.places import Places
from bots.portals.walking import NO_ADDRESS, Found, Place, with_what_was_seen
from bots.secrets import development_key
from bots.secrets.credentials import Credential, remember_credential

ROOT = Path(__file__).parents[3]


@pytest.fixture
def office(tmp_path: Path) -> dict[str, str]:
    """An office of its own; the environment that its commands run in."""
    for name in ("config", "selectors"):
        shutil.copytree(ROOT / name, tmp_path / name)
    places = Places(tmp_path / "data").made()
    password, seed = SEEDS["biller2"]
    log_in = Credential("biller2", password, seed)
    remember_credential("practice", log_in, places, development_key(places))
    data = {"CLAIMBOTS_DATA": str(places.root), "CLAIMBOTS_CONFIG": str(tmp_path / "config")}
    return {**os.environ, **data}


@pytest.fixture
def at_the_portal(office: dict[str, str], seeded: PortalFolder) -> dict[str, str]:
    seeded.fresh_codes()
    file = Path(office["CLAIMBOTS_CONFIG"]) / "portals.yaml"
    address = seeded.server.address
    file.write_text(re.sub(r"http://127\.0\.0\.1:\d+", address, file.read_text("utf-8")))
    return office


def said_by(office: dict[str, str], monkeypatch: pytest.MonkeyPatch, *words: str) -> Result:
    """The command in this process, where it starts no browser."""
    for name in ("CLAIMBOTS_DATA", "CLAIMBOTS_CONFIG"):
        monkeypatch.setenv(name, office[name])
    return CliRunner().invoke(app, words)


def run(office: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from bots.cli import main; main()", *words]
    return subprocess.run(command, env=office, capture_output=True, text=True, check=False)


def rows(done: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_portals_are_listed_with_what_is_known_of_them(office, monkeypatch):
    said = said_by(office, monkeypatch, "portal", "list", "--json").stdout
    assert json.loads(said) == {
        "name": "practice",
        "kind": "practice",
        "host": "127.0.0.1",
        "mode": "live",
        "specimens": True,
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere",), "no portal named"),
        (("practice", "--contract", "--specimens", "nothing.yaml"), "nothing.yaml"),
    ],
)
def test_what_cannot_be_checked_is_said_before_anybody_logs_in(office, words, said, monkeypatch):
    problem = said_by(office, monkeypatch, "portal", "check", *words).exception
    assert isinstance(problem, Problem)
    assert said in problem.sentence()


def test_a_portal_in_shadow_is_not_written_to(office, monkeypatch):
    file = Path(office["CLAIMBOTS_CONFIG"]) / "portals.yaml"
    file.write_text(file.read_text("utf-8").replace("mode: live", "mode: shadow"))
    problem = said_by(office, monkeypatch, "portal", "check", "practice", "--writing").exception
    assert isinstance(problem, Problem)
    assert "in shadow" in problem.sentence()


def test_a_screen_without_an_address_is_as_its_reader_saw_it():
    ranks = defaultdict(
        Counter, {"claim.plan": Counter({1: 4}), "claim.day": Counter({1: 4, 2: 1})}
    )
    unreached = [
        Place("claim", name, Found.UNREACHED, words=NO_ADDRESS) for name in ("plan", "day")
    ]
    never_seen = Place("notes", "new", Found.UNREACHED, words=NO_ADDRESS)
    gone = Place("claim", "plan", Found.GONE)

    plan, day, *same = with_what_was_seen([*unreached, never_seen, gone], ranks)

    assert (plan.found, day.found, day.rank) == (Found.FIRST, Found.LOWER, 2)
    assert same == [never_seen, gone]


def test_a_level_that_is_none_is_refused(office, monkeypatch):
    words = ("portal", "check", "practice", "--contract", "--up-to", "platinum")
    problem = said_by(office, monkeypatch, *words).exception
    assert isinstance(problem, Problem)
    assert "bronze, silver, gold" in problem.sentence()


@pytest.mark.night
@pytest.mark.browser
def test_every_named_element_of_the_practice_portal_is_found_as_its_file_says(at_the_portal):
    done = run(at_the_portal, "portal", "check", "practice", "--json")
    assert done.returncode == 0, done.stderr
    told = rows(done)
    assert {row["screen"] for row in told} >= {"door", "list", "claim", "edit", "remittance"}
    assert {row["found"] for row in told} == {"first choice", "not there now"}


@pytest.mark.night
@pytest.mark.browser
def test_an_element_that_a_lower_rank_finds_is_something_to_do(at_the_portal):
    file = Path(at_the_portal["CLAIMBOTS_CONFIG"]).parent / "selectors" / "practice.yaml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("{role: definition, name: Coder}", "{label: Keyed by}"))
    done = run(at_the_portal, "portal", "check", "practice", "--json")
    assert done.returncode == 1, done.stderr
    (row,) = [row for row in rows(done) if row.get("found") == "lower rank"]
    assert (row["screen"], row["element"], row["rank"]) == ("claim", "coder", 2)


@pytest.mark.night
@pytest.mark.browser
def test_the_contract_is_a_plug_in_of_pytest(at_the_portal, tmp_path):
    words = ["-p", "bots.portals.contract.plugin", "--portal", "practice", "-v"]
    only = ["-k", "open-fields or flag-note", "-p", "no:cacheprovider", "-c", os.devnull]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words, *only],
        env=at_the_portal | {"PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "contract/open-fields PASSED" in done.stdout
    assert re.search(r"contract/flag-note SKIPPED", done.stdout)


@pytest.mark.slow  # with writing: test_contract_holds.py
@pytest.mark.browser
@pytest.mark.timeout(600)
def test_without_writing_there_is_no_level_above_bronze(at_the_portal):
    done = run(at_the_portal, "portal", "check", "practice", "--contract", "--json")
    assert done.returncode == 0, done.stderr
    told = rows(done)
    assert (told[-1]["portal"], told[-1]["level"]) == ("practice", "bronze")
    states = {row["item"]: row["state"] for row in told if "item" in row}
    assert states["open-fields"] == "held"
    assert states["correct-confirmed"] == "not tried"
