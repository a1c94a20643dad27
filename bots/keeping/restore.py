"""Prove a backup whole, and put it back.

Everything is unpacked into a closed folder beside its place first, proved there, and only then
moved: the log before the store, the store last, each in one step. What is there is never
replaced; a restore that was killed is begun again and goes on.

A log that is in place is kept, where it goes on from the one in the backup: it knows what was
saved since, and the store is brought up to it (`bots.runs.behind`), so that nothing is done twice.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from bots.config import Settings
from bots.crashpoints import crashpoint
from bots.errors import Problem
from bots.keeping.archive import STORE, Manifest, unpack
from bots.keeping.backup import scratch_in
from bots.keeping.sealing import SealedReader
from bots.ledger import Checkpoint, Ledger, PublicKey, trusted_public_key, verify
from bots.ledger.reading import read_records
from bots.places import Places
from bots.runs.behind import Behind, behind, beyond, catch_up, known_up_to
from bots.runs.office import sole_backup, sole_worker
from bots.secrets import MasterKey
from bots.secrets.master import sync_folder
from bots.store import apart, brake, database
from bots.store.address import database_url


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of a backup, and of the log that is in place where it would be put back."""

    manifest: Manifest
    faults: tuple[str, ...]
    inside: Behind  # what the log in it knows that its store does not
    here: Behind | None  # what the log in this data folder knows beyond that; None without one
    other: str  # why the log in this data folder is none that goes on from it
    is_older: bool  # its store is of an older version

    @property
    def newer(self) -> Behind:
        """What the newest log at hand knows that the store in the backup does not."""
        return self.here if self.here is not None else self.inside


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back and what was kept, by room, and what the store was told by the log."""

    proof: Proof
    put: tuple[str, ...]
    kept: tuple[str, ...]
    caught_up: Behind
    is_stopped: bool  # writing was stopped, as the log says, and is so again


def prove(file: Path, places: Places, settings: Settings, master: MasterKey) -> Proof:
    """Open a backup, look at all of it, and leave nothing behind.

    Raises:
        Problem: it cannot be read, or it is cut off or altered.
    """
    with sole_backup(places.made()), scratch_in(places) as folder:
        return _proved(_unpacked(file, folder, places, master), folder, places, settings)


def restore(file: Path, places: Places, settings: Settings, master: MasterKey) -> Restored:
    """Put a backup into a data folder that has no store.

    Raises:
        Problem: something is at work there, a store is there, the backup is not whole, or the
            log that is there is another one.
    """
    with sole_worker(places.made()), sole_backup(places):
        _refuse_a_store(places)
        with scratch_in(places) as folder:
            manifest = _unpacked(file, folder, places, master)
            proof = _proved(manifest, folder, places, settings)
            if proof.faults:
                raise Problem(
                    f"the backup is not whole: {proof.faults[0]}",
                    where=str(file),
                    do="take an older one; `--verify` says all that is wrong",
                    exit=1,
                )
            if proof.other:
                raise Problem(
                    f"the audit log here does not go on from the one in the backup: {proof.other}",
                    where=str(places.ledger / manifest.origin),
                    do="keep it as it is, and restore --to another folder",
                    exit=1,
                )
            put, kept = _in_place(manifest, folder, places)
            # Before there is a store: without one no run begins, whatever comes between.
            stopped = stopped_as_logged(places, manifest.origin)
            if stopped is not None:
                brake.stop(places, stopped.by, f"{stopped.reason}, after a restore")
            _forget_workflows(places)
            crashpoint("restore.before_store")
            _put_where_none_is(folder / STORE, places.store)
        caught_up = Behind()
        if (places.ledger / manifest.origin).is_dir() and not proof.is_older:
            caught_up = _told_by_the_log(places, manifest.origin, master)
    is_stopped = stopped is not None
    return Restored(
        proof, tuple(sorted({*put, "store"})), tuple(sorted(kept)), caught_up, is_stopped
    )


def _refuse_a_store(places: Places) -> None:
    if database_url(places):
        raise Problem(
            "the store of this data folder is in PostgreSQL",
            where="claimbots.yaml store.database_url",
            # Not to work there: its log ends where the backup's does, and this one goes on.
            do="restore --to a FOLDER that is only for this; then, with an empty database, in "
            "this data folder `claimbots store move FOLDER/store.sqlite3`",
        )
    # A -wal of another store would be read into the one that is put back.
    names = (STORE, f"{STORE}-wal", f"{STORE}-shm", f"{STORE}-journal")
    there = [name for name in names if (places.root / name).exists()]
    if there:
        raise Problem(
            f"a store is there ({', '.join(there)}), and nothing is written over it",
            where=str(places.root),
            do="move it aside, with its -wal and -shm, or restore --to another folder",
        )


def _unpacked(file: Path, folder: Path, places: Places, master: MasterKey) -> Manifest:
    where = str(file)
    try:
        with file.open("rb") as source:
            size = os.fstat(source.fileno()).st_size
            if shutil.disk_usage(places.root).free < size:
                raise Problem(
                    "the disk has no room to unpack it", where=str(places.root), do="free the disk"
                )
            return unpack(SealedReader(source, master, where), folder, where)
    except OSError as error:
        raise Problem(
            f"the backup cannot be read or unpacked ({error.strerror})",
            where=where,
            do="look at the file and at the disk",
        ) from error


def _proved(manifest: Manifest, folder: Path, places: Places, settings: Settings) -> Proof:
    store, origin = folder / STORE, manifest.origin
    if not store.exists():
        raise Problem("the backup holds no store", where=str(folder), do="take another", exit=1)
    faults = [f"{path.name}: {said}" for path in _databases(folder) if (said := apart.fault(path))]
    if faults:
        return Proof(manifest, tuple(faults), Behind(), None, "", is_older=False)
    made_by = apart.migrations(store)
    if unknown := set(made_by) - set(apart.ours()):
        faults.append(f"its store is of a newer version ({max(unknown)}); update claimbots")
    inside, here, other = Behind(), None, ""
    if manifest.records:
        configured = settings.ledger.public_key if settings.ledger.origin == origin else None
        key = trusted_public_key(Places(folder), origin, configured)
        # The store's own checkpoint says that the log is not older than the store.
        for anchor in {manifest.checkpoint, apart.newest_anchor(store, origin)} - {""}:
            faults += _faults_of_log(folder / "ledger", origin, key, anchor)
        inside = _behind(store, folder / "ledger", origin)
        if any((places.ledger / origin).glob("*.jsonl")):
            # Signed over by the checkpoint of the backup: then it is the same, and goes on.
            found = _faults_of_log(places.ledger, origin, key, manifest.checkpoint)
            other = found[0] if found else ""
            here = _behind(store, places.ledger, origin)
    is_older = made_by != apart.ours()
    return Proof(manifest, tuple(faults), inside, here, other, is_older)


def _databases(folder: Path) -> list[Path]:
    return [path for path in (folder / STORE, folder / "keys" / "patients.sqlite3")
            if path.exists()]  # fmt: skip


def _faults_of_log(ledger: Path, origin: str, key: PublicKey, anchor: str) -> list[str]:
    verdict = verify(ledger, origin, key, Checkpoint(anchor))
    return [f"audit log, {problem.kind}: {problem.message}" for problem in verdict.problems]


def _behind(store: Path, ledger: Path, origin: str) -> Behind:
    after = known_up_to(apart.checkpoint_of_newest_run(store), origin)
    return behind(
        beyond(read_records(ledger / origin, after)),
        lambda _: apart.run_states(store),
        lambda intents: apart.outcomes_kept(store, intents),
    )


def _in_place(manifest: Manifest, folder: Path, places: Places) -> tuple[set[str], set[str]]:
    """Move all but the store, where it is not there yet.

    Returns:
        The rooms that got something, and those that had it.
    """
    _refuse_a_store(places)  # unpacking took its time, and somebody may have made one
    _refuse_other_keys(manifest, folder, places)
    put, kept = set[str](), set[str]()
    for log in sorted((folder / "ledger").glob("*")):
        target = places.ledger / log.name
        if any(target.glob("*.jsonl")):
            kept.add("ledger")
            continue
        _refuse_what_is_left_of_a_log(target)
        for part in (log, *log.rglob("*")):
            _sync(part)
        log.rename(target)
        sync_folder(places.ledger)
        put.add("ledger")
    for entry in manifest.entries:
        source, target = folder / entry.name, places.root / entry.name
        room = entry.name.partition("/")[0]
        if room in ("ledger", STORE):
            continue
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        (kept if target.exists() else put).add(room)
        if not target.exists():
            _moved(source, target)
    return put, kept


def _refuse_other_keys(manifest: Manifest, folder: Path, places: Places) -> None:
    """The log's keys of another installation open nothing of what would be put back."""
    here, there = places.root / "keys", folder / "keys"
    signing, patients = f"{manifest.origin}.ledger.sealed", "patients.sqlite3"
    if not (there / signing).exists() or any((places.ledger / manifest.origin).glob("*.jsonl")):
        return  # it holds no log; or it was proved that the one here is the same, with its keys
    others = []
    if (here / signing).exists() and (here / signing).read_bytes() != (
        there / signing
    ).read_bytes():
        others.append(signing)
    if (here / patients).exists() and _key_ids(there / patients) - _key_ids(here / patients):
        others.append(patients)
    if others:
        raise Problem(
            f"other keys than the backup's are there ({', '.join(others)})",
            where=str(here),
            do="move keys/ aside (what `keys init` made is needed by nothing yet), and restore",
        )


def _key_ids(path: Path) -> set[str]:
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as rows:
        return {id for (id,) in rows.execute("SELECT id FROM patient_key")}


def _refuse_what_is_left_of_a_log(target: Path) -> None:
    """A folder with a log's lock and nothing else makes room for the backup's."""
    if not target.is_dir():
        return
    left = sorted(path.name for path in target.iterdir() if path.name != "lock")
    if left:
        raise Problem(
            f"there is no log, but what is left of one ({', '.join(left)})",
            where=str(target),
            do="move it aside, and restore",
        )
    (target / "lock").unlink(missing_ok=True)
    target.rmdir()


def _put_where_none_is(source: Path, target: Path) -> None:
    """As `_moved`, but what was made there meanwhile stays."""
    _sync(source)
    try:
        os.link(source, target)
    except FileExistsError:
        raise Problem(
            "a store was made while the backup was put back",
            where=str(target),
            do="let nothing run here meanwhile; move it aside, and restore again",
        ) from None
    except OSError:  # a file system without hard links
        source.rename(target)
    sync_folder(target.parent)


def _forget_workflows(places: Places) -> None:
    """What was under way in the store that is gone: its runs and attempts come again by number."""
    for end in ("", "-wal", "-shm", "-journal"):
        places.workflows.with_name(places.workflows.name + end).unlink(missing_ok=True)
    sync_folder(places.root)


def _moved(source: Path, target: Path) -> None:
    _sync(source)
    source.rename(target)
    sync_folder(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def stopped_as_logged(places: Places, origin: str) -> brake.Stopped | None:
    """Who stopped writing, where the log's last word on it is `stop`.

    The switch itself is in no backup: neither the file, nor what was said since in a database.
    """
    log = places.ledger / origin
    if not any(log.glob("*.jsonl")):
        return None
    switch = [record for record in read_records(log) if record.kind in {"stop", "go"}]
    if not switch or switch[-1].kind == "go":
        return None
    return brake.Stopped(switch[-1].actor, "as the audit log says", switch[-1].time)


def _told_by_the_log(places: Places, origin: str, master: MasterKey) -> Behind:
    ledger = Ledger.of_office(places, origin, master)
    try:
        database.connect(places)
        return catch_up(ledger)
    finally:
        ledger.close_files()
        database.close()
