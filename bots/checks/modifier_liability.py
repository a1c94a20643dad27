"""Who pays if Medicare does not: GA, GX, GY, GZ, and KX beside them.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 30, section 50 (advance
beneficiary notice), ch. 1, section 60.4.2 (line modifiers for non-covered charges); Change
Requests 6563 (GA and GX) and 7228 (GZ is denied by itself). GA: a required notice is on file. GX:
a voluntary one. GY: excluded by statute. GZ: denial expected, no notice.
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.concerns import bearing
from bots.checks.day import marked_lines
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.marks import Mark
from bots.claims import Case
from bots.codesets import CodeSets

_EXCLUSIVE = ("GA", "GY", "GZ")
_NOT_WITH_GX = ("EY", "GA", "GL", "GZ", "KB", "QL", "TQ")
_NOTICE = ("GA", "GX", "GZ")
_MEDICARE_ADVANTAGE = "16"

contradict = Check(
    id="liability-contradicts",
    family="modifier",
    title="Two answers to who pays if Medicare does not",
    authority="Pub. 100-04, ch. 1, section 60.4.2; ch. 30, section 50; CR 6563",
    severity=Severity.ERROR,
    when=(Mark.MEDICARE, bearing("GA", "GX", "GY", "GZ")),
    denial=Denial("CO", "16", "N519"),
)

gx_alone = Check(
    id="liability-gx-covered",
    family="modifier",
    title="GX on charges that are not said to be excluded",
    authority="Pub. 100-04, ch. 1, section 60.4.2; CR 6563",
    severity=Severity.WARNING,
    when=(Mark.MEDICARE, bearing("GX")),
    denial=Denial("CO", "16", "N823"),
)

no_notice = Check(
    id="liability-gz-own-cost",
    family="modifier",
    title="GZ: the line is denied and the provider bears it",
    authority="CR 7228; Pub. 100-04, ch. 30, section 50",
    severity=Severity.INFO,
    when=(Mark.MEDICARE, bearing("GZ")),
    denial=Denial("CO", "50"),
)

requirement_met = Check(
    id="liability-kx-with-denial",
    family="modifier",
    title="KX says that the requirement is met, another modifier that it is not",
    authority="Pub. 100-04, ch. 5, section 10.3; ch. 30, section 50",
    severity=Severity.ERROR,
    when=(Mark.MEDICARE, bearing("KX")),
    denial=Denial("CO", "16", "N519"),
)

medicare_advantage = Check(
    id="liability-not-original-medicare",
    family="modifier",
    title="A Medicare notice of non-coverage on the claim of another payer",
    authority="Pub. 100-04, ch. 30, section 50 (Original Medicare only); 42 CFR 422.568",
    severity=Severity.WARNING,
    when=(bearing(*_NOTICE),),
    denial=Denial("CO", "4", "N823"),
)


@contradict.review
def two_answers_on_a_line(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """GX may stand beside GY (and TS) alone."""
    if not case.claim.coverage.is_medicare:
        return
    for line, _ in marked_lines(case.claim, ("GA", "GX", "GY", "GZ")):
        found = [entry for entry in _EXCLUSIVE if entry in line.modifiers]
        against = [entry for entry in _NOT_WITH_GX if entry in line.modifiers]
        if len(found) > 1:
            pair = found
        elif "GX" in line.modifiers and against:
            pair = ["GX", *against]
        else:
            continue
        yield contradict.finding(
            line,
            f"{line.procedure} with {' and '.join(pair)}: they exclude one another",
            codes=(line.procedure, *pair),
        )


@gx_alone.review
def voluntary_notice_on_covered_charges(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent beside GY, TS and non-covered charges, and where GX contradicts (check above)."""
    if not case.claim.coverage.is_medicare:
        return
    for line, _ in marked_lines(case.claim, ("GX",)):
        beside = set(line.modifiers)
        if "GX" not in beside or beside & {"GY", "TS", *_NOT_WITH_GX} or line.noncovered_charge:
            continue
        yield gx_alone.finding(
            line,
            f"GX on {line.procedure} without GY or non-covered charges: a voluntary notice is of "
            "what Medicare excludes, and covered charges with GX are rejected",
            codes=(line.procedure, "GX"),
        )


@no_notice.review
def denied_by_itself(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent beside GA, GY and GX, which contradict it (another check)."""
    if not case.claim.coverage.is_medicare:
        return
    for line, _ in marked_lines(case.claim, ("GZ",)):
        if "GZ" in line.modifiers and not {"GA", "GY", "GX"} & set(line.modifiers):
            yield no_notice.finding(
                line,
                f"GZ on {line.procedure}: denied as not necessary, and the patient owes nothing",
                codes=(line.procedure, "GZ"),
            )


@requirement_met.review
def met_and_not_met(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """KX beside GA, GY or GZ."""
    if not case.claim.coverage.is_medicare:
        return
    for line, _ in marked_lines(case.claim, ("KX",)):
        against = [entry for entry in _EXCLUSIVE if entry in line.modifiers]
        if "KX" in line.modifiers and against:
            yield requirement_met.finding(
                line,
                f"{line.procedure} with KX and {against[0]}: the requirement is met, or it is not",
                codes=(line.procedure, "KX", against[0]),
            )


@medicare_advantage.review
def notice_to_another_payer(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Medicare Advantage (SBR09 16); GY may go to any payer that wants the exclusion named."""
    if case.claim.coverage.filing_indicator != _MEDICARE_ADVANTAGE:
        return
    for line, _ in marked_lines(case.claim, _NOTICE):
        used = [entry for entry in _NOTICE if entry in line.modifiers]
        if used:
            yield medicare_advantage.finding(
                line,
                f"{used[0]} on {line.procedure}: the notice is Original Medicare's, and a "
                "Medicare Advantage plan decides beforehand",
                codes=(line.procedure, used[0]),
            )
