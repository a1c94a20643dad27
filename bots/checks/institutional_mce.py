"""The edits of the Medicare Code Editor, on bills of an acute stay (11x and 41x) only.

Authority: CMS Definitions of Medicare Code Edits, each edit by its number; Medicare Claims
Processing Manual (Pub. 100-04), ch. 3, section 20.2.1. The editor knows the lists and the dates
at which each holds: that of sex conflicts ended on 2024-10-01. It says how often an edit fires,
not on which code; that is found by leaving each code out. For a payer that is not Medicare all
are warnings. Edits 7, 10, 12 and 13 have no code in any release of ICD-10 and no check here; 3
(`diagnosis-duplicate-institutional`) and 14 to 16 (age, sex, status) are those of other checks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from bots.checks.catalogue import Check
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.forms import dotted
from bots.checks.institutional_ground import ACUTE, bill_class, medicares
from bots.checks.institutional_grouper import Stay, edits_answer_for, edits_of, stay_of
from bots.checks.marks import Mark
from bots.claims import Case, Sex
from bots.codesets import CodeSets

_MANUAL = "Medicare Claims Processing Manual (Pub. 100-04), ch. 3, section 20.2.1"
_LONG_VENTILATION = "5A1955Z"  # more than 96 consecutive hours
_LONG_VENTILATION_DAYS = 4

Answer = Iterator[Finding | NotEvaluated]


def _check(
    id: str, number: int, title: str, denial: Denial, severity: Severity = Severity.ERROR
) -> Check:
    return Check(
        id=id,
        family="institutional",
        title=title,
        authority=f"CMS Definitions of Medicare Code Edits, edit {number}; {_MANUAL}",
        severity=severity,
        when=(Mark.INSTITUTIONAL,),
        denial=denial,
    )


_PRINCIPAL = Denial("CO", "16", "MA63")
_PROCEDURE = Denial("CO", "16", "MA66")

invalid_code = _check(
    "mce-invalid-code", 1, "A code that inpatient bills do not know on the day of discharge",
    Denial("CO", "16", "M67"),
)  # fmt: skip
external_cause = _check(
    "mce-external-cause-principal", 2, "An external cause as the principal diagnosis", _PRINCIPAL
)
age = _check(
    "mce-age-conflict", 4, "A diagnosis of another age", Denial("CO", "9"), Severity.WARNING
)
sex = _check(
    "mce-sex-conflict", 5, "A diagnosis or procedure of the other sex", Denial("CO", "10"),
    Severity.WARNING,
)  # fmt: skip
manifestation = _check(
    "mce-manifestation-principal", 6, "A manifestation as the principal diagnosis", _PRINCIPAL
)
questionable = _check(
    "mce-questionable-admission", 8, "An admission that its codes do not explain",
    Denial("CO", "50"), Severity.WARNING,
)  # fmt: skip
unacceptable = _check(
    "mce-unacceptable-principal", 9, "A principal diagnosis that no stay may have", _PRINCIPAL
)
alone = _check(
    "mce-principal-needs-secondary", 9,
    "A principal diagnosis that asks for a secondary one, and has none", _PRINCIPAL,
)  # fmt: skip
non_covered = _check(
    "mce-noncovered-procedure", 11, "A procedure that Medicare does not cover",
    Denial("CO", "96", "N386"),
)  # fmt: skip
limited = _check(
    "mce-limited-coverage", 17, "A procedure that Medicare covers under conditions only",
    Denial("CO", "50", "N386"), Severity.WARNING,
)  # fmt: skip
wrong_procedure = _check(
    "mce-wrong-procedure", 18, "A wrong procedure, patient or site is coded",
    Denial("CO", "96", "N386"),
)  # fmt: skip
length_of_stay = _check(
    "mce-procedure-length-of-stay", 19, "A procedure that is longer than the stay", _PROCEDURE
)
unspecified = _check(
    "mce-unspecified-code", 20, "A code without its side, where the record must know it",
    Denial("CO", "16", "M76"), Severity.WARNING,
)  # fmt: skip


@invalid_code.review
def code_unknown_on_the_day(case: Case, codesets: CodeSets) -> Answer:
    """Procedures; diagnoses only where no ICD-10-CM table answers (the family diagnosis does)."""
    for stay in _stays(invalid_code, case):
        if isinstance(stay, NotEvaluated):
            yield stay
            return
        bad = _on_codes(stay, "INVALID_CODE")
        if codesets.missing("icd10cm", stay.discharged) is None:
            bad = [code for code in bad if code in stay.procedures]
        if bad:
            yield invalid_code.finding(
                None,
                f"{_names(stay, bad)} not valid on {stay.discharged.isoformat()}",
                codes=_written(stay, bad),
                severity=medicares(case),
            )


@length_of_stay.review
def longer_than_the_stay(case: Case, codesets: CodeSets) -> Answer:
    """More than 96 hours of ventilation do not fit into fewer than four days.

    The editor is not told the length of the stay; the rule is the manual's.
    """
    claim = case.claim
    start, end = claim.admitted_on or claim.statement_from, claim.statement_through
    codes = [entry.code for entry in claim.inpatient_procedures]
    if bill_class(claim) not in ACUTE or _LONG_VENTILATION not in codes:
        return
    if start is None or end is None:
        yield length_of_stay.not_evaluated("the days of the stay")
    elif (end - start).days < _LONG_VENTILATION_DAYS:
        yield length_of_stay.finding(
            None,
            f"{_LONG_VENTILATION} is more than 96 hours; the stay has {(end - start).days} days, "
            f"the least is {_LONG_VENTILATION_DAYS}",
            codes=(_LONG_VENTILATION,),
            severity=medicares(case),
        )


Words = Callable[[Stay, list[str]], str]


def _of_principal(words: str) -> Words:
    return lambda stay, codes: f"{dotted(stay.principal[0])} {words}"


def _of_codes(words: str) -> Words:
    return lambda stay, codes: f"{', '.join(_written(stay, codes)) or 'The codes'} {words}"


def _edit(check: Check, names: tuple[str, ...], words: Words, *, principal: bool = False) -> None:
    """Give a check its rule: the editor's edits of those names."""

    def rule(case: Case, codesets: CodeSets) -> Answer:
        for stay in _stays(check, case):
            if isinstance(stay, NotEvaluated):
                yield stay
                return
            fired = [name for name, _ in edits_of(stay) if name in names]
            if not fired:
                continue
            codes = [stay.principal[0]] if principal else _on_codes(stay, *fired)
            severity = check.severity
            if severity is Severity.ERROR:
                severity = medicares(case)
            yield check.finding(
                None, words(stay, codes), codes=_written(stay, codes), severity=severity
            )

    check.review(rule)


_edit(
    external_cause, ("E_CODE_AS_PDX",), principal=True,
    words=_of_principal("says how it happened, not what it is; it cannot be the principal"),
)  # fmt: skip
_edit(age, ("AGE_CONFLICT", "TYPE_OF_AGE_CONFLICT"), _of_codes("expects another age"))
_edit(
    manifestation, ("MANIFESTATION_AS_PDX",), principal=True,
    words=_of_principal("is a manifestation; the disease itself is the principal"),
)  # fmt: skip
_edit(
    questionable, ("QUESTIONABLE_ADMISSION", "QUESTIONABLE_OBSTETRIC_ADMISSION"),
    _of_codes("alone does not usually explain an admission"),
)  # fmt: skip
_edit(
    unacceptable, ("UNACCEPTABLE_PDX", "DX_CANNOT_BE_PDX"), principal=True,
    words=_of_principal("is no principal diagnosis of a stay"),
)  # fmt: skip
_edit(
    alone, ("REQUIRES_SDX",), principal=True,
    words=_of_principal("is a principal diagnosis only with a secondary one"),
)  # fmt: skip
_edit(non_covered, ("NON_COVERED",), _of_codes("is not covered by Medicare"))
_edit(
    limited,
    ("LIMITED_COVERAGE", *(f"LIMITED_COVERAGE_{organ}" for organ in (
        "LVRS", "LUNG_TRANSPLANT", "COMBINATION_HEART_LUNG", "HEART_TRANSPLANT", "HEART_IMPLANT",
        "INTESTINE", "LIVER", "KIDNEY", "PANCREAS", "ARTIFICIAL_HEART",
    ))),
    _of_codes("is covered under the conditions of a national coverage determination"),
)  # fmt: skip
_edit(
    wrong_procedure, ("WRONG_PROCEDURE_PERFORMED",),
    _of_codes("says that a wrong procedure was done: the stay is billed without payment"),
)  # fmt: skip
_edit(
    unspecified, ("UNSPECIFIED",), _of_codes("leaves the side open; a more specific code exists")
)


@sex.review
def of_the_other_sex(case: Case, codesets: CodeSets) -> Answer:
    """Until 2024-10-01; condition code 45 lifts it; sex unknown is not evaluated."""
    claim = case.claim
    if bill_class(claim) not in ACUTE or "45" in claim.condition_codes:
        return
    for stay in _stays(sex, case):
        if isinstance(stay, NotEvaluated):
            yield stay
        elif claim.patient.sex is Sex.UNKNOWN:
            if any(_conflicts(replace(stay, sex=either)) for either in (0, 1)):
                yield sex.not_evaluated("the patient's sex")
        elif _conflicts(stay):
            codes = _on_codes(stay, "SEX_CONFLICT")
            yield sex.finding(
                None,
                f"{', '.join(_written(stay, codes))} is of the other sex",
                codes=_written(stay, codes),
            )


def _conflicts(stay: Stay) -> bool:
    return any(name == "SEX_CONFLICT" for name, _ in edits_of(stay))


def _stays(check: Check, case: Case) -> Iterator[Stay | NotEvaluated]:
    """The one stay of an acute bill, or what is missing of it; nothing for other bills."""
    stay = stay_of(case.claim)
    if isinstance(stay, str):
        yield check.not_evaluated(stay)
    elif stay is not None and not edits_answer_for(stay.discharged):
        yield check.not_evaluated(
            f"the Medicare Code Editor's lists for {stay.discharged.isoformat()}"
        )
    elif stay is not None:
        yield stay


def _on_codes(stay: Stay, *names: str) -> list[str]:
    """The codes on which the edits fire: those without which they fire less."""
    whole = _count(stay, names)
    found = []
    if _count(replace(stay, secondary=(), procedures=(), admitting=""), names):
        found.append(stay.principal[0])
    for place, (code, _) in enumerate(stay.secondary):
        if _count(stay.without(place), names) < whole:
            found.append(code)
    for place, code in enumerate(stay.procedures):
        fewer = stay.procedures[:place] + stay.procedures[place + 1 :]
        if _count(replace(stay, procedures=fewer), names) < whole:
            found.append(code)
    return list(dict.fromkeys(found))


def _count(stay: Stay, names: tuple[str, ...]) -> int:
    return sum(count for name, count in edits_of(stay) if name in names)


def _written(stay: Stay, codes: Iterable[str]) -> list[str]:
    """Diagnoses with their dot, procedures as they are."""
    return [code if code in stay.procedures else dotted(code) for code in codes]


def _names(stay: Stay, codes: list[str]) -> str:
    return f"{', '.join(_written(stay, codes))} {'is' if len(codes) == 1 else 'are'}"
