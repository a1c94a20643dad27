"""An alert reaches a real mail server and a real web server, encrypted, or says why not."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest
from alerts.servers import PASSWORD, authenticator, certificate, free_port, mail_server, web_server
from pydantic import ValidationError

from bots.alerts import MEANINGS, Alert, Event, NotSent, NotToAll, channels, send
from bots.config.alerts import Alerts

REFUSED = Alert(
    7, "office-1", Event.LOG_IN_REFUSED, "acme", datetime(2026, 9, 30, 6, 31, tzinfo=UTC),
    run="R-20260930-0001", claims=12, saves=3,
)  # fmt: skip


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    """Three tries without the waiting in between."""
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda seconds: None)


@pytest.fixture
def tls(tmp_path, monkeypatch):
    """A certificate that this process trusts."""
    context, file = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    return context


def by_mail(mails, **more) -> Alerts:
    return Alerts(
        mail_to=("billing@example.org", "it@example.org"), mail_from="bots@example.org",
        smtp_host="localhost", smtp_port=mails.port, **more,
    )  # fmt: skip


LOG_IN = {"smtp_user": "claimbots", "smtp_password": "env:MAIL_PASSWORD"}


def test_a_mail_says_what_happened_where_and_what_to_do(tls):
    with mail_server(tls_context=tls, require_starttls=True,
                     authenticator=authenticator, auth_required=True) as mails:  # fmt: skip
        send("mail", REFUSED, by_mail(mails, **LOG_IN))

    (letter,) = mails.letters
    assert mails.encrypted == [True]
    assert letter["Subject"] == "claimbots: the portal refused the log-in (acme)"
    assert letter["To"] == "billing@example.org, it@example.org"
    assert letter["Message-ID"] == "<log-in-refused-7@office-1>"
    assert letter.get_content().splitlines() == [
        "The portal refused the log-in; it is not tried again.",
        "",
        "portal: acme",
        "run: R-20260930-0001",
        "claims seen: 12, saves: 3",
        "since: 2026-09-30 06:31 UTC",
        "on: office-1",
        "",
        "What to do: put it right with `claimbots credentials set`, or `unlock` if it is right.",
        "This is said once, until a run of the portal was done.",
    ]


def test_a_mail_may_be_encrypted_from_the_start(tls):
    with mail_server(ssl_context=tls) as mails:
        send("mail", REFUSED, by_mail(mails, smtp_security="tls"))

    assert len(mails.raw) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_server_whose_certificate_nobody_vouches_for_gets_nothing(
    tmp_path, monkeypatch, security
):
    context, _ = certificate(tmp_path)
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    given = {"ssl_context": context} if security == "tls" else {"tls_context": context}
    with mail_server(**given) as mails, pytest.raises(NotSent, match="certificate"):
        # The server's own start-up check does not speak TLS with it, ours does.
        send("mail", REFUSED, by_mail(mails, smtp_security=security))

    assert mails.asked == 0


def test_a_mail_server_without_starttls_gets_no_password():
    with mail_server() as mails, pytest.raises(NotSent, match="offers no STARTTLS"):
        send("mail", REFUSED, by_mail(mails))

    assert mails.asked == 0


def test_a_wrong_password_is_tried_once_and_never_said(tls, monkeypatch):
    monkeypatch.setenv("MAIL_PASSWORD", "Wrong-4711-canary")
    with (
        mail_server(tls_context=tls, authenticator=authenticator, auth_required=True) as mails,
        pytest.raises(NotSent, match="answered 535") as said,
    ):
        send("mail", REFUSED, by_mail(mails, **LOG_IN))

    assert "canary" not in str(said.value)
    assert mails.asked == 0


def test_a_password_that_is_not_where_its_reference_says_is_named(tls, monkeypatch):
    monkeypatch.delenv("MAIL_PASSWORD")
    with mail_server(tls_context=tls) as mails, pytest.raises(NotSent, match="no variable MAIL_P"):
        send("mail", REFUSED, by_mail(mails, **LOG_IN))


@pytest.mark.parametrize(
    ("answers", "asked", "taken"),
    [
        (["451 later"], 2, True),
        (["451 later"] * 3, 3, False),
        (["550 never"], 1, False),
    ],
    ids=["later", "later-and-later", "never"],
)
def test_what_may_mend_itself_is_tried_three_times_a_refusal_once(tls, answers, asked, taken):
    with mail_server(tls_context=tls) as mails:
        mails.answers = list(answers)
        if taken:
            send("mail", REFUSED, by_mail(mails))
        else:
            with pytest.raises(NotSent, match=f"answered {answers[0][:3]}"):
                send("mail", REFUSED, by_mail(mails))

    assert (mails.asked, bool(mails.raw)) == (asked, taken)


@pytest.mark.parametrize("answer", ["550 no such mailbox", "452 full"])
def test_whom_a_mail_server_refused_is_said_though_it_took_the_mail_for_others(tls, answer):
    """None of them is named, and those that have it do not get it again."""
    with mail_server(tls_context=tls) as mails:
        mails.refuses = {"it@example.org": answer}
        with pytest.raises(NotToAll) as said:
            send("mail", REFUSED, by_mail(mails))

    assert mails.asked == 1
    assert str(said.value) == f"the mail server refused 1 of 2 recipients ([{answer[:3]}])"


def test_a_mail_that_no_recipient_may_have_is_not_sent(tls):
    with mail_server(tls_context=tls) as mails:
        mails.refuses = {f"{name}@example.org": "550 no" for name in ("billing", "it")}
        with pytest.raises(NotSent, match=r"refused the recipients \(\[550\]\)") as said:
            send("mail", REFUSED, by_mail(mails))

    assert not isinstance(said.value, NotToAll)


def test_a_mail_server_that_is_not_there_is_said():
    class Nobody:
        port = free_port()

    with pytest.raises(NotSent, match="no connection to the mail server"):
        send("mail", REFUSED, by_mail(Nobody))


# -- webhooks ---------------------------------------------------------------------------


def test_a_webhook_gets_json_and_its_token(tls, monkeypatch):
    monkeypatch.setenv("HOOK_TOKEN", "token-1")
    with web_server(tls) as posts:
        send("webhook", REFUSED, Alerts(webhook=posts.address, webhook_token="env:HOOK_TOKEN"))

    (told,) = posts.told
    assert posts.heads[0]["Authorization"] == "Bearer token-1"
    assert told.pop("text") == REFUSED.text()
    assert told == {
        "event": "log-in-refused",
        "reference": "log-in-refused-7",
        "origin": "office-1",
        "portal": "acme",
        "run": "R-20260930-0001",
        "claims": 12,
        "saves": 3,
        "since": "2026-09-30T06:31:00+00:00",
        "over": None,
        "do": MEANINGS[Event.LOG_IN_REFUSED].do,
    }


def test_an_address_that_is_a_secret_is_read_by_its_reference(monkeypatch):
    with web_server() as posts:
        monkeypatch.setenv("HOOK", posts.address)
        send("webhook", REFUSED, Alerts(webhook="env:HOOK"))
        monkeypatch.setenv("HOOK", "http://example.org/secret-canary")
        with pytest.raises(NotSent, match="not encrypted") as said:
            send("webhook", REFUSED, Alerts(webhook="env:HOOK"))

    assert len(posts.bodies) == 1
    assert "canary" not in str(said.value)


def test_a_web_server_whose_certificate_nobody_vouches_for_gets_nothing(tmp_path):
    context, _ = certificate(tmp_path)
    with web_server(context) as posts, pytest.raises(NotSent, match="SSLCert"):
        send("webhook", REFUSED, Alerts(webhook=posts.address))

    assert posts.asked == 0


@pytest.mark.parametrize(("answer", "asked"), [(503, 2), (429, 2), (404, 1)])
def test_an_answer_that_may_change_is_asked_for_again(answer, asked):
    with web_server() as posts:
        posts.answers = [(answer, {})]
        if asked == 2:
            send("webhook", REFUSED, Alerts(webhook=posts.address))
        else:
            with pytest.raises(NotSent, match=f"answered {answer}"):
                send("webhook", REFUSED, Alerts(webhook=posts.address))

    assert posts.asked == asked


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirection_is_not_followed(status):
    with web_server() as other, web_server() as posts:
        posts.answers = [(status, {"Location": other.address})]
        with pytest.raises(NotSent, match=f"answered {status}"):
            send("webhook", REFUSED, Alerts(webhook=posts.address))

    assert other.asked == 0


# -- RPA.Notifier -----------------------------------------------------------------------


def test_a_provider_of_rpa_notifier_gets_the_text(monkeypatch):
    with web_server() as posts:
        monkeypatch.setenv("SLACK", f'{{"webhook_url": "{posts.address}"}}')
        send("notifier", REFUSED, Alerts(notifier="slack", notifier_arguments="env:SLACK"))

    assert posts.told[0]["text"] == REFUSED.text()


def test_a_provider_that_refuses_is_said_without_its_secret_address(monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    monkeypatch.setenv("SLACK", f'{{"webhook_url": "http://127.0.0.1:{free_port()}/canary"}}')

    with pytest.raises(NotSent, match="slack did not take it") as said:
        send("notifier", REFUSED, Alerts(notifier="slack", notifier_arguments="env:SLACK"))

    assert "canary" not in str(said.value) + caplog.text


# -- settings ---------------------------------------------------------------------------


def test_nothing_set_is_no_way_of_telling():
    assert channels(Alerts()) == ()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"mail_to": ["a@b"]}, "mail_to without mail_from and smtp_host"),
        ({"mail_to": ["a@b"], "mail_from": "c@d", "smtp_host": "mail.example.org",
          "smtp_security": "none"}, "not encrypted"),
        ({"mail_to": ["a@b\nBcc: c@d"]}, "pattern"),
        ({"smtp_user": "bots"}, "go together"),
        ({"smtp_password": "hunter2"}, "not a reference"),
        ({"webhook": "http://example.org/x"}, "not encrypted"),
        ({"webhook": "https://user:pass@example.org/x"}, "not a web address"),
        ({"webhook": "file:"}, "not a reference"),
        ({"webhook": "ftp://example.org/x"}, "not a reference"),
        ({"notifier": "slack"}, "go together"),
    ],
)  # fmt: skip
def test_a_setting_that_would_send_openly_or_nowhere_is_refused(given, says):
    with pytest.raises(ValidationError, match=says) as said:
        Alerts(**given)
    assert "hunter2" not in str(said.value)


# -- words ------------------------------------------------------------------------------


def test_every_event_has_its_words_and_something_to_do():
    assert set(MEANINGS) == set(Event)
    for meaning in MEANINGS.values():
        assert meaning.says[0].islower()
        assert not meaning.says.endswith(".")
        assert "`" in meaning.do or "run" in meaning.do
