"""No payer-side check is left out by the glance, whatever a claim says in the fields it reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from builders.claims import AS_OF, DAY, a_case, a_provider, a_record
from builders.strategies import cases
from builders.tables import (
    a_policy,
    a_policy_diagnosis,
    a_procedure,
    a_rule,
    an_office_rule,
    code_sets,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.checks import Finding, catalogue, review
from bots.checks.needs import days_of, lacking, ncci_side, parts_lacking
from bots.claims import Authorization, Case, CoverageSpan, OtherPayer, Role

TABLES = code_sets(
    procedure=[a_procedure("80053", "laboratory"), a_procedure("97110", "therapy")],
    policy_procedure=[a_policy("80053"), a_policy("99213", "A1", states=("OH",))],
    policy_diagnosis=[a_policy_diagnosis("I10"), a_policy_diagnosis("J06.9", covered=False)],
    payer_rule=[a_rule("corrected_filing_days", "30", "CI1")],
    office_rule=[
        an_office_rule("requires_authorization", "99213"),
        an_office_rule("max_units", "*", "2"),
        an_office_rule("clia_waived", "80053", "QW"),
        an_office_rule("bundled_into", "36415", "99213", owner="facility", id="MAIN"),
        an_office_rule("needs_documentation", "99213", "order", owner="facility"),
    ],
)
DAYS = st.none() | st.integers(-3, 3).map(lambda days: DAY + timedelta(days=days))
AMOUNTS = st.none() | st.sampled_from([Decimal(0), Decimal("-1"), Decimal(900)])
RANKS = st.sampled_from(["primary", "secondary", "tertiary", ""])
KINDS = ["active", "inactive", "hospice", "snf", "home-health", "other-payer"]
SPANS = st.builds(
    CoverageSpan, st.sampled_from(KINDS), DAYS, DAYS, st.sampled_from(["", "MEDB", "GHP1"])
)
AUTHORIZATIONS = st.builds(
    Authorization,
    st.sampled_from(["AU-1", "AU-2"]),
    st.sampled_from([(), ("99213",), ("80053",)]),
    DAYS,
    DAYS,
    st.none() | st.just(Decimal(1)),
)
ROLES = st.sampled_from(list(Role))
RECORDS = st.builds(
    lambda role, kind, since, until: a_provider(
        role, "1497758544", record=a_record("1497758544", npi_type=kind, active_from=since,
                                            active_to=until)
    ),
    ROLES, st.sampled_from("12"), DAYS, DAYS,
)  # fmt: skip


@st.composite
def odd_cases(draw: st.DrawFn) -> Case:
    """A case of a usual day with anything in the fields that the payer-side checks read."""
    case = draw(cases() | st.just(a_case()))
    claim = case.claim
    lines = tuple(
        replace(
            line,
            service_date=draw(DAYS) or DAY,
            procedure=draw(st.sampled_from(["80053", "99213", "97110", "36415", line.procedure])),
            modifiers=tuple(draw(st.sampled_from(["", "QW", "90", "91", "GA", "76 GW"])).split()),
            rendering_npi=draw(st.sampled_from(["", "1234567890", "12"])),
            noncovered_charge=draw(AMOUNTS),
            place_of_service=draw(st.sampled_from(["", "21", "61", "11"])),
        )
        for line in claim.lines
    )
    others = draw(
        st.lists(st.builds(OtherPayer, st.just("GHP1"), rank=RANKS, paid=AMOUNTS), max_size=2)
    )
    by_role = {entry.role: entry for entry in (*claim.providers, *draw(st.lists(RECORDS)))}
    coverage = replace(
        claim.coverage,
        rank=draw(RANKS),
        relationship=draw(st.sampled_from(["self", "spouse", ""])),
        member_id=draw(st.sampled_from(["1EG4TE5MK73", "X1", ""])),
    )
    patient = replace(
        claim.patient,
        died_on=draw(DAYS),
        state=draw(st.sampled_from(["OH", "ZZ", ""])),
        city=draw(st.sampled_from(["Dayton", ""])),
    )
    claim = replace(
        claim,
        lines=lines,
        coverage=coverage,
        patient=patient,
        providers=tuple(by_role.values()),
        other_payers=tuple(others),
        number=draw(st.sampled_from(["C-1", "", "C" * 21])),
        clia=draw(st.sampled_from(["", "36D0000001", "x"])),
        accident=draw(st.sampled_from(["", "AA", "EM", "OA"])),
        accident_on=draw(DAYS),
        admitted_on=draw(DAYS),
        authorization=draw(st.sampled_from(["", "AU-1"])),
        frequency_code=draw(st.sampled_from(["1", "5", "6", "7", "8", ""])),
        original_reference=draw(st.sampled_from(["", "C-2"])),
        created_on=draw(DAYS),
        not_shown=draw(st.sampled_from([(), ("clia", "other_payers")])),
    )
    return replace(
        case,
        claim=claim,
        as_of=draw(st.sampled_from([AS_OF, date(2028, 1, 1)])),
        eligibility=draw(st.none() | st.lists(SPANS, max_size=3).map(tuple)),
        authorizations=draw(st.none() | st.lists(AUTHORIZATIONS, max_size=2).map(tuple)),
    )


FAMILIES = {
    "eligibility", "authorization", "cob", "clia", "claim-frequency", "coverage-policy",
    "payer-rule", "facility-rule", "timely-filing", "duplicate", "coverage", "provider",
    "required", "format", "dates", "totals", "pointer",
}  # fmt: skip
CHECKS = {check.id: check for check in catalogue() if check.family in FAMILIES}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(odd_cases())
def test_nothing_that_a_check_says_is_lost(case):
    found = review(case, TABLES)
    heard = {(f.check, f.message) for f in found.findings}
    heard |= {(n.check, n.missing) for n in found.not_evaluated}
    heard = {(check, words) for check, words in heard if check in CHECKS}
    parts, side, days = parts_lacking(case), ncci_side(case), days_of(case)
    said = set()
    for check in CHECKS.values():
        if lacking(check.needs, parts, side, days, TABLES) is not None:
            continue
        for entry in check.rule(case, TABLES):
            said.add((check.id, entry.message if isinstance(entry, Finding) else entry.missing))

    assert said <= heard
