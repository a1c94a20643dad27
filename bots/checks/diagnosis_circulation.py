"""Hypertension with heart and kidney, stages of kidney disease, heart attacks, diabetes.

Authority: ICD-10-CM Official Guidelines FY2026, I.C.4.a, I.C.9.a, I.C.9.e and I.C.14.a. The
classification presumes that hypertension goes with heart failure and with chronic kidney disease
unless the record says that they are unrelated: what is combined so is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.concerns import diagnosed, none, twice
from bots.checks.diagnosis_list import GUIDELINES, Coded, listed
from bots.checks.findings import Finding, Severity
from bots.checks.marks import Mark
from bots.claims import Case
from bots.codesets import CodeSets

# I50 and the heart conditions that I.C.9.a.1 names.
HEART = ("I50", "I51.4", "I51.5", "I51.7", "I51.89", "I51.9")
KIDNEY = ("N18",)
# I12 and I13 by what their titles say: the stages, and heart failure or not.
_EARLY, _LATE = ("N18.1", "N18.2", "N18.3", "N18.4", "N18.9"), ("N18.5", "N18.6")
_STAGES = {
    "I12.9": (_EARLY, _LATE), "I12.0": (_LATE, _EARLY),
    "I13.0": (_EARLY, _LATE), "I13.10": (_EARLY, _LATE),
    "I13.11": (_LATE, _EARLY), "I13.2": (_LATE, _EARLY),
}  # fmt: skip
_WITHOUT_FAILURE = ("I11.9", "I13.10", "I13.11")
_WITHOUT_COMPLICATION = ("E08.9", "E09.9", "E10.9", "E11.9", "E13.9")

combination = Check(
    id="diagnosis-hypertension-combination",
    family="diagnosis",
    title="Hypertension is coded apart from the heart or kidney disease that goes with it",
    authority=f"{GUIDELINES}, I.C.9.a.1 to I.C.9.a.3",
    severity=Severity.WARNING,
    when=(diagnosed("I10", "I11", "I12"), diagnosed(*HEART, *KIDNEY)),
)
contradiction = Check(
    id="diagnosis-hypertension-contradiction",
    family="diagnosis",
    title="The combined code of hypertension says something else than the codes beside it",
    authority=f"{GUIDELINES}, I.C.9.a.1 to I.C.9.a.3; the titles of I11, I12 and I13",
    severity=Severity.WARNING,
    when=(Mark.SEVERAL_DIAGNOSES, diagnosed("I11", "I12", "I13")),
)
two_stages = Check(
    id="diagnosis-kidney-stages",
    family="diagnosis",
    title="Two stages of chronic kidney disease on one claim",
    authority=f"{GUIDELINES}, I.C.14.a.1",
    severity=Severity.WARNING,
    when=(twice(diagnosed("N18")),),
)
second_attack = Check(
    id="diagnosis-subsequent-infarction-alone",
    family="diagnosis",
    title="A subsequent heart attack without the one that it followed",
    authority=f"{GUIDELINES}, I.C.9.e.4",
    severity=Severity.WARNING,
    when=(diagnosed("I22"), none(diagnosed("I21"))),
)
uncomplicated = Check(
    id="diagnosis-diabetes-uncomplicated",
    family="diagnosis",
    title="Diabetes with and without complications on one claim",
    authority=f"{GUIDELINES}, I.C.4.a",
    severity=Severity.WARNING,
    when=(diagnosed(*_WITHOUT_COMPLICATION), Mark.SAME_CATEGORY),
)


@combination.review
def coded_apart(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """I10 with heart or kidney, I11 with kidney, I12 with heart; silent where I13 is there."""
    said = listed(case)
    pressure = next(iter(said.of("I10", "I11", "I12")), None)
    if pressure is None:
        return
    heart = said.of(*HEART) if not pressure.code.startswith("I11") else []
    kidney = said.of(*KIDNEY) if not pressure.code.startswith("I12") else []
    found = heart + kidney
    if found and not said.of("I13"):
        right = _combined(pressure, bool(heart), bool(kidney))
        yield combination.finding(
            None,
            f"{pressure.entry.code} with "
            + ", ".join(coded.entry.code for coded in found)
            + f": the classification has {right}, unless the record says that they are unrelated",
            codes=[pressure.entry.code, *(coded.entry.code for coded in found)],
        )


@contradiction.review
def says_something_else(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The stage of the kidney disease against the code, and "without heart failure" with I50."""
    said = listed(case)
    for coded in said.of("I11", "I12", "I13"):
        right, wrong = _STAGES.get(coded.code, ((), ()))
        against = said.of(*wrong) if wrong and not said.of(*right) else []
        if coded.code in _WITHOUT_FAILURE:
            against = against + said.of("I50")
        if against:
            yield contradiction.finding(
                None,
                f"{coded.entry.code} says otherwise than "
                + ", ".join(other.entry.code for other in against),
                codes=[coded.entry.code, *(other.entry.code for other in against)],
            )


@two_stages.review
def stage_told_twice(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """With end-stage disease N18.6 stands alone; otherwise the record knows one stage."""
    codes = sorted({coded.code for coded in listed(case).of("N18")})
    if len(codes) > 1:
        yield two_stages.finding(None, "Stages on one claim: " + ", ".join(codes), codes=codes)


@second_attack.review
def nothing_before_it(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """I22 is used together with I21 only."""
    said = listed(case)
    later = said.of("I22") if "I" in said.letters else []
    if later and not said.of("I21"):
        yield second_attack.finding(
            None,
            f"{later[0].entry.code} follows a heart attack of I21; none is there",
            codes=(later[0].entry.code,),
        )


@uncomplicated.review
def with_and_without(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """ "Without complications" beside a complication of the same type of diabetes."""
    said = listed(case)
    for coded in said.of(*_WITHOUT_COMPLICATION):
        others = [other for other in said.of(coded.code[:3]) if other.code != coded.code]
        if others:
            yield uncomplicated.finding(
                None,
                f"{coded.entry.code} says without complications; beside it "
                + ", ".join(other.entry.code for other in others),
                codes=[coded.entry.code, *(other.entry.code for other in others)],
            )


def _combined(pressure: Coded, heart: bool, kidney: bool) -> str:
    has_heart = heart or pressure.code.startswith("I11")
    has_kidney = kidney or pressure.code.startswith("I12")
    return "I13" if has_heart and has_kidney else "I11" if has_heart else "I12"
