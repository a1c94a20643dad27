"""What a report asks of the store: rows one by one, groups added up by the database.

Nothing here holds a run in memory: rows are read in pieces of a thousand, in an order
that stays the same (claims by run and worklist position, the rest in the order kept).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, Sum, Value, When

from bots.claims import Change
from bots.store import models
from bots.store.exceptions import exception_record
from bots.store.facts import ClaimOutcome, ExceptionRecord, ProposalRecord
from bots.store.proposals import proposal_record

_PIECE = 1000
# Long columns of a run. Beside each row of a list they would be sorted and read as often as
# there are rows: half a gigabyte for two thousand claims.
_LONG = ("query", "request", "tables", "checks", "counts", "selector_ranks", "checkpoint")


def _without_long(run: str) -> list[str]:
    return [f"{run}__{name}" for name in _LONG]


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One claim in one run, with the names of what stands around it."""

    run: str
    kind: str
    portal: str
    position: int
    number: str
    status: str
    facility: str
    provider_npi: str
    provider_name: str
    payer_id: str
    payer_name: str
    patient_name: str
    patient_masked: str
    record_number: str
    service_from: date | None
    total_charge: Decimal | None
    type: str
    coder: str
    outcome: str
    clean_as_found: bool
    clean_after: bool
    findings: int = 0
    unanswered: int = 0


@dataclass(frozen=True, slots=True)
class FoundRow:
    """One finding and its claim."""

    claim: ClaimRow
    check: str
    title: str
    family: str
    severity: str
    class_name: str
    lines: tuple[int, ...]
    codes: tuple[str, ...]
    message: str
    authority: str
    table_release: str
    at_stake: Decimal | None
    quote: tuple[str, ...]
    reason: str
    denial: str


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """One field of one save (or of what a shadow run would have saved)."""

    run: str
    kind: str
    number: str
    change: Change
    check: str
    outcome: str
    after_crash: bool
    raises_payment: bool
    decided_by: str
    reason: str
    intent: str
    at: datetime


@dataclass(frozen=True, slots=True)
class UnansweredRow:
    """A check without an answer for one claim."""

    run: str
    kind: str
    number: str
    check: str
    missing: str
    required: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Claims and findings under one name: a facility, provider, payer, check or code."""

    name: str
    claims: int = 0
    charges: Decimal = Decimal(0)
    clean_as_found: int = 0
    clean_after: int = 0
    corrected: int = 0
    proposed: int = 0
    flagged: int = 0
    not_done: int = 0  # failed, conflict or refused
    findings: int = 0
    at_stake: Decimal = Decimal(0)


def claim_rows(runs: Sequence[str], needing_a_person_first: bool = False) -> Iterator[ClaimRow]:
    """The claims of some runs; or those that still need a person before all others."""
    rows = (
        models.SeenClaim.objects.filter(run_id__in=runs)
        .select_related("run")
        .defer(*_without_long("run"))
        .annotate(
            found=Count("findings", distinct=True),
            lacking=Count("not_evaluated", distinct=True),
        )
    )
    if needing_a_person_first:
        order = [
            When(outcome=outcome.value, then=Value(place))
            for place, outcome in enumerate(ClaimOutcome)
        ]
        rows = rows.order_by(Case(*order, output_field=IntegerField()), "run_id", "position")
    else:
        rows = rows.order_by("run_id", "position")
    for row in rows.iterator(_PIECE):
        yield replace(_claim(row), findings=row.found, unanswered=row.lacking)


def last_seen(portal: str, number: str) -> ClaimRow | None:
    """A claim as the newest run that could read it saw it."""
    rows = models.SeenClaim.objects.filter(run__portal=portal, number=number).exclude(type="")
    row = rows.select_related("run").order_by("-seen_at", "-pk").first()
    return _claim(row) if row else None


def finding_rows(
    runs: Sequence[str], family: str = "", worst_first: bool = False
) -> Iterator[FoundRow]:
    """The findings of some runs, of one family or of all."""
    rows = models.FindingRow.objects.filter(seen__run_id__in=runs).select_related(
        "seen", "seen__run"
    )
    rows = rows.defer(*_without_long("seen__run"))
    if family:
        rows = rows.filter(family=family)
    if worst_first:
        order = [
            When(severity=severity, then=Value(place))
            for place, severity in enumerate(("error", "warning", "info"))
        ]
        rows = rows.order_by(
            Case(*order, output_field=IntegerField()), "seen__run_id", "seen__position", "pk"
        )
    else:
        rows = rows.order_by("seen__run_id", "seen__position", "pk")
    for row in rows.iterator(_PIECE):
        yield FoundRow(
            claim=_claim(row.seen),
            check=row.check_id,
            title=row.title,
            family=row.family,
            severity=row.severity,
            class_name=row.class_name,
            lines=tuple(row.lines),
            codes=tuple(row.codes),
            message=row.message,
            authority=row.authority,
            table_release=row.table_release,
            at_stake=row.at_stake,
            quote=tuple(row.quote),
            reason=row.reason,
            denial=row.denial,
        )


def change_rows(runs: Sequence[str]) -> Iterator[ChangedRow]:
    """The changes of some runs, as they happened."""
    rows = models.ChangeRow.objects.filter(run_id__in=runs).select_related("run")
    rows = rows.defer(*_without_long("run"))
    for row in rows.order_by("run_id", "pk").iterator(_PIECE):
        yield ChangedRow(
            run=row.run_id,
            kind=row.run.kind,
            number=row.number,
            change=Change(row.field, row.line, row.from_value, row.to_value),
            check=row.check_id,
            outcome=row.outcome,
            after_crash=row.after_crash,
            raises_payment=row.raises_payment,
            decided_by=row.decided_by,
            reason=row.reason,
            intent=row.intent,
            at=row.at,
        )


def proposal_rows(runs: Sequence[str]) -> Iterator[ProposalRecord]:
    """The proposals that these runs made first; what a person asked to put back is none."""
    rows = models.Proposal.objects.filter(run_id__in=runs, reverts="").order_by("pk")
    for row in rows.iterator(_PIECE):
        yield proposal_record(row)


def exception_rows(runs: Sequence[str]) -> Iterator[ExceptionRecord]:
    """The exceptions of these runs."""
    rows = models.ExceptionRow.objects.filter(run_id__in=runs).select_related("run")
    rows = rows.defer(*_without_long("run"))
    for row in rows.order_by("pk").iterator(_PIECE):
        yield exception_record(row)


def unanswered_rows(runs: Sequence[str]) -> Iterator[UnansweredRow]:
    """Every check that had no answer, claim by claim."""
    rows = models.NotEvaluatedRow.objects.filter(seen__run_id__in=runs).select_related(
        "seen", "seen__run"
    )
    rows = rows.defer(*_without_long("seen__run"))
    for row in rows.order_by("seen__run_id", "seen__position", "pk").iterator(_PIECE):
        yield UnansweredRow(
            row.seen.run_id,
            row.seen.run.kind,
            row.seen.number,
            row.check_id,
            row.missing,
            row.required,
        )


def unanswered_groups(runs: Sequence[str]) -> list[tuple[str, str, bool, int]]:
    """Check, what it lacked, whether it is required, on how many claims; most first."""
    rows = (
        models.NotEvaluatedRow.objects.filter(seen__run_id__in=runs)
        .values("check_id", "missing", "required")
        .annotate(n=Count("seen", distinct=True))
        .order_by("-required", "-n", "check_id", "missing")
    )
    return [(r["check_id"], r["missing"], r["required"], r["n"]) for r in rows]


def groups(runs: Sequence[str], by: str) -> list[Group]:
    """Claims and findings by `facility`, `provider`, `payer`, `check` or `code`.

    A finding that names two codes, and a claim with two checks, count under both; by
    facility, provider and payer each claim counts once.
    """
    if by == "code":
        found = _by_code(runs)
    elif by == "check":
        found = _by_check(runs)
    else:
        found = _by_claim_field(runs, f"{by}_name" if by in {"provider", "payer"} else by)
    return sorted(found, key=lambda group: (-group.findings, -group.claims, group.name))


def _by_claim_field(runs: Sequence[str], field: str) -> list[Group]:
    seen = models.SeenClaim.objects.filter(run_id__in=runs)
    claims = seen.values(field).annotate(**_claim_sums("")).order_by(field)
    found = {
        row[f"seen__{field}"]: row
        for row in models.FindingRow.objects.filter(seen__run_id__in=runs)
        .values(f"seen__{field}")
        .annotate(n=Count("pk"), worth=Sum("at_stake"))
        .order_by()
    }
    return [_group(row[field], row, found.get(row[field], {})) for row in claims]


def _by_check(runs: Sequence[str]) -> list[Group]:
    rows = (
        models.FindingRow.objects.filter(seen__run_id__in=runs)
        .values("check_id")
        .annotate(n=Count("pk"), worth=Sum("at_stake"), **_claim_sums("seen__", distinct=True))
        .order_by("check_id")
    )
    return [_group(row["check_id"], {**row, "charges": None}, dict(row)) for row in rows]


def _by_code(runs: Sequence[str]) -> list[Group]:
    """Added up here: the codes of a finding are a list. Holds one entry a code, not a row."""
    counted: dict[str, list[Any]] = {}
    rows = (
        models.FindingRow.objects.filter(seen__run_id__in=runs)
        .order_by("seen_id")
        .values_list("codes", "seen_id", "at_stake")
    )
    for codes, seen, worth in rows.iterator(_PIECE):
        for code in set(codes):
            entry = counted.setdefault(code, [0, 0, Decimal(0), None])
            entry[0] += 1
            entry[1] += entry[3] != seen
            entry[2] += worth or 0
            entry[3] = seen
    return [
        Group(code, claims=claims, findings=findings, at_stake=worth)
        for code, (findings, claims, worth, _) in counted.items()
    ]


def _claim_sums(path: str, distinct: bool = False) -> dict[str, Any]:
    key = f"{path}pk"

    def count(**only: Any) -> Count:
        where = Q(**{f"{path}{name}": value for name, value in only.items()})
        return Count(key, distinct=distinct, filter=where if only else None)

    sums: dict[str, Any] = {
        "claims": count(),
        "clean_found": count(clean_as_found=True),
        "clean_later": count(clean_after=True),
        "n_corrected": count(outcome="corrected"),
        "n_proposed": count(outcome="proposed"),
        "n_flagged": count(outcome="flagged"),
        "n_not_done": count(outcome__in=("failed", "conflict", "refused")),
    }
    if not distinct:  # a claim with two findings would be added twice
        sums["charges"] = Sum(f"{path}total_charge")
    return sums


def _group(name: str, claims: dict[str, Any], found: dict[str, Any]) -> Group:
    return Group(
        name=name or "(none)",
        claims=claims["claims"],
        charges=claims["charges"] or Decimal(0),
        clean_as_found=claims["clean_found"],
        clean_after=claims["clean_later"],
        corrected=claims["n_corrected"],
        proposed=claims["n_proposed"],
        flagged=claims["n_flagged"],
        not_done=claims["n_not_done"],
        findings=found.get("n", 0),
        at_stake=found.get("worth") or Decimal(0),
    )


def _claim(row: models.SeenClaim) -> ClaimRow:
    return ClaimRow(
        run=row.run_id,
        kind=row.run.kind,
        portal=row.run.portal,
        position=row.position,
        number=row.number,
        status=row.status,
        facility=row.facility,
        provider_npi=row.provider_npi,
        provider_name=row.provider_name,
        payer_id=row.payer_id,
        payer_name=row.payer_name,
        patient_name=row.patient_name,
        patient_masked=row.patient_masked,
        record_number=row.record_number,
        service_from=row.service_from,
        total_charge=row.total_charge,
        type=row.type,
        coder=row.coder,
        outcome=row.outcome,
        clean_as_found=row.clean_as_found,
        clean_after=row.clean_after,
    )
