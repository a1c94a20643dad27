"""`claimbots codesets`: what is typed, what is printed, and with which exit code."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from official_files import mue, ptp, written

from bots.cli.main import main


@dataclass
class Said:
    exit: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def codesets(tmp_path, monkeypatch, capsys):
    """Type a command in an office of its own."""
    monkeypatch.setenv("CLAIMBOTS_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    def typed(*words: str | Path) -> Said:
        monkeypatch.setattr(sys, "argv", ["claimbots", "codesets", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        code = ended.value.code
        return Said(code if isinstance(code, int) else 0, told.out, told.err)

    return typed


@pytest.fixture
def edits(tmp_path) -> Path:
    return written(
        tmp_path / "ccipra-v301r0.txt",
        ptp(("11111", "22222", "20240101", "*", "0"), ("11111", "33333", "20240101", "*", "0")),
    )


@pytest.fixture
def newer(tmp_path) -> Path:
    """One edit deleted with the old quarter, one changed, one new."""
    return written(
        tmp_path / "ccipra-v302r0.txt",
        ptp(
            ("11111", "22222", "20240101", "20240630", "0"),
            ("11111", "33333", "20240101", "*", "0"),
            ("99213", "99214", "20240701", "*", "0"),
        ),
    )


def test_import_says_what_was_taken_and_what_was_not(codesets, edits, tmp_path):
    readme = written(tmp_path / "in" / "readme.txt", "Words.\n")
    edits.rename(readme.parent / edits.name)
    said = codesets("import", readme.parent)
    assert said.exit == 0
    assert said.out == (
        "imported: ptp_practitioner: NCCI PTP practitioner 2024Q2 (v30.1r0), "
        "from the beginning to 2024-06-30, 2 rows\n"
    )
    assert "not taken: in/readme.txt" in said.err.replace(f"{tmp_path}/", "")


def test_import_as_json_is_one_object_a_table(codesets, edits):
    (told,) = codesets("import", edits, "--json").objects
    assert told["table"] == "ptp_practitioner"
    assert told["rows"] == 2
    assert told["file"] == edits.name
    assert len(told["sha256"]) == 64
    assert told["by"]
    assert (told["since"], told["until"]) == (None, "2024-06-30")


def test_what_was_not_understood_is_exit_two_with_file_and_line(codesets, tmp_path):
    bad = written(tmp_path / "MUE_Eff_07-01-2024.csv", mue(("11111", "x", "1 Line Edit")))
    said = codesets("import", bad)
    assert said.exit == 2
    assert f"{bad}:4: an MUE value that is not a whole number" in said.err
    assert "Traceback" not in said.err
    assert "mue_practitioner: not imported" in codesets("status").out


def test_status_says_where_a_table_came_from(codesets, edits):
    codesets("import", edits)
    out = codesets("status").out
    assert "ptp_practitioner: NCCI PTP practitioner 2024Q2 (v30.1r0)" in out
    assert f"from {edits.name}, SHA-256 " in out
    assert "icd10cm: not imported" in out
    (told,) = codesets("status", "--json").objects
    assert told["synthetic"] is False
    assert told["import"].startswith("ptp-practitioner-2024q2-")


def test_verify_is_quiet_about_what_is_whole_and_exit_one_for_damage(codesets, edits, tmp_path):
    codesets("import", edits)
    said = codesets("verify")
    assert (said.exit, "as it was imported" in said.out) == (0, True)
    (path,) = (tmp_path / "data" / "codesets").glob("*.sqlite3")
    data = bytearray(path.read_bytes())
    data[-10] ^= 1
    path.write_bytes(data)
    said = codesets("verify")
    assert said.exit == 1
    assert "not what was imported" in said.out
    assert codesets("verify", "--json").objects[0]["damaged"]


def test_remove_wants_a_yes_and_takes_the_table_out_of_use(codesets, edits):
    codesets("import", edits)
    name = codesets("status", "--json").objects[0]["import"]
    said = codesets("remove", name)
    assert (said.exit, "--yes" in said.err) == (2, True)
    assert codesets("status", "--json").objects
    assert codesets("remove", name, "--yes").exit == 0
    assert codesets("status", "--json").objects == []
    assert codesets("remove", name, "--yes").exit == 2


def test_diff_shows_what_a_release_adds_removes_and_changes(codesets, edits, newer):
    codesets("import", edits)
    codesets("import", newer)
    old, new = "NCCI PTP practitioner 2024Q2 (v30.1r0)", "ncci ptp practitioner 2024q3 (v30.2r0)"
    said = codesets("diff", old, new)
    assert said.exit == 0
    assert "  changed 11111 22222: 2024-01-01 0 -> 2024-01-01 2024-06-30 0\n" in said.out
    assert "  added 99213 99214: 2024-07-01 0\n" in said.out
    assert "33333" not in said.out
    assert "ptp_practitioner: 1 added, 0 removed, 1 changed" in said.out
    changes = codesets("diff", old, new, "--json").objects
    assert [(change["change"], change["key"]) for change in changes] == [
        ("changed", ["11111", "22222"]),
        ("added", ["99213", "99214"]),
    ]
    assert changes[0]["after"] == [
        {"since": "2024-01-01", "until": "2024-06-30", "indicator": "0"}
    ]


def test_diff_of_what_has_nothing_in_common_is_refused(codesets, edits, tmp_path):
    limits = written(tmp_path / "MUE_Eff_07-01-2024.csv", mue(("11111", "3", "1 Line Edit")))
    codesets("import", edits, limits)
    said = codesets(
        "diff", "NCCI PTP practitioner 2024Q2 (v30.1r0)", "NCCI MUE practitioner 2024Q3"
    )
    assert (said.exit, "no releases of one series" in said.err) == (2, True)
    assert codesets("diff", "x", "y").exit == 2


def test_diff_against_claims_shows_the_findings_that_come_and_go(codesets, edits, newer, tmp_path):
    """The claim is of the old quarter: it is judged as each release stands on its last day."""
    from builders.claims import a_case, a_line

    from bots.files.json_claims import case_to

    case = a_case([a_line("99213"), a_line("99214", charge="10.00")])
    claims = written(tmp_path / "claims.json", json.dumps([case_to(case)]))
    codesets("import", edits)
    codesets("import", newer)
    names = [told["import"] for told in codesets("status", "--json").objects]
    said = codesets("diff", names[1], names[0], "--against", claims)
    assert said.exit == 0, said.err
    assert "new  claims.json C-1 ptp-never-together: " in said.out
    back = codesets("diff", names[0], names[1], "--against", claims)
    assert "gone claims.json C-1 ptp-never-together: " in back.out


def test_fetch_lists_pages_and_files_and_downloads_nothing(codesets):
    said = codesets("fetch", "--list")
    assert "NCCI PTP edits\n  https://www.cms.gov/" in said.out
    assert len(codesets("fetch", "--list", "--json").objects) >= 13
    assert codesets("fetch").exit == 2


def test_a_single_file_of_our_own_form_needs_a_release_and_a_first_day(codesets, tmp_path):
    rules = written(
        tmp_path / "facility rules.csv",
        "owner,id,rule,code,value,since,until\nfacility,MAIN,requires_modifier,99213,25,,\n",
    )
    said = codesets("import", rules)
    assert (said.exit, "--release" in said.err) == (2, True)
    said = codesets("import", rules, "--release", "house rules", "--since", "2026-01-01")
    assert said.out == "imported: office_rule: house rules, from 2026-01-01 on, 1 rows\n"
    assert (
        "there already"
        in codesets("import", rules, "--release", "house rules", "--since", "2026-01-01").err
    )


@pytest.mark.parametrize(
    "words", [("--since", "1.1.2026"), ("--side", "nurse"), ("--until", "2026-13-01")]
)
def test_wrong_options_are_named(codesets, edits, words):
    said = codesets("import", edits, *words)
    assert said.exit == 2
    assert words[0] in said.err
