"""External causes: how an injury came about, never what it is.

Authority: ICD-10-CM Official Guidelines FY2026, I.C.20, and chapter 20 of the tabular list (V00
to Y99). On an outpatient hospital claim an external cause in the first place is the I/OCE's edit
5. No external cause is ever demanded: no national rule asks for one.
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.concerns import diagnosed, first_of_all
from bots.checks.diagnosis_list import GUIDELINES, Coded, Listed, is_stay, listed
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.marks import Mark
from bots.claims import Case, ClaimType, DiagnosisKind
from bots.codesets import CodeSets

CAUSES = ("V", "W", "X", "Y")
# Place, activity and status of the moment: recorded once, where the treatment begins.
OF_THE_MOMENT = ("Y92", "Y93", "Y99")
# Seventh characters of active treatment; D to R are later encounters, S is a sequela.
INITIAL = frozenset("ABC")

first = Check(
    id="diagnosis-external-cause-first",
    family="diagnosis",
    title="An external cause is the first-listed diagnosis",
    authority=f"{GUIDELINES}, I.C.20.a.6; CMS I/OCE edit 5",
    severity=Severity.ERROR,
    when=(first_of_all(diagnosed(*CAUSES)),),
    denial=Denial("CO", "16", "MA63"),
)
reason_for_visit = Check(
    id="diagnosis-external-cause-reason",
    family="diagnosis",
    title="An external cause is the patient's reason for the visit",
    authority=f"{GUIDELINES}, I.C.20.a.6; 005010X223A2, loop 2300, HI*APR; CMS I/OCE edit 5",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL, diagnosed(*CAUSES)),
    denial=Denial("CO", "16", "M76"),
)
behind_a_line = Check(
    id="diagnosis-external-cause-pointer",
    family="diagnosis",
    title="A line points first or only to an external cause",
    authority=f"{GUIDELINES}, I.C.20.a.6; 005010X222A1, loop 2400, SV107-1",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, diagnosed(*CAUSES)),
    denial=Denial("CO", "11"),
)
other_encounter = Check(
    id="diagnosis-external-cause-encounter",
    family="diagnosis",
    title="Injury and external cause speak of different encounters",
    authority=f"{GUIDELINES}, I.C.20.a.2",
    severity=Severity.WARNING,
    when=(diagnosed(*CAUSES), diagnosed("S", "T")),
)
too_late = Check(
    id="diagnosis-place-after-the-first-visit",
    family="diagnosis",
    title="Place, activity or status of the accident on a later encounter",
    authority=f"{GUIDELINES}, I.C.20.b, I.C.20.c and I.C.20.k; the note at Y92",
    severity=Severity.INFO,
    when=(diagnosed(*OF_THE_MOMENT), diagnosed("S", "T")),
)


@first.review
def cause_leads(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """On an inpatient claim it is the Medicare Code Editor's own edit, and not said twice."""
    leading = listed(case).first
    if leading is not None and _is_cause(leading) and not is_stay(case.claim):
        yield first.finding(
            None,
            f"{leading.entry.code} is an external cause and stands first",
            codes=(leading.entry.code,),
        )


@reason_for_visit.review
def cause_is_the_reason(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The reason for a visit is what hurts, in the patient's words; an 837P has no such field."""
    if case.claim.type is not ClaimType.INSTITUTIONAL:
        return
    for coded in listed(case).every:
        if coded.entry.kind is DiagnosisKind.REASON_FOR_VISIT and _is_cause(coded):
            yield reason_for_visit.finding(
                None,
                f"{coded.entry.code} is an external cause, given as the reason for the visit",
                codes=(coded.entry.code,),
            )


@behind_a_line.review
def line_rests_on_a_cause(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Only external causes: an error. First among others: a warning.

    Silent where the cause is the first-listed diagnosis: `diagnosis-external-cause-first` says so.
    """
    if case.claim.type is not ClaimType.PROFESSIONAL:
        return
    said = listed(case)
    by_position = {coded.entry.position: coded for coded in said.every}
    for line in case.claim.lines:
        behind = [by_position[p] for p in line.pointers if p in by_position]
        if not behind or len(behind) < len(line.pointers) or not _is_cause(behind[0]):
            continue
        if behind[0] is said.first:
            continue
        only = all(map(_is_cause, behind))
        yield behind_a_line.finding(
            line,
            f"Line {line.number} points {'only' if only else 'first'} to an external cause, "
            f"{behind[0].entry.code}",
            codes=(line.procedure, behind[0].entry.code),
            severity=Severity.ERROR if only else Severity.WARNING,
        )


@other_encounter.review
def cause_of_another_encounter(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The cause's seventh character goes with the injury's; silent where injuries differ."""
    said = listed(case)
    stages = {_stage(coded) for coded in _injuries(said)}
    if len(stages) != 1:
        return
    (stage,) = stages
    for coded in said.every:
        if _is_cause(coded) and coded.last and _stage(coded) != stage:
            yield other_encounter.finding(
                None,
                f"{coded.entry.code} is of a {_stage(coded)}, the injury of a {stage}",
                codes=(coded.entry.code,),
            )


@too_late.review
def moment_recorded_again(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Every injury of the claim is of a later encounter."""
    said = listed(case)
    injuries = _injuries(said)
    late = [coded for coded in said.every if coded.code.startswith(OF_THE_MOMENT)]
    if late and injuries and not any(coded.last in INITIAL for coded in injuries):
        yield too_late.finding(
            None,
            "Recorded at the first encounter only: " + ", ".join(c.entry.code for c in late),
            codes=[coded.entry.code for coded in late],
        )


def _is_cause(coded: Coded) -> bool:
    return coded.code.startswith(CAUSES)


def _injuries(said: Listed) -> list[Coded]:
    return [coded for coded in said.of("S", "T") if coded.last]


def _stage(coded: Coded) -> str:
    if coded.last in INITIAL:
        return "first encounter"
    return "sequela" if coded.last == "S" else "later encounter"
