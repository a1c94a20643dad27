"""A portal starts in shadow, and a live one needs permission in force and a master key."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bots.config import Portal, Settings, find_portal, load_portals, may_write
from bots.config.names import CREDENTIAL, NAME
from bots.errors import Problem

TODAY = date(2026, 9, 30)
WITH_KEY = Settings.model_validate({"keys": {"master": "env:OFFICE_KEY"}})


def a_portal(**changed: object) -> Portal:
    given = {"kind": "acme", "address": "https://portal.example.com/", "credential": "acme"}
    return Portal.model_validate(given | changed)


def live(until: date) -> Portal:
    return a_portal(mode="live", permission={"by": "Dana Example", "until": until})


@pytest.mark.parametrize(
    ("name", "credential", "said"),
    [
        ("p" * NAME, "vault:" + "k" * (CREDENTIAL - 6), ""),
        ("p" * (NAME + 1), "acme", rf"yaml:1:1 portals: .* at most {NAME} characters"),
        (
            "acme",
            "vault:" + "k" * (CREDENTIAL - 5),
            r"yaml:5:5 portals\.acme\.credential: .*--from",
        ),
    ],
    ids=["longest", "name too long", "credential too long"],
)
def test_what_the_store_cannot_keep_is_refused_when_the_file_is_read(
    tmp_path: Path, name, credential, said
):
    (tmp_path / "portals.yaml").write_text(
        f"portals:\n  {name}:\n    kind: acme\n    address: https://x.example\n"
        f"    credential: {credential}\n"
    )
    if not said:
        assert set(load_portals(tmp_path)) == {name}
        return
    with pytest.raises(Problem, match=said):
        load_portals(tmp_path)


def test_a_portal_starts_in_shadow_and_nothing_is_written_there():
    assert a_portal().mode == "shadow"
    assert may_write("acme", a_portal(), WITH_KEY, TODAY) is False


def test_a_live_portal_may_be_written_to_on_the_last_day_of_its_permission():
    assert may_write("acme", live(until=TODAY), WITH_KEY, TODAY) is True


def test_a_permission_that_ended_yesterday_stops_the_run():
    with pytest.raises(Problem, match=r"portals\.acme\.permission: the permission .* has ended"):
        may_write("acme", live(until=date(2026, 9, 29)), WITH_KEY, TODAY)


def test_a_live_portal_without_a_master_key_stops_the_run():
    with pytest.raises(Problem, match="a live portal needs a master key"):
        may_write("acme", live(until=TODAY), Settings(), TODAY)


def test_live_without_a_permission_is_refused_when_the_file_is_read(tmp_path: Path):
    (tmp_path / "portals.yaml").write_text(
        "portals:\n  acme:\n    kind: acme\n    address: https://x.example\n"
        "    credential: acme\n    mode: live\n"
    )
    with pytest.raises(Problem, match=r"yaml:2:3 portals\.acme: live without `permission`"):
        load_portals(tmp_path)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_the_practice_portal_on_this_machine_needs_neither(host):
    practice = a_portal(kind="practice", address=f"http://{host}:8765", mode="live")
    assert may_write("practice", practice, Settings(), TODAY) is True


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "practice", "address": "https://portal.example.com", "mode": "live"},
        {"kind": "acme", "address": "http://127.0.0.1:8765", "mode": "live"},
    ],
)
def test_neither_the_name_nor_the_address_alone_makes_a_practice_portal(changed):
    with pytest.raises(ValueError, match="live without"):
        a_portal(**changed)


@pytest.mark.parametrize(
    "address",
    [
        "http://portal.example.com",
        "http://127.0.0.1.example.com",
        "ftp://127.0.0.1",
        "https://user:word@portal.example.com",
        "https://",
        "portal.example.com",
        "https://[",
        "https://x:99999",
        "file:///etc/passwd",
    ],
)
def test_an_address_that_is_not_safe_is_refused(address):
    with pytest.raises(ValueError, match="address"):
        a_portal(address=address)


def test_a_portal_that_is_not_there_names_the_nearest():
    with pytest.raises(Problem, match="did you mean acme"):
        find_portal({"acme": a_portal()}, "acmee")


@pytest.mark.parametrize("name", ["../x", "a b", ""])
def test_a_portal_name_is_no_path(tmp_path: Path, name):
    (tmp_path / "portals.yaml").write_text(
        f"portals:\n  '{name}': {{kind: a, address: https://x, credential: c}}\n"
    )
    with pytest.raises(Problem, match="a portal's name"):
        load_portals(tmp_path)


def test_every_key_is_shown_in_the_shipped_file():
    shipped = (Path(__file__).parents[2] / "config" / "portals.yaml").read_text()
    for key in Portal.model_fields:
        assert f"    {key}:" in shipped.replace("# ", ""), key
