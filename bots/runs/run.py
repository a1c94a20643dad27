"""Ask for a run and wait for its end; where no worker is alive, be the worker."""

from __future__ import annotations

import asyncio
import hashlib
import json

from bots.errors import Problem
from bots.places import Places, here
<<<<<<< HEAD
from bots.runs import ends
from bots.runs.at_work import Progress, facts_of
from bots.runs.office import Occupied, Office, open_office
from bots.runs.request import RunRequest, RunSummary, as_json
from bots.runs.worker import Worker
from bots.store import records, work
from bots.store.facts import Ending, RunState
=======
from bots.portals.base import (
    BusinessError,
    ElementMissing,
    LoginRefused,
    PortalError,
    PortalFault,
    Reader,
)
from bots.portals.looking import looking
from bots.portals.session import Session
from bots.reports import ReportFiles, write_report
from bots.runs.claim import (
    CHANGE_OUTCOMES,
    Approved,
    Rules,
    Told,
    apply_approved,
    code_of,
    process,
)
from bots.runs.lapsed import approved_by, lapsed
from bots.runs.lost import changes_of, written_by
from bots.runs.office import Office, open_office, sole_run
from bots.runs.request import RunRequest, RunSummary
from bots.secrets.credentials import credential_for
from bots.store import brake, records
from bots.store.facts import (
    ClaimOutcome,
    Ending,
    ExceptionType,
    NewException,
    NewRun,
    ProposalRecord,
    RunKind,
    RunState,
    SeenRecord,
)
>>>>>>> 1bae6d92cac1b85efa4f9abea6636954708b66e0
from bots.store.thread import StoreThread

_LOOK = 0.5  # seconds between two looks at a run that another process does
_WRONG, _LEFT_OVER = 2, 3  # exits


async def run(
    request: RunRequest,
    *,
    places: Places | None = None,
    progress: Progress | None = None,
    ending: asyncio.Event | None = None,
) -> RunSummary:
    """Have one run done and say how it ended.

    A worker that is alive does it, and this looks on. Where none is, this process takes the data
    folder and does it itself, after what a dead worker left. The very same run, asked for while
    it waits or is at work, is that one.

    Args:
        ending: once it is set no further claim and no save is begun; what was begun is ended.

    Raises:
        Problem: wrong configuration, a log-in that was refused, or the run failed.
    """
<<<<<<< HEAD
    places, ending = (places or here()).made(), ending or asyncio.Event()
    office = await asyncio.to_thread(
        open_office, places, request.portal, shadow=request.shadow, as_of=request.as_of
=======
    places = (places or here()).made()
    office = open_office(places, request.portal, shadow=request.shadow, as_of=request.as_of)
    with sole_run(places):
        async with StoreThread(places) as store:
            origin = office.settings.ledger.origin
            ledger = await asyncio.to_thread(Ledger.of_office, places, origin, office.master)
            return await _Run(request, office, store, ledger, progress, ending).whole()


class _Run:
    """One run's parts, so that each step reads as a sentence."""

    def __init__(
        self,
        request: RunRequest,
        office: Office,
        store: StoreThread,
        ledger: Ledger,
        progress: Progress | None,
        ending: asyncio.Event | None,
    ) -> None:
        self.request, self.office, self.store, self.ledger = request, office, store, ledger
        self.progress, self.ending = progress, ending
        self.course = _Course()
        self.settled: dict[str, int] = {}
        self.id = ""
        self.ranks: dict[str, dict[int, int]] = {}
        self.saves_before_today = 0
        self.begun = 0

    async def whole(self) -> RunSummary:
        """Begin, do, end; the end comes whatever happens in between."""
        await self._begin()
        state = RunState.DONE
        problem: Exception | None = None
        try:
            await self._do()
        except LoginRefused as error:
            state, problem = RunState.FAILED, _login_problem(error, self.office)
            await self._exception("", ExceptionType.BUSINESS, error.code, "log-in refused")
        except LedgerBroken as error:
            state, self.course.stop_reason = RunState.STOPPED, "the audit log cannot be written"
            problem = error if isinstance(error, Problem) else None
        except PortalError as error:
            state, self.course.stop_reason = RunState.FAILED, _words(error)
            await self._exception("", ExceptionType.APPLICATION, error.code, str(error))
        except asyncio.CancelledError:
            self.course.stop_reason = STOPPED_BY_SIGNAL
            await asyncio.shield(self._end(RunState.STOPPED))
            raise
        except Exception as error:  # no browser, no log-in kept, a fault of ours: closed as well
            state, problem = RunState.FAILED, error
            what = error.what if isinstance(error, Problem) else type(error).__name__
            self.course.stop_reason = what
        if self.course.stop_reason and state is RunState.DONE:
            state = RunState.STOPPED
        summary = await self._end(state)
        if problem is not None:
            raise problem
        return summary

    async def _begin(self) -> None:
        office, request = self.office, self.request
        record = await self.store.call(
            records.start_run,
            NewRun(
                portal=request.portal,
                queue=request.query.queue,
                mode="live" if office.writes else "shadow",
                kind=_KINDS[request.query.queue],
                as_of=office.today,
                requested_by=request.requested_by,
                scheduled=request.scheduled,
                query=_plain(request),
                policy_version=office.policy.version,
                tables=office.tables(),
                checks=office.asked(),
                synthetic=office.codesets.synthetic,
            ),
        )
        self.id = record.id
        await self._end_lost_runs()
        zone = ZoneInfo(office.settings.office.time_zone)
        self.saves_before_today = await self.store.call(
            records.corrections_on, record.started_at.astimezone(zone).date(), zone
        )
        await self._log("run-started", {"mode": record.mode, "queue": record.queue})

    async def _end_lost_runs(self) -> None:
        """Close the rows of runs that were killed, and keep what the log says they saved.

        Only one run works in a data folder, so that whatever is not ended is dead.
        """
        for lost in await self.store.call(records.unended_runs):
            if lost.id == self.id:
                continue
            written = await asyncio.to_thread(written_by, self.ledger, lost.id)
            known = await self.store.call(records.intents_kept, [w.intent for w in written])
            for entry in written:
                if entry.intent not in known:
                    await self.store.call(
                        records.keep_settled, self.id, entry.claim, entry.changes
                    )
            log.warning("a run was killed", run=lost.id, kept=len(written) - len(known))
            await self.store.call(
                records.end_run, lost.id, Ending(RunState.FAILED, stop_reason="it was killed")
            )

    async def _do(self) -> None:
        office = self.office
        if self._takes_no_more():
            return
        credential = await asyncio.to_thread(
            credential_for, office.portal.credential, office.places, office.master
        )
        async with Session.opened(
            office.name,
            office.portal,
            credential,
            settings=office.settings,
            places=office.places,
            master=office.master,
        ) as session:
            try:
                await session.log_in()
                self.at = self._workplace(session)
                self.rules = await self._rules()
                await self._settle()
                held = await self._approvals_that_hold()
                await self._look_at_screens(session)
                if self.request.query.queue == "approved":
                    await self._apply_approved(session, held)
                else:
                    await self._take_claims(session)
            finally:
                self.ranks = {name: dict(ranks) for name, ranks in session.ranks.items()}

    def _takes_no_more(self) -> bool:
        """Whether the run ends after this claim; the portal's quiet hours end it, too."""
        portal, office = self.office.portal, self.office.settings.office
        now = datetime.now(ZoneInfo(portal.time_zone or office.time_zone)).replace(tzinfo=None)
        if not self.course.stop_reason and portal.closed_until(now) is not None:
            self.course.stop_reason = "the portal's quiet hours or maintenance"
        return self._is_ending() or bool(self.course.stop_reason)

    def _is_ending(self) -> bool:
        if self.ending is not None and self.ending.is_set() and not self.course.stop_reason:
            self.course.stop_reason = STOPPED_BY_SIGNAL
        return self.course.stop_reason == STOPPED_BY_SIGNAL

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
        if brake.is_stopped(self.office.places):
            return "claimbots stop is on"
        if self._is_ending() or self.course.stop_reason:
            return self.course.stop_reason
        if not is_correction:
            return None
        if self.begun >= limits.corrections_per_run:
            self.course.ceiling = f"{limits.corrections_per_run} corrections in this run"
        elif self.saves_before_today + self.begun >= limits.corrections_per_day:
            self.course.ceiling = f"{limits.corrections_per_day} corrections today"
        else:
            # Spent before the save begins: pages side by side must not pass it together.
            self.begun += 1
            return None
        return self.course.ceiling

    async def _settle(self) -> None:
        """Find out what became of the intents that an earlier process left open."""
        for intent in await asyncio.to_thread(self.ledger.open_intents):
            if intent.portal != self.request.portal:
                continue  # one log a host: its own portal's next run settles it
            done = await settle(intent, self.at)
            name = str(done.outcome)
            self.settled[name] = self.settled.get(name, 0) + 1
            log.info("settled", intent=intent.id, outcome=name)
            if done.outcome in {Outcome.CONFIRMED, Outcome.CONFLICT}:
                became = CHANGE_OUTCOMES[done.outcome]
                changes = changes_of(intent.id, intent.changes, intent.checks, became)
                await self.store.call(records.keep_settled, self.id, intent.claim_number, changes)
            if done.outcome is Outcome.CONFLICT:
                await self._exception(
                    intent.claim_number, ExceptionType.BUSINESS, code_of(done), done.words
                )
            if done.outcome is Outcome.UNKNOWN:
                self.course.left_over = True

    async def _approvals_that_hold(self) -> list[ProposalRecord]:
        """The approved proposals, without those whose approval has run out or is too few.

        Of those it is said why. A live run lays them down, so that they are proposed anew; to
        a shadow run on another queue they are no matter.
        """
        held = []
        approvals = self.office.settings.approvals
        for proposal in await self.store.call(records.approved_proposals, self.request.portal):
            lapse = lapsed(proposal, approvals, datetime.now(UTC))
            if lapse is None:
                held.append(proposal)
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
        if missing:
            await self._exception("", ExceptionType.APPLICATION, "DRIFT", "; ".join(missing)[:400])
            self.course.stop_reason = "the portal's screens are not as the selector file says"

    async def _take_claims(self, session: Session) -> None:
        pages = self.request.pages or self.office.portal.pages or self.office.settings.run.pages
        queue: asyncio.Queue[tuple[int, ClaimRef] | None] = asyncio.Queue(maxsize=2 * pages)
        done = await self._already_done()
        lister = asyncio.create_task(self._list(session, queue, pages, done))
        workers = [asyncio.create_task(self._work(session, queue)) for _ in range(pages)]
        tasks = [lister, *workers]
        try:
            await _first_failure_ends_all(tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _already_done(self) -> frozenset[str]:
        if not self.request.resume:
            return frozenset()
        return await self.store.call(records.seen_numbers, self.request.resume)

    async def _list(
        self,
        session: Session,
        queue: asyncio.Queue[tuple[int, ClaimRef] | None],
        pages: int,
        done: frozenset[str],
    ) -> None:
        position = 0
        try:
            async for ref in self._refs(await session.reader()):
                if self._is_ending() or self.course.stop_reason:
                    break
                if ref.number in done:
                    continue
                position += 1
                await queue.put((position, ref))
        finally:
            # Not awaited while being cancelled: the workers are cancelled as well then.
            if not asyncio.current_task().cancelling():  # type: ignore[union-attr]
                for _ in range(pages):
                    await queue.put(None)

    def _refs(self, reader: Reader) -> AsyncIterator[ClaimRef]:
        return reader.worklist(self.request.query)

    async def _work(
        self, session: Session, queue: asyncio.Queue[tuple[int, ClaimRef] | None]
    ) -> None:
        reader = await session.reader()
        while (entry := await queue.get()) is not None:
            if self._takes_no_more():
                self.course.left_over = True
                continue
            position, ref = entry
            told = await self._one(reader, ref, position)
            await self._keep(told)
            pace, saved = self.office.portal.pace, any(change.intent for change in told.changes)
            rest = max(pace.between_opens, pace.between_saves if saved else 0)
            if rest:
                await asyncio.sleep(rest)

    async def _one(self, reader: Reader, ref: ClaimRef, position: int) -> Told:
        """Take one claim through; whatever it meets ends in something to keep."""
        told: Told | None = None
        try:
            for _ in range(2):
                case = await self._read(reader, ref)
                before = told
                told, again = await process(case, ref, position, self.rules, self.at)
                if before is not None:
                    told.changes = before.changes + told.changes
                if not again:
                    break
            assert told is not None
            self.course.drift = self.course.faults = 0
            return told
        except (LoginRefused, LedgerBroken):
            raise
        except BusinessError as error:
            return _failed(ref, position, ExceptionType.BUSINESS, error.code, str(error))
        except PortalFault as error:
            self._count_fault(error)
            return _failed(ref, position, ExceptionType.APPLICATION, error.code, str(error))
        except PortalError as error:
            self.course.stop_reason = _words(error)
            return _failed(ref, position, ExceptionType.APPLICATION, error.code, str(error))
        except Exception as error:  # a fault of ours must not cost the other claims
            log.error("claim failed", error=type(error).__name__)
            return _failed(
                ref, position, ExceptionType.APPLICATION, "UNEXPECTED", type(error).__name__
            )

    async def _read(self, reader: Reader, ref: ClaimRef) -> Case:
        """A fault of the machinery is tried again twice, a refusal never."""
        return await looking(self.at.session)(reader.open, ref, self.office.today)

    def _count_fault(self, error: PortalFault) -> None:
        self.course.faults += 1
        self.course.drift = self.course.drift + 1 if isinstance(error, ElementMissing) else 0
        if self.course.drift >= _DRIFT_AFTER:
            self.course.stop_reason = "the portal's screens have changed"
        elif self.course.faults >= _FAULTS_IN_A_ROW:
            self.course.stop_reason = f"{self.course.faults} faults in a row"

    async def _keep(self, told: Told) -> None:
        if told.halted and not self.course.ceiling:
            self.course.stop_reason = self.course.stop_reason or told.halted
        if told.halted or any(e.type is ExceptionType.APPLICATION for e in told.exceptions):
            self.course.left_over = True
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
        )
        self.course.outcomes[told.seen.number] = told.seen.outcome.value
        self.course.seen += 1
        if self.progress:
            self.progress(self.course.seen)

    async def _apply_approved(self, session: Session, waiting: Sequence[ProposalRecord]) -> None:
        """Each approved proposal: read and check the claim again, then do it or say stale."""
        reader = await session.reader()
        for position, proposal in enumerate(waiting, start=1):
            if self._takes_no_more():
                break
            ref = ClaimRef(self.request.portal, proposal.number, "approved")
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
            try:
                case = await self._read(reader, ref)
                told = await apply_approved(case, ref, position, self.rules, self.at, approved)
            except BusinessError as error:
                told = _failed(ref, position, ExceptionType.BUSINESS, error.code, str(error))
            except PortalFault as error:
                self._count_fault(error)
                told = _failed(ref, position, ExceptionType.APPLICATION, error.code, str(error))
            told.exceptions = [replace(entry, proposal=proposal.id) for entry in told.exceptions]
            told.seen = replace(told.seen, reviewed=False)  # keeps the claim's other proposals
            await self._keep(told)

    async def _exception(self, number: str, kind: ExceptionType, code: str, text: str) -> None:
        await self.store.call(
            records.keep_exception, self.id, number, NewException(kind, code, text)
        )

    async def _log(self, kind: str, body: dict[str, object]) -> None:
        await asyncio.to_thread(
            self.ledger.append,
            kind,
            run=self.id,
            actor=self.request.requested_by or "claimbots",
            body=body,
        )

    async def _end(self, state: RunState) -> RunSummary:
        audit_line = "the audit log could not be written"
        text = ""
        with contextlib.suppress(LedgerBroken):
            await self._log("run-ended", {"state": state.value, "claims": self.course.seen})
            checkpoint = await asyncio.to_thread(self.ledger.checkpoint)
            await self.store.call(
                records.keep_anchor, checkpoint.origin, checkpoint.size, checkpoint.text
            )
            audit_line = f"audit log: {checkpoint.size} records, checkpoint signed"
            text = checkpoint.text
        await self.store.call(
            records.end_run,
            self.id,
            Ending(
                state=state,
                ceiling_hit=self.course.ceiling,
                stop_reason=self.course.stop_reason,
                selector_ranks=self.ranks,
                checkpoint=text,
                audit_line=audit_line,
            ),
        )
        reports: ReportFiles | None = None
        if self.request.report:
            reports = await self.store.call(write_report, self.id, self.office.places)
        counts = await self.store.call(records.run_counts, [self.id])
        left_over = state is not RunState.DONE or self.course.left_over or self.course.ceiling
        return RunSummary(
            run=self.id,
            state=state,
            counts=counts,
            exit=3 if left_over else 0,
            stop_reason=self.course.stop_reason,
            reports=reports,
            audit_line=audit_line,
            new_corrections=counts.saves,
            settled=self.settled,
            outcomes=self.course.outcomes,
        )


async def _first_failure_ends_all(tasks: list[asyncio.Task[None]]) -> None:
    pending = set(tasks)
    while pending:
        finished, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for task in finished:
            task.result()


def _failed(ref: ClaimRef, position: int, kind: ExceptionType, code: str, text: str) -> Told:
    seen = SeenRecord(ref.number, position, ClaimOutcome.FAILED, status=ref.status, reviewed=False)
    return Told(seen, exceptions=[NewException(kind, code, text)])


def _login_problem(error: LoginRefused, office: Office) -> Problem:
    return Problem(
        f"the portal refused the log-in ({error})",
        where=f"portals.yaml {office.name} credential {office.portal.credential}",
        do="it is not tried again; put it right with `claimbots credentials set` or `unlock`",
>>>>>>> 1bae6d92cac1b85efa4f9abea6636954708b66e0
    )
    wanted, run, told = digest(request), "", None
    async with StoreThread(places) as store:
        while True:
            try:
                async with Worker(
                    places, only=wanted, office=office, ending=ending, progress=progress
                ) as worker:
                    run = run or await _asked(store, request, office)
                    told = await worker.until_ended(run, office)
            except Occupied:
                run = run or await _asked(store, request, office)
            if ended := told or await _ended(store, run):
                return ended
            if ending.is_set():
                return await _left_alone(store, run)
            await _looked_on(store, run, progress)


async def _asked(store: StoreThread, request: RunRequest, office: Office) -> str:
    """The id of the run that was asked for."""
    new = facts_of(request, office)
    record, _ = await store.call(work.ask, new, as_json(request), digest(request))
    return record.id


async def have_done(
    request: RunRequest, store: StoreThread, places: Places, ending: asyncio.Event
) -> RunSummary:
    """Ask for a run that a worker of this data folder does, and wait for its end.

    Once `ending` is set it does not wait longer than for the run to be handed back.
    """
    office = await asyncio.to_thread(
        open_office, places, request.portal, shadow=request.shadow, as_of=request.as_of
    )
    run = await _asked(store, request, office)
    while (ended := await _ended(store, run)) is None:
        waits = (await store.call(records.get_run, run)).state is RunState.PENDING
        if ending.is_set() and waits:
            return await _summary(store, run)
        await _looked_on(store, run, None)
    return ended


async def watched(run: str, places: Places, progress: Progress | None) -> RunSummary:
    """Look on until a run has ended or is paused.

    Raises:
        Problem: it could not be done.
    """
    async with StoreThread(places) as store:
        while (ended := await _ended(store, run)) is None:
            await _looked_on(store, run, progress)
        return ended


def digest(request: RunRequest) -> str:
    """The same for two requests that mean the same run, whoever asks and why."""
    said = as_json(request)
    for name in ("requested_by", "report", "scheduled", "pages"):
        said.pop(name, None)
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


async def _ended(store: StoreThread, run: str) -> RunSummary | None:
    """How a run ended or was paused; None while it waits or is at work.

    Raises:
        Problem: it could not be done.
    """
    record = await store.call(records.get_run, run)
    if record.state in (RunState.PENDING, RunState.IN_PROGRESS):
        return None
    if record.state is RunState.FAILED and record.exit == _WRONG:
        raise Problem(
            record.stop_reason or "the run failed",
            where=f"run {run}",
            do=f"see `claimbots runs show {run}`",
        )
    return await _summary(store, run)


async def _looked_on(store: StoreThread, run: str, progress: Progress | None) -> None:
    await asyncio.sleep(_LOOK)
    if progress:
        progress((await store.call(work.standing, run)).done)


async def _left_alone(store: StoreThread, run: str) -> RunSummary:
    """Who asked goes: a run that nobody has begun is cancelled, one at work goes on."""
    record = await store.call(records.get_run, run)
    if record.state is RunState.PENDING:
        stopped = Ending(RunState.STOPPED, exit=_LEFT_OVER, stop_reason=ends.STOPPED_BY_SIGNAL)
        await store.call(records.end_run, run, stopped)
    return await _summary(store, run)


async def _summary(store: StoreThread, run: str) -> RunSummary:
    record = await store.call(records.get_run, run)
    counts = await store.call(records.run_counts, [run])
    return RunSummary(
        run=run,
        state=record.state,
        counts=counts,
        exit=record.exit if record.exit is not None else _LEFT_OVER,
        stop_reason=record.stop_reason,
        audit_line=record.audit_line,
        new_corrections=counts.saves,
    )
