"""Present on admission: the indicator behind each diagnosis of an inpatient claim.

Authority: ICD-10-CM Official Guidelines FY2026, appendix I; 005010X223A2, loop 2300, HI, the
ninth element. Y, N, U and W are the indicators; a code that is exempt from reporting has none.
The list of exempt codes is CMS's own and changes every year; no table here holds it. So only
chapters without any exempt code are asked, and of other codes nothing is concluded.
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.diagnosis_list import GUIDELINES, REPORTED, is_outpatient, listed
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.marks import Mark
from bots.claims import Case, Claim, ClaimType, DiagnosisKind
from bots.codesets import CodeSets

INDICATORS = frozenset("YNUW")
# Chapters 1 to 14 but for what appendix I ever listed there (B90-B94, E64, I25.2, I69), sequelae
# and the seventh characters of bones. Chapters 15 to 22 are left out: most exempt codes are there.
_NEVER_EXEMPT = frozenset("ABCDEFGHIJKLN")
_PERHAPS_EXEMPT = ("B90", "B91", "B92", "B94", "E64", "E68", "G09", "I25.2", "I69")
_WITH_INDICATOR = (*REPORTED, DiagnosisKind.EXTERNAL_CAUSE)
_DENIAL = Denial("CO", "16", "N434")

missing = Check(
    id="poa-missing",
    family="diagnosis",
    title="A diagnosis of a hospital stay lacks its present-on-admission indicator",
    authority=f"{GUIDELINES}, appendix I; 005010X223A2, loop 2300, HI01-9",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=_DENIAL,
)
invalid = Check(
    id="poa-invalid",
    family="diagnosis",
    title="The present-on-admission indicator is none that exists",
    authority=f"{GUIDELINES}, appendix I; 005010X223A2, loop 2300, HI01-9",
    severity=Severity.ERROR,
    when=(Mark.PRESENT_ON_ADMISSION,),
    denial=_DENIAL,
)
out_of_place = Check(
    id="poa-outside-a-stay",
    family="diagnosis",
    title="A present-on-admission indicator on a claim without an admission",
    authority=f"{GUIDELINES}, appendix I; 005010X223A2, loop 2300, HI01-9",
    severity=Severity.WARNING,
    when=(Mark.PRESENT_ON_ADMISSION,),
    denial=_DENIAL,
)


@missing.review
def no_indicator(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Hospital stays (11x) only. A warning where no diagnosis has one.

    A critical access, long-term care, rehabilitation or psychiatric hospital reports none; one
    that reports some reports all. Where only codes lack it that may be exempt, that is open.
    """
    if not _is_hospital_stay(case.claim):
        return
    entries = [c for c in listed(case).every if c.entry.kind in REPORTED]
    empty = [coded for coded in entries if not coded.entry.present_on_admission.strip()]
    without = [coded for coded in empty if _is_never_exempt(coded.code)]
    reports = len(empty) < len(entries)
    if reports and empty and not without:
        yield missing.not_evaluated("CMS's list of diagnoses exempt from present on admission")
    if without:
        yield missing.finding(
            None,
            "No present-on-admission indicator: " + ", ".join(c.entry.code for c in without),
            codes=[coded.entry.code for coded in without],
            severity=Severity.ERROR if reports else Severity.WARNING,
        )


@invalid.review
def no_such_indicator(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """ "1" was the fourth version's mark of an exempt code; the fifth leaves it empty."""
    for coded in listed(case).every:
        said = coded.entry.present_on_admission.strip()
        if said and said not in INDICATORS:
            yield invalid.finding(
                None,
                f"The indicator of {coded.entry.code} is none of Y, N, U, W"
                + ("; an exempt code has none" if said == "1" else ""),
                codes=(coded.entry.code,),
            )


@out_of_place.review
def indicator_without_a_stay(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Professional claims and outpatient bills; on a stay, behind an admitting diagnosis."""
    claim = case.claim
    with_one = [c for c in listed(case).every if c.entry.present_on_admission.strip()]
    if not with_one:
        return
    if claim.type is not ClaimType.PROFESSIONAL and not is_outpatient(claim):
        with_one = [c for c in with_one if c.entry.kind not in _WITH_INDICATOR]
    if with_one:
        yield out_of_place.finding(
            None,
            "Nobody was admitted with: " + ", ".join(coded.entry.code for coded in with_one),
            codes=[coded.entry.code for coded in with_one],
        )


def _is_never_exempt(code: str) -> bool:
    return code[0] in _NEVER_EXEMPT and not code.startswith(_PERHAPS_EXEMPT)


def _is_hospital_stay(claim: Claim) -> bool:
    return claim.type is ClaimType.INSTITUTIONAL and claim.bill_type.lstrip("0")[:2] == "11"
