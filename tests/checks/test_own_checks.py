"""An office's own checks: a small distribution beside ours, found by its entry point."""

from __future__ import annotations

import json

import pytest
from builders.claims import a_case, a_line
from builders.tables import code_sets
from typer.testing import CliRunner

from bots.checks import by_id, catalogue, review
from bots.checks.catalogue import _own_checks, own_checks
from bots.checks.glance import Glance
from bots.cli import checks
from bots.errors import Problem

MODULE = """
from bots.checks import Check, Class, Denial, Severity

no_dear_visits = Check(
    id="{id}", family="facility-rule", title="A visit above the house limit",
    authority="House rules, section 3", severity=Severity.WARNING,
    denial=Denial("CO", "45"),
)
{rule}
"""
RULE = """
@no_dear_visits.review
def dear(case, codesets):
    for line in case.claim.lines:
        if line.charge > 200:
            yield no_dear_visits.finding(line, "above 200")
"""


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Write a distribution on sys.path; what was remembered of the catalogue is forgotten."""

    def install(id="house-limit", rule=RULE, name="house_checks", text=None):
        (tmp_path / f"{name}.py").write_text(text or MODULE.format(id=id, rule=rule))
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[claimbots.checks]\nhouse = {name}\n")
        monkeypatch.syspath_prepend(str(tmp_path))
        forget()

    yield install
    monkeypatch.undo()
    forget()


def forget():
    from bots.checks import review as package_review  # noqa: F401  (the module is loaded)

    for remembered in (catalogue, by_id, own_checks, _own_checks):
        remembered.cache_clear()
    import sys

    sys.modules["bots.checks.review"]._glance.cache_clear()
    for name in [name for name in sys.modules if name.startswith("house_checks")]:
        del sys.modules[name]


def test_an_offices_own_check_is_asked_like_any_other(installed):
    installed()

    found = review(a_case([a_line(charge=201)]), code_sets()).findings
    assert "house-limit" in {finding.check for finding in found}
    assert "house-limit" not in {
        f.check for f in review(a_case([a_line(charge=200)]), code_sets()).findings
    }


def test_the_list_says_that_it_is_the_offices_own(installed):
    installed()

    said = CliRunner().invoke(checks.app, ["list", "--json"]).output.splitlines()
    origins = {line["id"]: line["origin"] for line in map(json.loads, said)}
    assert origins.pop("house-limit") == "own"
    assert set(origins.values()) == {"claimbots"}
    assert "(own)" in CliRunner().invoke(checks.app, ["list", "--family", "facility-rule"]).output
    assert "House rules" in CliRunner().invoke(checks.app, ["show", "house-limit"]).output


def test_an_own_check_may_not_take_the_place_of_one_of_ours(installed):
    installed(id="mue-day")

    with pytest.raises(Problem, match="a second check called mue-day"):
        catalogue()


@pytest.mark.parametrize(
    ("text", "rule", "said"),
    [
        ("raise RuntimeError('no')", RULE, "cannot be loaded"),
        (None, "", "has no function"),
    ],
)
def test_a_module_that_is_broken_is_named(installed, text, rule, said):
    installed(text=text, rule=rule)

    with pytest.raises(Problem, match=said) as refused:
        catalogue()
    assert "house = house_checks" in str(refused.value.where)


def test_nothing_own_is_listed_where_nothing_is_installed():
    assert own_checks() == frozenset()
    assert Glance(code_sets())
