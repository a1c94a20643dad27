"""`claimbots portal`: which portals there are, and whether one is as its files say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bots.cli.portal_making import new, record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bots.portals.contract.items import Level
    from bots.portals.contract.specimens import Specimens
    from bots.portals.contract.trial import Brake, Office
    from bots.portals.contract.verdict import Verdict
    from bots.portals.walking import Place

app = typer.Typer(help="The portals: their screens and their contract.", no_args_is_help=True)

app.command()(new)
app.command()(record)

Json = Annotated[bool, typer.Option("--json", help="JSON Lines on standard output.")]


@app.command("list")
def list_portals(as_json: Json = False) -> None:
    """Each portal: its kind, where it is, its mode, and whether it has specimens to try."""
    import json

    from bots.config import load_portals
    from bots.portals.contract.specimens import specimens_path

    for name, portal in load_portals().items():
        has = specimens_path(name).is_file()
        if as_json:
            facts = {
                "name": name,
                "kind": portal.kind,
                "host": portal.host,
                "mode": portal.mode,
                "specimens": has,
            }
            typer.echo(json.dumps(facts))
        else:
            words = "specimens" if has else "no specimens"
            typer.echo(f"{name:16} {portal.kind:12} {portal.host:32} {portal.mode:7} {words}")


@app.command()
def check(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The portal in portals.yaml.")],
    contract: Annotated[
        bool, typer.Option("--contract", help="Try the contract, too: reading only.")
    ] = False,
    writing: Annotated[
        bool, typer.Option("--writing", help="Try the contract whole: writes to the test account.")
    ] = False,
    specimens: Annotated[
        Path | None, typer.Option("--specimens", help="Else config/contract/NAME.yaml.")
    ] = None,
    up_to: Annotated[
        str, typer.Option("--up-to", help="Try what this level asks for: bronze, silver, gold.")
    ] = "gold",
    as_json: Json = False,
) -> None:
    """Log in, look for every named element of every screen; with --contract give a verdict."""
    import asyncio

    from bots.errors import Problem
    from bots.portals.base import PortalError
    from bots.portals.contract.offices import office_of
    from bots.portals.contract.specimens import load_specimens, specimens_path

    level = _level(up_to)
    path = specimens or specimens_path(name)
    known = load_specimens(path) if contract or writing or path.is_file() else None
    verdict: Verdict | None = None
    with office_of(name, writing=writing) as (office, brake):
        try:
            number = known.correct.claim if known and known.correct else ""
            places, amiss = asyncio.run(_looked_at(office, number))
            _say_screens(places, amiss, as_json=as_json)
            if known and (contract or writing):
                trying = _tried(office, brake, known, level, writing=writing, as_json=as_json)
                verdict = asyncio.run(trying)
        except PortalError as error:
            raise Problem(str(error), where=name) from None
    if verdict is not None:
        _say_verdict(name, verdict, as_json=as_json)
    to_do = bool(amiss) or any(place.found.is_to_do for place in places)
    if to_do or (verdict is not None and verdict.broken):
        raise typer.Exit(1)


async def _looked_at(office: Office, number: str) -> tuple[list[Place], tuple[str, ...]]:
    """Every element of every screen, and what the reader's canary says of them."""
    from bots.portals.base import Query
    from bots.portals.contract.trial import log_in, session_of
    from bots.portals.walking import walked, walked_door, with_what_was_seen

    async with session_of(office, forget=True) as session:
        places = [place async for place in walked_door(session)]
        await log_in(office, session)
        reader = await session.reader()
        for queue in ("pending", "historical"):
            if not number:
                async for ref in reader.worklist(Query(queue, limit=1)):
                    number = ref.number
        if number:
            places += [place async for place in walked(session, number)]
        amiss = await reader.canary()
        return with_what_was_seen(places, session.ranks), amiss


def _level(word: str) -> Level:
    from bots.errors import Problem
    from bots.portals.contract.items import Level

    words = {level.word: level for level in Level if level}
    if word not in words:
        raise Problem(f"no level {word}", where="--up-to", do=f"use one of {', '.join(words)}")
    return words[word]


async def _tried(
    office: Office, brake: Brake, known: Specimens, level: Level, *, writing: bool, as_json: bool
) -> Verdict:
    """The verdict over the contract's items up to a level, each told as it is there."""
    import json

    from bots.portals.contract.items import all_items
    from bots.portals.contract.running import tried_all
    from bots.portals.contract.trial import Trial
    from bots.portals.contract.verdict import Result, judged

    def told(result: Result) -> None:
        if as_json:
            typer.echo(json.dumps(result.as_json()))
        else:
            typer.echo(f"{result.state.value:9} {result.item.id}", err=True)

    async with Trial.opened(office, known, writing=writing, brake=brake) as trial:
        asked = [item for item in all_items().values() if item.level <= level]
        return judged(await tried_all(asked, trial, told))


def _say_screens(places: Sequence[Place], amiss: Sequence[str], *, as_json: bool) -> None:
    import json

    if as_json:
        for place in places:
            typer.echo(json.dumps(place.as_json()))
        for words in amiss:
            typer.echo(json.dumps({"amiss": words}))
        return
    from rich.console import Console
    from rich.table import Table

    from bots.portals.walking import Found

    table = Table("screen", "elements", "first choice", "to do", "not there now", box=None)
    for screen in dict.fromkeys(place.screen for place in places):
        found = [place for place in places if place.screen == screen]
        to_do = [
            f"{place.element}: {place.found.value}"
            + (f" {place.rank}" if place.found is Found.LOWER else f", {place.matches} match")
            for place in found
            if place.found.is_to_do
        ]
        gone = [place.element for place in found if place.found in (Found.GONE, Found.UNREACHED)]
        first = sum(place.found is Found.FIRST for place in found)
        table.add_row(screen, str(len(found)), str(first), "\n".join(to_do), ", ".join(gone))
    console = Console(highlight=False)
    console.print(table)
    for words in amiss:
        console.print(f"amiss: {words}", markup=False)


def _say_verdict(name: str, verdict: Verdict, *, as_json: bool) -> None:
    import json

    if as_json:
        told = {"portal": name, "level": verdict.level.word, "counted": verdict.counted()}
        typer.echo(json.dumps(told))
        return
    from rich.console import Console
    from rich.table import Table

    from bots.portals.contract.verdict import State

    table = Table("item", "level", "state", "reason", box=None)
    unasked: dict[str, list[str]] = {}  # what was not tried, by the one reason of many
    for result in verdict.results:
        if result.state is State.NOT_TRIED:
            unasked.setdefault(result.reason, []).append(result.item.id)
        elif result.state is not State.HELD:
            table.add_row(
                result.item.id, result.item.level.word, result.state.value, result.reason
            )
    for reason, items in unasked.items():
        words = items[0] if len(items) == 1 else f"{len(items)} items"
        table.add_row(words, "", State.NOT_TRIED.value, reason)
    console = Console(highlight=False)
    if table.row_count:
        console.print(table)
    console.print(verdict.badge(name), markup=False)
