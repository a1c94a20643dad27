"""Therapy: the discipline of the plan of care, and the assistants who gave it.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 5, section 20.1 (GN, GO, GP,
CQ, CO); Change Request 10176 (codes that are always therapy, since 2018-01-01) and the yearly
therapy code list; 42 CFR 410.59(a)(4) and 410.60(a)(4) (assistants, since 2020-01-01). The
KX threshold needs the year's amounts, which no claim shows: it is never judged here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from bots.checks.catalogue import Check
from bots.checks.code_ranges import ANESTHESIA_CODES, DRUG_CODES, SURGERY_CODES, is_in
from bots.checks.concerns import bearing, coded, line_that
from bots.checks.day import lines_with
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.marks import Mark
from bots.claims import Case, ClaimType, ServiceLine
from bots.codesets import CodeSets

DISCIPLINES = ("GN", "GO", "GP")
_ASSISTANTS = {"CQ": "GP", "CO": "GO"}
ALWAYS_SINCE = date(2018, 1, 1)
_ASSISTANTS_SINCE = date(2020, 1, 1)


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Always therapy, whoever gives it: the codes that have been on the list without a break.
_SPEECH = _codes("92507 92508 92521 92522 92523 92524 92526 92597 92607 92608 92609 96125")
_PHYSICAL = _codes("97161 97162 97163 97164 G0281 G0283 G0329")
_OCCUPATIONAL = _codes("97165 97166 97167 97168")
_ANY_DISCIPLINE = _codes(
    "97012 97016 97018 97022 97024 97026 97028 97032 97033 97034 97035 97036 97039 97110 97112 "
    "97113 97116 97124 97139 97140 97150 97530 97533 97535 97537 97542 97750 97755 97760 97761 "
    "97763 97799"
)
ALWAYS = _SPEECH | _PHYSICAL | _OCCUPATIONAL | _ANY_DISCIPLINE
_NEVER = (ANESTHESIA_CODES, SURGERY_CODES, DRUG_CODES, ("99202", "99499"))
# Sometimes therapy, and in sections that otherwise never are.
_SOMETIMES = _codes(
    "20560 20561 29065 29075 29085 29086 29105 29125 29126 29130 29131 29200 29240 29260 29280 "
    "29345 29355 29365 29405 29425 29445 29505 29515 29520 29530 29540 29550 29580 29581 29584 "
    "29799 64550"
)
_PATIENTS_OF_A_STAY = ("11", "18", "21", "41")
_WHEN = (Mark.MEDICARE, Mark.MODIFIED)


def _disciplines(line: ServiceLine) -> list[str]:
    return [entry for entry in DISCIPLINES if entry in line.modifiers]


def _own_discipline(code: str) -> str:
    if code in _SPEECH:
        return "GN"
    if code in _PHYSICAL:
        return "GP"
    return "GO" if code in _OCCUPATIONAL else ""


def _is_of_another_discipline(line: ServiceLine) -> bool:
    used, own = _disciplines(line), _own_discipline(line.procedure)
    return bool(own) and len(used) == 1 and used != [own]


missing = Check(
    id="therapy-discipline-missing",
    family="modifier",
    title="A therapy service without GN, GO or GP",
    authority="Pub. 100-04, ch. 5, section 20.1; CR 10176",
    severity=Severity.ERROR,
    when=(
        Mark.MEDICARE,
        line_that(lambda line: line.procedure in ALWAYS and not _disciplines(line)),
    ),
    denial=Denial("CO", "16", "N822"),
)

wrong = Check(
    id="therapy-discipline-wrong",
    family="modifier",
    title="The therapy modifier is of another discipline than the code",
    authority="Pub. 100-04, ch. 5, section 20.1; CR 10176",
    severity=Severity.ERROR,
    when=(Mark.MEDICARE, line_that(_is_of_another_discipline)),
    denial=Denial("CO", "4", "N823"),
)

several = Check(
    id="therapy-several-disciplines",
    family="modifier",
    title="Two disciplines of therapy on one line",
    authority="Pub. 100-04, ch. 5, section 20.1 (one of GN, GO, GP a line)",
    severity=Severity.ERROR,
    when=(Mark.MEDICARE, line_that(lambda line: len(_disciplines(line)) > 1)),
    denial=Denial("CO", "4", "N519"),
)

assistant = Check(
    id="therapy-assistant-discipline",
    family="modifier",
    title="CQ without GP, or CO without GO",
    authority="Pub. 100-04, ch. 5, section 20.1; 42 CFR 410.59(a)(4), 410.60(a)(4)",
    severity=Severity.ERROR,
    when=(Mark.MEDICARE, bearing(*_ASSISTANTS)),
    denial=Denial("CO", "4", "N519"),
)

elsewhere = Check(
    id="therapy-discipline-elsewhere",
    family="modifier",
    title="A therapy modifier on a service that is never therapy",
    authority="Pub. 100-04, ch. 5, section 20.1; the yearly therapy code list",
    severity=Severity.ERROR,
    when=(Mark.MEDICARE, bearing(*DISCIPLINES), coded(lambda code: is_in(code, _NEVER))),
    denial=Denial("CO", "4", "N823"),
)


@missing.review
def therapy_without_a_discipline(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Medicare, codes that are always therapy, days since 2018-01-01; no inpatient stay."""
    for line, day in _medicare_lines(case):
        if line.procedure not in ALWAYS or day < ALWAYS_SINCE:
            continue
        if not _disciplines(line):
            yield missing.finding(
                line,
                f"{line.procedure} is always therapy and has none of GN, GO, GP: the plan of care "
                "says which",
            )


@wrong.review
def therapy_of_another_discipline(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Evaluations and codes of one discipline; a line with two is another check's."""
    for line, _ in _medicare_lines(case, *DISCIPLINES):
        if _is_of_another_discipline(line):
            used = _disciplines(line)[0]
            yield wrong.finding(
                line,
                f"{used} on {line.procedure}, which is of the discipline "
                f"{_own_discipline(line.procedure)}",
                codes=(line.procedure, used),
            )


@several.review
def two_disciplines_on_a_line(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """One line is of one plan of care."""
    for line, _ in _medicare_lines(case, *DISCIPLINES):
        used = _disciplines(line)
        if len(used) > 1:
            yield several.finding(
                line,
                f"{line.procedure} with {' and '.join(used)}: one line is of one plan of care",
                codes=(line.procedure, *used),
            )


@assistant.review
def assistant_of_no_discipline(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Since 2020-01-01."""
    for line, day in _medicare_lines(case, *_ASSISTANTS):
        for modifier, discipline in _ASSISTANTS.items():
            if modifier not in line.modifiers or discipline in line.modifiers:
                continue
            if day >= _ASSISTANTS_SINCE:
                yield assistant.finding(
                    line,
                    f"{modifier} on {line.procedure} without {discipline}",
                    codes=(line.procedure, modifier),
                )


@elsewhere.review
def discipline_where_none_is(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Splints and strapping are sometimes therapy, and so is most of medicine: not asked."""
    for line, _ in _medicare_lines(case, *DISCIPLINES):
        used = _disciplines(line)
        code = line.procedure
        if used and is_in(code, _NEVER) and code not in _SOMETIMES:
            yield elsewhere.finding(
                line,
                f"{used[0]} on {code}, which is never therapy",
                codes=(code, used[0]),
            )


def _medicare_lines(case: Case, *modifiers: str) -> Iterable[tuple[ServiceLine, date]]:
    """Coded lines of a claim to Medicare that is not of an inpatient stay."""
    claim = case.claim
    if not claim.coverage.is_medicare:
        return ()
    stay = claim.bill_type.lstrip("0").startswith(_PATIENTS_OF_A_STAY)
    if claim.type is not ClaimType.PROFESSIONAL and stay:
        return ()
    return lines_with(claim, modifiers)
