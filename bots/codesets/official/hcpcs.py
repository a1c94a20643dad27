"""HCPCS Level II: the contractor file ("ANWEB"), fixed width of 320 columns, or xlsx.

Columns of the text (CMS, HCPCS record layout): 1-5 code, or 4-5 modifier; 11 kind of record (3
first line of a procedure, 7 of a modifier, 4 and 8 further lines of its description); 12-91 long
description; 269-276 added; 285-292 terminated, the last day on which it may be used. Gives
procedures and modifiers. Whether a code is "not otherwise classified" is read from its
description, which is not kept.

The file lists every code of Level II but the dental ones (D), which belong to the American
Dental Association; and every modifier that begins with a letter but CPT's P1 to P6.

Authority: CMS, HCPCS quarterly update, record layout; 45 CFR 162.1002.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bots.codesets.official.document import Document
from bots.codesets.official.format import Format, Taken, Told
from bots.codesets.official.heading import Faults, Heading, data, look, needed
from bots.codesets.official.spans import Span, any_day, fixed, quarter_of
from bots.codesets.ranges import kind_of, needs_order
from bots.codesets.rows import Modifier, Procedure

WANTED = {
    "code": r"^hcpc",
    "record": r"rec",
    "long": r"long",
    "added": r"add",
    "ended": r"term",
}
PROCEDURES = r"[A-CE-V]\d{4}"
MODIFIERS = r"(?!P[1-6])[A-Z][0-9A-Z]"

_LINE = re.compile(r"(?:[A-Z]\d{4}|   [0-9A-Z]{2})[ \d]{5}[3478]")
_UNLISTED = re.compile(
    r"not otherwise (classified|specified)|not elsewhere (classified|specified)|unlisted"
    r"|unclassified|unspecified|\bn\.?o\.?[cs]\.?\b|miscellaneous",
    re.IGNORECASE,
)
_ANATOMIC = frozenset(
    ["E1", "E2", "E3", "E4", "FA", "LC", "LD", "LM", "LT", "RC", "RI", "RT", "TA"]
    + [f"{hand}{digit}" for hand in "FT" for digit in range(1, 10)]
)
_BYPASSES = frozenset(["XE", "XP", "XS", "XU"])
_PAYS = frozenset(["AA", "AD", "AS", "GC", "QK", "QX", "QY", "QZ", "SG", "TC"])


@dataclass(frozen=True, slots=True)
class _Entry:
    """One code or modifier with what its lines say."""

    number: int
    code: str
    is_modifier: bool
    since: date | None
    until: date | None
    unlisted: bool


def recognises(document: Document) -> bool:
    """Records of that layout, or its columns in a workbook."""
    if _is_fixed(document):
        return True
    heading = _heading(document)
    return heading is not None and not heading.missing


def span_of(document: Document, told: Told) -> Span:
    """The quarter of the file's name.

    Raises:
        Problem: neither the name nor the person says which it is.
    """
    return fixed(told, quarter_of(document), document, "HCPCS Level II")


def release_of(document: Document, told: Told) -> str:
    """A file is a release."""
    return f"hcpcs {span_of(document, told).label}"


def read(documents: Sequence[Document], told: Told) -> Iterator[Taken]:
    """The procedures and the modifiers of one file."""
    document, span = documents[0], span_of(documents[0], told)
    entries = list(_fixed(document) if _is_fixed(document) else _of_sheet(document))
    for table, series, rows, whole in (
        ("procedure", "hcpcs", _procedures(entries), PROCEDURES),
        ("modifier", "hcpcs-modifiers", _modifiers(entries), MODIFIERS),
    ):
        if rows:
            yield Taken(
                table=table,
                series=series,
                release=f"HCPCS Level II {span.label}",
                since=span.since,
                until=span.until,
                complete_for=whole,
                rows=rows,
            )


def is_unlisted(description: str) -> bool:
    """Whether the words say that the code stands for what has none of its own."""
    return _UNLISTED.search(description) is not None


def _procedures(entries: Sequence[_Entry]) -> list[Procedure]:
    return [
        Procedure(
            code=entry.code,
            since=entry.since,
            until=entry.until,
            kind=kind_of(entry.code),
            unlisted=entry.unlisted,
            needs_order=needs_order(entry.code),
        )
        for entry in entries
        if not entry.is_modifier
    ]


def _modifiers(entries: Sequence[_Entry]) -> list[Modifier]:
    return [
        Modifier(code=entry.code, since=entry.since, until=entry.until, kind=sort_of(entry.code))
        for entry in entries
        if entry.is_modifier
    ]


def sort_of(modifier: str) -> str:
    """Payment, information, anatomic or ncci: for the order on the line."""
    if modifier in _BYPASSES:
        return "ncci"
    if modifier in _ANATOMIC:
        return "anatomic"
    return "payment" if modifier in _PAYS else "information"


def _is_fixed(document: Document) -> bool:
    lines = [line for line in document.top if line.strip()]
    fits = [line for line in lines if len(line) >= 12 and _LINE.match(line)]
    return bool(lines) and len(fits) == len(lines) and any(len(line) > 276 for line in lines)


def _heading(document: Document) -> Heading | None:
    return look(document, WANTED, _is_record)


def _is_record(cells: list[str]) -> bool:
    return len(cells) > 4 and re.fullmatch(r"[A-Z]\d{4}|[0-9A-Z]{2}", cells[0]) is not None


def _fixed(document: Document) -> Iterator[_Entry]:
    def parts() -> Iterator[tuple[int, str, str, str, str, str]]:
        faults = Faults(document)
        for number, line in document.lines():
            if not line.strip(" \x1a"):
                continue
            if not _LINE.match(line):
                faults.add(number, "not a record of the HCPCS layout")
                continue
            code = line[:5].strip()
            yield number, code, line[10], line[11:91], line[268:276], line[284:292]
        faults.end()

    yield from _entries(document, parts())


def _of_sheet(document: Document) -> Iterator[_Entry]:
    heading = needed(document, _heading(document), "HCPCS Level II")
    place = heading.columns
    code, record, long = place["code"], place["record"], place["long"]
    added, ended = place["added"], place["ended"]
    records = (
        (number, cells[code], cells[record], cells[long], cells[added], cells[ended])
        for number, cells in data(document, heading)
    )
    yield from _entries(document, records)


def _entries(
    document: Document, records: Iterator[tuple[int, str, str, str, str, str]]
) -> Iterator[_Entry]:
    """Each code once, with the words of all of its lines."""
    faults = Faults(document)
    words: list[str] = []
    first: tuple[int, str, str, str, str] | None = None

    def told() -> Iterator[_Entry]:
        if first is None:
            return
        number, code, record, added, ended = first
        try:
            since, until = any_day(added), any_day(ended)
        except ValueError as error:
            faults.add(number, str(error))
            return
        if since and until and until < since:
            return  # withdrawn before it began: it never held
        unlisted = is_unlisted(" ".join(words))
        yield _Entry(number, code, record == "7", since, until, unlisted)

    for number, code, record, text, added, ended in records:
        if record in {"3", "7"}:
            yield from told()
            words = []
            pattern = r"[A-Z]\d{4}" if record == "3" else r"[0-9A-Z]{2}"
            if re.fullmatch(pattern, code):
                first = (number, code, record, added, ended)
            else:
                first = None
                faults.add(number, "neither a code of HCPCS Level II nor a modifier")
        elif record not in {"4", "8"}:
            faults.add(number, "a kind of record that is not 3, 4, 7 or 8")
        words.append(text.strip())
    yield from told()
    faults.end()


FORMAT = Format(
    name="HCPCS Level II",
    page="https://www.cms.gov/medicare/coding-billing/healthcare-common-procedure-system"
    "/quarterly-update",
    files="HCPC…_ANWEB….txt or .xlsx",
    recognises=recognises,
    release_of=release_of,
    read=read,
    heading=_heading,
)
