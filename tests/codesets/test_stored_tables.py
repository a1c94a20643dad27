"""Our CSV form: all or nothing, by heading, each mistake with file and line; found by date."""

from __future__ import annotations

import json
import sqlite3
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.codesets import CodeSets, FeeIndicators, Modifier, Mue, Procedure, Ptp, open_codesets
from bots.codesets.pairs import Pairs
from bots.codesets.status import status
from bots.codesets.store import Provenance, now, provenance, withdraw, write
from bots.codesets.tables import FORMS, import_tables
from bots.errors import Problem

TODAY = date(2026, 9, 30)
MANIFEST = {
    "release": "practice 2026",
    "synthetic": True,
    "since": "2026-04-01",
    "until": "2026-09-30",
    "complete": ["modifier"],
}
FILES = {
    "ptp": "side,column_1,column_2,since,until,indicator\n"
    "practitioner,99901,99902,2026-04-01,,1\n"
    "practitioner,99901,99903,2026-04-01,2026-04-01,9\n"
    "practitioner,99904,99905,2026-04-01,2026-06-30,0\n"
    "practitioner,99904,99905,2026-07-01,,1\n",
    "mue": "side,code,units,indicator,since,until\n"
    "practitioner,99901,2,2,2026-04-01,\n"
    "dme,A9901,1,1,,\n",
    "add_on": "code,primary,type,since,until\n99911,99901,1,,\n99911,99902,1,,\n",
    "procedure": "code,since,until,kind,unlisted,sex,age_from,age_to,needs_order,needs_ndc,"
    "places\n"
    "99901,,,imaging,no,F,12,,yes,no,11 22\n",
    "mpfs": "code,modifier,since,until,status,pc_tc,global_days,multiple,bilateral,assistant,"
    "co_surgeon,team,supervision,base,pays_in_office,pays_in_facility\n"
    "99901,26,,,A,1,010,2,1,0,1,2,02,,yes,no\n",
    "modifier": "code,since,until,kind\n25,,,payment\n",
    "place_of_service": "code,since,until,facility\n22,,,yes\n",
    "taxonomy": "code,since,until\n207Q00000X,,\n",
    "payer_rule": 'payer_id,rule,value,since,until\n60054,member_id_pattern,"W\\d{9,9}",,\n',
    "fee": "code,modifier,since,until,facility,non_facility\n99901,,,,12.50,20\n",
}


def a_folder(at: Path, **files: str) -> Path:
    at.mkdir(exist_ok=True)
    (at / "manifest.json").write_text(json.dumps(MANIFEST))
    for name, text in (FILES | files).items():
        (at / f"{name}.csv").write_text(text, encoding="utf-8")
    return at


def imported(tmp_path: Path, **files: str) -> CodeSets:
    import_tables(a_folder(tmp_path / "csv", **files), tmp_path / "codesets")
    return open_codesets(tmp_path / "codesets")


def test_every_column_arrives_with_its_type(tmp_path):
    codesets = imported(tmp_path)

    assert codesets.procedure.find("99901", on=TODAY) == Procedure(
        code="99901",
        kind="imaging",
        sex="F",
        age_from=12,
        needs_order=True,
        places=("11", "22"),
    )
    assert codesets.mpfs.find("99901", "26", on=TODAY) == FeeIndicators(
        code="99901",
        modifier="26",
        pc_tc="1",
        global_days="010",
        multiple="2",
        bilateral="1",
        co_surgeon="1",
        team="2",
        supervision="02",
        pays_in_facility=False,
    )
    assert codesets.mue_practitioner.find("99901", on=TODAY) == Mue(
        code="99901", units=2, indicator="2", since=date(2026, 4, 1)
    )
    assert codesets.fee.find("99901", "", on=TODAY).facility == Decimal("12.50")
    assert codesets.place_of_service.find("22", on=TODAY).facility is True
    assert codesets.payer_rule.find("60054", "member_id_pattern", on=TODAY).value == r"W\d{9,9}"
    assert [row.primary for row in codesets.add_on.rows("99911")] == ["99901", "99902"]
    assert codesets.taxonomy.find("207Q00000X", on=TODAY) is not None


def test_an_edit_holds_on_its_own_dates_both_ends_included(tmp_path):
    ptp = imported(tmp_path).ptp_practitioner

    found = {day: ptp.find("99904", "99905", on=day).indicator for day in (
        date(2026, 4, 1), date(2026, 6, 30), date(2026, 7, 1), date(2026, 9, 30),
    )}  # fmt: skip
    assert list(found.values()) == ["0", "0", "1", "1"]
    assert [row.indicator for row in ptp.rows("99904", "99905")] == ["0", "1"]


def test_a_pair_with_indicator_9_is_never_imported(tmp_path):
    assert imported(tmp_path).ptp_practitioner.rows("99901", "99903") == ()


def test_a_pair_is_not_found_the_other_way_round(tmp_path):
    assert imported(tmp_path).ptp_practitioner.find("99902", "99901", on=TODAY) is None


def test_a_side_without_a_row_is_missing_and_not_empty(tmp_path):
    codesets = imported(tmp_path)

    assert codesets.missing("ptp_outpatient", TODAY) == "ptp_outpatient: no table imported"
    assert codesets.missing("ptp_practitioner", TODAY) is None


def test_outside_its_dates_a_table_has_no_answer(tmp_path):
    codesets = imported(tmp_path)

    assert codesets.missing("modifier", date(2026, 10, 1)) == "modifier: no table for 2026Q4"
    assert codesets.modifier.find("25", on=date(2026, 10, 1)) is None


def test_only_the_named_lists_are_complete_and_all_are_synthetic(tmp_path):
    codesets = imported(tmp_path)

    assert codesets.synthetic is True
    assert codesets.modifier.knows_all("ZZ", TODAY)
    assert not codesets.taxonomy.knows_all("207Q00000X", TODAY)
    assert codesets.release("modifier", TODAY) == "practice 2026"
    assert codesets.release("modifier", date(2026, 10, 1)) is None


def test_supplier_rows_are_kept_but_no_check_asks_them(tmp_path):
    imported(tmp_path)

    kept = {origin.table: origin.rows for origin in provenance(tmp_path / "codesets")}
    assert kept["mue_dme"] == 1


def test_where_a_table_came_from_is_kept(tmp_path):
    import hashlib

    imported(tmp_path)

    origin = next(o for o in provenance(tmp_path / "codesets") if o.table == "modifier")
    assert origin.source == "modifier.csv"
    assert origin.sha256 == hashlib.sha256(FILES["modifier"].encode()).hexdigest()
    assert (origin.rows, origin.since, origin.until) == (1, date(2026, 4, 1), TODAY)


def test_columns_are_found_by_their_heading(tmp_path):
    codesets = imported(tmp_path, modifier="kind,until,code,since\nncci,,59,\n")

    assert codesets.modifier.find("59", on=TODAY) == Modifier(code="59", kind="ncci")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("modifier", "code,since,untill,kind\n", "modifier.csv:1 untill: unknown column; did you"),
        ("modifier", "code,since,kind\n", "modifier.csv:1 until: this column is missing"),
        ("modifier", "code,code,since,until,kind\n", "modifier.csv:1 code: this column stands"),
        ("modifier", "", "modifier.csv:1 code: this column is missing"),
        (
            "modifier",
            "code,since,until,kind\n25,,,payment\n2,,,ncci\n",
            "modifier.csv:3 code: not",
        ),
        (
            "modifier",
            "code,since,until,kind\n25,,,x\n",
            "modifier.csv:2 kind: not one of: payment",
        ),
        ("modifier", "code,since,until,kind\n25,,payment\n", "modifier.csv:2: 3 cells under 4"),
        (
            "modifier",
            "code,since,until,kind\n25,2026-13-01,,ncci\n",
            "modifier.csv:2 since: not a",
        ),
        (
            "modifier",
            "code,since,until,kind\n25,2026-05-01,2026-04-30,ncci\n",
            "modifier.csv:2 until: before `since`",
        ),
        ("modifier", 'code,since,until,kind\n25,,,"ncci\n', "modifier.csv:2: not CSV"),
        ("modifier", "code,since,until,kind\n25,,,ncci\x00\n", "modifier.csv:2"),
        ("place_of_service", "code,since,until,facility\n22,,,Y\n", "facility: not one of: yes"),
        (
            "fee",
            "code,modifier,since,until,facility,non_facility\n99901,,,,-1,0\n",
            "fee.csv:2 fac",
        ),
        (
            "fee",
            "code,modifier,since,until,facility,non_facility\n99901,,,,NaN,0\n",
            "fee.csv:2 f",
        ),
        (
            "mue",
            "side,code,units,indicator,since,until\ndme,A9901,1.5,1,,\n",
            "mue.csv:2 units: n",
        ),
        ("modifer", "code\n", "modifer.csv: no table of this name; did you mean modifier?"),
    ],
)
def test_what_is_not_understood_stops_the_whole_import(tmp_path, name, text, said):
    with pytest.raises(Problem) as caught:
        imported(tmp_path, **{name: text})

    assert said in caught.value.sentence()
    assert provenance(tmp_path / "codesets") == []


def test_all_mistakes_of_all_files_are_listed(tmp_path):
    with pytest.raises(Problem) as caught:
        imported(
            tmp_path,
            modifier="code,since,until,kind\n1,,,ncci\n2,,,ncci\n",
            taxonomy="code,since,until\nx,,\n",
        )
    assert len(caught.value.sentence().splitlines()) == 3


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        ("{", "not JSON"),
        ("[]", "not an object"),
        (json.dumps(MANIFEST | {"relase": "x"}), "relase: unknown key; did you mean release?"),
        (json.dumps(MANIFEST | {"complete": ["modifer"]}), "did you mean modifier?"),
        (json.dumps(MANIFEST | {"since": "soon"}), "since: should be a valid date"),
    ],
)
def test_a_wrong_manifest_is_refused(tmp_path, manifest, said):
    folder = a_folder(tmp_path / "csv")
    (folder / "manifest.json").write_text(manifest)

    with pytest.raises(Problem) as caught:
        import_tables(folder, tmp_path / "codesets")
    assert said in caught.value.sentence()


def test_a_failed_import_leaves_the_earlier_one_as_it_was(tmp_path):
    imported(tmp_path)
    before = {path: path.read_bytes() for path in (tmp_path / "codesets").iterdir()}

    with pytest.raises(Problem):
        imported(tmp_path, modifier="code\n")

    assert {path: path.read_bytes() for path in (tmp_path / "codesets").iterdir()} == before


def test_the_same_release_again_replaces_it_and_an_open_reader_keeps_its_own(tmp_path):
    first = imported(tmp_path)
    second = imported(tmp_path, modifier="code,since,until,kind\n59,,,ncci\n")

    assert second.modifier.find("25", on=TODAY) is None
    assert second.modifier.find("59", on=TODAY) is not None
    assert first.modifier.find("25", on=TODAY) is not None


def test_a_new_quarter_joins_the_old_one(tmp_path):
    imported(tmp_path)
    later = a_folder(tmp_path / "later")
    (later / "manifest.json").write_text(
        json.dumps(
            MANIFEST | {"release": "practice 2026Q4", "since": "2026-10-01", "until": "2026-12-31"}
        )
    )
    import_tables(later, tmp_path / "codesets")

    codesets = open_codesets(tmp_path / "codesets")
    for day in (date(2026, 4, 1), date(2026, 12, 31)):
        assert codesets.modifier.find("25", on=day) is not None
    assert codesets.missing("modifier", date(2027, 1, 1)) == "modifier: no table for 2027Q1"


def release(into: Path, name: str, kind: str, since: str, until: str | None, **more: object):
    """One release of a series of modifiers, in which 25 is of that kind."""
    origin = Provenance(
        **{
            "table": "modifier", "series": "m", "release": name,
            "since": date.fromisoformat(since), "until": until and date.fromisoformat(until),
            "complete_for": "", "synthetic": True, "source": "", "sha256": name, "rows": 1,
            "imported": now(),
        }
        | more
    )  # fmt: skip
    return write(into, f"{name}-{kind}", [(origin, [Modifier(code="25", kind=kind)])])


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_release_of_the_day_answers_in_whatever_order_they_came(tmp_path, order):
    quarters = [
        ("Q1", "payment", "2026-01-01", "2026-03-31"),
        ("Q2", "information", "2026-04-01", "2026-06-30"),
        ("Q2 again", "ncci", "2026-05-01", "2026-06-30"),
    ]
    for number in order:
        release(tmp_path, *quarters[number])

    table = open_codesets(tmp_path).modifier
    kinds = [
        table.find("25", on=day).kind
        for day in (date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 30), date(2026, 5, 1))
    ]
    assert kinds == ["payment", "information", "information", "ncci"]
    assert table.find("25", on=date(2026, 7, 1)) is None


def test_what_was_known_on_a_day_can_be_asked_after_a_correction_and_a_withdrawal(tmp_path):
    release(tmp_path, "first", "payment", "2026-04-01", None)
    before = now()
    wrong = release(tmp_path, "second", "ncci", "2026-04-01", None)
    between = now()
    withdraw(wrong)

    def kind(known_on):
        return open_codesets(tmp_path, known_on).modifier.find("25", on=TODAY).kind

    assert [kind(before), kind(between), kind(None)] == ["payment", "ncci", "payment"]
    assert open_codesets(tmp_path, before - timedelta(days=1)).modifier is None


def test_series_add_up_and_the_offices_own_comes_first(tmp_path):
    release(tmp_path, "official", "payment", "2026-04-01", None)
    import_tables(
        a_folder(tmp_path / "csv", modifier="code,since,until,kind\n25,,,ncci\n59,,,ncci\n"),
        tmp_path,
    )

    table = open_codesets(tmp_path).modifier
    assert table.find("25", on=TODAY).kind == "ncci"
    assert table.find("59", on=TODAY) is not None
    assert table.release_on(TODAY) == "practice 2026"


def test_a_file_that_is_not_ours_is_named(tmp_path):
    (tmp_path / "x.sqlite3").write_bytes(b"no database at all, but long enough to be one" * 9)
    with pytest.raises(Problem, match=r"x\.sqlite3: not tables that this version can read"):
        open_codesets(tmp_path)

    (tmp_path / "x.sqlite3").unlink()
    sqlite3.connect(tmp_path / "y.sqlite3").execute("CREATE TABLE t (a)").connection.close()
    with pytest.raises(Problem, match="not tables that this version can read"):
        open_codesets(tmp_path)


def test_no_folder_means_no_tables(tmp_path):
    assert vars(open_codesets(tmp_path / "none")) == vars(CodeSets())
    assert {row.origin for row in status(tmp_path / "none")} == {None}


def test_status_says_the_release_the_dates_and_that_it_is_synthetic(tmp_path):
    imported(tmp_path)

    said = {row.table: row.sentence() for row in status(tmp_path / "codesets")}
    assert said["modifier"] == (
        "modifier: practice 2026, from 2026-04-01 to 2026-09-30 (synthetic tables)"
    )
    assert said["icd10cm"] == "icd10cm: not imported"


def test_a_code_is_data_and_never_sql(tmp_path):
    codesets = imported(tmp_path)
    assert codesets.modifier.find("25' OR '1'='1", on=TODAY) is None


def test_a_full_disk_leaves_no_half_file(tmp_path, monkeypatch):
    import errno

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("bots.codesets.store._sync", full)
    with pytest.raises(Problem, match="No space left"):
        imported(tmp_path)
    assert [path.name for path in (tmp_path / "codesets").iterdir()] == [".lock"]


_days = st.integers(0, 40).map(lambda n: date(2026, 1, 1) + timedelta(n)) | st.none()
_codes = st.sampled_from(["99901", "99902", "99903"])
_edits = st.lists(
    st.builds(
        Ptp, column_1=_codes, column_2=_codes, indicator=st.sampled_from("01"),
        since=_days, until=_days,
    ),
    max_size=12,
)  # fmt: skip


@given(rows=_edits, one=_codes, two=_codes)
def test_the_pairs_beside_a_table_say_of_any_two_codes_whether_an_edit_joins_them(
    tmp_path_factory, rows, one, two
):
    folder = tmp_path_factory.mktemp("pairs")
    path = release_of_edits(folder, rows)
    beside = path.with_suffix(".ptp_practitioner.pairs")
    joined = any({row.column_1, row.column_2} == {one, two} for row in rows)

    assert Pairs(beside)(one, two) is joined
    assert open_codesets(folder).ptp_practitioner.relates(one, two) is joined
    beside.unlink()
    assert open_codesets(folder).ptp_practitioner.relates(one, two)  # then the table is asked


def test_pairs_that_were_cut_are_refused(tmp_path):
    path = release_of_edits(tmp_path, [Ptp(column_1="99901", column_2="99902", indicator="1")])
    beside = path.with_suffix(".ptp_practitioner.pairs")
    beside.write_bytes(beside.read_bytes()[:-1])

    with pytest.raises(Problem, match="not a file of pairs"):
        open_codesets(tmp_path)


def release_of_edits(folder: Path, rows: list[Ptp]) -> Path:
    origin = Provenance(
        table="ptp_practitioner", series="r", release="r", since=None, until=None,
        complete_for="", synthetic=True, source="", sha256="", rows=len(rows), imported=now(),
    )  # fmt: skip
    return write(folder, "r", [(origin, rows)])


@given(rows=_edits, one=_codes, two=_codes, day=_days.filter(bool))
def test_find_agrees_with_reading_every_row(tmp_path_factory, rows, one, two, day):
    folder = tmp_path_factory.mktemp("find")
    release_of_edits(folder, rows)
    table = open_codesets(folder).ptp_practitioner

    of_pair = [row for row in rows if (row.column_1, row.column_2) == (one, two)]
    in_force = [row for row in of_pair if row.holds_on(day)]
    found = table.find(one, two, on=day)
    assert found in in_force if in_force else found is None
    assert sorted(map(repr, table.rows(one, two))) == sorted(map(repr, of_pair))
    since = [row.since or date.min for row in table.rows(one, two)]
    assert since == sorted(since)


@given(text=st.text(max_size=120), name=st.sampled_from(sorted(FORMS)))
def test_any_text_as_a_table_is_imported_or_refused_with_a_sentence(tmp_path_factory, text, name):
    folder = tmp_path_factory.mktemp("any")
    source = a_folder(folder / "csv")
    (source / f"{name}.csv").write_text(text, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(Problem):
        import_tables(source, folder / "codesets")
