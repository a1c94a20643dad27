"""The practice clinic's company and its books: what Tryton wants before anyone can be billed."""

from __future__ import annotations

from datetime import date
from typing import Any

from gnuhealth.plan import CLINIC
from proteus import Model
from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, get_accounts
from trytond.modules.account_invoice.tests.tools import (
    create_payment_term,
    set_fiscalyear_invoice_sequences,
)
from trytond.modules.company.tests.tools import create_company, get_company


def open_the_books(as_of: date) -> tuple[Any, dict[str, Any]]:
    """A company in the United States with accounts, fiscal years and a payment term."""
    country = Model.get("country.country")(name="United States", code="US", code3="USA")
    country.code_numeric = "840"
    country.save()
    state = Model.get("country.subdivision")(name="Ohio", code="US-OH", type="state")
    state.country = country
    state.save()

    clinic = Model.get("party.party")(name=CLINIC, code="CLINIC", ref="CLINIC")
    clinic.is_institution = True
    address = clinic.addresses[0] if clinic.addresses else clinic.addresses.new()
    address.street, address.city, address.postal_code = "1 Harbor Road", "Akron", "44301"
    address.country, address.subdivision = country, state
    clinic.save()
    create_company(party=clinic)
    company = get_company()

    create_chart(company)
    # Some years on, so that people can still post what they enter today.
    for year in range(as_of.year - 3, as_of.year + 5):
        days = date(year, 1, 1), date(year, 12, 31)
        fiscal_year = create_fiscalyear(company, days)
        set_fiscalyear_invoice_sequences(fiscal_year)
        fiscal_year.save()
        fiscal_year.click("create_period")

    term = create_payment_term()
    term.save()
    configuration = Model.get("account.configuration")(1)
    configuration.default_customer_payment_term = term
    configuration.save()
    return company, get_accounts(company)
