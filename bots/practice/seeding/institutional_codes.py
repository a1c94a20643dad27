"""What hospitals bill: codes, status indicators, revenue codes and stays with their DRG.

As in `codes`, procedures stand here as bare numbers and every value beside them is invented for
practice. Diagnoses and ICD-10-PCS codes are real; the DRG of a stay was asked of version 43.1 of
the grouper, in force from April to September 2026.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bots.practice.seeding.codes import CODES, Code


def _code(code: str, revenue: str, mue: int = 1, kind: str = "medicine") -> Code:
    return Code(code, kind, Decimal("100.00"), mue=mue, mai=3, revenue=revenue)


# Codes that a hospital's bills use and the practice's own claims do not.
OUTPATIENT = (
    _code("99243", "0510", kind="em"),
    _code("99281", "0450", 2, kind="em"), _code("99282", "0450", 2, kind="em"),
    _code("99284", "0450", 2, kind="em"), _code("99285", "0450", 2, kind="em"),
    _code("99291", "0450", kind="em"), _code("G0390", "0681"),
    _code("G0378", "0762", 120), _code("G0379", "0762"),
    _code("96374", "0260"), _code("36430", "0391"), _code("P9016", "0390", 6),
    _code("P9017", "0390", 6), _code("38240", "0362", kind="surgery"),
    _code("47562", "0360", kind="surgery"), _code("33533", "0360", kind="surgery"),
    _code("44140", "0360", kind="surgery"), _code("A9270", "0637", 9), _code("G0180", "0510"),
    _code("E0114", "0274", 2), _code("C9762", "0610"), _code("C1713", "0278", 20),
    _code("C9898", "0278"), _code("G0129", "0904", 4), _code("G0176", "0904", 4),
    _code("90853", "0915", 4), _code("90999", "0821", 16), _code("G0467", "0521"),
    _code("G0299", "0551", 20), _code("G0151", "0421", 20), _code("A0429", "0540", 2),
    _code("Q5001", "0651", 99), _code("Q5006", "0656", 99),
)  # fmt: skip
MODIFIERS = dict.fromkeys(("73", "74", "BL", "CA", "CG", "GX", "PN", "PO"), "payment")

# Addendum B as practice knows it: the status indicator of the code. OPPS does not recognize 99243;
# the clinic visit of a hospital is G0463.
STATUS = {
    "V": "G0463 99281 99282 99283 99284 99285",
    "S": "96365 96372 96374 93306 99291 G0390 36430 70450 71046",
    "T": "20610 12001",
    "J1": "29881 47562 38240",
    "N": "94760 C1713 C9898",
    "Q1": "93005",
    "Q2": "88305",
    "Q4": "36415 80053 85025",
    "A": "97110 G0378 G0379 A0429",
    "R": "P9016 P9017",
    "P": "G0129 G0176 90853",
    "C": "33533 44140",
    "B": "99243",
    "E1": "A9270",
    "M": "G0180",
    "Y": "E0114",
    "D": "C9762",
}


def _listed(codes: str, *, named: bool = False, types: str = "") -> dict[str, tuple[bool, str]]:
    return dict.fromkeys(codes.split(), (named, types))


# The office's own list: whether a revenue code needs a procedure, and on which types of bill.
REVENUE: dict[str, tuple[bool, str]] = (
    {code.revenue: (False, "") for code in CODES}
    | _listed(
        "0001 0250 0258 0260 0270 0272 0274 0278 0300 0301 0305 0310 0312 0320 0324 0335 0350"
        " 0351 0360 0361 0362 0370 0381 0390 0391 0410 0420 0421 0424 0430 0440 0450 0456 0480"
        " 0481 0510 0519 0521 0540 0610 0636 0637 0681 0682 0710 0730 0760 0761 0762 0771 0815"
        " 0900 0904 0915 0920 0981"
    )
    | _listed("0110 0120 0121 0183 0200", types="11 18 21 41")
    | _listed("0024 0170 0171 0722", types="11")
    | _listed("0022", types="18 21")
    | _listed("0023", types="32")
    | _listed("0551 0571", named=True, types="32 34")
    | _listed("0821", named=True, types="13 72")
    | _listed("0651 0652 0655 0656", types="81 82")
)


@dataclass(frozen=True)
class Stay:
    """Why somebody was admitted: diagnoses with POA ("I10:Y", exempt "Z37.0"), and the DRG."""

    principal: str
    others: str
    drg: str
    procedures: tuple[str, ...] = ()
    days: tuple[int, int] = (2, 7)
    sex: str | None = None
    age: tuple[int, int] = (50, 88)


# Where there is a complication, there are two: the DRG rests on neither of them alone.
STAYS = (
    Stay("J18.9", "I10:Y E11.9:Y", "195"),
    Stay("J18.9", "N17.9:Y E87.1:W E11.9:Y", "194"),
    Stay("J18.9", "J96.01:Y G93.41:N", "193"),
    Stay("I11.0", "I50.23:Y J96.01:Y G93.41:Y", "291"),
    Stay("I11.0", "I50.22:Y E11.9:U", "293"),
    Stay("A41.9", "N39.0:Y", "872"),
    Stay("M17.11", "I10:Y E78.5:Y", "470", ("0SRC0J9",), (1, 3)),
    Stay("K80.00", "I10:Y", "419", ("0FT44ZZ",), (1, 3)),
    Stay("O80", "Z37.0 Z3A.39", "807", ("10E0XZZ",), (1, 3), "F", (20, 39)),
    Stay("N39.0", "B96.20:Y E11.9:Y", "690"),
    Stay("L03.115", "I10:Y E11.9:Y", "603"),
    Stay("J96.01", "J18.9:Y N17.9:Y", "207", ("5A1955Z",), (5, 10)),
    Stay("K92.2", "D62:N N17.9:Y I10:Y", "378"),
    Stay("J44.1", "I10:Y", "192"),
    Stay("I48.91", "E78.5:Y", "310"),
    Stay("S72.001A", "W19.XXXA I10:Y", "482", ("0QS604Z",), (3, 8)),
    Stay("J18.9", "L89.153:Y J96.01:Y", "193"),
    Stay("S72.001A", "W19.XXXA N17.9:N I50.22:Y", "481", ("0QS604Z",), (4, 8)),
    Stay("O34.211", "Z37.0 Z3A.39", "788", ("10D00Z1",), (2, 4), "F", (20, 39)),
    Stay("F33.2", "I10:Y", "885", days=(5, 14)),
    Stay("I21.4", "I10:Y E78.5:Y", "282"),
    Stay("G45.9", "I10:Y", "069", days=(1, 2)),
    Stay("E11.65", "I10:Y", "639"),
    Stay("C34.11", "I10:Y", "182"),
)
