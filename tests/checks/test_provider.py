"""Who did it, who ordered it, and by which number."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from builders.claims import (
    ORDERING_NPI,
    RENDERING_NPI,
    a_case,
    a_coverage,
    a_line,
    a_provider,
    a_record,
    an_institutional_claim,
    an_institutional_line,
    an_npi,
)
from builders.tables import a_procedure, a_rule, code_sets

from bots.checks import Severity, review
from bots.checks.forms import passes_check_digit
from bots.claims import Change

TABLES = code_sets(procedure=[a_procedure("71046", "imaging", needs_order=True)])


def found(case, codesets=TABLES):
    return {finding.check: finding for finding in review(case, codesets).findings}


@pytest.mark.parametrize(("npi", "fires"), [("1234567893", False), ("1234567890", True)])
def test_the_check_digit_is_luhn_over_the_prefix_80840(npi, fires):
    case = a_case(providers=[a_provider("rendering", npi)])

    assert ("npi-check-digit" in found(case)) is fires


def test_each_single_wrong_digit_is_seen():
    for place in range(10):
        for digit in "0123456789":
            wrong = RENDERING_NPI[:place] + digit + RENDERING_NPI[place + 1 :]
            assert passes_check_digit(wrong) is (wrong == RENDERING_NPI)


def test_a_number_of_the_wrong_form_is_one_finding_only():
    assert set(found(a_case(providers=[a_provider("rendering", "9234567893")]))) == {"npi-form"}


def ordered(record=None, role="ordering", npi="", **fields):
    providers = [a_provider(role, npi, record=record)] if record or npi else []
    return a_case([a_line("71046")], providers=providers, **fields)


def test_an_ordered_service_needs_who_ordered_it():
    finding = found(ordered())["ordering-npi-missing"]

    assert finding.lines == (1,)
    assert finding.severity is Severity.ERROR
    assert finding.repair is None


def test_a_visit_needs_no_order():
    assert found(a_case([a_line("99213")])) == {}


def test_another_payer_than_medicare_is_not_held_to_it():
    commercial = a_coverage(filing_indicator="CI")

    assert found(ordered(coverage=commercial)) == {}


@pytest.mark.parametrize("role", ["ordering", "referring"])
def test_either_number_answers(role):
    assert found(ordered(role=role, npi=ORDERING_NPI)) == {}


@pytest.mark.parametrize("role", ["ordering", "referring"])
def test_the_linked_record_of_that_role_fills_the_empty_field(role):
    finding = found(ordered(a_record(), role=role))["ordering-npi-missing"]

    assert finding.repair.changes == (Change(f"{role}_npi", None, "", ORDERING_NPI),)


@pytest.mark.parametrize(
    "record",
    [
        a_record(npi_type="2"),  # an organization orders nothing
        a_record(npi=""),
        a_record(npi="1654321095"),  # fails its check digit
        a_record(active_to=date(2026, 7, 13)),  # left the day before
        a_record(active_from=date(2026, 7, 15)),  # came the day after
    ],
)
def test_a_record_that_could_not_have_ordered_that_day_fills_nothing(record):
    assert found(ordered(record))["ordering-npi-missing"].repair is None


def test_the_record_of_the_billing_provider_fills_nothing():
    case = a_case([a_line("71046")], providers=[a_provider("billing", record=a_record())])

    assert found(case)["ordering-npi-missing"].repair is None


def test_a_hospital_claim_names_the_attending_instead():
    claim = an_institutional_claim([an_institutional_line("71046")])

    assert found(a_case(claim=claim)) == {}


@pytest.mark.parametrize(("revenue", "fires"), [("0540", False), ("540", False), ("0450", True)])
def test_transportation_alone_has_nobody_who_attends(revenue, fires):
    ride = an_institutional_line("A0429", revenue_code=revenue)
    claim = an_institutional_claim([ride])
    alone = replace(claim, providers=claim.providers[:1])

    assert ("attending-npi-missing" in found(a_case(claim=alone))) is fires


def test_a_number_on_the_claim_is_never_changed_to_the_records():
    case = a_case(providers=[a_provider("rendering", record=a_record(an_npi("111111111")))])
    finding = found(case)["npi-not-the-records"]

    assert finding.repair is None
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize(("taxonomy", "fires"), [("", True), ("207Q00000X", False)])
def test_a_payer_may_require_a_taxonomy(taxonomy, fires):
    rules = code_sets(payer_rule=[a_rule("taxonomy_required", "billing rendering")])
    case = a_case(providers=[a_provider("rendering", taxonomy=taxonomy)])

    assert ("taxonomy-missing" in found(case, rules)) is fires


@pytest.mark.parametrize(("role", "remark"), [("billing", "N255"), ("rendering", "N288")])
def test_the_remark_names_whose_taxonomy_is_missing(role, remark):
    rules = code_sets(payer_rule=[a_rule("taxonomy_required", role)])
    case = a_case(providers=[a_provider(role, taxonomy="")])

    said = [f for f in review(case, rules).findings if f.check == "taxonomy-missing"]
    assert [str(f.denial) for f in said] == [f"CO-16 {remark}"]


def test_an_open_list_of_taxonomies_convicts_nobody():
    case = a_case(providers=[a_provider("rendering", taxonomy="207Q00000Z")])
    said = review(case, code_sets(complete=False))

    assert "taxonomy-unknown" in {entry.check for entry in said.not_evaluated}
    assert "taxonomy-unknown" in found(case)
