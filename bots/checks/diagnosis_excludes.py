"""Two diagnoses that exclude each other.

Authority: ICD-10-CM Official Guidelines FY2026, I.A.12.a, and the Excludes1 notes of the tabular
list. A note stands for its code and all below it; what it names in parentheses behind an
inclusion term, or qualifies in words, is not read as a code (`bots.codesets.icd10cm`).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from bots.checks.catalogue import Check
from bots.checks.diagnosis_list import GUIDELINES, matching, reported
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.marks import Mark
from bots.claims import Case
from bots.codesets import CodeSets

excludes1 = Check(
    id="diagnosis-excludes1",
    family="diagnosis",
    title="Two diagnoses exclude each other",
    authority=f"{GUIDELINES}, I.A.12.a",
    severity=Severity.WARNING,
    needs=("icd10cm",),
    when=(Mark.EXCLUDING,),
    denial=Denial("CO", "16", "M76"),
)


@excludes1.review
def excluded_together(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A warning: two unrelated conditions may stand together. One finding a pair."""
    for (one, its_row), (other, other_row) in combinations(reported(case, codesets), 2):
        if its_row.code == other_row.code:
            continue
        note = matching(its_row.excludes1, its_row.code, other_row.code)
        holder = one
        if note is None:
            note, holder = matching(other_row.excludes1, other_row.code, its_row.code), other
        if note is not None:
            yield excludes1.finding(
                None,
                f"{one.code} and {other.code}: an Excludes1 note at {holder.code} names {note}",
                codes=(one.code, other.code),
            )
