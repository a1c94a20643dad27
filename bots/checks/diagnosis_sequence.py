"""Codes that have their place in the list: first only, or never first.

Authority: ICD-10-CM Official Guidelines FY2026, each rule's own section. The lists below are the
guidelines' own, by the beginnings of their codes. Medicare's list of unacceptable principal
diagnoses is an inpatient edit and not asked here: it holds Z00.00, the commonest right first
code of a visit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bots.checks.catalogue import Check
from bots.checks.concerns import diagnosed, diagnosis, first_of_all
from bots.checks.diagnosis_list import GUIDELINES, Coded, listed
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.marks import Mark
from bots.claims import Case
from bots.codesets import CodeSets

# I.C.21.c.16, less the two that it excepts.
FIRST_ONLY = (
    "Z00", "Z01", "Z02", "Z04", "Z31.81", "Z31.83", "Z31.84", "Z33.2", "Z34", "Z38", "Z39", "Z40",
    "Z42", "Z51.0", "Z51.1", "Z52", "Z76.1", "Z76.2", "Z99.12",
)  # fmt: skip
NOT_FIRST_ONLY = ("Z00.6", "Z52.9")
# Sequelae whose category says "code first condition resulting from (sequela)".
SEQUELAE = ("B90", "B91", "B92", "B94", "E64", "E68", "G09", "O94")


@dataclass(frozen=True, slots=True)
class Second:
    """Codes that stand behind another one, and the words of the rule that says so."""

    beginnings: tuple[str, ...]
    section: str
    reason: str
    severity: Severity


SECOND = (
    Second(
        ("Z37",), "I.C.21.c.11", "the outcome of delivery is always a second code", Severity.ERROR
    ),
    Second(
        ("B95", "B96", "B97"),
        "I.B.7 and the note at B95-B97",
        "an organism stands behind the disease that it causes",
        Severity.WARNING,
    ),
    Second(
        ("Z3A",), "I.C.21.c.11", "weeks of gestation stand behind a condition", Severity.WARNING
    ),
    Second(("Z68",), "I.B.14", "the body mass index is a second code only", Severity.WARNING),
    Second(
        ("Z55", "Z56", "Z57", "Z58", "Z59", "Z60", "Z62", "Z63", "Z64", "Z65"),
        "I.B.14 and I.C.21.c.17",
        "a social circumstance is a second code only",
        Severity.WARNING,
    ),
    Second(("R29.7",), "I.C.18.i", "the stroke scale stands behind the stroke", Severity.WARNING),
    Second(
        ("R40.21", "R40.22", "R40.23", "R40.24"),
        "I.C.18.e",
        "the coma scale stands behind the condition",
        Severity.WARNING,
    ),
)
_ADVERSE = "the nature of an adverse effect stands before the drug (I.C.19.e.5.a)"
_UNDERDOSING = "underdosing is never first-listed (I.C.19.e.5.c)"


def intent_of(code: str) -> str:
    """Of a code of T36-T50: 1-4 a poisoning, 5 an adverse effect, 6 underdosing; else empty.

    The digit is the sixth character, or the fifth where the sixth is a placeholder.
    """
    if not "T36" <= code[:3] <= "T50" or len(code) < 7:
        return ""
    return code[6] if code[6] != "X" else code[5]


def _stands_second(code: str) -> bool:
    return intent_of(code) in ("5", "6") or any(code.startswith(r.beginnings) for r in SECOND)


def _is_sequela(code: str) -> bool:
    return (code[0] in "ST" and code[7:] == "S") or code.startswith(SEQUELAE)


first_only = Check(
    id="diagnosis-first-only",
    family="diagnosis",
    title="A code that may only be first-listed stands in a later place",
    authority=f"{GUIDELINES}, I.C.21.c.16",
    severity=Severity.WARNING,
    when=(
        Mark.SEVERAL_DIAGNOSES,
        diagnosed(*FIRST_ONLY),
        first_of_all(
            diagnosis(
                lambda code: not code.startswith(FIRST_ONLY) or code.startswith(NOT_FIRST_ONLY)
            )
        ),
    ),
    denial=Denial("CO", "16", "M76"),
)
secondary_only = Check(
    id="diagnosis-secondary-only",
    family="diagnosis",
    title="A code that may only be a second one is first-listed",
    authority=f"{GUIDELINES}, I.B.7, I.B.14, I.C.18.e, I.C.18.i, I.C.19.e.5, I.C.21.c.11",
    severity=Severity.ERROR,
    when=(first_of_all(diagnosis(_stands_second)),),
    denial=Denial("CO", "16", "MA63"),
)
sequela_first = Check(
    id="diagnosis-sequela-first",
    family="diagnosis",
    title="A sequela is coded before the condition that came of it",
    authority=f"{GUIDELINES}, I.B.10 and I.C.19.a",
    severity=Severity.WARNING,
    when=(first_of_all(diagnosis(_is_sequela)),),
    denial=Denial("CO", "16", "MA63"),
)


@first_only.review
def first_code_in_a_later_place(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A warning: two encounters of a day may share a record. Silent where the first is such one.

    Two examinations on one claim are two encounters: only one of them can stand first.
    """
    said = listed(case)
    if said.first is None or "Z" not in said.letters or _is_first_only(said.first):
        return
    later = [coded for coded in said.reported[1:] if _is_first_only(coded)]
    if later:
        yield first_only.finding(
            None,
            f"First-listed only, and behind {said.first.entry.code}: "
            + ", ".join(coded.entry.code for coded in later),
            codes=[coded.entry.code for coded in later],
        )


@secondary_only.review
def second_code_leads(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Each rule is its own words; what only "should" stand second is a warning."""
    first = listed(case).first
    if first is None or first.code[0] not in "BRTZ":
        return
    rule = next((rule for rule in SECOND if first.code.startswith(rule.beginnings)), None)
    if rule is not None:
        yield secondary_only.finding(
            None,
            f"{first.entry.code} is first-listed; {rule.reason} ({rule.section})",
            codes=(first.entry.code,),
            severity=rule.severity,
        )
    elif (intent := intent_of(first.code)) in "56" and intent:
        yield secondary_only.finding(
            None,
            f"{first.entry.code} is first-listed; {_ADVERSE if intent == '5' else _UNDERDOSING}",
            codes=(first.entry.code,),
        )


@sequela_first.review
def sequela_leads(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """An injury with the seventh character S, or a category of sequelae. I69 says both itself."""
    first = listed(case).first
    if first is None:
        return
    if _is_sequela(first.code):
        yield sequela_first.finding(
            None,
            f"{first.entry.code} is a sequela; the condition that came of it stands first",
            codes=(first.entry.code,),
        )


def _is_first_only(coded: Coded) -> bool:
    return coded.code.startswith(FIRST_ONLY) and not coded.code.startswith(NOT_FIRST_ONLY)
