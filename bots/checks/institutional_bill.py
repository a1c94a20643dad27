"""The type of bill against what the rest of the claim says.

Authority: NUBC UB-04 manual, form locators 4, 6 and 12; Medicare Claims Processing Manual
(Pub. 100-04), ch. 25, section 75 (which form locators Medicare asks for), ch. 3, section 50.3
(late charges) and section 40 (inpatient hospital).
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.institutional_ground import (
    ACUTE,
    INPATIENT,
    bill_class,
    frequency,
    medicares,
    unless_hidden,
)
from bots.checks.marks import Mark
from bots.claims import Case, ClaimType
from bots.codesets import CodeSets

_CHAPTER_25 = "Medicare Claims Processing Manual (Pub. 100-04), ch. 25, section 75"
_BILL = Denial("CO", "16", "MA30")
_ADMITTED = Denial("CO", "16", "MA40")

# Facility and classification that Medicare knows.
_CLASSES = frozenset({
    "11", "12", "13", "14", "18", "21", "22", "23", "28", "32", "34", "41", "43", "65", "66",
    "71", "72", "73", "74", "75", "76", "77", "78", "79", "81", "82", "83", "84", "85", "86",
    "87", "89",
})  # fmt: skip
# Besides inpatient bills: home health and hospice say when care began.
_SAY_ADMISSION = INPATIENT | {"32", "81", "82"}
# Paid prospectively: what was left out is billed by an adjustment (xx7), not as a late charge.
# Of 11x and 13x the check `frequency-late-charges` speaks.
_NO_LATE_CHARGE = frozenset({"12", "14", "18", "21", "32", "72"})
# Part of what these bill is paid otherwise, and may come late: nonpatient tests, dialysis extras.
_PARTLY = frozenset({"14", "72"})
_WINDOW_DAYS = 3

unknown = Check(
    id="bill-type-unknown",
    family="institutional",
    title="No such facility and classification in a type of bill",
    authority=f"NUBC UB-04 manual, form locator 4; {_CHAPTER_25}",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=_BILL,
)
frequency_disagrees = Check(
    id="bill-type-frequency-disagrees",
    family="institutional",
    title="The type of bill and the frequency code say two different things",
    authority="NUBC UB-04 manual, form locator 4, third position; 005010X223A2, CLM05-3",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=_BILL,
)
late_charge = Check(
    id="late-charge-bill",
    family="institutional",
    title="A late charge bill where Medicare takes only an adjustment",
    authority="Medicare Claims Processing Manual (Pub. 100-04), ch. 3, section 50.3",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=_BILL,
)
admission_missing = Check(
    id="stay-admission-date-missing",
    family="institutional",
    title="A bill of a stay has no admission date",
    authority=f"NUBC UB-04 manual, form locator 12; {_CHAPTER_25}; 005010X223A2, DTP*435",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=_ADMITTED,
)
admission_late = Check(
    id="admission-after-statement",
    family="institutional",
    title="The patient was admitted after the statement ends",
    authority="NUBC UB-04 manual, form locators 6 and 12; 005010X223A2, DTP*434 and DTP*435",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=_ADMITTED,
)
admission_early = Check(
    id="admission-before-first-bill",
    family="institutional",
    title="The first or only bill of a stay begins after the admission",
    authority="NUBC UB-04 manual, form locators 4, 6 and 12",
    severity=Severity.WARNING,
    when=(Mark.INSTITUTIONAL,),
    denial=Denial("CO", "16", "MA31"),
)
before_window = Check(
    id="statement-before-payment-window",
    family="institutional",
    title="The statement begins more than three days before the admission",
    authority="42 CFR 412.2(c)(5); Medicare Claims Processing Manual (Pub. 100-04), ch. 3, 40.3",
    severity=Severity.WARNING,
    when=(Mark.INSTITUTIONAL, Mark.SPAN),
    denial=Denial("CO", "16", "MA31"),
)


@unknown.review
def class_that_nobody_bills(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A malformed type of bill is the family format's; another payer may know more classes."""
    kind = bill_class(case.claim)
    if kind and kind not in _CLASSES:
        yield unknown.finding(
            None,
            f"Type of bill {case.claim.bill_type}: no facility and classification {kind} is known",
            codes=(case.claim.bill_type,),
            severity=medicares(case),
        )


@frequency_disagrees.review
def two_frequencies(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent where the claim has no frequency code of its own."""
    claim, third = case.claim, frequency(case.claim)
    if third and claim.frequency_code and third != claim.frequency_code:
        yield frequency_disagrees.finding(
            None,
            f"Type of bill {claim.bill_type} ends in {third}, "
            f"the claim's frequency is {claim.frequency_code}",
            codes=(claim.bill_type,),
        )


@late_charge.review
def late_charges_under_a_prospective_payment(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Medicare only: other payers may take them."""
    claim = case.claim
    if not claim.coverage.is_medicare or frequency(claim) != "5":
        return
    if bill_class(claim) in _NO_LATE_CHARGE:
        yield late_charge.finding(
            None,
            f"Type of bill {claim.bill_type} is a late charge; this bill is corrected "
            "by an adjustment with frequency 7",
            codes=(claim.bill_type,),
            severity=Severity.WARNING if bill_class(claim) in _PARTLY else None,
        )


@admission_missing.review
def stay_without_admission(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Inpatient, home health and hospice."""
    claim = case.claim
    if bill_class(claim) in _SAY_ADMISSION and claim.admitted_on is None:
        yield unless_hidden(
            admission_missing.finding(
                None, f"Type of bill {claim.bill_type} asks for the admission date; there is none"
            ),
            claim,
            "admitted_on",
        )


@admission_late.review
def admitted_after_the_statement(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Any bill that gives both dates."""
    claim = case.claim
    admitted, end = claim.admitted_on, claim.statement_through
    if claim.type is not ClaimType.INSTITUTIONAL:
        return
    if admitted and end and admitted > end:
        yield admission_late.finding(
            None,
            f"Admitted on {admitted.isoformat()}; the statement ends on {end.isoformat()}",
        )


@admission_early.review
def first_bill_begins_late(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Frequency 1 or 2 of an acute stay; days before Part A began are the exception."""
    claim = case.claim
    admitted, start = claim.admitted_on, claim.statement_from
    if bill_class(claim) not in ACUTE or frequency(claim) not in {"1", "2"}:
        return
    if admitted and start and admitted < start:
        yield admission_early.finding(
            None,
            f"Admitted on {admitted.isoformat()}; a bill with frequency {frequency(claim)} "
            f"begins on {start.isoformat()}",
        )


@before_window.review
def statement_before_the_window(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Outpatient services of the three days before belong to the stay, older ones do not."""
    claim = case.claim
    admitted, start = claim.admitted_on, claim.statement_from
    if not claim.coverage.is_medicare or bill_class(claim) != "11" or not admitted or not start:
        return
    if (admitted - start).days > _WINDOW_DAYS:
        yield before_window.finding(
            None,
            f"The statement begins {(admitted - start).days} days before the admission; "
            f"the payment window is {_WINDOW_DAYS} days",
        )
