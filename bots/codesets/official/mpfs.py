"""The Medicare Physician Fee Schedule's relative value file, PPRRVU as csv or xlsx.

Ten lines of heading, the last four of which name the columns together. Gives the payment policy
indicators; the national payment of a unit by setting, relative value units times conversion
factor, without a locality's adjustment; and the CPT codes that the schedule knows, with the kind
that their range stands for. No descriptor is kept. The list of CPT codes is not whole.

Authority: CMS, Physician Fee Schedule relative value files; Claims Processing Manual (Pub.
100-04), ch. 12, section 20 and ch. 23, addendum.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

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
from bots.codesets.official.spans import Span, fixed, quarter, quarter_of
from bots.codesets.ranges import kind_of, needs_order
from bots.codesets.rows import Fee, FeeIndicators, Procedure

WANTED = {
    "code": r"hcpcs|cpt",
    "modifier": r"^mod",
    "status": r"status",
    "office_na": r"^non[- ]?fac.*\bna\b.*indicator",
    "facility_na": r"^fac.*\bna\b.*indicator",
    "office": r"^non[- ]?facility.*total",
    "facility": r"^facility.*total",
    "pc_tc": r"pctc|pc/tc",
    "global_days": r"glob",
    "multiple": r"^mult",
    "bilateral": r"^bilat",
    "assistant": r"^asst",
    "co_surgeon": r"^co-? ?surg",
    "team": r"^team",
    "base": r"endo",
    "factor": r"conv",
    "supervision": r"supervision|diagnostic.*procedures",
}
_YEAR = re.compile(r"(20\d\d) National Physician Fee Schedule", re.I)
_RELEASE = re.compile(r"(January|April|July|October)\s+Release", re.I)
_QUARTERS = {"january": 1, "april": 2, "july": 3, "october": 4}
_GLOBAL = frozenset(["000", "010", "090", "MMM", "XXX", "YYY", "ZZZ"])
_DIGITS = ("pc_tc", "multiple", "bilateral", "assistant", "co_surgeon", "team")
_CENT = Decimal("0.01")


def _heading(document: Document) -> Heading | None:
    return look(document, WANTED, lambda cells: has_code(cells) and len(cells) > 20)


def recognises(document: Document) -> bool:
    """A code with its status, its global days and its conversion factor."""
    heading = _heading(document)
    return heading is not None and not heading.missing


def span_of(document: Document, told: Told) -> Span:
    """The quarter of the release that the first line names; else of the file's name.

    Raises:
        Problem: nothing says which it is.
    """
    heading = _heading(document)
    above = heading.above if heading else ""
    year, release = _YEAR.search(above), _RELEASE.search(above)
    if year and release:
        found: Span | None = quarter(int(year[1]), _QUARTERS[release[1].lower()])
    else:
        found = quarter_of(document)
    return fixed(told, found, document, "the fee schedule")


def release_of(document: Document, told: Told) -> str:
    """A file is a release."""
    return f"mpfs {span_of(document, told).label}"


def read(documents: Sequence[Document], told: Told) -> Iterator[Taken]:
    """The indicators, the fees and the CPT codes of one file."""
    document, span = documents[0], span_of(documents[0], told)
    indicators: list[FeeIndicators] = []
    fees: list[Fee] = []
    for row, fee in _lines(document):
        indicators.append(row)
        if fee is not None:
            fees.append(fee)
    codes = dict.fromkeys(row.code for row in indicators if row.code[0].isdigit())
    procedures = [
        Procedure(code=code, kind=kind_of(code), needs_order=needs_order(code)) for code in codes
    ]
    for table, series, rows in (
        ("mpfs", "mpfs", indicators),
        ("fee", "mpfs-fees", fees),
        ("procedure", "mpfs-codes", procedures),
    ):
        yield Taken(
            table=table,
            series=series,
            release=f"MPFS {span.label}",
            since=span.since,
            until=span.until,
            rows=rows,
        )


def _lines(document: Document) -> Iterator[tuple[FeeIndicators, Fee | None]]:
    heading = needed(document, _heading(document), "the fee schedule")
    place = heading.columns
    faults = Faults(document)
    for number, cells in data(document, heading):
        said = {key: cells[at].strip().upper() for key, at in place.items()}
        try:
            indicators = _indicators(said)
            fee = _fee(said, indicators)
        except ValueError as error:
            faults.add(number, str(error))
            continue
        yield indicators, fee
    faults.end()


def _indicators(said: dict[str, str]) -> FeeIndicators:
    if not CODE.fullmatch(said["code"]):
        raise ValueError("not a code of five characters")
    if not re.fullmatch(r"|26|TC|53", said["modifier"]):
        raise ValueError("a modifier that is not 26, TC or 53")
    if not re.fullmatch(r"[A-Z]", said["status"]):
        raise ValueError("a status that is not one letter")
    days = said["global_days"]
    days = days.zfill(3) if days.isdigit() else days  # a spreadsheet drops the noughts
    if days not in _GLOBAL:
        raise ValueError("global days that are none of 000, 010, 090, MMM, XXX, YYY, ZZZ")
    pc_tc, multiple, bilateral, assistant, co_surgeon, team = (
        _digit(said[key], key) for key in _DIGITS
    )
    base, supervision = said["base"], said["supervision"]
    if base and not CODE.fullmatch(base):
        raise ValueError("an endoscopic base that is not a code")
    if not re.fullmatch(r"[0-9A-Z]{1,2}", supervision):
        raise ValueError("a supervision indicator that is not two characters")
    return FeeIndicators(
        code=said["code"],
        modifier=said["modifier"],
        status=said["status"],
        global_days=days,
        base=base,
        supervision=supervision.zfill(2),
        pays_in_office=said["office_na"] != "NA",
        pays_in_facility=said["facility_na"] != "NA",
        pc_tc=pc_tc,
        multiple=multiple,
        bilateral=bilateral,
        assistant=assistant,
        co_surgeon=co_surgeon,
        team=team,
    )


def _digit(text: str, column: str) -> str:
    digit = text.removesuffix(".0")
    if not re.fullmatch(r"\d", digit):
        raise ValueError(f"an indicator that is not one digit: {column.replace('_', ' ')}")
    return digit


def _fee(said: dict[str, str], row: FeeIndicators) -> Fee | None:
    factor = _number(said["factor"])
    office = _paid(_number(said["office"]), factor) if row.pays_in_office else Decimal(0)
    facility = _paid(_number(said["facility"]), factor) if row.pays_in_facility else Decimal(0)
    if not office and not facility:
        return None
    return Fee(code=row.code, modifier=row.modifier, non_facility=office, facility=facility)


def _paid(units: Decimal, factor: Decimal) -> Decimal:
    return (units * factor).quantize(_CENT, ROUND_HALF_UP)


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text or "0")
    except InvalidOperation:
        raise ValueError("relative value units that are not a number") from None
    if not number.is_finite() or number < 0 or number > 1_000_000:
        raise ValueError("relative value units that cannot be")
    return number


FORMAT = Format(
    name="Physician Fee Schedule",
    page="https://www.cms.gov/medicare/payment/fee-schedules/physician/pfs-relative-value-files",
    files="PPRRVU….csv or .xlsx, from RVU….zip",
    recognises=recognises,
    release_of=release_of,
    read=read,
    heading=_heading,
)
