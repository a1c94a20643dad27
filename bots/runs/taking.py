"""Takes the claims of one run through, a few at a time, each on a page of its own.

A claim comes from the run's list in the store and ends there: whatever it meets, something is
kept of it. What ends the whole run is left in `failure`, and nothing more is begun.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bots import faults
from bots.claims import Case, ClaimRef
from bots.crashpoints import crashpoint
from bots.errors import Problem
from bots.hands import Workplace
from bots.ledger import LedgerBroken
from bots.portals.base import LoginRefused, PortalError, Reader
from bots.portals.evidence import last_seen, remembering
from bots.portals.looking import looking
from bots.runs import evidence
from bots.runs.claim import Approved, Rules, Told, apply_approved, process
from bots.runs.course import Course
from bots.runs.lapsed import approved_by
from bots.runs.office import Office
from bots.runs.request import RunRequest
from bots.store import records, work
from bots.store.facts import (
    ChangeOutcome,
    ClaimOutcome,
    NewException,
    ProposalRecord,
    ProposalState,
    SeenRecord,
)
from bots.store.thread import StoreThread

if TYPE_CHECKING:
    from bots.runs.durable import Steps

log = structlog.get_logger()

LEFT = "left"  # what became of a claim of which nothing was begun
NOT_KNOWN = "what became of an earlier save of it is not known yet"
_WINDOW = 4  # claims begun, for each page: enough that none ever waits

Progress = Callable[[int], None]


class Taking:
    """The claims of one run, once `at`, `rules` and `held` are there and `readers` has a page.

    Attributes:
        readers: the pages that are free.
        held: the approved proposals that hold, by their id.
        unknown: the claims with a save of which nobody knows yet what became, and its time.
        failure: what ends the run; once it is there no claim is begun.
    """

    at: Workplace
    rules: Rules
    held: Mapping[str, ProposalRecord]

    def __init__(
        self,
        run: str,
        request: RunRequest,
        office: Office,
        store: StoreThread,
        course: Course,
        *,
        takes_no_more: Callable[[], bool],
        progress: Progress | None,
    ) -> None:
        self.id, self.request, self.office, self.store = run, request, office, store
        self.course = course
        self.readers: asyncio.Queue[Reader] = asyncio.Queue()
        self.unknown: dict[str, datetime] = {}
        self.failure: Exception | None = None
        self._takes_no_more, self._progress = takes_no_more, progress
        self._tasks: set[asyncio.Task[object]] = set()
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._held_back: set[int] = set()  # claims that a brake left as they were

    @property
    def _window(self) -> int:
        """How many claims are begun, at work or waiting for a page."""
        return _WINDOW * self.pages

    @property
    def pages(self) -> int:
        """How many claims are looked at side by side."""
        return self.request.pages or self.office.portal.pages or self.office.settings.run.pages

    async def all(self, steps: Steps) -> None:
        """Take the claims that are due: half of those begun are through, the next are begun.

        The order of steps follows from what each gave, so that it can be played again.
        """
        going: deque[Callable[[], Awaitable[str]]] = deque()
        try:
            while True:
                count = self._window - len(going)
                taken = await steps.once("take", partial(self._take, count))
                for item, attempt in taken:
                    going.append(await steps.begin_claim(self.id, item, attempt))
                if not going:
                    break
                for _ in range(len(going) // 2 if taken else len(going)):
                    await going.popleft()()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.failure is not None:
            raise self.failure

    async def _take(self, count: int) -> list[tuple[int, int]]:
        """The next claims, each with which time it is; none where no more is begun."""
        try:
            if self._takes_no_more():
                standing = await self.store.call(work.standing, self.id)
                self.course.left_over = self.course.left_over or standing.due > 0
                return []
            taken = await self.store.call(work.take, self.id, count)
            if not taken and count == self._window and await self._release_what_was_lost():
                taken = await self.store.call(work.take, self.id, count)
        except Problem as problem:  # as a value: DBOS keeps no exception of ours
            self.failure = self.failure or problem
            return []
        crashpoint("run.taken")
        return taken

    async def _release_what_was_lost(self) -> int:
        """Nobody is at any claim: what is at work was taken as the database went away."""
        return await self.store.call(work.release, self.id, frozenset(self._held_back))

    async def one(self, item: int, attempt: int) -> str:
        """Take one claim through, and keep what came of it.

        Returns:
            What became of it; `left` where nothing was begun.
        """
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            async with contextlib.AsyncExitStack() as until_kept:
                told = await self._on_a_page(item, attempt, until_kept)
                if told is None:
                    return LEFT
                # What a brake held back is not done: it is due again where the run goes on.
                if told.halted:
                    self._held_back.add(item)
                await self._keep(told, 0 if told.halted else item)
                crashpoint("run.kept")
            return told.seen.outcome.value
        except Exception as error:  # a log-in refused, a log that is broken, a full disk
            self.failure = self.failure or error
            return LEFT

    async def _on_a_page(
        self, item: int, attempt: int, until_kept: contextlib.AsyncExitStack
    ) -> Told | None:
        """One claim, as soon as a page is free; None where it is not begun.

        The page goes to the next claim before this one is kept, after a rest of the portal's
        where it wants one.
        """
        reader = await self.readers.get()
        rest = 0.0
        try:
            await self.at.session.begin_claim()
            if self._takes_no_more():
                self.course.left_over = True
                return None
            # Asked as late as this: a claim of a run that goes on after a death is released first.
            found = await self.store.call(work.item, item, attempt)
            if found is None:  # it was given up, or is at work for another time
                return None
            await until_kept.enter_async_context(self._turn(found))
            with remembering():
                try:
                    async with asyncio.timeout(self._longest):
                        told = await self._through(reader, found)
                except TimeoutError:
                    told = self._stuck(found)  # its page is spoiled: the reader takes another
                # Of a claim's other proposals in this run it says nothing.
                told.exceptions = [replace(e, proposal=found.proposal) for e in told.exceptions]
                if told.exceptions:
                    await self._keep_evidence(found.position)
            rest = self._rest_after(told)
            return told
        finally:
            self.at.session.end_claim()
            asyncio.get_running_loop().call_later(rest, self.readers.put_nowait, reader)

    @property
    def _longest(self) -> float:
        """Seconds that a claim has."""
        return faults.longest_claim(self.office.portal.save_limit_seconds)

    def _rest_after(self, told: Told) -> float:
        """How long a page does nothing after a claim, in seconds."""
        pace, saved = self.office.portal.pace, any(change.intent for change in told.changes)
        return max(pace.between_opens, pace.between_saves if saved else 0)

    def _turn(self, item: work.Item) -> contextlib.AbstractAsyncContextManager[object]:
        """Approved proposals of one claim are done one after the other: each sees the last one."""
        return self._turns[item.number] if item.proposal else contextlib.nullcontext()

    async def _keep_evidence(self, position: int) -> None:
        """What the page shows that this claim was last at; never costs the claim anything."""
        if not self.office.settings.run.evidence_days:
            return
        seen = await last_seen()
        if seen is None:
            return
        office = self.office
        try:
            await asyncio.to_thread(
                evidence.keep, office.places, office.master, self.id, position, seen
            )
        except OSError as error:
            log.warning("evidence could not be kept", error=error.strerror)

    def _stuck(self, item: work.Item) -> Told:
        """A claim without an end. Whether it was being saved, settling its intent will say."""
        log.error("a claim is stuck", run=self.id, position=item.position)
        ref = ClaimRef(self.request.portal, item.number, self.request.query.queue, item.status)
        self.unknown[item.number] = datetime.now(UTC)
        words = f"no end in {self._longest:.0f} seconds"
        return _failed(ref, item.position, "STUCK", words)

    async def _through(self, reader: Reader, item: work.Item) -> Told:
        ref = ClaimRef(self.request.portal, item.number, self.request.query.queue, item.status)
        if item.attempt > faults.MOST_DEATHS:
            words = f"the worker died {faults.MOST_DEATHS} times while it was at this claim"
            return _failed(ref, item.position, "GIVEN_UP", words)
        if item.number in self.unknown:  # it may still come about, and it would be saved twice
            began = self.unknown[item.number]
            return _failed(ref, item.position, "SAVE_UNKNOWN", NOT_KNOWN, began)
        try:
            if item.proposal:
                return await self._apply(reader, ref, item)
            return await self._one(reader, ref, item.position)
        except (LoginRefused, LedgerBroken):
            raise
        except PortalError as error:
            return self._met(ref, item.position, error)
        except Exception as error:  # a fault of ours must not cost the other claims
            log.error("claim failed", error=type(error).__name__)
            if await self._is_being_saved(item.number):
                self.unknown[item.number] = datetime.now(UTC)
            return _failed(ref, item.position, "UNEXPECTED", type(error).__name__)

    async def _is_being_saved(self, number: str) -> bool:
        """Whether a save of a claim was begun of which the log has no outcome."""
        left_open = await asyncio.to_thread(self.at.ledger.open_intents)
        here = (self.request.portal, number)
        return any((intent.portal, intent.claim_number) == here for intent in left_open)

    async def _one(self, reader: Reader, ref: ClaimRef, position: int) -> Told:
        """Read and check a claim, and do what the policy says of it."""
        told: Told | None = None
        for _ in range(2):
            case = await self._read(reader, ref)
            before = told
            told, again = await process(case, ref, position, self.rules, self.at)
            if before is not None:
                told.changes = before.changes + told.changes
                differs = [e for e in before.exceptions if e.code == "SAVE_DIFFERS"]
                told.exceptions = differs + told.exceptions
            if not again:
                break
        assert told is not None
        if told.met:
            self.course.met(told.met)
        else:
            self.course.went_through()
        return told

    async def _read(self, reader: Reader, ref: ClaimRef) -> Case:
        """A fault of the machinery is tried again twice, a refusal never."""
        return await looking(self.at.session)(reader.open, ref, self.office.today)

    def _met(self, ref: ClaimRef, position: int, error: PortalError) -> Told:
        """What the portal did to a claim, and whether it is left alone for it."""
        self.course.met(error)
        return _failed(ref, position, error.code, str(error))

    async def _keep(self, told: Told, item: int) -> None:
        self.course.weigh(told)
        if any(change.outcome is ChangeOutcome.UNKNOWN for change in told.changes):
            self.unknown[told.seen.number] = datetime.now(UTC)
        await self.store.call(
            records.keep_claim,
            self.id,
            told.seen,
            findings=told.findings,
            not_evaluated=told.not_evaluated,
            changes=told.changes,
            proposals=told.proposals,
            exceptions=told.exceptions,
            became=told.became,
            item=item,
        )
        self.course.seen += 1
        if self._progress:
            self._progress(self.course.seen)

    async def _apply(self, reader: Reader, ref: ClaimRef, item: work.Item) -> Told:
        """An approved proposal: read and check the claim again, then do it or say stale."""
        proposal = self.held.get(item.proposal)
        now = await self.store.call(records.find_proposal, item.proposal)
        # It lapsed while the run was interrupted, and it was said why; or a person took it back.
        if proposal is None or now.state is not ProposalState.APPROVED:
            seen = SeenRecord(ref.number, item.position, ClaimOutcome.FLAGGED, reviewed=False)
            return Told(seen)
        approved = Approved(
            proposal.id,
            proposal.check,
            proposal.changes,
            approved_by(proposal),
            proposal.decision_reason,
            proposal.content,
            await self.store.call(
                records.own_changes, proposal.portal, proposal.number, proposal.bound_at
            ),
            proposal.reverts,
        )
        case = await self._read(reader, ref)
        told = await apply_approved(case, ref, item.position, self.rules, self.at, approved)
        self.course.went_through()
        told.seen = replace(told.seen, reviewed=False)  # keeps the claim's other proposals
        return told


def _failed(
    ref: ClaimRef, position: int, code: str, text: str, saved: datetime | None = None
) -> Told:
    seen = SeenRecord(ref.number, position, ClaimOutcome.FAILED, status=ref.status, reviewed=False)
    return Told(seen, exceptions=[NewException.of(code, text, saved=saved)])
