"""Who takes part: facilities, payers, the provider master file, and made-up patients."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from bots.practice.seeding.codes import TAXONOMIES
from bots.practice.seeding.drafts import FacilityRow, PatientRow, PayerRow, RecordRow

FACILITIES = (
    FacilityRow("NORTH", "Northfield Clinic"),
    FacilityRow("LAKE", "Lakeside Medical Group"),
    FacilityRow("RIVER", "Riverbend Health Center"),
    FacilityRow("HILL", "Hillcrest Hospital"),
)
_MBI = "[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9]"
_MBI += "[AC-HJKMNP-RT-Y]{2}[0-9]{2}"
MEDICARE_B = PayerRow("MEDB", "Medicare Part B", "MB", 365, _MBI)
MEDICARE_A = PayerRow("MEDA", "Medicare Part A", "MA", 365, _MBI)
MEDICAID = PayerRow(
    "MCAID", "State Medicaid", "MC", 365, "[0-9]{12}", taxonomy_required="billing rendering"
)
BLUE = PayerRow("BLUE1", "Blue Plan of Practice", "BL", 120, "[A-Z]{3}[0-9]{9}")
ACME = PayerRow("ACME1", "Acme Health", "CI", 60, "W[0-9]{9}", adopts_ncci=True)
UNITY = PayerRow("UNITY", "Unity Benefit", "CI", 90, "[0-9]{8}-[0-9]{2}")
PAYERS = (MEDICARE_B, MEDICARE_A, MEDICAID, BLUE, ACME, UNITY)
# No rule is known of it: a claim to it is planted.
STRANGER = PayerRow("90009", "Payer not on file", "CI")

CODERS = ("amber", "boris", "chidi", "dalia", "emil")
_FIRST = (
    "Ada", "Ben", "Cora", "Dov", "Elin", "Finn", "Gwen", "Hugo", "Iris", "Jonas", "Kaia", "Leo",
    "Mina", "Nils", "Orla", "Paul", "Quinn", "Rosa", "Sven", "Tess", "Uma", "Vito", "Wren", "Yara",
)  # fmt: skip
_LAST = (
    "Abbott", "Birch", "Calder", "Dunn", "Ekberg", "Fenn", "Garrow", "Holt", "Ingram", "Jessop",
    "Kettle", "Lund", "Marsh", "Norling", "Oakes", "Pryce", "Quill", "Rowan", "Sorley", "Thorne",
    "Underhill", "Vance", "Wilder", "Yates",
)  # fmt: skip
_TOWNS = (("Akron", "44301"), ("Dayton", "45402"), ("Lima", "45801"), ("Toledo", "43604"))
_STREETS = ("Oak Street", "Mill Lane", "Third Avenue", "Lake Road", "Chapel Hill")


def luhn_digit(nine: str) -> str:
    """The check digit of an NPI (45 CFR 162.406): Luhn over the prefix 80840 and nine digits."""
    total = 0
    for place, digit in enumerate(reversed("80840" + nine)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def npi(number: int) -> str:
    """A synthetic NPI with a right check digit."""
    nine = f"1{number:08d}"
    return nine + luhn_digit(nine)


@dataclass
class World:
    """Everything that stays the same for all claims of one seed."""

    rng: Random
    records: list[RecordRow] = field(default_factory=list)
    patients: list[PatientRow] = field(default_factory=list)

    def group(self, facility: FacilityRow) -> RecordRow:
        """The organization that bills for a facility."""
        return next(r for r in self.records if r.facility == facility.code and r.npi_type == "2")

    def people(self, facility: FacilityRow, specialty: str) -> list[RecordRow]:
        """Persons of a specialty who were active all the time."""
        return self._people[(facility.code, specialty)]

    def retired(self, facility: FacilityRow) -> RecordRow:
        """A person whose record ended before the claims begin."""
        return next(r for r in self.records if r.facility == facility.code and r.active_to)

    def new_patient(self, sex: str | None = None, age: tuple[int, int] = (20, 88)) -> PatientRow:
        """Somebody new, with an age between those on 2026-04-01."""
        rng = self.rng
        town, code = rng.choice(_TOWNS)
        born = date(2026, 4, 1) - timedelta(days=rng.randint(age[0] * 366, age[1] * 365))
        patient = PatientRow(
            record_number=f"MR{len(self.patients) + 1:07d}",
            last_name=rng.choice(_LAST),
            first_name=rng.choice(_FIRST),
            birth_date=born,
            sex=sex or rng.choices(("F", "M", "U"), (49, 49, 2))[0],
            address=f"{rng.randint(1, 999)} {rng.choice(_STREETS)}",
            city=town,
            state="OH",
            postal_code=code,
        )
        self.patients.append(patient)
        return patient

    def __post_init__(self) -> None:
        number = 0
        self._people: dict[tuple[str, str], list[RecordRow]] = {}
        for facility in FACILITIES:
            kind = "hospital" if facility.code == "HILL" else "group"
            number += 1
            self.records.append(
                RecordRow(f"P{number:04d}", facility.name, npi(number * 7919 % 10**8), "2",
                          TAXONOMIES[kind], kind, facility.code)
            )  # fmt: skip
            for specialty, taxonomy in TAXONOMIES.items():
                if specialty in {"group", "hospital"}:
                    continue
                found = self._people[(facility.code, specialty)] = []
                for _ in range(3):
                    number += 1
                    found.append(self._person(number, taxonomy, specialty, facility))
                self.records.extend(found)
            number += 1
            gone = self._person(number, TAXONOMIES["primary care"], "primary care", facility)
            self.records.append(
                RecordRow(gone.record_id, gone.name, gone.npi, "1", gone.taxonomy, gone.specialty,
                          gone.facility, date(2015, 1, 1), date(2025, 12, 31))
            )  # fmt: skip

    def _person(
        self, number: int, taxonomy: str, specialty: str, facility: FacilityRow
    ) -> RecordRow:
        name = f"{self.rng.choice(_LAST)}, {self.rng.choice(_FIRST)} MD"
        return RecordRow(f"P{number:04d}", name, npi(number * 7919 % 10**8), "1", taxonomy,
                         specialty, facility.code, date(2015, 1, 1))  # fmt: skip


def member_id(payer: PayerRow, rng: Random) -> str:
    """An id of the payer's form."""
    letters, digits = "ACDEFGHJKMNPQRTUVWXY", "0123456789"

    def pick(*kinds: str) -> str:
        return "".join(rng.choice(kind) for kind in kinds)

    if payer.is_medicare:
        return pick("123456789", letters, digits, digits, letters, digits, digits,
                    letters, letters, digits, digits)  # fmt: skip
    if payer is MEDICAID:
        return pick(*[digits] * 12)
    if payer is BLUE:
        return "PRA" + pick(*[digits] * 9)
    if payer is ACME:
        return "W" + pick(*[digits] * 9)
    return pick(*[digits] * 8) + "-01"
