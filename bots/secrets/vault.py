"""A secret of HashiCorp Vault (or OpenBao), through hvac: key-value stores of both versions.

Which vault, and as whom, the environment says in the words of the vault's own command line:
VAULT_ADDR, VAULT_CACERT, VAULT_NAMESPACE; VAULT_TOKEN, or VAULT_TOKEN_FILE, or VAULT_ROLE_ID with
VAULT_SECRET_ID or VAULT_SECRET_ID_FILE (AppRole, under VAULT_APPROLE_MOUNT), or what `vault login`
left in ~/.vault-token. All of it is read anew each time, so a token that was renewed is used.

Trying again: four tries in all, 0.5, 1 and 2 s apart, of what may mend itself (no connection, a
time-out, an answer of 412, 429, 472, 473 or 5xx). What was refused or is not there is never asked
for again. A call waits ten seconds at most. Once this process is to end, none is made again.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from bots.errors import Problem
from bots.leaving import Leaving
from bots.secrets.references import VaultDown, read_reference

CALL_SECONDS = 10.0
TRIES, PAUSE_SECONDS = 4, 0.5
_PATH = re.compile(r"[\w.@-]+(/[\w.@ -]+)+")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_PASSING = frozenset({412, 429, 472, 473})  # not yet there too, asked too often, on standby


class _Answered(Exception):
    """The vault's answer was none that we want; only its number is kept, never its words."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(str(status))


def read_secret(path: str) -> dict[str, str]:
    """A whole secret, as texts. `path` is MOUNT/PATH, as `vault kv get` takes it.

    Raises:
        VaultDown: it did not answer as it should, four times.
        Problem: refused, not there, or the environment does not say which vault and as whom.
            Names the path and the variable, never the secret or the token.
    """
    path = path.strip("/")
    if not _PATH.fullmatch(path):
        raise Problem(
            "that is no path to a secret of a vault",
            where=f"vault:{path}",
            do="write vault:MOUNT/PATH, and #KEY where one value of it is meant",
        )
    for attempt in Retrying(
        stop=stop_after_attempt(TRIES) | Leaving(),
        wait=wait_exponential(multiplier=PAUSE_SECONDS, max=2),
        retry=retry_if_exception_type(VaultDown),
        reraise=True,
    ):
        with attempt:
            return _read(path)
    raise AssertionError("a try ends with a secret or an error")


def _read(path: str) -> dict[str, str]:
    from requests.exceptions import RequestException

    try:
        with _client() as client:
            mount, version = _mount_of(client, path)
            rest = path[len(mount) :].lstrip("/")
            at = {"path": rest, "mount_point": mount.rstrip("/")}
            if version == 2:
                kv = client.secrets.kv.v2
                answer = kv.read_secret_version(**at, raise_on_deleted_version=True)
                found = _data(_data(answer))
            else:
                found = _data(client.secrets.kv.v1.read_secret(**at))
            return {str(key): str(value) for key, value in found.items()}
    except _Answered as answer:
        raise _said(answer.status, path) from None
    except RequestException as error:  # its text may quote a header, and so the token
        raise _not_reached(error, path) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _of_no_form(path) from None


@contextmanager
def _client() -> Iterator[Any]:
    """hvac's client, logged in; a token of our own making is given back at the end."""
    try:
        import hvac
        import requests
    except ImportError:
        raise Problem(
            "hvac is not installed, which asks a vault for secrets",
            where="VAULT_ADDR",
            do="pip install 'claimbots[vault]', or --require-hashes -r requirements/vault.txt",
        ) from None
    session = requests.Session()
    session.verify = _authority()
    session.hooks["response"] = [_only_good]
    client = hvac.Client(
        url=_address(),
        token="",  # else hvac looks for one by itself
        timeout=CALL_SECONDS,
        allow_redirects=False,  # a token would follow to whoever is there
        session=session,
        namespace=_given("VAULT_NAMESPACE") or None,
    )
    role = ""
    try:
        client.token = _token()
        if not client.token:
            role = _given("VAULT_ROLE_ID")
            secret, mount = _given_or_file("VAULT_SECRET_ID"), _given("VAULT_APPROLE_MOUNT")
            client.auth.approle.login(role, secret or None, mount_point=mount or "approle")
        yield client
    finally:
        if role and client.token:
            with suppress(Exception):  # it runs out by itself, too
                client.auth.token.revoke_self()
        session.close()


def _only_good(response: Any, **_: object) -> None:
    """Every answer but a good one ends the call; called before a redirection is followed."""
    if response.status_code >= 300:
        raise _Answered(response.status_code)


def _mount_of(client: Any, path: str) -> tuple[str, int]:
    """Where the store is mounted that has the path, and its version; `vault kv get` asks so."""
    data = _data(client.adapter.get(f"/v1/sys/internal/ui/mounts/{path}"))
    if data.get("type") not in ("kv", "generic"):
        raise Problem(
            "the vault has no key-value store there",
            where=f"vault:{path}",
            do="put the secret in a store of the kind kv",
        )
    return str(data["path"]), int((data.get("options") or {}).get("version") or 1)


def _data(answer: Any) -> dict[str, Any]:
    data = answer["data"]
    if not isinstance(data, dict):
        raise TypeError
    return data


def _address() -> str:
    address = _given("VAULT_ADDR")
    parts = urlsplit(address)
    allowed = {"https", "http"} if parts.hostname in _LOOPBACK else {"https"}
    if not parts.hostname or parts.scheme not in allowed:
        raise Problem(
            "the vault's address is not encrypted, or is none",
            where="VAULT_ADDR",
            do="write https://HOST:PORT; http only to this very machine",
        )
    return address


def _authority() -> str | bool:
    """The file of the authority that signed the vault's certificate, or the machine's own."""
    given = _given("VAULT_CACERT")
    if given and not Path(given).is_file():
        raise Problem(
            "the file with the vault's authority is not there",
            where="VAULT_CACERT",
            do="name a file in PEM form",
        )
    return given or True


def _token() -> str:
    """The token that is given; empty where a role is."""
    token = _given_or_file("VAULT_TOKEN")
    if token or _given("VAULT_ROLE_ID"):
        return token
    kept = Path("~/.vault-token").expanduser()
    if not kept.is_file():
        raise Problem(
            "nothing says who asks the vault",
            where="VAULT_ADDR",
            do="set VAULT_TOKEN_FILE or VAULT_TOKEN, or VAULT_ROLE_ID and VAULT_SECRET_ID_FILE",
        )
    return read_reference(f"file:{kept}")


def _given(name: str) -> str:
    return os.environ.get(name, "").strip()


def _given_or_file(name: str) -> str:
    """A variable, or the content of the file that NAME_FILE names; a file has mode 0600."""
    path = _given(f"{name}_FILE")
    return _given(name) or (read_reference(f"file:{path}") if path else "")


def _said(status: int, path: str) -> Problem:
    """What an answer means, in our words."""
    where = f"vault:{path}"
    if status >= 500 or status in _PASSING:
        sealed = "; 503 is a sealed one" if status == 503 else ""
        return VaultDown(f"answered {status}{sealed}", where)
    match status:
        case 400 | 401 | 403:
            return Problem(
                f"the vault refuses it ({status})",
                where=where,
                do="look whether the token or the secret id has run out, and what its policy "
                "lets it read",
            )
        case 404:
            return Problem(
                "the vault has no such secret, or its newest version is deleted",
                where=where,
                do="look with `vault kv get`; the path begins with the store's mount",
            )
        case 301 | 302 | 307 | 308:
            return Problem(
                f"the vault leads to another address ({status})",
                where="VAULT_ADDR",
                do="name that address there, if it is right; no token is sent on",
            )
    return Problem(
        f"the vault answered {status}", where=where, do="look whether VAULT_ADDR is a vault"
    )


def _not_reached(error: Exception, path: str) -> Problem:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return Problem(
            "the vault's certificate is not one that this machine trusts",
            where="VAULT_ADDR",
            do="name its authority's file with VAULT_CACERT",
        )
    if isinstance(error, ValueError):  # a header or an address that cannot be
        return _of_no_form(path)
    return VaultDown(f"could not be reached ({type(error).__name__})", f"vault:{path}")


def _of_no_form(path: str) -> Problem:
    return Problem(
        "the vault's answer, or the token for it, has a form that we do not know",
        where=f"vault:{path}",
        do="look whether VAULT_ADDR is a vault, and the token one line",
    )
