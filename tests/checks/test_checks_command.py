"""`claimbots checks`: what a person sees of the catalogue, and how a check is begun."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from bots.checks import catalogue
from bots.cli import checks
from bots.errors import Problem


def said(*words):
    result = CliRunner().invoke(checks.app, words)
    if isinstance(result.exception, Problem):
        raise result.exception
    assert result.exit_code == 0
    return result.output


def test_list_names_every_check_once():
    lines = [json.loads(line) for line in said("list", "--json").splitlines()]

    assert [line["id"] for line in lines] == [check.id for check in catalogue()]


def test_list_takes_one_family():
    assert {line.split()[1] for line in said("list", "--family", "totals").splitlines()} == {
        "totals"
    }


def test_show_prints_the_page():
    assert "## Why it is denied" in said("show", "npi-check-digit")


def test_a_misspelt_check_gets_the_nearest_right_one():
    with pytest.raises(Problem, match="did you mean npi-check-digit"):
        said("show", "npi-chek-digit")


def test_a_new_check_needs_its_family():
    with pytest.raises(Problem, match="--family"):
        said("new", "laterality")


def test_new_writes_a_check_that_works_its_test_and_its_page(tmp_path, monkeypatch):
    monkeypatch.setattr(checks, "_root", lambda: tmp_path)
    said("new", "laterality", "--family", "facility-rule")

    rules = (tmp_path / "bots/checks/facility_rule.py").read_text()
    module: dict[str, object] = {}
    exec(compile(rules, "facility_rule.py", "exec"), module)
    assert module["laterality"].id == "laterality"
    compile((tmp_path / "tests/checks/test_facility_rule.py").read_text(), "test", "exec")
    page = (tmp_path / "docs/checks/laterality.md").read_text()
    assert page.startswith(checks.head_of(module["laterality"]))
    assert all(f"\n## {heading}\n" in page for heading in checks.HEADINGS)


def test_new_for_a_check_that_exists_only_writes_the_head_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(checks, "_root", lambda: tmp_path)
    page = tmp_path / "docs/checks/timely-filing.md"
    page.parent.mkdir(parents=True)
    page.write_text("# An old title\n\n| old |\n\n## What it finds\n\nKept.\n")

    said("new", "timely-filing")

    text = page.read_text()
    assert "old" not in text
    assert text.endswith(
        "| authority | 42 CFR 424.44(a)(1); Medicare Claims Processing Manual, "
        "ch. 1, 70 |\n\n## What it finds\n\nKept.\n"
    )
