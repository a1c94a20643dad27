"""How values look on a screen: dates, money, and what a fault does to the look of a field."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from jinja2 import Environment


@dataclass
class Paint:
    """The look of one answer. Plain unless a fault alters it."""

    language: str = "en-US"
    day_format: str = "%m/%d/%Y"
    comma_decimals: bool = False
    renamed: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    doubled: set[str] = field(default_factory=set)
    moved: set[str] = field(default_factory=set)
    # field name -> how its text is altered
    altered: dict[str, Any] = field(default_factory=dict)
    scripts: list[str] = field(default_factory=list)
    overlay: str = ""
    form_action: str = ""

    def day(self, value: date | None) -> str:
        """A date, or nothing."""
        return value.strftime(self.day_format) if value else ""

    def moment(self, value: datetime) -> str:
        """A moment in the office's time zone."""
        return timezone.localtime(value).strftime(self.day_format + " %I:%M:%S %p")

    def money(self, value: Decimal | None) -> str:
        """Dollars with two decimals and commas, without a sign."""
        return self._decimals(f"{value:,.2f}") if value is not None else ""

    def number(self, value: Decimal | None) -> str:
        """Without trailing zeros."""
        if value is None:
            return ""
        text = f"{value:f}"
        return self._decimals(text.rstrip("0").rstrip(".") if "." in text else text)

    def _decimals(self, text: str) -> str:
        if not self.comma_decimals:
            return text
        return text.replace(",", "\0").replace(".", ",").replace("\0", ".")

    def text(self, name: str, value: str) -> str:
        """A field's text on the screen; `name` is the field's, or `line-N-…`."""
        for key in (name, name.split("-", 2)[-1]) if self.altered else ():
            if key in self.altered and value:
                return str(self.altered[key](value))
        return value

    def has(self, what: str, name: str) -> bool:
        """Whether an alteration (`renamed`, `removed`, `doubled`, `moved`) hits a field."""
        hit: set[str] = getattr(self, what)
        return bool(hit) and (name in hit or name.split("-", 2)[-1] in hit)


def paint_of(request: HttpRequest) -> Paint:
    """The look of this request's answer."""
    paint = getattr(request, "paint", None)
    if paint is None:
        paint = Paint()
        request.paint = paint  # type: ignore[attr-defined]
    return paint


def show(request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    """One page of the portal."""
    response = render(
        request,
        f"portal/{template}",
        {"paint": paint_of(request), "roles": roles_of(request), **context},
        status=status,
    )
    response["Cache-Control"] = "no-store"
    return response


def roles_of(request: HttpRequest) -> set[str]:
    """The roles of whoever asks; none before log-in."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not user.is_authenticated:
        return set()
    return set(user.groups.values_list("name", flat=True))


def may_edit(request: HttpRequest) -> bool:
    """Whether the person's role may change claims."""
    return bool(roles_of(request) & {"biller", "supervisor"})


def environment(**options: Any) -> Environment:
    """The template environment: undefined names are errors, blocks leave no blank lines."""
    options |= {"trim_blocks": True, "lstrip_blocks": True}
    return Environment(**options)
