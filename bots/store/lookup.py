"""Find one row by the id that people use; what is not there is answered with the nearest."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from bots.errors import Problem
from bots.store import models


def find_run(id: str) -> models.Run:
    """The run, or Problem; `last` is the newest one."""
    if id == "last":
        newest = models.Run.objects.order_by("-started_at", "-id").first()
        if newest is not None:
            return newest
    # No database is asked for what no id of ours has (PostgreSQL refuses a NUL).
    row = models.Run.objects.filter(id=id.upper()).first() if id.isprintable() else None
    if row is None:
        known = models.Run.objects.order_by("-started_at").values_list("id", flat=True)[:1000]
        raise unknown("run", id, known, "claimbots runs list")
    return row


def chain_of(run: str) -> list[str]:
    """The ids of a run and of those with which it went on, the newest first."""
    chain: list[str] = []
    while run and run not in chain:
        chain.append(run)
        found = models.Run.objects.filter(id=run).values_list("query", flat=True).first()
        run = str((found or {}).get("going on with", ""))
    return chain


def find_proposal(id: str) -> models.Proposal:
    """The proposal's row, or Problem."""
    row = models.Proposal.objects.filter(pk=_count(id, "P")).first()
    if row is None:
        known = models.Proposal.objects.order_by("-pk").values_list("pk", flat=True)[:1000]
        raise unknown("proposal", id, map(proposal_id, known), "claimbots proposals list")
    return row


def proposal_id(number: int) -> str:
    """The id that people use of the proposal of a row."""
    return f"P-{number:05d}"


def find_exception(id: str) -> models.ExceptionRow:
    """The exception's row, or Problem."""
    rows = models.ExceptionRow.objects.select_related("run")
    row = rows.filter(pk=_count(id, "E")).first()
    if row is None:
        known = models.ExceptionRow.objects.order_by("-pk").values_list("pk", flat=True)[:1000]
        raise unknown(
            "exception", id, (f"E-{pk:05d}" for pk in known), "claimbots exceptions list"
        )
    return row


def _count(id: str, letter: str) -> int:
    """The row's number in `P-00012` (or `12`); -1, which no row has, for anything else."""
    digits = id.upper().removeprefix(f"{letter}-")
    # Ten digits are more than any store has, and fit the database's integer.
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 10 else -1


def unknown(noun: str, id: str, known: Iterable[str], list_them: str) -> Problem:
    """The Problem of an id that is not there, with the nearest one that is."""
    names = list(known)
    near = get_close_matches(id, names, n=1, cutoff=0.5) or get_close_matches(
        id.upper(), names, n=1, cutoff=0.5
    )
    nearest = near[0] if near else (names[0] if names else None)
    shown = "".join(c if c.isprintable() else "?" for c in id[:40])
    return Problem(
        f'there is no {noun} "{shown}"',
        do=f"did you mean {nearest}? `{list_them}` shows all" if nearest else "there is none yet",
    )
