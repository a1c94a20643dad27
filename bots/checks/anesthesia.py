"""Anesthesia: who did it, for how many minutes, and with which modifiers.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 12, section 50 (personally
performed, medically directed, supervised; time; modifiers; several procedures of one day) and
sections 140.3.2 and 140.3.3 (nurse anesthetists); ASC X12 005010X222A1, SV103 (MJ, minutes). How
many cases ran at once cannot be seen from one patient's claim, so the limits of four are not
asked; that the modifiers of both sides agree, is.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from bots.checks.catalogue import Check
from bots.checks.clock import minutes_together
from bots.checks.concerns import bearing, line_that
from bots.checks.day import claims_beside, coded_lines, professional_lines
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.marks import Mark
from bots.claims import Case, ServiceLine, plain
from bots.codesets import CodeSets

_CHAPTER_12 = "Pub. 100-04, ch. 12"
_WHEN = (Mark.PROFESSIONAL, Mark.ANESTHESIA)
_MEDICARE = (*_WHEN, Mark.MEDICARE)
_DOCUMENTED = (*_WHEN, Mark.DOCUMENTED)
_PAYMENT = ("AA", "AD", "QK", "QX", "QY", "QZ")
# Added to another code, or daily management: no payment modifier of its own time.
_NO_TIME = frozenset(["01953", "01996"])
_ADDED = frozenset(["01953", "01968", "01969"])
_STATUS = frozenset(["P1", "P2", "P3", "P4", "P5", "P6"])
_MONITORED = ("QS", "G8", "G9")
_DEEP = frozenset(["00100", "00160", "00300", "00400", "00532", "00920"])
# What the other side of one case bears: who alone did it has nobody beside.
_GOES_WITH = {
    "AA": frozenset[str](),
    "QZ": frozenset[str](),
    "QK": frozenset(["QX"]),
    "QY": frozenset(["QX"]),
    "AD": frozenset(["QX"]),
    "QX": frozenset(["QK", "QY", "AD"]),
}
_TIMES = "the minutes of anesthesia"

modifier_missing = Check(
    id="anesthesia-modifier-missing",
    family="procedure",
    title="Anesthesia without the modifier that says who gave it",
    authority=f"{_CHAPTER_12}, sections 50.I and 140.3.3",
    severity=Severity.ERROR,
    when=_MEDICARE,
    denial=Denial("CO", "16", "N822"),
)

modifiers_together = Check(
    id="anesthesia-modifiers-together",
    family="procedure",
    title="Two modifiers that each say who gave the anesthesia",
    authority=f"{_CHAPTER_12}, sections 50.I and 140.3.3",
    severity=Severity.ERROR,
    when=(
        Mark.PROFESSIONAL,
        Mark.ANESTHESIA,
        line_that(lambda line: len(set(_payment(line))) > 1),
    ),
    denial=Denial("CO", "4", "N519"),
)

sides_disagree = Check(
    id="anesthesia-sides-disagree",
    family="procedure",
    title="The claims of both sides of one anesthesia do not go together",
    authority=f"{_CHAPTER_12}, sections 50.I and 140.4.2",
    severity=Severity.WARNING,
    when=(Mark.PROFESSIONAL, Mark.ANESTHESIA, Mark.LINES | Mark.NEAR),
    denial=Denial("CO", "97", "N20"),
)

not_minutes = Check(
    id="anesthesia-not-in-minutes",
    family="units",
    title="Anesthesia counted in units where the payer wants minutes",
    authority=f"{_CHAPTER_12}, section 50; ASC X12 005010X222A1, SV103 (MJ)",
    severity=Severity.ERROR,
    when=_MEDICARE,
    denial=Denial("CO", "16", "N203"),
)

minutes_above = Check(
    id="anesthesia-minutes-above",
    family="units",
    title="More minutes of anesthesia than the record shows",
    authority=f"{_CHAPTER_12}, section 50; 42 CFR 414.46(a)(3)",
    severity=Severity.ERROR,
    needs=("documentation",),
    when=_DOCUMENTED,
    denial=Denial("CO", "152"),
)

minutes_below = Check(
    id="anesthesia-minutes-below",
    family="units",
    title="Fewer minutes of anesthesia than the record shows",
    authority=f"{_CHAPTER_12}, section 50; 42 CFR 414.46(a)(3)",
    severity=Severity.INFO,
    needs=("documentation",),
    when=_DOCUMENTED,
)

physical_status = Check(
    id="anesthesia-physical-status",
    family="procedure",
    title="Physical status given twice, or to Medicare, which does not pay for it",
    authority="CPT anesthesia guidelines; 42 CFR 414.46",
    severity=Severity.INFO,
    when=(Mark.PROFESSIONAL, Mark.ANESTHESIA, bearing(*_STATUS)),
)

monitored = Check(
    id="anesthesia-monitored-care",
    family="procedure",
    title="Modifiers of monitored anesthesia care that do not go together",
    authority=f"{_CHAPTER_12}, sections 50.H and 50.I",
    severity=Severity.WARNING,
    when=(Mark.PROFESSIONAL, Mark.ANESTHESIA, bearing(*_MONITORED)),
    denial=Denial("CO", "4", "N519"),
)

by_surgeon = Check(
    id="anesthesia-modifier-47",
    family="procedure",
    title="Modifier 47 on a code of anesthesia",
    authority="CPT modifier 47; NCCI Policy Manual, ch. II",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, Mark.ANESTHESIA, bearing("47")),
    denial=Denial("CO", "4", "N519"),
)

several = Check(
    id="anesthesia-several-codes",
    family="procedure",
    title="Two codes of anesthesia for one session",
    authority=f"{_CHAPTER_12}, section 50; NCCI Policy Manual, ch. II",
    severity=Severity.WARNING,
    when=(*_WHEN, Mark.LINES),
    denial=Denial("CO", "59"),
)


@modifier_missing.review
def nobody_named(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Medicare only; daily management and an addition to another code need none."""
    for line, _ in _anesthesia(case) if case.claim.coverage.is_medicare else ():
        if line.procedure not in _NO_TIME and not _payment(line):
            yield modifier_missing.finding(
                line, f"{line.procedure} needs one of {', '.join(_PAYMENT)}"
            )


@modifiers_together.review
def two_say_who(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """One line is one person's part."""
    for line, _ in _anesthesia(case):
        said = _payment(line)
        if len(set(said)) > 1:
            yield modifiers_together.finding(
                line, f"{line.procedure} bears {' and '.join(said)}: a line has one of them"
            )


@sides_disagree.review
def both_sides(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Two lines of one code and day, on this claim and the patient's others."""
    lines = [(line, day, case.claim) for line, day in _anesthesia(case)]
    for other in claims_beside(case):
        lines += [
            (line, day, other)
            for line, day in coded_lines(other)
            if _is_anesthesia(line.procedure)
        ]
    for (one, day, claim), (line, on, other) in combinations(lines, 2):
        if claim is not case.claim or day != on or one.procedure != line.procedure:
            continue
        mine, theirs = _payment(one), _payment(line)
        if len(mine) != 1 or len(theirs) != 1 or theirs[0] in _GOES_WITH[mine[0]]:
            continue
        yield sides_disagree.finding(
            [one, line] if other is case.claim else one,
            f"{one.procedure} of {day.isoformat()} bears {mine[0]} here and {theirs[0]} on claim "
            f"{other.number}: {mine[0]} goes with "
            f"{' or '.join(sorted(_GOES_WITH[mine[0]])) or 'no second provider'}",
        )


@not_minutes.review
def units_for_minutes(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Medicare only; unanswered where the source does not show what is counted."""
    if not case.claim.coverage.is_medicare:
        return
    lines = [line for line, _ in _anesthesia(case) if line.procedure not in _NO_TIME]
    if lines and "unit" in case.claim.not_shown:
        yield not_minutes.not_evaluated("what the line's quantity counts")
        return
    for line in lines:
        if line.unit != "MJ":
            yield not_minutes.finding(
                line,
                f"{line.procedure}: {plain(line.units)} counted as {line.unit or '(empty)'}; "
                "Medicare wants minutes (MJ)",
            )


@minutes_above.review
def longer_than_the_record(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Only lines counted in minutes."""
    missing = False
    for line, day, minutes, quote in _timed(case):
        if minutes is None:
            missing = True
        elif line.units > minutes:
            yield minutes_above.finding(
                line,
                f"{plain(line.units)} minutes of {line.procedure} on {day.isoformat()}; "
                f"{minutes} are documented",
                quote=quote,
            )
    if missing:
        yield minutes_above.not_evaluated(_TIMES)


@minutes_below.review
def shorter_than_the_record(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Only lines counted in minutes; the bot never adds any."""
    missing = False
    for line, day, minutes, quote in _timed(case):
        if minutes is None:
            missing = True
        elif line.units < minutes:
            yield minutes_below.finding(
                line,
                f"{plain(line.units)} minutes of {line.procedure} on {day.isoformat()}; "
                f"{minutes} are documented",
                quote=quote,
            )
    if missing:
        yield minutes_below.not_evaluated(_TIMES)


@physical_status.review
def status_of_the_patient(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Two of them contradict each other; to Medicare, one says nothing that it pays for."""
    for line, _ in _anesthesia(case):
        said = [modifier for modifier in line.modifiers if modifier in _STATUS]
        if len(set(said)) > 1:
            yield physical_status.finding(
                line,
                f"{line.procedure} bears {' and '.join(said)}: a patient has one physical status",
                severity=Severity.ERROR,
                denial=Denial("CO", "4", "N519"),
            )
        elif said and case.claim.coverage.is_medicare:
            yield physical_status.finding(
                line, f"{line.procedure} bears {said[0]}, for which Medicare pays nothing"
            )


@monitored.review
def monitored_care(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """G8 and G9 take the place of QS; G8 goes with six codes only."""
    for line, _ in _anesthesia(case):
        said = [modifier for modifier in line.modifiers if modifier in _MONITORED]
        if "G8" in said and line.procedure not in _DEEP:
            yield monitored.finding(
                line,
                f"{line.procedure} bears G8, which goes with {', '.join(sorted(_DEEP))} only",
            )
        elif len(set(said)) > 1:
            yield monitored.finding(
                line, f"{line.procedure} bears {' and '.join(said)}: one of them is enough"
            )
        elif said and not _payment(line) and not case.claim.coverage.is_medicare:
            yield monitored.finding(
                line,
                f"{line.procedure} bears {said[0]}, which only informs: who gave the anesthesia "
                f"({', '.join(_PAYMENT)}) is not said",
            )


@by_surgeon.review
def surgeon_on_anesthesia(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """47 stands on the surgeon's own procedure."""
    for line, _ in _anesthesia(case):
        if "47" in line.modifiers:
            yield by_surgeon.finding(
                line, f"{line.procedure} bears 47, which stands on the surgeon's procedure only"
            )


@several.review
def one_code_a_session(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent on additions, on 59 and X, and on pairs of the NCCI table."""
    lines = [
        (line, day)
        for line, day in _anesthesia(case)
        if line.procedure not in _ADDED and line.procedure not in _NO_TIME
    ]
    table = codesets.ptp_practitioner
    for (one, day), (other, on) in combinations(lines, 2):
        if day != on or one.procedure == other.procedure:
            continue
        if {"59", "XE"} & {*one.modifiers, *other.modifiers}:
            continue
        if table is not None and table.relates(one.procedure, other.procedure):
            continue
        yield several.finding(
            [one, other],
            f"{one.procedure} and {other.procedure} of {day.isoformat()}: one session has the "
            "code of the higher base, with the minutes of all",
        )


def _is_anesthesia(code: str) -> bool:
    return code.isdecimal() and "00100" <= code <= "01999"


def _anesthesia(case: Case) -> Iterator[tuple[ServiceLine, date]]:
    for line, day in professional_lines(case):
        if _is_anesthesia(line.procedure):
            yield line, day


def _payment(line: ServiceLine) -> list[str]:
    return [modifier for modifier in line.modifiers if modifier in _PAYMENT]


def _timed(case: Case) -> Iterator[tuple[ServiceLine, date, int | None, list[str]]]:
    """Lines in minutes, with what the record's signed entries of the code state."""
    assert case.documentation is not None
    for line, day in _anesthesia(case):
        if line.unit != "MJ":
            continue
        last = max(day, line.service_date_end or day)
        entries = [
            entry
            for entry in case.documentation.procedures
            if entry.code == line.procedure and entry.signed and day <= entry.performed_on <= last
        ]
        minutes = minutes_together(entries) if entries else None
        yield line, day, minutes, [entry.number for entry in entries]
