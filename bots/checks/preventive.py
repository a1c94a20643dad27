"""Medicare's preventive services: how often, at what age, for what reason, and first turned what.

Authority: 42 CFR 410.15 (annual wellness), 410.16 (initial examination), 410.17
(cardiovascular), 410.19 (aneurysm), 410.23 (glaucoma), 410.31 (bone mass), 410.34
(mammography), 410.37 (colorectal), 410.39 (prostate), 410.56 (pelvic and Pap); CMS Medicare
Claims Processing Manual (Pub. 100-04), ch. 18; NCD 210.14 (lung). A service may be repeated once
so many full months have passed after the month of the last one. Only what a known claim of the
patient shows is held against the limit; a denied one was not paid and does not count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bots.checks.catalogue import Check
from bots.checks.concerns import bearing, coded, diagnosed
from bots.checks.day import coded_lines, other_bills, professional_lines
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.forms import dotted
from bots.checks.marks import Mark
from bots.claims import Case, Claim, ServiceLine
from bots.codesets import CodeSets

_CHAPTER_18 = "Pub. 100-04, ch. 18"
# By these the biller says already that Medicare may not, or will not, pay.
_SAYS_UNPAID = frozenset(["GA", "GX", "GY", "GZ"])
_CERVICAL_RISK = ("Z72.51", "Z72.52", "Z72.53", "Z77.29", "Z77.9", "Z91.89", "Z92.89")


@dataclass(frozen=True, slots=True)
class Limit:
    """How soon after an earlier service one of `codes` may follow.

    `after` are the earlier services that count; `months` the full months between, None for
    once in a lifetime; `months_at_risk` what holds instead for a line that points to one of
    `risks`. `sure` is false where medical need allows more. `reason` limits to lines that point
    to one of these diagnoses, on both sides.
    """

    codes: frozenset[str]
    after: frozenset[str]
    months: int | None
    rule: str
    months_at_risk: int | None = None
    risks: tuple[str, ...] = ()
    sure: bool = True
    reason: tuple[str, ...] = ()


def _limit(codes: str, months: int | None, rule: str, after: str = "", **more: object) -> Limit:
    return Limit(
        frozenset(codes.split()),
        frozenset((after or codes).split()),
        months,
        rule,
        **more,  # type: ignore[arg-type]
    )


_BONE = "76977 77078 77080 77081 77085 G0130"
_LIMITS = (
    _limit("G0402", None, "42 CFR 410.16"),
    _limit("G0438", None, "42 CFR 410.15"),
    _limit("G0438 G0439", 11, "42 CFR 410.15", after="G0402 G0438 G0439"),
    _limit("77067", 11, "42 CFR 410.34"),
    _limit("G0102", 11, "42 CFR 410.39"),
    _limit("G0103", 11, "42 CFR 410.39"),
    _limit("82270 G0328", 11, "42 CFR 410.37"),
    _limit("81528", 35, "42 CFR 410.37"),
    _limit("G0104", 47, "42 CFR 410.37"),
    _limit("G0105", 23, "42 CFR 410.37", after="G0105 G0121"),
    _limit("G0121", 119, "42 CFR 410.37", after="G0105 G0121"),
    _limit("G0121", 47, "42 CFR 410.37", after="G0104"),
    _limit("G0101", 23, "42 CFR 410.56", months_at_risk=11, risks=_CERVICAL_RISK),
    _limit("Q0091", 23, "42 CFR 410.56", months_at_risk=11, risks=_CERVICAL_RISK),
    _limit("71271", 11, "NCD 210.14"),
    _limit(_BONE, 23, "42 CFR 410.31", sure=False),
    _limit("G0117 G0118", 11, "42 CFR 410.23"),
    _limit("76706", None, "42 CFR 410.19"),
    _limit("80061", 59, "42 CFR 410.17", reason=("Z13.6",)),
    _limit("G0442", 11, f"{_CHAPTER_18}, section 180"),
    _limit("G0444", 11, f"{_CHAPTER_18}, section 190"),
    _limit("G0446", 11, f"{_CHAPTER_18}, section 160"),
)
_LIMITED = frozenset().union(*(limit.codes for limit in _LIMITS))


@dataclass(frozen=True, slots=True)
class Ages:
    """The ages in whole years at which a screening is covered; None is open."""

    codes: frozenset[str]
    youngest: int
    oldest: int | None
    since: date
    rule: str


_AGES = (
    Ages(frozenset(["77067"]), 35, None, date(1998, 1, 1), "42 CFR 410.34"),
    Ages(frozenset(["G0102", "G0103"]), 50, None, date(2000, 1, 1), "42 CFR 410.39"),
    Ages(frozenset(["71271", "G0296"]), 50, 77, date(2022, 2, 10), "NCD 210.14"),
    Ages(frozenset(["81528"]), 45, 85, date(2023, 1, 1), "42 CFR 410.37"),
    Ages(frozenset(["82270", "G0328", "G0104"]), 45, None, date(2023, 1, 1), "42 CFR 410.37"),
)
# Diagnoses, or the beginnings of such, of which a line must point to one.
_SMOKING = ("Z87.891", "F17.21")
_REASONS = {
    "71271": (_SMOKING, "NCD 210.14"),
    "G0296": (_SMOKING, "NCD 210.14"),
    "77067": (("Z12.31",), f"{_CHAPTER_18}, section 20"),
    "G0103": (("Z12.5",), f"{_CHAPTER_18}, section 50"),
    "81528": (("Z12.11", "Z12.12"), f"{_CHAPTER_18}, section 60"),
    "G0117": (("Z13.5",), f"{_CHAPTER_18}, section 70"),
    "G0118": (("Z13.5",), f"{_CHAPTER_18}, section 70"),
}
_SCREENING_COLON = ("Z12.11", "Z12.12")
_COLONOSCOPY = (("44388", "44408"), ("45330", "45350"), ("45378", "45398"))
_G_COLON = frozenset(["G0104", "G0105", "G0106", "G0120", "G0121"])


def _is_colonoscopy(code: str) -> bool:
    return any(first <= code <= last for first, last in _COLONOSCOPY)


too_soon = Check(
    id="preventive-too-soon",
    family="coverage-policy",
    title="A preventive service sooner than Medicare pays for it again",
    authority=f"42 CFR 410.15 to 410.56; {_CHAPTER_18}",
    severity=Severity.ERROR,
    when=(Mark.MEDICARE, coded(_LIMITED), Mark.HISTORY),
    denial=Denial("CO", "119", "N640"),
)

ages = Check(
    id="preventive-age",
    family="coverage-policy",
    title="A screening outside the ages at which Medicare covers it",
    authority="42 CFR 410.34, 410.37 and 410.39; NCD 210.14",
    severity=Severity.ERROR,
    when=(Mark.MEDICARE, coded(frozenset().union(*(entry.codes for entry in _AGES)))),
    denial=Denial("CO", "6"),
)

reasons = Check(
    id="preventive-diagnosis",
    family="coverage-policy",
    title="A screening without the diagnosis that makes it one",
    authority=f"{_CHAPTER_18}, sections 20, 50, 60, 70 and 220; NCD 210.14",
    severity=Severity.WARNING,
    when=(Mark.MEDICARE, Mark.PROFESSIONAL, coded(_REASONS)),
    denial=Denial("CO", "50", "N386"),
)

first_year = Check(
    id="preventive-first-year",
    family="coverage-policy",
    title="A visit of the first year of Part B, outside it, or one of the later years within it",
    authority="42 CFR 410.15 and 410.16",
    severity=Severity.WARNING,
    when=(Mark.MEDICARE, coded(["G0402", "G0438", "G0439"])),
    denial=Denial("CO", "96", "N130"),
)

turned = Check(
    id="preventive-screening-turned",
    family="modifier",
    title="A screening that turned into a procedure, and nothing says so",
    authority=f"{_CHAPTER_18}, section 60; CMS MLN Matters MM7012 (modifier PT); CPT modifier 33",
    severity=Severity.WARNING,
    when=(Mark.PROFESSIONAL, coded(_is_colonoscopy), diagnosed(*_SCREENING_COLON)),
)

misplaced = Check(
    id="preventive-pt-on-screening",
    family="modifier",
    title="Modifier PT on the screening itself",
    authority=f"{_CHAPTER_18}, section 60; CMS MLN Matters MM7012",
    severity=Severity.ERROR,
    when=(coded(_G_COLON), bearing("PT")),
    denial=Denial("CO", "4", "N519"),
)


@too_soon.review
def before_the_months_are_over(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The limit that holds longest is reported; silent under GA, GX, GY and GZ."""
    if not case.claim.coverage.is_medicare:
        return
    for line, day in coded_lines(case.claim):
        if line.procedure not in _LIMITED or not _SAYS_UNPAID.isdisjoint(line.modifiers):
            continue
        for limit in _LIMITS:
            if line.procedure not in limit.codes or not _has_reason(case.claim, line, limit):
                continue
            last = _last(case, limit, day)
            months = _months(case.claim, line, limit)
            if last is None or (months is not None and _next(last, months) <= day):
                continue
            yield too_soon.finding(
                line,
                _too_soon(line, day, last, months, limit),
                severity=None if limit.sure else Severity.WARNING,
                denial=None if months is not None else Denial("CO", "149"),
            )
            break


@ages.review
def outside_the_ages(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Whole years on the day of the service; silent under GA, GX, GY and GZ."""
    if not case.claim.coverage.is_medicare:
        return
    unknown = False
    for line, day in coded_lines(case.claim):
        for covered in _AGES:
            if line.procedure not in covered.codes or day < covered.since:
                continue
            if not _SAYS_UNPAID.isdisjoint(line.modifiers):
                continue
            age = case.claim.patient.age_on(day)
            if age is None:
                unknown = True
            elif age < covered.youngest or (covered.oldest is not None and age > covered.oldest):
                until = f" to {covered.oldest}" if covered.oldest is not None else " and older"
                yield ages.finding(
                    line,
                    f"{line.procedure} is covered at ages {covered.youngest}{until} "
                    f"({covered.rule}), which the patient's is not",
                )
    if unknown:
        yield ages.not_evaluated("the date of birth")


@reasons.review
def without_its_diagnosis(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Of the diagnoses to which the line points; silent on a line that points to none."""
    if not case.claim.coverage.is_medicare:
        return
    for line, _ in professional_lines(case):
        asked = _REASONS.get(line.procedure)
        pointed = _pointed(case.claim, line)
        if asked is None or not pointed or not _SAYS_UNPAID.isdisjoint(line.modifiers):
            continue
        wanted, rule = asked
        if not any(code.startswith(wanted) for code in pointed):
            yield reasons.finding(
                line,
                f"{line.procedure} needs one of {', '.join(wanted)} ({rule}); the line points to "
                f"{', '.join(pointed)}",
                codes=(line.procedure, *pointed),
            )


@first_year.review
def first_and_later_years(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """By the first active span that eligibility shows; it may begin later than Part B did."""
    lines = [
        (line, day)
        for line, day in coded_lines(case.claim)
        if line.procedure in ("G0402", "G0438", "G0439") and case.claim.coverage.is_medicare
    ]
    if not lines:
        return
    began = min(
        (s.since for s in case.eligibility or () if s.kind == "active" and s.since is not None),
        default=None,
    )
    if began is None:
        yield first_year.not_evaluated("eligibility: the first day of Part B")
        return
    over = _months_later(began, 12)
    for line, day in lines:
        if line.procedure == "G0402" and day >= over:
            yield first_year.finding(
                line,
                f"G0402 of {day.isoformat()} is for the first twelve months of Part B, which "
                f"began on {began.isoformat()}",
            )
        elif line.procedure != "G0402" and day < over:
            yield first_year.finding(
                line,
                f"{line.procedure} of {day.isoformat()} is for after the first twelve months of "
                f"Part B, which began on {began.isoformat()}",
            )


@turned.review
def nothing_says_screening(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Only where the line's first diagnosis is the screening; info where Medicare does not pay."""
    medicare = case.claim.coverage.is_medicare
    modifier = "PT" if medicare else "33"
    for line, _ in professional_lines(case):
        if not _is_colonoscopy(line.procedure):
            continue
        pointed = _pointed(case.claim, line)
        if not pointed or pointed[0] not in _SCREENING_COLON:
            continue
        if {"PT", "33"}.isdisjoint(line.modifiers):
            yield turned.finding(
                line,
                f"{line.procedure} for {pointed[0]} bears no {modifier}: if it began as a "
                "screening, the patient pays what the law spares",
                codes=(line.procedure, pointed[0]),
                severity=None if medicare else Severity.INFO,
            )


@misplaced.review
def screening_bears_pt(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """PT stands on the procedure into which the screening turned."""
    for line, _ in coded_lines(case.claim):
        if line.procedure in _G_COLON and "PT" in line.modifiers:
            yield misplaced.finding(
                line, f"{line.procedure} is the screening; PT stands on what it turned into"
            )


def _too_soon(line: ServiceLine, day: date, last: date, months: int | None, limit: Limit) -> str:
    words = f"{line.procedure} of {day.isoformat()} follows one of {last.isoformat()}"
    if months is None:
        return f"{words}; it is paid once in a lifetime ({limit.rule})"
    return (
        f"{words}; {months} full months must lie between, so it is paid from "
        f"{_next(last, months).isoformat()} on ({limit.rule})"
    )


def _months(claim: Claim, line: ServiceLine, limit: Limit) -> int | None:
    at_risk = limit.risks and any(
        code.startswith(limit.risks) for code in _pointed(claim, line) or _all(claim)
    )
    return limit.months_at_risk if at_risk else limit.months


def _has_reason(claim: Claim, line: ServiceLine, limit: Limit) -> bool:
    return not limit.reason or any(code.startswith(limit.reason) for code in _pointed(claim, line))


def _last(case: Case, limit: Limit, day: date) -> date | None:
    """The last earlier day of a service that counts, on a claim that was not denied."""
    days = [
        on
        for other in other_bills(case)
        for line, on in coded_lines(other)
        if on < day and line.procedure in limit.after and _has_reason(other, line, limit)
    ]
    return max(days, default=None)


def _next(last: date, months: int) -> date:
    """The first day of the month after so many full months have passed."""
    return _months_later(last.replace(day=1), months + 1)


def _months_later(day: date, months: int) -> date:
    """The same day some months later; the last possible date where the calendar ends."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, 28) if month == 1 else min(day.day, 30))


def _pointed(claim: Claim, line: ServiceLine) -> list[str]:
    """The diagnoses to which a line points, with their dots, in its order."""
    by_position = {diagnosis.position: diagnosis.code for diagnosis in claim.diagnoses}
    return [dotted(by_position[place]) for place in line.pointers if place in by_position]


def _all(claim: Claim) -> list[str]:
    return [dotted(diagnosis.code) for diagnosis in claim.diagnoses]
