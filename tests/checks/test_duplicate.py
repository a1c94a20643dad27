"""The same service twice, on one claim and across the day."""

from __future__ import annotations

from datetime import date

import pytest
from builders.claims import a_case, a_claim, a_coverage, a_line, a_provider, an_npi
from builders.tables import a_modifier, code_sets

from bots.checks import review

TABLES = code_sets(modifier=[a_modifier(code) for code in ("76", "91", "XS")])


def checks(case):
    return [f.check for f in review(case, TABLES).findings if f.check.startswith("duplicate-")]


@pytest.mark.parametrize(
    ("differs", "fires"),
    [
        ({}, True),
        ({"number": 7}, True),
        ({"pointers": (1, 1)}, True),  # pointers make no other service
        ({"place_of_service": "11"}, True),  # the claim's own, said again
        ({"modifiers": "76"}, False),
        ({"modifiers": "XS"}, False),
        ({"modifiers": "RT"}, False),
        ({"units": 2}, False),
        ({"charge": "1.00"}, False),
        ({"on": date(2026, 7, 15)}, False),
        ({"place_of_service": "22"}, False),
        ({"ndc": "00069012345"}, False),
    ],
)
def test_a_line_is_a_duplicate_when_nothing_differs(differs, fires):
    case = a_case([a_line("96372"), a_line("96372", **differs)])

    assert checks(case) == (["duplicate-line"] if fires else [])


def test_three_times_the_same_line_is_one_finding():
    case = a_case([a_line(), a_line(), a_line()])

    (said,) = [f for f in review(case, TABLES).findings if f.check == "duplicate-line"]

    assert said.lines == (1, 2, 3)


@pytest.mark.parametrize(
    ("differs", "fires"),
    [
        ({}, True),
        ({"status": "Denied"}, False),
        ({"number": "C-1"}, False),  # the claim itself
        ({"frequency_code": "7", "original_reference": "C-1"}, False),  # replaces it
        ({"coverage": a_coverage(rank="secondary")}, False),
        ({"lines": [a_line(modifiers="25")]}, False),
        ({"lines": [a_line(on=date(2026, 7, 15))]}, False),
        ({"lines": [a_line(units=2, charge="1.00")]}, True),
        ({"providers": [a_provider("rendering", an_npi("111111111"))]}, False),
    ],
)
def test_the_same_service_on_another_claim_of_the_day(differs, fires):
    other = a_claim(**{"number": "C-2"} | differs)

    assert checks(a_case(history=[other])) == (["duplicate-across-claims"] if fires else [])


@pytest.mark.parametrize(
    ("differs", "said"),
    [
        ({"status": "Paid"}, "duplicate-exact-across-claims"),
        ({"submitted_on": date(2026, 7, 20)}, "duplicate-exact-across-claims"),
        ({"status": "Draft"}, "duplicate-across-claims"),
        ({"status": "Paid", "lines": [a_line(units=2)]}, "duplicate-across-claims"),
        ({"status": "Paid", "lines": [a_line(charge="1.00")]}, "duplicate-across-claims"),
        ({"status": "Paid", "place_of_service": "22"}, "duplicate-across-claims"),
    ],
)
def test_what_was_sent_to_the_cent_is_an_exact_duplicate(differs, said):
    """Pub. 100-04, ch. 1, 120.2 and 120.3."""
    other = a_claim(**{"number": "C-2"} | differs)

    assert checks(a_case(history=[other])) == [said]


def test_without_a_view_of_other_claims_it_is_not_evaluated():
    said = review(a_case(history=None), TABLES)

    assert "duplicate-across-claims" in {n.check for n in said.not_evaluated}
