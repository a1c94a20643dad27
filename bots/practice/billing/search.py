"""What a search asks for, read from the address, and the claims that answer it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet

from bots.practice.billing.models import Claim, ServiceLine

SORTS = {
    "number": "number",
    "patient": "patient__last_name",
    "service_from": "service_from",
    "payer": "payer__name",
    "facility": "facility__code",
    "status": "status",
    "total": "total_charge",
    "type": "type",
    "created": "created_on",
}
PAGE_SIZES = (25, 50, 100)


@dataclass(frozen=True)
class Search:
    """A search as typed; every value is text, and an empty one asks for nothing."""

    queue: str = "pending"
    claim: str = ""
    patient: str = ""
    facility: str = ""
    provider: str = ""
    payer: str = ""
    dos_from: str = ""
    dos_to: str = ""
    status: str = ""
    code: str = ""
    min_amount: str = ""
    max_amount: str = ""
    sort: str = "number"
    page: int = 1
    page_size: int = 25

    def address(self, **changes: object) -> str:
        """The query string of this search, with some of it changed."""
        plain = type(self)()
        values = {f.name: changes.get(f.name, getattr(self, f.name)) for f in fields(self)}
        kept = {
            name: value
            for name, value in values.items()
            if name == "queue" or value != getattr(plain, name)
        }
        return urlencode(kept)

    def sorted_by(self, column: str) -> str:
        """The address that sorts by a column, the other way round if it already does."""
        return self.address(sort=f"-{column}" if self.sort == column else column, page=1)


def read(query: Mapping[str, str]) -> tuple[Search, list[str]]:
    """The search that a query string asks for, and what is wrong with it, in words."""
    wrong: list[str] = []
    values: dict[str, object] = {}
    for f in fields(Search):
        text = query.get(f.name, "").strip()
        if text:
            values[f.name] = text
    if values.get("queue") not in (None, "pending", "historical", "all"):
        wrong.append("Queue must be pending, historical or all.")
        values.pop("queue")
    for name, default, lowest, highest in (("page", 1, 1, 10**6), ("page_size", 25, 1, 100)):
        text = str(values.get(name, default))
        values[name] = min(max(int(text), lowest), highest) if text.isdigit() else default
    if str(values.get("sort", "number")).lstrip("-") not in SORTS:
        values["sort"] = "number"
    for name, label in (("dos_from", "Service from"), ("dos_to", "Service to")):
        if name in values and day_of(str(values[name])) is None:
            wrong.append(f"{label} must be a date, MM/DD/YYYY.")
            values.pop(name)
    for name, label in (("min_amount", "Minimum amount"), ("max_amount", "Maximum amount")):
        if name in values and amount_of(str(values[name])) is None:
            wrong.append(f"{label} must be an amount.")
            values.pop(name)
    return Search(**values), wrong  # type: ignore[arg-type]


def day_of(text: str) -> date | None:
    """A date typed as MM/DD/YYYY or YYYY-MM-DD."""
    for form in ("%m/%d/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007
        except ValueError:
            continue
    return None


def amount_of(text: str) -> Decimal | None:
    """An amount of dollars, with or without sign and commas."""
    try:
        amount = Decimal(text.replace(",", "").lstrip("$"))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def claims_for(search: Search) -> QuerySet[Claim]:
    """The claims that answer a search, sorted; the number breaks ties."""
    found = Claim.objects.all()
    if search.queue != "all":
        found = found.filter(queue=search.queue)
    if search.claim:
        found = found.filter(number__startswith=search.claim.upper())
    if search.patient:
        found = found.filter(patient__record_number=search.patient)
    if search.facility:
        found = found.filter(facility__code=search.facility)
    if search.payer:
        found = found.filter(payer__payer_id=search.payer)
    if search.status:
        found = found.filter(status=search.status)
    if search.provider:
        found = found.filter(_by_provider(search.provider))
    if search.code:
        found = found.filter(_by_code(search.code.upper()))
    if day := day_of(search.dos_from):
        found = found.filter(_ends_on_or_after(day))
    if day := day_of(search.dos_to):
        found = found.filter(service_from__lte=day)
    if (amount := amount_of(search.min_amount)) is not None:
        found = found.filter(total_charge__gte=amount)
    if (amount := amount_of(search.max_amount)) is not None:
        found = found.filter(total_charge__lte=amount)
    order = ("-" if search.sort.startswith("-") else "") + SORTS[search.sort.lstrip("-")]
    return found.order_by(order, "number")


def _by_provider(words: str) -> Q:
    roles = ("billing", "rendering", "ordering", "referring", "attending")
    if words.isdigit():
        return _any_of(*(Q(**{f"{role}_npi": words}) for role in roles))
    return _any_of(*(Q(**{f"{role}_name__icontains": words}) for role in roles))


def _any_of(*conditions: Q) -> Q:
    whole = Q()
    for condition in conditions:
        whole |= condition
    return whole


def _by_code(code: str) -> Q:
    lines = ServiceLine.objects.filter(claim=OuterRef("pk"))
    on_a_line = lines.filter(Q(procedure=code) | Q(revenue_code=code))
    return Q(Exists(on_a_line)) | Q(diagnoses__contains=code)


def _ends_on_or_after(day: date) -> Q:
    """A stay counts for each of its days: the search is by overlap."""
    return Q(service_from__gte=day) | Q(statement_through__gte=day)
