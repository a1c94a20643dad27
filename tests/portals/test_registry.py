"""An office's own portal stands beside its selector files, and is loaded from there."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.errors import Problem
from bots.portals.practice import PracticeEditor, PracticeReader
from bots.portals.registry import editor_of, reader_of

GOOD = "class READER: ...\nclass EDITOR: ...\n"


@pytest.fixture
def portals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("config", "selectors", "portals"):
        (tmp_path / name).mkdir()
    (tmp_path / "selectors" / "acme.yaml").touch()
    monkeypatch.setenv("CLAIMBOTS_CONFIG", str(tmp_path / "config"))
    return tmp_path / "portals"


def test_ours_is_found_without_a_file_of_the_office(portals: Path):
    assert reader_of("practice") is PracticeReader
    assert editor_of("practice") is PracticeEditor


def test_the_offices_own_is_found_by_its_name(portals: Path):
    (portals / "acme.py").write_text(GOOD)

    assert reader_of("acme").__name__ == "READER"
    assert editor_of("acme").__name__ == "EDITOR"


def test_a_file_of_the_office_does_not_take_the_place_of_ours(portals: Path):
    (portals / "practice.py").write_text(GOOD)

    assert reader_of("practice") is PracticeReader


def test_a_room_of_the_package_is_no_portal(portals: Path):
    with pytest.raises(Problem, match="no portal of the kind 'screen' is known") as raised:
        reader_of("screen")
    assert "acme" in raised.value.sentence()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("READER = 1 / 0\n", "ZeroDivisionError"),
        ("class READER: ...\n", "has no attribute 'EDITOR'"),
        ("import no_such_package\n", "No module named 'no_such_package'"),
        ("def (\n", "SyntaxError"),
    ],
)
def test_a_module_that_cannot_be_loaded_names_its_file(portals: Path, text: str, said: str):
    (portals / "acme.py").write_text(text)

    with pytest.raises(Problem) as raised:
        reader_of("acme")
    assert said in raised.value.sentence()
    assert str(portals / "acme.py") in raised.value.sentence()
