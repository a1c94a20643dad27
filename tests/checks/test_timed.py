"""Units against minutes: therapy, timed codes, infusions and what runs beside them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from builders.claims import (
    DAY,
    a_case,
    a_claim,
    a_coverage,
    a_line,
    an_institutional_claim,
    an_institutional_line,
    documentation_of,
)
from builders.tables import a_ptp, code_sets

from bots.checks import Severity, review
from bots.checks.clock import minutes_together, overlap
from bots.checks.infusion import hours_after_the_first
from bots.checks.timed import units_of
from bots.claims import ProcedureEntry
from bots.codesets import OfficeRule

TABLES = code_sets()
COMMERCIAL = a_coverage(payer_id="CI1", filing_indicator="CI")


def a_rule(value, payer="CI1"):
    return OfficeRule(owner="payer", id=payer, rule="timed_rule", code="*", value=value)


MIDPOINT, EIGHT = (
    code_sets(office_rule=[a_rule("midpoint")]),
    code_sets(office_rule=[a_rule("8-minute")]),
)


def an_entry(code, minutes=None, *, start="", stop="", signed=True, number="", on=DAY, site=""):
    def moment(text):
        return datetime.fromisoformat(f"{on.isoformat()}T{text}") if text else None

    return ProcedureEntry(
        number or f"L-{code}-{start or minutes}",
        code,
        on,
        Decimal(1),
        minutes,
        signed=signed,
        started_at=moment(start),
        stopped_at=moment(stop),
        site=site,
    )


def done(lines, *entries, claim=None, **fields):
    whole = claim or a_claim(lines, **fields)
    papers = replace(documentation_of(whole), procedures=tuple(entries))
    return a_case(claim=whole, documentation=papers)


def found(check, case, tables=TABLES):
    return [said for said in review(case, tables).findings if said.check == check]


def unanswered(check, case, tables=TABLES):
    return check in {said.check for said in review(case, tables).not_evaluated}


@pytest.mark.parametrize(
    ("minutes", "units"),
    [(0, 0), (7, 0), (8, 1), (22, 1), (23, 2), (37, 2), (38, 3), (52, 3), (53, 4), (67, 4),
     (68, 5), (82, 5), (83, 6), (97, 6), (98, 7), (112, 7), (113, 8), (127, 8)],
)  # fmt: skip
def test_the_next_unit_begins_with_its_eighth_minute(minutes, units):
    """The table of Pub. 100-04 ch. 5 section 20.2.C."""
    assert units_of(minutes) == units


@pytest.mark.parametrize(
    ("billed", "minutes", "fires"),
    [
        ({"97110": 2, "97140": 1}, {"97110": 24, "97140": 23}, False),  # 47 minutes: 3
        ({"97110": 2, "97140": 2}, {"97110": 24, "97140": 23}, True),
        ({"97110": 2, "97140": 1}, {"97110": 33, "97140": 7}, False),  # 40: 3
        ({"97110": 1, "97116": 1, "97112": 1}, {"97110": 18, "97116": 13, "97112": 10}, False),
        ({"97110": 1, "97116": 1, "97112": 1}, {"97110": 18, "97116": 13, "97112": 6}, True),
        ({"97112": 1}, {"97112": 7}, True),
        ({"97112": 1}, {"97112": 8}, False),
        ({"97110": 1}, {"97110": 7, "97140": 7}, False),  # 14 minutes in all: one unit
    ],
)
def test_the_days_total_makes_the_units_for_medicare(billed, minutes, fires):
    """The examples of Pub. 100-04 ch. 5 section 20.2.C, and their neighbours."""
    case = done(
        [a_line(code, units=units, modifiers="GP") for code, units in billed.items()],
        *(an_entry(code, stated) for code, stated in minutes.items()),
    )

    assert bool(found("timed-units-above", case)) is fires


@pytest.mark.parametrize(
    ("tables", "first", "second", "fires", "severity"),
    [
        (MIDPOINT, 7, 8, True, Severity.ERROR),  # each by itself: one unit
        (MIDPOINT, 8, 8, False, None),
        (EIGHT, 8, 8, True, Severity.ERROR),  # 16 in all: one unit
        (EIGHT, 8, 15, False, None),
        (TABLES, 8, 8, False, None),  # no rule known: the more generous count
        (TABLES, 7, 8, True, Severity.WARNING),
    ],
)
def test_the_payers_rule_decides_how_minutes_are_counted(tables, first, second, fires, severity):
    case = done(
        [a_line("97110"), a_line("97140")],
        an_entry("97110", first),
        an_entry("97140", second),
        coverage=COMMERCIAL,
    )

    said = found("timed-units-above", case, tables)

    assert [entry.severity for entry in said] == ([severity] if fires else [])


def test_units_that_the_minutes_would_make_are_for_the_biller_to_see():
    case = done([a_line("97110")], an_entry("97110", 23))

    (said,) = found("timed-units-below", case)

    assert said.severity is Severity.INFO
    assert said.repair is None
    assert not found("timed-units-below", done([a_line("97110")], an_entry("97110", 22)))


def test_without_a_rule_too_few_units_are_not_evaluated():
    case = done([a_line("97110")], an_entry("97110", 60), coverage=COMMERCIAL)

    assert unanswered("timed-units-below", case)
    assert found("timed-units-below", case, EIGHT)


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [an_entry("97110")],
        [an_entry("97110", 30, signed=False)],
        [an_entry("97110", 30), an_entry("97110")],
        [an_entry("97140", 30)],
    ],
)
def test_minutes_that_the_record_does_not_state_are_not_guessed(entries):
    case = done([a_line("97110", units=4)], *entries)

    assert not found("timed-units-above", case)
    assert unanswered("timed-units-above", case)


def test_each_discipline_is_counted_by_itself():
    lines = [a_line("97110", modifiers="GP"), a_line("97535", modifiers="GO")]

    apart = done(lines, an_entry("97110", 8), an_entry("97535", 8))
    shared = done(
        [a_line("97530", modifiers="GP"), a_line("97530", modifiers="GO")], an_entry("97530", 15)
    )

    assert not found("timed-units-above", apart)
    assert unanswered("timed-units-above", shared)


@pytest.mark.parametrize(
    ("code", "minutes", "units", "fires"),
    [
        ("90832", 15, 1, True),
        ("90832", 16, 1, False),
        ("90834", 37, 1, True),
        ("90834", 38, 1, False),
        ("90837", 52, 1, True),
        ("90837", 53, 1, False),
        ("99406", 3, 1, True),
        ("99406", 4, 1, False),
        ("99407", 10, 1, True),
        ("99407", 11, 1, False),
        ("99497", 15, 1, True),
        ("99497", 16, 1, False),
        ("99490", 19, 1, True),
        ("99490", 20, 1, False),
        ("99439", 39, 2, True),
        ("99439", 40, 2, False),
        ("96130", 30, 1, True),
        ("96130", 31, 1, False),
    ],
)
def test_a_code_of_a_time_begins_at_its_least_minutes(code, minutes, units, fires):
    """CPT guidelines on time: attained when the midpoint is passed."""
    case = done([a_line(code, units=units)], an_entry(code, minutes))

    assert bool(found("timed-code-minutes", case)) is fires


def test_a_code_of_a_time_without_minutes_is_not_evaluated():
    assert unanswered("timed-code-minutes", done([a_line("90837")], an_entry("90837")))
    assert not unanswered("timed-code-minutes", done([a_line("99213")]))


# -- infusions ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "hours"), [(15, 0), (60, 0), (90, 0), (91, 1), (150, 1), (151, 2), (211, 3)]
)
def test_a_further_hour_begins_after_thirty_minutes_of_it(minutes, hours):
    """CPT guidelines on infusions; Pub. 100-04 ch. 4 section 230.2."""
    assert hours_after_the_first(minutes) == hours


@pytest.mark.parametrize(
    ("code", "stop", "fires"),
    [
        ("96365", "09:15", True),
        ("96365", "09:16", False),
        ("96367", "09:15", True),
        ("96413", "09:15", True),
        ("96413", "09:16", False),
        ("96360", "09:30", True),
        ("96360", "09:31", False),
        ("96372", "09:01", False),  # an injection has no least time
    ],
)
def test_an_infusion_has_a_least_time(code, stop, fires):
    """Pub. 100-04 ch. 12 section 30.5; CPT: 16 minutes, hydration 31."""
    case = done([a_line(code)], an_entry(code, start="09:00", stop=stop))

    assert bool(found("infusion-too-short", case)) is fires


@pytest.mark.parametrize(
    ("entries", "units", "above", "below"),
    [
        ([an_entry("96365", start="09:00", stop="10:30")], 1, True, False),
        ([an_entry("96365", start="09:00", stop="10:31")], 1, False, False),
        ([an_entry("96365", start="09:00", stop="11:31")], 1, False, True),
        ([an_entry("96365", start="09:00", stop="11:31")], 2, False, False),
        # The hour's own entry goes on with the first.
        (
            [
                an_entry("96365", start="09:00", stop="10:00"),
                an_entry("96366", start="10:00", stop="10:31"),
            ],
            1,
            False,
            False,
        ),
        # A sequential drug's hours are its own.
        (
            [
                an_entry("96365", start="09:00", stop="10:00"),
                an_entry("96367", start="10:00", stop="11:31"),
            ],
            1,
            False,
            False,
        ),
        (
            [
                an_entry("96365", start="09:00", stop="10:00"),
                an_entry("96367", start="10:00", stop="11:30"),
            ],
            1,
            True,
            False,
        ),
        ([an_entry("96365", 91)], 1, False, False),
    ],
)
def test_hours_are_held_against_start_and_stop(entries, units, above, below):
    case = done([a_line("96365"), a_line("96366", units=units)], *entries)

    assert bool(found("infusion-hours-above", case)) is above
    assert bool(found("infusion-hours-below", case)) is below


@pytest.mark.parametrize(
    "entries", [[], [an_entry("96365")], [an_entry("96365", 200, signed=False)]]
)
def test_an_infusion_without_times_is_not_evaluated(entries):
    case = done([a_line("96365"), a_line("96366", units=3)], *entries)

    for check in ("infusion-too-short", "infusion-hours-above", "infusion-hours-below"):
        assert not found(check, case)
        assert unanswered(check, case)


@pytest.mark.parametrize(
    ("entry", "fires"),
    [
        (an_entry("96365", start="09:00"), True),
        (an_entry("96365", 40, start="09:00"), False),
        (an_entry("96365", start="09:00", stop="10:00"), False),
        (an_entry("96365"), False),
        (an_entry("96365", start="09:00", signed=False), False),
    ],
)
def test_a_start_wants_a_stop(entry, fires):
    assert bool(found("infusion-stop-missing", done([a_line("96365")], entry))) is fires


SITES = [an_entry("96365", site="left arm"), an_entry("96374", site="left arm")]
TWO_SITES = [SITES[0], an_entry("96374", site="right arm")]


@pytest.mark.parametrize(
    ("modifiers", "entries", "fires"),
    [
        ("", [], True),
        ("", SITES, True),
        ("", TWO_SITES, False),
        ("59", [], False),
        ("59", SITES, True),
        ("XS", TWO_SITES, False),
    ],
)
def test_one_initial_code_for_each_access_site(modifiers, entries, fires):
    """Pub. 100-04 ch. 4 section 230.2."""
    case = done([a_line("96365"), a_line("96374", modifiers=modifiers)], *entries)

    assert bool(found("infusion-two-initials", case)) is fires


def test_a_pair_of_initial_codes_in_the_ncci_table_is_said_once():
    tables = code_sets(ptp=[a_ptp("96365", "96374", "1")])

    assert not found("infusion-two-initials", done([a_line("96365"), a_line("96374")]), tables)


@pytest.mark.parametrize(
    ("initial", "other", "fires"),
    [
        ("96360", "96367", True),
        ("96374", "96367", True),
        ("96365", "96417", True),
        ("96413", "96367", False),
        ("96365", "96367", False),
        ("96365", "96375", False),
        ("96365", "96361", False),
    ],
)
def test_a_facility_begins_with_the_highest_rank(initial, other, fires):
    """Pub. 100-04 ch. 4 section 230.2: chemotherapy, drugs, hydration."""
    lines = [an_institutional_line(initial, number=1), an_institutional_line(other, number=2)]

    assert (
        bool(found("infusion-hierarchy", done(None, claim=an_institutional_claim(lines)))) is fires
    )
    assert not found("infusion-hierarchy", done([a_line(initial), a_line(other)]))


@pytest.mark.parametrize(
    ("start", "stop", "fires"),
    [
        ("09:30", "10:30", True),  # thirty minutes alone
        ("09:30", "10:31", False),
        ("10:00", "10:31", False),
        ("09:00", "09:50", True),
    ],
)
def test_hydration_beside_a_drug_is_not_billed(start, stop, fires):
    """Pub. 100-04 ch. 12 section 30.5."""
    case = done(
        [a_line("96365"), a_line("96360")],
        an_entry("96365", start="09:00", stop="10:00"),
        an_entry("96360", start=start, stop=stop),
    )

    assert bool(found("infusion-hydration-together", case)) is fires


def test_minutes_that_overlap_count_once_and_backwards_ones_not_at_all():
    one = an_entry("96365", start="09:00", stop="10:00")
    other = an_entry("96366", start="09:30", stop="10:30")
    backwards = an_entry("96366", start="10:30", stop="09:30")

    assert minutes_together([one, other]) == 90
    assert minutes_together([one, backwards]) == 60
    assert minutes_together([one, an_entry("96366")]) is None
    assert overlap(one, other) == 30
    assert overlap(one, backwards) == 0


def test_an_infusion_over_midnight_keeps_its_minutes():
    entry = replace(
        an_entry("96365"),
        started_at=datetime.fromisoformat("2026-07-14T23:30"),
        stopped_at=datetime.fromisoformat("2026-07-15T01:01"),
    )

    assert minutes_together([entry]) == 91


def test_another_days_entry_says_nothing_of_this_day():
    case = done([a_line("96365")], an_entry("96365", 5, on=date(2026, 7, 13)))

    assert not found("infusion-too-short", case)
