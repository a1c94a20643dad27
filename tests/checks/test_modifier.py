"""Modifiers: the list, the fee schedule's indicators, and what excludes what."""

from __future__ import annotations

import pytest
from builders.claims import a_case, a_line
from builders.tables import a_modifier, an_mpfs, code_sets

from bots.checks import review
from bots.claims import Change


def found(case, codesets=None):
    said = review(case, codesets or code_sets()).findings
    return {f.check: f for f in said if f.check.startswith("modifier")}


@pytest.mark.parametrize(
    ("modifiers", "fires"),
    [("ZZ", True), ("KX", False), ("kx", False), ("Z", False)],  # the last two have no form
)
def test_a_modifier_that_the_complete_list_lacks_is_unknown(modifiers, fires):
    assert ("modifier-unknown" in found(a_case([a_line(modifiers=modifiers)]))) is fires


def test_an_open_list_cannot_say_that_a_modifier_is_unknown():
    said = review(a_case([a_line(modifiers="ZZ")]), code_sets(complete=False))

    assert "modifier-unknown" not in {f.check for f in said.findings}
    assert "modifier-unknown" in {n.check for n in said.not_evaluated}


@pytest.mark.parametrize(
    ("pc_tc", "modifier", "fires"),
    [
        ("1", "26", False),
        ("1", "TC", False),
        ("6", "26", False),
        ("6", "TC", True),
        *((indicator, modifier, True) for indicator in "023459" for modifier in ("26", "TC")),
    ],
)
def test_only_a_test_with_both_parts_is_split(pc_tc, modifier, fires):
    codesets = code_sets(mpfs=[an_mpfs("71046", pc_tc=pc_tc)])

    said = found(a_case([a_line("71046", modifiers=modifier)]), codesets)

    assert ("modifier-component" in said) is fires


def test_26_and_tc_exclude_each_other():
    codesets = code_sets(mpfs=[an_mpfs("71046", pc_tc="1")])

    assert "modifier-26-with-tc" in found(a_case([a_line("71046", modifiers="26 TC")]), codesets)
    assert not found(a_case([a_line("71046", modifiers="26")]), codesets)


@pytest.mark.parametrize(
    ("indicator", "fires"), [("0", True), ("1", False), ("2", True), ("3", False), ("9", True)]
)
def test_50_goes_with_bilateral_indicators_1_and_3(indicator, fires):
    codesets = code_sets(mpfs=[an_mpfs("20610", bilateral=indicator)])

    said = found(a_case([a_line("20610", modifiers="50")]), codesets)

    assert ("modifier-50-not-bilateral" in said) is fires


@pytest.mark.parametrize(
    ("modifiers", "fires"), [("50 RT", True), ("LT 50", True), ("RT", False), ("50 KX", False)]
)
def test_50_says_both_sides(modifiers, fires):
    codesets = code_sets(mpfs=[an_mpfs("20610", bilateral="1")])

    said = found(a_case([a_line("20610", modifiers=modifiers)]), codesets)

    assert ("modifier-50-with-side" in said) is fires


def test_59_beside_an_x_modifier_is_proposed_away():
    said = found(a_case([a_line("96372", modifiers="59 XU")]))

    assert said["modifier-59-with-x"].repair.changes == (Change("modifiers", 1, "59 XU", "XU"),)
    assert "modifier-59-with-x" not in found(a_case([a_line("96372", modifiers="59")]))


def test_the_same_modifier_twice_is_one_finding():
    said = found(a_case([a_line("96372", modifiers="59 59 59"), a_line()]))

    assert set(said) == {"modifier-repeated"}
    assert said["modifier-repeated"].repair is None


@pytest.mark.parametrize(
    ("modifiers", "to"),
    [
        ("KX 26", "26 KX"),
        ("26 KX", None),
        ("RT 26", None),  # a side is no information, and its place is a matter of taste
        ("KX RT 26", "26 KX RT"),
        ("ZZ 26", None),  # unknown: another check's
    ],
)
def test_what_affects_payment_is_proposed_to_the_front(modifiers, to):
    codesets = code_sets(mpfs=[an_mpfs("71046", pc_tc="1")])

    said = found(a_case([a_line("71046", modifiers=modifiers)]), codesets).get("modifier-order")

    assert (said and said.repair.changes[0].to) == to


@pytest.mark.parametrize(("count", "fires"), [(4, False), (5, True)])
def test_a_line_has_room_for_four(count, fires):
    modifiers = [f"A{digit}" for digit in range(count)]
    codesets = code_sets(modifier=[a_modifier(code) for code in modifiers])

    said = found(a_case([a_line(modifiers=modifiers)]), codesets)

    assert set(said) == ({"modifier-too-many"} if fires else set())
