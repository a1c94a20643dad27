"""A portal's spelling is read strictly, and written as it is read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.claims import Role
from bots.portals.base import Unreadable
from bots.portals.spelling import Spelling, read_code, read_whole

AMERICAN = Spelling(language="en-US")
GERMAN = Spelling(
    language="de-DE", day="%d.%m.%Y", thousands=".", decimal=",", yes="Ja", no="Nein"
)
BRITISH = Spelling(language="en-GB", day="%d-%b-%Y", thousands="")
ALL = [AMERICAN, GERMAN, BRITISH]
each = pytest.mark.parametrize("spelling", ALL, ids=lambda one: one.language)


@each
@given(day=st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_a_day_that_is_written_is_read_as_the_same_day(spelling: Spelling, day: date):
    assert spelling.read_day(spelling.written("service_date", day.isoformat()), "x") == day


@each
@given(cents=st.integers(-(10**12), 10**12))
def test_an_amount_is_read_as_it_is_meant(spelling: Spelling, cents: int):
    amount = Decimal(cents) / 100
    text = f"{amount:,.2f}".translate({ord(","): spelling.thousands, ord("."): spelling.decimal})

    assert spelling.read_amount(text, "x") == amount


@each
@given(text=st.text(max_size=12))
def test_any_text_is_read_or_refused_without_being_quoted(spelling: Spelling, text: str):
    for read in (spelling.read_day, spelling.read_amount, spelling.read_number):
        try:
            read(text, "claim: field")
        except Unreadable as refusal:
            said = str(refusal)
        else:
            said = "claim: field: not a refusal"
        assert said.startswith("claim: field: not a")


@pytest.mark.parametrize(
    ("spelling", "text"),
    [
        (AMERICAN, "13/01/2026"),
        (AMERICAN, "1/2/2026"),
        (AMERICAN, "02/30/2026"),
        (AMERICAN, "01/02/26"),
        (GERMAN, "01/02/2026"),
        (BRITISH, "04-Mai-2026"),
        (BRITISH, "04-mar-2026"),
    ],
)
def test_a_day_in_another_form_is_refused(spelling: Spelling, text: str):
    with pytest.raises(Unreadable, match="not a date"):
        spelling.read_day(text, "claim: born")


@pytest.mark.parametrize(
    ("spelling", "text"),
    [
        (AMERICAN, "1.234,56"),
        (AMERICAN, "12,34.00"),
        (AMERICAN, "1234.56"),
        (AMERICAN, "$1.00"),
        (AMERICAN, "1.0"),
        (GERMAN, "1,234.56"),
        (BRITISH, "1,234.56"),
        (AMERICAN, "\u0661.\u0661\u0661"),  # digits, and none of ours
    ],
)
def test_an_amount_in_another_form_is_refused(spelling: Spelling, text: str):
    with pytest.raises(Unreadable, match="not an amount"):
        spelling.read_amount(text, "claim: total")


def test_the_error_names_the_form_that_was_expected():
    with pytest.raises(Unreadable, match=r"claim: born: not a date \(DD-Mon-YYYY\)"):
        BRITISH.read_day("x", "claim: born")
    with pytest.raises(Unreadable, match=r"not an amount \(1\.234,56\)"):
        GERMAN.read_amount("x", "claim: total")


def test_words_of_the_portal_are_known_or_refused():
    assert GERMAN.read_yes("Ja", "x") is True
    assert AMERICAN.roles["Service facility"] is Role.SERVICE_FACILITY
    with pytest.raises(Unreadable, match="an unknown word"):
        GERMAN.read_yes("Yes", "x")


@pytest.mark.parametrize("text", ["12…", "12...", "***34", "1\u0410"])
def test_a_code_that_is_cut_masked_or_foreign_is_refused(text: str):
    with pytest.raises(Unreadable):
        read_code(text, "x")


@pytest.mark.parametrize("text", ["-1", "1.0", "", " 1", "\u0661"])
def test_a_whole_number_is_digits_and_nothing_else(text: str):
    with pytest.raises(Unreadable):
        read_whole(text, "x")
