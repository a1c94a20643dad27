"""The portal as witness: triggers that see every stored write, and a plain dump of the claims.

The triggers stand in the database, so that no view can forget to record a write.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import connection

# Watched table -> the column that names the claim.
WATCHED = {
    "billing_claim": "id",
    "billing_serviceline": "claim_id",
    "billing_claimnote": "claim_id",
}
# Columns that a dump leaves out: they change with time, not with meaning.
UNSTEADY = {"id", "claim_id", "version", "changed_at", "written_at"}


def _columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        return [
            column.name for column in connection.introspection.get_table_description(cursor, table)
        ]


def trigger_statements(table: str, columns: list[str]) -> list[tuple[str, str]]:
    """Name and SQL of the three triggers on a table."""
    claim = WATCHED[table]
    statements = []
    for op, rows in (("insert", ("new",)), ("update", ("old", "new")), ("delete", ("old",))):
        texts = {row: _as_json(row, columns) for row in rows}
        now, one = "strftime('%Y-%m-%d %H:%M:%f', 'now')", rows[-1]
        name = f"witness_{table}_{op}"
        statement = (
            f"CREATE TRIGGER {name} AFTER {op.upper()} ON {table} BEGIN "
            'INSERT INTO billing_witness (at, "table", op, "row", claim, before, after) '
            f"VALUES ({now}, '{table}', '{op}', {one}.id, {one}.{claim}, "
            f"{texts.get('old', repr(''))}, {texts.get('new', repr(''))}); END"
        )
        statements.append((name, statement))
    return statements


def _as_json(row: str, columns: list[str]) -> str:
    """SQL for a row as one JSON object, in pieces: a function takes 127 arguments at most."""
    pieces = [columns[at : at + 40] for at in range(0, len(columns), 40)]
    objects = []
    for piece in pieces:
        pairs = ", ".join(f"'{column}', {row}.\"{column}\"" for column in piece)
        objects.append(f"trim(json_object({pairs}), '{{}}')")
    return "'{' || " + " || ',' || ".join(objects) + " || '}'"


def watch() -> None:
    """Put the triggers there, anew."""
    with connection.cursor() as cursor:
        for table in WATCHED:
            for name, statement in trigger_statements(table, _columns(table)):
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                cursor.execute(statement)


def unwatch() -> None:
    """Take the triggers away."""
    with connection.cursor() as cursor:
        for table in WATCHED:
            for op in ("insert", "update", "delete"):
                cursor.execute(f"DROP TRIGGER IF EXISTS witness_{table}_{op}")


@contextmanager
def without_witness() -> Iterator[None]:
    """For seeding: no triggers inside; afterwards an empty witness and the triggers again."""
    unwatch()
    try:
        yield
    finally:
        clear_witness()
        watch()


def clear_witness() -> None:
    """Forget what was written so far."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM billing_witness")


def saves() -> dict[str, dict[str, int]]:
    """For each claim that was written to: its saves (new versions), and notes added."""
    query = """
        SELECT c.number,
          SUM(w."table" = 'billing_claim' AND w.op = 'update' AND
              json_extract(NULLIF(w.before, ''), '$.version') <>
              json_extract(NULLIF(w.after, ''), '$.version')),
          SUM(w."table" = 'billing_claimnote' AND w.op = 'insert')
        FROM billing_witness w JOIN billing_claim c ON c.id = w.claim
        GROUP BY c.number ORDER BY c.number
    """
    with connection.cursor() as cursor:
        cursor.execute(query)
        rows = cursor.fetchall()
    return {number: {"saves": count, "notes": notes} for number, count, notes in rows}


def dump() -> dict[str, Any]:
    """Every claim with its lines and notes, without version, time and row numbers."""
    claims = {row["id"]: row for row in _rows("billing_claim")}
    for row in claims.values():
        row["lines"], row["notes"] = {}, []
    for line in _rows("billing_serviceline"):
        claims[line["claim_id"]]["lines"][str(line["number"])] = _steady(line)
    for note in _rows("billing_claimnote"):
        claims[note["claim_id"]]["notes"].append(_steady(note))
    by_number = sorted(claims.values(), key=lambda row: str(row["number"]))
    return {row["number"]: _steady(row) for row in by_number}


def _rows(table: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY id")
        names = [column[0] for column in cursor.description]
        return [
            {n: str(v) if isinstance(v, date) else v for n, v in zip(names, row, strict=True)}
            for row in cursor.fetchall()
        ]


def _steady(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in UNSTEADY}


def digest(claims: dict[str, Any]) -> str:
    """One hash of a dump."""
    return hashlib.sha256(json.dumps(claims, sort_keys=True).encode()).hexdigest()


def writes() -> int:
    """How many rows the triggers wrote."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM billing_witness")
        return int(cursor.fetchone()[0])
