"""What a run puts into the store, and the questions it asks: one call, one transaction.

Synchronous; from asyncio go through `bots.store.thread`. All times are UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q, Sum

from bots.claims import HOLD, Change
from bots.store import lookup, models
from bots.store.exceptions import (
    decide_exception,
    exceptions,
    find_exception,
    find_waiting,
    grouped,
    keep_exception,
    refused_proposals,
    settled,
    take_in,
    to_retry,
    waiting_exceptions,
)
from bots.store.facts import (
    AnchorRecord,
    Became,
    ChangeOutcome,
    ChangeRecord,
    CheckAsked,
    ClaimOutcome,
    Counts,
    Ending,
    FindingRecord,
    ItemState,
    Kept,
    NewException,
    NewProposal,
    NewRun,
    NotEvaluatedRecord,
    ProposalState,
    RunKind,
    RunRecord,
    RunState,
    SeenRecord,
    TableRelease,
)
from bots.store.proposals import (
    approved_among,
    approved_proposals,
    carried_out,
    decide,
    find_proposal,
    mark,
    open_proposals,
    own_changes,
    proposals,
    second_needed,
    stale_but,
    upsert_proposal,
    withdraw,
)
from bots.store.reverts import keep_revert, put_back

__all__ = [
    "approved_among",
    "approved_proposals",
    "begin_run",
    "corrections_in",
    "corrections_on",
    "decide",
    "decide_exception",
    "end_run",
    "exceptions",
    "find_exception",
    "find_proposal",
    "find_waiting",
    "get_run",
    "grouped",
    "keep_anchor",
    "keep_claim",
    "keep_exception",
    "keep_revert",
    "keep_settled",
    "mark",
    "newest_anchor",
    "next_run_id",
    "open_proposals",
    "outcomes_of",
    "own_changes",
    "position_of",
    "proposals",
    "put_back",
    "refused_proposals",
    "run_counts",
    "runs",
    "saved_since",
    "second_needed",
    "seen_numbers",
    "to_retry",
    "unended_runs",
    "upsert_proposal",
    "waiting_exceptions",
    "withdraw",
]


def begin_run(run: str, new: NewRun) -> RunRecord:
    """Say of a run that was asked for, and now begins, what it is done with."""
    with transaction.atomic():
        row = lookup.find_run(run)
        row.state = RunState.IN_PROGRESS.value
        row.mode, row.as_of = new.mode, new.as_of
        row.policy_version = new.policy_version
        row.tables = [_table_json(table) for table in new.tables]
        row.checks = [_check_json(check) for check in new.checks]
        row.synthetic = new.synthetic or any(table.synthetic for table in new.tables)
        row.save(update_fields=_OF_A_BEGINNING)  # who has it is said elsewhere, at any time
    return run_record(row)


_OF_A_BEGINNING = ("state", "mode", "as_of", "policy_version", "tables", "checks", "synthetic")


def next_run_id(at: datetime) -> str:
    """The next run's id: the UTC day and a count."""
    head = f"R-{at:%Y%m%d}-"
    last = models.Run.objects.filter(id__startswith=head).aggregate(last=Max("id"))["last"]
    return f"{head}{int(last.removeprefix(head)) + 1 if last else 1:04d}"


def end_run(run: str, ending: Ending) -> RunRecord:
    """Close a run with its counts as they now are.

    Raises:
        Problem: there is no such run.
    """
    with transaction.atomic():
        row = lookup.find_run(run)
        counts = run_counts([row.id])
        row.state = ending.state.value
        row.exit = ending.exit
        row.ended_at = datetime.now(UTC)
        row.ceiling_hit = ending.ceiling_hit
        row.stop_reason = ending.stop_reason[:300]
        row.selector_ranks = {
            element: {str(rank): times for rank, times in ranks.items()}
            for element, ranks in ending.selector_ranks.items()
        }
        row.checkpoint = ending.checkpoint
        row.audit_line = ending.audit_line
        row.counts = {
            "claims": counts.claims,
            **counts.outcomes,
            "clean_as_found": counts.clean_as_found,
            "clean_after": counts.clean_after,
            "not_evaluated": counts.unanswered,
            "saves": counts.saves,
        }
        row.save(update_fields=_OF_AN_END)
        # It logged in, found its screens and came to its end: what stopped others is over.
        took_through = ending.state is RunState.DONE
        take_in(row, "", (), row.ended_at, went_through=took_through)
    return run_record(row)


_OF_AN_END = (
    "state", "exit", "ended_at", "ceiling_hit", "stop_reason", "selector_ranks", "checkpoint",
    "audit_line", "counts",
)  # fmt: skip


def get_run(run: str) -> RunRecord:
    """One run; raises Problem with the nearest id where there is none."""
    return run_record(lookup.find_run(run))


def runs(limit: int | None = None, portal: str = "") -> tuple[RunRecord, ...]:
    """Runs, the newest first."""
    rows = models.Run.objects.order_by("-started_at", "-id")
    if portal:
        rows = rows.filter(portal=portal)
    return tuple(run_record(row) for row in rows[:limit])


def unended_runs() -> tuple[RunRecord, ...]:
    """Runs that are at work, or were when their worker died; the oldest first."""
    rows = models.Run.objects.filter(state=RunState.IN_PROGRESS.value).order_by("started_at")
    return tuple(run_record(row) for row in rows)


def seen_numbers(run: str) -> frozenset[str]:
    """The claims that a run is through with, and those of the runs with which it went on.

    One that a brake held back was kept, and is not through.
    """
    chain = lookup.chain_of(run)
    kept = models.SeenClaim.objects.filter(run_id__in=chain)
    undone = models.WorkItem.objects.filter(run_id__in=chain).exclude(state=ItemState.DONE)
    return frozenset(kept.values_list("number", flat=True)) - frozenset(
        undone.values_list("number", flat=True)
    )


def outcomes_of(run: str) -> dict[str, str]:
    """What became of each claim in a run; of one that it left out, in the run it went on with."""
    outcomes: dict[str, str] = {}
    for each in reversed(lookup.chain_of(run)):
        kept = models.SeenClaim.objects.filter(run_id=each)
        outcomes |= dict(kept.values_list("number", "outcome"))
    return outcomes


def keep_claim(
    run: str,
    seen: SeenRecord,
    *,
    findings: Iterable[FindingRecord] = (),
    not_evaluated: Iterable[NotEvaluatedRecord] = (),
    changes: Iterable[ChangeRecord] = (),
    proposals: Iterable[NewProposal] = (),
    exceptions: Iterable[NewException] = (),
    became: Iterable[Became] = (),
    item: int = 0,
) -> Kept:
    """Keep all that a run has to say about one claim, in one transaction; its item is done.

    Kept twice for the same run and claim, the later replaces what the earlier said of the
    claim; changes already kept stay, as they happened. Of a claim with several approved
    proposals the outcome is the first of theirs that applies. Open proposals of the claim that
    this review did not repeat become stale (not where the claim could not be reviewed, nor those
    of a check that could not be evaluated), and exceptions of earlier runs that it did not meet
    again are gone.
    """
    at = datetime.now(UTC)
    with transaction.atomic():
        unanswered = list(not_evaluated)
        here = models.Run.objects.only("portal", "mode").get(id=run)  # its lists are long
        kept = tuple(upsert_proposal(run, here.portal, seen.number, new, at) for new in proposals)
        if kept and all(record.state is ProposalState.REJECTED for record, _ in kept):
            seen = replace(seen, outcome=seen.if_rejected or seen.outcome)
        if item and not seen.reviewed:
            seen = replace(seen, outcome=_of_all_approved(run, seen, item))
        row, is_first = _seen_row(run, seen, any(n.required for n in unanswered), at)
        models.FindingRow.objects.bulk_create(_finding_row(row, f) for f in findings)
        models.NotEvaluatedRow.objects.bulk_create(
            models.NotEvaluatedRow(
                seen=row, check_id=n.check, missing=n.missing, required=n.required
            )
            for n in unanswered
        )
        models.ChangeRow.objects.bulk_create(
            _change_row(run, seen.number, row, change, at)
            for change in _not_kept(seen.number, changes)
        )
        if seen.reviewed:
            stale_but(
                here.portal,
                seen.number,
                {record.id for record, _ in kept},
                unanswered={entry.check for entry in unanswered},
                shadow=here.mode == "shadow",
            )
        ended = list(became)
        for end in ended:
            mark(end.proposal, end.state, intent=end.intent)
        models.WorkItem.objects.filter(id=item).update(state=ItemState.DONE)
        take_in(
            here,
            seen.number,
            exceptions,
            at,
            own=_words_of(seen),
            went_through=seen.reviewed and seen.outcome is not ClaimOutcome.FAILED,
            applied={end.proposal for end in ended if end.state is ProposalState.APPLIED},
            again=not is_first,
        )
    return Kept(seen.outcome, kept)


def _of_all_approved(run: str, seen: SeenRecord, item: int) -> ClaimOutcome:
    """What a claim came to by this approved proposal and by those done before it in the run."""
    done = models.WorkItem.objects.filter(run_id=run, number=seen.number, state=ItemState.DONE)
    if not done.exclude(proposal="").exclude(id=item).exists():
        return seen.outcome
    before = models.SeenClaim.objects.filter(run_id=run, number=seen.number)
    earlier = before.values_list("outcome", flat=True)
    return ClaimOutcome.first([seen.outcome, *map(ClaimOutcome, earlier)])


def _words_of(seen: SeenRecord) -> tuple[str, ...]:
    """What a portal's words may say of this patient and no other."""
    return tuple(filter(None, (*seen.patient_name.split(", "), seen.record_number)))


def keep_settled(run: str, number: str, changes: Iterable[ChangeRecord], intent: str = "") -> None:
    """Keep the changes of an intent that an earlier run left open and this one settled.

    An approved proposal whose changes it carried, confirmed, is applied by it; its changes
    stand under the name of who approved them.

    Args:
        intent: the one that was settled; a note has no changes that name it.
    """
    at, said = datetime.now(UTC), list(changes)
    intents = {intent, *(change.intent for change in said)} - {""}
    with transaction.atomic():
        became = _not_kept(number, said)
        approver = _approvers(run, number, became)
        if all(change.outcome is not ChangeOutcome.UNKNOWN for change in said):
            settled(run, number, intents, is_note=not said)
        models.ChangeRow.objects.bulk_create(
            _change_row(
                run,
                number,
                None,
                replace(change, decided_by=approver.get(change.change, change.decided_by)),
                at,
            )
            for change in became
        )


def _not_kept(number: str, changes: Iterable[ChangeRecord]) -> list[ChangeRecord]:
    """Those of a save that are not there: asked again after a database went away, it keeps once.

    What a shadow run would have done has no intent, and is kept as often as it is said.
    """
    said = list(changes)
    intents = {change.intent for change in said} - {""}
    if not intents:
        return said
    kept = set(
        models.ChangeRow.objects.filter(number=number, intent__in=intents).values_list(
            "intent", "field", "line", "outcome"
        )
    )
    return [c for c in said if (c.intent, c.field, c.line, c.outcome.value) not in kept]


def _approvers(run: str, number: str, became: Iterable[ChangeRecord]) -> dict[Change, str]:
    """Who approved each of the confirmed changes, where somebody did."""
    by_intent: dict[str, list[Change]] = {}
    for change in became:
        if change.outcome is ChangeOutcome.CONFIRMED:
            by_intent.setdefault(change.intent, []).append(change.change)
    portal = models.Run.objects.values_list("portal", flat=True).get(id=run)
    return {
        change: proposal.decided_by
        for intent, written in by_intent.items()
        for proposal in carried_out(portal, number, intent, written)
        for change in proposal.changes
    }


def position_of(run: str, number: str, proposal: str = "") -> int:
    """Where a claim, or an approved proposal of it, stands in a run's list; 0: not there."""
    listed = models.WorkItem.objects.filter(run_id=run, number=number, proposal=proposal)
    return listed.values_list("position", flat=True).first() or 0


def corrections_on(day: date, zone: tzinfo = UTC) -> int:
    """Saves of that day in the office's zone, for the ceiling: all that may have changed a claim.

    One of which it is unknown, and one that left something else, count as a confirmed one does.
    """
    begin = datetime.combine(day, time(), zone)
    return _saves(models.ChangeRow.objects.filter(at__gte=begin, at__lt=begin + timedelta(days=1)))


def corrections_in(run: str) -> int:
    """Saves of one run, for the ceiling, counted as `corrections_on` does."""
    return _saves(models.ChangeRow.objects.filter(run_id=run))


def _saves(rows: Any) -> int:
    spent = Q(outcome__in=(ChangeOutcome.CONFIRMED.value, ChangeOutcome.UNKNOWN.value))
    spent |= Q(outcome=ChangeOutcome.CONFLICT.value, acted=True)
    return int(rows.filter(spent).aggregate(n=Count("intent", distinct=True))["n"])


def saved_since(portal: str, number: str, changes: Iterable[Change], since: datetime) -> bool:
    """Whether a save that is kept as confirmed led to one of these values since a moment."""
    rows = models.ChangeRow.objects.filter(
        run__portal=portal, number=number, at__gte=since, outcome=ChangeOutcome.CONFIRMED.value
    )
    saved = set(rows.values_list("field", "line", "to_value"))
    return any((change.field, change.line, change.to) in saved for change in changes)


def keep_anchor(origin: str, size: int, text: str) -> None:
    """Keep a ledger's checkpoint; an older one than the newest kept is left out."""
    with transaction.atomic():
        newest = newest_anchor(origin)
        if newest is None or newest.size < size:
            models.Anchor.objects.create(origin=origin, size=size, text=text, at=datetime.now(UTC))


def newest_anchor(origin: str) -> AnchorRecord | None:
    """The newest checkpoint kept of a ledger, or None."""
    row = models.Anchor.objects.filter(origin=origin).order_by("-size").first()
    return AnchorRecord(row.origin, row.size, row.text, row.at) if row else None


def run_counts(runs: Iterable[str]) -> Counts:
    """Count claims and all that belongs to them over some runs, in the database."""
    ids = list(runs)
    seen = models.SeenClaim.objects.filter(run_id__in=ids)
    missed = models.FindingRow.objects.filter(seen__run_id__in=ids, family="missed-charge")
    changes = models.ChangeRow.objects.filter(run_id__in=ids)
    claims = seen.aggregate(
        n=Count("id"),
        found=Count("id", filter=Q(clean_as_found=True)),
        after=Count("id", filter=Q(clean_after=True)),
        unanswered=Count("id", filter=Q(required_unanswered=True)),
        charges=Sum("total_charge"),
    )
    worth = missed.aggregate(n=Count("id"), priced=Count("at_stake"), worth=Sum("at_stake"))
    saves = changes.aggregate(
        n=Count("id"),
        confirmed=Count("intent", distinct=True, filter=Q(outcome="confirmed")),
    )
    # A claim counts in each run that would have corrected it, as it does among the outcomes.
    would = changes.filter(outcome=ChangeOutcome.SHADOW.value).exclude(field=HOLD.field)
    return Counts(
        claims=claims["n"],
        outcomes={
            row["outcome"]: row["n"]
            for row in seen.values("outcome").annotate(n=Count("id")).order_by("outcome")
        },
        clean_as_found=claims["found"],
        clean_after=claims["after"],
        findings=models.FindingRow.objects.filter(seen__run_id__in=ids).count(),
        changes=saves["n"],
        saves=saves["confirmed"],
        would_save=would.values("run_id", "number").distinct().count(),
        proposals_open=models.Proposal.objects.filter(
            run_id__in=ids, state="open", reverts=""
        ).count(),
        exceptions=models.ExceptionRow.objects.filter(run_id__in=ids).count(),
        unanswered=claims["unanswered"],
        answers_missing=models.NotEvaluatedRow.objects.filter(seen__run_id__in=ids).count(),
        missed_charges=worth["n"],
        missed_priced=worth["priced"],
        missed_worth=worth["worth"] or Decimal(0),
        charges=claims["charges"] or Decimal(0),
    )


def _seen_row(
    run: str, seen: SeenRecord, unanswered: bool, at: datetime
) -> tuple[models.SeenClaim, bool]:
    row, created = models.SeenClaim.objects.update_or_create(
        run_id=run,
        number=seen.number,
        defaults={
            "position": seen.position,
            "outcome": seen.outcome.value,
            "reference": seen.reference,
            "status": seen.status,
            "facility": seen.facility,
            "provider_npi": seen.provider_npi,
            "provider_name": seen.provider_name,
            "payer_id": seen.payer_id,
            "payer_name": seen.payer_name,
            "patient_name": seen.patient_name,
            "patient_masked": seen.patient_masked,
            "record_number": seen.record_number,
            "service_from": seen.service_from,
            "total_charge": seen.total_charge,
            "type": seen.type,
            "coder": seen.coder,
            "clean_as_found": seen.clean_as_found,
            "clean_after": seen.clean_after,
            "required_unanswered": unanswered,
            "seen_at": at,
        },
    )
    if not created:
        models.FindingRow.objects.filter(seen=row).delete()
        models.NotEvaluatedRow.objects.filter(seen=row).delete()
    return row, created


def _finding_row(seen: models.SeenClaim, finding: FindingRecord) -> models.FindingRow:
    return models.FindingRow(
        seen=seen,
        check_id=finding.check,
        title=finding.title,
        family=finding.family,
        severity=finding.severity,
        class_name=finding.class_name,
        lines=list(finding.lines),
        codes=list(finding.codes),
        message=finding.message[:500],
        authority=finding.authority,
        table_release=finding.table_release,
        at_stake=finding.at_stake,
        quote=list(finding.quote),
        reason=finding.reason[:300],
        denial=finding.denial,
    )


def _change_row(
    run: str, number: str, seen: models.SeenClaim | None, change: ChangeRecord, at: datetime
) -> models.ChangeRow:
    return models.ChangeRow(
        run_id=run,
        seen=seen,
        number=number,
        intent=change.intent,
        check_id=change.check,
        field=change.field,
        line=change.line,
        from_value=change.from_value,
        to_value=change.to_value,
        outcome=change.outcome.value,
        acted=change.acted,
        after_crash=change.after_crash,
        raises_payment=change.raises_payment,
        decided_by=change.decided_by[:80],
        reason=change.reason[:300],
        at=change.at or at,
    )


def run_record(row: models.Run) -> RunRecord:
    """A run's row as a record."""
    return RunRecord(
        id=row.id,
        portal=row.portal,
        queue=row.queue,
        mode=row.mode,
        kind=RunKind(row.kind),
        state=RunState(row.state),
        as_of=row.as_of,
        started_at=row.started_at,
        ended_at=row.ended_at,
        requested_by=row.requested_by,
        query=row.query,
        policy_version=row.policy_version,
        tables=tuple(_table_of(entry) for entry in row.tables),
        checks=tuple(CheckAsked(**entry) for entry in row.checks),
        synthetic=row.synthetic,
        counts=row.counts,
        ceiling_hit=row.ceiling_hit,
        stop_reason=row.stop_reason,
        selector_ranks=row.selector_ranks,
        checkpoint=row.checkpoint,
        audit_line=row.audit_line,
        exit=row.exit,
    )


def _table_json(table: TableRelease) -> dict[str, Any]:
    return {
        "name": table.name,
        "release": table.release,
        "since": table.since.isoformat() if table.since else None,
        "until": table.until.isoformat() if table.until else None,
        "synthetic": table.synthetic,
    }


def _table_of(entry: Mapping[str, Any]) -> TableRelease:
    return TableRelease(
        name=entry["name"],
        release=entry["release"],
        since=date.fromisoformat(entry["since"]) if entry["since"] else None,
        until=date.fromisoformat(entry["until"]) if entry["until"] else None,
        synthetic=entry["synthetic"],
    )


def _check_json(check: CheckAsked) -> dict[str, Any]:
    return {
        "id": check.id,
        "family": check.family,
        "title": check.title,
        "authority": check.authority,
        "required": check.required,
    }
