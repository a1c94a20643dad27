"""What a new release changes: in its rows, and in what is said of the office's own claims."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import typer

if TYPE_CHECKING:
    from bots.codesets import CodeSets
    from bots.codesets.comparing import Change
    from bots.codesets.store import Provenance
    from bots.runs.check_files import Rules

Import: TypeAlias = "tuple[Path, Provenance]"

SHOWN = 20  # changes of a table that people are shown; --json has them all


@dataclass(frozen=True, slots=True)
class Pair:
    """One table in both of its releases."""

    table: str
    old: Import
    new: Import


def compare(folder: Path, old: str, new: str, *, as_json: bool) -> list[Pair]:
    """Print what changed, table by table; gives the tables with both imports.

    Raises:
        Problem: there is no such import, or the two have no table in common.
    """
    from bots.cli.codesets_status import line_of
    from bots.codesets.comparing import changes, columns_of
    from bots.errors import Problem

    before, after = _named(folder, old), _named(folder, new)
    pairs = [
        Pair(table, before[table], after[table])
        for table in before
        if table in after and before[table][1].series == after[table][1].series
    ]
    if not pairs:
        raise Problem(
            f"{old[:60]} and {new[:60]} are no releases of one series",
            do="see `claimbots codesets status`",
        )
    for pair in pairs:
        table, one, other = pair.table, pair.old, pair.new
        if not as_json:
            typer.echo(f"{line_of(one[1])}\n  -> {line_of(other[1])}")
        counts: Counter[str] = Counter()
        for change in changes(one, other, table):
            counts[change.kind] += 1
            if as_json:
                typer.echo(json.dumps(_facts(change, columns_of(table))))
            elif sum(counts.values()) <= SHOWN:
                typer.echo(f"  {_line(change)}")
        total = ", ".join(f"{counts[kind]:,} {kind}" for kind in ("added", "removed", "changed"))
        typer.echo(f"{table}: {total}", err=as_json)
    return pairs


def compare_claims(
    pairs: Sequence[Pair],
    files: Sequence[Path],
    *,
    as_json: bool,
) -> None:
    """Print the findings that go and come when the claims are judged by the other release.

    Both releases are taken as they are on their last day, whatever the claims' own days, so
    that a new quarter says what it would have said of the last quarter's claims.

    Raises:
        Problem: a claim cannot be read.
    """
    from dataclasses import replace

    from bots.runs.check_files import rules_here

    rules = replace(rules_here(), again=None)
    said = [
        list(_findings(files, rules, _judged(rules.codesets, held)))
        for held in (
            [(pair.table, pair.old) for pair in pairs],
            [(pair.table, pair.new) for pair in pairs],
        )
    ]
    before, after = (Counter(entry for entry in entries) for entries in said)
    for kind, found in (("gone", before - after), ("new", after - before)):
        for file, claim, check, text in sorted(found.elements()):
            if as_json:
                told = {"finding": kind, "file": file, "claim": claim, "check": check}
                typer.echo(json.dumps({**told, "message": text}))
            else:
                typer.echo(f"{kind:4} {file} {claim} {check}: {text}")
    gone, new = sum((before - after).values()), sum((after - before).values())
    typer.echo(
        f"findings: {gone} gone, {new} new, {(before & after).total()} as before", err=as_json
    )


def _named(folder: Path, name: str) -> dict[str, Import]:
    """The tables of one import, or of one release, by table; the newest import of each."""
    from bots.codesets.store import imports
    from bots.errors import Problem

    found = [
        (path, origin)
        for path, origin in imports(folder)
        if name == path.stem or name.lower() == origin.release.lower()
    ]
    if not found:
        raise Problem(f"no import or release {name[:60]!r}", do="see `claimbots codesets status`")
    found.sort(key=lambda entry: entry[1].precedence)
    return {origin.table: (path, origin) for path, origin in found}


def _judged(codesets: CodeSets, held: Sequence[tuple[str, Import]]) -> CodeSets:
    from datetime import date

    from bots.codesets.store import open_files
    from bots.codesets.what_if import as_of

    for table, (path, origin) in held:
        day = origin.until or origin.since or date.max
        codesets = as_of(codesets, open_files([path]), [table], day)
    return codesets


def _findings(
    files: Sequence[Path], rules: Rules, codesets: CodeSets
) -> Iterator[tuple[str, str, str, str]]:
    from dataclasses import replace
    from datetime import datetime

    from bots.errors import Problem
    from bots.runs.check_files import Checked, check_files

    held = replace(rules, codesets=codesets)
    today = datetime.now().astimezone().date()
    for outcome in check_files(files, held, today=today, processes=1):
        if not isinstance(outcome, Checked):
            raise Problem("a claim that cannot be read", where=str(outcome.file), do="check it")
        for finding in outcome.review.findings:
            yield (
                outcome.file.name,
                outcome.case.claim.number,
                finding.check,
                finding.message,
            )


def _facts(change: Change, columns: Sequence[str]) -> dict[str, object]:
    return {
        "table": change.table,
        "change": change.kind,
        "key": list(change.key),
        "before": [dict(zip(columns, row, strict=True)) for row in change.before],
        "after": [dict(zip(columns, row, strict=True)) for row in change.after],
    }


def _line(change: Change) -> str:
    def said(rows: Sequence[Sequence[object]]) -> str:
        return "; ".join(
            " ".join(str(cell) for cell in row if cell not in (None, "")) for row in rows
        )

    key = " ".join(change.key)
    if change.kind == "changed":
        return f"changed {key}: {said(change.before)} -> {said(change.after)}"
    return f"{change.kind} {key}: {said(change.before or change.after)}"
