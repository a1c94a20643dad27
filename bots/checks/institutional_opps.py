"""How the outpatient hospital is paid: status indicators, and the edits that rest on them.

Authority: 42 CFR part 419; OPPS Addendum B and D1 (status indicators); CMS I/OCE
specifications, edits 9, 13, 18, 21, 27, 50, 60, 61, 62, 70 and 72; Medicare Claims Processing
Manual (Pub. 100-04), ch. 4, sections 10 and 180. Asked of bills 12x to 14x to Medicare from a
hospital that is paid under OPPS.
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.forms import is_procedure
from bots.checks.institutional_ground import bill_class, day_on, is_opps
from bots.checks.marks import Mark
from bots.claims import Case, ServiceLine
from bots.codesets import CodeSets

_D1 = "OPPS Addendum D1"
_CHAPTER_4 = "Medicare Claims Processing Manual (Pub. 100-04), ch. 4"
_WHEN = (Mark.INSTITUTIONAL, Mark.MEDICARE)
# Noncovered by the biller's own word.
_SAYS_NONCOVERED = frozenset({"GY", "GZ", "GX", "TS"})
_CONDITIONAL = frozenset({"Q1", "Q2", "Q3", "Q4"})
_SEPARATE = frozenset({"J1", "S", "T", "V"})

inpatient_only = Check(
    id="inpatient-only",
    family="institutional",
    title="An inpatient-only procedure on an outpatient bill",
    authority=f"42 CFR 419.22(n); {_CHAPTER_4}, 180.7; CMS I/OCE edit 18",
    severity=Severity.ERROR,
    needs=("opps",),
    when=_WHEN,
    denial=Denial("CO", "96", "N428"),
)
ca_several = Check(
    id="modifier-ca-several",
    family="institutional",
    title="Modifier CA on more than one procedure",
    authority=f"{_CHAPTER_4}, 180.7; CMS I/OCE edit 60",
    severity=Severity.ERROR,
    when=(*_WHEN, Mark.MODIFIED),
    denial=Denial("CO", "4"),
)
ca_alive = Check(
    id="modifier-ca-status",
    family="institutional",
    title="Modifier CA for a patient who did not die",
    authority=f"{_CHAPTER_4}, 180.7; CMS I/OCE edit 70",
    severity=Severity.ERROR,
    when=(*_WHEN, Mark.MODIFIED),
    denial=Denial("CO", "16", "MA43"),
)
incidental = Check(
    id="incidental-services-only",
    family="institutional",
    title="Every procedure of the bill is packaged, and nothing pays for it",
    authority=f"{_CHAPTER_4}, section 10.4; {_D1} (N); CMS I/OCE edit 27",
    severity=Severity.ERROR,
    needs=("opps",),
    when=_WHEN,
    denial=Denial("CO", "97", "N19"),
)
not_covered = Check(
    id="opps-not-covered",
    family="institutional",
    title="A service that no Medicare outpatient benefit covers, billed as covered",
    authority=f"{_D1} (E1 and E2); CMS I/OCE edits 9, 13 and 50",
    severity=Severity.ERROR,
    needs=("opps",),
    when=_WHEN,
    denial=Denial("CO", "96", "N180"),
)
not_recognized = Check(
    id="opps-code-not-recognized",
    family="institutional",
    title="A code that OPPS does not recognize; another may",
    authority=f"{_D1} (B); CMS I/OCE edit 62",
    severity=Severity.ERROR,
    needs=("opps",),
    when=_WHEN,
    denial=Denial("CO", "16", "N657"),
)
elsewhere = Check(
    id="opps-billed-elsewhere",
    family="institutional",
    title="A code that is not billed to this contractor",
    authority=f"{_D1} (M and Y); CMS I/OCE edits 61 and 72",
    severity=Severity.ERROR,
    needs=("opps",),
    when=_WHEN,
    denial=Denial("CO", "109"),
)
discontinued = Check(
    id="opps-code-discontinued",
    family="institutional",
    title="A code that OPPS has discontinued",
    authority=f"{_D1} (D); CMS I/OCE edit 6",
    severity=Severity.ERROR,
    needs=("opps",),
    when=_WHEN,
    denial=Denial("CO", "181"),
)
packaged = Check(
    id="opps-packaged",
    family="institutional",
    title="A service that is paid within another one of the bill",
    authority=f"42 CFR 419.2(b); {_D1} (Q1 to Q4); {_CHAPTER_4}, section 10.4",
    severity=Severity.INFO,
    needs=("opps",),
    when=(*_WHEN, Mark.LINES),
)
comprehensive = Check(
    id="opps-comprehensive",
    family="institutional",
    title="A comprehensive service takes the other lines into its payment",
    authority=f"42 CFR 419.2(b); {_CHAPTER_4}, section 10.2.3; {_D1} (J1)",
    severity=Severity.INFO,
    needs=("opps",),
    when=(*_WHEN, Mark.LINES),
)
visit = Check(
    id="visit-with-procedure",
    family="institutional",
    title="A visit on the day of a procedure, without modifier 25",
    authority=f"CMS I/OCE edit 21; {_CHAPTER_4}, section 20.6",
    severity=Severity.ERROR,
    needs=("opps",),
    when=(*_WHEN, Mark.LINES),
    denial=Denial("CO", "97", "N19"),
)
_VISITS = frozenset({"G0463", "99281", "99282", "99283", "99284", "99285", "G0380", "G0381",
                     "G0382", "G0383", "G0384"})  # fmt: skip


def _statuses(case: Case, codesets: CodeSets) -> list[tuple[ServiceLine, str]]:
    """Lines with their status indicator on the day, where the table knows the code."""
    table, claim = codesets.opps, case.claim
    if table is None or not is_opps(claim):
        return []
    found = []
    for line in claim.lines:
        if is_procedure(line.procedure):
            row = table.find(line.procedure, on=day_on(claim, line) or case.as_of)
            if row is not None:
                found.append((line, row.status.upper()))
    return found


def _billed_as_covered(case: Case, line: ServiceLine) -> bool:
    if case.claim.condition_codes and {"20", "21"}.intersection(case.claim.condition_codes):
        return False
    if line.noncovered_charge is not None and line.noncovered_charge >= line.charge > 0:
        return False
    return not _SAYS_NONCOVERED.intersection(line.modifiers)


@inpatient_only.review
def inpatient_only_outpatient(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Status C; modifier CA is the exception for a patient who dies before admission."""
    for line, status in _statuses(case, codesets):
        if status == "C" and "CA" not in line.modifiers and _billed_as_covered(case, line):
            yield inpatient_only.finding(
                line,
                f"Line {line.number}: {line.procedure} has status C (inpatient only); "
                f"the type of bill is {case.claim.bill_type}",
            )


@ca_several.review
def ca_on_several(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Lines or units."""
    lines = [line for line in case.claim.lines if "CA" in line.modifiers]
    if not is_opps(case.claim) or not lines:
        return
    if len(lines) > 1 or lines[0].units > 1:
        yield ca_several.finding(lines, "Modifier CA is for one procedure only")


@ca_alive.review
def ca_for_one_who_lives(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """An inpatient-only procedure of an emergency, on one who dies before admission."""
    claim = case.claim
    lines = [line for line in claim.lines if "CA" in line.modifiers]
    if is_opps(claim) and lines and claim.discharge_status != "20":
        yield ca_alive.finding(
            lines,
            f"Modifier CA asks for discharge status 20; it is {claim.discharge_status or 'empty'}",
        )


@incidental.review
def nothing_but_packaged(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """All coded lines of status N. A code that the table does not know may be paid."""
    claim = case.claim
    seen = _statuses(case, codesets)
    coded = [line for line in claim.lines if line.procedure.strip()]
    if bill_class(claim) == "14" or not seen or len(seen) < len(coded):
        return
    if all(status == "N" for _, status in seen):
        yield incidental.finding(
            [line for line, _ in seen],
            "Every procedure of the bill has status N (packaged); none pays for them",
        )


@not_covered.review
def not_covered_by_medicare(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """E1 and E2; lifted by GY, GX or GZ, condition codes 20 and 21, or noncovered charges."""
    for line, status in _statuses(case, codesets):
        if status in {"E", "E1", "E2"} and _billed_as_covered(case, line):
            yield not_covered.finding(
                line, f"Line {line.number}: {line.procedure} has status {status} (not covered)"
            )


@not_recognized.review
def not_recognized_under_opps(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Status B."""
    for line, status in _statuses(case, codesets):
        if status == "B" and _billed_as_covered(case, line):
            yield not_recognized.finding(
                line,
                f"Line {line.number}: {line.procedure} has status B; "
                "OPPS takes another code for it, or another type of bill",
            )


@elsewhere.review
def for_another_contractor(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """M is billed to no MAC on this bill, Y to the DME contractor."""
    for line, status in _statuses(case, codesets):
        if status in {"M", "Y"}:
            who = "the DME contractor" if status == "Y" else "no contractor on this bill"
            yield elsewhere.finding(
                line, f"Line {line.number}: {line.procedure} has status {status}: billed to {who}"
            )


@discontinued.review
def discontinued_code(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Status D in the release of the day."""
    for line, status in _statuses(case, codesets):
        if status == "D":
            yield discontinued.finding(
                line, f"Line {line.number}: {line.procedure} has status D (discontinued)"
            )


@packaged.review
def packaged_into_another(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Q1 beside S, T or V, Q2 beside T, on the same day; J1 packages all: `opps-comprehensive`."""
    seen = _statuses(case, codesets)
    if any(status == "J1" for _, status in seen):
        return
    for line, status in seen:
        if status not in {"Q1", "Q2"}:
            continue
        into = {"T"} if status == "Q2" else {"S", "T", "V"}
        day = day_on(case.claim, line)
        payers = [
            other
            for other, its in seen
            if its in into and other is not line and day_on(case.claim, other) == day
        ]
        if payers:
            yield packaged.finding(
                line,
                f"Line {line.number}: {line.procedure} (status {status}) is paid within "
                f"{payers[0].procedure} of the same day",
            )


@comprehensive.review
def taken_into_a_comprehensive_service(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Says which line pays, and how many separately paid ones it takes in."""
    seen = _statuses(case, codesets)
    primary = [line for line, status in seen if status == "J1"]
    others = [line for line, status in seen if status in _SEPARATE | _CONDITIONAL]
    taken = [line for line in others if line not in primary]
    if primary and taken:
        yield comprehensive.finding(
            taken,
            f"{primary[0].procedure} has status J1: its payment takes in "
            f"{len(taken)} other line{'s' if len(taken) > 1 else ''} of the bill",
        )


@visit.review
def visit_beside_a_procedure(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Clinic and emergency visits beside status S or T of the day; 25 and J1 lift it."""
    seen = _statuses(case, codesets)
    if any(status == "J1" for _, status in seen):
        return
    for line, _ in seen:
        if line.procedure not in _VISITS or "25" in line.modifiers:
            continue
        day = day_on(case.claim, line)
        beside = [
            other
            for other, status in seen
            if status in {"S", "T"}
            and other is not line
            and other.procedure not in _VISITS
            and day_on(case.claim, other) == day
        ]
        if beside:
            yield visit.finding(
                [line, *beside],
                f"{line.procedure} stands beside {beside[0].procedure} of the same day "
                "without modifier 25",
            )
