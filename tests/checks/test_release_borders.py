"""Claims at the borders of releases: each line is judged by the tables of its own day.

Here through the importers and the store, from files in the official layouts.
"""

from __future__ import annotations

from datetime import date

import official_files as official
import pytest
from builders.claims import a_case, a_line, an_institutional_claim, an_institutional_line

from bots.checks import Severity, review
from bots.codesets import CodeSets, open_codesets
from bots.codesets.importing import take

END_OF_JUNE, FIRST_OF_JULY = date(2024, 6, 30), date(2024, 7, 1)
ENDED = ("11102", "36415", "20240101", "20240630", "0")
BEGINS = ("11102", "36416", "20240701", "*", "0")
CODES = (("A0021", "3", "Words", "20200101", ""), ("G9999", "3", "Words", "20240801", ""))
OUTPATIENT = {"side": "Outpatient Hospital Services"}


@pytest.fixture(scope="module")
def two_quarters(tmp_path_factory: pytest.TempPathFactory) -> CodeSets:
    """An edit that ended with June, one that begins with July; limits of both quarters."""
    folder = tmp_path_factory.mktemp("official")
    files = {
        "ccipra-v301r0.txt": official.ptp(ENDED),
        "ccipra-v302r0.txt": official.ptp(ENDED, BEGINS),
        "ccioph-v301r0.txt": official.ptp(ENDED),
        "ccioph-v302r0.txt": official.ptp(ENDED, BEGINS),
        "MUE_OPH_Eff_04-01-2024.csv": official.mue(("36415", "1", "1 Line Edit"), **OUTPATIENT),
        "MUE_OPH_Eff_07-01-2024.csv": official.mue(("36415", "2", "1 Line Edit"), **OUTPATIENT),
        "HCPC2024_JUL_ANWEB.txt": official.anweb(*CODES),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    take([folder], folder / "to")
    return open_codesets(folder / "to")


def errors(claim, codesets: CodeSets, *checks: str) -> list[tuple[str, tuple[int, ...]]]:
    said = review(a_case(claim=claim), codesets)
    return [
        (found.check, found.lines)
        for found in said.findings
        if found.check in checks and found.severity is Severity.ERROR
    ]


def stay(*lines: tuple[str, date, int]):
    """A hospital's outpatient bill with lines of several days."""
    return an_institutional_claim(
        [
            an_institutional_line(code, on=day, units=units, number=number)
            for number, (code, day, units) in enumerate(lines, start=1)
        ]
    )


def test_a_bill_across_the_quarter_is_judged_line_by_line(two_quarters):
    bill = stay(
        ("11102", END_OF_JUNE, 1), ("36415", END_OF_JUNE, 1), ("36416", END_OF_JUNE, 1),
        ("11102", FIRST_OF_JULY, 1), ("36415", FIRST_OF_JULY, 1), ("36416", FIRST_OF_JULY, 1),
    )  # fmt: skip

    # The edit that ended holds on the last of June, the one that begins on the first of July.
    assert errors(bill, two_quarters, "ptp-never-together") == [
        ("ptp-never-together", (1, 2)),
        ("ptp-never-together", (4, 6)),
    ]


def test_a_limit_that_rises_with_the_quarter_binds_the_days_before(two_quarters):
    bill = stay(("36415", END_OF_JUNE, 2), ("36415", FIRST_OF_JULY, 2))

    assert errors(bill, two_quarters, "mue-line") == [("mue-line", (1,))]


@pytest.mark.parametrize(
    ("day", "fires"),
    [(END_OF_JUNE, True), (FIRST_OF_JULY, False)],
    ids=["on its last day", "ended yesterday"],
)
def test_an_edit_that_ended_yesterday_is_silent(two_quarters, day, fires):
    case = a_case([a_line("11102", on=day), a_line("36415", on=day)])

    assert bool(errors(case.claim, two_quarters, "ptp-never-together")) is fires


@pytest.mark.parametrize(
    ("day", "fires"),
    [(date(2024, 7, 31), True), (date(2024, 8, 1), False)],
    ids=["starts tomorrow", "on its first day"],
)
def test_a_code_that_starts_tomorrow_is_no_code_today(two_quarters, day, fires):
    case = a_case([a_line("G9999", on=day)])

    assert bool(errors(case.claim, two_quarters, "procedure-not-in-force")) is fires


@pytest.mark.parametrize(
    ("day", "quarter"), [(date(2024, 3, 31), "2024Q1"), (date(2024, 10, 1), "2024Q4")]
)
def test_before_the_first_and_after_the_last_release_nothing_is_passed(two_quarters, day, quarter):
    said = review(a_case(claim=stay(("36415", day, 9))), two_quarters)

    assert not [found for found in said.findings if found.check.startswith(("mue-", "ptp-"))]
    missing = {entry.check: entry.missing for entry in said.not_evaluated}
    assert missing["mue-line"] == f"mue_outpatient: no table for {quarter}"


def test_a_bill_with_one_day_after_the_last_release_says_so_and_judges_nothing_else(two_quarters):
    bill = stay(("36415", date(2024, 9, 30), 9), ("36415", date(2024, 10, 1), 9))

    said = review(a_case(claim=bill), two_quarters)

    missing = {entry.check: entry.missing for entry in said.not_evaluated}
    assert missing["mue-line"] == "mue_outpatient: no table for 2024Q4"
