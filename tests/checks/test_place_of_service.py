"""Places of service: the list, and what a code says of its place."""

from __future__ import annotations

import pytest
from builders.claims import a_case, a_line, an_institutional_claim
from builders.tables import a_procedure, code_sets

from bots.checks import review
from bots.claims import Change


def found(case, codesets=None):
    said = review(case, codesets or code_sets()).findings
    return [f for f in said if f.check.startswith("place-of-service-")]


@pytest.mark.parametrize(
    ("place", "fires"),
    [
        ("88", True),
        ("11", False),
        ("1", False),
        ("", False),
    ],  # no form: format's; empty: required's
)
def test_a_place_that_the_list_lacks_is_unknown(place, fires):
    said = found(a_case(place_of_service=place))

    assert ("place-of-service-unknown" in {f.check for f in said}) is fires


def test_a_lines_own_place_is_asked_too():
    (said,) = found(a_case([a_line(), a_line("99214", place_of_service="88")]))

    assert said.lines == (2,)


@pytest.mark.parametrize("code", ["99213", "G0463"])
def test_an_open_list_leaves_an_unknown_place_unevaluated(code):
    said = review(a_case([a_line(code)], place_of_service="88"), code_sets(complete=False))

    assert "place-of-service-unknown" in {n.check for n in said.not_evaluated}


ONLY_22 = code_sets(procedure=[a_procedure("20610", places=("22",))])
SEVERAL = code_sets(procedure=[a_procedure("20610", places=("22", "23"))])


def test_the_only_place_is_proposed_for_the_claim():
    (said,) = found(a_case([a_line("20610")]), ONLY_22)

    assert said.repair.changes == (Change("place_of_service", None, "11", "22"),)


def test_the_only_place_is_proposed_for_the_line_that_has_its_own():
    (said,) = found(a_case([a_line(), a_line("20610", place_of_service="23")]), ONLY_22)

    assert said.repair.changes == (Change("place_of_service", 2, "23", "22"),)


def test_two_lines_that_want_one_place_are_one_finding():
    case = a_case([a_line("20610"), a_line("20610", charge="1.00")])

    (said,) = found(case, ONLY_22)

    assert said.lines == (1, 2)


def test_several_places_are_a_persons_choice():
    (said,) = found(a_case([a_line("20610")]), SEVERAL)

    assert said.repair is None


def test_the_claims_place_is_not_changed_under_a_line_that_excludes_it():
    codesets = code_sets(
        procedure=[a_procedure("20610", places=("22",)), a_procedure("99214", places=("11",))]
    )

    (said,) = found(a_case([a_line("20610"), a_line("99214")]), codesets)

    assert said.repair is None


@pytest.mark.parametrize("place", ["88", "1"])
def test_an_unknown_or_badly_formed_place_is_not_also_the_wrong_one(place):
    said = found(a_case([a_line("20610")], place_of_service=place), ONLY_22)

    assert "place-of-service-for-code" not in {f.check for f in said}


@pytest.mark.parametrize("place", ["11", "88"])
def test_a_hospital_claim_says_its_setting_otherwise(place):
    lines = [a_line("20610", number=1, revenue_code="0510", place_of_service=place)]

    assert not found(a_case(claim=an_institutional_claim(lines)), ONLY_22)
