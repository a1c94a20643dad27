"""When runs begin by themselves: config/schedules.yaml.

A schedule is a line of crontab(5), read in the local time of its zone, and what to do on days
when the office is closed, in hours when nobody may work at the portal, while the run before is
still at work, and after the machine was off.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from croniter import croniter
from pydantic import AfterValidator, Field, field_validator, model_validator

from bots.config.folders import config_folder
from bots.config.models import ConfigModel, TimeZone
from bots.config.names import NAME
from bots.config.portals import Portal, find_portal
from bots.config.reading import load_yaml, nearest
from bots.errors import Problem

LONGEST_CATCH_UP = 14 * 24  # hours


def _cron(text: str) -> str:
    words = text.split()
    if len(words) != 5 or any(word.lower() == "r" for word in words):
        raise ValueError("not five fields: minute, hour, day, month, weekday; such as 30 2 * * *")
    if not croniter.is_valid(text):
        raise ValueError("not a line of crontab; write 30 2 * * mon-fri for 02:30 on weekdays")
    return " ".join(words)


def _calendar(name: str) -> str:
    import holidays  # a quarter of a second: only where one is named

    country, _, state = name.partition("-")
    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        raise ValueError("no calendar of that name; write a country such as US, or US-OH")
    if state and state not in known[country]:
        raise ValueError(f"{country} has no state of that name; write US-OH, for example")
    return name


class Schedule(ConfigModel):
    """One schedule: which run, when, and when not."""

    portal: Annotated[str, Field(min_length=1, description="The portal, by its name.")]
    queue: Literal["pending", "historical", "approved"] = Field(
        description="pending: a pre-bill run; historical: a look-back run; approved: proposals."
    )
    cron: Annotated[str, AfterValidator(_cron)] = Field(
        description="Minute, hour, day, month, weekday, as crontab has them."
    )
    time_zone: TimeZone | None = Field(
        default=None, description="The zone in which `cron` is read, if it is not the office's."
    )
    enabled: bool = Field(default=True, description="no: it never begins by itself.")
    shadow: bool = Field(default=False, description="Look and report; write nothing.")
    days: Literal["every", "business"] = Field(
        default="every",
        description="business: not on weekends, holidays and days when the office is closed.",
    )
    holidays: Annotated[str, AfterValidator(_calendar)] | None = Field(
        default=None, description="The calendar of bank holidays: a country, or with a state."
    )
    closed: tuple[date, ...] = Field(
        default=(), description="Days on which the office is closed, besides."
    )
    in_quiet_hours: Literal["wait", "skip"] = Field(
        default="wait",
        description="In the portal's quiet hours or maintenance: begin after them, or not at all.",
    )
    overlap: Literal["skip", "wait"] = Field(
        default="skip",
        description="While another run is at work: leave this time out, or begin after it.",
    )
    catch_up: Literal["none", "last"] = Field(
        default="last",
        description="After the machine was off: nothing, or the last time missed, once.",
    )
    catch_up_hours: int = Field(
        default=12, ge=1, le=LONGEST_CATCH_UP, description="How long ago that may be, in hours."
    )
    facility: str = Field(default="", description="Only claims of this facility.")
    code: str = Field(default="", description="Only claims with this code.")
    limit: int | None = Field(default=None, ge=1, description="At most so many claims.")
    days_back: int | None = Field(
        default=None,
        ge=1,
        le=3660,
        description="Only services of so many days before the run, for a look-back.",
    )
    pages: int | None = Field(default=None, ge=1, le=8, description="Claims side by side.")

    @field_validator("closed", mode="before")
    @classmethod
    def _dates(cls, value: object) -> object:
        return () if value is None else value

    @model_validator(mode="after")
    def _business_days_have_a_calendar(self) -> Schedule:
        if self.days == "every" and (self.holidays or self.closed):
            raise ValueError("holidays and closed days count with `days: business`; add it")
        if self.queue == "approved" and (
            self.facility or self.code or self.limit or self.days_back
        ):
            raise ValueError("an approved run applies all that is approved; nothing narrows it")
        return self


class SchedulesFile(ConfigModel):
    """The whole file."""

    schedules: dict[str, Schedule] = Field(
        default_factory=dict, description="The schedules by the name that `schedule next` takes."
    )

    @field_validator("schedules")
    @classmethod
    def _names(cls, schedules: dict[str, Schedule]) -> dict[str, Schedule]:
        # The name is the key of a run, with its local time behind it.
        if not all(name.replace("-", "").replace("_", "").isalnum() for name in schedules):
            raise ValueError("a schedule's name is made of letters, digits, - and _")
        if any(len(name) > NAME for name in schedules):
            raise ValueError(f"a schedule's name has at most {NAME} characters; shorten it")
        return schedules


def load_schedules(folder: Path | None = None) -> dict[str, Schedule]:
    """The schedules by name, from `folder` (default: `config_folder()`); none without the file.

    Raises:
        Problem: names file, line and key.
    """
    path = (folder or config_folder()) / "schedules.yaml"
    return load_yaml(path, SchedulesFile).schedules if path.exists() else {}


def find_schedule(schedules: dict[str, Schedule], name: str) -> Schedule:
    """The schedule of that name.

    Raises:
        Problem: there is none; names the nearest.
    """
    if name not in schedules:
        advice = nearest(name, sorted(schedules)) or "add one to schedules.yaml"
        raise Problem(f"no schedule named {name!r}", where="schedule", do=advice)
    return schedules[name]


def without_portal(
    schedules: dict[str, Schedule], portals: dict[str, Portal]
) -> dict[str, Problem]:
    """The schedules that name a portal which is not there, and what is wrong with each."""
    found: dict[str, Problem] = {}
    for name, schedule in schedules.items():
        try:
            find_portal(portals, schedule.portal)
        except Problem as problem:
            where = f"schedules.yaml schedules.{name}.portal"
            found[name] = Problem(problem.what, where=where, do=problem.do)
    return found
