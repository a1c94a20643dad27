"""The door: right, wrong once, locked, on another address, and a session that ends in mid-work."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bots.portals.base import AccountLocked, LoginRefused, NotAllowed, PortalError
from bots.portals.contract import surgery
from bots.portals.contract import wire as faults
from bots.portals.contract.items import Broken, Level, item
from bots.portals.contract.trial import Trial, log_in
from bots.portals.contract.wire import Matches, Wire
from bots.portals.login import RefusedBefore


@item("log-in-right", Level.BRONZE, "The right log-in gets in, and is not typed twice.")
async def right(trial: Trial) -> None:
    """Gets in with nothing kept, and finds the session still there when it is asked again."""
    wire = Wire()
    async with trial.visitor(trial.office.credential, wire) as session:
        with wire.counting(_typed(trial)) as typed:
            await log_in(trial.office, session)
            if not typed.pressed:
                raise Broken("it came in without a password being typed")
        with wire.counting(_typed(trial)) as again:
            await session.log_in()
            if again.pressed:
                raise Broken("it logged in again although the session held")


@item(
    "log-in-wrong-once",
    Level.GOLD,
    "A refused password is typed once, and never again for that secret.",
    essential=True,
)
async def wrong_once(trial: Trial) -> None:
    """In earnest, once, where the specimens allow it; else the refusal is played."""
    wire = Wire()
    wrong = replace(trial.office.credential, password=_nobodys())
    async with trial.visitor(wrong, wire) as session:
        with wire.counting(_typed(trial)) as typed:
            if trial.specimens.log_in.may_refuse_once:
                await _is_refused(session.log_in, LoginRefused)
            else:
                async with wire.playing(faults.instead(trial.door), _typed(trial)):
                    await _is_refused(session.log_in, LoginRefused)
            if typed.pressed != 1:
                raise Broken(f"the wrong password was sent {typed.pressed} times")
            await _is_refused(session.log_in, RefusedBefore)
            if typed.pressed != 1:
                raise Broken("the wrong password was sent again")


@item(
    "log-in-locked",
    Level.GOLD,
    "A locked account is told as locked, and not tried again.",
    essential=True,
)
async def locked(trial: Trial) -> None:
    """Played: the portal never hears of it."""
    wire = Wire()
    wrong = replace(trial.office.credential, password=_nobodys())
    selectors = trial.bench.session.selectors
    (alert, *_) = surgery.element(selectors, "door", "alert")
    says = surgery.script("say", surgery.ANYWHERE, text=trial.specimens.log_in.locked, kind=alert)
    page = faults.instead(trial.door, says)
    async with trial.visitor(wrong, wire) as session:
        with wire.counting(_typed(trial)) as typed:
            async with wire.playing(page, _typed(trial)):
                await _is_refused(session.log_in, AccountLocked)
            await _is_refused(session.log_in, RefusedBefore)
            if typed.pressed != 1:
                raise Broken(f"it was tried {typed.pressed} times")


@item(
    "log-in-elsewhere",
    Level.GOLD,
    "No secret is typed into a form that is sent to another address.",
    essential=True,
)
async def elsewhere(trial: Trial) -> None:
    """The form of the log-in page sends to another origin."""
    wire = Wire()
    nobody = replace(trial.office.credential, password=_nobodys())
    to_another = surgery.script("send_elsewhere", surgery.ANYWHERE, text="http://localhost:9/")
    async with trial.visitor(nobody, wire) as session:
        with wire.counting(_typed(trial)) as typed:
            async with wire.altering(to_another, _is_page_or_typed):
                code = await _refusal(session.log_in)
            if typed.pressed:
                raise Broken("the password was sent to another address")
            if code != NotAllowed.code:
                raise Broken(f"it is told as {code}")


@item(
    "log-in-expired",
    Level.GOLD,
    "A session that ends in mid-work costs a log-in and no claim.",
)
async def expired(trial: Trial) -> None:
    """A claim's screen is asked for, and the portal no longer knows the session."""
    number, shown = next(iter(trial.specimens.claims.items()))
    requests = trial.specimens.requests
    on = (requests.session or requests.claim).of(number)
    async with trial.wire.logged_out(on, trial.door):
        case = await trial.bench.read(number, shown.queue)
    if case.claim.number != number:
        raise Broken("another claim was read after the session had ended")


async def _is_refused(trying: Callable[[], Awaitable[None]], kind: type[PortalError]) -> None:
    """Demand that the log-in fails, and that it says so by its name."""
    code = await _refusal(trying)
    if code != kind.code:
        raise Broken(f"it is told as {code} and not as {kind.code}")


async def _refusal(trying: Callable[[], Awaitable[None]]) -> str:
    try:
        await trying()
    except PortalError as error:
        return error.code
    raise Broken("it came in")


def _nobodys() -> str:
    """A password of nobody, another each time: what was refused once is never typed again."""
    return f"contract-{secrets.token_hex(8)}"


def _is_typed(method: str, address: str, body: str) -> bool:
    return method != "GET"


def _typed(trial: Trial) -> Matches:
    """What carries a password: the request that the specimens name, else all that is no GET."""
    named = trial.specimens.requests.log_in
    return named.of() if named else _is_typed


def _is_page_or_typed(method: str, address: str, body: str) -> bool:
    file = address.rpartition("/")[2].partition("?")[0]
    return method != "GET" or "." not in file
