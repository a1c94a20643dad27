"""The addition for a continuing relationship (G2211), and the visit that it belongs to.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 12, sections 30.6.7.F
and 30.6.19 (Rev. 13316, 2025): not paid with an office visit that bears modifier 25, except, from
2025 on, where a service of CMS's list of preventive services stands on the same day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bots.checks.catalogue import Check
from bots.checks.code_ranges import is_in
from bots.checks.concerns import bearing, coded
from bots.checks.day import professional_lines
from bots.checks.em_codes import HOME, OFFICE
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.group import lines_of_the_group
from bots.checks.marks import Mark
from bots.claims import Case, ServiceLine
from bots.codesets import CodeSets

_CODE = "G2211"
_WITH_PREVENTIVE = date(2025, 1, 1)
_WITH_HOME = date(2026, 1, 1)
_AUTHORITY = "Pub. 100-04, ch. 12, sections 30.6.7.F and 30.6.19"
# Part B preventive services, vaccines and their administration beside which 25 does no harm.
_PREVENTIVE = frozenset(
    [
        "G0008", "G0009", "G0010", "G0101", "G0102", "G0103", "G0104", "G0105", "G0108", "G0109",
        "G0117", "G0118", "G0121", "G0270", "G0271", "G0296", "G0402", "G0403", "G0404", "G0405",
        "G0432", "G0433", "G0435", "G0438", "G0439", "G0442", "G0443", "G0444", "G0445", "G0446",
        "G0447", "G0472", "G0473", "G0475", "G0476", "G0499", "Q0091", "P3000", "P3001", "71271",
        "76706", "76977", "77063", "77067", "77078", "77080", "77081", "77085", "80061", "81528",
        "82270", "82465", "82947", "82950", "82951", "83718", "84478", "86803", "97802", "97803",
        "97804", "99406", "99407", "90480",
    ]
)  # fmt: skip
_VACCINATION = (("90460", "90474"), ("90476", "90759"), ("91300", "91399"), ("Q2034", "Q2039"))

with_25 = Check(
    id="em-g2211-with-25",
    family="em",
    title="The addition for a continuing relationship with a visit that bears modifier 25",
    authority=_AUTHORITY,
    severity=Severity.ERROR,
    when=(Mark.MEDICARE, Mark.PROFESSIONAL, coded([_CODE]), bearing("25")),
    denial=Denial("CO", "97", "N20"),
)

without_visit = Check(
    id="em-g2211-without-visit",
    family="em",
    title="The addition for a continuing relationship without a visit that it may stand with",
    authority=_AUTHORITY,
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, coded([_CODE])),
    denial=Denial("CO", "107", "N122"),
)


@with_25.review
def visit_bears_25(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Medicare's rule; silent from 2025 on where a preventive service stands beside it."""
    if not case.claim.coverage.is_medicare:
        return
    for line, day in _additions(case):
        of_day = [other for other, on in professional_lines(case) if on == day]
        visits = [other for other in of_day if other.procedure in _bases(day)]
        if not any("25" in visit.modifiers for visit in visits):
            continue
        if day >= _WITH_PREVENTIVE and any(_is_preventive(other.procedure) for other in of_day):
            continue
        yield with_25.finding(
            [line, *visits],
            f"{_CODE} of {day.isoformat()} stands with a visit under modifier 25"
            + ("" if day < _WITH_PREVENTIVE else ", and no preventive service of the day"),
        )


@without_visit.review
def no_visit_that_day(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Silent where the add-on table has the code: then it is that family's."""
    unknown = False
    for line, day in _additions(case):
        if codesets.add_on is not None and codesets.add_on.rows(_CODE):
            return
        bases = _bases(day)
        if any(
            entry.day == day and entry.line.procedure in bases
            for entry in lines_of_the_group(case, denied=True)
        ):
            continue
        if not case.knows_all_claims:
            unknown = True
            continue
        yield without_visit.finding(
            line, f"{_CODE} of {day.isoformat()} stands with no visit that it may be added to"
        )
    if unknown:
        yield without_visit.not_evaluated("the patient's other claims")


def _additions(case: Case) -> Iterator[tuple[ServiceLine, date]]:
    for line, day in professional_lines(case):
        if line.procedure == _CODE:
            yield line, day


def _bases(day: date) -> frozenset[str]:
    return OFFICE | HOME if day >= _WITH_HOME else OFFICE


def _is_preventive(code: str) -> bool:
    return code in _PREVENTIVE or is_in(code, _VACCINATION)
