"""The kind of a procedure by its range (CPT's sections, the letters of HCPCS Level II)."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.codesets import ranges
from bots.codesets.ranges import kind_of, needs_order

KINDS = {
    "", "em", "surgery", "imaging", "laboratory", "pathology", "medicine", "therapy", "drug",
    "supply", "anesthesia",
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("em", "99202 99213 99291 99499"),
        ("anesthesia", "00100 01999 99100 99140"),
        ("surgery", "10004 10060 27447 69990"),
        ("imaging", "70010 71046 76999 78451 78999 C8900"),
        ("medicine", "77261 77427 79005 90471 93000 96413 97802 99195 99151"),
        ("laboratory", "80047 80053 82947 87426 89398 0001U 0101U 0002M P2028 U0002"),
        ("pathology", "80503 88305 88399"),
        ("therapy", "97010 97110 97799"),
        ("drug", "J0120 J1100 J9999 Q5101 Q9950 A9500 C9399"),
        ("supply", "A4206 B4034 E0100 K0001 L0112 Q4101 V2020 C1713"),
        ("", "A0425 G0463 H0001 M0201 S0201 T1015 0001F 0042T 99999 00099 02000 9921 XXXXX"),
    ],
)
def test_the_range_says_the_kind(kind, codes):
    assert {code: kind_of(code) for code in codes.split()} == dict.fromkeys(codes.split(), kind)


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("71046", True),  # 42 CFR 424.507(a)
        ("80053", True),
        ("88305", True),
        ("77067", False),  # 42 CFR 410.34: a woman may come without an order
        ("99213", False),
        ("10060", False),
    ],
)
def test_imaging_and_laboratory_need_an_order(code, wanted):
    assert needs_order(code) is wanted


@given(st.text(max_size=7))
def test_any_text_has_a_kind_that_exists(text):
    assert kind_of(text) in KINDS


def test_the_example_in_the_docstring_is_true():
    assert doctest.testmod(ranges).failed == 0
