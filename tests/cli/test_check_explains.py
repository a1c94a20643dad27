"""`claimbots check --explain` and `--repairs`: what a coder reads, and what a program gets."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from builders.claims import a_case, a_line
from builders.tables import a_ptp, code_sets
from typer.testing import CliRunner

from bots.cli.main import app
from bots.files.json_claims import case_to
from bots.policy import Policy
from bots.runs import check_files
from bots.runs.check_files import Rules


@pytest.fixture
def check(tmp_path, monkeypatch):
    """Run `claimbots check` over one claim, with tables in memory."""
    tables = code_sets(ptp=[a_ptp("11102", "36415", "0")])
    monkeypatch.setattr(check_files, "rules_here", lambda _known_on: Rules(tables, Policy("1")))
    case = a_case([a_line("11102"), a_line("36415", charge="9.00")])
    path = tmp_path / "claim.json"

    def run(*options, case=case):
        path.write_text(json.dumps(case_to(case)))
        return CliRunner().invoke(app, ["check", str(path), *options])

    return run


def test_each_finding_is_explained(check):
    said = check("--explain")

    assert said.exit_code == 1
    for part in (
        "error ptp-never-together line 1,2 (flag)",
        "what is wrong: ",
        "authority: CMS NCCI Policy Manual",
        "tables: test",
        "likely denial: CO-",
        "what would make it right: One of the two goes",
        "what the bot may do: the bot changes nothing and flags it: needs the record",
    ):
        assert part in said.output


def test_without_the_options_nothing_more_is_said(check):
    said = check().output

    assert "what is wrong" not in said
    assert "way 1" not in said


def test_the_ways_begin_with_billing_as_it_is(check):
    said = check("--repairs").output

    assert "way 1: bill it as it is; a payer is likely to answer CO-" in said
    assert "way 2: remove line" in said
    assert "only if the record does not support line" in said
    assert "59" not in said.split("way 1")[1]


def test_ways_stand_in_the_json_only_when_asked_for(check):
    plain = json.loads(check("--json").stdout.splitlines()[0])
    asked = json.loads(check("--json", "--repairs").stdout.splitlines()[0])

    assert "repairs" not in plain
    ways = asked.pop("repairs")
    assert asked == plain
    assert ways[0]["edits"] == []
    assert "ptp-never-together" in ways[0]["leaves"]
    assert {edit["removes_line"] for way in ways[1:] for edit in way["edits"]} <= {1, 2}


def test_the_likely_denial_stands_in_the_json(check):
    findings = json.loads(check("--json").stdout.splitlines()[0])["findings"]
    denial = {f["check"]: f["likely_denial"] for f in findings}["ptp-never-together"]

    assert denial["group"] == "CO"
    assert denial["carc"]


def test_what_a_check_computed_is_said_as_a_change(check):
    case = a_case([a_line(modifiers="59 XU")])
    ways = json.loads(check("--json", "--repairs", case=case).stdout.splitlines()[0])["repairs"]

    (edit,) = ways[1]["edits"]
    assert edit["changes"] == [{"field": "modifiers", "line": 1, "from": "59 XU", "to": "XU"}]


def test_a_clean_claim_has_nothing_to_explain_or_repair(check):
    case = a_case()
    case = replace(case, claim=replace(case.claim, total_charge=Decimal("125.00")))

    assert (
        json.loads(check("--json", "--repairs", case=case).stdout.splitlines()[0])["repairs"] == []
    )
    assert check("--explain", "--repairs", case=case).exit_code == 0
