"""Durable workflows on DBOS: what has ended is not done again, what a dead worker had goes on.

The only module that knows DBOS. A *session* workflow is one run under one log-in; it takes the
claims that are due from our own table, a few at a time, and begins a *claim* workflow for each.
Only ids, counts and words of ours pass through here, as JSON: nothing in its database is run, and
nothing in it names a patient. Whether a claim is done, our own store says; DBOS may begin a
workflow twice, and the claim's own row (`bots.store.work`) then lets one of them do nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

import structlog
from dbos import DBOS, DBOSConfig, Serializer, SetWorkflowID, WorkflowHandleAsync

from bots.places import Places
from bots.store.address import database_url, line_of
from bots.store.database import closed_file

T = TypeVar("T")

SCHEMA = "1"  # of the workflows below: raised by hand when the order of their steps changes
_RECOVERIES = 5  # after so many deaths a workflow is left to our own table
_CONNECTIONS = 5  # of one worker to PostgreSQL, beside the store's own two
_PORTION = 500  # workflows forgotten at once: a statement takes so many values and no more
_SESSION, _QUEUED = "session", "ENQUEUED"

log = structlog.get_logger()


class Desk(Protocol):
    """Who does the work of the workflows in this process."""

    async def session(self, run: str, attempt: int, steps: Steps) -> str:
        """Do a run from its beginning to its end, or go on with it."""
        ...

    async def claim(self, run: str, item: int, attempt: int) -> str:
        """Take one claim through, or do nothing where it is not at work for this time."""
        ...


class Steps:
    """What a session may ask of DBOS. Asked in the same order when it is played again."""

    async def once(self, name: str, do: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Do it and keep what it gives; after a crash that is given again. JSON values only."""
        return await DBOS.run_step_async({"name": name}, do)

    async def begin_claim(self, run: str, item: int, attempt: int) -> Callable[[], Awaitable[str]]:
        """Begin a claim's workflow; gives what waits for its end."""
        with SetWorkflowID(f"{DBOS.workflow_id}:{item}.{attempt}"):
            handle = await DBOS.start_workflow_async(_claim, run, item, attempt)
        return handle.get_result


class Durable:
    """The workflows of this process, while it is launched."""

    def __init__(self, executor: str) -> None:
        self._executor = executor

    async def begin(self, run: str, attempt: int) -> WorkflowHandleAsync[str]:
        """Begin a run's session for the so-manieth time.

        Our own table counts the times, so what DBOS has of this one already is of another life of
        the store, such as one that was put back from a backup. It is not waited for: nobody is
        at it.
        """
        id = workflow_id(run, attempt)
        kept = await DBOS.get_workflow_status_async(id)
        # What is queued this process is about to begin by itself.
        if kept and kept.executor_id != self._executor and kept.status != _QUEUED:
            log.error("a session of another life is forgotten", run=run, was=kept.executor_id)
            await self.forget(id)
        with SetWorkflowID(id):
            return await DBOS.start_workflow_async(_session, run, attempt)

    async def recover(self, executors: list[str]) -> set[str]:
        """Go on with what dead executors had at work.

        Returns:
            The ids of the session workflows among it.
        """
        handles = await asyncio.to_thread(DBOS._recover_pending_workflows, executors)
        return {handle.workflow_id for handle in handles if ":" not in handle.workflow_id}

    async def version_of(self, workflow: str) -> str:
        """The version of ours whose workflow it is; empty where DBOS does not know it."""
        status = await DBOS.get_workflow_status_async(workflow)
        return (status.app_version or "") if status else ""

    async def forget(self, workflow: str) -> None:
        """Delete what is kept of a session that has ended; our own store has what counts."""
        while claims := await DBOS.list_workflows_async(
            parent_workflow_id=workflow, limit=_PORTION, load_input=False, load_output=False
        ):
            await DBOS.delete_workflows_async([claim.workflow_id for claim in claims])
        await DBOS.delete_workflows_async([workflow])


def workflow_id(run: str, attempt: int) -> str:
    """The id of a run's session."""
    return f"{run}.{attempt}"


@contextlib.asynccontextmanager
async def launched(places: Places, executor: str, desk: Desk) -> AsyncIterator[Durable]:
    """DBOS in this process and in this event loop, where the browser lives.

    Args:
        executor: unique to this life of this worker; what an earlier one had is not begun by
            itself (`Durable.recover`).
    """
    global _desk
    url = database_url(places)
    if not url:
        closed_file(places.workflows)
    _say_no_more_than_where()
    DBOS(
        config=DBOSConfig(
            name="claimbots",
            system_database_url=url or f"sqlite:///{places.workflows}",
            sys_db_pool_size=_CONNECTIONS,
            db_engine_kwargs={"connect_args": line_of(places)},
            application_version=SCHEMA,
            executor_id=executor,
            serializer=_Json(),
            enable_otlp=False,
        )
    )
    _desk = desk
    try:
        # In a thread it would live in a loop of its own. It takes some hundredths of a second.
        DBOS.launch()
        yield Durable(executor)
    finally:
        await asyncio.to_thread(DBOS.destroy)
        _desk = None
        # DBOS made its own threads the loop's, and they are gone.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())


_desk: Desk | None = None


@DBOS.workflow(name=_SESSION, max_recovery_attempts=_RECOVERIES)
async def _session(run: str, attempt: int) -> str:
    assert _desk is not None
    return await _desk.session(run, attempt, Steps())


@DBOS.workflow(name="claim", max_recovery_attempts=_RECOVERIES)
async def _claim(run: str, item: int, attempt: int) -> str:
    assert _desk is not None
    return await _desk.claim(run, item, attempt)


class _Json(Serializer):
    """Runs no code when it reads, and writes no text of an error: that may quote a screen."""

    def serialize(self, data: Any) -> str:
        return json.dumps(data, default=lambda value: {"kind": type(value).__name__})

    def deserialize(self, serialized_data: str) -> Any:
        return json.loads(serialized_data)

    def name(self) -> str:
        return "claimbots_json"


class _Where(logging.Handler):
    """Says of a message where it comes from: its text may hold what it could not keep."""

    def emit(self, record: logging.LogRecord) -> None:
        kind = record.exc_info[0] if record.exc_info else None
        log.warning(
            "dbos",
            where=f"{record.filename}:{record.lineno}",
            error=kind.__name__ if kind else "",
        )


def _say_no_more_than_where() -> None:
    theirs = logging.getLogger("dbos")
    theirs.handlers = [_Where(logging.WARNING)]
    theirs.propagate = False
