"""The office's settings: config/claimbots.yaml, with the environment over it.

`CLAIMBOTS_<SECTION>__<KEY>` (two underscores) replaces one key, for a container or a test.
Every key has a default, so an empty file is a valid one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from bots.config.alerts import Alerts
from bots.config.folders import config_folder
from bots.config.models import (
    AsWords,
    ConfigModel,
    DatabaseAddress,
    SecretReference,
    TimeZone,
)
from bots.config.reading import Document, fitted, read_document

PREFIX = "CLAIMBOTS_"


class Office(ConfigModel):
    """Who runs the bots."""

    name: str = Field(default="My office", description="The name on every report.")
    time_zone: TimeZone = Field(
        default="America/New_York",
        description="The office's time zone (IANA name); the store itself keeps UTC.",
    )


class Keys(ConfigModel):
    """Where the keys are, never the keys."""

    master: SecretReference | None = Field(
        default=None,
        description="The key that seals patient data, sessions and typed secrets: env:NAME, "
        "file:PATH, keyring:NAME or vault:PATH. A live portal needs one.",
    )


class Ledger(ConfigModel):
    """The audit log."""

    # A folder of this name holds the log, and the name stands in each signed checkpoint.
    origin: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")] = (
        Field(default="claimbots-office", description="The name of this host's log, unique to it.")
    )
    public_key: str | None = Field(
        default=None,
        description="The key that `audit verify` trusts, as `keys status` prints it. "
        "Without one the log is checked against the key in the data folder.",
    )


class Store(ConfigModel):
    """Where runs, findings, proposals and what is under way are kept."""

    database_url: DatabaseAddress | None = Field(
        default=None,
        description="postgresql://USER@HOST/DATABASE, or where that is kept: env:NAME, "
        "file:PATH, keyring:NAME or vault:PATH. Without one it is a file of the data folder.",
    )


class Run(ConfigModel):
    """How a run works."""

    pages: int = Field(
        default=1, ge=1, le=8, description="Claims worked on side by side in one log-in."
    )
    corrections_per_run: int = Field(
        default=500, ge=0, description="After this many saved corrections a run stops writing."
    )
    corrections_per_day: int = Field(
        default=2000,
        ge=0,
        description="The same over all runs of one day in the office's time zone.",
    )
    reports: Annotated[tuple[Literal["html", "xlsx", "csv"], ...], AsWords] = Field(
        default=("html", "xlsx", "csv"), description="The forms in which a report is written."
    )
    evidence_days: int = Field(
        default=14,
        ge=0,
        le=366,
        description="How long a masked picture of what failed is kept, sealed; 0: none is taken.",
    )


class Approvals(ConfigModel):
    """What a person's approval of a proposal needs, and how long it holds."""

    valid_days: int = Field(
        default=14, ge=1, le=366, description="How long an approval may wait to be applied."
    )
    four_eyes: Literal["never", "raises_payment", "always"] = Field(
        default="never",
        description="Which proposals two people must approve; who asks for a revert is the first.",
    )

    def asks_two(self, raises_payment: bool) -> bool:
        """Whether two people must approve a proposal that does or does not raise payment."""
        return self.four_eyes == "always" or (
            self.four_eyes == "raises_payment" and raises_payment
        )


class Browser(ConfigModel):
    """The browser the bots work with."""

    headed: bool = Field(default=False, description="Show the browser's window.")
    deadline_seconds: float = Field(
        default=30, gt=0, le=600, description="How long any one call to the browser may take."
    )
    path: Path | None = Field(
        default=None,
        description="The Chromium to use; without one the installed ones are looked for.",
    )
    claims_per_context: int = Field(
        default=200,
        ge=1,
        description="After so many claims the browser's pages, cookies and cache are renewed; "
        "the log-in is carried over.",
    )
    claims_per_browser: int = Field(
        default=2000, ge=1, description="After so many claims the whole browser is renewed."
    )
    memory_limit_mb: int = Field(
        default=2000,
        ge=300,
        description="A browser that takes more is renewed after the claim; one that takes twice "
        "as much is killed at once. Linux only.",
    )

    @property
    def memory_limit_bytes(self) -> int:
        """`memory_limit_mb` in bytes."""
        return self.memory_limit_mb * 1_000_000


class Logging(ConfigModel):
    """The log on standard error. It never carries patient data."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least important message that is still written."
    )


class Serve(ConfigModel):
    """`claimbots serve`: what it says of itself, on this machine only."""

    port: int = Field(
        default=8767,
        ge=0,
        le=65535,
        description="The port of /healthz, /readyz and /metrics on 127.0.0.1; 0: none.",
    )


class Settings(ConfigModel):
    """All settings of an office."""

    office: Office = Field(default_factory=Office)
    keys: Keys = Field(default_factory=Keys)
    ledger: Ledger = Field(default_factory=Ledger)
    store: Store = Field(default_factory=Store)
    run: Run = Field(default_factory=Run)
    approvals: Approvals = Field(default_factory=Approvals)
    browser: Browser = Field(default_factory=Browser)
    logging: Logging = Field(default_factory=Logging)
    serve: Serve = Field(default_factory=Serve)
    alerts: Alerts = Field(default_factory=Alerts)


def load_settings(
    folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """The settings from `folder` (default: `config_folder()`), the environment over them.

    Raises:
        Problem: names file, line and key, or the variable.
    """
    document = read_document((folder or config_folder()) / "claimbots.yaml")
    _overlay(document, os.environ if environment is None else environment)
    return fitted(document, Settings)


def _overlay(document: Document, environment: Mapping[str, str]) -> None:
    for name, value in sorted(environment.items()):
        section, split, key = name.removeprefix(PREFIX).lower().partition("__")
        if not (name.startswith(PREFIX) and split and section and key):
            continue
        document.data[section] = dict(document.data.get(section) or {}) | {key: value}
        for place in [at for at in document.places if at[:2] == (section, key)]:
            del document.places[place]
        document.places[section, key] = f"environment {name}"
        document.places.setdefault((section,), f"environment {name}")
