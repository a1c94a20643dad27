"""A run at an office whose store is real and whose portal is played: no browser, no page.

A `Screens` says what the portal shows of each claim; whatever else of it a run would touch is
not there, so that nothing can be saved. The audit log is real as well.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import date
from decimal import Decimal
from typing import Any

import store_cases

from bots.claims import Case, Change, ClaimRef
from bots.config import Portal, Settings
from bots.hands import Workplace
from bots.ledger import Ledger, LedgerKeys
from bots.places import Places
from bots.policy import Policy
from bots.portals.base import Query, Reader
from bots.runs.at_work import RunAtWork
from bots.runs.claim import Rules
from bots.runs.office import Office
from bots.runs.request import RunRequest
from bots.runs.taking import Taking
from bots.secrets import development_key
from bots.store import records
from bots.store.facts import ClaimOutcome, NewProposal, ProposalRecord, SeenRecord
from bots.store.thread import StoreThread
from builders.claims import AS_OF, a_case
from builders.tables import code_sets

CHECK = "total-below-lines"
TOTAL = Change("total_charge", None, "100.00", "125.00")
OTHER = Change("pointers", 1, "1 2", "2 1")


def an_office(places: Places, **settings: Any) -> Office:
    """One that may write to the practice portal, one page at a time."""
    portal = {
        "kind": "practice",
        "address": "http://127.0.0.1:1",
        "credential": "biller",
        "mode": "live",
        "pages": 1,
        "not_yet_sent": ("Ready for review",),
    }
    return Office(
        places=places,
        settings=Settings.model_validate({"run": settings}),
        name="practice",
        portal=Portal.model_validate(portal),
        policy=Policy("1", not_yet_sent=frozenset({"Ready for review"})),
        codesets=code_sets(),
        master=development_key(places),
        writes=True,
        today=AS_OF,
    )


def a_ledger(office: Office) -> Ledger:
    """The office's audit log."""
    keys = LedgerKeys.load(office.places, "test", office.master)
    return Ledger.open(office.places.ledger, "test", keys)


def approved(number: str, *changes: Change) -> ProposalRecord:
    """A proposal of a claim that a person approved."""
    new = NewProposal(CHECK, changes or (TOTAL,))
    seen = SeenRecord(number, 1, ClaimOutcome.PROPOSED, reviewed=False)  # beside its others
    ((proposal, _),) = records.keep_claim(store_cases.a_run().id, seen, proposals=[new]).proposals
    return records.decide(proposal.id, "approve", "dana", "seen in the chart")


class Screens:
    """What the portal shows: each claim with this total charge, or what `met` raises.

    The total is what `TOTAL` leads to, so that nothing is to be saved. `opened` are the claims
    that were looked at; `listed` is what its list has.
    """

    def __init__(
        self,
        met: Callable[[str], None] = lambda number: None,
        listed: tuple[str, ...] = (),
        total: str = TOTAL.to,
    ) -> None:
        self.met, self.listed, self.total = met, listed, total
        self.opened: list[str] = []

    async def open(self, ref: ClaimRef, as_of: date) -> Case:
        self.opened.append(ref.number)
        self.met(ref.number)
        return a_case(
            number=ref.number, status="Ready for review", total_charge=Decimal(self.total)
        )

    async def worklist(self, query: Query) -> AsyncIterator[ClaimRef]:
        for number in self.listed:
            yield ClaimRef("practice", number, query.queue, "Ready for review")


def at_work(
    run: str,
    office: Office,
    store: StoreThread,
    screens: Screens | Reader,
    query: Query | None = None,
) -> RunAtWork:
    """A run whose first page is there; nobody has logged in."""
    request = RunRequest("practice", query or Query("approved"), requested_by="ann")
    made = RunAtWork(
        run, request, office, store, a_ledger(office),
        fence=lambda: None, ending=asyncio.Event(), hands_back=True,
    )  # fmt: skip
    made.claims.readers.put_nowait(screens)  # type: ignore[arg-type]
    made.claims.rules = Rules(office.codesets, office.policy, office.today)
    made.claims.at = Workplace(
        session=_NoBrowser(),  # type: ignore[arg-type]
        ledger=made.ledger,
        portal=office.portal,
        run=run,
        actor="ann",
        shadow=False,
        policy_version="1",
        tables="",
        brake=made._brake,
    )
    return made


class Steps:
    """What DBOS does while nothing dies: each step at once, each claim in a task."""

    def __init__(self, claims: Taking) -> None:
        self.claims = claims

    async def once(self, name: str, do: Callable[[], Any]) -> Any:
        return await do()

    async def begin_claim(self, run: str, item: int, attempt: int) -> Any:
        task = asyncio.ensure_future(self.claims.one(item, attempt))
        return lambda: task


def listed(
    places: Places, run: str, screens: Screens | None = None, query: Query | None = None
) -> RunAtWork:
    """List a run's claims, as far as it comes."""
    return asyncio.run(_whole(places, run, screens, query, takes=False))


def taken_through(
    places: Places, run: str, screens: Screens | None = None, query: Query | None = None
) -> RunAtWork:
    """List a run's claims and take them through; raises what ends the run."""
    return asyncio.run(_whole(places, run, screens, query, takes=True))


async def _whole(
    places: Places, run: str, screens: Screens | None, query: Query | None, *, takes: bool
) -> RunAtWork:
    async with StoreThread(places) as store:
        made = at_work(run, an_office(places), store, screens or Screens(), query)
        try:
            made.claims.held = await made._approvals_that_hold()
            await made._list()
            if takes:
                await made.claims.all(Steps(made.claims))  # type: ignore[arg-type]
        finally:
            made.ledger.close_files()
        return made


class _NoBrowser:
    """A session with nothing to renew."""

    async def begin_claim(self) -> None: ...

    def end_claim(self) -> None: ...
