"""NCCI's files as CMS publishes them: PTP edits, medically unlikely edits, add-on codes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from official_files import add_on, mue, ptp, workbook, written

from bots.codesets import CodeSets, open_codesets
from bots.codesets.importing import take
from bots.codesets.official import Told
from bots.errors import Problem

LAST = date(2024, 9, 30)


def imported(tmp_path: Path, name: str, text: str, **told) -> CodeSets:
    take([written(tmp_path / name, text)], tmp_path / "to", Told(**told))
    return open_codesets(tmp_path / "to")


def refused(tmp_path: Path, name: str, text: str, **told) -> str:
    with pytest.raises(Problem) as caught:
        imported(tmp_path, name, text, **told)
    assert not list((tmp_path / "to").glob("*.sqlite3"))
    return caught.value.sentence()


def test_an_edit_holds_from_its_effective_through_its_deletion_date(tmp_path):
    """NCCI's deletion dates are the last days of quarters: the last day of service."""
    text = ptp(("11111", "22222", "20240101", "20240331", "0"))
    table = imported(tmp_path, "ccipra-v302r0.txt", text).ptp_practitioner
    days = [date(2023, 12, 31), date(2024, 1, 1), date(2024, 3, 31), date(2024, 4, 1)]
    assert [table.find("11111", "22222", on=day) is not None for day in days] == [
        False, True, True, False,
    ]  # fmt: skip


def test_an_edit_without_a_deletion_date_stands(tmp_path):
    text = ptp(("11111", "22222", "20240101", "*", "1"))
    table = imported(tmp_path, "ccipra-v302r0.txt", text).ptp_practitioner
    row = table.find("11111", "22222", on=LAST)
    assert (row.until, row.indicator) == (None, "1")
    assert table.find("22222", "11111", on=LAST) is None


def test_indicator_nine_was_never_in_force_and_is_not_taken(tmp_path):
    text = ptp(
        ("11111", "22222", "20240101", "20240101", "9"), ("11111", "33333", "20240101", "*", "0")
    )
    table = imported(tmp_path, "ccipra-v302r0.txt", text).ptp_practitioner
    assert table.rows("11111", "22222") == ()
    assert table.find("11111", "33333", on=LAST)


def test_the_file_carries_its_history_and_answers_to_the_end_of_its_quarter(tmp_path):
    """Version 30.2 is the third quarter of 2024."""
    text = ptp(("11111", "22222", "19960101", "*", "0"))
    codesets = imported(tmp_path, "ccipra-v302r0.txt", text)
    assert codesets.ptp_practitioner.find("11111", "22222", on=date(1999, 5, 5))
    assert codesets.missing("ptp_practitioner", LAST) is None
    assert codesets.missing("ptp_practitioner", date(2024, 10, 1))
    assert codesets.release("ptp_practitioner", LAST) == "NCCI PTP practitioner 2024Q3 (v30.2r0)"


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("ccipra-v300r0.txt", "2024Q1"),
        ("ccipra-v313r0.txt", "2025Q4"),
        ("medicare-ncci-2026q1-practitioner.txt", "2026Q1"),
    ],
)
def test_the_quarter_is_read_from_the_name(tmp_path, name, label):
    text = ptp(("11111", "22222", "20240101", "*", "0"))
    table = imported(tmp_path, name, text).ptp_practitioner
    assert label in str(table.release_on(date(2024, 1, 1)))


def test_the_side_is_read_from_the_name_and_else_asked_for(tmp_path):
    text = ptp(("11111", "22222", "20240101", "*", "0"))
    assert imported(tmp_path / "a", "ccioph-v302r0.txt", text).ptp_outpatient is not None
    said = refused(tmp_path / "b", "edits-2024q3.txt", text)
    assert "--side" in said
    told = imported(tmp_path / "c", "edits-2024q3.txt", text, side="outpatient")
    assert told.ptp_outpatient is not None


def test_parts_of_one_release_are_one_release(tmp_path):
    folder = tmp_path / "zip"
    for part, code in enumerate(("00100", "30000", "60000", "G0100"), 1):
        written(folder / f"ccipra-v302r0-f{part}.TXT", ptp((code, "99999", "20240101", "*", "0")))
    outcome = take([folder], tmp_path / "to")
    assert [entry.rows for entry in outcome.taken] == [4]
    table = open_codesets(tmp_path / "to").ptp_practitioner
    assert all(table.find(code, "99999", on=LAST) for code in ("00100", "60000", "G0100"))


def test_a_missing_part_is_refused(tmp_path):
    for part, code in ((1, "00100"), (3, "60000"), (4, "G0100")):
        written(
            tmp_path / "in" / f"ccipra-v302r0-f{part}.txt",
            ptp((code, "99999", "20240101", "*", "0")),
        )
    with pytest.raises(Problem, match="not all of them"):
        take([tmp_path / "in"], tmp_path / "to")


def test_a_missing_last_part_shows_by_its_codes(tmp_path):
    for part, code in ((1, "00100"), (2, "30000"), (3, "60000")):
        written(
            tmp_path / "in" / f"ccipra-v302r0-f{part}.txt",
            ptp((code, "99999", "20240101", "*", "0")),
        )
    with pytest.raises(Problem, match="last part"):
        take([tmp_path / "in"], tmp_path / "to")
    assert not list((tmp_path / "to").glob("*.sqlite3"))


@pytest.mark.parametrize(
    ("edit", "what"),
    [
        (("1111", "22222", "20240101", "*", "0"), "two codes"),
        (("11111", "2222é", "20240101", "*", "0"), "two codes"),
        (("11111", "22222", "20240101", "*", "2"), "modifier indicator"),
        (("11111", "22222", "2024-1-1", "*", "0"), "day"),
        (("11111", "22222", "20240230", "*", "0"), "day"),
        (("11111", "22222", "20240201", "20240131", "0"), "deleted before"),
    ],
)
def test_one_bad_line_refuses_the_file_and_is_named(tmp_path, edit, what):
    good = [(f"{number:05d}", "99999", "20240101", "*", "0") for number in range(1, 3_000)]
    said = refused(tmp_path, "ccipra-v302r0.txt", ptp(*good, edit, *good))
    assert ":3005:" in said  # five lines of heading, 2,999 edits
    assert what in said


def test_a_cut_line_is_named(tmp_path):
    text = ptp(("11111", "22222", "20240101", "*", "0")) + "11111\t3333"
    assert ":7: 2 cells" in refused(tmp_path, "ccipra-v302r0.txt", text)


def test_a_heading_that_lost_a_column_is_named(tmp_path):
    heading = "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tRationale\n"
    text = ptp(("11111", "22222", "20240101", "*", "0"), heading=heading)
    assert "indicator" in refused(tmp_path, "ccipra-v302r0.txt", text)


def test_columns_are_found_by_heading_in_any_order(tmp_path):
    text = (
        "Notice\nModifier\tDeletion Date\tEffective Date\tColumn 1\tColumn 2\n"
        "1\t*\t20240101\t11111\t22222\n"
    )
    table = imported(tmp_path, "ccipra-v302r0.txt", text).ptp_practitioner
    assert table.find("11111", "22222", on=LAST).since == date(2024, 1, 1)


def test_a_workbook_says_the_same_as_the_text(tmp_path):
    rows = [
        ["CPT only copyright"],
        ["Column 1", "Column 2", "*=in existence\nprior to 1996", "Effective\nDate",
         "Deletion\nDate\n*=no data", "Modifier\n0=not allowed", "PTP Edit Rationale"],
        ["11111", "22222", None, 20240101, "*", 1, "Misuse"],
        ["11111", 33333, None, 20240101.0, 20240331, 0, "Misuse"],
    ]  # fmt: skip
    take([workbook(tmp_path / "ccioph-v302r0.xlsx", rows)], tmp_path / "to")
    table = open_codesets(tmp_path / "to").ptp_outpatient
    assert table.find("11111", "22222", on=LAST).indicator == "1"
    assert table.rows("11111", "33333")[0].until == date(2024, 3, 31)


@pytest.mark.parametrize(
    ("side", "table"),
    [
        ("Practitioner Services", "mue_practitioner"),
        ("Outpatient Hospital Services", "mue_outpatient"),
        ("DME Supplier Services", "mue_dme"),
    ],
)
def test_the_heading_says_whose_limits_they_are(tmp_path, side, table):
    text = mue(("11111", "3", "3 Date of Service Edit: Clinical"), side=side)
    codesets = imported(tmp_path, "limits_Eff_07-01-2024.csv", text)
    row = getattr(codesets, table).find("11111", on=LAST)
    assert (row.units, row.indicator) == (3, "3")


def test_limits_answer_for_their_quarter_only(tmp_path):
    text = mue(("11111", "0", "1 Line Edit"))
    codesets = imported(tmp_path, "MCR_MUE_Eff_07-01-2024.csv", text)
    table = codesets.mue_practitioner
    assert not table.covers(date(2024, 6, 30))
    assert table.covers(date(2024, 7, 1))
    assert table.covers(LAST)
    assert codesets.missing("mue_practitioner", date(2024, 10, 1)) == (
        "mue_practitioner: no table for 2024Q4"
    )
    assert table.find("11111", on=LAST).units == 0
    assert table.find("22222", on=LAST) is None  # no published limit
    assert not table.knows_all("22222", LAST)


def test_without_a_quarter_the_person_is_asked(tmp_path):
    text = mue(("11111", "3", "2 Date of Service Edit: Policy"))
    assert "--release" in refused(tmp_path / "a", "limits.csv", text)
    codesets = imported(
        tmp_path / "b", "limits.csv", text, release="ours", since=date(2024, 1, 1),
        until=date(2024, 3, 31),
    )  # fmt: skip
    assert codesets.release("mue_practitioner", date(2024, 2, 1)) == "NCCI MUE practitioner ours"


@pytest.mark.parametrize(
    ("limit", "what"),
    [
        (("1111", "3", "1 Line Edit"), "code"),
        (("11111", "x", "1 Line Edit"), "MUE value"),
        (("11111", "-1", "1 Line Edit"), "MUE value"),
        (("11111", "1.5", "1 Line Edit"), "MUE value"),
        (("11111", "3", "4 Something"), "indicator"),
        (("11111", "3", ""), "indicator"),
    ],
)
def test_a_bad_limit_is_named_with_its_line(tmp_path, limit, what):
    text = mue(("22222", "1", "1 Line Edit"), limit)
    said = refused(tmp_path, "MUE_Eff_07-01-2024.csv", text)
    assert ":5:" in said  # a preamble, a heading on two lines, a limit
    assert what in said


def test_add_on_codes_have_their_primaries_and_their_days(tmp_path):
    text = add_on(
        ["11111", "22222", "1", "", "", "2024001", ""],
        ["11111", "33333", "1", "", "", "2022001", "2023365"],
        ["44444", "CCCCC", "2", "", "", "20240101", ""],
        ["55555", "22222", "3", "2024182", "", "20230101", "99999999"],
    )
    table = imported(tmp_path, "AOC_V2024Q3-MCR.txt", text).add_on
    assert [(row.primary, row.until) for row in table.rows("11111")] == [
        ("33333", date(2023, 12, 31)),
        ("22222", None),
    ]
    assert table.find("44444", on=LAST).primary == ""  # the contractor defines the primaries
    assert table.find("44444", on=LAST).type == "2"
    assert table.rows("55555")[0].until == date(2024, 6, 30)  # the code's own end
    assert table.covers(date(2019, 1, 1))
    assert not table.covers(date(2024, 10, 1))


def test_an_add_on_edit_that_ended_before_it_began_never_held(tmp_path):
    text = add_on(
        ["11111", "22222", "1", "", "", "2024001", "2023001"],
        ["11111", "33333", "1", "", "", "2024001", ""],
    )
    assert len(imported(tmp_path, "AOC_V2024Q3.txt", text).add_on.rows("11111")) == 1


@pytest.mark.parametrize(
    ("edit", "what"),
    [
        (["11111", "2222", "1", "", "", "2024001", ""], "two codes"),
        (["11111", "22222", "4", "", "", "2024001", ""], "type"),
        (["11111", "22222", "1", "", "", "2024367", ""], "day"),
    ],
)
def test_a_bad_add_on_edit_is_named_with_its_line(tmp_path, edit, what):
    text = add_on(["11111", "33333", "1", "", "", "2024001", ""], edit)
    said = refused(tmp_path, "AOC_V2024Q3.txt", text)
    assert ":3:" in said
    assert what in said


def test_add_on_codes_as_fixed_width_text_say_the_same_as_the_workbook(tmp_path):
    """The workbook of 2026: a notice, then the columns in this order, Julian dates."""
    rows = [
        ["CPT only copyright"],
        ["AOC_Edit_Type", "Add-On_Code", "AOC_DelDT", "Primary_Code", "Primary_Code_DelDT",
         "AOC_Edit_EffDT", "AOC_Edit_DelDT", "Special_Instruction_Notes"],
        [1, "11111", None, "22222", None, 2024001, None, None],
        [1, "11111", None, "33333", 2024091, 2022001, None, None],
        [2, "44444", None, "CCCCC", None, 2024001, None, "Contractor Defined Primary Codes"],
    ]  # fmt: skip
    widths = (1, 5, 7, 5, 7, 7, 7, 0)
    text = "CPT only copyright\n" + "".join(
        "".join(f"{cell or '':{width}}" for cell, width in zip(row, widths, strict=True)) + "\n"
        for row in rows[2:]
    )
    take([workbook(tmp_path / "AOC_V2024Q3-MCR.xlsx", rows)], tmp_path / "book")
    take([written(tmp_path / "AOC_V2024Q3-MCR.txt", text)], tmp_path / "text")
    book, fixed = (open_codesets(tmp_path / name).add_on for name in ("book", "text"))
    for code in ("11111", "44444"):
        assert fixed.rows(code) == book.rows(code)
    assert fixed.rows("11111")[0].until == date(2024, 3, 31)
    bad = text * 40 + "nonsense\n"
    assert "not a line of add-on code edits" in refused(
        tmp_path / "bad", "AOC_V2024Q3-MCR.txt", bad.replace("CPT only copyright\n", "")
    )


def test_two_limits_for_one_code_are_refused(tmp_path):
    text = mue(("11111", "1", "1 Line Edit"), ("11111", "2", "1 Line Edit"))
    assert "another limit for 11111" in refused(tmp_path, "MUE_Eff_07-01-2024.csv", text)


def test_a_heading_in_quotes_over_several_lines_is_read(tmp_path):
    heading = (
        "CPT only copyright\n"
        'Column 1\tColumn 2\t"*=in existence\nprior to 1996"\t"Effective\nDate"\t'
        '"Deletion\nDate\n*=no data"\t"Modifier\n0=not allowed\n1=allowed\n9=not applicable"\t'
        "PTP Edit Rationale\n"
    )
    text = ptp(("11111", "22222", "20240101", "*", "1"), heading=heading)
    table = imported(tmp_path, "ccipra-v302r0.txt", text).ptp_practitioner
    assert table.find("11111", "22222", on=LAST).indicator == "1"


def test_a_stray_quote_swallows_no_edit(tmp_path):
    text = ptp(*((f"{code}", "22222", "20240101", "*", "0") for code in range(11111, 11121)))
    for stray in ('"Mutually', 'Mutual"ly', '"'):
        told = text.replace("Mutually", stray, 1)
        path = tmp_path / str(len(stray))
        table = imported(path, "ccipra-v302r0.txt", told).ptp_practitioner
        assert all(table.find(str(code), "22222", on=LAST) for code in range(11111, 11121))
