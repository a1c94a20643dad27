"""What the guidelines say of diagnoses: for each rule a list that breaks it, and its neighbour.

Each case names the section of the ICD-10-CM Official Guidelines FY2026 (or the note of the tabular
list) that it rests on; the neighbour is the same claim with one code changed or in another place.
"""

from __future__ import annotations

import pytest
from builders.claims import a_case
from builders.tables import an_icd, code_sets

from bots.checks import Severity, by_id, review
from bots.claims import Case

W, E, INFO = Severity.WARNING, Severity.ERROR, Severity.INFO
TABLES = code_sets(
    icd10cm=[
        an_icd("O26.891", trimester=1, maternity=True),
        an_icd("O26.892", trimester=2, maternity=True),
        an_icd("O26.893", trimester=3, maternity=True),
        an_icd("I12.9", use_additional=("N18.1-N18.4,N18.9",)),
        an_icd("I13.0", use_additional=("I50", "N18.1-N18.4,N18.9")),
        an_icd("E11.22", use_additional=("N18.1-N18.6",)),
        an_icd("N18.30"),
        an_icd("N18.6"),
        an_icd("I50.9"),
        an_icd("G63", manifestation=True, code_first_always=True, code_first=("E85.4",)),
        an_icd("E20.811", manifestation=True),
        an_icd("E85.4"),
        an_icd("M17.0", side="bilateral"),
        an_icd("M17.11", side="right", both_sides="M17.0"),
        an_icd("M17.12", side="left", both_sides="M17.0"),
        an_icd("H40.1111", side="right", both_sides="H40.113"),
        an_icd("H40.1122", side="left", both_sides="H40.113"),
        an_icd("H40.1121", side="left", both_sides="H40.113"),
        an_icd("M25.562", side="left"),
    ]
)


def found(check: str, case: Case):
    return [f for f in review(case, TABLES).findings if f.check == check]


# By check: the section, the diagnoses that break its rule, the neighbour that does not, severity.
CASES = {
    # Neoplasms.
    "diagnosis-neoplasm-disseminated": [
        ("I.C.2.j", "C18.7 C80.0", "C18.7 C80.1", W),
        ("I.C.2.j", "C78.7 C80.0", "D50.9 C80.0", W),
    ],
    "diagnosis-neoplasm-without-primary": [
        ("I.C.2.k", "C79.51", "C79.51 C80.1", INFO),
        ("I.C.2.m", "C78.7 C79.51", "C78.7 Z85.3", INFO),
        ("I.C.2.k", "C7B.02", "C7A.020 C7B.02", INFO),
    ],
    "diagnosis-neoplasm-past-and-present": [
        ("I.C.2.m", "C61 Z85.46", "C61 Z85.47", INFO),
        ("I.C.2.m", "C34.11 Z85.118", "R91.1 Z85.118", INFO),
    ],
    "diagnosis-poisoning-order": [
        ("I.C.19.e.5.b", "J96.01 T40.2X1A", "T40.2X1A J96.01", W),
        ("I.C.19.e.5.b", "J96.01 T40.2X1A", "J96.01 T40.2X1D", W),
        ("I.C.19.e.5.b", "J96.01 T40.2X1A", "J96.01 T40.2X5A", W),  # an adverse effect
        ("I.C.19.e.5.b", "R40.20 T40.2X2A", "O99.891 T40.2X2A", W),
        ("I.C.19.e.5.d", "J68.0 T59.4X1A", "T59.4X1A J68.0", W),
    ],
    # First-listed only.
    "diagnosis-first-only": [
        ("I.C.21.c.16", "I10 Z00.00", "Z00.00 I10", W),
        ("I.C.21.c.16", "I10 Z00.00", "I10 Z00.6", W),  # excepted
        ("I.C.21.c.16", "C18.7 Z51.11", "Z51.11 C18.7", W),
        ("I.C.21.c.16", "C18.7 Z51.0", "C18.7 Z51.5", W),
        ("I.C.21.c.16", "D64.9 Z52.000", "D64.9 Z52.9", W),
        ("I.C.21.c.16", "J06.9 Z02.1", "Z00.00 Z02.1", W),  # two visits
        ("I.C.21.c.16", "P59.9 Z38.00", "Z38.00 P59.9", W),
        ("I.C.21.c.16", "N97.9 Z31.83", "N97.9 Z31.41", W),
        ("I.C.21.c.16", "J96.11 Z99.12", "J96.11 Z99.11", W),
    ],
    # Never first.
    "diagnosis-secondary-only": [
        ("I.C.21.c.11", "Z37.0 O80", "O80 Z37.0", E),
        ("I.B.7", "B96.20 N39.0", "N39.0 B96.20", W),
        ("I.B.7", "B95.61 L03.115", "B99.9 L03.115", W),
        ("I.C.21.c.11", "Z3A.20 O26.892", "O26.892 Z3A.20", W),
        ("I.B.14", "Z68.35 E66.9", "E66.9 Z68.35", W),
        ("I.C.21.c.17", "Z59.02 I10", "I10 Z59.02", W),
        ("I.C.18.i", "R29.705 I63.9", "I63.9 R29.705", W),
        ("I.C.18.e", "R40.2112 S06.9X0A", "R40.20 S06.9X0A", W),
        ("I.C.19.e.5.a", "T45.515A D68.32", "D68.32 T45.515A", E),
        ("I.C.19.e.5.b", "T45.515A D68.32", "T45.511A D68.32", E),
        ("I.C.19.e.5.c", "T46.5X6A I10", "I10 T46.5X6A", E),
        ("I.C.19.e.5.c", "T37.96XA I10", "T37.91XA I10", E),
        ("I.C.19.e.5.c", "T46.5X6A I10", "T51.0X1A I10", E),
    ],
    # Sequelae.
    "diagnosis-sequela-first": [
        ("I.C.19.a", "S52.501S M24.541", "M24.541 S52.501S", W),
        ("I.C.19.a", "S52.501S M24.541", "S52.501D M24.541", W),
        ("I.B.10", "B91 G82.20", "G82.20 B91", W),
        ("I.B.10", "B91 G82.20", "I69.351 G82.20", W),  # says both
    ],
    # External causes.
    "diagnosis-external-cause-first": [
        ("I.C.20.a.6", "W01.0XXA S52.501A", "S52.501A W01.0XXA", E),
        ("I.C.20.a.6", "Y92.018 S52.501A", "T51.0X1A Y92.018", E),
    ],
    "diagnosis-external-cause-encounter": [
        ("I.C.20.a.2", "S52.501D W01.0XXA", "S52.501D W01.0XXD", W),
        ("I.C.20.a.2", "S52.501B W01.0XXS", "S52.501B W01.0XXA", W),
        ("I.C.20.a.2", "S52.501D W01.0XXA", "S52.501D Y92.018", W),
    ],
    "diagnosis-place-after-the-first-visit": [
        ("I.C.20.b", "S52.501D Y92.018", "S52.501A Y92.018", INFO),
        ("I.C.20.c", "S52.501G Y93.01", "S52.501C Y93.01", INFO),
        ("I.C.20.k", "S52.501D Y99.0", "M54.50 Y99.0", INFO),
    ],
    # Injuries and burns.
    "diagnosis-injury-encounters": [
        ("I.C.19.a", "S52.501A S52.501D", "S52.501A S52.502D", W),
        ("I.C.19.a", "S52.501D S52.501S", "S52.501D S52.501G", W),
    ],
    "diagnosis-burn-order": [
        ("I.C.19.d.1", "T22.211A T24.311A", "T24.311A T22.211A", W),
        ("I.C.19.d.1", "T23.501A T23.702A", "T23.501A T23.402A", W),
    ],
    "diagnosis-burn-degrees": [
        ("I.C.19.d.2", "T22.211A T22.311A", "T22.211A T22.312A", W),
        ("I.C.19.d.2", "T22.211A T22.311A", "T22.211A T23.311A", W),
    ],
    "diagnosis-aftercare-of-injury": [
        ("I.C.21.c.7", "Z47.89 S52.501D", "Z47.89 M17.11", W),
        ("I.C.21.c.7", "Z48.00 S81.801D", "Z48.00 S81.801A", W),
    ],
    # Heart, kidney, diabetes.
    "diagnosis-hypertension-combination": [
        ("I.C.9.a.1", "I10 I50.9", "I11.0 I50.9", W),
        ("I.C.9.a.1", "I10 I51.7", "I10 I51.81", W),
        ("I.C.9.a.2", "I10 N18.30", "I12.9 N18.30", W),
        ("I.C.9.a.2", "I10 N18.30", "I10 N17.9", W),
        ("I.C.9.a.3", "I12.9 N18.30 I50.9", "I13.0 N18.30 I50.9", W),
        ("I.C.9.a.3", "I11.0 I50.9 N18.30", "I11.0 I50.9", W),
    ],
    "diagnosis-hypertension-contradiction": [
        ("I.C.9.a.2", "I12.0 N18.30", "I12.0 N18.6", W),
        ("I.C.9.a.2", "I12.9 N18.6", "I12.9 N18.4", W),
        ("I.C.9.a.3", "I13.10 N18.30 I50.9", "I13.0 N18.30 I50.9", W),
        ("I.C.9.a.1", "I11.9 I50.9", "I11.0 I50.9", W),
    ],
    "diagnosis-kidney-stages": [
        ("I.C.14.a.1", "N18.5 N18.6", "N18.6 Z99.2", W),
    ],
    "diagnosis-subsequent-infarction-alone": [
        ("I.C.9.e.4", "I22.1", "I22.1 I21.4", W),
        ("I.C.9.e.4", "I22.1", "I25.2", W),
    ],
    "diagnosis-diabetes-uncomplicated": [
        ("I.C.4.a", "E11.9 E11.65", "E11.42 E11.65", W),
        ("I.C.4.a", "E11.9 E11.65", "E11.9 E16.2", W),
    ],
    # Infections.
    "diagnosis-severe-sepsis": [
        ("I.C.1.d.1.b", "I10 R65.20", "A41.9 R65.20", W),
        ("I.C.1.d.1.b", "N39.0 R65.21", "O85 R65.21", W),
        ("I.C.1.d.1.b", "N39.0 R65.21", "N39.0 R65.10", W),
    ],
    "diagnosis-sepsis-order": [
        ("I.C.1.d.4", "J18.9 A41.9", "A41.9 J18.9", W),
        ("I.C.1.d.4", "N39.0 A41.51", "I50.9 A41.51", W),
    ],
    "diagnosis-covid-exposure": [
        ("I.C.1.g.1.e", "U07.1 Z20.822", "R05.1 Z20.822", W),
    ],
    "diagnosis-infection-in-pregnancy": [
        ("I.C.15.f", "O26.891 Z21", "O98.711 Z21", W),
        ("I.C.15.f", "O26.891 B20", "I10 B20", W),
        ("I.C.15.s", "O26.891 U07.1", "O98.511 U07.1", W),
    ],
    # Encounters.
    "diagnosis-chemotherapy-alone": [
        ("I.C.2.e.2", "Z51.11", "Z51.11 C18.7", W),
        ("I.C.2.e.2", "Z51.0 D64.9", "Z51.0 D32.0", W),
        ("I.C.2.e.2", "Z51.12 I10", "Z51.81 I10", W),
    ],
    "diagnosis-follow-up-without-history": [
        ("I.C.21.c.8", "Z08", "Z08 Z85.3", W),
        ("I.C.21.c.8", "Z09", "Z09 Z86.711", W),
    ],
    "diagnosis-follow-up-with-recurrence": [
        ("I.C.21.c.8", "Z08 C50.911", "Z08 D24.1", W),
    ],
    "diagnosis-body-mass-index": [
        ("the note at Z68", "E66.9 Z68.52", "E66.9 Z68.32", W),
        ("I.C.21.c.3", "O99.211 Z68.35", "O99.211 E66.9", W),
    ],
    # Pregnancy.
    "pregnancy-weeks-against-trimester": [
        ("I.C.15.a.3", "O26.891 Z3A.14", "O26.891 Z3A.13", W),
        ("I.C.15.a.3", "O26.892 Z3A.28", "O26.892 Z3A.27", W),
        ("I.C.15.a.3", "O26.893 Z3A.27", "O26.893 Z3A.28", W),
        ("I.C.15.a.3", "O26.893 Z3A.01", "O26.891 Z3A.01", W),
        ("I.C.15.a.3", "O26.891 Z3A.49", "O26.891 Z3A.00", W),
    ],
    "pregnancy-weeks-with-abortive-outcome": [
        ("I.C.21.c.11", "O03.9 Z3A.10", "O20.0 Z3A.10", W),
        ("I.C.21.c.11", "Z33.2 Z3A.10", "Z33.1 Z3A.10", W),
    ],
    "pregnancy-outcome-missing": [
        ("I.C.15.b.5", "O82", "O82 Z37.0", W),
    ],
    "pregnancy-normal-delivery": [
        ("I.C.15.n", "O80 O70.1 Z37.0", "O80 Z37.0", E),
        ("I.C.15.n", "O80 Z37.1", "O80 Z37.0", E),
        ("I.C.15.n", "O80", "O80 Z37.0", E),
        ("I.C.15.n", "D64.9 O80 Z37.0", "O80 Z37.0 D64.9", E),
    ],
    "pregnancy-not-first": [
        ("I.C.15.a.1", "N39.0 O23.41", "O23.41 N39.0", W),
        ("I.C.15.a.1", "R10.9 O26.891", "Z36.9 O26.891", W),
    ],
    "pregnancy-gestational-diabetes": [
        ("I.C.15.i", "O24.414 Z79.4", "O24.112 Z79.4", W),
        ("I.C.15.i", "O24.414 O24.112", "O24.414 O26.892", W),
    ],
    # Notes of the tabular list.
    "diagnosis-use-additional": [
        ("the note at I12.9", "I12.9", "I12.9 N18.30", INFO),
        ("the note at I12.9", "I12.9 N18.6", "I12.9 N18.9", INFO),
        ("the notes at I13.0", "I13.0 N18.30", "I13.0 N18.30 I50.9", INFO),
        ("the notes at I13.0", "I13.0 I50.9", "I13.0 N18.30 I50.9", INFO),
        ("the note at E11.22", "E11.22", "E11.22 N18.6", INFO),
    ],
    "diagnosis-manifestation-first": [
        ("I.A.13", "E20.811 I10", "I10 E20.811", E),
    ],
    # Both sides.
    "diagnosis-both-sides": [
        ("I.B.13", "M17.11 M17.12", "M17.11 M25.562", INFO),
        ("I.B.13", "H40.1111 H40.1121", "H40.1111 H40.1122", INFO),  # stages
    ],
    "diagnosis-both-and-one-side": [
        ("I.B.13", "M17.0 M17.11", "M17.0 M25.562", W),
    ],
    # Mother and child.
    "mother-and-newborn": [
        ("I.C.15.a.2", "O80 Z37.0 Z38.00", "O80 Z37.0", E),
        ("I.C.16.a.1", "O26.893 P59.9", "P59.9 Q21.0", E),
        ("the note at Z37", "Z38.00 Z37.0", "Z38.00 P07.39", E),
    ],
}


@pytest.mark.parametrize(
    ("check", "section", "firing", "quiet", "severity"),
    [(check, *case) for check, cases in CASES.items() for case in cases],
    ids=lambda value: str(value).replace(" ", "_"),
)
def test_the_guideline_finds_its_fault_and_leaves_the_neighbour(
    check, section, firing, quiet, severity
):
    said = found(check, a_case(diagnoses=firing.split()))

    assert [f.severity for f in said] == [severity], f"{section}: {firing}"
    assert set(said[0].codes) <= set(firing.split()) | {"99213"}
    assert found(check, a_case(diagnoses=quiet.split())) == [], f"{section}: {quiet}"
    named = section.removeprefix("the note at ").removeprefix("the notes at ").split(".")[0]
    assert named in by_id()[check].authority or "note" in by_id()[check].authority


def test_a_first_place_that_is_no_code_says_nothing_of_what_stands_behind():
    """The form is another family's finding; who is first is not known."""
    case = a_case(diagnoses=["J0!.9", "W01.0XXA"])

    assert found("diagnosis-external-cause-first", case) == []


def test_a_manifestation_with_an_unconditional_note_is_one_finding():
    said = {f.check for f in review(a_case(diagnoses=["G63", "E85.4"]), TABLES).findings}

    assert "diagnosis-code-first-order" in said
    assert "diagnosis-manifestation-first" not in said
