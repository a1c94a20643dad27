"""ICD-10-CM and ICD-10-PCS: the order files, the addenda, and the tabular list in XML.

An order file has fixed columns: 1-5 a number, 7-13 the code without its dot, 15 whether it may be
billed (1) or heads others (0), 17-76 a short and 78 on a long title. It gives existence, billable
level and order; with the tabular list of the same release beside it, the notes too (Excludes1,
code first, use additional: see `bots.codesets.icd10cm`). Titles are read for side, age and sex,
and not kept. Addenda alone are laid over the release that the office has for the day before.

A fiscal year begins on 1 October; a release of April replaces its second half.

Authority: CDC/NCHS and CMS, ICD-10-CM and ICD-10-PCS files; 45 CFR 162.1002(c).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bots.codesets.icd10cm import codes_of, dotted
from bots.codesets.official.document import Document
from bots.codesets.official.format import Format, Taken, Told
from bots.codesets.official.heading import Faults
from bots.codesets.official.spans import Span, fixed
from bots.codesets.rows import IcdCode, IcdProcedure
from bots.errors import Problem

PAGE = "https://www.cms.gov/medicare/coding-billing/icd-10-codes"
_ORDER = re.compile(r"(\d{5}) ([0-9A-Z]{3,7}) *([01])(?: |$)")
_CHANGE = re.compile(r"(Add|Delete|Revise from|Revise to|No change):\s*(.*)", re.I)
_CHANGED = re.compile(r"(?:\d{5}\s+)?(?:([01])\s+)?([0-9A-Z]{3,7})\b\s*(?:([01])(?=\s|$))?")
_YEAR = re.compile(r"(20\d\d)")
_APRIL = re.compile(r"apr", re.I)


@dataclass(frozen=True, slots=True)
class _Line:
    """One code of a listing."""

    code: str
    billable: bool
    title: str


def recognises_order(document: Document) -> bool:
    """A text whose every line is a numbered code; a diagnosis begins with a letter."""
    return _is_order(document) and document.top[0][6:7].isalpha()


def recognises_diagnoses(document: Document) -> bool:
    """An order file, its addenda, or the tabular list."""
    return recognises_order(document) or _is_addenda(document) or _is_tabular(document)


def recognises_procedures(document: Document) -> bool:
    """An order file whose codes begin with a digit."""
    return _is_order(document) and document.top[0][6:7].isdigit()


def span_of(document: Document, told: Told) -> Span:
    """The fiscal year of the name, from April on where it says so.

    Raises:
        Problem: neither the name nor the person says which it is.
    """
    found = None
    for text in reversed(document.name.split("/")):
        year = _YEAR.search(text)
        if year:
            fiscal = int(year[1])
            if _APRIL.search(text):
                found = Span(date(fiscal, 4, 1), date(fiscal, 9, 30), f"April {fiscal}")
            else:
                found = Span(date(fiscal - 1, 10, 1), date(fiscal, 9, 30), f"FY{fiscal}")
            break
    return fixed(told, found, document, "ICD-10")


def release_of_diagnoses(document: Document, told: Told) -> str:
    """Listing and tabular list of one release belong together."""
    return f"icd10cm {span_of(document, told).label}"


def release_of_procedures(document: Document, told: Told) -> str:
    """A file is a release."""
    return f"icd10pcs {span_of(document, told).label}"


def read_diagnoses(documents: Sequence[Document], told: Told) -> Iterator[Taken]:
    """The codes of one release, with notes where the tabular list is there.

    Raises:
        Problem: the tabular list or addenda stand alone, with nothing to lay them over.
    """
    orders = [document for document in documents if recognises_order(document)]
    tabulars = [document for document in documents if _is_tabular(document)]
    addenda = [document for document in documents if _is_addenda(document)]
    span = span_of(documents[0], told)
    if span.since is None or span.until is None:
        raise Problem("ICD-10-CM needs --since and --until", where=documents[0].name)
    if orders:
        lines = list(_order(orders[0]))
    elif addenda:
        lines = list(_amended(addenda[0], _before(addenda[0], told, span.since)))
    else:
        raise Problem(
            "the tabular list alone does not list every code",
            where=tabulars[0].name,
            do="import it together with the order file of the same release",
        )
    lines.sort(key=lambda line: line.code)
    rows = codes_of(
        [line.code for line in lines],
        tabulars[0].path if tabulars else None,
        span.since,
        span.until,
        {line.code for line in lines if line.billable},
        {line.code: line.title for line in lines if line.title},
    )
    if not orders and not tabulars:
        rows = _with_old_notes(rows, told, span.since)
    yield Taken(
        table="icd10cm",
        series="icd10cm",
        release=f"ICD-10-CM {span.label}" + ("" if tabulars or not orders else ", without notes"),
        since=span.since,
        until=span.until,
        complete_for=".*",
        rows=rows,
    )


def read_procedures(documents: Sequence[Document], told: Told) -> Iterator[Taken]:
    """The procedures of one order file."""
    span = span_of(documents[0], told)
    yield Taken(
        table="icd10pcs",
        series="icd10pcs",
        release=f"ICD-10-PCS {span.label}",
        since=span.since,
        until=span.until,
        complete_for=".*",
        rows=(
            IcdProcedure(
                code=line.code, billable=line.billable, since=span.since, until=span.until
            )
            for line in _order(documents[0], plain=True)
        ),
    )


def _is_order(document: Document) -> bool:
    lines = [line for line in document.top if line.strip()]
    return len(lines) > 1 and all(_ORDER.match(line) for line in lines)


def _is_addenda(document: Document) -> bool:
    lines = [line for line in document.top if line.strip()]
    changes = [line for line in lines if _CHANGE.match(line.strip())]
    return len(changes) > 1 and len(changes) * 2 > len(lines)


def _is_tabular(document: Document) -> bool:
    if document.kind != "xml":
        return False
    with document.path.open("rb") as file:
        return b"<ICD10CM.tabular" in file.read(4_096)


def _order(document: Document, *, plain: bool = False) -> Iterator[_Line]:
    faults = Faults(document)
    seen: set[str] = set()
    for number, line in document.lines():
        if not line.strip(" \x1a"):
            continue
        found = _ORDER.match(line)
        if not found:
            faults.add(number, "not a line of an order file")
        elif found[2] in seen:
            faults.add(number, "this code stands here twice")
        else:
            seen.add(found[2])
            code = found[2] if plain else dotted(found[2])
            yield _Line(code, found[3] == "1", line[77:].strip() or line[16:76].strip())
    faults.end()


def _before(document: Document, told: Told, since: date) -> dict[str, _Line]:
    rows = told.stored("icd10cm", since - timedelta(days=1))
    before = {
        row.code: _Line(row.code, row.billable, "") for row in rows if isinstance(row, IcdCode)
    }
    if not before:
        raise Problem(
            f"addenda need the release before {since}, and it was not imported",
            where=document.name,
            do="import its order file first, or the order file of this release",
        )
    return before


def _amended(document: Document, lines: dict[str, _Line]) -> Iterator[_Line]:
    faults = Faults(document)
    deleted: set[str] = set()
    for number, line in document.lines():
        change = _CHANGE.match(line.strip())
        if not line.strip() or (change and change[1].lower() in {"no change", "revise from"}):
            continue
        entry = _CHANGED.match(change[2]) if change else None
        if not change or not entry:
            faults.add(number, "not a line of addenda")
            continue
        code, flag = dotted(entry[2]), entry[1] or entry[3] or "1"
        if change[1].lower() != "delete":
            lines[code] = _Line(code, flag == "1", change[2][entry.end() :].strip())
            deleted.discard(code)
        elif code not in lines:
            faults.add(number, f"{code} is deleted and was not there")
        elif lines[code].billable == (flag == "1"):  # else it was added again with another flag
            deleted.add(code)
    faults.end()
    yield from (line for code, line in lines.items() if code not in deleted)


def _with_old_notes(rows: list[IcdCode], told: Told, since: date) -> list[IcdCode]:
    """Codes that stand as they did keep their notes; what is new has none."""
    old = {
        row.code: row
        for row in told.stored("icd10cm", since - timedelta(days=1))
        if isinstance(row, IcdCode)
    }
    return [
        replace(
            old[row.code],
            billable=row.billable,
            children=row.children,
            since=row.since,
            until=row.until,
        )
        if row.code in old
        else row
        for row in rows
    ]


FORMAT = (
    Format(
        name="ICD-10-CM",
        page=PAGE,
        files="icd10cm_order_….txt together with icd10cm_tabular_….xml; or "
        "icd10cm_order_addenda_….txt after the release before",
        recognises=recognises_diagnoses,
        release_of=release_of_diagnoses,
        read=read_diagnoses,
        several=True,
    ),
    Format(
        name="ICD-10-PCS",
        page=PAGE,
        files="icd10pcs_order_….txt",
        recognises=recognises_procedures,
        release_of=release_of_procedures,
        read=read_procedures,
    ),
)
