"""The page of national edits says what the catalogue does, and nothing more."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bots.checks import by_id

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "benchmarks"))

from coverage_page import PAGE, Edit, faults, read_edits, render  # noqa: E402

DONE = Edit("I/OCE", "18", "An inpatient procedure", "done", ("inpatient-only",), "")


def test_the_page_is_what_the_edits_and_the_catalogue_make():
    """`python benchmarks/coverage_page.py` writes it anew."""
    assert list(faults(read_edits(), by_id())) == []
    assert PAGE.read_text(encoding="utf-8") == render(read_edits())


def test_every_edit_of_the_two_editors_and_every_chapter_stands_on_it():
    numbers = {(edit.of, edit.number) for edit in read_edits()}

    assert {("I/OCE", str(number)) for number in range(1, 112)} <= numbers
    assert {("MCE", str(number)) for number in range(1, 21)} <= numbers
    chapters = ["I.A", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII"]
    assert {("NCCI", chapter) for chapter in chapters} <= numbers


def test_a_check_that_disappears_is_a_fault():
    assert list(faults([DONE], ["inpatient-only"])) == []
    assert list(faults([DONE], [])) == ["I/OCE 18: there is no check inpatient-only"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"state": "not"}, "names a check"),
        ({"checks": ()}, "names no check"),
        ({"state": "partly"}, "does not say why"),
        ({"state": "nearly"}, "no state"),
        ({"of": "OCE"}, "no such list"),
    ],
)
def test_a_state_that_its_checks_contradict_is_a_fault(wrong, words):
    assert any(words in fault for fault in faults([replace(DONE, **wrong)], by_id()))


def test_an_edit_that_stands_twice_is_a_fault():
    assert list(faults([DONE, DONE], by_id())) == ["I/OCE 18: stands twice"]
