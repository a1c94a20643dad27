"""Diagnosis pointers of a professional line.

Authority: ASC X12 005010X222A1, loop 2400, SV107: one to four pointers to the diagnoses of
the claim. Institutional lines have none. Where the claim has no diagnosis at all every
pointer is silent: that is `diagnosis-missing`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.marks import Mark
from bots.claims import Case, ClaimType, ServiceLine
from bots.codesets import CodeSets

MOST = 4

to_nothing = Check(
    id="pointer-to-nothing",
    family="pointer",
    title="A pointer names a diagnosis that the claim does not have",
    authority="005010X222A1, loop 2400, SV107-1 to SV107-4",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, Mark.POINTERS),
    denial=Denial("CO", "16", "M76"),
)
missing = Check(
    id="pointer-missing",
    family="pointer",
    title="A professional line points to no diagnosis",
    authority="005010X222A1, loop 2400, SV107-1",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, Mark.POINTERS),
    denial=Denial("CO", "16", "M76"),
)
too_many = Check(
    id="pointer-too-many",
    family="pointer",
    title="A line has more than four pointers",
    authority="005010X222A1, loop 2400, SV107-1 to SV107-4",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, Mark.POINTERS),
    denial=Denial("CO", "16", "M76"),
)
repeated = Check(
    id="pointer-repeated",
    family="pointer",
    title="A line points to the same diagnosis twice",
    authority="005010X222A1, loop 2400, SV107-2 to SV107-4",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, Mark.POINTERS),
    denial=Denial("CO", "16", "M76"),
)


@to_nothing.review
def points_to_nothing(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A position without a diagnosis behind it."""
    positions = {entry.position for entry in case.claim.diagnoses}
    for line in _lines(case):
        lost = sorted(set(line.pointers) - positions)
        if lost:
            yield to_nothing.finding(
                line,
                f"Line {line.number} points to {_listed(lost)}; "
                f"the claim has {len(positions)} diagnoses",
            )


@missing.review
def points_nowhere(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The first pointer is required."""
    for line in _lines(case):
        if not line.pointers:
            yield missing.finding(line, f"Line {line.number} has no diagnosis pointer")


@too_many.review
def points_too_often(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """There is room for four."""
    for line in _lines(case):
        if len(line.pointers) > MOST:
            yield too_many.finding(
                line, f"Line {line.number} has {len(line.pointers)} pointers; the limit is {MOST}"
            )


@repeated.review
def points_twice(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Which of the two was meant to be another diagnosis only a person can say."""
    for line in _lines(case):
        twice = sorted({p for p in line.pointers if line.pointers.count(p) > 1})
        if twice:
            yield repeated.finding(
                line, f"Line {line.number} points to {_listed(twice)} more than once"
            )


def _lines(case: Case) -> tuple[ServiceLine, ...]:
    claim = case.claim
    if claim.type is not ClaimType.PROFESSIONAL or not claim.diagnoses:
        return ()
    return claim.lines


def _listed(positions: list[int]) -> str:
    return ", ".join(str(position) for position in positions)
