"""A laboratory's certificate on a professional claim for its tests.

Authority: 42 CFR 493 (CLIA); Medicare Claims Processing Manual (Pub. 100-04), ch. 16, 70
(the number on the claim, its form, waived tests) and 40.1 (referred tests, modifier 90).
A waived test carries QW only where the list says so: the rule `clia_waived` of the table
`office_rule`; a code of the 80000 series that needs no number is named by `clia_excluded`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bots.checks.catalogue import Check
from bots.checks.concerns import bearing
from bots.checks.day import coded_lines
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.forms import is_clia
from bots.checks.marks import Mark
from bots.checks.office import rules_of
from bots.claims import Case, ClaimType, Role, ServiceLine
from bots.codesets import CodeSets
from bots.codesets.rows import OfficeRule

_FIRST, _LAST = "80047", "89398"
# Consultations on results and on blood, smears and skin tests: no test of the laboratory's own.
_NO_TEST = {"80503", "80504", "80505", "80506", "86077", "86078", "86079"}
_BY_ANOTHER = {"26", "90"}  # the reading alone; done by a reference laboratory

malformed = Check(
    id="clia-form",
    family="clia",
    title="The CLIA number is not two digits, a D and seven digits",
    authority="Medicare Claims Processing Manual, ch. 16, 70; 005010X222A1, loop 2300, REF*X4",
    severity=Severity.ERROR,
    when=(Mark.FORM,),
    denial=Denial("CO", "16", "MA120"),
)
missing = Check(
    id="clia-missing",
    family="clia",
    title="A laboratory test is billed without the laboratory's CLIA number",
    authority="42 CFR 493.3; Medicare Claims Processing Manual, ch. 16, 70",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, Mark.NO_CLIA, Mark.LABORATORY),
    denial=Denial("CO", "16", "MA120"),
)
waived = Check(
    id="clia-waived-without-qw",
    family="clia",
    title="A waived test that the list marks with QW is billed without it",
    authority="Medicare Claims Processing Manual, ch. 16, 70; 42 CFR 493.15",
    severity=Severity.WARNING,
    needs=("office_rule",),
    when=(Mark.PROFESSIONAL, Mark.OFFICE, Mark.LABORATORY),
    denial=Denial("CO", "16", "N822"),
)
not_waived = Check(
    id="clia-qw-not-waived",
    family="clia",
    title="QW on a test that the list of waived tests does not mark with it",
    authority="Medicare Claims Processing Manual, ch. 16, 70; 42 CFR 493.15",
    severity=Severity.WARNING,
    needs=("office_rule",),
    when=(Mark.PROFESSIONAL, bearing("QW")),
    denial=Denial("CO", "4", "N519"),
)
referred = Check(
    id="clia-reference-laboratory",
    family="clia",
    title="A referred test (90) does not name the laboratory that did it",
    authority="Medicare Claims Processing Manual, ch. 16, 40.1; 005010X222A1, loop 2310C",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, bearing("90")),
    denial=Denial("CO", "16", "MA120"),
)


@malformed.review
def number_of_the_wrong_form(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """An empty number is another check's."""
    number = case.claim.clia
    if number and not is_clia(number):
        yield malformed.finding(None, "The CLIA number does not have the form 99D9999999")


@missing.review
def test_without_a_number(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The laboratory's own tests only: not a reading (26), not a referred test (90)."""
    claim = case.claim
    if claim.type is not ClaimType.PROFESSIONAL or claim.clia.strip():
        return
    if "clia" in claim.not_shown:
        return
    lines = [
        line
        for line, day in _tests(case)
        if not _BY_ANOTHER & set(line.modifiers)
        and not any(rules_of(case, codesets, "payer", "clia_excluded", line.procedure, day))
    ]
    if lines:
        bound = claim.coverage.is_ncci_bound
        yield missing.finding(
            lines,
            "A laboratory test needs the CLIA number of the laboratory that did it",
            severity=None if bound else Severity.WARNING,
        )


@waived.review
def waived_without_qw(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Says nothing of tests for which the list has no row."""
    for line, day in _tests(case):
        asked = [row.value for row in _waived(case, codesets, line, day)]
        if "QW" in asked and not {"QW", "90"} & set(line.modifiers):
            yield waived.finding(
                line, f"{line.procedure} is on the list of waived tests with QW; the line has none"
            )


@not_waived.review
def qw_where_the_list_has_none(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Only where the office's list names waived tests at all."""
    claim, table = case.claim, codesets.office_rule
    assert table is not None
    known = table.rows("payer", "*", "clia_waived") or table.rows(
        "payer", claim.coverage.payer_id, "clia_waived"
    )
    if not known or claim.type is not ClaimType.PROFESSIONAL:
        return
    for line, day in coded_lines(claim):
        asked = [row.value for row in _waived(case, codesets, line, day)]
        if "QW" in line.modifiers and "QW" not in asked:
            yield not_waived.finding(
                line,
                f"The list of waived tests does not have {line.procedure} with QW on "
                f"{day.isoformat()}",
                codes=(line.procedure, "QW"),
            )


@referred.review
def referred_to_nobody(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The service facility is the reference laboratory."""
    claim = case.claim
    if claim.type is not ClaimType.PROFESSIONAL or "service_facility" in claim.not_shown:
        return
    if claim.provider(Role.SERVICE_FACILITY) is not None:
        return
    lines = [line for line, _ in coded_lines(claim) if "90" in line.modifiers]
    if lines:
        yield referred.finding(
            lines, "90 says that another laboratory did the test; the claim names none"
        )


def _tests(case: Case) -> Iterator[tuple[ServiceLine, date]]:
    """Lines of the laboratory section of CPT that are tests."""
    if case.claim.type is not ClaimType.PROFESSIONAL:
        return
    for line, day in coded_lines(case.claim):
        if _FIRST <= line.procedure <= _LAST and line.procedure not in _NO_TEST:
            yield line, day


def _waived(case: Case, codesets: CodeSets, line: ServiceLine, day: date) -> Iterator[OfficeRule]:
    return rules_of(case, codesets, "payer", "clia_waived", line.procedure, day)
