"""Every medically unlikely edit of an official release, at its limit and one unit above.

Authority: CMS NCCI MUE files; NCCI Policy Manual, ch. I, section V.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from builders.claims import a_case, a_line, an_institutional_claim, an_institutional_line

from bots.checks.findings import Finding
from bots.checks.mue import units_above_in_the_day, units_above_on_a_line
from bots.codesets import open_codesets
from bots.codesets.store import imports

SIDES = ("practitioner", "outpatient")


class Limits:
    """All limits of one side, and a claim to hold against them."""

    def __init__(self, folder: Path, side: str) -> None:
        self.codesets = open_codesets(folder)
        self.table = f"mue_{side}"
        found = [entry for entry in imports(folder) if entry[1].table == self.table]
        if not found:
            pytest.skip(f"no {self.table} among the tables")
        path, self.origin = max(found, key=lambda entry: entry[1].precedence)
        with closing(sqlite3.connect(path)) as connection:
            self.rows = list(
                connection.execute(f"SELECT code, units, indicator FROM {self.table}")
            )
        institutional = side == "outpatient"
        self._line = an_institutional_line if institutional else a_line
        self._case = a_case(claim=an_institutional_claim()) if institutional else a_case()

    def said(self, code: str, *units: int, on=None) -> list[tuple[str, str]]:
        day = on or self.origin.until
        lines = tuple(
            self._line(code, on=day, units=count, number=number)
            for number, count in enumerate(units, 1)
        )
        claim = replace(self._case.claim, lines=lines, statement_from=day, statement_through=day)
        case = replace(self._case, claim=claim)
        found: list[Finding] = [
            *units_above_on_a_line(case, self.codesets),
            *units_above_in_the_day(case, self.codesets),
        ]
        return [(finding.check, finding.message) for finding in found]


@pytest.fixture(scope="module", params=SIDES)
def limits(request: pytest.FixtureRequest, tables: Path) -> Limits:
    return Limits(tables, request.param)


def test_every_limit_is_silent_at_its_units_and_fires_one_above(limits):
    wrong = []
    for code, units, indicator in limits.rows:
        check = "mue-line" if indicator == "1" else "mue-day"
        above = limits.said(code, units + 1)
        at_limit = limits.said(code, units)
        told = f"MUE is {units} a"
        if at_limit or [found for found, _ in above] != [check] or told not in above[0][1]:
            wrong.append(code)
    assert wrong == []


def test_a_line_limit_counts_lines_and_a_day_limit_their_sum(limits):
    wrong = []
    for code, units, indicator in limits.rows:
        said = [found for found, _ in limits.said(code, units, 1)]
        expected = (
            ["mue-line"] if indicator == "1" and units < 1
            else [] if indicator == "1"
            else ["mue-day"]
        )  # fmt: skip
        if said != expected:
            wrong.append((code, units, indicator, said))
    assert wrong == []


def test_no_limit_is_known_on_the_days_beside_the_release(limits):
    table = getattr(limits.codesets, limits.table)
    code, units, _ = limits.rows[0]
    assert table.find(code, on=limits.origin.since).units == units
    assert table.find(code, on=limits.origin.until).units == units
    for day in (limits.origin.since - timedelta(1), limits.origin.until + timedelta(1)):
        assert limits.codesets.missing(limits.table, day)
        assert limits.said(code, units + 1, on=day) == []


def test_a_code_without_a_row_has_no_published_limit(limits):
    assert "ZZZZ9" not in {code for code, _, _ in limits.rows}
    assert limits.said("ZZZZ9", 999) == []


def test_a_fraction_of_a_unit_above_the_limit_is_above_it(limits):
    code, units, _ = limits.rows[-1]
    assert limits.said(code, Decimal(units) + Decimal("0.5"))
