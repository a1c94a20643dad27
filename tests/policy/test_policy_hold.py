"""A hold is put on where the policy asks for it, on claims that may still be held."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from builders.claims import AS_OF, a_case, a_line
from builders.tables import an_mue, code_sets

from bots.checks import Class, Finding, Repair, Review, Severity, by_id
from bots.claims import HOLD, Change, ClaimRef, Facility, value_of
from bots.errors import Problem
from bots.hands import Done, Halted, Order, Workplace, perform
from bots.ledger import Outcome
from bots.policy import Correct, Flag, Policy, Propose, decide, load
from bots.portals.base import BusinessError, LoginRefused, PortalFault
from bots.runs.claim import Rules, process
from bots.store.facts import ChangeOutcome, ClaimOutcome, ExceptionType

READY = "Ready for review"
NDC = Change("ndc", 1, "0409-3796-01", "00409379601")
HOLDING = Policy("1", flag_as="hold", not_yet_sent=frozenset({READY}))


def a_claim(**fields):
    return a_case([a_line("J1885", ndc="0409-3796-01")], **{"status": READY, **fields})


def flagged(check="mue-line", severity=Severity.ERROR):
    return Finding(check, (1,), (), "as found", severity, None)


def proposed():
    change = Change("total_charge", None, "100.00", "125.00")
    return Finding("total-below-lines", (), (), "as found", Severity.ERROR, Repair((change,)))


def corrected():
    return Finding("ndc-short-segment", (1,), (), "", Severity.ERROR, Repair((NDC,)))


def decided(policy, *findings, case=None, on=AS_OF):
    return decide(policy, case or a_claim(), Review(findings, ()), on)


def mark(policy, *findings, case=None, on=AS_OF):
    return next(a.how for a in decided(policy, *findings, case=case, on=on) if isinstance(a, Flag))


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "policy.yaml"
        path.write_text('version: "1"\n' + text, encoding="utf-8")
        return load(path).for_portal(frozenset({READY}), notes=True)

    return write


def test_no_hold_is_put_on_where_the_policy_says_nothing_of_it(written):
    assert mark(written(""), flagged()) == "note"


def test_flag_as_hold_holds_what_a_person_must_look_at_and_nothing_that_only_informs(written):
    policy = written("flag_as: hold\n")

    assert mark(policy, flagged()) == "hold"
    assert mark(policy, flagged(severity=Severity.INFO)) == "report"


def test_one_check_may_ask_for_a_hold_and_the_others_for_a_note(written):
    policy = written("classes:\n  mue-line: hold\n")

    assert policy.class_for(by_id()["mue-line"], a_claim(), AS_OF) is Class.FLAG
    assert mark(policy, flagged("mue-line")) == "hold"
    assert mark(policy, flagged("mue-day")) == "note"
    assert mark(policy, flagged("mue-day"), flagged("mue-line")) == "hold"


@pytest.mark.parametrize(
    ("facility", "day", "how"),
    [
        ("NORTH", date(2026, 9, 30), "hold"),
        ("NORTH", date(2026, 10, 1), "note"),
        ("MAIN", date(2026, 9, 30), "note"),
    ],
)
def test_one_facility_may_ask_for_a_hold_until_a_day(written, facility, day, how):
    policy = written(
        "overrides:\n  - {facility: NORTH, check: mue-line, to: hold,"
        " reason: units are under review, owner: J. Doe, until: 2026-09-30}\n"
    )

    assert mark(policy, flagged(), case=a_claim(facility=Facility(facility)), on=day) == how


def test_a_hold_makes_a_flag_of_what_would_be_corrected(written):
    policy = written("classes:\n  ndc-short-segment: hold\n")

    (action,) = decided(policy, corrected())

    assert isinstance(action, Flag)
    assert action.how == "hold"


def test_another_word_for_a_mark_is_refused(written):
    with pytest.raises(Problem, match="flag_as"):
        written("flag_as: held\n")


def test_a_claim_that_left_the_office_gets_a_note_and_no_hold():
    assert mark(HOLDING, flagged(), case=a_claim(status="Submitted")) == "note"


def test_a_claim_that_left_an_office_whose_portal_takes_no_notes_stands_in_the_report():
    policy = HOLDING.for_portal(frozenset({READY}), notes=False)

    assert mark(policy, flagged(), case=a_claim(status="Submitted")) == "report"
    assert mark(policy, flagged()) == "hold"


def test_nothing_is_proposed_for_a_claim_that_goes_on_hold():
    case = a_claim(total_charge=Decimal("100.00"))

    assert [type(a) for a in decided(Policy("1"), proposed(), flagged(), case=case)] == [
        Propose,
        Flag,
    ]
    (action,) = decided(HOLDING, proposed(), flagged(), case=case)
    assert isinstance(action, Flag)
    assert {finding.check for finding in action.findings} == {"total-below-lines", "mue-line"}


def test_a_correction_is_made_before_the_hold_that_would_forbid_it():
    actions = decided(HOLDING, corrected(), flagged())

    assert [type(action) for action in actions] == [Correct, Flag]


@pytest.mark.parametrize("to", ["yes", "no"])
def test_no_check_puts_a_hold_on_or_takes_one_off(to):
    case = a_claim(on_hold=to == "no")
    change = Change("on_hold", None, value_of(case.claim, "on_hold"), to)
    asks = Finding("ndc-short-segment", (1,), (), "", Severity.ERROR, Repair((change,)))

    (action,) = decided(Policy("1"), asks, case=case)

    assert isinstance(action, Flag)
    assert "does not write on hold" in action.reason


# Through a run


def workplace(shadow=True):
    return Workplace(
        session=None,  # no page is open: nothing can be saved
        ledger=SimpleNamespace(digest=lambda number: number),
        portal=None, run="r", actor="test", shadow=shadow, policy_version="1", tables="",
        brake=None,
    )  # fmt: skip


REF = ClaimRef("practice", "C-1", "pending")


def told_of(case, policy):
    rules = Rules(code_sets(mue=[an_mue("99213", units=1)]), policy, AS_OF)
    return asyncio.run(process(case, REF, 1, rules, workplace()))[0]


def test_a_hold_stands_among_the_changes_of_a_claim_that_counts_as_flagged():
    told = told_of(a_case([a_line("99213", units=Decimal(9))], status=READY), HOLDING)

    assert told.seen.outcome is ClaimOutcome.FLAGGED
    assert [(c.field, c.from_value, c.to_value, c.outcome) for c in told.changes] == [
        ("on_hold", "no", "yes", ChangeOutcome.SHADOW)
    ]


def test_a_claim_that_is_on_hold_already_is_left_as_it_is():
    case = a_case([a_line("99213", units=Decimal(9))], status=READY, on_hold=True)

    told = told_of(case, HOLDING)

    assert told.seen.outcome is ClaimOutcome.FLAGGED
    assert told.changes == []


@pytest.mark.parametrize(("notes", "codes"), [(True, []), (False, ["FLAGGED"])])
def test_where_a_portal_takes_no_notes_a_flag_stands_in_the_exceptions(notes, codes):
    case = a_case([a_line("99213", units=Decimal(9))], status=READY)
    policy = Policy("1").for_portal(frozenset({READY}), notes=notes)

    assert [exception.code for exception in told_of(case, policy).exceptions] == codes


@pytest.mark.parametrize(
    "changes", [(), (NDC,), (HOLD, NDC), (replace(HOLD, from_="yes", to="no"),)]
)
def test_the_hands_put_on_a_hold_and_nothing_else_with_it(changes):
    order = Order(REF, a_claim(), ("x",), "a test", changes=changes, hold_reason="why")

    with pytest.raises(BusinessError, match="not written"):
        asyncio.run(perform(order, workplace()))


def both_of(case, monkeypatch, *outcomes, policy=HOLDING):
    """What a live run makes of a claim where its saves come to these ends, in order."""
    ends = iter(outcomes)

    async def done(order, at):
        end = next(ends)
        if isinstance(end, Exception):
            raise end
        return Done(end, "i1", acted=True)

    monkeypatch.setattr("bots.runs.claim.perform", done)
    rules = Rules(code_sets(mue=[an_mue("99213", units=1)]), policy, AS_OF)
    return asyncio.run(process(case, REF, 1, rules, workplace(shadow=False)))


def mended_and_held():
    lines = [a_line("J1885", ndc="0409-3796-01"), a_line("99213", units=Decimal(9), number=2)]
    return a_case(lines, status=READY)


@pytest.mark.parametrize(
    ("of_the_hold", "is_decided_again"), [(Outcome.CONFIRMED, True), (Outcome.UNKNOWN, False)]
)
def test_a_claim_is_not_decided_again_while_one_of_its_saves_is_unknown(
    monkeypatch, of_the_hold, is_decided_again
):
    told, again = both_of(mended_and_held(), monkeypatch, Outcome.NOT_DONE, of_the_hold)

    assert [c.field for c in told.changes] == ["on_hold"]
    assert again is is_decided_again


def test_what_was_done_is_told_where_the_portal_fails_at_the_next_save(monkeypatch):
    gone = PortalFault("the page does not open")

    told, again = both_of(mended_and_held(), monkeypatch, Outcome.CONFIRMED, gone)

    assert [(c.field, c.outcome) for c in told.changes] == [("ndc", ChangeOutcome.CONFIRMED)]
    assert {finding.check for finding in told.findings} >= {"mue-line"}
    assert [(e.type, e.code) for e in told.exceptions] == [
        (ExceptionType.APPLICATION, "PORTAL_FAULT")
    ]
    assert told.seen.outcome is ClaimOutcome.FAILED
    assert told.met is gone
    assert not again


def test_a_refused_save_is_told_where_the_portal_fails_at_the_next_one(monkeypatch):
    told, _ = both_of(mended_and_held(), monkeypatch, Outcome.REFUSED, PortalFault("gone"))

    assert [e.code for e in told.exceptions] == ["SAVE_REFUSED", "PORTAL_FAULT"]


def test_a_log_in_that_is_refused_meanwhile_ends_more_than_the_claim(monkeypatch):
    with pytest.raises(LoginRefused):
        both_of(mended_and_held(), monkeypatch, Outcome.CONFIRMED, LoginRefused("no"))


@pytest.mark.parametrize("end", [Halted("claimbots stop is on"), PortalFault("gone")])
def test_what_would_be_proposed_is_told_though_the_correction_could_not_be_made(monkeypatch, end):
    """Left out it would be stale, and an approval of it lost."""
    lines = [a_line("J1885", ndc="0409-3796-01")]
    case = a_case(lines, status=READY, total_charge=Decimal("100.00"))

    told, _ = both_of(case, monkeypatch, end, policy=replace(HOLDING, flag_as="note"))

    assert [proposal.check for proposal in told.proposals] == ["total-below-lines"]


def test_each_change_of_a_save_stands_under_the_check_that_it_answers(monkeypatch):
    drug = {"ndc_quantity": Decimal(1), "ndc_unit": "UN"}
    lines = [
        a_line("99213", ndc="00409-3796-01", **drug),
        a_line("99213", ndc="0409-3796-01", number=2, service_date=date(2026, 6, 2), **drug),
    ]

    told, _ = both_of(a_case(lines, status=READY), monkeypatch, *[Outcome.CONFIRMED] * 2)

    ndcs = [(change.check, change.line) for change in told.changes if change.field == "ndc"]
    assert ndcs == [("ndc-hyphens", 1), ("ndc-short-segment", 2)]
    assert {f.check for f in told.findings if f.severity == "error"} == {
        check for check, _ in ndcs
    }
    assert told.seen.clean_after
