"""The selector registry: for each named element of a screen, ranked locators, from YAML.

Data only: where things are stands in `selectors/<kind>.yaml`, what they mean in Python. The
first locator is what the portal's words promise (role and name); the others are what we fall
back to for reading, and the rank that answered is reported.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pydantic import Field, model_validator

from bots.config import ConfigModel, load_yaml, selectors_folder

KINDS = ("role", "label", "beside", "test_id", "css")


class Locator(ConfigModel):
    """One way to find an element: exactly one of role (with name), label, beside, test_id, css."""

    role: str = Field(default="", description="The ARIA role, with `name`.")
    name: str | None = Field(default=None, description="The accessible name that goes with it.")
    label: str = Field(default="", description="The words of its label.")
    beside: str = Field(
        default="", description="The heading (`th`, `dt`) that it stands next to, for reading."
    )
    test_id: str = Field(default="", description="Its data-testid.")
    css: str = Field(default="", description="A CSS selector, the last resort.")

    @model_validator(mode="before")
    @classmethod
    def _one_known_kind(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise ValueError("not a locator; write `- role: button` with `name: …`")
        for key in data:
            if key not in (*KINDS, "name"):
                known = f"{', '.join(KINDS[:-1])} or {KINDS[-1]}"
                raise ValueError(f'unknown locator kind "{key}"; use {known}')
        if sum(key in data for key in KINDS) != 1:
            raise ValueError(f"a locator has exactly one of {', '.join(KINDS)}")
        if "name" in data and "role" not in data:
            raise ValueError("`name` goes with `role`")
        return data

    @property
    def kind(self) -> str:
        """Which of the four it is."""
        return next(kind for kind in KINDS if getattr(self, kind))

    def filled(self, **values: object) -> Locator:
        """The same, with `{line}`, `{n}` or `{claim}` replaced."""
        texts = {
            key: text.format(**values) if "{" in text else text
            for key, text in self.model_dump(exclude_none=True).items()
            if text
        }
        return Locator.model_validate(texts)

    def words(self) -> str:
        """How it is named to a person."""
        named = f' "{self.name}"' if self.name is not None else ""
        return f"{self.kind} {getattr(self, self.kind)}{named}"


class Table(ConfigModel):
    """A table: where it is, and which column is which by its heading."""

    locate: tuple[Locator, ...] = Field(min_length=1, description="Ranked locators.")
    columns: dict[str, str] = Field(description="Our name of a column, and its heading.")
    cell: str = Field(
        default="", description="The attribute in which a cell says its own name, if any."
    )
    aside: str = Field(
        default="",
        description="Rows (CSS) that are none of its own, such as one to press for more of them: "
        "the portal's module then sees to it that all are drawn.",
    )


class Box(ConfigModel):
    """What was recorded of a box of a form: what it sends, and between which boxes it stands.

    `{line}` and `{n}` are the box's own number, `{before}` and `{after}` the numbers beside it.
    """

    sends: str = Field(description="The name under which its value goes over the wire.")
    between: tuple[str, str] = Field(
        description="The labels of the box before and the box after it in its row or group, "
        "empty where there is none."
    )


class Form(ConfigModel):
    """What was recorded of a form that is written through, to hold it against before a write."""

    name: str = Field(description="Its accessible name, `{claim}` in it for the claim's number.")
    to: str = Field(description="The path that it is sent to, `{claim}` in it.")
    boxes: dict[str, Box] = Field(description="By the element's name.")
    buttons: dict[str, dict[str, str]] = Field(
        description="What the press of each button adds to what is sent, by name."
    )


class Screen(ConfigModel):
    """One screen: its address under the portal's, its elements, tables and forms."""

    at: str = Field(default="", description="The address, `{claim}` in it where one is shown.")
    elements: dict[str, tuple[Locator, ...]] = Field(
        default_factory=dict, description="Ranked locators by the element's name."
    )
    tables: dict[str, Table] = Field(default_factory=dict, description="The screen's tables.")
    forms: dict[str, Form] = Field(
        default_factory=dict, description="The forms that are written through."
    )
    looks: dict[str, str] = Field(
        default_factory=dict,
        description="What an element's value looks like, as a regular expression. Two that hold "
        "each other's values are not believed.",
    )
    not_ours: tuple[str, ...] = Field(
        default=(),
        description="Names on the screen that are none of our elements: never proposed.",
    )

    @model_validator(mode="after")
    def _no_element_without_locator(self) -> Screen:
        for name, ranked in self.elements.items():
            if not ranked:
                raise ValueError(f"{name} has no locator; give it one")
        recorded = [name for form in self.forms.values() for name in (*form.boxes, *form.buttons)]
        for name in (*recorded, *self.looks):
            if name not in self.elements:
                raise ValueError(f"{name} is no element of the screen; name it there")
        for name, pattern in self.looks.items():
            try:
                re.compile(pattern)
            except re.error:
                raise ValueError(f"looks of {name}: not a regular expression") from None
        return self

    def exchanged(self, values: Mapping[str, str]) -> tuple[str, str] | None:
        """Two of these elements that hold what looks like the other's value, and not their own."""
        odd = [
            name
            for name, value in values.items()
            if name in self.looks and not re.fullmatch(self.looks[name], value)
        ]
        for one, other in combinations(odd, 2):
            if re.fullmatch(self.looks[one], values[other]) and re.fullmatch(
                self.looks[other], values[one]
            ):
                return one, other
        return None

    def form_of(self, element: str) -> Form | None:
        """The recorded form that a box or button belongs to, if there is one."""
        for form in self.forms.values():
            if element in form.boxes or element in form.buttons:
                return form
        return None

    def only(self, names: Sequence[str]) -> Screen:
        """The same screen with these of its elements, to look at no more of it than is asked."""
        kept = {name: ranked for name, ranked in self.elements.items() if name in names}
        return Screen(at=self.at, elements=kept, not_ours=self.not_ours)

    def path(self, **values: object) -> str:
        """The screen's path, each value escaped for an address."""
        return self.at.format(**{key: quote(str(text), safe="") for key, text in values.items()})

    @cached_property
    def plan(self) -> str:
        """What the look in the page needs of this screen, as JSON."""
        return _plan(self)

    def tried(self, name: str) -> str:
        """The locators of an element or table, in words."""
        ranked = self.elements.get(name) or (
            self.tables[name].locate if name in self.tables else ()
        )
        return ", ".join(locator.words() for locator in ranked) or "no locator"


class Selectors(ConfigModel):
    """A portal's whole selector file."""

    log_in_paths: tuple[str, ...] = Field(
        default=(), description="Beginnings of addresses that mean: not logged in."
    )
    screens: dict[str, Screen] = Field(description="The screens by name.")


def load_selectors(kind: str, path: Path | None = None) -> Selectors:
    """A portal kind's selectors, from `path` or the selectors folder.

    Raises:
        Problem: names file, line and element.
    """
    return load_yaml(path or selectors_folder() / f"{kind}.yaml", Selectors)


def _plan(screen: Screen) -> str:
    elements = {
        name: [_as_list(locator) for locator in ranked]
        for name, ranked in screen.elements.items()
        if not any("{" in _whole(locator) for locator in ranked)
    }
    tables = {
        name: {
            "locate": [_as_list(locator) for locator in table.locate],
            "columns": list(table.columns.items()),
            "cell": table.cell,
            "aside": table.aside,
        }
        for name, table in screen.tables.items()
    }
    return json.dumps({"elements": elements, "tables": tables})


def _whole(locator: Locator) -> str:
    return f"{getattr(locator, locator.kind)}{locator.name or ''}"


def _as_list(locator: Locator) -> list[str | None]:
    return [locator.kind, getattr(locator, locator.kind), locator.name]
