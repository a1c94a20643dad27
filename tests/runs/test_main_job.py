"""One claim with one defect, through the whole house, with a real browser."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from bots.codesets.importing import take


def test_a_defect_is_corrected_read_back_on_the_log_and_in_the_report(office, claim):
    before = office.dump()

    done = office.run("--claim", claim, "--json")

    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["counts"]["saves"] == 1
    assert office.saves(claim) == 1
    after = office.dump()
    assert [number for number in before if before[number] != after[number]] == [claim]
    shown = office.claimbots("audit", "show", "--claim", claim, "--json").stdout
    assert "confirmed" in shown
    assert claim in Path(said["report"]).read_text()
    verified = office.claimbots("audit", "verify")
    assert verified.returncode == 0
    assert "audit log verified" in verified.stdout

    again = office.run("--claim", claim, "--json")
    assert json.loads(again.stdout.splitlines()[-1])["counts"]["saves"] == 0
    assert office.saves(claim) == 1


def test_a_claim_that_the_portal_does_not_know_is_an_exception_and_no_work_left_over(office):
    done = office.run("--claim", "CL9999999", "--json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["counts"]["exceptions"] == 1
    listed = office.claimbots("exceptions", "list", "--json").stdout
    assert "NOT_FOUND" in listed


def test_a_shadow_run_changes_nothing(office, claim):
    before = office.witness()["digest"]

    done = office.run("--claim", claim, "--shadow")

    assert done.returncode == 0, done.stderr
    assert office.witness()["digest"] == before
    assert office.witness()["writes"] == 0


def test_a_shadow_run_only_looks_at_what_an_earlier_run_left_open(office, claim):
    office.run("--claim", claim, CLAIMBOTS_CRASH_AT="hands.before_act")
    left = [name for name, (_, outcomes) in office.intents().items() if not outcomes]
    assert len(left) == 1

    done = office.run("--claim", claim, "--shadow")

    assert done.returncode == 0, done.stderr
    assert office.intents()[left[0]][1] == ["not-done"]
    assert office.witness()["writes"] == 0


@pytest.fixture
def without_limits(office, tmp_path):
    """The office without its tables of medically unlikely edits, for the length of a test."""
    tables = shutil.copytree(office.root / "tables", tmp_path / "tables")
    (tables / "mue.csv").unlink()
    take([tables], tmp_path / "codesets")
    whole = office.root / "codesets"
    aside = whole.rename(tmp_path / "aside")
    shutil.copytree(tmp_path / "codesets", whole)
    for path in aside.iterdir():  # the diagnoses, which the practice tables do not hold
        if not path.name.startswith("csv-"):
            shutil.copy(path, whole)
    yield office
    shutil.rmtree(whole)
    aside.rename(whole)


def test_a_run_without_a_table_says_so_on_every_page(without_limits, claim):
    office = without_limits

    done = office.run("--claim", claim, "--shadow", "--json")

    assert done.returncode == 0, done.stderr
    page = Path(json.loads(done.stdout.splitlines()[-1])["report"])
    rows = list(csv.DictReader((page.parent / "csv" / "not-evaluated.csv").open()))
    said = {row["Check"]: row["Missing"] for row in rows if row["Claim"] == claim}
    assert said["mue-line"] == "mue_practitioner: no table imported"
    assert "mue_practitioner: no table imported" in page.read_text()
