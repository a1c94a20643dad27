"""Procedure codes on the date of service, and what the fee schedule pays for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from builders.claims import a_case, a_claim, a_coverage, a_line, an_institutional_claim
from builders.claims import an_institutional_line as an_outpatient_line
from builders.tables import a_procedure, an_mpfs, code_sets

from bots.checks import Severity, review


def found(case, codesets):
    return {f.check: f for f in review(case, codesets).findings if f.check.startswith("procedure")}


@pytest.mark.parametrize(
    ("code", "check"),
    [
        ("99999", "procedure-unknown"),
        ("99213", None),
        ("9921", None),  # no form of a code: format's
        ("", None),  # empty: required's
    ],
)
def test_a_code_that_no_row_knows_is_unknown(code, check):
    said = found(a_case([a_line(code)]), code_sets())

    assert ("procedure-unknown" in said) is (check is not None)


def test_an_open_list_cannot_say_that_a_code_is_unknown():
    said = review(a_case([a_line("99999")]), code_sets(complete=False))

    assert "procedure-unknown" not in {f.check for f in said.findings}
    assert "procedure-unknown" in {n.check for n in said.not_evaluated}


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        (None, date(2026, 7, 13), "ended on 2026-07-13"),  # the day before
        (None, date(2026, 7, 14), None),  # its last day
        (date(2026, 7, 15), None, "begins on 2026-07-15"),
        (date(2026, 7, 14), None, None),
    ],
)
def test_a_code_holds_from_its_first_day_to_its_last(since, until, words):
    codesets = code_sets(procedure=[a_procedure("20552", since=since, until=until)])

    said = found(a_case([a_line("20552")]), codesets)

    assert ("procedure-not-in-force" in said) is (words is not None)
    assert "procedure-unknown" not in said
    if words:
        assert words in said["procedure-not-in-force"].message


def paid_with(code, status):
    """A known code under that status of the fee schedule."""
    return {"procedure": [a_procedure(code)], "mpfs": [an_mpfs(code, status=status)]}


@pytest.mark.parametrize(
    ("status", "payer", "severity"),
    [
        ("B", "MB", Severity.ERROR),
        ("I", "MB", Severity.ERROR),
        ("N", "MB", Severity.ERROR),
        ("N", "CI", Severity.WARNING),  # the fee schedule binds Medicare
        ("A", "MB", None),
        ("R", "MB", None),
        ("T", "MB", None),  # alone
    ],
)
def test_status_b_i_and_n_are_never_paid(status, payer, severity):
    case = a_case([a_line("20552")], coverage=a_coverage(filing_indicator=payer))

    said = found(case, code_sets(**paid_with("20552", status)))

    assert {f.severity for f in said.values()} == ({severity} if severity else set())


def test_the_fee_schedule_says_nothing_of_a_hospital_claim():
    case = a_case(claim=an_institutional_claim([an_outpatient_line("20552", number=1)]))

    assert not found(case, code_sets(**paid_with("20552", "B")))


@pytest.mark.parametrize(
    ("other", "day", "fires"),
    [
        ("99213", date(2026, 7, 14), True),
        ("99213", date(2026, 7, 15), False),
        ("G0001", date(2026, 7, 14), False),  # not payable under the fee schedule either
    ],
)
def test_status_t_is_paid_only_when_nothing_else_is(other, day, fires):
    codesets = code_sets(mpfs=[an_mpfs("96523", status="T"), an_mpfs("G0001", status="X")])

    on_claim = found(a_case([a_line("96523"), a_line(other, on=day)]), codesets)
    beside = a_claim([a_line(other, on=day)], number="C-2")
    on_another = found(a_case([a_line("96523")], history=[beside]), codesets)

    assert ("procedure-paid-alone" in on_claim) is fires
    assert ("procedure-paid-alone" in on_another) is fires


@pytest.mark.parametrize(("words", "fires"), [("", True), (" ", True), ("see report", False)])
def test_an_unlisted_code_wants_words(words, fires):
    line = replace(a_line("17999"), description=words)

    said = found(a_case([line]), code_sets(procedure=[a_procedure("17999", unlisted=True)]))

    assert ("procedure-undescribed" in said) is fires
