"""The portals' log-ins: kept sealed under the master key, or read from where they live.

A reference is a plain NAME (or `sealed:NAME`) for one typed at a prompt, `env:PREFIX`
(PREFIX_USERNAME, PREFIX_PASSWORD, PREFIX_TOTP, or the same with _FILE), `vault:PATH` with the
keys username, password and totp, or `keyring:NAME` with the same as one JSON text.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from pathlib import Path

from bots.errors import Problem
from bots.places import Places
from bots.secrets.master import MasterKey, SealError
from bots.secrets.references import from_environment, read_reference, read_vault
from bots.secrets.table import read_table, write_table

_NAME = re.compile(r"[A-Za-z0-9][\w.@-]{0,99}")


@dataclass(frozen=True, slots=True, repr=False)
class Credential:
    """One log-in. `totp_seed` is base32 without blanks, empty where the portal has none."""

    username: str
    password: str
    totp_seed: str = ""

    def __repr__(self) -> str:
        return "Credential(hidden)"


def credentials_path(places: Places) -> Path:
    """Where the sealed log-ins are."""
    return places.keys / "credentials.json"


def remember_credential(
    name: str, credential: Credential, places: Places, master: MasterKey
) -> None:
    """Seal a log-in under the master key.

    Raises:
        Problem: a bad name or seed, or a disk that says no.
    """
    _named(name)
    sealed = json.dumps(
        [credential.username, credential.password, checked_seed(credential.totp_seed)]
    )
    box = master.seal("credential", sealed.encode(), _aad(name))
    with write_table(credentials_path(places)) as table:
        table[name] = {"sealed": base64.b64encode(box).decode(), "key": master.fingerprint}


def remember_reference(name: str, reference: str, places: Places) -> None:
    """Keep where a log-in is (`vault:`, `env:`, `keyring:`), not the log-in.

    Raises:
        Problem: a bad name or another kind of reference.
    """
    _named(name)
    kind, _, where = reference.partition(":")
    if kind not in {"vault", "env", "keyring"} or not where:
        raise Problem(
            "that is no reference to a log-in", do="use vault:NAME, env:PREFIX or keyring:NAME"
        )
    with write_table(credentials_path(places)) as table:
        table[name] = {"from": reference}


def known_credentials(places: Places) -> dict[str, str]:
    """The names kept here, and where each is: `sealed`, or its reference."""
    table = read_table(credentials_path(places))
    return {name: str(row.get("from", "sealed")) for name, row in sorted(table.items())}


def credential_for(reference: str, places: Places, master: MasterKey) -> Credential:
    """The log-in that a portal's `credential` names.

    Raises:
        VaultDown: it is in a vault that does not answer now.
        Problem: none there, or this master key does not open it.
    """
    kind, split, name = reference.partition(":")
    if not split:
        kind, name = "sealed", reference
    match kind:
        case "sealed":
            return _sealed(name, places, master)
        case "env":
            given = {
                key: from_environment(f"{name}_{key.upper()}") or ""
                for key in ("username", "password", "totp")
            }
            return _from_fields(given, reference)
        case "vault":
            return _from_fields(read_vault(name), reference)
        case "keyring":
            try:
                fields = json.loads(read_reference(reference))
            except ValueError:
                fields = {}
            return _from_fields(fields if isinstance(fields, dict) else {}, reference)
    raise Problem(
        "that is no reference to a log-in",
        do="use a NAME that `credentials set` keeps, env:PREFIX, vault:NAME or keyring:NAME",
    )


def checked_seed(seed: str) -> str:
    """A one-time code's seed as base32 without blanks; also from an otpauth:// address.

    Raises:
        Problem: no base32.
    """
    if seed.startswith("otpauth://"):
        from urllib.parse import parse_qs, urlsplit

        seed = parse_qs(urlsplit(seed).query).get("secret", [""])[0]
    seed = seed.replace(" ", "").replace("-", "").rstrip("=").upper()
    try:
        base64.b32decode(seed + "=" * (-len(seed) % 8))
    except (binascii.Error, ValueError):
        raise Problem(
            "the seed for one-time codes is not base32",
            do="copy the text under the QR code, without the QR code's other parts",
        ) from None
    return seed


def _sealed(name: str, places: Places, master: MasterKey) -> Credential:
    row = read_table(credentials_path(places)).get(name)
    if row is None:
        raise Problem(
            f"no log-in {name} is kept here", do=f"run: claimbots credentials set {name}"
        )
    if "from" in row:
        return credential_for(str(row["from"]), places, master)
    try:
        box = base64.b64decode(str(row.get("sealed", "")))
        fields = json.loads(master.unseal("credential", box, _aad(name)))
        return Credential(*map(str, fields))
    except (SealError, ValueError, TypeError):
        raise Problem(
            f"the log-in {name} was sealed under another master key (fingerprint "
            f"{row.get('key', 'unknown')}, this one is {master.fingerprint}) or was altered",
            where=str(credentials_path(places)),
            do=f"give that key, or run: claimbots credentials set {name}",
        ) from None


def _from_fields(fields: dict[str, str], reference: str) -> Credential:
    username, password = fields.get("username", ""), fields.get("password", "")
    if not username or not password:
        raise Problem(
            "the log-in has no username or no password",
            where=reference,
            do="put both there, and the seed as totp where the portal asks for codes",
        )
    return Credential(str(username), str(password), checked_seed(str(fields.get("totp") or "")))


def _named(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise Problem(
            "a log-in's name has letters, digits, and . _ - @ only", do="choose another name"
        )


def _aad(name: str) -> bytes:
    return f"credential {name}".encode()
