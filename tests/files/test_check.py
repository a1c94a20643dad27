"""`claimbots check`: exits, the JSON of CLI.md, and that one broken file costs itself only."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from builders.claims import a_claim, a_line
from x12_writer import a_file, a_set

from bots.checks import Review, by_id, catalogue
from bots.claims import Case
from bots.codesets import CodeSets
from bots.files.json_claims import case_to
from bots.files.unread import Unread
from bots.policy import Policy
from bots.runs.check_files import Checked, Rules, as_json, check_files, said

SAMPLES = Path(__file__).parent / "samples"
TODAY = date(2026, 9, 30)
KEYS = {"file", "position", "claim", "type", "findings", "not_evaluated", "clean"}
FINDING_KEYS = {
    "check", "family", "severity", "lines", "codes", "message", "authority", "table", "class",
    "repair", "likely_denial", "at_stake",
}  # fmt: skip


def run(*arguments: str | Path, data: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from bots.cli import main; main()", "check", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "CLAIMBOTS_DATA": str(data), "CLAIMBOTS_CONFIG": "config"},
        cwd=Path(__file__).parents[2],
        timeout=60,
        check=False,
    )


def wrong_claim_file(folder: Path) -> Path:
    """A total that is not the sum of the lines: an error without any table."""
    claim = replace(a_claim(), total_charge=a_claim().total_charge * 2)  # type: ignore[operator]
    path = folder / "wrong.837"
    path.write_text(a_file([a_set([claim])]))
    return path


def objects(answer: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in answer.stdout.splitlines()]


def test_ten_files_of_which_one_is_broken(tmp_path: Path):
    for number in range(9):
        shutil.copy(SAMPLES / "professional.837", tmp_path / f"{number}.837")
    shutil.copy(SAMPLES / "none.837", tmp_path / "4-broken.837")
    files = sorted(tmp_path.iterdir())

    answer = run(*files, "--json", data=tmp_path)

    assert answer.returncode == 2
    said = objects(answer)
    assert [entry["file"] for entry in said if "error" in entry] == [
        str(tmp_path / "4-broken.837")
    ]
    assert sum("clean" in entry for entry in said) == 45
    assert "4-broken.837" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_the_json_is_exactly_that_of_the_page(tmp_path: Path):
    answer = run(wrong_claim_file(tmp_path), SAMPLES / "cut-off.837", "--json", data=tmp_path)

    said = objects(answer)
    for entry in said:
        if "error" in entry:
            assert set(entry) == {"file", "position", "segment", "error"}
            continue
        assert set(entry) == KEYS
        for finding in entry["findings"]:  # type: ignore[attr-defined]
            assert set(finding) == FINDING_KEYS
            assert finding["severity"] in {"error", "warning", "info"}
            assert finding["class"] in {"auto", "propose", "flag"}
            assert finding["family"] == by_id()[finding["check"]].family
        for lacking in entry["not_evaluated"]:  # type: ignore[attr-defined]
            assert set(lacking) == {"check", "missing"}
    assert said[0]["findings"]
    assert said[0]["clean"] is False


def test_exits_are_0_without_errors_1_with_and_2_over_1(tmp_path: Path):
    wrong = wrong_claim_file(tmp_path)
    assert run(SAMPLES / "professional.837", data=tmp_path).returncode == 0
    assert run(wrong, data=tmp_path).returncode == 1
    assert run(wrong, SAMPLES / "none.837", data=tmp_path).returncode == 2
    assert run(tmp_path / "not-there.837", data=tmp_path).returncode == 2
    assert run(wrong, "--as-of", "yesterday", data=tmp_path).returncode == 2


def test_text_for_people_is_plain_without_a_terminal(tmp_path: Path):
    answer = run(wrong_claim_file(tmp_path), data=tmp_path)
    assert "\x1b" not in answer.stdout
    assert "1 claim C-1: not clean" in answer.stdout
    assert "1 with errors, 0 unreadable" in answer.stdout


def test_a_broken_history_is_named_and_the_claims_are_checked(tmp_path: Path):
    answer = run(
        SAMPLES / "professional.837", "--history", SAMPLES / "none.837", "--json", data=tmp_path
    )
    assert answer.returncode == 2
    assert [("error" in entry) for entry in objects(answer)] == [True] + [False] * 5


def test_history_makes_a_duplicate_across_claims_visible(tmp_path: Path):
    earlier = tmp_path / "earlier.json"
    earlier.write_text(json.dumps(case_to(Case(a_claim(number="EARLIER"), TODAY))))
    now = tmp_path / "now.837"
    now.write_text(a_file([a_set([a_claim(number="NOW")])]))

    def checks(*more: str | Path) -> set[str]:
        (entry,) = objects(run(now, "--json", *more, data=tmp_path))
        return {finding["check"] for finding in entry["findings"]}  # type: ignore[attr-defined]

    assert "duplicate-across-claims" in checks("--history", earlier)
    assert "duplicate-across-claims" not in checks()


def test_nothing_heavy_is_loaded(tmp_path: Path):
    code = (
        "import sys; from pathlib import Path; from datetime import date\n"
        "from bots.runs.check_files import check_files, rules_here\n"
        f"list(check_files([Path({str(SAMPLES / 'professional.837')!r})], rules_here(),"
        " today=date(2026, 9, 30)))\n"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "CLAIMBOTS_DATA": str(tmp_path), "CLAIMBOTS_CONFIG": "config"},
    ).stdout.split()
    assert not {"simple_icd_10_cm", "RPA", "playwright", "django", "pyx12"} & set(loaded)


def test_as_of_wins_over_the_file():
    rules = Rules(CodeSets(), Policy("test"))
    given = date(2027, 1, 1)
    outcomes = list(check_files([SAMPLES / "professional.837"], rules, today=TODAY, as_of=given))
    assert {entry.case.as_of for entry in outcomes if isinstance(entry, Checked)} == {given}


def test_a_check_that_fails_costs_its_claim_only_and_says_nothing_of_it(
    monkeypatch: pytest.MonkeyPatch,
):
    def breaks(case: Case, _codesets: CodeSets) -> Review:
        if case.claim.number == "P-2":
            raise ValueError(f"boom {case.claim.patient.last_name}")
        return Review((), ())

    monkeypatch.setattr(sys.modules["bots.checks"], "review", breaks)

    outcomes = list(
        check_files([SAMPLES / "professional.837"], Rules(CodeSets(), Policy("test")), today=TODAY)
    )

    failed = [entry for entry in outcomes if isinstance(entry, Unread)]
    assert [entry.position for entry in failed] == [2]
    assert "ValueError" in failed[0].error
    assert "SAMPLE2" not in json.dumps(as_json(failed[0], Policy("test")))
    assert len(outcomes) == 5


def test_money_at_stake_is_text_with_two_decimals():
    line = a_line("99213", charge="10")
    case = Case(a_claim([line], total_charge=None), TODAY)
    finding = catalogue()[0].finding(line, "x", at_stake=Decimal("12.3"))
    entry = Checked(Path("a"), 1, case, Review((finding,), ()), False)
    assert as_json(entry, Policy("test"))["findings"][0]["at_stake"] == "12.30"


def test_the_text_of_a_line_is_the_object_of_the_page(tmp_path: Path):
    rules = Rules(CodeSets(), Policy("test"))
    files = [wrong_claim_file(tmp_path), SAMPLES / "institutional.837", SAMPLES / "cut-off.837"]
    outcomes = list(check_files(files, rules, today=TODAY))

    for _ in range(2):  # the second time from what was kept
        text = said(outcomes, rules.policy).text
        assert [json.loads(line) for line in text.splitlines()] == [
            as_json(outcome, rules.policy) for outcome in outcomes
        ]
    counted = said(outcomes, rules.policy)
    assert counted.claims == sum(isinstance(entry, Checked) for entry in outcomes)
    assert len(counted.unread) == sum(isinstance(entry, Unread) for entry in outcomes)
    assert counted.missing["documentation"] == counted.claims
