"""The one thread that talks to the store.

Django's connection belongs to a thread and its ORM is synchronous, so asyncio hands every
question to this thread and waits. One transaction is one call: none spans an await.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from bots.places import Places
from bots.store import database

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
            Problem: the database or the disk failed; else whatever `fn` raises.
        """

        def asked() -> R:
            with database.speaking(self._places):
                return fn(*args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._pool, asked)

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
