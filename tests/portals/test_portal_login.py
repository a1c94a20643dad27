"""The log-in: each secret tried once, typed nowhere else, and a kept session only a hint."""

from __future__ import annotations

import asyncio
import time

import pytest
from practice.visiting import Portal

from bots.portals.base import AccountLocked, LoginRefused, NotAllowed
from bots.portals.login import CodeRefused, HumanAsked, PasswordExpired, RefusedBefore, probe
from bots.portals.session import Session
from bots.secrets import VaultDown, refused

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def tries(portal: Portal) -> int:
    if not (portal.data / "requests.jsonl").exists():
        return 0
    return sum(
        row["method"] == "POST" and row["path"].startswith("/login/") for row in portal.requests()
    )


async def log_in(office, *names, **options) -> Session:
    async with office.opened(*names, **options) as session:
        await session.log_in()
        return session


async def test_f07_a_wrong_password_is_tried_once_and_never_again(office, portal: Portal):
    wrong = office.credential(password="not-the-password")
    before = tries(portal)
    with pytest.raises(LoginRefused, match="not tried again") as raised:
        await log_in(office, credential=wrong)
    with pytest.raises(RefusedBefore, match="credentials unlock"):
        await log_in(office, credential=wrong)
    assert tries(portal) - before == 1
    assert "not-the-password" not in str(raised.value)
    refused.unlock("biller", office.places)
    with pytest.raises(LoginRefused):
        await log_in(office, credential=wrong)
    assert tries(portal) - before == 2


async def test_a_new_password_is_another_secret(office, portal: Portal):
    with pytest.raises(LoginRefused):
        await log_in(office, credential=office.credential(password="not-the-password"))
    await log_in(office)


async def test_a_password_that_was_changed_where_it_lives_is_what_is_typed_next(
    office, portal: Portal
):
    """Rotation: the run began with the old one, which the portal would refuse."""
    old = office.credential(password="until-yesterday")
    before = tries(portal)

    await log_in(office, credential=old, source=office.credential)

    assert not refused.refusals(office.places)
    assert tries(portal) - before == 2  # the password and the code, each once


async def test_a_vault_that_is_down_in_the_middle_ends_no_run(office, portal: Portal):
    """F99: what the run began with is typed; it is most likely right, and if not, wrong once."""

    def down():
        raise VaultDown("answered 503", "vault:secret/claimbots/acme")

    await log_in(office, source=down)
    wrong = office.credential("biller2", password="not-the-password")
    with pytest.raises(LoginRefused):
        await log_in(office, "biller2", credential=wrong, source=down)


@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [
        ("F08", AccountLocked, "ACCOUNT_LOCKED"),
        ("F09", PasswordExpired, "PASSWORD_EXPIRED"),
        ("F12", HumanAsked, "CAPTCHA"),
    ],
)
async def test_what_needs_a_person_is_said_by_its_own_code(office, portal, fault, error, code):
    portal.fault(fault)
    with pytest.raises(error) as raised:
        await log_in(office)
    assert raised.value.code == code


@pytest.mark.parametrize("seconds", [30, -30])
async def test_f10_a_clock_off_by_one_window_gets_in(office, portal: Portal, seconds: int):
    portal.fault("F10", seconds=seconds)
    await log_in(office)


async def test_f10_a_clock_off_by_more_ends_in_one_sentence(office, portal: Portal):
    portal.fault("F10", seconds=90)
    before = tries(portal)
    with pytest.raises(CodeRefused, match="clock right") as raised:
        await log_in(office)
    assert tries(portal) - before <= 3
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("seconds", [95, -95])
async def test_f10_our_own_clock_is_seen_to_be_off_by_the_portals_pages(
    office, portal: Portal, monkeypatch: pytest.MonkeyPatch, seconds: int
):
    monkeypatch.setattr("bots.portals.login._now", lambda: time.time() + seconds)
    before = tries(portal)
    await log_in(office)
    assert tries(portal) - before == 3, "the password, the wrong window's code, the right one's"


async def test_f14_a_kept_session_lets_us_in_without_a_log_in(office, portal: Portal):
    await log_in(office)
    before = tries(portal)
    await log_in(office)
    assert tries(portal) == before


@pytest.mark.parametrize("damage", ["corrupt", "void", "of another key"])
async def test_f14_a_kept_session_that_is_no_good_costs_a_log_in(office, portal, damage):
    await log_in(office)
    (state,) = office.places.sessions.iterdir()
    assert state.stat().st_mode & 0o077 == 0
    if damage == "corrupt":
        state.write_bytes(b"not a session")
    elif damage == "void":
        portal.fault("F14")
    else:
        box = office.master.seal("credential", b"{}", b"")
        state.write_bytes(box)
    portal.fresh_codes()
    before = tries(portal)
    await log_in(office)
    assert tries(portal) - before == 2


async def test_a_second_log_in_in_the_same_window_shows_another_code(office, portal: Portal):
    async with office.opened() as session:
        await session.log_in()
        portal.fault("session-ends", nth=1)
        await session.log_in()


@pytest.mark.night  # waits for the next window
async def test_f11_codes_that_other_processes_used_are_waited_out(office, portal: Portal):
    """All that the portal takes now are used: this window's, and the next one's already."""
    await asyncio.sleep(max(0.0, 25 - time.time() % 30))  # near the end, so that it is short
    used = int(time.time() // 30) + 1
    portal.query("UPDATE billing_account SET last_step = ?", used)
    before = tries(portal)
    await log_in(office)
    assert tries(portal) - before == 3, "the password, a used code, and one that nobody can have"
    assert not refused.refusals(office.places)


@pytest.mark.parametrize("kind", ["redirect", "form"])
async def test_f16_no_secret_is_typed_on_another_origin(office, portal: Portal, kind: str):
    portal.fault("F16", kind=kind)
    before = tries(portal)
    with pytest.raises(NotAllowed, match="another address"):
        await log_in(office)
    assert tries(portal) == before


async def test_a_log_in_is_probed_without_keeping_anything(office, portal: Portal):
    from bots.config import Portal as PortalModel
    from bots.config import Settings

    model = PortalModel(kind="practice", address=office.address, credential="biller")
    words = await probe(
        "practice", model, office.credential(),
        settings=Settings(), places=office.places, master=office.master,
    )  # fmt: skip
    assert "logged in" in words
    assert list(office.places.sessions.iterdir()) == []
