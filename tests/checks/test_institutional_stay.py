"""Code editor, DRG and transfer: each firing stay beside one with one fact different."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from builders.claims import (
    BILLING_NPI,
    DAY,
    a_case,
    a_coverage,
    a_patient,
    a_provider,
    an_inpatient_claim,
    an_institutional_claim,
    an_institutional_line,
    an_npi,
    documentation_of,
)
from builders.tables import code_sets

from bots.checks import Finding, Severity, by_id, review
from bots.checks.institutional_drg import drg_rests_on
from bots.checks.institutional_grouper import (
    Rest,
    Stay,
    edits_of,
    group,
    rests_of,
    stay_of,
    version_on,
)
from bots.claims import (
    ClaimCode,
    Diagnosis,
    DiagnosisKind,
    DocumentedDiagnosis,
    InpatientProcedure,
    Sex,
)

COMMERCIAL = a_coverage(filing_indicator="CI")
OTHER_NPI = an_npi("148765432")
TABLE = code_sets()


def stay(principal="J18.9", *secondary, **fields):
    """A stay with these diagnoses, all present on admission."""
    diagnoses = [
        Diagnosis(1, principal, DiagnosisKind.PRINCIPAL, "Y"),
        *(
            entry
            if isinstance(entry, Diagnosis)
            else Diagnosis(n, entry, DiagnosisKind.OTHER, "Y")
            for n, entry in enumerate(secondary, start=2)
        ),
    ]
    return an_inpatient_claim(diagnoses=diagnoses, **fields)


def did(*codes):
    return {"inpatient_procedures": tuple(InpatientProcedure(code, DAY) for code in codes)}


def born(year):
    return {"patient": a_patient(birth_date=date(year, 3, 2))}


def reviewed(claim, history=(), codesets=None, **case):
    return review(a_case(claim=claim, history=history, **case), codesets or TABLE)


def said(claim, history=()):
    return {finding.check: finding for finding in reviewed(claim, history).findings}


def at(day, length=4):
    return {"statement_from": day - timedelta(days=length), "statement_through": day,
            "admitted_on": day - timedelta(days=length)}  # fmt: skip


LAST_OF_SEX = at(date(2024, 9, 30))
MAN = {"patient": a_patient(sex=Sex.MALE)}
EDITS = [
    ("mce-invalid-code", stay(**did("0FT44ZX")), stay(**did("0FT44ZZ")), "MCE 1"),
    ("mce-external-cause-principal", stay("W19.XXXA"), stay("S72.001A", "W19.XXXA"), "MCE 2"),
    ("mce-age-conflict", stay("J18.9", "R54", **born(2016)), stay("J18.9", "R54", **born(1946)),
     "MCE 4: adult"),
    ("mce-age-conflict", stay("J18.9", "Z34.00", **born(1950)),
     stay("J18.9", "Z34.00", **born(1990)), "MCE 4: maternity"),
    ("mce-sex-conflict", stay("J18.9", "N40.0", **LAST_OF_SEX),
     stay("J18.9", "N40.0", **MAN, **LAST_OF_SEX), "MCE 5"),
    ("mce-sex-conflict", stay("J18.9", "N40.0", **LAST_OF_SEX),
     stay("J18.9", "N40.0", **at(date(2024, 10, 1))), "MCE 5: ended on 2024-10-01"),
    ("mce-sex-conflict", stay("J18.9", "N40.0", **LAST_OF_SEX),
     stay("J18.9", "N40.0", **LAST_OF_SEX, condition_codes=("45",)), "ch. 32, 240: 45 lifts"),
    ("mce-sex-conflict", stay(**did("0UT90ZZ"), **MAN, **LAST_OF_SEX),
     stay(**did("0UT90ZZ"), **LAST_OF_SEX), "MCE 5: a procedure"),
    ("mce-manifestation-principal", stay("D63.1"), stay("N18.30", "D63.1"), "MCE 6"),
    ("mce-questionable-admission", stay("I10"), stay("I16.1", "I10"), "MCE 8"),
    ("mce-questionable-admission", stay("O80", **did("10D00Z1")),
     stay("O80", "Z37.0", **did("10D00Z1")), "MCE 8: the outcome of delivery"),
    ("mce-unacceptable-principal", stay("Z00.00"), stay("J18.9", "Z00.00"), "MCE 9"),
    ("mce-principal-needs-secondary", stay("Z51.89"), stay("Z51.89", "J18.9"), "MCE 9: alone"),
    ("mce-noncovered-procedure", stay(**did("0FYG0Z0")), stay(**did("0FT44ZZ")), "MCE 11"),
    ("mce-limited-coverage", stay(**did("02YA0Z0")), stay(**did("02RF08Z")), "MCE 17"),
    ("mce-wrong-procedure", stay("J18.9", "Y65.51"), stay("J18.9", "Y65.8"), "MCE 18"),
    ("mce-procedure-length-of-stay", stay(**did("5A1955Z"), **at(DAY, 3)),
     stay(**did("5A1955Z"), **at(DAY, 4)), "MCE 19: four days"),
    ("mce-procedure-length-of-stay", stay(**did("5A1955Z"), **at(DAY, 3)),
     stay(**did("5A1945Z"), **at(DAY, 3)), "MCE 19: up to 96 hours"),
    ("mce-unspecified-code", stay("S72.009A"), stay("S72.001A"), "MCE 20"),
    ("mce-unspecified-code", stay("J18.9", "S72.009A"), stay("J18.9", "S72.002A"), "MCE 20"),
]  # fmt: skip
DRGS = [
    ("drg-form", stay(drg="29"), stay(drg="193"), "FL 71"),
    ("drg-form", stay(drg="000"), stay(drg="MS-DRG 193"), "FL 71"),
    ("drg-ungroupable", stay("W19.XXXA"), stay("S72.001A", "W19.XXXA"), "42 CFR 412.60(c)"),
    ("drg-differs", stay("I50.20", "J96.01", drg="292"), stay("I50.20", "J96.01", drg="291"),
     "42 CFR 412.60"),
    ("drg-differs", stay("I50.20", "N17.9", drg="291"), stay("I50.20", "J96.01", drg="291"),
     "CC and MCC"),
    ("drg-rests-on-one-diagnosis", stay("I50.20", "J96.01"), stay("I50.20", "J96.01", "J96.21"),
     "two MCC carry it together"),
    ("drg-rests-on-one-diagnosis", stay("I50.20", "J96.01"), stay("I50.20", "I10"),
     "no CC at all"),
    ("drg-rests-on-one-diagnosis", stay("I50.20", "J96.01"),
     stay("O80", "Z37.0", **did("10E0XZZ"), **born(1995)), "no DRG at all without the outcome"),
    ("drg-hospital-acquired",
     stay("J18.9", Diagnosis(2, "L89.153", DiagnosisKind.OTHER, "N")),
     stay("J18.9", Diagnosis(2, "L89.153", DiagnosisKind.OTHER, "Y")), "1886(d)(4)(D)"),
]  # fmt: skip


def elsewhere(bill_type, after, npi=OTHER_NPI, **fields):
    """The patient's bill of another provider that begins so many days after the stay."""
    began = DAY + timedelta(days=after)
    claim = an_institutional_claim(
        [],
        providers=[a_provider("billing", npi)],
        number="C-2",
        bill_type=bill_type,
        statement_from=began,
        statement_through=began + timedelta(days=20),
        admitted_on=began,
        discharge_status="30",
    )
    return (replace(claim, **fields),)


def earlier_stay(ended, **fields):
    return (stay(number="C-2", **at(ended, 5), **fields),)


def later_stay(admitted, **fields):
    return (stay(number="C-2", **at(admitted + timedelta(days=5), 5), **fields),)


VISIT = an_institutional_claim()
SCAN = an_institutional_claim([an_institutional_line("70450", revenue_code="0351")])
ADMITTED = DAY - timedelta(days=4)
TRANSFERS = [
    ("transfer-payment", (stay(discharge_status="02"), ()), (stay(discharge_status="01"), ()),
     "42 CFR 412.4(b)"),
    ("transfer-payment", (stay(discharge_status="06"), ()),
     (stay(discharge_status="06", condition_codes=("43",)), ()), "42 CFR 412.4(c)(3)"),
    ("transfer-payment", (stay(discharge_status="62"), ()),
     (stay(discharge_status="62", coverage=COMMERCIAL), ()), "42 CFR 412.4: Medicare"),
    ("discharge-status-against-history", (stay(), elsewhere("0329", 3)),
     (stay(), elsewhere("0329", 4)), "42 CFR 412.4(c)(3): three days"),
    ("discharge-status-against-history", (stay(), elsewhere("0211", 0)),
     (stay(), elsewhere("0211", 1)), "42 CFR 412.4(c)(2): the same day"),
    ("discharge-status-against-history", (stay(), elsewhere("0329", 1)),
     (stay(discharge_status="06"), elsewhere("0329", 1)), "the status says so"),
    ("discharge-status-against-history", (stay(), elsewhere("0329", 1)),
     (stay(), elsewhere("0329", 1, status="Denied")), "a denied bill shows nothing"),
    ("same-day-readmission", (stay(), earlier_stay(ADMITTED)),
     (stay(condition_codes=("B4",)), earlier_stay(ADMITTED)), "ch. 3, 40.2.5: B4"),
    ("same-day-readmission", (stay(), earlier_stay(ADMITTED)),
     (stay(), earlier_stay(ADMITTED - timedelta(days=1))), "ch. 3, 40.2.5: the same day"),
    ("same-day-readmission", (stay(), earlier_stay(ADMITTED)),
     (stay(), earlier_stay(ADMITTED, providers=[a_provider("billing", OTHER_NPI)])),
     "ch. 3, 40.2.5: the same hospital"),
    ("payment-window", (VISIT, later_stay(DAY + timedelta(days=3))),
     (VISIT, later_stay(DAY + timedelta(days=4))), "42 CFR 412.2(c)(5): three days"),
    ("payment-window", (VISIT, later_stay(DAY + timedelta(days=1))),
     (replace(VISIT, condition_codes=("51",)), later_stay(DAY + timedelta(days=1))),
     "ch. 3, 40.3: 51 attests"),
    ("payment-window",
     (replace(SCAN, condition_codes=("51",)), later_stay(DAY + timedelta(days=1))),
     (replace(VISIT, condition_codes=("51",)), later_stay(DAY + timedelta(days=1))),
     "ch. 3, 40.3.B: 51 is not for diagnostic services"),
    ("payment-window", (VISIT, later_stay(DAY + timedelta(days=1))),
     (an_institutional_claim([an_institutional_line("A0429", revenue_code="0540")]),
      later_stay(DAY + timedelta(days=1))), "ch. 3, 40.3: ambulance stays outside"),
    ("discharge-status-against-history", (stay(), elsewhere("0811", 0)),
     (stay(discharge_status="50"), elsewhere("0811", 0)), "42 CFR 412.4(c)(4): hospice"),
    ("outpatient-during-stay", (VISIT, later_stay(DAY)),
     (VISIT, earlier_stay(DAY)), "ch. 3, 40.3: the day of discharge is free"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("check", "fires", "neighbour"),
    [pair[:3] for pair in EDITS + DRGS],
    ids=[f"{check}: {why}" for check, _, _, why in EDITS + DRGS],
)
def test_a_stay_fires_and_its_neighbour_does_not(check, fires, neighbour):
    assert check in said(fires)
    assert check not in said(neighbour)


@pytest.mark.parametrize(
    ("check", "fires", "neighbour"),
    [pair[:3] for pair in TRANSFERS],
    ids=[f"{check}: {why}" for check, _, _, why in TRANSFERS],
)
def test_the_patients_other_bills_tell_and_their_neighbours_do_not(check, fires, neighbour):
    assert check in said(*fires)
    assert check not in said(*neighbour)


def test_every_check_of_these_files_is_asked_here():
    rooms = ("institutional_mce", "institutional_drg", "institutional_transfer")
    # The rules of the code editor are made in one place.
    mine = {c.id for c in by_id().values() if c.rule.__module__.endswith(rooms)}

    assert mine == {check for check, *_ in EDITS + DRGS + TRANSFERS}


def test_the_editor_is_asked_of_acute_stays_alone():
    """Z00.00 is the right first code of many a visit."""
    for bill_type in ("0131", "0211", "0721"):
        claim = replace(stay("Z00.00"), bill_type=bill_type)
        assert not {c for c in said(claim) if c.startswith(("mce-", "drg-"))}
    assert "mce-unacceptable-principal" in said(replace(stay("Z00.00"), bill_type="0411"))


def test_a_finding_names_the_code_that_the_edit_is_about():
    found = said(stay("J18.9", "J44.9", "S72.009A", "I10"))

    assert found["mce-unspecified-code"].codes == ("S72.009A",)


def test_the_editors_own_words_of_other_payers_are_warnings():
    theirs = said(stay("Z00.00", coverage=COMMERCIAL))["mce-unacceptable-principal"]

    assert theirs.severity is Severity.WARNING


def test_a_sex_that_is_unknown_is_not_evaluated_where_a_code_asks_for_it():
    unknown = {"patient": a_patient(sex=Sex.UNKNOWN)}
    asks = reviewed(stay("J18.9", "N40.0", **unknown, **LAST_OF_SEX))
    silent = reviewed(stay("J18.9", "J44.9", **unknown, **LAST_OF_SEX))

    assert "mce-sex-conflict" in {entry.check for entry in asks.not_evaluated}
    assert "mce-sex-conflict" not in {entry.check for entry in silent.not_evaluated}


@pytest.mark.parametrize(
    "fields", [{"patient": a_patient(birth_date=None)}, {"discharge_status": ""},
               at(date(2027, 4, 1)), at(date(2015, 9, 30))]
)  # fmt: skip
def test_what_the_editor_cannot_know_is_not_evaluated(fields):
    found = reviewed(stay("Z00.00", **fields))

    assert "mce-unacceptable-principal" in {entry.check for entry in found.not_evaluated}
    assert not {f.check for f in found.findings if f.check.startswith("mce-")}


@pytest.mark.parametrize(
    ("day", "version"),
    [
        (date(2022, 9, 30), None),
        (date(2022, 10, 1), 400),
        (date(2023, 3, 31), 400),
        (date(2023, 4, 1), 401),
        (date(2024, 9, 30), 411),
        (date(2024, 10, 1), 420),
        (date(2026, 9, 30), 431),
        (date(2026, 10, 1), 440),
        (date(2027, 3, 31), 440),
        (date(2027, 4, 1), None),
    ],
)
def test_the_grouper_is_the_one_of_the_day_of_discharge(day, version):
    """42 CFR 412.60: the DRG in effect on discharge; a stay over the change has the new one."""
    assert version_on(day) == version
    asked = stay_of(stay("I50.20", "J96.01", **at(day)))

    assert isinstance(asked, Stay)
    assert (group(asked) is not None) is (version is not None)


def test_a_discharge_that_no_version_covers_is_not_evaluated():
    found = reviewed(stay("I50.20", "J96.01", drg="292", **at(date(2022, 9, 30))))

    assert "drg-differs" in {entry.check for entry in found.not_evaluated}
    assert "drg-differs" not in {f.check for f in found.findings}


def test_the_drg_rests_on_the_one_diagnosis_without_which_it_is_another():
    claim = stay("I50.20", "J96.01", "N17.9", "I10")

    assert drg_rests_on(a_case(claim=claim)) == (Rest("J9601", 292),)
    assert drg_rests_on(a_case(claim=stay("I50.20", "J96.01", "J96.21"))) == ()
    assert drg_rests_on(a_case(claim=VISIT)) == ()


def test_leaving_out_what_the_drg_rests_on_gives_the_drg_it_names():
    """Each CC and MCC in turn, by brute force: with and without."""
    asked = stay_of(stay("J18.9", "N17.9", "I10", "E11.9"))
    assert isinstance(asked, Stay)
    whole = group(asked)
    assert whole is not None

    for rest in rests_of(asked):
        place = [code for code, _ in asked.secondary].index(rest.code)
        less = group(asked.without(place))
        assert less is not None
        assert (rest.lower, rest.lower != whole.drg) == (less.drg, True)


@pytest.mark.parametrize(
    ("entries", "severity", "quote"),
    [
        ((), Severity.INFO, ()),  # the record lists no diagnoses at all
        ((DocumentedDiagnosis("DX-1", "J96.01", signed=True),), Severity.INFO, ("DX-1",)),
        ((DocumentedDiagnosis("DX-1", "J96.01"),), Severity.WARNING, ()),  # nobody signed it
        ((DocumentedDiagnosis("DX-1", "I50.20", signed=True),), Severity.WARNING, ()),
    ],
)
def test_a_drg_that_rests_on_what_the_record_does_not_name_is_a_warning(entries, severity, quote):
    claim = stay("I50.20", "J96.01")
    papers = replace(documentation_of(claim), diagnoses=entries)

    found = reviewed(claim, documentation=papers).findings

    (finding,) = [f for f in found if f.check == "drg-rests-on-one-diagnosis"]
    assert (finding.severity, finding.quote) == (severity, quote)
    assert finding.codes == ("J96.01",)


def test_a_diagnosis_that_no_table_answers_for_is_the_editors():
    claim = stay("J18.9", "J18.XX")

    assert "mce-invalid-code" not in said(claim)
    unknown = {f.check for f in reviewed(claim, codesets=code_sets(without=("icd10cm",))).findings}
    assert "mce-invalid-code" in unknown


def test_every_edit_that_the_editor_gave_has_a_check_or_a_reason():
    """Edits 14 to 16 are `birth-date-missing`, the claim's own sex and `discharge-status-*`."""
    seen = {
        name
        for claim in (fires for _, fires, _, _ in EDITS)
        for name, _ in edits_of(stay_of(claim))  # type: ignore[arg-type]
    }

    assert seen == {
        "INVALID_CODE", "E_CODE_AS_PDX", "AGE_CONFLICT", "SEX_CONFLICT",
        "MANIFESTATION_AS_PDX", "QUESTIONABLE_ADMISSION", "QUESTIONABLE_OBSTETRIC_ADMISSION",
        "UNACCEPTABLE_PDX", "REQUIRES_SDX", "NON_COVERED", "LIMITED_COVERAGE",
        "WRONG_PROCEDURE_PERFORMED", "UNSPECIFIED",
    }  # fmt: skip


def test_without_history_nothing_is_said_of_other_bills():
    found = reviewed(stay(), history=None)

    assert not {f.check for f in found.findings if isinstance(f, Finding)} & {
        "same-day-readmission", "discharge-status-against-history",
    }  # fmt: skip
    assert "payment-window" in {entry.check for entry in found.not_evaluated}


def test_the_same_hospital_is_the_same_number():
    own = elsewhere("0211", 0, npi=BILLING_NPI)

    assert "discharge-status-against-history" not in said(stay(), own)


def test_a_value_code_is_no_part_of_the_stay():
    with_value = stay_of(stay("I50.20", values=(ClaimCode("80", amount=4),)))  # type: ignore[arg-type]

    assert with_value == stay_of(stay("I50.20"))


@pytest.mark.parametrize(("days", "severity"), [(1, Severity.ERROR), (2, Severity.WARNING)])
def test_the_window_of_a_hospital_not_paid_by_drg_is_one_day(days, severity):
    """42 CFR 413.40(c)(2)."""
    found = said(VISIT, later_stay(DAY + timedelta(days=days)))

    assert found["payment-window"].severity is severity
