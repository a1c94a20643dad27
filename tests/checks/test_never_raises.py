"""A check never raises on a well-formed claim, whatever stands in its fields."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from builders.claims import a_case, a_claim, a_coverage, a_line, documentation_of
from builders.tables import a_procedure, a_ptp, an_add_on, an_mpfs, an_mue, code_sets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.checks import NotEvaluated, Review, by_id, review
from bots.claims import CLAIM_FIELDS, LINE_FIELDS, Claim, ClaimType, ServiceLine, value_of

CODES = ["99213", "11102", "11103", "36415", "96372", "J1885", "97110", "99999", "", "9921"]
MODIFIERS = ["25", "26", "TC", "50", "LT", "RT", "59", "XU", "76", "KX", "JW", "ZZ", "x"]
DAYS = st.one_of(
    st.none(), st.integers(-40, 40).map(lambda days: date(2026, 7, 14) + timedelta(days=days))
)
TABLES = code_sets(
    procedure=[
        a_procedure("11103", "surgery", places=("22",)),
        a_procedure("J1885", "drug", needs_ndc=True),
        a_procedure("97110", "therapy", until=date(2026, 7, 20)),
    ],
    mpfs=[an_mpfs("11103", status="T", bilateral="2"), an_mpfs("J1885", pc_tc="5")],
    ptp=[a_ptp("11102", "36415"), a_ptp("99213", "96372", "1")],
    mue=[an_mue("96372", units=1), an_mue("36415", units=2, indicator="3")],
    add_on=[an_add_on("11103", "11102")],
)


@st.composite
def lines(draw: st.DrawFn) -> ServiceLine:
    return replace(
        a_line(
            draw(st.sampled_from(CODES)),
            on=draw(DAYS),
            units=draw(st.sampled_from(["0", "-1", "1", "1.5", "3", "100000"])),
            charge=draw(st.sampled_from(["0", "125.00", "-3"])),
            modifiers=draw(st.lists(st.sampled_from(MODIFIERS), max_size=6)),
        ),
        service_date_end=draw(DAYS),
        place_of_service=draw(st.sampled_from(["", "11", "22", "88", "x"])),
        ndc=draw(st.sampled_from(["", "0069-0123-45", "00069-0123-45", "0069012345", "-"])),
        ndc_quantity=draw(st.sampled_from([None, Decimal(0), Decimal(2)])),
        ndc_unit=draw(st.sampled_from(["", "ML"])),
    )


@st.composite
def claims(draw: st.DrawFn, number: str = "C-1") -> Claim:
    institutional = draw(st.booleans())
    return a_claim(
        draw(st.lists(lines(), max_size=5)),
        number=number,
        type=ClaimType.INSTITUTIONAL if institutional else ClaimType.PROFESSIONAL,
        bill_type=draw(st.sampled_from(["", "0111", "0131", "131"])),
        place_of_service=draw(st.sampled_from(["", "11", "22", "88"])),
        coverage=a_coverage(filing_indicator=draw(st.sampled_from(["", "MB", "MC", "CI"]))),
        providers=draw(st.just([])),
        frequency_code=draw(st.sampled_from(["1", "7", "8", ""])),
        original_reference=draw(st.sampled_from(["", "C-1", "C-2"])),
        status=draw(st.sampled_from(["", "Denied", "Paid"])),
        statement_from=draw(DAYS),
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    claims(),
    st.none() | st.lists(claims("C-2"), max_size=2),
    claims("C-3"),
    st.booleans(),
)
def test_whatever_a_claim_says_it_gets_a_review(claim, history, documented, has_documents):
    """The encounter may show quite other services than the claim bills."""
    papers = documentation_of(documented) if has_documents else None

    said = review(a_case(claim=claim, history=history, documentation=papers), TABLES)

    assert isinstance(said, Review)
    assert all(isinstance(entry, NotEvaluated) for entry in said.not_evaluated)
    for finding in said.findings:
        assert set(finding.lines) <= {line.number for line in claim.lines}
        if finding.repair is not None:
            assert by_id()[finding.check].at_most.rank > 0
            for change in finding.repair.changes:
                assert change.field in (CLAIM_FIELDS if change.line is None else LINE_FIELDS)
                assert change.from_ == value_of(claim, change.field, change.line)
                assert change.to != change.from_
