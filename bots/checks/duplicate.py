"""The same service billed twice, on one claim or across the patient's day.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 1, section 120 (detection of
duplicate claims): exact duplicates are denied (OA-18) unless a modifier says that the second
is another service. Across claims it may be right with the other claim, so it is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.day import Beside, coded_lines, lines_beside, place_of
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.marks import Mark
from bots.claims import Case, Claim, ServiceLine
from bots.codesets import CodeSets

# What a portal calls a claim that has left the office and was not denied.
_SENT = {"submitted", "in process", "paid", "appealed", "under audit"}
# Repeat procedure (76, 77), repeat test (91), distinct service (59 and its subsets).
_SAYS_ANOTHER = {"76", "77", "91", "59", "XE", "XP", "XS", "XU"}

in_the_claim = Check(
    id="duplicate-line",
    family="duplicate",
    title="The same line twice on the claim",
    authority="Pub. 100-04, ch. 1, section 120.2 (exact duplicates)",
    severity=Severity.ERROR,
    when=(Mark.SAME_CODE,),
    denial=Denial("OA", "18"),
)

across_claims = Check(
    id="duplicate-across-claims",
    family="duplicate",
    title="The same service stands on another claim of the day",
    authority="Pub. 100-04, ch. 1, section 120.3 (suspect duplicates)",
    severity=Severity.WARNING,
    needs=("history",),
    when=(Mark.NEAR,),
    denial=Denial("OA", "18"),
)
exact_across_claims = Check(
    id="duplicate-exact-across-claims",
    family="duplicate",
    title="The same line, to the cent, stands on a claim that was sent already",
    authority="Pub. 100-04, ch. 1, section 120.2 (exact duplicates)",
    severity=Severity.ERROR,
    needs=("history",),
    when=(Mark.NEAR,),
    denial=Denial("OA", "18"),
)


@in_the_claim.review
def same_line_twice(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent where a modifier says that the line is another service."""
    same: dict[tuple[object, ...], list[ServiceLine]] = {}
    for line, _ in coded_lines(case.claim):
        if not _SAYS_ANOTHER.intersection(line.modifiers):
            same.setdefault(_whole(case.claim, line), []).append(line)
    for lines in same.values():
        if len(lines) > 1:
            later = ", ".join(str(line.number) for line in lines[1:])
            yield in_the_claim.finding(
                lines,
                f"line {later} repeats line {lines[0].number}: {lines[0].procedure}, "
                "same day, modifiers, units and charge",
                codes=(lines[0].procedure,),
            )


@across_claims.review
def same_service_on_another_claim(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent on denied claims, replacements, and a secondary payer's copy."""
    rank = case.claim.coverage.rank
    elsewhere = {
        (beside.day, beside.line.procedure, frozenset(beside.line.modifiers)): beside.claim
        for beside in lines_beside(case)
        if beside.claim.coverage.rank == rank  # a secondary claim repeats the primary's lines
    }
    if not elsewhere:
        return
    for line, day in coded_lines(case.claim):
        other = elsewhere.get((day, line.procedure, frozenset(line.modifiers)))
        if any(_is_sent_twin(case.claim, line, entry) for entry in lines_beside(case)):
            continue
        if other is not None and not _SAYS_ANOTHER.intersection(line.modifiers):
            yield across_claims.finding(
                line,
                f"{line.procedure} of {day.isoformat()} by the same provider "
                f"also stands on claim {other.number}",
            )


@exact_across_claims.review
def same_line_on_a_claim_already_sent(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """What section 120.2 compares, against what was sent; else `duplicate-across-claims`."""
    beside = lines_beside(case)
    for line, day in coded_lines(case.claim):
        twin = next((e for e in beside if _is_sent_twin(case.claim, line, e)), None)
        if twin is not None:
            yield exact_across_claims.finding(
                line,
                f"{line.procedure} of {day.isoformat()} with the same modifiers, units, place "
                f"and charge was sent on claim {twin.claim.number}",
            )


def _is_sent_twin(claim: Claim, line: ServiceLine, beside: Beside) -> bool:
    """Whether the other line is this very one, on a claim that has left the office."""
    other = beside.claim
    if _SAYS_ANOTHER.intersection(line.modifiers) or other.coverage.rank != claim.coverage.rank:
        return False
    sent = other.submitted_on is not None or other.status.strip().lower() in _SENT
    return sent and _whole(claim, line) == _whole(other, beside.line)


def _whole(claim: Claim, line: ServiceLine) -> tuple[object, ...]:
    """All that section 120.2 compares within a claim, and what would make it another drug."""
    return (
        line.procedure,
        frozenset(line.modifiers),
        line.service_date,
        line.service_date_end or line.service_date,
        line.units,
        line.charge,
        place_of(claim, line),
        line.revenue_code,
        line.ndc,
        line.description,
    )
