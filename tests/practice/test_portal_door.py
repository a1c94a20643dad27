"""The practice portal's door: who gets in, and who does not."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path

import pytest
from practice.visiting import Portal, Visitor, alert, code_of, said

from bots.cli import practice

DASHBOARD = "Dashboard"


def heading(response) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", response.text, re.DOTALL)
    return found[1] if found else ""


def test_password_and_code_lead_to_the_dashboard(visitor: Visitor):
    assert heading(visitor.log_in()) == DASHBOARD


def test_nobody_sees_a_claim_before_log_in_and_the_way_back_is_kept(visitor: Visitor):
    page = visitor.get("/claims/C00001/")
    assert page.url.path == "/login/"
    assert "C00001" not in heading(page)

    visitor.submit("/login/?next=/claims/C00001/", "login-form", to="/login/", username="biller",
                   password="practice-Biller-1")  # fmt: skip
    assert visitor.code(code_of("biller")).url.path == "/claims/C00001/"


def test_a_way_back_to_another_host_is_not_followed(visitor: Visitor):
    visitor.submit("/login/?next=http://evil.test/", "login-form", to="/login/", username="biller",
                   password="practice-Biller-1")  # fmt: skip
    assert visitor.code(code_of("biller")).url.host == "127.0.0.1"


def test_a_used_code_is_refused(portal: Portal, visitor: Visitor):
    visitor.log_in()
    with portal.visitor() as second:
        assert "already used" in alert(second.log_in())
        assert second.get("/").url.path == "/login/"


@pytest.mark.parametrize(("off", "gets_in"), [(-30, True), (30, True), (-95, False), (95, False)])
def test_a_code_of_the_neighbouring_step_is_taken_and_no_other(visitor: Visitor, off, gets_in):
    assert (heading(visitor.log_in(off=off)) == DASHBOARD) is gets_in


def test_five_wrong_tries_lock_the_account_and_the_right_password_then_too(visitor: Visitor):
    words = [alert(visitor.password("biller2", "wrong")) for _ in range(5)]
    assert all("not right" in word for word in words[:4])
    assert "Account locked" in words[4]
    assert "Account locked" in alert(visitor.password("biller2"))


def test_a_supervisor_unlocks_an_account_and_nobody_else_does(portal: Portal, visitor: Visitor):
    for _ in range(5):
        visitor.password("biller2", "wrong")
    visitor.log_in("biller")
    assert visitor.get("/accounts/").status_code == 403
    with portal.visitor() as boss:
        boss.log_in("supervisor")
        boss.submit("/accounts/", "unlock-biller2", to="/accounts/biller2/unlock/")
    with portal.visitor() as again:
        assert heading(again.log_in("biller2")) == DASHBOARD


def test_wrong_codes_count_as_wrong_tries(visitor: Visitor):
    visitor.password("biller2")
    words = [alert(visitor.code("000000")) for _ in range(5)]
    assert "Account locked" in words[4]


def test_an_unknown_name_gets_the_same_words_as_a_wrong_password(visitor: Visitor):
    assert alert(visitor.password("nobody", "x")) == alert(visitor.password("biller", "x"))


def test_a_form_without_its_token_is_refused(biller: Visitor):
    page = biller.post("/claims/C00001/notes/", data={"key": "k", "text": "no token"})
    assert page.status_code == 403
    assert "out of date" in alert(page)


def test_after_log_out_the_session_is_gone(biller: Visitor):
    token = biller.form("/claims/C00001/", "note-form")["csrfmiddlewaretoken"]
    assert "logged out" in said(biller.post("/logout/", data={"csrfmiddlewaretoken": token}))
    assert biller.get("/claims/C00001/").url.path == "/login/"


def test_an_idle_session_expires(seeded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shutil.copytree(seeded, tmp_path / "p")
    monkeypatch.setenv("PRACTICE_SESSION_SECONDS", "1")
    server = practice.start(tmp_path / "p")
    try:
        with Visitor(server.address) as visitor:
            visitor.log_in()
            assert visitor.get("/claims/C00001/").url.path == "/claims/C00001/"
            time.sleep(1.2)
            page = visitor.get("/claims/C00001/")
    finally:
        practice.stop(server)
    assert page.url.path == "/login/"
    assert "expired" in said(page)


def test_read_only_people_see_no_edit_and_are_refused_one(visitor: Visitor):
    visitor.log_in("readonly")
    page = visitor.get("/claims/C00001/")
    assert 'id="edit-claim"' not in page.text
    assert 'id="note-form"' not in page.text
    assert visitor.get("/claims/C00001/edit/").status_code == 403


def test_a_claim_that_is_not_there_is_a_404(biller: Visitor):
    assert biller.get("/claims/C99999/").status_code == 404
