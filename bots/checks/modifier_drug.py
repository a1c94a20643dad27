"""Drugs from single-dose containers: JW for what was discarded, JZ where nothing was.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 17, section 40 (discarded
drugs; JW since 2017-01-01, JZ required since 2023-07-01); Social Security Act 1847A(h). Which of
the two is right, the record of the administration says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from bots.checks.catalogue import Check
from bots.checks.code_ranges import is_in
from bots.checks.concerns import bearing
from bots.checks.day import is_professional, lines_with
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.marks import Mark
from bots.claims import Administration, Case, ServiceLine
from bots.codesets import CodeSets

JZ_REQUIRED = date(2023, 7, 1)
# The vaccines of 1861(s)(10) need neither; the others of these codes are let be with them.
_VACCINES = (("90476", "90759"), ("91300", "91399"), ("Q2033", "Q2039"))
_NO_DRUGS = (("00100", "90280"), ("90785", "99607"))  # numbered codes but biologicals, vaccines
_MISSING, _WRONG = Denial("CO", "16", "N822"), Denial("CO", "16", "N823")

contradict = Check(
    id="drug-jw-with-jz",
    family="modifier",
    title="Discarded and nothing discarded on one line",
    authority="Pub. 100-04, ch. 17, section 40",
    severity=Severity.ERROR,
    when=(Mark.MEDICARE, bearing("JW"), bearing("JZ")),
    denial=Denial("CO", "16", "N519"),
)

beside = Check(
    id="drug-jz-beside-jw",
    family="modifier",
    title="A drug is said to be wholly used on one line and discarded on another",
    authority="Pub. 100-04, ch. 17, section 40",
    severity=Severity.ERROR,
    when=(Mark.MEDICARE, bearing("JW"), bearing("JZ"), Mark.SAME_CODE),
    denial=Denial("CO", "16", "N519"),
)

nothing_given = Check(
    id="drug-jw-alone",
    family="modifier",
    title="A discarded amount, and no line for the amount that was given",
    authority="Pub. 100-04, ch. 17, section 40 (two lines of one claim)",
    severity=Severity.ERROR,
    when=(Mark.MEDICARE, bearing("JW")),
    denial=_WRONG,
)

missing = Check(
    id="drug-jw-jz-missing",
    family="modifier",
    title="A drug from a single-dose container has neither JW nor JZ",
    authority="Pub. 100-04, ch. 17, section 40 (since 2023-07-01)",
    severity=Severity.ERROR,
    needs=("documentation",),
    when=(Mark.PROFESSIONAL, Mark.MEDICARE, Mark.DRUG),
    denial=_MISSING,
)

not_single_dose = Check(
    id="drug-jw-jz-multiple-dose",
    family="modifier",
    title="JW or JZ on a drug from a container of several doses",
    authority="Pub. 100-04, ch. 17, section 40 (single-dose containers only)",
    severity=Severity.ERROR,
    needs=("documentation",),
    when=(Mark.MEDICARE, bearing("JW", "JZ"), Mark.DOCUMENTED),
    denial=_WRONG,
)

against_record = Check(
    id="drug-jz-against-record",
    family="modifier",
    title="JZ, and the record of the administration shows a discarded amount",
    authority="Pub. 100-04, ch. 17, section 40",
    severity=Severity.ERROR,
    needs=("documentation",),
    when=(Mark.MEDICARE, bearing("JZ"), Mark.DOCUMENTED),
    denial=_WRONG,
)

no_drug = Check(
    id="drug-jw-jz-no-drug",
    family="modifier",
    title="JW or JZ on a service that is no drug",
    authority="Pub. 100-04, ch. 17, section 40",
    severity=Severity.ERROR,
    when=(Mark.MEDICARE, bearing("JW", "JZ")),
    denial=_WRONG,
)


@contradict.review
def discarded_and_not(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Medicare's modifiers."""
    for line, _ in _medicare_lines(case, "JW"):
        if "JW" in line.modifiers and "JZ" in line.modifiers:
            yield contradict.finding(
                line, f"{line.procedure} with JW and JZ: something was discarded, or nothing"
            )


@beside.review
def wholly_used_and_discarded(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent where two NDCs show two containers."""
    used: dict[tuple[str, date, str], ServiceLine] = {}
    for line, day in _medicare_lines(case, "JZ"):
        if "JZ" in line.modifiers and "JW" not in line.modifiers:
            used.setdefault((line.procedure, day, line.ndc), line)
    for line, day in _medicare_lines(case, "JW") if used else ():
        other = used.get((line.procedure, day, line.ndc))
        if other is not None and "JW" in line.modifiers and "JZ" not in line.modifiers:
            yield beside.finding(
                (other, line),
                f"{line.procedure} with JZ on line {other.number} and JW on line {line.number}; "
                "with a discarded amount the amount given has no JZ",
                codes=(line.procedure,),
            )


@nothing_given.review
def discarded_alone(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The amount given stands on the same claim, so other claims are not asked."""
    discarded = list(_medicare_lines(case, "JW"))
    if not discarded:
        return
    given = {(line.procedure, day) for line, day in _medicare_lines(case) if _is_given(line)}
    for line, day in discarded:
        if (line.procedure, day) not in given:
            yield nothing_given.finding(
                line,
                f"{line.procedure} with JW and no line for the amount given on {day.isoformat()}",
            )


@missing.review
def neither_of_them(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Only where the record says that the container was of a single dose.

    Professional claims only: a hospital's packaged drug needs neither. Nor does a vaccine.
    """
    records = _records(case)
    if not records or not is_professional(case):
        return
    marked = {(line.procedure, day) for line, day in _medicare_lines(case, "JW", "JZ")}
    for line, day in _medicare_lines(case):
        key = (line.procedure, day)
        entries = [entry for entry in records.get(key, ()) if entry.single_dose]
        if day < JZ_REQUIRED or key in marked or not entries:
            continue
        if is_in(line.procedure, _VACCINES):
            continue
        wasted = sum(entry.wasted or 0 for entry in entries)
        said = (
            "JW on a line for what was discarded" if wasted else "JZ where nothing was discarded"
        )
        yield missing.finding(
            line,
            f"{line.procedure} came from a single-dose container and has neither JW nor JZ; "
            f"{said}",
            quote=[entry.number for entry in entries],
        )


@not_single_dose.review
def container_of_several_doses(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Only where every record of the drug that day says so."""
    records = _records(case)
    for line, day in _medicare_lines(case, "JW", "JZ") if records else ():
        used = [entry for entry in ("JW", "JZ") if entry in line.modifiers]
        entries = records.get((line.procedure, day), [])
        if used and entries and all(entry.single_dose is False for entry in entries):
            yield not_single_dose.finding(
                line,
                f"{line.procedure} with {used[0]}, and the container holds several doses",
                quote=[entry.number for entry in entries],
            )


@against_record.review
def nothing_discarded_against_the_record(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A part of a unit that the given units already round up is not asked to be billed."""
    records = _records(case)
    for line, day in _medicare_lines(case, "JZ") if records else ():
        entries = [e for e in records.get((line.procedure, day), ()) if (e.wasted or 0) >= 1]
        if "JZ" in line.modifiers and "JW" not in line.modifiers and entries:
            yield against_record.finding(
                line,
                f"{line.procedure} with JZ, and the record shows a discarded amount",
                quote=[entry.number for entry in entries],
            )


@no_drug.review
def service_that_is_no_drug(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Numbered codes outside immune globulins and vaccines, unless the table says drug."""
    table = codesets.procedure
    for line, day in _medicare_lines(case, "JW", "JZ"):
        used = [entry for entry in ("JW", "JZ") if entry in line.modifiers]
        if not used or not is_in(line.procedure, _NO_DRUGS):
            continue
        row = table.find(line.procedure, on=day) if table is not None else None
        if row is None or row.kind != "drug":
            yield no_drug.finding(
                line,
                f"{used[0]} on {line.procedure}, which is no drug",
                codes=(line.procedure, used[0]),
            )


def _medicare_lines(case: Case, *modifiers: str) -> Iterable[tuple[ServiceLine, date]]:
    if not case.claim.coverage.is_medicare:
        return ()
    return lines_with(case.claim, modifiers)


def _is_given(line: ServiceLine) -> bool:
    return "JW" not in line.modifiers


def _records(case: Case) -> dict[tuple[str, date], list[Administration]]:
    found: dict[tuple[str, date], list[Administration]] = {}
    for entry in case.documentation.administrations if case.documentation is not None else ():
        found.setdefault((entry.code, entry.given_on), []).append(entry)
    return found
