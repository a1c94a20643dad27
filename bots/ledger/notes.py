"""Checkpoints: signed statements of how long a log is and what its Merkle root is.

Authority: C2SP signed-note and tlog-checkpoint. Body: origin, size, base64 root, one a line;
then an empty line and the signatures. Signature type 0x01 is Ed25519; others are ignored,
as the text says they MUST be, so any witness can add its own.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

ED25519 = b"\x01"
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")
_DASH = "— "


class NoteError(ValueError):
    """A checkpoint that is not one, or that the trusted key did not sign. Says why."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A verifier key: `name+keyid+base64`, as C2SP signed-note writes it."""

    name: str
    raw: bytes

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256(name, newline, type, key)."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.raw).digest()[:4]

    def __str__(self) -> str:
        material = base64.b64encode(ED25519 + self.raw).decode()
        return f"{self.name}+{self.key_id.hex()}+{material}"

    @classmethod
    def parse(cls, text: str) -> PublicKey:
        """Read `name+keyid+base64`.

        Raises:
            NoteError: another form or type, or a key id that is not this key's.
        """
        name, _, rest = text.strip().partition("+")
        key_id, _, material = rest.partition("+")
        raw = _decoded(material, "public key")
        key = cls(name, raw[1:])
        if not name or raw[:1] != ED25519 or len(raw) != 33 or key.key_id.hex() != key_id:
            raise NoteError("not an Ed25519 verifier key of the form name+keyid+base64")
        return key


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint as its text stands on disk."""

    text: str

    @property
    def origin(self) -> str:
        """The log's name."""
        return self._body()[0]

    @property
    def size(self) -> int:
        """How many records it covers."""
        return self._body()[1]

    @property
    def root(self) -> bytes:
        """The RFC 6962 root over them."""
        return self._body()[2]

    def _body(self) -> tuple[str, int, bytes]:
        body, split, _ = self.text.partition("\n\n")
        lines = body.split("\n")
        if not split or len(lines) < 3 or not lines[0] or not _SIZE.fullmatch(lines[1]):
            raise NoteError("not a checkpoint of origin, size and root")
        root = _decoded(lines[2], "root")
        if len(root) != 32:
            raise NoteError("the root does not have 32 bytes")
        if lines[1] == "0" and root != sha256(b"").digest():
            raise NoteError("a root over no records that is not the empty one")
        if lines[1] != "0" and root == sha256(b"").digest():
            raise NoteError("an empty root over records")
        return lines[0], int(lines[1]), root

    def check(self, key: PublicKey, origin: str) -> None:
        """Hold it against the key and the origin that are trusted, never its own.

        Raises:
            NoteError: malformed, of another log, or not signed by that key.
        """
        if self._body()[0] != origin:
            raise NoteError(f"it is of another log, not of {origin}")
        body, _, signatures = self.text.partition("\n\n")
        if not signatures.endswith("\n"):
            raise NoteError("it does not end with a new line")
        signed = False
        for line in signatures.removesuffix("\n").split("\n"):
            name, blank, material = line.removeprefix(_DASH).partition(" ")
            if not line.startswith(_DASH) or not blank or not name:
                raise NoteError("a signature line has another form")
            raw = _decoded(material, "signature")
            if name != key.name or raw[:4] != key.key_id:
                continue  # signed-note: unknown signatures MUST be ignored
            try:
                Ed25519PublicKey.from_public_bytes(key.raw).verify(raw[4:], f"{body}\n".encode())
            except (InvalidSignature, ValueError):
                raise NoteError("the signature is not the trusted key's") from None
            signed = True
        if not signed:
            raise NoteError("the trusted key has not signed it")


def sign(origin: str, size: int, root: bytes, name: str, key: Ed25519PrivateKey) -> Checkpoint:
    """A new checkpoint, signed."""
    body = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    public = PublicKey(name, key.public_key().public_bytes_raw())
    material = base64.b64encode(public.key_id + key.sign(body.encode())).decode()
    return Checkpoint(f"{body}\n{_DASH}{name} {material}\n")


def _decoded(text: str, what: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoteError(f"the {what} is not base64") from None
    if base64.b64encode(raw).decode() != text:
        raise NoteError(f"the {what} is not canonical base64")
    return raw
