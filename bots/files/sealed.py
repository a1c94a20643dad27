"""A temporary store of claims by patient, for the checks that look across claims.

What is written is sealed (AES-256-GCM, NIST SP 800-38D) with a key that is made for the run and
never leaves memory; the file has no name from the moment it is opened, so that nothing is left
behind even by a crash, and nobody could read it if it were. Beside the file stand 24 bytes a
patient in memory, whatever a claim's length.
"""

from __future__ import annotations

import mmap
import os
import secrets
import struct
import tempfile
from hashlib import blake2b
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bots.claims import Claim, Patient
from bots.files.packing import pack, unpack
from bots.files.patients import NOBODY, SIZE

# Of one patient. More than a year of daily visits; a test patient of ten thousand claims
# would otherwise cost ten thousand times ten thousand looks.
MOST = 500
_NONCE = 12
_NAME = 16
_USUAL = 2048  # bytes of a record, most often fewer
_RECORD = struct.Struct("<QI")  # where the patient's claim before this one stands, and the length


class SealedClaims:
    """Claims by patient. Whoever writes does so before a process is forked that reads.

    Args:
        folder: where the file is; the system's own place for such files if None.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._file = tempfile.TemporaryFile(prefix="sealed-", dir=folder)  # noqa: SIM115
        self._secret = secrets.token_bytes(32)
        self._end = 0
        self._last = _Index()
        self._opened_for, self._opened = NOBODY, dict[int, Claim]()

    def seal(self, patient: bytes, claim: Claim) -> bytes:
        """A claim as it may be written; it opens for that patient only."""
        nonce = os.urandom(_NONCE)
        return self._name(claim) + nonce + self._cipher.encrypt(nonce, pack(claim), patient)

    def add(self, patient: bytes, sealed: bytes) -> None:
        """Keep a sealed claim, up to `MOST` of a patient."""
        before, count = self._last.get(patient)
        if count >= MOST or patient == NOBODY:
            return
        self._file.write(_RECORD.pack(before, len(sealed)) + sealed)
        self._last.put(patient, self._end + 1, count + 1)
        self._end += _RECORD.size + len(sealed)

    def flush(self) -> None:
        """Let other processes see what was added."""
        self._file.flush()

    def others(self, patient: bytes, claim: Claim) -> tuple[list[Claim], bool]:
        """The patient's claims with another number, in the order in which they were added.

        Args:
            patient: the key of the claim's patient; who it is was not kept with the claims.

        Returns:
            Them, and whether these are all that were added.
        """
        if patient != self._opened_for:
            self._opened_for, self._opened = patient, {}
        found: list[Claim] = []
        itself = self._name(claim)
        place, count = self._last.get(patient)
        while place:
            before, sealed = self._record(place - 1)
            if not sealed.startswith(itself):
                other = self._opened.get(place)
                if other is None:
                    other = self._open(patient, sealed, claim.patient)
                    self._opened[place] = other
                found.append(other)
            place = before
        found.reverse()
        return found, count < MOST

    def close(self) -> None:
        """Give the file back; what was in it is gone."""
        self._file.close()

    def _open(self, patient: bytes, sealed: bytes, person: Patient) -> Claim:
        nonce, text = sealed[_NAME : _NAME + _NONCE], sealed[_NAME + _NONCE :]
        return unpack(self._cipher.decrypt(nonce, text, patient), person)

    def _record(self, place: int) -> tuple[int, bytes]:
        # Never the file's own position: it is shared with the processes beside this one.
        held = os.pread(self._file.fileno(), _USUAL, place)
        before, length = _RECORD.unpack_from(held)
        whole = _RECORD.size + length
        if whole > len(held):
            held = os.pread(self._file.fileno(), whole, place)
        return before, held[_RECORD.size : whole]

    def _name(self, claim: Claim) -> bytes:
        """The claim's number as nobody else can tell it, to pass over it without opening it."""
        return blake2b(claim.number.encode(), digest_size=_NAME, key=self._secret).digest()


class _Index:
    """Patient to two numbers, in shared memory: open addressing, keys are hashes already."""

    _slot = struct.Struct(f"<{SIZE}sQ")

    def __init__(self, slots: int = 1 << 12) -> None:
        self._slots, self._used = slots, 0
        self._map = mmap.mmap(-1, slots * self._slot.size)

    def get(self, patient: bytes) -> tuple[int, int]:
        """The last place and the count; zeros for one who is not there."""
        _, value = self._slot.unpack_from(self._map, self._find(patient))
        return value >> 16, value & 0xFFFF

    def put(self, patient: bytes, place: int, count: int) -> None:
        """Set both."""
        if self._used * 3 > self._slots * 2:
            self._grow()
        at = self._find(patient)
        self._used += self._slot.unpack_from(self._map, at)[1] == 0
        self._slot.pack_into(self._map, at, patient, place << 16 | count)

    def _find(self, patient: bytes) -> int:
        slot = int.from_bytes(patient[:8], "little") % self._slots
        while True:
            at = slot * self._slot.size
            held = self._map[at : at + SIZE]
            if held in (patient, NOBODY):
                return at
            slot = (slot + 1) % self._slots

    def _grow(self) -> None:
        old, slots = self._map, self._slots
        self._slots, self._used = slots * 2, 0
        self._map = mmap.mmap(-1, self._slots * self._slot.size)
        for place in range(0, slots * self._slot.size, self._slot.size):
            patient, value = self._slot.unpack_from(old, place)
            if value:
                self._slot.pack_into(self._map, self._find(patient), patient, value)
                self._used += 1
        old.close()
