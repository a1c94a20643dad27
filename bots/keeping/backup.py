"""Take a backup of a data folder while runs are at work in it.

The order matters. The log is written before the portal is touched and before the store is: a
copy of the log that is made *after* the copy of the store knows all that the store knows. The
other way round the store would know saves that the log does not, and its own checkpoints would
say that the log was cut. The keys come last: each key that a record was sealed under was there
before the record.

The file is whole or it is not there: it gets its name when all of it is on disk.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import bots
from bots.config import Settings, config_folder, selectors_folder
from bots.crashpoints import crashpoint
from bots.errors import Problem
from bots.keeping.archive import STORE, ArchiveWriter, Manifest, pieces_of
from bots.keeping.sealing import SealedWriter
from bots.ledger import Ledger
from bots.ledger.copying import covered
from bots.places import Places
from bots.runs.office import sole_backup
from bots.secrets import MasterKey
from bots.secrets.master import sync_folder
from bots.store import apart, moving
from bots.store.address import database_url, has_store

SUFFIX = ".backup"
_TIME = r"\d{8}T\d{6}Z(-\d+)?"  # as `_target` writes it
# Of keys/ only what is sealed or public: a master key must not lie beside what it opens.
_SEALED = ("*.ledger.sealed", "*.ledger.pub", "credentials.json", "refused.json")
_PATIENTS = "patients.sqlite3"
_TEXTS = ("config", "selectors")
_SCRATCH = ".keeping-"


@dataclass(frozen=True, slots=True)
class Taken:
    """A backup that is on disk."""

    path: Path
    size: int
    manifest: Manifest
    is_beside_the_data: bool


def take(
    places: Places,
    settings: Settings,
    master: MasterKey,
    to: Path | None = None,
    *,
    codesets: bool = False,
    reports: bool = False,
) -> Taken:
    """Take one, into a file or a folder; by default into backups/ of the data folder.

    Raises:
        Problem: there is no store, another backup is at work, the log is broken, a file of
            that name is there, or the disk does not take it.
    """
    if not has_store(places):
        raise Problem(
            "there is no store to back up", where=str(places.root), do="check CLAIMBOTS_DATA"
        )
    origin = settings.ledger.origin
    with sole_backup(places.made()):
        target = _target(places, to, origin)
        try:
            with scratch_in(places) as scratch, _draft(target, origin) as file:
                sealed = SealedWriter(file, master)
                archive = ArchiveWriter(sealed)
                if database_url(places):
                    moving.copy_to_file(places, scratch / STORE)
                else:
                    apart.copy(places.store, scratch / STORE)
                archive.add(STORE, pieces_of(scratch / STORE))
                crashpoint("backup.after_store")
                records, checkpoint = _add_log(archive, places, origin, master)
                crashpoint("backup.after_log")
                _add_keys(archive, places, scratch)
                for room, folder in _folders(places, codesets=codesets, reports=reports):
                    _add_folder(archive, room, folder, "*.yaml" if room in _TEXTS else "*")
                manifest = Manifest(
                    claimbots=bots.__version__,
                    taken_at=datetime.now(UTC).isoformat(timespec="seconds"),
                    origin=origin,
                    migration=next(reversed(apart.migrations(scratch / STORE)), ""),
                    records=records,
                    checkpoint=checkpoint,
                    entries=tuple(archive.entries),
                )
                archive.end(manifest)
                sealed.close()
        except OSError as error:
            raise Problem(
                f"the backup cannot be written ({error.strerror})",
                where=str(target),
                do="free the disk, or name another place with --to",
            ) from error
    beside = target.stat().st_dev == places.root.stat().st_dev
    return Taken(target, target.stat().st_size, manifest, beside)


def _folders(places: Places, *, codesets: bool, reports: bool) -> Iterator[tuple[str, Path]]:
    yield "config", config_folder()
    yield "selectors", selectors_folder()
    if codesets:
        yield "codesets", places.codesets
    if reports:
        yield "reports", places.reports


def _target(places: Places, to: Path | None, origin: str) -> Path:
    if to is None:
        places.backups.mkdir(mode=0o700, exist_ok=True)
        to = places.backups
    if to.is_dir():
        named = to / f"claimbots-{origin}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        each = (named.with_name(f"{named.name}{n}{SUFFIX}") for n in ("", *range(-2, -99, -1)))
        return next(path for path in each if not path.exists()).absolute()
    if to.exists():
        raise Problem("a file of that name is there", where=str(to), do="name another one")
    if not to.parent.is_dir():
        raise Problem("there is no such folder", where=str(to.parent), do="make it first")
    return to.absolute()


@contextmanager
def _draft(target: Path, origin: str) -> Iterator[BinaryIO]:
    """A file that gets its name when the block ends well, and is gone when it does not."""
    # The time after the name: another office's name may begin with this one's.
    draft_of_ours = re.compile(rf"\.claimbots-{re.escape(origin)}-{_TIME}{re.escape(SUFFIX)}\.new")
    for left in target.parent.glob(f".claimbots-*{SUFFIX}.new"):
        if draft_of_ours.fullmatch(left.name):
            left.unlink(missing_ok=True)  # of one that was killed
    draft = target.with_name(f".{target.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        crashpoint("backup.before_name")
        draft.rename(target)  # not a link: a disk that is taken home often knows none
        sync_folder(target.parent)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def scratch_in(places: Places) -> Iterator[Path]:
    """A folder for what lies open for a moment, in the data folder itself and as closed.

    The caller holds the lock of backups: what a killed one left behind is removed.
    """
    for left in places.root.glob(f"{_SCRATCH}*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=places.root) as made:
        yield Path(made)


def _add_log(
    archive: ArchiveWriter, places: Places, origin: str, master: MasterKey
) -> tuple[int, str]:
    """The log up to a checkpoint that is signed now; how many records that is."""
    if not (places.ledger / origin).is_dir():
        return 0, ""
    ledger = Ledger.of_office(places, origin, master)
    try:
        signed = ledger.checkpoint()
    finally:
        ledger.close_files()
    for name, pieces in covered(places.ledger / origin, signed.size):
        archive.add(f"ledger/{origin}/{name}", pieces)
    for other in sorted(places.ledger.iterdir()):
        if other.is_dir() and other.name != origin:  # an earlier name of this host's log
            _add_folder(archive, f"ledger/{other.name}", other)
    return signed.size, signed.text


def _add_keys(archive: ArchiveWriter, places: Places, scratch: Path) -> None:
    for pattern in _SEALED:
        for path in sorted(places.keys.glob(pattern)):
            archive.add(f"keys/{path.name}", pieces_of(path))
    if (places.keys / _PATIENTS).exists():
        apart.copy(places.keys / _PATIENTS, scratch / _PATIENTS)
        archive.add(f"keys/{_PATIENTS}", pieces_of(scratch / _PATIENTS))


def _add_folder(archive: ArchiveWriter, room: str, folder: Path, pattern: str = "*") -> None:
    for path in sorted(folder.rglob(pattern)):
        name = path.relative_to(folder).as_posix()
        is_hidden = any(part.startswith(".") for part in name.split("/"))
        if path.is_file() and not is_hidden and path.name != "lock":
            archive.add(f"{room}/{name}", pieces_of(path))
