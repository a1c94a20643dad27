"""A portal on trial: two log-ins side by side, and what the contract may touch.

The *bench* is where an item works; faults are put on its wire. The *other* is a second browser
that no fault ever meets: it says what is really on a record, and is the somebody else who changes
one.
Both write through `bots.hands`, with a ledger of the trial's own in a temporary folder.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bots.claims import Case, Change, ClaimRef
from bots.hands import Done, Order, Workplace, perform
from bots.ledger import Ledger
from bots.portals.base import LoginRefused, Query, Reader
from bots.portals.contract.items import NotTried
from bots.portals.contract.wire import Wire
from bots.portals.looking import looking
from bots.portals.session import Session

if TYPE_CHECKING:
    from bots.config import Portal, Settings
    from bots.places import Places
    from bots.portals.contract.specimens import Specimens
    from bots.secrets import Credential, MasterKey

Given = TypeVar("Given")
Brake = Callable[[bool], Awaitable[str | None]]


async def no_brake(is_correction: bool) -> str | None:
    """Nothing stops a write."""
    return None


@dataclass(frozen=True)
class Office:
    """Whose portal is on trial: what a session is opened with."""

    name: str
    portal: Portal
    credential: Credential
    settings: Settings
    places: Places  # of the trial: nothing of it is kept
    master: MasterKey
    selectors: Path | None = None
    on_refusal: Callable[[], None] = lambda: None  # the office must know, too
    log_in_of: Callable[[str], Credential] | None = None  # of a colleague, by its name


@dataclass
class Desk:
    """One log-in at the portal, and its way to read and to write."""

    session: Session
    ledger: Ledger
    save_limit: float
    brake: Brake = no_brake
    wire: Wire = field(default_factory=Wire)
    _readers: dict[str, Reader] = field(default_factory=dict)

    async def reader(self) -> Reader:
        """The desk's one reader; a page is taken once."""
        kind = self.session.portal.kind
        if kind not in self._readers:
            self._readers[kind] = await self.session.reader()
        return self._readers[kind]

    def ref(self, number: str, queue: str = "pending") -> ClaimRef:
        """A claim as a list tells it."""
        return ClaimRef(self.session.name, number, queue)

    async def open(self, number: str, queue: str = "pending") -> Case:
        """Read a claim, once: what it meets is raised."""
        reader = await self.reader()
        return await reader.open(self.ref(number, queue), datetime.now(UTC).date())

    async def read(self, number: str, queue: str = "pending") -> Case:
        """Read a claim as the product does: a fault of the machinery is met again, and mended."""
        return await looking(self.session)(self.open, number, queue)

    async def listed(self, query: Query) -> list[str]:
        """The numbers of a list, in the order in which they are told."""
        reader = await self.reader()
        return [ref.number async for ref in reader.worklist(query)]

    async def correct(self, case: Case, *changes: Change) -> Done:
        """Let the hands make changes; raises as `perform` does."""
        return await self.perform(case, changes=changes)

    async def perform(
        self,
        case: Case,
        *,
        changes: tuple[Change, ...] = (),
        note_key: str = "",
        note_text: str = "",
        hold_reason: str = "",
    ) -> Done:
        """Let the hands do one order; raises as they do."""
        order = Order(
            self.ref(case.claim.number),
            case,
            ("contract",),
            "the portal's contract is tried on a test account",
            changes=changes,
            note_key=note_key,
            note_text=note_text,
            hold_reason=hold_reason,
            decided_by="contract",
        )
        return await perform(order, self.workplace)

    @property
    def workplace(self) -> Workplace:
        """Where the hands work."""
        portal = self.session.portal
        return Workplace(
            session=self.session,
            ledger=self.ledger,
            portal=portal.model_copy(update={"save_limit_seconds": self.save_limit}),
            run="contract",
            actor="contract",
            shadow=False,
            policy_version="contract",
            tables="none",
            brake=self.brake,
        )


@dataclass
class Trial:
    """What an item of the contract is given.

    `spoiled` says why nothing more may be written, once a record could not be put back.
    """

    office: Office
    specimens: Specimens
    bench: Desk
    writing: bool
    ledger: Ledger
    spoiled: str = ""
    _other: Desk | None = None
    _colleague: Session | None = None
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, office: Office, specimens: Specimens, *, writing: bool, brake: Brake = no_brake
    ) -> AsyncIterator[Trial]:
        """A trial with the bench logged in.

        Raises:
            Problem, LoginRefused, NotAllowed, PortalFault: as a session and its log-in do.
        """
        ledger = await asyncio.to_thread(
            Ledger.of_office, office.places.made(), "contract", office.master
        )
        async with AsyncExitStack() as stack:
            stack.callback(ledger.close_files)
            seconds = specimens.deadline_seconds
            bench = await _desk(stack, office, specimens, ledger, brake, seconds)
            await log_in(office, bench.session)
            yield cls(office, specimens, bench, writing, ledger, _stack=stack)

    @property
    def wire(self) -> Wire:
        """The bench's wire."""
        return self.bench.wire

    @property
    def door(self) -> str:
        """The path at which a session is asked whether it still holds."""
        return self.bench.session.selectors.screens["door"].path()

    async def other(self) -> Desk:
        """The second log-in, started when it is first needed."""
        if self._other is None:
            brake, seconds = self.bench.brake, self.specimens.deadline_seconds
            desk = await _desk(
                self._stack, self.office, self.specimens, self.ledger, brake, seconds
            )
            await log_in(self.office, desk.session)
            self._other = desk
        return self._other

    async def colleague(self, name: str) -> Session:
        """A third browser, started when it is first needed, logged in as that colleague.

        Raises:
            NotTried: the office has no log-in of that name.
        """
        if self._colleague is None:
            credential = self.office.credential
            if name:
                if self.office.log_in_of is None:
                    raise NotTried(f"there is no log-in {name} here")
                credential = await asyncio.to_thread(self.office.log_in_of, name)
            session = await self._stack.enter_async_context(self.visitor(credential))
            await session.log_in()
            self._colleague = session
        return self._colleague

    @asynccontextmanager
    async def impatient(self) -> AsyncIterator[Trial]:
        """The same trial with a bench that gives up soon: for items in which nobody answers."""
        seconds = self.specimens.impatient_seconds
        other = await self.other() if self.writing else None
        async with AsyncExitStack() as stack:
            desk = await _desk(
                stack, self.office, self.specimens, self.ledger, self.bench.brake, seconds
            )
            await log_in(self.office, desk.session)
            trial = replace(self, bench=desk, _other=other)
            try:
                yield trial
            finally:
                self.spoiled = self.spoiled or trial.spoiled

    def visitor(
        self, credential: Credential, wire: Wire | None = None
    ) -> AbstractAsyncContextManager[Session]:
        """A browser of its own with nothing kept from before, and a log-in of its own."""
        wire = wire or Wire()
        seconds = self.specimens.deadline_seconds
        return session_of(self.office, credential, wire, seconds=seconds, forget=True)

    def may_write(self) -> None:
        """Stop an item that writes where nothing may be written.

        Raises:
            NotTried: writing was not asked for, or a record could not be put back.
        """
        if not self.writing:
            raise NotTried("it writes: ask for writing with --writing")
        if self.spoiled:
            raise NotTried(self.spoiled)


def given(piece: Given | None, key: str) -> Given:
    """A piece of the specimens.

    Raises:
        NotTried: they do not have it.
    """
    if piece is None:
        raise NotTried(f"the specimens have no `{key}`")
    return piece


async def log_in(office: Office, session: Session) -> None:
    """Get in; a refusal is remembered where the office keeps those, not only in the trial.

    Raises:
        LoginRefused, NotAllowed, PortalFault: as `Session.log_in` does.
    """
    try:
        await session.log_in()
    except LoginRefused:
        await asyncio.to_thread(office.on_refusal)
        raise


def session_of(
    office: Office,
    credential: Credential | None = None,
    wire: Wire | None = None,
    *,
    seconds: float | None = None,
    forget: bool = False,
) -> AbstractAsyncContextManager[Session]:
    """A session at the office's portal; `seconds` is its deadline where it is not the office's."""
    settings = office.settings
    if seconds is not None:
        browser = settings.browser.model_copy(update={"deadline_seconds": seconds})
        settings = settings.model_copy(update={"browser": browser})
    return Session.opened(
        office.name,
        office.portal,
        credential or office.credential,
        settings=settings,
        places=office.places,
        master=office.master,
        selectors=office.selectors,
        forget=forget,
        on_context=wire.mind if wire else None,
    )


async def _desk(
    stack: AsyncExitStack,
    office: Office,
    specimens: Specimens,
    ledger: Ledger,
    brake: Brake,
    seconds: float,
) -> Desk:
    wire = Wire()
    opening = session_of(office, wire=wire, seconds=seconds)
    session = await stack.enter_async_context(opening)
    limit = specimens.save_limit_seconds or office.portal.save_limit_seconds
    return Desk(session, ledger, limit, brake, wire)
