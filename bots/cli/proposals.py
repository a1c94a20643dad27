"""`claimbots proposals`: what waits for a person, and their answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from bots.store.facts import ProposalRecord

app = typer.Typer(help="Changes that wait for a person's decision.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="ID", help="A proposal's id, like P-00012.")]
Json = Annotated[bool, typer.Option("--json", help="JSON Lines on standard output.")]
By = Annotated[str, typer.Option("--by", help="Who decides; else the user of this computer.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; goes onto the audit log.")]


@app.command("list")
def list_proposals(
    state: Annotated[
        str, typer.Option(help="open, approved, rejected, applied, expired, stale or all.")
    ] = "open",
    portal: Annotated[str, typer.Option(help="Only this portal.")] = "",
    limit: Annotated[
        int | None, typer.Option("--limit", "-l", min=1, help="At most so many.")
    ] = None,
    as_json: Json = False,
) -> None:
    """The proposals, the oldest first."""
    from bots.cli.store_door import json_line, one_of, open_store
    from bots.store.facts import ProposalState

    wanted = None if state == "all" else one_of(ProposalState, state, "--state", also="all")
    open_store()
    from bots.store import records

    found = records.proposals(wanted, portal)[:limit]
    for proposal in found:
        typer.echo(json_line(as_dict(proposal)) if as_json else _row(proposal))
    if not found:
        typer.echo("no proposals" if wanted is None else f"no {state} proposals", err=True)


@app.command()
def show(id: Id, as_json: Json = False) -> None:
    """One proposal: each field from and to, whether it raises payment, who decided."""
    from bots.cli.store_door import json_line, open_store

    open_store()
    from bots.store import records

    proposal = records.find_proposal(id)
    typer.echo(json_line(as_dict(proposal)) if as_json else "\n".join(_page(proposal)))


@app.command()
def approve(id: Id, reason: Reason = "", by: By = "", as_json: Json = False) -> None:
    """Approve: `run --queue approved` applies it, after reading the claim again."""
    _decide(id, "approve", by, reason, as_json)


@app.command()
def reject(id: Id, reason: Reason = "", by: By = "", as_json: Json = False) -> None:
    """Reject: it is not proposed again while the claim stays as it is."""
    _decide(id, "reject", by, reason, as_json)


@app.command()
def withdraw(id: Id, reason: Reason = "", by: By = "", as_json: Json = False) -> None:
    """Take back an approval that no run has applied yet; the proposal is rejected then."""
    _decide(id, "withdraw", by, reason, as_json)


def _decide(
    id: str,
    answer: Literal["approve", "reject", "withdraw"],
    by: str,
    reason: str,
    as_json: bool,
) -> None:
    from bots.cli.store_door import json_line, open_store, os_user
    from bots.errors import Problem

    if not reason.strip():
        raise Problem("a decision needs a reason", where=id, do='add --reason "…"')
    places = open_store()
    from bots.runs import decisions

    who = by or os_user()
    if answer == "withdraw":
        proposal = decisions.withdraw(places, id, who, reason)
    else:
        proposal = decisions.decide(places, id, answer, who, reason)
    if as_json:
        typer.echo(json_line(as_dict(proposal)))
        return
    say(proposal, "withdrawn" if answer == "withdraw" else "")


def say(proposal: ProposalRecord, became: str = "") -> None:
    """What became of it, in that word where its state is not enough, and what comes next."""
    is_first = proposal.state.value == "open"
    if is_first:
        typer.echo(f"{proposal.id} approved by {proposal.first_by}, the first of two")
    else:
        typer.echo(f"{proposal.id} {became or proposal.state.value} by {proposal.decided_by}")
    for line in _changes(proposal):
        typer.echo(f"  {line}")
    if proposal.state.value == "rejected":
        return
    if proposal.raises_payment:
        typer.echo("  this raises the expected payment")
    if is_first:
        typer.echo(f"next: another person: claimbots proposals approve {proposal.id}")
    else:
        typer.echo(f"next: claimbots run --portal {proposal.portal} --queue approved")


def as_dict(proposal: ProposalRecord) -> dict[str, Any]:
    """A proposal for JSON; changes in the form that `check --json` has."""
    return {
        "id": proposal.id,
        "state": proposal.state.value,
        "run": proposal.run,
        "portal": proposal.portal,
        "claim": proposal.number,
        "check": proposal.check,
        "message": proposal.message,
        "changes": [c.as_json() for c in proposal.changes],
        "raises_payment": proposal.raises_payment,
        "at_stake": None if proposal.at_stake is None else f"{proposal.at_stake:.2f}",
        "reason": proposal.reason,
        "proposed_by": proposal.proposed_by or None,
        "reverts": proposal.reverts or None,
        "first_by": proposal.first_by or None,
        "first_at": proposal.first_at.isoformat() if proposal.first_at else None,
        "first_reason": proposal.first_reason or None,
        "created_at": proposal.created_at.isoformat(),
        "decided_by": proposal.decided_by,
        "decided_at": proposal.decided_at.isoformat() if proposal.decided_at else None,
        "decision_reason": proposal.decision_reason,
        "applied_intent": proposal.applied_intent,
    }


def _changes(proposal: ProposalRecord) -> list[str]:
    from bots.reports.sheets import in_words

    return [in_words(change) for change in proposal.changes]


def _row(proposal: ProposalRecord) -> str:
    raises = "  RAISES PAYMENT" if proposal.raises_payment else ""
    if proposal.state.value == "open" and proposal.first_by:
        raises += f"  approved by {proposal.first_by}, waits for a second person"
    return (
        f"{proposal.id}  {proposal.state.value:8}  {proposal.number:14}  {proposal.check:28}  "
        f"{'; '.join(_changes(proposal))}{raises}"
    )


def _page(proposal: ProposalRecord) -> list[str]:
    from datetime import timedelta

    from bots.config import load_settings

    stake = "not priced" if proposal.at_stake is None else f"${proposal.at_stake:,.2f}"
    said = [
        f"{proposal.id}  {proposal.state.value}",
        f"claim           {proposal.number} ({proposal.portal}, run {proposal.run})",
        f"check           {proposal.check}",
        f"finding         {proposal.message}",
        *(f"change          {line}" for line in _changes(proposal)),
        f"raises payment  {'YES' if proposal.raises_payment else 'no'}",
        f"at stake        {stake}",
    ]
    if proposal.reason:
        said.append(f"because         {proposal.reason}")
    if proposal.reverts:
        said.append(f"puts back       intent {proposal.reverts}, asked by {proposal.proposed_by}")
    if proposal.first_by and proposal.first_at:
        said.append(
            f"first           {proposal.first_by}, {proposal.first_at:%Y-%m-%d %H:%M} UTC: "
            f"{proposal.first_reason}"
        )
    if proposal.decided_by and proposal.decided_at:
        said.append(
            f"decided         {proposal.decided_by}, {proposal.decided_at:%Y-%m-%d %H:%M} UTC: "
            f"{proposal.decision_reason}"
        )
    if proposal.approved_at and proposal.state.value == "approved":
        holds = timedelta(days=load_settings().approvals.valid_days)
        said.append(f"holds until     {proposal.approved_at + holds:%Y-%m-%d %H:%M} UTC")
    if proposal.applied_intent:
        said.append(f"applied         intent {proposal.applied_intent}")
    return said
