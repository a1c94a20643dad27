"""`claimbots keys`: make the master key and the log's signing key; say what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from bots.config import Settings
    from bots.places import Places

app = typer.Typer(help="The master key and the audit log's signing key.", no_args_is_help=True)


@app.command()
def init() -> None:
    """Make what is missing: the master key where keys.master says, and the signing key.

    A key that is there is never replaced. Without keys.master a file in the data folder's
    keys/ is made; move it to a place that is not backed up together with the data.
    """
    from bots.cli.key_door import settings_and_places

    settings, places = settings_and_places()
    reference = settings.keys.master
    if reference is None:
        path = places.made().keys / "master.key"
        _make(f"file:{path}")
        typer.echo(f"now set keys.master: file:{path} in claimbots.yaml, and run this again")
        return
    _make(reference)
    _say(settings, places, make=True)


@app.command()
def status() -> None:
    """Where the keys are, and the public key that `audit verify` may trust elsewhere."""
    from bots.cli.key_door import settings_and_places

    settings, places = settings_and_places()
    _say(settings, places, make=False)


def _make(reference: str) -> None:
    """A new master key where the reference points, if there is none."""
    import base64
    import os
    from pathlib import Path

    from bots.errors import Problem
    from bots.secrets import VaultDown
    from bots.secrets.master import LENGTH, MasterKey, write_once

    key = base64.b64encode(os.urandom(LENGTH)).decode()
    kind, _, name = reference.partition(":")
    if kind == "file":
        made = write_once(Path(name).expanduser(), f"{key}\n".encode())
    elif kind == "keyring":
        made = _into_keyring(name, key)
    else:
        try:
            MasterKey.load(reference)
            made = False
        except VaultDown:
            raise
        except Problem as problem:
            raise Problem(
                f"{problem.what}; a key cannot be put there from here",
                where=reference,
                do="put 32 random bytes in base64 there, as `openssl rand -base64 32` makes them",
            ) from None
    master = MasterKey.load(reference)
    typer.echo(f"master key {'made' if made else 'is there'}: {reference} ({master.fingerprint})")
    if made:
        typer.echo("keep a copy where the data is not: without it sealed data is lost for good")


def _into_keyring(name: str, key: str) -> bool:
    import keyring
    from keyring.errors import KeyringError

    from bots.errors import Problem

    try:
        if keyring.get_password("claimbots", name) is not None:
            return False
        keyring.set_password("claimbots", name, key)
    except KeyringError:
        raise Problem(
            "this machine has no keyring", where=f"keyring:{name}", do="use file: or vault:"
        ) from None
    return True


def _say(settings: Settings, places: Places, *, make: bool) -> None:
    from bots.cli.key_door import office_key
    from bots.ledger.keys import LedgerKeys, public_path
    from bots.secrets.master import DEVELOPMENT

    origin = settings.ledger.origin
    if settings.keys.master is None:
        found = (places.keys / DEVELOPMENT).exists()
        typer.echo(
            "master key: none configured; demo and practice use a development key "
            f"({'made' if found else 'not made yet'})"
        )
    if make or settings.keys.master is not None:
        master = office_key(settings, places)
        typer.echo(f"master key: {master.reference}, fingerprint {master.fingerprint}")
        if make:
            LedgerKeys.load(places, origin, master).patients.close()
    path = public_path(places, origin)
    if path.exists():
        typer.echo(f"audit log {origin}, public key (for ledger.public_key elsewhere):")
        typer.echo(path.read_text("ascii").strip())
    else:
        typer.echo(f"audit log {origin}: no signing key yet; `claimbots keys init` makes it")
