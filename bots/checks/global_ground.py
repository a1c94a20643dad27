"""Surgeries and the days around them that one payment is for, of one group and specialty.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 12, section 40.1: a major
surgery (global days 090) holds the day before, the day itself and 90 days after; a minor one
(010) the day and 10 days after, or the day alone (000). Physicians of one group and
specialty bill as one. This file holds no check.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from bots.checks.code_ranges import is_in
from bots.checks.day import is_professional
from bots.checks.group import lines_of_the_group
from bots.checks.modifier_ground import fee_row
from bots.claims import Case, Claim, ServiceLine
from bots.codesets import CodeSets

MAJOR, MINOR = "090", ("000", "010")
DAYS_AFTER = {"000": 0, "010": 10, "090": 90}
LONGEST = 90

# Visits that a surgery's payment may hold: not the postoperative visit that is reported for the
# record (99024), and not critical care of a surgeon (99291, 99292 have rules of their own).
_VISITS = (
    ("92002", "92014"), ("99202", "99215"), ("99221", "99239"), ("99242", "99255"),
    ("99281", "99285"), ("99304", "99316"), ("99341", "99350"),
)  # fmt: skip
# A line that is not the surgeon's own procedure, or not the whole of it: assistant, part of a
# test, preoperative or postoperative care alone, stopped.
_NOT_THE_SURGERY = frozenset({"80", "81", "82", "AS", "26", "TC", "55", "56", "53", "73", "74"})
_CARE_GIVEN_AWAY = "54"


@dataclass(frozen=True, slots=True)
class Surgery:
    """One surgery of the group: its line, claim, day and global days."""

    claim: Claim
    line: ServiceLine
    day: date
    global_days: str

    @property
    def ends(self) -> date:
        """The last day that its payment holds; its own where the aftercare was given away."""
        if _CARE_GIVEN_AWAY in self.line.modifiers:
            return self.day
        return self.day + timedelta(days=DAYS_AFTER[self.global_days])

    def holds_after(self, day: date) -> bool:
        """Whether `day` stands in the time after the surgery that its payment holds."""
        return self.day < day <= self.ends


@lru_cache(50_000)
def is_held_visit(code: str) -> bool:
    """Whether a surgery's payment may hold a visit by this code."""
    return is_in(code, _VISITS)


def spans_days(case: Case) -> bool:
    """Whether one service can stand days after another: other claims, or lines of two days."""
    if case.history:
        return True
    days = {line.service_date for line in case.claim.lines}
    return len(days) > 1


def surgery_of(claim: Claim, line: ServiceLine, day: date, codesets: CodeSets) -> Surgery | None:
    """The line as a surgery with global days, or None where it is none."""
    if not _NOT_THE_SURGERY.isdisjoint(line.modifiers) or is_held_visit(line.procedure):
        return None
    row = fee_row(codesets, line.procedure, day)
    if row is None or row.global_days not in DAYS_AFTER:
        return None
    return Surgery(claim, line, day, row.global_days)


def surgeries(case: Case, codesets: CodeSets) -> list[Surgery]:
    """Every surgery of the group, on this claim and the others that count."""
    if not is_professional(case):
        return []
    if not case.history:
        claim = case.claim
        return [
            surgery
            for line in claim.lines
            if line.service_date is not None
            and (surgery := surgery_of(claim, line, line.service_date, codesets)) is not None
        ]
    found = (
        surgery_of(entry.claim, entry.line, entry.day, codesets)
        for entry in lines_of_the_group(case)
    )
    return [surgery for surgery in found if surgery is not None]


def own_surgeries(case: Case, codesets: CodeSets) -> Iterator[Surgery]:
    """The surgeries of this claim alone."""
    return (entry for entry in surgeries(case, codesets) if entry.claim is case.claim)


def reaches_back(case: Case, day: date) -> bool:
    """Whether the other claims known go back as far as the longest global period before a day.

    A source that shows the claims of the day alone says nothing of a surgery last month.
    """
    first = day - timedelta(days=LONGEST)
    return any(
        line.service_date is not None and line.service_date <= first
        for other in case.history or ()
        for line in other.lines
    )


def where(surgery: Surgery, case: Case) -> str:
    """ " on claim N", for a surgery that is not of this claim."""
    return "" if surgery.claim is case.claim else f" on claim {surgery.claim.number}"
