"""OPPS Addendum B: how the outpatient hospital is paid for a code.

csv or xlsx, after a title of some lines. Status indicators are one letter, or a letter and a
digit. The payment rate is in dollars, empty where nothing is paid apart; the code's
description is not kept.

Authority: CMS, hospital outpatient PPS, Addendum B and Addendum D1; 42 CFR 419.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

from bots.codesets.official.document import Document
from bots.codesets.official.format import Format, Taken, Told
from bots.codesets.official.heading import (
    CODE,
    Faults,
    Heading,
    data,
    has_code,
    look,
    needed,
)
from bots.codesets.official.spans import Span, fixed, quarter_of
from bots.codesets.rows import OpdCode

WANTED = {
    "code": r"hcpcs|cpt",
    "status": r"^(si|status)",
    "apc": r"^apc",
    "payment": r"payment +rate",
}


def _heading(document: Document) -> Heading | None:
    return look(document, WANTED, has_code)


def recognises(document: Document) -> bool:
    """A code with its status indicator, its APC and its payment rate."""
    heading = _heading(document)
    return heading is not None and not heading.missing


def span_of(document: Document, told: Told) -> Span:
    """The quarter that title or name says.

    Raises:
        Problem: neither the file nor the person says which it is.
    """
    heading = _heading(document)
    found = quarter_of(document, heading.above if heading else "")
    return fixed(told, found, document, "Addendum B")


def release_of(document: Document, told: Told) -> str:
    """A file is a release."""
    return f"opps {span_of(document, told).label}"


def read(documents: Sequence[Document], told: Told) -> Iterator[Taken]:
    """The codes of one addendum."""
    span = span_of(documents[0], told)
    yield Taken(
        table="opps",
        series="opps",
        release=f"OPPS Addendum B {span.label}",
        since=span.since,
        until=span.until,
        rows=_codes(documents[0]),
    )


def _codes(document: Document) -> Iterator[OpdCode]:
    heading = needed(document, _heading(document), "OPPS Addendum B")
    place = heading.columns
    faults = Faults(document)
    for number, cells in data(document, heading):
        code, status, apc = (cells[place[key]].upper() for key in ("code", "status", "apc"))
        if not CODE.fullmatch(code):
            faults.add(number, "not a code of five characters")
            continue
        try:
            payment = _dollars(cells[place["payment"]])
        except InvalidOperation:
            faults.add(number, "a payment rate that is not an amount")
            continue
        if not re.fullmatch(r"[A-Z]\d?", status):
            faults.add(number, "a status indicator that is not a letter, or a letter and a digit")
        elif not re.fullmatch(r"\d{0,4}", apc):
            faults.add(number, "an APC that is not a number of four digits")
        else:
            yield OpdCode(
                code=code, status=status, apc=apc.zfill(4) if apc else "", payment=payment
            )
    faults.end()


def _dollars(text: str) -> Decimal | None:
    plain = text.replace("$", "").replace(",", "").strip()
    if plain in {"", ".", "-"}:
        return None
    amount = Decimal(plain)
    if not amount.is_finite() or amount < 0:
        raise InvalidOperation
    return amount


FORMAT = Format(
    name="OPPS Addendum B",
    page="https://www.cms.gov/medicare/payment/prospective-payment-systems/hospital-outpatient-pps"
    "/quarterly-addenda-updates",
    files="… Web Addendum B ….csv or .xlsx",
    recognises=recognises,
    release_of=release_of,
    read=read,
    heading=_heading,
)
