"""What kind of service a procedure code stands for, by its range alone; no descriptor.

Authority: the sections of CPT (evaluation and management, anesthesia, surgery, radiology,
pathology and laboratory, medicine; the code set's own table of contents), 45 CFR 162.1002, and
the letters of HCPCS Level II (CMS, HCPCS Level II coding procedures). A range says what most of
its codes are, never what one code is: an office's own list answers before it.
"""

from __future__ import annotations

from bisect import bisect_right

# The first code of each stretch and the kind from there on; nothing where it is mixed.
_CPT = (
    ("00100", "anesthesia"), ("02000", ""),
    ("10004", "surgery"), ("69991", ""),
    ("70010", "imaging"),
    ("77261", "medicine"),  # radiation oncology: a treatment
    ("78000", "imaging"),  # nuclear medicine
    ("79000", "medicine"),  # radiopharmaceutical therapy
    ("80047", "laboratory"), ("80500", "pathology"), ("81000", "laboratory"),
    ("88000", "pathology"), ("88400", "laboratory"), ("89399", ""),
    ("90281", "medicine"),
    ("97010", "therapy"), ("97800", "medicine"),
    ("99100", "anesthesia"), ("99151", "medicine"),
    ("99202", "em"), ("99500", "medicine"), ("99608", ""),
)  # fmt: skip
_LEVEL_2 = (
    ("A0000", ""),  # ambulance
    ("A4206", "supply"), ("A9150", ""), ("A9270", "supply"),
    ("A9500", "drug"),  # radiopharmaceuticals
    ("A9701", "supply"), ("A9900", "supply"),
    ("B0000", "supply"),
    ("C1000", "supply"),  # devices of the outpatient hospital
    ("C2700", ""), ("C8900", "imaging"), ("C8938", ""),
    ("C9000", "drug"), ("C9350", ""), ("C9399", "drug"), ("C9400", ""),
    ("E0000", "supply"), ("G0000", ""), ("H0000", ""),
    ("J0000", "drug"), ("K0000", "supply"), ("L0000", "supply"), ("M0000", ""),
    ("P2000", "laboratory"), ("P9000", ""),
    ("Q0000", ""), ("Q0138", "drug"), ("Q0140", ""), ("Q2000", "drug"), ("Q2053", "drug"),
    ("Q2500", ""), ("Q4001", "supply"), ("Q4052", ""), ("Q4074", "drug"), ("Q4082", ""),
    ("Q4100", "supply"), ("Q5000", ""), ("Q5101", "drug"), ("Q6000", ""),
    ("Q9900", ""), ("Q9950", "drug"), ("R0000", ""), ("S0000", ""), ("T0000", ""),
    ("U0001", "laboratory"), ("U0006", ""), ("V2020", "supply"), ("V2800", ""), ("W0000", ""),
)  # fmt: skip
_STARTS = [first for first, _ in _CPT]
_STARTS_2 = [first for first, _ in _LEVEL_2]

# Mammography for screening: a woman may come without an order (42 CFR 410.34).
_WITHOUT_ORDER = frozenset({"77063", "77067"})


def kind_of(code: str) -> str:
    """The kind of `Procedure` that a code's range stands for; empty where the range is mixed.

    >>> kind_of("99213"), kind_of("J1100"), kind_of("0001U"), kind_of("1036F")
    ('em', 'drug', 'laboratory', '')
    """
    if len(code) != 5:
        return ""
    if code.isdigit():
        place = bisect_right(_STARTS, code)
        return _CPT[place - 1][1] if place else ""
    if code[:4].isdigit():  # U: proprietary laboratory; M: multianalyte; F and T are mixed
        return "laboratory" if code[4] in "UM" else ""
    place = bisect_right(_STARTS_2, code)
    return _LEVEL_2[place - 1][1] if place else ""


def needs_order(code: str) -> bool:
    """Whether a claim for the code names who ordered it.

    Authority: 42 CFR 424.507(a): imaging and clinical laboratory services; 42 CFR 410.34 for
    the mammography that a woman may ask for herself.
    """
    return kind_of(code) in {"imaging", "laboratory", "pathology"} and code not in _WITHOUT_ORDER
