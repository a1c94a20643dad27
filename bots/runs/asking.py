"""Ask for a run: a row in the store, which a worker takes up."""

from __future__ import annotations

import hashlib
import json

from bots.crashpoints import crashpoint
from bots.runs.at_work import facts_of
from bots.runs.office import Office
from bots.runs.request import RunRequest, as_json
from bots.store import work
from bots.store.thread import StoreThread


async def ask_for(request: RunRequest, office: Office, store: StoreThread) -> tuple[str, bool]:
    """The id of the run that is asked for, and whether it is a new one.

    Where the very same waits or is at work it is that one, whoever asked for it.
    """
    new = facts_of(request, office)
    said = as_json(request)
    record, is_new = await store.call(work.ask, new, said, digest(request), request.item)
    crashpoint("run.asked")
    return record.id, is_new


def digest(request: RunRequest) -> str:
    """The same for two requests that mean the same run, whoever asks and why."""
    said = as_json(request)
    for name in ("requested_by", "report", "scheduled", "item", "pages"):
        said.pop(name, None)
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
