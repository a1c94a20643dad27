"""Condition codes: their form, which rule each other out, and what each asks of the bill.

Authority: NUBC UB-04 manual, form locators 18 to 28; Medicare Claims Processing Manual
(Pub. 100-04), ch. 1, sections 50.3 (condition codes 44 and W2), 60 (20 and 21, noncovered
charges) and 130 (claim change reasons); ch. 3, 40.2.4 and 42 CFR 412.4 (42 and 43).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.institutional_ground import bill_class, frequency, unless_hidden
from bots.checks.marks import Mark
from bots.claims import Case
from bots.codesets import CodeSets

_FL18 = "NUBC UB-04 manual, form locators 18 to 28"
_CHAPTER_1 = "Medicare Claims Processing Manual (Pub. 100-04), ch. 1"
_CONDITION = Denial("CO", "16", "M44")
_CODE = re.compile(r"[0-9A-Z]{2}")

# Of each set at most one can be true.
_ONE_OF = (
    (frozenset({"20", "21"}), "a demand bill and a bill for denial"),
    (frozenset({"42", "43"}), "two reasons why home care is no transfer"),
    (frozenset({"41", "92"}), "partial hospitalization and intensive outpatient"),
    (frozenset({"44", "W2"}), "two ways from inpatient to outpatient"),
    (frozenset({"C1", "C3", "C4"}), "a review that approved all, a part and nothing"),
)
_CHANGES = frozenset({"D0", "D1", "D2", "D3", "D4", "D7", "D8", "D9", "E0"})
_CANCELS = frozenset({"D5", "D6"})
_HOME_HEALTH = frozenset({"06", "86"})
_NO_PARTIAL = frozenset({"12", "14"})

form = Check(
    id="condition-code-form",
    family="institutional",
    title="A condition code is not two letters or digits",
    authority=f"{_FL18}; 005010X223A2, HI*BG",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=_CONDITION,
)
repeated = Check(
    id="condition-code-repeated",
    family="institutional",
    title="A condition code stands twice",
    authority=_FL18,
    severity=Severity.INFO,
    when=(Mark.INSTITUTIONAL,),
)
exclusive = Check(
    id="condition-codes-exclusive",
    family="institutional",
    title="Two condition codes that cannot both be true",
    authority=f"{_FL18}; {_CHAPTER_1}, sections 50.3 and 60",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=_CONDITION,
)
change_reason = Check(
    id="claim-change-reason",
    family="institutional",
    title="An adjustment or cancel bill does not say, once, why",
    authority=f"{_CHAPTER_1}, section 130 (claim change reason codes); {_FL18}",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL, Mark.MEDICARE),
    denial=_CONDITION,
)
status_changed = Check(
    id="condition-44-bill-type",
    family="institutional",
    title="Condition code 44 on a bill that is not an outpatient one",
    authority=f"{_CHAPTER_1}, section 50.3; {_FL18} (44)",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=_CONDITION,
)
rebilled = Check(
    id="condition-w2-bill-type",
    family="institutional",
    title="Condition code W2 on a bill that is not an inpatient's Part B one",
    authority=f"42 CFR 414.5; {_FL18} (W2)",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=_CONDITION,
)
home_care = Check(
    id="continuing-care-status",
    family="institutional",
    title="Condition code 42 or 43 without a discharge to home health",
    authority="42 CFR 412.4(c); Medicare Claims Processing Manual (Pub. 100-04), ch. 3, 40.2.4",
    severity=Severity.WARNING,
    when=(Mark.INSTITUTIONAL,),
    denial=_CONDITION,
)
partial = Check(
    id="partial-hospitalization-bill-type",
    family="institutional",
    title="Partial hospitalization on a bill that cannot carry it",
    authority="CMS I/OCE edit 46; Medicare Claims Processing Manual (Pub. 100-04), ch. 4, 260",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=_CONDITION,
)
for_denial = Check(
    id="condition-21-charges",
    family="institutional",
    title="A bill for denial has covered charges, or not the no-payment type of bill",
    authority=f"{_CHAPTER_1}, section 60 (condition code 21); CMS I/OCE edit 10",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=_CONDITION,
)


@form.review
def malformed(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Two characters."""
    for code in case.claim.condition_codes if bill_class(case.claim) else ():
        if not _CODE.fullmatch(code):
            yield form.finding(None, f"{code or 'Empty'}: a condition code has two characters")


@repeated.review
def twice(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Changes nothing in the payment."""
    codes = case.claim.condition_codes if bill_class(case.claim) else ()
    for code in dict.fromkeys(codes):
        if codes.count(code) > 1:
            yield repeated.finding(None, f"Condition code {code} stands twice", codes=(code,))


@exclusive.review
def contradictory(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Each set once."""
    codes = set(case.claim.condition_codes) if bill_class(case.claim) else set()
    for one_of, words in _ONE_OF:
        both = sorted(codes & one_of)
        if len(both) > 1:
            yield exclusive.finding(
                None, f"Condition codes {' and '.join(both)}: {words}", codes=both
            )


@change_reason.review
def change_without_its_reason(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Medicare, frequency 7 and 8; exactly one reason, of the right kind."""
    claim, third = case.claim, frequency(case.claim)
    if not claim.coverage.is_medicare or third not in {"7", "8"}:
        return
    reasons = sorted(set(claim.condition_codes) & (_CHANGES | _CANCELS))
    wanted = _CHANGES if third == "7" else _CANCELS
    if len(reasons) == 1 and reasons[0] in wanted:
        return
    kind = "D0 to D4, D7 to D9 or E0" if third == "7" else "D5 or D6"
    said = " and ".join(reasons) or "none"
    yield unless_hidden(
        change_reason.finding(
            None,
            f"Frequency {third} asks for one claim change reason ({kind}); there is {said}",
            codes=reasons,
        ),
        claim,
        "condition_codes",
    )


@status_changed.review
def changed_to_outpatient(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """44: admitted, and made an outpatient before discharge; billed on 13x or 85x."""
    claim = case.claim
    if "44" in claim.condition_codes and bill_class(claim) not in {"", "13", "85"}:
        yield status_changed.finding(
            None,
            f"Condition code 44 on type of bill {claim.bill_type}; the stay became outpatient",
            codes=("44",),
        )


@rebilled.review
def rebilled_under_part_b(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """W2: the hospital rebills a denied admission under Part B, on 12x (or 85x)."""
    claim = case.claim
    if "W2" in claim.condition_codes and bill_class(claim) not in {"", "12", "85"}:
        yield rebilled.finding(
            None,
            f"Condition code W2 on type of bill {claim.bill_type}; the rebilling is 12x",
            codes=("W2",),
        )


@home_care.review
def no_home_care(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Both explain why status 06 is paid as a discharge."""
    claim = case.claim
    codes = [code for code in ("42", "43") if code in claim.condition_codes]
    status = claim.discharge_status.strip()
    if bill_class(claim) == "11" and codes and status and status not in _HOME_HEALTH:
        yield home_care.finding(
            None,
            f"Condition code {' and '.join(codes)} speaks of home health; "
            f"the discharge status is {status}",
            codes=codes,
        )


@partial.review
def partial_elsewhere(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """41 goes on 13x, 85x and 76x."""
    claim = case.claim
    if "41" in claim.condition_codes and bill_class(claim) in _NO_PARTIAL:
        yield partial.finding(
            None,
            f"Condition code 41 on type of bill {claim.bill_type}; it goes on 13x, 85x and 76x",
            codes=("41",),
        )


@for_denial.review
def denial_with_covered_charges(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """21: the whole bill is noncovered, frequency 0; charges only where the source gives them."""
    claim = case.claim
    if "21" not in claim.condition_codes or not bill_class(claim):
        return
    covered = [
        line
        for line in claim.lines
        if line.noncovered_charge is not None and line.noncovered_charge < line.charge
    ]
    if frequency(claim) != "0":
        yield for_denial.finding(
            None,
            f"Condition code 21 asks for a no-payment bill (frequency 0), not {claim.bill_type}",
            codes=("21",),
        )
    elif covered:
        yield for_denial.finding(
            covered, "Condition code 21, and a line with covered charges", codes=("21",)
        )
