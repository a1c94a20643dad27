"""Diagnoses against the rest of the claim: its lines, its stay, its record, its history."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from builders.claims import (
    a_case,
    a_claim,
    a_line,
    a_patient,
    an_inpatient_claim,
    an_institutional_claim,
    an_institutional_line,
    documentation_of,
)
from builders.tables import an_icd, code_sets

from bots.checks import Severity, review
from bots.claims import Case, Diagnosis, DiagnosisKind, DocumentedDiagnosis

HEADING = an_icd("S52.501", billable=False, children=("S52.501A", "S52.501D", "S52.501S"))
WITH_X = an_icd("S01.00", billable=False, children=("S01.00XA", "S01.00XD", "S01.00XS"))
TABLES = code_sets(
    icd10cm=[
        HEADING,
        WITH_X,
        an_icd("S52.501A"),
        an_icd("S01.00XA"),
        an_icd("M17.0", side="bilateral"),
        an_icd("M17.10", side="unspecified"),
        an_icd("M17.11", side="right"),
        an_icd("M17.12", side="left"),
        an_icd("I63.511", side="right"),
        an_icd("M17.9", unspecified=True),
        an_icd("M17.5", unspecified=True),
        an_icd("M17", billable=False, children=("M17.11",)),
        an_icd("O26.892", trimester=2, maternity=True),
        an_icd("Z3A.12"),
    ]
)
PRINCIPAL, OTHER = DiagnosisKind.PRINCIPAL, DiagnosisKind.OTHER
REASON, CAUSE = DiagnosisKind.REASON_FOR_VISIT, DiagnosisKind.EXTERNAL_CAUSE


def found(case: Case, check: str):
    return [f for f in review(case, TABLES).findings if f.check == check]


def checks(case: Case, *families: str) -> set[str]:
    return {f.check for f in review(case, TABLES).findings if f.check.startswith(families)}


# The code itself: ICD-10-CM Official Guidelines FY2026, I.A.2, I.A.4, I.A.5.


@pytest.mark.parametrize(
    ("code", "check"),
    [
        ("S52.501A", None),
        ("S52.501Z", "diagnosis-seventh-wrong"),
        ("S52501Z", "diagnosis-seventh-wrong"),  # without its dot
        ("S01.00XB", "diagnosis-seventh-wrong"),
        ("S01.00A", "diagnosis-placeholder"),
        ("S01.00XA", None),
        ("S01.00B", "diagnosis-unknown"),  # no right seventh, even with the placeholder
        ("S01.00", "diagnosis-seventh-character"),
        ("I10.0", "diagnosis-superfluous-character"),
        ("E11.9X", "diagnosis-superfluous-character"),
        ("E11.9XXA", "diagnosis-superfluous-character"),
        ("I11.0", "diagnosis-unknown"),
        ("I10", None),
    ],
)
def test_a_code_is_told_what_it_lacks_and_told_it_once(code, check):
    said = checks(a_case(diagnoses=[code]), "diagnosis-")

    assert said == ({check} if check else set())


def test_a_right_code_without_its_placeholder_is_named_and_not_written():
    (finding,) = found(a_case(diagnoses=["S01.00A"]), "diagnosis-placeholder")

    assert "S01.00XA" in finding.message
    assert finding.repair is None
    assert str(finding.denial) == "CO-16 M76"


# Side: I.B.13, and the modifiers that name one.


@pytest.mark.parametrize(
    ("modifiers", "diagnoses", "fires"),
    [
        ("RT", "M17.12", True),
        ("RT", "M17.11", False),
        ("LT", "M17.11", True),
        ("LT", "M17.12", False),
        ("RT", "M17.12 M17.11", False),  # one agrees
        ("RT", "M17.0", False),  # of both sides
        ("RT", "M17.10", False),  # leaves it open: information
        ("RT", "J06.9", False),  # has no side
        ("50", "M17.11", True),
        ("50", "M17.0", False),
        ("50", "M17.11 M17.12", False),
        ("LT RT", "M17.11", True),
        ("", "M17.12", False),
        ("E1", "M17.11", True),
        ("E2", "M17.12", False),
        ("E3", "M17.12", True),
        ("E4", "M17.11", False),
        ("FA", "M17.11", True),
        ("F4", "M17.12", False),
        ("F5", "M17.12", True),
        ("F9", "M17.11", False),
        ("TA", "M17.11", True),
        ("T4", "M17.12", False),
        ("T5", "M17.12", True),
        ("T9", "M17.11", False),
        ("LT", "I63.511", False),  # the brain's side is not the hand's
    ],
)
def test_a_procedure_is_on_the_side_of_its_diagnosis(modifiers, diagnoses, fires):
    codes = diagnoses.split()
    pointers = tuple(range(1, len(codes) + 1))
    case = a_case([a_line("11102", modifiers=modifiers, pointers=pointers)], diagnoses=codes)

    assert bool(found(case, "diagnosis-side-conflict")) is fires


def test_only_the_diagnoses_of_the_line_count():
    line = a_line("11102", modifiers="RT", pointers=(1,))

    assert found(a_case([line], diagnoses=["M17.12", "M17.11"]), "diagnosis-side-conflict")


def test_a_hospital_line_has_all_the_claims_diagnoses_behind_it():
    lines = [an_institutional_line("11102", modifiers="RT")]
    one = an_institutional_claim(lines, ["M17.12"])
    both = an_institutional_claim(lines, ["M17.12", "M17.11"])

    assert found(a_case(claim=one), "diagnosis-side-conflict")
    assert not found(a_case(claim=both), "diagnosis-side-conflict")


@pytest.mark.parametrize(
    ("modifiers", "diagnosis", "fires"),
    [
        ("RT", "M17.10", True),
        ("50", "M17.10", True),
        ("", "M17.10", False),
        ("RT", "M17.11", False),
    ],
)
def test_a_side_left_open_is_information_where_the_procedure_names_it(modifiers, diagnosis, fires):
    case = a_case([a_line("11102", modifiers=modifiers)], diagnoses=[diagnosis])
    said = found(case, "diagnosis-side-unspecified")

    assert [f.severity for f in said] == [Severity.INFO] * fires


@pytest.mark.parametrize(
    ("sides", "signed", "modifiers", "fires"),
    [
        (["right"], True, "", True),
        (["left"], True, "", False),
        (["right"], False, "", False),
        (["right"], True, "RT", False),  # the modifier is asked by diagnosis-side-conflict
        (["right", "left"], True, "", False),
        (["both"], True, "", False),
        ([""], True, "", False),
    ],
)
def test_the_side_of_the_record_is_quoted_against_the_diagnosis(sides, signed, modifiers, fires):
    """I.B.13."""
    case = a_case([a_line("11102", modifiers=modifiers)], diagnoses=["M17.12"])
    record = documentation_of(case.claim)
    done = tuple(
        replace(record.procedures[0], number=f"L-{place}", side=side, signed=signed)
        for place, side in enumerate(sides)
    )
    case = replace(case, documentation=replace(record, procedures=done))
    said = found(case, "diagnosis-side-documented")

    assert [f.quote for f in said] == [("L-0",)] * fires


# Pointers to external causes: I.C.20.a.6.


@pytest.mark.parametrize(
    ("pointers", "severity"),
    [
        ((2,), Severity.ERROR),
        ((2, 3), Severity.ERROR),
        ((2, 1), Severity.WARNING),
        ((1, 2), None),
        ((2, 9), None),  # what it points to besides is nothing: the family pointer's
    ],
)
def test_a_line_does_not_rest_on_an_external_cause(pointers, severity):
    case = a_case(
        [a_line(), a_line(pointers=pointers)], diagnoses=["S52.501A", "W01.0XXA", "Y92.018"]
    )
    said = found(case, "diagnosis-external-cause-pointer")

    assert [f.severity for f in said] == ([severity] if severity else [])
    assert all(f.lines == (2,) for f in said)


def test_a_cause_that_stands_first_is_one_finding():
    case = a_case([a_line(pointers=(1,))], diagnoses=["W01.0XXA", "S52.501A"])

    assert len(found(case, "diagnosis-external-cause-first")) == 1
    assert found(case, "diagnosis-external-cause-pointer") == []


@pytest.mark.parametrize(
    ("reason", "kind", "fires"),
    [
        ("W01.0XXA", REASON, True),
        ("M25.531", REASON, False),
        ("W01.0XXA", CAUSE, False),
    ],
)
def test_the_reason_for_a_visit_is_a_complaint(reason, kind, fires):
    """I/OCE edit 5; 005010X223A2, HI*APR."""
    claim = an_institutional_claim(
        diagnoses=[Diagnosis(1, "S52.501A", PRINCIPAL), Diagnosis(2, reason, kind)]
    )

    assert bool(found(a_case(claim=claim), "diagnosis-external-cause-reason")) is fires


@pytest.mark.parametrize(
    ("bill_type", "fires"), [("0131", True), ("0851", True), ("0111", False), ("0211", False)]
)
def test_the_outpatient_editors_rules_are_asked_on_outpatient_bills(bill_type, fires):
    """I/OCE edits 5 and 86; on a stay they are the Medicare Code Editor's."""
    claim = an_institutional_claim(diagnoses=["W01.0XXA"], bill_type=bill_type)

    assert bool(found(a_case(claim=claim), "diagnosis-external-cause-first")) is fires


# Present on admission: appendix I.


def a_stay(*indicators: str, codes: str = "J18.9 I10", **fields):
    kinds = [PRINCIPAL, *[OTHER] * 9]
    entries = [
        Diagnosis(place, code, kind, indicator)
        for place, (code, kind, indicator) in enumerate(
            zip(codes.split(), kinds, indicators, strict=False), start=1
        )
    ]
    return a_case(claim=an_inpatient_claim(diagnoses=entries, **fields))


@pytest.mark.parametrize(
    ("indicators", "codes", "severity"),
    [
        (("Y", "N"), "J18.9 I10", None),
        (("Y", ""), "J18.9 I10", Severity.ERROR),
        (("", ""), "J18.9 I10", Severity.WARNING),  # the hospital may report none
        (("Y", ""), "J18.9 Z79.4", None),  # may be exempt
        (("Y", ""), "J18.9 I25.2", None),
        (("Y", ""), "J18.9 I25.10", Severity.ERROR),
        (("Y", ""), "J18.9 B94.8", None),
        (("Y", ""), "J18.9 S52.501D", None),
    ],
)
def test_a_stay_says_what_was_there_on_arrival(indicators, codes, severity):
    said = found(a_stay(*indicators, codes=codes), "poa-missing")

    assert [f.severity for f in said] == ([severity] if severity else [])


@pytest.mark.parametrize(("indicator", "is_open"), [("", True), ("Y", False)])
def test_of_a_code_that_may_be_exempt_nothing_is_concluded(indicator, is_open):
    """CMS's list of exempt codes is no table of ours: open, and not a pass."""
    said = review(a_stay("Y", indicator, codes="J18.9 Z79.4"), code_sets()).not_evaluated

    assert ("poa-missing" in {entry.check for entry in said}) is is_open


@pytest.mark.parametrize("bill_type", ["0131", "0211", "0181"])
def test_only_a_hospital_stay_owes_the_indicator(bill_type):
    assert found(a_stay("", "", bill_type=bill_type), "poa-missing") == []


@pytest.mark.parametrize(
    ("indicator", "fires"),
    [
        ("Y", False),
        ("N", False),
        ("U", False),
        ("W", False),
        ("", False),
        ("1", True),
        ("X", True),
    ],
)
def test_there_are_four_indicators(indicator, fires):
    assert bool(found(a_stay("Y", indicator), "poa-invalid")) is fires


@pytest.mark.parametrize(
    ("claim", "fires"),
    [
        (an_institutional_claim(diagnoses=[Diagnosis(1, "J06.9", PRINCIPAL, "Y")]), True),
        (an_institutional_claim(diagnoses=[Diagnosis(1, "J06.9", PRINCIPAL)]), False),
        (a_claim(diagnoses=[Diagnosis(1, "J06.9", PRINCIPAL, "Y")]), True),
        (an_inpatient_claim(diagnoses=[Diagnosis(1, "J06.9", PRINCIPAL, "Y")]), False),
        (
            an_inpatient_claim(
                diagnoses=[
                    Diagnosis(1, "J06.9", PRINCIPAL, "Y"),
                    Diagnosis(2, "J06.9", DiagnosisKind.ADMITTING, "Y"),
                ]
            ),
            True,
        ),
    ],
)
def test_an_indicator_goes_with_an_admission(claim, fires):
    assert bool(found(a_case(claim=claim), "poa-outside-a-stay")) is fires


@pytest.mark.parametrize(("indicator", "fires"), [("Y", True), ("", True), ("N", False)])
def test_sepsis_that_came_later_may_stand_later(indicator, fires):
    """I.C.1.d.4."""
    case = a_stay("Y", indicator, codes="J18.9 A41.9")

    assert bool(found(case, "diagnosis-sepsis-order")) is fires


def test_a_stay_keeps_the_trimester_in_which_it_began():
    """I.C.15.a.4: information on a stay, a warning elsewhere."""
    stay = a_stay("Y", "", codes="O26.892 Z3A.12")
    visit = a_case(diagnoses=["O26.892", "Z3A.12"])

    check = "pregnancy-weeks-against-trimester"
    assert [f.severity for f in found(stay, check)] == [Severity.INFO]
    assert [f.severity for f in found(visit, check)] == [Severity.WARNING]


# The record: I.B.2, I.B.18, I.C.4.a.3.


def documented(*entries: DocumentedDiagnosis, diagnoses: list[str]) -> Case:
    case = a_case(diagnoses=diagnoses)
    record = replace(documentation_of(case.claim), diagnoses=entries)
    return replace(case, documentation=record)


@pytest.mark.parametrize(
    ("entry", "fires"),
    [
        (DocumentedDiagnosis("DX-7", "M17.11", signed=True), True),
        (DocumentedDiagnosis("DX-7", "M1711", signed=True), True),
        (DocumentedDiagnosis("DX-7", "M17.11", signed=False), False),
        (DocumentedDiagnosis("DX-7", "M17.5", signed=True), False),  # leaves something open, too
        (DocumentedDiagnosis("DX-7", "M17", signed=True), False),  # a heading
        (DocumentedDiagnosis("DX-7", "S52.501A", signed=True), False),  # another category
        (DocumentedDiagnosis("DX-7", "knee", signed=True), False),
    ],
)
def test_a_more_exact_entry_of_the_record_is_quoted(entry, fires):
    said = found(documented(entry, diagnoses=["M17.9"]), "diagnosis-unspecified")

    assert [(f.severity, f.quote) for f in said] == [(Severity.INFO, ("DX-7",))] * fires


def test_what_the_claim_has_already_is_not_told():
    entry = DocumentedDiagnosis("DX-7", "M17.11", signed=True)

    assert found(documented(entry, diagnoses=["M17.9", "M17.11"]), "diagnosis-unspecified") == []


@pytest.mark.parametrize(
    ("code", "diagnoses", "fires"),
    [
        ("Z79.4", ["E11.9"], True),
        ("Z79.84", ["E11.9"], True),
        ("Z79.82", ["E11.9"], False),
        ("Z79.4", ["I10"], False),
        ("Z79.4", ["E11.9", "Z79.4"], False),
    ],
)
def test_a_documented_drug_against_diabetes_is_quoted(code, diagnoses, fires):
    entry = DocumentedDiagnosis("DX-7", code, signed=True)
    said = found(documented(entry, diagnoses=diagnoses), "diagnosis-diabetes-drug")

    assert [f.quote for f in said] == [("DX-7",)] * fires


# The history: I.C.1.a.2.


@pytest.mark.parametrize(
    ("now", "earlier", "on", "fires"),
    [
        ("Z21", "B20", date(2026, 5, 1), True),
        ("R75", "B20", date(2026, 5, 1), True),
        ("B20", "B20", date(2026, 5, 1), False),
        ("Z21", "Z21", date(2026, 5, 1), False),
        ("Z21", "B20", date(2026, 8, 1), False),  # the disease came after this visit
    ],
)
def test_once_hiv_disease_always_hiv_disease(now, earlier, on, fires):
    before = a_claim([a_line(on=on)], [earlier], number="C-0")
    case = a_case(diagnoses=[now], history=[before])

    assert bool(found(case, "diagnosis-hiv-before")) is fires


def test_without_a_history_it_is_not_evaluated():
    said = review(a_case(diagnoses=["Z21"], history=None), TABLES).not_evaluated

    assert "diagnosis-hiv-before" in {entry.check for entry in said}


# Delivery and the mother's age: I.C.15.b.5, O09.5, O09.6.


@pytest.mark.parametrize(
    ("procedure", "diagnoses", "fires"),
    [
        ("59400", ["O26.892"], True),
        ("59409", ["J06.9"], True),
        ("59400", ["O26.892", "Z37.0"], False),
        ("59426", ["O26.892"], False),  # care before the delivery only
        ("59400", ["O80", "Z37.0"], False),
    ],
)
def test_a_delivery_has_its_outcome(procedure, diagnoses, fires):
    case = a_case([a_line(procedure)], diagnoses=diagnoses)

    assert bool(found(case, "pregnancy-outcome-missing")) is fires


@pytest.mark.parametrize(
    ("code", "born", "fires"),
    [
        ("O09.521", date(1992, 7, 15), True),  # 33 today: 34 at the most by the delivery
        ("O09.521", date(1992, 7, 14), False),  # 34 today
        ("O09.611", date(2010, 7, 14), True),  # 16 today
        ("O09.611", date(2010, 7, 15), False),  # still 15
        ("O09.611", None, False),
    ],
)
def test_supervision_for_an_age_is_for_a_mother_of_that_age(code, born, fires):
    case = a_case(diagnoses=[code], patient=a_patient(birth_date=born))

    assert bool(found(case, "pregnancy-age-of-risk")) is fires
