"""`claimbots demo`: the main job on the practice portal, from nothing to a verified log.

Everything lies in demo/ of the data folder: the portal's own files, and a little office
(configuration, keys, store, log, reports) that no real office is mixed with.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bots.cli.practice import Server
    from bots.places import Places
    from bots.runs.request import RunSummary

TODAY = "2026-09-30"  # the practice portal's day: its claims end there


def demo(
    claims: Annotated[int, typer.Option("--claims", min=1, help="How many claims.")] = 200,
    seed: Annotated[int, typer.Option("--seed", help="The same seed, the same claims.")] = 22,
    again: Annotated[
        bool, typer.Option("--again", help="On the last demo's data: must change nothing.")
    ] = False,
    headed: Annotated[bool, typer.Option("--headed", help="Show the browser.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the portal running.")] = False,
    shadow: Annotated[bool, typer.Option("--shadow", help="Look and report only.")] = False,
) -> None:
    """Start the practice portal, fill it, check and correct its claims, show what came out."""
    typer.echo("claimbots demo: a practice portal with synthetic claims, on this machine only")
    from bots.cli.practice import stop
    from bots.errors import Problem
    from bots.places import here

    office = here()
    if (office.root / "truth.jsonl").exists():  # only a demo's own folder has one
        raise Problem(
            "this is the demo's own folder",
            where=str(office.root),
            do="unset CLAIMBOTS_DATA and CLAIMBOTS_CONFIG for `claimbots demo`",
        )
    root = office.demo
    server = _prepared(root, claims, seed, again)
    try:
        _office(root, server.address, headed)
        summaries = [_run(queue, shadow) for queue in ("pending", "historical")]
        code = _say(summaries, shadow)
    finally:
        if keep:
            typer.echo(
                f"the portal goes on at {server.address}; `claimbots practice people` names its "
                f"accounts; end it with `claimbots practice stop --data {server.data}`"
            )
        else:
            stop(server)
    raise typer.Exit(code)


def _prepared(root: Path, claims: int, seed: int, again: bool) -> Server:
    """The portal with its claims, answering."""
    import contextlib
    import shutil

    from bots.cli.practice import ask, start
    from bots.errors import Problem
    from bots.places import Places

    portal = root / "practice"
    if again and not (portal / "practice.sqlite3").exists():
        raise Problem("there is no last demo", where=str(root), do="run `claimbots demo` first")
    if portal.exists():
        with contextlib.suppress(Problem):
            ask(portal, "stop")
    if not again:
        shutil.rmtree(root, ignore_errors=True)
        Places(root).made()
        typer.echo(f"seeding {claims} claims and their tables (seed {seed})")
        ask(
            portal, "seed", "--claims", str(claims), "--seed", str(seed),
            "--truth", str(root / "truth.jsonl"), "--tables", str(root / "tables"),
        )  # fmt: skip
    server = start(portal)
    typer.echo(f"practice portal at {server.address}")
    return server


def _office(root: Path, address: str, headed: bool) -> None:
    """A little office in the demo's folder; this process works in it from here on."""
    import json
    import os
    import shutil

    from bots.cli.practice import ask
    from bots.codesets.icd10cm import build_icd10cm
    from bots.codesets.tables import import_tables
    from bots.config import default_folder
    from bots.places import here
    from bots.secrets import development_key
    from bots.secrets.credentials import Credential, remember_credential

    os.environ["CLAIMBOTS_DATA"] = str(root)
    os.environ["CLAIMBOTS_CONFIG"] = str(root / "config")
    for name in ("config", "selectors"):
        shutil.rmtree(root / name, ignore_errors=True)
        shutil.copytree(default_folder(name), root / name, copy_function=_closed_copy)
        (root / name).chmod(0o700)
    _put(root / "config" / "portals.yaml", "address:", address)
    _put(root / "config" / "claimbots.yaml", "headed:", "true" if headed else "false")
    places = here().made()
    if build_icd10cm(places.codesets):
        typer.echo("ICD-10-CM built from its public release")
    import_tables(root / "tables", places.codesets)
    people = json.loads(ask(root / "practice", "people"))
    person = next(entry for entry in people if entry["username"] == "biller")
    remember_credential(
        "practice",
        Credential(person["username"], person["password"], person["seed"]),
        places,
        development_key(places),
    )


def _closed_copy(source: str, target: str) -> None:
    """Everything in the data folder is closed to others, whatever the wheel's modes are."""
    import shutil

    shutil.copyfile(source, target)
    Path(target).chmod(0o600)


def _put(path: Path, key: str, value: str) -> None:
    """Give one key of a shipped file another value, its comments left as they are."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if line.strip().startswith(key))
    indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
    lines[at] = f"{indent}{key} {value}\n"
    path.write_text("".join(lines), encoding="utf-8")


def _run(queue: str, shadow: bool) -> RunSummary:
    from datetime import date

    from bots.cli.running import person, run_to_end
    from bots.portals.base import Query
    from bots.runs.request import RunRequest

    title = "pre-bill run" if queue == "pending" else "look-back run"
    typer.echo(f"{title}: reading {queue} claims")
    return run_to_end(
        RunRequest(
            portal="practice",
            query=Query(queue=queue),
            shadow=shadow,
            pages=2,
            as_of=date.fromisoformat(TODAY),
            requested_by=person(),
            report=False,
        ),
        title=f"{title}: claims",
    )


def _say(summaries: list[RunSummary], shadow: bool) -> int:
    from bots.places import here
    from bots.reports import write_report
    from bots.reports.summary import summary_lines

    places = here()
    ids = [summary.run for summary in summaries]
    files = write_report(ids, places)
    typer.echo("")
    for line in summary_lines(ids, files):
        typer.echo(line)
    typer.echo("")
    new = sum(summary.new_corrections for summary in summaries)
    typer.echo(f"{new} new corrections" + (" (shadow: nothing is written)" if shadow else ""))
    verified = _verify(places)
    stopped = [summary.stop_reason for summary in summaries if summary.stop_reason]
    for reason in stopped:
        typer.echo(f"stopped: {reason}", err=True)
    typer.echo(
        "next: `claimbots demo --again` changes nothing more; "
        f"`CLAIMBOTS_DATA={places.root} claimbots proposals list` shows what waits for you; "
        "docs/start.md goes on from here"
    )
    return max([verified, *(summary.exit for summary in summaries)])


def _verify(places: Places) -> int:
    from bots.cli.audit import verify

    try:
        verify(as_json=False)
    except typer.Exit as said:
        return int(said.exit_code)
    return 0
