"""The tasks that robot.yaml names, for a Control Room: `-t pre_bill`, `look_back`, `check_files`.

A task takes its orders from work items and gives each failed claim back as an output item
of type BUSINESS or APPLICATION. Items carry ids and counts only, never a patient's data. The
runner's own log keeps the arguments of every call it sees: pyproject.toml keeps this package
out of it, and `_each_item` does so again where that file was not shipped.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from robocorp import log, workitems
from robocorp.tasks import task

from bots.errors import Problem
from bots.files.unread import Unread
from bots.runs.orders import CheckOrder, order_of

if TYPE_CHECKING:
    from bots.runs.room import Room
    from bots.store.room import Release

Work = Callable[[workitems.Input, "Room"], None]
_TRY_AGAIN = 3  # the exit of what passes by itself: a vault that is down, another worker at work


@task  # type: ignore[untyped-decorator]
def pre_bill() -> None:
    """Check the pending claims of a portal and correct what the policy allows."""
    _each_item("pre_bill", partial(_run, queue="pending"))


@task  # type: ignore[untyped-decorator]
def look_back() -> None:
    """Check the historical claims of a portal: flags and proposals, missed charges."""
    _each_item("look_back", partial(_run, queue="historical"))


@task  # type: ignore[untyped-decorator]
def check_files() -> None:
    """Check the claims of 837 and JSON files, named in the payload or attached."""
    _each_item("check_files", _check)


def _each_item(task: str, work: Work) -> None:
    """Do the work of every input item; one that fails is given back and costs no other."""
    from bots.runs.room import Room

    with log.suppress():
        room = Room(task)
        for item in workitems.inputs:
            room.release(item, _became(item, room, work))
        room.end()


def _became(item: workitems.Input, room: Room, work: Work) -> Release:
    """How the item is to be given back; where it was before, in the same words."""
    from bots.store.database import Unreachable
    from bots.store.room import Release

    try:
        known = room.reserve(item)
        if known is None:
            work(item, room)
        return known or Release()
    except workitems.BusinessException as error:
        return Release("BUSINESS", str(error.code), str(error.message))
    except workitems.ApplicationException as error:
        return Release("APPLICATION", str(error.code), str(error.message))
    except Problem as error:
        # What is wrong with the item itself was said by `_as_ordered`: this is the machinery.
        passes = error.exit == _TRY_AGAIN or isinstance(error, Unreachable)
        return Release("APPLICATION", "NOT_NOW" if passes else "CANNOT_WORK", error.sentence())
    except Exception as error:  # the text of an exception may quote a claim
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}"
        return Release("APPLICATION", "UNEXPECTED", f"{where}; please report it")


@contextmanager
def _as_ordered() -> Iterator[None]:
    """What the order itself has wrong: tried again it would be as wrong."""
    try:
        yield
    except Problem as error:
        raise workitems.BusinessException(error.sentence(), "WRONG_INPUT") from None


def _check(item: workitems.Input, room: Room) -> None:
    from bots.runs.check_files import check_files, rules_here

    with _as_ordered():
        order = order_of(CheckOrder, item.payload)
    rules = rules_here()
    with TemporaryDirectory(prefix="claimbots-") as folder:
        files = {**{path: str(path) for path in order.files}, **_attached(item, Path(folder))}
        if not files:
            raise workitems.BusinessException(
                'no file: name some in the payload under "files", or attach some', "NO_FILE"
            )
        outcomes = check_files(
            files,
            rules,
            today=datetime.now().astimezone().date(),
            as_of=order.as_of,
            history=order.history or None,
        )
        broken = 0
        for outcome in outcomes:
            broken += isinstance(outcome, Unread)
            failed = _failure(outcome)
            if failed:
                named = {"file": files.get(outcome.file, str(outcome.file))}
                room.tell(named | failed)
    if broken:
        raise workitems.BusinessException(
            f"{broken} entries could not be read; each is an output item", "UNREADABLE"
        )


def _failure(outcome: Any) -> dict[str, Any] | None:
    """What to say of a claim that cannot go out as it is; None where it can."""
    from bots.checks import Severity

    if isinstance(outcome, Unread):
        return {
            "position": outcome.position,
            "segment": outcome.segment,
            "type": "APPLICATION" if outcome.ours else "BUSINESS",
            "code": "CHECK_FAILED" if outcome.ours else "UNREADABLE",
            "message": outcome.error,
        }
    errors = [f.check for f in outcome.review.findings if f.severity is Severity.ERROR]
    if not errors:
        return None
    return {
        "position": outcome.position,
        "type": "BUSINESS",
        "code": "CLAIM_IN_ERROR",
        "message": f"{len(errors)} findings of severity error; see `claimbots check`",
        "checks": errors,
    }


def _attached(item: workitems.Input, folder: Path) -> dict[Path, str]:
    """The item's attachments in a folder of ours, under names of ours.

    A name such as `../x` would otherwise be a path: the runner joins it unchecked.
    """
    found: dict[Path, str] = {}
    for number, name in enumerate(item.files):
        path = folder / str(number)
        item.get_file(name, path=path)
        found[path] = name
    return found


def _run(item: workitems.Input, room: Room, queue: str) -> None:
    from asyncio import run as until_done

    from bots.config import config_folder, find_portal, load_portals
    from bots.portals.base import Query
    from bots.runs.orders import RunOrder
    from bots.runs.request import RunRequest
    from bots.runs.run import run
    from bots.store.facts import RunState

    portals = load_portals(config_folder())
    with _as_ordered():
        order = order_of(RunOrder, item.payload)
        find_portal(portals, order.portal)
    query = Query(
        queue=queue,
        since=order.since,
        until=order.until,
        facility=order.facility,
        code=order.code,
        min_charge=order.min_charge,
        numbers=order.claims or (),
        limit=order.limit,
    )
    request = RunRequest(
        portal=order.portal,
        query=query,
        shadow=order.shadow,
        pages=order.pages,
        as_of=order.as_of,
        requested_by="control room",
    )
    summary = until_done(run(room.asking(request)))
    # What a person has closed for good, or this run took through after all, is nobody's work.
    for record in room.left_open(summary.run):
        room.tell(
            {
                "run": record.run,
                "exception": record.id,
                "type": record.type,
                "code": record.code,
                # No message: what the portal said may name the patient, and stays in the store.
                "look": f"claimbots exceptions show {record.id}",
            }
        )
    if summary.state is not RunState.DONE:
        raise workitems.ApplicationException(
            f"run {summary.run} ended early; `claimbots runs show {summary.run}` says why",
            "RUN_STOPPED",
        )
