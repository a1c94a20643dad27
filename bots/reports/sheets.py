"""The sheets of a report: their columns and rows, the same for page, workbook and CSV.

A cell is text, a number, dollars, a date, a time or yes/no; what it looks like is up to the
writer. The columns are a closed list: nothing of a claim leaves by another way (P12).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum

from bots.claims import Change
from bots.reports.definitions import DEFINITIONS
from bots.reports.figures import DIMENSIONS, Part, Report
from bots.store import reading
from bots.store.facts import ExceptionRecord, RunRecord, TableRelease

Cell = str | int | Decimal | date | datetime | bool | None
MASK = "***"
BY_POLICY = "policy"  # who decided, where no person did
IN_PORTALS_WORDS = "SAVE_REFUSED"  # the one exception whose reason the portal worded


class Kind(Enum):
    """What a column holds."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    TIME = "time"
    YES_NO = "yes/no"


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `width` is in characters."""

    title: str
    kind: Kind = Kind.TEXT
    width: int = 14


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. `rows` may be asked again and reads the store anew each time."""

    name: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterator[tuple[Cell, ...]]]
    count: int


def sheets(report: Report) -> tuple[Sheet, ...]:
    """All sheets, in the order in which a supervisor reads them."""
    ids, masked, counts = report.ids, report.masked, report.counts

    def claims() -> Iterator[tuple[Cell, ...]]:
        return (claim_cells(row, masked) for row in reading.claim_rows(ids))

    def findings() -> Iterator[tuple[Cell, ...]]:
        return (finding_cells(row) for row in reading.finding_rows(ids))

    def changes() -> Iterator[tuple[Cell, ...]]:
        return (change_cells(row, masked) for row in reading.change_rows(ids))

    def missed() -> Iterator[tuple[Cell, ...]]:
        rows = reading.finding_rows(ids, family="missed-charge")
        return (missed_cells(row, masked) for row in rows)

    return (
        _sized("Summary", SUMMARY, lambda: summary_cells(report)),
        Sheet("Claims", CLAIMS, claims, counts.claims),
        Sheet("Findings", FINDINGS, findings, counts.findings),
        Sheet("Changes", CHANGES, changes, counts.changes),
        _sized("Proposals", PROPOSALS, lambda: proposal_cells(report)),
        Sheet("Exceptions", EXCEPTIONS, lambda: exception_cells(report), counts.exceptions),
        Sheet(
            "Not evaluated", UNANSWERED, lambda: unanswered_cells(report), counts.answers_missing
        ),
        Sheet("Missed charges", MISSED, missed, counts.missed_charges),
        _sized("Run", RUN, lambda: run_cells(report)),
    )


def _sized(
    name: str, columns: tuple[Column, ...], rows: Callable[[], Iterator[tuple[Cell, ...]]]
) -> Sheet:
    return Sheet(name, columns, rows, sum(1 for _ in rows()))


SUMMARY = (
    Column("Section", width=22),
    Column("Item", width=38),
    Column("Kind of run", width=22),
    Column("Claims", Kind.NUMBER, 10),
    Column("Findings", Kind.NUMBER, 10),
    Column("Rate %", Kind.MONEY, 10),
    Column("Charges", Kind.MONEY, 16),
    Column("At stake", Kind.MONEY, 16),
    Column("Definition", width=90),
)


def summary_cells(report: Report) -> Iterator[tuple[Cell, ...]]:
    """Figures first, then each breakdown; real-time and look-back in rows of their own."""
    said = dict(DEFINITIONS)
    for part in report.parts:
        n = part.counts
        yield (
            "Claims",
            "Claims seen",
            part.title,
            n.claims,
            n.findings,
            None,
            n.charges,
            None,
            "",
        )
        for outcome, count in part.outcomes():
            definition = said["Outcome of a claim"]
            yield ("Outcome", outcome, part.title, count, None, None, None, None, definition)
        for name, count in (("as found", n.clean_as_found), ("after bot", n.clean_after)):
            item = f"Clean-claim rate {name}"
            rate = part.rate(count)
            yield ("Clean", item, part.title, count, None, rate, None, None, said[item])
        yield (
            "Not evaluated", "Claims with a required check unanswered", part.title,
            n.unanswered, None, None, None, None, said["Not evaluated"],
        )  # fmt: skip
        yield (
            "Missed charges", f"{n.missed_priced} of {n.missed_charges} priced", part.title,
            None, n.missed_charges, None, None, worth(n.missed_worth), said["Missed charge"],
        )  # fmt: skip
        yield from _breakdown_cells(part)


def _breakdown_cells(part: Part) -> Iterator[tuple[Cell, ...]]:
    for dimension in DIMENSIONS:
        for group in part.groups(dimension):
            charges = group.charges if dimension in {"facility", "provider", "payer"} else None
            rate = part.rate(group.clean_as_found, group.claims) if charges is not None else None
            yield (
                f"By {dimension}", group.name, part.title, group.claims, group.findings, rate,
                charges, worth(group.at_stake), "",
            )  # fmt: skip


CLAIMS = (
    Column("Run", width=17),
    Column("Kind", width=10),
    Column("Position", Kind.NUMBER, 9),
    Column("Reference", width=16),
    Column("Portal", width=12),
    Column("Status", width=18),
    Column("Facility", width=24),
    Column("Provider NPI", width=13),
    Column("Provider", width=24),
    Column("Payer ID", width=12),
    Column("Payer", width=24),
    Column("Patient", width=22),
    Column("Record number", width=15),
    Column("Date of service", Kind.DATE, 15),
    Column("Amount", Kind.MONEY, 13),
    Column("Type", width=13),
    Column("Coder", width=12),
    Column("Outcome", width=11),
    Column("Clean as found", Kind.YES_NO, 14),
    Column("Clean after bot", Kind.YES_NO, 14),
    Column("Finding count", Kind.NUMBER, 13),
    Column("Not evaluated", Kind.NUMBER, 13),
)


def claim_cells(row: reading.ClaimRow, masked: bool) -> tuple[Cell, ...]:
    """One claim. Masked: initials for the name, nothing of the record number."""
    return (
        row.run, row.kind, row.position, row.number, row.portal, row.status, row.facility,
        row.provider_npi, row.provider_name, row.payer_id, row.payer_name,
        row.patient_masked if masked else row.patient_name,
        _masked(row.record_number) if masked else row.record_number,
        row.service_from, row.total_charge, row.type, row.coder, row.outcome,
        row.clean_as_found, row.clean_after, row.findings, row.unanswered,
    )  # fmt: skip


FINDINGS = (
    Column("Run", width=17),
    Column("Kind", width=10),
    Column("Claim", width=16),
    Column("Line", width=8),
    Column("Check", width=26),
    Column("Title", width=40),
    Column("Family", width=18),
    Column("Severity", width=9),
    Column("Action", width=9),
    Column("Codes", width=16),
    Column("Finding", width=60),
    Column("Likely denial", width=14),
    Column("At stake", Kind.MONEY, 12),
    Column("Documentation", width=18),
    Column("Authority", width=40),
    Column("Table", width=18),
    Column("Reason", width=40),
    Column("Facility", width=24),
    Column("Provider", width=24),
    Column("Payer", width=24),
)


def finding_cells(row: reading.FoundRow) -> tuple[Cell, ...]:
    """One finding."""
    claim = row.claim
    return (
        claim.run, claim.kind, claim.number, _lines(row.lines), row.check, row.title, row.family,
        row.severity, row.class_name, " ".join(row.codes), row.message, row.denial, row.at_stake,
        " ".join(row.quote), row.authority, row.table_release, row.reason,
        claim.facility, claim.provider_name, claim.payer_name,
    )  # fmt: skip


CHANGES = (
    Column("Run", width=17),
    Column("Kind", width=10),
    Column("Claim", width=16),
    Column("Line", Kind.NUMBER, 6),
    Column("Field", width=18),
    Column("From", width=26),
    Column("To", width=26),
    Column("Check", width=26),
    Column("Outcome", width=16),
    Column("After crash", Kind.YES_NO, 11),
    Column("Raises payment", Kind.YES_NO, 14),
    Column("Decided by", width=16),
    Column("Reason", width=40),
    Column("Intent", width=28),
    Column("At (UTC)", Kind.TIME, 19),
)


def change_cells(row: reading.ChangedRow, masked: bool) -> tuple[Cell, ...]:
    """One field of one save."""
    change = row.change
    return (
        row.run, row.kind, row.number, change.line, change.field,
        shown(change, change.from_, masked), shown(change, change.to, masked),
        row.check, row.outcome, row.after_crash, row.raises_payment, row.decided_by,
        row.reason if row.decided_by == BY_POLICY else typed(row.reason, masked),
        row.intent, row.at,
    )  # fmt: skip


PROPOSALS = (
    Column("Proposal", width=10),
    Column("Run", width=17),
    Column("Claim", width=16),
    Column("Check", width=26),
    Column("Changes", width=60),
    Column("Raises payment", Kind.YES_NO, 14),
    Column("At stake", Kind.MONEY, 12),
    Column("Finding", width=60),
    Column("State", width=10),
    Column("Created (UTC)", Kind.TIME, 19),
    Column("Decided by", width=16),
    Column("Decided (UTC)", Kind.TIME, 19),
    Column("Decision's reason", width=40),
)


def proposal_cells(report: Report) -> Iterator[tuple[Cell, ...]]:
    """One proposal a row, all its changes in one cell."""
    for row in reading.proposal_rows(report.ids):
        yield (
            row.id, row.run, row.number, row.check,
            "; ".join(in_words(change, report.masked) for change in row.changes),
            row.raises_payment, row.at_stake, row.message, row.state.value, row.created_at,
            row.decided_by, row.decided_at, typed(row.decision_reason, report.masked),
        )  # fmt: skip


EXCEPTIONS = (
    Column("Exception", width=10),
    Column("Run", width=17),
    Column("Claim", width=16),
    Column("Exception type", width=14),
    Column("Code", width=24),
    Column("Exception reason", width=70),
    Column("State", width=10),
    Column("Retry no.", Kind.NUMBER, 9),
    Column("Created (UTC)", Kind.TIME, 19),
)


def exception_cells(report: Report) -> Iterator[tuple[Cell, ...]]:
    """One exception a row; no claim where the whole run is meant."""
    for row in reading.exception_rows(report.ids):
        yield (
            row.id, row.run, row.number, row.type.value, row.code,
            trouble(row, report.masked), row.state, row.retry, row.created_at,
        )  # fmt: skip


UNANSWERED = (
    Column("Run", width=17),
    Column("Kind", width=10),
    Column("Claim", width=16),
    Column("Check", width=26),
    Column("Missing", width=44),
    Column("Required", Kind.YES_NO, 10),
)


def unanswered_cells(report: Report) -> Iterator[tuple[Cell, ...]]:
    """One check without an answer a row."""
    for row in reading.unanswered_rows(report.ids):
        yield (row.run, row.kind, row.number, row.check, row.missing, row.required)


MISSED = (
    Column("Run", width=17),
    Column("Kind", width=10),
    Column("Claim", width=16),
    Column("Date of service", Kind.DATE, 15),
    Column("Patient", width=22),
    Column("Facility", width=24),
    Column("Provider", width=24),
    Column("Payer", width=24),
    Column("Codes", width=16),
    Column("Finding", width=60),
    Column("Documentation", width=20),
    Column("Worth", Kind.MONEY, 12),
    Column("Priced by", width=20),
)


def missed_cells(row: reading.FoundRow, masked: bool) -> tuple[Cell, ...]:
    """One suspected missed charge; no worth where no fee table priced it."""
    claim = row.claim
    return (
        claim.run, claim.kind, claim.number, claim.service_from,
        claim.patient_masked if masked else claim.patient_name,
        claim.facility, claim.provider_name, claim.payer_name, " ".join(row.codes), row.message,
        " ".join(row.quote), row.at_stake, row.table_release,
    )  # fmt: skip


RUN = (Column("Run", width=17), Column("Item", width=34), Column("Value", width=90))


def run_cells(report: Report) -> Iterator[tuple[Cell, ...]]:
    """How each run was made: request, policy, tables, checks, selectors, audit log."""
    for run in report.runs:
        for item, value in run_facts(run):
            yield (run.id, item, value)
        for table in run.tables:
            yield (run.id, f"Table {table.name}", table_words(table))
        for check in run.checks:
            required = "required; " if check.required else ""
            yield (run.id, f"Check {check.id}", f"{required}{check.title}")
        for element, rank, times in lower_ranks(run):
            yield (run.id, f"Selector {element}", rank_words(rank, times))
        for element, sentence in report.repairs.get(run.id, ()):
            yield (run.id, f"Repair {element}", sentence)
    for name, words in DEFINITIONS:
        yield ("", name, words)


def run_facts(run: RunRecord) -> list[tuple[str, str]]:
    """The facts of a run that stand on one line each; the empty ones are left out."""
    asked = ", ".join(f"{key} {value}" for key, value in run.query.items() if value)
    facts = [
        ("Portal", run.portal),
        ("Queue", run.queue),
        ("Kind", run.kind.value),
        ("Mode", "shadow: nothing was written" if run.mode == "shadow" else run.mode),
        ("State", run.state.value),
        ("As of", run.as_of.isoformat() if run.as_of else ""),
        ("Started", at_words(run.started_at)),
        ("Ended", at_words(run.ended_at) if run.ended_at else ""),
        ("Requested by", run.requested_by),
        ("Query", asked),
        ("Policy", run.policy_version),
        ("Tables", "synthetic tables" if run.synthetic else ""),
        ("Checks asked", str(len(run.checks)) if run.checks else ""),
        ("Ceiling reached", run.ceiling_hit),
        ("Stopped because", run.stop_reason),
        ("Audit log", run.audit_line),
        ("Checkpoint", " ".join(run.checkpoint.split("\n")[:3])),
    ]
    return [(item, value) for item, value in facts if value]


def table_words(table: TableRelease) -> str:
    """A table's release, the days it covers, and whether it is made for practice."""
    covers = f"covers {table.since or 'any day'} to {table.until or 'any day'}"
    return f"release {table.release}; {covers}" + ("; synthetic" if table.synthetic else "")


def lower_ranks(run: RunRecord) -> list[tuple[str, int, int]]:
    """Elements that a locator below the first rank had to find: the portal has changed."""
    return sorted(
        (element, int(rank), times)
        for element, ranks in run.selector_ranks.items()
        for rank, times in ranks.items()
        if int(rank) > 1
    )


def rank_words(rank: int, times: int) -> str:
    """`rank 2 answered 12 times`."""
    return f"rank {rank} answered {'once' if times == 1 else f'{times:,} times'}"


def worth(sum_of_prices: Decimal | None) -> Decimal | None:
    """What findings are worth; None where none has a price: a 0 would say worth nothing."""
    return sum_of_prices or None


def typed(text: str, masked: bool) -> str:
    """What a person typed; masked, only that there was something: it may name a patient."""
    return _masked(text) if masked else text


def trouble(row: ExceptionRecord, masked: bool) -> str:
    """Why a claim is an exception; masked, without the portal's own words."""
    return typed(row.message, masked and row.code == IN_PORTALS_WORDS)


def in_words(change: Change, masked: bool = False) -> str:
    """`line 2 pointers: 1 2 → 1`."""
    where = f"line {change.line} " if change.line else ""
    old = shown(change, change.from_, masked) or "(empty)"
    new = shown(change, change.to, masked) or "(empty)"
    return f"{where}{change.field}: {old} → {new}"


def shown(change: Change, value: str, masked: bool) -> str:
    """A change's value; masked, a member id shows only that it is there."""
    return _masked(value) if masked and change.field == "member_id" else value


def at_words(at: datetime) -> str:
    """A moment, to the second, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _masked(value: str) -> str:
    return MASK if value else ""


def _lines(lines: tuple[int, ...]) -> str:
    return " ".join(str(line) for line in lines)
