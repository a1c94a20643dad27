"""NDCs: which writing is repaired, which nobody may guess."""

from __future__ import annotations

from decimal import Decimal

import pytest
from builders.claims import a_case, a_line
from builders.tables import a_procedure, code_sets
from hypothesis import given
from hypothesis import strategies as st

from bots.checks import review
from bots.claims import Change

TABLES = code_sets(procedure=[a_procedure("J1885", "drug", needs_ndc=True)])


def found(ndc, quantity="1", unit="ML"):
    line = a_line(
        "J1885", ndc=ndc, ndc_quantity=Decimal(quantity) if quantity else None, ndc_unit=unit
    )
    return [f for f in review(a_case([line]), TABLES).findings if f.check.startswith("ndc-")]


@pytest.mark.parametrize(
    ("ndc", "check", "to"),
    [
        ("00069012345", None, None),
        ("00069-0123-45", "ndc-hyphens", "00069012345"),
        ("0069-0123-45", "ndc-short-segment", "00069012345"),
        ("00069-123-45", "ndc-short-segment", "00069012345"),
        ("00069-0123-4", "ndc-short-segment", "00069012304"),
        ("0069012345", "ndc-ambiguous", None),
        ("069-0123-45", "ndc-malformed", None),
        ("N400069012345", "ndc-malformed", None),
        ("0069-123-45", "ndc-malformed", None),  # two segments short: no FDA form
        ("", "ndc-missing", None),
    ],
)
def test_only_a_form_with_one_reading_is_repaired(ndc, check, to):
    said = found(ndc)

    assert [f.check for f in said] == ([check] if check else [])
    if to:
        assert said[0].repair.changes == (Change("ndc", 1, ndc, to),)
    elif said:
        assert said[0].repair is None


@pytest.mark.parametrize(
    ("quantity", "unit", "fires"),
    [("1", "ML", False), ("", "ML", True), ("0", "ML", True), ("1", "", True), ("1", "XX", True)],
)
def test_an_ndc_comes_with_its_amount(quantity, unit, fires):
    said = found("00069012345", quantity, unit)

    assert [f.check for f in said] == (["ndc-quantity"] if fires else [])


@given(st.text(alphabet="0123456789-", max_size=14))
def test_every_text_has_exactly_one_judgement_and_a_repair_keeps_its_digits(ndc):
    said = found(ndc)

    if ndc.isdigit() and len(ndc) == 11:
        assert said == []
        return
    (only,) = said
    if only.repair is not None:
        to = only.repair.changes[0].to
        assert len(to) == 11
        digits = iter(to)  # the old digits, in order, with zeros put between them
        assert all(digit in digits for digit in ndc.replace("-", ""))
        assert sorted(to.replace("0", "")) == sorted(ndc.replace("-", "").replace("0", ""))
