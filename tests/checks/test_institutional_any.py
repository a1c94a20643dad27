"""Whatever an institutional claim says, each of its checks answers, and a glance loses nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from builders.claims import (
    a_case,
    a_coverage,
    a_patient,
    an_inpatient_claim,
    an_institutional_line,
)
from builders.tables import an_opps, code_sets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.checks import catalogue, review
from bots.checks.glance import Glance
from bots.claims import (
    Claim,
    ClaimCode,
    Diagnosis,
    DiagnosisKind,
    InpatientProcedure,
    OtherPayer,
    Sex,
)

TABLES = code_sets(opps=[an_opps("20610", "T"), an_opps("27447", "C"), an_opps("71046", "Q1")])
MINE = [check for check in catalogue() if check.family == "institutional"]
TEXT = st.text(max_size=3)
DAYS = st.none() | st.one_of(
    st.integers(-50, 20).map(lambda days: date(2026, 7, 14) + timedelta(days=days)), st.dates()
)
AMOUNTS = st.none() | st.decimals(-3, 200, places=2)
ODD_AND_KNOWN = (
    *("80", "81", "82", "83", "12", "14", "15", "37", "38"),
    *("32", "42", "55", "70", "74", "77"),
)
BILLS = ("0111", "0112", "0114", "0117", "131", "0130", "0211", "0721", "0771", "13")
CONDITIONS = st.lists(st.sampled_from(["20", "21", "44", "W2", "D1", "?"]))
CODES = st.builds(
    ClaimCode,
    st.one_of(st.sampled_from(ODD_AND_KNOWN), TEXT),
    DAYS,
    DAYS,
    AMOUNTS,
)
SEVERAL = st.lists(CODES, max_size=4).map(tuple)
LINES = st.lists(
    st.builds(
        an_institutional_line,
        st.sampled_from(["", "G0463", "G0378", "20610", "27447", "71046", "36430", "99284", "x"]),
        revenue_code=st.one_of(st.sampled_from(["", "0120", "0762", "0001", "38", "0300"]), TEXT),
        units=st.sampled_from(["-1", "0", "1", "2.5", "400"]),
        on=DAYS,
        modifiers=st.lists(
            st.sampled_from(["25", "50", "73", "GA", "CA", "BL", "PO"]), max_size=3
        ),
        noncovered_charge=st.sampled_from([None, Decimal(0), Decimal(125)]),
    ),
    max_size=4,
)
DIAGNOSES = st.lists(
    st.builds(
        Diagnosis,
        st.integers(1, 9),
        st.one_of(st.sampled_from(["I50.20", "J96.01", "Z38.00", "N40.0", "I10", "O80"]), TEXT),
        st.sampled_from(list(DiagnosisKind)),
        st.sampled_from(["", "Y", "N", "1", "?"]),
    ),
    max_size=5,
)


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    claim = an_inpatient_claim(
        [replace(line, number=place) for place, line in enumerate(draw(LINES), 1)],
        draw(DIAGNOSES),
        patient=a_patient(
            birth_date=draw(DAYS), died_on=draw(DAYS), sex=draw(st.sampled_from(list(Sex)))
        ),
        coverage=a_coverage(
            filing_indicator=draw(st.sampled_from(["MA", "MA", "CI", ""])),
            rank=draw(st.sampled_from(["primary", "secondary"])),
        ),
    )
    return replace(
        claim,
        bill_type=draw(st.sampled_from(BILLS)),
        frequency_code=draw(st.sampled_from(["1", "2", "7", ""])),
        statement_from=draw(DAYS),
        statement_through=draw(DAYS),
        admitted_on=draw(DAYS),
        admission_type=draw(st.sampled_from(["", "1", "4", "x"])),
        admission_source=draw(st.sampled_from(["", "1", "5", "é"])),
        discharge_status=draw(st.sampled_from(["", "01", "20", "30", "06", "²", "999"])),
        condition_codes=tuple(draw(CONDITIONS)),
        occurrences=draw(SEVERAL),
        occurrence_spans=draw(SEVERAL),
        values=draw(SEVERAL),
        drg=draw(st.sampled_from(["", "291", "29", "MS-DRG 193", "²²²"])),
        inpatient_procedures=tuple(
            InpatientProcedure(code)
            for code in draw(
                st.lists(st.one_of(st.sampled_from(["0FT44ZZ", "5A1955Z"]), TEXT), max_size=3)
            )
        ),
        other_payers=draw(st.sampled_from([(), (OtherPayer("P", rank="primary"),)])),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(claims(), st.lists(claims(), max_size=1))
def test_no_claim_is_too_odd_for_them_and_none_speaks_of_the_patient(claim, history):
    others = [replace(other, number="C-2") for other in history]
    case = a_case(claim=replace(claim, patient=replace(claim.patient, last_name="Qvx")))
    case = replace(case, history=tuple(others))
    asked = {check.id for check in Glance(TABLES).plan_for(case).asked}

    for check in MINE:
        said = list(check.rule(case, TABLES))
        assert not said or check.id in asked, "the glance would have lost it"
        for entry in said:
            words = getattr(entry, "message", None) or entry.missing  # type: ignore[union-attr]
            assert "Qvx" not in words
            numbers = set(getattr(entry, "lines", ()))
            assert numbers <= {line.number for line in claim.lines}


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(claims())
def test_a_review_of_it_is_the_same_twice(claim):
    case = a_case(claim=claim)

    assert review(case, TABLES) == review(case, TABLES)
