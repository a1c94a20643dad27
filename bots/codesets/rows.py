"""One row of each table, frozen. `since` and `until` are both included; None is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What every row has: the days on which it holds."""

    since: date | None = None
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the row is in force on `day`."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IcdCode(Row):
    """ICD-10-CM, one code or header. Codes are written with their dot.

    `excludes1` and `code_first` are the codes and ranges of the notes that stand on this
    very code or are inherited from its category, as written in the tabular list without
    text ("E08-E13", "O24.4"). A code in parentheses behind an inclusion term is not among
    them. `code_first_always` is false where the note says "if applicable"; where it is true,
    `code_first_open` says that the codes are examples ("such as"): any other underlying
    condition before this code will do, and only the first place is wrong for sure.
    """

    code: str
    billable: bool
    children: tuple[str, ...] = ()
    excludes1: tuple[str, ...] = ()
    code_first: tuple[str, ...] = ()
    code_first_always: bool = False
    code_first_open: bool = False
    sex: str = ""  # "F", "M" or empty
    maternity: bool = False  # chapter 15, O00-O9A
    newborn: bool = False  # P codes; not an age edit


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure(Row):
    """A CPT or HCPCS code as a table knows it: no descriptor, ever.

    `status` is the fee schedule's status indicator (A, B, I, N, T, ...). `kind` is one of
    em, surgery, imaging, laboratory, pathology, medicine, therapy, drug, supply,
    anesthesia. `pc_tc` and `bilateral` are the fee schedule's indicators. `places` is
    empty where any place of service will do. `max_minutes` unused by this release.
    """

    code: str
    status: str = "A"
    kind: str = ""
    unlisted: bool = False  # not otherwise classified: needs a description
    sex: str = ""
    age_from: int | None = None
    age_to: int | None = None
    pc_tc: str = "0"
    bilateral: str = "0"
    needs_order: bool = False  # ordering or referring provider, 42 CFR 424.507
    needs_ndc: bool = False
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ptp(Row):
    """An NCCI procedure-to-procedure edit. `indicator` is 0 or 1; 9 is never imported."""

    column_1: str
    column_2: str
    indicator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mue(Row):
    """A medically unlikely edit. `indicator` (MAI) is 1 line, 2 or 3 day."""

    code: str
    units: int
    indicator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddOn(Row):
    """An add-on code with one acceptable primary. Type 2 and 3 lists may be open."""

    code: str
    primary: str
    type: str = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Modifier(Row):
    """A modifier that the imported list knows. `kind` is one of payment, information,
    anatomic, ncci (bypasses a PTP edit), order does the sorting."""

    code: str
    kind: str = "information"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Row):
    """A place-of-service code; `facility` is the fee schedule's setting."""

    code: str
    facility: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy(Row):
    """A provider taxonomy code (NUCC)."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerRule(Row):
    """One rule of one payer. Known rules:

    timely_filing_days ("365"), member_id_pattern (a regular expression for the whole id),
    ncci ("adopted"), taxonomy_required ("billing rendering").
    """

    payer_id: str
    rule: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee(Row):
    """What a fee schedule pays for one unit, in dollars, by setting."""

    code: str
    modifier: str = ""
    facility: Decimal = Decimal(0)
    non_facility: Decimal = Decimal(0)
