"""Runs with everything in them, for the tests of store and reports. Synthetic, seeded."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from bots.claims import Change
from bots.places import Places
from bots.store import database, records, work
from bots.store.facts import (
    ChangeOutcome,
    ChangeRecord,
    CheckAsked,
    ClaimOutcome,
    Ending,
    ExceptionType,
    FindingRecord,
    NewException,
    NewProposal,
    NewRun,
    NotEvaluatedRecord,
    RunKind,
    RunRecord,
    RunState,
    SeenRecord,
    TableRelease,
    masked_name,
)

TABLES = (
    TableRelease("icd10cm", "April 2026", date(2026, 4, 1), date(2026, 9, 30)),
    TableRelease("ptp_practitioner", "practice 2026Q3", date(2026, 1, 1), None, synthetic=True),
    TableRelease("fee", "practice 2026", date(2026, 1, 1), None, synthetic=True),
)
CHECKS = (
    CheckAsked(
        "mue-line", "mue", "Units exceed the line's MUE", "NCCI Policy Manual, ch. I", True
    ),
    CheckAsked("ndc-form", "ndc", "NDC is not written in 11 digits", "837P 2410 LIN03"),
    CheckAsked("ptp-unmodified", "ncci-ptp", "Code pair without a modifier", "NCCI, ch. I", True),
    CheckAsked("missed-administration", "missed-charge", "A drug given and not charged", "42 CFR"),
)
FACILITIES = (
    "Maple Street Clinic",
    "Riverside Surgery",
    "Northside Imaging",
    "Oak Family Practice",
)
PAYERS = (
    ("MB001", "Medicare Part B"),
    ("CI220", "Blue Harbor Mutual"),
    ("MC310", "State Medicaid"),
)
PROVIDERS = (
    ("1234567893", "Okafor, Ada"),
    ("1245319599", "Lindqvist, Per"),
    ("1003000126", "Rao, M."),
)
_WEIGHTS = {
    "passed": 70,
    "corrected": 9,
    "flagged": 9,
    "proposed": 6,
    "refused": 2,
    "conflict": 2,
    "failed": 2,
}


@cache
def _new_store() -> bytes:
    """The file of a new store: making its tables takes longer than most tests."""
    with TemporaryDirectory() as folder:
        places = Places(Path(folder))
        database.connect(places)
        database.close()
        return places.store.read_bytes()


def a_store(places: Places) -> None:
    """A new store in these places, and this process connected to it."""
    new = _new_store()
    places.store.write_bytes(new)
    database.connect(places)


def a_run(
    kind: RunKind = RunKind.PRE_BILL, *, synthetic: bool = True, mode: str = "live"
) -> RunRecord:
    queue = {RunKind.PRE_BILL: "pending", RunKind.LOOK_BACK: "historical"}.get(kind, "approved")
    return started(
        NewRun(
            portal="practice",
            queue=queue,
            mode=mode,
            kind=kind,
            as_of=date(2026, 9, 30),
            requested_by="dana",
            query={"facility": "", "since": "2026-04-01"},
            policy_version="2026-09-01 / 3f2a9c",
            tables=TABLES if synthetic else TABLES[:1],
            checks=CHECKS,
        )
    )


def started(new: NewRun) -> RunRecord:
    """A run that was asked for and has begun; nothing of it is like any other's."""
    asked, _ = work.ask(new, {}, digest=uuid4().hex)
    return records.begin_run(asked.id, new)


def fill(run: RunRecord, claims: int, seed: int = 1, name: str = "Quimby") -> None:
    """Give a run that many claims of every outcome, with all that belongs to them."""
    rng = random.Random(seed)
    names, weights = list(_WEIGHTS), list(_WEIGHTS.values())
    for position in range(1, claims + 1):
        outcome = (
            ClaimOutcome(names[(position - 1) % len(names)])
            if position <= len(names)
            else ClaimOutcome(rng.choices(names, weights)[0])
        )
        _keep(run, rng, position, outcome, name)


def _keep(
    run: RunRecord,
    rng: random.Random,
    position: int,
    outcome: ClaimOutcome,
    last: str,
    item: int = 0,
) -> None:
    number = f"{'H' if run.kind is RunKind.LOOK_BACK else 'C'}{100000 + position}"
    payer, provider = rng.choice(PAYERS), rng.choice(PROVIDERS)
    charge = Decimal(rng.randrange(4000, 90000)) / 100
    change = Change("ndc", 1, "0002-1433-80", "00002143380")
    seen = SeenRecord(
        number=number,
        position=position,
        outcome=outcome,
        reference=f"{position:064x}",
        status="Paid" if run.kind is RunKind.LOOK_BACK else "Ready for review",
        facility=rng.choice(FACILITIES),
        provider_npi=provider[0],
        provider_name=provider[1],
        payer_id=payer[0],
        payer_name=payer[1],
        patient_name=f"{last}, Jo",
        patient_masked=masked_name(last, "Jo"),
        record_number=f"MRN{position:06d}",
        service_from=date(2026, 4, 1) + timedelta(days=rng.randrange(180)),
        total_charge=charge,
        type="professional",
        coder="kt",
        clean_as_found=outcome is ClaimOutcome.PASSED,
        clean_after=outcome in {ClaimOutcome.PASSED, ClaimOutcome.CORRECTED},
        reviewed=outcome is not ClaimOutcome.FAILED,
    )
    what = _what_happened(outcome, change, number, charge, rng)
    lacking = (
        [NotEvaluatedRecord("missed-administration", "documentation")] if position % 3 == 0 else []
    )
    if position % 17 == 0:
        lacking.append(
            NotEvaluatedRecord("mue-line", "mue_practitioner: no table for 2026Q2", True)
        )
    records.keep_claim(run.id, seen, not_evaluated=lacking, item=item, **what)


def _what_happened(outcome, change, number, charge, rng):
    ndc = FindingRecord(
        "ndc-form",
        "ndc",
        "error",
        "auto",
        "The NDC has hyphens; a claim carries 11 digits",
        title=CHECKS[1].title,
        lines=(1,),
        codes=("J1885",),
        authority="837P 2410 LIN03",
        at_stake=Decimal("18.40"),
    )
    ptp = FindingRecord(
        "ptp-unmodified",
        "ncci-ptp",
        "error",
        "propose",
        "A column 2 code without a modifier; the edit's indicator is 1",
        title=CHECKS[2].title,
        lines=(1, 2),
        codes=("99213", "20610"),
        authority="NCCI Policy Manual, ch. I",
        table_release="practice 2026Q3",
        at_stake=Decimal("61.15"),
    )
    missed = FindingRecord(
        "missed-administration",
        "missed-charge",
        "warning",
        "flag",
        "One administration on the record has no line on the claim",
        title=CHECKS[3].title,
        codes=("96372",),
        authority="42 CFR 424.5(a)(6)",
        table_release="practice 2026",
        at_stake=Decimal("14.25") if rng.random() < 0.9 else None,
        quote=("MAR-0017",),
    )
    saved = ChangeRecord(
        "ndc-form",
        "ndc",
        1,
        change.from_,
        change.to,
        ChangeOutcome.CONFIRMED,
        intent=f"i-{number}",
        decided_by="policy",
        reason="representation only",
    )
    member = ChangeRecord(
        "member-id-form",
        "member_id",
        None,
        "1EG4 TE5 MK73",
        "1EG4TE5MK73",
        ChangeOutcome.CONFIRMED,
        intent=f"i-{number}",
        decided_by="policy",
        after_crash=rng.random() < 0.1,
    )
    match outcome:
        case ClaimOutcome.CORRECTED:
            return {"findings": [ndc], "changes": [saved, member]}
        case ClaimOutcome.PROPOSED:
            new = NewProposal(
                "ptp-unmodified",
                (Change("pointers", 2, "1 2", "2 1"),),
                raises_payment=rng.random() < 0.3,
                at_stake=Decimal("61.15"),
                message=ptp.message,
            )
            return {"findings": [ptp], "proposals": [new]}
        case ClaimOutcome.FLAGGED:
            return {"findings": [missed]}
        case ClaimOutcome.REFUSED:
            return {
                "findings": [ndc],
                "exceptions": [
                    NewException(
                        ExceptionType.BUSINESS,
                        "PORTAL_REFUSED",
                        "The portal refused the save: field locked by payer",
                    )
                ],
            }
        case ClaimOutcome.CONFLICT:
            return {
                "findings": [ndc],
                "exceptions": [
                    NewException(
                        ExceptionType.BUSINESS,
                        "CONFLICT",
                        "Someone else changed the claim meanwhile",
                    )
                ],
            }
        case ClaimOutcome.FAILED:
            return {
                "exceptions": [
                    NewException(
                        ExceptionType.APPLICATION,
                        "DEADLINE",
                        "The claim's screen did not answer within 30 s",
                        retry=3,
                    )
                ]
            }
    return {}


def end(run: RunRecord) -> RunRecord:
    ending = Ending(
        RunState.DONE,
        selector_ranks={"claim.total": {1: 400, 2: 12}, "worklist.next": {1: 31}},
        checkpoint="claimbots/host-1\n412\nq7T0n3l5Zc0u\n\n— host-1 sig",
        audit_line="audit log verified: 412 records",
    )
    return records.end_run(run.id, ending)
