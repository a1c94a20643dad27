"""National Drug Codes in another form than a claim carries, or without their amount.

Authority: ASC X12 005010X222A1, loop 2410, LIN03 (eleven digits, no hyphens) and CTP04, CTP05;
45 CFR 162.1002 (NDC as a code set); 42 CFR 447.520 (drugs given in an office, Medicaid). The FDA
prints ten digits as 4-4-2, 5-3-2 or 5-4-1; each segment is filled to 5-4-2 with a zero on
its left. Ten digits without hyphens could be any of the three, so nobody may guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.concerns import defined, line_that
from bots.checks.day import coded_lines
from bots.checks.findings import Class, Denial, Finding, Repair, Severity
from bots.checks.marks import Mark
from bots.claims import Case, Change, ServiceLine
from bots.codesets import CodeSets

_ELEVEN = re.compile(r"[0-9]{11}")
_TEN = re.compile(r"[0-9]{10}")
_WHOLE = re.compile(r"[0-9]{5}-[0-9]{4}-[0-9]{2}")
_SHORT = re.compile(
    r"[0-9]{4}-[0-9]{4}-[0-9]{2}|[0-9]{5}-[0-9]{3}-[0-9]{2}|[0-9]{5}-[0-9]{4}-[0-9]"
)
_UNITS = {"F2", "GR", "ME", "ML", "UN"}  # CTP05-1
_NO_DRUGS = {"em", "laboratory", "pathology", "therapy"}


def _has_form(ndc: str) -> bool:
    return any(form.fullmatch(ndc) for form in (_ELEVEN, _TEN, _WHOLE, _SHORT))


def _is_malformed(line: ServiceLine) -> bool:
    """No form, or no digit but zeros. An empty field is no NDC at all."""
    return bool(line.ndc) and (not _has_form(line.ndc) or not line.ndc.replace("-", "").strip("0"))


hyphens = Check(
    id="ndc-hyphens",
    family="ndc",
    title="The NDC has its hyphens",
    authority="ASC X12 005010X222A1, loop 2410, LIN03",
    severity=Severity.ERROR,
    at_most=Class.AUTO,
    when=(line_that(lambda line: bool(_WHOLE.fullmatch(line.ndc))),),
    denial=Denial("CO", "16", "M119"),
)

short_segment = Check(
    id="ndc-short-segment",
    family="ndc",
    title="The NDC has ten digits in a hyphenated form",
    authority="ASC X12 005010X222A1, loop 2410, LIN03; 21 CFR 207.33 (segments of an NDC)",
    severity=Severity.ERROR,
    at_most=Class.AUTO,
    when=(line_that(lambda line: bool(_SHORT.fullmatch(line.ndc))),),
    denial=Denial("CO", "16", "M119"),
)

ambiguous = Check(
    id="ndc-ambiguous",
    family="ndc",
    title="The NDC has ten digits and no hyphens",
    authority="ASC X12 005010X222A1, loop 2410, LIN03; 21 CFR 207.33 (segments of an NDC)",
    severity=Severity.ERROR,
    when=(line_that(lambda line: bool(_TEN.fullmatch(line.ndc))),),
    denial=Denial("CO", "16", "M119"),
)

malformed = Check(
    id="ndc-malformed",
    family="ndc",
    title="The NDC has no form that an NDC can have",
    authority="ASC X12 005010X222A1, loop 2410, LIN03; 21 CFR 207.33 (segments of an NDC)",
    severity=Severity.ERROR,
    when=(line_that(_is_malformed),),
    denial=Denial("CO", "16", "M119"),
)

missing = Check(
    id="ndc-missing",
    family="ndc",
    title="A drug is billed without its NDC",
    authority="42 CFR 447.520; ASC X12 005010X222A1, loop 2410",
    severity=Severity.ERROR,
    needs=("procedure",),
    when=(defined(lambda row: row.needs_ndc, on=lambda line: not line.ndc),),
    denial=Denial("CO", "16", "M119"),
)

no_amount = Check(
    id="ndc-quantity",
    family="ndc",
    title="An NDC without its quantity or unit",
    authority="ASC X12 005010X222A1, loop 2410, CTP04 and CTP05-1",
    severity=Severity.ERROR,
    when=(line_that(lambda line: bool(line.ndc and _lacking(line))),),
    denial=Denial("CO", "16", "N815"),
)

not_given = Check(
    id="ndc-not-administered",
    family="ndc",
    title="Another NDC than the medication record's",
    authority="42 CFR 447.520; ASC X12 005010X222A1, loop 2410, LIN03",
    severity=Severity.WARNING,
    needs=("documentation",),
    when=(Mark.NDC, Mark.DOCUMENTED),
    denial=Denial("CO", "16", "M119"),
)

no_drug = Check(
    id="ndc-on-no-drug",
    family="ndc",
    title="An NDC on a service that is no drug",
    authority="ASC X12 005010X222A1, loop 2410",
    severity=Severity.WARNING,
    needs=("procedure",),
    when=(defined(lambda row: row.kind in _NO_DRUGS, on=lambda line: bool(line.ndc)),),
    denial=Denial("CO", "16", "M119"),
)


@hyphens.review
def five_four_two(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Only the form of eleven digits with both hyphens."""
    for line in case.claim.lines:
        if _WHOLE.fullmatch(line.ndc):
            yield hyphens.finding(
                line,
                "the NDC is written 5-4-2 with hyphens; a claim carries eleven digits",
                repair=_repair(line),
            )


@short_segment.review
def one_segment_is_short(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Only the three forms the FDA prints; the missing zero has one place."""
    for line in case.claim.lines:
        if _SHORT.fullmatch(line.ndc):
            form = "-".join(str(len(segment)) for segment in line.ndc.split("-"))
            yield short_segment.finding(
                line,
                f"the NDC is written {form}; a claim carries 5-4-2 as eleven digits",
                repair=_repair(line),
            )


@ambiguous.review
def ten_bare_digits(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Never repaired: three readings are possible."""
    for line in case.claim.lines:
        if _TEN.fullmatch(line.ndc):
            yield ambiguous.finding(
                line, "the NDC has ten digits; which segment lacks its zero, the label says"
            )


@malformed.review
def no_form_at_all(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent on an empty field."""
    for line in case.claim.lines:
        if line.ndc and not _has_form(line.ndc):
            yield malformed.finding(line, "the NDC is neither eleven digits nor a hyphenated NDC")
        elif _is_malformed(line):
            yield malformed.finding(line, "the NDC is all zeros, which is nobody's")


@missing.review
def drug_without_ndc(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Only codes that the table says need one."""
    assert codesets.procedure is not None
    for line, day in coded_lines(case.claim):
        row = codesets.procedure.find(line.procedure, on=day)
        if row is not None and row.needs_ndc and not line.ndc:
            yield missing.finding(
                line,
                f"{line.procedure} needs an NDC",
            )


@no_amount.review
def ndc_without_amount(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent on a line without an NDC."""
    for line in case.claim.lines:
        if not line.ndc:
            continue
        if lacking := _lacking(line):
            yield no_amount.finding(line, f"the NDC lacks {' and '.join(lacking)}")


@not_given.review
def another_product_was_given(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent where either side has no NDC that can be read as eleven digits."""
    assert case.documentation is not None
    for line, day in coded_lines(case.claim):
        billed = eleven_digits(line.ndc)
        entries = [
            (entry.number, given)
            for entry in case.documentation.administrations
            if entry.code == line.procedure
            and entry.given_on == day
            and entry.signed
            and (given := eleven_digits(entry.ndc))
        ]
        if billed and entries and billed not in {given for _, given in entries}:
            yield not_given.finding(
                line,
                f"{line.procedure} of {day.isoformat()}: the NDC is none of those that the "
                "medication record has for it",
                quote=[number for number, _ in entries],
            )


@no_drug.review
def service_without_a_drug(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Visits, laboratory and therapy; a procedure may include a drug, so it is not asked."""
    assert codesets.procedure is not None
    for line, day in coded_lines(case.claim):
        row = codesets.procedure.find(line.procedure, on=day)
        if line.ndc and row is not None and row.kind in _NO_DRUGS:
            yield no_drug.finding(
                line,
                f"{line.procedure} is no drug, and the line has an NDC; is it another line's?",
            )


def _lacking(line: ServiceLine) -> list[str]:
    lacking = []
    if line.ndc_quantity is None or line.ndc_quantity <= 0:
        lacking.append("a quantity above zero")
    if line.ndc_unit not in _UNITS:
        lacking.append(f"a unit ({', '.join(sorted(_UNITS))})")
    return lacking


def eleven_digits(ndc: str) -> str:
    """An NDC as a claim carries it; empty where it has no form that says so for certain."""
    if _ELEVEN.fullmatch(ndc):
        return ndc
    if _WHOLE.fullmatch(ndc) or _SHORT.fullmatch(ndc):
        labeler, product, package = ndc.split("-")
        return labeler.zfill(5) + product.zfill(4) + package.zfill(2)
    return ""


def _repair(line: ServiceLine) -> Repair:
    return Repair((Change("ndc", line.number, line.ndc, eleven_digits(line.ndc)),))
