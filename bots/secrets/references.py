"""Where a secret is: `env:NAME`, `file:PATH`, `keyring:NAME` or `vault:PATH`.

Configuration holds references only. `vault:` is the Robocorp vault; its path is
`SECRET/KEY`, and `SECRET` alone means the key `value`.
"""

from __future__ import annotations

import os
from pathlib import Path

from bots.errors import Problem

KINDS = ("env", "file", "keyring", "vault")


def read_reference(reference: str) -> str:
    """The secret that `reference` points to, without the white space around it.

    Raises:
        Problem: an unknown kind, or nothing there. Names the reference, never the secret.
    """
    kind, _, name = reference.partition(":")
    reader = {"env": _env, "file": _file, "keyring": _keyring, "vault": _vault}.get(kind)
    if reader is None or not name:
        raise Problem(
            f"cannot read the secret reference {reference if ':' in reference else '(no kind)'}",
            do="use env:NAME, file:PATH, keyring:NAME or vault:PATH",
        )
    secret = reader(name).strip()
    if not secret:
        raise Problem(f"the secret {reference} is empty", do="put a value there")
    return secret


def _env(name: str) -> str:
    value = os.environ.get(name)
    if value is None:
        raise Problem(f"the environment has no variable {name}", do=f"set {name}")
    return value


def _file(name: str) -> str:
    path = Path(name).expanduser()
    try:
        if path.stat().st_mode & 0o077:
            raise Problem("others may read this key file", where=name, do=f"chmod 600 {name}")
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not text"
        raise Problem(
            f"the key file cannot be read ({why})", where=name, do="give a file you own"
        ) from None


def _keyring(name: str) -> str:
    import keyring
    from keyring.errors import KeyringError

    try:
        value = keyring.get_password("claimbots", name)
    except KeyringError:  # a machine without a desktop has none
        raise Problem(
            "this machine has no keyring", where=f"keyring:{name}", do="use env:, file: or vault:"
        ) from None
    if value is None:
        raise Problem(
            f"the keyring has no entry {name} for claimbots",
            do=f"store it with: keyring set claimbots {name}",
        )
    return value


def _vault(path: str) -> str:
    return read_vault(path.partition("/")[0]).get(path.partition("/")[2] or "value", "")


def read_vault(name: str) -> dict[str, str]:
    """A whole secret of the Robocorp vault, as texts.

    Raises:
        Problem: no vault, or no such secret in it.
    """
    from robocorp import vault

    try:
        return {key: str(value) for key, value in vault.get_secret(name).items()}
    except Exception as error:  # every adapter has its own errors; none of their texts is ours
        raise Problem(
            f"the vault gives no secret {name} ({type(error).__name__})",
            where=f"vault:{name}",
            do="check RC_VAULT_SECRET_MANAGER and the secret's name",
        ) from None
