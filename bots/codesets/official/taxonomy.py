"""Provider taxonomy codes, the csv of NUCC.

Version 25.0 takes effect on 1 April 2025, 25.1 on 1 October; each answers until the next. Older
files carry a day of effect and of deactivation for each code, which are kept.

Authority: NUCC, health care provider taxonomy code set; 45 CFR 162.1002 does not name it, the
837 implementation guides do (PRV segments).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from bots.codesets.official.document import Document
from bots.codesets.official.format import Format, Taken, Told
from bots.codesets.official.heading import Faults, Heading, data, look, needed
from bots.codesets.official.spans import Span, any_day, fixed
from bots.codesets.rows import Taxonomy

WANTED = {"code": r"^code", "grouping": r"grouping", "classification": r"classification"}
OPTIONAL = {"since": r"effective", "until": r"deactivation"}
_CODE = re.compile(r"[0-9A-Z]{9}X")
_VERSION = re.compile(r"(?:taxonomy|nucc)[^0-9]*(\d\d)[._]?(\d)", re.I)


def _heading(document: Document) -> Heading | None:
    return look(
        document, WANTED, lambda cells: _CODE.fullmatch(cells[0] if cells else "") is not None,
        OPTIONAL,
    )  # fmt: skip


def recognises(document: Document) -> bool:
    """Codes of ten characters with grouping and classification."""
    heading = _heading(document)
    return heading is not None and not heading.missing


def span_of(document: Document, told: Told) -> Span:
    """The half year for which the version of the name is in force.

    Raises:
        Problem: neither the name nor the person says which version it is.
    """
    version = _VERSION.search(document.name.rsplit("/", 1)[-1])
    found = None
    if version:
        year, half = 2000 + int(version[1]), int(version[2])
        first = date(year, 10, 1) if half else date(year, 4, 1)
        last = date(year + 1, 3, 31) if half else date(year, 9, 30)
        found = Span(first, last, f"{version[1]}.{version[2]}")
    return fixed(told, found, document, "taxonomy codes")


def release_of(document: Document, told: Told) -> str:
    """A file is a release."""
    return f"taxonomy {span_of(document, told).label}"


def read(documents: Sequence[Document], told: Told) -> Iterator[Taken]:
    """The codes of one version."""
    span = span_of(documents[0], told)
    yield Taken(
        table="taxonomy",
        series="taxonomy",
        release=f"NUCC taxonomy {span.label}",
        since=span.since,
        until=span.until,
        complete_for=".*",
        rows=_codes(documents[0]),
    )


def _codes(document: Document) -> Iterator[Taxonomy]:
    heading = needed(document, _heading(document), "taxonomy codes")
    place = heading.columns
    faults = Faults(document)
    for number, cells in data(document, heading):
        code = cells[place["code"]].upper()
        if not _CODE.fullmatch(code):
            faults.add(number, "not a taxonomy code such as 207Q00000X")
            continue
        try:
            since, until = (
                any_day(cells[place[key]]) if key in place else None for key in ("since", "until")
            )
        except ValueError as error:
            faults.add(number, str(error))
            continue
        yield Taxonomy(code=code, since=since, until=until)
    faults.end()


FORMAT = Format(
    name="Provider taxonomy",
    page="https://www.nucc.org/index.php/code-sets-mainmenu-41/provider-taxonomy-mainmenu-40"
    "/csv-mainmenu-57",
    files="nucc_taxonomy_….csv",
    recognises=recognises,
    release_of=release_of,
    read=read,
    heading=_heading,
)
