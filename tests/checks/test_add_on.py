"""An add-on code and the service it is added to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from builders.claims import (
    a_case,
    a_claim,
    a_line,
    a_provider,
    an_institutional_claim,
    an_institutional_line,
    an_npi,
)
from builders.tables import a_procedure, an_add_on, code_sets

from bots.checks import Severity, review


def said(case, *rows):
    codesets = code_sets(
        add_on=rows or [an_add_on("11103", "11102"), an_add_on("11103", "11104")],
        procedure=[a_procedure("11103", "surgery"), a_procedure("11104", "surgery")],
    )
    return review(case, codesets)


def fires(case, *rows):
    return "add-on-alone" in {f.check for f in said(case, *rows).findings}


@pytest.mark.parametrize(
    ("other", "day", "alone"),
    [
        ("11102", date(2026, 7, 14), False),
        ("11104", date(2026, 7, 14), False),  # any of the listed
        ("99213", date(2026, 7, 14), True),
        ("11102", date(2026, 7, 15), True),
    ],
)
def test_the_primary_stands_on_the_claim_or_another_of_the_day(other, day, alone):
    beside = a_claim([a_line(other, on=day)], number="C-2")

    assert fires(a_case([a_line("11103"), a_line(other, on=day)])) is alone
    assert fires(a_case([a_line("11103")], history=[beside])) is alone


def test_another_providers_primary_is_none():
    beside = a_claim(
        [a_line("11102")],
        number="C-2",
        providers=[a_provider("rendering", an_npi("111111111"))],
    )

    assert fires(a_case([a_line("11103")], history=[beside]))


def test_without_a_view_of_other_claims_it_is_not_evaluated():
    answer = said(a_case([a_line("11103")], history=None))

    assert "add-on-alone" in {n.check for n in answer.not_evaluated}
    assert "add-on-alone" not in {f.check for f in answer.findings}


def test_claims_that_happen_to_be_at_hand_do_not_show_what_is_missing():
    """Other claims of the same files may hold the primary; that they do not proves nothing."""
    case = a_case([a_line("11103")], history=[a_claim([a_line("99213")], number="C-2")])
    answer = said(replace(case, history_complete=False))

    assert "add-on-alone" in {n.check for n in answer.not_evaluated}
    assert "add-on-alone" not in {f.check for f in answer.findings}


@pytest.mark.parametrize(
    ("row", "other", "severity"),
    [
        (an_add_on("11103", "11102", type="1"), "99213", Severity.ERROR),
        (an_add_on("11103", "11102", type="3"), "99213", Severity.WARNING),  # the list is open
        (an_add_on("11103", "", type="2"), "99213", None),  # no list: any primary will do
        (an_add_on("11103", "", type="2"), None, Severity.ERROR),
        (an_add_on("11103", "11102", until=date(2026, 7, 13)), "99213", None),  # no longer one
    ],
)
def test_an_open_list_is_no_proof(row, other, severity):
    case = a_case([a_line("11103"), *([a_line(other)] if other else [])])

    found = [f.severity for f in said(case, row).findings if f.check == "add-on-alone"]

    assert found == ([severity] if severity else [])


@pytest.mark.parametrize(("bill_type", "alone"), [("0131", True), ("0111", False)])
def test_no_add_on_edit_binds_an_inpatient_claim(bill_type, alone):
    lines = [an_institutional_line("11103", number=1)]

    assert fires(a_case(claim=an_institutional_claim(lines, bill_type=bill_type))) is alone


def test_a_long_list_of_primaries_is_cut_in_the_message():
    rows = [an_add_on("11103", f"1110{digit}") for digit in (2, 4, 5, 6, 7)]

    (found,) = [
        f for f in said(a_case([a_line("11103")]), *rows).findings if f.check == "add-on-alone"
    ]

    assert found.message.endswith("accepted: 11102, 11104, 11105, 11106 and 1 more")
