"""Value codes: their form, the days they count, and what another payer's turn needs.

Authority: NUBC UB-04 manual, form locators 39 to 41; Medicare Claims Processing Manual
(Pub. 100-04), ch. 25, section 75; Medicare Benefit Policy Manual (Pub. 100-02), ch. 3 and 5;
Medicare Secondary Payer Manual (Pub. 100-05), ch. 3; 42 CFR 409.61.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from bots.checks.catalogue import Check
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.institutional_ground import (
    INPATIENT,
    bill_class,
    frequency,
    medicares,
    stay_days,
    unless_hidden,
    value_of,
)
from bots.checks.marks import Mark
from bots.claims import Case, Claim, plain
from bots.codesets import CodeSets

_FL39 = "NUBC UB-04 manual, form locators 39 to 41"
_MSP = "Medicare Secondary Payer Manual (Pub. 100-05), ch. 3"
_VALUE = Denial("CO", "16", "M49")
_CODE = re.compile(r"[0-9A-Z]{2}")

_MSP_CODES = frozenset({"12", "13", "14", "15", "16", "41", "43", "47"})
# The accident that makes another insurer primary, by its value code.
_ACCIDENT = {"14": ("01", "02"), "15": ("04",), "47": ("03",)}
_MOST_DAYS = {"82": {"11": 30, "41": 30, "18": 80, "21": 80}, "83": {"11": 60, "41": 60}}
_DAYS = {"82": "coinsurance days", "83": "lifetime reserve days"}

form = Check(
    id="value-code-form",
    family="institutional",
    title="A value code is not two letters or digits",
    authority=f"{_FL39}; 005010X223A2, HI*BE",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=_VALUE,
)
amount = Check(
    id="value-code-amount",
    family="institutional",
    title="A value code has no amount, or one below zero",
    authority=f"{_FL39}; 005010X223A2, HI01-5",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=_VALUE,
)
repeated = Check(
    id="value-code-repeated",
    family="institutional",
    title="A value code stands twice",
    authority=_FL39,
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=_VALUE,
)
days_missing = Check(
    id="covered-days-missing",
    family="institutional",
    title="An inpatient bill to Medicare counts no days",
    authority=f"{_FL39} (80 and 81); "
    "Medicare Claims Processing Manual (Pub. 100-04), ch. 25, section 75",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL, Mark.MEDICARE),
    denial=Denial("CO", "16", "M53"),
)
days_wrong = Check(
    id="covered-days-statement",
    family="institutional",
    title="Covered and noncovered days do not make up the statement",
    authority=f"{_FL39} (80 and 81) and 6; "
    "Medicare Benefit Policy Manual (Pub. 100-02), ch. 3, 20.1",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=Denial("CO", "16", "M53"),
)
too_many_days = Check(
    id="benefit-days-over-limit",
    family="institutional",
    title="More coinsurance or lifetime reserve days than the law has",
    authority="42 CFR 409.61; NUBC UB-04 manual, form locators 39 to 41 (82 and 83)",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL, Mark.MEDICARE),
    denial=Denial("CO", "16", "M53"),
)
blood = Check(
    id="blood-pints",
    family="institutional",
    title="The pints of blood in the value codes contradict each other",
    authority="42 CFR 409.87; NUBC UB-04 manual, form locators 39 to 41 (37, 38 and 39)",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=_VALUE,
)
payer_missing = Check(
    id="msp-value-without-payer",
    family="institutional",
    title="A value code says that another insurer pays first; none is named",
    authority=f"{_MSP}; {_FL39} (12 to 16, 41, 43 and 47)",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=Denial("CO", "22", "MA04"),
)
accident = Check(
    id="msp-accident-undated",
    family="institutional",
    title="An accident's insurer pays first, and no occurrence code dates the accident",
    authority=f"{_MSP}; NUBC UB-04 manual, form locators 31 to 34 (01 to 04) and 39 to 41",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=Denial("CO", "16", "M45"),
)
dialysis = Check(
    id="dialysis-values-missing",
    family="institutional",
    title="A dialysis bill lacks the patient's weight or height",
    authority="Medicare Claims Processing Manual (Pub. 100-04), ch. 8, section 50 (A8 and A9)",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=_VALUE,
)


@form.review
def malformed(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Two characters."""
    for entry in case.claim.values if bill_class(case.claim) else ():
        if not _CODE.fullmatch(entry.code):
            yield form.finding(None, f"{entry.code or 'Empty'}: a value code has two characters")


@amount.review
def without_amount(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Zero is an amount: a primary payer may have paid nothing."""
    for entry in case.claim.values if bill_class(case.claim) else ():
        if entry.amount is None or entry.amount < 0:
            said = "no amount" if entry.amount is None else "an amount below zero"
            yield amount.finding(None, f"Value code {entry.code} has {said}", codes=(entry.code,))


@repeated.review
def twice(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Which of two amounts holds cannot be told."""
    if bill_class(case.claim):
        for code, count in Counter(entry.code for entry in case.claim.values).items():
            if count > 1:
                yield repeated.finding(
                    None, f"Value code {code} stands {count} times", codes=(code,)
                )


@days_missing.review
def no_days(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """80 or 81, on an inpatient bill that bills days (frequency 1 to 4, 7)."""
    claim = case.claim
    if not claim.coverage.is_medicare or bill_class(claim) not in INPATIENT:
        return
    if frequency(claim) in {"1", "2", "3", "4", "7"} and _days(claim) is None:
        yield unless_hidden(
            days_missing.finding(None, "Neither value code 80 nor 81 counts the days"),
            claim,
            "values",
        )


@days_wrong.review
def other_days(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent without 80 and 81, and where the statement's days cannot be told."""
    claim = case.claim
    counted, stay = _days(claim), stay_days(claim)
    if bill_class(claim) not in INPATIENT or counted is None or stay is None:
        return
    if counted != stay:
        yield days_wrong.finding(
            None,
            f"Value codes 80 and 81 count {plain(counted)} days; the statement has {stay}",
            codes=("80", "81"),
        )


@too_many_days.review
def beyond_the_benefit(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A hospital: 30 coinsurance, 60 lifetime reserve days; a nursing facility: 80."""
    claim = case.claim
    if not claim.coverage.is_medicare:
        return
    for code, limits in _MOST_DAYS.items():
        entry, most = value_of(claim, code), limits.get(bill_class(claim))
        if entry and entry.amount is not None and most is not None and entry.amount > most:
            yield too_many_days.finding(
                None,
                f"Value code {code}: {plain(entry.amount)} {_DAYS[code]}; the limit is {most}",
                codes=(code,),
            )


@blood.review
def pints_that_do_not_add_up(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Deductible at most three pints; deductible and replaced at most what was furnished."""
    claim = case.claim
    if not bill_class(claim):
        return
    furnished, deductible, replaced = (_amount(claim, code) for code in ("37", "38", "39"))
    if deductible is not None and deductible > 3:
        yield blood.finding(
            None, f"Value code 38: {plain(deductible)} pints; the deductible is 3", codes=("38",)
        )
    elif furnished is not None and (deductible or 0) + (replaced or 0) > furnished:
        yield blood.finding(
            None,
            f"{plain((deductible or Decimal(0)) + (replaced or Decimal(0)))} pints deductible and "
            f"replaced; {plain(furnished)} were furnished",
            codes=("37", "38", "39"),
        )


@payer_missing.review
def first_payer_unnamed(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Any payer beside the one billed will do."""
    claim = case.claim
    codes = sorted({entry.code for entry in claim.values} & _MSP_CODES)
    if bill_class(claim) and codes and not claim.other_payers:
        yield unless_hidden(
            payer_missing.finding(
                None,
                f"Value code {' and '.join(codes)} gives a first insurer's payment; "
                "no other payer is named",
                codes=codes,
                severity=medicares(case),
            ),
            claim,
            "other_payers",
        )


@accident.review
def accident_without_its_day(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """No-fault 01 or 02, workers' compensation 04, liability 03."""
    claim = case.claim
    if not bill_class(claim):
        return
    dated = {entry.code for entry in claim.occurrences if entry.since}
    for code, wanted in _ACCIDENT.items():
        if value_of(claim, code) and not dated.intersection(wanted):
            yield unless_hidden(
                accident.finding(
                    None,
                    f"Value code {code} asks for occurrence code {' or '.join(wanted)} "
                    "with its date",
                    codes=(code,),
                    severity=medicares(case),
                ),
                claim,
                "occurrences",
            )


@dialysis.review
def dialysis_without_weight(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Type of bill 72x to Medicare: A8 kilograms, A9 centimeters."""
    claim = case.claim
    if bill_class(claim) != "72" or not claim.coverage.is_medicare:
        return
    lacking = [code for code in ("A8", "A9") if not _amount(claim, code)]
    if lacking:
        yield unless_hidden(
            dialysis.finding(
                None, f"Value code {' and '.join(lacking)} is missing or zero", codes=lacking
            ),
            claim,
            "values",
        )


def _amount(claim: Claim, code: str) -> Decimal | None:
    entry = value_of(claim, code)
    return entry.amount if entry else None


def _days(claim: Claim) -> Decimal | None:
    """Covered and noncovered days together; None where neither is there."""
    counts = [entry for entry in (_amount(claim, "80"), _amount(claim, "81")) if entry is not None]
    return sum(counts, Decimal(0)) if counts else None
