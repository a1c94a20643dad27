"""The clinic on paper. Needs no GNU Health, and runs with every test run."""

from __future__ import annotations

import pytest
from gnuhealth.codes import PRODUCTS
from gnuhealth.on_screen import as_case
from gnuhealth.plan import AS_OF, Plan, Planted, Service, make_plan

from bots.checks import Severity, by_id, review
from bots.codesets import CodeSets, open_codesets
from bots.codesets.icd10cm import build_icd10cm
from bots.codesets.tables import import_tables
from bots.practice.seeding.tables import write_tables

PLAN = make_plan()
DEFECTIVE = {planted.service.name for planted in PLAN.planted}
CLEAN = [service for service in PLAN.services if service.name not in DEFECTIVE]


@pytest.fixture(scope="module")
def codesets(tmp_path_factory: pytest.TempPathFactory) -> CodeSets:
    folder = tmp_path_factory.mktemp("tables")
    write_tables(folder / "written", 1)
    build_icd10cm(folder / "imported")
    import_tables(folder / "written", folder / "imported")
    return open_codesets(folder / "imported")


def _words(plan: Plan) -> list[object]:
    return [(s.name, s.patient, s.day, s.lines, s.diagnoses) for s in plan.services]


def test_the_same_seed_gives_the_same_clinic() -> None:
    assert _words(make_plan()) == _words(PLAN)
    assert _words(make_plan(seed=2)) != _words(PLAN)


def test_services_reach_over_two_years_up_to_the_last_days() -> None:
    days = sorted(service.day for service in PLAN.services if service.day <= AS_OF)

    assert 600 < (AS_OF - days[0]).days < 730
    assert (AS_OF - days[-1]).days < 7
    assert 60 <= len(PLAN.services) <= 75
    assert len({service.name for service in PLAN.services}) == len(PLAN.services)


def test_what_is_billed_stands_in_the_price_list() -> None:
    listed = {product.code or product.name for product in PRODUCTS}

    assert {line.product for service in PLAN.services for line in service.lines} <= listed
    assert not {product.name for product in PRODUCTS if len(product.name) > 21}  # no descriptor


@pytest.mark.parametrize("planted", PLAN.planted, ids=lambda p: f"{p.defect} {p.service.name}")
def test_a_planted_defect_is_found_from_what_the_screens_show(
    planted: Planted, codesets: CodeSets
) -> None:
    assert planted.defect in by_id()

    findings = review(as_case(PLAN, planted.service), codesets).findings

    found = [finding for finding in findings if finding.check == planted.defect]
    assert found, sorted(finding.check for finding in findings)
    assert planted.line is None or planted.line in found[0].lines


@pytest.mark.parametrize("service", CLEAN, ids=lambda service: service.name)
def test_of_a_clean_service_no_error_is_said(service: Service, codesets: CodeSets) -> None:
    findings = review(as_case(PLAN, service), codesets).findings

    assert [f.message for f in findings if f.severity is Severity.ERROR] == []
