"""Injuries and burns: one encounter a claim, the worst burn first, no aftercare beside them.

Authority: ICD-10-CM Official Guidelines FY2026, I.C.19.a (seventh characters and aftercare) and
I.C.19.d (burns and corrosions).
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.concerns import diagnosed, diagnosis, first_of_all, twice
from bots.checks.diagnosis_list import GUIDELINES, Coded, listed
from bots.checks.diagnosis_sequence import intent_of
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.marks import Mark
from bots.claims import Case
from bots.codesets import CodeSets

# T20-T25, burns of the surface: the fourth character is the degree, 1-3 of burns, 5-7 of
# corrosions; 0 and 4 leave it open.
_BURNS = ("T20", "T21", "T22", "T23", "T24", "T25")
_DEGREE = {"1": 1, "2": 2, "3": 3, "5": 1, "6": 2, "7": 3}
# Aftercare that an injury's own seventh character says already.
AFTERCARE = ("Z47.8", "Z48.0", "Z48.8", "Z51.89")
# Chapters whose diseases and symptoms a poisoning may bring about.
_BROUGHT_ABOUT = frozenset("DEFGHIJKLMNR")

two_encounters = Check(
    id="diagnosis-injury-encounters",
    family="diagnosis",
    title="The same injury is of a first and of a later encounter",
    authority=f"{GUIDELINES}, I.C.19.a",
    severity=Severity.WARNING,
    when=(Mark.SAME_CATEGORY, diagnosed("S", "T")),
    denial=Denial("CO", "16", "M76"),
)
burn_order = Check(
    id="diagnosis-burn-order",
    family="diagnosis",
    title="A burn of a lower degree stands before one of a higher degree",
    authority=f"{GUIDELINES}, I.C.19.d.1",
    severity=Severity.WARNING,
    when=(twice(diagnosed(*_BURNS)),),
)
burn_degrees = Check(
    id="diagnosis-burn-degrees",
    family="diagnosis",
    title="Two degrees of burn at the same site",
    authority=f"{GUIDELINES}, I.C.19.d.2",
    severity=Severity.WARNING,
    when=(twice(diagnosed(*_BURNS)),),
)
aftercare = Check(
    id="diagnosis-aftercare-of-injury",
    family="diagnosis",
    title="An aftercare code stands beside the injury that is cared for",
    authority=f"{GUIDELINES}, I.C.19.a and I.C.21.c.7",
    severity=Severity.WARNING,
    when=(diagnosed(*AFTERCARE), diagnosed("S", "T")),
)
poisoning_order = Check(
    id="diagnosis-poisoning-order",
    family="diagnosis",
    title="What a poisoning brought about stands before the poisoning",
    authority=f"{GUIDELINES}, I.C.19.e.5.b and I.C.19.e.5.d",
    severity=Severity.WARNING,
    when=(
        first_of_all(diagnosis(lambda code: code[0] in _BROUGHT_ABOUT)),
        diagnosis(lambda code: _is_poisoning(code)),
    ),
    denial=Denial("CO", "16", "MA63"),
)


@two_encounters.review
def one_injury_twice(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The same code but for its seventh character: active, later and sequela exclude each other.

    Two characters of later encounters (a fracture that healed late) are left to the chart.
    """
    ends: dict[str, list[Coded]] = {}
    for coded in listed(case).of("S", "T"):
        if coded.last:
            ends.setdefault(coded.code[:7], []).append(coded)
    for stem, same in ends.items():
        if len({_stage(coded.last) for coded in same}) > 1:
            yield two_encounters.finding(
                None,
                f"{stem} with the seventh characters "
                + " and ".join(sorted({coded.last for coded in same})),
                codes=[coded.entry.code for coded in same],
            )


@burn_order.review
def worst_burn_later(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The first burn of the list against the worst one; burns without a degree do not count."""
    burns = [coded for coded in listed(case).of(*_BURNS) if _degree(coded) and coded.last != "S"]
    if not burns:
        return
    worst = max(burns, key=_degree)
    if _degree(worst) > _degree(burns[0]):
        yield burn_order.finding(
            None,
            f"{worst.entry.code} is of degree {_degree(worst)} and stands behind "
            f"{burns[0].entry.code} of degree {_degree(burns[0])}",
            codes=(burns[0].entry.code, worst.entry.code),
        )


@burn_degrees.review
def one_site_two_degrees(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The same place and side, by everything behind the degree: the highest says it all."""
    sites: dict[tuple[str, str], list[Coded]] = {}
    for coded in listed(case).of(*_BURNS):
        if _degree(coded):
            sites.setdefault((coded.code[:3], coded.code[5:]), []).append(coded)
    for same in sites.values():
        if len({_degree(coded) for coded in same}) > 1:
            yield burn_degrees.finding(
                None,
                "One site, two degrees: " + ", ".join(coded.entry.code for coded in same),
                codes=[coded.entry.code for coded in same],
            )


@aftercare.review
def cared_for_twice(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Where an injury carries the character of a later encounter, that is its aftercare."""
    said = listed(case)
    codes = said.of(*AFTERCARE)
    if codes and any(_stage(coded.last) == "later" for coded in said.of("S", "T")):
        yield aftercare.finding(
            None,
            "Aftercare beside an injury of a later encounter: "
            + ", ".join(coded.entry.code for coded in codes),
            codes=[coded.entry.code for coded in codes],
        )


@poisoning_order.review
def poison_later(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Active treatment of a poisoning (T36-T50) or a toxic effect (T51-T65) behind a disease.

    A later encounter may be for what it left behind; pregnancy, encounters and injuries may
    well come first.
    """
    said = listed(case)
    if said.first is None or said.first.code[0] not in _BROUGHT_ABOUT:
        return
    for coded in said.of("T"):
        if coded.last in ("A", "B", "C") and _is_poisoning(coded.code):
            yield poisoning_order.finding(
                None,
                f"{said.first.entry.code} stands before {coded.entry.code}",
                codes=(said.first.entry.code, coded.entry.code),
            )
            return


def _is_poisoning(code: str) -> bool:
    return intent_of(code) in ("1", "2", "3", "4") or "T51" <= code[:3] <= "T65"


def _stage(last: str) -> str:
    if last in ("A", "B", "C"):
        return "active"
    return {"": "", "S": "sequela"}.get(last, "later")


def _degree(coded: Coded) -> int:
    return _DEGREE.get(coded.code[4:5], 0)
