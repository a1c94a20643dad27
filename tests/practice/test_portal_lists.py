"""Worklist and historical search: paging, sorting, filters, downloads."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from pathlib import Path

import pytest
from practice.visiting import Visitor, alert, rows_of, shown


def every_page(visitor: Visitor, query: str) -> list[str]:
    numbers: list[str] = []
    page = 1
    while rows := rows_of(visitor.get(f"/claims/?{query}&page={page}")):
        numbers += rows
        page += 1
        if len(rows) < 25:
            break
    return numbers


def test_the_pages_of_a_queue_hold_each_claim_once(biller: Visitor):
    pending = every_page(biller, "queue=pending")
    historical = every_page(biller, "queue=historical")
    assert len(pending) == len(set(pending)) == 40
    assert len(historical) == 20
    assert not set(pending) & set(historical)


def test_the_count_shown_is_the_count_of_all_pages(biller: Visitor):
    page = biller.get("/claims/?queue=pending")
    assert shown(page, "total-count") == "40 claims"
    assert shown(page, "page-status") == "Page 1 of 2"
    assert len(rows_of(page)) == 25
    assert len(rows_of(biller.get("/claims/?queue=pending&page_size=100"))) == 40


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("facility=EAST", 20),
        ("payer=PAY02", 10),
        ("status=Draft", 0),
        ("claim=C00001", 1),
        ("patient=MRN0002&dos_from=09/02/2026&dos_to=09/02/2026", 1),
        ("dos_from=2026-09-28", 1),
        ("code=J1100&max_amount=105", 4),
        ("code=E11.9", 40),
        ("code=99999", 0),
        ("provider=1234567893", 40),
        ("provider=amberg", 40),
        ("provider=1982000005&min_amount=$158", 2),
    ],
)
def test_a_filter_keeps_what_it_says(biller: Visitor, query: str, count: int):
    page = biller.get(f"/claims/?queue=pending&page_size=100&{query}")
    assert len(rows_of(page)) == count


def test_a_column_sorts_both_ways(biller: Visitor):
    up = rows_of(biller.get("/claims/?queue=pending&sort=total&page_size=100"))
    down = rows_of(biller.get("/claims/?queue=pending&sort=-total&page_size=100"))
    assert up == down[::-1]
    assert up[0] == "C00001"


def test_a_filter_that_makes_no_sense_is_said(biller: Visitor):
    page = biller.get("/claims/?queue=pending&dos_from=soon&min_amount=lots")
    assert "Service from must be a date" in alert(page)
    assert "Minimum amount" in alert(page)


def test_the_csv_of_a_search_has_all_its_pages(biller: Visitor):
    text = biller.get("/claims/download.csv?queue=pending").text
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 41
    assert {row[0] for row in rows[1:]} == set(every_page(biller, "queue=pending"))


def test_the_837_of_a_search_follows_the_guides_of_both_kinds(biller: Visitor, tmp_path: Path):
    text = biller.get("/claims/download.837?queue=all").text
    assert "005010X222A1" in text
    assert "005010X223A2" in text
    (tmp_path / "claims.837").write_text(text)
    valid = Path(sys.executable).with_name("x12valid")
    said = subprocess.run(
        [valid, tmp_path / "claims.837"], capture_output=True, text=True, check=False
    )
    assert "claims.837: OK" in said.stdout + said.stderr


def test_the_837_of_a_search_counts_its_own_segments(biller: Visitor):
    text = biller.get("/claims/download.837?queue=pending").text
    segments = [part.split("*") for part in text.replace("\n", "").split("~")[:-1]]
    assert len("*".join(segments[0])) == 105
    starts = [at for at, part in enumerate(segments) if part[0] == "ST"]
    for start in starts:
        end = next(at for at in range(start, len(segments)) if segments[at][0] == "SE")
        assert segments[end][1] == str(end - start + 1)
        assert segments[end][2] == segments[start][2]
    assert len(starts) == 40 == int(next(part for part in segments if part[0] == "GE")[1])
    assert {part[1] for part in segments if part[0] == "CLM"} == set(
        every_page(biller, "queue=pending")
    )
