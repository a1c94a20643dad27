"""Whether the patient is this payer's on the day, and whose turn it is.

Authority: ASC X12 005010X279A1 (271: the spans an eligibility answer gives); Medicare Claims
Processing Manual (Pub. 100-04), ch. 6, 10 and 20 (consolidated billing of a covered SNF stay),
ch. 10, 20 (home health), ch. 11, 40.1.3 and 50 (hospice). Where the portal shows no
eligibility nothing is said: that is no coverage and no lack of it. Messages name no member id.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bots.checks.catalogue import Check
from bots.checks.day import day_of
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.marks import Mark
from bots.claims import Case, Claim, ClaimType, CoverageSpan, ServiceLine
from bots.codesets import CodeSets

_271 = "005010X279A1, loop 2110C, EB01"
_HOSPICE_BILLS = ("81", "82")  # the hospice's own claims
# Home health and SNF bill their own; a hospital's inpatient stay ends both.
_CONSOLIDATED_KINDS = {"therapy", "supply"}

member_not_found = Check(
    id="member-not-found",
    family="eligibility",
    title="The payer knows of no coverage for the member at all",
    authority=f"{_271}; 005010X279A1, loop 2100C, AAA03",
    severity=Severity.ERROR,
    needs=("eligibility",),
    denial=Denial("CO", "31", "N382"),
)
not_covered = Check(
    id="not-covered-on-day",
    family="eligibility",
    title="The coverage is not in force on the date of service",
    authority=f"{_271} (active and inactive coverage)",
    severity=Severity.ERROR,
    needs=("eligibility",),
    denial=Denial("CO", "27"),
)
another_payers = Check(
    id="coverage-with-another-payer",
    family="eligibility",
    title="On the date of service the coverage is with another payer",
    authority=f"{_271}; Medicare Claims Processing Manual, ch. 1, 10",
    severity=Severity.ERROR,
    needs=("eligibility",),
    denial=Denial("CO", "109", "N418"),
)
other_payer_first = Check(
    id="other-payer-first",
    family="eligibility",
    title="Another payer comes before this one, and has not been billed",
    authority="Medicare Secondary Payer Manual (Pub. 100-05), ch. 1, 10; 42 CFR 411.20 to 411.54",
    severity=Severity.ERROR,
    needs=("eligibility",),
    denial=Denial("CO", "22"),
)
hospice_professional = Check(
    id="hospice-without-gv-gw",
    family="eligibility",
    title="A Medicare line within a hospice election has neither GV nor GW",
    authority="Medicare Claims Processing Manual, ch. 11, 40.1.3 and 50",
    severity=Severity.ERROR,
    needs=("eligibility",),
    when=(Mark.PROFESSIONAL, Mark.MEDICARE),
    denial=Denial("CO", "B9"),
)
hospice_institutional = Check(
    id="hospice-without-condition-07",
    family="eligibility",
    title="A Medicare claim within a hospice election has no condition code 07",
    authority="Medicare Claims Processing Manual, ch. 11, 50",
    severity=Severity.ERROR,
    needs=("eligibility",),
    when=(Mark.INSTITUTIONAL, Mark.MEDICARE),
    denial=Denial("CO", "B9"),
)
snf_consolidated = Check(
    id="snf-consolidated-billing",
    family="eligibility",
    title="Within a covered SNF stay the service is in the SNF's own payment",
    authority="Medicare Claims Processing Manual, ch. 6, 10.3 and 20.1.1; 42 CFR 411.15(p)",
    severity=Severity.WARNING,
    needs=("eligibility", "procedure", "mpfs"),
    when=(Mark.PROFESSIONAL, Mark.MEDICARE),
    denial=Denial("CO", "190", "N70"),
)
home_health_consolidated = Check(
    id="home-health-consolidated-billing",
    family="eligibility",
    title="Within a home health episode the service is in the agency's own payment",
    authority="Medicare Claims Processing Manual, ch. 10, 20; 42 CFR 409.100",
    severity=Severity.WARNING,
    needs=("eligibility", "procedure"),
    when=(Mark.PROFESSIONAL, Mark.MEDICARE),
    denial=Denial("CO", "97", "N70"),
)


@member_not_found.review
def unknown_member(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The payer was asked, and its answer names no span of any kind."""
    if case.eligibility == ():
        yield member_not_found.finding(
            None, "The payer's eligibility answer names no coverage of this member"
        )


@not_covered.review
def outside_the_coverage(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Silent where the answer is empty or where another payer covers the day."""
    spans = case.eligibility or ()
    if not spans:
        return
    days = _days(case.claim)
    if not days:
        yield not_covered.not_evaluated("the date of service")
        return
    active = [span for span in spans if span.kind == "active" and _is_ours(span, case.claim)]
    for day, lines in days.items():
        if _covering(active, day) or _with_another(case, day):
            continue
        before = any(span.since is not None and day < span.since for span in active)
        after = any(span.until is not None and span.until < day for span in active)
        yield not_covered.finding(
            lines,
            f"No coverage is in force on {day.isoformat()}{_nearest(active, day)}",
            codes=tuple(line.procedure for line in lines),
            denial=Denial("CO", "26") if before and not after else None,
        )


@another_payers.review
def covered_by_another(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """A Medicare Advantage plan on a Medicare claim, most often."""
    for day, lines in _days(case.claim).items():
        payer = _with_another(case, day)
        if payer:
            yield another_payers.finding(
                lines,
                f"On {day.isoformat()} the coverage is with payer {payer}, "
                f"not with {case.claim.coverage.payer_id}",
            )


@other_payer_first.review
def another_payer_comes_first(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent where this claim is not the primary one, or names that payer as paid."""
    claim = case.claim
    if claim.coverage.rank != "primary":
        return
    billed = {payer.payer_id for payer in claim.other_payers if payer.paid is not None}
    firsts = [span for span in case.eligibility or () if span.kind == "other-payer"]
    for day, lines in _days(claim).items():
        for span in firsts:
            if _holds(span, day) and span.payer_id not in billed | {claim.coverage.payer_id}:
                yield other_payer_first.finding(
                    lines,
                    f"On {day.isoformat()} payer {span.payer_id or '(not named)'} comes before "
                    "this one, and the claim shows no payment of it",
                )


@hospice_professional.review
def hospice_line_without_modifier(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Which of the two is right only the record says: that is no bot's answer."""
    claim = case.claim
    if claim.type is not ClaimType.PROFESSIONAL or not claim.coverage.is_medicare:
        return
    for line in claim.lines:
        day = day_of(claim, line)
        if day and _within(case, "hospice", day) and not {"GV", "GW"} & set(line.modifiers):
            yield hospice_professional.finding(
                line,
                f"{day.isoformat()} lies within a hospice election; the line has neither GV "
                "(attending, not the hospice's) nor GW (not related to the terminal illness)",
            )


@hospice_institutional.review
def hospice_claim_without_condition(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """The hospice's own bill types need none."""
    claim = case.claim
    if claim.type is not ClaimType.INSTITUTIONAL or not claim.coverage.is_medicare:
        return
    if claim.bill_type.lstrip("0").startswith(_HOSPICE_BILLS) or "07" in claim.condition_codes:
        return
    day = claim.service_from
    if day is not None and _within(case, "hospice", day):
        yield hospice_institutional.finding(
            None,
            f"{day.isoformat()} lies within a hospice election; the claim has no condition "
            "code 07 (not related to the terminal illness)",
        )


@snf_consolidated.review
def bundled_into_the_snf_stay(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Therapy, and technical components; a physician's own work is left out (26)."""
    claim = case.claim
    assert codesets.procedure is not None
    assert codesets.mpfs is not None
    for line, day in _lines_within(case, "snf"):
        row = codesets.procedure.find(line.procedure, on=day)
        fee = codesets.mpfs.find(line.procedure, "", on=day)
        part = fee.pc_tc if fee is not None else ""
        technical = "TC" in line.modifiers or part == "3"
        if technical or (row is not None and row.kind in _CONSOLIDATED_KINDS):
            yield snf_consolidated.finding(
                line,
                f"{line.procedure} on {day.isoformat()}, within a covered SNF stay, is paid to "
                "the SNF",
            )
        elif part == "1" and "26" not in line.modifiers and claim.place_of_service != "31":
            yield snf_consolidated.finding(
                line,
                f"{line.procedure} on {day.isoformat()}, within a covered SNF stay, is billed "
                "whole; its technical component is paid to the SNF",
            )


@home_health_consolidated.review
def bundled_into_home_health(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Therapy and supplies; a physician's own work is left out."""
    assert codesets.procedure is not None
    for line, day in _lines_within(case, "home-health"):
        row = codesets.procedure.find(line.procedure, on=day)
        if row is not None and row.kind in _CONSOLIDATED_KINDS:
            yield home_health_consolidated.finding(
                line,
                f"{line.procedure} on {day.isoformat()}, within a home health episode, is paid "
                "to the agency",
            )


def _days(claim: Claim) -> dict[date, list[ServiceLine]]:
    """The days of the claim's lines in order; the From date stands for a claim without any."""
    found: dict[date, list[ServiceLine]] = {}
    for line in claim.lines:
        day = day_of(claim, line)
        if day is not None:
            found.setdefault(day, []).append(line)
    if not found and claim.service_from is not None:
        found[claim.service_from] = []
    return dict(sorted(found.items()))


def _holds(span: CoverageSpan, day: date) -> bool:
    return (span.since is None or span.since <= day) and (span.until is None or day <= span.until)


def _covering(spans: list[CoverageSpan], day: date) -> bool:
    return any(_holds(span, day) for span in spans)


def _is_ours(span: CoverageSpan, claim: Claim) -> bool:
    return span.payer_id in ("", claim.coverage.payer_id)


def _with_another(case: Case, day: date) -> str:
    """The payer whose active span holds the day where none of this payer's does."""
    claim, spans = case.claim, [s for s in case.eligibility or () if s.kind == "active"]
    if any(_holds(span, day) and _is_ours(span, claim) for span in spans):
        return ""
    others = [span.payer_id for span in spans if _holds(span, day)]
    return others[0] if others else ""


def _within(case: Case, kind: str, day: date) -> bool:
    return any(span.kind == kind and _holds(span, day) for span in case.eligibility or ())


def _lines_within(case: Case, kind: str) -> Iterator[tuple[ServiceLine, date]]:
    claim = case.claim
    if claim.type is not ClaimType.PROFESSIONAL or not claim.coverage.is_medicare:
        return
    for line in claim.lines:
        if line.service_date is not None and _within(case, kind, line.service_date):
            yield line, line.service_date


def _nearest(active: list[CoverageSpan], day: date) -> str:
    """In words, the span's end before the day or its beginning behind it."""
    ended = [span.until for span in active if span.until is not None and span.until < day]
    begins = [span.since for span in active if span.since is not None and day < span.since]
    if ended:
        return f"; it ended {max(ended).isoformat()}"
    return f"; it begins {min(begins).isoformat()}" if begins else ""
