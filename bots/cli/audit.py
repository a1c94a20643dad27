"""`claimbots audit`: verify the log, and show who changed what, when, by which rule and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bots.ledger import Checkpoint, Record
    from bots.places import Places

app = typer.Typer(help="The tamper-evident audit log.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="JSON Lines.")]
Masked = Annotated[bool, typer.Option("--masked", help="Without values and portal's words.")]


@app.command()
def verify(as_json: AsJson = False) -> None:
    """Read every record and checkpoint. Exit 0 good, 1 tampering, 2 cannot tell.

    Origin and public key come from the configuration (or keys/), never from the log; the
    newest checkpoint that the store kept is the anchor.
    """
    import json

    from bots.cli.key_door import settings_and_places
    from bots.ledger import trusted_public_key
    from bots.ledger import verify as verified

    settings, places = settings_and_places()
    origin = settings.ledger.origin
    key = trusted_public_key(places, origin, settings.ledger.public_key)
    anchor = kept_anchor(places, origin)
    verdict = verified(places.ledger, origin, key, anchor)
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "origin": origin,
                    "records": verdict.records,
                    "checkpoints": verdict.checkpoints,
                    "torn": verdict.torn,
                    "unsigned": verdict.unsigned,
                    "unanchored": verdict.unanchored,
                    "anchor": anchor.size if anchor and verdict.good else None,
                    "problems": [
                        {"kind": p.kind, "sequence": p.sequence, "message": p.message}
                        for p in verdict.problems
                    ],
                }
            )
        )
    for problem in verdict.problems:
        typer.echo(f"TAMPERED {problem.kind}: {problem.message}", err=True)
    if not verdict.good:
        typer.echo("keep the folder as it is and compare it with a backup", err=True)
        raise typer.Exit(1)
    if verdict.records == 0:
        typer.echo(
            f"{places.ledger / origin}: no records and no checkpoint: cannot tell", err=True
        )
        raise typer.Exit(2)
    if verdict.torn:
        typer.echo(
            "its last record is torn, as a crash leaves it; the next run mends that", err=True
        )
    if verdict.unanchored:
        whose = "no checkpoint is kept" if anchor is None else f"the newest kept has {anchor.size}"
        typer.echo(
            f"{verdict.unanchored} records are not anchored outside the log ({whose})", err=True
        )
    if not as_json:
        typer.echo(f"audit log verified: {verdict.records} records")


@app.command()
def show(
    claim: Annotated[str, typer.Option(help="Only this claim.")] = "",
    intent: Annotated[str, typer.Option(help="Only this intent.")] = "",
    run: Annotated[str, typer.Option(help="Only this run.")] = "",
    masked: Masked = False,
    as_json: AsJson = False,
) -> None:
    """Who, when, from, to, by which rule and why. Values need the master key."""
    from bots.cli.key_door import office_key, settings_and_places
    from bots.errors import Problem

    if not (claim or intent or run):
        raise Problem("say what to show", do="use --claim N, --intent ID or --run ID")
    settings, places = settings_and_places()
    digest = ""
    if claim:
        digest = office_key(settings, places).keyed_digest("ledger-digest", claim)

    def wanted(record: Record) -> bool:
        return (
            (not digest or record.claim == digest)
            and (not intent or record.intent == intent)
            and (not run or record.run == run)
        )

    found = [record for record in _records(places, settings.ledger.origin) if wanted(record)]
    if not found:
        typer.echo("the audit log has no such record", err=True)
        return
    _print(found, _opener(masked=masked), as_json=as_json)


@app.command()
def tail(
    lines: Annotated[int, typer.Option("-n", min=1, help="How many records.")] = 20,
    masked: Masked = False,
    as_json: AsJson = False,
) -> None:
    """The newest records."""
    from collections import deque

    from bots.cli.key_door import settings_and_places

    settings, places = settings_and_places()
    newest = deque(_records(places, settings.ledger.origin), maxlen=lines)
    _print(list(newest), _opener(masked=masked), as_json=as_json)


def kept_anchor(places: Places, origin: str) -> Checkpoint | None:
    """The newest checkpoint that the store keeps of this log, if there is a store."""
    from bots.ledger import Checkpoint
    from bots.store.address import has_store

    if not has_store(places):
        return None
    from bots.store import database, records

    database.connect(places)
    row = records.newest_anchor(origin)
    return Checkpoint(row.text) if row else None


def _records(places: Places, origin: str) -> Iterator[Record]:
    from bots.errors import Problem
    from bots.ledger.reading import read_records

    folder: Path = places.ledger / origin
    if not folder.is_dir():
        raise Problem("there is no audit log", where=str(folder), do="check ledger.origin")
    return read_records(folder)


def _opener(*, masked: bool) -> Callable[[Record], dict[str, Any] | None]:
    """What opens a record's sealed part; None where it cannot or may not be opened."""
    if masked:
        return lambda record: None
    from bots.cli.key_door import office_key, settings_and_places
    from bots.ledger.patients import PatientKeys
    from bots.ledger.reading import unsealed
    from bots.secrets import SealError

    settings, places = settings_and_places()
    patients = PatientKeys(places.keys / "patients.sqlite3", office_key(settings, places))

    def opened(record: Record) -> dict[str, Any] | None:
        try:
            return unsealed(record, patients)
        except SealError:
            return None

    return opened


def _print(
    found: list[Record], opened: Callable[[Record], dict[str, Any] | None], *, as_json: bool
) -> None:
    import json
    from dataclasses import asdict

    if as_json:
        for record in found:
            secret = opened(record) if record.sealed is not None else None
            typer.echo(json.dumps(asdict(record) | {"sealed": secret}, ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table

    from bots.cli.terminal import plain

    table = Table(box=None, pad_edge=False)
    for title in ("No.", "Time (UTC)", "Who", "Claim", "What", "From → to", "Rule", "Why"):
        table.add_column(title, overflow="fold")
    secrets = [opened(record) for record in found]
    # Only an intent carries its claim's number; the digest finds it for its other records.
    numbers = {
        record.claim: str(secret["claim"])
        for record, secret in zip(found, secrets, strict=True)
        if secret and secret.get("claim")
    }
    for record, secret in zip(found, secrets, strict=True):
        number = numbers.get(record.claim, record.claim[:10])
        table.add_row(*(plain(cell) for cell in _row(record, secret, number)))
    Console(width=None if _is_terminal() else 200).print(table, markup=False)


def _row(record: Record, secret: dict[str, Any] | None, number: str) -> tuple[str, ...]:
    body = record.body
    decided_by = body.get("decided_by", "policy")
    policy = f"policy {body['policy']}" if body.get("policy") else ""
    rules = [*body.get("checks", []), body.get("check", ""), body.get("authority", ""), policy]
    return (
        str(record.sequence),
        record.time[:19].replace("T", " "),
        record.actor + ("" if decided_by == "policy" else f", decided by {decided_by}"),
        number,
        ": ".join(filter(None, (record.kind, _what(record)))),
        _from_to(body, secret, sealed=record.sealed is not None),
        "; ".join(str(rule) for rule in rules if rule),
        _why(body, secret),
    )


def _why(body: Any, secret: dict[str, Any] | None) -> str:
    """The reason. What a person typed may name the patient: it goes with the values."""
    if secret is None and body.get("decided_by", "policy") != "policy":
        return ""
    return str(body.get("reason") or (secret or {}).get("reason", ""))


def _what(record: Record) -> str:
    body = record.body
    if "outcome" in body:
        return str(body["outcome"]) + (" after crash" if body.get("after_crash") else "")
    if record.kind == "run-started":
        return f"{record.run}, {body.get('queue')}, {body.get('mode')}"
    if record.kind == "run-ended":
        return f"{record.run}, {body.get('state')}, claims {body.get('claims')}"
    if record.kind == "exception":
        what = f"{body['does']} {body['exception']}"
        return f"{what} {body.get('to') or body.get('as') or ''}".rstrip()
    return str(body.get("does") or body.get("proposal") or "")


def _from_to(body: Any, secret: dict[str, Any] | None, *, sealed: bool) -> str:
    if secret and secret.get("changes"):
        return "; ".join(
            f"{_place(c)} {c['from'] or '(empty)'} → {c['to'] or '(empty)'}"
            for c in secret["changes"]
        )
    if secret:
        return "; ".join(str(secret[k]) for k in ("words", "note_text") if secret.get(k))
    fields = ", ".join(_place(c) for c in body.get("fields", []))
    return fields or ("(sealed)" if sealed else "")


def _place(change: dict[str, Any]) -> str:
    return f"line {change['line']} {change['field']}" if change["line"] else str(change["field"])


def _is_terminal() -> bool:
    import sys

    return sys.stdout.isatty()
