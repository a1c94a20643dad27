"""Eligibility, authorization, other payers, CLIA, frequency, policies, providers, dates.

Each row is a claim that fires, the same claim with one fact different that does not, and the
authority that both stand on.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from builders.claims import (
    AS_OF,
    BILLING_NPI,
    DAY,
    a_case,
    a_claim,
    a_coverage,
    a_line,
    a_patient,
    a_provider,
    a_record,
    an_institutional_claim,
    an_institutional_line,
    an_npi,
)
from builders.tables import (
    a_modifier,
    a_place,
    a_policy,
    a_policy_diagnosis,
    a_procedure,
    a_rule,
    an_mpfs,
    an_office_rule,
    code_sets,
)

from bots.checks import Severity, by_id, review
from bots.claims import (
    Authorization,
    ClaimCode,
    CoverageSpan,
    InpatientProcedure,
    OtherPayer,
    Role,
)

BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
ACTIVE = CoverageSpan("active")
PRIMARY = OtherPayer("GHP1", rank="primary", paid=Decimal("80.00"))
SOMEBODY = an_npi("149775854")
TABLES = code_sets(
    procedure=[
        a_procedure("97110", "therapy"),
        a_procedure("71046", "imaging"),
        a_procedure("A4550", "supply"),
        a_procedure("80053", "laboratory"),
        a_procedure("80061", "laboratory"),
    ],
    mpfs=[an_mpfs("71046", pc_tc="1"), an_mpfs("93005", pc_tc="3")],
    modifier=[a_modifier(code) for code in ("GV", "GW", "QW", "90", "91", "76", "GA", "GZ", "GY")],
    place_of_service=[a_place("21", facility=True), a_place("61", facility=True)],
    payer_rule=[
        a_rule("timely_filing_days", "90", "CIG"),
        a_rule("corrected_filing_days", "180", "CIG"),
        a_rule("timely_filing_days", "90", "OTH"),
    ],
    policy_procedure=[a_policy("80061", states=("OH", "KY"), since=date(2026, 7, 1))],
    policy_diagnosis=[
        a_policy_diagnosis("I10"),
        a_policy_diagnosis("Z00.00", covered=False),
        a_policy_diagnosis("E11.9", until=BEFORE),
    ],
    office_rule=[
        an_office_rule("requires_authorization", "71046"),
        an_office_rule("clia_waived", "80061", "QW"),
        an_office_rule("clia_excluded", "80053", id="CIG"),
    ],
)


def spans(*given: CoverageSpan, **fields):
    return a_case(eligibility=given, **fields)


def within(kind: str, since=BEFORE, until=AFTER, **fields):
    return spans(ACTIVE, CoverageSpan(kind, since, until), **fields)


def hospital(**fields):
    return {"claim": an_institutional_claim(**fields)}


def authorized(*lines, number="AU-1", **fields):
    return a_case(
        lines or [a_line()],
        authorization=number,
        authorizations=[Authorization("AU-1", **fields)],
    )


def lab(code="80053", modifiers="", **fields):
    return a_case([a_line(code, modifiers=modifiers)], **{"clia": "36D0000001"} | fields)


def paid(*payers, rank="secondary", **fields):
    return a_case(coverage=a_coverage(rank=rank), other_payers=payers, **fields)


def linked(role, kind="1", npi=SOMEBODY, **record):
    entry = a_provider(role, npi, record=a_record(npi, npi_type=kind, **record))
    return a_case(providers=[entry])


def policy(diagnosis, modifiers="", **fields):
    return lab("80061", f"QW {modifiers}".strip(), diagnoses=[diagnosis], **fields)


def commercial(payer="CIG", **fields):
    return {"coverage": a_coverage(payer_id=payer, member_id="X1", filing_indicator="CI")} | fields


ROWS = [
    # check, the claim that fires, the claim that does not, the authority
    ("member-not-found", spans(), spans(ACTIVE), "271 2110C"),
    ("not-covered-on-day", spans(CoverageSpan("active", until=BEFORE)),
     spans(CoverageSpan("active", until=DAY)), "271 EB01: last day included"),
    ("not-covered-on-day", spans(CoverageSpan("active", since=AFTER)),
     spans(CoverageSpan("active", since=DAY)), "271 EB01: first day included"),
    ("not-covered-on-day", spans(CoverageSpan("inactive")), spans(ACTIVE), "271 EB01 6"),
    ("not-covered-on-day",
     spans(CoverageSpan("active", until=DAY), lines=[a_line(), a_line(on=AFTER)]),
     spans(CoverageSpan("active", until=AFTER), lines=[a_line(), a_line(on=AFTER)]),
     "271: each line's own day"),
    ("coverage-with-another-payer", spans(CoverageSpan("active", payer_id="MAP")),
     spans(CoverageSpan("active", payer_id="MEDB")), "Pub. 100-04 ch. 1, 10"),
    ("other-payer-first", spans(ACTIVE, CoverageSpan("other-payer", payer_id="GHP1")),
     spans(ACTIVE, CoverageSpan("other-payer", until=BEFORE, payer_id="GHP1")), "42 CFR 411.20"),
    ("other-payer-first", spans(ACTIVE, CoverageSpan("other-payer", payer_id="GHP1")),
     spans(ACTIVE, CoverageSpan("other-payer", payer_id="GHP1"),
           coverage=a_coverage(rank="secondary"), other_payers=(PRIMARY,)), "Pub. 100-05 ch. 1"),
    ("hospice-without-gv-gw", within("hospice"),
     within("hospice", lines=[a_line(modifiers="GV")]), "Pub. 100-04 ch. 11, 40.1.3"),
    ("hospice-without-gv-gw", within("hospice"),
     within("hospice", lines=[a_line(modifiers="GW")]), "Pub. 100-04 ch. 11, 50"),
    ("hospice-without-gv-gw", within("hospice", until=DAY),
     within("hospice", until=BEFORE), "Pub. 100-04 ch. 11: last day included"),
    ("hospice-without-gv-gw", within("hospice"), within("hospice", **commercial()),
     "Medicare's benefit only"),
    ("hospice-without-condition-07", within("hospice", **hospital()),
     within("hospice", **hospital(condition_codes=("07",))), "Pub. 100-04 ch. 11, 50"),
    ("hospice-without-condition-07", within("hospice", **hospital()),
     within("hospice", **hospital(bill_type="0811")), "the hospice's own bill"),
    ("snf-consolidated-billing", within("snf", lines=[a_line("97110")]),
     within("snf", lines=[a_line("99213")]), "42 CFR 411.15(p): therapy"),
    ("snf-consolidated-billing", within("snf", lines=[a_line("71046", modifiers="TC")]),
     within("snf", lines=[a_line("71046", modifiers="26")]), "Pub. 100-04 ch. 6, 20.1.1"),
    ("snf-consolidated-billing", within("snf", lines=[a_line("71046")]),
     within("snf", until=BEFORE, lines=[a_line("71046")]), "Pub. 100-04 ch. 6, 10.3"),
    ("home-health-consolidated-billing", within("home-health", lines=[a_line("A4550")]),
     within("home-health", lines=[a_line("99213")]), "Pub. 100-04 ch. 10, 20"),
    ("authorization-missing", a_case([a_line("71046")]),
     a_case([a_line("71046")], authorization="AU-1"), "loop 2300 REF*G1"),
    ("authorization-missing", a_case([a_line("71046")]), a_case([a_line()]), "the payer's rule"),
    ("authorization-missing", a_case([a_line("71046")]),
     a_case([a_line("71046")], not_shown=("authorization",)), "a field that is never shown"),
    ("authorization-unknown", authorized(number="AU-2"), authorized(), "REF*G1"),
    ("authorization-not-in-force", authorized(until=BEFORE), authorized(until=DAY), "278 DTP*472"),
    ("authorization-not-in-force", authorized(since=AFTER), authorized(since=DAY), "278 DTP*472"),
    ("authorization-other-code", authorized(codes=("97110",)),
     authorized(codes=("97110", "99213")), "278 2000F"),
    ("authorization-other-code", authorized(a_line("71046"), a_line(), codes=("99213",)),
     authorized(a_line("71046"), a_line(), codes=("71046",)), "the line that needs one"),
    ("authorization-units", authorized(a_line(units=3), units=Decimal(2)),
     authorized(a_line(units=2), units=Decimal(2)), "278 HSD02"),
    ("authorization-units",
     a_case([a_line()], authorization="AU-1", history=[a_claim(number="X", authorization="AU-1")],
            authorizations=[Authorization("AU-1", units=Decimal(1))]),
     a_case([a_line()], authorization="AU-1",
            history=[a_claim(number="X", authorization="AU-1", status="Denied")],
            authorizations=[Authorization("AU-1", units=Decimal(1))]),
     "278 HSD02: other claims count, denied ones do not"),
    ("cob-primary-missing", paid(), paid(PRIMARY), "loop 2330B"),
    ("cob-primary-missing", paid(PRIMARY, rank="tertiary"),
     paid(PRIMARY, OtherPayer("S2", rank="secondary", paid=Decimal(0)), rank="tertiary"),
     "loop 2320 SBR01: every place before"),
    ("cob-payment-missing", paid(OtherPayer("GHP1", rank="primary")),
     paid(OtherPayer("GHP1", rank="primary", paid=Decimal(0))), "AMT*D: zero is a payment"),
    ("cob-same-rank", paid(PRIMARY, rank="primary"), paid(PRIMARY), "loop 2320 SBR01"),
    ("cob-later-payer-paid", paid(OtherPayer("S", paid=Decimal(5)), rank="primary"),
     paid(OtherPayer("S", paid=Decimal(0)), rank="primary"), "loop 2320 AMT*D"),
    ("cob-paid-above-total", paid(OtherPayer("G", rank="primary", paid=Decimal("125.01"))),
     paid(OtherPayer("G", rank="primary", paid=Decimal("125.00"))), "CLM02"),
    ("cob-paid-below-zero", paid(OtherPayer("G", rank="primary", paid=Decimal("-0.01"))),
     paid(OtherPayer("G", rank="primary", paid=Decimal(0))), "AMT02"),
    ("msp-value-code-missing",
     a_case(**hospital(coverage=a_coverage(filing_indicator="MA", rank="secondary"))),
     a_case(**hospital(coverage=a_coverage(filing_indicator="MA", rank="secondary"),
                       values=(ClaimCode("47", amount=Decimal(80)),))), "Pub. 100-05 ch. 3"),
    ("msp-accident", a_case(accident="AA", accident_on=DAY),
     a_case(accident="AA", accident_on=DAY, coverage=a_coverage(rank="secondary"),
            other_payers=(PRIMARY,)), "42 CFR 411.50"),
    ("msp-accident", a_case(accident="EM"), a_case(accident="EM", **commercial()),
     "42 CFR 411.40"),
    ("clia-form", lab(clia="36D000001"), lab(), "Pub. 100-04 ch. 16, 70"),
    ("clia-form", lab(clia="3600000001"), lab(), "D in the third place"),
    ("clia-missing", lab(clia=""), lab(), "42 CFR 493.3"),
    ("clia-missing", lab(clia=""), lab(modifiers="90", clia=""), "done by another laboratory"),
    ("clia-missing", lab(clia=""), lab("36415", clia=""), "a puncture is no test"),
    ("clia-missing", lab(clia=""), lab(clia="", not_shown=("clia",)), "never shown here"),
    ("clia-missing", lab("80061", "QW", clia="", **commercial()), lab(clia="", **commercial()),
     "the payer's list of excluded codes"),
    ("clia-waived-without-qw", lab("80061"), lab("80061", "QW"), "42 CFR 493.15"),
    ("clia-waived-without-qw", lab("80061"), lab("80053"), "not on the list: nothing is said"),
    ("clia-qw-not-waived", lab("80053", "QW"), lab("80061", "QW"), "42 CFR 493.15"),
    ("clia-reference-laboratory", lab(modifiers="90"),
     lab(modifiers="90", providers=[a_provider("service_facility", SOMEBODY)]),
     "Pub. 100-04 ch. 16, 40.1"),
    ("frequency-unknown", a_case(frequency_code="2"), a_case(), "code source 235"),
    ("frequency-unknown", a_case(frequency_code=""), a_case(), "CLM05-3 is required"),
    ("frequency-without-original", a_case(frequency_code="8"),
     a_case(frequency_code="8", original_reference="123"), "REF*F8"),
    ("frequency-original-with-reference", a_case(original_reference="123"),
     a_case(frequency_code="8", original_reference="123"), "REF*F8"),
    ("frequency-never-accepted",
     a_case(frequency_code="7", original_reference="X", history=[a_claim(number="X")]),
     a_case(frequency_code="7", original_reference="X",
            history=[a_claim(number="X", submitted_on=DAY)]), "Pub. 100-04 ch. 1, 130"),
    ("frequency-six", a_case(frequency_code="6", original_reference="X"),
     a_case(frequency_code="7", original_reference="X"), "code source 235"),
    ("frequency-not-taken-by-part-b", a_case(frequency_code="7", original_reference="X"),
     a_case(frequency_code="7", original_reference="X", **commercial()), "Medicare FFS guide"),
    ("frequency-late-charges", a_case(**hospital(frequency_code="5")),
     a_case(**hospital(frequency_code="5", coverage=a_coverage(filing_indicator="CI"))),
     "Pub. 100-04 ch. 4"),
    ("policy-diagnosis-unsupported", policy("J06.9"), policy("I10"), "SSA 1862(a)(1)(A)"),
    ("policy-diagnosis-unsupported", policy("E11.9"), policy("I10"), "a row that has ended"),
    ("policy-diagnosis-unsupported", policy("J06.9"), policy("J06.9", "GY"), "ch. 30: GY"),
    ("policy-diagnosis-unsupported", policy("J06.9"),
     lab("80061", "QW", diagnoses=["J06.9"], **commercial()), "Medicare's policy only"),
    ("policy-diagnosis-excluded", policy("Z00.00"), policy("J06.9"), "LCD: not covered"),
    ("medicare-member-id-form", a_case(coverage=a_coverage(member_id="1SG4TE5MK73")),
     a_case(coverage=a_coverage(member_id="1EG4TE5MK73")), "MBI: no S in the second place"),
    ("medicare-member-id-form", a_case(coverage=a_coverage(member_id="0EG4TE5MK73")),
     a_case(coverage=a_coverage(member_id="9EG4TE5MK73")), "MBI: 1 to 9 in the first place"),
    ("medicare-patient-not-subscriber", a_case(coverage=a_coverage(relationship="child")),
     a_case(coverage=a_coverage()), "SBR02 18"),
    ("person-role-organization", linked("ordering", "2"), linked("ordering"), "2420E NM102"),
    ("person-role-organization", linked("referring", "2"), linked("referring"), "2310A NM102"),
    ("rendering-organization", linked("rendering", "2"), linked("rendering"), "2310B NM102"),
    ("provider-not-active", linked("rendering", active_to=BEFORE),
     linked("rendering", active_to=DAY), "42 CFR 424.516: last day included"),
    ("provider-not-active", linked("rendering", active_from=AFTER),
     linked("rendering", active_from=DAY), "42 CFR 424.516: first day included"),
    ("attending-npi-missing", a_case(**hospital(providers=[a_provider("attending", "")])),
     a_case(**hospital()), "X223A2 2310A"),
    ("operating-npi-missing",
     a_case(**hospital(inpatient_procedures=(InpatientProcedure("0DTJ4ZZ", DAY),))),
     a_case(**hospital(inpatient_procedures=(InpatientProcedure("0DTJ4ZZ", DAY),),
                       providers=[a_provider("operating", SOMEBODY)])), "X223A2 2310B"),
    ("operating-npi-missing",
     a_case(**hospital(inpatient_procedures=(InpatientProcedure("0DTJ4ZZ", DAY),))),
     a_case(**hospital(inpatient_procedures=(InpatientProcedure("30233N1", DAY),))),
     "a transfusion is no surgery (section 3)"),
    ("service-facility-repeats-billing",
     a_case(providers=[a_provider("service_facility", BILLING_NPI)]),
     a_case(providers=[a_provider("service_facility", SOMEBODY)]), "2310C"),
    ("ordering-organization-billing", a_case(providers=[a_provider("referring", BILLING_NPI)]),
     a_case(providers=[a_provider("referring", SOMEBODY)]), "42 CFR 424.507(a)"),
    ("npi-check-digit", a_case([a_line(rendering_npi="1234567890")]),
     a_case([a_line(rendering_npi="1234567893")]), "45 CFR 162.406, the line's own"),
    ("npi-form", a_case([a_line(rendering_npi="12345")]),
     a_case([a_line(rendering_npi="1234567893")]), "45 CFR 162.406, the line's own"),
    ("accident-date-missing", a_case(accident="AA"), a_case(accident="AA", accident_on=DAY),
     "DTP*439"),
    ("accident-date-missing", a_case(accident="OA"), a_case(accident="EM"), "DTP*439: AA, OA"),
    ("accident-after-service", a_case(accident="OA", accident_on=AFTER),
     a_case(accident="OA", accident_on=DAY), "DTP*439"),
    ("admission-date-missing", a_case(place_of_service="21"),
     a_case(place_of_service="21", admitted_on=DAY), "DTP*435"),
    ("admission-date-missing", a_case([a_line(place_of_service="61")]),
     a_case([a_line(place_of_service="22")]), "DTP*435: the line's place"),
    ("service-before-admission", a_case(place_of_service="21", admitted_on=AFTER),
     a_case(place_of_service="21", admitted_on=DAY), "DTP*435"),
    ("patient-address-incomplete", a_case(patient=a_patient(address="")),
     a_case(patient=a_patient()), "N301"),
    ("claim-number-missing", a_case(number=""), a_case(number="1"), "CLM01"),
    ("claim-number-too-long", a_case(number="1" * 21), a_case(number="1" * 20), "CLM01: 20"),
    ("state-form", a_case(patient=a_patient(state="Ohio")), a_case(patient=a_patient(state="PR")),
     "N402, code source 22"),
    ("diagnoses-too-many", a_case(diagnoses=["I10"] * 13), a_case(diagnoses=["I10"] * 12), "HI"),
    ("date-after-death", a_case(patient=a_patient(died_on=BEFORE)),
     a_case(patient=a_patient(died_on=DAY)), "PAT06: the day itself"),
    ("date-after-claim-was-made", a_case(created_on=BEFORE), a_case(created_on=DAY), "BHT04"),
    ("noncovered-above-charge", a_case([a_line(noncovered_charge=Decimal("125.01"))]),
     a_case([a_line(noncovered_charge=Decimal("125.00"))]), "SV207"),
    ("noncovered-above-charge", a_case([a_line(noncovered_charge=Decimal("-1"))]),
     a_case([a_line(noncovered_charge=Decimal("0"))]), "SV207"),
    ("timely-filing", a_case(as_of=DAY + timedelta(days=91), **commercial()),
     a_case(as_of=DAY + timedelta(days=90), **commercial()), "the payer's days"),
    ("timely-filing",
     a_case(as_of=DAY + timedelta(days=181), frequency_code="7", original_reference="X",
            **commercial()),
     a_case(as_of=DAY + timedelta(days=180), frequency_code="7", original_reference="X",
            **commercial()), "the payer's days for a replacement"),
    ("timely-filing", a_case(as_of=DAY + timedelta(days=91), **commercial()),
     a_case(as_of=DAY + timedelta(days=91), frequency_code="8", original_reference="X",
            **commercial()), "a void is never late"),
]  # fmt: skip
IDS = [f"{row[0]}: {row[3]}" for row in ROWS]


def said(case):
    found = review(case, TABLES)
    return {finding.check for finding in found.findings}, {n.check for n in found.not_evaluated}


@pytest.mark.parametrize(("check", "fires", "near_miss", "authority"), ROWS, ids=IDS)
def test_it_fires_and_its_near_miss_does_not(check, fires, near_miss, authority):
    assert authority
    assert check in said(fires)[0]
    found, unanswered = said(near_miss)
    assert check not in found
    assert check not in unanswered


def finding_of(check, case):
    return next(f for f in review(case, TABLES).findings if f.check == check)


@pytest.mark.parametrize(
    ("case", "denial"),
    [
        (spans(CoverageSpan("active", until=BEFORE)), "CO-27"),
        (spans(CoverageSpan("active", since=AFTER)), "CO-26"),
    ],
)
def test_before_and_after_the_coverage_are_two_answers(case, denial):
    assert str(finding_of("not-covered-on-day", case).denial) == denial


@pytest.mark.parametrize(
    ("modifiers", "severity", "denial"),
    [
        ("", Severity.ERROR, "CO-50 N115"),
        ("GA", Severity.WARNING, "PR-50 N115"),
        ("GZ", Severity.WARNING, "CO-50 N115"),
    ],
)
def test_a_notice_to_the_patient_says_who_pays(modifiers, severity, denial):
    """Pub. 100-04, ch. 30, 50: GA with a notice, GZ without."""
    found = finding_of("policy-diagnosis-unsupported", policy("J06.9", modifiers))

    assert found.severity is severity
    assert str(found.denial) == denial
    assert found.repair is None


@pytest.mark.parametrize(
    ("group", "severity"), [("1", None), ("2", Severity.WARNING), ("31", Severity.ERROR)]
)
def test_a_diagnosis_of_another_group_is_a_warning(group, severity):
    """Program Integrity Manual, ch. 13: articles number procedures and diagnoses apart."""
    tables = code_sets(
        policy_procedure=[a_policy("80061")],
        policy_diagnosis=[a_policy_diagnosis("I10", group=group)],
    )
    found = [
        f.severity
        for f in review(policy("I10"), tables).findings
        if f.check == "policy-diagnosis-unsupported"
    ]

    assert found == ([] if severity is None else [severity])


@pytest.mark.parametrize(
    ("on", "state", "asked"),
    [
        (date(2026, 7, 1), "OH", True),
        (date(2026, 6, 30), "OH", False),  # the policy begins on July 1
        (date(2026, 7, 1), "KY", True),
        (date(2026, 7, 1), "IN", False),  # another contractor's state
    ],
)
def test_a_policy_binds_in_its_states_from_its_day(on, state, asked):
    from bots.claims import Facility

    case = a_case(
        [a_line("80061", modifiers="QW", on=on)],
        clia="36D0000001",
        facility=Facility("MAIN", "Main Street Clinic", state),
    )

    assert ("policy-diagnosis-unsupported" in said(case)[0]) is asked


def test_without_a_state_a_local_policy_is_not_evaluated():
    from bots.claims import Facility

    case = lab(
        "80061", "QW", facility=Facility("MAIN"), patient=a_patient(state="", postal_code="")
    )

    assert "policy-diagnosis-unsupported" in said(case)[1]


def test_where_nothing_is_shown_nothing_is_said():
    found, unanswered = said(a_case(eligibility=None, authorizations=None))
    shown = {"eligibility", "authorizations"}
    parts = {check.id for check in by_id().values() if shown & {*check.needs}}

    assert not found & parts
    assert parts - {c for c in parts if by_id()[c].when} <= unanswered
    assert len(parts) >= 12


def test_a_replacement_without_a_known_limit_is_not_evaluated():
    case = a_case(frequency_code="7", original_reference="X", **commercial("OTH"))

    assert "timely-filing" in said(case)[1]


def test_a_day_of_a_hospital_claim_is_its_from_date():
    line = an_institutional_line(on=None)
    claim = an_institutional_claim([line], bill_type="0111", statement_from=DAY,
                                   statement_through=AFTER)  # fmt: skip

    assert (
        "not-covered-on-day"
        in said(a_case(claim=claim, eligibility=[CoverageSpan("active", until=BEFORE)]))[0]
    )
    assert Role.ATTENDING in {provider.role for provider in claim.providers}
    assert AS_OF > DAY
