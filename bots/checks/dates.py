"""Dates that cannot be right beside each other.

Authority: ASC X12 005010X222A1 and X223A2, DTP*472 (line), DTP*434 (statement) and DMG02
(birth). "Future" is judged as of the case's day, never the wall clock.
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.findings import Finding, Severity
from bots.checks.marks import Mark
from bots.claims import Case
from bots.codesets import CodeSets

future = Check(
    id="date-in-future",
    family="dates",
    title="A date of service lies after the day on which the claim is judged",
    authority="005010X222A1 and X223A2, loop 2400, DTP*472, and loop 2300, DTP*434",
    severity=Severity.ERROR,
    when=(Mark.TIMES,),
)
before_birth = Check(
    id="date-before-birth",
    family="dates",
    title="A date of service lies before the patient was born",
    authority="005010X222A1 and X223A2, loop 2400, DTP*472, and loop 2010BA, DMG02",
    severity=Severity.ERROR,
    when=(Mark.TIMES,),
)
outside_statement = Check(
    id="date-outside-statement",
    family="dates",
    title="A line's date lies outside the statement period",
    authority="NUBC UB-04 manual, form locators 6 and 45; 005010X223A2, DTP*434 and DTP*472",
    severity=Severity.ERROR,
    when=(Mark.TIMES,),
)
backwards = Check(
    id="date-range-backwards",
    family="dates",
    title="A period ends before it begins",
    authority="005010X222A1 and X223A2, DTP*472 and DTP*434 with format RD8",
    severity=Severity.ERROR,
    when=(Mark.TIMES,),
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
