"""Residents and teaching physicians: GC, GE, and what the record must show for them.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 12, section 100 (100.1.1.C the
primary care exception, 100.1.8 the modifiers); 42 CFR 415.172 and 415.174.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bots.checks.catalogue import Check
from bots.checks.concerns import bearing
from bots.checks.day import professional_lines
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.marks import Mark
from bots.checks.modifier_ground import is_visit
from bots.claims import Case, Visit
from bots.codesets import CodeSets

_EXCEPTION = frozenset(
    ["99202", "99203", "99211", "99212", "99213", "G0402", "G0438", "G0439"],
)
# Since 2022 at training sites outside metropolitan areas only (42 CFR 415.174).
_RURAL = frozenset(["99204", "99205", "99214", "99215"])
_DOCUMENTED = (Mark.PROFESSIONAL, Mark.MEDICARE, Mark.EM | Mark.MEDICINE, Mark.DOCUMENTED)

both = Check(
    id="teaching-gc-with-ge",
    family="modifier",
    title="With and without the teaching physician on one line",
    authority="Pub. 100-04, ch. 12, section 100.1.8",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, Mark.MEDICARE, bearing("GC"), bearing("GE")),
    denial=Denial("CO", "4", "N519"),
)

exception = Check(
    id="teaching-ge-code",
    family="modifier",
    title="GE on a code outside the primary care exception",
    authority="Pub. 100-04, ch. 12, section 100.1.1.C; 42 CFR 415.174",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, Mark.MEDICARE, bearing("GE")),
    denial=Denial("CO", "4", "N823"),
)

missing = Check(
    id="teaching-modifier-missing",
    family="modifier",
    title="A resident took part, and the visit has neither GC nor GE",
    authority="Pub. 100-04, ch. 12, section 100.1.8; 42 CFR 415.172",
    severity=Severity.WARNING,
    needs=("documentation",),
    when=_DOCUMENTED,
    denial=Denial("CO", "16", "N822"),
)

unsupported = Check(
    id="teaching-statement-missing",
    family="modifier",
    title="GC without the teaching physician's own statement",
    authority="42 CFR 415.172(b); Pub. 100-04, ch. 12, section 100.1.1",
    severity=Severity.ERROR,
    needs=("documentation",),
    when=(Mark.PROFESSIONAL, Mark.MEDICARE, bearing("GC"), Mark.DOCUMENTED),
    denial=Denial("CO", "16", "N706"),
)


@both.review
def with_and_without(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Medicare's modifiers."""
    if not case.claim.coverage.is_medicare:
        return
    for line, _ in professional_lines(case, "GC"):
        if "GC" in line.modifiers and "GE" in line.modifiers:
            yield both.finding(
                line,
                f"{line.procedure} with GC and GE: under the teaching physician, or without",
                codes=(line.procedure, "GC", "GE"),
            )


@exception.review
def outside_the_exception(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A warning for the higher office levels, which training sites in the country may bill."""
    if not case.claim.coverage.is_medicare:
        return
    for line, _ in professional_lines(case, "GE"):
        if "GE" not in line.modifiers or "GC" in line.modifiers or line.procedure in _EXCEPTION:
            continue
        rural = line.procedure in _RURAL
        yield exception.finding(
            line,
            f"GE on {line.procedure}: "
            + (
                "only at a training site outside metropolitan areas"
                if rural
                else "not of the primary care exception"
            ),
            codes=(line.procedure, "GE"),
            severity=Severity.WARNING if rural else Severity.ERROR,
        )


@missing.review
def resident_not_said(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Visits only, and only where every record of the day names a resident."""
    visits = _visits(case)
    if not visits or not case.claim.coverage.is_medicare:
        return
    for line, day in professional_lines(case):
        seen = visits.get(day, [])
        if not is_visit(line.procedure) or {"GC", "GE"} & set(line.modifiers) or not seen:
            continue
        if all(entry.resident for entry in seen):
            yield missing.finding(
                line,
                f"a resident took part in {line.procedure} and neither GC nor GE says so",
                quote=[entry.number for entry in seen],
            )


@unsupported.review
def no_statement_of_the_teacher(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Visits only; the resident's note alone does not do, whoever signed it."""
    visits = _visits(case)
    if not visits or not case.claim.coverage.is_medicare:
        return
    for line, day in professional_lines(case, "GC"):
        seen = [entry for entry in visits.get(day, ()) if entry.resident]
        if "GC" not in line.modifiers or not is_visit(line.procedure) or not seen:
            continue
        if not any(entry.teaching_statement for entry in seen):
            yield unsupported.finding(
                line,
                f"GC on {line.procedure}, and the record has no statement of the teaching "
                "physician",
                quote=[entry.number for entry in seen],
            )


def _visits(case: Case) -> dict[date, list[Visit]]:
    found: dict[date, list[Visit]] = {}
    for visit in case.documentation.visits if case.documentation is not None else ():
        found.setdefault(visit.seen_on, []).append(visit)
    return found
