"""Hospital bills of the generator: each fault is found by its check, and the clean ones are."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from bots.checks import Severity, by_id, review
from bots.claims import Case, Claim
from bots.codesets import CodeSets, open_codesets
from bots.codesets.tables import import_tables
from bots.files.json_claims import read_json
from bots.practice.seeding import TODAY
from bots.practice.seeding.defects.institutional import FAMILY, Misbilling, misbillings
from bots.practice.seeding.drafts import Visit
from bots.practice.seeding.institutional_maker import BillMaker
from bots.practice.seeding.institutional_season import make_bills
from bots.practice.seeding.json_claims import write_json_claims
from bots.practice.seeding.people import World
from bots.practice.seeding.season import write_season
from bots.practice.seeding.tables import write_tables

# Faults that are another one by nature: whatever is no principal diagnosis groups to nothing.
_TOGETHER = {
    "mce-external-cause-principal": {"drg-ungroupable"},
    "drg-ungroupable": {"mce-external-cause-principal"},
    "mce-unspecified-code": {"drg-rests-on-one-diagnosis"},
    "admission-after-statement": {"statement-before-payment-window"},
    "accommodation-on-outpatient-bill": {"revenue-code-bill-type"},
    "revenue-code-not-recognized": {"revenue-code-unknown"},
    "blood-products-paired": {"visit-with-procedure"},
}


@pytest.fixture(scope="module")
def codesets(tmp_path_factory: pytest.TempPathFactory) -> CodeSets:
    folder = tmp_path_factory.mktemp("tables")
    write_tables(folder / "written", 1)
    import_tables(folder / "written", folder / "imported")
    return open_codesets(folder / "imported")


def _cases(visits: list[Visit], folder: Path) -> list[Case]:
    write_json_claims(folder / "claims.jsonl", visits, TODAY)
    cases = []
    for case in read_json(folder / "claims.jsonl"):
        assert isinstance(case, Case)
        cases.append(case)
    return cases


def _said(case: Case, codesets: CodeSets) -> set[str]:
    found = {finding.check for finding in review(case, codesets).findings}
    return {check for check in found if by_id()[check].family == FAMILY}


def test_every_check_of_the_family_has_a_fault_of_its_own() -> None:
    family = {check.id for check in by_id().values() if check.family == FAMILY}

    assert {misbilling.check for misbilling in misbillings()} == family


@pytest.mark.parametrize(
    "misbilling", misbillings(), ids=lambda m: f"{m.check}: {m.spoil.__name__}"
)
def test_a_planted_fault_is_found_by_its_check_and_by_no_other(
    misbilling: Misbilling, codesets: CodeSets, tmp_path: Path
) -> None:
    maker = BillMaker(World(Random(misbilling.check)), TODAY)
    planted = [misbilling.plant(maker) for _ in range(2)]
    numbers = {truths[0].claim for _, truths in planted}
    cases = _cases([visit for visit, _ in planted], tmp_path)

    for case in (case for case in cases if case.claim.number in numbers):
        said = _said(case, codesets)
        assert misbilling.check in said
        assert said <= {misbilling.check} | _TOGETHER.get(misbilling.check, set())


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    visits, truths = make_bills(5, TODAY, planted=0, clean=400)
    assert {truth.kind for truth in truths} == {"echo"}
    return _cases(visits, tmp_path_factory.mktemp("clean"))


def test_of_clean_bills_no_check_of_the_family_speaks(
    clean: list[Case], codesets: CodeSets
) -> None:
    """That a stay is paid as a transfer is no fault, where the status says so."""
    said = [(case, check) for case in clean for check in _said(case, codesets)]

    assert {check for _, check in said} == {"transfer-payment"}
    assert {case.claim.discharge_status for case, _ in said} <= {"03", "06"}


def test_clean_bills_have_no_error_of_any_family(clean: list[Case], codesets: CodeSets) -> None:
    assert [
        (case.claim.number, finding.check)
        for case in clean
        for finding in review(case, codesets).findings
        if finding.severity is not Severity.INFO
    ] == []


def test_clean_bills_come_near_to_the_faults(clean: list[Case]) -> None:
    """Else their silence would say nothing."""
    seen: Counter[str] = Counter()
    for case in clean:
        seen.update(_near_misses(case.claim))

    assert {name for name in _NEAR if seen[name] == 0} == set()


_NEAR = (
    "HIPPS", "total line", "two visits of a day", "packaged without charge", "condition 44",
    "noncovered days", "leave", "not present on admission", "transfer to no one", "interim",
    "died", "no-payment", "adjustment", "three digits", "GA in time",
)  # fmt: skip


def _near_misses(claim: Claim) -> set[str]:
    codes = {entry.code for entry in claim.values}
    modifiers = {modifier for line in claim.lines for modifier in line.modifiers}
    shown = {
        "HIPPS": any(line.is_hipps and line.procedure for line in claim.lines),
        "total line": any(line.is_total for line in claim.lines),
        "two visits of a day": "G0" in claim.condition_codes and "27" in modifiers,
        "packaged without charge": any(line.charge == 0 for line in claim.lines),
        "condition 44": "44" in claim.condition_codes,
        "noncovered days": {"80", "81"} <= codes,
        "leave": any(span.code == "74" for span in claim.occurrence_spans),
        "not present on admission": any(d.present_on_admission == "N" for d in claim.diagnoses),
        "transfer to no one": claim.discharge_status in {"02", "03", "62"},
        "interim": claim.discharge_status == "30",
        "died": claim.discharge_status == "20",
        "no-payment": claim.frequency_code == "0",
        "adjustment": claim.frequency_code == "7",
        "three digits": any(len(line.revenue_code) == 3 for line in claim.lines),
        "GA in time": "GA" in modifiers,
    }
    return {name for name, is_so in shown.items() if is_so}


def test_a_season_in_files_has_as_many_bad_bills_as_any_other_family(tmp_path: Path) -> None:
    write_season(tmp_path, 4, 5)
    truths = [json.loads(line) for line in (tmp_path / "truth.jsonl").read_text().splitlines()]

    assert sum(t["family"] == FAMILY and t["kind"] != "echo" for t in truths) == 5
