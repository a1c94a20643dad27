"""Vaccines and who gave them: the product, and the administration that the payer wants.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 18, section 10.2
(Medicare Part B: G0008 influenza, G0009 pneumococcal, G0010 hepatitis B); CPT guidelines
on immunization. An administration alone is no fault: the vaccine may have cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from bots.checks.catalogue import Check
from bots.checks.code_ranges import is_in
from bots.checks.concerns import coded
from bots.checks.day import coded_lines, other_bills
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.marks import Mark
from bots.claims import Case, ServiceLine
from bots.codesets import CodeSets

_CHAPTER_18 = "Pub. 100-04, ch. 18, section 10.2"
_PRODUCTS = (("90476", "90759"), ("91300", "91399"), ("Q2033", "Q2039"))
_GIVEN = (("90460", "90474"), ("90480", "90480"), ("G0008", "G0010"), ("0001A", "0999A"),
          ("M0201", "M0201"))  # fmt: skip
_INFLUENZA = frozenset(
    ["90630", "90653", "90654", "90655", "90656", "90657", "90658", "90660", "90661", "90662",
     "90672", "90673", "90674", "90682", "90685", "90686", "90687", "90688", "90689", "90694",
     "90756", "Q2033", "Q2034", "Q2035", "Q2036", "Q2037", "Q2038", "Q2039"]
)  # fmt: skip
_PNEUMOCOCCAL = frozenset(["90670", "90671", "90677", "90684", "90732"])
_HEPATITIS_B = frozenset(["90739", "90740", "90743", "90744", "90746", "90747", "90759"])
_MEDICARE: Mapping[str, frozenset[str]] = {
    "G0008": _INFLUENZA, "G0009": _PNEUMOCOCCAL, "G0010": _HEPATITIS_B,
}  # fmt: skip
_CPT_GIVEN = frozenset(["90471", "90472", "90473", "90474"])


def _is_vaccine(code: str) -> bool:
    return is_in(code, _PRODUCTS)


not_given = Check(
    id="vaccine-without-administration",
    family="missed-charge",
    title="A vaccine, and no administration of the day",
    authority=f"{_CHAPTER_18}; CPT guidelines on immunization",
    severity=Severity.WARNING,
    when=(coded(_is_vaccine),),
)

medicare_code = Check(
    id="vaccine-administration-medicare",
    family="procedure",
    title="A vaccine's administration under the code that Medicare does not take for it",
    authority=_CHAPTER_18,
    severity=Severity.ERROR,
    when=(Mark.MEDICARE, coded(_is_vaccine), coded(_CPT_GIVEN)),
    denial=Denial("CO", "16", "N657"),
)

other_product = Check(
    id="vaccine-administration-other",
    family="procedure",
    title="An administration of one kind of vaccine beside another kind only",
    authority=_CHAPTER_18,
    severity=Severity.WARNING,
    when=(coded(_is_vaccine), coded(_MEDICARE)),
    denial=Denial("CO", "16", "N657"),
)


@not_given.review
def nobody_gave_it(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Whoever gave it: all claims of the day are asked."""
    unknown = False
    for line, day in coded_lines(case.claim):
        if not _is_vaccine(line.procedure) or _is_given_somewhere(case, day):
            continue
        if not case.knows_all_claims:
            unknown = True
            continue
        yield not_given.finding(
            line,
            f"{line.procedure} of {day.isoformat()} is a vaccine, and no claim of the day has its "
            "administration",
        )
    if unknown:
        yield not_given.not_evaluated("the patient's other claims")


@medicare_code.review
def not_the_code_of_part_b(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Only where every vaccine of the day is one of the three kinds, so that 90471 is its."""
    if not case.claim.coverage.is_medicare:
        return
    for day, lines in _by_day(case):
        products = {line.procedure for line in lines if _is_vaccine(line.procedure)}
        wanted = {code: kind & products for code, kind in _MEDICARE.items() if kind & products}
        if not products or products - set().union(*wanted.values()):
            continue
        given = {line.procedure for line in lines}
        missing = sorted(code for code in wanted if code not in given)
        wrong = [line for line in lines if line.procedure in _CPT_GIVEN]
        if wrong and missing:
            yield medicare_code.finding(
                wrong,
                f"{', '.join(sorted(products))} of {day.isoformat()}: Medicare takes "
                f"{', '.join(missing)}, not {wrong[0].procedure}",
            )


@other_product.review
def another_kind(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent where the day has no vaccine at all: it may have been free."""
    for day, lines in _by_day(case):
        products = {line.procedure for line in lines if _is_vaccine(line.procedure)}
        for line in lines:
            kind = _MEDICARE.get(line.procedure)
            if kind is not None and products and kind.isdisjoint(products):
                yield other_product.finding(
                    line,
                    f"{line.procedure} of {day.isoformat()} goes with another kind of vaccine "
                    f"than {', '.join(sorted(products))}",
                )


def _by_day(case: Case) -> Iterator[tuple[date, list[ServiceLine]]]:
    found: dict[date, list[ServiceLine]] = {}
    for line, day in coded_lines(case.claim):
        found.setdefault(day, []).append(line)
    yield from found.items()


def _is_given_somewhere(case: Case, day: date) -> bool:
    claims = [case.claim, *other_bills(case, denied=True)]
    return any(
        on == day and is_in(line.procedure, _GIVEN)
        for claim in claims
        for line, on in coded_lines(claim)
    )
