"""How the provenance of a table is written: one line for people, one object for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bots.codesets.store import Provenance


def line_of(origin: Provenance) -> str:
    """Table, release, days and rows on one line."""
    since = origin.since.isoformat() if origin.since else "the beginning"
    until = f"to {origin.until.isoformat()}" if origin.until else "on"
    kind = " (synthetic)" if origin.synthetic else ""
    return f"{origin.table}: {origin.release}, from {since} {until}, {origin.rows:,} rows{kind}"


def facts_of(origin: Provenance) -> dict[str, object]:
    """Everything that is known of where a table came from, for JSON."""
    return {
        "table": origin.table,
        "series": origin.series,
        "release": origin.release,
        "since": origin.since.isoformat() if origin.since else None,
        "until": origin.until.isoformat() if origin.until else None,
        "rows": origin.rows,
        "complete_for": origin.complete_for,
        "synthetic": origin.synthetic,
        "file": origin.source,
        "sha256": origin.sha256,
        "imported": origin.imported.isoformat(),
        "by": origin.by,
    }


def paragraph_of(name: str, origin: Provenance) -> str:
    """The same with the file it came from, when it was imported and by whom, on three lines."""
    whole = f", whole for {origin.complete_for}" if origin.complete_for else ""
    when = f"{origin.imported:%Y-%m-%d %H:%M} UTC" + (f" by {origin.by}" if origin.by else "")
    return (
        f"{line_of(origin)}{whole}\n"
        f"  from {origin.source}, SHA-256 {origin.sha256}\n"
        f"  as {name}, {when}"
    )
