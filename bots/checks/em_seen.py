"""A visit that the record says another person held.

Authority: CMS Medicare Benefit Policy Manual (Pub. 100-02), ch. 15, sections 60.1 to 60.3
(services incident to a physician's: an established patient, in an office, under supervision);
CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 12, section 30.6.18 (split or shared
visits, modifier FS); 42 CFR 410.26. An NPI says who did it: it is never changed by a bot.
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.day import performer, place_of, professional_lines
from bots.checks.em_codes import LEVELS, NEW_PATIENT, PREVENTIVE, VISITS
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.forms import is_sound_npi
from bots.checks.marks import Mark
from bots.claims import Case
from bots.codesets import CodeSets

# Split or shared, a substitute, a resident: the modifier says that two were there.
_EXPLAINED = frozenset(["FS", "Q5", "Q6", "GC", "GE"])
_OFFICES = frozenset(["11", "12", "20", "49", "50", "72"])

by_another = Check(
    id="em-seen-by-another",
    family="em",
    title="A visit billed under another person than the record says held it",
    authority=(
        "42 CFR 410.26; Pub. 100-02, ch. 15, sections 60.1 to 60.3; Pub. 100-04, ch. 12, "
        "section 30.6.18"
    ),
    severity=Severity.WARNING,
    needs=("documentation",),
    when=(Mark.PROFESSIONAL, Mark.EM, Mark.DOCUMENTED),
    denial=Denial("CO", "B7"),
)


@by_another.review
def another_person(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Silent under FS, Q5, Q6, GC and GE, and where one signed visit is the performer's own."""
    assert case.documentation is not None
    unknown = False
    for line, day in professional_lines(case):
        if line.procedure not in VISITS | PREVENTIVE and line.procedure not in LEVELS:
            continue
        if not _EXPLAINED.isdisjoint(line.modifiers):
            continue
        who = line.rendering_npi or performer(case.claim)
        visits = [
            visit
            for visit in case.documentation.visits
            if visit.seen_on == day and visit.signed and is_sound_npi(visit.seen_by_npi)
        ]
        if not visits:
            unknown = True
            continue
        if not who or any(visit.seen_by_npi == who for visit in visits):
            continue
        why = _why_not(case, line.procedure, place_of(case.claim, line))
        yield by_another.finding(
            line,
            f"{line.procedure} of {day.isoformat()} is billed under another NPI than that of who "
            f"saw the patient by the record{why}",
            quote=[visit.number for visit in visits],
        )
    if unknown:
        yield by_another.not_evaluated("who held the visit")


def _why_not(case: Case, code: str, place: str) -> str:
    """Why it cannot be a service incident to the physician's, where that is certain."""
    if not case.claim.coverage.is_medicare:
        return ""
    if code in NEW_PATIENT:
        return "; a new patient's visit is never incident to a physician's"
    if place and place not in _OFFICES:
        return "; there is no service incident to a physician's in that place"
    return ""
