"""Diagnoses: known, billable, whole, in force on the day, in their order, each once.

Authority: ICD-10-CM Official Guidelines FY2026, section I, and the notes of the tabular list.
The bot never writes a diagnosis that was not on the claim: it may only put the same codes in
another order, or take a second copy away, with every pointer still on the code it meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations

from bots.checks.catalogue import Check
from bots.checks.findings import Class, Finding, NotEvaluated, Repair, Severity
from bots.checks.forms import dotted, is_icd
from bots.claims import Case, Change, Claim, ClaimType, Diagnosis, DiagnosisKind, ServiceLine
from bots.codesets import CodeSets, IcdCode

_GUIDELINES = "ICD-10-CM Official Guidelines FY2026"
_REPORTED = (DiagnosisKind.PRINCIPAL, DiagnosisKind.OTHER)  # the list whose order means something

unknown = Check(
    id="diagnosis-unknown",
    family="diagnosis",
    title="The diagnosis is not a code of ICD-10-CM",
    authority=f"{_GUIDELINES}, I.A.1; 45 CFR 162.1002(c)(2)",
    severity=Severity.ERROR,
    needs=("icd10cm",),
)
out_of_date = Check(
    id="diagnosis-not-valid-on-date",
    family="diagnosis",
    title="The diagnosis is not in force on the date of service",
    authority=f"{_GUIDELINES}, I.A.1; 45 CFR 162.1002(c)(2)",
    severity=Severity.ERROR,
    needs=("icd10cm",),
)
not_billable = Check(
    id="diagnosis-not-billable",
    family="diagnosis",
    title="The diagnosis is a heading that has more specific codes under it",
    authority=f"{_GUIDELINES}, I.B.2",
    severity=Severity.ERROR,
    needs=("icd10cm",),
)
seventh_character = Check(
    id="diagnosis-seventh-character",
    family="diagnosis",
    title="The diagnosis lacks its seventh character",
    authority=f"{_GUIDELINES}, I.A.5",
    severity=Severity.ERROR,
    needs=("icd10cm",),
)
excludes1 = Check(
    id="diagnosis-excludes1",
    family="diagnosis",
    title="Two diagnoses exclude each other",
    authority=f"{_GUIDELINES}, I.A.12.a",
    severity=Severity.WARNING,
    needs=("icd10cm",),
)
code_first_order = Check(
    id="diagnosis-code-first-order",
    family="diagnosis",
    title="A manifestation stands before the condition that is to be coded first",
    authority=f"{_GUIDELINES}, I.A.13",
    severity=Severity.ERROR,
    at_most=Class.PROPOSE,
    needs=("icd10cm",),
)
code_first_missing = Check(
    id="diagnosis-code-first-missing",
    family="diagnosis",
    title="The condition that is to be coded first is not on the claim",
    authority=f"{_GUIDELINES}, I.A.13",
    severity=Severity.ERROR,
    needs=("icd10cm",),
)
duplicate = Check(
    id="diagnosis-duplicate",
    family="diagnosis",
    title="A professional claim has the same diagnosis twice",
    authority=f"{_GUIDELINES}, I.B.12; 005010X222A1, loop 2300, HI",
    severity=Severity.ERROR,
    at_most=Class.AUTO,
)
duplicate_institutional = Check(
    id="diagnosis-duplicate-institutional",
    family="diagnosis",
    title="An institutional claim has the same diagnosis twice",
    authority=f"{_GUIDELINES}, I.B.12; 005010X223A2, loop 2300, HI*ABK and HI*ABF",
    severity=Severity.ERROR,
)


@unknown.review
def not_in_the_table(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Silent where only the placeholder's end is missing: that is the seventh character's."""
    table = codesets.icd10cm
    assert table is not None
    for entry in _formed(case.claim):
        code = dotted(entry.code)
        if table.rows(code) or _header_without_seventh(code, case, codesets):
            continue
        if not table.knows_all(code, case.claim.service_through or case.as_of):
            yield unknown.not_evaluated("icd10cm: the list is not complete")
            return
        yield unknown.finding(
            None,
            f"Diagnosis {entry.position}, {entry.code}, is not in the table",
            codes=(entry.code,),
        )


@out_of_date.review
def not_in_force(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The table has the code, but not on every day that the diagnosis stands for."""
    table = codesets.icd10cm
    assert table is not None
    for entry in _formed(case.claim):
        code = dotted(entry.code)
        if not table.rows(code):
            continue
        off = [day for day in _days(entry, case) if table.find(code, on=day) is None]
        if off:
            yield out_of_date.finding(
                None,
                f"Diagnosis {entry.position}, {entry.code}, is not in force on "
                f"{off[0].isoformat()}",
                codes=(entry.code,),
            )


@not_billable.review
def heading_billed(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A heading under which more stands than seventh characters; an only child is named."""
    for entry, row in _known(case, codesets):
        if row.billable or _only_sevenths(row):
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
    for entry in _formed(case.claim):
        row = _header_without_seventh(dotted(entry.code), case, codesets)
        if row is not None:
            ends = " ".join(child[-1] for child in row.children)
            yield seventh_character.finding(
                None,
                f"Diagnosis {entry.position}, {entry.code}, needs a seventh character: {ends}",
                codes=(entry.code,),
            )


@excludes1.review
def excluded_together(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A warning: two unrelated conditions may stand together. One finding a pair."""
    known = [(entry, row) for entry, row in _known(case, codesets) if entry.kind in _REPORTED]
    for (one, its_row), (other, other_row) in combinations(known, 2):
        if its_row.code == other_row.code:
            continue
        note = _matching(its_row.excludes1, its_row.code, other_row.code)
        holder = one
        if note is None:
            note, holder = _matching(other_row.excludes1, other_row.code, its_row.code), other
        if note is not None:
            yield excludes1.finding(
                None,
                f"{one.code} and {other.code}: an Excludes1 note at {holder.code} names {note}",
                codes=(one.code, other.code),
            )


@code_first_order.review
def wrong_way_round(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Both are there. "If applicable" makes it information."""
    known = _reported(case, codesets)
    displaced = [
        (later, row, first)
        for later, row in known
        if (first := _etiology(later, row, known)) is not None
    ]
    if not displaced:
        return
    pairs = "; ".join(f"{first.code} before {later.code}" for later, _, first in displaced)
    yield code_first_order.finding(
        None,
        f"Code first: {pairs}",
        codes=[code for later, _, first in displaced for code in (first.code, later.code)],
        severity=_severity(row for _, row, _ in displaced),
        repair=_reordered(case.claim, [(first, later) for later, _, first in displaced]),
    )


@code_first_missing.review
def nothing_before_it(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """None of the note's codes is on the claim; which one it is only the chart says.

    "If applicable" says nothing where none is there. Where the codes are examples, only the
    first place is wrong for sure: any other condition before it may be the underlying one.
    """
    known = _reported(case, codesets)
    first = min((entry.position for entry, _ in known), default=0)
    for entry, row in known:
        if not row.code_first_always or (not row.code_first and not row.code_first_open):
            continue
        if any(_matching(row.code_first, row.code, other.code) for _, other in known):
            continue
        if row.code_first_open and entry.position != first:
            continue
        named = f"one of {_some(row.code_first)}" if row.code_first else "its cause"
        yield code_first_missing.finding(
            None,
            f"{entry.code} is coded after {named}; none is there",
            codes=(entry.code,),
        )


@duplicate.review
def same_diagnosis_twice(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The later copy goes; a pointer to it moves to the first."""
    claim = case.claim
    if claim.type is not ClaimType.PROFESSIONAL:
        return
    kept = _first_copies(claim.diagnoses)
    twice = [entry for entry in claim.diagnoses if entry.code and entry not in kept]
    if twice:
        yield duplicate.finding(
            None,
            "More than once on the claim: " + ", ".join(sorted({e.code for e in twice})),
            codes=sorted({entry.code for entry in twice}),
            repair=_rearranged(claim, kept),
        )


@duplicate_institutional.review
def same_diagnosis_twice_in_a_hospital(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Only among principal and other: the other qualifiers repeat a code by design."""
    claim = case.claim
    if claim.type is not ClaimType.INSTITUTIONAL:
        return
    reported = [entry for entry in claim.diagnoses if entry.kind in _REPORTED and entry.code]
    kept = _first_copies(reported)
    for entry in reported:
        if entry in kept:
            continue
        first = next(one for one in kept if dotted(one.code) == dotted(entry.code))
        same = first.present_on_admission == entry.present_on_admission
        yield duplicate_institutional.finding(
            None,
            f"{entry.code} stands at {first.position} and {entry.position}"
            + ("" if same else ", with different present-on-admission indicators"),
            codes=(entry.code,),
            severity=Severity.ERROR if same else Severity.WARNING,
        )


# What the table knows.


def _formed(claim: Claim) -> list[Diagnosis]:
    return [entry for entry in claim.diagnoses if is_icd(entry.code)]


def _days(entry: Diagnosis, case: Case) -> list[date]:
    """The days a diagnosis stands for: those of the lines behind it, or the stay's last."""
    claim = case.claim
    if claim.type is ClaimType.INSTITUTIONAL:
        return [claim.service_through or case.as_of]
    behind = [line for line in claim.lines if entry.position in line.pointers] or claim.lines
    return sorted({line.service_date for line in behind if line.service_date}) or [case.as_of]


def _known(case: Case, codesets: CodeSets) -> list[tuple[Diagnosis, IcdCode]]:
    """Each diagnosis with its row on its first day; those without a row are left out."""
    assert codesets.icd10cm is not None
    found = []
    for entry in _formed(case.claim):
        row = codesets.icd10cm.find(dotted(entry.code), on=_days(entry, case)[0])
        if row is not None:
            found.append((entry, row))
    return found


def _reported(case: Case, codesets: CodeSets) -> list[tuple[Diagnosis, IcdCode]]:
    return [(entry, row) for entry, row in _known(case, codesets) if entry.kind in _REPORTED]


def _header_without_seventh(code: str, case: Case, codesets: CodeSets) -> IcdCode | None:
    """The heading that this code is, or is with placeholders, if only sevenths stand below."""
    assert codesets.icd10cm is not None
    day = case.claim.service_through or case.as_of
    for spelling in dict.fromkeys((code, code.rstrip("X").rstrip("."))):
        row = codesets.icd10cm.find(spelling, on=day)
        if row is not None:
            return row if not row.billable and _only_sevenths(row) else None
    return None


def _only_sevenths(row: IcdCode) -> bool:
    """Whether all children are the heading, placeholders and one seventh character."""
    stem = row.code.replace(".", "").ljust(6, "X")
    plain = [child.replace(".", "") for child in row.children]
    return bool(plain) and all(len(child) == 7 and child[:6] == stem for child in plain)


def _matching(notes: Sequence[str], own: str, other: str) -> str | None:
    """The note that names `other`. A note that covers the code it stands on says nothing."""
    for note in notes:
        if _covers(note, other) and not _covers(note, own):
            return note
    return None


def _covers(note: str, code: str) -> bool:
    """Whether a note's code or range ("E08-E13", "O24.4", "J45.-") covers a code."""
    first, dash, last = note.strip().partition("-")
    first, last = first.rstrip("."), last.rstrip(".")
    if not first:
        return False
    if not dash or not last:
        return code.startswith(first)
    return first <= code[: len(first)] and code[: len(last)] <= last


def _some(notes: Sequence[str], most: int = 6) -> str:
    return ", ".join(notes[:most]) + (" ..." if len(notes) > most else "")


def _etiology(
    entry: Diagnosis, row: IcdCode, known: Sequence[tuple[Diagnosis, IcdCode]]
) -> Diagnosis | None:
    """The condition that should stand before `entry` but stands after it; None if all is well."""
    matches = [
        other
        for other, its_row in known
        if other is not entry and _matching(row.code_first, row.code, its_row.code)
    ]
    if not matches or any(other.position < entry.position for other in matches):
        return None
    if row.code_first_open and any(other.position < entry.position for other, _ in known):
        return None  # the codes are examples: what stands before it may be the cause
    return min(matches, key=lambda other: other.position)


def _severity(rows: Iterator[IcdCode] | Sequence[IcdCode]) -> Severity:
    return Severity.ERROR if any(row.code_first_always for row in rows) else Severity.INFO


# The same codes, arranged otherwise.


def _first_copies(entries: Sequence[Diagnosis]) -> list[Diagnosis]:
    by_code: dict[str, Diagnosis] = {}
    empty = []
    for entry in entries:
        if entry.code:
            by_code.setdefault(dotted(entry.code), entry)
        else:
            empty.append(entry)
    return [entry for entry in entries if entry in empty or entry in by_code.values()]


def _reordered(claim: Claim, before: Sequence[tuple[Diagnosis, Diagnosis]]) -> Repair | None:
    """Each first code moved to just before its later one; None where that never settles.

    Institutional claims are a person's: their order carries the principal diagnosis and the
    present-on-admission indicators with it.
    """
    if claim.type is not ClaimType.PROFESSIONAL:
        return None
    order = list(claim.diagnoses)
    for _ in range(len(order)):
        wrong = [(a, b) for a, b in before if order.index(a) > order.index(b)]
        if not wrong:
            return _rearranged(claim, order)
        first, later = wrong[0]
        order.remove(first)
        order.insert(order.index(later), first)
    return None


def _rearranged(claim: Claim, order: Sequence[Diagnosis]) -> Repair | None:
    """The changes that leave exactly `order` on the claim, every pointer on its own code.

    None where the claim's positions are not 1, 2, 3 ..., or a code is no code: a list of codes
    could not say which is which.
    """
    if [entry.position for entry in claim.diagnoses] != list(range(1, len(claim.diagnoses) + 1)):
        return None
    if not all(is_icd(entry.code) for entry in claim.diagnoses):
        return None
    places = {dotted(entry.code): place for place, entry in enumerate(order, start=1)}
    moved = {entry.position: places[dotted(entry.code)] for entry in claim.diagnoses}
    if len(places) != len(order):  # a copy left in the list: its pointers could not be told apart
        moved = {entry.position: place for place, entry in enumerate(order, start=1)}
    changes = [
        Change(
            "diagnoses",
            None,
            " ".join(entry.code for entry in claim.diagnoses),
            " ".join(entry.code for entry in order),
        )
    ]
    changes += [change for line in claim.lines if (change := _repointed(line, moved)) is not None]
    return Repair(tuple(changes))


def _repointed(line: ServiceLine, moved: dict[int, int]) -> Change | None:
    """The line's pointers on the new positions; None where nothing changes.

    Two that now name the same code become one. A pointer to nothing stays as it is, and so
    does one that stood there twice before: those are other checks' findings.
    """
    pointers = tuple(moved.get(pointer, pointer) for pointer in line.pointers)
    if pointers == line.pointers:
        return None
    if len(set(line.pointers)) == len(line.pointers):
        pointers = tuple(dict.fromkeys(pointers))
    return Change(
        "pointers",
        line.number,
        " ".join(str(pointer) for pointer in line.pointers),
        " ".join(str(pointer) for pointer in pointers),
    )
