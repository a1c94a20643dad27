"""What a facility's own rules say about a code, as the office wrote them down.

Authority: the facility's charge and compliance policy, in the table `office_rule` with the owner
"facility" (docs/codesets.md). Such a rule adds a warning; it never takes one away, and never
lowers the severity of another check.
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.findings import Finding, Severity
from bots.checks.marks import Mark
from bots.checks.office_faults import broken
from bots.claims import Case
from bots.codesets import CodeSets

_RULES = "The facility's own rule, as the office wrote it down: office_rule.csv, column 3"

modifier = Check(
    id="facility-requires-modifier",
    family="facility-rule",
    title="The facility's rule wants a modifier that the line does not have",
    authority=f"{_RULES}, requires_modifier",
    severity=Severity.WARNING,
    needs=("office_rule",),
    when=(Mark.OFFICE,),
)

not_here = Check(
    id="facility-not-billed",
    family="facility-rule",
    title="The facility's list says that it does not bill the code",
    authority=f"{_RULES}, not_covered",
    severity=Severity.WARNING,
    needs=("office_rule",),
    when=(Mark.OFFICE,),
)

units = Check(
    id="facility-max-units",
    family="facility-rule",
    title="More units on a day than the facility's rule allows",
    authority=f"{_RULES}, max_units",
    severity=Severity.WARNING,
    needs=("office_rule",),
    when=(Mark.OFFICE,),
)

place = Check(
    id="facility-requires-place",
    family="facility-rule",
    title="The facility does not do the service at this place",
    authority=f"{_RULES}, requires_place",
    severity=Severity.WARNING,
    needs=("office_rule",),
    when=(Mark.OFFICE,),
)

diagnosis = Check(
    id="facility-requires-diagnosis",
    family="facility-rule",
    title="The line points to none of the diagnoses that the facility's rule wants",
    authority=f"{_RULES}, requires_diagnosis",
    severity=Severity.WARNING,
    needs=("office_rule",),
    when=(Mark.OFFICE,),
)

bundled = Check(
    id="facility-bundled",
    family="facility-rule",
    title="The facility's rule counts the code as part of another of the same day",
    authority=f"{_RULES}, bundled_into",
    severity=Severity.WARNING,
    needs=("office_rule",),
    when=(Mark.OFFICE,),
)

documents = Check(
    id="facility-needs-documentation",
    family="facility-rule",
    title="The facility wants a record that the chart does not show",
    authority=f"{_RULES}, needs_documentation",
    severity=Severity.WARNING,
    needs=("office_rule", "documentation"),
    when=(Mark.OFFICE,),
)

charge = Check(
    id="facility-max-charge",
    family="facility-rule",
    title="A unit is charged above the facility's own limit",
    authority=f"{_RULES}, max_charge",
    severity=Severity.WARNING,
    needs=("office_rule",),
    when=(Mark.OFFICE,),
)


@modifier.review
def modifier_by_rule(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """`requires_modifier`, as `bots.checks.office_faults` reads it."""
    yield from broken(modifier, "facility", "requires_modifier", case, codesets)


@not_here.review
def not_here_by_rule(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """`not_covered`, as `bots.checks.office_faults` reads it."""
    yield from broken(not_here, "facility", "not_covered", case, codesets)


@units.review
def units_by_rule(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """`max_units`, as `bots.checks.office_faults` reads it."""
    yield from broken(units, "facility", "max_units", case, codesets)


@place.review
def place_by_rule(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """`requires_place`, as `bots.checks.office_faults` reads it."""
    yield from broken(place, "facility", "requires_place", case, codesets)


@diagnosis.review
def diagnosis_by_rule(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """`requires_diagnosis`, as `bots.checks.office_faults` reads it."""
    yield from broken(diagnosis, "facility", "requires_diagnosis", case, codesets)


@bundled.review
def bundled_by_rule(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """`bundled_into`, as `bots.checks.office_faults` reads it."""
    yield from broken(bundled, "facility", "bundled_into", case, codesets)


@documents.review
def documents_by_rule(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """`needs_documentation`, as `bots.checks.office_faults` reads it."""
    yield from broken(documents, "facility", "needs_documentation", case, codesets)


@charge.review
def charge_by_rule(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """`max_charge`, as `bots.checks.office_faults` reads it."""
    yield from broken(charge, "facility", "max_charge", case, codesets)
