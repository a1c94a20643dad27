"""A slip is one finding: missing is not malformed, malformed is not unknown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders.claims import (
    a_case,
    a_line,
    a_patient,
    a_provider,
    an_inpatient_claim,
    an_institutional_claim,
    an_institutional_line,
)
from builders.tables import code_sets

from bots.checks import review
from bots.checks.forms import is_bill_type, is_icd, is_procedure
from bots.claims import Role

STAYED = an_institutional_line("", on=None, units=4, revenue_code="0120")


def found(case):
    return {f.check for f in review(case, code_sets()).findings}


def hospital(lines=None, **fields):
    return a_case(claim=an_institutional_claim(lines, **fields))


@pytest.mark.parametrize(
    ("case", "check"),
    [
        (a_case(patient=a_patient(last_name=" ")), "patient-name-missing"),
        (a_case(patient=a_patient(birth_date=None)), "birth-date-missing"),
        (a_case(diagnoses=[]), "diagnosis-missing"),
        (a_case([a_line("")]), "procedure-missing"),
        (hospital([an_institutional_line(revenue_code="")]), "revenue-code-missing"),
        (a_case(providers=[a_provider("billing", "")]), "billing-npi-missing"),
        (a_case(place_of_service=""), "place-of-service-missing"),
        (hospital(bill_type=""), "bill-type-missing"),
        (hospital([an_institutional_line(on=None)]), "service-date-missing"),
        (a_case(diagnoses=["J!"]), "diagnosis-form"),
        (a_case([a_line("9921")]), "procedure-form"),
        (a_case([a_line(modifiers="2")]), "modifier-form"),
        (a_case(providers=[a_provider("rendering", "123")]), "npi-form"),
        (a_case(patient=a_patient(postal_code="4540")), "postal-code-form"),
        (a_case(place_of_service="1"), "place-of-service-form"),
        (hospital(bill_type="13"), "bill-type-form"),
    ],
)
def test_one_slip_is_one_finding(case, check):
    assert found(case) == {check}


def test_a_claim_without_a_billing_provider_says_so():
    case = a_case()
    rest = tuple(p for p in case.claim.providers if p.role is not Role.BILLING)

    assert found(replace(case, claim=replace(case.claim, providers=rest))) == {
        "billing-npi-missing"
    }


@pytest.mark.parametrize(
    "case",
    [
        hospital(
            [an_institutional_line("", revenue_code="0250")]
        ),  # drugs: the code alone will do
        a_case(claim=an_inpatient_claim([STAYED])),  # a stay has its statement
        a_case([a_line(place_of_service="11")], place_of_service=""),
        a_case(patient=a_patient(first_name="")),
        a_case(patient=a_patient(address="", city="", state="", postal_code="")),
    ],
)
def test_what_need_not_be_there_is_not_missed(case):
    assert found(case) == set()


@pytest.mark.parametrize(
    ("code", "right"),
    [
        ("I10", True), ("C4A", True), ("S52.501A", True), ("O36.0110", True), ("U07.1", True),
        ("QA0.0101", True),
        ("T36.0X1A", True), ("E119", True), ("1I0", False), ("I1", False), ("I10.", False),
        ("I10.12345", False), ("e11.9", False), ("E1.19", False), ("I10 ", False),
    ],
)  # fmt: skip
def test_the_form_of_a_diagnosis(code, right):
    assert is_icd(code) is right


@pytest.mark.parametrize(
    ("code", "right"),
    [("99213", True), ("0001U", True), ("0042T", True), ("J1885", True), ("J188", False),
     ("J188A", False), ("992133", False), ("ABCDE", False), ("99213 ", False)],
)  # fmt: skip
def test_the_form_of_a_procedure(code, right):
    assert is_procedure(code) is right


@pytest.mark.parametrize(
    ("code", "right"),
    [("0131", True), ("131", True), ("13", False), ("01310", False), ("0x31", False)],
)
def test_the_form_of_a_bill_type(code, right):
    assert is_bill_type(code) is right


def test_an_empty_value_is_never_malformed():
    case = a_case([a_line(modifiers=("", "25"))], diagnoses=["J06.9", ""])

    assert {f for f in found(case) if f.endswith("-form")} == set()
