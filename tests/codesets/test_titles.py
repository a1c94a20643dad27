"""What a title says of sex, age, side and trimester; and where it says nothing."""

from __future__ import annotations

import pytest

from bots.codesets.titles import age_of, is_manifestation, sex_of, sides_of, trimester_of


@pytest.mark.parametrize(
    ("code", "title", "sex"),
    [
        ("N40.1", "Benign prostatic hyperplasia with lower urinary tract symptoms", "M"),
        ("O26.891", "Other specified pregnancy related conditions, first trimester", "F"),
        ("C50.911", "Malignant neoplasm of unspecified site of right female breast", "F"),
        ("C50.921", "Malignant neoplasm of unspecified site of right male breast", "M"),
        ("Z31.81", "Encounter for male factor infertility in female patient", ""),
        ("Y07.040", "Female partner, current, perpetrator of maltreatment and neglect", ""),
        ("I10", "Essential (primary) hypertension", ""),
    ],
)
def test_a_code_is_of_one_sex_only_where_its_block_or_its_title_says_so(code, title, sex):
    assert sex_of(code, title) == sex


@pytest.mark.parametrize(
    ("code", "title", "age"),
    [
        ("Z38.00", "Single liveborn infant, delivered vaginally", "newborn"),
        (
            "Z00.129",
            "Encounter for routine child health examination",
            "pediatric",
        ),
        ("O80", "Encounter for full-term uncomplicated delivery", "maternity"),
        ("Z3A.20", "20 weeks gestation of pregnancy", "maternity"),
        ("H25.11", "Age-related nuclear cataract, right eye", "adult"),
        ("P59.9", "Neonatal jaundice, unspecified", ""),  # may be reported for life, I.C.16.a.4
        ("L08.82", "Omphalitis not of newborn", ""),
        ("Z62.810", "Personal history of physical and sexual abuse in childhood", ""),
        ("I10", "Essential (primary) hypertension", ""),
    ],
)
def test_an_age_is_taken_where_the_words_leave_no_doubt(code, title, age):
    assert age_of(code, title) == age


@pytest.mark.parametrize(
    ("title", "manifestation"),
    [
        ("Polyneuropathy in diseases classified elsewhere", True),
        ("Diabetes mellitus due to underlying condition with ketoacidosis", True),
        ("Streptococcus, group A, as the cause of diseases classified elsewhere", False),
        ("Gingival disorders, not classified elsewhere", False),
        ("Fever presenting with conditions classified elsewhere", False),
    ],
)
def test_a_manifestation_says_that_its_cause_stands_elsewhere(title, manifestation):
    assert is_manifestation(title) is manifestation


def test_a_side_knows_the_code_that_says_both():
    said = sides_of(
        {
            "M17.0": "Bilateral primary osteoarthritis of knee",
            "M17.10": "Unilateral primary osteoarthritis, unspecified knee",
            "M17.11": "Unilateral primary osteoarthritis, right knee",
            "M25.561": "Pain in right knee",
            "G81.91": "Hemiplegia, unspecified affecting right dominant side",
            "N39.0": "Urinary tract infection, site not specified",
        }
    )

    assert said == {
        "M17.0": ("bilateral", ""),
        "M17.10": ("unspecified", ""),
        "M17.11": ("right", "M17.0"),
        "M25.561": ("right", ""),
    }


@pytest.mark.parametrize(
    ("title", "trimester"),
    [
        ("Gestational edema, second trimester", 2),
        ("Gestational edema, unspecified trimester", 0),
    ],
)
def test_a_trimester_is_read_from_the_title(title, trimester):
    assert trimester_of(title) == trimester
