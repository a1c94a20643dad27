"""A list of modifiers, as csv, xlsx or text with a heading.

Any table whose first column is the modifier and whose heading says so. It is taken as whole only
where the words above it say "complete list", or the person says --complete: absence is an error
of a claim only then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bots.codesets.official.document import Document
from bots.codesets.official.format import Format, Taken, Told
from bots.codesets.official.hcpcs import sort_of
from bots.codesets.official.heading import Faults, Heading, data, look, needed
from bots.codesets.official.spans import Span, any_day, fixed, quarter_of
from bots.codesets.rows import Modifier

WANTED = {"code": r"^modifiers?( code)?$"}
OPTIONAL = {"since": r"^(eff|start|added)", "until": r"^(term|end|delet)"}
_CODE = re.compile(r"[0-9A-Z]{2}")
_WHOLE = re.compile(r"\bcomplete list\b", re.I)


def _is_modifier(cells: list[str]) -> bool:
    return bool(cells) and _CODE.fullmatch(cells[0]) is not None


def _heading(document: Document) -> Heading | None:
    return look(document, WANTED, _is_modifier, OPTIONAL)


def recognises(document: Document) -> bool:
    """A first column of two characters, headed "modifier"."""
    heading = _heading(document)
    return heading is not None and heading.columns.get("code") == 0


def span_of(document: Document, told: Told) -> Span:
    """The quarter that the list or its name says.

    Raises:
        Problem: neither the list nor the person says for which days it holds.
    """
    heading = _heading(document)
    found = quarter_of(document, heading.above if heading else "")
    return fixed(told, found, document, "modifiers")


def release_of(document: Document, told: Told) -> str:
    """A file is a release."""
    return f"modifier {span_of(document, told).label}"


def read(documents: Sequence[Document], told: Told) -> Iterator[Taken]:
    """The modifiers of one list."""
    document, span = documents[0], span_of(documents[0], told)
    heading = _heading(document)
    whole = told.complete or bool(heading and _WHOLE.search(heading.above))
    yield Taken(
        table="modifier",
        series="modifiers",
        release=f"modifiers {span.label}",
        since=span.since,
        until=span.until,
        complete_for=".*" if whole else "",
        rows=_modifiers(document),
    )


def _modifiers(document: Document) -> Iterator[Modifier]:
    heading = needed(document, _heading(document), "modifiers")
    place = heading.columns
    faults = Faults(document)
    for number, cells in data(document, heading):
        code = cells[place["code"]].upper()
        if not _CODE.fullmatch(code):
            faults.add(number, "not a modifier of two characters")
            continue
        try:
            since, until = (
                any_day(cells[place[key]]) if key in place else None for key in ("since", "until")
            )
        except ValueError as error:
            faults.add(number, str(error))
            continue
        yield Modifier(code=code, kind=sort_of(code), since=since, until=until)
    faults.end()


FORMAT = Format(
    name="Modifier list",
    page="https://www.cms.gov/medicare/coding-billing/healthcare-common-procedure-system",
    files="any list headed Modifier (the HCPCS file has the modifiers of Level II already)",
    recognises=recognises,
    release_of=release_of,
    read=read,
)
