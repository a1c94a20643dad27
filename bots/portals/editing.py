"""The only way to an `Editor`: with an intent that the ledger has put on disk.

Nothing but `bots.hands` imports this module (an import contract holds it to that).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from bots.ledger import OpenIntent
from bots.portals.base import Editor
from bots.portals.registry import editor_of
from bots.portals.session import Session

Brake = Callable[[], Awaitable[None]]


def open_editor(
    session: Session, intent: OpenIntent, brake: Brake | None = None
) -> AbstractAsyncContextManager[Editor]:
    """An editor of the intent's claim, on a page of its own that shows no kept copy.

    `brake` is asked right before anything is sent; what it raises, the act raises.

    Raises:
        TypeError: not an intent that the ledger opened.
    """
    if type(intent) is not OpenIntent:
        raise TypeError("an editor acts only on an intent that the ledger opened")
    return _opened(session, intent, brake)


@asynccontextmanager
async def _opened(
    session: Session, intent: OpenIntent, brake: Brake | None
) -> AsyncIterator[Editor]:
    async with session.tab(uncached=True) as tab:
        tab.brake = brake
        try:
            yield editor_of(session.portal.kind)(tab, intent)
        finally:
            tab.brake = None
