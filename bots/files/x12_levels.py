"""The levels above a claim: header (1000), billing provider (2000A), subscriber (2000B), patient
(2000C), and what each has said so far.

What is wrong at a level makes unreadable what hangs on it. Authority: ASC X12 005010X222A1 and
005010X223A2.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeAlias

from bots.claims import Coverage, Patient, Provider, Role, Sex
from bots.files.quick import quick
from bots.files.unread import UnfitError
from bots.files.x12_values import Fields, at, day, full_name, npi

RANKS = {"P": "primary", "S": "secondary", "T": "tertiary"}
_RELATIONSHIPS = {"18": "self", "01": "spouse", "19": "child"}
_SEXES = {"F": Sex.FEMALE, "M": Sex.MALE}


_new_patient, _new_coverage = quick(Patient), quick(Coverage)
_Handler: TypeAlias = Callable[[int, Fields], None]
_WITH_ADDRESS = frozenset({"85", "IL", "QC"})


class Level:
    """What one HL said, and the first thing wrong with it."""

    __slots__ = ("fault", "values")

    def __init__(self, fault: UnfitError | None = None) -> None:
        self.values: dict[str, Any] = {}
        self.fault = fault


class Levels:
    """The four levels that are open. A claim reads them where it ends."""

    def __init__(self) -> None:
        self.header, self.billing = Level(), Level()
        self.subscriber, self.patient = Level(), Level()
        self.current = self.header
        self._named = ""  # NM101 of the NM1 that N3, N4 and DMG belong to
        self._dependent = False  # the patient is not the subscriber
        self._billing_id = ""  # HL01 of the billing provider's level
        self.handlers: dict[str, _Handler] = {
            "BHT": self._bht,
            "SBR": self._sbr,
            "PAT": self._pat,
            "PRV": self._prv,
            "NM1": self._nm1,
            "N3": self._n3,
            "N4": self._n4,
            "DMG": self._dmg,
        }
        self.lost: UnfitError | None = None  # an HL of which nobody knows what it opened

    @property
    def may_hold_claims(self) -> bool:
        """Whether a claim may follow here: a subscriber or a patient is open."""
        return self.current is self.subscriber or self.current is self.patient

    def lose(self, error: UnfitError) -> None:
        """An HL that cannot be read: what follows hangs on nobody knows what."""
        self._named, self._dependent, self.lost = "", False, error
        self.subscriber = self.current = Level(fault=error)
        self.patient = Level()

    def fault(self) -> UnfitError | None:
        """The first thing wrong with what a claim here hangs on."""
        return (
            self.header.fault or self.billing.fault or self.subscriber.fault or self.patient.fault
        )

    def person(self) -> dict[str, Any]:
        """What was said of the patient: the subscriber where no HL 23 opens another."""
        return (self.patient if self._dependent else self.subscriber).values

    def created_on(self) -> date | None:
        """BHT04."""
        return self.header.values.get("created_on")

    def billing_provider(self) -> Provider:
        """Loop 2010AA; made once for all its claims."""
        said = self.billing.values
        known: Provider | None = said.get("provider")
        if known is not None:
            return known
        name, npi = said.get("billing_name", ""), said.get("billing_npi", "")
        said["provider"] = made = Provider(Role.BILLING, name, npi, said.get("taxonomy", ""))
        return made

    def as_patient(self, record_number: str) -> Patient:
        """The patient of a claim that ends here."""
        said = self.person().get
        return _new_patient(
            record_number,
            said("last_name", ""),
            said("first_name", ""),
            said("birth_date"),
            said("sex", Sex.UNKNOWN),
            said("died_on"),
            said("address", ""),
            said("city", ""),
            said("state", ""),
            said("postal_code", ""),
        )

    def as_coverage(self) -> Coverage:
        """Whom a claim that ends here is sent to."""
        said = self.subscriber.values.get
        relationship = self.patient.values.get("relationship") or said("relationship")
        return _new_coverage(
            said("payer_id", ""),
            said("payer_name", ""),
            said("member_id", ""),
            said("filing_indicator", ""),
            said("group_number", ""),
            relationship or "self",
            said("rank", "primary"),
        )

    def open(self, number: int, fields: Fields) -> None:
        """Follow an HL."""
        self._named, self._dependent = "", fields[3] == "23"
        match fields[3]:
            case "22":
                # After a lost HL only its HL02 says that the billing provider is still the same.
                lost = self.lost if fields[2] != self._billing_id else None
                self.subscriber = self.current = Level(fault=lost)
                self.patient = Level()
            case "23":
                self.patient = self.current = Level()
            case "20":
                self.billing = self.current = Level()
                self.subscriber, self.patient = Level(), Level()
                self._billing_id, self.lost = fields[1], None
            case _:
                what = "is no level of an 837; it must be 20, 22 or 23"
                self.lose(UnfitError(at(number, fields, 3), what))

    # What the others say. Each raises UnfitError; the caller keeps it where it belongs.

    def _bht(self, number: int, fields: Fields) -> None:
        self.current.values["created_on"] = day(number, fields, 4, fields[4])

    def _sbr(self, number: int, fields: Fields) -> None:
        values = self.current.values
        values["rank"] = RANKS.get(fields[1], "other")
        values["relationship"] = _relationship(fields[2])
        values["group_number"] = fields[3]
        values["filing_indicator"] = fields[9]

    def _pat(self, number: int, fields: Fields) -> None:
        if fields[1]:
            self.current.values["relationship"] = _relationship(fields[1])
        if len(fields) > 6 and fields[6]:
            self.current.values["died_on"] = day(number, fields, 6, fields[6])

    def _prv(self, number: int, fields: Fields) -> None:
        if fields[1] == "BI":
            self.current.values["taxonomy"] = fields[3]

    def _nm1(self, number: int, fields: Fields) -> None:
        values = self.current.values
        self._named = fields[1]
        match self._named:
            case "IL":
                values["last_name"], values["first_name"] = fields[3], fields[4]
                values["member_id"] = fields[9]
            case "PR":
                values["payer_name"], values["payer_id"] = fields[3], fields[9]
            case "QC":
                values["last_name"], values["first_name"] = fields[3], fields[4]
            case "85":
                values["billing_name"], values["billing_npi"] = full_name(fields), npi(fields)

    def _n3(self, number: int, fields: Fields) -> None:
        if self._named in _WITH_ADDRESS:
            self.current.values["address"] = fields[1]

    def _n4(self, number: int, fields: Fields) -> None:
        if self._named in _WITH_ADDRESS:
            city, state, postal_code = fields[1], fields[2], fields[3]
            values = self.current.values
            values["city"], values["state"], values["postal_code"] = city, state, postal_code

    def _dmg(self, number: int, fields: Fields) -> None:
        if self._named in _WITH_ADDRESS:
            born, sex = fields[2], fields[3]
            values = self.current.values
            values["birth_date"] = day(number, fields, 2, born) if born else None
            values["sex"] = _SEXES.get(sex, Sex.UNKNOWN)


def _relationship(code: str) -> str:
    return _RELATIONSHIPS.get(code, "other") if code else ""
