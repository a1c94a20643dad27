"""The first draft of a selector file: from a page's outline to named elements with locators.

Plain functions. What a page says is matched against `bots.portals.making.vocabulary`; what matches
nothing is told, so that a person can name it. Every locator is then tried on the page
(`bots.portals.making.recording`), and one that does not match exactly once is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from bots.portals.making import vocabulary as words
from bots.portals.making.vocabulary import named, plain_words

Locator = dict[str, str]
# Words of ours that the door, a list or a form has beside the claim's own.
SCREENS = ("door", "list", "claim", "edit")


@dataclass
class Draft:
    """One screen of a selector file in the making; `unnamed` are labels without a name of ours."""

    at: str
    elements: dict[str, list[Locator]] = field(default_factory=dict)
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    forms: dict[str, dict[str, Any]] = field(default_factory=dict)
    unnamed: list[str] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
        """As the file has it."""
        data: dict[str, Any] = {"at": self.at, "elements": self.elements}
        data |= {"tables": self.tables} if self.tables else {}
        return data | ({"forms": self.forms} if self.forms else {})


@dataclass(frozen=True)
class Outline:
    """What `drafting.js` told of a page."""

    told: Mapping[str, Any]

    @classmethod
    def from_json(cls, text: str) -> Outline:
        """From the script's answer."""
        return cls(json.loads(text))

    def __getitem__(self, kind: str) -> list[dict[str, Any]]:
        return list(self.told[kind])


def draft_of(screen: str, outline: Outline, claim: str = "") -> Draft:
    """The draft of one of `SCREENS`; `claim` is the number of the claim that the page shows."""
    path = str(outline.told["path"])
    draft = Draft(path.replace(claim, "{claim}") if claim else path)
    {"door": _door, "list": _list, "claim": _claim, "edit": _edit}[screen](draft, outline, claim)
    for said in outline["says"]:
        if said["role"] == "alert":
            draft.elements.setdefault("alert", [{"role": "alert"}])
        elif screen in ("claim", "edit"):
            draft.elements.setdefault("status_message", marks_of(said))
    draft.elements = {name: found for name, found in draft.elements.items() if found}
    return draft


def _door(draft: Draft, outline: Outline, claim: str) -> None:
    draft.at = "/"
    for control in outline["controls"]:
        name = "password" if control["kind"] == "password" else named(control["label"], words.DOOR)
        _put(draft, name, control, _of_control(control), control["label"])
    for button in outline["buttons"]:
        if plain_words(button["label"]) in words.ENTER:
            draft.elements.setdefault("log_in", _of_button(button))


def _list(draft: Draft, outline: Outline, claim: str) -> None:
    for table in outline["tables"]:
        columns = _columns(table["heads"], words.LISTED)
        if "number" in columns:
            draft.tables["claims"] = {"locate": _of_table(table), "columns": columns}
            break
    total = _first(outline["counts"], _COUNTED)
    page = _first(outline["counts"], _PAGED)
    for name, found in (("total_count", total), ("page_status", page)):
        if found:
            draft.elements[name] = marks_of(found)


# "61 claims", "Found 61 invoices"; "Page 1 of 3", "1 / 3". Numbers are told as #.
_COUNTED = re.compile(r".*#\s*(claim|invoice|result|record|item|row)s?\b.*", re.I)
_PAGED = re.compile(r"\D*#\s*(/|of)\s*#\D*", re.I)


def counted(outline: Outline) -> tuple[str, str]:
    """What a list says of how many claims and how many pages it has, # for each number."""
    found = (_first(outline["counts"], words) for words in (_COUNTED, _PAGED))
    total, pages = (str(count["words"]) if count else "" for count in found)
    return total, pages


def _first(counts: list[dict[str, Any]], words: re.Pattern[str]) -> dict[str, Any] | None:
    return next((count for count in counts if words.fullmatch(count["words"])), None)


def _claim(draft: Draft, outline: Outline, claim: str) -> None:
    for pair in outline["pairs"]:
        name = named(pair["heading"], words.CLAIM)
        _put(draft, name, pair, _of_pair(pair), pair["heading"])
    for table in outline["tables"]:
        _table(draft, table)
    for control in outline["controls"]:
        if plain_words(control["label"]) in words.NOTE_TEXT:
            draft.elements.setdefault("note_text", _of_control(control))
    for button in outline["buttons"]:
        if plain_words(button["label"]) in words.ADD_NOTE:
            draft.elements.setdefault("add_note", _of_button(button))
    for link in outline["links"]:
        if plain_words(link["label"]) in words.EDIT:
            draft.elements.setdefault("edit_claim", [{"role": "link", "name": link["label"]}])


def _edit(draft: Draft, outline: Outline, claim: str) -> None:
    for pair in outline["pairs"]:
        if named(pair["heading"], words.CLAIM) in ("claim_number", "version"):
            name = named(pair["heading"], words.CLAIM)
            _put(draft, name, pair, _of_pair(pair), pair["heading"])
    form = next((f for f in outline["forms"] if claim and claim in f["label"]), None)
    for control in outline["controls"]:
        name, label = _box(control["label"])
        if form and control["form"] != form["label"]:
            continue
        _put(draft, name, control, _of_control(control | {"label": label}), control["label"])
    for button in outline["buttons"]:
        if plain_words(button["label"]) in words.SAVE:
            draft.elements.setdefault("save", _of_button(button))


_NUMBERED = re.compile(r"^(?P<before>.*?)\b1\b(?P<after>.*)$")


def _box(label: str) -> tuple[str, str]:
    """Our name of a form's box by its label, and the label with `{line}` for the line's number."""
    if found := _NUMBERED.match(label):
        before, after = found["before"], found["after"]
        if column := named(after, words.LINE):
            return f"line_{column}", f"{before}{{line}}{after}"
        if not after.strip() and plain_words(before) in ("diagnosis", "dx", "icd", "reason"):
            return "diagnosis", f"{before}{{n}}"
    return named(label, words.CLAIM), label


def _table(draft: Draft, table: dict[str, Any]) -> None:
    for name, columns, needed in (
        ("service_lines", words.LINE, {"procedure", "units"}),
        ("diagnoses", words.DIAGNOSIS, {"code"}),
        ("providers", words.PROVIDER, {"role", "npi"}),
        ("notes", words.NOTE, set()),
    ):
        found = _columns(table["heads"], columns)
        if name not in draft.tables and found and needed <= set(found):
            draft.tables[name] = {"locate": _of_table(table), "columns": found}
            return
    draft.unnamed.append(f"table {table['label'] or '(no name)'}: {', '.join(table['heads'])}")


def _columns(heads: list[str], known: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    columns: dict[str, str] = {}
    for head in heads:
        if name := named(head, known):
            columns.setdefault(name, head)
    return columns


def _put(
    draft: Draft, name: str, found: Mapping[str, Any], locators: list[Locator], label: str
) -> None:
    if not name:
        if label:
            draft.unnamed.append(label)
        return
    draft.elements.setdefault(name, locators)


# Ranked: what a person reads first, then what the page's author wrote, then where it stands.


def _of_control(control: Mapping[str, Any]) -> list[Locator]:
    label, found = control["label"], []
    if label and control["kind"] in ("text", "email", "tel", "url", "textarea"):
        found.append({"role": "textbox", "name": label})
    elif label and control["kind"] == "select":
        found.append({"role": "combobox", "name": label})
    if label:
        found.append({"label": label})
    return [*found, *marks_of(control)]


def _of_button(button: Mapping[str, Any]) -> list[Locator]:
    return [{"role": "button", "name": button["label"]}, *marks_of(button)]


def _of_pair(pair: Mapping[str, Any]) -> list[Locator]:
    found: list[Locator] = [{"label": pair["label"]}] if pair["label"] else []
    return [*found, {"beside": pair["heading"]}, *marks_of(pair)]


def _of_table(table: Mapping[str, Any]) -> list[Locator]:
    found = [{"role": "table", "name": table["label"]}] if table["label"] else []
    return [*found, *marks_of(table)]


def marks_of(element: Mapping[str, Any]) -> list[Locator]:
    """What the page's author marked an element with, as locators."""
    return list(_each_mark(element))


def _each_mark(element: Mapping[str, Any]) -> Iterator[Locator]:
    if element["test_id"]:
        yield {"test_id": element["test_id"]}
    # An id with a number in it is another one on the next claim.
    if re.fullmatch(r"[A-Za-z][\w-]*", element["id"]) and not re.search(r"\d", element["id"]):
        yield {"css": f"#{element['id']}"}
    for name in element.get("classes", ())[:1]:
        yield {"css": f".{name}"}


def forms_of(told: Mapping[str, Mapping[str, Any]], claim: str) -> dict[str, dict[str, Any]]:
    """The forms that elements belong to, by what `sure.js` told of each; see `locators.Form`."""
    forms: dict[str, dict[str, Any]] = {}
    for element, facts in told.items():
        if not facts["form"]:
            continue
        name = facts["form"].replace(claim, "{claim}") if claim else facts["form"]
        path = urlsplit(facts["to"]).path
        form = forms.setdefault(
            plain_words(name.replace("{claim}", "")).replace(" ", "_"),
            {
                "name": name,
                "to": path.replace(claim, "{claim}") if claim else path,
                "boxes": {},
                "buttons": {},
            },
        )
        if facts["is_button"]:
            form["buttons"][element] = {facts["sends"]: facts["sent"]} if facts["sends"] else {}
            continue
        number = "line" if element.startswith("line_") else "n" if element == "diagnosis" else ""
        before, after = facts["before"], facts["after"]
        if number == "n":
            # The first of its kind was recorded: what stands before the second is the first.
            after = _numbers(after, "2", "{after}")
            before = after.replace("{after}", "{before}")
        form["boxes"][element] = {
            "sends": _numbers(facts["sends"], "1", f"{{{number}}}") if number else facts["sends"],
            "between": [_numbers(before, "1", "{line}"), _numbers(after, "1", "{line}")]
            if number == "line"
            else [before, after],
        }
    return {name: form for name, form in forms.items() if form["buttons"]}


def _numbers(text: str, number: str, by: str) -> str:
    return re.sub(rf"(?<!\d){number}(?!\d)", by, text, count=1)
