"""A code for a new patient, and a patient who is not new to the group.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 12, section 30.6.7.A: new is
who had no face-to-face service of the physician, or of one of the same group and specialty, in the
three years before. Reading a test is no such service. An established code without a
known visit before it is no fault. A history that does not reach back three years proves
nothing by its silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bots.checks.catalogue import Check
from bots.checks.concerns import coded
from bots.checks.day import Beside, professional_lines
from bots.checks.em_codes import (
    EYE_KNOWN,
    EYE_NEW,
    NEW_PATIENT,
    PREVENTIVE,
    VISITS,
)
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.group import lines_of_the_group
from bots.checks.marks import Mark
from bots.claims import Case
from bots.codesets import CodeSets

_FACE_TO_FACE = VISITS | PREVENTIVE | EYE_NEW | EYE_KNOWN

new_patient = Check(
    id="em-new-patient",
    family="em",
    title="A new patient's code for a patient whom the group has seen within three years",
    authority="Pub. 100-04, ch. 12, section 30.6.7.A",
    severity=Severity.WARNING,
    when=(Mark.PROFESSIONAL, coded(NEW_PATIENT)),
    denial=Denial("CO", "B16"),
)


@new_patient.review
def seen_before(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Silent where the record itself says that the patient is new."""
    unknown = False
    for line, day in professional_lines(case):
        if line.procedure not in NEW_PATIENT:
            continue
        since = three_years_before(day)
        before = _last_seen(case, since, day)
        said = _record_says(case, day)
        if before is not None:
            yield new_patient.finding(
                line,
                f"{line.procedure} of {day.isoformat()} is for a new patient; claim "
                f"{before.claim.number} has {before.line.procedure} of the same group and "
                f"specialty on {before.day.isoformat()}",
            )
        elif said is False:
            yield new_patient.finding(
                line,
                f"{line.procedure} of {day.isoformat()} is for a new patient; the record of "
                "the visit says that the patient is established",
                quote=_visits_that_say(case, day),
            )
        elif said is None and not _reaches_back(case, since):
            unknown = True
    if unknown:
        yield new_patient.not_evaluated("three years of the patient's other claims")


def three_years_before(day: date) -> date:
    """The same day three years earlier; the last of February for a leap day."""
    year = max(day.year - 3, 1)
    if (day.month, day.day) == (2, 29):
        return date(year, 2, 28)
    return day.replace(year=year)


def _last_seen(case: Case, since: date, day: date) -> Beside | None:
    """The group's last face-to-face service before a day and after another."""
    seen = [
        entry
        for entry in lines_of_the_group(case, denied=True)
        if since < entry.day < day and _is_face_to_face(entry.line.procedure)
    ]
    return max(seen, key=lambda entry: entry.day, default=None)


def _is_face_to_face(code: str) -> bool:
    return code in _FACE_TO_FACE or "10004" <= code <= "69990"


def _reaches_back(case: Case, since: date) -> bool:
    if not case.knows_all_claims:
        return False
    days = (claim.service_from for claim in case.history or ())
    return any(first is not None and first <= since for first in days)


def _record_says(case: Case, day: date) -> bool | None:
    """Whether the record calls the patient new; None where it does not say, or says both."""
    if case.documentation is None:
        return None
    said = {visit.new_patient for visit in case.documentation.visits if visit.seen_on == day}
    said.discard(None)
    return said.pop() if len(said) == 1 else None


def _visits_that_say(case: Case, day: date) -> list[str]:
    assert case.documentation is not None
    return [v.number for v in case.documentation.visits if v.seen_on == day and not v.new_patient]
