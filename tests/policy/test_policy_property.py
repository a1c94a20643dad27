"""No claim and no faulty check makes the policy write what a bot may never write.

2,000 generated claims here, 100,000 in `benchmarks/policy_property.py`; the judge is
`benchmarks/policy_oracle.py`, which shares no line with the policy.
"""

from __future__ import annotations

import random
from dataclasses import replace

from builders.strategies import TEXT, cases
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from policy_property import OPEN, a_case, a_review, permissive, violations

from bots.checks import Finding, Repair, Review, Severity, by_id
from bots.claims import CLAIM_FIELDS, LINE_FIELDS, Case, Change, value_of
from bots.policy import Correct, decide

POLICY = permissive()
FAST = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@st.composite
def changes(draw: st.DrawFn, case: Case) -> Change:
    """Any change, mostly from what the claim holds to something made of it."""
    field = draw(st.sampled_from([*CLAIM_FIELDS, *LINE_FIELDS]) | TEXT)
    line = draw(st.sampled_from([None, 1, 2, 3, 9]))
    try:
        held = value_of(case.claim, field, line)
    except (KeyError, ValueError):
        held = ""
    words = held.split()
    made = [held, "", " ".join(words[1:]), " ".join(reversed(words)), f"{held} 25", f"{held} I10"]
    made += [" ".join(dict.fromkeys(words)), held.replace("-", "").zfill(11), "0.00"]
    to = draw(st.sampled_from(made) | TEXT)
    return Change(field, line, draw(st.just(held) | TEXT), to)


@st.composite
def hostile(draw: st.DrawFn) -> tuple[Case, Review]:
    """A case, and findings of checks that exist with repairs that none of them would ask for."""
    case = draw(cases())
    status = draw(st.sampled_from([*OPEN, *OPEN, "Submitted"]))
    claim = replace(case.claim, status=status, on_hold=draw(st.sampled_from([False, False, True])))
    case = replace(case, claim=claim)
    repairs = st.lists(changes(case), max_size=3).map(lambda made: Repair(tuple(made)))
    findings = st.builds(
        Finding,
        st.sampled_from(sorted(by_id())),
        st.just(()),
        st.just(()),
        st.just("made up"),
        st.sampled_from(list(Severity)),
        st.none() | repairs,
    )
    return case, Review(tuple(draw(st.lists(findings, min_size=1, max_size=4))), ())


@settings(FAST, max_examples=500)
@given(hostile())
def test_nothing_banned_is_written_whatever_claims_and_checks_say(made):
    case, review = made

    assert list(violations(case, decide(POLICY, case, review, case.as_of))) == []


def test_nothing_banned_is_written_for_two_thousand_generated_claims():
    chance = random.Random(20260930)
    corrected = 0
    for _ in range(2000):
        case = a_case(chance)
        actions = decide(POLICY, case, a_review(chance, case), case.as_of)
        corrected += any(isinstance(action, Correct) for action in actions)
        assert list(violations(case, actions)) == [], (case, actions)
    assert corrected > 100, "the property was hardly put to the test"
