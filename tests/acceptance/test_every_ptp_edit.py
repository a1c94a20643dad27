"""Every PTP edit of an official release, one claim each, against its rows read by hand.

Authority: CMS NCCI PTP files; NCCI Policy Manual, ch. I, section E.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

import pytest
from builders.claims import a_case, a_line, an_institutional_claim, an_institutional_line

from bots.checks import Severity, review
from bots.checks.ncci_ptp import pairs
from bots.codesets import CodeSets, open_codesets
from bots.codesets.store import imports

SIDES = ("practitioner", "outpatient")
THREE = {"ptp-never-together", "ptp-modified", "ptp-unmodified"}
Span = tuple[date, date, str]  # first day, last day, indicator


class Release:
    """All edits of one side, by their two codes, and a claim to hold against them."""

    def __init__(self, folder: Path, side: str) -> None:
        self.codesets: CodeSets = open_codesets(folder)
        self.table = f"ptp_{side}"
        found = [entry for entry in imports(folder) if entry[1].table == self.table]
        if not found:
            pytest.skip(f"no {self.table} among the tables")
        path, self.origin = max(found, key=lambda entry: entry[1].precedence)
        self.last = self.origin.until or date.max - timedelta(1)
        self.spans: dict[tuple[str, str], list[Span]] = {}
        with closing(sqlite3.connect(path)) as connection:
            rows = connection.execute(
                f"SELECT column_1, column_2, since, until, indicator FROM {self.table}"
            )
            days = {None: date.max}
            for one, other, since, until, indicator in rows:
                for text in (since, until):
                    if text not in days:
                        days[text] = date.fromisoformat(text)
                first = days[since] if since else date.min
                self.spans.setdefault((one, other), []).append((first, days[until], indicator))
        self._line = a_line if side == "practitioner" else an_institutional_line
        self._case = a_case() if side == "practitioner" else a_case(claim=an_institutional_claim())
        self._lines: dict[tuple[str, date, int], object] = {}

    def case(self, one: str, other: str, day: date, modifiers: str = ""):
        lines = tuple(
            self._lines.get((code, day, number)) or self._made(code, day, number)
            for number, code in enumerate((one, other), 1)
        )
        if modifiers:
            lines = (lines[0], replace(lines[1], modifiers=(modifiers,)))
        claim = replace(self._case.claim, lines=lines, statement_from=day, statement_through=day)
        return replace(self._case, claim=claim)

    def _made(self, code: str, day: date, number: int):
        line = self._line(code, on=day, number=number)
        self._lines[code, day, number] = line
        return line

    def expected(self, one: str, other: str, day: date) -> set[tuple[str, str, str]]:
        """The edits that may answer for two codes in this order on a claim."""
        for pair in ((one, other), (other, one)):
            found = {
                (*pair, indicator)
                for first, last, indicator in self.spans.get(pair, ())
                if first <= day <= last
            }
            if found:
                return found
        return set()

    def said(self, one: str, other: str, day: date) -> set[tuple[str, str, str]]:
        found = pairs(self.case(one, other, day), self.codesets)
        return {(pair.edit.column_1, pair.edit.column_2, pair.edit.indicator) for pair in found}

    def agrees(self, one: str, other: str, day: date) -> bool:
        said, expected = self.said(one, other, day), self.expected(one, other, day)
        return said <= expected and len(said) == bool(expected)


@pytest.fixture(scope="module", params=SIDES)
def release(request: pytest.FixtureRequest, tables: Path) -> Release:
    return Release(tables, request.param)


def edges_of(spans: list[Span], day: timedelta, last: date) -> set[date]:
    """First and last days, the day before and the day after, up to the release's own last."""
    firsts = {first for first, _, _ in spans if first > date.min}
    lasts = {until for _, until, _ in spans if until < last}
    edges = firsts | {first - day for first in firsts} | lasts | {until + day for until in lasts}
    return {edge for edge in edges if edge <= last}


def active(release: Release) -> Iterator[tuple[str, str]]:
    for pair, spans in release.spans.items():
        if any(first <= release.last <= last for first, last, _ in spans):
            yield pair


def test_every_active_edit_is_found_in_both_orders_of_its_codes(release):
    wrong = [
        (one, other)
        for one, other in active(release)
        if not release.agrees(one, other, release.last)
        or not release.agrees(other, one, release.last)
    ]
    assert wrong == []


def test_every_edit_begins_on_its_first_day_and_ends_after_its_last(release):
    """The table alone, of every row and both of its ends; the claims follow below."""
    wrong, day = [], timedelta(1)
    find = getattr(release.codesets, release.table).find
    for (one, other), spans in release.spans.items():
        for edge in edges_of(spans, day, release.last):
            told = {text for first, last, text in spans if first <= edge <= last}
            row = find(one, other, on=edge)
            if (row.indicator not in told) if row else told:
                wrong.append((one, other, edge))
    assert wrong == []


def test_a_claim_of_either_end_is_held_against_the_edits_of_its_day(release):
    wrong, day = [], timedelta(1)
    for (one, other), spans in islice(release.spans.items(), 0, None, 100):
        wrong += [
            (one, other, edge)
            for edge in edges_of(spans, day, release.last)
            if not release.agrees(one, other, edge)
        ]
    assert wrong == []


def test_every_deleted_edit_is_silent_on_the_last_day_of_the_release(release):
    deleted = [
        pair
        for pair, spans in release.spans.items()
        if all(last < release.last for _, last, _ in spans)
        and not any(
            first <= release.last <= last for first, last, _ in release.spans.get(pair[::-1], ())
        )
    ]
    assert deleted
    assert [pair for pair in deleted if release.said(*pair, release.last)] == []


def test_no_edit_was_taken_that_was_never_in_force(release):
    indicators = {indicator for spans in release.spans.values() for _, _, indicator in spans}
    assert indicators == {"0", "1"}


def test_the_day_after_the_release_has_no_answer(release):
    after = release.last + timedelta(1)
    assert getattr(release.codesets, release.table).covers(release.last)
    assert not getattr(release.codesets, release.table).covers(after)
    assert release.codesets.missing(release.table, after)


@pytest.mark.parametrize(
    ("indicator", "modifiers"), [("0", ""), ("0", "59"), ("1", ""), ("1", "59")]
)
def test_the_indicator_decides_what_a_modifier_does(release, indicator, modifiers):
    """A whole review, of every five-hundredth edit; the payer of the builder is Medicare."""
    ids = {"0": "ptp-never-together", "1": "ptp-modified" if modifiers else "ptp-unmodified"}
    chosen = [
        (one, other)
        for one, other in active(release)
        if {entry[2] for entry in release.expected(one, other, release.last)} == {indicator}
    ][::500]
    assert chosen
    for one, other in chosen:
        result = review(release.case(one, other, release.last, modifiers), release.codesets)
        found = [finding for finding in result.findings if finding.check in THREE]
        assert [finding.check for finding in found] == [ids[indicator]], (one, other)
        assert set(found[0].codes) == {one, other}
        assert release.origin.release in str(found[0].table)
        warns = indicator == "1" and modifiers
        assert found[0].severity is (Severity.WARNING if warns else Severity.ERROR)
