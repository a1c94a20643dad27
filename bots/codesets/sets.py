"""The set of tables that a review asks, and the one in memory that tests build."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations
from typing import Generic, Protocol, TypeVar

from bots.codesets.rows import (
    TABLES,
    AddOn,
    DenialCode,
    Fee,
    FeeIndicators,
    IcdCode,
    IcdProcedure,
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
    Row,
    Taxonomy,
)

R = TypeVar("R", bound=Row)
R_co = TypeVar("R_co", bound=Row, covariant=True)


class Table(Protocol[R_co]):
    """One table. A key is a tuple of texts, in the order of the row's own key fields."""

    def covers(self, on: date) -> bool:
        """Whether this table can answer for that day at all."""
        ...

    def rows(self, *key: str) -> tuple[R_co, ...]:
        """Every row of the key, of whatever day, in order of `since`."""
        ...

    def find(self, *key: str, on: date) -> R_co | None:
        """The row in force on that day, or None."""
        ...

    def turns(self, *key: str) -> Iterator[date]:
        """The days from which on `find` may give another answer for the key."""
        ...

    def relates(self, one: str, other: str) -> bool:
        """False only where no row of any day joins the two codes, in whatever order."""
        ...

    def relates_any(self, codes: Sequence[str]) -> bool:
        """False only where `relates` is false of every two of them."""
        ...

    def knows_all(self, code: str, on: date) -> bool:
        """Whether a code like this one that has no row on that day is wrong for sure."""
        ...

    def release_on(self, on: date) -> str | None:
        """The release that answers for that day; None where none does."""
        ...


def turns_of(spans: Iterable[tuple[date | None, date | None]]) -> Iterator[date]:
    """The first day of each span, and the first day after it."""
    for since, until in spans:
        if since is not None:
            yield since
        if until is not None and until < date.max:
            yield until + timedelta(days=1)


@dataclass(frozen=True)
class MemoryTable(Generic[R]):
    """A table in a dict: for tests and for small tables."""

    release: str
    by_key: Mapping[tuple[str, ...], tuple[R, ...]] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None
    complete: bool = True

    def covers(self, on: date) -> bool:
        """Whether this table can answer for that day at all."""
        return (self.since is None or self.since <= on) and (
            self.until is None or on <= self.until
        )

    def rows(self, *key: str) -> tuple[R, ...]:
        """Every row of the key, of whatever day, in order of `since`."""
        return self.by_key.get(key, ())

    def find(self, *key: str, on: date) -> R | None:
        """The row in force on that day, or None."""
        return next((row for row in self.rows(*key) if row.holds_on(on)), None)

    def turns(self, *key: str) -> Iterator[date]:
        """The days from which on `find` may give another answer for the key."""
        return turns_of([(row.since, row.until) for row in self.rows(*key)])

    def relates(self, one: str, other: str) -> bool:
        """False only where no row of any day joins the two codes, in whatever order."""
        return bool(self.rows(one, other) or self.rows(other, one))

    def relates_any(self, codes: Sequence[str]) -> bool:
        """False only where `relates` is false of every two of them."""
        return any(self.relates(one, other) for one, other in combinations(codes, 2))

    def knows_all(self, code: str, on: date) -> bool:
        """Whether a code like this one that has no row on that day is wrong for sure."""
        return self.complete and self.covers(on)

    def release_on(self, on: date) -> str | None:
        """The release that answers for that day; None where none does."""
        return self.release if self.covers(on) else None


@dataclass(frozen=True, eq=False)
class CodeSets:
    """All tables of an office; None where a table was never imported.

    Two are equal only if they are the same: what was once seen of one can be remembered.
    `synthetic` is true where any table is one of ours, made for practice: every page that
    shows a result then says "synthetic tables".
    """

    icd10cm: Table[IcdCode] | None = None
    icd10pcs: Table[IcdProcedure] | None = None
    procedure: Table[Procedure] | None = None
    mpfs: Table[FeeIndicators] | None = None
    opps: Table[OpdCode] | None = None
    ptp_practitioner: Table[Ptp] | None = None
    ptp_outpatient: Table[Ptp] | None = None
    mue_practitioner: Table[Mue] | None = None
    mue_outpatient: Table[Mue] | None = None
    mue_dme: Table[Mue] | None = None
    add_on: Table[AddOn] | None = None
    modifier: Table[Modifier] | None = None
    place_of_service: Table[Place] | None = None
    taxonomy: Table[Taxonomy] | None = None
    denial_code: Table[DenialCode] | None = None
    policy_procedure: Table[PolicyProcedure] | None = None
    policy_diagnosis: Table[PolicyDiagnosis] | None = None
    revenue_code: Table[RevenueCode] | None = None
    payer_rule: Table[PayerRule] | None = None
    office_rule: Table[OfficeRule] | None = None
    fee: Table[Fee] | None = None
    synthetic: bool = False

    def missing(self, name: str, on: date) -> str | None:
        """What is missing to ask table `name` about a day, in words; None if nothing is."""
        table: Table[Row] | None = getattr(self, name)
        if table is None:
            return f"{name}: no table imported"
        if not table.covers(on):
            quarter = (on.month - 1) // 3 + 1
            return f"{name}: no table for {on.year}Q{quarter}"
        return None

    def release(self, name: str, on: date) -> str | None:
        """The release of table `name` that answers for that day; None where none does."""
        table: Table[Row] | None = getattr(self, name)
        return table.release_on(on) if table is not None else None


def in_memory(
    *, release: str = "test", complete: bool = True, synthetic: bool = False, **rows: Iterable[Row]
) -> CodeSets:
    """Code sets from rows by table name, for tests and for tables held in a dict.

    Raises:
        KeyError: no table of that name.
    """
    tables: dict[str, object] = {}
    for name, entries in rows.items():
        _, key = TABLES[name]
        grouped: dict[tuple[str, ...], list[Row]] = {}
        for row in entries:
            grouped.setdefault(tuple(str(getattr(row, part)) for part in key), []).append(row)
        tables[name] = MemoryTable(
            release,
            {
                key: tuple(sorted(found, key=lambda row: row.since or date.min))
                for key, found in grouped.items()
            },
            complete=complete,
        )
    return CodeSets(synthetic=synthetic, **tables)  # type: ignore[arg-type]
