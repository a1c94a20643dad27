"""What a payer's own rules say about a code, as the office wrote them down.

Authority: the payer's contract, manual or companion guide; the office names each rule with the
days on which it holds in the table `office_rule` (docs/codesets.md). The names that are known,
and what each takes as its value, stand in `bots.codesets.office_rules`; another name is refused
at import.
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.marks import Mark
from bots.checks.office_faults import broken
from bots.claims import Case
from bots.codesets import CodeSets

_RULES = "The payer's own rule, as the office wrote it down: office_rule.csv, column 3"

modifier = Check(
    id="payer-requires-modifier",
    family="payer-rule",
    title="The payer wants a modifier that the line does not have",
    authority=f"{_RULES}, requires_modifier",
    severity=Severity.ERROR,
    needs=("office_rule",),
    when=(Mark.OFFICE,),
    denial=Denial("CO", "16", "N822"),
)

forbidden_modifier = Check(
    id="payer-forbids-modifier",
    family="payer-rule",
    title="The line has a modifier that the payer does not take with the code",
    authority=f"{_RULES}, forbids_modifier",
    severity=Severity.ERROR,
    needs=("office_rule",),
    when=(Mark.OFFICE,),
    denial=Denial("CO", "4", "N519"),
)

excluded = Check(
    id="payer-not-covered",
    family="payer-rule",
    title="The payer's list says that it never pays the code",
    authority=f"{_RULES}, not_covered",
    severity=Severity.ERROR,
    needs=("office_rule",),
    when=(Mark.OFFICE,),
    denial=Denial("CO", "96", "N130"),
)

units = Check(
    id="payer-max-units",
    family="payer-rule",
    title="More units on a day than the payer pays",
    authority=f"{_RULES}, max_units",
    severity=Severity.ERROR,
    needs=("office_rule",),
    when=(Mark.OFFICE,),
    denial=Denial("CO", "151", "N362"),
)

place = Check(
    id="payer-requires-place",
    family="payer-rule",
    title="The payer does not pay the code at this place of service",
    authority=f"{_RULES}, requires_place",
    severity=Severity.ERROR,
    needs=("office_rule",),
    when=(Mark.OFFICE,),
    denial=Denial("CO", "5", "M77"),
)

diagnosis = Check(
    id="payer-requires-diagnosis",
    family="payer-rule",
    title="The line points to none of the diagnoses that the payer wants",
    authority=f"{_RULES}, requires_diagnosis",
    severity=Severity.ERROR,
    needs=("office_rule",),
    when=(Mark.OFFICE,),
    denial=Denial("CO", "11"),
)

bundled = Check(
    id="payer-bundled",
    family="payer-rule",
    title="The payer counts the code as part of another of the same day",
    authority=f"{_RULES}, bundled_into",
    severity=Severity.ERROR,
    needs=("office_rule",),
    when=(Mark.OFFICE,),
    denial=Denial("CO", "97", "M15"),
)

documents = Check(
    id="payer-needs-documentation",
    family="payer-rule",
    title="The payer wants a record that the chart does not show",
    authority=f"{_RULES}, needs_documentation",
    severity=Severity.WARNING,
    needs=("office_rule", "documentation"),
    when=(Mark.OFFICE,),
    denial=Denial("CO", "252", "N706"),
)

age = Check(
    id="payer-age",
    family="payer-rule",
    title="The patient's age is outside the payer's ages for the code",
    authority=f"{_RULES}, age_range",
    severity=Severity.ERROR,
    needs=("office_rule",),
    when=(Mark.OFFICE,),
    denial=Denial("CO", "6"),
)

too_soon = Check(
    id="payer-frequency",
    family="payer-rule",
    title="The service comes sooner than the payer pays it again",
    authority=f"{_RULES}, min_days_between",
    severity=Severity.ERROR,
    needs=("office_rule", "history"),
    when=(Mark.OFFICE,),
    denial=Denial("CO", "119"),
)


@modifier.review
def modifier_by_rule(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """`requires_modifier`, as `bots.checks.office_faults` reads it."""
    yield from broken(modifier, "payer", "requires_modifier", case, codesets)


@forbidden_modifier.review
def forbidden_modifier_by_rule(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """`forbids_modifier`, as `bots.checks.office_faults` reads it."""
    yield from broken(forbidden_modifier, "payer", "forbids_modifier", case, codesets)


@excluded.review
def excluded_by_rule(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """`not_covered`, as `bots.checks.office_faults` reads it."""
    yield from broken(excluded, "payer", "not_covered", case, codesets)


@units.review
def units_by_rule(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """`max_units`, as `bots.checks.office_faults` reads it."""
    yield from broken(units, "payer", "max_units", case, codesets)


@place.review
def place_by_rule(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """`requires_place`, as `bots.checks.office_faults` reads it."""
    yield from broken(place, "payer", "requires_place", case, codesets)


@diagnosis.review
def diagnosis_by_rule(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """`requires_diagnosis`, as `bots.checks.office_faults` reads it."""
    yield from broken(diagnosis, "payer", "requires_diagnosis", case, codesets)


@bundled.review
def bundled_by_rule(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """`bundled_into`, as `bots.checks.office_faults` reads it."""
    yield from broken(bundled, "payer", "bundled_into", case, codesets)


@documents.review
def documents_by_rule(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """`needs_documentation`, as `bots.checks.office_faults` reads it."""
    yield from broken(documents, "payer", "needs_documentation", case, codesets)


@age.review
def age_by_rule(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """`age_range`, as `bots.checks.office_faults` reads it."""
    yield from broken(age, "payer", "age_range", case, codesets)


@too_soon.review
def too_soon_by_rule(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """`min_days_between`, as `bots.checks.office_faults` reads it."""
    yield from broken(too_soon, "payer", "min_days_between", case, codesets)
