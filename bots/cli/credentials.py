"""`claimbots credentials`: the portals' log-ins; a secret is typed at a prompt, never given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bots.secrets import Credential

app = typer.Typer(help="The portals' log-ins, kept sealed.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="`credential` in portals.yaml.")]


@app.command("list")
def list_credentials(
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines.")] = False,
) -> None:
    """Each log-in's name, where it is kept, and whether a portal has refused it."""
    import json

    from bots.places import here
    from bots.secrets import refused
    from bots.secrets.credentials import known_credentials

    places = here()
    since = refused.refusals(places)
    known = dict.fromkeys(since, "elsewhere") | known_credentials(places)
    if not known and not as_json:
        typer.echo("no log-in is kept here; `claimbots credentials set NAME` keeps one")
    for name, kept in sorted(known.items()):
        at = since.get(name)
        if as_json:
            typer.echo(json.dumps({"name": name, "kept": kept, "refused_since": at}))
        else:
            typer.echo(f"{name:24} {kept:32} {f'refused since {at}' if at else 'ok'}")


@app.command("set")
def set_credential(
    name: Name,
    from_: Annotated[
        str, typer.Option("--from", help="Where it is: vault:NAME, env:PREFIX or keyring:NAME.")
    ] = "",
) -> None:
    """Ask for user, password and the seed for one-time codes, and keep them sealed."""
    from bots.cli.key_door import office_key, settings_and_places
    from bots.cli.store_door import open_shared
    from bots.secrets import refused
    from bots.secrets.credentials import remember_credential, remember_reference

    settings, places = settings_and_places()
    master = office_key(settings, places)
    if from_:
        remember_reference(name, from_, places)
    else:
        remember_credential(name, _asked(), places, master)
    refused.unlock(name, places)
    if open_shared():
        from bots.store import refusals

        refusals.forget(name)
    how = f"as {from_}" if from_ else f"sealed under the master key {master.reference}"
    typer.echo(f"{name}: kept {how}")
    if not from_ and settings.keys.master is None:
        typer.echo(
            "that is a development key: a log-in for a real portal has to be set again once "
            "keys.master is set",
            err=True,
        )


@app.command()
def test(
    portal: Annotated[str, typer.Argument(metavar="PORTAL", help="A portal in portals.yaml.")],
) -> None:
    """Log in once and out again; a refused password is not tried a second time."""
    import asyncio

    from bots.cli.key_door import office_key, settings_and_places
    from bots.cli.store_door import open_shared
    from bots.config import find_portal, load_portals
    from bots.errors import Problem
    from bots.portals.base import LoginRefused
    from bots.portals.login import HumanAskedFirst, probe
    from bots.secrets import credential_for, refused

    settings, places = settings_and_places()
    found = find_portal(load_portals(), portal)
    master = office_key(settings, places)
    name = found.credential
    credential = credential_for(name, places, master)
    if is_shared := open_shared():
        from bots.store import refusals

        refusals.heed(name, credential, places, master)
    refused.refuse_again(name, credential, places, master)
    try:
        asyncio.run(
            probe(portal, found, credential, settings=settings, places=places, master=master)
        )
    except HumanAskedFirst as error:
        raise Problem(str(error), where=portal, do="then test it again") from None
    except LoginRefused as error:
        refused.remember(name, credential, places, master)
        if is_shared:
            refusals.tell(name, credential, master)
        raise Problem(
            f"the portal refused the log-in {name} ({error.code})",
            where=portal,
            do="it is not tried again until `claimbots credentials set` or `unlock`",
        ) from None
    typer.echo(f"{portal}: logged in with {name}")


@app.command()
def unlock(name: Name) -> None:
    """Allow a log-in that a portal refused to be tried again."""
    from bots.cli.store_door import open_shared
    from bots.places import here
    from bots.secrets import refused

    gone = refused.unlock(name, here())
    if open_shared():
        from bots.store import refusals

        gone |= refusals.unlock(name)
    typer.echo(f"{name}: {'may be tried again' if gone else 'was not refused'}")


def _asked() -> Credential:
    import getpass
    import sys

    from bots.errors import Problem
    from bots.secrets import Credential

    if sys.stdin.isatty():
        user = typer.prompt("User")
        password = getpass.getpass("Password: ")
        seed = getpass.getpass("Seed for one-time codes (empty for none): ")
    else:  # three lines from a pipe, for a vault's own command line
        user, password, seed = (sys.stdin.readline().rstrip("\n") for _ in range(3))
    if not user or not password:
        raise Problem("user or password is empty", do="type both, or use --from vault:NAME")
    return Credential(user, password, seed)
