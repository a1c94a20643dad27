"""The log-in: each secret tried once, typed nowhere else, and a kept session only a hint."""

from __future__ import annotations

import asyncio
import time

import pytest
from practice.visiting import Portal

from bots.faults import LOG_INS_AT_MOST
from bots.portals.base import (
    AccountLocked,
    LogInContested,
    LoginRefused,
    NotAllowed,
    PortalFault,
    SessionEnded,
)
from bots.portals.login import (
    CodeRefused,
    HumanAsked,
    PasswordExpired,
    RefusedBefore,
    probe,
)
from bots.portals.looking import looking
from bots.portals.recycling import Due
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


async def answering(
    session: Session, *, status: int = 200, body: str = "", path: str = ""
) -> None:
    """The portal does what it is asked at the door, and its answer is another one."""

    async def answer(route):
        if route.request.method != "POST":
            return await route.continue_()
        told = await route.fetch()
        words = {"body": body} if body else {}
        return await route.fulfill(response=told, status=status, **words)

    await session._context.route(f"**/login/{path}", answer)


PAGE = "<h1>This did not work</h1>"  # instead of the form


@pytest.mark.parametrize(
    ("status", "page"), [(401, ""), (401, PAGE), (403, PAGE), (422, ""), (423, PAGE), (429, PAGE)]
)
async def test_f07_a_wrong_password_is_tried_once_whatever_the_status_of_the_answer(
    office, portal: Portal, status: int, page: str
):
    wrong = office.credential(password="not-the-password")
    before = tries(portal)
    async with office.opened(credential=wrong) as session:
        await answering(session, status=status, body=page)
        with pytest.raises(AccountLocked if status == 423 else LoginRefused):
            await session.log_in()
        with pytest.raises(RefusedBefore):
            await session.log_in()
    assert tries(portal) - before == 1


async def test_f07_any_no_with_the_form_still_there_is_a_refusal(office, portal):
    wrong = office.credential(password="not-the-password")
    async with office.opened(credential=wrong) as session:
        await answering(session, status=409)
        with pytest.raises(LoginRefused, match="not tried again"):
            await session.log_in()
    assert "biller" in refused.refusals(office.places)


async def test_a_portal_that_asks_for_the_code_with_a_status_of_its_own_is_answered(
    office, portal: Portal
):
    async with office.opened() as session:
        await answering(session, status=401)
        await session.log_in()
    assert not refused.refusals(office.places)


@pytest.mark.parametrize("status", [401, 429])
async def test_a_code_that_is_refused_by_the_status_alone_is_remembered(
    office, portal: Portal, monkeypatch, status: int
):
    monkeypatch.setattr("bots.portals.login._code", lambda *_: "000000")
    async with office.opened() as session:
        await answering(session, status=status, body="<h1>No</h1>", path="code/")
        with pytest.raises(CodeRefused, match="credentials unlock"):
            await session.log_in()
    assert "biller" in refused.refusals(office.places)


@pytest.mark.parametrize(
    ("words", "error"), [("Log in again.", CodeRefused), ("It is locked.", AccountLocked)]
)
async def test_a_portal_that_begins_anew_after_the_code_has_refused_it(
    office, portal: Portal, words, error
):
    async with office.opened() as session:
        stranger = await session._driver.request.new_context()
        form = await (await stranger.get(f"{session.portal.address}/login/")).text()
        anew = form.replace("<form", f'<div role="alert">{words}</div><form', 1)
        await answering(session, body=anew, path="code/")
        with pytest.raises(error):
            await session.log_in()
        await stranger.dispose()
    assert "biller" in refused.refusals(office.places)


async def test_who_got_in_and_may_not_see_the_page_behind_the_door_is_not_refused(
    office, portal: Portal
):
    async with office.opened() as session:
        await answering(session, status=403, body="<h1>Not for you</h1>", path="code/")
        with pytest.raises(NotAllowed):
            await session.log_in()
    assert not refused.refusals(office.places)


async def test_what_came_of_a_password_is_not_known_and_it_is_not_typed_for_ever(
    office, portal: Portal
):
    """A page that nobody knows may be the portal's no: each counts towards its lock."""
    before = tries(portal)
    async with office.opened() as session:
        await answering(session, body="<h1>Something is different today</h1>")

        async def look() -> None:
            raise SessionEnded("as the portal says it")

        for _ in range((LOG_INS_AT_MOST + 1) // 2):  # claims; each has two log-ins between looks
            with pytest.raises((SessionEnded, LogInContested)) as raised:
                await looking(session)(look)
        assert raised.type is LogInContested
    assert tries(portal) - before == LOG_INS_AT_MOST


async def not_understood(office, credential=None, **answer) -> None:
    """A session whose log-in is answered in a way that nobody knows."""
    async with office.opened(credential=credential, forget=True) as session:
        await answering(session, **answer)
        await session.log_in()


DIFFERENT = {"body": "<h1>Something is different today</h1>"}


@pytest.mark.parametrize("answer", [{"status": 503}, DIFFERENT], ids=["503", "another page"])
async def test_f07_a_log_in_that_is_never_understood_is_taken_for_refused_the_third_time(
    office, portal: Portal, answer
):
    """Each scheduled run types it once; a portal that refuses so would lock the account."""
    before = tries(portal)
    for _ in range(2):
        with pytest.raises(PortalFault):
            await not_understood(office, **answer)
    with pytest.raises(LoginRefused, match=r"no answer that is known.*credentials unlock biller"):
        await not_understood(office, **answer)
    with pytest.raises(RefusedBefore):
        await log_in(office)
    assert tries(portal) - before == 3
    assert "biller" in refused.refusals(office.places)

    refused.unlock("biller", office.places)
    with pytest.raises(PortalFault):
        await not_understood(office, **answer)


async def test_a_good_log_in_in_between_makes_good_what_was_not_understood(office, portal: Portal):
    for _ in range(2):
        for _ in range(2):
            with pytest.raises(PortalFault):
                await not_understood(office, **DIFFERENT)
        await log_in(office, forget=True)
    assert not refused.refusals(office.places)


async def test_another_password_begins_a_row_of_its_own(office, portal: Portal):
    for password in ("until-yesterday", "from-today"):
        wrong = office.credential(password=password)
        for _ in range(2):
            with pytest.raises(PortalFault):
                await not_understood(office, wrong, **DIFFERENT)
    kept = refused.refused_path(office.places).read_text()
    assert not refused.refusals(office.places)
    assert "yesterday" not in kept
    assert "today" not in kept


async def test_a_portal_that_is_down_before_anything_was_typed_costs_nothing(
    office, portal: Portal
):
    for _ in range(3):
        async with office.opened(forget=True) as session:
            await session._context.route("**/*", lambda route: route.fulfill(status=503))
            with pytest.raises(PortalFault):
                await session.log_in()
    await log_in(office)


async def test_renewing_counts_its_log_ins(office, portal: Portal):
    async with office.opened() as session:
        await answering(session, body="<h1>Something is different today</h1>")
        for _ in range(LOG_INS_AT_MOST - 1):
            with pytest.raises(PortalFault):
                await session.log_in()
        await session._renew(Due.CONTEXT)  # in a context of its own it gets in
        portal.query("DELETE FROM django_session")
        before = tries(portal)
        with pytest.raises(LogInContested):
            await session._renew(Due.CONTEXT)
        with pytest.raises(LogInContested):
            await session.log_in()
    assert tries(portal) == before


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
    with pytest.raises(error, match=r"credentials (unlock|set) biller") as raised:
        await log_in(office)
    assert raised.value.code == code
    before = tries(portal)
    with pytest.raises(RefusedBefore, match="credentials unlock"):
        await log_in(office, forget=True)
    assert tries(portal) == before, "not typed again until a person says so"


async def test_f12_nothing_is_typed_below_a_captcha_and_it_is_looked_at_again(
    office, portal: Portal
):
    before = tries(portal)
    async with office.opened() as session:

        async def with_captcha(route):
            told = await route.fetch()
            box = '<label>CAPTCHA <input name="captcha"></label></form>'
            body = (await told.text()).replace("</form>", box)
            await route.fulfill(response=told, body=body)

        await session._context.route(f"{office.address}/", with_captcha)
        with pytest.raises(HumanAsked, match="nothing was typed"):
            await session.log_in()
        assert tries(portal) == before
        assert not refused.refusals(office.places)

        await session._context.unroute_all()
        await session.log_in()
    assert tries(portal) - before == 2


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


@pytest.mark.timeout(120)
@pytest.mark.parametrize("seconds", [3600, -3600])
async def test_f10_a_clock_that_is_an_hour_off_is_remembered_and_costs_no_hour(
    office, portal: Portal, monkeypatch: pytest.MonkeyPatch, seconds: int
):
    """The last code's window is the portal's; so must be the clock that the next is held to."""
    monkeypatch.setattr("bots.portals.login._now", lambda: time.time() + seconds)
    await log_in(office)
    portal.query("DELETE FROM django_session")
    before = tries(portal)
    async with asyncio.timeout(60):
        await log_in(office)
    assert tries(portal) - before == 2, "the password, and a code of the portal's own time"


@pytest.mark.timeout(120)
async def test_f10_a_clock_that_was_set_right_meanwhile_costs_one_code(
    office, portal: Portal, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as slow:
        slow.setattr("bots.portals.login._now", lambda: time.time() - 3600)
        await log_in(office)
    portal.query("DELETE FROM django_session")
    before = tries(portal)
    async with asyncio.timeout(60):
        await log_in(office)
    assert tries(portal) - before == 3


@pytest.mark.timeout(120)
async def test_a_window_that_is_far_ahead_is_of_another_clock_and_not_waited_for(
    office, portal: Portal
):
    """As states have it that were kept without how far the clock was off."""
    async with office.opened() as session:
        session._key.last_step = int(time.time() // 30) + 120
        async with asyncio.timeout(60):
            await session.log_in()
        assert session._key.last_step <= int(time.time() // 30) + 1


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
