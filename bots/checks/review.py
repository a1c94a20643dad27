"""Run the catalogue over one case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bots.checks.catalogue import Check, catalogue
from bots.checks.findings import Finding, NotEvaluated, Review
from bots.claims import Case, ClaimType
from bots.codesets import CodeSets

# 837I bill types whose NCCI edits are the outpatient hospital's (NCCI Policy Manual, ch. I).
_OUTPATIENT = ("12", "13", "14", "22", "23", "72", "74", "76", "85")


def review(case: Case, codesets: CodeSets) -> Review:
    """Ask every check about one case.

    What a check needs and does not find makes it *not evaluated*, with its name. The
    result depends on nothing but the arguments.
    """
    findings: list[Finding] = []
    unanswered: list[NotEvaluated] = []
    for check in catalogue():
        lacking = missing_for(check, case, codesets)
        if lacking is not None:
            unanswered.append(check.not_evaluated(lacking))
            continue
        for said in check.rule(case, codesets):
            if isinstance(said, Finding):
                findings.append(replace(said, table=_releases(check, said, case, codesets)))
            else:
                unanswered.append(said)
    return Review(tuple(findings), tuple(unanswered))


def ncci_side(case: Case) -> str | None:
    """ "practitioner", "outpatient", or None where no NCCI table binds the claim's type."""
    claim = case.claim
    if claim.type is ClaimType.PROFESSIONAL:
        return "practitioner"
    return "outpatient" if claim.bill_type.lstrip("0")[:2] in _OUTPATIENT else None


def missing_for(check: Check, case: Case, codesets: CodeSets) -> str | None:
    """What `check` needs and does not find for this case, in words; None if all is there."""
    for need in check.needs:
        if need == "documentation":
            if case.documentation is None:
                return "documentation"
        elif need == "history":
            if case.history is None:
                return "the patient's other claims"
        elif need in {"ptp", "mue"}:
            side = ncci_side(case)
            if side is None:
                continue  # no such edit exists for this claim: the rule itself stays silent
            lacking = _first_missing(f"{need}_{side}", case, codesets)
            if lacking:
                return lacking
        else:
            lacking = _first_missing(need, case, codesets)
            if lacking:
                return lacking
    return None


def _releases(check: Check, finding: Finding, case: Case, codesets: CodeSets) -> str | None:
    """The releases that the finding rests on: those of the check's tables, on its day."""
    line = case.claim.line(finding.lines[0]) if finding.lines else None
    day = (line and line.service_date) or case.claim.service_through or case.as_of
    side = ncci_side(case)
    named: dict[str, None] = {}
    for need in check.needs:
        if need in {"documentation", "history"}:
            continue
        table = f"{need}_{side}" if need in {"ptp", "mue"} else need
        release = codesets.release(table, day)
        if release:
            named[release] = None
    return "; ".join(named) or None


def _first_missing(table: str, case: Case, codesets: CodeSets) -> str | None:
    for day in sorted(_days(case)):
        lacking = codesets.missing(table, day)
        if lacking:
            return lacking
    return None


def _days(case: Case) -> set[date]:
    days = {line.service_date for line in case.claim.lines if line.service_date}
    through = case.claim.service_through
    return days | ({through} if through else {case.as_of})
