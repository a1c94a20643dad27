"""What a diagnosis is like that no table has: its heading, its seventh character, a placeholder.

Authority: ICD-10-CM Official Guidelines FY2026, I.A.4 (placeholder) and I.A.5 (seventh character).
This file holds no check.
"""

from __future__ import annotations

from bots.checks.diagnosis_list import Coded, day_of
from bots.claims import Case
from bots.codesets import CodeSets, IcdCode


def is_told_apart(coded: Coded, case: Case, codesets: CodeSets) -> bool:
    """Whether one of the questions below has an answer."""
    return any(
        said is not None
        for said in (
            header_without_seventh(coded.code, case, codesets),
            other_seventh(coded, case, codesets),
            with_placeholder(coded, case, codesets),
            shorter(coded, case, codesets),
        )
    )


def header_without_seventh(code: str, case: Case, codesets: CodeSets) -> IcdCode | None:
    """The heading that this code is, or is with placeholders, if only sevenths stand below."""
    for spelling in dict.fromkeys((code, code.rstrip("X").rstrip("."))):
        row = _row(spelling, case, codesets)
        if row is not None:
            return row if not row.billable and only_sevenths(row) else None
    return None


def other_seventh(coded: Coded, case: Case, codesets: CodeSets) -> IcdCode | None:
    """The heading whose sevenths this code's seventh is not among."""
    if not coded.last or _is_there(coded, codesets):
        return None
    row = header_without_seventh(coded.code[:7], case, codesets)
    return row if row is not None and coded.code not in row.children else None


def with_placeholder(coded: Coded, case: Case, codesets: CodeSets) -> str | None:
    """The code as it is right, if only the placeholder is missing."""
    plain = coded.code.replace(".", "")
    if not 4 <= len(plain) < 7 or _is_there(coded, codesets):
        return None
    row = _row(_dot(plain[:-1]), case, codesets)
    if row is None or row.billable or not only_sevenths(row):
        return None
    right = _dot(plain[:-1].ljust(6, "X") + plain[-1])
    return right if right in row.children else None


def shorter(coded: Coded, case: Case, codesets: CodeSets) -> IcdCode | None:
    """The billable code without children that this one begins with."""
    if _is_there(coded, codesets):
        return None
    plain = coded.code.replace(".", "")
    for length in range(len(plain) - 1, 2, -1):
        row = _row(_dot(plain[:length]), case, codesets)
        if row is not None:
            return row if row.billable and not row.children else None
    return None


def _is_there(coded: Coded, codesets: CodeSets) -> bool:
    assert codesets.icd10cm is not None
    return bool(codesets.icd10cm.rows(coded.code))


def _row(code: str, case: Case, codesets: CodeSets) -> IcdCode | None:
    assert codesets.icd10cm is not None
    return codesets.icd10cm.find(code, on=day_of(case))


def _dot(plain: str) -> str:
    return f"{plain[:3]}.{plain[3:]}" if len(plain) > 3 else plain


def only_sevenths(row: IcdCode) -> bool:
    """Whether all children are the heading, placeholders and one seventh character."""
    stem = row.code.replace(".", "").ljust(6, "X")
    plain = [child.replace(".", "") for child in row.children]
    return bool(plain) and all(len(child) == 7 and child[:6] == stem for child in plain)
