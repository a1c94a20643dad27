"""Small tables under which `a_case()` and `an_institutional_claim()` are clean.

`code_sets(mue=[an_mue("99213", units=1)])` puts rows over the base: a row replaces the base
rows of its key. "mue" and "ptp" stand for both sides. `without=("fee",)` takes tables away,
`complete=False` makes every list an open one. A procedure without a row of its own in "mpfs"
is paid there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from bots.codesets import (
    AddOn,
    CodeSets,
    Fee,
    FeeIndicators,
    IcdCode,
    Modifier,
    Mue,
    OfficeRule,
    OpdCode,
    PayerRule,
    Place,
    PolicyDiagnosis,
    PolicyProcedure,
    Procedure,
    Ptp,
    RevenueCode,
    Taxonomy,
    in_memory,
)
from bots.codesets.rows import TABLES, Row
from builders.claims import TAXONOMY


def an_icd(code: str, *, billable: bool = True, **fields: Any) -> IcdCode:
    """A billable ICD-10-CM code, without notes."""
    return IcdCode(code=code, billable=billable, **fields)


def a_procedure(code: str, kind: str = "medicine", **fields: Any) -> Procedure:
    """A payable procedure without limits."""
    return Procedure(code=code, kind=kind, **fields)


def an_mpfs(code: str, **fields: Any) -> FeeIndicators:
    """A code that the fee schedule pays, without any further policy."""
    return FeeIndicators(code=code, **fields)


def an_mue(code: str, units: int = 1, indicator: str = "1", **fields: Any) -> Mue:
    """An MUE; MAI 1 unless said."""
    return Mue(code=code, units=units, indicator=indicator, **fields)


def a_ptp(column_1: str, column_2: str, indicator: str = "0", **fields: Any) -> Ptp:
    """A PTP edit; indicator 0 unless said."""
    return Ptp(column_1=column_1, column_2=column_2, indicator=indicator, **fields)


def an_add_on(code: str, primary: str, **fields: Any) -> AddOn:
    """One acceptable primary of an add-on code."""
    return AddOn(code=code, primary=primary, **fields)


def a_modifier(code: str, kind: str = "information", **fields: Any) -> Modifier:
    """A modifier that the list knows."""
    return Modifier(code=code, kind=kind, **fields)


def a_place(code: str, *, facility: bool = False, **fields: Any) -> Place:
    """A place of service."""
    return Place(code=code, facility=facility, **fields)


def a_rule(rule: str, value: str, payer_id: str = "MEDB", **fields: Any) -> PayerRule:
    """One rule of one payer."""
    return PayerRule(payer_id=payer_id, rule=rule, value=value, **fields)


def an_office_rule(rule: str, code: str = "*", value: str = "", **fields: Any) -> OfficeRule:
    """A rule that the office wrote down about every payer; `owner="facility"` of facilities."""
    return OfficeRule(**{"owner": "payer", "id": "*"} | fields, rule=rule, code=code, value=value)


def a_policy(code: str, policy: str = "A57520", **fields: Any) -> PolicyProcedure:
    """A local coverage policy that speaks of a procedure, in every state."""
    return PolicyProcedure(code=code, policy=policy, **fields)


def a_policy_diagnosis(
    diagnosis: str, policy: str = "A57520", *, covered: bool = True, **fields: Any
) -> PolicyDiagnosis:
    """A diagnosis that the policy's first group covers."""
    values = {"group": "1"} | fields
    return PolicyDiagnosis(policy=policy, diagnosis=diagnosis, covered=covered, **values)


def a_fee(code: str, amount: str = "90.00", **fields: Any) -> Fee:
    """A fee that is the same in both settings."""
    return Fee(code=code, facility=Decimal(amount), non_facility=Decimal(amount), **fields)


def an_opps(code: str, status: str = "S", **fields: Any) -> OpdCode:
    """A code of OPPS Addendum B; status S (paid separately) unless said."""
    return OpdCode(code=code, status=status, **fields)


def a_revenue_code(code: str, **fields: Any) -> RevenueCode:
    """A revenue code that goes with every type of bill."""
    return RevenueCode(code=code, **fields)


BASE: dict[str, tuple[Row, ...]] = {
    "icd10cm": (
        an_icd("J06.9"),
        an_icd("I10"),
        an_icd("E11.9"),
        an_icd("Z00.00"),
        an_icd("M54.50"),
        an_icd("R05.1"),
    ),
    "procedure": (
        a_procedure("99213", "em"),
        a_procedure("99214", "em"),
        a_procedure("G0463", "em"),
        a_procedure("36415", "laboratory"),
        a_procedure("96372", "medicine"),
        a_procedure("11102", "surgery"),
    ),
    "mpfs": (),
    "opps": (an_opps("G0463", "J2"),),
    "revenue_code": tuple(
        a_revenue_code(code) for code in ("0001", "0120", "0250", "0300", "0360", "0450", "0510")
    ),
    "ptp_practitioner": (),
    "ptp_outpatient": (),
    "mue_practitioner": (),
    "mue_outpatient": (),
    "add_on": (),
    "modifier": (
        a_modifier("25", "ncci"),
        a_modifier("59", "ncci"),
        a_modifier("XU", "ncci"),
        a_modifier("LT", "anatomic"),
        a_modifier("RT", "anatomic"),
        a_modifier("26", "payment"),
        a_modifier("TC", "payment"),
        a_modifier("50", "payment"),
        a_modifier("KX"),
    ),
    "place_of_service": (
        a_place("11"),
        a_place("22", facility=True),
        a_place("23", facility=True),
    ),
    "taxonomy": (Taxonomy(code=TAXONOMY),),
    "office_rule": (),
    "policy_procedure": (),
    "policy_diagnosis": (),
    "payer_rule": (
        a_rule("timely_filing_days", "365", "MEDB"),
        a_rule("timely_filing_days", "365", "MEDA"),
    ),
    "fee": (a_fee("99213"), a_fee("99214"), a_fee("G0463"), a_fee("36415", "9.00")),
}

_BOTH_SIDES = {
    "mue": ("mue_practitioner", "mue_outpatient"),
    "ptp": ("ptp_practitioner", "ptp_outpatient"),
}


def code_sets(
    *, without: Collection[str] = (), complete: bool = True, **rows: Iterable[Row]
) -> CodeSets:
    """The base tables with `rows` put over them, less the tables named in `without`."""
    tables = {name: list(base) for name, base in BASE.items()}
    for name, given in rows.items():
        entries = tuple(given)
        for table in _BOTH_SIDES.get(name, (name,)):
            tables[table] = [*_not_replaced(table, entries), *entries]
    listed = {row.code for row in tables["mpfs"]}
    tables["mpfs"] += [
        an_mpfs(row.code, since=row.since, until=row.until)
        for row in tables["procedure"]
        if row.code not in listed
    ]
    for name in without:
        for table in _BOTH_SIDES.get(name, (name,)):
            del tables[table]
    return in_memory(complete=complete, **tables)


def _not_replaced(table: str, over: tuple[Row, ...]) -> list[Row]:
    def key(row: Row) -> tuple[str, ...]:
        return tuple(getattr(row, field) for field in TABLES[table][1])

    taken = {key(row) for row in over}
    return [row for row in BASE.get(table, ()) if key(row) not in taken]
