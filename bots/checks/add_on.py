"""An add-on code without the service it is added to.

Authority: CMS NCCI Policy Manual, ch. I, section R (add-on codes) and the add-on code edit
files; CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 12, section 30. The primary may
stand on another claim of the same day and provider: the same NPI, or for a visit the same group
and specialty (as for critical care). Denied as CO-107 N122.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bots.checks.catalogue import Check
from bots.checks.day import coded_lines, other_bills, performer_of
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.group import is_same_physician
from bots.checks.marks import Mark
from bots.checks.modifier_ground import is_visit
from bots.checks.needs import ncci_side
from bots.claims import Case, ServiceLine
from bots.codesets import AddOn, CodeSets

# Type 1: the list of primaries is whole. Type 2: CMS lists none, the contractor decides.
# Type 3: some are listed, the contractor may take others.
_WHOLE_LIST = "1"
_DENIAL = Denial("CO", "107", "N122")

alone = Check(
    id="add-on-alone",
    family="add-on",
    title="An add-on code without its primary",
    authority="CMS NCCI Policy Manual, ch. I, section R; Pub. 100-04, ch. 12, section 30",
    severity=Severity.ERROR,
    needs=("add_on",),
    when=(Mark.ADD_ON,),
    denial=_DENIAL,
)

denied_primary = Check(
    id="add-on-primary-denied",
    family="add-on",
    title="The only primary of an add-on code was denied",
    authority="CMS NCCI Policy Manual, ch. I, section R (paid only if a primary is paid)",
    severity=Severity.WARNING,
    needs=("add_on",),
    when=(Mark.ADD_ON, Mark.NEAR),
    denial=_DENIAL,
)


@alone.review
def no_primary_that_day(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Silent where NCCI binds no such claim; unanswered where other claims cannot be seen."""
    assert codesets.add_on is not None
    if ncci_side(case) is None:
        return
    history_lacks = False
    for line, day in coded_lines(case.claim):
        rows = [row for row in codesets.add_on.rows(line.procedure) if row.holds_on(day)]
        if not rows or _has_primary(rows, _codes_of_the_day(case, line, day), codesets, day):
            continue
        if not case.knows_all_claims:
            history_lacks = True
            continue
        listed = sorted({row.primary for row in rows if row.primary})
        yield alone.finding(
            line,
            f"{line.procedure} is an add-on code and no primary of it stands on "
            f"{day.isoformat()}; {_accepted(listed)}",
            severity=_severity(rows),
        )
    if history_lacks:
        yield alone.not_evaluated("the patient's other claims")


@denied_primary.review
def primary_not_paid(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent where another primary stands on this claim or on one that was not denied."""
    assert codesets.add_on is not None
    if ncci_side(case) is None:
        return
    for line, day in coded_lines(case.claim):
        rows = [row for row in codesets.add_on.rows(line.procedure) if row.holds_on(day)]
        if not rows or _has_primary(
            rows, _codes_of_the_day(case, line, day, denied=False), codesets, day
        ):
            continue
        if _has_primary(rows, _codes_of_the_day(case, line, day), codesets, day):
            yield denied_primary.finding(
                line,
                f"{line.procedure} is an add-on code, and the only primary of "
                f"{day.isoformat()} stands on a denied claim",
            )


def _codes_of_the_day(
    case: Case, line: ServiceLine, day: date, *, denied: bool = True
) -> set[str]:
    """What the provider billed that day; with `denied`, denied or not: that may be reversed."""
    claim = case.claim
    who = performer_of(claim, line)
    codes = {
        entry.procedure
        for entry, on in coded_lines(claim)
        if on == day and performer_of(claim, entry) == who
    }
    for other in other_bills(case, denied=denied):
        group = is_visit(line.procedure) and is_same_physician(claim, other)
        codes |= {
            entry.procedure
            for entry, on in coded_lines(other)
            if on == day and (group or performer_of(other, entry) == who)
        }
    return codes


def _has_primary(rows: list[AddOn], codes: set[str], codesets: CodeSets, day: date) -> bool:
    if any(row.primary in codes for row in rows):
        return True
    if any(row.primary for row in rows):
        return False
    # No list at all: any service that is no add-on itself may be the primary.
    assert codesets.add_on is not None
    table = codesets.add_on
    return any(not any(row.holds_on(day) for row in table.rows(code)) for code in codes)


def _severity(rows: list[AddOn]) -> Severity:
    whole = all(row.type == _WHOLE_LIST or not row.primary for row in rows)
    return Severity.ERROR if whole else Severity.WARNING


def _accepted(listed: list[str]) -> str:
    if not listed:
        return "any primary would do"
    shown = ", ".join(listed[:4])
    return f"accepted: {shown}" + (f" and {len(listed) - 4} more" if len(listed) > 4 else "")
