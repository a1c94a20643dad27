"""When schedules begin: beside a calendar that looks at every minute there is."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.config.schedules import Schedule
from bots.runs.calendar import Firing, between, coming, day_off, moment_of

# Six zones: an hour forward and back, half an hour, at midnight, in the south, none at all, and
# one that left out a whole day.
CHANGES = {
    "America/New_York": [datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)],
    "Europe/Berlin": [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)],
    "Australia/Lord_Howe": [datetime(2026, 4, 4, tzinfo=UTC), datetime(2026, 10, 3, tzinfo=UTC)],
    "America/Santiago": [datetime(2026, 4, 5, tzinfo=UTC), datetime(2026, 9, 6, tzinfo=UTC)],
    "Asia/Kolkata": [datetime(2026, 3, 8, tzinfo=UTC)],
    "Pacific/Apia": [datetime(2011, 12, 30, tzinfo=UTC), datetime(2011, 4, 2, tzinfo=UTC)],
}
MINUTE = timedelta(minutes=1)


def a_schedule(cron: str, **fields) -> Schedule:
    return Schedule(**{"portal": "practice", "queue": "pending", "cron": cron} | fields)


def always_open(_: datetime) -> None:
    return None


def begun(found: list[Firing]) -> list[datetime]:
    return [entry.begins for entry in found if entry.begins is not None]


def fields_of(cron: str) -> list[set[int]]:
    """The minutes, hours, days, months and weekdays of a cron line, by crontab(5) alone."""
    ranges = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)]
    found = []
    for text, (first, last) in zip(cron.split(), ranges, strict=True):
        values: set[int] = set()
        for part in text.split(","):
            span, _, step = part.partition("/")
            low, _, high = span.partition("-")
            begin, end = (first, last) if span == "*" else (int(low), int(high or low))
            values.update(range(begin, end + 1, int(step or 1)))
        found.append(values)
    found[4] = {value % 7 for value in found[4]}
    return found


def every_minute(cron: str, zone: ZoneInfo, after: datetime, until: datetime) -> list[datetime]:
    """A clock on the wall that is looked at each minute; a local time is heeded once."""
    minutes, hours, days, months, weekdays = fields_of(cron)
    fields = cron.split()

    def names(local: datetime) -> bool:
        of_month, of_week = local.day in days, local.isoweekday() % 7 in weekdays
        both = fields[2] != "*" and fields[4] != "*"
        day = (of_month or of_week) if both else (of_month and of_week)
        return local.minute in minutes and local.hour in hours and local.month in months and day

    found = []
    moment = after - timedelta(hours=30)
    latest = moment.astimezone(zone).replace(tzinfo=None)  # what clocks have shown up to now
    while moment < until:
        moment += MINUTE
        local = moment.astimezone(zone).replace(tzinfo=None)
        fires = False
        while latest < local:  # all that is new, with what a leap has left out
            latest += MINUTE
            fires = fires or names(latest)
        if fires and moment > after:
            found.append(moment)
    return found


@st.composite
def cron_lines(draw) -> str:
    minute = draw(st.sampled_from(["0", "30", "*/15", "59", "0,45", "*/7", "1-5"]))
    hour = draw(st.sampled_from(["*", "0", "1", "2", "3", "0-3", "*/2", "23", "1,2", "0,12"]))
    day = draw(st.sampled_from(["*", "*", "*", "1", "8", "1-7", "30", "*/2"]))
    weekday = draw(st.sampled_from(["*", "*", "*", "0", "1-5", "6,7", "3"]))
    return f"{minute} {hour} {day} * {weekday}"


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(sorted(CHANGES)), st.data())
def test_the_next_times_are_those_of_a_clock_that_is_looked_at_each_minute(name, data):
    zone = ZoneInfo(name)
    cron = data.draw(cron_lines())
    change = data.draw(st.sampled_from(CHANGES[name]))
    after = change + data.draw(st.integers(-40 * 60, 30 * 60)) * MINUTE
    until = after + timedelta(hours=30)

    found = between(a_schedule(cron), zone, after, until, always_open)

    assert begun(found) == every_minute(cron, zone, after, until)
    assert len({entry.key for entry in found}) == len(found)


def test_the_second_half_past_one_begins_nothing():
    """croniter yields it twice when the clocks go back."""
    zone = ZoneInfo("America/New_York")
    night = datetime(2026, 11, 1, 0, 0, tzinfo=zone)

    found = between(
        a_schedule("30 1 * * *"), zone, night, night + timedelta(hours=20), always_open
    )

    assert [(entry.key, entry.due) for entry in found] == [
        ("2026-11-01T01:30", datetime(2026, 11, 1, 5, 30, tzinfo=UTC))
    ]


def test_half_past_two_begins_at_three_when_the_clocks_go_forward():
    zone = ZoneInfo("America/New_York")
    night = datetime(2026, 3, 8, 0, 0, tzinfo=zone)

    (found,) = coming(a_schedule("30 2 * * *"), zone, night, always_open, 1)

    assert found.key == "2026-03-08T02:30"
    assert found.begins.astimezone(zone).isoformat() == "2026-03-08T03:00:00-04:00"


@given(st.integers(86_400, 2_145_000_000), st.sampled_from(sorted(CHANGES)))
def test_a_local_time_is_shown_at_its_moment_or_was_leapt_over(seconds, name):
    zone = ZoneInfo(name)
    local = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    moment = moment_of(local, zone)
    shown = moment.astimezone(zone).replace(tzinfo=None)
    before = (moment - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)

    assert shown == local or before < local < shown


def test_a_day_that_no_month_has_comes_never():
    assert coming(a_schedule("0 4 30 2 *"), ZoneInfo("UTC"), datetime(2026, 1, 1, tzinfo=UTC),
                  always_open, 3) == []  # fmt: skip


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 11, 25), ""),
        (date(2026, 11, 26), "Thanksgiving Day"),
        (date(2026, 11, 28), "weekend"),
        (date(2026, 12, 24), "the office is closed"),
        (date(2026, 7, 3), "Independence Day (observed)"),
    ],
)
def test_business_days_leave_out_weekends_holidays_and_closed_days(day, why):
    schedule = a_schedule("0 4 * * *", days="business", holidays="US", closed=["2026-12-24"])

    assert day_off(schedule, day) == why


def test_a_day_off_is_listed_with_its_reason_and_begins_nothing():
    schedule = a_schedule("0 4 * * *", days="business", holidays="US")
    wednesday = datetime(2026, 11, 25, 12, tzinfo=UTC)

    found = coming(schedule, ZoneInfo("America/New_York"), wednesday, always_open, 3)

    assert [(entry.key[:10], entry.why) for entry in found] == [
        ("2026-11-26", "Thanksgiving Day"), ("2026-11-27", ""), ("2026-11-28", "weekend")
    ]  # fmt: skip
    assert begun(found) == [datetime(2026, 11, 27, 9, 0, tzinfo=UTC)]


@pytest.mark.parametrize(("rule", "begins"), [("wait", 6), ("skip", None)])
def test_in_quiet_hours_it_waits_or_is_left_out(rule, begins):
    night = datetime(2026, 9, 30, tzinfo=UTC)

    def closed_until(moment: datetime) -> datetime | None:
        return moment.replace(hour=6, minute=0) if moment.hour < 6 else None

    (found,) = coming(
        a_schedule("30 2 * * *", in_quiet_hours=rule), ZoneInfo("UTC"), night, closed_until, 1
    )

    assert found.begins == (night.replace(hour=begins) if begins else None)
    assert "quiet hours" in found.why
