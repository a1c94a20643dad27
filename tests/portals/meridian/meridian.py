"""Meridian, a billing portal of pages: how it spells, how its desk is searched."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bots.claims import ClaimType
from bots.portals.pages import PagesReader
from bots.portals.pages_editor import PagesEditor
from bots.portals.spelling import Spelling

SPELLING = Spelling(
    language="en-GB",
    day="%d-%b-%Y",
    thousands="",
    statuses=("Open", "Sent"),
    only_type=ClaimType.PROFESSIONAL,
)


class Reader(PagesReader):
    """Reads invoices."""

    spelling = SPELLING
    queues = {"pending": "open", "historical": "sent"}
    parameters = {"queue": "show", "page": "p"}
    total = re.compile(r"Found (\d+) invoices")
    pages = re.compile(r"\d+ / (\d+)")

    def asked_for(self, search: Mapping[str, str], number: int, turned: bool) -> dict[str, str]:
        """The desk knows its states and its two orders, no more."""
        known = {key: value for key, value in search.items() if key in self.parameters}
        order = {"order": "down" if turned else "up"}
        return super().asked_for(known, number, turned) | order


class Editor(PagesEditor):
    """Changes an invoice that was not sent, and puts remarks down."""

    spelling = SPELLING
    stored = re.compile(r"Invoice \S+ updated\.|Remark put down\.")


READER = Reader
EDITOR = Editor
