"""Sepsis, HIV and COVID-19: what goes together, and what comes first.

Authority: ICD-10-CM Official Guidelines FY2026, I.C.1.a (HIV), I.C.1.d (sepsis), I.C.1.g
(COVID-19), I.C.15.f and I.C.15.s (both in pregnancy).
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.concerns import diagnosed
from bots.checks.diagnosis_list import GUIDELINES, listed
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.forms import dotted, is_icd
from bots.checks.marks import Mark
from bots.claims import Case
from bots.codesets import CodeSets

# Codes that say sepsis, or a systemic infection, by their titles.
SEPSIS = (
    "A02.1", "A20.7", "A21.7", "A22.7", "A24.1", "A26.7", "A28.2", "A32.7", "A39.2", "A39.3",
    "A39.4", "A40", "A41", "A42.7", "A54.86", "B00.7", "B37.7", "O03.37", "O03.87", "O04.87",
    "O07.37", "O08.82", "O75.3", "O85", "O86.04", "P36", "T80.211", "T80.22", "T80.29", "T81.44",
    "T88.0", "U07.1",
)  # fmt: skip
# Infections of one place, of which sepsis comes most often.
LOCAL = (
    "J12", "J13", "J14", "J15", "J16", "J17", "J18", "J69.0", "N10", "N12", "N30.0", "N39.0",
    "L03", "K57.0", "K57.2", "K57.8", "K65", "K81.0", "K83.0", "M00", "M86.1", "I33.0",
)  # fmt: skip

severe_sepsis = Check(
    id="diagnosis-severe-sepsis",
    family="diagnosis",
    title="Severe sepsis without the systemic infection that it comes of",
    authority=f"{GUIDELINES}, I.C.1.d.1.b",
    severity=Severity.WARNING,
    when=(diagnosed("R65.2"),),
    denial=Denial("CO", "16", "M76"),
)
sepsis_order = Check(
    id="diagnosis-sepsis-order",
    family="diagnosis",
    title="The infection of one place stands before the sepsis",
    authority=f"{GUIDELINES}, I.C.1.d.4",
    severity=Severity.WARNING,
    when=(Mark.SEVERAL_DIAGNOSES, diagnosed("A40", "A41")),
)
hiv_before = Check(
    id="diagnosis-hiv-before",
    family="diagnosis",
    title="HIV infection without disease, and HIV disease on an earlier claim",
    authority=f"{GUIDELINES}, I.C.1.a.2",
    severity=Severity.WARNING,
    needs=("history",),
    when=(Mark.HISTORY, diagnosed("Z21", "R75")),
)
exposure = Check(
    id="diagnosis-covid-exposure",
    family="diagnosis",
    title="COVID-19 and mere exposure to it on one claim",
    authority=f"{GUIDELINES}, I.C.1.g.1.e",
    severity=Severity.WARNING,
    when=(diagnosed("U07.1"), diagnosed("Z20.822")),
)
in_pregnancy = Check(
    id="diagnosis-infection-in-pregnancy",
    family="diagnosis",
    title="HIV or COVID-19 beside pregnancy, without the code of chapter 15 that comes first",
    authority=f"{GUIDELINES}, I.C.15.f and I.C.15.s",
    severity=Severity.WARNING,
    when=(diagnosed("O"), diagnosed("B20", "Z21", "U07.1")),
)


@severe_sepsis.review
def no_underlying_infection(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """R65.2 takes two codes at the least: the systemic infection, then R65.2.

    Where R65.2 itself is first-listed, `diagnosis-code-first-missing` has said so.
    """
    said = listed(case)
    severe = said.of("R65.2") if "R" in said.letters else []
    if not severe or severe[0] is said.first or said.of(*SEPSIS):
        return
    yield severe_sepsis.finding(
        None,
        f"{severe[0].entry.code} is there and no sepsis (A40, A41 or its like)",
        codes=(severe[0].entry.code,),
    )


@sepsis_order.review
def local_infection_leads(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent where the sepsis was not present on admission: then the infection came first."""
    said = listed(case)
    if said.first is None or not said.first.code.startswith(LOCAL):
        return
    for coded in said.of("A40", "A41"):
        if coded.entry.present_on_admission not in ("N", "U"):
            yield sepsis_order.finding(
                None,
                f"{said.first.entry.code} stands before {coded.entry.code}",
                codes=(said.first.entry.code, coded.entry.code),
            )
            return


@hiv_before.review
def disease_known_before(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Once B20, always B20: Z21 and R75 are not used again for this patient."""
    assert case.history is not None
    said = listed(case)
    now = said.of("Z21", "R75")
    if not now or said.of("B20"):
        return
    today = case.claim.service_from
    for claim in case.history:
        earlier = claim.service_from
        if today is None or earlier is None or earlier > today:
            continue
        if any(is_icd(e.code) and dotted(e.code) == "B20" for e in claim.diagnoses):
            yield hiv_before.finding(
                None,
                f"{now[0].entry.code}; claim {claim.number} has B20",
                codes=(now[0].entry.code, "B20"),
            )
            return


@exposure.review
def exposed_and_ill(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Exposure is for those who are not known to be infected."""
    said = listed(case)
    if said.of("U07.1") and (found := said.of("Z20.822")):
        yield exposure.finding(
            None,
            f"U07.1 and {found[0].entry.code} on one claim",
            codes=("U07.1", found[0].entry.code),
        )


@in_pregnancy.review
def chapter_15_lacks(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A code of chapter 15 stands on the claim, and not the one for this infection."""
    said = listed(case)
    if not said.of("O"):
        return
    for codes, first in ((("B20", "Z21"), "O98.7"), (("U07.1",), "O98.5")):
        found = said.of(*codes)
        if found and not said.of(first):
            yield in_pregnancy.finding(
                None,
                f"{found[0].entry.code} in pregnancy comes after a code of {first}; none is there",
                codes=(found[0].entry.code,),
            )
