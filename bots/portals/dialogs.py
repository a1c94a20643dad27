"""The one handler of everything that opens by itself: dialogs, pop-ups, downloads.

A dialog that nobody answers stalls every call to its page, so each is answered at once:
leaving a page is confirmed, a text that the portal's file names is accepted, all else is
dismissed. Pop-ups are closed and downloads cancelled, unless somebody waits for one.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Coroutine
from typing import Any

from playwright.async_api import BrowserContext, Dialog, Download, Error, Page

_CLOSE_LIMIT = 5.0
_LONGEST = 160
_KEPT = 200


class Doorman:
    """Answers for one context; `words` says what came, without patient data."""

    def __init__(self, accepted: tuple[str, ...], words: list[str]) -> None:
        self._accepted, self.words = accepted, words
        self._tasks: set[asyncio.Task[None]] = set()
        self._awaited: set[Page] = set()
        self.dismissed: dict[Page, list[str]] = {}

    def watch(self, context: BrowserContext) -> None:
        """Answer the dialogs of every page of the context, pop-ups included."""
        context.on("dialog", lambda dialog: self._begin(self._answer(dialog)))

    def mind(self, page: Page) -> None:
        """Close what this page opens, and cancel what it downloads."""
        page.on("popup", lambda popup: self._pop_up(page, popup))
        page.on("download", lambda download: self._begin(self._cancel(download)))

    @contextlib.contextmanager
    def expecting_a_window(self, page: Page) -> Any:
        """Let `page` open a window meanwhile: the old corner of a portal needs one."""
        self._awaited.add(page)
        try:
            yield
        finally:
            self._awaited.discard(page)

    async def _answer(self, dialog: Dialog) -> None:
        text = for_people(dialog.message)
        if dialog.type == "beforeunload":
            await dialog.accept()
            return
        if any(known in dialog.message for known in self._accepted):
            self._say(f"accepted: {text}")
            await dialog.accept()
            return
        self._say(f"dismissed: {text}")
        if dialog.page is not None:
            self.dismissed.setdefault(dialog.page, []).append(text)
        await dialog.dismiss()

    def _pop_up(self, page: Page, popup: Page) -> None:
        if page not in self._awaited:
            self._say("closed a window that opened by itself")
            self._begin(popup.close())

    async def _cancel(self, download: Download) -> None:
        self._say("cancelled a download")
        await download.cancel()

    def _say(self, words: str) -> None:
        if len(self.words) < _KEPT:
            self.words.append(words)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        async def quietly() -> None:
            # The page may be gone before it is answered: then there is nothing to answer.
            with contextlib.suppress(Error, TimeoutError):
                async with asyncio.timeout(_CLOSE_LIMIT):
                    await work

        task = asyncio.ensure_future(quietly())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def for_people(text: str) -> str:
    """A portal's words for a report: one line, not too long, and no number of a person.

    A run of letters and digits with four digits or more may be an id: it is masked.
    """
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    masked = re.sub(r"\b(?=(?:[A-Za-z-]*\d){4})[A-Za-z\d-]+\b", "…", plain)
    return masked if len(masked) <= _LONGEST else masked[: _LONGEST - 1] + "…"
