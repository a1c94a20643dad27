"""Payers and member ids, pointers, and dates beside each other."""

from __future__ import annotations

from datetime import date

import pytest
from builders.claims import (
    DAY,
    a_case,
    a_coverage,
    a_line,
    a_patient,
    an_institutional_claim,
    an_institutional_line,
)
from builders.tables import a_rule, code_sets

from bots.checks import review


def found(case, codesets=None):
    return {f.check for f in review(case, codesets or code_sets()).findings}


@pytest.mark.parametrize(
    ("coverage", "check"),
    [
        ({"payer_id": ""}, "payer-missing"),
        ({"payer_id": "NOBODY"}, "payer-unknown"),
        ({"member_id": ""}, "member-id-missing"),
        ({"member_id": "1EG4TE5MK7"}, "member-id-form"),
        ({"member_id": "x1EG4TE5MK73"}, "member-id-form"),  # the whole id, not a part
    ],
)
def test_one_slip_in_the_coverage_is_one_finding(coverage, check):
    rules = code_sets(payer_rule=[a_rule("member_id_pattern", "[0-9A-Z]{11}")])

    assert found(a_case(coverage=a_coverage(**coverage)), rules) == {check}


def test_a_pattern_that_is_none_is_not_evaluated():
    said = review(a_case(), code_sets(payer_rule=[a_rule("member_id_pattern", "[")]))

    assert [entry.check for entry in said.not_evaluated] == ["member-id-form"]


FIVE = ["J06.9", "I10", "E11.9", "M54.50", "R05.1"]


@pytest.mark.parametrize(
    ("pointers", "checks"),
    [
        ((1, 2, 3, 4), set()),
        ((5, 1), set()),
        ((6,), {"pointer-to-nothing"}),
        ((0,), {"pointer-to-nothing"}),
        ((), {"pointer-missing"}),
        ((1, 2, 3, 4, 5), {"pointer-too-many"}),
        ((2, 1, 2), {"pointer-repeated"}),
    ],
)
def test_pointers(pointers, checks):
    assert found(a_case([a_line(pointers=pointers)], diagnoses=FIVE)) == checks


def test_without_diagnoses_the_pointers_are_not_blamed_as_well():
    assert found(a_case(diagnoses=[])) == {"diagnosis-missing"}


def test_hospital_lines_have_no_pointers():
    claim = an_institutional_claim([an_institutional_line(pointers=(9,))])

    assert found(a_case(claim=claim)) == set()


@pytest.mark.parametrize(("as_of", "fires"), [(DAY, False), (date(2026, 7, 13), True)])
def test_the_future_begins_after_the_day_of_judgement(as_of, fires):
    assert found(a_case(as_of=as_of)) == ({"date-in-future"} if fires else set())


@pytest.mark.parametrize(("born", "fires"), [(DAY, False), (date(2026, 7, 15), True)])
def test_nobody_is_served_before_birth(born, fires):
    case = a_case(patient=a_patient(birth_date=born))

    assert found(case) == ({"date-before-birth"} if fires else set())


@pytest.mark.parametrize(
    ("start", "end", "checks"),
    [
        (DAY, DAY, set()),
        (date(2026, 7, 15), date(2026, 7, 16), {"date-outside-statement"}),
        (date(2026, 7, 1), date(2026, 7, 13), {"date-outside-statement"}),
        (date(2026, 7, 16), date(2026, 7, 13), {"date-range-backwards"}),
    ],
)
def test_a_lines_date_lies_in_the_statement_period(start, end, checks):
    claim = an_institutional_claim(statement_from=start, statement_through=end)

    assert found(a_case(claim=claim)) == checks


@pytest.mark.parametrize(("end", "fires"), [(DAY, False), (date(2026, 7, 13), True)])
def test_a_line_does_not_end_before_it_begins(end, fires):
    case = a_case([a_line(service_date_end=end)])

    assert ("date-range-backwards" in found(case)) is fires
