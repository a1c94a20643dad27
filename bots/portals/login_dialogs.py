"""A log-in in dialogs, without a page for it: the user's name first, then the password.

Tryton's web client asks so. It asks for the password again where it was refused, and by itself
where a session has ended; a password is typed once, and only into a box of the user's own name.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from bots.portals.base import PortalFault
from bots.portals.screen import Seen
from bots.portals.sure import Sure, sure
from bots.portals.tab import Tab

if TYPE_CHECKING:
    from collections.abc import Callable

    from bots.portals.login import Key

_PAUSE = 0.1  # seconds between two looks


async def give_in_dialogs(
    tab: Tab, key: Key, seen: Seen, check: Callable[[Tab, Sure], None]
) -> Seen:
    """Type user and password; the door as it is afterwards.

    A password that was refused leaves `password_asked` in what is returned.

    Args:
        check: raises where what is typed into would be sent to another address.

    Raises:
        LogInContested: `key.before_typing` says that it was typed often enough.
        NotSure: a box or a button is not as named in the file; nothing was typed into it.
        PortalFault: no dialog came, or no answer.
    """
    if "password_asked" not in seen:
        user, button = await sure(tab, "door", "username"), await sure(tab, "door", "log_in")
        for element in (user, button):
            check(tab, element)
        await tab.call(user.locator.fill(key.credential.username), "type the user name")
        await tab.call(button.locator.click(no_wait_after=True), "send the user name")
        await _until(tab, "the password's dialog", lambda door: "password_asked" in door)
    password = await sure(tab, "door", "password", username=key.credential.username)
    send = await sure(tab, "door", "send_password")
    for element in (password, send):
        check(tab, element)
    key.before_typing()
    await tab.call(password.locator.fill(key.credential.password), "type the password")
    tab.fence()
    key.is_sent = True
    await tab.call(send.locator.click(no_wait_after=True), "send the password")
    return await _until(tab, "an answer to the password", _answered)


def _answered(door: Seen) -> bool:
    """In, or asked anew: a dialog that has not gone yet holds what was typed."""
    asked_again = "password_asked" in door and not door.loose("password_asked")
    return "signed_in_user" in door or asked_again


async def _until(tab: Tab, what: str, ready: Callable[[Seen], bool]) -> Seen:
    last = time.monotonic() + tab.deadline
    while True:
        door = await tab.look("door")
        if ready(door):
            return door
        if time.monotonic() >= last:
            raise PortalFault(f"log-in: {what} did not come")
        await asyncio.sleep(_PAUSE)
