"""The one thread that talks to the store.

Django's connection belongs to a thread and its ORM is synchronous, so asyncio hands every
question to this thread and waits. One transaction is one call: none spans an await.

Where the store is in PostgreSQL, and it goes away for a moment (a restart, a switch to another
machine), the call is made again. Whether it was done the first time is then not known, so each
call is one that may be made twice: what is kept is kept once, and what was taken and not begun
is given out again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from bots.places import Places
from bots.store import database
from bots.store.away import patiently

P = ParamSpec("P")
R = TypeVar("R")


class StoreThread:
    """The store of `places`, for asyncio. Use it as `async with StoreThread(places) as store`."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")

    async def open(self) -> Self:
        """Connect and migrate; raises Problem as `database.connect` does."""
        await self.call(database.connect, self._places)
        return self

    async def call(self, fn: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run `fn` in the store's thread and return what it returns.

        A cancelled caller does not undo the call: what was handed over is finished.

        Raises:
            Problem: as `patiently`; else whatever `fn` raises.
        """
        asked = partial(patiently, self._places, fn, *args, **kwargs)
        # Without the shield a call that still waits for the thread would be taken back.
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._pool, asked))

    async def close(self) -> None:
        """Finish what was handed over, close the connection, end the thread."""
        await asyncio.get_running_loop().run_in_executor(self._pool, database.close)
        self._pool.shutdown(wait=True)

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()
