"""Visits in places that their codes are not of, and services that a place does not pay.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 12, sections 30.6.7 (office),
30.6.9 (hospital), 30.6.11 (emergency department), 30.6.13 (nursing facility), 30.6.14 (home and
residence); ch. 26, section 10.5 (places of service); ch. 23, addendum (PC/TC indicators 5, 7 and
8; NA in one of the two settings). The code or the place is wrong; which, the chart says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bots.checks.catalogue import Check
from bots.checks.concerns import coded, priced
from bots.checks.day import is_professional, place_of, professional_lines
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.forms import is_place
from bots.checks.marks import Mark
from bots.checks.modifier_ground import (
    HOSPITAL,
    REMOTE,
    fee_rows,
    in_hospital,
    medicare_severity,
    performer_taxonomy,
)
from bots.claims import Case
from bots.codesets import CodeSets, FeeIndicators

_WRONG_PLACE = Denial("CO", "5", "M77")
_INPATIENT = frozenset({"21", "51", "61"})
_NURSING = frozenset({"31", "32"})
_HOMES = frozenset({"04", "12", "13", "14", "16", "33", "55"})
_OFFICES = frozenset({"11", "17", "20", "49", "50", "71", "72"})
_THERAPISTS = ("2251", "225X")


@dataclass(frozen=True, slots=True)
class _Category:
    """Codes from first to last; `only` where they are, or `never` where they are not."""

    first: str
    last: str
    name: str
    only: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()

    def rules_out(self, place: str) -> bool:
        """Whether such a visit is none of this place."""
        return place in self.never or (bool(self.only) and place not in self.only)


_CATEGORIES = (
    _Category("99202", "99215", "office or outpatient", never=_INPATIENT | _NURSING | {"54"}),
    _Category("99221", "99239", "hospital or observation", never=_OFFICES | _HOMES | _NURSING),
    _Category("99242", "99245", "outpatient consultation", never=_INPATIENT),
    _Category("99252", "99255", "inpatient consultation", never=_OFFICES | _HOMES),
    _Category("99281", "99285", "emergency department", only=frozenset({"23"})),
    _Category(
        "99304", "99316", "nursing facility", only=_NURSING | {"54", "56"},
    ),
    _Category("99341", "99350", "home or residence", never=_OFFICES | _NURSING | HOSPITAL),
)  # fmt: skip
# In the order of their codes, all codes of five digits: what stands outside is no such visit.
_OFFICE = _CATEGORIES[0].last
_FIRST, _LAST = _CATEGORIES[0].first, _CATEGORIES[-1].last


def _is_visit(code: str) -> bool:
    return _FIRST <= code <= _LAST


def _is_of_no_office(code: str) -> bool:
    return _OFFICE < code <= _LAST


def _has_one_setting(row: FeeIndicators) -> bool:
    """Of a surgery: only the office, only the facility, or neither is priced."""
    return (
        not (row.pays_in_office and row.pays_in_facility)
        and row.pc_tc in ("0", "9")
        and row.global_days in ("000", "010", "090")
    )


visit = Check(
    id="place-of-service-for-visit",
    family="place-of-service",
    title="The visit's code is of another place",
    authority="Pub. 100-04, ch. 12, sections 30.6.7 to 30.6.14; ch. 26, section 10.5",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, coded(_is_visit), coded(_is_of_no_office) | Mark.ELSEWHERE),
    denial=_WRONG_PLACE,
)

incident_to = Check(
    id="place-of-service-incident-to",
    family="place-of-service",
    title="A service of the office staff is billed from a hospital",
    authority="Pub. 100-04, ch. 23, addendum (PC/TC indicator 5)",
    severity=Severity.ERROR,
    needs=("mpfs",),
    when=(Mark.PROFESSIONAL, Mark.HOSPITAL, priced(lambda row: row.pc_tc == "5")),
    denial=_WRONG_PLACE,
)

interpretation = Check(
    id="place-of-service-interpretation",
    family="place-of-service",
    title="A laboratory interpretation that is paid for inpatients only",
    authority="Pub. 100-04, ch. 23, addendum (PC/TC indicator 8)",
    severity=Severity.ERROR,
    needs=("mpfs",),
    when=(Mark.PROFESSIONAL, priced(lambda row: row.pc_tc == "8")),
    denial=_WRONG_PLACE,
)

therapist = Check(
    id="place-of-service-therapist",
    family="place-of-service",
    title="A therapist in private practice bills for a hospital's patient",
    authority="Pub. 100-04, ch. 23, addendum (PC/TC indicator 7)",
    severity=Severity.ERROR,
    needs=("mpfs",),
    when=(Mark.PROFESSIONAL, Mark.HOSPITAL, priced(lambda row: row.pc_tc == "7")),
    denial=_WRONG_PLACE,
)

rarely = Check(
    id="place-of-service-not-priced",
    family="place-of-service",
    title="The fee schedule has no rate for the code in this setting",
    authority="Pub. 100-04, ch. 12, section 20.4.2; ch. 23, addendum (NA)",
    severity=Severity.INFO,
    needs=("mpfs", "place_of_service"),
    when=(Mark.PROFESSIONAL, priced(_has_one_setting)),
)


@visit.review
def visit_of_another_place(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Telehealth is of any place. Where the table names a code's places, another check asks."""
    table = codesets.procedure
    for line, day in professional_lines(case):
        code = line.procedure
        if not _is_visit(code):
            continue
        here = place_of(case.claim, line)
        category = next(
            (entry for entry in _CATEGORIES if entry.first <= code <= entry.last), None
        )
        if category is None or not category.rules_out(here):
            continue
        if here in REMOTE or not is_place(here):
            continue
        row = table.find(code, on=day) if table is not None else None
        if row is None or not row.places:
            yield visit.finding(
                line,
                f"{code} is a visit of the category {category.name}, in place of service {here}",
                severity=medicare_severity(case),
            )


@incident_to.review
def office_staff_in_a_hospital(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """PC/TC indicator 5; the hospital bills what its own staff does."""
    if not _in_hospital(case):
        return
    for line, _, row in fee_rows(case, codesets):
        here = place_of(case.claim, line)
        if row.pc_tc == "5" and here in HOSPITAL:
            yield incident_to.finding(
                line,
                f"{line.procedure} (PC/TC indicator 5) in place of service {here}: not paid to a "
                "physician for a hospital's patient",
                severity=medicare_severity(case),
            )


@interpretation.review
def interpretation_outside_a_stay(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """PC/TC indicator 8."""
    for line, _, row in fee_rows(case, codesets):
        here = place_of(case.claim, line)
        if row.pc_tc == "8" and is_place(here) and here != "21":
            yield interpretation.finding(
                line,
                f"{line.procedure} (PC/TC indicator 8) in place of service {here}: paid for "
                "inpatients only, place 21",
                severity=medicare_severity(case),
            )


@therapist.review
def therapist_in_a_hospital(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """PC/TC indicator 7 and a therapist's taxonomy (2251, 225X); a physician's is not asked."""
    if not _in_hospital(case) or not performer_taxonomy(case.claim).startswith(_THERAPISTS):
        return
    for line, _, row in fee_rows(case, codesets):
        here = place_of(case.claim, line)
        if row.pc_tc == "7" and here in HOSPITAL:
            yield therapist.finding(
                line,
                f"{line.procedure} (PC/TC indicator 7) in place of service {here}: the hospital "
                "bills its patients' therapy",
                severity=medicare_severity(case),
            )


@rarely.review
def no_rate_in_the_setting(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Surgery whose setting the schedule marks NA; parts of tests and staff services are not."""
    assert codesets.place_of_service is not None
    for line, day, row in fee_rows(case, codesets):
        if not _has_one_setting(row):
            continue
        here = place_of(case.claim, line)
        place = codesets.place_of_service.find(here, on=day)
        if place is None:
            continue
        if not (row.pays_in_facility if place.facility else row.pays_in_office):
            setting = "a facility" if place.facility else "an office"
            yield rarely.finding(
                line,
                f"{line.procedure} in place of service {here}: the fee schedule has no rate for "
                f"it in {setting}",
            )


def _in_hospital(case: Case) -> bool:
    return is_professional(case) and in_hospital(case.claim)
