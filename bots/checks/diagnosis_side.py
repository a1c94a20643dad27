"""Left and right: of the diagnosis, of the procedure, and of both together.

Authority: ICD-10-CM Official Guidelines FY2026, I.B.13 (laterality), and the HCPCS modifiers that
name a side. A diagnosis has a side where its title says so; that of a paralysis or of a stroke
is not where the hand works, and is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from bots.checks.catalogue import Check
from bots.checks.concerns import line_that, noted, twice
from bots.checks.diagnosis_list import GUIDELINES, reported
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.marks import Mark
from bots.claims import Case, ClaimType, Diagnosis, ServiceLine
from bots.codesets import CodeSets, IcdCode

# Eyelids E1-E4, fingers FA-F9, toes TA-T9: the left hand and foot begin with A.
LEFT = frozenset({"LT", "E1", "E2", "FA", "F1", "F2", "F3", "F4", "TA", "T1", "T2", "T3", "T4"})
RIGHT = frozenset({"RT", "E3", "E4", "F5", "F6", "F7", "F8", "F9", "T5", "T6", "T7", "T8", "T9"})
_OF_THE_BRAIN = ("G8", "I60", "I61", "I62", "I63", "I65", "I66", "I67", "I68", "I69")
_HAS_SIDE = line_that(lambda line: bool(_side_of(line)))
_HAS_BOTH = noted(lambda row: bool(row.both_sides))  # a row that knows the code of both sides

conflict = Check(
    id="diagnosis-side-conflict",
    family="diagnosis",
    title="The procedure is on the other side than its diagnosis",
    authority=f"{GUIDELINES}, I.B.13; HCPCS Level II modifiers LT, RT, E1-E4, FA-F9, TA-T9",
    severity=Severity.WARNING,
    needs=("icd10cm",),
    when=(_HAS_SIDE, noted(lambda row: row.side in ("left", "right"))),
    denial=Denial("CO", "11"),
)
documented = Check(
    id="diagnosis-side-documented",
    family="diagnosis",
    title="The record has the procedure on the other side than the claim's diagnosis",
    authority=f"{GUIDELINES}, I.B.13",
    severity=Severity.WARNING,
    needs=("icd10cm", "documentation"),
    when=(Mark.DOCUMENTED, Mark.SIDED_DIAGNOSIS),
    denial=Denial("CO", "11"),
)
left_open = Check(
    id="diagnosis-side-unspecified",
    family="diagnosis",
    title="The procedure has a side, its diagnosis leaves it open",
    authority=f"{GUIDELINES}, I.B.13 and I.B.18",
    severity=Severity.INFO,
    needs=("icd10cm",),
    when=(_HAS_SIDE, noted(lambda row: row.side == "unspecified")),
)
two_for_one = Check(
    id="diagnosis-both-sides",
    family="diagnosis",
    title="Left and right are coded apart, and one code says both",
    authority=f"{GUIDELINES}, I.B.13",
    severity=Severity.INFO,
    needs=("icd10cm",),
    when=(Mark.SAME_CATEGORY, twice(_HAS_BOTH)),
)
both_and_one = Check(
    id="diagnosis-both-and-one-side",
    family="diagnosis",
    title="A diagnosis of both sides stands beside the same one of one side",
    authority=f"{GUIDELINES}, I.B.13",
    severity=Severity.WARNING,
    needs=("icd10cm",),
    when=(Mark.SAME_CATEGORY, _HAS_BOTH),
    denial=Denial("CO", "16", "M76"),
)


@conflict.review
def on_the_other_side(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent where one diagnosis of the line agrees, is of both sides, or leaves it open.

    Both ways: RT and LT against the other side, and 50 against a diagnosis of one side alone.
    """
    for line in case.claim.lines:
        asked = _side_of(line)
        if not asked:
            continue
        behind = _behind(line, case, codesets)
        sides = {row.side for _, row in behind}
        if len(sides) == 1 and sides <= {"left", "right"} and sides != {asked}:
            (side,) = sides
            yield conflict.finding(
                line,
                f"Line {line.number} is on {_words(asked)}, its diagnosis on the {side}",
                codes=(line.procedure, *(entry.code for entry, _ in behind)),
            )


@documented.review
def recorded_on_the_other_side(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Where the modifiers name a side, `diagnosis-side-conflict` has asked them.

    Every entry of the log for this code and day, signed, names one side, and no diagnosis of
    the line agrees.
    """
    assert case.documentation is not None
    for line in case.claim.lines:
        entries = [
            entry
            for entry in case.documentation.procedures
            if entry.code == line.procedure and entry.performed_on == line.service_date
        ]
        done = {entry.side for entry in entries if entry.signed}
        if len(done) != 1 or not done <= {"left", "right"} or _side_of(line):
            continue
        behind = _behind(line, case, codesets)
        sides = {row.side for _, row in behind}
        if len(sides) == 1 and sides <= {"left", "right"} and sides != done:
            yield documented.finding(
                line,
                f"Line {line.number} was done on the {done.pop()}, its diagnosis is on the "
                f"{sides.pop()}",
                codes=(line.procedure, *(entry.code for entry, _ in behind)),
                quote=[entry.number for entry in entries if entry.signed],
            )


@left_open.review
def side_not_told(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The record that names the side of the procedure names that of the disease."""
    for line in case.claim.lines:
        behind = _behind(line, case, codesets) if _side_of(line) else []
        if behind and all(row.side == "unspecified" for _, row in behind):
            yield left_open.finding(
                line,
                f"Line {line.number} names its side; {behind[0][0].code} leaves it open",
                codes=(line.procedure, *(entry.code for entry, _ in behind)),
            )


@two_for_one.review
def left_and_right_apart(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The two differ in their side alone; other stages at the seventh place are two findings."""
    sided = _sided(case, codesets)
    for (one, its_row), (other, other_row) in combinations(sided, 2):
        if (
            its_row.both_sides
            and its_row.both_sides == other_row.both_sides
            and its_row.side != other_row.side
            and its_row.code[7:] == other_row.code[7:]
        ):
            yield two_for_one.finding(
                None,
                f"{one.code} and {other.code}: {its_row.both_sides} says both sides",
                codes=(one.code, other.code),
            )


@both_and_one.review
def one_side_again(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The claim has the code of both sides already."""
    known = reported(case, codesets)
    for entry, row in _sided(case, codesets):
        both = row.both_sides
        again = next((e for e, r in known if both and r.code.startswith(both)), None)
        if again is not None:
            yield both_and_one.finding(
                None,
                f"{again.code} is of both sides, {entry.code} of the {row.side}",
                codes=(again.code, entry.code),
            )


def _side_of(line: ServiceLine) -> str:
    """ "left", "right", "bilateral", or nothing where the modifiers name no side."""
    modifiers = set(line.modifiers)
    left, right = bool(modifiers & LEFT), bool(modifiers & RIGHT)
    if "50" in modifiers or (left and right):
        return "bilateral"
    if left:
        return "left"
    return "right" if right else ""


def _behind(line: ServiceLine, case: Case, codesets: CodeSets) -> list[tuple[Diagnosis, IcdCode]]:
    """The diagnoses with a side that the line points to; all of them on an 837I."""
    sided = _sided(case, codesets)
    if case.claim.type is ClaimType.INSTITUTIONAL:
        return sided
    return [(entry, row) for entry, row in sided if entry.position in line.pointers]


def _sided(case: Case, codesets: CodeSets) -> list[tuple[Diagnosis, IcdCode]]:
    return [
        (entry, row)
        for entry, row in reported(case, codesets)
        if row.side and not row.code.startswith(_OF_THE_BRAIN)
    ]


def _words(side: str) -> str:
    return "both sides" if side == "bilateral" else f"the {side}"
