"""Deliveries: the outcome, and what a normal one rules out.

Authority: ICD-10-CM Official Guidelines FY2026, I.C.15.b.5 and I.C.15.n, and the note at O80.
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.concerns import coded, diagnosed
from bots.checks.diagnosis_list import GUIDELINES, listed
from bots.checks.findings import Denial, Finding, Severity
from bots.claims import Case
from bots.codesets import CodeSets

DELIVERED = ("O80", "O82")
# Global and delivery-only obstetric packages (CPT, maternity care and delivery).
DELIVERIES = frozenset(
    {
        "59400", "59409", "59410", "59510", "59514", "59515", "59610", "59612", "59614", "59618",
        "59620", "59622",
    }
)  # fmt: skip

outcome_missing = Check(
    id="pregnancy-outcome-missing",
    family="diagnosis",
    title="A delivery without its outcome",
    authority=f"{GUIDELINES}, I.C.15.b.5",
    severity=Severity.WARNING,
    when=(coded(DELIVERIES) | diagnosed(*DELIVERED),),
)
normal_delivery = Check(
    id="pregnancy-normal-delivery",
    family="diagnosis",
    title="A delivery without complication, and something that contradicts it",
    authority=f"{GUIDELINES}, I.C.15.n; the note at O80",
    severity=Severity.ERROR,
    when=(diagnosed("O80"),),
    denial=Denial("CO", "16", "M76"),
)


@outcome_missing.review
def no_outcome(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The diagnosis or the procedure says that the claim is one of a delivery.

    At O80 the outcome is always Z37.0, and `pregnancy-normal-delivery` speaks of it.
    """
    lines = [line for line in case.claim.lines if line.procedure in DELIVERIES]
    if not lines and not any(entry.code.startswith("O") for entry in case.claim.diagnoses):
        return
    said = listed(case)
    codes = [coded.entry.code for coded in said.of(*DELIVERED)]
    if (lines or codes) and not said.of("Z37") and not said.of("O80"):
        yield outcome_missing.finding(
            lines,
            "A delivery, and no outcome of delivery (Z37)",
            codes=codes or [line.procedure for line in lines],
        )


@normal_delivery.review
def not_so_normal(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """O80 stands alone of its chapter, first, and with Z37.0."""
    said = listed(case)
    normal = next(iter(said.of("O80")), None)
    if normal is None:
        return
    against = [coded for coded in said.of("O") if coded.code != "O80"]
    against += [coded for coded in said.of("Z37") if coded.code != "Z37.0"]
    if against:
        yield normal_delivery.finding(
            None,
            "O80 is not used with " + ", ".join(coded.entry.code for coded in against),
            codes=["O80", *(coded.entry.code for coded in against)],
        )
    elif not said.of("Z37"):
        yield normal_delivery.finding(
            None, "O80 stands with the outcome Z37.0; it is not there", codes=("O80",)
        )
    elif said.first is not None and said.first is not normal:
        yield normal_delivery.finding(
            None,
            f"O80 is always first-listed; {said.first.entry.code} stands before it",
            codes=("O80", said.first.entry.code),
        )
