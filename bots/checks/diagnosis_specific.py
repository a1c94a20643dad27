"""More specific than billed: what the record names and the claim leaves open.

Authority: ICD-10-CM Official Guidelines FY2026, I.B.2 and I.B.18: a code is reported to the
highest specificity documented. Information only: whether the entry speaks of this very condition
a person says, and the provider is asked without leading (AHIMA/ACDIS, 2022).
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.concerns import diagnosed
from bots.checks.diagnosis_list import GUIDELINES, day_of, listed, reported
from bots.checks.findings import Finding, Severity
from bots.checks.forms import dotted, is_icd
from bots.checks.marks import Mark
from bots.claims import Case
from bots.codesets import CodeSets

DIABETES = ("E08", "E09", "E10", "E11", "E13")
# Insulin, oral and injectable drugs against diabetes, long term.
DIABETES_DRUGS = ("Z79.4", "Z79.84", "Z79.85")

unspecified = Check(
    id="diagnosis-unspecified",
    family="diagnosis",
    title="The record names a more specific diagnosis of the same category",
    authority=f"{GUIDELINES}, I.B.2 and I.B.18",
    severity=Severity.INFO,
    needs=("icd10cm", "documentation"),
    when=(Mark.DOCUMENTED,),
)
diabetes_drug = Check(
    id="diagnosis-diabetes-drug",
    family="diagnosis",
    title="The record names a drug against diabetes that the claim does not",
    authority=f"{GUIDELINES}, I.C.4.a.3; the notes at E08 to E13",
    severity=Severity.INFO,
    needs=("documentation",),
    when=(Mark.DOCUMENTED, diagnosed(*DIABETES)),
)


@unspecified.review
def named_more_exactly(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A signed entry, billable on the day, of the same category, that leaves nothing open."""
    assert case.documentation is not None
    assert codesets.icd10cm is not None
    if not case.documentation.diagnoses:
        return
    billed = {coded.code for coded in listed(case).every}
    for entry, row in reported(case, codesets):
        if not row.unspecified:
            continue
        for said in case.documentation.diagnoses:
            code = dotted(said.code) if is_icd(said.code) else ""
            if not said.signed or code[:3] != row.code[:3] or code in billed:
                continue
            finer = codesets.icd10cm.find(code, on=day_of(case))
            if finer is not None and finer.billable and not finer.unspecified:
                yield unspecified.finding(
                    None,
                    f"{entry.code} leaves open what the record says: {code}",
                    codes=(entry.code, code),
                    quote=(said.number,),
                )


@diabetes_drug.review
def drug_not_told(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Diabetes on the claim, the drug among the record's diagnoses only."""
    assert case.documentation is not None
    if not case.documentation.diagnoses:
        return
    said = listed(case)
    if not said.of(*DIABETES):
        return
    billed = {coded.code for coded in said.every}
    for entry in case.documentation.diagnoses:
        code = dotted(entry.code) if is_icd(entry.code) else ""
        if entry.signed and code.startswith(DIABETES_DRUGS) and code not in billed:
            yield diabetes_drug.finding(
                None,
                f"The record names {code}, the claim has diabetes without it",
                codes=(code,),
                quote=(entry.number,),
            )
