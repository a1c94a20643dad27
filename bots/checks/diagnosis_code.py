"""Diagnosis codes one by one: known, billable, whole, in force on the day.

Authority: ICD-10-CM Official Guidelines FY2026, section I.A and I.B, and the tabular list of the
day. On an outpatient hospital claim these are the I/OCE's edit 1 (invalid diagnosis code). A code
that can be told what it lacks is told that; "not a code" is what remains.
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.diagnosis_list import GUIDELINES, Coded, day_of, days_of, known, listed
from bots.checks.diagnosis_neighbours import (
    header_without_seventh,
    is_told_apart,
    only_sevenths,
    other_seventh,
    shorter,
    with_placeholder,
)
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.marks import Mark
from bots.claims import Case
from bots.codesets import CodeSets, IcdCode

_INVALID = Denial("CO", "16", "M76")

unknown = Check(
    id="diagnosis-unknown",
    family="diagnosis",
    title="The diagnosis is not a code of ICD-10-CM",
    authority=f"{GUIDELINES}, I.A.3; 45 CFR 162.1002(c)(2); CMS I/OCE edit 1",
    severity=Severity.ERROR,
    needs=("icd10cm",),
    when=(Mark.ODD_DIAGNOSIS,),
    denial=_INVALID,
)
out_of_date = Check(
    id="diagnosis-not-valid-on-date",
    family="diagnosis",
    title="The diagnosis is not in force on the date of service",
    authority=f"{GUIDELINES}, I.A.3; 45 CFR 162.1002(c)(2); CMS I/OCE edit 1",
    severity=Severity.ERROR,
    needs=("icd10cm",),
    when=(Mark.ODD_DIAGNOSIS,),
    denial=Denial("CO", "146"),
)
not_billable = Check(
    id="diagnosis-not-billable",
    family="diagnosis",
    title="The diagnosis is a heading that has more specific codes under it",
    authority=f"{GUIDELINES}, I.B.2; CMS I/OCE edit 1",
    severity=Severity.ERROR,
    needs=("icd10cm",),
    when=(Mark.ODD_DIAGNOSIS,),
    denial=_INVALID,
)
seventh_character = Check(
    id="diagnosis-seventh-character",
    family="diagnosis",
    title="The diagnosis lacks its seventh character",
    authority=f"{GUIDELINES}, I.A.5; CMS I/OCE edit 1",
    severity=Severity.ERROR,
    needs=("icd10cm",),
    when=(Mark.ODD_DIAGNOSIS,),
    denial=_INVALID,
)
seventh_wrong = Check(
    id="diagnosis-seventh-wrong",
    family="diagnosis",
    title="The seventh character is none of those that the category has",
    authority=f"{GUIDELINES}, I.A.5 and I.C.19.a; CMS I/OCE edit 1",
    severity=Severity.ERROR,
    needs=("icd10cm",),
    when=(Mark.ODD_DIAGNOSIS,),
    denial=_INVALID,
)
placeholder = Check(
    id="diagnosis-placeholder",
    family="diagnosis",
    title="The placeholder X is missing before the seventh character",
    authority=f"{GUIDELINES}, I.A.4; CMS I/OCE edit 1",
    severity=Severity.ERROR,
    needs=("icd10cm",),
    when=(Mark.ODD_DIAGNOSIS,),
    denial=_INVALID,
)
superfluous = Check(
    id="diagnosis-superfluous-character",
    family="diagnosis",
    title="The diagnosis is longer than the code that it begins with",
    authority=f"{GUIDELINES}, I.A.2 and I.A.5; CMS I/OCE edit 1",
    severity=Severity.ERROR,
    needs=("icd10cm",),
    when=(Mark.ODD_DIAGNOSIS,),
    denial=_INVALID,
)


@unknown.review
def not_in_the_table(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Silent where a neighbour says more: a seventh character, a placeholder, a character less."""
    table = codesets.icd10cm
    assert table is not None
    for coded in listed(case).every:
        if table.rows(coded.code) or is_told_apart(coded, case, codesets):
            continue
        if not table.knows_all(coded.code, day_of(case)):
            yield unknown.not_evaluated("icd10cm: the list is not complete")
            return
        yield unknown.finding(None, f"{_named(coded)} is not in the table", codes=_code(coded))


@out_of_date.review
def not_in_force(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The table has the code, but not on every day that the diagnosis stands for."""
    table = codesets.icd10cm
    assert table is not None
    for coded in listed(case).every:
        if not table.rows(coded.code):
            continue
        off = [day for day in days_of(coded.entry, case) if table.find(coded.code, on=day) is None]
        if off:
            yield out_of_date.finding(
                None,
                f"{_named(coded)} is not in force on {off[0].isoformat()}",
                codes=_code(coded),
            )


@not_billable.review
def heading_billed(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A heading under which more stands than seventh characters; an only child is named."""
    for entry, row in known(case, codesets):
        if row.billable or only_sevenths(row):
            continue
        more = f"{len(row.children)} more specific codes"
        if len(row.children) == 1:
            more = f"one more specific code, {row.children[0]}"
        yield not_billable.finding(
            None,
            f"Diagnosis {entry.position}, {entry.code}, is a heading with {more}",
            codes=(entry.code,),
        )


@seventh_character.review
def no_seventh_character(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The code is whole but for the encounter; also where the placeholder X is written out."""
    for coded in listed(case).every:
        row = header_without_seventh(coded.code, case, codesets)
        if row is not None:
            yield seventh_character.finding(
                None,
                f"{_named(coded)} needs a seventh character: {_sevenths(row)}",
                codes=_code(coded),
            )


@seventh_wrong.review
def no_such_seventh_character(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Everything before the seventh is right; the last character is no encounter of it."""
    for coded in listed(case).every:
        row = other_seventh(coded, case, codesets)
        if row is not None:
            yield seventh_wrong.finding(
                None,
                f"{_named(coded)}: the seventh character is one of {_sevenths(row)}",
                codes=_code(coded),
            )


@placeholder.review
def seventh_in_the_wrong_place(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The last character would be a right seventh if X stood in the empty places before it."""
    for coded in listed(case).every:
        right = with_placeholder(coded, case, codesets)
        if right is not None:
            yield placeholder.finding(
                None, f"{_named(coded)} lacks its placeholder: {right}", codes=_code(coded)
            )


@superfluous.review
def character_too_many(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A billable code with nothing below it, and something written behind it."""
    for coded in listed(case).every:
        row = shorter(coded, case, codesets)
        if row is not None:
            yield superfluous.finding(
                None,
                f"{_named(coded)}: {row.code} is billable and takes no further character",
                codes=_code(coded),
            )


def _named(coded: Coded) -> str:
    return f"Diagnosis {coded.entry.position}, {coded.entry.code},"


def _code(coded: Coded) -> tuple[str, ...]:
    return (coded.entry.code,)


def _sevenths(row: IcdCode) -> str:
    return " ".join(child[-1] for child in row.children)
