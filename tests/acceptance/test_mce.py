"""The code editor that we ask agrees with the Medicare Code Editor's own lists, row by row.

The lists are not ours to commit: `CLAIMBOTS_TABLES` names the folder that holds them, with
`mce/mce_code_edits_v41_1.csv` (code, group, rule) in it. Each row is asked twice: a patient whom
the edit is about, and the same stay with one fact different. Version 41.1 holds from 2024-04-01
to 2024-09-30.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from builders.claims import a_case, a_patient, an_inpatient_claim
from builders.tables import code_sets

from bots.checks import review
from bots.checks.institutional_grouper import Stay, edits_of
from bots.claims import ClaimCode, Diagnosis, DiagnosisKind, Sex

TABLES = os.environ.get("CLAIMBOTS_TABLES", "")
LIST = Path(TABLES) / "mce" / "mce_code_edits_v41_1.csv"

pytestmark = pytest.mark.skipif(
    not TABLES or not LIST.is_file(), reason="CLAIMBOTS_TABLES has no mce/ of version 41.1"
)

DAY = date(2024, 5, 15)
STAY = Stay(DAY, age=30, sex=1, status=1, principal=("J189", "Y"))
MALE, FEMALE = 0, 1
# Per rule: the edit, whom it is about, and the neighbour whom it is not.
RULES = {
    "Perinatal/Newborn (Age 0 Only)": ("AGE_CONFLICT", {"age": 1}, {"age": 0}),
    "Pediatric (Ages 0-17)": ("AGE_CONFLICT", {"age": 18}, {"age": 17}),
    "Maternity (Ages 9-64)": ("AGE_CONFLICT", {"age": 65}, {"age": 64}),
    "Adult (Ages 15-124)": ("AGE_CONFLICT", {"age": 14}, {"age": 15}),
    "Female Only": ("SEX_CONFLICT", {"sex": MALE}, {"sex": FEMALE}),
    "Male Only": ("SEX_CONFLICT", {"sex": FEMALE}, {"sex": MALE}),
}


def rows() -> Iterator[tuple[str, str]]:
    with LIST.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row["icd_code"].replace(".", ""), row["icd_conflict_rule"]


def names(stay: Stay) -> set[str]:
    return {name for name, _ in edits_of(stay)}


def test_every_row_of_age_and_sex_fires_on_its_patient_and_not_on_the_next():
    disagreements, asked = [], 0
    for code, rule in rows():
        if rule not in RULES:
            continue
        edit, about, neighbour = RULES[rule]
        stay = replace(STAY, secondary=((code, "Y"),))
        asked += 1
        if edit not in names(replace(stay, **about)):
            disagreements.append((code, rule, "silent"))
        if edit in names(replace(stay, **neighbour)):
            disagreements.append((code, rule, "fires on the neighbour"))

    assert disagreements == []
    assert asked > 7000


def test_every_manifestation_fires_as_the_principal_diagnosis_and_nowhere_else():
    disagreements, asked = [], 0
    for code, rule in rows():
        if not rule.startswith("Manifestation"):
            continue
        asked += 1
        if "MANIFESTATION_AS_PDX" not in names(replace(STAY, principal=(code, "Y"))):
            disagreements.append((code, "silent"))
        if "MANIFESTATION_AS_PDX" in names(replace(STAY, secondary=((code, "Y"),))):
            disagreements.append((code, "fires as a secondary diagnosis"))

    assert disagreements == []
    assert asked > 400


@pytest.mark.parametrize(
    ("rule", "check", "about", "neighbour"),
    [
        ("Pediatric (Ages 0-17)", "mce-age-conflict", date(2000, 1, 1), date(2015, 1, 1)),
        ("Adult (Ages 15-124)", "mce-age-conflict", date(2015, 1, 1), date(2000, 1, 1)),
        ("Female Only", "mce-sex-conflict", Sex.MALE, Sex.FEMALE),
        ("Male Only", "mce-sex-conflict", Sex.FEMALE, Sex.MALE),
    ],
)
def test_our_findings_are_the_editors(rule, check, about, neighbour):
    """A sample of each list through the whole review: the finding names the row's code."""
    codes = [code for code, its in rows() if its == rule][::25]

    for code in codes:
        for fact, fires in ((about, True), (neighbour, False)):
            field = "birth_date" if isinstance(fact, date) else "sex"
            found = [f for f in findings(code, **{field: fact}) if f.check == check]
            assert bool(found) is fires, (code, fact)
            assert all(f.codes == (dotted(code),) for f in found)


def findings(code: str, **patient: object) -> list:
    claim = an_inpatient_claim(
        [],
        [
            Diagnosis(1, "J18.9", DiagnosisKind.PRINCIPAL, "Y"),
            Diagnosis(2, dotted(code), DiagnosisKind.OTHER, "Y"),
        ],
        patient=a_patient(**{"birth_date": date(1990, 1, 1), "sex": Sex.FEMALE} | patient),
        statement_from=DAY,
        statement_through=DAY,
        admitted_on=DAY,
        values=(ClaimCode("80", amount=1),),
    )
    return list(review(a_case(claim=claim, as_of=date(2024, 6, 30)), code_sets()).findings)


def dotted(code: str) -> str:
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 else code
