"""The one door for tables: all or nothing, whatever comes, whenever it is stopped."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from official_files import anweb, mue, pprrvu, ptp, workbook, written, zipped

from bots.codesets import CodeSets, open_codesets, store
from bots.codesets.importing import Outcome, take
from bots.codesets.official import Told, formats
from bots.codesets.store import damaged, files, importing, imports, withdraw
from bots.errors import Problem

DAY = date(2024, 8, 1)
EDIT = ("11111", "22222", "20240101", "*", "0")


def release(tmp_path: Path, name: str = "ccipra-v302r0.txt", *edits) -> Path:
    return written(tmp_path / "in" / name, ptp(*(edits or (EDIT,))))


def opened(tmp_path: Path) -> CodeSets:
    return open_codesets(tmp_path / "to")


def left_behind(folder: Path) -> list[str]:
    """What is neither an import nor beside one."""
    known = {".sqlite3", ".sums", ".pairs", ".withdrawn"}
    return [path.name for path in folder.iterdir() if path.suffix not in known]


def test_the_same_bytes_are_imported_once(tmp_path):
    path = release(tmp_path)
    first, again = take([path], tmp_path / "to"), take([path], tmp_path / "to")
    assert [len(first.taken), len(again.taken), len(again.known)] == [1, 0, 1]
    assert len(files(tmp_path / "to")) == 1


def test_the_same_bytes_in_a_zip_or_in_a_folder_are_the_same(tmp_path):
    path = release(tmp_path)
    take([path], tmp_path / "to")
    archive = zipped(tmp_path / "ccipra-v302r0.zip", ccipra_v302r0__txt=path.read_bytes())
    assert take([archive, path.parent], tmp_path / "to").taken == []


def test_the_same_bytes_with_other_days_are_another_import(tmp_path):
    path = written(tmp_path / "MUE_Eff_07-01-2024.csv", mue(("11111", "3", "1 Line Edit")))
    take([path], tmp_path / "to")
    told = Told(until=date(2024, 12, 31))
    assert len(take([path], tmp_path / "to", told).taken) == 1
    assert take([path], tmp_path / "to", told).taken == []
    assert opened(tmp_path).mue_practitioner.covers(date(2024, 12, 31))


def test_a_release_says_the_same_whatever_the_order_in_which_it_came(tmp_path):
    """Two quarters and a revision of the second: the second quarter is the revision's."""
    second = release(tmp_path, "ccipra-v301r0.txt", EDIT)
    third = release(tmp_path, "ccipra-v302r0.txt", ("11111", "22222", "20240101", "20240630", "0"))
    revised = release(
        tmp_path, "ccipra-v302r1.txt", ("11111", "22222", "20240101", "20240731", "0")
    )
    days = [date(2024, month, 1) for month in (2, 5, 7, 8)]
    for number, order in enumerate(permutations([second, third, revised, third])):
        into = tmp_path / f"to{number}"
        for path in order:
            take([path], into)
        table = open_codesets(into).ptp_practitioner
        said = [table.find("11111", "22222", on=day) is not None for day in days]
        assert said == [True, True, True, False], [path.name for path in order]
        assert "v30.2r1" in str(table.release_on(DAY))


def test_a_correction_of_the_same_name_answers_from_then_on_and_the_old_one_is_kept(tmp_path):
    path = release(tmp_path)
    take([path], tmp_path / "to")
    before = datetime.now(UTC)
    take([release(tmp_path, path.name, ("11111", "33333", "20240101", "*", "0"))], tmp_path / "to")
    now, then = opened(tmp_path), open_codesets(tmp_path / "to", known_on=before)
    assert now.ptp_practitioner.find("11111", "22222", on=DAY) is None
    assert now.ptp_practitioner.find("11111", "33333", on=DAY)
    assert then.ptp_practitioner.find("11111", "22222", on=DAY)


def test_what_was_withdrawn_can_be_imported_again(tmp_path):
    path = release(tmp_path)
    take([path], tmp_path / "to")
    withdraw(files(tmp_path / "to")[0])
    gone = datetime.now(UTC)
    assert opened(tmp_path).ptp_practitioner is None
    take([path], tmp_path / "to")
    assert opened(tmp_path).ptp_practitioner.find("11111", "22222", on=DAY)
    assert open_codesets(tmp_path / "to", known_on=gone).ptp_practitioner is None


def test_one_bad_file_of_many_and_none_is_taken(tmp_path):
    folder = tmp_path / "in"
    release(tmp_path)
    written(folder / "MUE_Eff_07-01-2024.csv", mue(("11111", "x", "1 Line Edit")))
    with pytest.raises(Problem, match=r"MUE_Eff_07-01-2024\.csv:4"):
        take([folder], tmp_path / "to")
    assert files(tmp_path / "to") == []
    assert left_behind(tmp_path / "to") == [".lock"]


def test_what_is_no_table_is_named_and_passed_over(tmp_path):
    release(tmp_path)
    written(tmp_path / "in" / "readme.txt", "Words about the files.\nAnd more.\n")
    (tmp_path / "in" / "layout.pdf").write_bytes(b"%PDF-1.7\0\0")
    outcome = take([tmp_path / "in"], tmp_path / "to")
    assert len(outcome.taken) == 1
    assert [line.partition(": ")[0].rpartition("/")[2] for line in outcome.passed_over] == [
        "layout.pdf",
        "readme.txt",
    ]


@pytest.mark.parametrize("name", ["readme.txt", "empty.txt", "nothing-here.csv"])
def test_a_file_that_is_no_table_is_refused_with_what_to_do(tmp_path, name):
    if name != "nothing-here.csv":
        written(tmp_path / name, "" if name.startswith("empty") else "Words.\n")
    with pytest.raises(Problem) as caught:
        take([tmp_path / name], tmp_path / "to")
    assert name in caught.value.sentence()
    assert caught.value.do


def test_the_closest_format_is_named_where_a_heading_changed(tmp_path):
    text = mue(("11111", "3", "1 Line Edit")).replace("MUE Adjudication Indicator", "Kind")
    with pytest.raises(Problem, match=r"looks like NCCI medically unlikely.*indicator"):
        take([written(tmp_path / "MUE_Eff_07-01-2024.csv", text)], tmp_path / "to")


def test_text_and_workbook_of_one_table_are_one_table(tmp_path):
    text = mue(("11111", "3", "1 Line Edit"))
    rows = [["Notice"], ["HCPCS/CPT Code", "Practitioner Services MUE Values",
                         "MUE Adjudication Indicator"], ["11111", 3, "1 Line Edit"]]  # fmt: skip
    book = workbook(tmp_path / "book.xlsx", rows).read_bytes()
    archive = zipped(
        tmp_path / "mue.zip",
        **{"MUE_Eff_07-01-2024__csv": text, "MUE_Eff_07-01-2024__xlsx": book},
    )
    outcome = take([archive], tmp_path / "to")
    assert [entry.source for entry in outcome.taken] == ["MUE_Eff_07-01-2024.csv"]
    assert "the same table" in outcome.passed_over[0]


def test_two_files_that_call_themselves_the_same_release_are_refused(tmp_path):
    """As the fee schedule's two conversion factors of 2026 come in one zip."""
    written(tmp_path / "in" / "PPRRVU2024_Jul_nonQPP.csv", pprrvu({}))
    written(tmp_path / "in" / "PPRRVU2024_Jul_QPP.csv", pprrvu({"factor": "33.59"}))
    with pytest.raises(Problem, match="import the right one alone"):
        take([tmp_path / "in"], tmp_path / "to")
    assert files(tmp_path / "to") == []


def test_provenance_says_file_digest_rows_when_and_by_whom(tmp_path):
    import getpass
    import hashlib

    path = release(tmp_path)
    take([path], tmp_path / "to")
    ((_, origin),) = imports(tmp_path / "to")
    assert origin.source == path.name
    assert origin.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert origin.rows == 1
    assert origin.by == getpass.getuser()
    assert datetime.now(UTC) - origin.imported < timedelta(minutes=1)


# --- what others may send ---------------------------------------------------------------------


def zip_with(path: Path, name: str, body: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, body)
    return path


@pytest.mark.parametrize(
    "name", ["../../evil.txt", "/etc/evil.txt", "a/../../b.txt", "..\\x.txt", "C:/x"]
)
def test_a_path_that_leads_out_of_a_zip_is_refused(tmp_path, name):
    with pytest.raises(Problem, match="leads outside"):
        take([zip_with(tmp_path / "x.zip", name, b"words")], tmp_path / "to")
    assert not (tmp_path / "evil.txt").exists()


def test_a_zip_bomb_is_refused_before_it_fills_the_disk(tmp_path):
    bomb = zip_with(tmp_path / "bomb.zip", "x.txt", b"\n" * 50_000_000)
    assert bomb.stat().st_size < 100_000
    with pytest.raises(Problem, match="far too much"):
        take([bomb], tmp_path / "to")
    assert left_behind(tmp_path / "to") == [".lock"]


def test_a_workbook_that_is_a_bomb_is_refused(tmp_path):
    book = workbook(tmp_path / "x.xlsx", [["HCPC"]])
    with zipfile.ZipFile(book, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/bomb.xml", b" " * 50_000_000)
    with pytest.raises(Problem, match="far too much"):
        take([book], tmp_path / "to")


def test_a_zip_of_thousands_of_files_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for number in range(2_100):
            archive.writestr(f"{number}.txt", b"x")
    with pytest.raises(Problem, match="far too much"):
        take([tmp_path / "x.zip"], tmp_path / "to")


def test_an_encrypted_zip_is_refused(tmp_path):
    path = zip_with(tmp_path / "x.zip", "x.txt", b"words")
    data = bytearray(path.read_bytes())
    data[6] |= 1  # the flag in the local header, and in the directory
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(Problem, match="encrypted"):
        take([path], tmp_path / "to")


def test_a_damaged_zip_is_refused(tmp_path):
    path = zip_with(tmp_path / "x.zip", "ccipra-v302r0.txt", os.urandom(5_000))
    data = bytearray(path.read_bytes())
    data[2_000] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(Problem, match="damaged zip"):
        take([path], tmp_path / "to")


def test_a_zip_in_a_zip_is_opened_and_no_deeper(tmp_path):
    inner = zip_with(tmp_path / "1.zip", "ccipra-v302r0.txt", release(tmp_path).read_bytes())
    middle = zip_with(tmp_path / "2.zip", "1.zip", inner.read_bytes())
    outer = zip_with(tmp_path / "3.zip", "2.zip", middle.read_bytes())
    assert len(take([middle], tmp_path / "to").taken) == 1
    with pytest.raises(Problem, match="inside zips"):
        take([outer], tmp_path / "to")


# --- stopped, crowded, full -------------------------------------------------------------------


def in_a_child(work: Callable[[], object]) -> int:
    """Run `work` in a process of its own; its exit code, or minus the signal."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            os._exit(2)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(step: int) -> None:
    """Let this process be killed when it comes to its `step`-th change of the disk."""
    done = 0

    def counted(name: str, owner: object) -> None:
        real = getattr(owner, name)

        def call(*given: object, **named: object) -> object:
            nonlocal done
            done += 1
            if done == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*given, **named)

        setattr(owner, name, call)

    for name, owner in (
        ("replace", Path), ("unlink", Path), ("write_text", Path), ("_sync", store),
        ("_fill_table", store), ("write_pairs", store), ("sum_of", store),
    ):  # fmt: skip
        counted(name, owner)


def test_an_import_that_is_killed_at_any_moment_leaves_the_old_tables(tmp_path):
    take([release(tmp_path)], tmp_path / "to")
    folder = tmp_path / "new"
    written(folder / "ccipra-v303r0.txt", ptp(EDIT, ("11111", "33333", "20241001", "*", "0")))
    written(folder / "HCPC2024_OCT_ANWEB.txt", anweb(("A0021", "3", "x", "19850101", "")))
    later = date(2024, 11, 1)
    ends = []
    for step in range(1, 60):

        def work(step: int = step) -> None:
            killed_at(step)
            take([folder], tmp_path / "to")

        ends.append(in_a_child(work))
        codesets = opened(tmp_path)
        assert codesets.ptp_practitioner.find("11111", "22222", on=DAY), step
        assert [damaged(path) for path in files(tmp_path / "to")].count(None) == len(
            files(tmp_path / "to")
        ), step
        if ends[-1] == 0:
            break
    assert ends[:-1] == [-signal.SIGKILL] * (len(ends) - 1)
    assert len(ends) > 10
    take([folder], tmp_path / "to")
    codesets = opened(tmp_path)
    assert codesets.ptp_practitioner.find("11111", "33333", on=later)
    assert codesets.procedure.find("A0021", on=later)
    assert left_behind(tmp_path / "to") == [".lock"]


def test_a_full_disk_leaves_the_old_tables(tmp_path):
    """A real limit on the size of files, in a process of its own."""
    import resource

    take([release(tmp_path)], tmp_path / "to")
    many = [(f"{number:05d}", "99999", "20240101", "*", "0") for number in range(20_000)]
    path = release(tmp_path, "ccipra-v303r0.txt", *many)

    def work() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            take([path], tmp_path / "to")
        except Problem as problem:
            os._exit(7 if "cannot be written" in problem.what else 8)

    assert in_a_child(work) == 7
    assert len(files(tmp_path / "to")) == 1
    assert opened(tmp_path).ptp_practitioner.find("11111", "22222", on=DAY)
    assert left_behind(tmp_path / "to") == [".lock"]


def test_a_second_import_waits_for_the_first_and_says_so(tmp_path):
    path, said, done = release(tmp_path), [], []

    def second() -> None:
        done.append(take([path], tmp_path / "to", say=said.append))

    with importing(tmp_path / "to"):
        thread = threading.Thread(target=second)
        thread.start()
        while not said:
            pass
        assert done == []
        assert files(tmp_path / "to") == []
    thread.join(10)
    assert isinstance(done[0], Outcome)
    assert said[0] == "another import is under way; waiting for it"
    assert len(files(tmp_path / "to")) == 1


def test_two_imports_at_once_take_a_release_once(tmp_path):
    path, outcomes = release(tmp_path), []
    threads = [
        threading.Thread(target=lambda: outcomes.append(take([path], tmp_path / "to")))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(len(outcome.taken) for outcome in outcomes) == [0, 0, 0, 1]
    assert len(files(tmp_path / "to")) == 1


@pytest.mark.parametrize("suffix", [".sqlite3", ".sums", ".ptp_practitioner.pairs"])
def test_damage_shows(tmp_path, suffix):
    take([release(tmp_path)], tmp_path / "to")
    (path,) = files(tmp_path / "to")
    assert damaged(path) is None
    beside = path.with_suffix(suffix)
    data = bytearray(beside.read_bytes())
    data[len(data) // 2] ^= 1
    beside.write_bytes(data)
    assert damaged(path)
    beside.unlink()
    if suffix != ".sqlite3":
        assert "missing" in str(damaged(path))


# --- dates between releases -------------------------------------------------------------------


@pytest.fixture
def two_quarters(tmp_path) -> CodeSets:
    """An edit that ended with the second quarter, one that begins with the third."""
    take(
        [
            release(tmp_path, "ccipra-v301r0.txt", EDIT),
            release(
                tmp_path, "ccipra-v302r0.txt",
                ("11111", "22222", "20240101", "20240630", "0"),
                ("11111", "33333", "20240701", "*", "1"),
            ),
            written(tmp_path / "in" / "a_Eff_04-01-2024.csv", mue(("11111", "1", "1 Line Edit"))),
            written(tmp_path / "in" / "b_Eff_07-01-2024.csv", mue(("11111", "2", "1 Line Edit"))),
        ],
        tmp_path / "to",
    )  # fmt: skip
    return opened(tmp_path)


@pytest.mark.parametrize(
    ("day", "ended", "begins", "limit"),
    [
        (date(2024, 3, 31), True, False, None),  # before the first limits
        (date(2024, 6, 30), True, False, 1),
        (date(2024, 7, 1), False, True, 2),
        (date(2024, 9, 30), False, True, 2),
    ],
)
def test_a_stay_across_the_quarters_is_judged_day_by_day(two_quarters, day, ended, begins, limit):
    table = two_quarters.ptp_practitioner
    assert (table.find("11111", "22222", on=day) is not None) is ended
    assert (table.find("11111", "33333", on=day) is not None) is begins
    found = two_quarters.mue_practitioner.find("11111", on=day)
    assert (found.units if found else None) == limit


def test_before_the_first_and_after_the_last_release_there_is_no_answer(two_quarters):
    assert two_quarters.missing("mue_practitioner", date(2024, 3, 31)) == (
        "mue_practitioner: no table for 2024Q1"
    )
    assert two_quarters.missing("ptp_practitioner", date(2024, 10, 1)) == (
        "ptp_practitioner: no table for 2024Q4"
    )


def test_every_format_is_listed_with_its_page_and_files():
    assert len(formats()) >= 13
    for entry in formats():
        assert entry.page.startswith("https://")
        assert entry.files


def test_rows_of_a_stored_file_are_in_the_order_of_their_key(tmp_path):
    take([release(tmp_path, "ccipra-v302r0.txt", ("22222", "11111", "20240101", "*", "0"), EDIT)],
         tmp_path / "to")  # fmt: skip
    (path,) = files(tmp_path / "to")
    assert [row.column_1 for row in store.rows_of(path, "ptp_practitioner")] == ["11111", "22222"]
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
