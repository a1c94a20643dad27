"""The only way to an `Editor`: with an intent that the ledger has put on disk.

Nothing but `bots.hands` imports this module (an import contract holds it to that).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from bots.ledger import OpenIntent
from bots.portals.base import Editor
from bots.portals.registry import editor_of
from bots.portals.session import Session


def open_editor(session: Session, intent: OpenIntent) -> AbstractAsyncContextManager[Editor]:
    """An editor of the intent's claim, on a page of its own that shows no kept copy.

    Raises:
        TypeError: not an intent that the ledger opened.
    """
    if type(intent) is not OpenIntent:
        raise TypeError("an editor acts only on an intent that the ledger opened")
    return _opened(session, intent)


@asynccontextmanager
async def _opened(session: Session, intent: OpenIntent) -> AsyncIterator[Editor]:
    async with session.tab(uncached=True) as tab:
        yield editor_of(session.portal.kind)(tab, intent)
