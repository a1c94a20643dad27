"""`claimbots check --known-on`: what we could have said then, and what we say now."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from builders.claims import a_case, a_line
from official_files import ptp, written
from typer.testing import CliRunner

from bots.cli.main import app
from bots.codesets.importing import take
from bots.codesets.store import files, withdraw
from bots.files.json_claims import case_to

DAY = date(2024, 8, 1)
EDIT = ("11102", "36415", "20240101", "*", "0")
OTHER = ("11102", "99999", "20240101", "*", "0")


@pytest.fixture
def office(tmp_path, monkeypatch):
    """An office whose quarter's edits were imported, and then corrected."""
    monkeypatch.setenv("CLAIMBOTS_DATA", str(tmp_path / "data"))
    tables = tmp_path / "data" / "codesets"
    path = written(tmp_path / "in" / "ccipra-v302r0.txt", ptp(EDIT))
    take([path], tables)
    moment = datetime.now().replace(microsecond=0) + timedelta(seconds=1)  # noqa: DTZ005
    time.sleep(max(0.0, (moment - datetime.now()).total_seconds()))  # noqa: DTZ005
    take([written(path, ptp(OTHER))], tables)
    case = a_case([a_line("11102", on=DAY), a_line("36415", on=DAY, charge="9.00")])
    claim = tmp_path / "claim.json"
    claim.write_text(json.dumps(case_to(replace(case, as_of=date(2024, 8, 15)))))

    def check(*options):
        said = CliRunner().invoke(app, ["check", str(claim), *options])
        assert said.exit_code in (0, 1), said.output
        return said.output

    return tables, moment, check


def test_a_claim_is_judged_by_what_was_known_at_a_moment(office):
    _, moment, check = office

    assert "ptp-never-together" in check("--known-on", moment.isoformat())
    assert "ptp-never-together" not in check()


def test_a_day_is_known_to_its_end(office):
    today = datetime.now().date()  # noqa: DTZ005
    assert "ptp-never-together" not in office[2]("--known-on", today.isoformat())


def test_before_the_first_import_nothing_was_known_and_it_is_said(office):
    said = office[2]("--known-on", "2020-01-01")

    assert "ptp_practitioner: no table imported" in said
    assert "judged by the tables known by 2020-01-01 23:59:59" in said


def test_what_was_withdrawn_since_was_known_then(office):
    tables, _, check = office
    now = datetime.now().replace(microsecond=0) + timedelta(seconds=1)  # noqa: DTZ005
    time.sleep(max(0.0, (now - datetime.now()).total_seconds()))  # noqa: DTZ005
    for path in files(tables):
        withdraw(path)

    assert "ptp_practitioner: no table imported" in check()
    assert "ptp_practitioner: no table imported" not in check("--known-on", now.isoformat())
