"""The catalogue of codes that synthetic claims use, with values of our own making.

Procedure codes stand here as bare numbers, without any descriptor. Every value beside them
(status, indicators, units, fees, dates) is invented for practice and belongs to no official
table. Diagnosis codes are real and billable in the April 2026 release of ICD-10-CM; a test
holds them against it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Code:
    """A procedure code as the synthetic tables know it. `fee` is the non-facility rate."""

    code: str
    kind: str
    fee: Decimal
    mue: int = 1
    mai: int = 2
    status: str = "A"
    unlisted: bool = False
    sex: str = ""
    ages: tuple[int | None, int | None] = (None, None)
    pc_tc: str = "0"
    bilateral: str = "0"
    needs_order: bool = False
    places: tuple[str, ...] = ()
    since: date = date(2020, 1, 1)
    until: date | None = None
    revenue: str = "0510"
    ndc: str = ""
    ndc_unit: str = ""

    def holds_on(self, day: date) -> bool:
        """Whether the code is valid on that day."""
        return self.since <= day and (self.until is None or day <= self.until)


def _em(code: str, fee: str, **more: object) -> Code:
    return Code(code, "em", Decimal(fee), **more)  # type: ignore[arg-type]


def _lab(code: str, fee: str, **more: object) -> Code:
    return Code(
        code,
        "laboratory",
        Decimal(fee),
        needs_order=True,
        revenue="0300",
        **more,  # type: ignore[arg-type]
    )


def _image(code: str, fee: str, **more: object) -> Code:
    more = {"pc_tc": "1", "needs_order": True, "revenue": "0320", "mue": 2, "mai": 3} | more
    return Code(code, "imaging", Decimal(fee), **more)  # type: ignore[arg-type]


def _test(code: str, fee: str, **more: object) -> Code:
    return Code(code, "medicine", Decimal(fee), **more)  # type: ignore[arg-type]


def _surgery(code: str, fee: str, **more: object) -> Code:
    return Code(code, "surgery", Decimal(fee), **({"revenue": "0360"} | more))  # type: ignore[arg-type]


def _therapy(code: str, fee: str, **more: object) -> Code:
    return Code(
        code,
        "therapy",
        Decimal(fee),
        **({"revenue": "0420", "places": ("11",)} | more),  # type: ignore[arg-type]
    )


def _drug(code: str, fee: str, mue: int, ndc: str, unit: str) -> Code:
    return Code(code, "drug", Decimal(fee), mue=mue, mai=3, revenue="0636", ndc=ndc, ndc_unit=unit)


CODES: tuple[Code, ...] = (
    # Visits.
    _em("99211", "24.10"),
    _em("99212", "57.30"),
    _em("99213", "92.40"),
    _em("99214", "131.20"),
    _em("99215", "183.90"),
    _em("99394", "118.00", ages=(12, 17)),
    _em("99395", "121.50", ages=(18, 39)),
    _em("99396", "129.00", ages=(40, 64)),
    _em("99397", "138.50", ages=(65, None)),
    _em("99283", "72.00", places=("23",), revenue="0450"),
    _em("G0463", "118.00", revenue="0510", status="A"),
    # Primary care.
    _lab("36415", "8.60", mue=2, mai=3),
    _lab("81002", "3.50", mue=2, mai=3),
    _lab("82962", "3.30", mue=1, mai=1),
    _lab("81025", "8.70", sex="F"),
    _test("96372", "15.20", mue=4, mai=3),
    _test("90471", "21.40"),
    _test("90472", "14.60", mue=6, mai=3),
    _test("94760", "3.10", status="T"),
    _test("94010", "27.80"),
    _surgery("69210", "48.70", bilateral="2"),
    _surgery("17110", "112.00"),
    _surgery("11102", "102.30"),
    _surgery("11103", "54.40", mue=4, mai=1),
    _surgery("12001", "96.50"),
    # Cardiology.
    _test("93000", "15.90", mue=3, mai=3),
    _test("93005", "7.20", mue=3, mai=3),
    _test("93010", "8.70", mue=3, mai=3),
    _test("93015", "74.30"),
    _test("93016", "22.10"),
    _test("93017", "36.00"),
    _test("93018", "14.90"),
    _image("93306", "201.50", mue=1),
    _image("93307", "143.70", mue=1),
    _image("93308", "99.80", mue=1),
    _image("93880", "190.30", mue=1, bilateral="2"),
    _test("93224", "78.40"),
    _test("93225", "19.30"),
    # Orthopaedics.
    _surgery("20600", "51.20", bilateral="1", mue=4, mai=3),
    _surgery("20610", "64.80", bilateral="1", mue=2, mai=3),
    _surgery("20611", "99.40", bilateral="1", mue=2, mai=3),
    _surgery("29870", "402.00", bilateral="1", places=("22", "24")),
    _surgery("29875", "488.00", bilateral="1", places=("22", "24")),
    _surgery("29881", "538.00", bilateral="1", places=("22", "24")),
    _surgery("29125", "61.00", bilateral="1"),
    _surgery("64721", "423.00", bilateral="1", places=("22", "24")),
    _surgery("20999", "140.00", unlisted=True),
    _image("73030", "32.70", bilateral="3"),
    _image("73020", "24.30", bilateral="3"),
    _image("73560", "33.00", bilateral="3"),
    _image("73562", "38.90", bilateral="3"),
    # Radiology.
    _image("71045", "25.20", mue=4),
    _image("71046", "33.10", mue=4),
    _image("70450", "117.20"),
    _image("72148", "222.00", mue=1),
    _image("72146", "221.00", mue=1),
    _image("74176", "201.00", mue=1),
    _image("74177", "331.00", mue=1),
    _image("76700", "124.00", mue=1),
    _image("76705", "92.00", mue=1),
    _image("76830", "126.00", mue=1, sex="F"),
    _image("76999", "88.00", unlisted=True),
    # Laboratory and pathology.
    _lab("80048", "8.50", mue=2, mai=3),
    _lab("80053", "10.60"),
    _lab("80061", "13.40"),
    _lab("82465", "4.40"),
    _lab("82306", "29.60"),
    _lab("82947", "3.90", mue=5, mai=3),
    _lab("83036", "9.70"),
    _lab("84443", "16.80", mue=4, mai=3),
    _lab("85025", "7.80", mue=4, mai=3),
    _lab("85027", "6.50", mue=4, mai=3),
    _lab("87086", "8.10", mue=3, mai=3),
    _lab("88142", "20.30", sex="F", places=("81",)),
    _lab("84153", "19.30", sex="M"),
    Code(
        "88305",
        "pathology",
        Decimal("71.90"),
        mue=16,
        mai=1,
        pc_tc="1",
        needs_order=True,
        places=("81",),
        revenue="0310",
    ),
    Code(
        "88312",
        "pathology",
        Decimal("104.00"),
        mue=9,
        mai=1,
        pc_tc="1",
        needs_order=True,
        places=("81",),
        revenue="0310",
    ),
    # Oncology infusion and drugs.
    _test("96413", "136.00", revenue="0335"),
    _test("96415", "29.80", mue=8, mai=3, revenue="0335"),
    _test("96417", "66.40", mue=3, mai=3, revenue="0335"),
    _test("96365", "66.90", revenue="0260"),
    _test("96367", "30.10", mue=4, mai=3, revenue="0335"),
    _test("96523", "26.50", status="T", revenue="0335"),
    _test("36591", "24.00", revenue="0300"),
    _drug("J1100", "0.14", 120, "70121100205", "ML"),
    _drug("J2405", "0.11", 64, "70121200318", "ML"),
    _drug("J3301", "1.70", 16, "70121300422", "ML"),
    _drug("J3420", "2.40", 1, "70121400535", "ML"),
    _drug("J9045", "2.90", 22, "70121500641", "ML"),
    _drug("J9271", "55.10", 400, "70121600756", "ML"),
    _drug("J1885", "0.60", 8, "70121700867", "ML"),
    # Therapy.
    _therapy("97110", "29.80", mue=6, mai=3),
    _therapy("97112", "34.10", mue=4, mai=3),
    _therapy("97116", "29.50", mue=4, mai=3),
    _therapy("97140", "27.40", mue=6, mai=3),
    _therapy("97530", "36.70", mue=6, mai=3),
    _therapy("97161", "98.00"),
    _therapy("97035", "14.10", mue=2, mai=1),
    # Supplies.
    Code("L1830", "supply", Decimal("89.00"), mue=2, mai=1, bilateral="9", revenue="0274"),
    Code("A4570", "supply", Decimal("22.00"), mue=2, mai=1, bilateral="9", revenue="0270"),
    # Codes that the fee schedule does not pay.
    _test("99070", "18.00", status="B"),
    _test("99000", "9.00", status="B"),
    _test("90885", "31.00", status="B"),
    _test("99441", "46.00", status="I"),
    _test("97014", "13.00", status="I"),
    _test("S9083", "95.00", status="I"),
    _test("92015", "21.00", status="N"),
    _test("97810", "38.00", status="N"),
    # Codes that end or begin.
    _test("93799", "60.00", until=date(2025, 12, 31)),
    _test("99195", "72.00", until=date(2026, 3, 31)),
    _lab("82180", "9.90", until=date(2026, 3, 31)),
    _test("94620", "51.00", until=date(2026, 6, 30)),
    _test("0998T", "77.00", since=date(2026, 7, 1)),
    _lab("0999U", "210.00", since=date(2026, 7, 1)),
    _image("76391", "140.00", since=date(2026, 10, 1)),
)
BY_CODE: dict[str, Code] = {code.code: code for code in CODES}

# Of the form of a procedure code, and in no table.
UNKNOWN_PROCEDURES = ("99998", "12999", "Q9998", "71999", "80999", "97999")

# column 1, column 2, since, until, indicator.
PTP: tuple[tuple[str, str, date, date | None, str], ...] = tuple(
    (one, two, date.fromisoformat(since), date.fromisoformat(until) if until else None, indicator)
    for one, two, since, until, indicator in (
        ("93015", "93016", "2020-01-01", "", "0"),
        ("93015", "93017", "2020-01-01", "", "0"),
        ("93015", "93018", "2020-01-01", "", "0"),
        ("93000", "93005", "2020-01-01", "", "0"),
        ("93000", "93010", "2020-01-01", "", "0"),
        ("93306", "93307", "2020-01-01", "", "0"),
        ("93306", "93308", "2020-01-01", "", "0"),
        ("93224", "93225", "2020-01-01", "", "0"),
        ("29881", "29870", "2020-01-01", "", "0"),
        ("29881", "29875", "2020-01-01", "", "1"),
        ("20611", "20610", "2020-01-01", "", "1"),
        ("20610", "20600", "2020-01-01", "", "1"),
        ("73562", "73560", "2020-01-01", "", "1"),
        ("73030", "73020", "2020-01-01", "", "1"),
        ("20610", "29125", "2021-04-01", "", "1"),
        ("97530", "97140", "2020-01-01", "", "1"),
        ("97530", "97116", "2020-01-01", "", "1"),
        ("97161", "97530", "2021-01-01", "", "0"),
        ("97161", "97140", "2021-01-01", "", "1"),
        ("96413", "96365", "2020-01-01", "", "1"),
        ("96413", "36591", "2020-01-01", "", "0"),
        ("96372", "96365", "2020-01-01", "", "1"),
        ("80053", "80048", "2020-01-01", "", "0"),
        ("80053", "82947", "2020-01-01", "", "1"),
        ("80061", "82465", "2020-01-01", "", "0"),
        ("85025", "85027", "2020-01-01", "", "0"),
        ("88305", "88312", "2020-01-01", "2025-12-31", "0"),
        ("74177", "74176", "2020-01-01", "", "0"),
        ("76700", "76705", "2020-01-01", "", "1"),
        ("17110", "11102", "2020-01-01", "", "1"),
        ("69210", "82962", "2020-01-01", "", "1"),
        # Ended before the season of these claims: their quiet neighbours bill both.
        ("80053", "83036", "2020-01-01", "2026-03-31", "0"),
        ("80061", "84443", "2020-01-01", "2025-12-31", "1"),
        ("93000", "93880", "2020-01-01", "2026-03-31", "1"),
        # Begins in the middle of it: before, both may be billed.
        ("71046", "71045", "2026-07-01", "", "1"),
        # Never in force: the two dates are equal.
        ("97110", "97112", "2026-05-15", "2026-05-15", "9"),
        ("99213", "93000", "2026-04-01", "2026-04-01", "9"),
        ("99214", "36415", "2026-06-01", "2026-06-01", "9"),
    )
)

# Add-on code and a primary that it may follow.
ADD_ONS: tuple[tuple[str, str], ...] = (
    ("96415", "96413"),
    ("96417", "96413"),
    ("96367", "96413"),
    ("96367", "96365"),
    ("90472", "90471"),
    ("11103", "11102"),
)

MODIFIERS: dict[str, str] = {
    "22": "payment", "26": "payment", "50": "payment", "52": "payment", "53": "payment",
    "54": "payment", "55": "payment", "62": "payment", "78": "payment", "80": "payment",
    "AS": "payment", "TC": "payment",
    "24": "ncci", "25": "ncci", "27": "ncci", "57": "ncci", "58": "ncci", "59": "ncci",
    "79": "ncci", "91": "ncci", "XE": "ncci", "XP": "ncci", "XS": "ncci", "XU": "ncci",
    "LT": "anatomic", "RT": "anatomic", "E1": "anatomic", "E2": "anatomic", "E3": "anatomic",
    "E4": "anatomic", "F1": "anatomic", "F2": "anatomic", "F3": "anatomic", "FA": "anatomic",
    "T1": "anatomic", "T2": "anatomic", "TA": "anatomic",
    "76": "information", "77": "information", "90": "information", "95": "information",
    "CR": "information", "GA": "information", "GC": "information", "GN": "information",
    "GO": "information", "GP": "information", "GQ": "information", "GT": "information",
    "GY": "information", "GZ": "information", "JW": "information", "JZ": "information",
    "KX": "information", "NU": "information", "Q5": "information", "Q6": "information",
    "QW": "information", "RR": "information", "SA": "information", "UE": "information",
}  # fmt: skip
UNKNOWN_MODIFIERS = ("ZQ", "VV", "0Z", "W9", "ZY")

PLACES: dict[str, bool] = {
    "02": True, "10": False, "11": False, "12": False, "19": True, "20": False, "21": True,
    "22": True, "23": True, "24": True, "31": True, "32": False, "49": False, "50": False,
    "61": True, "65": False, "71": False, "72": False, "81": False,
}  # fmt: skip
UNKNOWN_PLACES = ("30", "63", "77", "88", "91")

TAXONOMIES: dict[str, str] = {
    "primary care": "207Q00000X",
    "cardiology": "207RC0000X",
    "orthopedics": "207X00000X",
    "radiology": "2085R0202X",
    "laboratory": "207ZP0102X",
    "oncology": "207RX0202X",
    "therapy": "225100000X",
    "group": "193200000X",
    "hospital": "282N00000X",
}
UNKNOWN_TAXONOMY = "999Z00000X"


def fee_of(code: str, *, facility: bool) -> Decimal:
    """What the synthetic fee table pays for one unit."""
    fee = BY_CODE[code].fee
    return (fee * Decimal("0.72")).quantize(Decimal("0.01")) if facility else fee


def charge_of(code: str, units: Decimal) -> Decimal:
    """The office's charge: twice the fee."""
    known = BY_CODE.get(code)
    return ((known.fee if known else Decimal("45.00")) * 2 * units).quantize(Decimal("0.01"))
