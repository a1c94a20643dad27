"""One run at work: log in, settle what was left open, list the claims, take each through, report.

The list goes into the store as it is read, and claims come from there, a few at a time: memory
does not grow with it, and a process that dies takes none of it with it. Whatever happens the
run's row is closed, the log gets a checkpoint, and the report is written; or, where the process
is to end and another will go on, the row waits again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from bots.claims import ClaimRef
from bots.config import selectors_folder
from bots.crashpoints import crashpoint
from bots.errors import Problem
from bots.hands import Workplace, settle
from bots.ledger import Ledger, LedgerBroken, OpenIntent, Outcome, Record
from bots.portals.base import LoginRefused, PortalError
from bots.portals.drift import Repair
from bots.portals.patch import patch
from bots.portals.session import Session
from bots.reports import ReportFiles, write_report
from bots.reports.repairs import keep_patch
from bots.runs import ends, evidence
from bots.runs.claim import CHANGE_OUTCOMES, Rules, code_of
from bots.runs.course import Course, why
from bots.runs.lapsed import lapsed
from bots.runs.lost import changes_of, keep_what_is_missing, say_whether_one_may_land
from bots.runs.office import Office
from bots.runs.request import RunRequest, RunSummary, in_words
from bots.runs.taking import NOT_KNOWN, Progress, Taking
from bots.secrets import VaultDown
from bots.secrets.credentials import Credential, credential_for
from bots.store import brake, records, refusals, work
from bots.store.address import database_url
from bots.store.facts import (
    Ending,
    NewException,
    NewRun,
    ProposalRecord,
    RunKind,
    RunState,
)
from bots.store.thread import StoreThread

if TYPE_CHECKING:
    from bots.runs.durable import Steps

log = structlog.get_logger()

_HEED = 1.0  # seconds between two looks whether somebody wants the run to stop
_ROWS_AT_ONCE = 50  # of the portal's list
# What of a settled intent the store keeps; one that was not done left nothing behind.
_OF_A_SETTLED = frozenset({Outcome.CONFIRMED, Outcome.ALREADY_CORRECT, Outcome.CONFLICT})


class RunAtWork:
    """One run in this process, so that each step of it reads as a sentence.

    `ending`: once it is set no further claim and no save is begun; what was begun is ended.
    `fence` is asked in the last moment before anything is sent.
    """

    def __init__(
        self,
        id: str,
        request: RunRequest,
        office: Office,
        store: StoreThread,
        ledger: Ledger,
        *,
        fence: Callable[[], None],
        ending: asyncio.Event,
        hands_back: bool,
        progress: Progress | None = None,
    ) -> None:
        self.id = id
        self.request, self.office, self.store, self.ledger = request, office, store, ledger
        self.fence, self.ending, self.hands_back = fence, ending, hands_back
        self.is_shared = bool(database_url(office.places))  # by several workers
        self.course = Course()
        self.settled: dict[str, int] = {}
        self.ranks: dict[str, dict[int, int]] = {}
        self.repairs: tuple[Repair, ...] = ()
        self.saves_before_today = 0
        self.begun = 0
        self._credential: Credential | None = None
        self._session: Session | None = None
        self._worker = ""  # who has it, as the store knows it
        self._begun_after = 0  # so many records were on the log when this part of it began
        self.claims = Taking(
            id, request, office, store, self.course,
            takes_no_more=self._takes_no_more, progress=progress,
        )  # fmt: skip

    @property
    def browser_pid(self) -> int:
        """The browser's process, or 0: it is another one after it died."""
        return self._session.browser_pid if self._session else 0

    async def whole(self, steps: Steps) -> RunSummary:
        """Begin, do, end; the end comes whatever happens in between.

        Raises:
            VaultDown: the log-in cannot be read now; nothing was begun, nor put on the log.
            Problem: the log-in was refused, no browser, or a fault of ours; the run is closed.
        """
        await self._ask_the_vault()
        await self._begin()
        state = RunState.DONE
        problem: Exception | None = None
        watch = asyncio.create_task(self._heed())
        try:
            await self._do(steps)
        except LoginRefused as error:
            state, problem = RunState.FAILED, _login_problem(error, self.office)
            self.course.stop_reason = problem.what[:300]  # who only looks on reads it there
            await self._exception("", error.code, "log-in refused")
        except LedgerBroken as error:
            state, self.course.stop_reason = RunState.STOPPED, ends.LOG_NOT_WRITTEN
            problem = error if isinstance(error, Problem) else None
        except PortalError as error:
            state, self.course.stop_reason = RunState.FAILED, why(error)
            await self._exception("", error.code, str(error))
        except asyncio.CancelledError:
            self.course.stop_reason = ends.STOPPED_BY_SIGNAL
            await asyncio.shield(self._end(RunState.STOPPED))
            raise
        except Exception as error:  # no browser, no log-in kept, a fault of ours: closed as well
            state, problem = RunState.FAILED, error
            what = error.what if isinstance(error, Problem) else type(error).__name__
            self.course.stop_reason = what
        finally:
            watch.cancel()
        if self.course.stop_reason and state is RunState.DONE:
            state = RunState.STOPPED
        has_failed = state is RunState.FAILED
        code = problem.exit if has_failed and isinstance(problem, Problem) else 0
        summary = await self._end(state, code)
        if problem is not None:
            raise problem
        return summary

    def _log_in(self) -> Credential:
        """The portal's log-in, as it is where it lives at this moment."""
        office = self.office
        return credential_for(office.portal.credential, office.places, office.master)

    async def _ask_the_vault(self) -> None:
        """Read the log-in before anything is begun; what else is wrong with it is said later."""
        try:
            self._credential = await asyncio.to_thread(self._log_in)
        except VaultDown:
            raise
        except Problem:
            self._credential = None

    async def _begin(self) -> None:
        office, request = self.office, self.request
        await self.store.call(work.release, self.id)
        days = office.settings.run.evidence_days
        await asyncio.to_thread(evidence.clear, office.places, days)
        facts = replace(facts_of(request, office), tables=office.tables(), checks=office.asked())
        record = await self.store.call(records.begin_run, self.id, facts)
        self._worker, attempt = await self.store.call(work.worker_of, self.id)
        if attempt > 1:  # whoever had it may not have come to keep what it saved
            await keep_what_is_missing(self.store, self.ledger, self.id)
        started = await self._log(
            "run-started", {"mode": record.mode, "queue": record.queue, "portal": record.portal}
        )
        self._begun_after = started.sequence

    async def _count_saves(self) -> None:
        """Know what of the ceilings is spent before this part of the run begins."""
        self.begun = await self.store.call(records.corrections_in, self.id)
        self.saves_before_today = await self._saves_by_others()

    async def _saves_by_others(self) -> int:
        """Today's saves of all other runs."""
        zone = ZoneInfo(self.office.settings.office.time_zone)
        today = datetime.now(UTC).astimezone(zone).date()
        mine = await self.store.call(records.corrections_in, self.id)
        return await self.store.call(records.corrections_on, today, zone) - mine

    async def _heed(self) -> None:
        """Stop where somebody pauses or cancels the run."""
        while True:
            await asyncio.sleep(_HEED)
            with contextlib.suppress(Problem):
                wish = await self.store.call(work.wanted, self.id)
                self.course.stop_reason = self.course.stop_reason or wish

    async def _do(self, steps: Steps) -> None:
        office = self.office
        if self._takes_no_more():
            return
        if self._credential is None:
            self._credential = await asyncio.to_thread(self._log_in)
        await self._heed_refusal_elsewhere(self._credential)
        async with Session.opened(
            office.name,
            office.portal,
            self._credential,
            source=self._log_in,
            settings=office.settings,
            places=office.places,
            master=office.master,
        ) as session:
            try:
                session.fence, self._session = self.fence, session
                await session.log_in()
                self.claims.at = self._workplace(session)
                self.claims.rules = await self._rules()
                await self._settle()
                await self._count_saves()  # those that were settled just now are among them
                self.claims.held = await self._approvals_that_hold()
                await self._look_at_screens(session)
                for _ in range(self.claims.pages - 1):
                    self.claims.readers.put_nowait(await session.reader())
                await self._list()
                await self.claims.all(steps)
            finally:
                self.ranks = {name: dict(ranks) for name, ranks in session.ranks.items()}
                self.repairs = tuple(session.noticed.repairs.values())

    async def _heed_refusal_elsewhere(self, credential: Credential) -> None:
        """What a portal refused another machine is not typed a second time by this one."""
        name, office = self.office.portal.credential, self.office
        if self.is_shared:
            await self.store.call(refusals.heed, name, credential, office.places, office.master)

    async def _tell_others_of_refusal(self) -> None:
        """Tell them of what was typed and refused in this run, not of what lies there by now.

        A refusal from before is not told again: a person may have taken it back elsewhere.
        """
        typed = self._session.refused if self._session else None
        if self.is_shared and typed is not None:
            name, master = self.office.portal.credential, self.office.master
            await self.store.call(refusals.tell, name, typed, master)

    def _takes_no_more(self) -> bool:
        """Whether the run ends after this claim; the portal's quiet hours end it, too."""
        portal, office = self.office.portal, self.office.settings.office
        now = datetime.now(ZoneInfo(portal.time_zone or office.time_zone)).replace(tzinfo=None)
        if not self.course.stop_reason and portal.closed_until(now) is not None:
            self.course.stop_reason = "the portal's quiet hours or maintenance"
        return (
            self._is_ending() or bool(self.course.stop_reason) or self.claims.failure is not None
        )

    def _is_ending(self) -> bool:
        if self.ending.is_set() and not self.course.stop_reason:
            self.course.stop_reason = ends.STOPPED_BY_SIGNAL
        return self.course.stop_reason == ends.STOPPED_BY_SIGNAL

    def _workplace(self, session: Session) -> Workplace:
        office = self.office
        return Workplace(
            session=session,
            ledger=self.ledger,
            portal=office.portal,
            run=self.id,
            actor=self.request.requested_by or "claimbots",
            shadow=not office.writes,
            policy_version=office.policy.version,
            tables="; ".join(sorted({table.release for table in office.tables()})),
            brake=self._brake,
        )

    async def _rules(self) -> Rules:
        office = self.office
        put_back = await self.store.call(records.put_back, office.name)
        return Rules(office.codesets, office.policy, office.today, put_back)

    async def _brake(self, is_correction: bool) -> str | None:
        limits = self.office.settings.run
        if await self._is_stopped():
            return "claimbots stop is on"
        if self._is_ending() or self.course.stop_reason:
            return self.course.stop_reason
        if self.claims.failure is not None:
            return "what came of an earlier claim could not be kept, or the log-in was refused"
        if self.course.read_only:
            return self.course.read_only
        if not is_correction:
            return None
        if self.is_shared:  # others correct as well, and the day's ceiling is for all
            self.saves_before_today = await self._saves_by_others()
        if self.begun >= limits.corrections_per_run:
            self.course.ceiling = f"{limits.corrections_per_run} corrections in this run"
        elif self.saves_before_today + self.begun >= limits.corrections_per_day:
            self.course.ceiling = f"{limits.corrections_per_day} corrections today"
        else:
            # Spent before the save begins: pages side by side must not pass it together.
            self.begun += 1
            return None
        return self.course.ceiling

    async def _is_stopped(self) -> bool:
        """By the switch of this machine, or by that of all that share the store."""
        if brake.is_stopped(self.office.places):
            return True
        return self.is_shared and await self.store.call(brake.are_all_stopped)

    async def _settle(self) -> None:
        """Find out what became of the intents that an earlier process left open."""
        for intent in await asyncio.to_thread(self.ledger.open_intents):
            if intent.portal != self.request.portal:
                continue  # one log a host: its own portal's next run settles it
            done = await settle(intent, self.claims.at, is_anothers=self._is_anothers)
            name = str(done.outcome)
            self.settled[name] = self.settled.get(name, 0) + 1
            log.info("settled", intent=intent.id, outcome=name)
            if done.outcome in _OF_A_SETTLED:
                became = CHANGE_OUTCOMES[done.outcome]
                changes = changes_of(intent.id, intent.changes, intent.checks, became)
                claim = intent.claim_number
                await self.store.call(records.keep_settled, self.id, claim, changes, intent.id)
            if done.outcome is Outcome.CONFLICT:
                await self._exception(intent.claim_number, code_of(done), done.words)
            if done.outcome is Outcome.UNKNOWN:
                self.course.left_over = True
                number, began = intent.claim_number, intent.opened_at
                self.claims.unknown[number] = began
                await self._exception(number, code_of(done), NOT_KNOWN, began, intent.id)

    async def _is_anothers(self, intent: OpenIntent) -> bool:
        """Whether another intent has saved it: a run of ours may have gone on elsewhere."""
        return await self.store.call(
            records.saved_since,
            intent.portal,
            intent.claim_number,
            intent.changes,
            intent.opened_at,
        )

    async def _approvals_that_hold(self) -> dict[str, ProposalRecord]:
        """The approved proposals, without those whose approval has run out or is too few.

        Of those it is said why. A live run lays them down, so that they are proposed anew; to
        a shadow run on another queue they are no matter. What the portal refused stays approved,
        and waits for a person as its exception does.
        """
        held = {}
        approvals = self.office.settings.approvals
        refused = await self.store.call(records.refused_proposals, self.request.portal)
        for proposal in await self.store.call(records.approved_proposals, self.request.portal):
            lapse = lapsed(proposal, approvals, datetime.now(UTC))
            if lapse is None:
                if proposal.id not in refused:
                    held[proposal.id] = proposal
            elif self.office.writes or self.request.query.queue == "approved":
                about = replace(lapse.exception, check=proposal.check, proposal=proposal.id)
                await self.store.call(records.keep_exception, self.id, proposal.number, about)
                if self.office.writes:
                    await self.store.call(lapse.become, proposal.id)
        return held

    async def _look_at_screens(self, session: Session) -> None:
        """The canary: the named screens must be there before the first claim is opened."""
        reader = await session.reader()
        missing = await reader.canary()
        self.claims.readers.put_nowait(reader)  # its page is the first of the run's
        if missing:
            await self._exception("", "DRIFT", "; ".join(missing)[:400])
            self.course.stop_reason = ends.SCREENS_UNLIKE_SELECTORS

    async def _list(self) -> None:
        """Put the claims of the portal's list, or what is approved, into the run's own list."""
        if await self.store.call(work.is_listed, self.id):
            return
        done = await self._already_done()
        rows: list[tuple[str, str, str]] = []
        is_whole = True
        async for ref, proposal in self._refs():
            if self._takes_no_more():
                is_whole = False
                break
            if ref.number in done:
                continue
            rows.append((ref.number, ref.status, proposal))
            if len(rows) >= _ROWS_AT_ONCE:
                await self.store.call(work.list_claims, self.id, rows)
                rows = []
        await self.store.call(work.list_claims, self.id, rows)
        if is_whole:
            await self.store.call(work.mark_listed, self.id)
            crashpoint("run.listed")
        else:
            self.course.left_over = True

    async def _refs(self) -> AsyncIterator[tuple[ClaimRef, str]]:
        """The claims to list, each with the id of an approved proposal, or an empty one."""
        if self.request.query.queue == "approved":
            numbers = self.request.query.numbers  # of a retry; all where none is named
            for proposal in self.claims.held.values():
                if not numbers or proposal.number in numbers:
                    yield ClaimRef(self.request.portal, proposal.number, "approved"), proposal.id
            return
        reader = await self.claims.readers.get()
        try:
            async for ref in reader.worklist(self.request.query):
                yield ref, ""
        finally:
            self.claims.readers.put_nowait(reader)

    async def _already_done(self) -> frozenset[str]:
        if not self.request.resume:
            return frozenset()
        return await self.store.call(records.seen_numbers, self.request.resume)

    async def _exception(
        self, number: str, code: str, text: str, saved: datetime | None = None, intent: str = ""
    ) -> None:
        said = NewException.of(code, text, saved=saved, intent=intent)
        await self.store.call(records.keep_exception, self.id, number, said)

    async def _log(self, kind: str, body: dict[str, object]) -> Record:
        return await asyncio.to_thread(
            self.ledger.append,
            kind,
            run=self.id,
            actor=self.request.requested_by or "claimbots",
            body=body,
        )

    async def _end(self, state: RunState, code: int = 0) -> RunSummary:
        """Close the run. `code` is the exit of what broke it off, if something did."""
        with contextlib.suppress(Problem):  # whatever it is that ends the run
            await self._tell_others_of_refusal()
        is_paused = self.course.stop_reason.startswith(work.PAUSED)
        hands_back = self.hands_back and self.course.stop_reason == ends.STOPPED_BY_SIGNAL
        aside = RunState.PAUSED if is_paused else RunState.PENDING if hands_back else None
        said = (aside or state).value
        audit_line = "the audit log could not be written"
        text = ""
        # What was broken off may have saved, and come no further than to put it on the log.
        if kept := await keep_what_is_missing(self.store, self.ledger, self.id, self._begun_after):
            log.warning("kept from the log what was broken off", run=self.id, kept=kept)
        limit = self.office.portal.save_limit_seconds
        await say_whether_one_may_land(self.store, self.ledger, self.id, self._worker, limit)
        with contextlib.suppress(LedgerBroken):
            await self._log("run-ended", {"state": said, "claims": self.course.seen})
            checkpoint = await asyncio.to_thread(self.ledger.checkpoint)
            await self.store.call(
                records.keep_anchor, checkpoint.origin, checkpoint.size, checkpoint.text
            )
            audit_line = f"audit log: {checkpoint.size} records, checkpoint signed"
            text = checkpoint.text
        course = self.course
        left_over = state is not RunState.DONE or course.left_over or course.ceiling
        left_over = left_over or course.read_only
        code = code or (3 if left_over else 0)
        if aside is not None:
            put = work.put_aside if is_paused else work.hand_back
            await self.store.call(put, self.id, self._worker)
            return RunSummary(
                run=self.id,
                state=aside,
                counts=await self.store.call(records.run_counts, [self.id]),
                exit=3,
                stop_reason=self.course.stop_reason,
            )
        await self.store.call(work.release, self.id)
        crashpoint("run.before_end")
        await self.store.call(
            records.end_run,
            self.id,
            Ending(
                state=state,
                exit=code,
                ceiling_hit=course.ceiling,
                stop_reason=course.stop_reason or course.read_only,
                selector_ranks=self.ranks,
                checkpoint=text,
                audit_line=audit_line,
            ),
        )
        crashpoint("run.ended")
        await asyncio.to_thread(self._propose_repairs)
        reports: ReportFiles | None = None
        if self.request.report:
            reports = await self.store.call(write_report, self.id, self.office.places)
        counts = await self.store.call(records.run_counts, [self.id])
        return RunSummary(
            run=self.id,
            state=state,
            counts=counts,
            exit=code,
            stop_reason=course.stop_reason or course.read_only,
            reports=reports,
            audit_line=audit_line,
            new_corrections=counts.saves,
            settled=self.settled,
        )

    def _propose_repairs(self) -> None:
        """Where screens have drifted: the selector file as it would have to be, as a patch."""
        if not self.repairs:
            return
        kind = self.office.portal.kind
        try:
            text = (selectors_folder() / f"{kind}.yaml").read_text(encoding="utf-8")
            proposed = patch(text, f"selectors/{kind}.yaml", self.repairs)
            path = keep_patch(self.office.places, self.id, proposed)
        except OSError as error:
            log.warning("the patch could not be written", error=error.strerror)
            return
        log.warning("the portal's screens have drifted; a patch is proposed", path=str(path))


def _login_problem(error: LoginRefused, office: Office) -> Problem:
    return Problem(
        f"the portal refused the log-in ({error})",
        where=f"portals.yaml {office.name} credential {office.portal.credential}",
        do="it is not tried again; put it right with `claimbots credentials set` or `unlock`",
    )


def facts_of(request: RunRequest, office: Office) -> NewRun:
    """What is kept of a run before it begins."""
    return NewRun(
        portal=request.portal,
        queue=request.query.queue,
        mode="live" if office.writes else "shadow",
        kind=RunKind.of_queue(request.query.queue),
        as_of=office.today,
        requested_by=request.requested_by,
        scheduled=request.scheduled,
        query=in_words(request),
        policy_version=office.policy.version,
        synthetic=office.codesets.synthetic,
        account=office.portal.credential,
    )
