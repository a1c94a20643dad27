"""Any record beside any claim: the checks of visits, time, drugs and screenings never raise.

And the glance loses nothing that one of them says.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from builders.claims import (
    DAY,
    a_case,
    a_claim,
    a_coverage,
    a_line,
    a_patient,
    an_institutional_claim,
    documentation_of,
)
from builders.tables import a_ptp, an_add_on, code_sets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.checks import Finding, catalogue, review
from bots.checks.em_codes import LEVELS, NEW_PATIENT, VISITS
from bots.checks.needs import days_of, lacking, ncci_side, parts_lacking
from bots.checks.preventive import _LIMITED
from bots.checks.timed import _LEAST, FIFTEEN_MINUTES
from bots.claims import (
    Administration,
    Case,
    CoverageSpan,
    Diagnosis,
    Order,
    ProcedureEntry,
    Visit,
)
from bots.codesets import OfficeRule

MODULES = (
    "em_complexity", "em_day", "em_seen", "em_stay", "em_level", "em_patient", "em_time",
    "timed", "infusion", "anesthesia", "drug_companion", "drug_units", "drug_vaccine",
    "preventive", "ndc",
    "missed_charge",
)  # fmt: skip
OURS = {
    check.id
    for check in catalogue()
    if check.rule.__module__.removeprefix("bots.checks.") in MODULES
}
CODES = sorted(
    VISITS | NEW_PATIENT | FIFTEEN_MINUTES | _LIMITED | set(LEVELS) | set(_LEAST)
    | {"99291", "99292", "99495", "99496", "99417", "99418"}
    | {"G2211", "G2212", "G0316", "G0317", "G0318"}
    | {"96360", "96361", "96365", "96366", "96367", "96374", "96375", "96413", "96415", "96372"}
    | {"00100", "00142", "01996", "01968", "J1885", "90686", "90471", "G0008", "G0009", "Q9967"}
    | {"C1789", "11102", "88305", "36415", "45385", "G0121", "80053"}
)  # fmt: skip
MODIFIERS = (
    "25",
    "59",
    "XS",
    "AA",
    "QX",
    "QK",
    "QS",
    "G8",
    "P3",
    "47",
    "GP",
    "GO",
    "JW",
    "PT",
    "GA",
)
TABLES = (
    code_sets(),
    code_sets(
        ptp=[a_ptp("99222", "99214", "1")],
        add_on=[an_add_on("G2211", "99213")],
        office_rule=[
            OfficeRule(owner="payer", id="*", rule="timed_rule", code="*", value="midpoint")
        ],
        without=("opps",),
    ),
)
DAYS = st.sampled_from([DAY, date(2026, 7, 15), date(2025, 7, 1), date(2023, 7, 14)])
MOMENTS = st.one_of(
    st.none(),
    st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)),  # noqa: DTZ001 - a record's own clock
    st.datetimes(datetime(2026, 7, 14), datetime(2026, 7, 15), timezones=st.just(UTC)),  # noqa: DTZ001
)
UNITS = st.decimals(-2, 500, places=1)
CODE = st.sampled_from(CODES)
NUMBERS = st.sampled_from(["1", "2", "3"])
ENTRIES = st.builds(
    ProcedureEntry,
    NUMBERS, CODE, DAYS, UNITS, st.none() | st.integers(-5, 2000), st.just(""), st.booleans(),
    MOMENTS, MOMENTS, st.just(""), st.sampled_from(["", "left arm"]), st.just(""),
)  # fmt: skip
DOSES = st.builds(
    Administration,
    NUMBERS, CODE, st.sampled_from(["", "00409379601", "0409-3796-01", "x"]), DAYS, UNITS,
    st.just(""), st.just(""), st.booleans(), st.none() | UNITS, st.none() | st.booleans(),
)  # fmt: skip
VISITS_SEEN = st.builds(
    Visit,
    NUMBERS, DAYS, st.just(""), st.sampled_from(["", "low", "moderate", "high", "brief"]),
    st.none() | st.integers(-5, 300), st.none() | st.booleans(), signed=st.booleans(),
)  # fmt: skip
ORDERS = st.builds(Order, NUMBERS, CODE, DAYS, st.just(""), st.booleans())
LINES = st.builds(
    a_line,
    CODE,
    on=st.none() | DAYS,
    units=UNITS,
    modifiers=st.lists(st.sampled_from(MODIFIERS), max_size=2),
    unit=st.sampled_from(["UN", "MJ", ""]),
    pointers=st.sampled_from([(), (1,), (9,), (2, 1)]),
    ndc=st.sampled_from(["", "00409379601"]),
)


@st.composite
def claims(draw: st.DrawFn):
    lines = [
        replace(line, number=n) for n, line in enumerate(draw(st.lists(LINES, max_size=4)), 1)
    ]
    build = draw(st.sampled_from([a_claim, an_institutional_claim]))
    codes = ["Z12.11", "J06.9", "Z91.89"]
    return build(
        lines,
        [Diagnosis(at, code) for at, code in enumerate(codes, start=1)],
        number=draw(st.sampled_from(["C-1", "C-2"])),
        coverage=a_coverage(filing_indicator=draw(st.sampled_from(["MB", "MA", "CI", "MC"]))),
        patient=a_patient(birth_date=draw(st.none() | st.just(date(1950, 1, 1)))),
        status=draw(st.sampled_from(["", "Denied"])),
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    claim = draw(claims())
    papers = replace(
        documentation_of(claim),
        orders=tuple(draw(st.lists(ORDERS, max_size=2))),
        procedures=tuple(draw(st.lists(ENTRIES, max_size=4))),
        administrations=tuple(draw(st.lists(DOSES, max_size=2))),
        visits=tuple(draw(st.lists(VISITS_SEEN, max_size=2))),
    )
    case = a_case(
        claim=claim,
        history=draw(st.none() | st.lists(claims(), max_size=2)),
        documentation=draw(st.sampled_from([papers, papers, None])),
    )
    since = draw(st.none() | DAYS)
    return replace(
        case, eligibility=draw(st.sampled_from([None, (CoverageSpan("active", since),)]))
    )


def said_by_ours(case, codesets):
    parts, side, days = parts_lacking(case), ncci_side(case), days_of(case)
    for check in catalogue():
        if check.id not in OURS:
            continue
        if lacking(check.needs, parts, side, days, codesets) is not None:
            continue
        for entry in check.rule(case, codesets):
            yield check.id, entry.message if isinstance(entry, Finding) else entry.missing


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases(), st.sampled_from(TABLES))
def test_nothing_is_lost_and_nothing_raised(case, codesets):
    found = review(case, codesets)
    said = {(f.check, f.message) for f in found.findings}
    said |= {(n.check, n.missing) for n in found.not_evaluated}

    assert set(said_by_ours(case, codesets)) <= said


def test_no_minute_is_worth_more_than_the_record_says():
    """Fewer units than billed never make `timed-units-above` silent: the count is monotone."""
    from bots.checks.timed import units_of

    counts = [units_of(minutes) for minutes in range(300)]

    assert counts == sorted(counts)
    assert Decimal(counts[-1]) <= Decimal(300) / 15 + 1
