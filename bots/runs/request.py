"""What a run is asked for, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from bots.portals.base import Query
from bots.reports import ReportFiles
from bots.store.facts import Counts, RunState


@dataclass(frozen=True)
class RunRequest:
    """One run over one queue of one portal.

    `query.queue` is pending, historical or approved. `as_of` is the day against which
    "late" and "future" are judged where a claim says none; default today in the office.
    `resume` is a run to go on with; `scheduled` the time of a schedule that asks for it, `item`
    the work item of a Control Room.
    """

    portal: str
    query: Query
    shadow: bool = False
    pages: int | None = None
    as_of: date | None = None
    requested_by: str = ""
    resume: str = ""
    report: bool = True
    scheduled: str = ""
    item: str = ""


@dataclass(frozen=True)
class RunSummary:
    """How a run ended. `exit` is the exit code (0 done, 3 work is left over).

    `settled`, what became of saves that an earlier run left open, only whoever did the run knows.
    """

    run: str
    state: RunState
    counts: Counts
    exit: int
    stop_reason: str = ""
    reports: ReportFiles | None = None
    audit_line: str = ""
    new_corrections: int = 0
    settled: dict[str, int] = field(default_factory=dict)


_FORM = TypeAdapter(RunRequest)


def as_json(request: RunRequest) -> dict[str, Any]:
    """A request as any worker can read it."""
    said: dict[str, Any] = _FORM.dump_python(request, mode="json")
    return said


def asked(said: Mapping[str, Any]) -> RunRequest:
    """The request that `as_json` wrote."""
    return _FORM.validate_python(dict(said))


def in_words(request: RunRequest) -> dict[str, object]:
    """What was asked for, for the report: a list of claims by its length."""
    query = request.query
    said: dict[str, object] = {
        name: str(value)
        for name in ("queue", "since", "until", "facility", "code", "min_charge", "limit")
        if (value := getattr(query, name)) not in (None, "")
    }
    if query.numbers:
        said["claims named"] = str(len(query.numbers))
    if request.resume:
        said["going on with"] = request.resume
    return said
