"""How `claimbots exceptions` shows what waits: a card for a cause, a line or a page for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bots.config.portals import Portal
    from bots.store.facts import ExceptionGroup, ExceptionRecord


def known_portals() -> Mapping[str, Portal]:
    """The office's portals, by whose words a person is told what to do.

    Where portals.yaml cannot be read there are none: what waits is shown all the same.
    """
    from bots.config import load_portals
    from bots.errors import Problem

    try:
        return load_portals()
    except Problem:
        return {}


def as_dict(entry: ExceptionRecord, portals: Mapping[str, Portal]) -> dict[str, Any]:
    """An exception for JSON."""
    from bots.reports.next_steps import next_step

    return {
        "id": entry.id,
        "group": entry.group,
        "run": entry.run,
        "portal": entry.portal,
        "claim": entry.number or None,
        "type": entry.type.value,
        "code": entry.code,
        "check": entry.check or None,
        "proposal": entry.proposal or None,
        "message": entry.message,
        "state": entry.state.value,
        "retry": entry.retry,
        "since": entry.since.isoformat() if entry.since else None,
        "created_at": entry.created_at.isoformat(),
        "follows": entry.follows or None,
        "assigned_to": entry.assigned_to or None,
        "assigned_by": entry.assigned_by or None,
        "assigned_at": entry.assigned_at.isoformat() if entry.assigned_at else None,
        "decided_by": entry.decided_by or None,
        "decided_at": entry.decided_at.isoformat() if entry.decided_at else None,
        "decision_reason": entry.decision_reason or None,
        "resolved_as": entry.resolved_as or None,
        "closed_in": entry.closed_in or None,
        "next": next_step(entry, portals).do,
    }


def group_as_dict(group: ExceptionGroup, portals: Mapping[str, Portal]) -> dict[str, Any]:
    """A group for JSON; `claims` is 0 where the whole run is meant."""
    from bots.reports.next_steps import next_step

    seen = group.example
    step = next_step(seen, portals, group.id)
    return {
        "group": group.id,
        "portal": seen.portal,
        "type": seen.type.value,
        "code": seen.code,
        "check": seen.check or None,
        "cause": seen.cause,
        "means": step.means,
        "claims": group.claims,
        "exceptions": group.exceptions,
        "to_retry": group.to_retry,
        "since": group.since.isoformat(),
        "assigned_to": list(group.assigned_to),
        "example": {
            "id": seen.id, "run": seen.run, "claim": seen.number or None, "message": seen.message,
            "seen_at": seen.created_at.isoformat(), "evidence": has_evidence(seen),
        },
        "next": step.do,
    }  # fmt: skip


def show_groups(groups: list[ExceptionGroup], portals: Mapping[str, Portal]) -> None:
    """A card for each group, and how much it is in all."""
    from rich.text import Text

    from bots.cli.terminal import Cards

    cards = Cards()
    for group in groups:
        seen = group.example
        colour = "red" if seen.type.value == "APPLICATION" else "yellow"
        head = Text.assemble(
            (group.id, "bold"), "  ", (seen.code, f"bold {colour}"),
            f"  {seen.type.value}  {seen.portal}",
        )  # fmt: skip
        cards.show(
            head, _claims(group.claims) if group.claims else "whole run", _card(group, portals)
        )
    claims = sum(group.claims for group in groups)
    causes = f"{len(groups)} cause{'' if len(groups) == 1 else 's'}"
    several = "; one claim may stand under several" if len(groups) > 1 else ""
    cards.say(f"{causes}, {_claims(claims)}{several}")


def _card(group: ExceptionGroup, portals: Mapping[str, Portal]) -> list[tuple[str, str]]:
    from bots.reports.next_steps import next_step

    seen = group.example
    step = next_step(seen, portals, group.id)
    what = f"{seen.id}, run {seen.run}" + (f", claim {seen.number}" if seen.number else "")
    lines = [("cause", f"{step.means} {_sentence(seen.cause)}")]
    if seen.check:
        lines.append(("check", seen.check))
    lines += [
        ("since", f"{group.since:%Y-%m-%d %H:%M} UTC; last {seen.created_at:%Y-%m-%d %H:%M}"),
        ("seen", f"{what}: {seen.message}" if seen.message != seen.cause else what),
    ]
    if has_evidence(seen):
        lines.append(("picture", f"`claimbots exceptions show {seen.id} --evidence FOLDER`"))
    if group.assigned_to:
        lines.append(("with", ", ".join(group.assigned_to)))
    if group.to_retry == group.exceptions:
        (command,) = runs_that_retry([seen])
        return [*lines, ("next", f"It is to be tried again: `{command}`.")]
    if group.to_retry:
        lines.append(("retry", f"asked for {_claims(group.to_retry)}"))
    return [*lines, ("next", step.do)]


def _sentence(cause: str) -> str:
    return f"“{cause.rstrip('.')}”"


def _claims(count: int) -> str:
    return f"{count:,} claim{'' if count == 1 else 's'}"


def page(entry: ExceptionRecord, portals: Mapping[str, Portal]) -> list[str]:
    """One exception, line by line."""
    from bots.cli.terminal import plain
    from bots.reports.next_steps import next_step

    step = next_step(entry, portals)
    retried = f", after {entry.retry} retries" if entry.retry else ""
    said = [
        f"{entry.id}  {entry.type.value}  {entry.state.value}  ({entry.group})",
        f"claim    {entry.number or 'none: the whole run'} ({entry.portal}, run {entry.run})",
        f"code     {entry.code}{retried}" + (f", check {entry.check}" if entry.check else ""),
        f"means    {step.means}",
        f"reason   {plain(entry.message)}",
        f"created  {entry.created_at:%Y-%m-%d %H:%M} UTC",
    ]
    if entry.since and entry.since < entry.created_at:
        said.append(f"since    {entry.since:%Y-%m-%d %H:%M} UTC, follows {entry.follows}")
    if entry.proposal:
        said.append(f"about    {entry.proposal}")
    if entry.assigned_at:
        when = f"{entry.assigned_at:%Y-%m-%d %H:%M} UTC"
        said.append(f"with     {entry.assigned_to}, by {entry.assigned_by}, {when}")
    if entry.decided_at:
        what = f"resolved as {entry.resolved_as}" if entry.resolved_as else "retry"
        why = f": {plain(entry.decision_reason)}" if entry.decision_reason else ""
        when = f"{entry.decided_at:%Y-%m-%d %H:%M} UTC"
        said.append(f"decided  {what} by {entry.decided_by}, {when}{why}")
    if entry.closed_in:
        said.append(f"closed   {entry.state.value} in run {entry.closed_in}")
    if has_evidence(entry):
        said.append(f"seen     `claimbots exceptions show {entry.id} --evidence FOLDER`")
    return [*said, f"next     {step.do}"]


def has_evidence(entry: ExceptionRecord) -> bool:
    """Whether a masked picture of it is kept."""
    from bots.places import here
    from bots.runs.evidence import kept
    from bots.store import records

    position = records.position_of(entry.run, entry.number, entry.proposal)
    return kept(here(), entry.run, position)


def row(entry: ExceptionRecord) -> str:
    """One exception on one line."""
    from bots.cli.terminal import plain

    state = "" if entry.state.value == "open" else f"[{entry.state.value}] "
    whose = f"[{entry.assigned_to}] " if entry.assigned_to else ""
    return (
        f"{entry.id}  {entry.group}  {entry.type.value:11}  {entry.number or '(run)':14}  "
        f"{entry.code:24}  {state}{whose}{plain(entry.message)}"
    )


def runs_that_retry(decided: list[ExceptionRecord]) -> list[str]:
    """The runs that take these claims: a proposal that still waits is an approved run's."""
    from bots.store import records

    commands = set()
    for portal, queue in {(entry.portal, entry.queue) for entry in decided}:
        takes = "pending" if queue == "approved" else queue
        numbers = {e.number for e in decided if (e.portal, e.queue) == (portal, queue)}
        taken = set(records.to_retry(portal, takes))
        if numbers & taken:
            commands.add(f"claimbots run --portal {portal} --queue {takes} --retry")
        if numbers - taken:
            commands.add(f"claimbots run --portal {portal} --queue approved")
    return sorted(commands)
