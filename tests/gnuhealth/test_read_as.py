"""What is read of GNU Health, held against the defects. Needs no GNU Health."""

from __future__ import annotations

import pytest
from gnuhealth.plan import Planted, make_plan
from gnuhealth.read_as import as_read_case

from bots.checks import Severity, review
from bots.codesets import CodeSets, open_codesets
from bots.codesets.icd10cm import build_icd10cm
from bots.codesets.tables import import_tables
from bots.practice.seeding.tables import write_tables

PLAN = make_plan()
DEFECTIVE = {planted.service.name for planted in PLAN.planted}
FOUND_AT_LEAST = 23  # docs/gnuhealth.md says so


@pytest.fixture(scope="module")
def codesets(tmp_path_factory: pytest.TempPathFactory) -> CodeSets:
    folder = tmp_path_factory.mktemp("tables")
    write_tables(folder / "written", 1)
    build_icd10cm(folder / "imported")
    import_tables(folder / "written", folder / "imported")
    return open_codesets(folder / "imported")


@pytest.mark.parametrize("planted", PLAN.planted, ids=lambda p: f"{p.defect} {p.service.name}")
def test_a_planted_defect_is_found_or_said_to_be_not_evaluated(
    planted: Planted, codesets: CodeSets
) -> None:
    done = review(as_read_case(PLAN, planted.service), codesets)

    found = {finding.check for finding in done.findings}
    not_evaluated = {missing.check for missing in done.not_evaluated}
    assert planted.defect in found | not_evaluated


def test_most_of_them_are_found(codesets: CodeSets) -> None:
    reviews = [
        (planted.defect, review(as_read_case(PLAN, planted.service), codesets))
        for planted in PLAN.planted
    ]

    found = [1 for defect, done in reviews if defect in {f.check for f in done.findings}]
    assert len(found) >= FOUND_AT_LEAST


@pytest.mark.parametrize(
    "service",
    [service for service in PLAN.services if service.name not in DEFECTIVE],
    ids=lambda service: service.name,
)
def test_of_a_clean_service_no_error_is_said(service: object, codesets: CodeSets) -> None:
    done = review(as_read_case(PLAN, service), codesets)  # type: ignore[arg-type]

    assert [f.message for f in done.findings if f.severity is Severity.ERROR] == []
