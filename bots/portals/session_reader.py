"""What every reader does: gets in, keeps a page of its own, names what it saw and its days."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from bots.claims import Claim, ClaimRef

if TYPE_CHECKING:
    from bots.portals.session import Session
    from bots.portals.tab import Tab


class SessionReader:
    """The part of a `Reader` that is the same at every portal."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._tab: Tab | None = None

    async def log_in(self) -> None:
        """Get in, or find that the session still holds."""
        await self._session.log_in()

    async def own_tab(self) -> Tab:
        """This reader's page; a new one where the old one is spoiled."""
        if self._tab is None or not self._session.is_current(self._tab):
            old, self._tab = self._tab, None
            if old is not None:
                await self._session.give_back(old)
            self._tab = await self._session.take()
        return self._tab

    def ref(self, number: str, queue: str, status: str) -> ClaimRef:
        """A row of the worklist, read just now."""
        return ClaimRef(self._session.name, number, queue, status, datetime.now(UTC))


def first_and_last(claim: Claim, *others: date | None) -> tuple[date, date] | None:
    """The first and the last day of a claim: of its lines, its statement, and `others`."""
    days = [*others, claim.statement_from, claim.statement_through]
    days += [day for line in claim.lines for day in (line.service_date, line.service_date_end)]
    known = [day for day in days if day]
    return (min(known), max(known)) if known else None
