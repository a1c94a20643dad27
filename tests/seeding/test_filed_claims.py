"""Claims that only files bring: each planted fault is found by its check, clean ones by none."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from bots.checks import by_id, review
from bots.claims import Case
from bots.codesets import CodeSets, open_codesets
from bots.codesets.tables import import_tables
from bots.files.json_claims import read_json
from bots.practice.seeding import TODAY
from bots.practice.seeding.defects.filed import Misfiling, misfilings
from bots.practice.seeding.encounters import Maker
from bots.practice.seeding.filed import Filer, Filing
from bots.practice.seeding.filed_recipes import CLEAN, Recipe
from bots.practice.seeding.people import World
from bots.practice.seeding.tables import write_tables

ALL = [misfiling for entries in misfilings().values() for misfiling in entries]
# Not planted yet: three edits of hospital bills, minutes of rare visits, the first year of Part B.
LEFT = {
    "frequency-late-charges", "msp-value-code-missing", "hospice-without-condition-07",
    "em-prolonged-minutes", "em-prolonged-twice", "em-critical-care-minutes",
    "preventive-first-year",
}  # fmt: skip


@pytest.fixture(scope="module")
def codesets(tmp_path_factory: pytest.TempPathFactory) -> CodeSets:
    folder = tmp_path_factory.mktemp("tables")
    write_tables(folder / "written", 1)
    import_tables(folder / "written", folder / "imported")
    return open_codesets(folder / "imported")


def _filer(seed: str) -> Filer:
    return Filer(Maker(World(Random(seed)), TODAY))


def _cases(filings: list[Filing], folder: Path) -> list[Case]:
    path = folder / "claims.jsonl"
    path.write_text("".join(json.dumps(filing.as_json(TODAY)) + "\n" for filing in filings))
    cases = []
    for case in read_json(path):
        assert isinstance(case, Case)
        cases.append(case)
    return cases


@pytest.mark.parametrize("misfiling", ALL, ids=lambda m: f"{m.check}: {m.spoil.__name__}")
def test_a_planted_fault_is_found_by_its_check_and_by_no_other_family(
    misfiling: Misfiling, codesets: CodeSets, tmp_path: Path
) -> None:
    filer = _filer(misfiling.check)

    for case in _cases([misfiling.plant(filer)[0] for _ in range(2)], tmp_path):
        findings = review(case, codesets).findings
        said = {finding.check: finding.severity.value for finding in findings}
        assert said.get(misfiling.check) == misfiling.severity
        families = {by_id()[check].family for check in said}
        assert families <= {misfiling.family, *misfiling.also}


@pytest.mark.parametrize("recipe", CLEAN, ids=lambda recipe: recipe.__name__)
def test_of_a_clean_claim_nothing_is_said(
    recipe: Recipe, codesets: CodeSets, tmp_path: Path
) -> None:
    filer = _filer(recipe.__name__)

    for case in _cases([recipe(filer) for _ in range(3)], tmp_path):
        assert review(case, codesets).findings == ()


def test_nearly_every_check_of_the_families_has_a_fault_of_its_own() -> None:
    families = set(misfilings())
    known = {check.id for check in by_id().values() if check.family in families}

    assert known - {misfiling.check for misfiling in ALL} == LEFT
