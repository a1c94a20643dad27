"""Random claims: well-formed by type, and otherwise whatever a portal may hold.

Codes come half from the base tables, half from anything of about the right shape, so that
checks get past their first question.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import strategies as st

from bots.claims import (
    Case,
    Claim,
    Diagnosis,
    DiagnosisKind,
    Provider,
    Role,
    ServiceLine,
    Sex,
)
from builders.claims import (
    BILLING_NPI,
    ORDERING_NPI,
    RENDERING_NPI,
    a_claim,
    a_coverage,
    a_patient,
    a_record,
    an_institutional_claim,
    documentation_of,
)
from builders.tables import (
    a_procedure,
    a_ptp,
    a_rule,
    an_add_on,
    an_icd,
    an_mpfs,
    an_mue,
    code_sets,
)

TABLES = code_sets(
    icd10cm=[
        an_icd("E11.9", excludes1=("E10", "E08-E09"), sex="F"),
        an_icd("E10.9"),
        an_icd("H36.89", code_first=("E08-E13", "D57.-"), code_first_always=True),
        an_icd("D57.1", code_first=("H36",)),
        an_icd("S52.501", billable=False, children=("S52.501A", "S52.501D")),
        an_icd("E11.6", billable=False, children=("E11.65",)),
        an_icd("O26.891", maternity=True, sex="F"),
        an_icd("J06.9", until=date(2026, 8, 1)),
    ],
    procedure=[
        a_procedure("71046", "imaging", needs_order=True, places=("11", "22")),
        a_procedure("J1885", "drug", needs_ndc=True),
        a_procedure("76830", "imaging", sex="F", age_from=12, age_to=60),
        a_procedure("99499", "em", unlisted=True),
        a_procedure("99072"),
        a_procedure("20610", "surgery"),
    ],
    mpfs=[
        an_mpfs("71046", pc_tc="1"),
        an_mpfs("99072", status="B"),
        an_mpfs("20610", bilateral="1"),
    ],
    ptp=[a_ptp("20610", "99213", "1"), a_ptp("99214", "99213", "0")],
    mue=[an_mue("20610", 1), an_mue("J1885", 4, "3")],
    add_on=[an_add_on("64484", "64483")],
    payer_rule=[
        a_rule("member_id_pattern", "[0-9A-Z]{11}"),
        a_rule("taxonomy_required", "billing rendering"),
        a_rule("timely_filing_days", "soon", "CI1"),
        a_rule("member_id_pattern", "(", "CI1"),
    ],
)

DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))
ODD_DAYS = st.one_of(DAYS, st.dates())
TEXT = st.text(max_size=8)
ICD = st.one_of(
    st.sampled_from(
        [
            "J06.9",
            "I10",
            "E11.9",
            "E10.9",
            "H36.89",
            "D57.1",
            "S52.501",
            "S52.501A",
            "E11.6",
            "O26.891",
            "E119",
            "I10",
        ]
    ),
    st.from_regex(r"\A[A-Z][0-9][0-9AB](\.[0-9A-ZX]{1,4})?\Z"),
    TEXT,
)
PROCEDURES = st.one_of(
    st.sampled_from(
        [
            "99213",
            "99214",
            "71046",
            "J1885",
            "76830",
            "99499",
            "99072",
            "20610",
            "36415",
            "64484",
            "64483",
            "G0463",
        ]
    ),
    st.from_regex(r"\A[0-9A-Z]{5}\Z"),
    TEXT,
)
MODIFIERS = st.lists(
    st.one_of(st.sampled_from(["25", "59", "XU", "LT", "RT", "50", "26", "TC", "KX"]), TEXT),
    max_size=5,
)
MONEY = st.decimals(-50, 5000, places=2)
NPIS = st.one_of(
    st.sampled_from(["", BILLING_NPI, RENDERING_NPI, ORDERING_NPI, "1234567890"]), TEXT
)
NDCS = st.one_of(st.sampled_from(["", "00409379601", "0409-3796-01", "0409379601"]), TEXT)

# Each strategy is made here, once: made anew at every draw, they took a third of the time.
SOME_DAY = st.none() | ODD_DAYS
SOME_MONEY = st.none() | MONEY
UNITS = st.decimals(-1, 400, places=1)
PLACES = st.sampled_from(["", "11", "22", "9", "99"])
POINTERS = st.lists(st.integers(-1, 13), max_size=6)
REVENUE_CODES = st.sampled_from(["", "0510", "0250"])
NDC_QUANTITIES = st.none() | st.decimals(-1, 100, places=3)
NDC_UNITS = st.sampled_from(["", "ML", "UN", "??"])
ROLES = st.lists(st.sampled_from(list(Role)), unique=True)
TAXONOMIES = st.sampled_from(["", "207Q00000X", "207Q00000Z"])
RECORDS = st.none() | st.builds(a_record, NPIS, npi_type=st.sampled_from("12"))
BASES = st.sampled_from([a_claim(), an_institutional_claim()])
LINE_COUNTS = st.integers(0, 5)
YES_OR_NO = st.booleans()
CODES = st.lists(ICD, max_size=8)
DIAGNOSIS_PLACES = st.integers(0, 13)
DIAGNOSIS_KINDS = st.sampled_from(list(DiagnosisKind))
PRESENT_ON_ADMISSION = st.sampled_from(["", "Y", "N"])
SEXES = st.sampled_from(list(Sex))
PAYERS = st.sampled_from(["MEDB", "MEDA", "CI1", "", "NOBODY"])
FILING_INDICATORS = st.sampled_from(["MB", "MA", "MC", "CI", ""])
CLAIM_PLACES = st.sampled_from(["", "11", "22", "1"])
BILL_TYPES = st.sampled_from(["", "0131", "131", "0111", "13", "0x1"])
FREQUENCY_CODES = st.sampled_from(["1", "7", "8", ""])
CONDITION_CODES = st.lists(st.sampled_from(["45", "D9"]), max_size=2)
EDITED = st.sampled_from([None, True, False])
DOCUMENTED = st.sampled_from(["own", "other", "none"])


@st.composite
def lines(draw: st.DrawFn, number: int = 1) -> ServiceLine:
    return ServiceLine(
        number=number,
        procedure=draw(PROCEDURES),
        charge=draw(MONEY),
        units=draw(UNITS),
        modifiers=tuple(draw(MODIFIERS)),
        service_date=draw(SOME_DAY),
        service_date_end=draw(SOME_DAY),
        place_of_service=draw(PLACES),
        pointers=tuple(draw(POINTERS)),
        revenue_code=draw(REVENUE_CODES),
        ndc=draw(NDCS),
        ndc_quantity=draw(NDC_QUANTITIES),
        ndc_unit=draw(NDC_UNITS),
        description=draw(TEXT),
    )


@st.composite
def providers(draw: st.DrawFn) -> tuple[Provider, ...]:
    chosen = draw(ROLES)
    return tuple(
        Provider(
            role,
            "Dr. Any",
            draw(NPIS),
            draw(TAXONOMIES),
            draw(RECORDS),
        )
        for role in chosen
    )


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    """A claim of either type in which anything may be wrong."""
    base = draw(BASES)
    count = draw(LINE_COUNTS)
    contiguous = draw(YES_OR_NO)
    codes = draw(CODES)
    diagnoses = tuple(
        Diagnosis(
            place if contiguous else draw(DIAGNOSIS_PLACES),
            code,
            draw(DIAGNOSIS_KINDS),
            draw(PRESENT_ON_ADMISSION),
        )
        for place, code in enumerate(codes, start=1)
    )
    return replace(
        base,
        patient=a_patient(
            last_name=draw(TEXT),
            birth_date=draw(SOME_DAY),
            sex=draw(SEXES),
            postal_code=draw(TEXT),
        ),
        coverage=a_coverage(
            payer_id=draw(PAYERS),
            member_id=draw(TEXT),
            filing_indicator=draw(FILING_INDICATORS),
        ),
        providers=draw(PROVIDERS),
        diagnoses=diagnoses,
        lines=tuple(draw(line) for line in LINES[:count]),
        total_charge=draw(SOME_MONEY),
        place_of_service=draw(CLAIM_PLACES),
        bill_type=draw(BILL_TYPES),
        frequency_code=draw(FREQUENCY_CODES),
        statement_from=draw(SOME_DAY),
        statement_through=draw(SOME_DAY),
        condition_codes=tuple(draw(CONDITION_CODES)),
        submitted_on=draw(SOME_DAY),
        lines_edited=draw(EDITED),
    )


CLAIMS, PROVIDERS = claims(), providers()
LINES = [lines(number) for number in range(1, 6)]
HISTORIES = st.none() | st.lists(CLAIMS, max_size=2).map(tuple)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A case: documentation of this claim, of another, or none; other claims or none known."""
    claim = draw(CLAIMS)
    documented = draw(DOCUMENTED)
    return Case(
        claim=claim,
        as_of=draw(ODD_DAYS),
        history=draw(HISTORIES),
        documentation=(
            None
            if documented == "none"
            else documentation_of(claim if documented == "own" else draw(CLAIMS))
        ),
    )
