"""Occurrence and occurrence span codes: form, dates, and those that other parts of a bill need.

Authority: NUBC UB-04 manual, form locators 31 to 36; Medicare Claims Processing Manual
(Pub. 100-04), ch. 25, section 75; ch. 1, section 60 and ch. 30, section 50 (ABN, occurrence code
32 with modifier GA); ch. 6 and 42 CFR 409.30 (the qualifying stay of a skilled nursing facility).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from bots.checks.catalogue import Check
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.institutional_ground import (
    ACUTE,
    INPATIENT,
    bill_class,
    frequency,
    medicares,
    occurrence_of,
    unless_hidden,
)
from bots.checks.marks import Mark
from bots.claims import Case, Claim, ClaimCode
from bots.codesets import CodeSets

_FL31 = "NUBC UB-04 manual, form locators 31 to 34"
_FL35 = "NUBC UB-04 manual, form locators 35 and 36"
_CODE = re.compile(r"[0-9A-Z]{2}")
# Things that happened before or while the patient was treated: accident, onset, notices.
_BY_THE_END = frozenset({"01", "02", "03", "04", "05", "06", "11", "17", "29", "30", "32", "42",
                         "44", "55"})  # fmt: skip
# Spans of days within the bill: leave, and who is liable for noncovered days.
_WITHIN = frozenset({"74", "76", "77", "79"})
_WORDS = {"01": "accident", "02": "accident", "03": "accident", "04": "accident", "05": "accident",
          "06": "crime", "11": "onset", "32": "ABN", "42": "discharge", "55": "death"}  # fmt: skip
# A stay that needs no three days before it: readmission, MA disenrollment, MA information, waiver.
_NO_STAY_ASKED = frozenset({"04", "57", "58", "DR"})
_LATE_TRANSFER = frozenset({"55", "56", "57"})
_STAY_NIGHTS, _TRANSFER_DAYS = 3, 30

form = Check(
    id="occurrence-code-form",
    family="institutional",
    title="An occurrence code is not two letters or digits",
    authority=f"{_FL31}, 35 and 36; 005010X223A2, HI*BH and HI*BI",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=Denial("CO", "16", "M45"),
)
undated = Check(
    id="occurrence-date-missing",
    family="institutional",
    title="An occurrence code has no date",
    authority=f"{_FL31}; 005010X223A2, HI*BH",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=Denial("CO", "16", "N299"),
)
span_dates = Check(
    id="occurrence-span-dates",
    family="institutional",
    title="An occurrence span lacks a day, or ends before it begins",
    authority=f"{_FL35}; 005010X223A2, HI*BI",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=Denial("CO", "16", "N300"),
)
too_late = Check(
    id="occurrence-after-statement",
    family="institutional",
    title="What brought the patient here is dated after the statement ends",
    authority=f"{_FL31} (01 to 06, 11, 32, 42, 55) and 6",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=Denial("CO", "16", "N299"),
)
outside = Check(
    id="occurrence-span-outside",
    family="institutional",
    title="Days of leave or liability outside the statement",
    authority=f"{_FL35} (70, 74, 76, 77 and 79) and 6",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=Denial("CO", "16", "M46"),
)
notice = Check(
    id="abn-occurrence-missing",
    family="institutional",
    title="Modifier GA without the date of the notice",
    authority="Medicare Claims Processing Manual (Pub. 100-04), ch. 1, section 60 and "
    "ch. 30, section 50 (occurrence code 32)",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL, Mark.MODIFIED),
    denial=Denial("CO", "16", "M45"),
)
notice_late = Check(
    id="abn-after-service",
    family="institutional",
    title="The notice was given after the service that it is for",
    authority="Medicare Claims Processing Manual (Pub. 100-04), ch. 30, section 50",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL, Mark.MODIFIED),
    denial=Denial("CO", "50", ""),
)
qualifying = Check(
    id="snf-qualifying-stay",
    family="institutional",
    title="A skilled nursing bill without three days in hospital before it",
    authority="42 CFR 409.30; Medicare Claims Processing Manual (Pub. 100-04), ch. 6; "
    f"{_FL35} (70)",
    severity=Severity.WARNING,
    when=(Mark.INSTITUTIONAL, Mark.MEDICARE),
    denial=Denial("CO", "16", "N173"),
)


@form.review
def malformed(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Occurrences and spans."""
    claim = case.claim
    for entry in (*claim.occurrences, *claim.occurrence_spans) if bill_class(claim) else ():
        if not _CODE.fullmatch(entry.code):
            yield form.finding(
                None, f"{entry.code or 'Empty'}: an occurrence code has two characters"
            )


@undated.review
def without_date(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Single occurrences; of spans another check speaks."""
    for entry in case.claim.occurrences if bill_class(case.claim) else ():
        if entry.since is None:
            yield undated.finding(
                None, f"Occurrence code {entry.code} has no date", codes=(entry.code,)
            )


@span_dates.review
def span_without_an_end(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Both days, in order."""
    for entry in case.claim.occurrence_spans if bill_class(case.claim) else ():
        if entry.since is None or entry.until is None:
            said = "lacks a day"
        elif entry.until < entry.since:
            said = "ends before it begins"
        else:
            continue
        yield span_dates.finding(None, f"Occurrence span {entry.code} {said}", codes=(entry.code,))


@too_late.review
def after_the_end(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Only codes of what comes before or during the care; others look ahead."""
    claim, end = case.claim, case.claim.statement_through
    if not bill_class(claim) or end is None:
        return
    for entry in claim.occurrences:
        if entry.code in _BY_THE_END and entry.since is not None and entry.since > end:
            word = _WORDS.get(entry.code, "event")
            yield too_late.finding(
                None,
                f"Occurrence {entry.code} ({word}) on {entry.since.isoformat()}; "
                f"the statement ends on {end.isoformat()}",
                codes=(entry.code,),
            )


@outside.review
def span_outside(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """70 on an acute bill counts days within it; on a nursing bill the stay before it."""
    claim = case.claim
    kind, start, end = bill_class(claim), claim.statement_from, claim.statement_through
    within = _WITHIN | {"70"} if kind in ACUTE else _WITHIN
    if not kind or start is None or end is None:
        return
    for entry in claim.occurrence_spans:
        first, last = entry.since, entry.until
        if entry.code not in within or first is None or last is None or last < first:
            continue
        if first < start or last > end:
            yield outside.finding(
                None,
                f"Occurrence span {entry.code}, {first.isoformat()} to {last.isoformat()}; "
                f"the statement is {start.isoformat()} to {end.isoformat()}",
                codes=(entry.code,),
            )


@notice.review
def notice_without_its_day(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """GA says that a signed notice is on file."""
    claim = case.claim
    lines = [line for line in claim.lines if "GA" in line.modifiers]
    if bill_class(claim) and lines and occurrence_of(claim, "32") is None:
        yield unless_hidden(
            notice.finding(
                lines,
                "Modifier GA asks for occurrence code 32 with the day of the notice",
                severity=medicares(case),
            ),
            claim,
            "occurrences",
        )


@notice_late.review
def notice_after_the_service(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The earliest notice, against each line with GA."""
    claim = case.claim
    given = min((e.since for e in claim.occurrences if e.code == "32" and e.since), default=None)
    if not bill_class(claim) or given is None:
        return
    for line in claim.lines:
        day = line.service_date
        if "GA" in line.modifiers and day is not None and given > day:
            yield notice_late.finding(
                line,
                f"Line {line.number} was done on {day.isoformat()}, "
                f"the notice given on {given.isoformat()}",
                severity=medicares(case),
            )


@qualifying.review
def no_stay_before(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Bills that ask for payment; conditions 57, 58 and 04 and a waiver (DR) need no stay."""
    claim, conditions = case.claim, set(case.claim.condition_codes)
    if not claim.coverage.is_medicare or bill_class(claim) not in INPATIENT - ACUTE:
        return
    if frequency(claim) == "0" or conditions & (_NO_STAY_ASKED | {"21"}):
        return
    stays = [entry for entry in claim.occurrence_spans if entry.code == "70"]
    long = [entry for entry in stays if _nights(entry) >= _STAY_NIGHTS]
    if not long:
        said = "is shorter than three days" if stays else "is not on the claim"
        yield unless_hidden(
            qualifying.finding(
                None, f"The hospital stay before (occurrence span 70) {said}", codes=("70",)
            ),
            claim,
            "occurrence_spans",
        )
    elif _gap(claim, long) > _TRANSFER_DAYS and not conditions & _LATE_TRANSFER:
        yield qualifying.finding(
            None,
            f"The stay before ended {_gap(claim, long)} days before the admission; "
            f"the limit is {_TRANSFER_DAYS} days without condition code 55, 56 or 57",
            codes=("70",),
        )


def _nights(entry: ClaimCode) -> int:
    if entry.since is None or entry.until is None:
        return 0
    return (entry.until - entry.since).days


def _gap(claim: Claim, stays: list[ClaimCode]) -> int:
    ended: date | None = max((entry.until for entry in stays if entry.until), default=None)
    began = claim.admitted_on or claim.statement_from
    return (began - ended).days if began and ended else 0
