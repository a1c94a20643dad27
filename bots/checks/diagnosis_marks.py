"""The marks that a diagnosis shows by its code alone, whatever any table says of it.

This file holds no check. What it says of a code is remembered by the glance.
"""

from __future__ import annotations

from bots.checks.diagnosis_list import Coded
from bots.checks.diagnosis_sequence import SECOND, SEQUELAE, intent_of
from bots.checks.marks import Mark
from bots.claims import Diagnosis

_CHAPTERS = {
    "C": Mark.NEOPLASM,
    "O": Mark.OBSTETRIC_DIAGNOSIS,
    "P": Mark.NEWBORN_DIAGNOSIS,
    "Z": Mark.FACTOR_DIAGNOSIS,
    **dict.fromkeys("ST", Mark.INJURY_DIAGNOSIS),
    **dict.fromkeys("VWXY", Mark.EXTERNAL_CAUSE),
}
_GROUPS = (
    (Mark.OBSTETRIC_DIAGNOSIS, ("Z33", "Z34", "Z36", "Z37", "Z39", "Z3A")),
    (Mark.NEWBORN_DIAGNOSIS, ("Z38",)),
    (Mark.HEART_OR_KIDNEY, ("I21", "I22", "I50", "I51", "N18")),
    (Mark.DIABETES, ("E08", "E09", "E10", "E11", "E13")),
    (Mark.INFECTION_DIAGNOSIS, ("A40", "A41", "B20", "R65", "R75", "U07", "Z21")),
    (Mark.SECOND_DIAGNOSIS, SEQUELAE),
    *((Mark.SECOND_DIAGNOSIS, rule.beginnings) for rule in SECOND),
)


def marks_of(code: str) -> Mark:
    """The marks of a code of the right form, with its dot."""
    marks = _CHAPTERS.get(code[0], Mark(0))
    for mark, beginnings in _GROUPS:
        if code.startswith(beginnings):
            marks |= mark
    if intent_of(code) in ("5", "6") or Coded(Diagnosis(1, code), code).last == "S":
        marks |= Mark.SECOND_DIAGNOSIS
    return marks
