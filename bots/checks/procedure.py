"""Procedure codes that do not exist, do not hold on the day, or are never paid.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 23, section 20.4 (deleted
codes) and section 30.2.2 (status indicators of the fee schedule); ASC X12 005010X222A1, SV101.
The fee schedule binds Medicare's professional claims: for another payer its status is a
warning, and on an institutional claim it says nothing. Status E and X are paid otherwise, if at
all (drugs, laboratory tests, ambulances): they are no fault of a claim.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from bots.checks.catalogue import Check
from bots.checks.concerns import priced
from bots.checks.day import coded_lines, lines_beside
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.marks import Mark
from bots.checks.modifier_ground import fee_row
from bots.checks.needs import is_supplier
from bots.claims import Case, ClaimType, ServiceLine
from bots.codesets import CodeSets, FeeIndicators, Procedure

# MPFS status indicators under which Medicare pays nothing for the code by itself.
NEVER_PAID = {
    "B": "always bundled into another service",
    "D": "deleted",
    "F": "deleted, without days of grace",
    "G": "not valid for Medicare, which wants another code",
    "I": "not valid for Medicare, which wants another code",
    "N": "not covered",
}
_DENIED_AS = {
    "B": Denial("CO", "97", "M15"),
    "D": Denial("CO", "181"),
    "F": Denial("CO", "181"),
    "G": Denial("CO", "16", "N56"),
    "I": Denial("CO", "16", "N56"),
    "N": Denial("CO", "96", "N425"),
}
PAID_ALONE = "T"
_SUPPLY_OF_A_SERVICE, _REPORTED_ONLY = "P", ("M", "Q")
_ENDOSCOPY = "3"  # multiple procedure indicator: paid as one of a family with a base code
_A_CENT = Decimal("0.01")
_APART = frozenset({"59", "XE", "XP", "XS", "XU", "76", "77", "78", "79", "58"})
# Services "payable under the physician fee schedule": active, carrier-priced, restricted.
PAYABLE = frozenset({"A", "C", "R"})

unknown = Check(
    id="procedure-unknown",
    family="procedure",
    title="The procedure code is in no table",
    authority="Pub. 100-04, ch. 23, section 20.3; HIPAA code set, 45 CFR 162.1002",
    severity=Severity.ERROR,
    needs=("procedure",),
    when=(Mark.ODD_CODE,),
    denial=Denial("CO", "181"),
)

not_in_force = Check(
    id="procedure-not-in-force",
    family="procedure",
    title="The procedure code does not hold on the date of service",
    authority="Pub. 100-04, ch. 23, section 20.4",
    severity=Severity.ERROR,
    needs=("procedure",),
    when=(Mark.ODD_CODE,),
    denial=Denial("CO", "181"),
)

never_paid = Check(
    id="procedure-never-paid",
    family="procedure",
    title="The fee schedule never pays the code by itself",
    authority="Pub. 100-04, ch. 23, section 30.2.2 (status B, I, N)",
    severity=Severity.ERROR,
    needs=("mpfs",),
    when=(Mark.PROFESSIONAL, priced(lambda row: row.status in NEVER_PAID)),
    denial=Denial("CO", "96", "N425"),
)

paid_alone = Check(
    id="procedure-paid-alone",
    family="procedure",
    title="The code is paid only when nothing else is payable that day",
    authority="Pub. 100-04, ch. 23, section 30.2.2 (status T)",
    severity=Severity.ERROR,
    needs=("mpfs",),
    when=(Mark.PROFESSIONAL, priced(lambda row: row.status == PAID_ALONE), Mark.LINES | Mark.NEAR),
    denial=Denial("CO", "97", "M15"),
)

undescribed = Check(
    id="procedure-undescribed",
    family="procedure",
    title="An unlisted procedure has no description",
    authority="ASC X12 005010X222A1, SV101-7; Pub. 100-04, ch. 26, section 10.4, item 24D",
    severity=Severity.ERROR,
    needs=("procedure",),
    when=(Mark.UNLISTED,),
    denial=Denial("CO", "16", "N350"),
)

supply = Check(
    id="procedure-supply-of-service",
    family="procedure",
    title="A supply that is paid with the physician's service, or by another contractor",
    authority="Pub. 100-04, ch. 23, section 30.2.2 (status P); ch. 12, section 20.4.4",
    severity=Severity.ERROR,
    needs=("mpfs",),
    when=(Mark.PROFESSIONAL, priced(lambda row: row.status == _SUPPLY_OF_A_SERVICE)),
    denial=Denial("CO", "97", "M15"),
)

reported_only = Check(
    id="procedure-reported-only",
    family="procedure",
    title="A code that only reports carries a charge",
    authority="Pub. 100-04, ch. 23, section 30.2.2 and addendum (status M and Q)",
    severity=Severity.INFO,
    needs=("mpfs",),
    when=(Mark.PROFESSIONAL, priced(lambda row: row.status in _REPORTED_ONLY)),
    denial=Denial("CO", "246", "N620"),
)

endoscopic_base = Check(
    id="procedure-endoscopic-base",
    family="procedure",
    title="The base endoscopy beside one of its own family",
    authority="Pub. 100-04, ch. 12, section 40.6.C; ch. 23, addendum (endoscopic base code)",
    severity=Severity.WARNING,
    needs=("mpfs",),
    when=(
        Mark.PROFESSIONAL,
        priced(lambda row: row.multiple == _ENDOSCOPY and bool(row.base)),
        Mark.LINES,
    ),
    denial=Denial("CO", "97", "M15"),
)


@unknown.review
def not_in_any_table(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Unanswered where the list does not say that it is complete."""
    assert codesets.procedure is not None
    table = codesets.procedure
    open_list = False
    for line, day in coded_lines(case.claim):
        if table.rows(line.procedure):
            continue
        if not table.knows_all(line.procedure, day):
            open_list = True
            continue
        release = codesets.release("procedure", day)
        yield unknown.finding(line, f"{line.procedure} is no procedure code of {release}")
    if open_list:
        yield unknown.not_evaluated("procedure: the imported list does not say it is complete")


@not_in_force.review
def out_of_its_dates(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent on a code that no row knows at all."""
    assert codesets.procedure is not None
    for line, day in coded_lines(case.claim):
        rows = codesets.procedure.rows(line.procedure)
        if rows and not any(row.holds_on(day) for row in rows):
            yield not_in_force.finding(
                line,
                f"{line.procedure} {_when(rows, day)}; the date of service is {day.isoformat()}",
            )


@never_paid.review
def status_pays_nothing(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent on institutional claims."""
    for line, row in _professional_rows(case, codesets):
        if row.status in NEVER_PAID:
            yield never_paid.finding(
                line,
                f"{line.procedure} has status {row.status}: {NEVER_PAID[row.status]}",
                severity=_fee_schedule_severity(case),
                denial=_DENIED_AS[row.status],
            )


@paid_alone.review
def not_alone_that_day(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Looks at the same provider's other claims of the day where they can be seen."""
    assert codesets.mpfs is not None
    rows = list(_professional_rows(case, codesets))
    dependent = [(line, row) for line, row in rows if row.status == PAID_ALONE]
    if not dependent:
        return
    paid = {(line.procedure, line.service_date) for line, row in rows if row.status in PAYABLE}
    for other in lines_beside(case):
        row = codesets.mpfs.find(other.line.procedure, "", on=other.day)
        if row is not None and row.status in PAYABLE:
            paid.add((row.code, other.day))
    for line, _ in dependent:
        others = sorted(code for code, day in paid if day == line.service_date)
        if others:
            yield paid_alone.finding(
                line,
                f"{line.procedure} has status T and is bundled that day into {others[0]}",
                codes=(line.procedure, *others),
                severity=_fee_schedule_severity(case),
            )


@supply.review
def paid_with_the_service(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent on a supplier's claim, which is not paid by the fee schedule at all."""
    if is_supplier(case.claim):
        return
    for line, row in _professional_rows(case, codesets):
        if row.status == _SUPPLY_OF_A_SERVICE:
            yield supply.finding(
                line,
                f"{line.procedure} has status P: bundled into the physician's service on the "
                "day, or excluded from the fee schedule",
                severity=_fee_schedule_severity(case),
            )


@reported_only.review
def charge_on_a_report(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A charge of a cent is how such a line passes systems that want one."""
    for line, row in _professional_rows(case, codesets):
        if row.status in _REPORTED_ONLY and line.charge > _A_CENT:
            yield reported_only.finding(
                line,
                f"{line.procedure} has status {row.status}: it only reports, and nothing is paid",
            )


@endoscopic_base.review
def base_beside_its_family(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent where NCCI has an edit of the two, and where a modifier sets the base apart."""
    rows = list(_professional_rows(case, codesets))
    families = {
        (row.base, line.service_date): line
        for line, row in rows
        if row.multiple == _ENDOSCOPY and row.base and row.base != row.code
    }
    if not families:
        return
    edits = codesets.ptp_practitioner
    for line, _ in rows:
        member = families.get((line.procedure, line.service_date))
        if member is None or not _APART.isdisjoint(line.modifiers + member.modifiers):
            continue
        if edits is not None and edits.relates(line.procedure, member.procedure):
            continue
        yield endoscopic_base.finding(
            (line, member),
            f"{line.procedure} is the base of {member.procedure}; with one of its family on the "
            "day the base is not paid besides",
        )


@undescribed.review
def unlisted_without_words(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Any words will do; whether they describe it is a person's to say."""
    assert codesets.procedure is not None
    for line, day in coded_lines(case.claim):
        row = codesets.procedure.find(line.procedure, on=day)
        if row is not None and row.unlisted and not line.description.strip():
            yield undescribed.finding(
                line,
                f"{line.procedure} is not otherwise classified and needs a description",
            )


def _professional_rows(
    case: Case, codesets: CodeSets
) -> Iterator[tuple[ServiceLine, FeeIndicators]]:
    """Lines of an 837P with their row in force; none of an 837I, which OPPS prices."""
    if case.claim.type is not ClaimType.PROFESSIONAL:
        return
    for line, day in coded_lines(case.claim):
        row = fee_row(codesets, line.procedure, day)
        if row is not None:
            yield line, row


def _fee_schedule_severity(case: Case) -> Severity:
    return Severity.ERROR if case.claim.coverage.is_medicare else Severity.WARNING


def _when(rows: tuple[Procedure, ...], day: date) -> str:
    """Why no row holds: it ended before the day, or begins after it."""
    ended = [row.until for row in rows if row.until is not None and row.until < day]
    if ended:
        return f"ended on {max(ended).isoformat()}"
    return f"begins on {min(row.since for row in rows if row.since).isoformat()}"
