"""A new office: `init` writes what is missing and keeps what is there; `doctor` says the rest."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer

from bots.cli import doctor as doctors
from bots.cli.init import copied, init
from bots.config import default_folder
from bots.places import Places, here
from bots.store import alerts, apart, database

SHIPPED = sorted(path.name for path in default_folder("config").glob("*.yaml"))


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("CLAIMBOTS_CONFIG", "CLAIMBOTS_DATA"):
        monkeypatch.delenv(name, raising=False)
    # The table itself has its own tests; here it is enough that it is asked for.
    monkeypatch.setattr("bots.codesets.icd10cm.build_icd10cm", lambda folder: True)
    return tmp_path


def lines() -> dict[str, list[doctors.Line]]:
    found: dict[str, list[doctors.Line]] = {}
    for line in doctors.examined(here()):
        found.setdefault(line.about, []).append(line)
    return found


def test_init_writes_configuration_selectors_and_a_closed_data_folder(office):
    init()

    assert sorted(path.name for path in (office / "config").glob("*.yaml")) == SHIPPED
    assert (office / "config" / "contract" / "practice.yaml").is_file()
    assert (office / ".claimbots").stat().st_mode & 0o777 == 0o700


def test_init_keeps_what_the_office_wrote_and_says_so(office, capsys):
    (office / "config").mkdir()
    ours = office / "config" / "claimbots.yaml"
    ours.write_text("office: {name: Ours}\n")

    init()

    assert ours.read_text() == "office: {name: Ours}\n"
    said = capsys.readouterr().out
    assert "kept    config/claimbots.yaml" in said
    assert "written config/portals.yaml" in said


def test_init_writes_nothing_through_a_link(office):
    elsewhere = office / "elsewhere"
    (office / "config").mkdir()
    (office / "config" / "claimbots.yaml").symlink_to(elsewhere)

    init()

    assert not elsewhere.exists()


def test_files_arrive_byte_for_byte(tmp_path):
    source = default_folder("config")
    assert all(written for _, written in copied(source, tmp_path))
    for name in SHIPPED:
        assert (tmp_path / name).read_bytes() == (source / name).read_bytes()


def test_doctor_sends_a_new_office_to_init(office):
    found = lines()
    assert "run `claimbots init`" in found["data folder"][0].text
    assert "run `claimbots init`" in found["code sets"][0].text


def test_doctor_says_a_typo_with_its_line_and_goes_on(office):
    init()
    (office / "config" / "claimbots.yaml").write_text("run:\n  pagess: 2\n")

    found = lines()
    assert found["configuration"][0].state == "DO"
    assert found["configuration"][0].text == (
        "config/claimbots.yaml:2:3 run.pagess: unknown key; did you mean pages?"
    )
    assert "code sets" in found


def test_doctor_says_which_schedule_names_no_portal(office):
    init()
    assert "schedules" not in lines()
    file = office / "config" / "schedules.yaml"
    file.write_text('schedules:\n  nightly: {portal: acem, queue: pending, cron: "30 2 * * *"}\n')
    (line,) = lines()["schedules"]
    assert line.state == "DO"
    assert line.text.startswith("schedules.yaml schedules.nightly.portal: no portal named 'acem'")

    file.write_text(file.read_text().replace("acem", "practice"))
    assert lines()["schedules"] == [doctors.Line("OK", "schedules", "1 schedule read")]


def test_doctor_exits_1_where_there_is_something_to_do(office):
    with pytest.raises(typer.Exit) as caught:
        doctors.doctor()
    assert caught.value.exit_code == 1


def test_doctor_sees_a_data_folder_that_is_open_to_others(office):
    init()
    (office / ".claimbots").chmod(0o755)
    assert "open to others (0755)" in lines()["data folder"][0].text


def test_doctor_wants_a_master_key_for_a_live_portal(office):
    init()
    (office / "config" / "portals.yaml").write_text(
        "portals:\n  acme:\n    kind: acme\n    address: https://portal.example.com\n"
        "    credential: acme\n    mode: live\n"
        "    permission: {by: Dana Example, until: 2099-12-31}\n"
    )
    assert lines()["keys"][0].text == "live portals (acme) need keys.master; set it"


def test_doctor_sees_a_key_that_is_not_where_it_should_be(office, monkeypatch):
    init()
    monkeypatch.setenv("CLAIMBOTS_KEYS__MASTER", "env:NOT_SET_HERE")
    assert lines()["keys"][0].text == "the environment has no NOT_SET_HERE; set it"

    monkeypatch.setenv("CLAIMBOTS_KEYS__MASTER", "file:master.key")
    assert lines()["keys"][0].text.startswith("master.key is not there")

    (office / "master.key").touch(mode=0o644)
    (office / "master.key").chmod(0o644)
    assert lines()["keys"][0].text.startswith("master.key is open to others")


def test_doctor_says_who_is_told_and_what_could_not_be_sent(office, monkeypatch):
    init()
    assert lines()["alerts"][0].state == "NOTE"
    assert "nobody is told" in lines()["alerts"][0].text

    monkeypatch.setenv("CLAIMBOTS_ALERTS__WEBHOOK", "env:NOT_SET_HERE")
    assert lines()["alerts"][0].text == "the environment has no NOT_SET_HERE; set it"

    monkeypatch.setenv("CLAIMBOTS_ALERTS__WEBHOOK", "https://chat.example.org/hook")
    assert lines()["alerts"][0].text == "by webhook"

    now = datetime.now(UTC)
    places = Places(office / ".claimbots")
    database.connect(places)
    alerts.keep([alerts.Trouble("run-failed", "practice")], now)
    (waiting,) = alerts.take(["webhook"], now)
    alerts.sent(waiting.id, [], now, "webhook: the webhook answered 503")
    database.close()
    (line,) = lines()["alerts"]
    assert line.state == "DO"
    assert line.text.startswith("1 not sent, or not to all (webhook: the webhook answered 503)")


def test_doctor_sends_an_older_store_to_upgrade(office):
    init()
    places = Places(office / ".claimbots")
    database.connect(places)
    database.close()
    assert lines()["store"][0].state == "OK"

    with sqlite3.connect(places.store) as store:
        store.execute("DELETE FROM django_migrations WHERE name = ?", (apart.ours()[-1],))
    assert lines()["store"][0].text == "it is of an older version; run `claimbots upgrade`"


def test_doctor_survives_whatever_breaks_under_it(office, monkeypatch):
    init()

    def ill() -> None:
        raise RuntimeError("patient: Doe")

    monkeypatch.setattr(doctors, "_configured", ill)
    found = lines()
    assert found["configuration"][0].state == "DO"
    assert "Doe" not in "".join(line.text for about in found.values() for line in about)


def test_doctor_notes_that_writing_is_stopped(office):
    from bots.store.brake import stop

    init()
    assert lines()["brake"][0].state == "OK"
    stop(here(), "dana", "an audit")

    (line,) = lines()["brake"]
    assert line.state == "NOTE"
    assert line.text.startswith("pulled by dana at 20")
    assert "claimbots go" in line.text


def test_doctor_says_which_log_in_is_not_kept_and_which_was_refused(office):
    from bots.secrets import development_key
    from bots.secrets.credentials import Credential, remember_credential
    from bots.secrets.refused import remember

    init()
    (line,) = lines()["credentials"]
    assert line.state == "NOTE"
    assert "`claimbots credentials set practice`" in line.text

    key = development_key(here())
    login = Credential("biller", "word", "")
    remember_credential("practice", login, here(), key)
    assert lines()["credentials"][0].state == "OK"

    remember("practice", login, here(), key)
    (line,) = lines()["credentials"]
    assert line.state == "DO"
    assert "credentials unlock practice" in line.text


def test_doctor_looks_at_the_browser_that_the_settings_name(office):
    init()
    (office / "config" / "claimbots.yaml").write_text("browser: {path: /nowhere/chrome}\n")
    assert lines()["browser"][0].text.startswith("browser.path: no browser there")
