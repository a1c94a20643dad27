"""NCCI procedure-to-procedure edits, practitioner and outpatient hospital.

A quarterly release comes in several parts (f1 to f4), tab-delimited or xlsx, and carries the
whole history: each row has the day on which its edit came into force and the day on which it was
deleted, `*` where it stands. Both days are days of service: an edit holds from its effective date
*through* its deletion date, as CMS writes them (deletion dates are the last days of quarters). An
edit whose two dates are equal was deleted as of the day on which it began; CMS gives it modifier
indicator 9, and it is not taken: it was never in force. The mark of edits older than 1996 says
nothing beyond the effective date and is not kept, nor is the rationale.

Authority: CMS, Medicare NCCI PTP edit files (heading and preamble of each file); NCCI Policy
Manual, ch. I.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from bots.codesets.official.document import Document
from bots.codesets.official.format import Format, Taken, Told
from bots.codesets.official.heading import CODE, Faults, Heading, codes_in, is_note, look, needed
from bots.codesets.official.spans import Span, any_day, fixed, quarter, quarter_of
from bots.errors import Problem

WANTED = {
    "column_1": r"column *1\b",
    "column_2": r"column *2$|^column *2\b",
    "effective": r"effective",
    "deleted": r"deletion",
    "indicator": r"modifier",
}
_VERSION = re.compile(r"cci(?:pra|oph)[-_]?v(\d\d)(\d)r(\d)", re.I)
_PART = re.compile(r"[-_]f(\d)(?:\.|$)", re.I)
_SIDES = {
    "practitioner": re.compile(r"ccipra|practitioner|physician", re.I),
    "outpatient": re.compile(r"ccioph|hospital|outpatient", re.I),
}


def _is_pair(cells: list[str]) -> bool:
    return len(cells) > 4 and codes_in(cells) > 1


def _heading(document: Document) -> Heading | None:
    return look(document, WANTED, _is_pair)


def recognises(document: Document) -> bool:
    """Two columns of codes under a heading with a modifier."""
    heading = _heading(document)
    return heading is not None and not heading.missing


def side_of(document: Document, told: Told) -> str:
    """Practitioner or outpatient: as told, else as the file says, else its name.

    Raises:
        Problem: none of them says.
    """
    if told.side in _SIDES:
        return told.side
    heading = _heading(document)
    for text in (heading.above if heading else "", *reversed(document.name.split("/"))):
        sides = [side for side, pattern in _SIDES.items() if pattern.search(text)]
        if len(sides) == 1:
            return sides[0]
    raise Problem(
        "neither the file nor its name says whether these edits are the practitioner's or the "
        "outpatient hospital's",
        where=document.name,
        do="add --side practitioner or --side outpatient",
    )


def span_of(document: Document, told: Told) -> Span:
    """From the beginning to the end of the release's quarter; version 30.0 is 2024Q1.

    Raises:
        Problem: neither the name nor the person says which quarter it is.
    """
    heading = _heading(document)
    found = quarter_of(document, heading.above if heading else "")
    version = _VERSION.search(document.name)
    if version:
        found = quarter(1994 + int(version[1]), int(version[2]) + 1)
    span = fixed(told, found, document, "PTP edits")
    return Span(told.since, span.until, span.label)  # the file carries its history


def release_of(document: Document, told: Told) -> str:
    """All parts of one quarter and side are one release."""
    return f"ptp_{side_of(document, told)} {span_of(document, told).label}"


def read(documents: Sequence[Document], told: Told) -> Iterator[Taken]:
    """The edits of one release from all of its parts.

    Raises:
        Problem: a part is missing.
    """
    first = documents[0]
    side, span = side_of(first, told), span_of(first, told)
    in_order = sorted(documents, key=lambda document: _part(document) or 0)
    parts = [_part(document) for document in in_order]
    if any(parts) and parts != list(range(1, len(parts) + 1)):
        raise Problem(
            f"parts {', '.join(f'f{part}' for part in parts)} of one release, and not all of them",
            where=first.name,
            do="import every part of the release together",
        )
    version = _VERSION.search(first.name)
    label = f"NCCI PTP {side} {span.label}"
    yield Taken(
        table=f"ptp_{side}",
        series=f"ptp-{side}",
        release=f"{label} (v{version[1]}.{version[2]}r{version[3]})" if version else label,
        since=span.since,
        until=span.until,
        rows=_rows(in_order, whole=any(parts)),
    )


def _rows(documents: Sequence[Document], *, whole: bool) -> Iterator[tuple[object, ...]]:
    last = ""
    for document in documents:
        for row in _edits(document):
            yield row
            last = max(last, str(row[2]))
    # Every release has edits whose first code is of HCPCS Level II, in its last part.
    if whole and last < "A":
        raise Problem(
            f"the edits end at {last}: the last part of the release is missing",
            where=documents[-1].name,
            do="import every part of the release together",
        )


def _edits(document: Document) -> Iterator[tuple[object, ...]]:
    """Rows as they are stored: millions of them, so the loop is bare."""
    heading = needed(document, _heading(document), "NCCI PTP edits")
    one, two = heading.columns["column_1"], heading.columns["column_2"]
    begun, ended = heading.columns["effective"], heading.columns["deleted"]
    marked, width = heading.columns["indicator"], heading.width
    faults = Faults(document)
    is_code = CODE.fullmatch
    days: dict[str, str | None] = {"*": None, "": None}
    seen: set[tuple[object, ...]] = set()
    block = ""
    for number, cells in document.rows():
        if number < heading.first:
            continue
        if len(cells) < width:
            if any(cells) and not is_note(cells):
                faults.add(number, f"{len(cells)} cells where the heading has {width}")
            continue
        first, second, indicator = cells[one], cells[two], cells[marked]
        if indicator == "9":
            continue
        if not is_code(first) or not is_code(second):
            faults.add(number, "not two codes of five characters")
            continue
        if indicator not in {"0", "1"}:
            faults.add(number, "a modifier indicator that is not 0, 1 or 9")
            continue
        try:
            since = days[cells[begun]] if cells[begun] in days else _iso(days, cells[begun])
            until = days[cells[ended]] if cells[ended] in days else _iso(days, cells[ended])
        except ValueError as error:
            faults.add(number, str(error))
            continue
        if since is not None and until is not None and until < since:
            faults.add(number, "deleted before it came into force")
            continue
        if first != block:  # whole rows repeat, and only near each other
            block, seen = first, set()
        row = (since, until, first, second, indicator)
        if row not in seen:
            seen.add(row)
            yield row
    faults.end()


def _iso(days: dict[str, str | None], text: str) -> str | None:
    day: date | None = any_day(text)
    days[text] = day.isoformat() if day else None
    return days[text]


def _part(document: Document) -> int | None:
    found = _PART.search(document.name.rsplit("/", 1)[-1])
    return int(found[1]) if found else None


FORMAT = Format(
    name="NCCI PTP edits",
    page="https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits"
    "/medicare-ncci-procedure-procedure-ptp-edits",
    files="ccipra-v…-f1 to f4 (practitioner), ccioph-v…-f1 to f4 (outpatient hospital): "
    "txt or xlsx, all parts together",
    recognises=recognises,
    release_of=release_of,
    read=read,
    heading=_heading,
    several=True,
)
