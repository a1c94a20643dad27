"""What a selector file would have to say: from an outline to a patch, without a browser."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from bots.config import load_yaml
from bots.portals.drift import Repair, concrete, repairs
from bots.portals.edits import Edit
from bots.portals.locators import Locator, Screen, Selectors, load_selectors
from bots.portals.outline import Heads, Outline, Thing
from bots.portals.patch import patch, repaired

ROOT = Path(__file__).parents[2]
FILE = ROOT / "selectors" / "practice.yaml"
SCREENS = load_selectors("practice", FILE).screens


def a_thing(
    at: int, name: str, role: str = "definition", mark: str = "", **facts: object
) -> Thing:
    plain = Thing(at, role, name, name, mark, mark, "", ("", ""), True)
    return replace(plain, **facts)  # type: ignore[arg-type]


def outline(screen: Screen, *things: Thing, tables: dict[str, Heads] | None = None) -> Outline:
    """A page of these elements: each locator matches what a browser would."""
    ranked = dict(concrete(screen).elements)
    ranked |= {name: plan.locate for name, plan in screen.tables.items()}
    found = {
        name: tuple(tuple(t.at for t in things if _matches(locator, t)) for locator in locators)
        for name, locators in ranked.items()
    }
    return Outline({thing.at: thing for thing in things}, found, tables or {})


def _matches(locator: Locator, thing: Thing) -> bool:
    return {
        "role": thing.role == locator.role and locator.name in (None, thing.name),
        "label": thing.label == locator.label,
        "test_id": thing.test_id == locator.test_id,
        "css": locator.css == f"#{thing.id}" and bool(thing.id),
    }[locator.kind]


def of(found: list[Repair], element: str) -> Repair:
    (repair,) = [repair for repair in found if repair.element == element]
    return repair


def test_a_renamed_label_becomes_the_first_locator():
    page = outline(SCREENS["claim"], a_thing(5, "Subscriber ID", mark="member_id"))

    repair = of(repairs("claim", SCREENS["claim"], page), "member_id")

    assert repair.edits[0].value == {"role": "definition", "name": "Subscriber ID"}
    assert "found by test_id member_id" in repair.sentence
    assert '"Subscriber ID"' in repair.sentence


def test_a_name_that_is_another_elements_is_not_proposed():
    """A label that was swapped looks like a rename of both."""
    page = outline(
        SCREENS["claim"],
        a_thing(5, "Group number", mark="member_id"),
        a_thing(6, "Member ID", mark="group_number"),
    )
    found = repairs("claim", SCREENS["claim"], page)
    assert of(found, "member_id").edits == of(found, "group_number").edits == ()
    assert "mean different elements" in of(found, "member_id").sentence


def test_the_name_of_another_element_is_not_proposed_even_where_that_one_is_gone():
    page = outline(SCREENS["claim"], a_thing(5, "Group number", mark="member_id"))
    repair = of(repairs("claim", SCREENS["claim"], page), "member_id")
    assert {"role": "definition", "name": "Group number"} not in [e.value for e in repair.edits]


def test_an_element_that_a_lower_rank_alone_means_against_the_first_is_not_it():
    page = outline(
        SCREENS["claim"], a_thing(5, "Member ID"), a_thing(6, "Member ID"),
        a_thing(7, "Plan", mark="member_id"),
    )  # fmt: skip
    repair = of(repairs("claim", SCREENS["claim"], page), "member_id")
    assert (repair.edits, repair.at) == ((), -1)


def test_a_name_that_two_elements_have_is_not_proposed():
    page = outline(
        SCREENS["claim"], a_thing(5, "Number", mark="member_id"), a_thing(6, "Number", mark="x")
    )
    repair = of(repairs("claim", SCREENS["claim"], page), "member_id")
    assert repair.edits[0].value == {"test_id": "member_id"}


@pytest.mark.parametrize(
    ("names", "proposed"),
    [
        (["Member number"], "Member number"),
        (["Member number", "Plan"], "Member number"),  # the likelier one
        (["Number one", "Number two"], None),
        (["Group"], "Group"),
        ([], None),
    ],
)
def test_where_nothing_is_left_its_place_and_its_likeness_decide(names, proposed):
    things = [a_thing(10, "Filing indicator"), a_thing(90, "Group number")]
    things += [a_thing(20 + at, name) for at, name in enumerate(names)]
    page = outline(SCREENS["claim"], *things)
    repair = of(repairs("claim", SCREENS["claim"], page, ["member_id"]), "member_id")
    if proposed is None:
        assert repair.edits == ()
    else:
        assert repair.edits[0].value == {"role": "definition", "name": proposed}
        assert "by its place alone" in repair.sentence


def test_what_is_known_to_be_none_of_ours_is_not_proposed():
    page = outline(SCREENS["claim"], a_thing(4, "Claim type"), a_thing(5, "Queue", mark="queue"))
    found = repairs("claim", SCREENS["claim"], page, ["status"])
    assert of(found, "status").edits == ()


def test_a_button_is_never_found_by_its_place():
    page = outline(SCREENS["edit"], a_thing(5, "Log out", "button"))
    found = repairs("edit", SCREENS["edit"], page, ["save", "announcement"])
    assert of(found, "save").edits == of(found, "announcement").edits == ()


def box(at: int, name: str, sends: str, *beside: str) -> Thing:
    before, after = beside
    return a_thing(at, name, "textbox", f"edit-{sends}", sends=sends, beside=(before, after))


def test_a_box_that_sends_another_fields_name_is_not_repaired():
    page = outline(
        SCREENS["edit"],
        replace(box(5, "Ordered by", "ordering_npi", "", ""), sends="referring_npi"),
        replace(box(6, "Referred by", "referring_npi", "", ""), sends="ordering_npi"),
    )
    found = repairs("edit", SCREENS["edit"], page)
    assert of(found, "ordering_npi").edits == of(found, "referring_npi").edits == ()
    assert "mean different fields" in of(found, "ordering_npi").sentence


def the_form(without: str = "", **other: tuple[str, str]) -> Outline:
    """The edit form with all its boxes in order; `other` has the boxes beside some of them."""
    screen = SCREENS["edit"]
    things = []
    for at, (element, box_) in enumerate(screen.forms["edit"].boxes.items()):
        first = concrete(screen).elements[element][0]
        number = 2 if "{n}" in box_.sends else 1
        filled = {"line": 1, "n": 2, "before": number - 1, "after": number + 1}
        before, after = other.get(element) or (each.format(**filled) for each in box_.between)
        sends = box_.sends.format(**filled)
        if element != without:
            things.append(box(at, first.name or "", sends, before, after))
    return outline(screen, *things)


PLAN = ("Plan", "Frequency code")


def test_new_neighbours_are_proposed_where_label_and_sending_agree():
    page = the_form(member_id=PLAN)
    (repair,) = repairs("edit", SCREENS["edit"], page)
    path = ("screens", "edit", "forms", "edit", "boxes", "member_id", "between")
    assert repair.edits == (Edit(path, PLAN),)


def test_new_neighbours_are_not_proposed_where_a_box_of_the_form_is_gone():
    page = the_form(without="line_units", member_id=PLAN)
    repair = of(repairs("edit", SCREENS["edit"], page), "member_id")
    assert repair.edits == ()
    assert "not each box of the form is there once" in repair.sentence


def test_a_place_that_two_elements_would_be_given_is_neithers():
    """All labels are gone but one: it stands between whatever is known."""
    page = outline(SCREENS["claim"], a_thing(5, "Encounter date"))
    found = repairs("claim", SCREENS["claim"], page, ("member_id", "group_number"))
    assert of(found, "member_id").edits == of(found, "group_number").edits == ()
    assert "another of our elements as well" in of(found, "member_id").sentence


def test_an_element_about_which_anothers_locators_are_not_of_one_mind_is_not_proposed():
    """Its label was given to its neighbour, whose own mark still says who that is."""
    page = outline(
        SCREENS["claim"],
        a_thing(5, "Account", mark="member_id"),
        a_thing(6, "Member ID", mark="group_number"),
    )
    found = repairs("claim", SCREENS["claim"], page)
    assert of(found, "group_number").edits == of(found, "member_id").edits == ()
    assert "contradict each other about it" in of(found, "group_number").sentence


def test_a_numbered_label_keeps_its_number_as_a_placeholder():
    page = outline(
        SCREENS["edit"],
        box(5, "Qty of line 1", "line-1-units", "Line 1 pointers", "Line 1 charge"),
    )
    repair = of(repairs("edit", SCREENS["edit"], page), "line_units")
    assert repair.edits[0].value == {"role": "textbox", "name": "Qty of line {line}"}


def test_a_heading_is_found_by_its_cells_or_between_the_two_beside_it():
    heads = ["Number", "Code", "NDC", "Given", "Quantity", "Dose", "Route", "Signed"]
    own = dict.fromkeys(SCREENS["documentation"].tables["administrations"].columns, -1)
    tables = {"administrations": Heads(tuple(heads), own | {"units": 4})}
    found = repairs("documentation", SCREENS["documentation"], outline(Screen(), tables=tables))
    assert of(found, "administrations.units").edits[0].value == "Quantity"
    assert of(found, "administrations.given_on").edits[0].value == "Given"
    assert "by its place alone" in of(found, "administrations.given_on").sentence


def test_no_name_with_a_number_of_somebody_is_in_an_outline():
    facts = {"at": 1, "role": "definition", "label": "", "test_id": "row-1EG4000", "id": "a",
             "sends": "", "beside": ["", ""], "shown": True}  # fmt: skip
    told = Outline.of({
        "elements": [facts | {"name": "MRN0004"}, facts | {"at": 2, "name": "Member ID 2"}],
        "found": {}, "tables": {},
    })  # fmt: skip
    assert [thing.name for thing in told.things.values()] == ["", "Member ID 2"]
    assert {thing.test_id for thing in told.things.values()} == {""}


# The patch.

MEMBER = ("screens", "claim", "elements", "member_id")
EDITS = [
    Edit((*MEMBER, 0), {"role": "definition", "name": "Subscriber: ID"}),
    Edit((*MEMBER, 1), {"css": "#subscriber"}),
    Edit((*MEMBER, 2), None),
    Edit(("screens", "claim", "tables", "service_lines", "columns", "units"), "Qty"),
    Edit(("screens", "documentation", "tables", "orders", "locate", 0), {"css": "#o"}),
    Edit(("screens", "edit", "forms", "edit", "boxes", "member_id", "between"), ("", "#1")),
    Edit(("screens", "edit", "forms", "edit", "boxes", "line_units", "between"), ("a, b", "c")),
]  # fmt: skip


def test_a_patch_applies_says_why_and_leaves_the_rest_as_it_was(tmp_path):
    text = FILE.read_text()
    why = Repair("claim", "member_id", "its label was renamed", tuple(EDITS))
    (tmp_path / "selectors").mkdir()
    (tmp_path / "selectors" / "practice.yaml").write_text(text)
    (tmp_path / "it.patch").write_text(patch(text, "selectors/practice.yaml", [why]))

    subprocess.run(["git", "apply", "it.patch"], cwd=tmp_path, check=True)

    new = (tmp_path / "selectors" / "practice.yaml").read_text()
    screens = load_yaml(tmp_path / "selectors" / "practice.yaml", Selectors).screens
    assert (tmp_path / "it.patch").read_text().startswith("# claim.member_id: its label was")
    assert [one.words() for one in screens["claim"].elements["member_id"]] == [
        'role definition "Subscriber: ID"', "css #subscriber",
    ]  # fmt: skip
    assert screens["claim"].tables["service_lines"].columns["units"] == "Qty"
    assert screens["edit"].forms["edit"].boxes["member_id"].between == ("", "#1")
    assert screens["edit"].forms["edit"].boxes["line_units"].between == ("a, b", "c")
    moved = set(text.splitlines()) ^ set(new.splitlines())
    assert len(moved) <= 2 * len(EDITS)


def test_a_file_of_another_layout_is_written_anew_with_its_comments():
    text = """screens:
  claim:
    elements:  # those of a claim
      a: [{role: definition, name: A}, {css: "#a"}]
      b:
        - role: definition
          name: B
"""
    where = ("screens", "claim", "elements")
    new = repaired(text, [Edit((*where, "a", 1), None), Edit((*where, "b", 0), {"css": "#b"})])
    assert "# those of a claim" in new
    assert "#a" not in new
    assert "#b" in new


def test_an_edit_of_a_place_that_is_not_there_is_left_out():
    text = FILE.read_text()
    assert repaired(text, [Edit(("screens", "nowhere", "elements", "a", 0), None)]) == text
