"""NCCI medically unlikely edits: practitioner, outpatient hospital, DME supplier.

A file is one side's values for one quarter, csv or xlsx, and answers for that quarter only: it
says nothing of the values before it. The adjudication indicator is a digit with words behind it
("3 Date of Service Edit: Clinical"). A code that is not in the file has no *published* limit.

Authority: CMS, Medicare NCCI MUE files; NCCI Policy Manual, ch. I.
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
    data,
    has_code,
    joined,
    look,
    needed,
)
from bots.codesets.official.spans import Span, fixed, quarter_of
from bots.codesets.rows import Mue
from bots.errors import Problem

WANTED = {
    "code": r"hcpcs|cpt code",
    "units": r"mue values?",
    "indicator": r"adjudication indicator|\bmai\b",
}
_SIDES = {
    "practitioner": re.compile(r"practitioner", re.I),
    "outpatient": re.compile(r"outpatient|hospital", re.I),
    "dme": re.compile(r"\bdme|supplier", re.I),
}


def _heading(document: Document) -> Heading | None:
    return look(document, WANTED, has_code)


def recognises(document: Document) -> bool:
    """A code, its MUE value, its adjudication indicator."""
    heading = _heading(document)
    return heading is not None and not heading.missing


def side_of(document: Document, told: Told) -> str:
    """As told, else as the heading says ("Practitioner Services MUE Values"), else the name.

    Raises:
        Problem: none of them says.
    """
    if told.side:
        return told.side
    heading = _heading(document)
    for text in (
        heading.above if heading else "",
        document.name.rsplit("/", 1)[-1],
        document.name,
    ):
        sides = [side for side, pattern in _SIDES.items() if pattern.search(text)]
        if len(sides) == 1:
            return sides[0]
    raise Problem(
        "neither the file nor its name says for whom these limits are",
        where=document.name,
        do="add --side practitioner, --side outpatient or --side dme",
    )


def span_of(document: Document, told: Told) -> Span:
    """The quarter of the file.

    Raises:
        Problem: neither the file nor the person says which it is.
    """
    heading = _heading(document)
    found = quarter_of(document, heading.above if heading else "")
    return fixed(told, found, document, "medically unlikely edits")


def release_of(document: Document, told: Told) -> str:
    """A file is a release."""
    return joined([f"mue_{side_of(document, told)}", span_of(document, told).label])


def read(documents: Sequence[Document], told: Told) -> Iterator[Taken]:
    """The limits of one side."""
    first = documents[0]
    side, span = side_of(first, told), span_of(first, told)
    yield Taken(
        table=f"mue_{side}",
        series=f"mue-{side}",
        release=f"NCCI MUE {side} {span.label}",
        since=span.since,
        until=span.until,
        rows=(row for document in documents for row in _limits(document)),
    )


def _limits(document: Document) -> Iterator[Mue]:
    heading = needed(document, _heading(document), "medically unlikely edits")
    place = heading.columns
    faults = Faults(document)
    seen: dict[str, tuple[str, str]] = {}
    for number, cells in data(document, heading):
        code, units, told = (cells[place[key]] for key in ("code", "units", "indicator"))
        indicator = re.match(r"([123])(?!\d)", told)
        if not CODE.fullmatch(code):
            faults.add(number, "not a code of five characters")
        elif not re.fullmatch(r"\d{1,6}", units):
            faults.add(number, "an MUE value that is not a whole number")
        elif indicator is None:
            faults.add(number, "an adjudication indicator that is not 1, 2 or 3")
        elif seen.setdefault(code, (units, indicator[1])) != (units, indicator[1]):
            faults.add(number, f"another limit for {code} than before")
        else:
            yield Mue(code=code, units=int(units), indicator=indicator[1])
    faults.end()


FORMAT = Format(
    name="NCCI medically unlikely edits",
    page="https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits"
    "/medicare-ncci-medically-unlikely-edits-mues",
    files="MCR_MUE_PractitionerServices_Eff_…, MCR_MUE_OutpatientHospitalServices_Eff_…, "
    "MCR_MUE_DMESupplierServices_Eff_…: csv or xlsx",
    recognises=recognises,
    release_of=release_of,
    read=read,
    heading=_heading,
)
