"""Edits of the outpatient bill that need no table of payment: visits, blood, units, tokens.

Authority: CMS I/OCE specifications, edits 37, 42, 43, 63, 64, 73, 74, 76 and 82; Medicare Claims
Processing Manual (Pub. 100-04), ch. 4. Codes are named, never described.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from bots.checks.catalogue import Check
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.institutional_ground import bill_class, day_on, is_opps, medicares, revenue_of
from bots.checks.marks import Mark
from bots.claims import Case, Claim, ServiceLine, money, unit_words
from bots.codesets import CodeSets

_CHAPTER_4 = "Medicare Claims Processing Manual (Pub. 100-04), ch. 4"
_WHEN = (Mark.INSTITUTIONAL,)
_VISITS = frozenset({"G0463", "99281", "99282", "99283", "99284", "99285", "G0380", "G0381",
                     "G0382", "G0383", "G0384"})  # fmt: skip
_TRANSFUSIONS = frozenset({"36430", "36440", "36450", "36455", "36456", "36460"})
_TERMINATED = frozenset({"52", "73"})
_TOKEN = Decimal("1.01")
_TRAUMA, _CRITICAL = "G0390", "99291"
_DAY_PROGRAM_ONLY = {"G0129": "63", "G0176": "64"}
_DAY_PROGRAM = frozenset({"41", "92"})

visits = Check(
    id="visits-same-day",
    family="institutional",
    title="Two visits of a day under one revenue code, not said to be distinct",
    authority=f"CMS I/OCE edit 42; {_CHAPTER_4}, section 180.4 (condition code G0)",
    severity=Severity.ERROR,
    when=_WHEN,
    denial=Denial("CO", "97", "M80"),
)
no_product = Check(
    id="transfusion-without-product",
    family="institutional",
    title="A transfusion without the blood product",
    authority=f"CMS I/OCE edit 43; {_CHAPTER_4}, section 231",
    severity=Severity.ERROR,
    when=_WHEN,
    denial=Denial("CO", "107"),
)
blood = Check(
    id="blood-products-paired",
    family="institutional",
    title="A purchased blood product is not billed on its two lines",
    authority=f"CMS I/OCE edit 73; {_CHAPTER_4}, section 231.2 (modifier BL)",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL, Mark.MODIFIED),
    denial=Denial("CO", "16", "M50"),
)
trauma = Check(
    id="trauma-without-critical-care",
    family="institutional",
    title="Trauma activation without what it goes with",
    authority=f"CMS I/OCE edit 76; {_CHAPTER_4}, section 160.1",
    severity=Severity.ERROR,
    when=_WHEN,
    denial=Denial("CO", "107"),
)
bilateral = Check(
    id="bilateral-units",
    family="institutional",
    title="Modifier 50 with more than one unit",
    authority=f"CMS I/OCE edit 74; {_CHAPTER_4}, section 20.6.2",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL, Mark.MODIFIED),
    denial=Denial("CO", "16", "M53"),
)
terminated = Check(
    id="terminated-procedure-units",
    family="institutional",
    title="A procedure that was broken off, billed twice or on both sides",
    authority=f"CMS I/OCE edit 37; {_CHAPTER_4}, section 20.6.4",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL, Mark.MODIFIED),
    denial=Denial("CO", "16", "M53"),
)
token = Check(
    id="token-charge",
    family="institutional",
    title="A token charge that is more than a token",
    authority="CMS I/OCE edit 82 (C9898)",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL, Mark.HCPCS),
    denial=Denial("CO", "16", "M54"),
)
day_program = Check(
    id="day-program-only",
    family="institutional",
    title="A service of a mental health day program outside of one",
    authority=f"CMS I/OCE edits 63 and 64; {_CHAPTER_4}, section 260",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL, Mark.HCPCS),
    denial=Denial("CO", "96", "N180"),
)
departments = Check(
    id="modifier-po-with-pn",
    family="institutional",
    title="Modifiers PO and PN on one line",
    authority=f"{_CHAPTER_4}, sections 20.6.11 and 20.6.12; CMS I/OCE edit 102",
    severity=Severity.ERROR,
    when=(Mark.INSTITUTIONAL, Mark.MODIFIED),
    denial=Denial("CO", "4"),
)


@visits.review
def visits_of_one_day(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """One day, one revenue code; units count. G0 lifts it, modifier 27 alone does not."""
    claim = case.claim
    if not is_opps(claim) or "G0" in claim.condition_codes:
        return
    beside: dict[tuple[date | None, str], list[ServiceLine]] = defaultdict(list)
    for line in claim.lines:
        if line.procedure in _VISITS:
            beside[day_on(claim, line), revenue_of(line)].append(line)
    for (_, revenue), lines in beside.items():
        if sum((line.units for line in lines), Decimal(0)) > 1:
            yield visits.finding(
                lines, f"More than one visit of a day under {revenue}, without condition code G0"
            )


@no_product.review
def transfusion_of_nothing(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Any blood product (P9010 to P9100) of the bill will do."""
    claim = case.claim
    lines = [line for line in claim.lines if line.procedure in _TRANSFUSIONS]
    if not is_opps(claim) or not lines:
        return
    if not any("P9010" <= line.procedure <= "P9100" for line in claim.lines):
        yield no_product.finding(lines, f"{lines[0].procedure} without a blood product's code")


@blood.review
def blood_on_one_line(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """BL on 038x and on 039x: same product, day and units on both."""
    claim = case.claim
    if not bill_class(claim):
        return
    sides: dict[str, set[tuple[str, date | None, Decimal]]] = {"038": set(), "039": set()}
    lines = [line for line in claim.lines if "BL" in line.modifiers]
    for line in lines:
        if revenue_of(line)[:3] in sides:
            sides[revenue_of(line)[:3]].add((line.procedure, day_on(claim, line), line.units))
    for line in lines:
        key = (line.procedure, day_on(claim, line), line.units)
        if not all(key in side for side in sides.values()):
            yield blood.finding(
                line,
                f"Line {line.number}: modifier BL asks for one line under 038x and one under "
                "039x with the same product, day and units",
                severity=medicares(case),
            )


@trauma.review
def trauma_alone(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Revenue code 068x on the claim, and critical care on the same day."""
    claim = case.claim
    for line in claim.lines if is_opps(claim) else ():
        if line.procedure != _TRAUMA:
            continue
        day = day_on(claim, line)
        same_day = [other for other in claim.lines if day_on(claim, other) == day]
        if not any(other.procedure == _CRITICAL for other in same_day):
            yield trauma.finding(line, f"{_TRAUMA} without {_CRITICAL} on the same day")
        elif not any(revenue_of(other).startswith("068") for other in same_day):
            yield trauma.finding(line, f"{_TRAUMA} without revenue code 068x on the same day")


@bilateral.review
def twice_on_both_sides(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Modifier 50 is both sides in one unit."""
    for line in case.claim.lines if is_opps(case.claim) else ():
        if "50" in line.modifiers and line.units > 1:
            yield bilateral.finding(
                line, f"Line {line.number}: modifier 50 with {unit_words(line.units)}; it is one"
            )


@terminated.review
def broken_off_twice(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """52 or 73 with 50, or with more than one unit; 74, after anesthesia, is another matter."""
    for line in case.claim.lines if is_opps(case.claim) else ():
        broken = _TERMINATED.intersection(line.modifiers)
        if broken and ("50" in line.modifiers or (line.units > 1 and "73" in broken)):
            yield terminated.finding(
                line,
                f"Line {line.number}: modifier {min(broken)} is one procedure of one side, "
                f"here {'both sides' if '50' in line.modifiers else unit_words(line.units)}",
            )


@token.review
def more_than_a_token(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """C9898 is billed at no more than $1.01."""
    for line in case.claim.lines if is_opps(case.claim) else ():
        if line.procedure == "C9898" and line.charge > _TOKEN:
            yield token.finding(
                line,
                f"Line {line.number}: C9898 at ${money(line.charge)}; at most ${money(_TOKEN)}",
            )


@day_program.review
def day_program_service(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Condition code 41 (partial hospitalization) or 92 (intensive outpatient), or type 76x."""
    claim = case.claim
    if not _is_other_outpatient(claim) or _DAY_PROGRAM.intersection(claim.condition_codes):
        return
    for line in claim.lines:
        if line.procedure in _DAY_PROGRAM_ONLY:
            yield day_program.finding(
                line,
                f"Line {line.number}: {line.procedure} belongs to a day program; "
                "neither condition code 41 nor 92 is on the claim",
            )


@departments.review
def two_kinds_of_department(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """An off-campus department is excepted (PO) or not (PN)."""
    for line in case.claim.lines if bill_class(case.claim) else ():
        if {"PO", "PN"} <= set(line.modifiers):
            yield departments.finding(
                line,
                f"Line {line.number} has PO and PN; a department is one or the other",
                severity=medicares(case),
            )


def _is_other_outpatient(claim: Claim) -> bool:
    return is_opps(claim) and bill_class(claim) in {"12", "13"}
