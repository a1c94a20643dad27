"""Who is the same patient on two claims, as a keyed hash that says nothing of the patient.

The secret is made anew for every run and never leaves its memory, so that a hash that stands in
a temporary file cannot be turned back into a name, nor be compared with another run's.
"""

from __future__ import annotations

import mmap
import secrets
from collections.abc import Iterator
from datetime import date
from hashlib import blake2b

from bots.claims import Claim
from bots.files.x12_levels import Levels

SIZE = 16
NOBODY = bytes(SIZE)


class Patients:
    """Names patients by hashes of one secret."""

    def __init__(self, secret: bytes | None = None) -> None:
        self._secret = secret or secrets.token_bytes(32)

    def key(self, member_id: str, born: date | None, last_name: str, first_name: str) -> bytes:
        """The same for the same member id, birth date and name, whatever their case.

        `NOBODY` where there is neither member id nor birth date: nobody can tell.
        """
        if born is None and not member_id:
            return NOBODY
        text = f"{member_id}\0{born or ''}\0{last_name}\0{first_name}".upper()
        return blake2b(text.encode(), digest_size=SIZE, key=self._secret).digest()

    def of(self, claim: Claim) -> bytes:
        """The key of a claim's patient."""
        patient = claim.patient
        return self.key(
            claim.coverage.member_id.strip(),
            patient.birth_date,
            patient.last_name.strip(),
            patient.first_name.strip(),
        )

    def of_levels(self, levels: Levels) -> bytes:
        """The key of the patient of a claim that stands below these levels of an 837."""
        said = levels.person()
        return self.key(
            levels.subscriber.values.get("member_id", ""),
            said.get("birth_date"),
            said.get("last_name", ""),
            said.get("first_name", ""),
        )


class Seen:
    """Which patients came, and which came again: two maps of bits, of the same size always.

    May say so of one who did not (one in fifty of a million patients): that costs a look and
    changes nothing. Never says no of one who did. The maps are shared with processes that are
    forked later.
    """

    def __init__(self, bits: int = 1 << 26) -> None:
        self._mask = bits - 1
        self._once = mmap.mmap(-1, bits // 8)
        self._again = mmap.mmap(-1, bits // 8)

    def add(self, keys: bytes) -> None:
        """Patients that come, one key behind the other."""
        for patient in split(keys):
            byte, bit = self._place(patient)
            if self._once[byte] & bit:
                self._again[byte] |= bit
            else:
                self._once[byte] |= bit

    def once(self, patient: bytes) -> bool:
        """Whether that patient came at all."""
        byte, bit = self._place(patient)
        return bool(self._once[byte] & bit) and patient != NOBODY

    def again(self, patient: bytes) -> bool:
        """Whether that patient came more than once."""
        byte, bit = self._place(patient)
        return bool(self._again[byte] & bit) and patient != NOBODY

    def _place(self, patient: bytes) -> tuple[int, int]:
        number = int.from_bytes(patient[-8:], "little") & self._mask
        return number >> 3, 1 << (number & 7)


def split(keys: bytes) -> Iterator[bytes]:
    """Keys that stand one behind the other."""
    return (keys[place : place + SIZE] for place in range(0, len(keys), SIZE))
