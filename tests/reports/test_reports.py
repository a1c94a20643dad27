"""A report says the same on its page, in its workbook and in its CSV, and runs nothing."""

from __future__ import annotations

import csv
import html.parser
import re
import stat
import zipfile
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
import store_cases
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from bots.claims import Change
from bots.errors import Problem
from bots.places import Places
from bots.reports.csv_twins import safe
from bots.reports.figures import report_of
from bots.reports.page import headline
from bots.reports.sheets import sheets
from bots.reports.summary import summary_lines
from bots.reports.write import write_report
from bots.store import database, reading, records
from bots.store.facts import (
    ChangeOutcome,
    ChangeRecord,
    ClaimOutcome,
    ExceptionType,
    FindingRecord,
    NewException,
    NewProposal,
    RunKind,
    SeenRecord,
)

NAMES = [
    "Summary",
    "Claims",
    "Findings",
    "Changes",
    "Proposals",
    "Exceptions",
    "Not evaluated",
    "Missed charges",
    "Run",
]
FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")')


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A pre-bill run of 120 claims and a look-back run of 60, on one report."""
    places = Places(tmp_path_factory.mktemp("data")).made()
    database.connect(places)
    real_time, look_back = store_cases.a_run(), store_cases.a_run(RunKind.LOOK_BACK)
    store_cases.fill(real_time, 120)
    store_cases.fill(look_back, 60, seed=2)
    ids = [store_cases.end(run).id for run in (real_time, look_back)]
    yield places, ids, write_report(ids, places), write_report(ids, places, masked=True)
    database.close()


def csv_of(files, name):
    path = files.csv_folder / f"{name.lower().replace(' ', '-')}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def sheet_of(files, name):
    rows = openpyxl.load_workbook(files.xlsx)[name].iter_rows(values_only=True)
    head = next(rows)
    return [dict(zip(head, row, strict=True)) for row in rows]


class Text(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.said, self.tags = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.said.append(data)


def page_of(files):
    text = Text()
    text.feed(files.html.read_text(encoding="utf-8"))
    return text


def tiles(files, kind):
    page = files.html.read_text(encoding="utf-8")
    part = page.split(f'<section id="{kind}">')[1].split("</section>")[0]
    found = re.findall(r'<div class="tile \w*"><span>(.*?)</span><b>(.*?)</b><i>(.*?)</i>', part)
    return {name: (int(value.replace(",", "")), beside) for name, value, beside in found}


def test_the_workbook_has_the_sheets_that_people_know(written):
    _, _, files, _ = written
    assert openpyxl.load_workbook(files.xlsx).sheetnames == NAMES
    assert sorted(p.stem for p in files.csv_folder.iterdir()) == sorted(
        name.lower().replace(" ", "-") for name in NAMES
    )


@pytest.mark.parametrize("name", NAMES)
def test_workbook_and_csv_have_the_same_rows(written, name):
    _, _, files, _ = written
    book, twin = sheet_of(files, name), csv_of(files, name)
    assert len(book) == len(twin)
    assert list(book[0]) == list(twin[0])
    texts = [
        [("" if v is None else v) for v in row.values() if isinstance(v, str)] for row in book
    ]
    for row, expected in zip(twin, texts, strict=True):
        assert set(expected) <= set(row.values())


@pytest.mark.parametrize("kind", ["pre-bill", "look-back"])
def test_the_totals_of_page_workbook_csv_and_terminal_are_equal(written, kind):
    _, ids, files, _ = written
    run = ids[0] if kind == "pre-bill" else ids[1]
    for rows in (sheet_of(files, "Claims"), csv_of(files, "Claims")):
        mine = [row for row in rows if row["Kind"] == kind]
        outcomes = [row["Outcome"] for row in mine]
        shown = tiles(files, kind)
        assert shown["Claims seen"][0] == len(mine)
        amount = sum(Decimal(str(row["Amount"])) for row in mine)
        assert shown["Claims seen"][1] == f"${amount:,.2f} charged"
        assert shown["Clean as found"][0] == [r["Clean as found"] for r in mine].count("yes")
        for name in ("Corrected", "Proposed", "Flagged"):
            assert shown[name][0] == outcomes.count(name.lower())
        assert shown["Not done"][0] == sum(
            outcomes.count(name) for name in ("failed", "conflict", "refused")
        )
    for rows in (sheet_of(files, "Missed charges"), csv_of(files, "Missed charges")):
        mine = [row for row in rows if row["Kind"] == kind]
        worth = sum(Decimal(str(row["Worth"])) for row in mine if row["Worth"])
        assert shown["Missed charges"] == (len(mine), f"${worth:,.2f}")
    said = "\n".join(summary_lines(run))
    assert f"claims seen      {shown['Claims seen'][0]:>7}" in said
    assert f"missed charges   {shown['Missed charges'][0]:>7}   worth ${worth:,.2f}" in said


@pytest.mark.parametrize("dimension", ["facility", "provider", "payer"])
def test_a_breakdown_adds_up_to_its_total(written, dimension):
    _, ids, files, _ = written
    rows = [r for r in sheet_of(files, "Summary") if r["Section"] == f"By {dimension}"]
    counts = records.run_counts(ids)
    assert sum(row["Claims"] for row in rows) == counts.claims
    assert sum(row["Findings"] for row in rows) == counts.findings
    assert sum(Decimal(str(row["Charges"])) for row in rows) == counts.charges


def test_outcomes_add_up_to_the_claims_seen(written):
    _, ids, _, _ = written
    for part in report_of(ids).parts:
        assert sum(count for _, count in part.outcomes()) == part.counts.claims


def test_real_time_and_look_back_are_never_added_up(written):
    _, ids, files, _ = written
    assert [part.title for part in report_of(ids).parts] == ["Real-time (pre-bill)", "Look-back"]
    assert {r["Kind of run"] for r in sheet_of(files, "Summary")} == {
        "Real-time (pre-bill)",
        "Look-back",
    }


def test_cells_have_the_type_that_people_count_and_sort_by(written):
    _, _, files, _ = written
    row = sheet_of(files, "Claims")[0]
    assert isinstance(row["Date of service"], datetime)
    assert isinstance(row["Amount"], float)
    assert isinstance(row["Provider NPI"], str)
    book = openpyxl.load_workbook(files.xlsx)
    for page in book:
        assert page.freeze_panes == "A2"
        assert page.auto_filter.ref.startswith("A1:")
    assert book["Claims"].column_dimensions["G"].width > 20
    assert book["Claims"]["O2"].number_format == "#,##0.00"
    assert sheet_of(files, "Findings")[0]["Codes"] == "J1885"


def test_the_page_stands_alone_and_runs_nothing(written):
    _, _, files, _ = written
    page = page_of(files)
    assert not {"script", "link", "img", "iframe", "form"} & {tag for tag, _ in page.tags}
    for _, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "src"]
        assert (attributes.get("href") or "#").startswith("#")
    assert "url(" not in files.html.read_text(encoding="utf-8")


def test_the_page_prints_the_definition_beside_the_rate_and_the_coverage(written):
    _, ids, files, _ = written
    said = " ".join(" ".join(page_of(files).said).split())
    assert "Clean-claim rate as found" in said
    assert "HFMA MAP Key CL-1" in said
    assert "Synthetic tables" in said
    assert "April 2026" in said
    assert "audit log verified: 412 records" in said
    assert "4 checks asked by" in said
    assert "claim.total" in said  # its first locator no longer finds it
    assert "worklist.next" not in said
    assert all(id in said for id in ids)


def test_the_files_are_closed_to_others(written):
    _, _, files, _ = written
    for path in files.html.parent.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
    assert not list(files.html.parent.glob(".*"))


def test_masked_leaves_out_who_the_patients_are(written):
    _, _, plain, masked = written

    def everything(files):
        with zipfile.ZipFile(files.xlsx) as book:
            parts = [book.read(name) for name in book.namelist()]
        return b"".join(
            [
                *parts,
                files.html.read_bytes(),
                *(p.read_bytes() for p in files.csv_folder.iterdir()),
            ]
        )

    for mark in (b"Quimby", b"MRN000", b"1EG4"):
        assert mark in everything(plain)
        assert mark not in everything(masked)
    assert b"C100001" in everything(masked)
    assert csv_of(masked, "Claims")[0]["Patient"] == "Q***, J***"


def test_masked_leaves_out_what_a_person_or_the_portal_wrote(places):
    run = store_cases.a_run()
    typed = "the chart of Jo Quimby says so"
    change = Change("units", 1, "1", "2")
    records.keep_claim(
        run.id,
        SeenRecord(number="C1", position=1, outcome=ClaimOutcome.REFUSED),
        changes=[
            ChangeRecord(
                "x", "units", 1, "1", "2", ChangeOutcome.CONFIRMED, decided_by="dana", reason=typed
            )
        ],
        proposals=[NewProposal("x", (change,), message="units")],
        exceptions=[
            NewException(ExceptionType.BUSINESS, "SAVE_REFUSED", "Jo Quimby has no coverage"),
            NewException(ExceptionType.BUSINESS, "SAVE_CONFLICT", "its state moved on"),
        ],
    )
    (open_one,) = records.proposals()
    records.decide(open_one.id, "approve", "dana", typed)
    plain, masked = write_report(run.id, places), write_report(run.id, places, masked=True)
    for files, times in ((plain, 1), (masked, 0)):
        assert csv_of(files, "Proposals")[0]["Decision's reason"].count("Quimby") == times
        assert csv_of(files, "Changes")[0]["Reason"].count("Quimby") == times
        assert csv_of(files, "Exceptions")[0]["Exception reason"].count("Quimby") == times
        assert csv_of(files, "Exceptions")[1]["Exception reason"] == "its state moved on"
        assert files.html.read_text(encoding="utf-8").count("Quimby") == 2 * times


def test_findings_without_a_price_are_worth_nothing_that_is_said(places):
    run = store_cases.a_run()
    records.keep_claim(
        run.id,
        SeenRecord(number="C1", position=1, outcome=ClaimOutcome.FLAGGED, facility="Maple"),
        findings=[FindingRecord("mue-line", "mue", "error", "flag", "too many", codes=("99213",))],
    )
    files = write_report(run.id, places)
    for section in ("By facility", "By check", "By code", "Missed charges"):
        (row,) = [r for r in csv_of(files, "Summary") if r["Section"] == section]
        assert row["At stake"] == ""
    assert '<td class="n">0.00</td></tr>' not in files.html.read_text(encoding="utf-8")


def test_a_run_that_proposed_nothing_new_says_where_the_open_proposals_are(places):
    first, second = store_cases.a_run(), store_cases.a_run()
    for run in (first, second):
        records.keep_claim(
            run.id,
            SeenRecord(number="C1", position=1, outcome=ClaimOutcome.PROPOSED),
            proposals=[NewProposal("x", (Change("units", 1, "1", "2"),), message="units")],
        )
    said = "\n".join(summary_lines(second.id))
    assert "proposed               1   0 new and open" in said
    text = write_report(second.id, places).html.read_text(encoding="utf-8")
    assert "claimbots proposals list" in text
    assert "claimbots run --portal practice --queue approved" in text


def test_the_document_says_nothing_of_who_made_it(written):
    _, _, files, _ = written
    properties = openpyxl.load_workbook(files.xlsx).properties
    assert not properties.creator
    assert properties.title.startswith("Claim review R-")


@pytest.fixture
def places(tmp_path):
    made = Places(tmp_path / "data").made()
    database.connect(made)
    yield made
    database.close()


def hostile(run, text):
    """One claim whose every text is `text`."""
    seen = SeenRecord(
        number=text, position=1, outcome=ClaimOutcome.PROPOSED, status=text, facility=text,
        provider_name=text, payer_name=text, patient_name=text, record_number=text, coder=text,
    )  # fmt: skip
    records.keep_claim(
        run.id,
        seen,
        findings=[
            FindingRecord(
                "x", "missed-charge", "error", "flag", text, codes=(text,), quote=(text,)
            )
        ],
        proposals=[NewProposal("x", (Change("ndc", 1, text, text),), message=text)],
        exceptions=[NewException(ExceptionType.BUSINESS, "X", text)],
    )


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_becomes_a_formula_or_a_link(places, text):
    run = store_cases.a_run()
    hostile(run, text)
    files = write_report(run.id, places)
    for page in openpyxl.load_workbook(files.xlsx):
        for row in page.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert cell.hyperlink is None
    for path in files.csv_folder.iterdir():
        with path.open(encoding="utf-8-sig", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert not [c for c in cells if c.startswith(("=", "+", "@", "\t", "\r"))]
        assert "-2+3" not in cells
    # Excel reads _x000D_ as the control character it stands for; openpyxl does not.
    kept = sheet_of(files, "Claims")[0]["Reference"].replace("_x000D_", "\r")
    assert kept.strip() == text.strip()


def test_markup_in_a_claim_stays_text(places):
    run = store_cases.a_run()
    hostile(run, "<script>alert(1)</script><img src=x onerror=alert(2)>\"'")
    page = page_of(write_report(run.id, places))
    assert not {"script", "img"} & {tag for tag, _ in page.tags}
    assert any("<script>alert(1)</script>" in said for said in page.said)


@given(st.text())
def test_no_text_begins_a_formula_in_csv(text):
    said = safe(text)
    assert not said.lstrip().startswith(("=", "+", "-", "@"))
    assert not said.startswith(("\t", "\r", "\n", "\0"))
    assert said.removeprefix("'") == text.replace("\0", "�") or said == text


def test_a_run_without_claims_has_a_report(places):
    run = store_cases.a_run()
    files = write_report(run.id, places)
    assert "No claim was seen." in files.html.read_text()
    assert headline(report_of([run.id]).parts[0]) == "No claim was seen."
    assert csv_of(files, "Claims") == []


def test_the_headline_of_one_claim_says_only_what_there_is(places):
    run = store_cases.a_run()
    seen = SeenRecord(number="C1", position=1, outcome=ClaimOutcome.FLAGGED)
    records.keep_claim(run.id, seen)
    said = headline(report_of([run.id]).parts[0])
    assert said == "0 of 1 claim was clean as found (0.0%); waiting for a look: 1."


def test_the_headlines_missed_charges_are_a_sentence_of_their_own(places):
    run = store_cases.a_run()
    store_cases.fill(run, 60)
    said = headline(report_of([run.id]).parts[0])
    assert re.search(r"for a look: \d+.*\. Suspected missed charges: \d+, worth \$[\d.]+\.$", said)


def test_one_save_is_not_called_saves(places):
    run = store_cases.a_run()
    store_cases.fill(run, 2)  # the second was corrected
    files = write_report(run.id, places)
    assert tiles(files, "pre-bill")["Corrected"] == (1, "1 save confirmed")
    assert "1 save confirmed" in "\n".join(summary_lines(run.id))


def test_a_shadow_run_says_that_nothing_was_written(places):
    run = store_cases.a_run(mode="shadow", synthetic=False)
    store_cases.fill(run, 10)
    text = write_report(run.id, places).html.read_text()
    assert "the portal was not changed" in text
    assert "shadow: nothing was written" in text
    # One synthetic table is enough for the banner; here there is none.
    assert "made up for practice" not in text


def test_a_page_that_leaves_rows_out_says_how_many_and_where_they_are(places, monkeypatch):
    monkeypatch.setattr("bots.reports.page.MOST_ROWS", 20)
    run = store_cases.a_run()
    store_cases.fill(run, 21)
    files = write_report(run.id, places)
    assert "The first 20 of 21; all of them stand in the workbook" in files.html.read_text()
    assert len(csv_of(files, "Claims")) == 21


def test_a_text_longer_than_a_cell_is_cut_with_a_mark(places):
    run = store_cases.a_run()
    hostile(run, "x" * 40_000)
    reference = sheet_of(write_report(run.id, places), "Claims")[0]["Reference"]
    assert len(reference) == 32_767
    assert reference.endswith("[cut: longer than a cell may be]")


def test_rows_are_read_one_by_one(places):
    run = store_cases.a_run()
    store_cases.fill(run, 30)
    rows = sheets(report_of([run.id]))[1].rows()
    assert next(rows)[3] == "C100001"
    assert next(rows)[3] == "C100002"


def test_an_unknown_run_is_a_sentence(places):
    with pytest.raises(Problem, match="no run"):
        write_report("R-20260930-0009", places)


def test_a_report_that_cannot_be_written_is_a_sentence(places):
    run = store_cases.a_run()
    (places.reports / run.id).write_text("in the way")
    with pytest.raises(Problem, match="cannot be written"):
        write_report(run.id, places)


def test_dates_are_the_claims_own(written):
    _, _, files, _ = written
    days = [date.fromisoformat(row["Date of service"]) for row in csv_of(files, "Claims")]
    assert min(days) >= date(2026, 4, 1)
    assert max(days) <= date(2026, 9, 30)


@pytest.mark.parametrize(
    "rows",
    [
        reading.claim_rows,
        reading.finding_rows,
        reading.change_rows,
        reading.exception_rows,
        reading.unanswered_rows,
    ],
    ids=lambda rows: rows.__name__,
)
def test_a_list_reads_the_long_columns_of_a_run_neither_beside_its_rows_nor_one_by_one(
    written, rows
):
    """They were sorted along with every row: half a gigabyte for two thousand claims."""
    places, ids, *_ = written
    database.connect(places)

    with CaptureQueriesContext(connection) as asked:
        assert list(rows(ids))

    (one,) = asked.captured_queries
    assert '"store_run"."kind"' in one["sql"]
    assert '"store_run"."checks"' not in one["sql"]
