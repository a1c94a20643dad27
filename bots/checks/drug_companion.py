"""What is billed without the service that it goes with: drug, administration, contrast, device.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 12, section 30.5 (drug
administration), ch. 17 (drugs), ch. 13 (contrast), ch. 4, section 61.2 (devices and
the procedures that they belong to) and ch. 4, section 230.2; ch. 18, section 10 (vaccines). A
companion is a question to the biller, no proof: a drug may be the patient's own and a vaccine the
state's. The other claims of the day are asked before anything is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache

from bots.checks.catalogue import Check
from bots.checks.code_ranges import is_in
from bots.checks.concerns import coded, none
from bots.checks.day import coded_lines, other_bills, place_of, professional_lines
from bots.checks.findings import Finding, NotEvaluated, Severity
from bots.checks.forms import is_procedure
from bots.checks.marks import Mark
from bots.claims import Case, ClaimType, ServiceLine
from bots.codesets import CodeSets

_OTHER_CLAIMS = "the patient's other claims"
_OFFICE = {"11"}
_INJECTED = (("J0120", "J3591"), ("J9000", "J9999"), ("Q5101", "Q5199"))
_DRUGS = (("A9500", "A9800"), ("C9000", "C9399"), ("J0000", "J9999"), ("P9010", "P9099"),
          ("Q0138", "Q0139"), ("Q2000", "Q2059"), ("Q4081", "Q4082"), ("Q5101", "Q5199"),
          ("Q9950", "Q9999"), ("S0012", "S0197"), ("90281", "90399"))  # fmt: skip
# Of these something is put into the patient each time; 96360 may be plain fluid.
_ADMINISTERED = frozenset(
    ["96365", "96367", "96369", "96372", "96374", "96375", "96401", "96402", "96409", "96411",
     "96413", "96417"]
)  # fmt: skip
# Beside a drug these say nothing of how it was given.
_NO_ACT = (("80047", "89398"), ("99202", "99499"), ("G0463", "G0463"), ("G2211", "G2212"),
           ("36415", "36416"), ("98000", "98016"), ("0240U", "0241U"))  # fmt: skip
_CONTRAST = (("A9575", "A9585"), ("Q9950", "Q9954"), ("Q9956", "Q9969"))
_IMAGED = (("70010", "79999"), ("92920", "93799"), ("10004", "69990"), ("C8900", "C8937"),
           ("0042T", "0999T"))  # fmt: skip
_DEVICES = (("C1713", "C2645"),)
_IMPLANTING = (("10004", "36399"), ("36420", "69990"), ("75600", "75989"), ("77261", "77799"),
               ("92920", "93799"), ("C9600", "C9899"), ("G0000", "G9999"),
               ("0001T", "0999T"))  # fmt: skip
_SAMPLED = frozenset(
    ["11102", "11104", "11106", "19081", "19083", "19085", "38221", "38222", "43239", "45380",
     "47000", "49180", "50200", "55700", "60100"]
)  # fmt: skip
_EXAMINED = (("88104", "88399"), ("G0416", "G0416"), ("0001U", "0999U"))


@lru_cache(10_000)
def _is_act(code: str) -> bool:
    """Whether the code is of a service that may include the injection of a drug."""
    return is_procedure(code) and not is_in(code, _NO_ACT) and not is_in(code, _DRUGS)


no_administration = Check(
    id="drug-without-administration",
    family="missed-charge",
    title="An injected drug, and nothing of the day that gives it",
    authority="Pub. 100-04, ch. 12, section 30.5 and ch. 17, section 10",
    severity=Severity.INFO,
    when=(
        Mark.PROFESSIONAL,
        coded(lambda code: is_in(code, _INJECTED)),
        none(coded(_is_act)) | Mark.DAYS,
    ),
)

no_drug = Check(
    id="administration-without-drug",
    family="missed-charge",
    title="A drug's administration, and no drug of the day",
    authority="Pub. 100-04, ch. 12, section 30.5 and ch. 4, section 230.2",
    severity=Severity.INFO,
    when=(coded(_ADMINISTERED), none(coded(lambda code: is_in(code, _DRUGS)))),
)

no_imaging = Check(
    id="contrast-without-imaging",
    family="unsupported-charge",
    title="Contrast, and no imaging of the day that takes it",
    authority="Pub. 100-04, ch. 13",
    severity=Severity.WARNING,
    when=(coded(lambda code: is_in(code, _CONTRAST)),),
)

no_procedure = Check(
    id="device-without-procedure",
    family="unsupported-charge",
    title="An implanted device, and no procedure of the bill that implants one",
    authority="Pub. 100-04, ch. 4, section 61.2",
    severity=Severity.WARNING,
    when=(Mark.INSTITUTIONAL, coded(lambda code: is_in(code, _DEVICES))),
)

no_pathology = Check(
    id="specimen-without-pathology",
    family="missed-charge",
    title="Tissue was taken and its examination ordered, and no claim of the day has one",
    authority="Pub. 100-04, ch. 16, section 80",
    severity=Severity.INFO,
    needs=("documentation",),
    when=(coded(_SAMPLED), Mark.DOCUMENTED),
)


@no_administration.review
def nothing_gives_it(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Offices only, and silent beside any act that may include the injection."""
    unknown = False
    for line, day in professional_lines(case):
        if not is_in(line.procedure, _INJECTED) or line.charge <= 0:
            continue
        if place_of(case.claim, line) not in _OFFICE:
            continue
        if any(_is_act(code) for code in _codes(case, day)):
            continue
        if not case.knows_all_claims:
            unknown = True
            continue
        yield no_administration.finding(
            line,
            f"{line.procedure} of {day.isoformat()}, and no claim of the day has its injection",
        )
    if unknown:
        yield no_administration.not_evaluated(_OTHER_CLAIMS)


@no_drug.review
def nothing_is_given(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Silent where a hospital bills drugs by revenue code, without their codes."""

    def is_drug(code: str) -> bool:
        if is_in(code, _DRUGS):
            return True
        rows = codesets.procedure.rows(code) if codesets.procedure is not None else ()
        return any(row.kind == "drug" for row in rows)

    if any(line.revenue[:3] in ("025", "063") for line in case.claim.lines):
        return
    lines = [
        (line, day) for line, day in coded_lines(case.claim) if line.procedure in _ADMINISTERED
    ]
    yield from _alone(case, no_drug, lines, is_drug, "and no claim of the day has a drug")


@no_imaging.review
def nothing_takes_contrast(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Procedures under imaging count as such."""
    lines = [
        (line, day) for line, day in coded_lines(case.claim) if is_in(line.procedure, _CONTRAST)
    ]
    yield from _alone(
        case, no_imaging, lines, lambda code: is_in(code, _IMAGED),
        "and no claim of the day has imaging that takes it",
    )  # fmt: skip


@no_procedure.review
def nothing_implants(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Any day of the bill will do: what is implanted is charged when it is issued."""
    claim = case.claim
    if claim.type is not ClaimType.INSTITUTIONAL or claim.inpatient_procedures:
        return
    if any(is_in(line.procedure, _IMPLANTING) for line in claim.lines):
        return
    for line, _ in coded_lines(case.claim):
        if is_in(line.procedure, _DEVICES):
            yield no_procedure.finding(
                line, f"{line.procedure} is a device, and the bill has no procedure that uses one"
            )


@no_pathology.review
def nobody_examined(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Only where the record orders the examination: another laboratory may bill it."""
    assert case.documentation is not None
    ordered = [
        order
        for order in case.documentation.orders
        if is_in(order.code, _EXAMINED) and not order.signed
    ]
    lines = [
        (line, day)
        for line, day in coded_lines(case.claim)
        if line.procedure in _SAMPLED and any(order.ordered_on == day for order in ordered)
    ]
    yield from _alone(
        case, no_pathology, lines, lambda code: is_in(code, _EXAMINED),
        "its examination is ordered without a signature, and no claim of the day has it",
    )  # fmt: skip


def _alone(
    case: Case,
    check: Check,
    lines: list[tuple[ServiceLine, date]],
    is_companion: Callable[[str], bool],
    words: str,
) -> Iterator[Finding | NotEvaluated]:
    """The lines beside which no line of the day is a companion."""
    unknown = False
    for line, day in lines:
        if any(is_companion(code) for code in _codes(case, day)):
            continue
        if not case.knows_all_claims:
            unknown = True
            continue
        yield check.finding(line, f"{line.procedure} of {day.isoformat()}, {words}")
    if unknown:
        yield check.not_evaluated(_OTHER_CLAIMS)


def _codes(case: Case, day: date) -> Iterator[str]:
    """Every code that any claim of the patient has on a day, whoever billed it."""
    for line, on in coded_lines(case.claim):
        if on == day:
            yield line.procedure
    for other in other_bills(case, denied=True):
        for line, on in coded_lines(other):
            if on <= day <= max(on, line.service_date_end or on):
                yield line.procedure
