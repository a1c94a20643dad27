"""Code lists and fee schedules as they are published: HCPCS, MPFS, ICD-10, OPPS and the rest."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from official_files import anweb, order, pprrvu, text_of, workbook, written, zipped

from bots.codesets import CodeSets, open_codesets
from bots.codesets.importing import take
from bots.codesets.official import Told
from bots.codesets.official.hcpcs import is_unlisted, sort_of
from bots.errors import Problem

DAY = date(2024, 8, 1)
TABULAR = """<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.tabular><version>2024</version><chapter><name>1</name><desc>Chapter (A00-B99)</desc>
<section id="A00-A09"><desc>Section (A00-A09)</desc>
<diag><name>A00</name><desc>Made up</desc>
<excludes1><note>another made-up condition (B99.-)</note></excludes1>
<diag><name>A00.1</name><desc>Made up, one</desc></diag></diag></section></chapter>
</ICD10CM.tabular>
"""
CODES = [("A00", 0, "Made up"), ("A001", 1, "Made up, one"), ("B99", 1, "Made up, other")]


def imported(tmp_path: Path, *files: tuple[str, str], **told) -> CodeSets:
    paths = [written(tmp_path / name, text) for name, text in files]
    take(paths, tmp_path / "to", Told(**told))
    return open_codesets(tmp_path / "to")


def refused(tmp_path: Path, *files: tuple[str, str], **told) -> str:
    with pytest.raises(Problem) as caught:
        imported(tmp_path, *files, **told)
    assert not list((tmp_path / "to").glob("*.sqlite3"))
    return caught.value.sentence()


def test_hcpcs_codes_hold_from_added_through_terminated(tmp_path):
    """Terminated: the last day on which the code may be used (CMS, record layout)."""
    text = anweb(
        ("A0021", "3", "Something", "19850101", "20240731"),
        ("J1100", "3", "Injection", "20240801", ""),
        ("25", "7", "A modifier", "19940101", ""),
    )
    codesets = imported(tmp_path, ("HCPC2024_JUL_ANWEB.txt", text))
    table = codesets.procedure
    assert table.find("A0021", on=date(2024, 7, 31))
    assert table.find("A0021", on=DAY) is None
    assert table.find("J1100", on=date(2024, 7, 31)) is None
    assert table.find("J1100", on=DAY).kind == "drug"
    assert codesets.modifier.find("25", on=DAY)


def test_hcpcs_is_whole_for_its_own_codes_and_silent_on_the_rest(tmp_path):
    text = anweb(("A0021", "3", "Something", "19850101", ""), ("LT", "7", "Left", "19850101", ""))
    codesets = imported(tmp_path, ("HCPC2024_JUL_ANWEB.txt", text))
    knows = codesets.procedure.knows_all
    assert knows("J9999", DAY)
    assert not knows("99213", DAY)  # CPT
    assert not knows("D0120", DAY)  # dental
    assert not knows("J9999", date(2024, 10, 1))  # after its quarter
    assert codesets.modifier.knows_all("QQ", DAY)
    assert not codesets.modifier.knows_all("59", DAY)
    assert not codesets.modifier.knows_all("P1", DAY)


@pytest.mark.parametrize(
    ("words", "unlisted"),
    [
        ("Unlisted ambulance service", True),
        ("Skin substitute, not otherwise specified", True),
        ("Not otherwise classified, drugs", True),
        ("Supply, NOC", True),
        ("Miscellaneous supply", True),
        ("Nocturnal monitor", False),
        ("Injection of something, 1 mg", False),
    ],
)
def test_a_code_without_a_name_is_known_by_its_words(tmp_path, words, unlisted):
    assert is_unlisted(words) is unlisted
    text = anweb(("A0999", "3", "A long line,", "19870101", ""), ("A0999", "4", words, "", ""))
    table = imported(tmp_path, ("HCPC2024_JUL_ANWEB.txt", text)).procedure
    assert table.find("A0999", on=DAY).unlisted is unlisted


def test_no_descriptor_is_kept(tmp_path):
    text = anweb(("A0021", "3", "Quite remarkable words", "19850101", ""))
    imported(tmp_path, ("HCPC2024_JUL_ANWEB.txt", text), ("PPRRVU24_JUL.csv", pprrvu({})))
    kept = b"".join(path.read_bytes() for path in (tmp_path / "to").glob("*.sqlite3"))
    assert b"remarkable" not in kept
    assert b"descriptor" not in kept


def test_hcpcs_as_a_workbook_says_the_same(tmp_path):
    rows = [
        ["HCPC", "SEQNUM", "RECID", "LONG DESCRIPTION", "SHORT DESCRIPTION", "ADD DT",
         "ACT EFF DT", "TERM DT"],
        ["A0021", "00100", "3", "Something", "", 19850101, 20240101, 20240731],
        ["A0999", "00100", "3", "Unlisted", "", 19870101, None, None],
        ["A0999", "00200", "4", "service", "", None, None, None],
        ["LT", "00100", "7", "Left", "", 19850101, None, None],
    ]  # fmt: skip
    take([workbook(tmp_path / "HCPC2024_JUL_ANWEB.xlsx", rows)], tmp_path / "to")
    codesets = open_codesets(tmp_path / "to")
    assert codesets.procedure.rows("A0021")[0].until == date(2024, 7, 31)
    assert codesets.procedure.find("A0999", on=DAY).unlisted
    assert codesets.modifier.find("LT", on=DAY).kind == "anatomic"


def test_a_bad_hcpcs_record_is_named_with_its_line(tmp_path):
    good = anweb(*((f"A{number:04d}", "3", "x", "19850101", "") for number in range(100)))
    for bad, what in (
        ("nonsense\n", "not a record"),
        (anweb(("A9999", "3", "x", "19851301", "")), "month"),
    ):
        said = refused(tmp_path, ("HCPC2024_JUL_ANWEB.txt", good + bad + good.replace("A", "B")))
        assert ":101:" in said
        assert what in said


@pytest.mark.parametrize(
    ("modifier", "sort"),
    [("XU", "ncci"), ("F5", "anatomic"), ("TC", "payment"), ("GY", "information")],
)
def test_modifiers_are_sorted_for_their_order_on_the_line(modifier, sort):
    assert sort_of(modifier) == sort


def test_the_fee_schedule_gives_indicators_fees_and_cpt_codes(tmp_path):
    text = pprrvu(
        {},
        {"code": "70010", "mod": "26", "glob": "XXX", "pctc": "1", "bilat": "3"},
        {"code": "43239", "glob": "0", "base": "43235", "office_na": "NA", "mult": "3"},
        {"code": "J1100", "status": "E", "office": "0.00", "facility": "0.00"},
    )
    codesets = imported(tmp_path, ("PPRRVU24_JUL.csv", text))
    assert codesets.mpfs.find("70010", "26", on=DAY).bilateral == "3"
    scope = codesets.mpfs.find("43239", "", on=DAY)
    assert (scope.global_days, scope.base, scope.multiple) == ("000", "43235", "3")
    assert (scope.pays_in_office, scope.pays_in_facility) == (False, True)
    visit = codesets.fee.find("99213", "", on=DAY)
    assert (visit.non_facility, visit.facility) == (Decimal("89.21"), Decimal("64.58"))
    assert codesets.fee.find("43239", "", on=DAY).non_facility == 0
    assert codesets.fee.find("J1100", "", on=DAY) is None
    assert codesets.procedure.find("99213", on=DAY).kind == "em"
    assert codesets.procedure.find("70010", on=DAY).needs_order
    assert codesets.procedure.find("J1100", on=DAY) is None  # that list is HCPCS's
    assert not codesets.procedure.knows_all("99999", DAY)


def test_the_fee_schedule_answers_for_the_quarter_of_its_first_line(tmp_path):
    codesets = imported(tmp_path, ("schedule.csv", pprrvu({})))
    assert codesets.release("mpfs", DAY) == "MPFS 2024Q3"
    assert codesets.missing("mpfs", date(2024, 6, 30))
    assert codesets.missing("mpfs", date(2024, 10, 1))


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"status": "AA"}, "status"),
        ({"glob": "091"}, "global days"),
        ({"bilat": "x"}, "bilateral"),
        ({"mod": "XX"}, "modifier"),
        ({"factor": "thirty"}, "relative value"),
        ({"office": "-1"}, "relative value"),
        ({"office": "NaN"}, "relative value"),
    ],
)
def test_a_bad_line_of_the_fee_schedule_is_named(tmp_path, fields, what):
    said = refused(tmp_path, ("PPRRVU24_JUL.csv", pprrvu({}, {"code": "99214"} | fields)))
    assert ":8:" in said
    assert what in said


def test_the_order_file_alone_gives_existence_and_billable_level(tmp_path):
    codesets = imported(tmp_path, ("icd10cm_order_2024.txt", order(*CODES)))
    assert codesets.icd10cm.find("A00", on=DAY).billable is False
    assert codesets.icd10cm.find("A00", on=DAY).children == ("A00.1",)
    assert codesets.icd10cm.find("A00.1", on=DAY).billable is True
    assert codesets.icd10cm.find("A00.1", on=DAY).excludes1 == ()
    assert codesets.icd10cm.knows_all("A00.2", DAY)
    assert "without notes" in str(codesets.release("icd10cm", DAY))


def test_with_the_tabular_list_of_the_release_the_notes_are_there(tmp_path):
    codesets = imported(
        tmp_path,
        ("icd10cm_order_2024.txt", order(*CODES)),
        ("icd10cm_tabular_2024.xml", TABULAR),
    )
    assert codesets.icd10cm.find("A00.1", on=DAY).excludes1 == ("B99",)
    assert codesets.release("icd10cm", DAY) == "ICD-10-CM FY2024"


def test_the_tabular_list_alone_is_refused(tmp_path):
    assert "order file" in refused(tmp_path, ("icd10cm_tabular_2024.xml", TABULAR))


def test_a_fiscal_year_begins_in_october_and_april_replaces_its_second_half(tmp_path):
    codesets = imported(
        tmp_path,
        ("icd10cm_order_2026.txt", order(*CODES)),
        ("icd10cm_order_April_2026.txt", order(*CODES, ("C00", 1, "New in April"))),
    )
    find = codesets.icd10cm.find
    assert codesets.missing("icd10cm", date(2025, 9, 30))
    assert find("A00.1", on=date(2025, 10, 1))
    assert find("C00", on=date(2026, 3, 31)) is None
    assert find("C00", on=date(2026, 4, 1))
    assert find("A00.1", on=date(2026, 9, 30))
    assert codesets.missing("icd10cm", date(2026, 10, 1))


def test_addenda_are_laid_over_the_release_before(tmp_path):
    addenda = (
        "Add:         1 C001     New                New\n"
        "Delete:      1 B99      Made up, other     Made up, other\n"
        "Delete:      1 A001     Made up, one       Made up, one\n"
        "Add:         0 A001     Made up, one       Made up, one\n"
        "Add:         1 A0010    Made up, ten       Made up, ten\n"
    )
    imported(
        tmp_path / "old",
        ("icd10cm_order_2024.txt", order(*CODES)),
        ("icd10cm_tabular_2024.xml", TABULAR),
    )
    take([written(tmp_path / "icd10cm_order_addenda_2025.txt", addenda)], tmp_path / "old" / "to")
    find = open_codesets(tmp_path / "old" / "to").icd10cm.find
    new, old = date(2024, 10, 1), date(2024, 9, 30)
    assert find("C00.1", on=new)
    assert find("C00.1", on=old) is None
    assert find("B99", on=new) is None
    assert find("B99", on=old)
    assert find("A00.1", on=new).billable is False
    assert find("A00.1", on=new).children == ("A00.10",)
    assert find("A00.1", on=new).excludes1 == ("B99",)
    assert find("A00.10", on=new).billable is True


def test_addenda_without_the_release_before_are_refused(tmp_path):
    text = "Add: 1 C001 New\nAdd: 1 C002 New\n"
    said = refused(tmp_path, ("icd10cm_order_addenda_2025.txt", text))
    assert "before 2024-10-01" in said


def test_procedures_of_icd_ten(tmp_path):
    text = order(("001", 0, "Bypass"), ("0016070", 1, "Bypass of something"))
    codesets = imported(tmp_path, ("icd10pcs_order_2024.txt", text))
    assert codesets.icd10pcs.find("001", on=DAY).billable is False
    assert codesets.icd10pcs.find("0016070", on=DAY).billable is True
    assert codesets.icd10pcs.knows_all("0016071", DAY)


def test_a_code_that_stands_twice_in_an_order_file_is_named(tmp_path):
    assert ":4:" in refused(tmp_path, ("icd10cm_order_2024.txt", order(*CODES, CODES[0])))


def test_addendum_b_gives_status_apc_and_payment(tmp_path):
    text = text_of(
        [
            ["Addendum B.-OPPS Payment by HCPCS Code for CY 2024"],
            ["July 2024"],
            ["HCPCS Code", "Short Descriptor", "SI", "APC", "Relative Weight", "Payment Rate",
             "National Unadjusted Copayment"],
            ["11111", "Words", "Q1", "5012", "1.5", "$1,123.45", "$20.00"],
            ["22222", "Words", "C", "", "", "", ""],
            ["33333", "Words", "N", "", "", " ", ""],
            ["* a note of CMS"],
        ]
    )  # fmt: skip
    codesets = imported(tmp_path, ("addendum_b.csv", text))
    row = codesets.opps.find("11111", on=DAY)
    assert (row.status, row.apc, row.payment) == ("Q1", "5012", Decimal("1123.45"))
    assert codesets.opps.find("22222", on=DAY).status == "C"
    assert codesets.opps.find("33333", on=DAY).payment is None
    assert codesets.missing("opps", date(2024, 6, 30))


def test_places_of_service_know_their_setting_and_their_first_day(tmp_path):
    text = text_of(
        [
            ["Place of Service Codes for Professional Claims, Database (updated July 2024)"],
            ["Place of Service Code(s)", "Place of Service Name", "Place of Service Description"],
            ["10", "Telehealth in the Home", "Words. (Effective January 1, 2022)"],
            ["11", "Office", "Words"],
            ["22", "On Campus-Outpatient Hospital", "Words"],
            ["27-30", "Unassigned", "N/A"],
        ]
    )
    table = imported(tmp_path, ("pos.csv", text)).place_of_service
    assert table.find("11", on=DAY).facility is False
    assert table.find("22", on=DAY).facility is True
    assert table.find("10", on=date(2021, 12, 31)) is None
    assert table.find("10", on=date(2022, 1, 1)).facility is False
    assert table.find("27", on=DAY) is None
    assert table.knows_all("27", DAY)


def test_reasons_remarks_and_groups_hold_through_their_stop_date(tmp_path):
    text = text_of(
        [
            ["Claim Adjustment Reason Codes, July 2024"],
            ["Code", "Description", "Start", "Last Modified", "Stop"],
            ["CO", "Words", "", "", ""],
            ["15", "Words", "01/01/1995", "", "07/01/2018"],
            ["N362", "Words", "2004-08-01", "", ""],
        ]
    )
    table = imported(tmp_path, ("codes.csv", text)).denial_code
    assert table.find("group", "CO", on=DAY)
    assert table.find("carc", "15", on=date(2018, 7, 1))
    assert table.find("carc", "15", on=date(2018, 7, 2)) is None
    assert table.find("rarc", "N362", on=DAY)


def test_taxonomy_answers_for_the_half_year_of_its_version(tmp_path):
    text = text_of(
        [
            ["Code", "Grouping", "Classification", "Specialization", "Definition"],
            ["207Q00000X", "Words", "Words", "", "Words over\ntwo lines"],
        ]
    )
    codesets = imported(tmp_path, ("nucc_taxonomy_240.csv", text))
    assert codesets.taxonomy.find("207Q00000X", on=DAY)
    assert codesets.missing("taxonomy", date(2024, 3, 31))
    assert codesets.missing("taxonomy", date(2024, 10, 1))


def test_a_list_of_modifiers_is_whole_only_where_it_says_so(tmp_path):
    rows = [["Modifier", "Description"], ["25", "Words"], ["LT", "Words"]]
    some = imported(tmp_path / "a", ("modifiers_2024q3.csv", text_of(rows)))
    assert not some.modifier.knows_all("QQ", DAY)
    said = imported(
        tmp_path / "b", ("m_2024q3.csv", text_of([["Complete list of modifiers"], *rows]))
    )
    assert said.modifier.knows_all("QQ", DAY)
    told = imported(tmp_path / "c", ("m_2024q3.csv", text_of(rows)), complete=True)
    assert told.modifier.knows_all("QQ", DAY)
    assert told.modifier.find("LT", on=DAY).kind == "anatomic"


def coverage_zip(path: Path, **changed: str) -> Path:
    """The coverage database's zip in a zip: one article for two contractors' states."""
    stamp = "2024-06-03 00:00:00"
    relations = {
        "article": text_of(
            [
                ["article_id", "article_version", "title", "status", "article_eff_date",
                 "article_end_date", "last_updated"],
                ["57520", "7", "Billing\nand coding", "A", "2024-01-01 00:00:00", "", stamp],
            ]
        ),
        "article_x_hcpc_code": text_of(
            [
                ["article_id", "article_version", "hcpc_code_id", "hcpc_code_version",
                 "hcpc_code_group", "range", "last_updated"],
                ["57520", "7", "11111", "1", "2", "0", stamp],
            ]
        ),
        "article_x_icd10_covered": text_of(
            [
                ["article_id", "article_version", "icd10_code_id", "icd10_covered_group"],
                ["57520", "7", "E11.9", "2"],
                ["57520", "7", "XX000", "1"],
            ]
        ),
        "article_x_icd10_noncovered": text_of(
            [
                ["article_id", "article_version", "icd10_code_id", "icd10_noncovered_group"],
                ["57520", "7", "Z0000", "2"],
            ]
        ),
        "article_x_contractor": text_of(
            [
                ["article_id", "contractor_id", "contractor_type_id", "contractor_version"],
                ["57520", "236", "9", "1"],
            ]
        ),
        "contractor_jurisdiction": text_of(
            [
                ["contractor_id", "contractor_type_id", "contractor_version", "state_id",
                 "term_date"],
                ["236", "9", "1", "40", ""],
                ["236", "9", "1", "41", ""],
                ["236", "9", "1", "42", "2020-01-01"],
            ]
        ),
        "state_lookup": text_of(
            [["state_id", "state_abbrev"], ["40", "OH"], ["41", "NF"], ["42", "TX"]]
        ),
    } | changed  # fmt: skip
    inner = zipped(
        path.with_suffix(".inner"), **{f"{name}__csv": text for name, text in relations.items()}
    )
    return zipped(path, current_article_csv__zip=inner.read_bytes())


def test_the_coverage_database_gives_procedures_and_diagnoses_by_group(tmp_path):
    take([coverage_zip(tmp_path / "current_article.zip")], tmp_path / "to")
    codesets = open_codesets(tmp_path / "to")
    row = codesets.policy_procedure.find("11111", on=DAY)
    assert (row.policy, row.group, row.kind, row.states) == ("A57520", "2", "LCD", ("CA", "OH"))
    assert row.since == date(2024, 1, 1)
    assert codesets.policy_diagnosis.find("A57520", "2", "E11.9", on=DAY).covered is True
    assert codesets.policy_diagnosis.find("A57520", "2", "Z00.00", on=DAY).covered is False
    assert codesets.policy_procedure.covers(date(2024, 9, 1))
    assert not codesets.policy_procedure.covers(date(2024, 9, 4))  # a quarter later


def test_a_bad_code_in_the_coverage_database_is_named(tmp_path):
    bad = text_of([["article_id", "hcpc_code_id", "hcpc_code_group"], ["57520", "1111", "1"]])
    with pytest.raises(Problem, match=r"article_x_hcpc_code\.csv:2: a procedure"):
        take(
            [coverage_zip(tmp_path / "current_article.zip", article_x_hcpc_code=bad)],
            tmp_path / "to",
        )
