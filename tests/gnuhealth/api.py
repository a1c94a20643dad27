"""Tryton's JSON-RPC, as its own web client speaks it: for tests that look or edit beside a bot."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any


class Refused(Exception):
    """The server said no: `kind` is Tryton's word for it or the HTTP status."""

    def __init__(self, kind: str, words: str) -> None:
        super().__init__(f"{kind}: {words}")
        self.kind = kind
        self.words = words


@dataclass(frozen=True)
class Session:
    """One user, logged in."""

    address: str  # with the database's name
    login: str
    user: int
    key: str

    def call(self, method: str, *params: Any, **context: Any) -> Any:
        """Call `model.NAME.METHOD` or the like; the context goes last, as Tryton wants it."""
        who = base64.b64encode(f"{self.login}:{self.user}:{self.key}".encode()).decode()
        asked = {"Authorization": f"Session {who}"}
        return _ask(self.address, method, [*params, context], asked)

    def read(self, model: str, ids: list[int], *fields: str) -> list[dict[str, Any]]:
        """These records, in the order asked for."""
        found = self.call(f"model.{model}.read", ids, list(fields))
        by_id = {row["id"]: row for row in found}
        return [by_id[number] for number in ids]

    def find(self, model: str, domain: list[Any], *fields: str) -> list[dict[str, Any]]:
        """All records that match."""
        found: list[dict[str, Any]] = self.call(
            f"model.{model}.search_read", domain, 0, None, None, list(fields)
        )
        return found

    def write(self, model: str, ids: list[int], **values: Any) -> None:
        self.call(f"model.{model}.write", ids, values)

    def create(self, model: str, **values: Any) -> int:
        (number,) = self.call(f"model.{model}.create", [values])
        return int(number)

    def delete(self, model: str, ids: list[int]) -> None:
        self.call(f"model.{model}.delete", ids)


def log_in(address: str, database: str, login: str, password: str) -> Session:
    """A session of that user.

    Raises:
        Refused: another password, or too many tries.
    """
    where = f"{address}/{database}/"
    user, key = _ask(where, "common.db.login", [login, {"password": password}, "en"], {})
    return Session(where, login, user, key)


def _ask(where: str, method: str, params: list[Any], headers: dict[str, str]) -> Any:
    body = json.dumps({"id": 0, "method": method, "params": params}, default=_to_json)
    request = urllib.request.Request(
        where, body.encode(), {"Content-Type": "application/json", **headers}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            answer = json.load(response, object_hook=_from_json)
    except urllib.error.HTTPError as error:
        raise Refused(str(error.code), error.reason) from None
    if "error" in answer:
        kind, words = answer["error"][0], answer["error"][1]
        raise Refused(str(kind), words if isinstance(words, str) else str(words[0]))
    return answer["result"]


def _to_json(value: object) -> object:
    if isinstance(value, datetime):
        value = value.astimezone(UTC) if value.tzinfo else value
        return {
            "__class__": "datetime", "year": value.year, "month": value.month, "day": value.day,
            "hour": value.hour, "minute": value.minute, "second": value.second,
            "microsecond": value.microsecond,
        }  # fmt: skip
    if isinstance(value, date):
        return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
    if isinstance(value, Decimal):
        return {"__class__": "Decimal", "decimal": str(value)}
    raise TypeError(type(value).__name__)


def _from_json(found: dict[str, Any]) -> Any:
    kind = found.pop("__class__", None)
    if kind == "datetime":
        return datetime(**found, tzinfo=UTC)
    if kind == "date":
        return date(**found)
    if kind == "Decimal":
        return Decimal(found["decimal"])
    return found
