"""What GNU Health's screens mean, without a browser."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bots.claims import Change, Sex
from bots.portals.base import ChangedMeanwhile, Query, Unreadable, WrongRecord
from bots.portals.gnuhealth import asked
from bots.portals.gnuhealth_client import address
from bots.portals.gnuhealth_editor import mended
from bots.portals.gnuhealth_screens import (
    Encounter,
    drug_of,
    insurance_of,
    to_claim,
    to_diagnoses,
    to_person,
)
from bots.portals.locators import load_selectors
from bots.portals.screen import Seen

SCREENS = load_selectors("gnuhealth").screens
INSURANCES = {
    "number": "1M09A16EC33", "plan": "Original Medicare", "company": "Medicare Part B",
    "since": "02/01/2020", "until": "12/31/2031",
}  # fmt: skip
LINE = {
    "product": "[J1885] Service J1885", "units": "2", "service_date": "09/21/2026",
    "service_date_end": "09/21/2026", "remarks": "Modifiers: JZ KX; NDC: 70121-7001-22 ML 1",
}  # fmt: skip


def a_screen(name: str, tables=(), language: str = "en", /, **values: str) -> Seen:
    """A screen as it was seen; `tables` are pairs of a name and its rows."""
    drawn = {}
    for table, rows in tables:
        columns = SCREENS[name].tables[table].columns
        drawn[table] = {
            "rank": 1, "matches": 1, "lost": [], "doubled": [],
            "rows": [[row.get(column, "") for column in columns] for row in rows],
        }  # fmt: skip
    seen = {key: (text, 1, 1) for key, text in values.items()}
    return Seen(name, SCREENS[name], "/", language, seen, drawn)


def a_service(*lines: dict[str, str], language: str = "en", **other: str) -> Seen:
    values = {
        "claim_number": "SERV 2026/050", "patient": "Ashdown, Dov", "day": "09/21/2026",
        "facility_name": "Northfield Clinic", "invoice_to": "Medicare Part B",
        "plan": "Medicare Part B: Original Medicare - 1M09A16EC33 (valid)", "status": '"draft"',
    }  # fmt: skip
    return a_screen("claim", [("service_lines", lines)], language, **values | other)


def a_person(
    named: str = "Ashdown, Dov", sex: str = '"f"', died: str = "", policies=(INSURANCES,)
):
    main = a_screen(
        "patient", name="Ashdown, Dov", sex=sex, record_number="MR000019", birth_date="04/27/1949"
    )
    shown = {"died_on": died} if died else {}
    return to_person(main, a_screen("patient_misc", [("insurances", policies)], **shown), named)


def test_a_service_is_a_claim():
    claim = to_claim(a_service(LINE), a_person(), Encounter(("M54.2", "G63"), "Quill, Tess", ""))

    (line,) = claim.lines
    assert (claim.number, claim.status) == ("SERV 2026/050", "draft")
    assert (line.procedure, line.units, line.modifiers) == ("J1885", Decimal(2), ("JZ", "KX"))
    assert (line.ndc, line.ndc_unit, line.ndc_quantity) == ("70121-7001-22", "ML", Decimal(1))
    assert line.pointers == (1, 2)
    assert claim.coverage.member_id == "1M09A16EC33"
    assert claim.patient.birth_date == date(1949, 4, 27)
    assert "lines.charge" in claim.unseen


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("NDC: 70121300422", ("70121300422", None, None)),
        ("Modifiers: JZ; NDC: 70121300422 ML 0.4", ("70121300422", "ML", "0.4")),
        ("NDC: 70121300422 ML 1; Modifiers: JZ", ("70121300422", "ML", "1")),
        ("given twice", None),
    ],
)
def test_a_drug_stands_in_the_remarks(said: str, found: object):
    drug = drug_of(said, "here")

    assert (drug and (drug[1], drug[2], drug[3])) == found


@pytest.mark.parametrize(
    "said", ["NDC 70121300422", "NDC: 70121300422 and more", "NDC: 1; NDC: 2", "NDC: 7 ML"]
)
def test_a_drug_in_another_form_than_agreed_is_not_read(said: str):
    with pytest.raises(Unreadable, match="here: remarks"):
        drug_of(said, "here")


def test_a_number_is_put_right_and_all_else_stays_to_the_letter():
    row = LINE | {"remarks": "Modifiers: JZ;  NDC: 70121-7001-22 ML 1;  left arm "}

    done = mended([row], Change("ndc", 1, "70121-7001-22", "70121700122"))

    assert done == row | {"remarks": "Modifiers: JZ;  NDC: 70121700122 ML 1;  left arm "}


@pytest.mark.parametrize("change", [
    Change("ndc", 1, "70121-7001-23", "70121700123"),
    Change("ndc", 2, "70121-7001-22", "70121700122"),
])  # fmt: skip
def test_another_number_than_was_read_is_left_alone(change: Change):
    with pytest.raises(ChangedMeanwhile):
        mended([LINE], change)


def test_another_patient_than_the_service_names_is_not_read():
    with pytest.raises(WrongRecord):
        a_person("Ashdown, Dora")


def test_a_gender_that_no_edit_is_about_is_unknown_and_another_word_is_not_read():
    assert a_person(sex='"m-f"').patient.sex is Sex.UNKNOWN
    with pytest.raises(Unreadable, match="patient: sex"):
        a_person(sex='"Weiblich"')


def test_the_day_of_death_comes_with_an_hour():
    assert a_person(died="07/02/2026 11:30:00").patient.died_on == date(2026, 7, 2)
    assert a_person().patient.died_on is None


def test_the_insurance_is_the_one_that_the_service_names():
    other = INSURANCES | {"number": "W123"}

    found = insurance_of(a_service(), a_person(policies=(other, INSURANCES)))

    assert found is not None
    assert found.number == "1M09A16EC33"
    assert insurance_of(a_service(plan=""), a_person()) is None


@pytest.mark.parametrize("policies", [(), (INSURANCES, INSURANCES)])
def test_an_insurance_in_doubt_is_not_read(policies):
    with pytest.raises(Unreadable, match="claim: plan"):
        insurance_of(a_service(), a_person(policies=policies))


def test_diagnoses_stand_in_order_and_without_their_words():
    main = a_screen("evaluation", main_condition="G63 : Polyneuropathy", rendering="Quill, Tess")
    rows = [{"condition": "E85.4 : Amyloidosis"}]

    assert to_diagnoses(main, a_screen("evaluation_info", [("other_conditions", rows)])) == (
        "G63",
        "E85.4",
    )


def test_a_screen_in_another_language_is_not_read():
    with pytest.raises(Unreadable, match="another language"):
        to_claim(a_service(LINE, language="de"), a_person(), Encounter())


def test_a_state_that_nobody_knows_is_not_read():
    with pytest.raises(Unreadable, match="status"):
        to_claim(a_service(LINE, status='"paid"'), a_person(), Encounter())


def test_a_list_is_asked_by_what_stands_in_its_search():
    words = asked(Query("historical", since=date(2026, 3, 1), code="J3420"))

    path, title = address("gnuhealth.health_service", **words)

    assert words["search_value"] == [
        ["state", "=", "invoiced"],
        ["service_date", ">=", date(2026, 3, 1)],
    ]
    assert words["domain"] == [["service_line.product.code", "=", "J3420"]]
    assert "%22__class__%22%3A%20%22date%22" in path
    assert title != address("gnuhealth.health_service")[1]


def test_a_list_cannot_be_asked_by_a_charge():
    with pytest.raises(Unreadable, match="charge"):
        asked(Query("pending", min_charge=Decimal(5)))
