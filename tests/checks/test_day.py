"""Whose services stand beside a line: the provider's day."""

from __future__ import annotations

from datetime import date

import pytest
from builders.claims import (
    BILLING_NPI,
    DAY,
    RENDERING_NPI,
    a_case,
    a_claim,
    a_line,
    a_provider,
    an_institutional_claim,
    an_institutional_line,
)

from bots.checks.day import day_of, lines_beside, performer


@pytest.mark.parametrize(
    ("claim", "npi"),
    [
        (a_claim(), RENDERING_NPI),
        # Loop 2310B is left out where the billing provider did it.
        (a_claim(providers=[a_provider("rendering", "")]), BILLING_NPI),
        (an_institutional_claim(), BILLING_NPI),
        (a_claim(providers=[a_provider("rendering", ""), a_provider("billing", "")]), ""),
    ],
)
def test_who_did_it_is_the_rendering_provider_or_the_one_that_bills(claim, npi):
    assert performer(claim) == npi


def test_only_a_hospital_line_without_a_date_takes_the_claims():
    hospital = an_institutional_claim(
        [an_institutional_line(on=None, number=1)], statement_from=date(2026, 7, 1)
    )

    assert day_of(hospital, hospital.lines[0]) == date(2026, 7, 1)
    assert day_of(hospital, an_institutional_line()) == DAY
    assert day_of(a_claim(statement_from=DAY), a_line(on=None)) is None


@pytest.mark.parametrize(
    ("frequency", "reference", "beside"),
    [("7", "C-2", 0), ("8", "C-2", 0), ("7", "C-3", 1), ("1", "C-2", 1)],
)
def test_a_claim_does_not_stand_beside_the_one_it_replaces(frequency, reference, beside):
    claim = a_claim(frequency_code=frequency, original_reference=reference)
    other = a_claim(number="C-2")

    assert len(lines_beside(a_case(claim=claim, history=[other]))) == beside


def test_a_hospitals_claim_does_not_stand_beside_the_doctors():
    other = an_institutional_claim(number="C-2", providers=[a_provider("billing", RENDERING_NPI)])

    assert lines_beside(a_case(history=[other])) == ()
