"""The specimens of the clinic's contract, held against the plan. Needs no GNU Health."""

from __future__ import annotations

import pytest
from gnuhealth.install import ROOT
from gnuhealth.plan import make_plan
from gnuhealth.read_as import as_read_case, read_as

from bots.portals.contract.reading import shown
from bots.portals.contract.specimens import load_specimens

SPECIMENS = load_specimens(ROOT / "config" / "contract" / "gnuhealth.yaml")
PLAN = make_plan()
SERVICES = {service.name: service for service in PLAN.services}


@pytest.mark.parametrize("number", SPECIMENS.claims)
def test_a_claim_is_what_the_plan_says(number: str) -> None:
    wanted = SPECIMENS.claims[number]
    case = as_read_case(PLAN, SERVICES[number])

    assert {name: shown(case.claim, name) for name in wanted.fields} == wanted.fields
    if wanted.others_of_the_day is not None:
        assert case.history is not None
        assert {claim.number for claim in case.history} == set(wanted.others_of_the_day)


def test_lists_are_what_the_plan_says() -> None:
    drafts = {number: service for number, service in SERVICES.items() if not service.invoiced}
    few = SPECIMENS.lists.few
    assert few is not None
    assert few.since is not None
    assert few.until is not None

    assert set(SPECIMENS.lists.many.has) <= set(drafts)
    assert len(drafts) >= SPECIMENS.lists.many.at_least
    of_the_days = {n for n, one in drafts.items() if few.since <= one.day <= few.until}
    assert of_the_days == set(few.numbers or ())


def test_what_is_corrected_is_a_draft_and_what_is_refused_is_invoiced() -> None:
    correct, refused = SPECIMENS.correct, SPECIMENS.refused
    assert correct is not None
    assert refused is not None

    for change in (correct, correct.somebody_else):
        claim = read_as(SERVICES[correct.claim])
        assert shown(claim, f"line {change.line} {change.field}") == change.from_
    assert not SERVICES[correct.claim].invoiced
    assert SERVICES[refused.claim].invoiced
    claim = read_as(SERVICES[refused.claim])
    assert shown(claim, f"line {refused.line} {refused.field}") == refused.from_
