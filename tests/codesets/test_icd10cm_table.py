"""ICD-10-CM as it stands in the tabular list, and against the package's own reading of it."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from bots.checks import (
    demographic_age,
    diagnosis_circulation,
    diagnosis_infection,
    diagnosis_injury,
    diagnosis_pregnancy,
    diagnosis_sequence,
    diagnosis_specific,
)
from bots.codesets import CodeSets, IcdCode, open_codesets
from bots.codesets.icd10cm import RELEASE, build_icd10cm, covers

DAY = date(2026, 5, 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("codesets")
    assert build_icd10cm(into) is True
    return into


@pytest.fixture(scope="module")
def codesets(folder: Path) -> CodeSets:
    return open_codesets(folder)


@pytest.fixture(scope="module")
def code(codesets: CodeSets):
    def find(text: str) -> IcdCode:
        row = codesets.icd10cm.find(text, on=DAY)
        assert row is not None, text
        return row

    return find


def test_the_release_is_built_once(folder):
    before = (folder / "icd10cm-2026-04.sqlite3").stat().st_mtime_ns
    assert build_icd10cm(folder) is False
    assert (folder / "icd10cm-2026-04.sqlite3").stat().st_mtime_ns == before


def test_the_package_is_never_imported():
    asked = "import sys, bots.codesets.icd10cm, bots.codesets.store; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "bots.codesets.store" in loaded
    assert "simple_icd_10_cm" not in loaded


def test_the_table_answers_for_its_release_only(codesets):
    table = codesets.icd10cm
    assert table.release_on(date(2026, 9, 30)) == RELEASE
    assert table.knows_all("Z99.99", date(2026, 9, 30))
    assert codesets.synthetic is False
    assert table.find("E11.9", on=date(2026, 9, 30)) is not None
    assert codesets.missing("icd10cm", date(2026, 10, 1)) == "icd10cm: no table for 2026Q4"
    assert codesets.missing("icd10cm", date(2026, 3, 31)) == "icd10cm: no table for 2026Q1"


@pytest.mark.parametrize(
    ("text", "billable"),
    [
        ("R05", False),
        ("R05.1", True),
        ("I10", True),
        ("E11", False),
        ("N18.3", False),
        ("N18.30", True),
        ("S72.001", False),  # needs a seventh character
        ("S72.001A", True),
        ("W03", False),  # placeholders, then the seventh character
        ("W03.XXXA", True),
        ("M54.5", False),  # three codes since October 2021
        ("M54.50", True),
        ("QA0", False),  # a letter in the second place, new in this release
        ("QA0.0101", True),
    ],
)
def test_a_code_is_billable_where_nothing_longer_begins_with_it(code, text, billable):
    assert code(text).billable is billable


@pytest.mark.parametrize("text", ["R05.5", "S72.001X", "E11.99", "W03.XXX", "A", "", "A00-A09"])
def test_what_is_no_code_is_not_found(codesets, text):
    assert codesets.icd10cm.find(text, on=DAY) is None


def test_children_are_the_next_level_as_the_tabular_lists_them(code):
    assert code("R05").children == ("R05.1", "R05.2", "R05.3", "R05.4", "R05.8", "R05.9")
    assert code("W03").children == ("W03.XXXA", "W03.XXXD", "W03.XXXS")


def named(entries: tuple[str, ...], other: str) -> bool:
    return any(covers(entry, other) for entry in entries)


@pytest.mark.parametrize(
    ("text", "other", "excluded"),
    [
        ("E10.9", "E11.9", True),  # inherited from E10
        ("E11.9", "E10.9", True),
        ("E11.9", "E11.A", True),  # a note of its own
        ("E11.9", "P70.2", True),
        ("E11.9", "I10", False),
        ("E11.9", "E11.65", False),  # never its own category
        ("M54.50", "S39.012A", True),  # a seventh character of the code in the note
        ("R05.1", "R04.2", False),  # Excludes2 at R05: permission
        ("S72.001A", "S78.011A", True),  # a seventh character inherits
        ("G62.9", "M79.2", True),  # a note of the block
        ("L92.1", "E11.620", True),  # "E08-E13 with .620"
        ("L92.1", "E11.621", False),
    ],
)
def test_excludes1_is_taken_from_the_code_and_all_above_it(code, text, other, excluded):
    assert named(code(text).excludes1, other) is excluded


def test_no_code_excludes_itself(codesets):
    import sqlite3

    rows = codesets.icd10cm._parts[0].connection.execute("SELECT code, excludes1 FROM icd10cm")
    assert isinstance(codesets.icd10cm._parts[0].connection, sqlite3.Connection)
    assert [code for code, notes in rows if named(tuple(notes.split()), code)] == []


@pytest.mark.parametrize(
    ("text", "always", "open_", "first"),
    [
        ("F02.80", True, True, "G30.9"),  # the underlying physiological condition, such as
        ("G63", True, True, "E85.4"),  # underlying disease, such as
        ("D63.1", True, False, "N18.30"),  # underlying chronic kidney disease (N18.-)
        ("D63.0", True, False, "C50.911"),  # neoplasm (C00-D49)
        ("E08.9", True, True, "E84.9"),
        ("I50.9", False, False, "I11.0"),  # a list of what comes first where it is there
        ("N18.30", False, False, "E11.22"),  # "any associated"
        ("L97.411", False, True, "E11.621"),
    ],
)
def test_code_first_is_always_only_for_a_manifestation(code, text, always, open_, first):
    row = code(text)
    assert (row.code_first_always, row.code_first_open) == (always, open_)
    assert named(row.code_first, first)


@pytest.mark.parametrize("text", ["I11.0", "E11.9", "R05.1"])
def test_most_codes_have_no_code_first_note(code, text):
    assert code(text).code_first == ()


@pytest.mark.parametrize(
    ("text", "sex", "maternity", "newborn"),
    [
        ("N40.1", "M", False, False),
        ("N80.00", "F", False, False),
        ("N64.4", "", False, False),  # the breast has no sex
        ("C61", "M", False, False),
        ("C50.911", "F", False, False),  # its title names the female breast
        ("O24.410", "F", True, False),
        ("P07.00", "", False, True),
    ],
)
def test_sex_maternity_and_newborn_follow_the_blocks(code, text, sex, maternity, newborn):
    row = code(text)
    assert (row.sex, row.maternity, row.newborn) == (sex, maternity, newborn)


def test_codes_leaves_and_children_are_those_of_the_package(codesets, tmp_path):
    """In a process of its own: the package takes 1.8 s and 200 MB."""
    import json
    import subprocess

    script = (
        "import json, simple_icd_10_cm as icd\n"
        "codes = [c for c in icd.get_all_codes() if icd.is_category_or_subcategory(c)]\n"
        "print(json.dumps({c: icd.get_children(c) for c in codes}))"
    )
    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    theirs = {name: sorted(below) for name, below in json.loads(said.stdout).items()}

    rows = codesets.icd10cm._parts[0].connection.execute("SELECT code, children FROM icd10cm")
    ours = {name: sorted(below.split()) for name, below in rows}
    assert len(ours) > 98_000
    assert {name: ours.get(name) for name in theirs if ours.get(name) != theirs[name]} == {}
    assert set(ours) == set(theirs)


def test_what_make_setup_runs_builds_it_once_and_nothing_else(tmp_path):
    def asked() -> str:
        return subprocess.run(
            [sys.executable, "-m", "bots.codesets.icd10cm"],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "CLAIMBOTS_DATA": str(tmp_path / "data")},
        ).stdout

    assert asked() == f"claimbots: {RELEASE} built in {tmp_path / 'data' / 'codesets'}\n"
    assert asked() == ""
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["codesets"]
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
    makefile = (Path(__file__).parents[2] / "Makefile").read_text()
    assert "-m bots.codesets.icd10cm" in makefile


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("I13.0", "use_additional", ("I50", "N18.1-N18.4,N18.9")),
        ("E11.9", "use_additional", ()),  # "any" and "if applicable" want nothing for sure
        ("M17.11", "side", "right"),
        ("M17.11", "both_sides", "M17.0"),
        ("M25.569", "side", "unspecified"),
        ("S52.501A", "side", "right"),  # as its base
        ("G63", "manifestation", True),
        ("B95.0", "manifestation", False),
        ("O26.891", "trimester", 1),
        ("H25.11", "age", "adult"),
        ("M17.9", "unspecified", True),
    ],
)
def test_what_notes_and_titles_say_stands_in_the_row(code, text, field, value):
    assert getattr(code(text), field) == value


def test_every_code_that_a_rule_of_the_guidelines_names_is_in_the_list(codesets):
    """A list written by hand from the guidelines: a slip in it would silence a rule."""
    rows = codesets.icd10cm._parts[0].connection.execute("SELECT code FROM icd10cm").fetchall()
    beginnings = {code[:length] for (code,) in rows for length in range(3, len(code) + 1)}
    named = (
        *(code for rule in diagnosis_sequence.SECOND for code in rule.beginnings),
        *diagnosis_sequence.FIRST_ONLY,
        *diagnosis_sequence.NOT_FIRST_ONLY,
        *diagnosis_sequence.SEQUELAE,
        *diagnosis_infection.SEPSIS,
        *diagnosis_infection.LOCAL,
        *diagnosis_circulation.HEART,
        *diagnosis_injury.AFTERCARE,
        *diagnosis_pregnancy.ABORTIVE,
        *diagnosis_specific.DIABETES_DRUGS,
        *demographic_age.IN_DAYS,
    )

    assert [code for code in named if code not in beginnings] == []
