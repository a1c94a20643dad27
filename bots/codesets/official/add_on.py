"""NCCI add-on code edits: which primary codes an add-on code may accompany.

xlsx, or text with a heading. A row has the day on which the edit came into force and up to three
days on which it ended: the edit's own, the add-on code's and the primary code's; the first of
them is its last day. Days are Julian (2024001) or 20240101, by release. Primary CCCCC means that
the contractor defines the primaries (types 2 and 3): the add-on stands with no primary listed.

Authority: CMS, Medicare NCCI add-on code edits; Claims Processing Manual, ch. 12.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bots.codesets.official.document import Document
from bots.codesets.official.format import Format, Taken, Told
from bots.codesets.official.heading import (
    CODE,
    Faults,
    Heading,
    codes_in,
    data,
    look,
    needed,
)
from bots.codesets.official.spans import Span, any_day, fixed, quarter_of
from bots.codesets.rows import AddOn

WANTED = {
    "code": r"^(?!.*(type|del|eff|dt|date)).*(add[- _]?on|aoc)",
    "primary": r"^(?!.*(del|dt|date)).*primary",
    "type": r"type",
}
OPTIONAL = {
    "since": r"eff",
    "edit_until": r"edit.*del",
    "code_until": r"^(?!.*(edit|primary)).*del",
    "primary_until": r"primary.*del",
}
CONTRACTOR = "CCCCC"
_UNTIL = ("edit_until", "code_until", "primary_until")


def _is_edit(cells: list[str]) -> bool:
    return len(cells) > 2 and codes_in(cells) + cells.count(CONTRACTOR) > 1


def _heading(document: Document) -> Heading | None:
    return look(document, WANTED, _is_edit, OPTIONAL)


def recognises(document: Document) -> bool:
    """An add-on code, a primary code and the type of the edit."""
    heading = _heading(document)
    return heading is not None and not heading.missing


def span_of(document: Document, told: Told) -> Span:
    """From the beginning to the end of the release's quarter: the rows have their dates.

    Raises:
        Problem: neither the name nor the person says which quarter it is.
    """
    heading = _heading(document)
    found = quarter_of(document, heading.above if heading else "")
    span = fixed(told, found, document, "add-on code edits")
    return Span(told.since, span.until, span.label)


def release_of(document: Document, told: Told) -> str:
    """A file is a release."""
    return f"add_on {span_of(document, told).label}"


def read(documents: Sequence[Document], told: Told) -> Iterator[Taken]:
    """The edits of one file."""
    span = span_of(documents[0], told)
    yield Taken(
        table="add_on",
        series="add-on",
        release=f"NCCI add-on codes {span.label}",
        since=span.since,
        until=span.until,
        rows=(row for document in documents for row in _edits(document)),
    )


def _edits(document: Document) -> Iterator[AddOn]:
    heading = needed(document, _heading(document), "add-on code edits")
    place = heading.columns
    faults = Faults(document)
    for number, cells in data(document, heading):
        code, primary = cells[place["code"]], cells[place["primary"]]
        kind = re.fullmatch(r"([123])(\.0)?", cells[place["type"]])
        try:
            since = any_day(cells[place["since"]]) if "since" in place else None
            ends = [any_day(cells[place[key]]) for key in _UNTIL if key in place]
        except ValueError as error:
            faults.add(number, str(error))
            continue
        until = min((end for end in ends if end is not None), default=None)
        if not CODE.fullmatch(code) or not CODE.fullmatch(primary):
            faults.add(number, "not two codes of five characters")
        elif kind is None:
            faults.add(number, "a type of edit that is not 1, 2 or 3")
        elif since is None or until is None or since <= until:  # else it never held
            yield AddOn(
                code=code,
                primary="" if primary == CONTRACTOR else primary,
                type=kind[1],
                since=since,
                until=until,
            )
    faults.end()


FORMAT = Format(
    name="NCCI add-on code edits",
    page="https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits"
    "/medicare-ncci-add-code-edits",
    files="AOC_V…-MCR.xlsx",
    recognises=recognises,
    release_of=release_of,
    read=read,
    heading=_heading,
)
