"""Place of service codes: the web table of CMS, saved as csv.

The table gives a code, a name and a description that may begin "(Effective January 1, 2022)" or
say "(Deleted ...)". Which setting the fee schedule pays a place at does not stand in it: those of
the facility rate are listed here, or read from a column of that name.

Authority: CMS, place of service code set; Claims Processing Manual (Pub. 100-04), ch. 26, section
10.5, and ch. 12, section 20.4.2 (places paid at the facility rate).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from bots.codesets.official.document import Document
from bots.codesets.official.format import Format, Taken, Told
from bots.codesets.official.heading import Faults, Heading, data, look, needed
from bots.codesets.official.spans import Span, day_of, fixed
from bots.codesets.rows import Place

WANTED = {"code": r"place of service code|pos.?code|^code", "name": r"name"}
OPTIONAL = {"setting": r"type|facility|setting", "text": r"descri"}
FACILITY = frozenset(
    [
        "02",
        "19",
        "21",
        "22",
        "23",
        "24",
        "26",
        "31",
        "34",
        "41",
        "42",
        "51",
        "52",
        "53",
        "56",
        "61",
    ]
)
_UNASSIGNED = re.compile(r"unassigned", re.I)
_EFFECTIVE = re.compile(r"\(effective ([a-z]+ \d{1,2}, ?\d{4})", re.I)
_TITLE = re.compile(r"place[- ]of[- ]service", re.I)


def _is_place(cells: list[str]) -> bool:
    return len(cells) > 1 and re.fullmatch(r"\d{1,2}(-\d\d)?", cells[0]) is not None


def _heading(document: Document) -> Heading | None:
    return look(document, WANTED, _is_place, OPTIONAL)


def recognises(document: Document) -> bool:
    """Codes of two digits with a name, under words that say place of service."""
    heading = _heading(document)
    if heading is None or heading.missing:
        return False
    return _TITLE.search(heading.above) is not None or "pos_code" in heading.above.lower()


def span_of(document: Document, told: Told) -> Span:
    """From the month of the table on, for a year: it is brought up to date now and then.

    Raises:
        Problem: neither the table nor the person says of when it is.
    """
    heading = _heading(document)
    day = day_of(document, heading.above if heading else "")
    found = Span(None, date(day.year + 1, day.month, 1), f"{day:%Y-%m}") if day else None
    span = fixed(told, found, document, "place of service codes")
    return Span(told.since, span.until, span.label)  # the codes carry their dates


def release_of(document: Document, told: Told) -> str:
    """A file is a release."""
    return f"place_of_service {span_of(document, told).label}"


def read(documents: Sequence[Document], told: Told) -> Iterator[Taken]:
    """The places of one table."""
    span = span_of(documents[0], told)
    yield Taken(
        table="place_of_service",
        series="place-of-service",
        release=f"place of service {span.label}",
        since=span.since,
        until=span.until,
        complete_for=r"\d{2}",
        rows=list(_places(documents[0])),
    )


def _places(document: Document) -> Iterator[Place]:
    heading = needed(document, _heading(document), "place of service codes")
    place = heading.columns
    faults = Faults(document)
    for number, cells in data(document, heading):
        code = cells[place["code"]].zfill(2)
        if _UNASSIGNED.search(cells[place["name"]]):
            continue
        if not re.fullmatch(r"\d{2}", code):
            faults.add(number, "not a place of service of two digits")
            continue
        setting = cells[place["setting"]].lower() if "setting" in place else ""
        facility = setting in {"facility", "f"} if setting else code in FACILITY
        text = cells[place["text"]] if "text" in place else ""
        since = _since(f"{cells[place['name']]} {text}")
        yield Place(code=code, facility=facility, since=since)
    faults.end()


def _since(text: str) -> date | None:
    from datetime import datetime

    found = _EFFECTIVE.search(text)
    if not found:
        return None
    try:
        return datetime.strptime(" ".join(found[1].replace(",", ", ").split()), "%B %d, %Y").date()  # noqa: DTZ007
    except ValueError:
        return None


FORMAT = Format(
    name="Place of service codes",
    page="https://www.cms.gov/medicare/coding-billing/place-of-service-codes/code-sets",
    files="the table of the page, saved as csv",
    recognises=recognises,
    release_of=release_of,
    read=read,
    heading=_heading,
)
