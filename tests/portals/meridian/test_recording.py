"""`claimbots portal record` drafts a selector file that the bots can work with."""

from __future__ import annotations

from pathlib import Path

import pytest
from portals.meridian.office import Meridian

from bots.portals.locators import load_selectors
from bots.portals.making.laying_out import pattern_of

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def recorded(meridian: Meridian) -> str:
    done = meridian.claimbots(
        "portal", "record", "drafted", meridian.address,
        "--steps", str(HERE / "steps.yaml"), "--credential", "meridian",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_is_drafted_is_what_a_person_wrote_but_for_what_only_a_person_knows(
    meridian: Meridian, recorded: str
):
    written = load_selectors("meridian", HERE / "meridian.yaml")
    drafted = load_selectors("drafted", meridian.office / "selectors" / "drafted.yaml")

    assert drafted.log_in_paths == written.log_in_paths
    for name in ("door", "list", "claim", "edit"):
        ours, theirs = written.screens[name], drafted.screens[name]
        assert theirs.at == ours.at
        for table, wanted in ours.tables.items():
            assert theirs.tables[table].columns == wanted.columns
        for element in ours.elements:
            if element not in ("alert", "status_message", "not_editable"):  # not there just now
                assert element in theirs.elements, f"{name}.{element}"
    assert drafted.screens["edit"].forms["change_invoice"] == written.screens["edit"].forms["edit"]
    assert drafted.screens["claim"].forms["new_remark"] == written.screens["claim"].forms["note"]


def test_no_value_of_a_patient_is_in_what_was_drafted(meridian: Meridian, recorded: str):
    files = (
        meridian.office / "selectors" / "drafted.yaml",
        meridian.office / "portals" / "drafted.py",
    )
    drafted = recorded + "".join(path.read_text() for path in files)

    for value in ("Family1", "Given1", "CH00001", "BMX0000001", "MV-0001", "meridian-pass"):
        assert value not in drafted


def test_the_module_knows_the_language_and_what_the_portal_says_after_a_save(
    meridian: Meridian, recorded: str
):
    module = (meridian.office / "portals" / "drafted.py").read_text()

    assert 'language="en-GB"' in module
    assert r'total = re.compile(r"Found ([\d.,]+) invoices")' in module
    assert r'pages = re.compile(r"\d+ / (\d+)")' in module
    assert r'stored = re.compile(r"Invoice \S+ updated\.")' in module


def test_what_is_there_is_not_written_over(meridian: Meridian, recorded: str):
    again = meridian.claimbots("portal", "new", "drafted")

    assert again.returncode == 2
    assert "it is there already" in again.stderr


@pytest.mark.parametrize(
    ("said", "pattern"),
    [
        ("Saved.", r"Saved\."),
        ("Invoice MV-0001 updated.", r"Invoice \S+ updated\."),
        ("Saved. Version 7", r"Saved\. Version \S+"),
        ("Stored as 17.", r"Stored as \S+\."),
    ],
)
def test_numbers_in_what_a_portal_says_may_be_any(said: str, pattern: str):
    assert pattern_of(said) == pattern
