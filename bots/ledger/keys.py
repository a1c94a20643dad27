"""What the ledger needs to write: digests, patients' keys, and the key that signs checkpoints.

The signing key is kept in keys/, sealed under the master key; its public half lies beside
it as a C2SP verifier key, to be copied into the configuration and kept elsewhere.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bots.errors import Problem
from bots.ledger.notes import NoteError, PublicKey
from bots.ledger.patients import PatientKeys
from bots.places import Places
from bots.secrets.master import MasterKey, SealError, write_once


@dataclass(frozen=True)
class LedgerKeys:
    """The master key, the patients' keys, and the key that signs for one origin."""

    master: MasterKey
    patients: PatientKeys
    signing: Ed25519PrivateKey

    @classmethod
    def load(cls, places: Places, origin: str, master: MasterKey) -> LedgerKeys:
        """The keys of one log; the signing key is made on first use.

        Raises:
            Problem: a key that this master key cannot open, or a disk that says no.
        """
        sealed = signing_path(places, origin)
        aad = f"ledger-signing {origin}".encode()
        if not sealed.exists():
            made = Ed25519PrivateKey.generate().private_bytes_raw()
            box = master.seal("ledger-signing", made, aad)
            write_once(sealed, base64.b64encode(box) + b"\n")
        try:
            raw = master.unseal("ledger-signing", base64.b64decode(sealed.read_bytes()), aad)
        except (SealError, binascii.Error):
            raise Problem(
                "the key that signs the audit log was sealed under another master key",
                where=str(sealed),
                do=f"give the master key it was made with (this one is {master.fingerprint})",
            ) from None
        signing = Ed25519PrivateKey.from_private_bytes(raw)
        public = PublicKey(origin, signing.public_key().public_bytes_raw())
        write_once(public_path(places, origin), f"{public}\n".encode())
        return cls(master, PatientKeys(places.keys / "patients.sqlite3", master), signing)


def signing_path(places: Places, origin: str) -> Path:
    """Where the sealed signing key is."""
    return places.keys / f"{origin}.ledger.sealed"


def public_path(places: Places, origin: str) -> Path:
    """Where the public key is."""
    return places.keys / f"{origin}.ledger.pub"


def trusted_public_key(places: Places, origin: str, configured: str | None) -> PublicKey:
    """The key that `audit verify` trusts: the configured one, else the one in keys/.

    Raises:
        Problem: none there, or not one (exit 2: it cannot be told).
    """
    path = public_path(places, origin)
    where = "claimbots.yaml ledger.public_key" if configured else str(path)
    try:
        return PublicKey.parse(configured or path.read_text("ascii"))
    except (OSError, UnicodeDecodeError):
        raise Problem(
            "there is no public key to check the audit log with",
            where=where,
            do="set ledger.public_key to what `claimbots keys status` prints on the bots' host",
        ) from None
    except NoteError as error:
        raise Problem(str(error), where=where, do="copy it from `claimbots keys status`") from None
