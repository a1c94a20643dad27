"""Each trouble is said once, again when it was over and comes back, and never harms a run."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import threading
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import store_cases
import time_machine
from alerts.servers import mail_server, web_server

from bots.alerts import Event, NotSent, send
from bots.alerts.events import MEANINGS
from bots.config import config_folder, load_settings
from bots.errors import Problem
from bots.faults import that_wake
from bots.ledger import LedgerBroken
from bots.places import Places
from bots.portals.base import LoginRefused, Query
from bots.runs import alerting, ends
from bots.runs.alerting import deliver, telling
from bots.runs.asking import ask_for
from bots.runs.office import open_office
from bots.runs.request import RunRequest, RunSummary
from bots.runs.run import run
from bots.runs.scheduler import Scheduler
from bots.runs.worker import Worker
from bots.secrets import VaultDown
from bots.store import alerts, database, models, records, schedules
from bots.store.apart import alerts_not_sent
from bots.store.facts import (
    Counts,
    Ending,
    ExceptionType,
    NewException,
    NewRun,
    RunKind,
    RunState,
)
from bots.store.schedules import Became
from bots.store.thread import StoreThread

REPO = Path(__file__).parents[2]
NIGHT = datetime(2026, 9, 30, 6, 30, tzinfo=UTC)  # 02:30 in New York
CANARY = "Quimbyrton"


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda seconds: None)


@pytest.fixture
def places(tmp_path, monkeypatch):
    """An office that is told by webhook; `posts` is what the webhook got."""
    config = tmp_path / "config"
    shutil.copytree(REPO / "config", config)
    made = Places(tmp_path / "data").made()
    monkeypatch.setenv("CLAIMBOTS_DATA", str(made.root))
    monkeypatch.setenv("CLAIMBOTS_CONFIG", str(config))
    store_cases.a_store(made)
    yield made
    database.close()


@pytest.fixture
def posts(places, monkeypatch):
    with web_server() as made:
        monkeypatch.setenv("CLAIMBOTS_ALERTS__WEBHOOK", made.address)
        yield made


def ended(
    places,
    *,
    state=RunState.DONE,
    reason="",
    ceiling="",
    codes=(),
    number="",
    fault=None,
    claims=7,
    kind=RunKind.PRE_BILL,
    query=None,
) -> None:
    """One run that came to that, as `run` tells of it."""

    async def one():
        async with StoreThread(places) as store:
            begun = await store.call(store_cases.a_run, kind)
            if query:
                await store.call(models.Run.objects.filter(id=begun.id).update, query=query)
            async with telling(store, load_settings(), begun.id):
                await store.call(kept, begun)
                if fault:
                    raise fault

    def kept(begun):
        store_cases.fill(begun, claims, name=CANARY)
        for code in codes:
            new = NewException(ExceptionType.BUSINESS, code, f"of {CANARY}")
            records.keep_exception(begun.id, number, new)
        records.end_run(begun.id, Ending(state, stop_reason=reason, ceiling_hit=ceiling))

    database.close()
    with contextlib.suppress(Problem):
        asyncio.run(one())
    database.connect(places)


def told(posts) -> list[str]:
    return [entry["event"] for entry in posts.told]


EACH = {
    Event.RUN_FAILED: {"state": RunState.FAILED, "reason": f"a text that names {CANARY}"},
    Event.PORTAL_CHANGED: {"state": RunState.STOPPED, "reason": ends.SCREENS_CHANGED},
    Event.CIRCUIT_OPEN: {"state": RunState.STOPPED, "reason": f"8 {ends.FAULTS_IN_A_ROW}"},
    Event.CEILING_REACHED: {"ceiling": "500 corrections in this run"},
    Event.LOG_IN_REFUSED: {"state": RunState.FAILED, "codes": ["LOGIN_REFUSED"],
                           "fault": Problem(f"refused {CANARY}")},
    Event.ACCOUNT_LOCKED: {"state": RunState.FAILED, "codes": ["ACCOUNT_LOCKED"]},
    Event.LOG_BROKEN: {"state": RunState.STOPPED, "reason": ends.LOG_NOT_WRITTEN,
                       "fault": LedgerBroken("no space", Path())},
}  # fmt: skip


@pytest.mark.parametrize("event", EACH)
def test_a_trouble_of_runs_is_said_once_and_again_when_it_was_over(places, posts, event):
    ended(places, **EACH[event])
    ended(places, **EACH[event])
    assert told(posts) == [event.value]

    ended(places)  # a run that went well
    assert told(posts) == [event.value]

    ended(places, **EACH[event])
    assert told(posts) == [event.value] * 2


def test_a_portal_that_was_only_read_is_said_though_the_run_was_done(places, posts):
    ended(places, reason=f"{ends.READ_ONLY}: edit: save: nothing matches")
    assert told(posts) == ["portal-changed"]


def test_a_run_that_did_not_do_well_ends_no_trouble(places, posts):
    ended(places, **EACH[Event.LOG_IN_REFUSED])
    ended(places, **EACH[Event.PORTAL_CHANGED])
    ended(places, **EACH[Event.LOG_IN_REFUSED])

    assert told(posts) == ["log-in-refused", "portal-changed"]


@pytest.mark.parametrize(
    "narrow",
    [{"kind": RunKind.APPROVED}, {"query": {"queue": "pending", "limit": "0"}}],
    ids=["approved", "of no claims"],
)
@pytest.mark.parametrize("event", EACH)
def test_a_run_that_did_not_take_the_list_ends_only_what_its_log_in_and_the_log_show(
    places, posts, event, narrow
):
    ended(places, **EACH[event])
    ended(places, **narrow, claims=0)

    is_shown = event in {Event.LOG_IN_REFUSED, Event.ACCOUNT_LOCKED, Event.LOG_BROKEN}
    assert (models.AlertRow.objects.get().over_at is not None) is is_shown


@pytest.mark.parametrize("code", sorted(that_wake(Event.RUN_FAILED)))
def test_a_claim_that_ended_the_whole_run_is_said(places, posts, code):
    """The account lost a right, or somebody else uses it: so it would be every night."""
    reason = f"a text that is cut off before its code names {CANARY}"
    ended(places, state=RunState.STOPPED, reason=reason, codes=[code], number="C1")

    assert told(posts) == ["run-failed"]


def test_what_ended_a_run_that_then_went_on_and_was_done_is_not_said(places, posts):
    ended(places, codes=["NOT_ALLOWED"], number="C1")

    assert posts.asked == 0


@pytest.mark.parametrize(
    "ending",
    [
        {},
        {"state": RunState.STOPPED, "reason": ends.STOPPED_BY_SIGNAL},
        {"state": RunState.STOPPED, "reason": "claimbots stop is on"},
        {"state": RunState.STOPPED, "reason": "the portal's quiet hours or maintenance"},
    ],
    ids=["done", "signal", "stop", "quiet"],
)
def test_what_is_no_trouble_is_not_said(places, posts, ending):
    ended(places, **ending)

    assert posts.asked == 0


def test_every_code_of_a_refused_log_in_is_one_of_those_that_are_told():
    from bots.portals import login  # its own refusals are among the subclasses

    assert login
    known = [LoginRefused]
    for kind in known:
        known += kind.__subclasses__()
    assert {kind.code for kind in known} == that_wake("log-in-refused") | that_wake(
        "account-locked"
    )


def test_a_run_that_cannot_even_begin_is_said(places, posts):
    """The real `run`, without a log-in for the portal."""
    database.close()
    with pytest.raises(Problem, match="no log-in"):
        asyncio.run(run(RunRequest("practice", Query("pending"), report=False), places=places))

    (entry,) = posts.told
    assert (entry["event"], entry["portal"]) == ("run-failed", "practice")
    database.connect(places)
    assert entry["run"] == records.runs(1)[0].id


async def works(places, run=""):
    async with Worker(places) as worker:
        if run:
            await worker.until_ended(run)


def test_a_run_that_a_worker_cannot_open_is_said(places, posts):
    office = open_office(places, "practice")
    database.close()

    async def asked_of_a_worker():
        async with StoreThread(places) as store:
            id, _ = await ask_for(RunRequest("practice", Query("pending")), office, store)
        portals = config_folder() / "portals.yaml"
        portals.write_text(portals.read_text().replace("  practice:", "  renamed:"))
        with pytest.raises(Problem, match="practice"):
            await works(places, id)

    asyncio.run(asked_of_a_worker())

    assert [(entry["event"], entry["portal"]) for entry in posts.told] == [
        ("run-failed", "practice")
    ]
    database.connect(places)


@pytest.fixture
def without_vault(places, monkeypatch):
    """The log-in of the portal lives in a vault that does not answer."""
    portals = config_folder() / "portals.yaml"
    portals.write_text(
        portals.read_text().replace("credential: practice", "credential: vault:secret/acme")
    )
    monkeypatch.setenv("VAULT_ADDR", "http://127.0.0.1:1")
    monkeypatch.setenv("VAULT_TOKEN", "token")
    monkeypatch.setattr("bots.secrets.vault.PAUSE_SECONDS", 0)


def test_a_run_from_a_crontab_whose_vault_is_down_is_said(places, posts, without_vault):
    """Nobody begins it again."""
    database.close()
    with pytest.raises(VaultDown):
        asyncio.run(run(RunRequest("practice", Query("pending"), report=False), places=places))

    assert told(posts) == ["run-failed"]
    database.connect(places)


def test_a_run_that_waits_for_its_vault_is_said_where_that_lasts(places, posts, without_vault):
    """It is tried again every minute by itself, and was not broken off."""
    office = open_office(places, "practice")

    async def asked_of_a_worker():
        async with StoreThread(places) as store:
            id, _ = await ask_for(RunRequest("practice", Query("pending")), office, store)
            await works(places, id)
            await deliver(store, load_settings(), datetime.now(UTC))
            said = told(posts)
            long_ago = datetime.now(UTC) - alerting.VAULT_AWAY
            await store.call(models.Run.objects.filter(id=id).update, started_at=long_ago)
            await works(places, id)
            assert (await store.call(records.get_run, id)).state is RunState.PENDING
            return said

    database.close()
    assert asyncio.run(asked_of_a_worker()) == []
    assert told(posts) == ["run-failed"]
    database.connect(places)


def test_a_run_that_had_begun_when_its_vault_went_down_is_closed_and_said(
    places, posts, monkeypatch
):
    """It does not wait for it: the log-in was found wrong before, and then could not be read."""
    answers = iter([Problem("no log-in")])

    def credential_for(*_):
        raise next(answers, VaultDown("did not answer", "vault:secret/acme"))

    monkeypatch.setattr("bots.runs.at_work.credential_for", credential_for)
    office = open_office(places, "practice")

    async def asked_of_a_worker():
        async with StoreThread(places) as store:
            id, _ = await ask_for(RunRequest("practice", Query("pending")), office, store)
            with contextlib.suppress(VaultDown):
                await works(places, id)
            return (await store.call(records.get_run, id)).state

    database.close()
    assert asyncio.run(asked_of_a_worker()) is RunState.FAILED
    assert told(posts) == ["run-failed"]
    database.connect(places)


def test_a_run_that_is_closed_since_its_worker_died_long_ago_is_said(places, posts):
    left = store_cases.a_run()
    begun = datetime.now(UTC) - timedelta(days=2)
    models.Run.objects.filter(id=left.id).update(
        state=RunState.IN_PROGRESS.value, worker="gone.1", started_at=begun
    )
    database.close()

    asyncio.run(works(places))
    assert not posts.told  # a worker that begins waits for no mail server
    look_again(places, datetime.now(UTC))

    assert [(entry["event"], entry["run"]) for entry in posts.told] == [("run-failed", left.id)]


def test_a_run_that_a_person_cancelled_before_its_worker_died_is_cancelled(places, posts):
    left = store_cases.a_run()
    models.Run.objects.filter(id=left.id).update(
        state=RunState.IN_PROGRESS.value, worker="gone.1", wanted="cancelled by dana",
        started_at=datetime.now(UTC) - timedelta(days=2),
    )  # fmt: skip
    database.close()

    asyncio.run(works(places))
    look_again(places, datetime.now(UTC))

    run = records.get_run(left.id)
    assert (run.state, run.stop_reason) == (RunState.STOPPED, "cancelled by dana")
    assert not posts.told


def test_nothing_of_a_patient_is_in_any_message(places, posts, monkeypatch, caplog):
    """P11: every value of the claims is a canary, and every way is listened to."""
    caplog.set_level(logging.DEBUG)
    with mail_server() as mails:
        monkeypatch.setenv("CLAIMBOTS_ALERTS__MAIL_TO", "billing@example.org")
        monkeypatch.setenv("CLAIMBOTS_ALERTS__MAIL_FROM", "bots@example.org")
        monkeypatch.setenv("CLAIMBOTS_ALERTS__SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("CLAIMBOTS_ALERTS__SMTP_PORT", str(mails.port))
        monkeypatch.setenv("CLAIMBOTS_ALERTS__SMTP_SECURITY", "none")
        for ending in EACH.values():
            ended(places, **ending)
    canaries = {CANARY}
    for row in models.SeenClaim.objects.all():
        canaries |= {row.number, row.patient_name, row.record_number, str(row.total_charge)}
        canaries |= {row.payer_name, row.provider_npi, row.provider_name, row.facility}
    canaries |= set(models.ChangeRow.objects.values_list("to_value", flat=True))
    canaries |= set(models.ExceptionRow.objects.values_list("message", flat=True))
    canaries |= set(models.FindingRow.objects.values_list("message", flat=True))

    assert len(mails.raw) == len(posts.bodies) == len(EACH)
    messages = [letter.as_string() + letter.get_content() for letter in mails.letters]
    messages += [body.decode() for body in posts.bodies]
    messages += [repr(head) for head in posts.heads]
    assert len(canaries) > 40
    for canary in canaries - {""}:
        assert not [text for text in messages if canary in text], canary


# -- when it cannot be sent -------------------------------------------------------------


def look_again(places, now):
    """A later look, as `serve` has one every ten seconds."""

    async def one():
        async with StoreThread(places) as store:
            await deliver(store, load_settings(), datetime.now(UTC))

    database.close()
    with time_machine.travel(now, tick=False):
        asyncio.run(one())
    database.connect(places)


def test_what_could_not_be_sent_is_logged_kept_and_tried_later(places, posts, capsys):
    posts.answers = [(503, {})] * 3
    now = datetime.now(UTC)

    ended(places, **EACH[Event.RUN_FAILED])

    assert (posts.asked, told(posts)) == (3, [])
    assert "alert not sent" in capsys.readouterr().out
    assert models.AlertRow.objects.get().fault == "webhook: the webhook answered 503"

    look_again(places, now + timedelta(seconds=10))
    assert posts.asked == 3, "it is not tried every ten seconds"

    look_again(places, now + timedelta(minutes=2))
    assert told(posts) == ["run-failed"]

    look_again(places, now + timedelta(days=1))
    assert posts.asked == 4


def test_what_was_over_before_it_could_be_sent_is_said_with_its_end(places, posts):
    posts.answers = [(503, {})] * 3
    ended(places, **EACH[Event.RUN_FAILED])
    ended(places)

    look_again(places, datetime.now(UTC) + timedelta(minutes=2))

    (entry,) = posts.told
    assert entry["over"]
    assert "over since:" in entry["text"]


def test_a_way_that_fails_keeps_no_other_from_its_message_nor_gets_it_twice(
    places, posts, monkeypatch
):
    monkeypatch.setenv("CLAIMBOTS_ALERTS__NOTIFIER", "slack")
    monkeypatch.setenv("CLAIMBOTS_ALERTS__NOTIFIER_ARGUMENTS", "env:NOT_THERE")

    ended(places, **EACH[Event.RUN_FAILED])
    look_again(places, datetime.now(UTC) + timedelta(minutes=2))

    assert told(posts) == ["run-failed"]
    assert "notifier: the environment has no variable" in models.AlertRow.objects.get().fault


def test_what_a_clock_that_was_ahead_could_not_send_is_tried_by_the_right_one(places, posts):
    """No network yet as the machine comes up: the next try is put off to a minute of that day."""
    ahead = NIGHT + timedelta(days=9)
    posts.answers = [(503, {})] * 3
    alerts.keep([alerts.Trouble("schedule-missed", "nightly")], ahead)
    look_again(places, ahead)
    assert told(posts) == []

    look_again(places, NIGHT)

    assert told(posts) == ["schedule-missed"]


def test_a_recipient_that_was_refused_is_kept_with_the_alert_and_no_one_is_told_twice(
    places, monkeypatch, capsys
):
    with mail_server() as mails:
        mails.refuses = {"it@example.org": "550 no such mailbox"}
        monkeypatch.setenv("CLAIMBOTS_ALERTS__MAIL_TO", "billing@example.org, it@example.org")
        monkeypatch.setenv("CLAIMBOTS_ALERTS__MAIL_FROM", "bots@example.org")
        monkeypatch.setenv("CLAIMBOTS_ALERTS__SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("CLAIMBOTS_ALERTS__SMTP_PORT", str(mails.port))
        monkeypatch.setenv("CLAIMBOTS_ALERTS__SMTP_SECURITY", "none")
        ended(places, **EACH[Event.RUN_FAILED])
        look_again(places, datetime.now(UTC) + timedelta(minutes=2))

    assert len(mails.raw) == 1
    words = "mail: the mail server refused 1 of 2 recipients ([550])"
    assert alerts.not_sent() == alerts_not_sent(places.store) == (1, words)
    said = capsys.readouterr().out
    assert "alert not sent to all" in said
    assert "it@example.org" not in said

    ended(places)  # and so the trouble is over
    assert alerts.not_sent() == alerts_not_sent(places.store) == (0, "")


def test_two_processes_that_look_at_once_send_one_message(places, posts):
    async def both():
        async with StoreThread(places) as one, StoreThread(places) as other:
            await asyncio.gather(
                *(deliver(store, load_settings(), datetime.now(UTC)) for store in (one, other))
            )

    alerts.keep([alerts.Trouble("run-failed", "practice")], datetime.now(UTC))
    database.close()
    asyncio.run(both())

    assert posts.asked == 1


def test_a_slow_server_has_no_second_process_say_it_again(places, posts, monkeypatch):
    """Each alert is one process's for a minute; the first ones take longer than that."""
    said = []

    async def look():
        async with StoreThread(places) as store:
            await deliver(store, load_settings(), datetime.now(UTC))

    def slow(way, alert, settings):
        said.append(alert.subject)
        clock.shift(timedelta(seconds=40))
        if len(said) == 2:
            asyncio.run(look())  # another process

    monkeypatch.setattr(alerting, "send", slow)
    portals = ["acme", "best", "care", "dune"]
    with time_machine.travel(NIGHT, tick=False) as clock:
        alerts.keep([alerts.Trouble("run-failed", portal) for portal in portals], NIGHT)
        database.close()
        asyncio.run(look())
        database.connect(places)

    assert sorted(said) == portals
    assert not models.AlertRow.objects.filter(told_at=None).exists()


def test_a_way_that_fails_takes_nothing_back_that_another_process_sent(places, posts, monkeypatch):
    def refused(way, alert, settings):
        database.connect(places)  # this is a thread of its own
        others = models.AlertRow.objects.exclude(pk=alert.id)
        others.update(told=["webhook"], told_at=NIGHT, next_try_at=NIGHT)
        database.close()
        raise NotSent("the webhook answered 503")

    monkeypatch.setattr(alerting, "send", refused)
    alerts.keep([alerts.Trouble("run-failed", portal) for portal in ("acme", "best")], NIGHT)
    look_again(places, NIGHT)

    assert [row.told for row in models.AlertRow.objects.order_by("pk")] == [[], ["webhook"]]


def test_nothing_that_befalls_an_alert_befalls_the_run(places, posts, monkeypatch, capsys):
    def broken(*_):
        raise RuntimeError(CANARY)

    monkeypatch.setattr(alerting, "troubles_of", broken)
    ended(places, **EACH[Event.RUN_FAILED])
    monkeypatch.undo()

    said = capsys.readouterr().out
    assert "alerts could not be kept or sent" in said
    assert CANARY not in said


def test_a_mail_server_that_says_nothing_does_not_keep_a_run_from_ending(
    places, posts, monkeypatch
):
    monkeypatch.setattr(alerting, "LONGEST", 0.2)
    monkeypatch.setattr(alerting, "send", lambda *_: threading.Event().wait(20))
    begun = time.monotonic()

    ended(places, **EACH[Event.RUN_FAILED])

    assert time.monotonic() - begun < 10
    assert models.AlertRow.objects.get().told_at is None


def test_what_one_way_took_is_not_said_again_where_the_next_one_hung(places, posts, monkeypatch):
    monkeypatch.setenv("CLAIMBOTS_ALERTS__NOTIFIER", "slack")
    monkeypatch.setenv("CLAIMBOTS_ALERTS__NOTIFIER_ARGUMENTS", "env:NOT_THERE")
    hangs = threading.Event()

    def hanging(way, *given):
        hangs.wait(20) if way == "notifier" else send(way, *given)

    monkeypatch.setattr(alerting, "LONGEST", 3)
    monkeypatch.setattr(alerting, "send", hanging)
    ended(places, **EACH[Event.RUN_FAILED])
    assert told(posts) == ["run-failed"]

    hangs.set()
    look_again(places, datetime.now(UTC) + timedelta(minutes=2))

    assert told(posts) == ["run-failed"]
    assert models.AlertRow.objects.get().told == ["notifier", "webhook"]


def test_where_nobody_is_to_be_told_nothing_is_kept(places):
    ended(places, **EACH[Event.RUN_FAILED])

    assert not models.AlertRow.objects.exists()


# -- schedules --------------------------------------------------------------------------

NIGHTLY = """
schedules:
  nightly:
    portal: practice
    queue: pending
    cron: "30 2 * * *"
    time_zone: America/New_York
"""


def test_a_schedule_is_said_once_by_many_looks_and_again_when_it_was_over(places, posts):
    (config_folder() / "schedules.yaml").write_text(NIGHTLY)
    fault = Problem("the permission has ended")
    outcomes = [fault, fault, None, fault]

    async def one_run(request, ending):
        if outcome := outcomes.pop(0):
            raise outcome
        return RunSummary("R-1", RunState.DONE, Counts(), exit=0)

    async def nights():
        async with Scheduler(places, one_run) as scheduler:
            await scheduler.look(NIGHT - timedelta(hours=1))
            for night in range(4):
                for seconds in (1, 10, 20, 30):
                    await scheduler.look(NIGHT + timedelta(days=night, seconds=seconds))
                    await asyncio.sleep(0.02)  # the run, and the sending beside the look
                said.append(told(posts))

    said: list[list[str]] = []
    database.close()
    with time_machine.travel(NIGHT, tick=True):
        asyncio.run(nights())

    assert said[:3] == [["schedule-failed"]] * 3
    assert posts.told[0]["schedule"] == "nightly"
    assert "permission" not in posts.told[0]["text"]


async def looks_for_an_hour(scheduler, *, then=lambda: None):
    """Look every minute, until just before and until just after the vault was away for an hour."""
    await scheduler.look(NIGHT - timedelta(hours=1))
    for minute in range(62):
        if minute == 60:
            then()
        await scheduler.look(NIGHT + timedelta(minutes=minute))
        for task in (scheduler._task, scheduler._alerts._sending):
            if task is not None:
                await asyncio.wait({task}, timeout=10)


def test_a_schedule_whose_vault_is_away_for_an_hour_is_said_once(places, posts):
    """The master key is there: no run can even be asked for, and so none is told of."""
    (config_folder() / "schedules.yaml").write_text(NIGHTLY)
    said: list[list[str]] = []

    async def down(request, ending):
        raise VaultDown("answered 503", "vault:secret/claimbots/keys")

    async def night():
        async with Scheduler(places, down) as scheduler:
            await looks_for_an_hour(scheduler, then=lambda: said.append(told(posts)))

    database.close()
    with time_machine.travel(NIGHT, tick=True):
        asyncio.run(night())
    database.connect(places)

    assert said == [[]]
    assert told(posts) == ["schedule-failed"]
    assert posts.told[0]["schedule"] == "nightly"

    schedules.turn("nightly", "2026-09-30T02:30", Became.WAITING, Became.DONE)
    alerting._keep_of_schedules(["nightly"], {}, NIGHT + timedelta(hours=2))
    assert models.AlertRow.objects.get().over_at is not None


def test_a_vault_that_was_away_for_a_moment_is_not_said_after_another_runs_hour(places, posts):
    """It is not asked again while that run is at work: that is not to be away."""
    two = NIGHTLY + NIGHTLY.partition("schedules:\n")[2].replace("nightly", "other")
    (config_folder() / "schedules.yaml").write_text(two)
    asked = []

    async def away_once(request, ending):
        asked.append(request)
        if len(asked) == 1:
            raise VaultDown("answered 503", "vault:secret/claimbots/keys")
        await ending.wait()
        raise Problem("it was ended")

    async def night():
        async with Scheduler(places, away_once) as scheduler:
            await scheduler.look(NIGHT - timedelta(hours=1))
            for minute in (0, 1, 62):
                await scheduler.look(NIGHT + timedelta(minutes=minute))
                if minute == 0:
                    await scheduler._task
            assert (len(asked), len(scheduler._held)) == (2, 1)
            assert scheduler._alerts._sending is None or await scheduler._alerts._sending is None

    database.close()
    with time_machine.travel(NIGHT, tick=True):
        asyncio.run(night())

    assert posts.asked == 0


def test_a_scheduled_run_that_a_worker_has_is_told_of_by_that_worker_alone(places, posts):
    """It waits for the vault of its log-in, and has a row: its own alert tells of it."""
    (config_folder() / "schedules.yaml").write_text(NIGHTLY)

    async def waits(request, ending):
        async with StoreThread(places) as store:
            run, _ = await ask_for(request, office, store)
        return RunSummary(run, RunState.PENDING, Counts(), exit=3, stop_reason="the vault is away")

    async def night():
        async with Scheduler(places, waits) as scheduler:
            await looks_for_an_hour(scheduler)

    office = open_office(places, "practice")
    database.close()
    with time_machine.travel(NIGHT, tick=True):
        asyncio.run(night())

    assert posts.asked == 0


def test_a_schedule_is_said_while_the_file_is_being_edited(places, posts):
    async def looks():
        async with Scheduler(places, run) as scheduler:
            await scheduler.look(NIGHT)
            (config_folder() / "schedules.yaml").write_text("schedules: [")
            await scheduler._store.call(
                schedules.decide, "nightly", "2026-09-30T02:30", NIGHT, Became.MISSED
            )
            await scheduler.look(NIGHT)
            await scheduler._alerts._sending

    (config_folder() / "schedules.yaml").write_text(NIGHTLY)
    database.close()
    with time_machine.travel(NIGHT, tick=True):
        asyncio.run(looks())
    database.connect(places)

    assert told(posts) == ["schedule-missed"]


def test_a_time_that_was_missed_is_said(places, posts):
    schedules.decide("nightly", "2026-09-30T02:30", NIGHT, Became.MISSED)
    alerting._keep_of_schedules(["nightly"], {}, NIGHT)
    look_again(places, NIGHT)

    assert told(posts) == ["schedule-missed"]


def test_what_a_clock_that_was_ahead_had_begun_ends_no_trouble_of_now(places, posts):
    schedules.decide("nightly", "2026-10-09T02:30", NIGHT + timedelta(days=9), Became.DONE)
    schedules.decide("nightly", "2026-09-30T02:30", NIGHT, Became.MISSED)

    alerting._keep_of_schedules(["nightly"], {}, NIGHT)

    assert [row.event for row in models.AlertRow.objects.all()] == ["schedule-missed"]


@pytest.mark.parametrize("became", [Became.WAITING, Became.BEGUN])
def test_what_is_not_known_yet_neither_begins_nor_ends_a_trouble(places, posts, became):
    later = NIGHT + timedelta(days=1)
    for name in ("caught up with", "missed before"):
        schedules.decide(name, "2026-09-30T02:30", NIGHT, Became.MISSED)
        schedules.decide(name, "2026-10-01T02:30", later, became)
    alerts.keep([alerts.Trouble("schedule-missed", "missed before")], NIGHT)

    alerting._keep_of_schedules(["caught up with", "missed before"], {}, later)

    (row,) = models.AlertRow.objects.all()
    assert (row.subject, row.over_at) == ("missed before", None)


def test_a_scheduled_run_of_which_was_told_is_not_told_of_twice(places, posts):
    schedules.decide("nightly", "2026-09-30T02:30", NIGHT, Became.FAILED)
    key = schedules.run_key("nightly", "2026-09-30T02:30")
    begun = store_cases.started(
        NewRun("practice", "pending", "live", RunKind.PRE_BILL, date(2026, 9, 30), scheduled=key)
    )
    alerts.keep([alerts.Trouble("run-failed", "practice", begun.id)], NIGHT)
    alerting._keep_of_schedules(["nightly"], {}, NIGHT)

    assert [row.event for row in models.AlertRow.objects.all()] == ["run-failed"]


def test_a_schedule_that_is_gone_is_a_trouble_no_more(places, posts):
    alerts.keep([alerts.Trouble("schedule-missed", "nightly")], NIGHT)
    alerting._keep_of_schedules([], {}, NIGHT)

    assert models.AlertRow.objects.get().over_at == NIGHT


def test_the_page_names_every_event_with_its_words_and_no_other():
    page = (REPO / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = [
        f"| `{event.value}` | {meaning.says} | {meaning.do} | {meaning.is_over} |"
        for event, meaning in MEANINGS.items()
    ]
    table = "\n".join(["| event | what it says | what to do | it is over when |",
                       "|---|---|---|---|", *rows])  # fmt: skip

    shown = page.partition("<!-- alerts -->\n")[2].partition("\n<!-- /alerts -->")[0]
    assert shown == table, f"it should be:\n{table}"
