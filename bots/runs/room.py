"""A Control Room's work items, mirrored: the store says what became of an item, the room is told.

The room cannot be trusted to remember. Its file adapter (RC_WORKITEM_ADAPTER=FileAdapter) keeps a
release in memory only and begins its file of outputs anew with each process: after a crash every
item of the file is reserved again. So an item has a row in the store from its reservation on. Its
run is linked in the very transaction that makes the run, its release is kept before the room hears
it. Reserved anew, an item that was given back is given back in the same words, and one that
was not goes on with the run that it has.

Which item is the same: its task, id, payload and attached files, and where it comes from. An id of
the Control Room is its own for ever. An id of the file adapter is only the place in the file, so
the path of the file (RC_WORKITEM_INPUT_PATH) and the payload stand beside it. But a file may also
be meant anew, tonight as last night. What tells the two apart is whether the job came to its end:
a process that gave back the last item forgets the file's rows, one that died leaves them, for
twelve hours. An item of the Control Room is forgotten as soon as the room has its release: if it
comes again after that, a person or the room wants another try.

Output items are written once. The file adapter has lost those of a dead process, and gets them
again; the Control Room has kept them, so there only those that are missing are created. One whose
creation the process did not survive to note comes twice there; run and exception in it are the
same.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from robocorp import workitems

from bots.errors import Problem
from bots.places import here
from bots.runs import ends
from bots.runs.request import RunRequest, asked
from bots.store import exceptions, records, room, work
from bots.store.away import open_patiently, patiently
from bots.store.database import close
from bots.store.facts import ExceptionRecord, RunState
from bots.store.room import Release, ReservedItem

P = ParamSpec("P")
T = TypeVar("T")


class Room:
    """The items of one task, one after the other: `reserve`, work, `release`; then `end`."""

    def __init__(self, task: str) -> None:
        self._task = task
        self._key = self._job = ""
        self._keeps = True  # whether the room remembers what it was told
        self._known = ReservedItem()

    def reserve(self, item: workitems.Input) -> Release | None:
        """Begin with an item, or go on with it.

        Returns:
            How it was given back before, in which case there is nothing to do for it.

        Raises:
            Problem: the store cannot be asked.
        """
        self._keeps = not isinstance(item._adapter, workitems.FileAdapter)
        source = os.environ.get("RC_WORKSPACE_ID", "") if self._keeps else str(_input_file())
        self._job = _digest([self._task, source])
        self._key = _digest([self._task, source, item.id, item.payload, sorted(item.files)])
        self._known = _asked(room.reserve, self._key, self._job)
        if self._known.release is not None and not self._keeps:
            for payload in self._known.outputs:
                workitems.outputs.create(payload=payload)
        return self._known.release

    def asking(self, request: RunRequest) -> RunRequest:
        """How to ask for the item's run: as it was asked for, where it has one.

        A run that was closed before it was through is gone on with instead.

        Raises:
            Problem: the store cannot be asked.
        """
        if not self._known.run:
            return replace(request, item=self._key)
        record = _asked(records.get_run, self._known.run)
        is_closed = record.state in (RunState.FAILED, RunState.STOPPED)
        if is_closed and record.stop_reason in ends.INTERRUPTED:
            return replace(request, item=self._key, resume=record.id)
        return replace(asked(_asked(work.request_of, record.id)), item=self._key)

    def tell(self, payload: dict[str, Any]) -> None:
        """Give an output item to the room, unless it has it already.

        Raises:
            Problem: the store cannot be written.
        """
        if self._keeps and payload in self._known.outputs:
            return
        workitems.outputs.create(payload=payload)
        if payload not in self._known.outputs:
            _asked(room.keep_output, self._key, self._job, payload)

    def left_open(self, run: str) -> tuple[ExceptionRecord, ...]:
        """What is nobody's yet of a run and of those with which it went on.

        A job that died told nothing of its run, and the next one leaves those claims out.

        Raises:
            Problem: the store cannot be asked.
        """
        return _asked(exceptions.left_open, run)

    def release(self, item: workitems.Input, release: Release) -> None:
        """Give the item back; kept first, so that a crash cannot make it another answer."""
        with suppress(Problem):  # a store that cannot be written is said in the release itself
            _asked(room.keep_release, self._key, self._job, release)
        if not release.type:
            item.done()  # type: ignore[no-untyped-call]
        else:
            kind = workitems.ExceptionType(release.type)
            item.fail(exception_type=kind, code=release.code, message=release.message)
        if self._keeps:
            with suppress(Problem):
                _asked(room.forget, self._key)

    def end(self) -> None:
        """Every item was given back."""
        if self._job and not self._keeps:
            with suppress(Problem):
                _asked(room.forget_job, self._job)


def _asked(question: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """Ask the store, and let it go: the work that follows may fork.

    Again where PostgreSQL went away meanwhile: each question is one that may be asked twice.
    """

    try:
        open_patiently(here())
        return patiently(here(), question, *given, **named)
    finally:
        close()


def _input_file() -> Path:
    named = os.environ.get("RC_WORKITEM_INPUT_PATH") or os.environ.get("RPA_INPUT_WORKITEM_PATH")
    return Path(named or "").expanduser().resolve()


def _digest(said: list[Any]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
