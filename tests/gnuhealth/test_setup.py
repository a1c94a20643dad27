"""The set-up of the real GNU Health: that it runs, that it holds what the plan says."""

from __future__ import annotations

import hashlib
import re
import time
import urllib.request
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from gnuhealth import api
from gnuhealth.install import digest, install
from gnuhealth.plan import AS_OF, make_plan
from gnuhealth.portal import SERVICE, Clinic, a_clinic, prepare
from gnuhealth.users import ADMIN

pytestmark = [pytest.mark.gnuhealth, pytest.mark.timeout(900)]
LINE = f"{SERVICE}.line"
EVALUATION = "gnuhealth.patient.evaluation"
MBI = re.compile(r"[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d[AC-HJKMNP-RT-Y]"
                 r"[0-9AC-HJKMNP-RT-Y]\d[AC-HJKMNP-RT-Y]{2}\d\d")  # fmt: skip


@pytest.fixture(scope="module")
def bot(gnuhealth: Clinic) -> api.Session:
    return gnuhealth.log_in("bot")


def _planted(clinic: Clinic, defect: str) -> dict[str, Any]:
    return next(entry for entry in clinic.truth if entry["defect"] == defect)


def _clean(clinic: Clinic, *, state: str = "draft") -> int:
    """A service with nothing planted, which nobody has written to since it was seeded."""
    planted = {entry["id"] for entry in clinic.truth}
    rows = clinic.ask(
        "SELECT id FROM gnuhealth_health_service WHERE state=? AND write_uid=1 ORDER BY id", state
    )
    return next(int(number) for (number,) in rows if number not in planted)


def _lines(session: api.Session, service: int) -> list[dict[str, Any]]:
    (found,) = session.read(SERVICE, [service], "service_line")
    return session.read(LINE, list(found["service_line"]), "product", "qty", "remarks")


def test_the_page_of_the_web_client_finds_all_that_it_loads(gnuhealth: Clinic) -> None:
    with urllib.request.urlopen(gnuhealth.address, timeout=30) as page:
        text = page.read().decode()

    wanted = re.findall(r'(?:src|href)="([^"#?]+\.(?:js|css))"', text)
    assert len(wanted) > 15
    for name in wanted:
        with urllib.request.urlopen(f"{gnuhealth.address}/{name}", timeout=30) as answer:
            assert answer.status == 200


def test_the_database_holds_the_whole_plan(gnuhealth: Clinic, bot: api.Session) -> None:
    plan = make_plan()

    found = {row["name"]: row for row in bot.find(SERVICE, [], "name", "service_date", "state")}
    lines: dict[int, list[tuple[int, str]]] = {}
    for row in sorted(bot.find(LINE, [], "service", "qty", "remarks"), key=lambda row: row["id"]):
        lines.setdefault(row["service"], []).append((row["qty"], row["remarks"] or ""))

    assert set(found) == {service.name for service in plan.services}
    for service in plan.services:
        row = found[service.name]
        assert row["service_date"] == service.day
        assert row["state"] == ("invoiced" if service.invoiced else "draft")
        assert lines[row["id"]] == [(line.units, line.remarks) for line in service.lines]


def test_the_truth_names_each_planted_defect_by_the_services_own_number(
    gnuhealth: Clinic, bot: api.Session
) -> None:
    names = {row["id"]: row["name"] for row in bot.find(SERVICE, [], "name")}

    assert len(gnuhealth.truth) == len(make_plan().planted)
    for entry in gnuhealth.truth:
        assert names[entry["id"]] == entry["service"]
        assert entry["line"] is None or entry["line"] <= len(_lines(bot, entry["id"]))


# What a defect looks like to whoever reads the records, without any check of ours.
UNITS = {"units-not-positive": lambda units: units <= 0, "mue-line": lambda units: units > 2}


@pytest.mark.parametrize("defect", sorted(UNITS))
def test_units_are_as_wrong_as_the_truth_says(
    gnuhealth: Clinic, bot: api.Session, defect: str
) -> None:
    entry = _planted(gnuhealth, defect)

    assert UNITS[defect](_lines(bot, entry["id"])[entry["line"] - 1]["qty"])


def test_a_line_planted_twice_stands_there_twice(gnuhealth: Clinic, bot: api.Session) -> None:
    entry = _planted(gnuhealth, "duplicate-line")

    lines = _lines(bot, entry["id"])

    repeated = lines[entry["line"] - 1]
    assert [line["product"] for line in lines].count(repeated["product"]) == 2


def test_dates_are_as_wrong_as_the_truth_says(gnuhealth: Clinic, bot: api.Session) -> None:
    def of(defect: str) -> tuple[date, dict[str, Any]]:
        (row,) = bot.read(
            SERVICE, [_planted(gnuhealth, defect)["id"]], "service_date", "patient",
            "insurance_plan",
        )  # fmt: skip
        return row["service_date"], row

    day, _ = of("date-in-future")
    assert day > AS_OF + timedelta(days=1000)
    day, row = of("date-before-birth")
    assert day < bot.read("gnuhealth.patient", [row["patient"]], "dob")[0]["dob"]
    day, row = of("date-after-death")
    (patient,) = bot.read("gnuhealth.patient", [row["patient"]], "deceased", "dod")
    assert patient["deceased"]
    assert patient["dod"].date() < day <= AS_OF
    day, row = of("not-covered-on-day")
    (policy,) = bot.read(
        "gnuhealth.insurance", [row["insurance_plan"]], "member_since", "member_exp"
    )
    assert not policy["member_since"] <= day <= policy["member_exp"]


def test_insurances_are_as_wrong_as_the_truth_says(gnuhealth: Clinic, bot: api.Session) -> None:
    missing = _planted(gnuhealth, "member-id-missing")["id"]
    (malformed,) = [e["id"] for e in gnuhealth.truth if "no Medicare number" in e["detail"]]
    rows = bot.read(SERVICE, [missing, malformed], "insurance_plan", "insurance_plan.rec_name")

    assert rows[0]["insurance_plan"] is None
    (policy,) = bot.read("gnuhealth.insurance", [rows[1]["insurance_plan"]], "number")
    assert not MBI.fullmatch(policy["number"])
    for (number,) in gnuhealth.ask(
        "SELECT number FROM gnuhealth_insurance i JOIN party_party p ON p.id = i.company"
        " WHERE p.code = 'MEDB' AND i.number <> ?",
        policy["number"],
    ):
        assert MBI.fullmatch(number)


def test_diagnoses_stand_on_the_evaluation_of_a_service(
    gnuhealth: Clinic, bot: api.Session
) -> None:
    missing = _planted(gnuhealth, "diagnosis-missing")["id"]
    order = _planted(gnuhealth, "diagnosis-code-first-order")["id"]

    def codes(service: int) -> list[str]:
        (row,) = bot.find(
            EVALUATION, [["service", "=", service]], "diagnosis.rec_name", "secondary_conditions"
        )
        first = row["diagnosis."]
        others = bot.read(
            "gnuhealth.secondary_condition", row["secondary_conditions"], "pathology.rec_name"
        )
        said = [first, *(other["pathology."] for other in others)]
        return [entry["rec_name"].split(" : ")[0] for entry in said if entry]

    assert codes(missing) == []
    assert codes(order) == ["G63", "E85.4"]


def test_an_invoiced_service_has_a_posted_invoice_of_the_price_list(
    gnuhealth: Clinic, bot: api.Session
) -> None:
    service = _clean(gnuhealth, state="invoiced")
    (row,) = bot.read(SERVICE, [service], "name")

    (invoice,) = bot.find(
        "account.invoice", [["reference", "=", row["name"]]], "number", "state", "total_amount"
    )

    assert invoice["state"] == "posted"
    assert invoice["number"]
    billed = gnuhealth.ask(
        "SELECT SUM(quantity * unit_price) FROM account_invoice_line WHERE invoice = ?",
        invoice["id"],
    )
    assert float(invoice["total_amount"]) == pytest.approx(float(billed[0][0]))


def test_a_copy_is_independent_of_the_template(gnuhealth: Clinic, tmp_path: Path) -> None:
    def of(file: Path) -> str:
        return hashlib.sha256(file.read_bytes()).hexdigest()

    before = of(gnuhealth.template.database)
    clerk = gnuhealth.log_in("clerk")
    clerk.write(SERVICE, [_clean(gnuhealth)], desc="only in the copy")
    fresh = gnuhealth.template.copy_to(tmp_path / "another")

    assert of(gnuhealth.template.database) == before == of(fresh)
    assert of(gnuhealth.file) != before


def test_the_bot_may_edit_lines_and_write_notes(gnuhealth: Clinic, bot: api.Session) -> None:
    service = _clean(gnuhealth)
    line = _lines(bot, service)[0]["id"]

    bot.write(
        SERVICE, [service], service_line=[["write", [line], {"qty": 2, "action_required": True}]]
    )
    bot.create("ir.note", resource=f"{SERVICE},{service}", message="seen")
    bot.create("ir.attachment", resource=f"{SERVICE},{service}", name="a.txt", type="link",
               link="about:blank")  # fmt: skip

    assert gnuhealth.ask("SELECT qty, action_required FROM gnuhealth_health_service_line"
                         " WHERE id=?", line) == [(2, 1)]  # fmt: skip


def test_a_note_may_stand_on_an_invoiced_service(gnuhealth: Clinic, bot: api.Session) -> None:
    service = _clean(gnuhealth, state="invoiced")

    bot.create("ir.note", resource=f"{SERVICE},{service}", message="seen on a look back")

    assert [event.target for event in gnuhealth.history(service)][-1] == "seen on a look back"


@pytest.mark.parametrize(
    ("model", "act"),
    [
        (SERVICE, "delete"), (SERVICE, "create"), (LINE, "delete"), (LINE, "create"),
        ("gnuhealth.patient", "write"), ("gnuhealth.patient", "create"),
        ("gnuhealth.insurance", "write"), ("gnuhealth.insurance", "delete"),
        (EVALUATION, "write"), (EVALUATION, "create"), ("party.party", "write"),
        ("product.product", "write"), ("account.invoice", "create"),
        ("gnuhealth.institution", "write"), ("res.user", "create"),
    ],
)  # fmt: skip
def test_the_bot_may_no_more_than_that(
    gnuhealth: Clinic, bot: api.Session, model: str, act: str
) -> None:
    table = model.replace(".", "_")
    before = gnuhealth.ask(f"SELECT COUNT(*), MAX(write_date) FROM {table}")
    (first,) = gnuhealth.ask(f"SELECT MIN(id) FROM {table}")[0]
    values: dict[str, list[Any]] = {
        "delete": [[first]], "write": [[first], {"active": True}], "create": [[{}]],
    }  # fmt: skip

    with pytest.raises(api.Refused) as refused:
        bot.call(f"model.{model}.{act}", *values[act])

    assert refused.value.kind == "UserError"
    assert "access" in refused.value.words.lower()
    assert gnuhealth.ask(f"SELECT COUNT(*), MAX(write_date) FROM {table}") == before


def test_the_bot_may_not_take_an_invoiced_service_back(
    gnuhealth: Clinic, bot: api.Session
) -> None:
    service = _clean(gnuhealth, state="invoiced")

    with pytest.raises(api.Refused, match="button"):
        bot.call(f"model.{SERVICE}.button_set_to_draft", [service])

    assert bot.read(SERVICE, [service], "state")[0]["state"] == "invoiced"


def test_lines_of_an_invoiced_service_stay_as_they_are(gnuhealth: Clinic) -> None:
    service = _clean(gnuhealth, state="invoiced")
    line = _lines(gnuhealth.log_in("clerk"), service)[0]["id"]

    with pytest.raises(api.Refused, match="has been invoiced"):
        gnuhealth.log_in("clerk").write(LINE, [line], qty=9)


def test_the_history_says_who_changed_what(gnuhealth: Clinic, bot: api.Session) -> None:
    service = _clean(gnuhealth)
    line = _lines(bot, service)[0]["id"]
    before = gnuhealth.history(service)

    gnuhealth.log_in("clerk").write(SERVICE, [service], desc="by the clerk")
    bot.write(SERVICE, [service], service_line=[["write", [line], {"remarks": "by the bot"}]])
    bot.create("ir.note", resource=f"{SERVICE},{service}", message="a note")

    after = gnuhealth.history(service)[len(before) :]
    assert [(e.login, e.what, e.record.split(",")[0], e.target) for e in after] == [
        ("clerk", "write", SERVICE, "desc"),
        ("bot", "write", SERVICE, "service_line"),
        ("bot", "write", LINE, "remarks"),
        ("bot", "created", "ir.note", "a note"),
    ]


def test_a_record_that_changed_meanwhile_is_not_overwritten(
    gnuhealth: Clinic, bot: api.Session
) -> None:
    service = _clean(gnuhealth)
    (row,) = bot.read(SERVICE, [service], "_timestamp")
    gnuhealth.log_in("clerk").write(SERVICE, [service], desc="first")

    with pytest.raises(api.Refused) as refused:
        bot.call(
            f"model.{SERVICE}.write", [service], {"desc": "second"},
            _timestamp={f"{SERVICE},{service}": row["_timestamp"]},
        )  # fmt: skip

    assert refused.value.kind == "ConcurrencyException"
    assert gnuhealth.ask("SELECT desc FROM gnuhealth_health_service WHERE id=?", service) == [
        ("first",)
    ]


def test_a_wrong_password_is_refused(gnuhealth: Clinic) -> None:
    with pytest.raises(api.Refused, match=r"401|Login"):
        api.log_in(gnuhealth.address, gnuhealth.database, "bot", "another password")


def test_what_is_there_is_not_made_again() -> None:
    began = time.monotonic()
    installed, made = prepare()

    assert install() == installed
    assert made.truth.exists()
    assert time.monotonic() - began < 5


def test_another_list_of_packages_is_another_folder(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("a==1")
    two.write_text("a==2")

    assert digest(one) != digest(two)


def test_a_server_comes_back_on_its_port_with_all_that_was_written() -> None:
    with a_clinic() as clinic:
        address = clinic.address
        clinic.log_in("clerk").write(SERVICE, [_clean(clinic)], desc="before it went")
        bot = clinic.log_in("bot")

        clinic.server.stop(at_once=True)
        with pytest.raises(OSError, match="refused"):
            urllib.request.urlopen(address, timeout=5)
        clinic.server.start()

        assert clinic.address == address
        assert bot.find(SERVICE, [["desc", "=", "before it went"]], "name")


def test_ended_sessions_are_not_let_in() -> None:
    with a_clinic() as clinic:
        bot = clinic.log_in("bot")
        clinic.end_sessions()

        with pytest.raises(api.Refused, match="401"):
            bot.find(SERVICE, [], "name")


def test_administration_has_the_password_that_is_written_down(gnuhealth: Clinic) -> None:
    assert gnuhealth.log_in(ADMIN.login).user == 1
