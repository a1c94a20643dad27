"""Codes of the remittance: claim adjustment groups, reasons (CARC) and remarks (RARC).

The lists of X12 as a table: code, start, stop, in any order of columns. What a code is, it says
itself: two letters of a group, M, MA or N and digits of a remark, all else a reason. A code that
was stopped holds through its stop date.

Authority: X12 external code lists 139 (CARC) and 411 (RARC), named by 45 CFR 162.1603.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from bots.codesets.official.document import Document
from bots.codesets.official.format import Format, Taken, Told
from bots.codesets.official.heading import Faults, Heading, data, look, needed
from bots.codesets.official.spans import Span, any_day, day_of, fixed
from bots.codesets.rows import DenialCode

WANTED = {"code": r"code", "since": r"start"}
OPTIONAL = {"until": r"stop|end|deactiv"}
_CODE = re.compile(r"\d{1,3}|[A-Z]{1,2}\d{1,4}|CO|CR|OA|PI|PR")
_REMARK = re.compile(r"(M|MA|N)\d{1,4}")
_TITLE = re.compile(r"adjustment|remittance|remark|\bcarc\b|\brarc\b|adj_", re.I)


def _is_code(cells: list[str]) -> bool:
    return len(cells) > 2 and _CODE.fullmatch(cells[0]) is not None


def _heading(document: Document) -> Heading | None:
    return look(document, WANTED, _is_code, OPTIONAL)


def recognises(document: Document) -> bool:
    """Codes with a start, under words that say adjustment or remark."""
    heading = _heading(document)
    if heading is None or heading.missing:
        return False
    return any(_TITLE.search(text) for text in (heading.above, document.name))


def span_of(document: Document, told: Told) -> Span:
    """From the beginning to four months after the list's month: it appears three times a year.

    Raises:
        Problem: nothing says of when the list is.
    """
    heading = _heading(document)
    day = day_of(document, heading.above if heading else "")
    found = Span(None, _after(day), f"{day:%Y-%m}") if day else None
    span = fixed(told, found, document, "adjustment and remark codes")
    return Span(told.since, span.until, span.label)


def release_of(document: Document, told: Told) -> str:
    """A list is a release; reasons and remarks may come apart."""
    return f"denial_code {_lists(document)} {span_of(document, told).label}"


def read(documents: Sequence[Document], told: Told) -> Iterator[Taken]:
    """The codes of one list."""
    document, span = documents[0], span_of(documents[0], told)
    rows = list(_codes(document))
    kinds = "-".join(sorted({row.kind for row in rows}))
    yield Taken(
        table="denial_code",
        series=f"denial-{kinds}",
        release=f"adjustment codes {span.label}",
        since=span.since,
        until=span.until,
        rows=rows,
    )


def _lists(document: Document) -> str:
    return "-".join(
        sorted({_kind(cells[0]) for _, cells in document.head if _is_code(cells) and cells[0]})
    )


def _kind(code: str) -> str:
    if code.isalpha():
        return "group"
    return "rarc" if _REMARK.fullmatch(code) else "carc"


def _codes(document: Document) -> Iterator[DenialCode]:
    heading = needed(document, _heading(document), "adjustment and remark codes")
    place = heading.columns
    faults = Faults(document)
    for number, cells in data(document, heading):
        code = cells[place["code"]]
        if not _CODE.fullmatch(code):
            faults.add(number, "not a code of an adjustment or a remark")
            continue
        try:
            since = any_day(cells[place["since"]])
            until = any_day(cells[place["until"]]) if "until" in place else None
        except ValueError as error:
            faults.add(number, str(error))
            continue
        if since is None or until is None or since <= until:
            yield DenialCode(kind=_kind(code), code=code, since=since, until=until)
    faults.end()


def _after(day: date) -> date:
    month = day.month + 4
    return date(day.year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


FORMAT = Format(
    name="Adjustment and remark codes",
    page="https://x12.org/codes",
    files="the tables of claim adjustment reason codes and remittance advice remark codes, as csv",
    recognises=recognises,
    release_of=release_of,
    read=read,
    heading=_heading,
)
