"""An office's own list: read as it is, copied with an outcome column, text always text."""

from __future__ import annotations

import csv
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from bots.errors import Problem
from bots.files.worklist import OUTCOME, read_worklist, write_outcomes

FIRST = datetime(2026, 9, 1)  # noqa: DTZ001 -- a spreadsheet knows no time zone
EVIL = ["=1+1", "+SUM(A1)", "-2+3", "@cmd", '=HYPERLINK("http://x")', "\tx", "www.example.test"]


def a_workbook(path: Path, rows: list[list[Any]]) -> Path:
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("Ours")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(r, c, cell, day)
                elif isinstance(cell, str):
                    sheet.write_string(r, c, cell)
                elif cell is not None:
                    sheet.write(r, c, cell)
    return path


def cells(path: Path) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_a_workbook_is_read_and_its_copy_keeps_every_row(tmp_path: Path):
    rows = [
        ["List of the office", None, None],
        ["Patient", "Claim No.", "Seen"],
        ["A", "00123", FIRST],
        ["B", 4567, FIRST],
        ["C", None, None],
        ["D", "00123", None],
    ]
    path = a_workbook(tmp_path / "list.xlsx", rows)
    before = path.read_bytes()

    worklist = read_worklist(path)
    target = write_outcomes(worklist, {"00123": "corrected", "4567": "flagged"})

    assert worklist.numbers == ("00123", "4567")
    assert target == tmp_path / "list-outcomes.xlsx"
    assert path.read_bytes() == before
    copy = cells(target)
    assert [row[:3] for row in copy] == rows
    outcomes = [row[3] or None for row in copy]
    assert outcomes == [None, OUTCOME, "corrected", "flagged", None, "corrected"]


def test_a_csv_is_read_and_its_copy_keeps_every_row(tmp_path: Path):
    path = tmp_path / "list.csv"
    path.write_text('\ufeffName;claim number;note\nA;007;"a;b"\nB;8;\n', encoding="utf-8")

    worklist = read_worklist(path)
    target = write_outcomes(worklist, {"007": "passed"})

    assert worklist.numbers == ("007", "8")
    with target.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [
            ["Name", "claim number", "note", OUTCOME],
            ["A", "007", "a;b", "passed"],
            ["B", "8", "", ""],
        ]


@pytest.mark.parametrize("evil", EVIL)
def test_no_cell_becomes_a_formula_in_the_workbook(tmp_path: Path, evil: str):
    path = a_workbook(tmp_path / "list.xlsx", [["Claim", evil], [evil, evil]])

    target = write_outcomes(read_worklist(path), {evil.strip(): evil})

    sheet = openpyxl.load_workbook(target).active
    assert sheet is not None
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert cells(target)[1][0] == evil
    assert cells(target)[1][2] == evil
    assert b"<f>" not in zipfile.ZipFile(target).read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("evil", EVIL[:6])
def test_no_cell_becomes_a_formula_in_the_csv(tmp_path: Path, evil: str):
    path = tmp_path / "list.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["claim id", evil], ["1", evil], ["-5", "-5.20"]])

    target = write_outcomes(read_worklist(path), {"1": evil})

    with target.open(encoding="utf-8-sig", newline="") as file:
        heading, first, second = list(csv.reader(file))
    assert heading[1] == first[1] == first[2] == f"'{evil}"
    assert second[:2] == ["-5", "-5.20"]  # a number is a number


def test_a_second_run_replaces_the_column_of_the_first(tmp_path: Path):
    path = tmp_path / "list.csv"
    path.write_text("claim\n1\n")
    once = write_outcomes(read_worklist(path), {"1": "failed"})
    twice = write_outcomes(read_worklist(once), {"1": "passed"})
    assert twice.read_text("utf-8-sig").splitlines() == [f"claim,{OUTCOME}", "1,passed"]


def test_the_copy_is_for_its_owner_only(tmp_path: Path):
    path = tmp_path / "list.csv"
    path.write_text("claim\n1\n")
    assert write_outcomes(read_worklist(path), {}).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("none.csv", None, "cannot be read"),
        ("list.csv", b"", "no column"),
        ("list.csv", b"name,born\na,b\n", "no column"),
        ("list.csv", b"claim,claim\n1,2\n", "two columns"),
        ("list.csv", b"claim,note\n,\n", "no claim number"),
        ("list.csv", b"claim\n\xe9\n", "UTF-8"),
        ("list.csv", b'claim\n"1\n', "no CSV"),
        ("list.csv", b"PK\x03\x04rest", "not what its name says"),
        ("list.xlsx", b"claim\n1\n", "not what its name says"),
        ("list.xlsx", b"PK\x03\x04rest", "cannot be read"),
        ("list.pdf", b"%PDF-1.7", "no workbook and no CSV"),
    ],
)
def test_a_wrong_file_gets_a_sentence(tmp_path: Path, name: str, content: bytes | None, says: str):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(Problem) as caught:
        read_worklist(path)

    assert says in str(caught.value)
    assert name in str(caught.value)


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)

    with pytest.raises(Problem, match="unpacks"):
        read_worklist(path)


def test_a_folder_that_cannot_be_written_gets_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "list.csv"
    path.write_text("claim\n1\n")
    worklist = read_worklist(path)

    def no_space(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bots.files.worklist._write_csv", no_space)
    with pytest.raises(Problem, match="No space left"):
        write_outcomes(worklist, {})
    assert [p.name for p in tmp_path.iterdir()] == ["list.csv"]
