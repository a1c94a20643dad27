"""The policy: a file that asks for too much is refused; what it lowers is lowered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from builders.claims import AS_OF, a_case, a_line

from bots.checks import Class, Finding, Repair, Review, Severity, by_id
from bots.claims import Change, ClaimType, Facility
from bots.errors import Problem
from bots.policy import Correct, Flag, Pass, Policy, Propose, decide, load

NDC = Change("ndc", 1, "0409-3796-01", "00409379601")
OVERRIDE = """version: "1"
overrides:
  - facility: NORTH
    check: ndc-hyphens
    to: {to}
    reason: the pharmacy system is replaced
    owner: J. Doe
    until: 2026-09-30
"""


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "policy.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def an_ndc_case(**fields):
    return a_case([a_line("J1885", ndc="0409-3796-01")], status="Ready for review", **fields)


def found(*changes, check="ndc-short-segment"):
    repair = Repair(tuple(changes)) if changes else None
    return Review((Finding(check, (1,), (), "as found", Severity.ERROR, repair),), ())


def test_the_policy_we_ship_is_accepted(request):
    assert load(request.config.rootpath / "config" / "policy.yaml").version


def test_an_unknown_check_is_refused_with_its_line_and_the_nearest_name(written):
    path = written('version: "1"\nclasses:\n  ndc-hyphen: flag\n')

    with pytest.raises(Problem) as refused:
        load(path)

    assert "policy.yaml:3" in refused.value.where
    assert "classes.ndc-hyphen" in refused.value.where
    assert refused.value.do == "did you mean ndc-hyphens?"


def test_an_unknown_required_check_is_refused_with_its_line(written):
    with pytest.raises(Problem, match=r"policy\.yaml:4.*required\.professional\.0"):
        load(written('version: "1"\nrequired:\n  professional:\n    - mue-lines\n'))


@pytest.mark.parametrize("check", [c.id for c in by_id().values() if c.at_most is Class.FLAG])
def test_a_class_above_what_a_check_may_have_is_refused(written, check):
    path = written(f'version: "1"\nclasses:\n  {check}: propose\n')

    with pytest.raises(Problem, match=f'"propose" is more than {check} may ever have') as refused:
        load(path)

    assert f"policy.yaml:3:3 classes.{check}" in refused.value.where


def test_an_override_above_what_a_check_may_have_is_refused(written):
    text = OVERRIDE.format(to="auto").replace("ndc-hyphens", "mue-line")

    with pytest.raises(Problem, match=r"policy\.yaml:4.*overrides\.0\.check.*may ever have"):
        load(written(text))


def test_an_override_without_an_owner_is_refused(written):
    text = OVERRIDE.format(to="flag").replace("    owner: J. Doe\n", "")

    with pytest.raises(Problem, match="owner"):
        load(written(text))


@pytest.mark.parametrize(
    ("facility", "day", "wanted"),
    [
        ("NORTH", date(2026, 9, 30), Class.FLAG),  # its last day
        ("NORTH", date(2026, 10, 1), Class.AUTO),  # the day after
        ("MAIN", date(2026, 9, 30), Class.AUTO),  # another facility
    ],
)
def test_an_override_holds_for_its_facility_until_its_date(written, facility, day, wanted):
    policy = load(written(OVERRIDE.format(to="flag")))
    case = an_ndc_case(facility=Facility(facility))

    assert policy.class_for(by_id()["ndc-hyphens"], case, day) is wanted


def test_the_form_of_an_ndc_is_corrected():
    actions = decide(Policy("1"), an_ndc_case(), found(NDC), AS_OF)

    assert [type(action) for action in actions] == [Correct]
    assert actions[0].changes == (NDC,)


def test_what_a_person_put_back_is_proposed_and_not_corrected_again():
    (action,) = decide(Policy("1"), an_ndc_case(), found(NDC), AS_OF, frozenset({NDC}))

    assert isinstance(action, Propose)
    assert action.reason == "a person put this back: it is not done again by itself"
    other = frozenset({replace(NDC, to="00409379602")})
    (action,) = decide(Policy("1"), an_ndc_case(), found(NDC), AS_OF, other)
    assert isinstance(action, Correct)


def test_a_lowered_class_makes_a_proposal_of_a_correction():
    policy = Policy("1", classes={"ndc-short-segment": Class.PROPOSE})

    (action,) = decide(policy, an_ndc_case(), found(NDC), AS_OF)

    assert isinstance(action, Propose)
    assert not action.raises_payment


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"on_hold": True}, "on hold"),
        ({"status": "Submitted"}, "left the office"),
    ],
)
def test_a_claim_on_hold_or_sent_is_flagged_instead(fields, said):
    policy = Policy("1", not_yet_sent=frozenset({"Ready for review"}))
    case = an_ndc_case()
    case = replace(case, claim=replace(case.claim, **fields))

    (action,) = decide(policy, case, found(NDC), AS_OF)

    assert isinstance(action, Flag)
    assert said in action.reason


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Change("modifiers", 1, "", "25"), "modifier that was not there"),
        (Change("modifiers", 1, "25", "25 59"), "does not hold"),  # the claim has no 25
        (Change("diagnoses", None, "J06.9", "J06.9 I10"), "diagnosis that was not there"),
        (Change("units", 1, "1", "2"), "does not write units"),
        (Change("charge", 1, "125.00", "250.00"), "does not write charge"),
        (Change("procedure", 1, "J1885", "99215"), "does not write procedure"),
        (Change("billing_npi", None, "1234567893", "1987654325"), "an NPI that is there"),
        (Change("billing_npi", None, "", "1987654325"), "does not hold"),  # there is one
        (Change("total_charge", None, "125.00", "250.00"), "the sum of the lines"),
        (Change("ndc", 7, "0409-3796-01", "00409379601"), "does not hold"),  # no such line
        (Change("ndc", 1, "0409-3796-01", "0409-3796-01"), "change nothing"),
    ],
)
def test_what_a_bot_never_writes_is_flagged_even_where_a_check_asks_for_it(change, said):
    (action,) = decide(Policy("1"), an_ndc_case(), found(change), AS_OF)

    assert isinstance(action, Flag)
    assert said in action.reason


def test_one_field_written_twice_is_flagged():
    twice = (NDC, replace(NDC, to="00409379699"))

    (action,) = decide(Policy("1"), an_ndc_case(), found(*twice), AS_OF)

    assert isinstance(action, Flag)
    assert "twice" in action.reason


def test_two_corrections_of_one_field_make_one_correction_and_a_flag():
    review = Review(found(NDC).findings * 2, ())

    actions = decide(Policy("1"), an_ndc_case(), review, AS_OF)

    assert [type(action) for action in actions] == [Correct, Flag]


def test_a_total_that_goes_up_is_proposed_and_says_so():
    case = an_ndc_case(total_charge=Decimal("100.00"))
    raises = Change("total_charge", None, "100.00", "125.00")

    (action,) = decide(Policy("1"), case, found(raises, check="total-above-lines"), AS_OF)

    assert isinstance(action, Propose)
    assert action.raises_payment


@pytest.mark.parametrize(
    ("claim_type", "to", "raises"),
    [
        (ClaimType.INSTITUTIONAL, "I10 J06.9 E11.9", True),  # another principal: another DRG
        (ClaimType.INSTITUTIONAL, "I10 E11.9", True),  # the principal dropped
        (ClaimType.INSTITUTIONAL, "J06.9 E11.9", True),  # one less beside it
        (ClaimType.INSTITUTIONAL, "J06.9 E11.9 I10", False),  # only the others change places
        (ClaimType.PROFESSIONAL, "I10 J06.9 E11.9", False),  # paid by its lines
    ],
)
def test_another_principal_diagnosis_says_on_an_institutional_claim_that_it_may_raise_payment(
    claim_type, to, raises
):
    case = a_case(diagnoses=("J06.9", "I10", "E11.9"), status="Ready for review")
    case = replace(case, claim=replace(case.claim, type=claim_type))
    reorders = Change("diagnoses", None, "J06.9 I10 E11.9", to)

    (action,) = decide(
        Policy("1"), case, found(reorders, check="diagnosis-code-first-order"), AS_OF
    )

    assert isinstance(action, Propose)
    assert action.raises_payment is raises


def test_no_finding_is_a_pass():
    assert decide(Policy("1"), a_case(), Review((), ()), AS_OF + timedelta(1)) == (Pass(),)
