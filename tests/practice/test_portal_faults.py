"""Each fault does what its line says."""

from __future__ import annotations

import json
import time

import httpx
import pytest
from practice.visiting import Portal, Visitor, alert, rows_of, said, shown

from bots.cli import practice
from bots.errors import Problem

SAVE = {"member_id": "1EG4TE5NEW1"}


def stored(portal: Portal, number: str) -> bool:
    rows = portal.query("SELECT member_id FROM billing_claim WHERE number = ?", number)
    return bool(rows[0][0] == SAVE["member_id"])


# --- the door


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [("F08", {}, "Account locked"), ("F10", {"seconds": 90}, "code is not right")],
)
def test_a_fault_at_the_door_refuses_the_log_in(portal, visitor, name, options, words):
    portal.fault(name, **options)
    first = visitor.password("biller")
    page = first if alert(first) else visitor.log_in()
    assert words in alert(page)


def test_f10_a_clock_that_is_one_step_off_still_lets_you_in(portal, visitor):
    portal.fault("F10", seconds=30)
    assert visitor.log_in().url.path == "/"


def test_f12_shows_a_captcha_instead_of_the_code(portal, visitor):
    portal.fault("F12")
    assert 'id="captcha"' in visitor.password("biller").text


def test_f09_asks_for_a_new_password_first(portal, visitor):
    portal.fault("F09")
    assert visitor.log_in().url.path == "/login/password/"


def test_f16_sends_the_log_in_page_to_another_origin(portal, visitor):
    portal.fault("F16")
    assert (
        visitor.get("/login/", follow_redirects=False)
        .headers["location"]
        .startswith("http://localhost:")
    )
    portal.fault("F16", kind="form")
    assert 'action="http://localhost:' in visitor.get("/login/").text


@pytest.mark.parametrize(("name", "nth"), [("F13", 2), ("session-ends", 2), ("F14", 1)])
def test_a_session_ends_in_mid_work(portal, biller, name, nth):
    portal.fault(name, nth=nth)
    paths = [biller.get("/claims/C00001/").url.path for _ in range(3)]
    assert paths.index("/login/") == nth - 1


def test_f15_takes_the_role_away(portal, biller):
    portal.fault("F15")
    assert biller.get("/claims/C00001/").status_code == 403


# --- lists


def pages(biller: Visitor) -> list[list[str]]:
    return [rows_of(biller.get(f"/claims/?queue=pending&page={page}")) for page in (1, 2)]


def test_f17_a_row_removed_between_pages_makes_the_next_one_slip_through(portal, biller):
    whole = [number for page in pages(biller) for number in page]
    portal.fault("F17")
    first, second = pages(biller)
    assert set(whole) - set(first) - set(second) == {whole[25]}


def test_f17_a_row_inserted_between_pages_shows_another_twice(portal, biller):
    portal.fault("F17", kind="inserted")
    first, second = pages(biller)
    assert set(first) & set(second) == {first[-1]}


def test_f18_paging_stalls(portal, biller):
    portal.fault("F18")
    first, second = pages(biller)
    assert first == second


def test_f19_an_error_looks_like_no_results(portal, biller):
    portal.fault("F19", times=1)
    page = biller.get("/claims/?queue=pending")
    assert page.status_code == 200
    assert not rows_of(page)
    assert "E-1042" in page.text
    assert rows_of(biller.get("/claims/?queue=pending"))


def test_f20_the_count_is_not_the_rows(portal, biller):
    portal.fault("F20")
    assert shown(biller.get("/claims/?queue=pending"), "total-count") == "43 claims"


def test_f21_the_order_changes(portal, biller):
    portal.fault("F21")
    first, second = pages(biller)
    assert set(first) & set(second)


def test_f22_a_claim_stands_on_two_pages(portal, biller):
    portal.fault("F22")
    first, second = pages(biller)
    assert second[0] == first[-1]


def test_f24_fails_in_mid_paging_once(portal, biller):
    portal.fault("F24")
    path = "/claims/?queue=pending&page=2"
    assert [biller.get(path).status_code for _ in range(2)] == [500, 200]


# --- a claim's screens


@pytest.mark.parametrize(("how", "there"), [("renamed", ""), ("removed", ""), ("moved", "1EG4")])
def test_f25_a_field_is_not_where_it_was(portal, biller, how, there):
    portal.fault("F25", how=how)
    assert shown(biller.get("/claims/C00001/"), "member_id")[:4] == there


def test_f26_a_field_stands_there_twice(portal, biller):
    portal.fault("F26", field="line-1-procedure")
    assert biller.get("/claims/C00001/").text.count('data-testid="line-1-procedure"') == 2
    portal.fault("F26", field="save")
    assert biller.get("/claims/C00001/edit/").text.count(">Save</button>") == 2


def test_f27_another_claim_is_painted_first(portal, biller):
    portal.fault("F27", claim="C00001")
    page = biller.get("/claims/C00001/")
    assert shown(page, "claim_number") == "C00002"
    assert 'template id="fresh"' in page.text
    portal.fault("F27", part="body")
    page = biller.get("/claims/C00001/")
    assert shown(page, "claim_number") == "C00001"
    assert shown(page, "record_number") == "MRN0003"


def test_f28_another_claim_opens(portal, biller):
    portal.fault("F28", times=1)
    assert shown(biller.get("/claims/C00001/"), "claim_number") == "C00002"
    assert shown(biller.get("/claims/C00001/"), "claim_number") == "C00001"


def test_f29_dates_and_decimals_flip(portal, biller):
    portal.fault("F29")
    page = biller.get("/claims/C00001/")
    assert shown(page, "total_charge") == "101,00"
    assert shown(page, "line-1-service_date") == "02.09.2026"
    assert 'lang="de-DE"' in page.text


@pytest.mark.parametrize(
    ("name", "options", "field", "text"),
    [
        ("F30", {}, "member_id", "1EG4…"),
        ("F31", {}, "line-1-procedure", "99\u200b213"),
        ("F31", {"kind": "nbsp"}, "line-1-procedure", "\u00a099213\u00a0"),
    ],
)
def test_a_value_is_shown_altered(portal, biller, name, options, field, text):
    portal.fault(name, **options)
    assert shown(biller.get("/claims/C00001/"), field) == text


def test_f33_a_record_open_elsewhere_takes_no_save(portal, biller):
    boxes = biller.form("/claims/C00001/edit/") | SAVE
    portal.fault("F33")
    assert 'id="record-locked"' in biller.get("/claims/C00001/edit/").text
    assert "is open by" in alert(biller.post("/claims/C00001/edit/", data=boxes))


# --- other people


def test_f49_somebody_changes_the_claim_after_it_was_read(portal, biller):
    portal.fault("F49", claim="C00002")
    assert shown(biller.get("/claims/C00002/"), "member_id") == "1EG4TE5MK02"
    assert shown(biller.get("/claims/C00002/"), "member_id") == "CHANGED01"


def test_f49_after_the_form_was_served_the_save_is_refused(portal, biller):
    portal.fault("F49", after="edit", field="modifiers", line=1, value="59")
    assert "changed by t.okafor meanwhile" in alert(biller.save("C00022", **SAVE))
    assert not stored(portal, "C00022")


def test_f50_somebody_sets_the_new_value_first(portal, biller):
    portal.fault("F50", field="member_id", value=SAVE["member_id"])
    biller.get("/claims/C00023/")
    assert stored(portal, "C00023")


def test_f51_the_status_moves_on(portal, biller):
    portal.fault("F51", after="edit")
    assert "its status is Submitted" in alert(biller.save("C00025", **SAVE))


# --- in the browser


@pytest.mark.parametrize(
    ("name", "options", "script"),
    [
        ("F52", {}, "box.value"),
        ("F54", {}, "confirm("),
        ("F54", {"kind": "alert"}, "alert("),
        ("F55", {}, "beforeunload"),
        ("F56", {}, "window.open"),
        ("F56", {"kind": "download"}, "download.csv"),
        ("F60", {}, "setInterval"),
        ("overlay", {}, 'id="announcement"'),
    ],
)
def test_the_edit_page_carries_the_script(portal, biller, name, options, script):
    assert script not in biller.get("/claims/C00001/edit/").text.replace("window.open(this", "")
    portal.fault(name, **options)
    assert script in biller.get("/claims/C00001/edit/").text


# --- saves


def test_f53_the_portal_recalculates_another_field(portal, biller):
    portal.fault("F53")
    assert shown(biller.save("C00026", **SAVE), "line-1-charge") == "61.00"


def test_f61_is_stored_at_once_and_answered_late(portal, biller):
    portal.fault("F61", seconds=1.2)
    with pytest.raises(httpx.ReadTimeout):
        biller.post(
            "/claims/C00028/edit/", data=biller.form("/claims/C00028/edit/") | SAVE, timeout=0.6
        )
    assert stored(portal, "C00028")


def test_f67_is_stored_after_the_client_gave_up(portal, biller):
    portal.fault("F67", seconds=1)
    with pytest.raises(httpx.ReadTimeout):
        biller.post(
            "/claims/C00029/edit/", data=biller.form("/claims/C00029/edit/") | SAVE, timeout=0.4
        )
    assert not stored(portal, "C00029")
    time.sleep(1.2)
    assert stored(portal, "C00029")


def test_f63_is_stored_and_the_line_is_cut(portal, biller):
    portal.fault("F63")
    with pytest.raises(httpx.RemoteProtocolError):
        biller.save("C00031", **SAVE)
    assert stored(portal, "C00031")
    # The witness writes its line after the client has seen the cut: wait for it.
    until = time.monotonic() + 5
    while portal.requests()[-1]["status"] != "cut" and time.monotonic() < until:
        time.sleep(0.02)
    assert portal.requests()[-1]["status"] == "cut"
    assert biller.get("/claims/C00031/").status_code == 200


@pytest.mark.parametrize(
    ("name", "number", "status", "is_stored"),
    [("F64", "C00032", 502, True), ("F65", "C00034", 502, False)],
)
def test_a_gateway_error_says_nothing_about_the_store(
    portal, biller, name, number, status, is_stored
):
    portal.fault(name)
    assert biller.save(number, **SAVE).status_code == status
    assert stored(portal, number) is is_stored


@pytest.mark.parametrize(("name", "words"), [("F66", "R-207"), ("F70", "meanwhile")])
def test_a_refusal_is_a_banner_and_nothing_is_stored(portal, biller, name, words):
    portal.fault(name)
    page = biller.save("C00035", **SAVE)
    assert page.status_code == 200
    assert words in alert(page)
    assert not stored(portal, "C00035")


def test_f68_answers_the_save_itself(portal, biller):
    portal.fault("F68")
    page = biller.save("C00037", **SAVE)
    assert not page.history
    assert "Saved" in said(page)


def test_f69_the_session_is_over_at_the_save(portal, biller):
    portal.fault("F69")
    assert biller.save("C00038", **SAVE).url.path == "/login/"
    assert not stored(portal, "C00038")


def test_f71_one_field_is_dropped_in_silence(portal, biller):
    portal.fault("F71", field="member_id")
    page = biller.save("C00040", frequency_code="7", **SAVE)
    assert "Saved" in said(page)
    assert shown(page, "frequency_code") == "7"
    assert not stored(portal, "C00040")


def test_f72_a_second_claim_is_touched(portal, biller):
    portal.fault("F72")
    biller.save("C00041", **SAVE)
    saves = portal.witness()["claims"]
    assert saves["C00043"]["saves"] == 1


def test_save_ignored_says_saved_and_stores_nothing(portal, biller):
    portal.fault("save-ignored")
    assert "Saved" in said(biller.save("C00044", **SAVE))
    assert not stored(portal, "C00044")


def test_a_save_fault_meant_for_notes_leaves_saves_alone(portal, biller):
    portal.fault("F65", on="note")
    assert "Saved" in said(biller.save("C00046", **SAVE))
    assert biller.note("C00046", "k", "text").status_code == 502


# --- the server


def test_f73_is_down_for_maintenance(portal, biller):
    portal.fault("F73")
    assert biller.get("/").status_code == 503


def test_f74_shows_the_old_values_for_a_while(portal, biller):
    portal.fault("F74", times=2)
    assert "Saved" in said(biller.save("C00047", **SAVE))
    reads = [biller.get("/claims/C00047/") for _ in range(3)]
    assert [shown(read, "member_id") for read in reads] == [
        "1EG4TE5MK47",
        "1EG4TE5MK47",
        SAVE["member_id"],
    ]


def test_f75_is_down_for_the_read_back(portal, biller):
    portal.fault("F75", times=2)
    assert "Saved" in said(biller.save("C00049", **SAVE))
    assert [biller.get("/claims/C00049/").status_code for _ in range(3)] == [503, 503, 200]
    assert stored(portal, "C00049")


def test_f98_says_when_to_come_back(portal, biller):
    portal.fault("F98", times=1)
    page = biller.get("/")
    assert (page.status_code, page.headers["retry-after"]) == (429, "2")
    assert biller.get("/").status_code == 200


def test_slow_pages_and_the_nth_request(portal, biller):
    portal.fault("slow", seconds=0.4, path="/history/")
    began = time.monotonic()
    biller.get("/claims/C00001/history/")
    assert time.monotonic() - began > 0.4
    portal.fault("nth5xx", nth=3)
    assert [biller.get("/").status_code for _ in range(4)] == [200, 200, 500, 200]


def test_a_download_hangs_in_the_middle(portal, biller):
    portal.fault("hung-download", seconds=1)
    with pytest.raises(httpx.ReadTimeout):
        biller.get("/claims/download.csv?queue=pending", timeout=0.5)


def test_the_list_says_of_a_fault_whether_it_has_struck(portal, biller):
    portal.fault("F30", claim="C00002")
    for number, struck in (("C00001", False), ("C00002", True)):
        biller.get(f"/claims/{number}/")
        (row,) = json.loads(practice.ask(portal.data, "faults", "list"))
        assert row["struck"] is struck


def test_a_fault_is_for_its_claim_only(portal, biller):
    portal.fault("F30", claim="C00002")
    assert "…" not in shown(biller.get("/claims/C00001/"), "member_id")
    assert "…" in shown(biller.get("/claims/C00002/"), "member_id")


# --- the command


def test_the_command_sets_lists_and_clears(portal):
    practice.ask(portal.data, "faults", "set", "F61", "seconds=2", "claim=C00001")
    assert '"seconds": "2"' in practice.ask(portal.data, "faults", "list")
    practice.ask(portal.data, "faults", "clear")
    assert practice.ask(portal.data, "faults", "list").strip() == "[]"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [(("set", "F999"), "no fault F999"), (("set", "F61", "colour=red"), "F61 takes claim")],
)
def test_the_command_says_what_it_does_not_know(portal, words, sentence):
    with pytest.raises(Problem, match=sentence):
        practice.ask(portal.data, "faults", *words)
