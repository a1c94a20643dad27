"""Anesthesia: who gave it, for how long, with which modifiers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from builders.claims import DAY, a_case, a_claim, a_coverage, a_line, documentation_of
from builders.tables import a_ptp, code_sets

from bots.checks import Severity, review
from bots.claims import ProcedureEntry

TABLES = code_sets()
COMMERCIAL = a_coverage(payer_id="CI1", filing_indicator="CI")


def an_anesthesia(modifiers="AA", code="00100", units=45, unit="MJ", **fields):
    return a_line(code, units=units, unit=unit, modifiers=modifiers, **fields)


def found(check, case, tables=TABLES):
    return [said for said in review(case, tables).findings if said.check == check]


def checks_of(case, tables=TABLES):
    return {f.check for f in review(case, tables).findings if f.check.startswith("anesthesia")}


@pytest.mark.parametrize(
    ("line", "check"),
    [
        (an_anesthesia(), None),
        (an_anesthesia("QZ"), None),
        (an_anesthesia(""), "anesthesia-modifier-missing"),
        (an_anesthesia("QS"), "anesthesia-modifier-missing"),
        (an_anesthesia("", "01996", units=1, unit="UN"), None),
        (an_anesthesia("AA QZ"), "anesthesia-modifiers-together"),
        (an_anesthesia("QK QX"), "anesthesia-modifiers-together"),
        (an_anesthesia("AA QS"), None),
        (an_anesthesia(units=3, unit="UN"), "anesthesia-not-in-minutes"),
        (an_anesthesia("AA P3"), "anesthesia-physical-status"),
        (an_anesthesia("AA G8"), None),
        (an_anesthesia("AA G8", "00142"), "anesthesia-monitored-care"),
        (an_anesthesia("AA G9", "00142"), None),
        (an_anesthesia("AA QS G9"), "anesthesia-monitored-care"),
        (an_anesthesia("AA 47"), "anesthesia-modifier-47"),
        (a_line("20610", modifiers="47"), None),
        (a_line("99100"), None),  # not a code of anesthesia time
    ],
)
def test_a_medicare_line_of_anesthesia(line, check):
    """Pub. 100-04 ch. 12 sections 50 and 140.3.3."""
    case = a_case([line], documentation=None)

    assert checks_of(case) == ({check} if check else set())


@pytest.mark.parametrize(
    ("line", "checks"),
    [
        (an_anesthesia(""), set()),
        (an_anesthesia(units=3, unit="UN"), set()),
        (an_anesthesia("AA P3"), set()),
        (an_anesthesia("AA P2 P3"), {"anesthesia-physical-status"}),
        (an_anesthesia("QS"), {"anesthesia-monitored-care"}),
        (an_anesthesia("QS AA"), set()),
    ],
)
def test_another_payer_has_rules_of_its_own(line, checks):
    case = a_case(claim=a_claim([line], coverage=COMMERCIAL), documentation=None)

    assert checks_of(case) == checks


def test_a_physical_status_to_medicare_informs_and_two_contradict():
    (one,) = found("anesthesia-physical-status", a_case([an_anesthesia("AA P3")]))
    (two,) = found("anesthesia-physical-status", a_case([an_anesthesia("AA P3 P4")]))

    assert (one.severity, one.denial) == (Severity.INFO, None)
    assert (two.severity, str(two.denial)) == (Severity.ERROR, "CO-4 N519")


def test_where_a_source_does_not_show_what_is_counted_minutes_are_not_evaluated():
    claim = a_claim([an_anesthesia(units=3, unit="UN")], not_shown=("unit",))
    said = review(a_case(claim=claim), TABLES)

    assert "anesthesia-not-in-minutes" in {n.check for n in said.not_evaluated}
    assert "anesthesia-not-in-minutes" not in {f.check for f in said.findings}


@pytest.mark.parametrize(
    ("mine", "theirs", "fires"),
    [
        ("QK", "QX", False),
        ("QY", "QX", False),
        ("QX", "AD", False),
        ("AA", "QX", True),
        ("AA", "QZ", True),
        ("QZ", "QK", True),
        ("QK", "QY", True),
        ("QK", "", False),  # nothing said, nothing to compare
    ],
)
def test_both_sides_of_one_case_go_together(mine, theirs, fires):
    """Pub. 100-04 ch. 12 sections 50 and 140.4.2."""
    other = a_claim([an_anesthesia(theirs)], number="C-2")
    case = a_case([an_anesthesia(mine)], history=[other])

    assert bool(found("anesthesia-sides-disagree", case)) is fires


@pytest.mark.parametrize(
    "other",
    [
        a_claim([an_anesthesia("QZ", on=date(2026, 7, 13))], number="C-2"),
        a_claim([an_anesthesia("QZ", "00300")], number="C-2"),
        a_claim([an_anesthesia("QZ")], number="C-2", status="Denied"),
        a_claim([an_anesthesia("QZ")], number="C-1"),
    ],
)
def test_another_case_or_a_denied_claim_is_no_other_side(other):
    assert not found("anesthesia-sides-disagree", a_case([an_anesthesia()], history=[other]))


def recorded(line, *entries):
    claim = a_claim([line])
    return a_case(claim=claim, documentation=replace(documentation_of(claim), procedures=entries))


def an_entry(minutes=None, *, start=None, stop=None, signed=True, number="L-1"):
    return ProcedureEntry(
        number, "00100", DAY, Decimal(1), minutes, signed=signed, started_at=start, stopped_at=stop
    )


AT = datetime.fromisoformat("2026-07-14T08:00")


@pytest.mark.parametrize(
    ("billed", "entries", "above", "below"),
    [
        (60, [an_entry(60)], False, False),
        (61, [an_entry(60)], True, False),
        (59, [an_entry(60)], False, True),
        (60, [an_entry(start=AT, stop=AT.replace(hour=9))], False, False),
        (61, [an_entry(start=AT, stop=AT.replace(hour=9))], True, False),
        # Blocks around an interruption are added: 42 CFR 414.46(a)(3).
        (60, [an_entry(40), an_entry(20, number="L-2")], False, False),
    ],
)
def test_minutes_are_held_against_the_record(billed, entries, above, below):
    """42 CFR 414.46(a)(3)."""
    case = recorded(an_anesthesia(units=billed), *entries)

    assert bool(found("anesthesia-minutes-above", case)) is above
    assert bool(found("anesthesia-minutes-below", case)) is below


@pytest.mark.parametrize("entries", [[], [an_entry()], [an_entry(10, signed=False)]])
def test_minutes_that_nobody_recorded_are_not_evaluated(entries):
    said = review(recorded(an_anesthesia(), *entries), TABLES)

    assert "anesthesia-minutes-above" in {n.check for n in said.not_evaluated}
    assert "anesthesia-minutes-above" not in {f.check for f in said.findings}


@pytest.mark.parametrize(
    ("other", "fires"),
    [
        (an_anesthesia(code="00300"), True),
        (an_anesthesia("AA 59", code="00300"), False),
        (an_anesthesia(code="00300", on=date(2026, 7, 15)), False),
        (an_anesthesia(code="01953"), False),
        (an_anesthesia(code="01968"), False),
    ],
)
def test_a_session_has_one_code(other, fires):
    """Pub. 100-04 ch. 12 section 50; NCCI Policy Manual ch. II."""
    case = a_case([an_anesthesia(), other])

    assert bool(found("anesthesia-several-codes", case)) is fires


def test_two_codes_that_the_ncci_table_joins_are_said_once():
    tables = code_sets(ptp=[a_ptp("00300", "00100", "0")])

    assert not found(
        "anesthesia-several-codes", a_case([an_anesthesia(), an_anesthesia(code="00300")]), tables
    )
