"""Where the patient went, and where the patient's other bills say so.

Authority: 42 CFR 412.4 (discharges and transfers), 412.2(c)(5) (three days before an admission);
Medicare Claims Processing Manual (Pub. 100-04), ch. 3, sections 40.2.4 (transfers), 40.2.5
(repeat admissions) and 40.3 (outpatient services before an inpatient one). Which DRGs are on the
post-acute list is in the year's Table 5, which is no code set of ours: a person confirms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.day import biller, other_bills
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.institutional_ground import ACUTE, bill_class, revenue_of
from bots.checks.marks import Mark
from bots.claims import Case, Claim
from bots.codesets import CodeSets

_CHAPTER_3 = "Medicare Claims Processing Manual (Pub. 100-04), ch. 3"
_WHEN = (Mark.INSTITUTIONAL, Mark.MEDICARE)
# 02 and 66: to another acute hospital, any DRG. The others: to post-acute care, DRGs of the list.
_ACUTE_TRANSFER = frozenset({"02", "66", "82", "94"})
_POST_ACUTE = frozenset({"03", "05", "06", "50", "51", "62", "63", "65",
                         "83", "85", "86", "90", "91", "93"})  # fmt: skip
_HOME = frozenset({"01", "81"})
# What begins so soon after a discharge to home makes it a transfer: days by bill class.
_AFTER = {"32": 3, "21": 0, "11": 0, "18": 0, "81": 0, "82": 0}
_WINDOW_DAYS = 3
_OUTSIDE = ("054", "082", "083", "084", "085")
# What section 40.3 calls diagnostic, by revenue code: nobody can attest that it is not related.
_DIAGNOSTIC = re.compile(
    r"025[45]|03[0-2][0-9]|034[13]|035[0-9]|037[12]|040[0-9]|046[0-9]|0471|048[23]|053[0-9]"
    r"|06[12][0-9]|07[34][0-9]|0918|092[0-9]"
)

transfer = Check(
    id="transfer-payment",
    family="institutional",
    title="The discharge status makes the stay a transfer",
    authority=f"42 CFR 412.4(b), (c) and (f); {_CHAPTER_3}, section 40.2.4",
    severity=Severity.INFO,
    when=_WHEN,
)
home_but_not = Check(
    id="discharge-status-against-history",
    family="institutional",
    title="Discharged to home, and another provider's care begins at once",
    authority=f"42 CFR 412.4(c); {_CHAPTER_3}, section 40.2.4",
    severity=Severity.WARNING,
    needs=("history",),
    when=(*_WHEN, Mark.HISTORY),
    denial=Denial("CO", "16", "MA43"),
)
readmitted = Check(
    id="same-day-readmission",
    family="institutional",
    title="Two stays at one hospital that touch on one day",
    authority=f"{_CHAPTER_3}, section 40.2.5 (condition code B4)",
    severity=Severity.WARNING,
    needs=("history",),
    when=(*_WHEN, Mark.HISTORY),
    denial=Denial("CO", "97", "N47"),
)
window = Check(
    id="payment-window",
    family="institutional",
    title="Outpatient services of the three days before an admission, billed apart",
    authority=f"42 CFR 412.2(c)(5); {_CHAPTER_3}, section 40.3",
    severity=Severity.ERROR,
    needs=("history",),
    when=(*_WHEN, Mark.HISTORY),
    denial=Denial("CO", "60"),
)
during = Check(
    id="outpatient-during-stay",
    family="institutional",
    title="Outpatient services of a hospital while the patient was its inpatient",
    authority=f"42 CFR 412.2(c) and 409.10; {_CHAPTER_3}, section 40.3",
    severity=Severity.ERROR,
    needs=("history",),
    when=(*_WHEN, Mark.HISTORY),
    denial=Denial("CO", "97", "M2"),
)


@transfer.review
def paid_by_the_day(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Final bills of an acute stay; condition code 42 or 43 takes home health (06) out."""
    claim, status = case.claim, case.claim.discharge_status.strip()
    if bill_class(claim) != "11" or not claim.coverage.is_medicare:
        return
    if status in {"06", "86"} and {"42", "43"}.intersection(claim.condition_codes):
        return
    if status in _ACUTE_TRANSFER:
        words = "any DRG is paid by the day up to its full amount"
    elif status in _POST_ACUTE:
        words = "a DRG of the post-acute list is paid by the day up to its full amount"
    else:
        return
    yield transfer.finding(
        None, f"Discharge status {status} is a transfer: {words}; confirm where the patient went",
        codes=(status,),
    )  # fmt: skip


@home_but_not.review
def home_that_was_none(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Home health within three days, a facility on the day itself, by the other bills."""
    claim, left = case.claim, case.claim.statement_through
    if bill_class(claim) not in ACUTE or left is None or claim.discharge_status not in _HOME:
        return
    if {"42", "43"}.intersection(claim.condition_codes):
        return
    for other in _others(case):
        kind = bill_class(other)
        began = other.admitted_on or other.service_from
        if kind not in _AFTER or began is None or biller(other) == biller(claim):
            continue
        if 0 <= (began - left).days <= _AFTER[kind]:
            yield home_but_not.finding(
                None,
                f"Discharge status {claim.discharge_status} on {left.isoformat()}; claim "
                f"{other.number} (type of bill {other.bill_type}) begins on {began.isoformat()}",
                codes=(claim.discharge_status,),
            )


@readmitted.review
def back_on_the_same_day(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Related: one bill. Unrelated: condition code B4 on the second."""
    claim, admitted = case.claim, case.claim.admitted_on
    if bill_class(claim) != "11" or admitted is None or "B4" in claim.condition_codes:
        return
    for other in _others(case):
        still = other.discharge_status == "30"
        if bill_class(other) != "11" or biller(other) != biller(claim) or still:
            continue
        if other.statement_through == admitted and other.admitted_on != admitted:
            yield readmitted.finding(
                None,
                f"Admitted on {admitted.isoformat()}, the day on which the stay of claim "
                f"{other.number} ended; without condition code B4 both are one bill",
                codes=("B4",),
            )


@window.review
def billed_apart_from_the_stay(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The same hospital; condition code 51 attests that what is not diagnostic is not related.

    A hospital that is not paid by DRG has a window of one day (42 CFR 413.40(c)(2)), so that two
    and three days are a warning. Ambulance and dialysis stay outside of the window.
    """
    claim, last = case.claim, case.claim.service_through
    if bill_class(claim) != "13" or last is None:
        return
    diagnostic = [line for line in claim.lines if _DIAGNOSTIC.fullmatch(revenue_of(line))]
    if "51" in claim.condition_codes and not diagnostic:
        return
    if claim.lines and all(revenue_of(line).startswith(_OUTSIDE) for line in claim.lines):
        return
    for stay in _stays(case):
        admitted = stay.admitted_on
        if admitted is None or not 0 < (admitted - last).days <= _WINDOW_DAYS:
            continue
        yield window.finding(
            diagnostic if "51" in claim.condition_codes else None,
            f"The services end on {last.isoformat()}; claim {stay.number} of this hospital is an "
            f"admission of {admitted.isoformat()}, within three days"
            + ("; 51 is not for diagnostic services" if "51" in claim.condition_codes else ""),
            severity=Severity.ERROR if (admitted - last).days == 1 else Severity.WARNING,
        )


@during.review
def outpatient_of_an_inpatient(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Lines between admission and discharge; on the day of discharge the patient may be back."""
    claim = case.claim
    if bill_class(claim) not in {"13", "14"}:
        return
    for stay in _stays(case):
        admitted, left = stay.admitted_on, stay.statement_through
        if admitted is None or left is None:
            continue
        lines = [
            line
            for line in claim.lines
            if line.service_date is not None and admitted <= line.service_date < left
        ]
        if lines:
            yield during.finding(
                lines,
                f"The patient was an inpatient from {admitted.isoformat()} to "
                f"{left.isoformat()} (claim {stay.number} of this hospital)",
            )


def _others(case: Case) -> Iterator[Claim]:
    """The patient's other bills that count."""
    if case.claim.coverage.is_medicare:
        yield from other_bills(case)


def _stays(case: Case) -> Iterator[Claim]:
    """Acute stays at the hospital that bills."""
    for other in _others(case):
        if bill_class(other) == "11" and biller(other) == biller(case.claim):
            yield other
