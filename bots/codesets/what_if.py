"""Tables as one release has them on one day, for claims of any day: to compare two releases.

A new quarter's edits begin with the quarter, and the claims at hand are older: judged by their own
dates they would show no difference. Here the rows in force on the release's last day hold always,
so that the same claims can be reviewed under the old release and under the new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Generic, TypeVar

from bots.codesets.rows import TABLES, Row
from bots.codesets.sets import CodeSets, Table

R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Always(Generic[R]):
    """A table whose rows of one day hold on every day."""

    table: Table[R]
    day: date

    def covers(self, on: date) -> bool:
        """Always."""
        return True

    def rows(self, *key: str) -> tuple[R, ...]:
        """The rows of the day, open at both ends."""
        return tuple(
            replace(row, since=None, until=None)
            for row in self.table.rows(*key)
            if row.holds_on(self.day)
        )

    def find(self, *key: str, on: date) -> R | None:
        """The row of the day."""
        return self.table.find(*key, on=self.day)

    def turns(self, *key: str) -> Iterator[date]:
        """None: nothing changes."""
        return iter(())

    def relates(self, one: str, other: str) -> bool:
        """As the table itself."""
        return self.table.relates(one, other)

    def relates_any(self, codes: Sequence[str]) -> bool:
        """As the table itself."""
        return self.table.relates_any(codes)

    def knows_all(self, code: str, on: date) -> bool:
        """As the table on the day."""
        return self.table.knows_all(code, self.day)

    def release_on(self, on: date) -> str | None:
        """The release of the day."""
        return self.table.release_on(self.day)


def as_of(codesets: CodeSets, release: CodeSets, tables: Iterable[str], day: date) -> CodeSets:
    """`codesets` with some tables as `release` has them on a day, holding on every day.

    Args:
        tables: names of the tables to exchange.
    """
    known = {field.name for field in fields(CodeSets)} & set(TABLES)
    changed: dict[str, Any] = {
        name: Always(getattr(release, name), day) for name in tables if name in known
    }
    return replace(codesets, **changed)
