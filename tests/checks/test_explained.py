"""What `check --explain` says, and that it has words for every code that a check gives."""

from __future__ import annotations

from datetime import date

import pytest
from builders.claims import a_case, a_line
from builders.tables import a_procedure, an_mue, code_sets

from bots.checks import Class, Denial, by_id, catalogue, review
from bots.checks.explain import GROUPS, REASONS, REMARKS, denial_in_words, explain, sections
from bots.checks.review import in_force
from bots.cli.pages import page_of, pages
from bots.codesets import DenialCode, in_memory

# The checks that deny most, by CODING.md; each page says what would make the claim right.
FIRST_THIRTY = [
    "member-id-missing",
    "member-id-form",
    "payer-missing",
    "not-covered-on-day",
    "duplicate-line",
    "patient-name-missing",
    "total-above-lines",
    "timely-filing",
    "authorization-missing",
    "cob-payment-missing",
    "npi-check-digit",
    "ordering-npi-missing",
    "taxonomy-missing",
    "clia-missing",
    "clia-waived-without-qw",
    "diagnosis-unknown",
    "diagnosis-not-valid-on-date",
    "diagnosis-not-billable",
    "procedure-unknown",
    "procedure-not-in-force",
    "pointer-to-nothing",
    "modifier-unknown",
    "policy-diagnosis-unsupported",
    "ptp-never-together",
    "ptp-unmodified",
    "mue-day",
    "mue-line",
    "add-on-alone",
    "place-of-service-for-code",
    "modifier-component",
    "modifier-50-not-bilateral",
    "diagnosis-code-first-order",
    "procedure-age",
    "procedure-sex",
    "ndc-hyphens",
    "ndc-short-segment",
    "frequency-without-original",
    "missed-charge",
]


@pytest.mark.parametrize("id", FIRST_THIRTY)
def test_the_checks_that_deny_most_say_what_would_make_it_right(id):
    assert by_id()[id]
    assert sections(page_of(id))["What would make it right"]


@pytest.mark.parametrize("check", catalogue(), ids=lambda check: check.id)
def test_there_are_words_for_every_denial(check):
    if check.denial is not None:
        assert check.denial.group in GROUPS
        assert check.denial.carc in REASONS
        assert not check.denial.rarc or check.denial.rarc in REMARKS


def test_a_finding_is_explained_part_by_part():
    case = a_case([a_line("96372", units=3)])
    tables = code_sets(
        mue=[an_mue("96372", units=2, indicator="3")], procedure=[a_procedure("96372")]
    )
    finding = next(f for f in review(case, tables).findings if f.check == "mue-day")

    said = explain(by_id()["mue-day"], finding, page_of("mue-day"), Class.FLAG, "needs the record")

    assert said.what
    assert "NCCI" in said.authority
    assert said.tables == "test"
    assert said.denial.startswith("CO-151 N362: the record does not support so many")
    assert said.remedy
    assert said.answer.startswith("the bot changes nothing and flags it: needs the record")


def test_without_a_page_the_check_itself_is_said():
    case = a_case(as_of=date(2030, 1, 1))
    finding = next(f for f in review(case, code_sets()).findings if f.check == "timely-filing")

    said = explain(by_id()["timely-filing"], finding, "", Class.FLAG, "policy flags it")

    assert said.what == by_id()["timely-filing"].title
    assert said.denial == "CO-29: the claim came after the time limit; " + GROUPS["CO"]


def test_no_words_name_a_code_of_a_patient_or_are_those_of_the_official_list():
    assert all(len(words) < 80 for words in [*REASONS.values(), *REMARKS.values()])
    assert denial_in_words(Denial("CO", "16", "MA120")).startswith("CO-16 MA120: ")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (None, Denial("CO", "15", "N20")),  # no list: it stays
        ([("group", "CO"), ("carc", "15"), ("rarc", "N20")], Denial("CO", "15", "N20")),
        ([("group", "CO"), ("carc", "15")], Denial("CO", "15")),
        ([("group", "CO"), ("rarc", "N20")], None),
    ],
)
def test_a_denial_has_only_codes_that_were_in_force(rows, said):
    """X12 ended reason 15 on 2018-05-01: it was given before and not after."""
    tables = code_sets()
    if rows is not None:
        tables = in_memory(denial_code=[DenialCode(kind=kind, code=code) for kind, code in rows])

    assert in_force(Denial("CO", "15", "N20"), tables, date(2026, 7, 14)) == said


def test_a_reason_that_ended_is_not_expected_any_more():
    ended = DenialCode(kind="carc", code="15", until=date(2018, 4, 30))
    tables = in_memory(denial_code=[ended, DenialCode(kind="group", code="CO")])

    assert in_force(Denial("CO", "15"), tables, date(2018, 4, 30)) == Denial("CO", "15")
    assert in_force(Denial("CO", "15"), tables, date(2018, 5, 1)) is None


def test_the_pages_are_found():
    assert (pages() / "mue-day.md").is_file()
