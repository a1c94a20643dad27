"""Lists: whole, narrowed, empty, ten thousand rows, and what moves or fails on the way."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Sequence

from bots.portals.base import PortalFault, Query
from bots.portals.contract import surgery
from bots.portals.contract import wire as faults
from bots.portals.contract.items import Broken, Level, NotTried, item
from bots.portals.contract.specimens import Listed
from bots.portals.contract.trial import Trial, given

# What one row may leave behind: its number in two sets, and what the browser keeps of a page.
_BYTES_A_ROW = 500
_PATIENCE = 300_000  # bytes; a list this short is no measure of memory


@item("list-whole", Level.BRONZE, "Every claim of a list is told, each once, over all its pages.")
async def whole(trial: Trial) -> None:
    """The long list of the specimens, which takes more than one page."""
    many = trial.specimens.lists.many
    with trial.wire.counting(trial.specimens.requests.list.of()) as pages:
        numbers = await trial.bench.listed(many.query)
    _hold_against(numbers, many)
    if pages.pressed < 2:
        raise NotTried("the list of `lists.many` was on one page; name one with more claims")


@item("list-narrowed", Level.BRONZE, "A filter leaves the claims that it should, and no other.")
async def narrowed(trial: Trial) -> None:
    """The short list of the specimens, held against its numbers."""
    few = given(trial.specimens.lists.few, "lists.few")
    _hold_against(await trial.bench.listed(few.query), few)


@item("list-limited", Level.BRONZE, "No more claims are told than were asked for.")
async def limited(trial: Trial) -> None:
    """Two claims of the long list."""
    query = Query(queue=trial.specimens.lists.many.queue, limit=2)
    told = len(await trial.bench.listed(query))
    if told != 2:
        raise Broken(f"{told} claims were told and not 2")


@item("list-empty", Level.BRONZE, "A list without claims is empty, and no error.")
async def empty(trial: Trial) -> None:
    """The empty list of the specimens."""
    wanted = given(trial.specimens.lists.empty, "lists.empty")
    numbers = await trial.bench.listed(wanted.query)
    if numbers:
        raise Broken(f"{len(numbers)} claims were told of an empty list")


@item("list-row-gone", Level.GOLD, "A claim that slips between two pages is told all the same.")
async def row_gone(trial: Trial) -> None:
    """The second page lacks its first row, once."""
    await _told_though(trial, surgery.script("drop_row", _rows(trial)))


@item("list-row-twice", Level.GOLD, "A claim that stands in a list twice is told once.")
async def row_twice(trial: Trial) -> None:
    """The second page has a row twice, once."""
    await _told_though(trial, surgery.script("repeat_row", _rows(trial)))


@item(
    "list-never-whole",
    Level.GOLD,
    "A list that goes on showing fewer claims than it counts is an error.",
    essential=True,
)
async def never_whole(trial: Trial) -> None:
    """One claim is on no page, as often as they are read."""
    many = trial.specimens.lists.many
    if not many.has:
        raise NotTried("`lists.many` names no claim that is on it")
    script = surgery.script("drop_named", _rows(trial), text=many.has[0])
    async with trial.wire.altering(script, trial.specimens.requests.list.of()):
        await _fails(trial, many, "a claim is on none of its pages")


@item(
    "list-error-not-empty",
    Level.GOLD,
    "A list that fails is an error, and never an empty list.",
    essential=True,
)
async def error_not_empty(trial: Trial) -> None:
    """The portal answers 500 as often as it is asked."""
    on = trial.specimens.requests.list.of()
    async with trial.wire.playing(faults.answer(500), on):
        await _fails(trial, trial.specimens.lists.many, "the portal answers 500")


@item("list-500-once", Level.GOLD, "A page of a list that fails once costs no claim.")
async def fails_once(trial: Trial) -> None:
    """The second page is answered 500, once."""
    on = trial.specimens.requests.list.of()
    async with trial.wire.playing(faults.answer(500), on, times=1, after=1):
        _hold_against(await _listed(trial), trial.specimens.lists.many)


@item("list-expired", Level.GOLD, "A session that ends while a list is paged costs no claim.")
async def expired(trial: Trial) -> None:
    """The portal does not know the session on the second page."""
    on = trial.specimens.requests.list.of()
    async with trial.wire.logged_out(on, trial.door, after=1):
        _hold_against(await _listed(trial), trial.specimens.lists.many)


@item(
    "list-ten-thousand",
    Level.GOLD,
    "Ten thousand rows are told one by one, and none of them is kept.",
)
async def ten_thousand(trial: Trial) -> None:
    """Memory between the thousandth row and the last must grow by next to nothing a row."""
    wanted = given(trial.specimens.lists.ten_thousand, "lists.ten_thousand")
    reader = await trial.bench.reader()
    told, kept = 0, {}
    tracemalloc.start()
    try:
        async for _ in reader.worklist(wanted.query):
            told += 1
            if told in (1_000, 10_000):
                gc.collect()
                kept[told] = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    if told < max(wanted.at_least, 10_000):
        raise Broken(f"{told} claims were told")
    grown = kept[10_000] - kept[1_000]
    if grown > 9_000 * _BYTES_A_ROW + _PATIENCE:
        raise Broken(f"{grown // 9_000} bytes are kept of every row")


async def _told_though(trial: Trial, script: str) -> None:
    """The long list is told whole although one page of it is altered once."""
    on = trial.specimens.requests.list.of()
    async with trial.wire.altering(script, on, times=1, after=1):
        _hold_against(await _listed(trial), trial.specimens.lists.many)


async def _listed(trial: Trial) -> list[str]:
    return await trial.bench.listed(trial.specimens.lists.many.query)


async def _fails(trial: Trial, listed: Listed, why: str) -> None:
    try:
        numbers = await trial.bench.listed(listed.query)
    except PortalFault:
        return
    raise Broken(f"{why}, and {len(numbers)} claims were told as if they were all")


def _hold_against(numbers: Sequence[str], known: Listed) -> None:
    if len(numbers) != len(set(numbers)):
        raise Broken("a claim was told twice")
    if len(numbers) < known.at_least:
        raise Broken(f"{len(numbers)} claims were told, and {known.at_least} or more are there")
    missing = set(known.has) - set(numbers)
    if missing:
        raise Broken(f"{len(missing)} of the claims of `has` were not told")
    if known.numbers is not None and set(numbers) != set(known.numbers):
        raise Broken("not the claims of `numbers` were told")


def _rows(trial: Trial) -> surgery.Where:
    return surgery.element(trial.bench.session.selectors, "list", "claims")
