"""NCCI add-on code edits: which primary codes an add-on code may accompany.

xlsx, text with a heading, or the fixed-width text of the same zip, whose fields stand in the
order of the workbook's: type, add-on code, its deletion, primary code, its deletion, the edit's
effective date and deletion. A row has the day on which the edit came into force and up to three
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
_FIXED = re.compile(
    r"([123]) ?([0-9A-Z]{5}) ?(\d{7}| {7}) ?([0-9A-Z]{5}) ?(\d{7}| {7}) ?(\d{7}) ?(\d{7}| {7}|)"
    r"(?![0-9]).*"
)
_FIELDS = ("type", "code", "code_until", "primary", "primary_until", "since", "edit_until")
_UNTIL = ("edit_until", "code_until", "primary_until")


def _is_edit(cells: list[str]) -> bool:
    return len(cells) > 2 and codes_in(cells) + cells.count(CONTRACTOR) > 1


def _heading(document: Document) -> Heading | None:
    return look(document, WANTED, _is_edit, OPTIONAL)


def recognises(document: Document) -> bool:
    """An add-on code, a primary code and the type of the edit."""
    if _is_fixed(document):
        return True
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


def _is_fixed(document: Document) -> bool:
    lines = [line for line in document.top if line.strip()]
    return len(lines) > 1 and sum(1 for line in lines if _FIXED.fullmatch(line)) >= len(lines) - 1


def _said(document: Document, faults: Faults) -> Iterator[tuple[int, dict[str, str]]]:
    """What each line says, by field."""
    if not _is_fixed(document):
        heading = needed(document, _heading(document), "add-on code edits")
        for number, cells in data(document, heading):
            yield number, {key: cells[place] for key, place in heading.columns.items()}
        return
    for number, line in document.lines():
        found = _FIXED.fullmatch(line)
        if found:
            yield number, dict(zip(_FIELDS, found.groups(), strict=True))
        elif number > 1 and line.strip(" \x1a"):  # the first may be a notice
            faults.add(number, "not a line of add-on code edits")


def _edits(document: Document) -> Iterator[AddOn]:
    faults = Faults(document)
    for number, said in _said(document, faults):
        code, primary = said["code"], said["primary"]
        kind = re.fullmatch(r"([123])(\.0)?", said["type"])
        try:
            since = any_day(said.get("since", ""))
            ends = [any_day(said.get(key, "")) for key in _UNTIL]
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
    files="AOC_V…-MCR.txt or .xlsx",
    recognises=recognises,
    release_of=release_of,
    read=read,
    heading=_heading,
)
