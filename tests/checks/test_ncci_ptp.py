"""Pairs under an NCCI edit: what fires, for whom, and on what day."""

from __future__ import annotations

from datetime import date

import pytest
from builders.claims import (
    a_case,
    a_claim,
    a_coverage,
    a_line,
    a_provider,
    an_institutional_claim,
    an_institutional_line,
    an_npi,
)
from builders.tables import a_ptp, a_rule, code_sets

from bots.checks import Severity, review

DAY = date(2026, 7, 14)


def found(case, *edits, **tables):
    said = review(case, code_sets(ptp=edits, **tables)).findings
    return [(f.check, f.severity) for f in said if f.check.startswith("ptp-")]


def a_pair(one="", other="", **fields):
    return a_case([a_line("11102", modifiers=one), a_line("36415", modifiers=other)], **fields)


@pytest.mark.parametrize(
    ("indicator", "one", "other", "check"),
    [
        ("0", "", "", "ptp-never-together"),
        ("0", "", "59", "ptp-never-together"),
        ("1", "", "", "ptp-unmodified"),
        ("1", "KX", "", "ptp-unmodified"),  # not of the manual's list
        ("1", "", "59", "ptp-modified"),
        ("1", "XU", "", "ptp-modified"),  # either code
        ("1", "RT", "LT", "ptp-modified"),
        ("9", "", "", None),  # never in force
    ],
)
def test_the_indicator_and_the_modifiers_decide(indicator, one, other, check):
    said = found(a_pair(one, other), a_ptp("11102", "36415", indicator))

    assert [name for name, _ in said] == ([check] if check else [])


def test_both_orders_of_the_codes_are_looked_up():
    assert found(a_pair(), a_ptp("36415", "11102", "0"))


@pytest.mark.parametrize(
    ("since", "until", "fires"),
    [
        (DAY, None, True),
        (date(2026, 7, 15), None, False),
        (None, DAY, True),
        (None, date(2026, 7, 13), False),
    ],
)
def test_an_edit_holds_on_its_own_days(since, until, fires):
    assert bool(found(a_pair(), a_ptp("11102", "36415", since=since, until=until))) is fires


def test_lines_of_two_days_do_not_meet():
    case = a_case([a_line("11102"), a_line("36415", on=date(2026, 7, 15))])

    assert not found(case, a_ptp("11102", "36415"))


@pytest.mark.parametrize(
    ("payer", "rule", "severity"),
    [
        ("MB", None, Severity.ERROR),
        ("MC", None, Severity.ERROR),
        ("CI", None, Severity.WARNING),
        ("CI", "adopted", Severity.ERROR),
    ],
)
def test_ncci_binds_medicare_medicaid_and_whoever_adopts_it(payer, rule, severity):
    rules = [a_rule("ncci", rule)] if rule else []

    said = found(
        a_pair(coverage=a_coverage(filing_indicator=payer)),
        a_ptp("11102", "36415"),
        payer_rule=rules,
    )

    assert said == [("ptp-never-together", severity)]


@pytest.mark.parametrize(
    ("differs", "fires"),
    [
        ({}, True),
        ({"status": "Denied"}, False),
        ({"providers": [a_provider("rendering", an_npi("111111111"))]}, False),
        ({"lines": [a_line("36415", on=date(2026, 7, 15))]}, False),
    ],
)
def test_a_pair_may_stand_on_two_claims_of_the_same_provider(differs, fires):
    other = a_claim(**{"number": "C-2", "lines": [a_line("36415")]} | differs)

    case = a_case([a_line("11102")], history=[other])

    assert bool(found(case, a_ptp("11102", "36415"))) is fires


@pytest.mark.parametrize(("bill_type", "fires"), [("0131", True), ("0851", True), ("0111", False)])
def test_the_bill_type_says_whether_an_edit_binds_a_hospital_claim(bill_type, fires):
    lines = [an_institutional_line("11102", number=1), an_institutional_line("36415", number=2)]
    case = a_case(claim=an_institutional_claim(lines, bill_type=bill_type))

    assert bool(found(case, a_ptp("11102", "36415"))) is fires


def test_one_pair_billed_twice_is_one_finding_and_the_unmodified_counts():
    case = a_case([a_line("11102"), a_line("36415", modifiers="59"), a_line("36415")])

    assert [name for name, _ in found(case, a_ptp("11102", "36415", "1"))] == ["ptp-unmodified"]


def test_no_table_is_not_evaluated():
    said = review(a_pair(), code_sets(without=("ptp",)))

    lacking = {n.check for n in said.not_evaluated if n.check.startswith("ptp-")}
    assert lacking == {"ptp-never-together", "ptp-unmodified"}  # no modifier: none to lift it
