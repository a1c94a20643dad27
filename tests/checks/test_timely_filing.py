"""The last day on which a claim could be filed, and the day after."""

from __future__ import annotations

from datetime import date

import pytest
from builders.claims import (
    a_case,
    a_coverage,
    a_line,
    a_patient,
    an_institutional_claim,
    an_institutional_line,
)
from builders.tables import a_rule, code_sets

from bots.checks.timely_filing import filed_late, late

MEDICARE_LAW = code_sets(without=("payer_rule",))


def says(case, codesets):
    return [said.check for said in filed_late(case, codesets) if hasattr(said, "message")]


@pytest.mark.parametrize(
    ("served", "filed", "fires"),
    [
        (date(2025, 9, 30), date(2026, 9, 30), False),  # the last day
        (date(2025, 9, 29), date(2026, 9, 30), True),  # one day late
        (date(2024, 2, 29), date(2025, 2, 28), False),
        (date(2024, 2, 29), date(2025, 3, 1), True),
    ],
)
def test_medicare_allows_one_calendar_year(served, filed, fires):
    case = a_case([a_line(on=served)], as_of=filed)

    assert bool(says(case, MEDICARE_LAW)) is fires


@pytest.mark.parametrize(
    ("filed", "fires"), [(date(2026, 10, 12), False), (date(2026, 10, 13), True)]
)
def test_a_payers_own_rule_counts_days(filed, fires):
    rules = code_sets(payer_rule=[a_rule("timely_filing_days", "90")])

    assert bool(says(a_case(as_of=filed), rules)) is fires


def test_what_was_sent_is_judged_by_the_day_it_was_sent():
    served = a_line(on=date(2025, 7, 1))

    assert says(a_case([served], submitted_on=date(2025, 8, 1)), MEDICARE_LAW) == []
    assert says(a_case([served], submitted_on=date(2026, 8, 1)), MEDICARE_LAW) == [late.id]


def test_a_stay_counts_from_its_last_day_and_a_visit_from_its_first():
    days = {"statement_from": date(2025, 9, 1), "statement_through": date(2025, 10, 2)}
    stay = an_institutional_claim([an_institutional_line(on=date(2025, 9, 1))], **days)

    assert says(a_case(claim=stay), MEDICARE_LAW) == []
    visit = a_case([a_line(on=date(2025, 9, 1)), a_line("99214", on=date(2025, 10, 2))])
    assert says(visit, MEDICARE_LAW) == [late.id]


def test_another_payer_without_a_rule_is_not_evaluated():
    case = a_case(coverage=a_coverage(payer_id="BLUE", filing_indicator="BL"))
    (said,) = filed_late(case, code_sets())

    assert said.missing == "payer_rule: timely_filing_days of payer BLUE"


def test_a_rule_that_is_no_number_is_not_evaluated():
    rules = code_sets(payer_rule=[a_rule("timely_filing_days", "a year")])
    (said,) = filed_late(a_case(), rules)

    assert "no number of days" in said.missing


def test_a_date_before_birth_is_not_called_late_too():
    case = a_case([a_line(on=date(1979, 7, 14))], patient=a_patient(birth_date=date(1980, 3, 2)))

    assert says(case, MEDICARE_LAW) == []
