"""A key for each patient, wrapped under the master key: destroy it and the ledger is redacted.

The ledger's lines never change; what they seal under a destroyed key can no longer be read
by anyone. The table knows patients by a keyed digest only.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from bots.secrets.master import MasterKey, SealError

_TABLE = """
CREATE TABLE IF NOT EXISTS patient_key (
    id TEXT PRIMARY KEY, digest TEXT UNIQUE, wrapped BLOB, made TEXT NOT NULL, destroyed TEXT
) STRICT
"""


class PatientKeys:
    """The table of wrapped keys, one file in keys/. Raises sqlite3.Error where the disk fails."""

    def __init__(self, path: Path, master: MasterKey) -> None:
        self._master = master
        # One that is there is not opened: closing it would drop every lock that this process
        # holds on it (fcntl(2); https://www.sqlite.org/howtocorrupt.html, section 2.2).
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        # Used under the ledger's own lock, from whichever thread holds it.
        self._rows = sqlite3.connect(
            path, timeout=30, isolation_level=None, check_same_thread=False
        )
        self._rows.execute("PRAGMA journal_mode=DELETE")  # no copy of a key stays in a WAL
        self._rows.execute("PRAGMA synchronous=EXTRA")
        self._rows.execute("PRAGMA secure_delete=ON")
        self._rows.execute(_TABLE)

    def close(self) -> None:
        """Let go of the file."""
        self._rows.close()

    def of(self, patient: str) -> tuple[str, bytes]:
        """The patient's key and its id; made, and on disk, where there was none."""
        digest = self._digest(patient)
        find = "SELECT id FROM patient_key WHERE digest = ?"
        row = self._rows.execute(find, (digest,)).fetchone()
        if row is None:
            key_id = os.urandom(8).hex()
            wrapped = self._master.seal("patient-wrap", os.urandom(32), key_id.encode())
            self._rows.execute(
                "INSERT OR IGNORE INTO patient_key VALUES (?, ?, ?, ?, NULL)",
                (key_id, digest, wrapped, _now()),
            )
            row = self._rows.execute(find, (digest,)).fetchone()
        return row[0], self.key(row[0])

    def key(self, key_id: str) -> bytes:
        """The key with that id.

        Raises:
            SealError: destroyed, unknown, or wrapped under another master key.
        """
        find = "SELECT wrapped FROM patient_key WHERE id = ?"
        row = self._rows.execute(find, (key_id,)).fetchone()
        if row is None or row[0] is None:
            raise SealError("the patient's key was destroyed" if row else "no such patient key")
        return self._master.unseal("patient-wrap", row[0], key_id.encode())

    def find(self, patient: str) -> str | None:
        """The id of the patient's key, or None."""
        find = "SELECT id FROM patient_key WHERE digest = ?"
        row = self._rows.execute(find, (self._digest(patient),)).fetchone()
        return row[0] if row else None

    def destroy(self, key_id: str) -> None:
        """Forget the key for good. Backups of the table have to expire on their own."""
        self._rows.execute(
            "UPDATE patient_key SET wrapped = NULL, digest = NULL, destroyed = ? WHERE id = ?",
            (_now(), key_id),
        )
        self._rows.execute("VACUUM")

    def _digest(self, patient: str) -> str:
        return self._master.keyed_digest("patient-wrap", patient)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
