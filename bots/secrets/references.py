"""Where a secret is: `env:NAME`, `file:PATH`, `keyring:NAME` or `vault:PATH`.

Configuration holds references only, and each is read anew when it is needed: a secret that was
changed where it lives is used from then on. For `env:NAME` the variable NAME_FILE may name a file
instead, which, unlike a variable, another process can change.

`vault:` is HashiCorp Vault where VAULT_ADDR is set (`MOUNT/PATH#KEY`), else the Robocorp vault
(`SECRET/KEY`); without a key it is `value`.
"""

from __future__ import annotations

import os
from pathlib import Path

from bots.errors import Problem

KINDS = ("env", "file", "keyring", "vault")


class VaultDown(Problem):
    """The vault did not answer as it should, after all tries: nothing is wrong with the secret.

    Passes by itself, so its exit is 3: work is left over, and the same may be tried again.
    """

    def __init__(self, how: str, where: str) -> None:
        super().__init__(
            f"the vault {how}",
            where=where,
            do="nothing was begun; look at the vault, then run again (what waits for it in "
            "`claimbots serve` or `worker` is tried again by itself)",
            exit=3,
        )


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


def from_environment(name: str) -> str | None:
    """The variable NAME, or the content of the file that NAME_FILE names; None without either.

    Raises:
        Problem: the file is not there, or others may read it.
    """
    value, path = os.environ.get(name), os.environ.get(f"{name}_FILE", "")
    return _file(path).strip() if value is None and path else value


def _env(name: str) -> str:
    value = from_environment(name)
    if value is None:
        raise Problem(
            f"the environment has no variable {name}", do=f"set {name}, or {name}_FILE to a file"
        )
    return value


def open_to_others(file: os.stat_result, user: int) -> bool:
    """Whether anybody but `user` and root may read a file.

    What systemd hands over (LoadCredential=) is root's own, with an access list for the service's
    user. The bits of its group are then the list's mask, and say nothing of a group.
    """
    is_handed_over = user != 0 and (file.st_uid, file.st_gid) == (0, 0)
    return bool(file.st_mode & (0o007 if is_handed_over else 0o077))


def _file(name: str) -> str:
    path = Path(name).expanduser()
    try:
        if open_to_others(path.stat(), os.geteuid()):
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
    name, _, key = path.partition("#" if _is_hashicorp() else "/")
    return read_vault(name).get(key or "value", "")


def _is_hashicorp() -> bool:
    return bool(os.environ.get("VAULT_ADDR"))


def read_vault(name: str) -> dict[str, str]:
    """A whole secret of the vault that the environment names, as texts.

    Raises:
        VaultDown: it does not answer now.
        Problem: no vault, or no such secret in it.
    """
    if _is_hashicorp():
        from bots.secrets.vault import read_secret  # hvac: a quarter of a second

        return read_secret(name)
    from robocorp import vault

    try:
        return {key: str(value) for key, value in vault.get_secret(name).items()}
    except Exception as error:  # every adapter has its own errors; none of their texts is ours
        raise Problem(
            f"the vault gives no secret {name} ({type(error).__name__})",
            where=f"vault:{name}",
            do="check RC_VAULT_SECRET_MANAGER and the secret's name; for HashiCorp Vault set "
            "VAULT_ADDR",
        ) from None
