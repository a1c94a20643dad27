"""Rules that an office wrote down: each fires on its fault and not on the near miss."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from builders.claims import a_case, a_claim, a_line, an_institutional_claim
from builders.tables import an_office_rule, code_sets

from bots.checks import Severity, review
from bots.checks.office_faults import FAULTS
from bots.codesets.office_rules import KNOWN, fault_of
from bots.codesets.tables import import_tables
from bots.errors import Problem

PAGE = Path(__file__).parents[2] / "docs" / "checks.md"


def said(case, *rules):
    found = review(case, code_sets(office_rule=rules)).findings
    return {f.check: f for f in found if f.check.startswith(("payer-", "facility-", "author"))}


def test_every_rule_is_on_the_page_with_its_value():
    text = PAGE.read_text(encoding="utf-8")
    table = re.search(r"<!-- rules -->\n(.*?)<!-- /rules -->", text, re.S)

    assert table is not None
    for name, known in KNOWN.items():
        assert f"| `{name}` | {known.meaning} | {known.value} |" in table[1]
    assert set(FAULTS) <= set(KNOWN)


@pytest.mark.parametrize(
    ("rule", "value", "fits"),
    [
        ("requires_modifier", "25 59", True),
        ("requires_modifier", "25,59", False),
        ("requires_modifier", "", False),
        ("max_units", "2", True),
        ("max_units", "two", False),
        ("requires_place", "11 22", True),
        ("requires_place", "1", False),
        ("requires_diagnosis", "E11 I10 M54.50", True),
        ("requires_diagnosis", "11", False),
        ("bundled_into", "11102 J1885", True),
        ("needs_documentation", "order note", True),
        ("needs_documentation", "letter", False),
        ("age_range", "0-17", True),
        ("age_range", "17-0", False),
        ("min_days_between", "365", True),
        ("min_days_between", "0", False),
        ("clia_waived", "", True),
        ("clia_waived", "QX", False),
        ("timed_rule", "midpoint", True),
        ("timed_rule", "9-minute", False),
        ("requires_modifer", "25", False),  # a slip of the pen
    ],
)
def test_a_rule_takes_its_own_kind_of_value(rule, value, fits):
    assert (fault_of(rule, value) is None) is fits


def test_an_unknown_rule_is_refused_at_import_with_its_line(tmp_path):
    manifest = {"release": "house", "synthetic": True, "since": "2026-01-01"}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "office_rule.csv").write_text(
        "owner,id,rule,code,value,since,until\n"
        "payer,*,max_units,99213,2,,\n"
        "payer,*,needs_luck,99213,2,,\n"
    )

    with pytest.raises(Problem, match="needs_luck") as refused:
        import_tables(tmp_path, tmp_path / "codesets")
    assert "office_rule.csv:3" in str(refused.value)


@pytest.mark.parametrize(
    ("fields", "fires"),
    [
        ({}, True),
        ({"id": "MEDB"}, True),
        ({"id": "OTHER"}, False),  # another payer's
        ({"code": "99214"}, False),  # another code
        ({"since": date(2026, 7, 15)}, False),  # not yet
        ({"since": date(2026, 7, 14)}, True),
        ({"until": date(2026, 7, 13)}, False),  # no longer
        ({"until": date(2026, 7, 14)}, True),
        ({"owner": "facility"}, False),  # a facility's: its own check
    ],
)
def test_a_rule_holds_for_its_owner_its_code_and_its_days(fields, fires):
    given = {"rule": "max_units", "code": "99213", "value": "1"} | fields
    rule = an_office_rule(**given)

    assert ("payer-max-units" in said(a_case([a_line(units=2)]), rule)) is fires


def test_a_payers_own_row_goes_before_the_one_for_all():
    every = an_office_rule("max_units", "99213", "1")
    own = an_office_rule("max_units", "99213", "4", id="MEDB")

    assert said(a_case([a_line(units=2)]), every, own) == {}
    assert set(said(a_case([a_line(units=5)]), every, own)) == {"payer-max-units"}


def test_the_units_of_a_day_are_one_finding_and_another_days_are_apart():
    rule = an_office_rule("max_units", "36415", "2")
    first, second = a_line("36415", units=2), a_line("36415", modifiers="59")

    (found,) = said(a_case([first, second]), rule).values()
    assert found.lines == (1,)
    later = a_line("36415", on=date(2026, 7, 15))
    assert said(a_case([first, later]), rule) == {}


def test_a_facilitys_rule_is_a_warning_and_a_payers_an_error():
    facility = an_office_rule("max_charge", "99213", "100", owner="facility", id="MAIN")
    payer = an_office_rule("not_covered", "99213")

    found = said(a_case(), facility, payer)

    assert found["facility-max-charge"].severity is Severity.WARNING
    assert found["payer-not-covered"].severity is Severity.ERROR
    assert str(found["payer-not-covered"].denial) == "CO-96 N130"


@pytest.mark.parametrize(("days", "fires"), [(364, True), (365, False)])
def test_the_time_between_two_is_counted_in_days(days, fires):
    rule = an_office_rule("min_days_between", "99213", "365")
    last = a_claim([a_line(on=date.fromordinal(date(2026, 7, 14).toordinal() - days))], number="X")

    assert ("payer-frequency" in said(a_case(history=[last]), rule)) is fires


@pytest.mark.parametrize(
    ("born", "fires"), [(date(2008, 7, 14), True), (date(2008, 7, 15), False)]
)
def test_the_age_is_that_of_the_day(born, fires):
    from builders.claims import a_patient

    rule = an_office_rule("age_range", "99213", "0-17")

    assert ("payer-age" in said(a_case(patient=a_patient(birth_date=born)), rule)) is fires


def test_rules_hold_on_institutional_claims_too():
    rule = an_office_rule("not_covered", "G0463")

    assert "payer-not-covered" in said(a_case(claim=an_institutional_claim()), rule)


def test_without_rules_the_checks_say_what_is_missing():
    unanswered = review(a_case(), code_sets(without=("office_rule",))).not_evaluated

    assert "office_rule: no table imported" in {
        entry.missing for entry in unanswered if entry.check == "payer-max-units"
    }
