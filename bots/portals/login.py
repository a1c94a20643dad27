"""Gets into a portal: user name and password, then a one-time code; each secret tried once.

A refused log-in is remembered by a keyed digest before anything else happens and is not
typed again until a person says so; so is one that led to what only a person can answer. Nothing
secret is typed on another origin, nor into a form that is sent to one, nor below a CAPTCHA.

Authority: RFC 6238 (one-time codes; 30-second steps, a verifier takes a neighbour for drift).
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import structlog

from bots.errors import Problem
from bots.portals.base import (
    AccountLocked,
    LoginRefused,
    NotAllowed,
    PortalError,
    PortalFault,
)
from bots.portals.login_dialogs import give_in_dialogs
from bots.portals.pressing import press
from bots.portals.screen import Seen
from bots.portals.sure import Sure, sure
from bots.portals.tab import Tab, origin
from bots.secrets import refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bots.config import Portal, Settings
    from bots.places import Places
    from bots.secrets import MasterKey
    from bots.secrets.credentials import Credential

log = structlog.get_logger()

STEP = 30
_PATIENCE = 0.5  # seconds for a page to paint its door
_FARTHEST = 3  # windows that a code is waited for: 90 s
_UNKNOWN_AT_MOST = 3  # sessions in a row; portals lock an account after three to ten refusals
_STATES = ("signed_in_user", "username", "password_asked", "code", "captcha", "new_password")
# A status that says no to what was typed, whatever page comes with it.
_SAYS_NO, _LOCKED = frozenset({401, 403, 422, 423, 429}), 423


class RefusedBefore(LoginRefused):
    """This very log-in was refused before, and is not typed again."""

    code = "LOGIN_REFUSED_BEFORE"


class PasswordExpired(LoginRefused):
    """The portal wants a new password: a person chooses it."""

    code = "PASSWORD_EXPIRED"


class HumanAsked(LoginRefused):
    """The portal asks for a CAPTCHA or the like: a person logs in."""

    code = "CAPTCHA"


class HumanAskedFirst(HumanAsked):
    """It asks before anything is typed: nothing to remember, and it may be looked at again."""


class NotUnderstood(LoginRefused):
    """Again and again no answer that we know: it may be a no, and is taken for one."""


class CodeRefused(LoginRefused):
    """The portal refused the one-time code."""

    code = "CODE_REFUSED"


@dataclass
class Key:
    """A credential at work: what is typed, where it is read anew, which code was used last.

    Attributes:
        last_step: the window of the last code, in the portal's time.
        skew: seconds that the portal was ahead of this machine's clock then.
        before_typing: told right before anything secret is typed; it may raise.
        refused: the log-in that the portal refused under this key, if it did.
        is_sent: whether something secret was sent and nothing is known of what came of it.
        is_counted: whether that was counted; once a session, in which `before_typing` counts.
    """

    name: str
    credential: Credential
    places: Places
    master: MasterKey
    last_step: int = 0
    skew: float = 0.0
    source: Callable[[], Credential] | None = None
    before_typing: Callable[[], None] = lambda: None
    refused: Credential | None = None
    is_sent: bool = False
    is_counted: bool = False

    def read_anew(self) -> None:
        """Have what the source holds now: a password is changed where it lives, not here.

        A source that cannot be read now (a vault that is down, a file that is being replaced)
        ends no run: what was read before is typed, and where it is wrong, once.
        """
        if self.source is None:
            return
        try:
            self.credential = self.source()
        except Problem as problem:
            log.warning(
                "the log-in cannot be read anew; the one from before is used",
                name=self.name, what=problem.what,
            )  # fmt: skip

    def remember_refusal(self) -> None:
        """Never again this one, until a person unlocks it."""
        self.refused = self.credential
        refused.remember(self.name, self.credential, self.places, self.master)

    def remember_unknown(self) -> None:
        """What was sent got no answer that we know.

        Raises:
            NotUnderstood: for the third session in a row; remembered as a refusal.
        """
        if not self.is_sent or self.is_counted:
            return
        self.is_counted = True
        times = refused.count_unknown(self.name, self.credential, self.places, self.master)
        if times >= _UNKNOWN_AT_MOST:
            self.remember_refusal()
            raise NotUnderstood(
                f"{self.name} was typed in {times} sessions, one after the other, and the portal "
                "gave no answer that is known; that may be its way to refuse it, so it is not "
                "tried again. Look what it says, then "
                f"`claimbots credentials unlock {self.name}`"
            )

    def forget_unknown(self) -> None:
        """It went well."""
        self.is_counted = False
        refused.forget_unknown(self.name, self.places)

    def check(self) -> None:
        """Stop before a refused log-in is typed again.

        Raises:
            RefusedBefore: it was refused before.
        """
        if refused.is_refused(self.name, self.credential, self.places, self.master):
            raise RefusedBefore(
                f"the portal has refused the log-in {self.name} before; give a new one with "
                f"`claimbots credentials set {self.name}`, or `credentials unlock {self.name}`"
            )


async def enter(tab: Tab, key: Key) -> bool:
    """Find that the session still holds, or log in.

    Returns:
        Whether it had to log in.

    Raises:
        LoginRefused: the portal says no, or gave no known answer for the third session in a row;
            said once, remembered.
        LogInContested: `key.before_typing` says that it was typed often enough.
        NotAllowed: the log-in page is on another origin, or sends its form there.
        PortalFault: no known screen came.
    """
    key.is_sent = False
    try:
        typed = await _entered(tab, key)
    except LoginRefused:
        raise
    except PortalError:
        await asyncio.to_thread(key.remember_unknown)
        raise
    if typed:
        await asyncio.to_thread(key.forget_unknown)
    return typed


async def _entered(tab: Tab, key: Key) -> bool:
    await tab.go(tab.path("door"), "the log-in page", at_door=True)
    seen = await _where(tab)
    if "signed_in_user" in seen:
        return False
    await asyncio.to_thread(key.read_anew)
    key.check()
    _type_nothing_where_a_person_is_asked(seen, key)
    if "password_asked" in seen.screen.elements:
        seen = await give_in_dialogs(tab, key, seen, _same_origin)
        if "password_asked" in seen:
            raise _refused(key, seen.loose("alert"))
    elif "username" in seen and "password" in seen:
        seen = await _give_password(tab, key)
    elif "code" in seen:
        key.before_typing()
    if "code" in seen:
        seen = await _give_code(tab, key)
        if "password" in seen or "username" in seen:  # it begins anew: a no to the code
            raise _refused(key, seen.loose("alert"), of="code")
    _stop_at_what_needs_a_person(seen, key)
    if "signed_in_user" not in seen:
        raise PortalFault("log-in: an unknown screen after it")
    return True


async def _where(tab: Tab) -> Seen:
    """The door's state: waits until one of the known ones is painted."""
    # A door that is drawn by scripts comes long after its page.
    drawn = "password_asked" in tab.selectors.screens["door"].elements
    last = time.monotonic() + (tab.deadline if drawn else _PATIENCE)
    while True:
        seen = await tab.look("door")
        if any(state in seen for state in _STATES):
            return seen
        if time.monotonic() >= last:
            raise PortalFault("log-in: an unknown screen")
        await asyncio.sleep(0.2)


def _type_nothing_where_a_person_is_asked(seen: Seen, key: Key) -> None:
    if "captcha" in seen:
        raise HumanAskedFirst(
            f"the portal asks {key.name} to show that it is no robot; nothing was typed. A person "
            "must log in there"
        )
    if "new_password" in seen:
        raise _password_expired(key)


def _stop_at_what_needs_a_person(seen: Seen, key: Key) -> None:
    """After something was typed: typed again it would only count towards the portal's lock."""
    if "captcha" in seen:
        key.remember_refusal()
        raise HumanAsked(
            f"the portal asks {key.name} to show that it is no robot; a person must log in there, "
            f"then `claimbots credentials unlock {key.name}`"
        )
    if "new_password" in seen:
        key.remember_refusal()
        raise _password_expired(key)


def _password_expired(key: Key) -> PasswordExpired:
    return PasswordExpired(
        f"the portal wants a new password for {key.name}; choose one there, then "
        f"`claimbots credentials set {key.name}`"
    )


async def _give_password(tab: Tab, key: Key) -> Seen:
    user = await sure(tab, "door", "username")
    password = await sure(tab, "door", "password")
    button = await sure(tab, "door", "log_in")
    for box in (user, password, button):
        _same_origin(tab, box)
    key.before_typing()
    await tab.call(user.locator.fill(key.credential.username), "type the user name")
    await tab.call(password.locator.fill(key.credential.password), "type the password")
    seen = await _send(tab, key, button, "password")
    _stop_at_what_needs_a_person(seen, key)
    if "password" not in seen:
        return seen
    raise _refused(key, seen.loose("alert"))


def _refused(key: Key, words: str, status: int = 0, of: str = "password") -> LoginRefused:
    """The portal said no, in these words or by this status: remembered, and how it is told."""
    key.remember_refusal()
    if status == _LOCKED or "locked" in words.lower():
        return AccountLocked(
            f"the portal has locked the account of {key.name}; have it unlocked there, then "
            f"`claimbots credentials unlock {key.name}`"
        )
    by = f" (it answered {status})" if status else ""
    if of == "code":
        return CodeRefused(
            f"the portal refused the one-time code of {key.name}{by}; it is not tried again. "
            f"Find out why there, then `claimbots credentials unlock {key.name}`"
        )
    return LoginRefused(
        f"the portal refused user name or password of {key.name}{by}; it is not tried again. Give "
        f"the right ones with `claimbots credentials set {key.name}`"
    )


async def _give_code(tab: Tab, key: Key) -> Seen:
    if not key.credential.totp_seed:
        key.remember_refusal()
        raise CodeRefused(
            f"the portal asks {key.name} for a one-time code, and no seed is kept; give it with "
            f"`claimbots credentials set {key.name}`"
        )
    skew = key.skew  # as it was: a clock that is wrong stays so until somebody sets it right
    for last in (False, True):
        step = await _next_step(key, skew)
        seen, dated = await _try_code(tab, key, step)
        _stop_at_what_needs_a_person(seen, key)
        if "code" not in seen:
            key.last_step, key.skew = step, skew
            return seen
        used = "used" in seen.loose("alert").lower()
        if used:
            # By another process, which may have shown the next step's as well. Each try counts
            # towards the portal's lock, so the second one waits for a code that nobody can have.
            key.last_step = int((_now() + skew) // STEP) + 1
        if "locked" in seen.loose("alert").lower():
            key.remember_refusal()
            raise AccountLocked(f"the portal has locked the account of {key.name}")
        skew = dated or 0.0
        other = int((_now() + skew) // STEP)
        # One other window, and only where there is a reason to think that it is the right one.
        if last or (other == step and not used):
            break
    key.remember_refusal()
    clock = f"{skew:+.0f} s against the portal's" if skew else "the same as the portal's pages say"
    raise CodeRefused(
        f"the portal refused the one-time code of {key.name}. This machine's clock is {clock}: "
        f"set the clock right (codes may be off by 30 s), or give the right seed with `claimbots "
        f"credentials set {key.name}`; then `claimbots credentials unlock {key.name}`"
    )


async def _next_step(key: Key, skew: float) -> int:
    """The step to show next: a code works once, so never one that was shown before.

    A verifier takes the next step's code already, so that a second log-in within thirty
    seconds need not wait. A last step that is far ahead is of another clock, and no code of
    this one's was shown: the portal's answer says what time it is.
    """
    while True:
        now = int((_now() + skew) // STEP)
        if key.last_step > now + _FARTHEST:
            return now
        step = max(now, key.last_step + 1)
        if step <= now + 1:
            return step
        await asyncio.sleep(0.5)


async def _try_code(tab: Tab, key: Key, step: int) -> tuple[Seen, float | None]:
    box = await sure(tab, "door", "code")
    button = await sure(tab, "door", "verify")
    for element in (box, button):
        _same_origin(tab, element)
    code = await asyncio.to_thread(_code, key.credential.totp_seed, step)
    await tab.call(box.locator.fill(code), "type the one-time code")
    dates: list[str] = []
    seen = await _send(tab, key, button, "code", dates)
    return seen, _skew(dates)


def _code(seed: str, step: int) -> str:
    # RPA.MFA takes 0.85 s to import, so it is only there when a code is wanted; it knows the
    # code of this moment only.
    from RPA.MFA import MFA

    code: str = MFA().get_time_based_otp(otp_passcode=seed)
    if step != int(time.time() // STEP):
        import pyotp

        code = pyotp.TOTP(seed).at(step * STEP)
    return code


def _skew(dates: list[str]) -> float | None:
    """Seconds that the portal is ahead of us, by its Date header (whole seconds)."""
    try:
        theirs = parsedate_to_datetime(dates[-1])
    except (IndexError, ValueError, TypeError):
        return None
    ahead = theirs.timestamp() - _now()
    return ahead if abs(ahead) > 2 else 0.0


def _now() -> float:
    """This machine's clock."""
    return time.time()


def _same_origin(tab: Tab, element: Sure) -> None:
    if origin(tab.page.url) != origin(tab.address):
        raise NotAllowed("log-in: the page is on another address; nothing was typed")
    if element.action and origin(element.action) != origin(tab.address):
        raise NotAllowed("log-in: the form is sent to another address; nothing was typed")


async def _send(
    tab: Tab, key: Key, button: Sure, box: str, dates: list[str] | None = None
) -> Seen:
    """Send what was typed into the box, once; the door as it is then.

    Raises:
        LoginRefused: the portal says no by its status alone; remembered.
        NotAllowed, PortalFault: as `Tab.go` does.
    """
    what = "send the password" if box == "password" else "send the one-time code"

    def heard(response: object) -> None:
        headers = getattr(response, "headers", {})
        if dates is not None and "date" in headers:
            dates.append(headers["date"])

    tab.page.on("response", heard)
    try:
        pressed = await press(tab, button, what)
    finally:
        tab.page.remove_listener("response", heard)
    key.is_sent = key.is_sent or pressed.sent
    if pressed.trouble or not pressed.sent:
        raise PortalFault(f"{what}: {pressed.trouble or 'the page did not send it'}")
    if 400 <= pressed.status < 500:
        tab.check(200, what, at_door=True)  # where it led to
        if (seen := await _after_a_no(tab, key, box, pressed.status)) is not None:
            return seen
    tab.check(pressed.status, what, at_door=True)
    return await _where(tab)


async def _after_a_no(tab: Tab, key: Key, box: str, status: int) -> Seen | None:
    """The door where it says itself what is wrong; None where the status does not mean us.

    Elsewhere these statuses say that a session has ended or that a right is lacking, and are
    looked at again; as the answer to something typed they are the portal's no to it.

    Raises:
        LoginRefused: the portal's no; remembered.
    """
    seen, words = None, ""
    with contextlib.suppress(PortalFault):  # no known screen, or no page at all
        seen = await _where(tab)
    if seen is None and status in _SAYS_NO:
        # Perhaps it is the page behind the door that is not for us: the door knows who is in.
        with contextlib.suppress(PortalError):
            await tab.go(tab.path("door"), "the log-in page", at_door=True)
            seen = await _where(tab)
    if seen is not None:
        if "signed_in_user" in seen:
            key.is_sent = False
            return None  # in: it is the page behind the door that is not for us
        if any(element in seen for element in ("code", "captcha", "new_password")):
            return seen
        words = seen.loose("alert")
    if seen is None or (status not in _SAYS_NO and "password" not in seen):
        return None
    raise _refused(key, words, status, of=box)


async def probe(
    name: str,
    portal: Portal,
    credential: Credential,
    *,
    settings: Settings,
    places: Places,
    master: MasterKey,
    selectors: Path | None = None,
) -> str:
    """Log in once with nothing kept from before; a sentence that says it worked.

    Raises:
        LoginRefused, NotAllowed, PortalFault: as `enter` does.
    """
    from bots.portals.session import Session

    async with Session.opened(
        name,
        portal,
        credential,
        settings=settings,
        places=places,
        master=master,
        selectors=selectors,
        forget=True,
    ) as session:
        await session.log_in()
    return f"{name}: logged in at {portal.host} with password and one-time code"
