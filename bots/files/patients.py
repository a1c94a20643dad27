"""Who is the same patient on two claims, as a keyed hash that says nothing of the patient.

The secret is made anew for every run and never leaves its memory, so that a hash that stands in
a temporary file cannot be turned back into a name, nor be compared with another run's.
"""

from __future__ import annotations

import secrets
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
