"""The practice clinic on paper: who comes, what is done, and which services carry a defect.

Nothing here knows Tryton. The same seed and day give the same plan; `seed.py` writes it into
a database through Tryton's own interface, and `truth.jsonl` says what was planted. All made up.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from gnuhealth.codes import BACK, CHEST, GENERAL, HEART, SHOULDER_RIGHT

SEED = 1
# The clinic's own day, within the edition of ICD-10-CM that the bots have. The server itself
# goes by the machine's clock: "expired" on its screens is said of today.
AS_OF = date(2026, 9, 30)
CLEAN_SERVICES = 30
REGULARS = 20  # patients who come again; some defects bring patients of their own


@dataclass(frozen=True)
class Insurer:
    """An insurance company; `code` is the payer id that the bots' practice tables know."""

    code: str
    name: str
    kind: str  # Tryton's own word: state or private
    plan: str


MEDICARE = Insurer("MEDB", "Medicare Part B", "state", "Original Medicare")
MEDICAID = Insurer("MCAID", "State Medicaid", "state", "Medicaid")
BLUE = Insurer("BLUE1", "Blue Plan of Practice", "private", "Blue Choice")
ACME = Insurer("ACME1", "Acme Health", "private", "Acme Open")
INSURERS = (MEDICARE, MEDICAID, BLUE, ACME)


@dataclass(frozen=True)
class Policy:
    """A patient's insurance, as its card says."""

    insurer: Insurer
    member_id: str
    since: date
    until: date


@dataclass(frozen=True)
class Doctor:
    """A health professional; the screen calls the NPI a license."""

    last_name: str
    first_name: str
    npi: str
    specialty: str  # the code of one of GNU Health's own specialties


DOCTORS = (
    Doctor("Calder", "Iris", "1079190009", "FAMILY"),
    Doctor("Norling", "Hugo", "1158380000", "CARDIO"),
    Doctor("Quill", "Tess", "1237570001", "ORTHOSURG"),
)
TWO_YEARS = 720  # days
# The bots' practice tables begin with the year of the clinic's day; a defect that only a table
# can show must lie in it.
IN_THE_TABLES = 265
INVOICED_AFTER = timedelta(days=5)
CLINIC = "Northfield Clinic"
CLINIC_NPI = "1316760002"


@dataclass(frozen=True)
class Patient:
    """A patient; `number` is the screen's PUID."""

    number: str
    last_name: str
    first_name: str
    birth_date: date
    sex: str  # f or m
    street: str
    policies: tuple[Policy, ...]
    died_on: date | None = None


@dataclass
class Line:
    """One line of a service; `remarks` carries what the screen has no field for."""

    product: str  # a product's code, or its name where it has none
    units: int | None = 1
    remarks: str = ""
    since: date | None = None  # the day of the service where nothing else is said
    until: date | None = None


@dataclass
class Service:
    """One health service, which is to us a claim."""

    patient: Patient
    day: date
    about: str
    lines: list[Line]
    diagnoses: list[str]
    policy: Policy | None
    doctor: int = 0
    invoiced: bool = False
    name: str = ""


@dataclass(frozen=True)
class Planted:
    """One defect: the check that finds it from what the screens show, the line, in words."""

    service: Service
    defect: str
    line: int | None
    detail: str


@dataclass
class Plan:
    """Everything that is to be in the database."""

    random: Random
    as_of: date
    patients: list[Patient] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    planted: list[Planted] = field(default_factory=list)
    _taken: set[tuple[str, date]] = field(default_factory=set)

    def new_patient(
        self,
        sex: str = "",
        ages: tuple[int, int] = (19, 85),
        insurer: Insurer | None = None,
        birth_date: date | None = None,
        died_on: date | None = None,
    ) -> Patient:
        """Somebody new, of an age between those on the clinic's day."""
        dice = self.random
        age = dice.randint(*ages)
        born = self.as_of - timedelta(days=age * 365 + age // 4 + dice.randint(5, 350))
        insurer = insurer or (MEDICARE if age >= 65 else dice.choice((MEDICAID, BLUE, ACME)))
        number = len(self.patients) + 1
        patient = Patient(
            number=f"MR{number:06d}",
            last_name=_LAST[(number * 7) % len(_LAST)],
            first_name=_FIRST[(number * 5) % len(_FIRST)],
            birth_date=birth_date or born,
            sex=sex or dice.choice("fm"),
            street=f"{dice.randint(1, 999)} {dice.choice(_STREETS)}",
            policies=(self.policy(insurer),),
            died_on=died_on,
        )
        self.patients.append(patient)
        return patient

    def policy(self, insurer: Insurer) -> Policy:
        """In force all the time that the plan covers, under an id of the payer's form."""
        since = date(self.as_of.year - 6, self.random.randint(1, 12), 1)
        return Policy(insurer, _member_id(insurer, self.random), since, date(2031, 12, 31))

    def with_policies(self, patient: Patient, *policies: Policy) -> Patient:
        """The same patient with other insurances, before anything is booked on them."""
        changed = replace(patient, policies=policies)
        self.patients[self.patients.index(patient)] = changed
        return changed

    def regular(self, ages: tuple[int, int] = (19, 120), sex: str = "") -> Patient:
        """One of the patients who come again."""
        return self.random.choice(
            [
                patient
                for patient in self.patients[:REGULARS]
                if ages[0] <= _age(patient, self.as_of) <= ages[1] and sex in ("", patient.sex)
            ]
        )

    def day(self, patient: Patient, *, pending: bool, farthest: int) -> date:
        """A weekday for this patient, a week from anything else where there is one."""
        nearest, farthest = (2, 55) if pending else (62, farthest)
        days = [self.as_of - timedelta(days=back) for back in range(nearest, farthest + 1)]
        taken = [day for number, day in self._taken if number == patient.number]
        for gap in (7, 3, 0):
            free = [
                day
                for day in days
                if day.weekday() < 5 and all(abs((day - other).days) > gap for other in taken)
            ]
            if free:
                return self.random.choice(free)
        raise ValueError(f"{patient.number} has no day left")

    def book(
        self,
        patient: Patient,
        lines: list[Line],
        diagnoses: list[str],
        *,
        day: date | None = None,
        pending: bool = True,
        farthest: int = IN_THE_TABLES,
        about: str = "Office visit",
    ) -> Service:
        """Enter a service on the patient's first insurance; what is not pending is invoiced."""
        day = day or self.day(patient, pending=pending, farthest=farthest)
        self._taken.add((patient.number, day))
        service = Service(
            patient, day, about, lines, diagnoses, patient.policies[0],
            doctor=self.random.randrange(len(DOCTORS)), invoiced=not pending,
        )  # fmt: skip
        self.services.append(service)
        return service

    def plant(self, service: Service, defect: str, line: int | None, detail: str) -> None:
        """Say what is wrong with a service; the caller has made it so."""
        self.planted.append(Planted(service, defect, line, detail))


def make_plan(seed: int = SEED, as_of: date = AS_OF) -> Plan:
    """The whole clinic."""
    from gnuhealth.defects import DEFECTS

    plan = Plan(Random(seed), as_of)
    for number in range(REGULARS):
        plan.new_patient(ages=(66, 85) if number % 3 == 0 else (19, 62))
    for number in range(CLEAN_SERVICES):
        _clean(plan, number, pending=number % 2 == 0)
    for plants in DEFECTS:
        plants(plan)
    _injection_of_last_year(plan)
    _name(plan)
    return plan


def _clean(plan: Plan, number: int, *, pending: bool) -> None:
    about, lines, diagnoses = _RECIPES[number % len(_RECIPES)]
    service = plan.book(
        plan.regular(),
        [Line(*line) for line in lines],
        plan.random.sample(diagnoses, min(len(diagnoses), plan.random.randint(1, 2))),
        pending=pending,
        farthest=TWO_YEARS,
        about=about,
    )
    service.lines.sort(key=lambda line: line.product)


def _injection_of_last_year(plan: Plan) -> None:
    """Invoiced, with a drug number: GNU Health lets nobody change one. The year's last."""
    about, lines, _ = next(recipe for recipe in _RECIPES if recipe[0] == "Injection")
    day = date(plan.as_of.year - 1, 12, 30)
    plan.book(
        plan.patients[1], [Line(*line) for line in lines], ["R05.9"], day=day, pending=False,
        about=about,
    )  # fmt: skip


def _name(plan: Plan) -> None:
    """Number the services as they came in; those of one year in a row."""
    counted: dict[int, int] = {}
    plan.services.sort(key=lambda service: (service.day, service.patient.number))
    for service in plan.services:
        year = min(service.day.year, plan.as_of.year)
        counted[year] = counted.get(year, 0) + 1
        service.name = f"SERV {year}/{counted[year]:03d}"


# Services that no check has anything to say against, given what the screens show.
_RECIPES: tuple[tuple[str, tuple[tuple[str, int, str], ...], tuple[str, ...]], ...] = (
    ("Office visit", (("99213", 1, ""),), GENERAL),
    ("Laboratory", (("80053", 1, ""), ("85025", 1, ""), ("36415", 1, "")), GENERAL),
    ("Office visit", (("99214", 1, ""),), HEART),
    ("Heart", (("93306", 1, ""),), HEART),
    ("Therapy", (("97110", 2, "Modifiers: GP"), ("97112", 1, "Modifiers: GP")), BACK),
    ("Laboratory", (("80061", 1, ""), ("83036", 1, ""), ("36415", 1, "")), GENERAL),
    ("Office visit", (("99212", 1, ""),), GENERAL),
    ("Imaging", (("71046", 1, ""),), CHEST),
    (
        "Injection",
        (("96372", 1, ""), ("J3420", 1, "Modifiers: JZ; NDC: 70121140053 ML 1")),
        GENERAL,
    ),
    ("Heart", (("93000", 1, ""),), HEART),
    ("Imaging", (("73030", 1, "Modifiers: RT"),), SHOULDER_RIGHT),
    ("Laboratory", (("84443", 1, ""), ("36415", 1, "")), GENERAL),
)

_FIRST = (
    "Ada", "Ben", "Cora", "Dov", "Elin", "Finn", "Gwen", "Hal", "Ida", "Jonas", "Kaia", "Leo",
    "Mina", "Nils", "Orla", "Paul", "Rosa", "Sven", "Uma", "Vito", "Wren", "Yara", "Zeno",
)  # fmt: skip
_LAST = (
    "Abbott", "Birch", "Dunn", "Ekberg", "Fenn", "Garrow", "Holt", "Ingram", "Jessop", "Kettle",
    "Lund", "Marsh", "Oakes", "Pryce", "Rowan", "Sorley", "Thorne", "Underhill", "Vance",
    "Wilder", "Yates", "Zimmer", "Ashdown", "Bellamy", "Corwin", "Dexter", "Everly", "Frost",
    "Galt", "Hollis", "Irving", "Jarvis", "Keane", "Lomax", "Mercer", "Nash", "Orton",
)  # fmt: skip
_STREETS = ("Oak Street", "Mill Lane", "Third Avenue", "Lake Road", "Chapel Hill")
# A Medicare Beneficiary Identifier has no S, L, O, I, B or Z.
_MBI_LETTERS = "ACDEFGHJKMNPQRTUVWXY"
_DIGITS = "0123456789"


def _age(patient: Patient, day: date) -> int:
    born = patient.birth_date
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _member_id(insurer: Insurer, dice: Random) -> str:
    """An id of the payer's form (Medicare's: CMS, Understanding the MBI format)."""
    letter, digit = _MBI_LETTERS, _DIGITS
    form: tuple[str, ...]
    if insurer is MEDICARE:
        form = ("123456789", letter, digit, digit, letter, digit, digit, letter, letter)
        form = (*form, digit, digit)
    elif insurer is MEDICAID:
        form = (digit,) * 12
    elif insurer is BLUE:
        form = (letter,) * 3 + (digit,) * 9
    else:
        form = ("W",) + (digit,) * 9
    return "".join(dice.choice(kind) for kind in form)
