"""What is billed and not shown by the encounter."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from builders.claims import DAY, a_case, a_line
from builders.tables import a_procedure, code_sets

from bots.checks import review
from bots.claims import Administration, Documentation, NoteHeading, Order, ProcedureEntry

NEXT_DAY = date(2026, 7, 15)
TABLES = code_sets(
    procedure=[a_procedure("J1885", "drug"), a_procedure("97110", "therapy")],
)


def checks(line, **papers):
    case = a_case([line], documentation=Documentation("E-1", **papers))
    said = review(case, TABLES).findings
    return [f.check for f in said if f.check.startswith("unsupported-")]


def a_note(on=DAY, signed=True):
    return NoteHeading("Office visit", on, signed=signed)


def an_entry(code, on=DAY, units=1, signed=True, number="L-1"):
    return ProcedureEntry(number, code, on, Decimal(units), signed=signed)


def a_dose(units, signed=True, on=DAY):
    return Administration("M-1", "J1885", "", on, Decimal(units), signed=signed)


@pytest.mark.parametrize(
    ("notes", "check"),
    [
        ([a_note()], None),
        ([a_note(signed=False)], "unsupported-unsigned"),
        ([a_note(signed=False), a_note()], None),
        ([a_note(NEXT_DAY)], "unsupported-line"),
        ([], "unsupported-line"),
    ],
)
def test_a_visit_is_supported_by_a_signed_note_of_its_day(notes, check):
    assert checks(a_line("99213"), notes=tuple(notes)) == ([check] if check else [])


@pytest.mark.parametrize(
    ("entries", "check"),
    [
        ([an_entry("96372")], None),
        ([an_entry("96372", signed=False)], "unsupported-unsigned"),
        ([an_entry("96372", NEXT_DAY)], "unsupported-line"),
        ([an_entry("36415")], "unsupported-line"),
        ([], "unsupported-line"),
    ],
)
def test_a_procedure_is_supported_by_its_own_entry_and_not_by_a_note(entries, check):
    said = checks(a_line("96372"), procedures=tuple(entries), notes=(a_note(),))

    assert said == ([check] if check else [])


def test_an_order_alone_shows_nothing_done():
    assert checks(a_line("96372"), orders=(Order("O-1", "96372", DAY, signed=True),)) == [
        "unsupported-line"
    ]


@pytest.mark.parametrize(
    ("billed", "modifiers", "doses", "fires"),
    [
        (2, "", [a_dose(2)], False),
        (3, "", [a_dose(2)], True),
        (3, "", [a_dose(2), replace(a_dose(1), number="M-2")], False),
        (3, "", [a_dose(2), replace(a_dose(1, signed=False), number="M-2")], True),
        (1, "", [a_dose(2)], False),  # fewer is another matter
        (3, "JW", [a_dose(2)], False),  # discarded, not given
    ],
)
def test_a_drug_is_billed_up_to_what_was_given(billed, modifiers, doses, fires):
    said = checks(a_line("J1885", units=billed, modifiers=modifiers), administrations=tuple(doses))

    assert ("unsupported-units" in said) is fires


def test_the_medication_record_measures_a_drug_and_not_the_procedure_log():
    said = checks(
        a_line("J1885", units=3),
        administrations=(a_dose(2),),
        procedures=(an_entry("J1885", units=1),),
    )

    assert said == ["unsupported-units"]


@pytest.mark.parametrize(("documented", "fires"), [(1, True), (2, False)])
def test_therapy_is_billed_up_to_the_logs_units(documented, fires):
    said = checks(a_line("97110", units=2), procedures=(an_entry("97110", units=documented),))

    assert ("unsupported-units" in said) is fires


def test_a_code_that_is_not_in_force_is_another_checks():
    assert checks(a_line("99999")) == []


def test_no_documentation_to_see_is_not_evaluated():
    said = review(a_case(documentation=None), TABLES)

    assert {"unsupported-line", "unsupported-units", "unsupported-unsigned"} <= {
        n.check for n in said.not_evaluated
    }


@pytest.mark.parametrize(("on", "fires"), [(DAY, False), (NEXT_DAY, True)])
def test_a_dose_of_another_day_supports_nothing(on, fires):
    said = checks(a_line("J1885"), administrations=(a_dose(1, on=on),))

    assert said == (["unsupported-line"] if fires else [])


@pytest.mark.parametrize(
    ("ordered", "words"), [("96372", "is ordered but nothing"), ("36415", "is not documented")]
)
def test_the_message_says_whether_it_was_at_least_ordered(ordered, words):
    papers = Documentation("E-1", orders=(Order("O-1", ordered, DAY, signed=True),))

    said = review(a_case([a_line("96372")], documentation=papers), TABLES).findings

    assert any(words in f.message for f in said if f.check == "unsupported-line")
