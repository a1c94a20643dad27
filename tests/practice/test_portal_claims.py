"""One claim: what its screens show, what a save stores, what the witness saw."""

from __future__ import annotations

import pytest
from practice.visiting import Portal, Visitor, alert, said, shown


def test_the_claim_page_shows_lines_diagnoses_and_the_linked_master_record(biller: Visitor):
    page = biller.get("/claims/C00004/")
    assert shown(page, "claim_number") == "C00004"
    assert shown(page, "line-2-ndc") == "00641036725"
    assert shown(page, "diagnosis-1") == "E11.9"
    assert shown(page, "total_charge") == "104.00"
    assert 'data-field="record_id">PR001' in page.text


def test_documentation_and_history_have_their_own_tabs(biller: Visitor):
    documentation = biller.get("/claims/C00004/documentation/").text
    for table in ("orders", "procedures", "administrations", "headings"):
        assert f'id="{table}"' in documentation
    assert 'data-what="created"' in biller.get("/claims/C00004/history/").text


def test_a_save_stores_its_changes_as_one_version_and_one_witnessed_save(
    portal: Portal, biller: Visitor
):
    before = portal.witness(dump=True)["dump"]
    page = biller.save("C00005", member_id="1EG4TE5MK73", line__2__units="5", diagnosis__2="I11.9")
    assert said(page) == "Saved. Version 2."

    seen = portal.witness(dump=True)
    after = seen["dump"]
    assert seen["claims"]["C00005"] == {"saves": 1, "notes": 0}
    assert after["C00005"]["member_id"] == "1EG4TE5MK73"
    assert after["C00005"]["diagnoses"] == "E11.9 I11.9"
    assert after["C00005"]["lines"]["2"]["units"] == 5
    assert {n: c for n, c in after.items() if n != "C00005"} == {
        n: c for n, c in before.items() if n != "C00005"
    }
    history = biller.get("/claims/C00005/history/").text
    assert "units: 4 → 5" in history
    assert "member id: 1EG4TE5MK05 → 1EG4TE5MK73" in history


def test_the_witness_keeps_before_and_after_of_each_row(portal: Portal, biller: Visitor):
    biller.save("C00007", line__1__modifiers="59")
    (before, after), *_ = portal.query(
        "SELECT before ->> '$.modifiers', after ->> '$.modifiers' FROM billing_witness"
        " WHERE \"table\" = 'billing_serviceline' AND op = 'update' AND claim ="
        " (SELECT id FROM billing_claim WHERE number = 'C00007')"
    )
    assert (before, after) == ("25", "59")


def test_recalculating_saves_the_form_and_sets_the_total_in_the_same_save(
    portal: Portal, biller: Visitor
):
    page = biller.save("C00008", "recalculate", line__1__charge="70.00")
    assert said(page) == "Saved. Version 2."
    assert shown(page, "total_charge") == "118.00"
    assert portal.witness()["claims"]["C00008"]["saves"] == 1
    assert 'data-what="recalculated"' in biller.get("/claims/C00008/history/").text


def test_an_edited_line_alone_leaves_the_total_as_it_was(biller: Visitor):
    assert shown(biller.save("C00010", line__1__charge="70.00"), "total_charge") == "110.00"


def test_a_save_with_an_older_version_is_refused_and_says_who_was_first(
    portal: Portal, biller: Visitor
):
    old = biller.form("/claims/C00011/edit/") | {"action": "save", "member_id": "MINE000"}
    with portal.visitor() as other:
        other.log_in("biller2")
        other.save("C00011", member_id="THEIRS00")
    page = biller.post("/claims/C00011/edit/", data=old)
    assert page.status_code == 200
    assert "changed by biller2 meanwhile" in alert(page)
    assert portal.claim("C00011")["member_id"] == "THEIRS00"


def test_a_save_without_a_change_makes_no_version(portal: Portal, biller: Visitor):
    assert said(biller.save("C00013")) == "Nothing was changed."
    assert "C00013" not in portal.witness()["claims"]


@pytest.mark.parametrize(
    ("boxes", "words"),
    [
        ({"member_id": ""}, "Member ID must not be empty"),
        ({"rendering_npi": "123"}, "Rendering NPI must be ten digits"),
        ({"diagnosis__1": "hello"}, "Diagnosis 1 is not the form"),
        ({"diagnosis__1": ""}, "without a gap"),
        ({"line__1__modifiers": "25-59"}, "Line 1, modifiers must be up to four"),
        ({"line__1__units": "0"}, "units must be a number above 0"),
        ({"line__1__charge": "-5"}, "charge must be a number"),
        ({"line__1__charge": "NaN"}, "charge must be a number"),
        ({"line__1__service_date": "31/31/2026"}, "service date must be a date"),
        ({"line__2__ndc": "123"}, "ndc must be eleven digits"),
        ({"line__1__pointers": "0"}, "pointers must be up to four"),
    ],
)
def test_what_the_portal_cannot_take_is_refused_in_words_and_not_stored(
    portal: Portal, biller: Visitor, boxes: dict[str, str], words: str
):
    page = biller.save("C00014", **boxes)
    assert page.status_code == 200
    assert words in alert(page)
    assert "C00014" not in portal.witness()["claims"]


def test_a_claim_that_was_sent_has_no_form_and_takes_no_save_but_takes_a_note(
    portal: Portal, biller: Visitor
):
    assert 'id="edit-form"' not in biller.get("/claims/C00003/edit/").text
    boxes = biller.form("/claims/C00016/edit/") | {"action": "save", "member_id": "X"}
    assert "can no longer be changed" in alert(biller.post("/claims/C00003/edit/", data=boxes))
    assert said(biller.note("C00003", "cb-1", "look at line 2")) == "Note added."
    assert portal.witness()["claims"]["C00003"] == {"saves": 0, "notes": 1}


def test_a_claim_on_hold_takes_no_save_until_it_is_released(biller: Visitor):
    page = "/claims/C00017/"
    biller.submit(page, "hold-form", to=f"{page}hold/", reason="waiting for the chart")
    assert shown(biller.get(page), "on_hold") == "Yes"
    assert 'id="not-editable"' in biller.get(f"{page}edit/").text
    biller.submit(page, "release-form", to=f"{page}release/")
    assert said(biller.save("C00017", member_id="1EG4TE5MK99")) == "Saved. Version 4."


def test_the_old_corner_is_a_frameset_with_a_table_that_has_no_ids(biller: Visitor):
    assert "<frameset" in biller.get("/legacy/remittance/C00004/").text
    body = biller.get("/legacy/remittance/C00004/body/").text
    assert "<table" in body
    assert " id=" not in body


def test_every_request_stands_in_the_portals_own_file(portal: Portal, biller: Visitor):
    biller.get("/claims/C00020/history/")
    last = portal.requests()[-1]
    assert (last["method"], last["claim"], last["user"], last["status"]) == (
        "GET",
        "C00020",
        "biller",
        200,
    )
