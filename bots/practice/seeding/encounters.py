"""Visits as they should be: what was ordered, done and signed is what was billed.

A recipe says what a specialty bills together; nothing that a rule would object to is ever
put on one day. Quiet neighbours of the defects are among them: edits that have ended, edits
not yet begun, sex edits lifted by KX or condition code 45, add-ons whose primary stands on
another claim, unsigned or never ordered services that rightly stay unbilled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from bots.practice.seeding.codes import BY_CODE, charge_of
from bots.practice.seeding.diagnoses import BY_SPECIALTY, on_the_sides_of
from bots.practice.seeding.drafts import (
    Draft,
    EntryRow,
    FacilityRow,
    GivenRow,
    Happening,
    HeadingRow,
    Line,
    OnClaim,
    OrderRow,
    PatientRow,
    PayerRow,
    Visit,
)
from bots.practice.seeding.people import (
    ACME,
    BLUE,
    CODERS,
    FACILITIES,
    MEDICAID,
    MEDICARE_A,
    MEDICARE_B,
    UNITY,
    World,
    member_id,
)

FIRST_DAY, LAST_DAY = date(2026, 4, 1), date(2026, 9, 30)
SPECIALTIES = tuple(BY_SPECIALTY)
_HISTORICAL = ("Submitted", "In process", "Paid", "Denied", "Appealed", "Under audit")

# (code, units, modifiers)
Service = tuple[str, int, tuple[str, ...]]


@dataclass(frozen=True)
class Wish:
    """What a defect needs its claim to be; None where it does not matter."""

    specialty: str | None = None
    type: str | None = None
    payer: PayerRow | None = None
    queue: str | None = None
    sex: str | None = None
    age: tuple[int, int] | None = None
    since: date | None = None
    until: date | None = None


class Maker:
    """Makes visits, one after the other, from one source of chance."""

    def __init__(self, world: World, today: date) -> None:
        self.world, self.rng, self.today = world, world.rng, today
        self._visits = self._claims = self._rows = 0
        self._free: list[tuple[PatientRow, date]] = []

    # -- one visit -----------------------------------------------------------------------

    def visit(self, wish: Wish = Wish(), *, own_patient: bool = True) -> Visit:
        """A clean visit with one claim (or, where the recipe says so, two)."""
        rng = self.rng
        specialty = wish.specialty or rng.choice(SPECIALTIES)
        kind = wish.type or ("institutional" if rng.random() < 0.125 else "professional")
        if specialty == "therapy" and wish.type is None:
            kind = "professional"
        payer = wish.payer or self._payer(kind)
        queue = wish.queue or ("pending" if rng.random() < 0.6 else "historical")
        patient, day = self._who_and_when(wish, payer, queue, own_patient)
        facility = FACILITIES[3] if kind == "institutional" else rng.choice(FACILITIES)
        self._visits += 1
        visit = Visit(f"EN{self._visits:08d}", patient, day)
        services, codes, place = self._recipe(specialty, patient, day, kind)
        claim = self.claim(visit, kind, queue, payer, facility, specialty, codes, place)
        for code, units, modifiers in services:
            self.bill(visit, claim, code, units, modifiers)
        claim.add_up()
        if not claim.is_professional:
            _by_condition_code(claim)
        self._quiet_neighbours(visit, claim, specialty)
        if not own_patient:  # a defect would spread to the other claim
            self._add_on_on_another_claim(visit, claim)
        return visit

    def _payer(self, kind: str) -> PayerRow:
        choice = self.rng.choices
        if kind == "institutional":
            return choice((MEDICARE_A, BLUE, ACME, UNITY), (5, 2, 2, 2))[0]
        return choice((MEDICARE_B, MEDICAID, BLUE, ACME, UNITY), (4, 2, 2, 2, 2))[0]

    def _who_and_when(
        self, wish: Wish, payer: PayerRow, queue: str, own: bool
    ) -> tuple[PatientRow, date]:
        rng = self.rng
        first = wish.since or FIRST_DAY
        last = wish.until or self.today - timedelta(days=2)
        if queue == "pending" and payer.timely_days and wish.until is None:
            first = max(first, self.today - timedelta(days=payer.timely_days))
        day = first + timedelta(days=rng.randint(0, max((last - first).days, 0)))
        if not own and self._free and rng.random() < 0.35:
            patient, seen = self._free.pop(0)
            if abs((day - seen).days) >= 10:
                return patient, day
        patient = self.world.new_patient(wish.sex, wish.age or (20, 88))
        if not own and len(self._free) < 50:
            self._free.append((patient, day))
        return patient, day

    # -- one claim -----------------------------------------------------------------------

    def claim(
        self, visit: Visit, kind: str, queue: str, payer: PayerRow, facility: FacilityRow,
        specialty: str, codes: list[str], place: str,
    ) -> Draft:  # fmt: skip
        """An empty claim of the visit, with everyone on it and no line yet."""
        rng, day = self.rng, visit.day
        self._claims += 1
        professional = kind == "professional"
        group = self.world.group(facility)
        person = rng.choice(self.world.people(facility, specialty))
        doctor = rng.choice(self.world.people(facility, "primary care"))
        providers = {"billing": OnClaim(group.name, group.npi, group.taxonomy, group)}
        if professional:
            providers["rendering"] = OnClaim(person.name, person.npi, person.taxonomy, person)
            if payer.is_medicare or rng.random() < 0.6:
                role = "ordering" if payer.is_medicare or rng.random() < 0.7 else "referring"
                providers[role] = OnClaim(doctor.name, doctor.npi, "", doctor)
        else:
            providers["attending"] = OnClaim(person.name, person.npi, person.taxonomy, person)
        created = min(day + timedelta(days=rng.randint(0, 6)), self.today)
        status = rng.choices(("Ready for review", "Draft"), (4, 1))[0]
        submitted = None
        if queue == "historical":
            status = rng.choices(_HISTORICAL, (3, 2, 8, 1, 1, 1))[0]
            submitted = min(created + timedelta(days=rng.randint(0, 8)), self.today)
        draft = Draft(
            number=f"CL{self._claims:07d}", type=kind, queue=queue, status=status,
            facility=facility, patient=visit.patient, payer=payer,
            member_id=member_id(payer, rng),
            group_number="" if payer.is_medicare else f"G{rng.randint(1000, 9999)}",
            providers=providers, diagnoses=codes, lines=[],
            place_of_service=place if professional else "",
            bill_type="" if professional else rng.choices(("131", "0131", "851"), (8, 2, 1))[0],
            coder=rng.choice(CODERS), created_on=created, submitted_on=submitted,
        )  # fmt: skip
        if not professional:
            draft.statement_from = draft.statement_through = day
            draft.discharge_status = "01"
        if queue == "pending" and rng.random() < 0.05:
            draft.on_hold, draft.hold_reason = True, "Waiting for the signed note"
        at = datetime.combine(created, time(14, rng.randint(0, 59)), UTC)
        draft.history.append(Happening(at, draft.coder, "created"))
        if draft.on_hold:
            draft.history.append(
                Happening(at + timedelta(hours=1), draft.coder, "hold", draft.hold_reason)
            )
        if submitted:
            at = datetime.combine(submitted, time(20, 5), UTC)
            draft.history.append(Happening(at, draft.coder, "submitted"))
        visit.claims.append(draft)
        return draft

    def bill(
        self, visit: Visit, claim: Draft, code: str, units: int | Decimal = 1,
        modifiers: tuple[str, ...] = (), *, documented: bool = True,
    ) -> Line:  # fmt: skip
        """Put a line on the claim and, unless told otherwise, what it rests on in the record."""
        known = BY_CODE.get(code)
        amount = Decimal(units)
        line = Line(code, amount, charge_of(code, amount), visit.day, list(modifiers))
        if claim.is_professional:
            count = min(len(claim.diagnoses), 4)
            line.pointers = list(range(1, self.rng.randint(1, max(count, 1)) + 1))
        else:
            line.revenue_code = known.revenue if known else "0510"
        if known and known.unlisted:
            line.description = "Described in the note of this visit"
        if known and known.ndc:
            line.ndc, line.ndc_unit = known.ndc, known.ndc_unit
            line.ndc_quantity = (amount / 10).quantize(Decimal("0.001")) or Decimal("0.1")
        claim.lines.append(line)
        if documented:
            self.document(visit, claim, code, amount)
        return line

    def document(
        self, visit: Visit, claim: Draft, code: str, units: Decimal, *, signed: bool = True,
        ordered: bool = True, performed: bool = True,
    ) -> None:  # fmt: skip
        """Write into the record that a service was ordered and done."""
        known, by = BY_CODE.get(code), performer(claim)
        kind = known.kind if known else "medicine"
        if kind == "em":
            if not visit.headings:
                visit.headings.append(HeadingRow("Visit note", visit.day, by, signed))
            return
        if ordered:
            who = claim.providers.get("ordering") or claim.providers.get("referring")
            visit.orders.append(
                OrderRow(self._row("OR"), code, visit.day, who.npi if who and who.npi else by)
            )
        if not performed:
            return
        if kind == "drug":
            assert known is not None
            visit.given.append(
                GivenRow(self._row("MA"), code, known.ndc, visit.day, units, f"{units} u", "IV",
                         signed)
            )  # fmt: skip
            return
        minutes = int(units) * 15 if kind == "therapy" and code != "97161" else None
        visit.entries.append(
            EntryRow(self._row("PL"), code, visit.day, units, minutes, by, signed)
        )

    def _row(self, letters: str) -> str:
        self._rows += 1
        return f"{letters}{self._rows:08d}"

    # -- what a specialty bills together -------------------------------------------------

    def _recipe(
        self, specialty: str, patient: PatientRow, day: date, kind: str
    ) -> tuple[list[Service], list[str], str]:
        rng = self.rng
        known = BY_SPECIALTY[specialty]
        codes = rng.sample(known, rng.randint(1, min(4, len(known))))
        make: Callable[..., tuple[list[Service], str]] = getattr(self, f"_{specialty.split()[0]}")
        services, place = make(patient, day)
        if kind == "institutional" and [code for code, _, _ in services] == ["94760"]:
            services = [("G0463", 1, ())]  # to a hospital nothing pays a packaged service alone
        if specialty == "oncology":
            tumors = [c for c in codes if c.startswith("C")]
            # A secondary tumor alone comes from nowhere: its one place is the primary's.
            codes = ["Z51.11", *(tumors if tumors not in ([], ["C79.51"]) else ["C18.7"])]
            codes += ["D63.0"] if rng.random() < 0.3 else []
        if specialty == "orthopedics" and kind == "professional" and place in {"22", "24"}:
            codes = [rng.choice(("M17.11", "M25.561"))]
        if specialty == "orthopedics":
            named = {modifier for _, _, modifiers in services for modifier in modifiers}
            codes = on_the_sides_of(codes, named)
        if specialty == "radiology" and rng.random() < 0.1:
            codes = ["G30.9", "F02.80"]
        return services, codes, place

    def _primary(self, patient: PatientRow, day: date) -> tuple[list[Service], str]:
        rng = self.rng
        services: list[Service] = []
        roll = rng.random()
        if roll < 0.05:
            return [("94760", 1, ())], "11"
        visit = rng.choice(("99212", "99213", "99214", "99215"))
        if roll < 0.15 and patient.birth_date and _age(patient, day) >= 20:
            age = _age(patient, day)
            visit = "99397" if age >= 65 else "99396" if age >= 40 else "99395"
        more: list[Service] = rng.sample(
            (("36415", 1, ()), ("81002", 1, ()), ("94010", 1, ()), ("69210", 1, ()),
             ("12001", 1, ())),
            rng.randint(0, 2),
        )  # fmt: skip
        if rng.random() < 0.15:
            more.append(("96372", 1, ()))
            more.append(("J1885", rng.randint(1, 4), ()))
        if rng.random() < 0.1:
            more += [("90471", 1, ()), ("90472", rng.randint(1, 3), ())]
        if rng.random() < 0.05:
            more += [("11102", 1, ()), ("11103", 2, ())]
        if rng.random() < 0.03 and patient.sex == "M":
            more.append(("81025", 1, ("KX",)))
        elif rng.random() < 0.05 and patient.sex in "FU":
            more.append(("81025", 1, ()))
        services.append((visit, 1, ("25",) if more else ()))
        return services + more, "11"

    def _cardiology(self, patient: PatientRow, day: date) -> tuple[list[Service], str]:
        rng = self.rng
        services: list[Service] = [(rng.choice(("99213", "99214")), 1, ("25",))]
        services.append(rng.choice((("93000", 1, ()), ("93015", 1, ()), ("93224", 1, ()))))
        if rng.random() < 0.5:
            services.append(("93306", 1, ()))
        if rng.random() < 0.4:
            services.append(("93880", 1, ()))
        return services, "11"

    def _orthopedics(self, patient: PatientRow, day: date) -> tuple[list[Service], str]:
        rng = self.rng
        if rng.random() < 0.2:
            side = rng.choice(("RT", "LT"))
            return [(rng.choice(("29881", "64721")), 1, (side,))], rng.choice(("22", "24"))
        services: list[Service] = [("99213", 1, ("25",))]
        roll = rng.random()
        if roll < 0.3:
            services += [("20610", 1, ("50",)), ("J3301", 8, ())]
        elif roll < 0.7:
            side = rng.choice(("RT", "LT"))
            services += [("20611", 1, (side,)), ("J3301", 4, ("JZ",))]
        if rng.random() < 0.5:
            services += [("73562", 1, ("RT",)), ("73562", 1, ("LT",))]
        elif rng.random() < 0.4:
            services.append(("L1830", 1, ("NU",)))
        if rng.random() < 0.05:
            services.append(("20999", 1, ()))
        if len(services) == 1:
            services = [("99213", 1, ())]  # nothing stands beside it that 25 could be for
        return services, "11"

    def _radiology(self, patient: PatientRow, day: date) -> tuple[list[Service], str]:
        rng = self.rng
        place = rng.choice(("11", "22"))
        part: tuple[str, ...] = ("26",) if place == "22" else ()
        picked = rng.sample(("70450", "72148", "74177", "76700", "73030"), rng.randint(1, 2))
        services: list[Service] = [(code, 1, part) for code in picked]
        if rng.random() < 0.4:
            services.append(("71046", 1, part))
            if day < date(2026, 7, 1) and rng.random() < 0.3:
                services.append(("71045", 1, part))
        if patient.sex != "M" and rng.random() < 0.2:
            services.append(("76830", 1, part))
        elif patient.sex == "M" and rng.random() < 0.05:
            services.append(("76830", 1, (*part, "KX")))
        if rng.random() < 0.04:
            services.append(("76999", 1, part))
        return services, place

    def _laboratory(self, patient: PatientRow, day: date) -> tuple[list[Service], str]:
        rng = self.rng
        if rng.random() < 0.25:
            services: list[Service] = [("88305", rng.randint(1, 4), ())]
            if rng.random() < 0.3:
                services.append(("88312", 1, ()))
            return services, "81"
        picked = rng.sample(
            ("80053", "80061", "82306", "83036", "84443", "85025", "87086"), rng.randint(2, 5)
        )
        services = [(code, 1, ()) for code in picked]
        if patient.sex != "F" and rng.random() < 0.15:
            services.append(("84153", 1, ()))
        if patient.sex != "M" and rng.random() < 0.1:
            services.append(("88142", 1, ()))
        return services, "81"

    def _oncology(self, patient: PatientRow, day: date) -> tuple[list[Service], str]:
        rng = self.rng
        services: list[Service] = [("96413", 1, ()), ("96415", rng.randint(1, 3), ())]
        services.append(
            ("J9271", 200, ("JZ",)) if rng.random() < 0.5 else ("J9045", rng.randint(8, 14), ())
        )
        if rng.random() < 0.6:
            services += [("96367", 1, ()), ("J2405", rng.choice((8, 16)), ())]
        if rng.random() < 0.4:
            services.append(("J1100", 10, ()))
        return services, "11"

    def _therapy(self, patient: PatientRow, day: date) -> tuple[list[Service], str]:
        rng = self.rng
        services: list[Service] = [("97110", rng.randint(1, 3), ("GP",))]
        if rng.random() < 0.6:
            services.append(("97112", rng.randint(1, 2), ("GP",)))
        if rng.random() < 0.5:
            services.append(("97140", rng.randint(1, 2), ("GP",)))
        elif rng.random() < 0.5:
            services.append(("97530", rng.randint(1, 2), ("GP",)))
        if rng.random() < 0.3:
            services.append(("97035", 1, ("GP",)))
        return services, "11"

    # -- quiet neighbours ----------------------------------------------------------------

    def _quiet_neighbours(self, visit: Visit, claim: Draft, specialty: str) -> None:
        rng = self.rng
        if specialty == "primary care" and claim.of("94760") is None:
            roll = rng.random()
            one = Decimal(1)
            if roll < 0.05:  # done and ordered, but nobody signed
                self.document(visit, claim, "93000", one, signed=False)
            elif roll < 0.08:  # ordered, and never done
                self.document(visit, claim, "80053", one, performed=False)
            elif roll < 0.11:  # done without an order
                self.document(visit, claim, "17110" if claim.of("11102") is None else "94010",
                              one, ordered=False)  # fmt: skip
        if claim.of("93015") is not None and rng.random() < 0.2:
            # Part of a service that is billed: a missed charge that would be unbundling.
            self.document(visit, claim, "93017", Decimal(1))
        if claim.type == "institutional" and visit.patient.sex == "M" and rng.random() < 0.05:
            if specialty == "radiology" and claim.of("76830") is None:
                self.bill(visit, claim, "76830")
            claim.condition_codes = ["45"]
            claim.add_up()

    def _add_on_on_another_claim(self, visit: Visit, claim: Draft) -> None:
        if claim.is_professional and claim.of("96415") is not None and self.rng.random() < 0.1:
            self._split(visit, claim, "96415")

    def _split(self, visit: Visit, claim: Draft, code: str) -> None:
        """Move a line to another claim of the same day and provider."""
        other = self.sibling(visit, claim)
        index = claim.of(code)
        assert index is not None
        other.lines = [claim.lines.pop(index)]
        claim.add_up()
        other.add_up()

    def sibling(self, visit: Visit, claim: Draft) -> Draft:
        """A second claim of the same day, payer and people, without lines."""
        other = self.claim(
            visit, claim.type, claim.queue, claim.payer, claim.facility,
            "primary care", list(claim.diagnoses), claim.place_of_service,
        )  # fmt: skip
        other.providers = {
            role: OnClaim(p.name, p.npi, p.taxonomy, p.record)
            for role, p in claim.providers.items()
        }
        other.member_id, other.group_number = claim.member_id, claim.group_number
        other.bill_type = claim.bill_type
        if other.status == "Denied":
            other.status = "Paid"
        if claim.status == "Denied":
            claim.status = "Paid"
        return other


def _by_condition_code(claim: Draft) -> None:
    """KX lifts a sex edit on a professional claim; an institutional one says condition 45."""
    for line in claim.lines:
        if "KX" in line.modifiers:
            line.modifiers.remove("KX")
            claim.condition_codes = ["45"]


def performer(claim: Draft) -> str:
    """The NPI of who did it."""
    who = claim.providers.get("rendering") or claim.providers.get("attending")
    return who.npi if who else ""


def _age(patient: PatientRow, day: date) -> int:
    born = patient.birth_date
    assert born is not None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
