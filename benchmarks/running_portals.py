"""The portals that are changed while they run: our practice portal, and one of another make.

Of each: where its claims are shown and changed, what it may be asked to store, and its own
database, in which every row is compared before and after, and put back.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

from bots.claims import Claim
from bots.hands import Order
from bots.places import here
from bots.secrets import development_key
from bots.secrets.credentials import Credential, remember_credential

MERIDIAN = Path(__file__).parents[1] / "tests" / "portals" / "meridian"
_PORTAL = """
  meridian:
    kind: meridian
    address: {address}
    credential: meridian
    mode: live
    permission: {{by: a bench, until: 2030-12-31}}
    not_yet_sent: [Open]
"""
Rows = dict[tuple[str, int], dict[str, Any]]
Moved = dict[tuple[str, int, str], Any]


@dataclass(frozen=True)
class Database:
    """A portal's database, looked at from outside.

    What its `history` says is no part of a claim; it is put back, or the claim would be read as
    edited the next time.
    """

    path: Path
    tables: tuple[str, ...]
    history: tuple[str, ...] = ()

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        base = sqlite3.connect(self.path, timeout=20)
        base.row_factory = sqlite3.Row
        try:
            with base:
                yield base
        finally:
            base.close()

    def rows(self) -> Rows:
        """Every row of the claims, by table and number."""
        with self._open() as base:
            return {
                (table, row["_row"]): {name: row[name] for name in row.keys() if name != "_row"}  # noqa: SIM118 (a sqlite3.Row)
                for table in (*self.tables, *self.history)
                for row in base.execute(f"SELECT rowid AS _row, * FROM {table}")
            }

    def put_back(self, before: Rows, after: Rows) -> None:
        """Make the rows what they were."""
        with self._open() as base:
            for (table, number), row in after.items():
                old = before.get((table, number))
                if old is None:
                    base.execute(f"DELETE FROM {table} WHERE rowid = ?", (number,))
                elif old != row:
                    names = ", ".join(f"{name} = ?" for name in old)
                    values = (*old.values(), number)
                    base.execute(f"UPDATE {table} SET {names} WHERE rowid = ?", values)

    def moved(self, before: Rows, after: Rows, besides: frozenset[str]) -> Moved:
        """What is stored of claims otherwise than before."""
        return {
            (table, number, name): after.get((table, number), {}).get(name)
            for table, number in before.keys() | after.keys()
            for name in (before.get((table, number)) or after[table, number])
            if table in self.tables
            and name not in besides
            and before.get((table, number), {}).get(name)
            != after.get((table, number), {}).get(name)
        }


class RunningPortal(Protocol):
    """What the bench must know of a portal."""

    name: ClassVar[str]  # in portals.yaml
    acts: ClassVar[tuple[str, ...]]
    # The addresses of a claim whose answers are changed, where its screen, its form or both are.
    paths: ClassVar[Mapping[str, tuple[str, ...]]]
    besides: ClassVar[frozenset[str]]  # columns that a save moves by itself

    @property
    def database(self) -> Database:
        """Its own."""

    def names(self, claim: Claim) -> list[str]:
        """What may be changed of a claim, as the practice portal calls it on the wire."""

    def meant(self, after: Rows, order: Order) -> Moved:
        """What the order stores: the values by table, row and column."""


@dataclass(frozen=True)
class Practice:
    """Our practice portal: a screen and a form, each with an address of its own."""

    database: Database
    name: ClassVar[str] = "practice"
    acts: ClassVar[tuple[str, ...]] = ("correct", "correct", "correct", "flag", "hold")
    paths: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "claim": ("/claims/{}/",),
        "edit": ("/claims/{}/edit/",),
        "both": ("/claims/{}/", "/claims/{}/edit/"),
    }
    besides: ClassVar[frozenset[str]] = frozenset({"version", "changed_at", "service_from"})

    @classmethod
    def at(cls, path: Path) -> Practice:
        """The portal whose database is this file."""
        tables = ("billing_claim", "billing_serviceline", "billing_claimnote")
        return cls(Database(path, tables, ("billing_claimevent",)))

    def names(self, claim: Claim) -> list[str]:
        """All that its form has a box for. Those of NPIs are empty side by side: a swap of two
        shows in no value.
        """
        names = ["member_id", "frequency_code", "place_of_service", "billing_npi",
                 "rendering_npi", "attending_npi"]  # fmt: skip
        names += ["ordering_npi", "referring_npi"] * 5
        fields = ("procedure", "modifiers", "service_date", "place_of_service", "pointers",
                  "units", "charge", "ndc")  # fmt: skip
        return names + [f"line-{line.number}-{field}" for line in claim.lines for field in fields]

    def meant(self, after: Rows, order: Order) -> Moved:
        """A field of the claim or of a line, its hold, or a note."""
        claim = _find(after, "billing_claim", number=order.ref.number)
        if order.note_key:
            said = {"key": order.note_key, "text": order.note_text, "claim_id": claim}
            return _whole(after, "billing_claimnote", **said)
        if order.hold_reason:
            reason = ("billing_claim", claim, "hold_reason")
            return {("billing_claim", claim, "on_hold"): 1, reason: order.hold_reason}
        (change,) = order.changes
        if change.line is None:
            return {("billing_claim", claim, change.field): change.to}
        line = _find(after, "billing_serviceline", claim_id=claim, number=change.line)
        return {("billing_serviceline", line, change.field): change.to}


@dataclass(frozen=True)
class Meridian:
    """The portal of another make: one page that shows and edits, no version, no marks."""

    database: Database
    name: ClassVar[str] = "meridian"
    acts: ClassVar[tuple[str, ...]] = ("correct", "correct", "correct", "flag")
    paths: ClassVar[Mapping[str, tuple[str, ...]]] = dict.fromkeys(
        ("claim", "edit", "both"), ("/invoice/{}",)
    )
    besides: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def at(cls, path: Path) -> Meridian:
        """The portal whose database is this file."""
        return cls(Database(path, ("invoice", "item", "diagnosis", "remark")))

    def names(self, claim: Claim) -> list[str]:
        """All that its form has a box for."""
        fields = ("units", "ndc", "pointers")
        return ["member_id", *(f"line-{line.number}-{f}" for line in claim.lines for f in fields)]

    def meant(self, after: Rows, order: Order) -> Moved:
        """The policy's number, something of an item, or a remark."""
        if order.note_key:
            text = f"{order.note_key} {order.note_text}"
            return _whole(after, "remark", invoice=order.ref.number, said=text)
        (change,) = order.changes
        if change.line is None:
            return {("invoice", _find(after, "invoice", no=order.ref.number), "policy"): change.to}
        item = _find(after, "item", invoice=order.ref.number, place=change.line)
        column = {"units": "quantity", "ndc": "ndc", "pointers": "links"}[change.field]
        return {("item", item, column): change.to}


@contextlib.contextmanager
def meridian_at(root: Path) -> Iterator[Meridian]:
    """Meridian at work, and known to the office in this folder as docs/portals.md says."""
    folder = root / "meridian"
    folder.mkdir()
    server = subprocess.Popen([sys.executable, str(MERIDIAN / "server.py"), str(folder)])
    try:
        said = folder / "address"
        until = time.monotonic() + 60
        while not said.exists() and time.monotonic() < until:
            time.sleep(0.1)
        (root / "portals").mkdir(exist_ok=True)
        shutil.copyfile(MERIDIAN / "meridian.yaml", root / "selectors" / "meridian.yaml")
        shutil.copyfile(MERIDIAN / "meridian.py", root / "portals" / "meridian.py")
        for path in (root / "portals", root / "portals" / "meridian.py"):
            path.chmod(0o700)
        with (root / "config" / "portals.yaml").open("a", encoding="utf-8") as portals:
            portals.write(_PORTAL.format(address=said.read_text()))
        places = here()
        log_in = Credential("clerk", "meridian-pass-1")
        remember_credential("meridian", log_in, places, development_key(places))
        yield Meridian.at(folder / "meridian.sqlite3")
    finally:
        server.terminate()
        server.wait(10)


def _find(rows: Rows, table: str, **has: object) -> int:
    return next(
        number
        for (of, number), row in rows.items()
        if of == table and all(row[name] == value for name, value in has.items())
    )


def _whole(rows: Rows, table: str, **has: object) -> Moved:
    """The newest row that has this; nothing where none has."""
    found = [
        (number, row)
        for (of, number), row in rows.items()
        if of == table and all(row[name] == value for name, value in has.items())
    ]
    if not found:
        return {}
    number, row = max(found, key=lambda one: one[0])
    return {(table, number, name): value for name, value in row.items()}
