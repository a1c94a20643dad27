"""The checks that a glance names are all that have something to say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from builders.claims import a_case, a_claim, a_line, an_institutional_claim
from builders.strategies import TABLES, cases
from builders.tables import a_procedure, code_sets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.checks import Finding, Mark, catalogue, review
from bots.checks.glance import Glance
from bots.checks.needs import days_of, lacking, ncci_side, parts_lacking, tables_of
from bots.claims import Case
from bots.codesets import CodeSets
from bots.codesets.rows import TABLES as TABLES_BY_NAME


def found_by_all(case: Case, codesets: CodeSets) -> set[tuple[str, str]]:
    """What every check of the catalogue says, whether or not a glance names it."""
    parts, side, days = parts_lacking(case), ncci_side(case), days_of(case)
    said = set()
    for check in catalogue():
        if lacking(check.needs, parts, side, days, codesets) is not None:
            continue
        for entry in check.rule(case, codesets):
            said.add((check.id, entry.message if isinstance(entry, Finding) else entry.missing))
    return said


def said_in_review(case: Case, codesets: CodeSets) -> set[tuple[str, str]]:
    found = review(case, codesets)
    return {(f.check, f.message) for f in found.findings} | {
        (n.check, n.missing) for n in found.not_evaluated
    }


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases(), st.booleans())
def test_nothing_that_any_check_says_is_lost(case, without_parts):
    for codesets in (TABLES, code_sets(complete=False, without=("fee", "mpfs"))):
        assert found_by_all(case, codesets) <= said_in_review(case, codesets)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases(), st.sampled_from([*TABLES_BY_NAME, "documentation", "history"]))
def test_who_found_something_by_what_is_gone_now_says_that_it_could_not(case, gone):
    """A check that a missing table or part of the case silences is named as not evaluated."""
    tables, left = TABLES, case
    if gone in TABLES_BY_NAME:
        tables = replace(TABLES, **{gone: None})
    else:
        left = replace(case, **{gone: None})
    before = {finding.check for finding in review(case, TABLES).findings}
    after = review(left, tables)
    named = {said.check for said in after.not_evaluated}

    for check in before & needing(gone, case):
        assert check in named


def needing(gone: str, case: Case) -> set[str]:
    side = ncci_side(case)
    return {
        check.id
        for check in catalogue()
        if gone in check.needs or gone in tables_of(check.needs, side)
    }


def marks(case: Case, codesets: CodeSets | None = None) -> Mark:
    return Glance(codesets or code_sets()).marks(case)


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        ([a_line()], Mark.EM),
        ([a_line(units=2)], Mark.UNITS),
        ([a_line(modifiers="25")], Mark.MODIFIED),
        ([a_line(), a_line("99214")], Mark.LINES),
        ([a_line(), a_line(modifiers="59")], Mark.SAME_CODE),
        ([a_line("20610")], Mark.ODD_CODE),
        ([a_line(ndc="00069012345")], Mark.NDC),
        ([a_line(pointers=(7,))], Mark.POINTERS),
        ([a_line(place_of_service="02")], Mark.REMOTE),
        ([a_line(place_of_service="x")], Mark.FORM | Mark.PLACE),
        ([a_line(on=date(2026, 10, 1))], Mark.TIMES),
        ([a_line(charge=-1)], Mark.SUM),
    ],
)
def test_a_mark_stands_for_one_thing(lines, shown):
    assert shown in marks(a_case(lines))
    assert shown & ~marks(a_case([a_line("96372")]))


def test_an_ordinary_claim_shows_few_marks():
    assert marks(a_case([a_line()], documentation=None)) == (
        Mark.PROFESSIONAL | Mark.MEDICARE | Mark.FEMALE | Mark.EM | Mark.NO_CLIA | Mark.NO_ORDERER
    )


def test_a_claim_with_an_undated_line_shows_every_mark_of_its_type():
    every = ~Mark(0)
    assert marks(a_case([a_line(on=None)])) == every & ~Mark.INSTITUTIONAL
    assert Mark.INSTITUTIONAL in marks(a_case(claim=an_institutional_claim()))


@given(st.integers(0, 120))
def test_a_code_that_ends_within_the_quarter_is_odd_in_all_of_it(days):
    """Too many marks are allowed, too few are not."""
    ends = date(2026, 7, 1) + timedelta(days=days)
    tables = code_sets(procedure=[a_procedure("99215", "em", until=ends)])
    day = date(2026, 9, 30)

    shown = marks(a_case(claim=a_claim([a_line("99215", on=day)])), tables)

    assert (Mark.ODD_CODE in shown) is (ends < day)
