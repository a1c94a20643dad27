"""Units of service that are no count of anything.

Authority: ASC X12 005010X222A1, SV104 and 005010X223A2, SV205; CMS Medicare Claims Processing
Manual (Pub. 100-04), ch. 26, section 10.4, item 24G. How many units are too many is the MUE's.
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.concerns import line_that
from bots.checks.day import coded_lines
from bots.checks.findings import Denial, Finding, Severity
from bots.claims import Case, plain
from bots.codesets import CodeSets

# Counted in whole numbers. Anesthesia time and drugs may be billed in parts, and so may
# mileage, which is a supply to the table (Pub. 100-04, ch. 15, section 20.2: tenths of a mile).
_MAY_BE_PARTS = {"anesthesia", "drug", ""}
_MILEAGE = {"A0425", "A0435", "A0436"}

not_positive = Check(
    id="units-not-positive",
    family="units",
    title="Units of service are zero or less",
    authority="ASC X12 005010X222A1, SV104; Pub. 100-04, ch. 26, section 10.4, item 24G",
    severity=Severity.ERROR,
    when=(line_that(lambda line: line.units <= 0),),
    denial=Denial("CO", "16", "M53"),
)

fractional = Check(
    id="units-fractional",
    family="units",
    title="A fraction of a unit of a service that is counted whole",
    authority="Pub. 100-04, ch. 26, section 10.4, item 24G",
    severity=Severity.ERROR,
    needs=("procedure",),
    when=(line_that(lambda line: line.units != line.units.to_integral_value()),),
    denial=Denial("CO", "16", "M53"),
)


@not_positive.review
def zero_or_less(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Every line, coded or not."""
    for line in case.claim.lines:
        if line.units <= 0:
            yield not_positive.finding(line, f"{plain(line.units)} units; at least 1 is billed")


@fractional.review
def part_of_a_unit(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent on anesthesia, drugs, mileage, and codes of no known kind."""
    assert codesets.procedure is not None
    for line, day in coded_lines(case.claim):
        if line.units <= 0 or line.units == line.units.to_integral_value():
            continue
        row = codesets.procedure.find(line.procedure, on=day)
        if row is None or row.kind in _MAY_BE_PARTS or row.code in _MILEAGE:
            continue
        yield fractional.finding(
            line,
            f"{plain(line.units)} units of {line.procedure}, which is counted in whole units",
        )
