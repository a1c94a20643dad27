"""A portal that has no place for a field: no check says anything that rests on it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders.claims import a_case, a_claim, a_line
from builders.strategies import TABLES, cases
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.checks import review
from bots.checks.partial import NotShown, only_what_is_seen
from bots.claims import Case, Claim

# Not among them: what tells which of NCCI's tables binds a claim (its type, its providers and
# place), and the days by which tables are asked. Where those are unseen they are empty for all
# claims of the portal alike.
PATHS = (
    "lines.modifiers", "lines.pointers", "lines.ndc", "lines.revenue_code", "lines.charge",
    "lines.place_of_service", "patient.sex", "patient.birth_date", "coverage.member_id",
    "coverage.filing_indicator", "diagnoses.present_on_admission", "diagnoses", "authorization",
    "total_charge", "discharge_status", "submitted_on",
)  # fmt: skip


def without(case: Case, path: str, donor: Claim) -> Case:
    """The case as a portal without that field shows it, whatever the field would hold."""
    claim = case.claim
    name, _, inner = path.partition(".")
    value, theirs = getattr(claim, name), getattr(donor, name)
    if not inner:
        held = theirs
    elif isinstance(value, tuple):
        held = tuple(
            replace(one, **{inner: getattr(theirs[n % len(theirs)], inner)}) if theirs else one
            for n, one in enumerate(value)
        )
    else:
        held = replace(value, **{inner: getattr(theirs, inner)})
    return replace(case, claim=replace(claim, **{name: held}, unseen=(path,)))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases(), cases(), st.sampled_from(PATHS))
def test_what_it_would_hold_changes_nothing_that_is_said(case, other, path):
    one, another = without(case, path, case.claim), without(case, path, other.claim)

    assert review(one, TABLES) == review(another, TABLES)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases(), st.sampled_from(PATHS))
def test_no_check_that_found_something_by_it_is_silent(case, path):
    """It says the same without it, or that it could not be evaluated."""
    before = {finding.check for finding in review(case, TABLES).findings}
    after = review(without(case, path, case.claim), TABLES)

    said = {f.check for f in after.findings} | {n.check for n in after.not_evaluated}
    assert before <= said


def test_a_check_that_would_read_it_names_it():
    case = a_case(claim=replace(a_claim([a_line("99213")]), unseen=("lines.modifiers",)))

    said = {entry.missing for entry in review(case, TABLES).not_evaluated}

    assert "the portal does not show lines.modifiers" in said


def test_to_read_it_raises_and_all_else_is_there():
    case = a_case(claim=replace(a_claim([a_line("99213")]), unseen=("lines.modifiers", "coder")))
    claim = only_what_is_seen(case).claim

    assert claim.lines[0].procedure == "99213"
    assert claim.service_from == case.claim.service_from
    with pytest.raises(NotShown, match=r"lines\.modifiers"):
        _ = claim.lines[0].modifiers
    with pytest.raises(NotShown, match="coder"):
        _ = claim.coder
