"""What codes and numbers look like, whether or not any table knows them.

A value whose form is wrong is the family `format`'s; every other family asks here first and
stays silent about it, so that one slip gives one finding. Empty is no form: that is
`required`.
"""

from __future__ import annotations

import re
from functools import lru_cache

# ICD-10-CM: the second character is a digit or, since QA0, an A; the third a digit, A or B
# (C4A, C7B); up to seven in all. The dot is the screen's; an 837 carries the code without it,
# so its absence is not a fault.
_ICD = re.compile(r"[A-Z][0-9A][0-9AB](\.?[0-9A-Z]{1,4})?")
# CPT category I, II (F), III (T) and the like; HCPCS level II.
_PROCEDURE = re.compile(r"[0-9]{4}[0-9A-Z]|[A-Z][0-9]{4}")
_MODIFIER = re.compile(r"[0-9A-Z]{2}")
_NPI = re.compile(r"[12][0-9]{9}")
_POSTAL_CODE = re.compile(r"[0-9]{5}(-?[0-9]{4})?")
_CLIA = re.compile(r"[0-9]{2}D[0-9]{7}")
# The letters of a Medicare Beneficiary Identifier leave out S, L, O, I, B and Z.
_L, _E = "[AC-HJKMNP-RT-Y]", "[0-9AC-HJKMNP-RT-Y]"
MBI = re.compile(rf"[1-9]{_L}{_E}[0-9]{_L}{_E}[0-9]{_L}{_L}[0-9][0-9]")
# States, territories and military codes of the Postal Service, then the provinces of Canada.
_STATES = frozenset(
    re.findall(
        "..",
        "ALAKAZARCACOCTDEDCFLGAHIIDILINIAKSKYLAMEMDMAMIMNMSMOMTNENVNHNJNMNYNCNDOHOKORPARISCSDTNTXUTVT"
        "VAWAWVWIWYASGUMPPRVIFMMHPWAAAEAP"
        "ABBCMBNBNLNSNTNUONPEQCSKYT",
    )
)
_PLACE = re.compile(r"[0-9]{2}")
_REMEMBERED = 20_000  # of codes, which every check of a claim asks again
_BILL_TYPE = re.compile(r"0?[1-9][0-9][0-9A-Z]")


def is_icd(text: str) -> bool:
    """Three to seven characters of ICD-10-CM, with or without the dot."""
    return _ICD.fullmatch(text) is not None


def dotted(code: str) -> str:
    """An ICD-10-CM code of the right form as the tables write it, with its dot."""
    plain = code.replace(".", "")
    return f"{plain[:3]}.{plain[3:]}" if len(plain) > 3 else plain


@lru_cache(_REMEMBERED)
def is_procedure(text: str) -> bool:
    """Five characters of CPT or HCPCS."""
    return _PROCEDURE.fullmatch(text) is not None


@lru_cache(_REMEMBERED)
def is_modifier(text: str) -> bool:
    """Two letters or digits."""
    return _MODIFIER.fullmatch(text) is not None


def is_npi(text: str) -> bool:
    """Ten digits of which the first is 1 or 2 (45 CFR 162.406)."""
    return _NPI.fullmatch(text) is not None


def passes_check_digit(npi: str) -> bool:
    """Whether ten digits pass the Luhn formula behind the prefix 80840 (45 CFR 162.406)."""
    total = 0
    for place, digit in enumerate(reversed("80840" + npi)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_sound_npi(text: str) -> bool:
    """Right form and right check digit."""
    return is_npi(text) and passes_check_digit(text)


def is_postal_code(text: str) -> bool:
    """A ZIP code of five or nine digits."""
    return _POSTAL_CODE.fullmatch(text) is not None


def is_place(text: str) -> bool:
    """Two digits of place of service."""
    return _PLACE.fullmatch(text) is not None


def is_bill_type(text: str) -> bool:
    """Three characters of type of bill, a leading zero allowed."""
    return _BILL_TYPE.fullmatch(text) is not None


def is_clia(text: str) -> bool:
    """Two digits, a D and seven digits: a laboratory's CLIA number."""
    return _CLIA.fullmatch(text) is not None


def is_mbi(text: str) -> bool:
    """Eleven characters of a Medicare Beneficiary Identifier, without its dashes."""
    return MBI.fullmatch(text) is not None


def is_state(text: str) -> bool:
    """A state, territory or military code of the Postal Service, or a Canadian province."""
    return text in _STATES
