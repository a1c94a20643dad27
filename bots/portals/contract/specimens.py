"""The specimens: which claims of a test account the contract may read and write, and where.

`config/contract/NAME.yaml`, NAME being the portal's in portals.yaml. What is left out is not
tried, and the verdict says so; what the portal has no such thing of is exempt, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, StringConstraints, field_validator

from bots.claims import CLAIM_FIELDS, LINE_FIELDS, Change
from bots.config import ConfigModel, config_folder, load_yaml
from bots.portals.base import Query
from bots.portals.contract.colleague import Step


def _as_written(value: object) -> object:
    # YAML reads 2026-09-30 as a day; here it is the text that stands in the file.
    return value.isoformat() if isinstance(value, date) else value


Value = Annotated[str, BeforeValidator(_as_written)]
Text = Annotated[str, StringConstraints(min_length=1)]
Reason = Annotated[str, StringConstraints(min_length=12)]


class Request(ConfigModel):
    """Requests on the wire: the method, and the path with `{claim}` in it where it names one."""

    method: Literal["GET", "POST", "PUT", "PATCH"] = Field(description="The method.")
    path: Annotated[str, StringConstraints(pattern=r"^/")] = Field(
        description="The path, `{claim}` for the claim's number."
    )
    body: str = Field(
        default="",
        description="A regular expression that the body must match, where paths do not tell.",
    )

    def of(self, claim: str = "") -> Callable[[str, str, str], bool]:
        """Whether a request (method, address, body) is one of these, for one claim or any."""
        whole = re.escape(self.path).replace(
            re.escape("{claim}"), re.escape(claim) if claim else "[^/]+"
        )

        def matches(method: str, address: str, body: str) -> bool:
            if method != self.method or not re.fullmatch(whole, urlsplit(address).path):
                return False
            return not self.body or re.search(self.body, body) is not None

        return matches


class Requests(ConfigModel):
    """Where faults are put on the wire."""

    log_in: Request | None = Field(
        default=None, description="What carries a password; else all that is no GET."
    )
    list: Request = Field(description="A page of a list.")
    claim: Request = Field(description="A claim's screen.")
    edit: Request | None = Field(default=None, description="The form that changes a claim.")
    save: Request | None = Field(default=None, description="What saves a claim.")
    note: Request | None = Field(default=None, description="What adds a note.")
    hold: Request | None = Field(default=None, description="What puts a claim on hold.")
    window: Request | None = Field(default=None, description="A screen in a window or a frame.")
    session: Request | None = Field(
        default=None,
        description="What is asked in the midst of a claim and carries the session, where the "
        "claim's screen carries none.",
    )


class Listed(ConfigModel):
    """One list: how it is asked for, and what is known of it."""

    queue: Literal["pending", "historical"] = Field(description="The queue.")
    since: date | None = Field(default=None, description="First day of service.")
    until: date | None = Field(default=None, description="Last day of service.")
    facility: str = Field(default="", description="Only this facility.")
    code: str = Field(default="", description="Only claims with this code.")
    min_charge: Decimal | None = Field(default=None, description="Only from this charge on.")
    at_least: int = Field(default=0, ge=0, description="So many claims are on it, or more.")
    has: tuple[str, ...] = Field(default=(), description="Claims that are on it, among others.")
    numbers: tuple[str, ...] | None = Field(
        default=None, description="The claims that are on it, and no other."
    )

    @property
    def query(self) -> Query:
        """As a reader is asked."""
        return Query(
            queue=self.queue,
            since=self.since,
            until=self.until,
            facility=self.facility,
            code=self.code,
            min_charge=self.min_charge,
        )


class Lists(ConfigModel):
    """The lists that are read."""

    many: Listed = Field(description="More claims than one page of the portal's list shows.")
    few: Listed | None = Field(
        default=None, description="A filter that leaves the claims of `numbers`."
    )
    empty: Listed | None = Field(default=None, description="A filter that leaves none.")
    ten_thousand: Listed | None = Field(default=None, description="Ten thousand rows or more.")


class Shown(ConfigModel):
    """A claim, and what its screens show."""

    queue: Literal["pending", "historical"] = Field(default="pending", description="Its queue.")
    fields: dict[str, Value] = Field(
        description="Values as a `Change` spells them, by name: `member_id`, `line 1 units`, "
        "`patient.last_name`; a date as 2026-09-30, a list with blanks."
    )
    others_of_the_day: tuple[str, ...] | None = Field(
        default=None, description="The patient's other claims of the same days."
    )
    documentation: str | None = Field(
        default=None, description="The encounter of its documentation; empty where it has none."
    )


class OneChange(ConfigModel):
    """One field of a claim, from what it holds to what it is to hold."""

    field: Literal[(*CLAIM_FIELDS, *LINE_FIELDS)] = Field(description="The field.")  # type: ignore[valid-type]
    line: int | None = Field(default=None, ge=1, description="The line, for a line's field.")
    from_: Value = Field(alias="from", description="What it holds.")
    to: Value = Field(description="What it is to hold.")

    def change(self) -> Change:
        """As the hands take it."""
        return Change(self.field, self.line, self.from_, self.to)

    def back(self) -> Change:
        """The same the other way round."""
        return Change(self.field, self.line, self.to, self.from_)


class SomebodyElse(OneChange):
    """What somebody else changes, by the hands or, where no bot writes it, by steps."""

    credential: str = Field(
        default="", description="Whose log-in, as the office keeps it; else the bot's own."
    )
    steps: tuple[Step, ...] = Field(
        default=(), description="What a person does on the screens for it; else the hands write."
    )


class Correct(OneChange):
    """A claim to correct. After each item it holds the old value again."""

    claim: Text = Field(description="The claim's number.")
    somebody_else: SomebodyElse = Field(
        description="Another field of the same claim, which somebody else changes meanwhile."
    )
    second_claim: Text = Field(description="Another claim, which no save of ours may touch.")


class Refused(OneChange):
    """A change that the portal refuses."""

    claim: Text = Field(description="The claim's number.")
    words: Text = Field(description="Words of the portal's own that stand in its refusal.")


class Flag(ConfigModel):
    """A claim that takes notes, and keeps them: each run leaves some."""

    claim: Text = Field(description="The claim's number.")
    second_claim: Text = Field(description="Another claim, on which no note of ours may be.")


class Hold(ConfigModel):
    """A claim that is put on hold, once: nothing takes it off but a person."""

    claim: Text = Field(description="The claim's number.")


class Hostile(ConfigModel):
    """A text of a claim that is replaced by hostile ones, in our own browser only."""

    claim: Text = Field(description="The claim's number.")
    element: Text = Field(
        description="The element of the claim's screen, as the selectors name it."
    )
    field: Text = Field(description="The same as `fields` of a claim would name it.")


class OldCorner(ConfigModel):
    """A screen in a window of its own or in frames, which the reader's `remittance` reads."""

    claim: Text = Field(description="The claim's number.")
    other: Text = Field(description="A claim that must not be taken for it.")
    says: dict[str, str] = Field(description="What it says, by our names.")


class LogIn(ConfigModel):
    """How the portal's door behaves."""

    may_refuse_once: bool = Field(
        default=False, description="Whether one wrong password may be typed, in earnest."
    )
    locked: Text = Field(
        default="Account locked.", description="What the portal says of a locked account."
    )


class Specimens(ConfigModel):
    """The whole file."""

    requests: Requests = Field(description="Where faults are put on the wire.")
    log_in: LogIn = Field(default_factory=LogIn, description="The door.")
    lists: Lists = Field(description="The lists that are read.")
    claims: dict[str, Shown] = Field(min_length=1, description="Claims by number.")
    not_there: Text = Field(description="A number that no claim has.")
    must_be_there: tuple[Text, ...] = Field(
        min_length=1,
        description="Elements of the claim's screen without which it is not read; a table's "
        "column as `table.column`.",
    )
    correct: Correct | None = Field(default=None, description="A claim to correct.")
    saved_page: str = Field(
        default="", description="The address that the portal shows after a save, `{claim}` in it."
    )
    refused: Refused | None = Field(default=None, description="A change that is refused.")
    flag: Flag | None = Field(default=None, description="A claim to put notes on.")
    hold: Hold | None = Field(default=None, description="A claim to put on hold.")
    hostile: Hostile | None = Field(default=None, description="A text to make hostile.")
    old_corner: OldCorner | None = Field(default=None, description="Windows and frames.")
    deadline_seconds: float = Field(
        default=20, ge=1, le=120, description="How long one call of the browser may take here."
    )
    impatient_seconds: float = Field(
        default=6, ge=1, le=60, description="The same where an item lets nobody answer."
    )
    save_limit_seconds: float | None = Field(
        default=None, gt=0, description="As of the portal, shorter where the test portal is quick."
    )
    exempt: dict[str, Reason] = Field(
        default_factory=dict,
        description="Items that the portal has no such thing of, each with the reason.",
    )

    @field_validator("exempt")
    @classmethod
    def _known_and_not_essential(cls, exempt: dict[str, str]) -> dict[str, str]:
        from bots.portals.contract.items import all_items

        known = all_items()
        for name in exempt:
            if name not in known:
                raise ValueError(f"no item {name}; docs/contract.md has them all")
            if known[name].essential:
                raise ValueError(f"{name} is essential; no exemption covers it")
        return exempt


def specimens_path(name: str) -> Path:
    """Where the specimens of a portal are."""
    return config_folder() / "contract" / f"{name}.yaml"


def load_specimens(path: Path) -> Specimens:
    """Read a file of specimens.

    Raises:
        Problem: names file, line and key.
    """
    return load_yaml(path, Specimens)
