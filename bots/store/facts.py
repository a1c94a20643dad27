"""What goes into the store and what comes out: frozen records, no models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, Self

from bots.claims import Change, Claim, Role
from bots.faults import fault_of


class RunKind(StrEnum):
    """What a run is for. Pre-bill is real-time coding, look-back retrospective."""

    PRE_BILL = "pre-bill"
    LOOK_BACK = "look-back"
    APPROVED = "approved"
    FILES = "files"

    @classmethod
    def of_queue(cls, queue: str) -> RunKind:
        """What a run over a portal's queue is for."""
        kinds = {"historical": cls.LOOK_BACK, "approved": cls.APPROVED}
        return kinds.get(queue, cls.PRE_BILL)


class RunState(StrEnum):
    """Where a run stands."""

    PENDING = "pending"
    IN_PROGRESS = "in progress"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


class ItemState(StrEnum):
    """Where a claim of a run's own list stands."""

    DUE = "due"
    AT_WORK = "at work"
    DONE = "done"


class ClaimOutcome(StrEnum):
    """What became of a claim in a run. In this order the first that applies counts."""

    FAILED = "failed"
    CONFLICT = "conflict"
    REFUSED = "refused"
    PROPOSED = "proposed"
    FLAGGED = "flagged"
    CORRECTED = "corrected"
    PASSED = "passed"

    @classmethod
    def first(cls, apply: Iterable[ClaimOutcome]) -> ClaimOutcome:
        """The one under which a claim is counted; passed where none applies."""
        said = set(apply)
        return next((outcome for outcome in cls if outcome in said), cls.PASSED)


class ChangeOutcome(StrEnum):
    """What became of an intent; `SHADOW` is what a shadow run would have saved."""

    CONFIRMED = "confirmed"
    ALREADY_CORRECT = "already-correct"
    REFUSED = "refused"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"
    SHADOW = "shadow"


class ProposalState(StrEnum):
    """Where a proposal stands. Stale: the claim or the finding is no longer what it was."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    APPLIED = "applied"
    EXPIRED = "expired"
    STALE = "stale"


class ExceptionType(StrEnum):
    """BUSINESS: the claim or portal says no. APPLICATION: the machinery failed."""

    BUSINESS = "BUSINESS"
    APPLICATION = "APPLICATION"


class ExceptionState(StrEnum):
    """Where an exception stands. The first two wait for somebody."""

    OPEN = "open"
    RETRY = "retry requested"
    RESOLVED = "resolved"
    GONE = "gone"  # a later run took the claim through without it
    AGAIN = "seen again"  # a later run met it again: that run's own exception follows it


class Resolution(StrEnum):
    """What a person says of an exception that they close.

    `DONE` is mended: met again, it opens again. The others stand for that claim and cause.
    """

    DONE = "done"
    NOT_OURS = "not-ours"
    DUPLICATE = "duplicate"


UNRESOLVED = (ExceptionState.OPEN.value, ExceptionState.RETRY.value)
FOR_GOOD = tuple(entry.value for entry in Resolution if entry is not Resolution.DONE)


@dataclass(frozen=True, slots=True)
class TableRelease:
    """A code set as a run used it; the dates are those its rows cover."""

    name: str
    release: str
    since: date | None = None
    until: date | None = None
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class CheckAsked:
    """A check that a run asked; `required` by claim type is the policy's."""

    id: str
    family: str
    title: str
    authority: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run that begins."""

    portal: str
    queue: str
    mode: str
    kind: RunKind
    as_of: date | None = None
    requested_by: str = ""
    scheduled: str = ""
    query: Mapping[str, Any] = field(default_factory=dict)
    policy_version: str = ""
    tables: tuple[TableRelease, ...] = ()
    checks: tuple[CheckAsked, ...] = ()
    synthetic: bool = False
    account: str = ""  # the log-in: no two runs are at work under one


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run as the store has it. `selector_ranks`: element -> {rank: times it answered}."""

    id: str
    portal: str
    queue: str
    mode: str
    kind: RunKind
    state: RunState
    as_of: date | None
    started_at: datetime
    ended_at: datetime | None
    requested_by: str
    query: Mapping[str, Any]
    policy_version: str
    tables: tuple[TableRelease, ...]
    checks: tuple[CheckAsked, ...]
    synthetic: bool
    counts: Mapping[str, Any]
    ceiling_hit: str
    stop_reason: str
    selector_ranks: Mapping[str, Mapping[str, int]]
    checkpoint: str
    audit_line: str
    exit: int | None


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended. `exit` is what its command exits with."""

    state: RunState
    exit: int = 0
    ceiling_hit: str = ""
    stop_reason: str = ""
    selector_ranks: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    checkpoint: str = ""
    audit_line: str = ""


@dataclass(frozen=True, slots=True)
class SeenRecord:
    """A claim as a run saw it. `reviewed` is false where it could not be read and checked."""

    number: str
    position: int
    outcome: ClaimOutcome
    reference: str = ""
    status: str = ""
    facility: str = ""
    provider_npi: str = ""
    provider_name: str = ""
    payer_id: str = ""
    payer_name: str = ""
    patient_name: str = ""
    patient_masked: str = ""
    record_number: str = ""
    service_from: date | None = None
    total_charge: Decimal | None = None
    type: str = ""
    coder: str = ""
    clean_as_found: bool = False
    clean_after: bool = False
    reviewed: bool = True
    # What it is where a person has rejected all that is proposed on it.
    if_rejected: ClaimOutcome | None = None

    @classmethod
    def of(
        cls,
        claim: Claim,
        *,
        position: int,
        outcome: ClaimOutcome,
        reference: str = "",
        clean_as_found: bool = False,
        clean_after: bool = False,
    ) -> SeenRecord:
        """What the store keeps of a claim that was read."""
        provider = (
            claim.provider(Role.RENDERING)
            or claim.provider(Role.ATTENDING)
            or claim.provider(Role.BILLING)
        )
        patient = claim.patient
        return cls(
            number=claim.number,
            position=position,
            outcome=outcome,
            reference=reference,
            status=claim.status,
            facility=claim.facility.name or claim.facility.code,
            provider_npi=provider.npi if provider else "",
            provider_name=provider.name if provider else "",
            payer_id=claim.coverage.payer_id,
            payer_name=claim.coverage.payer_name,
            patient_name=", ".join(filter(None, (patient.last_name, patient.first_name))),
            patient_masked=masked_name(patient.last_name, patient.first_name),
            record_number=patient.record_number,
            service_from=claim.service_from,
            total_charge=claim.total_charge,
            type=claim.type.value,
            coder=claim.coder,
            clean_as_found=clean_as_found,
            clean_after=clean_after,
        )


def masked_name(last: str, first: str) -> str:
    """Initials only: `D***, J***`."""
    return ", ".join(f"{part[0]}***" for part in (last, first) if part)


@dataclass(frozen=True, slots=True)
class FindingRecord:
    """A finding as it is kept; `class_name` is policy's answer, `reason` its reason.

    `denial` is the likely one as a remittance has it, empty where none is expected.
    """

    check: str
    family: str
    severity: str
    class_name: str
    message: str
    title: str = ""
    lines: tuple[int, ...] = ()
    codes: tuple[str, ...] = ()
    authority: str = ""
    table_release: str = ""
    at_stake: Decimal | None = None
    quote: tuple[str, ...] = ()
    reason: str = ""
    denial: str = ""


@dataclass(frozen=True, slots=True)
class NotEvaluatedRecord:
    """A check without an answer."""

    check: str
    missing: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """One field of one save. `acted`: it went out, or may have; not so where it was never sent."""

    check: str
    field: str
    line: int | None
    from_value: str
    to_value: str
    outcome: ChangeOutcome
    intent: str = ""
    after_crash: bool = False
    raises_payment: bool = False
    decided_by: str = ""
    reason: str = ""
    at: datetime | None = None  # None: when it is kept
    acted: bool = False

    @property
    def change(self) -> Change:
        """The field, and from what to what."""
        return Change(self.field, self.line, self.from_value, self.to_value)


@dataclass(frozen=True, slots=True)
class NewProposal:
    """A computed answer for a person to decide.

    `content_digest` is of the claim as read, `content` of each of its fields.
    """

    check: str
    changes: tuple[Change, ...]
    raises_payment: bool = False
    at_stake: Decimal | None = None
    message: str = ""
    reason: str = ""
    content_digest: str = ""
    content: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewRevert:
    """A person's wish to put back what an intent wrote; `run` is the run that wrote it."""

    intent: str
    run: str
    portal: str
    number: str
    changes: tuple[Change, ...]
    raises_payment: bool
    message: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class ProposalRecord:
    """A proposal as the store has it.

    Where two people must approve, `first_by` is the first and `decided_by` the second.
    `proposed_by` is empty where the bot computed it; `reverts` is the intent it puts back.
    """

    id: str
    run: str
    portal: str
    number: str
    check: str
    changes: tuple[Change, ...]
    changes_digest: str
    content_digest: str
    raises_payment: bool
    at_stake: Decimal | None
    message: str
    reason: str
    state: ProposalState
    created_at: datetime
    decided_by: str
    decided_at: datetime | None
    decision_reason: str
    applied_intent: str
    content: Mapping[str, str] = field(default_factory=dict)
    bound_at: datetime | None = None
    first_by: str = ""
    first_at: datetime | None = None
    first_reason: str = ""
    proposed_by: str = ""
    reverts: str = ""

    @property
    def approved_at(self) -> datetime | None:
        """When its approval was given: of two, the older; None where nobody decided."""
        return min(filter(None, (self.first_at, self.decided_at)), default=None)


@dataclass(frozen=True, slots=True)
class Became:
    """What a run made of one approved proposal: applied (by an intent of its own), or stale."""

    proposal: str
    state: ProposalState
    intent: str = ""


@dataclass(frozen=True, slots=True)
class NewException:
    """Something for a person to look at; `message` carries no patient data.

    `check` and `proposal` are what it is about, where that is one check or one proposal; `intent`
    is the save that it is about, and `saved` when that was begun, where it is said of one again
    and again.
    """

    type: ExceptionType
    code: str
    message: str
    retry: int = 0
    check: str = ""
    proposal: str = ""
    saved: datetime | None = None
    intent: str = ""

    @classmethod
    def of(
        cls,
        code: str,
        message: str,
        *,
        check: str = "",
        proposal: str = "",
        saved: datetime | None = None,
        intent: str = "",
    ) -> Self:
        """One of a code, of the kind that its fault is."""
        kind = ExceptionType(fault_of(code).kind)
        return cls(kind, code, message, check=check, proposal=proposal, saved=saved, intent=intent)


@dataclass(frozen=True, slots=True)
class ExceptionRecord:
    """An exception as the store has it.

    `cause` is the part of the message that claims share, `group` the id of all with that
    cause. `since` is when it was first met, `created_at` when last; `follows` is the one of an
    earlier run that it carries on.
    """

    id: str
    run: str
    number: str
    type: ExceptionType
    code: str
    message: str
    state: ExceptionState
    retry: int
    created_at: datetime
    portal: str = ""
    queue: str = ""
    check: str = ""
    cause: str = ""
    group: str = ""
    since: datetime | None = None
    proposal: str = ""
    follows: str = ""
    assigned_to: str = ""
    assigned_by: str = ""
    assigned_at: datetime | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    decision_reason: str = ""
    resolved_as: str = ""
    closed_in: str = ""


@dataclass(frozen=True, slots=True)
class ExceptionGroup:
    """Exceptions of one cause that wait for somebody; `example` is the newest of them."""

    id: str
    claims: int  # 0 where the whole run is meant
    exceptions: int
    to_retry: int
    since: datetime
    assigned_to: tuple[str, ...]
    example: ExceptionRecord


@dataclass(frozen=True, slots=True)
class ExceptionDecision:
    """What a person makes of an exception: whose it is, that it is settled, or tried again."""

    does: Literal["assign", "resolve", "retry"]
    by: str
    reason: str = ""
    to: str = ""
    resolved_as: Resolution = Resolution.DONE


@dataclass(frozen=True, slots=True)
class Kept:
    """What keeping a claim led to: its outcome; each proposal, and whether it is new."""

    outcome: ClaimOutcome
    proposals: tuple[tuple[ProposalRecord, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class AnchorRecord:
    """A ledger checkpoint kept in the store."""

    origin: str
    size: int
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """Claims of one or several runs, each counted once by outcome; the rest stands beside.

    `unanswered` are claims on which a required check had no answer, `answers_missing` all
    answers that were missing. `missed_worth` is in dollars and sums what is priced.
    """

    claims: int = 0
    outcomes: Mapping[str, int] = field(default_factory=dict)
    clean_as_found: int = 0
    clean_after: int = 0
    findings: int = 0
    changes: int = 0
    saves: int = 0
    would_save: int = 0
    proposals_open: int = 0
    exceptions: int = 0
    unanswered: int = 0
    answers_missing: int = 0
    missed_charges: int = 0
    missed_priced: int = 0
    missed_worth: Decimal = Decimal(0)
    charges: Decimal = Decimal(0)

    def of(self, outcome: ClaimOutcome) -> int:
        """How many claims had that outcome."""
        return self.outcomes.get(outcome.value, 0)
