"""How a line breaks a rule that the office wrote down: one function a rule, no check.

Each takes the case, the line, its day and the row, and says in words what is wrong, or None. A
row that holds for the code on the day has been found already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from bots.checks.catalogue import Check
from bots.checks.day import coded_lines, day_of, lines_beside, place_of
from bots.checks.findings import Finding
from bots.checks.forms import dotted
from bots.checks.office import rules_of
from bots.claims import Case, ServiceLine, money, unit_words
from bots.codesets import CodeSets
from bots.codesets.rows import OfficeRule

Fault = Callable[[Case, ServiceLine, date, OfficeRule], str | None]


def lacks_modifier(case: Case, line: ServiceLine, day: date, rule: OfficeRule) -> str | None:
    """requires_modifier: one of these."""
    wanted = rule.value.split()
    if set(wanted) & set(line.modifiers):
        return None
    return f"{line.procedure} wants one of the modifiers {', '.join(wanted)}"


def has_forbidden_modifier(
    case: Case, line: ServiceLine, day: date, rule: OfficeRule
) -> str | None:
    """forbids_modifier: none of these."""
    wrong = [entry for entry in line.modifiers if entry in rule.value.split()]
    return f"{line.procedure} may not carry {', '.join(wrong)}" if wrong else None


def is_not_covered(case: Case, line: ServiceLine, day: date, rule: OfficeRule) -> str | None:
    """not_covered: never paid (a payer), not billed here (a facility)."""
    return f"{line.procedure} is on the list of what is not paid"


def exceeds_units(case: Case, line: ServiceLine, day: date, rule: OfficeRule) -> str | None:
    """max_units: of all lines of the code on that day; said once, on the first of them."""
    lines = [
        entry
        for entry, other in coded_lines(case.claim)
        if entry.procedure == line.procedure and other == day
    ]
    units = sum((entry.units for entry in lines), Decimal(0))
    if line is not lines[0] or units <= Decimal(rule.value):
        return None
    limit = unit_words(Decimal(rule.value))
    return f"{line.procedure}: {unit_words(units)} on {day.isoformat()}; the limit is {limit}"


def is_elsewhere(case: Case, line: ServiceLine, day: date, rule: OfficeRule) -> str | None:
    """requires_place: the line's place, else the claim's; silent where there is neither."""
    place = place_of(case.claim, line)
    if not place or place in rule.value.split():
        return None
    return f"{line.procedure} at place {place}; the rule wants {rule.value}"


def lacks_diagnosis(case: Case, line: ServiceLine, day: date, rule: OfficeRule) -> str | None:
    """requires_diagnosis: what the line points to, or any where it points to none."""
    codes = [
        dotted(entry.code)
        for entry in case.claim.diagnoses
        if not line.pointers or entry.position in line.pointers
    ]
    if any(code.startswith(tuple(rule.value.split())) for code in codes):
        return None
    return f"{line.procedure} points to no diagnosis of {rule.value}"


def is_bundled(case: Case, line: ServiceLine, day: date, rule: OfficeRule) -> str | None:
    """bundled_into: beside one of these on the same day, on this claim or another."""
    codes = set(rule.value.split())
    here = {entry.procedure for entry, other in coded_lines(case.claim) if other == day}
    beside = {entry.line.procedure for entry in lines_beside(case) if entry.day == day}
    found = sorted(codes & (here | beside) - {line.procedure})
    return f"{line.procedure} is part of {', '.join(found)} of the same day" if found else None


def is_undocumented(case: Case, line: ServiceLine, day: date, rule: OfficeRule) -> str | None:
    """needs_documentation: an order, a procedure entry, a note; of the day, and signed."""
    papers = case.documentation
    if papers is None:
        return None
    shown = {
        "order": any(o.code == line.procedure and o.signed for o in papers.orders),
        "procedure": any(
            p.code == line.procedure and p.performed_on == day and p.signed
            for p in papers.procedures
        ),
        "note": any(n.written_on == day and n.signed for n in papers.notes),
    }
    lacking = [word for word in rule.value.split() if not shown[word]]
    if not lacking:
        return None
    return f"{line.procedure} of {day.isoformat()} has no signed {' and no '.join(lacking)}"


def is_of_wrong_age(case: Case, line: ServiceLine, day: date, rule: OfficeRule) -> str | None:
    """age_range: whole years on the day; silent without a date of birth."""
    born = case.claim.patient.birth_date
    if born is None or day < born:
        return None
    age = case.claim.patient.age_on(day)
    first, last = (int(word) for word in rule.value.split("-"))
    if age is None or first <= age <= last:
        return None
    return f"{line.procedure} is for the ages {first} to {last}"


def is_too_soon(case: Case, line: ServiceLine, day: date, rule: OfficeRule) -> str | None:
    """min_days_between: the last one on this or another claim, by whomever."""
    days = [
        other
        for claim in (case.claim, *(case.history or ()))
        for entry in claim.lines
        if entry.procedure == line.procedure and entry is not line
        if (other := day_of(claim, entry)) is not None and other < day
    ]
    if not days or (day - max(days)).days >= int(rule.value):
        return None
    return (
        f"{line.procedure} again after {(day - max(days)).days} days "
        f"(last {max(days).isoformat()}); the rule wants {rule.value}"
    )


def is_too_dear(case: Case, line: ServiceLine, day: date, rule: OfficeRule) -> str | None:
    """max_charge: of one unit."""
    if line.units <= 0 or line.charge / line.units <= Decimal(rule.value):
        return None
    return (
        f"{line.procedure} charges {money(line.charge / line.units)} a unit; "
        f"the limit is {money(Decimal(rule.value))}"
    )


FAULTS: Mapping[str, Fault] = {
    "requires_modifier": lacks_modifier,
    "forbids_modifier": has_forbidden_modifier,
    "not_covered": is_not_covered,
    "max_units": exceeds_units,
    "requires_place": is_elsewhere,
    "requires_diagnosis": lacks_diagnosis,
    "bundled_into": is_bundled,
    "needs_documentation": is_undocumented,
    "age_range": is_of_wrong_age,
    "min_days_between": is_too_soon,
    "max_charge": is_too_dear,
}


def broken(
    check: Check, owner: str, rule: str, case: Case, codesets: CodeSets
) -> Iterator[Finding]:
    """A finding of the check on each line that breaks a rule of the claim's payer or facility.

    Args:
        owner: "payer" or "facility".
        rule: one of `FAULTS`.
    """
    for line, day in coded_lines(case.claim):
        for row in rules_of(case, codesets, owner, rule, line.procedure, day):
            fault = FAULTS[rule](case, line, day, row)
            if fault is not None:
                yield check.finding(line, fault)
