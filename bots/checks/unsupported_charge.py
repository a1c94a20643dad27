"""Billed services that the encounter's documentation does not show.

Authority: Social Security Act, section 1833(e) and 42 CFR 424.5(a)(6) (no payment without the
information that supports it); Medicare Program Integrity Manual (Pub. 100-08), ch. 3, section
3.3.2.4 (signatures). A visit is supported by the signed heading of a note of that day; all else
by an entry of the procedure log or the medication record. An order alone is no service.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bots.checks.catalogue import Check
from bots.checks.day import coded_lines
from bots.checks.findings import Denial, Finding, Severity
from bots.claims import Case, Documentation, ServiceLine, plain, unit_words
from bots.codesets import CodeSets, Procedure

_COUNTED = {"drug", "therapy"}
_DISCARDED = "JW"  # the part of a vial that was thrown away: not given, so not in the record
_INCOMPLETE = Denial("CO", "226", "N705")  # documentation that is incomplete or not valid

nothing = Check(
    id="unsupported-line",
    family="unsupported-charge",
    title="Nothing in the documentation supports the line",
    authority="Social Security Act, section 1833(e); 42 CFR 424.5(a)(6)",
    severity=Severity.ERROR,
    needs=("documentation", "procedure"),
    denial=Denial("CO", "226", "N706"),
)

unsigned = Check(
    id="unsupported-unsigned",
    family="unsupported-charge",
    title="Only unsigned documentation supports the line",
    authority="Pub. 100-08, ch. 3, section 3.3.2.4",
    severity=Severity.ERROR,
    needs=("documentation", "procedure"),
    denial=_INCOMPLETE,
)

units = Check(
    id="unsupported-units",
    family="unsupported-charge",
    title="More units billed than documented",
    authority="42 CFR 424.5(a)(6); Pub. 100-08, ch. 3, section 3.3.2.4",
    severity=Severity.ERROR,
    needs=("documentation", "procedure"),
    denial=_INCOMPLETE,
)


@dataclass(frozen=True, slots=True)
class Record:
    """One entry that could support a line: its number, units (None for a note), signature."""

    number: str
    units: Decimal | None
    signed: bool
    given: bool = False  # from the medication record


@nothing.review
def nothing_documented(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent on a code that is not in force; an order alone supports nothing."""
    assert case.documentation is not None
    for line, day, row in _lines(case, codesets):
        if not _records(case.documentation, line, day, row):
            ordered = any(order.code == line.procedure for order in case.documentation.orders)
            what = "is ordered but nothing shows it done" if ordered else "is not documented"
            yield nothing.finding(line, f"{line.procedure} of {day.isoformat()} {what}")


@unsigned.review
def nothing_signed(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent where one entry of the day is signed."""
    assert case.documentation is not None
    for line, day, row in _lines(case, codesets):
        records = _records(case.documentation, line, day, row)
        if records and not any(record.signed for record in records):
            yield unsigned.finding(
                line,
                f"{line.procedure} of {day.isoformat()}: no entry is signed",
                quote=[record.number for record in records],
            )


@units.review
def more_than_documented(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Only drugs and therapy, and only against signed entries; JW is not counted."""
    assert case.documentation is not None
    billed: dict[tuple[str, date], list[tuple[ServiceLine, Procedure]]] = {}
    for line, day, row in _lines(case, codesets):
        if row.kind in _COUNTED and _DISCARDED not in line.modifiers:
            billed.setdefault((line.procedure, day), []).append((line, row))
    for (code, day), lines in billed.items():
        records = {
            record.number: record
            for line, row in lines
            for record in _records(case.documentation, line, day, row)
            if record.signed
        }
        if not records:
            continue
        # The medication record counts a drug; the procedure log only says it was given.
        given = [record for record in records.values() if record.given]
        documented = sum(
            (record.units or Decimal(0) for record in given or records.values()), Decimal(0)
        )
        total = sum((line.units for line, _ in lines), Decimal(0))
        if total > documented:
            yield units.finding(
                [line for line, _ in lines],
                f"{unit_words(total)} of {code} on {day.isoformat()}; "
                f"{plain(documented)} are documented",
                codes=(code,),
                quote=records,
            )


def _lines(case: Case, codesets: CodeSets) -> Iterator[tuple[ServiceLine, date, Procedure]]:
    """Lines whose code is in force: what an invalid code stands for, nobody documented."""
    assert codesets.procedure is not None
    for line, day in coded_lines(case.claim):
        row = codesets.procedure.find(line.procedure, on=day)
        if row is not None:
            yield line, day, row


def _records(
    documentation: Documentation, line: ServiceLine, day: date, row: Procedure
) -> list[Record]:
    """What the encounter holds for the line's code and day, signed or not."""
    last = max(day, line.service_date_end or day)  # a backwards period is the family dates'
    records = [
        Record(entry.number, entry.units, entry.signed)
        for entry in documentation.procedures
        if entry.code == line.procedure and day <= entry.performed_on <= last
    ]
    records += [
        Record(entry.number, entry.units, entry.signed, given=True)
        for entry in documentation.administrations
        if entry.code == line.procedure and day <= entry.given_on <= last
    ]
    if row.kind == "em":
        records += [
            Record(f"note of {note.written_on.isoformat()}", None, note.signed)
            for note in documentation.notes
            if day <= note.written_on <= last
        ]
    return records
