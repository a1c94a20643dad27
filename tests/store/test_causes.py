"""What exceptions have in common is told from what is one claim's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.store.causes import group_id, shared_words


@pytest.mark.parametrize(
    ("message", "shared"),
    [
        ("no answer within 30 seconds", "no answer within … seconds"),
        ("Claim CL0000151 is locked", "Claim … is locked"),
        ("Line 2: code J1885 was billed on 2026-09-01.", "Line …: code … was billed on …."),
        ("$1,204.50 exceeds the limit of $900.00", "… exceeds the limit of …"),
        ("the field Diagnosis is locked", "the field Diagnosis is locked"),
        ("not found; tried css='#claim .total'", "not found; tried css='#claim .total'"),
    ],
)  # fmt: skip
def test_a_word_with_a_digit_in_it_is_the_claims_own(message, shared):
    assert shared_words(message) == shared


def test_the_names_of_the_patient_are_the_claims_own_and_a_like_word_is_not():
    own = ("CL-A", "May", "Jo")

    assert shared_words("MAY, JO: you may not change CL-A", own) == "…: you may not change …"


def test_a_name_inside_another_word_is_left_there():
    assert shared_words("the joint is Mayo's", ("Jo", "May")) == "the joint is Mayo's"


@given(st.text(max_size=200), st.lists(st.text(max_size=12), max_size=4))
def test_what_is_shared_has_no_digit_and_is_shared_by_itself(message, own):
    shared = shared_words(message, own)

    assert not any(letter.isdigit() and letter.isascii() for letter in shared)
    assert shared_words(shared, own) == shared


def test_a_group_is_the_same_tomorrow_and_another_for_another_cause():
    one = group_id("acme", "BUSINESS", "SAVE_REFUSED", "ndc-hyphens", "the field is locked")

    assert one == "G-a5be79"
    assert one != group_id("acme", "BUSINESS", "SAVE_REFUSED", "", "the field is locked")
    assert one != group_id(
        "other", "BUSINESS", "SAVE_REFUSED", "ndc-hyphens", "the field is locked"
    )
