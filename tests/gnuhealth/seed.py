"""Write the practice clinic into a database, through Tryton's own interface (proteus).

Runs with the server's Python, `python -m gnuhealth.seed DATABASE TRUTH SEED DAY`, on a database
in which the modules are activated and nothing else is. Everything is entered as a person would
enter it, so that the server's own rules have accepted it; only the services' numbers and the
patients' are ours, for they are in the truth.
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from gnuhealth.books import open_the_books
from gnuhealth.codes import PRODUCTS
from gnuhealth.plan import (
    CLINIC_NPI,
    DOCTORS,
    INSURERS,
    INVOICED_AFTER,
    Doctor,
    Insurer,
    Patient,
    Plan,
    Policy,
    Service,
    make_plan,
)
from gnuhealth.rights import let_in
from proteus import Model, Wizard
from proteus import config as proteus_config
from trytond.exceptions import UserWarning

# Record of Tryton: its attributes are the fields of a model of the server.
Record = Any


class Clinic:
    """The database while it is filled; remembers what was entered under the plan's names."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.company, accounts = open_the_books(plan.as_of)
        self.category = self._new("product.category", name="Health services", accounting=True)
        self.category.account_revenue = accounts["revenue"]
        self.category.account_expense = accounts["expense"]
        self.category.save()
        self.unit = _find("product.uom", name="Unit")
        self.state = _find("country.subdivision", code="US-OH")
        self.products: dict[str, Record] = {}
        self.policies: dict[tuple[str, Policy], Record] = {}
        self.patients: dict[str, Record] = {}
        self.plans: dict[str, Record] = {}
        self.doctors: list[Record] = []
        self.ids: dict[str, int] = {}

    def fill(self) -> None:
        self._institution()
        for doctor in DOCTORS:
            self.doctors.append(self._doctor(doctor))
        for product in PRODUCTS:
            self.products[product.code or product.name] = self._product(
                product.name, product.code, price=product.price
            )
        self.plans = {insurer.code: self._insurer(insurer) for insurer in INSURERS}
        for patient in self.plan.patients:
            self.patients[patient.number] = self._patient(patient)
        for service in self.plan.services:
            record = self._service(service)
            self.ids[service.name] = record.id
            if service.invoiced:
                self._invoice(service, record)

    def _new(self, model: str, **values: object) -> Record:
        return Model.get(model)(**values)

    def _institution(self) -> None:
        party = self.company.party
        party.is_institution = True
        party.save()
        self._new(
            "gnuhealth.institution", party=party, code=CLINIC_NPI,
            institution_type="clinic", public_level="private",
        ).save()  # fmt: skip

    def _person(self, number: str, last: str, first: str, **more: object) -> Record:
        """A party that is a person. One at a time: GNU Health enters a batch twice over."""
        return self._new(
            "party.party", name=first, lastname=last, is_person=True, code=number, ref=number,
            fed_country="USA", federation_account=f"USA{number}", **more,
        )  # fmt: skip

    def _doctor(self, doctor: Doctor) -> Record:
        number = f"HP{len(self.doctors) + 1:06d}"
        party = self._person(
            number, doctor.last_name, doctor.first_name,
            is_healthprof=True, create_target=False, gender="u",
        )  # fmt: skip
        if not self.doctors:
            # Whoever enters an evaluation is a health professional; here, administration is.
            party.internal_user = _find("res.user", login="admin")
        party.save()
        record = self._new("gnuhealth.healthprofessional", party=party, code=doctor.npi)
        specialty = record.specialties.new()
        specialty.specialty = _find("gnuhealth.specialty", code=doctor.specialty)
        record.save()
        return record

    def _product(self, name: str, code: str, **more: object) -> Record:
        template = self._new("product.template", name=name, type="service")
        template.default_uom = self.unit
        template.list_price = more.pop("price", None)
        template.account_category = self.category
        (product,) = template.products
        product.suffix_code = code
        for field, value in more.items():
            setattr(product, field, value)
        template.save()
        (product,) = template.products
        return product

    def _insurer(self, insurer: Insurer) -> Record:
        party = self._new(
            "party.party", name=insurer.name, code=insurer.code, ref=insurer.code,
            is_insurance_company=True, insurance_company_type=insurer.kind,
        )  # fmt: skip
        party.save()
        plan = self._new("gnuhealth.insurance.plan", company=party)
        plan.product = self._product(insurer.plan, "", is_insurance_plan=True)
        plan.save()
        return plan

    def _patient(self, patient: Patient) -> Record:
        party = self._person(
            patient.number, patient.last_name, patient.first_name,
            is_patient=True, gender=patient.sex, dob=patient.birth_date,
        )  # fmt: skip
        address = party.addresses.new() if not party.addresses else party.addresses[0]
        address.street, address.city, address.postal_code = patient.street, "Akron", "44301"
        address.country, address.subdivision = self.state.country, self.state
        party.save()  # enters the patient too
        for policy in patient.policies:
            plan = self.plans[policy.insurer.code]
            record = self._new("gnuhealth.insurance", number=policy.member_id, party=party)
            record.company = plan.company
            record.insurance_type = policy.insurer.kind
            record.plan_id = plan
            record.member_since, record.member_exp = policy.since, policy.until
            record.save()
            self.policies[patient.number, policy] = record
        if patient.died_on:
            self._death(party, patient.died_on)
        record = _find("gnuhealth.patient", puid=patient.number)
        record.current_insurance = self.policies[patient.number, patient.policies[0]]
        record.biological_sex = patient.sex
        record.save()
        return record

    def _death(self, party: Record, day: date) -> None:
        certificate = self._new("gnuhealth.death_certificate", party=party, code=party.ref)
        certificate.dod = datetime.combine(day, time(9))
        certificate.type_of_death, certificate.place_of_death = "natural", "home"
        certificate.country = self.state.country
        certificate.cod = _pathology("I46.9")
        certificate.save()
        certificate.click("sign")

    def _service(self, service: Service) -> Record:
        record = self._new(
            "gnuhealth.health_service", desc=service.about, service_date=service.day
        )
        record.patient = self.patients[service.patient.number]
        if service.policy:
            record.insurance_plan = self.policies[service.patient.number, service.policy]
            record.invoice_to = record.insurance_plan.company
        for line in service.lines:
            entered = record.service_line.new()
            entered.product = self.products[line.product]
            entered.qty = line.units
            entered.from_date = line.since or service.day
            entered.to_date = line.until or line.since or service.day
            entered.remarks = line.remarks or None
        record.save()
        _set(record, name=service.name)
        self._evaluation(service, record)
        return record

    def _evaluation(self, service: Service, record: Record) -> None:
        """The encounter of a service: the screen on which its diagnoses stand."""
        evaluation = self._new("gnuhealth.patient.evaluation", patient=record.patient)
        evaluation.evaluation_start = datetime.combine(service.day, time(10, 15))
        evaluation.evaluation_endtime = evaluation.evaluation_start + timedelta(minutes=20)
        evaluation.derived_from = self.doctors[0]  # to the bots: who ordered it
        evaluation.visit_type, evaluation.discharge_reason = "new", "home"
        if service.diagnoses:
            first, *others = service.diagnoses
            evaluation.diagnosis = _pathology(first)
            for code in others:
                evaluation.secondary_conditions.new().pathology = _pathology(code)
        evaluation.service = record
        evaluation.save()
        doctor = self.doctors[service.doctor].id
        _set(evaluation, healthprof=doctor, signed_by=doctor, state="signed")

    def _invoice(self, service: Service, record: Record) -> None:
        """As a biller does: GNU Health's own wizard, then the invoice is dated and posted."""
        Wizard("gnuhealth.service.invoice.create", [record]).execute("create_service_invoice")
        invoice = _find("account.invoice", reference=service.name)
        invoice.invoice_date = service.day + INVOICED_AFTER
        invoice.save()
        try:
            invoice.click("post")
        except UserWarning as warning:  # it was due long ago: "Yes"
            user = proteus_config.get_config().user
            self._new("res.user.warning", user=user, name=warning.name).save()
            invoice.click("post")

    def write_truth(self, file: Path) -> None:
        with file.open("w", encoding="utf-8", newline="\n") as lines:
            for planted in self.plan.planted:
                name = planted.service.name
                entry = {
                    "service": name,
                    "id": self.ids[name],
                    "defect": planted.defect,
                    "line": planted.line,
                    "detail": planted.detail,
                }
                lines.write(json.dumps(entry) + "\n")


def _set(record: Record, **values: object) -> None:
    """Write what a form shows and lets nobody type: numbers of ours, who saw the patient."""
    proxy = type(record)._proxy
    proxy.write([record.id], values, type(record)._config.context)


def _find(model: str, **values: object) -> Record:
    (found,) = Model.get(model).find([(name, "=", value) for name, value in values.items()])
    return found


def _any(model: str, **values: object) -> bool:
    return bool(Model.get(model).find([(n, "=", v) for n, v in values.items()], limit=1))


def _pathology(code: str) -> Record:
    """The clinic's own entry where the WHO's list has none, as a clinic here has to."""
    if not _any("gnuhealth.pathology", code=code):
        Model.get("gnuhealth.pathology")(code=code, name=f"Diagnosis {code}").save()
    return _find("gnuhealth.pathology", code=code)


def main(database: str, truth: str, seed: str, as_of: str) -> None:
    proteus_config.set_trytond(f"sqlite:///{database}")
    clinic = Clinic(make_plan(int(seed), date.fromisoformat(as_of)))
    clinic.fill()
    let_in(clinic.company)
    clinic.write_truth(Path(truth))


if __name__ == "__main__":
    main(*sys.argv[1:])
