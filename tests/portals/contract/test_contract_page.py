"""The page of the contract and its items name each other, and the verdict is what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_origin

import pytest
from pydantic import BaseModel

from bots.config import ConfigProblem
from bots.portals.contract.items import Item, Level, all_items, item
from bots.portals.contract.specimens import Specimens, load_specimens
from bots.portals.contract.verdict import Result, State, judged
from bots.portals.locators import Locator

ROOT = Path(__file__).parents[3]
SPECIMENS = ROOT / "config" / "contract" / "practice.yaml"


def table_of_items() -> str:
    """The table that docs/contract.md must have."""
    rows = []
    for one in sorted(all_items().values(), key=lambda one: (one.level, one.id)):
        marks = [*(["writes"] if one.writes else []), *(["essential"] if one.essential else [])]
        rows.append(f"| `{one.id}` | {one.level.word} | {one.sentence} | {', '.join(marks)} |")
    return "\n".join(["| item | level | what it demands | |", "|---|---|---|---|", *rows])


def test_the_page_names_every_item_and_no_other():
    page = (ROOT / "docs" / "contract.md").read_text("utf-8")
    found = re.search(r"<!-- items -->\n(.*?)<!-- /items -->", page, re.DOTALL)
    assert found is not None
    assert found[1].strip() == table_of_items(), f"it should be:\n{table_of_items()}"


def keys(model: type[BaseModel], before: str = "") -> Iterator[tuple[str, str]]:
    """Each key of a file with its meaning, what is below it opened up."""
    for name, field in model.model_fields.items():
        key = f"{before}{field.alias or name}"
        yield key, field.description or ""
        parts = (field.annotation, *get_args(field.annotation))
        for inner in parts:
            # How an element is found docs/portals.md says.
            if isinstance(inner, type) and issubclass(inner, BaseModel) and inner is not Locator:
                is_dict = get_origin(field.annotation) is dict
                yield from keys(inner, f"{key}.NUMBER." if is_dict else f"{key}.")


def table_of_specimens() -> str:
    """The table of keys that docs/contract.md must have."""
    told: dict[str, str] = {}  # what stands in several places the same way is told once
    for key, meaning in keys(Specimens):
        # A request and a list are told under their own names.
        section, _, last = key.rpartition(".")
        if section.startswith(("requests.", "lists.")):
            key = f"{section.partition('.')[0]}.*.{last}"
        told.setdefault(key, meaning)
    rows = [f"| `{key}` | {meaning} |" for key, meaning in told.items()]
    return "\n".join(["| key | what it is |", "|---|---|", *rows])


def test_the_page_names_every_key_of_the_specimens():
    page = (ROOT / "docs" / "contract.md").read_text("utf-8")
    found = re.search(r"<!-- specimens -->\n(.*?)<!-- /specimens -->", page, re.DOTALL)
    assert found is not None
    assert found[1].strip() == table_of_specimens(), f"it should be:\n{table_of_specimens()}"


async def _nothing(trial: object) -> None:
    return


def an_item(id: str, level: Level, *, essential: bool = False) -> Item:
    return Item(id, level, "It does.", _nothing, writes=False, essential=essential)


BRONZE, SILVER, GOLD = (
    an_item(f"a-{level.word}", level) for level in (Level.BRONZE, Level.SILVER, Level.GOLD)
)


@pytest.mark.parametrize(
    ("states", "level"),
    [
        ((State.HELD, State.HELD, State.HELD), Level.GOLD),
        ((State.HELD, State.EXEMPT, State.HELD), Level.GOLD),
        ((State.HELD, State.HELD, State.BROKEN), Level.SILVER),
        ((State.HELD, State.NOT_TRIED, State.HELD), Level.BRONZE),
        ((State.BROKEN, State.HELD, State.HELD), Level.NONE),
    ],
)
def test_a_level_needs_all_below_it(states: tuple[State, ...], level: Level):
    items = (BRONZE, SILVER, GOLD)
    results = [Result(one, state) for one, state in zip(items, states, strict=True)]
    assert judged(results).level is level


def test_no_exemption_covers_what_is_essential():
    essential = Result(an_item("b-gold", Level.GOLD, essential=True), State.EXEMPT, "none here")
    held = [Result(one, State.HELD) for one in (BRONZE, SILVER, GOLD)]
    verdict = judged([*held, essential])
    assert verdict.level is Level.SILVER
    assert verdict.before_next == (essential,)


def test_a_level_of_which_nothing_was_asked_is_not_earned():
    assert judged([Result(BRONZE, State.HELD), Result(GOLD, State.HELD)]).level is Level.BRONZE


@pytest.mark.parametrize(
    ("exempt", "words"),
    [
        ("correct-lost-response", "essential"),
        ("correct-no-such-thing", "no item"),
    ],
)
def test_an_exemption_names_an_item_that_may_be_exempt(tmp_path: Path, exempt: str, words: str):
    text = re.sub(r"\nexempt:.*", "", SPECIMENS.read_text("utf-8"), flags=re.DOTALL)
    path = tmp_path / "acme.yaml"
    path.write_text(f'{text}\nexempt:\n  {exempt}: "this portal has no such thing"\n')
    with pytest.raises(ConfigProblem, match=words) as raised:
        load_specimens(path)
    assert f"{path}:" in str(raised.value)


def test_the_specimens_of_the_practice_portal_can_be_read():
    assert load_specimens(SPECIMENS).correct is not None


@pytest.mark.parametrize(
    ("id", "sentence"),
    [("open-fields", "Taken."), ("Bad id", "It does."), ("a-new-one", "no full stop")],
)
def test_an_item_has_an_id_of_its_own_and_a_sentence(id: str, sentence: str):
    all_items()
    with pytest.raises(ValueError, match=re.escape(id)):
        item(id, Level.GOLD, sentence)
