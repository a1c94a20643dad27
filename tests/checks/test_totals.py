"""The total is the sum of the lines, and who may put it right."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from builders.claims import a_case, a_line, an_institutional_claim, an_institutional_line
from builders.tables import code_sets

from bots.checks import review
from bots.claims import Change

TWO = [a_line(charge="100.00"), a_line("99214", charge="25.50", modifiers="25")]


def found(case):
    said = review(case, code_sets()).findings
    return {f.check: f for f in said if f.check.startswith(("total", "negative"))}


def billed(total, edited=False):
    case = a_case(TWO)
    return replace(case, claim=replace(case.claim, total_charge=total, lines_edited=edited))


def test_a_total_that_equals_the_lines_is_quiet():
    assert found(a_case(TWO)) == {}


def test_a_total_above_untouched_lines_is_recalculated():
    finding = found(a_case(TWO, total_charge=a_case(TWO).claim.total_charge + 10))

    assert finding["total-above-lines"].repair.changes == (
        Change("total_charge", None, "135.50", "125.50"),
    )
    assert set(finding) == {"total-above-lines"}


def test_a_total_below_the_lines_is_another_check_and_says_that_the_bill_rises():
    finding = found(billed(a_case(TWO).claim.total_charge - 10))

    assert set(finding) == {"total-below-lines"}
    assert "raises the billed amount by 10.00" in finding["total-below-lines"].message


@pytest.mark.parametrize("edited", [True, None])
@pytest.mark.parametrize("gap", [-10, 10])
def test_a_total_that_may_hide_a_dropped_line_is_not_repaired(edited, gap):
    finding = found(billed(a_case(TWO).claim.total_charge + gap, edited))

    assert set(finding) == {"total-after-edit"}
    assert finding["total-after-edit"].repair is None


def test_an_empty_total_is_missing_not_zero():
    assert set(found(billed(None))) == {"total-missing"}


def test_a_negative_line_is_the_finding_and_its_total_is_left_alone():
    assert set(found(a_case([a_line(charge="-5")], total_charge=a_line().charge))) == {
        "negative-charge"
    }


@pytest.mark.parametrize("code", ["0001", "001"])
@pytest.mark.parametrize(("total", "fires"), [("310.00", False), ("620.00", True)])
def test_a_line_that_is_the_total_is_not_added_to_it(code, total, fires):
    """NUBC FL 42: a screen may show the total as revenue code 0001."""
    lines = [
        an_institutional_line(charge="300.00"),
        an_institutional_line("", revenue_code="0250", charge="10.00"),
        an_institutional_line("", revenue_code=code, charge="310.00"),
    ]
    claim = an_institutional_claim(lines, total_charge=Decimal(total), lines_edited=False)

    assert bool(found(a_case(claim=claim))) is fires
