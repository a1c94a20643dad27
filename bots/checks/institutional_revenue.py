"""Revenue codes: their form, what bill they may stand on, and what must stand beside them.

Authority: NUBC UB-04 manual, form locators 42 to 47; CMS I/OCE specifications, edits 41, 48 and
65; Medicare Claims Processing Manual (Pub. 100-04), ch. 25, section 75 and ch. 4 (OPPS). The
office's own table `revenue_code`, where there is one, adds to the public ranges.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from bots.checks.catalogue import Check
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.institutional_ground import (
    INPATIENT,
    bill_class,
    day_on,
    is_opps,
    medicares,
    revenue_of,
    stay_days,
)
from bots.checks.marks import Mark
from bots.claims import Case, Claim, ServiceLine, money, plain
from bots.codesets import CodeSets

_FL42 = "NUBC UB-04 manual, form locator 42"
_CODE = Denial("CO", "16", "M50")
_TOTAL = "0001"

_FORM = re.compile(r"[0-9]{3,4}")
# What NUBC assigned: the total, HIPPS lines, 010x to 099x and three series of four digits.
_ASSIGNED = re.compile(r"0001|002[1-4]|0[1-9][0-9]{2}|100[0-9]|210[0-9]|310[0-9]")
# A bed: room and board 010x to 017x and 019x to 021x; 018x are days of leave.
_BED = re.compile(r"01[0-79][0-9]|02[01][0-9]")
_LEAVE = re.compile(r"018[0-9]")
_OUTPATIENT = frozenset({"13", "14", "22", "23", "34", "43", "71", "72", "74", "75", "76", "77",
                         "83", "85"})  # fmt: skip
# A service under OPPS that is named by its procedure: laboratory, imaging, surgery, therapy,
# emergency, clinic and the like. Packaged supplies and drugs (025x, 027x) may do without.
_NAMED = re.compile(
    r"03[0-3][0-9]|034[0-2]|035[0-9]|036[0-9]|04[0-9][0-9]|051[0-9]|061[0-9]|0636|0730|0740"
    r"|075[0-9]|0761|0771|079[0-9]|09[12][0-9]"
)
# I/OCE edit 65, "not recognized by Medicare": the editor's list is in no file that an office
# imports, so these series are a warning, and a code outside of them proves nothing.
_NOT_RECOGNIZED = re.compile(r"100[0-9]|210[0-9]|310[0-9]|050[09]|0583|066[0-9]|090[5-7]|093[12]")

form = Check(
    id="revenue-code-form",
    family="institutional",
    title="A revenue code is not four digits",
    authority=f"{_FL42}; 005010X223A2, SV201",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=_CODE,
)
reserved = Check(
    id="revenue-code-reserved",
    family="institutional",
    title="A revenue code of a range that is not assigned",
    authority=f"{_FL42}; CMS I/OCE edit 41",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=_CODE,
)
unknown = Check(
    id="revenue-code-unknown",
    family="institutional",
    title="A revenue code that the table does not know on the day",
    authority=f"{_FL42}; CMS I/OCE edit 41",
    severity=Severity.ERROR,
    needs=("revenue_code",),
    when=(Mark.INSTITUTIONAL,),
    denial=_CODE,
)
wrong_bill = Check(
    id="revenue-code-bill-type",
    family="institutional",
    title="A revenue code that does not go with the type of bill",
    authority=f"{_FL42} and 4; "
    "Medicare Claims Processing Manual (Pub. 100-04), ch. 25, section 75",
    severity=Severity.ERROR,
    needs=("revenue_code",),
    when=(Mark.INSTITUTIONAL,),
    denial=_CODE,
)
bed_outpatient = Check(
    id="accommodation-on-outpatient-bill",
    family="institutional",
    title="Room and board on an outpatient bill",
    authority=f"{_FL42} (010x to 021x) and 4",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=_CODE,
)
not_recognized = Check(
    id="revenue-code-not-recognized",
    family="institutional",
    title="A revenue code that Medicare does not recognize",
    authority="CMS I/OCE edit 65",
    severity=Severity.WARNING,
    when=(Mark.INSTITUTIONAL, Mark.MEDICARE),
    denial=_CODE,
)
unnamed = Check(
    id="revenue-code-needs-procedure",
    family="institutional",
    title="A revenue code that needs a procedure stands alone",
    authority="CMS I/OCE edit 48; Medicare Claims Processing Manual (Pub. 100-04), ch. 4, 20.1",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=Denial("CO", "16", "M20"),
)
total_line = Check(
    id="revenue-total-line",
    family="institutional",
    title="The total line 0001 is not the sum of the lines, or not the last one",
    authority=f"{_FL42} and 47 (0001, total charges)",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL,),
    denial=Denial("CO", "16", "M54"),
)
bed_days = Check(
    id="accommodation-days",
    family="institutional",
    title="The days of room and board are not those of the statement",
    authority="NUBC UB-04 manual, form locators 6, 42 and 46; "
    "Medicare Benefit Policy Manual (Pub. 100-02), ch. 3, 20.1",
    severity=Severity.WARNING,
    when=(Mark.INSTITUTIONAL,),
    denial=Denial("CO", "16", "M53"),
)


def _coded(claim: Claim) -> Iterator[tuple[ServiceLine, str]]:
    """Lines of an institutional claim whose revenue code has the right form."""
    if bill_class(claim):
        for line in claim.lines:
            if _FORM.fullmatch(line.revenue_code.strip()):
                yield line, revenue_of(line)


@form.review
def malformed(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Three digits are four without the leading zero; none at all is `revenue-code-missing`."""
    if bill_class(case.claim):
        for line in case.claim.lines:
            code = line.revenue_code.strip()
            if code and not _FORM.fullmatch(code):
                yield form.finding(
                    line, f"Line {line.number}: a revenue code has four digits", codes=(code,)
                )


@reserved.review
def not_assigned(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Wrong whatever table is imported."""
    for line, code in _coded(case.claim):
        if not _ASSIGNED.fullmatch(code):
            yield reserved.finding(
                line, f"Line {line.number}: {code} is no assigned revenue code", codes=(code,)
            )


@unknown.review
def not_in_the_table(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Silent where the code is of no assigned range: that is `revenue-code-reserved`."""
    table = codesets.revenue_code
    assert table is not None
    claim = case.claim
    for line, code in _coded(claim):
        day = day_on(claim, line) or case.as_of
        if code == _TOTAL or not _ASSIGNED.fullmatch(code) or table.find(code, on=day):
            continue
        if not table.knows_all(code, day):
            yield unknown.not_evaluated("revenue_code: the list does not say that it is complete")
            return
        yield unknown.finding(
            line,
            f"Line {line.number}: revenue code {code} is not in the table on {day.isoformat()}",
            codes=(code,),
        )


@wrong_bill.review
def not_on_this_bill(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """By the office's own table; a row without types of bill goes with all."""
    table = codesets.revenue_code
    assert table is not None
    claim, kind = case.claim, bill_class(case.claim)
    for line, code in _coded(claim):
        row = table.find(code, on=day_on(claim, line) or case.as_of)
        allowed = {entry.lstrip("0")[:2] for entry in row.bill_types} if row else set()
        if allowed and kind not in allowed:
            yield wrong_bill.finding(
                line,
                f"Line {line.number}: revenue code {code} is not billed on type {claim.bill_type}",
                codes=(code,),
            )


@bed_outpatient.review
def a_bed_for_an_outpatient(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Outpatient classes only; 12x is an inpatient's Part B bill and has no room either."""
    claim = case.claim
    if bill_class(claim) in _OUTPATIENT | {"12"}:
        for line, code in _coded(claim):
            if _BED.fullmatch(code):
                yield bed_outpatient.finding(
                    line,
                    f"Line {line.number}: {code} is room and board; "
                    f"type of bill {claim.bill_type} is outpatient",
                    codes=(code,),
                )


@not_recognized.review
def unrecognized_by_medicare(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Outpatient bills to Medicare; a line wholly in noncovered charges may stand."""
    claim = case.claim
    if not claim.coverage.is_medicare or bill_class(claim) not in _OUTPATIENT | {"12"}:
        return
    for line, code in _coded(claim):
        if _NOT_RECOGNIZED.fullmatch(code) and line.noncovered_charge != line.charge:
            yield not_recognized.finding(
                line, f"Line {line.number}: Medicare does not recognize {code}", codes=(code,)
            )


@unnamed.review
def nameless(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """What OPPS names by procedure, and what the office's own table adds."""
    claim = case.claim
    if bill_class(claim) not in _OUTPATIENT | {"12"}:
        return
    table = codesets.revenue_code
    for line, code in _coded(claim):
        if line.procedure.strip():
            continue
        row = table.find(code, on=day_on(claim, line) or case.as_of) if table else None
        named = is_opps(claim) and _NAMED.fullmatch(code)
        if named or (row is not None and row.needs_procedure):
            yield unnamed.finding(
                line,
                f"Line {line.number}: revenue code {code} needs a procedure code",
                codes=(code,),
                severity=medicares(case),
            )


@total_line.review
def total_that_is_none(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A screen may show the total as a line; a file of today has none."""
    claim = case.claim
    totals = [line for line, code in _coded(claim) if code == _TOTAL]
    if not totals:
        return
    others = claim.charges
    if len(totals) > 1:
        yield total_line.finding(totals, f"There are {len(totals)} total lines", codes=(_TOTAL,))
    elif totals[0].charge != others:
        yield total_line.finding(
            totals,
            f"Line {totals[0].number} (0001) says {money(totals[0].charge)}; "
            f"the lines add up to {money(others)}",
            codes=(_TOTAL,),
        )
    elif claim.lines[-1] is not totals[0]:
        yield total_line.finding(totals, "The total line is not the last one", codes=(_TOTAL,))


@bed_days.review
def days_in_a_bed(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """All beds together, with days of leave; silent where there is no bed line."""
    claim = case.claim
    days = stay_days(claim)
    lines = [
        line for line, code in _coded(claim) if _BED.fullmatch(code) or _LEAVE.fullmatch(code)
    ]
    if bill_class(claim) not in INPATIENT or days is None:
        return
    if not any(_BED.fullmatch(revenue_of(line)) for line in lines):
        return
    billed = sum((line.units for line in lines), Decimal(0))
    if billed != days:
        yield bed_days.finding(
            lines,
            f"Room and board for {plain(billed)} days; the statement has {days}",
            codes=[revenue_of(line) for line in lines],
        )
