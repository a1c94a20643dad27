"""Any list of diagnoses at all: no check of them raises, and none is forgotten by the glance."""

from __future__ import annotations

from datetime import date

from builders.claims import DAY, a_case, a_claim, a_line, a_patient, an_institutional_claim
from builders.tables import an_icd, code_sets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.checks import Finding, catalogue, review
from bots.checks.needs import days_of, lacking, ncci_side, parts_lacking
from bots.claims import Case, Diagnosis, DiagnosisKind, Documentation, DocumentedDiagnosis, Sex

GROUPS = (
    ("O03.9", "O09.521", "O24.112", "O24.414", "O26.891", "O80", "O82", "Z21", "U07.1",
     "Z37.0", "Z37.1", "Z3A.00", "Z3A.20", "Z33.2", "Z79.4", "N39.0"),
    ("Z38.00", "Z38.01", "P59.9", "O80", "Z37.0", "Z00.110", "Z68.52", "H25.11"),
    ("S01.00A", "S52.501", "S52.501A", "S52.501D", "S52.501S", "S52.501Z", "T22.211A",
     "T24.311A", "T22.311A", "T45.0X5A", "T45.0X6A", "W01.0XXA", "W01.0XXD", "Y92.018",
     "Y99.0", "Z47.89"),
    ("M17", "M17.0", "M17.10", "M17.11", "M17.12", "M17.9", "J069", "x"),
    ("I10", "I10.0", "I11.0", "I11.9", "I12.0", "I12.9", "I13.0", "I21.4", "I22.1", "I50.9",
     "N18.30", "N18.6", "E11.22", "E11.65", "E11.9"),
    ("A41.9", "J18.9", "J06.9", "N39.0", "R65.20", "U07.1", "Z20.822", "Z21", "B20", "B91",
     "B96.20", "G63"),
    ("C18.7", "Z00.00", "Z08", "Z09", "Z51.11", "Z59.02", "Z68.35", "E66.9", "Z85.3",
     "Z79.4", "I10"),
)  # fmt: skip
TABLES = code_sets(
    icd10cm=[
        an_icd("S52.501", billable=False, children=("S52.501A", "S52.501D")),
        an_icd("S01.00", billable=False, children=("S01.00XA",)),
        an_icd("M17", billable=False, children=("M17.0", "M17.10", "M17.11", "M17.12")),
        an_icd("M17.0", side="bilateral"),
        an_icd("M17.10", side="unspecified"),
        an_icd("M17.11", side="right", both_sides="M17.0"),
        an_icd("M17.12", side="left", both_sides="M17.0"),
        an_icd("M17.9", unspecified=True),
        an_icd("I12.9", use_additional=("N18.1-N18.4,N18.9",)),
        an_icd("H25.11", age="adult"),
        an_icd("Z38.00", age="newborn"),
        an_icd("O26.891", age="maternity", trimester=1, maternity=True, sex="F"),
        an_icd("G63", manifestation=True),
        an_icd("J18.9", excludes1=("J06",)),
    ]
)
LINES = st.builds(
    a_line,
    st.sampled_from(["99213", "11102", "59400"]),
    modifiers=st.sampled_from(["", "RT", "LT", "50", "KX", "FA T5"]),
    pointers=st.lists(st.integers(1, 6), max_size=4).map(tuple),
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    codes = st.sampled_from(draw(st.sampled_from(GROUPS)))
    diagnoses = [
        Diagnosis(
            place,
            code,
            draw(st.sampled_from([DiagnosisKind.OTHER] * 4 + list(DiagnosisKind))),
            draw(st.sampled_from(["", "", "Y", "N", "1"])),
        )
        for place, code in enumerate(draw(st.lists(codes, min_size=1, max_size=6)), start=1)
    ]
    born = draw(st.none() | st.dates(date(1950, 1, 1), DAY))
    fields = {"patient": a_patient(birth_date=born, sex=draw(st.sampled_from(list(Sex))))}
    if draw(st.booleans()):
        claim = a_claim(draw(st.lists(LINES, max_size=2)), diagnoses, **fields)
    else:
        kind = draw(st.sampled_from(["0131", "0111", "111", "", "0851"]))
        claim = an_institutional_claim(diagnoses=diagnoses, bill_type=kind, **fields)
    record = Documentation(
        "E-1",
        diagnoses=tuple(
            DocumentedDiagnosis(f"DX-{place}", code, signed=True)
            for place, code in enumerate(draw(st.lists(codes, max_size=2)))
        ),
    )
    earlier = a_claim([a_line(on=date(2026, 5, 1))], draw(st.sampled_from([["B20"], ["I10"]])))
    return a_case(claim=claim, documentation=record, history=[earlier])


OURS = [check for check in catalogue() if check.family in ("diagnosis", "demographic")]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_whatever_stands_in_the_list_every_check_of_it_is_heard(case):
    """What the rules say one by one is what the review says; each finding is of this claim."""
    parts, side, days = parts_lacking(case), ncci_side(case), days_of(case)
    one_by_one = [
        said
        for check in OURS
        if lacking(check.needs, parts, side, days, TABLES) is None
        for said in check.rule(case, TABLES)
        if isinstance(said, Finding)
    ]
    heard = {
        (f.check, f.message)
        for f in review(case, TABLES).findings
        if f.check in {check.id for check in OURS}
    }

    assert heard == {(f.check, f.message) for f in one_by_one}
    for finding in one_by_one:
        assert set(finding.lines) <= {line.number for line in case.claim.lines}
        assert finding.repair is None or finding.check.startswith(
            ("diagnosis-code-first-order", "diagnosis-duplicate")
        )
