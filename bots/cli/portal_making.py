"""`claimbots portal new` and `portal record`: the files of a portal that is new to the bots."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from playwright.async_api import Page

    from bots.portals.making.recording import Recording, Steps
    from bots.secrets.credentials import Credential

Name = Annotated[str, typer.Argument(help="The portal's kind: small letters, digits and _.")]
_DEADLINE = 30.0  # seconds for any one call to the browser
_ORDER = (
    ("door", "the log-in page, before you log in"),
    ("list", "the list of claims, after you have logged in"),
    ("claim", "one claim that may still be changed"),
    ("edit", "the form that changes this claim"),
)


def new(name: Name) -> None:
    """Lay out module, selector file and page of a new portal, to be filled in by hand."""
    from bots.portals.making.laying_out import Facts, lay_out

    for path in lay_out(Facts(name), _office()):
        typer.echo(f"written {path}")
    typer.echo(f"Next: fill in both, then `claimbots portal check {name}` (docs/portals.md).")


def record(
    name: Name,
    url: Annotated[str, typer.Argument(help="Where the portal is.")],
    steps: Annotated[
        Path | None,
        typer.Option(
            "--steps", help="A script of steps, done without a window (docs/portals.md)."
        ),
    ] = None,
    credential: Annotated[
        str, typer.Option("--credential", help="The log-in that the steps type.")
    ] = "",
) -> None:
    """Follow you (or a script of steps) through a portal, and draft its files.

    Nothing of a patient is kept: only labels, headings and attributes of the pages are.
    """
    import asyncio
    from dataclasses import replace

    from bots.config import load_yaml
    from bots.errors import Problem
    from bots.portals.making.laying_out import Facts, lay_out, pages_of, pattern_of, total_of
    from bots.portals.making.recording import Steps

    if steps is None and not _is_at_a_terminal():
        raise Problem(
            "nobody is at the terminal to show the screens",
            where="portal record",
            do="give a script of steps with --steps FILE",
        )
    script = load_yaml(steps, Steps) if steps else None
    log_in = _log_in(credential) if credential else None
    recording = asyncio.run(_recorded(url, script, log_in))
    facts = Facts(name, language=recording.language or "en-US")
    if recording.total and recording.pages:
        facts = replace(facts, total=total_of(recording.total), pages=pages_of(recording.pages))
    if recording.said:
        facts = replace(facts, stored=pattern_of(recording.said))
    unnamed = {screen: draft.unnamed for screen, draft in recording.screens.items()}
    for path in lay_out(facts, _office(), recording.as_data(), unnamed):
        typer.echo(f"written {path}")
    for screen, draft in recording.screens.items():
        found = len(draft.elements) + len(draft.tables)
        typer.echo(f"{screen}: {found} named, {len(draft.unnamed)} without a name of ours")
    for words in recording.left_out:
        typer.echo(f"left out, for it does not match exactly once: {words}")
    typer.echo(f"Next: read both, then `claimbots portal check {name}` (docs/portals.md).")


async def _recorded(url: str, script: Steps | None, log_in: Credential | None) -> Recording:
    from bots.portals.making.recording import Recording, follow, opened

    recording = Recording()
    async with opened(url, headed=script is None, deadline=_DEADLINE) as page:
        if script is not None:
            await follow(page, url, script, log_in, recording, _DEADLINE)
        else:
            await _with_a_person(page, recording)
    return recording


async def _with_a_person(page: Page, recording: Recording) -> None:
    import asyncio

    claim = ""
    for screen, what in _ORDER:
        ask = f"Show {what}, then press Enter here"
        await asyncio.to_thread(typer.prompt, ask, default="", show_default=False)
        if screen == "claim":
            claim = await asyncio.to_thread(typer.prompt, "The number of this claim")
        draft = await recording.take(page, screen, claim, _DEADLINE)
        typer.echo(f"  {len(draft.elements)} elements, {len(draft.tables)} tables")
    if typer.confirm("Will you save the form without a change, to show what the portal says?"):
        await asyncio.to_thread(typer.prompt, "Press Enter after it", default="")
        await recording.take_answer(page, _DEADLINE)


def _log_in(name: str) -> Credential:
    from bots.cli.key_door import office_key, settings_and_places
    from bots.secrets import credential_for, refused

    settings, places = settings_and_places()
    master = office_key(settings, places)
    credential = credential_for(name, places, master)
    refused.refuse_again(name, credential, places, master)
    return credential


def _office() -> Path:
    """The folder that has `config/` and `selectors/`.

    Raises:
        Problem: the office has no selector files of its own yet.
    """
    from bots.config import config_folder
    from bots.errors import Problem

    folder = config_folder().absolute().parent
    if not (folder / "selectors").is_dir():
        raise Problem(
            "there is no selectors/ beside config/", where=str(folder), do="run `claimbots init`"
        )
    return folder


def _is_at_a_terminal() -> bool:
    import sys

    return sys.stdin.isatty()
