"""Diagnoses: known, whole, in force, in order, each once; pointers stay on their codes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from builders.claims import DAY, a_case, a_line, an_institutional_claim
from builders.strategies import TABLES, cases
from builders.tables import an_icd, code_sets
from hypothesis import HealthCheck, given, settings

from bots.checks import Severity, review
from bots.claims import Change, Diagnosis, DiagnosisKind


def found(case, *rows, **more):
    said = review(case, code_sets(icd10cm=rows, **more))
    return {f.check: f for f in said.findings if f.check.startswith("diagnosis-")}


def test_an_unknown_code_is_named():
    finding = found(a_case(diagnoses=["J06.8"]))["diagnosis-unknown"]

    assert finding.codes == ("J06.8",)


def test_a_code_without_its_dot_is_the_same_code():
    assert found(a_case(diagnoses=["J069"])) == {}


def test_a_malformed_code_is_one_finding_only():
    assert set(found(a_case(diagnoses=["J0!.9"]))) == {"diagnosis-form"}


@pytest.mark.parametrize(
    ("since", "until", "fires"),
    [
        (DAY, None, False),
        (date(2026, 7, 15), None, True),  # from tomorrow
        (None, DAY, False),
        (None, date(2026, 7, 13), True),  # until yesterday
    ],
)
def test_a_code_is_held_against_the_table_of_the_day(since, until, fires):
    row = an_icd("J06.9", since=since, until=until)

    assert ("diagnosis-not-valid-on-date" in found(a_case(), row)) is fires


def test_each_line_asks_for_its_own_day():
    """A claim over October 1: only the line that points to the new code counts."""
    row = an_icd("I10", since=date(2026, 7, 15))
    early, late = a_line(), a_line("99214", on=date(2026, 7, 15), pointers=(2,))

    assert found(a_case([early, late], diagnoses=["J06.9", "I10"]), row) == {}
    both = replace(early, pointers=(1, 2))
    assert set(found(a_case([both, late], diagnoses=["J06.9", "I10"]), row)) == {
        "diagnosis-not-valid-on-date"
    }


def test_a_heading_is_not_billable_and_its_only_child_is_named_not_written():
    row = an_icd("I10", billable=False, children=("I10.1",))
    finding = found(a_case(diagnoses=["I10"]), row)["diagnosis-not-billable"]

    assert "I10.1" in finding.message
    assert finding.repair is None


def test_a_heading_that_was_billable_then_was_right_then():
    then = an_icd("I10", until=DAY)
    now = an_icd("I10", billable=False, children=("I10.1", "I10.2"), since=date(2026, 7, 15))

    assert found(a_case(diagnoses=["I10"]), then, now) == {}


@pytest.mark.parametrize(
    ("code", "children"),
    [
        ("S52.501", ("S52.501A", "S52.501D")),
        ("S01.00", ("S01.00XA", "S01.00XD")),  # with the placeholder
        ("S01.00X", ("S01.00XA", "S01.00XD")),  # the placeholder typed, the end forgotten
    ],
)
def test_a_missing_seventh_character_is_called_so(code, children):
    row = an_icd("S01.00" if "X" in code else code, billable=False, children=children)

    assert set(found(a_case(diagnoses=[code]), row)) == {"diagnosis-seventh-character"}


@pytest.mark.parametrize(
    ("note", "fires"),
    [
        ("I10", True),
        ("I10-I15", True),
        ("I1", True),
        ("I10.-", True),
        ("E08-I09", False),
        ("I11", False),
        ("I10.1", False),  # the note names a finer code than the claim has
        ("I09-J06", False),  # a range over the code it stands on says nothing
    ],
)
def test_excludes1_reads_codes_beginnings_and_ranges(note, fires):
    finding = found(a_case(diagnoses=["J06.9", "I10"]), an_icd("J06.9", excludes1=(note,)))

    assert ("diagnosis-excludes1" in finding) is fires
    if fires:
        assert finding["diagnosis-excludes1"].severity is Severity.WARNING
        assert note in finding["diagnosis-excludes1"].message


def test_a_pair_that_excludes_both_ways_is_one_finding():
    case = a_case(diagnoses=["J06.9", "I10"])
    rows = [an_icd("J06.9", excludes1=("I10",)), an_icd("I10", excludes1=("J06",))]
    said = review(case, code_sets(icd10cm=rows)).findings

    assert [f.check for f in said] == ["diagnosis-excludes1"]


LATER = an_icd("H36.89", code_first=("D57.-",), code_first_always=True)
FIRST = an_icd("D57.1")


def test_the_wrong_order_is_proposed_the_right_way_with_pointers_on_their_codes():
    case = a_case(
        [a_line(pointers=(2, 1)), a_line("99214", pointers=(3,))],
        diagnoses=["I10", "H36.89", "D57.1"],
    )
    finding = found(case, LATER, FIRST)["diagnosis-code-first-order"]

    assert finding.severity is Severity.ERROR
    assert finding.repair.changes == (
        Change("diagnoses", None, "I10 H36.89 D57.1", "I10 D57.1 H36.89"),
        Change("pointers", 1, "2 1", "3 1"),
        Change("pointers", 2, "3", "2"),
    )


def test_the_right_order_is_quiet():
    assert found(a_case(diagnoses=["D57.1", "H36.89"]), LATER, FIRST) == {}


def test_if_applicable_makes_it_information():
    row = an_icd("H36.89", code_first=("D57",))

    order = found(a_case(diagnoses=["H36.89", "D57.1"]), row, FIRST)
    assert order["diagnosis-code-first-order"].severity is Severity.INFO
    assert found(a_case(diagnoses=["H36.89"]), row) == {}


def test_a_condition_that_is_not_there_is_not_invented():
    finding = found(a_case(diagnoses=["H36.89"]), LATER, FIRST)["diagnosis-code-first-missing"]

    assert finding.severity is Severity.ERROR
    assert finding.repair is None


@pytest.mark.parametrize(
    ("codes", "check"),
    [
        (["H36.89"], "diagnosis-code-first-missing"),
        (["H36.89", "D57.1"], "diagnosis-code-first-order"),
        (["I10", "H36.89"], None),  # high blood pressure may be the cause
        (["I10", "H36.89", "D57.1"], None),
        (["H36.89", "I10"], "diagnosis-code-first-missing"),
    ],
)
def test_where_the_codes_are_examples_only_the_first_place_is_wrong(codes, check):
    row = an_icd("H36.89", code_first=("D57",), code_first_always=True, code_first_open=True)

    assert set(found(a_case(diagnoses=codes), row, FIRST)) == ({check} if check else set())


def test_two_notes_that_contradict_each_other_are_left_to_a_person():
    rows = [an_icd("H36.89", code_first=("D57",)), an_icd("D57.1", code_first=("H36",))]
    said = found(a_case(diagnoses=["H36.89", "D57.1"]), *rows)

    assert said["diagnosis-code-first-order"].repair is not None or True
    assert "diagnosis-code-first-missing" not in said


def test_a_hospitals_order_is_a_persons():
    claim = an_institutional_claim(diagnoses=["H36.89", "D57.1"])

    assert found(a_case(claim=claim), LATER, FIRST)["diagnosis-code-first-order"].repair is None


def test_the_later_copy_goes_and_every_pointer_stays_on_its_code():
    case = a_case(
        [a_line(pointers=(1, 3)), a_line("99214", pointers=(4, 2, 3))],
        diagnoses=["J06.9", "I10", "J069", "E11.9"],
    )

    assert found(case)["diagnosis-duplicate"].repair.changes == (
        Change("diagnoses", None, "J06.9 I10 J069 E11.9", "J06.9 I10 E11.9"),
        Change("pointers", 1, "1 3", "1"),
        Change("pointers", 2, "4 2 3", "3 2 1"),
    )


def test_a_pointer_to_nothing_is_not_moved_onto_something():
    case = a_case([a_line(pointers=(1, 4))], diagnoses=["J06.9", "J06.9", "I10"])

    assert [c.field for c in found(case)["diagnosis-duplicate"].repair.changes] == ["diagnoses"]


def test_positions_with_a_gap_are_left_to_a_person():
    case = a_case(diagnoses=[Diagnosis(1, "J06.9"), Diagnosis(3, "J06.9")])

    assert found(case)["diagnosis-duplicate"].repair is None


@pytest.mark.parametrize("odd", ["A B", "", "I1"])
def test_beside_a_code_that_is_none_the_copy_is_left_to_a_person(odd):
    """The list is written with blanks: it could not say which code a blank belongs to."""
    case = a_case(diagnoses=["J06.9", odd, "J06.9"])

    assert found(case)["diagnosis-duplicate"].repair is None


@pytest.mark.parametrize(
    ("kind", "poa", "severity"),
    [
        (DiagnosisKind.OTHER, "Y", Severity.ERROR),
        (DiagnosisKind.OTHER, "N", Severity.WARNING),  # POA differs: may be two things
        (DiagnosisKind.ADMITTING, "Y", None),  # repeats by design
    ],
)
def test_a_hospital_claim_is_flagged_only(kind, poa, severity):
    first = Diagnosis(1, "J06.9", DiagnosisKind.PRINCIPAL, "Y")
    claim = an_institutional_claim(diagnoses=[first, Diagnosis(2, "J06.9", kind, poa)])
    said = found(a_case(claim=claim))

    assert "diagnosis-duplicate" not in said
    finding = said.get("diagnosis-duplicate-institutional")
    assert (finding.severity if finding else None) == severity
    assert finding is None or finding.repair is None


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_after_a_repair_every_pointer_names_the_code_it_named_and_no_code_is_new(case):
    before = {entry.position: entry.code.replace(".", "") for entry in case.claim.diagnoses}
    for finding in review(case, TABLES).findings:
        repair = finding.repair.changes if finding.repair else ()
        changes = {(change.field, change.line): change.to for change in repair}
        if ("diagnoses", None) not in changes:
            continue
        codes = changes["diagnoses", None].split(" ")
        assert {code.replace(".", "") for code in codes} == set(before.values())
        after = {place: code.replace(".", "") for place, code in enumerate(codes, start=1)}
        for line in case.claim.lines:
            to = changes.get(("pointers", line.number))
            pointers = line.pointers if to is None else [int(text) for text in to.split()]
            named = {after[p] for p in pointers if p in after}
            assert named == {before[p] for p in line.pointers if p in before}
