"""Dates that cannot be right beside each other.

Authority: ASC X12 005010X222A1 and X223A2, DTP*472 (line), DTP*434 (statement) and DMG02
(birth). "Future" is judged as of the case's day, never the wall clock.
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.day import place_of
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.marks import Mark
from bots.claims import Case, ClaimType
from bots.codesets import CodeSets

future = Check(
    id="date-in-future",
    family="dates",
    title="A date of service lies after the day on which the claim is judged",
    authority="005010X222A1 and X223A2, loop 2400, DTP*472, and loop 2300, DTP*434",
    severity=Severity.ERROR,
    when=(Mark.TIMES,),
    denial=Denial("CO", "110"),
)
before_birth = Check(
    id="date-before-birth",
    family="dates",
    title="A date of service lies before the patient was born",
    authority="005010X222A1 and X223A2, loop 2400, DTP*472, and loop 2010BA, DMG02",
    severity=Severity.ERROR,
    when=(Mark.TIMES,),
    denial=Denial("CO", "14"),
)
outside_statement = Check(
    id="date-outside-statement",
    family="dates",
    title="A line's date lies outside the statement period",
    authority="NUBC UB-04 manual, form locators 6 and 45; 005010X223A2, DTP*434 and DTP*472",
    severity=Severity.ERROR,
    when=(Mark.TIMES,),
    denial=Denial("CO", "16", "M52"),
)
backwards = Check(
    id="date-range-backwards",
    family="dates",
    title="A period ends before it begins",
    authority="005010X222A1 and X223A2, DTP*472 and DTP*434 with format RD8",
    severity=Severity.ERROR,
    when=(Mark.TIMES,),
    denial=Denial("CO", "16", "M59"),
)
after_death = Check(
    id="date-after-death",
    family="dates",
    title="A date of service lies after the patient's death",
    authority="005010X222A1 and X223A2, loop 2400, DTP*472, and loop 2000B/2000C, PAT06",
    severity=Severity.ERROR,
    when=(Mark.TIMES,),
    denial=Denial("CO", "13"),
)
after_claim = Check(
    id="date-after-claim-was-made",
    family="dates",
    title="A date of service lies after the day on which the claim was made",
    authority="005010X222A1 and X223A2, loop 2400, DTP*472, and BHT04",
    severity=Severity.ERROR,
    when=(Mark.TIMES,),
    denial=Denial("CO", "110"),
)
after_accident = Check(
    id="accident-after-service",
    family="dates",
    title="The accident is dated after the service for it",
    authority="005010X222A1, loop 2300, DTP*439, and loop 2400, DTP*472",
    severity=Severity.ERROR,
    when=(Mark.TIMES,),
    denial=Denial("CO", "16", "N305"),
)
before_admission = Check(
    id="service-before-admission",
    family="dates",
    title="An inpatient service is dated before the admission",
    authority="005010X222A1, loop 2300, DTP*435, and loop 2400, DTP*472",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, Mark.TIMES),
    denial=Denial("CO", "16", "MA40"),
)


@future.review
def service_in_the_future(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Line dates and both ends of the statement period, against `as_of`."""
    claim, today = case.claim, case.as_of
    ahead = [
        line
        for line in claim.lines
        if any(day and day > today for day in (line.service_date, line.service_date_end))
    ]
    if ahead:
        yield future.finding(ahead, f"The date of service is after {today.isoformat()}")
    elif any(day and day > today for day in (claim.statement_from, claim.statement_through)):
        yield future.finding(None, f"The statement period reaches past {today.isoformat()}")


@before_birth.review
def service_before_birth(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent without a date of birth: that is `birth-date-missing`."""
    born = case.claim.patient.birth_date
    if born is None:
        return
    for line in case.claim.lines:
        if line.service_date and line.service_date < born:
            yield before_birth.finding(line, f"Line {line.number} is dated before the birth date")


@outside_statement.review
def line_outside_the_statement(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Each end counts where it is there; a backwards period is another check's."""
    start, end = case.claim.statement_from, case.claim.statement_through
    if start and end and start > end:
        return
    for line in case.claim.lines:
        day = line.service_date
        if day and ((start and day < start) or (end and day > end)):
            yield outside_statement.finding(
                line,
                f"Line {line.number} is dated {day.isoformat()}; the statement covers "
                f"{start.isoformat() if start else '…'} to {end.isoformat() if end else '…'}",
            )


@backwards.review
def period_ends_before_it_begins(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The statement period and each line's own."""
    start, end = case.claim.statement_from, case.claim.statement_through
    if start and end and start > end:
        yield backwards.finding(None, "The statement period ends before it begins")
    for line in case.claim.lines:
        first, last = line.service_date, line.service_date_end
        if first and last and last < first:
            yield backwards.finding(line, f"Line {line.number} ends before it begins")


@after_death.review
def service_after_death(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The day of death itself is served."""
    died = case.claim.patient.died_on
    if died is None:
        return
    late = [line for line in case.claim.lines if line.service_date and line.service_date > died]
    if late:
        yield after_death.finding(late, "The date of service is after the date of death")


@after_claim.review
def service_after_the_claim(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent where the date lies in the future: that is `date-in-future`."""
    claim, made = case.claim, case.claim.created_on
    if made is None:
        return
    ahead = [
        line
        for line in claim.lines
        if line.service_date and made < line.service_date <= case.as_of
    ]
    if ahead:
        yield after_claim.finding(
            ahead, f"The claim was made on {made.isoformat()}, before the service"
        )


@after_accident.review
def accident_after_the_service(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Against the claim's last day: a claim may begin before the accident."""
    happened, served = case.claim.accident_on, case.claim.service_through
    if happened is not None and served is not None and happened > served:
        yield after_accident.finding(
            None,
            f"The accident is dated {happened.isoformat()}; "
            f"the last service is of {served.isoformat()}",
        )


@before_admission.review
def service_before_the_admission(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Lines at place of service 21 of a professional claim."""
    claim, admitted = case.claim, case.claim.admitted_on
    if admitted is None or claim.type is not ClaimType.PROFESSIONAL:
        return
    early = [
        line
        for line in claim.lines
        if line.service_date and line.service_date < admitted and place_of(claim, line) == "21"
    ]
    if early:
        yield before_admission.finding(
            early, f"The admission is dated {admitted.isoformat()}, after the service"
        )
