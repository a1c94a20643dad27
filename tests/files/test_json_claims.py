"""Our JSON: what is written is read back equal, and what is wrong gets a sentence."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from file_cases import cases, small_case
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.claims import Case
from bots.files.json_claims import case_from, case_to, read_json, schema
from bots.files.unread import UnfitError, Unread

TODAY = date(2026, 9, 30)
SCHEMA_FILE = Path(__file__).parents[2] / "docs" / "claim.schema.json"
VALIDATOR = jsonschema.Draft202012Validator(schema())


def fits_schema(obj: object) -> bool:
    return VALIDATOR.is_valid(obj)


def written(tmp_path: Path, text: str | bytes, name: str = "claims.json") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def read(path: Path) -> list[Case | Unread]:
    return list(read_json(path, today=TODAY))


@given(cases())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_a_case_that_is_written_is_read_back_equal_and_fits_the_schema(case: Case):
    obj = json.loads(json.dumps(case_to(case)))

    assert case_from(obj) == case
    assert fits_schema(obj)


def test_the_schema_in_the_documentation_is_that_of_the_code():
    jsonschema.Draft202012Validator.check_schema(schema())
    assert json.loads(SCHEMA_FILE.read_text(encoding="utf-8")) == schema()


@given(st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_the_reader_refuses_whatever_the_schema_refuses(data: st.DataObject):
    """The reader may be stricter (a day that no calendar has), never looser."""
    obj = case_to(small_case())
    spot = obj["claim"]
    if data.draw(st.booleans()):
        spot = data.draw(
            st.sampled_from([obj, spot["patient"], spot["lines"][0], spot["coverage"]])
        )
    field = data.draw(st.sampled_from(sorted(spot)))
    spot[field] = data.draw(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False)
        | st.text(max_size=9) | st.just([]) | st.just({}) | st.dates().map(str) | st.just("12.34")
    )  # fmt: skip

    try:
        case_from(obj, today=TODAY)
    except UnfitError:
        return
    assert fits_schema(obj)


@pytest.mark.parametrize(
    ("field", "value", "where", "says"),
    [
        ("claim.colour", "red", "$.claim", "unknown field colour"),
        ("claim.statuss", "x", "$.claim", "did you mean status?"),
        ("claim.total_charge", 12.5, "$.claim.total_charge", "JSON number"),
        ("claim.total_charge", 12, "$.claim.total_charge", "JSON number"),
        ("claim.total_charge", "-12.50", "$.claim.total_charge", "below zero"),
        ("claim.total_charge", "1e3", "$.claim.total_charge", "no amount"),
        ("claim.lines.0.charge", "-1.00", "$.claim.lines[0].charge", "below zero"),
        ("claim.lines.0.units", "-1", "$.claim.lines[0].units", "below zero"),
        ("claim.lines.0.number", "1", "$.claim.lines[0].number", "without quotes"),
        ("claim.lines.0.procedure", 99213, "$.claim.lines[0].procedure", "in quotes"),
        ("claim.patient.birth_date", "2125-01-01", "$.claim.patient.birth_date", "outside"),
        ("claim.lines.0.service_date", "2125-09-01", "$.claim.lines[0].service_date", "outside"),
        ("claim.created_on", "2026-02-30", "$.claim.created_on", "no calendar"),
        ("claim.created_on", "02/28/2026", "$.claim.created_on", "YYYY-MM-DD"),
        ("claim.type", "dental", "$.claim.type", "professional, institutional"),
        ("claim.on_hold", "no", "$.claim.on_hold", "true or false"),
        ("claim.lines", None, "$.claim.lines", "array"),
        ("claim.patient", [], "$.claim.patient", "object"),
        ("claim.coverage.member_id", "a\x00b", "$.claim.coverage.member_id", "control"),
        ("claim.coverage.member_id", "\ud800", "$.claim.coverage.member_id", "half a character"),
        ("as_of", "tomorrow", "$.as_of", "no date"),
        ("note", "x", "$", "unknown field note"),
    ],
)
def test_a_wrong_value_gets_a_sentence_that_names_its_place(
    tmp_path: Path, field: str, value: object, where: str, says: str
):
    obj = case_to(small_case())
    *way, last = field.split(".")
    spot: Any = obj
    for step in way:
        spot = spot[int(step) if step.isdigit() else step]
    spot[last] = value

    (answer,) = read(written(tmp_path, json.dumps(obj)))

    assert isinstance(answer, Unread)
    assert answer.segment == where
    assert says in answer.error


def test_a_required_field_that_is_missing_is_named(tmp_path: Path):
    obj = case_to(small_case())
    del obj["claim"]["patient"]["last_name"]

    (answer,) = read(written(tmp_path, json.dumps(obj)))

    assert isinstance(answer, Unread)
    assert answer.segment == "$.claim.patient.last_name"
    assert "missing" in answer.error


def test_a_line_numbered_twice_is_refused(tmp_path: Path):
    case = small_case()
    twice = replace(case, claim=replace(case.claim, lines=case.claim.lines * 2))

    (answer,) = read(written(tmp_path, json.dumps(case_to(twice))))

    assert isinstance(answer, Unread)
    assert "used 2 times" in answer.error


@pytest.mark.parametrize("indent", [None, 2])
def test_one_object_an_array_and_json_lines_say_the_same(tmp_path: Path, indent: int | None):
    several = [case_to(small_case(number=f"C{n}")) for n in range(3)]
    expected = [small_case(number=f"C{n}") for n in range(3)]

    array = written(tmp_path, json.dumps(several, indent=indent), "array.json")
    lines = written(tmp_path, "\n\n".join(map(json.dumps, several)) + "\n", "lines.jsonl")
    one = written(tmp_path, "\ufeff" + json.dumps(several[0], indent=indent), "one.json")

    assert read(array) == expected
    assert read(lines) == expected
    assert read(one) == expected[:1]


def test_a_broken_line_does_not_cost_the_others(tmp_path: Path):
    good = json.dumps(case_to(small_case()))
    path = written(tmp_path, f"{good[:90]}\n{good}\n[1]\n{good}\n")

    first, second, third, fourth = read(path)

    assert isinstance(first, Unread)
    assert (first.position, first.segment) == (1, "line 1")
    assert second == fourth == small_case()
    assert isinstance(third, Unread)
    assert third.position == 3


def test_an_array_that_is_cut_off_gives_what_stands_before_the_cut(tmp_path: Path):
    text = json.dumps([case_to(small_case())] * 3)

    answers = read(written(tmp_path, text[: len(text) * 2 // 3 + 20]))

    assert answers[:2] == [small_case()] * 2
    assert isinstance(answers[2], Unread)
    assert "cut off" in answers[2].error
    assert "nothing after it was read" in answers[2].error


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "empty"),
        (b"[]", "empty array"),
        (b"nonsense", "not JSON"),
        (b"[{}", "missing"),
        (b"[" * 100_000, "nested too deeply"),
        ('{"claim": "é"}'.encode("latin-1"), "UTF-8"),
        (b'{"claim": {}, "claim": {}}', "twice"),
        (b'{"as_of": NaN}', "NaN"),
        (b"3", "object"),
    ],
)
def test_what_is_no_claim_gets_a_sentence(tmp_path: Path, text: bytes, says: str):
    answers = read(written(tmp_path, text))

    assert all(isinstance(answer, Unread) for answer in answers)
    assert any(says in answer.error for answer in answers if isinstance(answer, Unread))


def test_a_file_that_is_not_there_gets_a_sentence(tmp_path: Path):
    (answer,) = read(tmp_path / "none.json")

    assert isinstance(answer, Unread)
    assert "cannot be read" in answer.error


def test_as_of_is_the_files_own_else_the_claims_day_else_the_runs():
    obj = case_to(small_case())
    obj["as_of"] = "2026-08-01"
    assert case_from(obj, today=TODAY).as_of == date(2026, 8, 1)
    obj["as_of"] = None
    obj["claim"]["created_on"] = "2026-07-01"
    assert case_from(obj, today=TODAY).as_of == date(2026, 7, 1)
    obj["claim"]["created_on"] = None
    assert case_from(obj, today=TODAY).as_of == TODAY


def test_no_error_quotes_a_value(tmp_path: Path):
    """Every text field in turn is given a marked value of the wrong kind."""
    obj = case_to(small_case())
    canary = "CANARY-7731"
    for field in obj["claim"]:
        broken = json.loads(json.dumps(obj))
        broken["claim"][field] = {canary: canary} if field != "patient" else canary
        for answer in read(written(tmp_path, json.dumps(broken))):
            assert isinstance(answer, Unread)
            assert canary not in answer.error.replace(f"unknown field {canary}", "")


def test_money_keeps_its_cents():
    case = small_case()
    case = replace(case, claim=replace(case.claim, total_charge=Decimal("10.10")))
    assert case_to(case)["claim"]["total_charge"] == "10.10"
