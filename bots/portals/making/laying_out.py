"""The files of a new portal, as `claimbots portal new` and `portal record` lay them out.

One module of Python, one selector file, the specimens for the contract, and a page that says what
is still to do. All stand beside the office's `config/`; what is there is never written over.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bots.errors import Problem

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Facts:
    """What is known of a portal before anybody has written a line."""

    name: str
    language: str = "en-US"
    total: str = r"([\d,]+) claims?"
    pages: str = r"Page \d+ of (\d+)"
    stored: str = r"Saved\."


MODULE = '''"""{Title}: how this portal spells, and how its list is searched.

Where things are stands in selectors/{name}.yaml. docs/portals.md says what else may be had
otherwise: override a method of `PagesReader` or `PagesEditor` here.
"""

from __future__ import annotations

import re

from bots.claims import ClaimType
from bots.portals.pages import PagesReader
from bots.portals.pages_editor import PagesEditor
from bots.portals.spelling import Spelling

SPELLING = Spelling(
    language="{language}",  # the lang of its pages: in another one 03/04 is another day
    day="%m/%d/%Y",
    thousands=",",
    decimal=".",
    statuses=(),  # the states a claim may have, in the portal's words
    only_type=ClaimType.PROFESSIONAL,  # take it out where the screen says the type
)


class Reader(PagesReader):
    """Reads the claims."""

    spelling = SPELLING
    # The portal's words for our two queues, and for what its list is asked by.
    queues = {{"pending": "pending", "historical": "historical"}}
    parameters = {{"queue": "queue", "since": "from", "until": "to", "page": "page"}}
    total = re.compile(r"{total}")
    pages = re.compile(r"{pages}")


class Editor(PagesEditor):
    """Changes a claim and puts notes on it."""

    spelling = SPELLING
    stored = re.compile(r"{stored}")  # what the portal says when it has stored something


READER = Reader
EDITOR = Editor
'''

PAGE = """# {Title}

A portal of ours. What is done, what is to do, what does not apply and why.

| | |
|---|---|
| reads a claim whole | to do |
| the list counts right over its pages | to do |
| a refused log-in is told from a portal that is down | to do |
| a save is confirmed by reading back | to do |
| a refusal is told in the portal's words | to do |
| a flag is put down and found again | to do |

`claimbots portal check {name}` says what its screens answer to.
"""

SELECTORS: Mapping[str, Any] = {
    "log_in_paths": ["/login"],
    "screens": {
        "door": {
            "at": "/",
            "elements": {
                "signed_in_user": [{"css": "#user"}],
                "username": [{"role": "textbox", "name": "User name"}],
                "password": [{"label": "Password"}],
                "log_in": [{"role": "button", "name": "Log in"}],
                "alert": [{"role": "alert"}],
            },
        },
        "list": {
            "at": "/claims",
            "elements": {
                "total_count": [{"css": "#total"}],
                "page_status": [{"css": "#page"}],
            },
            "tables": {
                "claims": {
                    "locate": [{"role": "table", "name": "Claims"}],
                    "columns": {"number": "Claim number", "status": "Status"},
                }
            },
        },
        "claim": {
            "at": "/claims/{claim}",
            "elements": {
                "claim_number": [{"beside": "Claim number"}],
                "status": [{"beside": "Status"}],
                "member_id": [{"beside": "Member ID"}],
                "total_charge": [{"beside": "Total charge"}],
            },
            "tables": {
                "service_lines": {
                    "locate": [{"role": "table", "name": "Service lines"}],
                    "columns": {
                        "number": "Line", "procedure": "Procedure", "units": "Units",
                        "charge": "Charge", "service_date": "Service date",
                    },
                }
            },
        },
        "edit": {
            "at": "/claims/{claim}/edit",
            "elements": {
                "claim_number": [{"beside": "Claim number"}],
                "save": [{"role": "button", "name": "Save"}],
                "member_id": [{"role": "textbox", "name": "Member ID"}],
                "line_units": [{"role": "textbox", "name": "Line {line} units"}],
            },
            "forms": {
                "edit": {
                    "name": "Edit claim {claim}",
                    "to": "/claims/{claim}/edit",
                    "boxes": {
                        "member_id": {"sends": "member_id", "between": ["", ""]},
                        "line_units": {"sends": "units-{line}", "between": ["", ""]},
                    },
                    "buttons": {"save": {}},
                }
            },
        },
    },
}  # fmt: skip


def lay_out(
    facts: Facts,
    folder: Path,
    selectors: Mapping[str, Any] = SELECTORS,
    unnamed: Mapping[str, Sequence[str]] | None = None,
) -> list[Path]:
    """Write a new portal's files into an office's folder; what was written, in order.

    `unnamed` are labels by screen that nobody has given one of our names.

    Raises:
        Problem: the name is none, or one of the files is there.
    """
    if not _NAME.fullmatch(facts.name):
        raise Problem(
            f"{facts.name!r} cannot be a portal's name",
            where="portal",
            do="use small letters, digits and _, a letter first",
        )
    files = {
        folder / "selectors" / f"{facts.name}.yaml": _yaml(facts, selectors, unnamed or {}),
        folder / "portals" / f"{facts.name}.py": _filled(MODULE, facts),
        folder / "portals" / f"{facts.name}.md": _filled(PAGE, facts),
    }
    for path in files:
        if path.exists():
            raise Problem("it is there already", where=str(path), do="move it away first")
    for path, text in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise Problem(
                f"it cannot be written ({error.strerror})", where=str(path), do="own that place"
            ) from error
    return list(files)


def pattern_of(words: str) -> str:
    """What the portal said once, as a pattern of what it says: numbers and codes are any."""
    parts = [
        r"\S+" if any(letter.isdigit() for letter in word) else re.escape(word)
        for word in words.split()
    ]
    text = r" ".join(parts)
    # A sentence that ends in a number ends with its full stop.
    return text + (r"\." if words.endswith(".") and text.endswith(r"\S+") else "")


def total_of(words: str) -> str:
    """The pattern of how many: "Found # invoices" is `Found ([\\d,]+) invoices`."""
    return re.escape(words).replace(r"\#", r"([\d.,]+)", 1).replace("\\ ", " ")


def pages_of(words: str) -> str:
    """The pattern of how many pages: "# / #" is `\\d+ / (\\d+)`; the second number counts."""
    return re.escape(words).replace(r"\#", r"\d+", 1).replace(r"\#", r"(\d+)").replace("\\ ", " ")


def _filled(template: str, facts: Facts) -> str:
    title = facts.name.replace("_", " ").capitalize()
    return template.format(
        Title=title, name=facts.name, language=facts.language, total=facts.total,
        pages=facts.pages, stored=facts.stored,
    )  # fmt: skip


def _yaml(facts: Facts, selectors: Mapping[str, Any], unnamed: Mapping[str, Sequence[str]]) -> str:
    yaml = YAML()
    yaml.width = 100
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    yaml.dump(dict(selectors), out)
    head = (
        f"# Where things are on {facts.name}'s pages; what they mean stands in "
        f"portals/{facts.name}.py.\n# Locators are ranked; a write goes through the first one "
        "only (docs/portals.md).\n\n"
    )
    told = [
        f"#   {label}"
        for screen, labels in unnamed.items()
        for label in (f"{screen}:", *(f"  {one}" for one in labels))
        if labels
    ]
    tail = (
        "\n# What has no name of ours yet, by screen:\n" + "\n".join(told) + "\n" if told else ""
    )
    return head + out.getvalue() + tail
