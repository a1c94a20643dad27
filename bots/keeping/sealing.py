"""One encrypted stream: sealed piece by piece, so that its length costs no memory.

Authority: the STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizár, CRYPTO 2015) with
AES-256-GCM: each piece's nonce is its number and whether it is the last, so that pieces cannot
be left out, moved, or cut off at the end. The key is derived for this one file (HKDF-SHA256,
RFC 5869) from the office's master key and the file's own salt; numbers are never used twice.
"""

from __future__ import annotations

import os
from hashlib import sha256
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bots.errors import Problem
from bots.secrets import MasterKey

MAGIC = b"claimbots backup 1\n"
PIECE = 1 << 20
_TAG = 16
_SALT = 32
_FINGERPRINT = 8
_HEAD = len(MAGIC) + _FINGERPRINT + _SALT


class SealedWriter:
    """Writes to `file` what is sealed under `key`; without `close` it has no end."""

    def __init__(self, file: BinaryIO, key: MasterKey) -> None:
        self._file = file
        self._head = MAGIC + key.fingerprint.encode("ascii") + os.urandom(_SALT)
        self._cipher = _cipher(key, self._head)
        self._waiting = bytearray()
        self._number = 0
        file.write(self._head)

    def write(self, plain: bytes) -> None:
        """Take in more; whole pieces go out."""
        self._waiting += plain
        while len(self._waiting) > PIECE:  # the last one waits: only `close` knows that it is
            self._put(bytes(self._waiting[:PIECE]), is_last=False)
            del self._waiting[:PIECE]

    def close(self) -> None:
        """Write the last piece. The file itself is the caller's to sync and close."""
        self._put(bytes(self._waiting), is_last=True)
        self._waiting.clear()

    def _put(self, plain: bytes, *, is_last: bool) -> None:
        nonce = _nonce(self._number, is_last=is_last)
        self._file.write(self._cipher.encrypt(nonce, plain, self._head))
        self._number += 1


class SealedReader:
    """Reads what a `SealedWriter` wrote; nothing is given out that was not proved first."""

    def __init__(self, file: BinaryIO, key: MasterKey, where: str) -> None:
        """Read the head.

        Raises:
            Problem: no backup of ours, or sealed under another master key.
        """
        self._file, self._where = file, where
        self._head = file.read(_HEAD)
        if len(self._head) < _HEAD or not self._head.startswith(MAGIC):
            raise Problem("this is no backup of claimbots", where=where, do="name another file")
        made_with = self._head[len(MAGIC) :][:_FINGERPRINT].decode("ascii", "replace")
        if made_with != key.fingerprint:
            raise Problem(
                f"it was sealed under another master key (fingerprint {made_with!r}, this one is "
                f"{key.fingerprint})",
                where=where,
                do="give the key it was made with (keys.master)",
            )
        self._cipher = _cipher(key, self._head)
        self._number = 0
        self._next = file.read(PIECE + _TAG)
        self._open, self._at = b"", 0

    def read(self, size: int) -> bytes:
        """So many bytes, fewer only at the end.

        Raises:
            Problem: altered, or cut off.
        """
        there = len(self._open) - self._at
        if there < size and self._next:
            parts = [self._open[self._at :]]
            while there < size and self._next:
                parts.append(self._piece())
                there += len(parts[-1])
            self._open, self._at = b"".join(parts), 0
        given = self._open[self._at : self._at + size]
        self._at += len(given)
        return given

    def _piece(self) -> bytes:
        sealed, self._next = self._next, self._file.read(PIECE + _TAG)
        nonce = _nonce(self._number, is_last=not self._next)
        self._number += 1
        try:
            return self._cipher.decrypt(nonce, sealed, self._head)
        except InvalidTag:
            raise Problem(
                "the backup is cut off or was altered: it is not whole",
                where=self._where,
                do="take an older one; nothing was put back from this one",
            ) from None


def _cipher(key: MasterKey, head: bytes) -> AESGCM:
    derived = HKDF(SHA256(), 32, salt=sha256(head).digest(), info=b"claimbots backup file")
    return AESGCM(derived.derive(key.subkey("backup")))


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])
