"""A backup of an office at work: one closed file, sealed, whole or not there."""

from __future__ import annotations

import base64
import io
import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
import time_machine
from keeping.offices import NAME, ORIGIN, Office

from bots.config import load_settings
from bots.errors import Problem
from bots.keeping import archive
from bots.keeping.archive import ArchiveWriter, Manifest, unpack
from bots.keeping.backup import take
from bots.keeping.restore import prove, restore
from bots.keeping.sealing import PIECE, SealedReader, SealedWriter
from bots.places import Places
from bots.secrets import MasterKey, development_key
from bots.store import apart

KEY = MasterKey(bytes(range(32)), "test")


def taken(office, **more):
    return take(office.places, load_settings(), development_key(office.places), **more)


def opened(path, office) -> dict[str, bytes]:
    """All that is in a backup, by name."""
    folder = office.places.root.parent / f"opened-{path.name}"
    folder.mkdir()
    with path.open("rb") as file:
        unpack(SealedReader(file, development_key(office.places), ""), folder, "")
    return {p.relative_to(folder).as_posix(): p.read_bytes()
            for p in folder.rglob("*") if p.is_file()}  # fmt: skip


def test_a_backup_is_one_closed_file_with_store_log_keys_and_configuration(office, tmp_path):
    office.works()

    made = taken(office, to=tmp_path)

    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert made.path.parent == tmp_path
    names = set(opened(made.path, office))
    assert {"store.sqlite3", f"ledger/{ORIGIN}/000000000001.jsonl", "keys/patients.sqlite3",
            f"keys/{ORIGIN}.ledger.sealed", "config/portals.yaml",
            "selectors/practice.yaml"} <= names  # fmt: skip
    assert not [name for name in names if name.startswith(("codesets/", "reports/", "sessions/"))]
    assert not list(office.places.root.glob(".keeping-*")), "an open copy was left behind"


def test_nothing_of_a_patient_and_no_key_can_be_read_from_it(office):
    run = office.works()
    key = base64.b64encode(development_key(office.places)._raw)

    made = taken(office)

    sealed = made.path.read_bytes()
    for canary in (NAME.encode(), f"{run}-0".encode(), b"SQLite format", ORIGIN.encode()):
        assert canary not in sealed
    inside = opened(made.path, office)
    assert NAME.encode() in inside["store.sqlite3"], "the scan would see it"
    assert not [name for name, text in inside.items() if key in text or name.endswith(".key")]


def test_tables_and_reports_come_along_where_they_are_asked_for(office):
    (office.places.codesets / "mue.sqlite3").write_bytes(b"table")
    (office.places.reports / "R-1").mkdir()
    (office.places.reports / "R-1" / "report.html").write_text("report")

    inside = opened(taken(office, codesets=True, reports=True).path, office)

    assert inside["codesets/mue.sqlite3"] == b"table"
    assert inside["reports/R-1/report.html"] == b"report"


def test_a_backup_is_taken_while_a_run_holds_the_folder_and_says_where_it_is(office):
    from bots.runs.office import sole_worker

    office.works()
    with sole_worker(office.places):
        said = office.says("backup")

    assert said.exit_code == 0, said.output
    (path,) = office.places.backups.iterdir()
    assert str(path) in said.output
    assert "bring it to another one" in said.output
    assert "the master key is not in it" in said.output


def test_what_happens_between_the_copies_is_never_in_the_store_alone(office, monkeypatch):
    """The store first, then the log: the other way round a save would be on no log."""
    copied = apart.copy

    def busily(source, target):
        office.works(claims=1)
        copied(source, target)
        office.works(claims=1)

    office.works()
    monkeypatch.setattr(apart, "copy", busily)
    made = taken(office)
    monkeypatch.undo()

    inside = opened(made.path, office)
    log = b"".join(text for name, text in inside.items() if name.endswith(".jsonl"))
    (office.places.root / "copy").write_bytes(inside["store.sqlite3"])
    with closing(sqlite3.connect(office.places.root / "copy")) as store:
        kept = [row[0] for row in store.execute("SELECT intent FROM store_changerow")]
    assert len(kept) == 4
    assert all(f'"intent":"{intent}"'.encode() in log for intent in kept)


AT_WORK = """
import sys
sys.path[:0] = ["tests"]
from pathlib import Path
from keeping.offices import Office
from bots.places import here
office = Office(here(), Path("config"))
print("begun", flush=True)
while True:
    office.works(claims=5)
"""


def test_in_a_backup_of_an_office_at_work_the_log_knows_all_that_the_store_knows(office):
    """F100's other half: the copy of the log is never older than the copy of the store."""
    office.works()
    worker = subprocess.Popen(
        [sys.executable, "-c", AT_WORK], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    try:
        assert worker.stdout.readline()
        backups, last = {}, time.monotonic() + 30
        while len(backups) < 4 and time.monotonic() < last:
            made = taken(office)
            backups[made.manifest.records] = made
        assert worker.poll() is None
    finally:
        worker.kill()
        worker.wait()

    assert len(backups) == 4, "it was not at work"
    newest = 0
    for size, made in backups.items():
        there = Office(Places(office.places.root.parent / f"there-{size}"), office.config)
        done = restore(made.path, there.places, load_settings(), development_key(office.places))
        assert done.proof.faults == ()
        there.takes_the_key_of(office)
        in_the_store = {intent for intent, _ in there.in_the_store()}
        assert in_the_store <= {intent for intent, _ in there.on_the_log()}
        assert len(in_the_store) >= newest
        newest = len(in_the_store)


@pytest.mark.parametrize("place", ["backup.after_store", "backup.after_log", "backup.before_name"])
def test_one_that_is_killed_leaves_nothing_that_looks_whole_and_the_next_cleans_up(office, place):
    office.works()

    died = office.command("backup", CLAIMBOTS_CRASH_AT=place)

    assert died.returncode == -signal.SIGKILL, died.stderr
    assert not list(office.places.backups.glob("*.backup"))
    (left,) = office.places.backups.iterdir()
    if place != "backup.before_name":
        with pytest.raises(Problem, match=r"not whole|no backup"):
            prove(left, office.places, load_settings(), development_key(office.places))

    taken(office)

    assert [p.suffix for p in office.places.backups.iterdir()] == [".backup"]
    assert not list(office.places.root.glob(".keeping-*"))


@pytest.mark.parametrize("nth", [1, 2])
def test_a_disk_that_fails_leaves_no_file(office, monkeypatch, tmp_path, nth):
    office.works()
    put, seen = SealedWriter._put, []

    def full(self, plain, *, is_last):
        seen.append(plain)
        if len(seen) == nth or is_last:
            raise OSError(28, "No space left on device")
        put(self, plain, is_last=is_last)

    monkeypatch.setattr(SealedWriter, "_put", full)
    with pytest.raises(Problem, match=r"backup cannot be written \(No space"):
        taken(office, to=tmp_path)

    assert not list(tmp_path.glob("*backup*"))
    assert not list(tmp_path.glob(".*backup*"))


def test_what_is_being_written_of_another_office_in_the_same_folder_is_not_cleaned_up(
    office, tmp_path
):
    """Its name may begin with ours."""
    ours = [tmp_path / f".claimbots-{ORIGIN}-20260930T060000Z{n}.backup.new" for n in ("", "-2")]
    theirs = tmp_path / f".claimbots-{ORIGIN}-2-20260930T060000Z.backup.new"
    for path in (*ours, theirs):
        path.touch()

    take(office.places, load_settings(), development_key(office.places), tmp_path)

    assert [path.exists() for path in (*ours, theirs)] == [False, False, True]


def test_two_of_the_same_second_have_names_of_their_own(office, tmp_path):
    with time_machine.travel("2026-09-30T06:30:00Z", tick=False):
        names = [taken(office, to=tmp_path).path.name for _ in range(3)]

    head = "claimbots-claimbots-office-20260930T063000Z"
    assert names == [f"{head}.backup", f"{head}-2.backup", f"{head}-3.backup"]


def test_a_file_that_is_there_is_not_written_over(office, tmp_path):
    (tmp_path / "old.backup").write_text("yesterday's")

    with pytest.raises(Problem, match="a file of that name is there"):
        taken(office, to=tmp_path / "old.backup")

    assert (tmp_path / "old.backup").read_text() == "yesterday's"


# -- the sealed stream ------------------------------------------------------------------


def sealed(plain: bytes) -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(file, KEY)
    writer.write(plain)
    writer.close()
    return file.getvalue()


def unsealed(whole: bytes, key: MasterKey = KEY) -> bytes:
    return SealedReader(io.BytesIO(whole), key, "x.backup").read(1 << 30)


HEAD = len(sealed(b"")) - 16


@pytest.mark.parametrize("length", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_what_was_sealed_is_read_again(length):
    plain = os.urandom(length)

    assert unsealed(sealed(plain)) == plain


@pytest.mark.parametrize("step", [1000, 700_001, PIECE, PIECE + 7, 2_500_000])
def test_it_is_read_in_whatever_steps_one_likes(step):
    plain = os.urandom(3 * PIECE + 11)
    reader = SealedReader(io.BytesIO(sealed(plain)), KEY, "x.backup")

    assert b"".join(iter(lambda: reader.read(step), b"")) == plain


@pytest.mark.parametrize(
    "attack",
    [
        lambda w: w[:-1],
        lambda w: w[: HEAD + PIECE + 16],  # the last piece is left out
        lambda w: w + b"x",
        lambda w: w[:HEAD] + w[HEAD + PIECE + 16 :],  # the first piece is left out
        lambda w: w[:HEAD] + w[HEAD + PIECE + 16 :][: PIECE + 16] + w[HEAD:][: PIECE + 16],
        lambda w: w[:-20] + bytes([w[-20] ^ 1]) + w[-19:],
        lambda w: w[: HEAD - 1] + bytes([w[HEAD - 1] ^ 1]) + w[HEAD:],  # another salt
    ],
    ids=["cut", "no-end", "longer", "no-beginning", "swapped", "flipped", "salt"],
)
def test_a_stream_that_was_cut_moved_or_altered_is_refused(attack):
    whole = sealed(os.urandom(2 * PIECE + 100))

    with pytest.raises(Problem, match="cut off or was altered"):
        unsealed(attack(whole))


def test_another_master_key_is_named_before_anything_is_read():
    other = MasterKey(bytes(32), "other")

    with pytest.raises(Problem, match=f"another master key .*{KEY.fingerprint}"):
        unsealed(sealed(b"plain"), other)


# -- the archive ------------------------------------------------------------------------


def manifest_of(entries) -> Manifest:
    return Manifest(claimbots="0", taken_at="", origin="o", migration="", records=0,
                    checkpoint="", entries=tuple(entries))  # fmt: skip


def crafted(*files: tuple[str, bytes], manifest=manifest_of) -> io.BytesIO:
    """An archive by one who holds the key and writes what names he likes."""
    file = io.BytesIO()
    stream = SealedWriter(file, KEY)
    writer = ArchiveWriter(stream)
    for name, text in files:
        writer.add(name, [text])
    if manifest:
        writer.end(manifest(writer.entries))
    stream.close()
    file.seek(0)
    return file


@pytest.mark.parametrize(
    "name",
    ["../x", "keys/../../x", "/etc/x", "keys//x", "keys/.hidden", "keys/..", "store.sqlite3/x",
     "elsewhere/x", "keys", "keys/a\\b", "keys/a\nb", "locks/STOP", "x/" * 9 + "x"],
)  # fmt: skip
def test_a_name_that_leads_out_of_its_room_is_refused(name, tmp_path, monkeypatch):
    with pytest.raises(ValueError, match="a file in it"):
        archive.checked_name(name)
    monkeypatch.setattr(archive, "checked_name", lambda name: name)
    file = crafted((name, b"x"))
    monkeypatch.undo()

    with pytest.raises(Problem, match="not whole"):
        unpack(SealedReader(file, KEY, ""), tmp_path / "to", "x.backup")

    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        (None, "no manifest"),
        (lambda entries: manifest_of(entries[:-1]), "not those that its manifest names"),
        (lambda entries: manifest_of([*entries, entries[0]]), "not those"),
        (lambda entries: manifest_of(entries[::-1]), "not those"),
    ],
    ids=["none", "short", "twice", "other-order"],
)
def test_a_manifest_names_every_file_and_no_other(manifest, says, tmp_path):
    file = crafted(("keys/a", b"1"), ("keys/b", b"2"), manifest=manifest)

    with pytest.raises(Problem, match=says):
        unpack(SealedReader(file, KEY, ""), tmp_path / "to", "")


def test_a_backup_of_a_newer_form_says_so(tmp_path):
    file = io.BytesIO()
    stream = SealedWriter(file, KEY)
    writer = ArchiveWriter(stream)
    for part in (b"manifest.json", json.dumps({"form": 2}).encode(), b""):
        writer._put(part)
    stream.close()
    file.seek(0)

    with pytest.raises(Problem, match="newer version"):
        unpack(SealedReader(file, KEY, ""), tmp_path / "to", "")
