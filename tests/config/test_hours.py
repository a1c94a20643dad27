"""Quiet hours and maintenance: until when nobody may work at a portal."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.config.hours import closed_until
from bots.config.portals import Portal

MINUTE = timedelta(minutes=1)
SUNDAY = "2026-09-27"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def a_portal(**fields) -> Portal:
    return Portal(kind="practice", address="https://portal.example", credential="acme", **fields)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-09-30T21:59", None),
        ("2026-09-30T22:00", "2026-10-01T06:00"),
        ("2026-10-01T03:00", "2026-10-01T06:00"),
        ("2026-10-01T06:00", None),
        ("2026-10-01T12:30", "2026-10-01T13:00"),
        ("2026-10-01T13:00", None),
    ],
)
def test_quiet_hours_reach_over_midnight(moment, opens):
    portal = a_portal(quiet_hours=["22:00-06:00", "12:00-13:00"])

    assert portal.closed_until(at(moment)) == (at(opens) if opens else None)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        (f"{SUNDAY}T00:59", None),
        (f"{SUNDAY}T01:00", f"{SUNDAY}T05:00"),
        (f"{SUNDAY}T05:00", None),
        ("2026-09-28T02:00", None),  # a Monday
        ("2026-12-05T23:00", "2026-12-06T05:00"),  # it ends in Sunday's own window
        ("2026-12-06T04:30", "2026-12-06T05:00"),
        ("2026-12-12T23:00", None),
    ],
)
def test_maintenance_is_of_a_week_or_of_a_date(moment, opens):
    portal = a_portal(maintenance=["sun 01:00-05:00", "2026-12-05 22:00/2026-12-06 04:00"])

    assert portal.closed_until(at(moment)) == (at(opens) if opens else None)


def test_a_window_that_begins_where_another_ends_is_waited_for_too():
    portal = a_portal(quiet_hours=["22:00-01:00"], maintenance=["sun 01:00-05:00"])

    assert portal.closed_until(at("2026-09-26T23:00")) == at(f"{SUNDAY}T05:00")


@pytest.mark.parametrize(
    "fields",
    [
        {"quiet_hours": ["00:00-12:00", "12:00-00:00"]},
        {"quiet_hours": ["22-6"]},
        {"maintenance": ["sunday 01:00-05:00"]},
        {"maintenance": ["2026-12-06 04:00/2026-12-05 22:00"]},
        {"maintenance": ["01:00-05:00"]},
    ],
)
def test_what_leaves_no_hour_or_has_no_form_is_refused(fields):
    with pytest.raises(ValueError, match=r"quiet|window|span"):
        a_portal(**fields)


SPANS = st.tuples(*(st.times().map(lambda t: t.strftime("%H:%M")) for _ in range(2))).map("-".join)


@given(st.lists(SPANS, max_size=3), st.integers(0, 60 * 24 * 14))
def test_the_moment_it_names_is_open_and_every_minute_before_is_not(spans, minutes):
    moment = at("2026-09-27T00:00") + minutes * MINUTE
    opens = closed_until(moment, spans, ())

    if opens is not None and (opens - moment).days < 2:
        assert closed_until(opens, spans, ()) is None
        between = [moment + timedelta(minutes=n) for n in range((opens - moment) // MINUTE)]
        assert all(closed_until(minute, spans, ()) == opens for minute in between)
