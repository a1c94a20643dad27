"""What each level of visit asks of the record: its decision making and its minutes.

Authority: CPT evaluation and management guidelines of 2021 (office) and 2023 (hospital,
emergency department, nursing facility, home, consultations), adopted by CMS Medicare Claims
Processing Manual (Pub. 100-04), ch. 12, sections 30.6.1.B, 30.6.7 to 30.6.14. Figures only; this
file holds no check.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

DECISIONS = ("straightforward", "low", "moderate", "high")
OFFICE_RULES = date(2021, 1, 1)
ALL_RULES = date(2023, 1, 1)
_NURSING_TIMES = date(2024, 1, 1)  # the day on which two nursing facility codes took more time


@dataclass(frozen=True, slots=True)
class Level:
    """One code of a ladder. `rank` is the least decision making that it asks (0 to 3).

    `minutes` are the least of the day, None where time does not choose the level.
    """

    code: str
    ladder: str
    rank: int
    minutes: int | None
    since: date


def _ladder(name: str, since: date, *steps: tuple[str, int, int | None]) -> list[Level]:
    return [Level(code, name, rank, minutes, since) for code, rank, minutes in steps]


_LADDERS = [
    *_ladder(
        "office, new", OFFICE_RULES,
        ("99202", 0, 15), ("99203", 1, 30), ("99204", 2, 45), ("99205", 3, 60),
    ),
    *_ladder(
        "office, established", OFFICE_RULES,
        ("99212", 0, 10), ("99213", 1, 20), ("99214", 2, 30), ("99215", 3, 40),
    ),
    *_ladder(
        "hospital, initial", ALL_RULES,
        ("99221", 0, 40), ("99222", 2, 55), ("99223", 3, 75),
    ),
    *_ladder(
        "hospital, subsequent", ALL_RULES,
        ("99231", 0, 25), ("99232", 2, 35), ("99233", 3, 50),
    ),
    *_ladder(
        "hospital, one day", ALL_RULES,
        ("99234", 0, 45), ("99235", 2, 70), ("99236", 3, 85),
    ),
    *_ladder(
        "emergency department", ALL_RULES,
        ("99282", 0, None), ("99283", 1, None), ("99284", 2, None), ("99285", 3, None),
    ),
    *_ladder(
        "nursing facility, initial", ALL_RULES,
        ("99304", 0, 25), ("99305", 2, 35), ("99306", 3, 50),
    ),
    *_ladder(
        "nursing facility, subsequent", ALL_RULES,
        ("99307", 0, 10), ("99308", 1, 20), ("99309", 2, 30), ("99310", 3, 45),
    ),
    *_ladder(
        "home, new", ALL_RULES,
        ("99341", 0, 15), ("99342", 1, 30), ("99344", 2, 60), ("99345", 3, 75),
    ),
    *_ladder(
        "home, established", ALL_RULES,
        ("99347", 0, 20), ("99348", 1, 30), ("99349", 2, 40), ("99350", 3, 60),
    ),
    *_ladder(
        "consultation, office", ALL_RULES,
        ("99242", 0, 20), ("99243", 1, 30), ("99244", 2, 40), ("99245", 3, 55),
    ),
    *_ladder(
        "consultation, inpatient", ALL_RULES,
        ("99252", 0, 35), ("99253", 1, 45), ("99254", 2, 60), ("99255", 3, 80),
    ),
]  # fmt: skip
LEVELS: Mapping[str, Level] = {level.code: level for level in _LADDERS}
_BEFORE_2024 = {"99306": 45, "99308": 15}

OFFICE = frozenset(["99202", "99203", "99204", "99205"]) | frozenset(
    ["99211", "99212", "99213", "99214", "99215"]
)
HOME = frozenset(["99341", "99342", "99344", "99345", "99347", "99348", "99349", "99350"])
INITIAL_HOSPITAL = frozenset(["99221", "99222", "99223"])
SUBSEQUENT_HOSPITAL = frozenset(["99231", "99232", "99233"])
ONE_DAY = frozenset(["99234", "99235", "99236"])
HOSPITAL_DISCHARGE = frozenset(["99238", "99239"])
EMERGENCY = frozenset(["99281", "99282", "99283", "99284", "99285"])
NURSING = frozenset(
    ["99304", "99305", "99306", "99307", "99308", "99309", "99310", "99315", "99316"]
)
CONSULTATIONS = frozenset(["99242", "99243", "99244", "99245", "99252", "99253", "99254", "99255"])
PREVENTIVE_NEW = frozenset(f"9938{digit}" for digit in "1234567")
PREVENTIVE_KNOWN = frozenset(f"9939{digit}" for digit in "1234567")
PREVENTIVE = PREVENTIVE_NEW | PREVENTIVE_KNOWN
EYE_NEW, EYE_KNOWN = frozenset(["92002", "92004"]), frozenset(["92012", "92014"])
NEW_PATIENT = (
    frozenset(["99202", "99203", "99204", "99205", "99341", "99342", "99344", "99345"])
    | PREVENTIVE_NEW
    | EYE_NEW
)
# Visits at which patient and physician meet, of which one a day is paid for one problem.
VISITS = (
    OFFICE | HOME | INITIAL_HOSPITAL | SUBSEQUENT_HOSPITAL | ONE_DAY | HOSPITAL_DISCHARGE
    | EMERGENCY | NURSING | CONSULTATIONS
)  # fmt: skip


def minutes_of(level: Level, on: date) -> int | None:
    """The least minutes of a level on a day."""
    if on < _NURSING_TIMES and level.code in _BEFORE_2024:
        return _BEFORE_2024[level.code]
    return level.minutes


def ladder_of(level: Level) -> list[Level]:
    """The levels of one setting, the lowest first."""
    return [other for other in _LADDERS if other.ladder == level.ladder]
