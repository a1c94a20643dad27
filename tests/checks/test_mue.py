"""Units above the MUE: a line's, and a day's."""

from __future__ import annotations

from datetime import date

import pytest
from builders.claims import (
    a_case,
    a_claim,
    a_coverage,
    a_line,
    an_institutional_claim,
    an_institutional_line,
)
from builders.tables import an_mue, code_sets

from bots.checks import Severity, review


def found(case, *edits):
    said = review(case, code_sets(mue=edits)).findings
    return [(f.check, f.severity) for f in said if f.check.startswith("mue-")]


@pytest.mark.parametrize(
    ("units", "day", "fires"),
    [
        (1, date(2026, 7, 14), False),  # at the limit
        (2, date(2026, 7, 14), True),  # one above
        (2, date(2026, 6, 30), False),  # the day before the edit takes effect
    ],
)
def test_units_are_held_against_the_edit_in_force_on_the_day(units, day, fires):
    case = a_case([a_line("96372", units=units, on=day)])

    assert bool(found(case, an_mue("96372", units=1, since=date(2026, 7, 1)))) is fires


@pytest.mark.parametrize(("indicator", "check"), [("1", None), ("2", "mue-day"), ("3", "mue-day")])
def test_two_lines_count_together_only_under_a_day_edit(indicator, check):
    case = a_case([a_line("96372"), a_line("96372", modifiers="59")])

    said = found(case, an_mue("96372", units=1, indicator=indicator))

    assert [name for name, _ in said] == ([check] if check else [])


@pytest.mark.parametrize(
    ("differs", "fires"),
    [
        ({}, True),
        ({"status": "Denied"}, False),
        ({"lines": [a_line("96372", on=date(2026, 7, 15))]}, False),
    ],
)
def test_other_claims_of_the_day_count_too(differs, fires):
    other = a_claim(**{"number": "C-2", "lines": [a_line("96372", modifiers="59")]} | differs)

    case = a_case([a_line("96372")], history=[other])

    assert bool(found(case, an_mue("96372", units=1, indicator="2"))) is fires


def test_over_a_span_the_units_of_one_day_count():
    line = a_line("96372", units=4, service_date_end=date(2026, 7, 15))

    assert not found(a_case([line]), an_mue("96372", units=2))
    assert found(a_case([line]), an_mue("96372", units=1))


def test_another_payer_is_warned():
    case = a_case([a_line("96372", units=2)], coverage=a_coverage(filing_indicator="CI"))

    assert found(case, an_mue("96372", units=1)) == [("mue-line", Severity.WARNING)]


def test_a_code_without_a_row_has_no_published_limit():
    assert not found(a_case([a_line("96372", units=900)]))


def test_a_line_that_adds_nothing_is_not_blamed_for_other_claims():
    other = a_claim([a_line("96372", units=2)], number="C-2")
    case = a_case([a_line("96372", units=0)], history=[other])

    assert not found(case, an_mue("96372", units=1, indicator="2"))


@pytest.mark.parametrize(("bill_type", "fires"), [("0131", True), ("0111", False)])
@pytest.mark.parametrize("indicator", ["1", "3"])
def test_no_mue_binds_an_inpatient_claim(bill_type, fires, indicator):
    line = an_institutional_line("96372", number=1, units=2)
    case = a_case(claim=an_institutional_claim([line], bill_type=bill_type))

    assert bool(found(case, an_mue("96372", units=1, indicator=indicator))) is fires
