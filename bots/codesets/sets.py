"""The set of tables that a review asks, and the one in memory that tests build."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, Protocol, TypeVar

from bots.codesets.rows import (
    AddOn,
    Fee,
    IcdCode,
    Modifier,
    Mue,
    PayerRule,
    Place,
    Procedure,
    Ptp,
    Row,
    Taxonomy,
)

R = TypeVar("R", bound=Row)
R_co = TypeVar("R_co", bound=Row, covariant=True)


class Table(Protocol[R_co]):
    """One table. A key is a tuple of texts, in the order of the row's own key fields."""

    release: str
    complete: bool

    def covers(self, on: date) -> bool:
        """Whether this table can answer for that day at all."""
        ...

    def rows(self, *key: str) -> tuple[R_co, ...]:
        """Every row of the key, of whatever day, in order of `since`."""
        ...

    def find(self, *key: str, on: date) -> R_co | None:
        """The row in force on that day, or None."""
        ...


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


# Name -> the fields that make up the key, in order. PTP and MUE have a table per claim side.
KEYS: Mapping[str, tuple[str, ...]] = {
    "icd10cm": ("code",),
    "procedure": ("code",),
    "ptp_practitioner": ("column_1", "column_2"),
    "ptp_outpatient": ("column_1", "column_2"),
    "mue_practitioner": ("code",),
    "mue_outpatient": ("code",),
    "add_on": ("code",),
    "modifier": ("code",),
    "place_of_service": ("code",),
    "taxonomy": ("code",),
    "payer_rule": ("payer_id", "rule"),
    "fee": ("code", "modifier"),
}


@dataclass(frozen=True)
class CodeSets:
    """All tables of an office; None where a table was never imported.

    `synthetic` is true where any table is one of ours, made for practice: every page that
    shows a result then says "synthetic tables".
    """

    icd10cm: Table[IcdCode] | None = None
    procedure: Table[Procedure] | None = None
    ptp_practitioner: Table[Ptp] | None = None
    ptp_outpatient: Table[Ptp] | None = None
    mue_practitioner: Table[Mue] | None = None
    mue_outpatient: Table[Mue] | None = None
    add_on: Table[AddOn] | None = None
    modifier: Table[Modifier] | None = None
    place_of_service: Table[Place] | None = None
    taxonomy: Table[Taxonomy] | None = None
    payer_rule: Table[PayerRule] | None = None
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

    def release(self, name: str) -> str | None:
        """The release of a table, or None where it was never imported."""
        table: Table[Row] | None = getattr(self, name)
        return table.release if table is not None else None


def in_memory(
    *, release: str = "test", complete: bool = True, synthetic: bool = False, **rows: Iterable[Row]
) -> CodeSets:
    """Code sets from rows by table name, for tests and for tables held in a dict.

    Raises:
        KeyError: no table of that name.
    """
    tables: dict[str, object] = {}
    for name, entries in rows.items():
        key_of: Callable[[Row], tuple[str, ...]] = _key(KEYS[name])
        grouped: dict[tuple[str, ...], list[Row]] = {}
        for row in entries:
            grouped.setdefault(key_of(row), []).append(row)
        tables[name] = MemoryTable(
            release,
            {
                key: tuple(sorted(found, key=lambda row: row.since or date.min))
                for key, found in grouped.items()
            },
            complete=complete,
        )
    return CodeSets(synthetic=synthetic, **tables)  # type: ignore[arg-type]


def _key(fields: tuple[str, ...]) -> Callable[[Row], tuple[str, ...]]:
    return lambda row: tuple(str(getattr(row, name)) for name in fields)
