"""The HTML page: one file that stands alone, prints well and runs no script."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from bots.reports import sheets
from bots.reports.definitions import CLEAN_RATE, DEFINITIONS
from bots.reports.figures import DIMENSIONS, Part, Report
from bots.store import reading

# A page is for reading: above this many rows a table ends with where the rest stands.
MOST_ROWS = 1000
MOST_GROUPS = 12

# Colours of the outcomes, worst first, as in the bar and the badges of report.html.
_BAD = ("failed", "conflict", "refused")


@dataclass(frozen=True, slots=True)
class Cut:
    """The first rows of a table, and how many there are in all."""

    rows: Iterator[Any]
    count: int

    @property
    def is_cut(self) -> bool:
        """Whether the table ends before its last row."""
        return self.count > MOST_ROWS


def write_page(path: Path, report: Report) -> None:
    """Write the page of a report to `path`, mode 0600, piece by piece.

    Raises:
        OSError: the disk is full or closed to us.
    """
    handle = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        template = _environment().get_template("report.html")
        for piece in template.generate(**_what_it_shows(report)):
            file.write(piece)


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("bots.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        money=_money, count=_count, day=_day, at=sheets.at_words, worth=sheets.worth
    )
    made.globals.update(run_facts=sheets.run_facts, lower_ranks=sheets.lower_ranks)
    return made


def _what_it_shows(report: Report) -> dict[str, Any]:
    ids, counts = report.ids, report.counts
    proposals = sum(1 for _ in reading.proposal_rows(ids))
    return {
        "report": report,
        "headline": headline,
        "patient": lambda c: c.patient_masked if report.masked else c.patient_name,
        "shown": lambda change, value: sheets.shown(change, value, report.masked),
        "typed": lambda text: sheets.typed(text, report.masked),
        "trouble": lambda exception: sheets.trouble(exception, report.masked),
        "dimensions": DIMENSIONS,
        "most_groups": MOST_GROUPS,
        "most_rows": MOST_ROWS,
        "bad": _BAD,
        "clean_rate": CLEAN_RATE,
        "definitions": DEFINITIONS,
        "proposals": _cut(reading.proposal_rows(ids), proposals),
        "exceptions": _cut(reading.exception_rows(ids), counts.exceptions),
        "missed": _cut(reading.finding_rows(ids, family="missed-charge"), counts.missed_charges),
        "changes": _cut(reading.change_rows(ids), counts.changes),
        "findings": _cut(reading.finding_rows(ids, worst_first=True), counts.findings),
        "claims": _cut(reading.claim_rows(ids, needing_a_person_first=True), counts.claims),
        "unanswered": reading.unanswered_groups(ids),
    }


def _cut(rows: Iterator[Any], count: int) -> Cut:
    return Cut(islice(rows, MOST_ROWS), count)


def headline(part: Part) -> str:
    """What a supervisor should know of these runs, in two sentences."""
    n = part.counts
    if not n.claims:
        return "No claim was seen."
    were = "was" if n.claims == 1 else "were"
    said = [f"{_count(n.clean_as_found)} of {_claims(n.claims)} {were} clean as found"]
    if (rate := part.rate(n.clean_as_found)) is not None:
        said[0] += f" ({rate}%)"
    # In a shadow run this outcome is what would have become of the claim.
    if (corrected := n.outcomes.get("corrected", 0)) and not part.is_shadow:
        said.append(f"the bot corrected {_count(corrected)}")
    if n.would_save:
        said.append(
            f"the bot would have corrected {_count(n.would_save)} (shadow: nothing written)"
        )
    waiting = {"a decision": n.outcomes.get("proposed", 0), "a look": n.outcomes.get("flagged", 0)}
    if told := [f"for {what}: {_count(count)}" for what, count in waiting.items() if count]:
        said.append(f"waiting {', '.join(told)}")
    if undone := sum(n.outcomes.get(name, 0) for name in _BAD):
        said.append(f"{_count(undone)} could not be done")
    first = "; ".join(said) + "."
    if not n.missed_charges:
        return first
    worth = f"worth ${_money(n.missed_worth)}" if n.missed_priced else "not priced"
    return f"{first} Suspected missed charges: {_count(n.missed_charges)}, {worth}."


def _claims(count: int) -> str:
    return f"{_count(count)} claim{'' if count == 1 else 's'}"


def _money(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:,.2f}"


def _count(number: int) -> str:
    return f"{number:,}"


def _day(day: date | datetime | None) -> str:
    return day.strftime("%Y-%m-%d") if day else ""
