"""Malignant neoplasms: the primary, the secondary, and the one that was.

Authority: ICD-10-CM Official Guidelines FY2026, I.C.2.j (disseminated), I.C.2.k (unspecified site)
and I.C.2.m (current or history).
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.concerns import diagnosed, diagnosis, none
from bots.checks.diagnosis_list import GUIDELINES, Coded, listed
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.marks import Mark
from bots.claims import Case
from bots.codesets import CodeSets

SECONDARY = ("C77", "C78", "C79", "C7B")
# The history of one organ, and the codes of that organ's primary.
HISTORY = {
    "Z85.01": ("C15",), "Z85.028": ("C16",), "Z85.038": ("C18",), "Z85.048": ("C19", "C20", "C21"),
    "Z85.05": ("C22",), "Z85.07": ("C25",), "Z85.118": ("C34",), "Z85.21": ("C32",),
    "Z85.3": ("C50",), "Z85.41": ("C53",), "Z85.42": ("C54", "C55"), "Z85.43": ("C56",),
    "Z85.46": ("C61",), "Z85.47": ("C62",), "Z85.51": ("C67",), "Z85.528": ("C64",),
    "Z85.820": ("C43",), "Z85.850": ("C73",),
}  # fmt: skip

everywhere = Check(
    id="diagnosis-neoplasm-disseminated",
    family="diagnosis",
    title="A disseminated neoplasm beside sites that are known",
    authority=f"{GUIDELINES}, I.C.2.j",
    severity=Severity.WARNING,
    when=(Mark.SEVERAL_DIAGNOSES, diagnosed("C80.0")),
    denial=Denial("CO", "16", "M76"),
)
no_primary = Check(
    id="diagnosis-neoplasm-without-primary",
    family="diagnosis",
    title="A secondary neoplasm without the primary one, known, unknown or past",
    authority=f"{GUIDELINES}, I.C.2.k and I.C.2.m",
    severity=Severity.INFO,
    when=(
        diagnosed(*SECONDARY),
        none(diagnosis(lambda code: code[0] == "C" and not code.startswith(SECONDARY))),
    ),
)
past_and_present = Check(
    id="diagnosis-neoplasm-past-and-present",
    family="diagnosis",
    title="A malignant neoplasm and the history of one of the same organ",
    authority=f"{GUIDELINES}, I.C.2.m",
    severity=Severity.INFO,
    when=(diagnosed("Z85"), diagnosed("C", "D")),
)


@everywhere.review
def sites_are_known(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """C80.0 is for a patient of whom no site is known, neither primary nor secondary."""
    said = listed(case)
    found = said.of("C80.0")
    others = [coded for coded in said.of("C") if not coded.code.startswith("C80")]
    if found and others:
        yield everywhere.finding(
            None,
            "C80.0 is not used beside " + ", ".join(coded.entry.code for coded in others),
            codes=["C80.0", *(coded.entry.code for coded in others)],
        )


@no_primary.review
def comes_from_nowhere(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Any primary, C80.1 for one that is not known, or Z85 for one that was: each will do."""
    said = listed(case)
    found = said.of(*SECONDARY)
    if found and not said.of("Z85") and not any(map(_is_primary, said.of("C"))):
        yield no_primary.finding(
            None,
            f"{found[0].entry.code} is secondary; the claim has no primary, no C80.1 and no Z85",
            codes=[coded.entry.code for coded in found],
        )


@past_and_present.review
def over_and_treated(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """History is for a neoplasm that is gone and treated no more. The other side may be new."""
    said = listed(case)
    for past in said.of("Z85"):
        now = said.of(*HISTORY.get(past.code, ("-",)))
        if now:
            yield past_and_present.finding(
                None,
                f"{now[0].entry.code} is treated, {past.entry.code} says that it is over",
                codes=(now[0].entry.code, past.entry.code),
            )


def _is_primary(coded: Coded) -> bool:
    return not coded.code.startswith(SECONDARY)
