"""The master key: 32 bytes from outside, from which every other key is derived by purpose.

Authority: HKDF-SHA256 (RFC 5869), AES-256-GCM with 96-bit random nonces (NIST SP 800-38D),
HMAC-SHA256 (RFC 2104). What is sealed for one purpose cannot be opened for another.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import resource
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bots.errors import Problem
from bots.places import Places
from bots.secrets.references import read_reference

Purpose = Literal[
    "ledger-digest", "ledger-signing", "patient-wrap", "session", "credential", "refused",
    "backup", "evidence",
]  # fmt: skip
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
LENGTH = 32
NONCE = 12
DEVELOPMENT = "development.key"


class SealError(Exception):
    """What was sealed cannot be opened: another key, another place, or altered bytes."""


class MasterKey:
    """Derives, seals and digests; never shows itself."""

    def __init__(self, raw: bytes, reference: str) -> None:
        """`raw` is 32 bytes; `reference` says where they came from.

        Raises:
            Problem: the wrong length.
        """
        if len(raw) != LENGTH:
            raise Problem(
                f"the master key has {len(raw)} bytes instead of {LENGTH}",
                where=reference,
                do="make one with: claimbots keys init",
            )
        no_core_dumps()
        self._raw = raw
        self.reference = reference
        self.subkey = lru_cache(maxsize=None)(self._subkey)

    def __repr__(self) -> str:
        return f"MasterKey({self.reference}, fingerprint {self.fingerprint})"

    @classmethod
    def load(cls, reference: str) -> MasterKey:
        """The key that `reference` points to, in base64.

        Raises:
            Problem: nothing there, or not 32 bytes in base64.
        """
        try:
            raw = base64.b64decode(read_reference(reference), validate=True)
        except (binascii.Error, ValueError):
            raise Problem(
                "the master key is not base64",
                where=reference,
                do="make one with: claimbots keys init",
            ) from None
        return cls(raw, reference)

    @property
    def fingerprint(self) -> str:
        """Eight characters to tell two keys apart; says nothing about the key."""
        return self._derive("fingerprint").hex()[:8]

    def _subkey(self, purpose: Purpose) -> bytes:
        if purpose not in PURPOSES:
            raise ValueError(f"no key is made for {purpose!r}")
        return self._derive(purpose)

    def _derive(self, info: str) -> bytes:
        # RFC 5869 with an empty salt: extract once, expand to one block.
        extracted = hmac.digest(bytes(LENGTH), self._raw, "sha256")
        return hmac.digest(extracted, f"claimbots/1/{info}".encode() + b"\x01", "sha256")

    def seal(self, purpose: Purpose, plain: bytes, aad: bytes = b"") -> bytes:
        """Nonce and ciphertext; opens only with the same purpose and `aad`."""
        return seal(self.subkey(purpose), plain, aad)

    def unseal(self, purpose: Purpose, sealed: bytes, aad: bytes = b"") -> bytes:
        """What was sealed.

        Raises:
            SealError: another key, purpose or `aad`, or altered bytes.
        """
        return unseal(self.subkey(purpose), sealed, aad)

    def keyed_digest(self, purpose: Purpose, text: str) -> str:
        """A digest that only the holder of the key can compute, so no one can try all texts."""
        return hmac.digest(self.subkey(purpose), text.encode("utf-8"), "sha256").hex()


def seal(key: bytes, plain: bytes, aad: bytes) -> bytes:
    """AES-256-GCM under `key`: a random nonce, then the ciphertext with its tag."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, aad)


def unseal(key: bytes, sealed: bytes, aad: bytes) -> bytes:
    """What `seal` was given.

    Raises:
        SealError: another key or `aad`, or altered bytes.
    """
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], aad)
    except (InvalidTag, ValueError):
        raise SealError("cannot be opened with this key") from None


def development_key(places: Places) -> MasterKey:
    """The key that demo and practice make for themselves on first use. Never for a live portal.

    Raises:
        Problem: the file cannot be made, or is not a key.
    """
    path = places.keys / DEVELOPMENT
    if not path.exists():
        write_once(path, base64.b64encode(os.urandom(LENGTH)) + b"\n")
    return MasterKey.load(f"file:{path}")


def master_key(reference: str | None, places: Places, *, practice_only: bool) -> MasterKey:
    """The office's master key: the configured one, else the development key.

    `practice_only`: every configured portal is our own practice portal on this machine.

    Raises:
        Problem: none is configured and a real portal is.
    """
    if reference is not None:
        return MasterKey.load(reference)
    if not practice_only:
        raise Problem(
            "a real portal is configured, but no master key",
            where="claimbots.yaml keys.master",
            do="make one with `claimbots keys init` and set its reference there",
        )
    return development_key(places)


def write_once(path: Path, content: bytes) -> bool:
    """Put a new 0600 file on disk, whole or not at all; False where one was there already.

    Raises:
        Problem: the disk says no.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}.new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # fails where another process was first: then its file holds
        except FileExistsError:
            return False
        finally:
            draft.unlink()
        sync_folder(path.parent)
    except OSError as error:
        raise Problem(
            f"cannot be written ({error.strerror})", where=str(path), do="free the disk"
        ) from error
    return True


def sync_folder(folder: Path) -> None:
    """Make a new file's name as durable as its bytes."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def no_core_dumps() -> None:
    """A crash of this process must not leave its memory, and so its keys, on disk."""
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
