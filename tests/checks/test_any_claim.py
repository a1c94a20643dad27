"""What holds for every check and any claim at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders.claims import a_case, a_claim, a_line, an_institutional_claim
from builders.strategies import TABLES, cases
from builders.tables import code_sets
from hypothesis import HealthCheck, given, settings

from bots.checks import Class, Mark, by_id, catalogue, review
from bots.claims import CLAIM_FIELDS, LINE_FIELDS, value_of
from bots.codesets import CodeSets

many = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


@many
@given(cases())
def test_no_check_ever_raises(case):
    for codesets in (TABLES, code_sets(complete=False), CodeSets()):
        review(case, codesets)


@many
@given(cases())
def test_a_review_depends_on_nothing_but_its_arguments(case):
    assert review(case, TABLES) == review(case, TABLES)


@many
@given(cases())
def test_a_finding_speaks_of_lines_that_are_there_and_of_no_more_than_its_check_may(case):
    numbers = {line.number for line in case.claim.lines}
    for finding in review(case, TABLES).findings:
        assert set(finding.lines) <= numbers
        assert finding.message
        if finding.repair is not None:
            assert by_id()[finding.check].at_most is not Class.FLAG


@many
@given(cases())
def test_every_repair_starts_from_what_the_claim_says_and_changes_it(case):
    for finding in review(case, TABLES).findings:
        for change in finding.repair.changes if finding.repair else ():
            assert change.field in (CLAIM_FIELDS if change.line is None else LINE_FIELDS)
            assert change.from_ == value_of(case.claim, change.field, change.line)
            assert change.to != change.from_


@many
@given(cases())
def test_no_message_carries_the_member_id_or_the_name(case):
    claim = replace(
        case.claim,
        patient=replace(case.claim.patient, last_name="Qvxzmarked", record_number="MR-QVX"),
        coverage=replace(case.claim.coverage, member_id="ZZMARKED99"),
    )
    for finding in review(replace(case, claim=claim), TABLES).findings:
        assert "Qvxzmarked" not in finding.message
        assert "ZZMARKED99" not in finding.message
        assert "MR-QVX" not in finding.message


@pytest.mark.parametrize(
    ("claim", "other"),
    [
        (a_claim([a_line(on=None)]), Mark.INSTITUTIONAL),
        (an_institutional_claim([a_line(on=None)]), Mark.PROFESSIONAL),
    ],
    ids=["professional", "institutional"],
)
def test_without_any_table_every_check_that_needs_one_says_so(claim, other):
    """Of a claim with a line without a date nobody knows what it shows; its type is known."""
    unanswered = {entry.check for entry in review(a_case(claim=claim), CodeSets()).not_evaluated}
    sides = {"documentation", "history", "eligibility", "authorizations"}
    no_ncci = {"ptp", "mue"} if other is Mark.PROFESSIONAL else set()

    asked = {c.id for c in catalogue() if set(c.needs) - sides - no_ncci and other not in c.when}
    assert asked <= unanswered
