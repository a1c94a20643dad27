"""The practice clinic as a test sees it: a running server, its database, and what it recorded.

with a_clinic() as clinic:
    clinic.address, clinic.database, clinic.users["bot"].password
    clinic.ask("SELECT qty FROM gnuhealth_health_service_line WHERE service = ?", 7)
    clinic.log_in("clerk").write("gnuhealth.health_service", [7], desc="changed meanwhile")
    clinic.history(7)
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from gnuhealth import api
from gnuhealth.database import NAME, Template, template
from gnuhealth.install import Installed, alone, install
from gnuhealth.server import Server, serving
from gnuhealth.users import USERS, User

SERVICE = "gnuhealth.health_service"


@dataclass(frozen=True)
class Event:
    """Something that Tryton itself recorded: who did what to which record."""

    at: str
    login: str
    what: str  # created, write, delete, button, wizard
    record: str  # MODEL,ID
    target: str  # for a write the fields, with commas; for a button its name


@dataclass
class Clinic:
    """A running clinic."""

    server: Server
    template: Template
    database: str = NAME
    users: dict[str, User] = field(default_factory=lambda: dict(USERS))

    @property
    def address(self) -> str:
        return self.server.address

    @property
    def file(self) -> Path:
        return self.server.databases / f"{NAME}.sqlite"

    @property
    def truth(self) -> list[dict[str, Any]]:
        """What was planted: service, id, defect, line, detail."""
        return [json.loads(line) for line in self.template.truth.read_text("utf-8").splitlines()]

    def log_in(self, login: str) -> api.Session:
        """A session of that user with Tryton's own interface, beside any browser."""
        return api.log_in(self.address, self.database, login, self.users[login].password)

    def ask(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the database's file itself, past the server and its caches."""
        with closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)) as rows:
            return rows.execute(question, values).fetchall()

    def history(self, service: int) -> list[Event]:
        """What Tryton recorded of a service, its lines and its notes, oldest first."""
        lines = self.ask("SELECT id FROM gnuhealth_health_service_line WHERE service=?", service)
        records = [f"{SERVICE},{service}", *(f"{SERVICE}.line,{number}" for (number,) in lines)]
        marks = ",".join("?" * len(records))
        logged = self.ask(
            "SELECT log.create_date, login, event, resource, target FROM ir_model_log log"
            f" JOIN res_user ON res_user.id = log.user WHERE resource IN ({marks})"
            " ORDER BY log.id",
            *records,
        )
        notes = self.ask(
            "SELECT note.create_date, login, 'created', 'ir.note,' || note.id, message"
            " FROM ir_note note JOIN res_user ON res_user.id = note.create_uid"
            " WHERE resource = ?",
            records[0],
        )
        return sorted((Event(*row) for row in (*logged, *notes)), key=lambda event: event.at)

    def end_sessions(self) -> None:
        """End every session of every user, as where an administrator does or the night."""
        with closing(sqlite3.connect(self.file, timeout=30)) as rows:
            rows.execute("DELETE FROM ir_session")
            rows.commit()


def prepare() -> tuple[Installed, Template]:
    """Install and seed what is not there yet."""
    with alone():
        installed = install()
        return installed, template(installed)


@contextmanager
def a_clinic(**settings: str) -> Iterator[Clinic]:
    """A server on a fresh copy of the template; both are gone afterwards."""
    installed, made = prepare()
    with TemporaryDirectory(prefix="claimbots-gnuhealth-") as folder:
        made.copy_to(Path(folder))
        with serving(installed, Path(folder), **settings) as server:
            yield Clinic(server, made)
