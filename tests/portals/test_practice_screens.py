"""From saved screens to claims, without a browser. A case is a folder; adding one adds no code."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.claims import Change, Claim
from bots.portals import boxes, claim_screen
from bots.portals.base import ElementMissing, NotSure, PortalError, Unreadable
from bots.portals.locators import load_selectors
from bots.portals.practice_screens import (
    NOT_SHOWN,
    SPELLING,
    to_documentation,
    to_lines_edited,
)
from bots.portals.screen import Seen, read_text

CASES = sorted((Path(__file__).parent / "screens").iterdir())
ROOT = Path(__file__).parents[2]
SCREENS = load_selectors("practice", ROOT / "selectors" / "practice.yaml").screens


def seen(case: Path, name: str) -> Seen:
    return Seen.from_json(name, SCREENS[name], (case / f"{name}.seen.json").read_text())


def to_claim(shown: Seen, lines_edited: bool | None = None) -> Claim:
    return claim_screen.to_claim(shown, SPELLING, lines_edited=lines_edited, not_shown=NOT_SHOWN)


def boxes_for(changes: list[Change]) -> list[boxes.Box]:
    return boxes.boxes_for(changes, SCREENS["edit"], SPELLING)


def as_text(fact: object) -> object:
    return json.loads(json.dumps(asdict(fact), default=str))  # type: ignore[call-overload]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_saved_screen_gives_the_claim_we_expect(case: Path):
    expected = json.loads((case / "expected.json").read_text())
    claim = to_claim(seen(case, "claim"), to_lines_edited(seen(case, "history")))
    assert as_text(claim) == expected["claim"]
    assert as_text(to_documentation(seen(case, "documentation"))) == expected["documentation"]


def altered(element: str, text: str) -> Seen:
    whole = seen(CASES[0], "claim")
    return Seen(
        whole.name,
        whole.screen,
        whole.path,
        whole.language,
        dict(whole.values) | {element: [text, 1, 1]},
        whole.tables,
    )


@pytest.mark.parametrize(
    ("element", "text"),
    [
        ("total_charge", "1.234,50"),
        ("total_charge", "101"),
        ("birth_date", "31/12/1960"),
        ("birth_date", "1960-12-31"),
        ("created_on", "02/30/2026"),
        ("status", "Paid in part"),
        ("sex", "X"),
        ("on_hold", "Ja"),
        ("claim_type", "Dental"),
        ("member_id", "1EG4…"),
        ("member_id", "1EG4..."),
        ("member_id", "*****1234"),
        ("member_id", "1ЕG4TE5MK73"),  # a Cyrillic letter
        ("member_id", "1EG4\u200bTE5"),
        ("record_number", "MRN\uff11"),
        ("place_of_service", "\u00a011"),
    ],
)
def test_a_text_that_has_no_meaning_is_unreadable_and_never_quoted(element: str, text: str):
    with pytest.raises(Unreadable, match=element) as raised:
        to_claim(altered(element, text))
    assert text not in str(raised.value)


def test_names_may_have_their_own_letters():
    assert to_claim(altered("last_name", "Nuñez-Łęcki")).patient.last_name == "Nuñez-Łęcki"


def test_a_missing_element_names_its_screen_and_the_locators_tried():
    whole = seen(CASES[0], "claim")
    values = {name: value for name, value in whole.values.items() if name != "member_id"}
    less = Seen("claim", whole.screen, whole.path, "en-US", values, whole.tables)
    with pytest.raises(ElementMissing) as raised:
        to_claim(less)
    assert str(raised.value) == (
        'claim: member_id: not found; tried role definition "Member ID", test_id member_id, '
        "css #member_id"
    )


@given(st.text())
def test_any_text_is_read_as_it_is_or_refused_without_being_quoted(text: str):
    try:
        told = read_text(text, "claim: note")
    except PortalError as refusal:
        told = str(refusal)
    assert told == text or told.startswith("claim: note: ")


@given(st.sampled_from(["member_id", "total_charge", "birth_date", "status"]), st.text())
def test_a_screen_with_any_text_gives_a_claim_or_a_portals_error(element: str, text: str):
    try:
        told = to_claim(altered(element, text)).number
    except PortalError as refusal:
        told = str(refusal)
    assert told == "C00060" or element in told


@pytest.mark.parametrize(
    ("events", "edited"),
    [
        (["created"], False),
        (["created", "line changed"], True),
        (["created", "line changed", "recalculated"], False),
        (["created", "recalculated", "line removed"], True),
        (["created", "field changed", "note", "hold", "release"], False),
        ([], False),
    ],
)
def test_lines_are_edited_when_changed_after_the_total_was_computed(events: list, edited: bool):
    table = {"rank": 1, "matches": 1, "lost": [], "doubled": [], "rows": [["", e] for e in events]}
    history = Seen("history", SCREENS["history"], "/", "en-US", {}, {"events": table})
    assert to_lines_edited(history) is edited


def test_changes_go_into_the_boxes_in_the_portals_spelling():
    changes = [
        Change("service_date", 2, "2026-09-03", "2026-09-04"),
        Change("diagnoses", None, "A10.1 B20", "B20"),
        Change("total_charge", None, "1.00", "2.00"),
    ]
    boxes = [(box.element, box.values, box.before, box.after) for box in boxes_for(changes)]
    assert boxes == [
        ("line_service_date", {"line": 2}, "09/03/2026", "09/04/2026"),
        ("diagnosis", {"n": 1}, "A10.1", "B20"),
        ("diagnosis", {"n": 2}, "B20", ""),
        ("diagnosis", {"n": 3}, "", ""),
    ]


def test_a_field_without_a_box_is_not_sure():
    with pytest.raises(NotSure, match="no box"):
        boxes_for([Change("status", None, "a", "b")])
