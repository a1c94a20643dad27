"""The portals of an office: config/portals.yaml.

Every portal starts in shadow. A live one says who allowed the bot to write and until when;
`may_write` is asked before a run may change anything.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from bots.config.folders import config_folder
from bots.config.hours import Span, Window, are_all_day, closed_until
from bots.config.models import ConfigModel, TimeZone
from bots.config.names import CREDENTIAL, NAME
from bots.config.reading import load_yaml, nearest
from bots.config.settings import Settings
from bots.errors import Problem

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def _address(text: str) -> str:
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("not a web address") from None
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError("not a web address; write https://host/")
    if parts.username or parts.password:
        raise ValueError("a user or password stands in the address; use `credential`")
    if parts.scheme == "http" and host not in LOOPBACK:
        raise ValueError("not encrypted; use https:// (http:// only on this very machine)")
    return text.rstrip("/")


def _kept_credential(text: str) -> str:
    if len(text) > CREDENTIAL:
        raise ValueError(
            f"longer than {CREDENTIAL} characters; keep it under a short name with "
            "`claimbots credentials set NAME --from vault:PATH`"
        )
    return text


class Pace(ConfigModel):
    """How gently the bot works, in seconds."""

    between_opens: float = Field(
        default=0, ge=0, description="Seconds between opening two claims."
    )
    between_saves: float = Field(default=0, ge=0, description="Seconds between two saves.")


class Permission(ConfigModel):
    """Who allowed the bot to write to a portal."""

    by: Annotated[str, StringConstraints(min_length=1)] = Field(
        description="The person who allowed it, by name and office."
    )
    until: date = Field(description="The last day on which the permission holds.")


class Portal(ConfigModel):
    """One portal and what the bot may do there."""

    kind: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")] = Field(
        description="The portal's module and selector file, such as `practice`."
    )
    address: Annotated[str, AfterValidator(_address)] = Field(
        description="Where the portal is: https, except on this very machine."
    )
    time_zone: TimeZone | None = Field(
        default=None, description="The portal's time zone, if it is not the office's."
    )
    credential: Annotated[
        str,
        StringConstraints(pattern=r"^[A-Za-z0-9][\w.:/@-]*$"),
        AfterValidator(_kept_credential),
    ] = Field(
        description="The name under which `claimbots credentials set` keeps the log-in, "
        "or vault:PATH."
    )
    sessions: int = Field(
        default=1,
        ge=1,
        le=1,
        description="Log-ins at the same time: one, for two would throw each other out.",
    )
    pages: int | None = Field(
        default=None,
        ge=1,
        le=8,
        description="Claims side by side in one log-in; else `run.pages`.",
    )
    pace: Pace = Field(default_factory=Pace)
    quiet_hours: tuple[Span, ...] = Field(
        default=(), description="Times of day, in the portal's time zone, when no bot works there."
    )
    maintenance: tuple[Window, ...] = Field(
        default=(),
        description="When the portal is down, in its own time zone: sun 01:00-05:00, or "
        "2026-12-05 22:00/2026-12-06 04:00.",
    )
    mode: Literal["shadow", "live"] = Field(
        default="shadow",
        description="shadow: look and report only; live: write what the policy allows.",
    )
    permission: Permission | None = Field(
        default=None, description="Who allowed the bot to write; a live portal needs one."
    )
    notes: bool = Field(default=True, description="Whether a flag may be written as a note.")
    not_yet_sent: tuple[str, ...] = Field(
        default=(),
        description="The portal's own states of claims that have not left the office. A "
        "correction is made in these only; empty means in none.",
    )
    save_limit_seconds: float = Field(
        default=30, gt=0, le=3600, description="The longest time a save may take to land."
    )
    dialogs_accepted: tuple[str, ...] = Field(
        default=(), description="Texts of dialogs that the bot confirms; any other is dismissed."
    )

    @property
    def host(self) -> str:
        """The only host the bot may be on."""
        return urlsplit(self.address).hostname or ""

    @property
    def is_practice(self) -> bool:
        """Our own practice portal on this very machine: no permission and no real key."""
        return self.kind == "practice" and self.host in LOOPBACK

    def closed_until(self, moment: datetime) -> datetime | None:
        """The end of the quiet hours or the maintenance that hold at a moment; None if none do.

        Args:
            moment: in the portal's own time zone, without one, as the answer is.
        """
        return closed_until(moment, self.quiet_hours, self.maintenance)

    @field_validator("quiet_hours")
    @classmethod
    def _some_hour_is_left(cls, spans: tuple[str, ...]) -> tuple[str, ...]:
        if are_all_day(spans):
            raise ValueError("quiet all day: no bot would ever work there")
        return spans

    @model_validator(mode="after")
    def _live_has_permission(self) -> Portal:
        if self.mode == "live" and self.permission is None and not self.is_practice:
            raise ValueError("live without `permission`; add who allowed the bot, until when")
        return self


class PortalsFile(ConfigModel):
    """The whole file."""

    portals: dict[str, Portal] = Field(
        default_factory=dict, description="The portals by the name that `--portal` takes."
    )

    @field_validator("portals")
    @classmethod
    def _names(cls, portals: dict[str, Portal]) -> dict[str, Portal]:
        # The name becomes a folder and a column: no path, no blank.
        if not all(name.replace("-", "").replace("_", "").isalnum() for name in portals):
            raise ValueError("a portal's name is made of letters, digits, - and _")
        if any(len(name) > NAME for name in portals):
            raise ValueError(f"a portal's name has at most {NAME} characters; shorten it")
        return portals


def load_portals(folder: Path | None = None) -> dict[str, Portal]:
    """The portals by name, from `folder` (default: `config_folder()`).

    Raises:
        Problem: names file, line and key.
    """
    return load_yaml((folder or config_folder()) / "portals.yaml", PortalsFile).portals


def find_portal(portals: dict[str, Portal], name: str) -> Portal:
    """The portal of that name.

    Raises:
        Problem: there is none; names the nearest.
    """
    if name not in portals:
        advice = nearest(name, sorted(portals)) or "add one to portals.yaml"
        raise Problem(f"no portal named {name!r}", where="--portal", do=advice)
    return portals[name]


def may_write(name: str, portal: Portal, settings: Settings, on: date) -> bool:
    """Whether a run may write to this portal on that day; False for a shadow portal.

    Raises:
        Problem: the portal is live, but its permission has ended or there is no master key.
    """
    if portal.mode == "shadow":
        return False
    if portal.is_practice:
        return True
    where = f"portals.yaml portals.{name}"
    if portal.permission is None or portal.permission.until < on:
        raise Problem(
            "the permission to write there has ended",
            where=f"{where}.permission",
            do="have it renewed, or set `mode: shadow`",
        )
    if settings.keys.master is None:
        raise Problem(
            "a live portal needs a master key",
            where=where,
            do="set keys.master in claimbots.yaml (`claimbots keys init` makes one)",
        )
    return True
