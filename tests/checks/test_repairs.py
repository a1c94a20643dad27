"""The smallest lawful repairs, held against every subset of the edits there are."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import chain, combinations

import pytest
from builders.claims import DAY, a_case, a_claim, a_line, documentation_of
from builders.strategies import TABLES, cases
from builders.tables import (
    a_modifier,
    a_policy,
    a_policy_diagnosis,
    a_procedure,
    a_ptp,
    an_mpfs,
    code_sets,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.checks import review
from bots.checks.repairs import (
    MOST_EDITS,
    candidates,
    edited,
    go_together,
    goals,
    passes,
    smallest,
    ways,
)
from bots.claims import Visit

SMALL = code_sets(
    ptp=[a_ptp("20610", "99213", "1"), a_ptp("99214", "36415", "0"), a_ptp("36415", "99212", "1")],
    procedure=[a_procedure("20610", "surgery"), a_procedure("99212", "em")],
    modifier=[a_modifier("GZ"), a_modifier("GA")],
)
CODES = ["20610", "99213", "99214", "36415", "99212"]


@st.composite
def small_cases(draw: st.DrawFn):
    """Up to three lines with redundant modifiers, hyphenated NDCs and edits between them."""
    lines = [
        a_line(
            draw(st.sampled_from(CODES)),
            modifiers=draw(st.sampled_from(["", "59", "59 XU", "25", "KX 25"])),
            ndc=draw(st.sampled_from(["", "", "0069-0123-45"])),
            ndc_quantity=Decimal(1),
            ndc_unit="ML",
        )
        for _ in range(draw(st.integers(1, 3)))
    ]
    claim = a_claim(lines, total_charge=draw(st.sampled_from([None, Decimal("900.00")])))
    if claim.total_charge is None:
        claim = replace(claim, total_charge=sum((line.charge for line in lines), Decimal(0)))
    return a_case(
        claim=claim, documentation=draw(st.sampled_from([None, documentation_of(claim)]))
    )


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(small_cases())
def test_the_search_finds_what_trying_every_subset_finds(case):
    before = review(case, SMALL).findings
    edits = candidates(case, before)[:6]
    every = chain.from_iterable(combinations(edits, n) for n in range(1, MOST_EDITS + 1))
    for goal in goals(before):
        done = {
            chosen
            for chosen in map(frozenset, every if goal else ())
            if go_together(tuple(chosen))
            and passes(before, review(edited(case, chosen), SMALL).findings, chosen, goal)
        }
        smallest_of_all = {one for one in done if not any(other < one for other in done)}

        found = {frozenset(way) for way, _ in smallest(case, SMALL, before, edits, goal)}

        assert found == smallest_of_all
        every = chain.from_iterable(combinations(edits, n) for n in range(1, MOST_EDITS + 1))


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_any_claim_gets_its_ways_and_bill_it_as_it_is_stands_first(case):
    first, *others = ways(case, TABLES)

    assert first.edits == ()
    assert first.words.startswith("bill it as it is")
    assert all(edit.condition for way in others for edit in way.edits)


def words(case, codesets=SMALL):
    return [way.words for way in ways(case, codesets)][1:]


def test_a_pair_with_indicator_0_has_one_way_and_no_modifier_is_it():
    """NCCI Policy Manual, ch. I: indicator 0, never paid together."""
    case = a_case([a_line("99214"), a_line("36415")])

    assert all("remove line" in one for one in words(case))
    assert words(case)


def test_a_modifier_comes_with_what_the_record_must_show_and_behind_the_removal():
    """NCCI Policy Manual, ch. I, section E; AHIMA/ACDIS 2022."""
    case = a_case([a_line("36415"), a_line("99212")], documentation=None)
    found = ways(case, SMALL)
    removes = [way.edits and all(e.removes for e in way.edits) for way in found[1:]]

    assert removes == sorted(removes, reverse=True)
    assert any("59" in way.words or "25" in way.words for way in found)
    assert all("record" in e.condition or "note" in e.condition for w in found for e in w.edits)


def test_nothing_is_done_for_a_coverage_policy():
    """A diagnosis that would pay is no reason to write it (31 U.S.C. 3729)."""
    tables = code_sets(
        policy_procedure=[a_policy("99213")], policy_diagnosis=[a_policy_diagnosis("I10")]
    )
    case = a_case([a_line("99213")])

    assert "policy-diagnosis-unsupported" in {f.check for f in review(case, tables).findings}
    assert words(case, tables) == []


@pytest.mark.parametrize(
    ("line", "way"),
    [
        (a_line("99213", modifiers="59 XU"), "modifiers of line 1: 59 XU → XU"),
    ],
)
def test_what_a_check_computed_is_a_way(line, way):
    assert way in words(a_case([line]))


def test_a_modifier_quotes_the_visit_that_bears_it_out():
    """Pub. 100-04, ch. 12, 40.2.A: 25 says that the visit stood apart; the note must."""
    tables = code_sets(mpfs=[an_mpfs("11102", global_days="000")])
    lines = [a_line("99213"), a_line("11102")]
    papers = documentation_of(a_claim(lines))
    visit = Visit("V-1", DAY, separate_from_procedure=True, signed=True)
    case = a_case(lines, documentation=replace(papers, visits=(visit,)))

    found = [edit for way in ways(case, tables) for edit in way.edits if "25" in edit.words]

    assert {edit.quote for edit in found} == {("V-1",)}
    unsigned = replace(papers, visits=(replace(visit, signed=False),))
    found = [
        edit
        for way in ways(replace(case, documentation=unsigned), tables)
        for edit in way.edits
        if "25" in edit.words
    ]
    assert all(edit.quote == () and "note shows" in edit.condition for edit in found)


def test_the_order_asks_for_no_money():
    dear, cheap = a_line("99214", charge="900.00"), a_line("36415", charge="1.00")

    other_way_round = [replace(dear, charge=Decimal(1)), cheap]

    assert words(a_case([dear, cheap])) == words(a_case(other_way_round))
