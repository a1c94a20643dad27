"""Marks: what a claim shows at a glance, so that only the checks it concerns are asked.

A check names in `when` the marks without which it can say nothing; a check that names none is
always asked. Marks may be too many, never too few: a test holds the findings of all checks
against those of the marked ones. Adding a check needs no change here.
"""

from __future__ import annotations

from enum import IntFlag, auto


class Mark(IntFlag):
    """One thing that a claim shows. Where a line says "code", it is the procedure's."""

    PROFESSIONAL = auto()
    INSTITUTIONAL = auto()
    MEDICARE = auto()
    NOT_FIRST = auto()  # a frequency code other than 1
    OTHER_PAYER = auto()  # another payer is named, or this one is not the primary
    HISTORY = auto()  # the patient's other claims are at hand, and there are some
    DOCUMENTED = auto()  # there is documentation
    LINES = auto()  # more than one line
    SPAN = auto()  # a line or the claim spans days
    UNITS = auto()  # units other than 1
    MODIFIED = auto()  # a line with a modifier
    SAME_CODE = auto()  # a code on two lines
    SEVERAL_DIAGNOSES = auto()
    NDC = auto()  # a line with an NDC
    EM = auto()  # a code of evaluation and management
    SURGERY = auto()  # 10004-69990, or global days 000, 010, 090
    IMAGING = auto()  # 70010-79999
    LABORATORY = auto()  # 80047-89398, pathology included
    MEDICINE = auto()  # 90281-99199, 99500-99607
    THERAPY = auto()  # 97010-97799, 92507-92526 and kind "therapy"
    ANESTHESIA = auto()  # 00100-01999
    DRUG = auto()  # J, Q and other drug codes, and kind "drug"
    HCPCS = auto()  # a code that begins with a letter
    PAIR = auto()  # two lines of a day whose codes stand in an edit together, in any order
    ODD_CODE = auto()  # a code that no row of its table holds on the day
    REMOTE = auto()  # place 02 or 10, or modifier 93, 95, GT, GQ, G0, FQ, FR


def names_all(marks: int, when: tuple[Mark, ...]) -> bool:
    """Whether a claim with these marks shows one of each group that a check asks for."""
    return all(marks & group for group in when)
