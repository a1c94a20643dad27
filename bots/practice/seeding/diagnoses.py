"""Diagnoses that synthetic claims use. Real codes, each billable in the April 2026 release.

The lists of a specialty hold codes of which any two may stand on one claim: none excludes
another, none has to be preceded by another.
"""

from __future__ import annotations

BY_SPECIALTY: dict[str, tuple[str, ...]] = {
    "primary care": (
        "I10", "E78.5", "E03.9", "J06.9", "K21.9", "N39.0", "R51.9", "F41.1", "G47.33", "R05.9",
        "R53.83", "L30.9", "D64.9", "E55.9",
    ),
    "cardiology": ("I10", "I48.91", "I34.0", "R07.9", "R00.2", "R06.02", "E78.2", "R55"),
    "orthopedics": ("M17.11", "M17.12", "M25.561", "M25.562", "M75.41", "M65.341", "M77.11",
                    "M19.011", "M72.2"),
    "radiology": ("R10.9", "R91.1", "R07.9", "R51.9", "M54.2", "R06.02", "R05.9"),
    "laboratory": ("I10", "E78.5", "E03.9", "D64.9", "E55.9", "N39.0", "R53.83"),
    "oncology": ("C34.11", "C18.7", "C79.51", "R11.2", "D50.9"),
    "therapy": ("M62.81", "R26.89", "M25.561", "M54.2", "M79.7", "M25.611"),
}  # fmt: skip

# (a code, what stands in its Excludes1 note): on one claim a warning.
EXCLUDING = (
    ("E11.9", "R73.03"),
    ("E10.9", "E11.9"),
    ("H81.10", "R42"),
    ("M54.50", "M54.41"),
)
# (the manifestation, an underlying disease that its note names).
MANIFESTATIONS = (
    ("F02.80", "G30.9"),
    ("D63.0", "C18.7"),
    ("G63", "E85.4"),
    ("I43", "E85.4"),
)
UNKNOWN = ("E11.99", "I10.5", "M17.8", "J06.3", "K21.5", "N39.7", "R05.7", "E03.7")
HEADERS = ("E11", "M17.1", "M25.56", "I48", "N40", "M54", "R07", "E78", "J06", "D50", "M75.1")
# Not billable, and one code only below it.
ONLY_CHILD = (("H54.413", "H54.413A"), ("H54.511", "H54.511A"))
WITHOUT_SEVENTH = ("S83.241", "S52.501", "S93.401", "S42.201", "S82.891")
OF_WOMEN = ("N92.0", "N83.201", "N95.1", "N94.6")
OF_MEN = ("N40.1", "C61")


# The code of the right, that of the left, and one of both sides or of none.
_SIDES = (
    ("M17.11", "M17.12", "M17.0"), ("M25.561", "M25.562", "M17.0"),
    ("M75.41", "M75.42", "M62.81"), ("M65.341", "M65.342", "M79.7"),
    ("M77.11", "M77.12", "M54.2"), ("M19.011", "M19.012", "M47.812"),
)  # fmt: skip
_SIDELESS = ("M72.2", "M62.81", "M79.7", "M54.2", "R26.89")


def on_the_sides_of(codes: list[str], modifiers: set[str]) -> list[str]:
    """The same number of codes, on the side that the claim's procedures name.

    Both sides are one code where there is one; what would then stand twice is another one.
    """
    place = 2 if "50" in modifiers or {"RT", "LT"} <= modifiers else int("LT" in modifiers)
    sided = {code: entry[place] for entry in _SIDES for code in entry[:2]}
    found: list[str] = []
    for code in codes:
        right = sided.get(code, code)
        free = (other for other in _SIDELESS if other not in found and other not in codes)
        found.append(next(free) if right in found else right)
    return found


def every_billable() -> tuple[str, ...]:
    """Every code that may stand on a claim here as a billable one."""
    found = [code for codes in BY_SPECIALTY.values() for code in codes]
    found += [code for pair in (*EXCLUDING, *MANIFESTATIONS) for code in pair]
    found += [*OF_WOMEN, *OF_MEN, "Z51.11", "Z00.00"]
    found += [code for entry in _SIDES for code in entry]
    return tuple(dict.fromkeys(found))
