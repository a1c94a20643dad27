"""What the practice clinic charges for: numbers of codes and prices of our own, no descriptors.

CPT's words belong to the American Medical Association; here a code is a bare number, and its
name on the screen is "Service" and that number. Diagnoses carry names of our own too.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Product:
    """One row of the clinic's price list; `code` may be empty, as in a careless office."""

    code: str
    name: str
    price: Decimal


_PRICES = {
    "99212": "114.60", "99213": "184.80", "99214": "262.40", "99395": "243.00",
    "99396": "258.00", "36415": "17.20", "80048": "17.00", "80053": "21.20", "80061": "26.80",
    "82947": "7.80", "83036": "19.40", "84153": "38.60", "84443": "33.60", "85025": "15.60",
    "76830": "252.00", "71046": "66.20", "73030": "65.40", "93000": "31.80", "93010": "17.40",
    "93306": "403.00", "93880": "380.60", "90471": "42.80", "90472": "29.20", "96372": "30.40",
    "97035": "28.20", "97110": "59.60", "97112": "68.20", "97140": "54.80", "97530": "73.40",
    "J1885": "1.20", "J2405": "0.22", "J3301": "3.40", "J3420": "4.80", "17110": "224.00",
    "20999": "280.00", "94620": "102.00", "99998": "90.00",
}  # fmt: skip

# What is no code at all: one entry without, one with the office's own shorthand.
NO_CODE = "Miscellaneous supply"
HOUSE_CODE = "VISIT3"

PRODUCTS = (
    *(Product(code, f"Service {code}", Decimal(price)) for code, price in _PRICES.items()),
    Product("", NO_CODE, Decimal("12.00")),
    Product(HOUSE_CODE, "Short visit", Decimal("80.00")),
)

# Billable in ICD-10-CM, April to September 2026. Those that the World Health Organization's
# list, which comes with GNU Health, does not have are added to the clinic's by seeding.
GENERAL = ("I10", "E78.5", "E03.9", "K21.9", "F41.1", "D64.9", "E55.9", "N39.0", "J06.9")
HEART = ("I10", "I48.91", "R07.9", "R00.2")
BACK = ("M54.2", "M62.81", "R26.89", "M79.7")
CHEST = ("R05.9", "R91.1")
SHOULDER_RIGHT = ("M75.41", "M19.011")

# In the international list and not billable here: a heading, and a code of that list alone.
HEADINGS = ("E11", "M54.5")
NOT_AMERICAN = "I84.9"
OF_MEN = "N40.1"
MANIFESTATION, UNDERLYING = "G63", "E85.4"
