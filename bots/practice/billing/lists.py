"""The dashboard, and the list of claims: worklist and historical search in one screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse

from bots.practice.billing.models import Claim, Facility, Payer
from bots.practice.billing.paint import show
from bots.practice.billing.search import PAGE_SIZES, Search, claims_for, read
from bots.practice.faults import stages

COLUMNS = (
    ("number", "Claim number"),
    ("patient", "Patient"),
    ("service_from", "Date of service"),
    ("payer", "Payer"),
    ("facility", "Facility"),
    ("type", "Type"),
    ("status", "Status"),
    ("total", "Total charge"),
)
ROW = (
    "number", "patient__last_name", "patient__first_name", "patient__record_number",
    "service_from", "payer__name", "facility__code", "facility__name", "type", "status",
    "on_hold", "total_charge",
)  # fmt: skip


@dataclass
class Listing:
    """One page of a search; a fault may alter it before it is shown."""

    search: Search
    found: QuerySet[Claim]
    page: int
    page_size: int
    total: int
    rows: list[dict[str, Any]]
    note: str = ""

    @property
    def pages(self) -> int:
        """How many pages the search has."""
        return max(1, -(-self.total // self.page_size))


def listing_of(search: Search, found: QuerySet[Claim] | None = None) -> Listing:
    """The page of claims that a search asks for; `found` stands in for the search's answer."""
    found = claims_for(search) if found is None else found
    total = found.count()
    start = (search.page - 1) * search.page_size
    rows = list(found.values(*ROW)[start : start + search.page_size])
    return Listing(search, found, search.page, search.page_size, total, rows)


def claim_list(request: HttpRequest) -> HttpResponse:
    """Worklist (`queue=pending`) or historical search (`queue=historical`)."""
    search, wrong = read(request.GET)
    listing = stages.listing(request, listing_of(search))
    return show(
        request,
        "list.html",
        search=search,
        listing=listing,
        wrong=wrong,
        columns=COLUMNS,
        facilities=Facility.objects.order_by("code"),
        payers=Payer.objects.order_by("name"),
        statuses=Claim.STATUSES,
        page_sizes=PAGE_SIZES,
    )


def dashboard(request: HttpRequest) -> HttpResponse:
    """Counts and amounts by status and by facility."""
    worth = {"claims": Count("id"), "amount": Sum("total_charge")}
    by_status = Claim.objects.values("queue", "status").annotate(**worth)
    by_facility = (
        Claim.objects.filter(queue="pending")
        .values("facility__code", "facility__name")
        .annotate(**worth)
        .order_by("facility__code")
    )
    rows = sorted(by_status, key=lambda row: Claim.STATUSES.index(row["status"]))
    return show(
        request,
        "dashboard.html",
        by_status=rows,
        by_facility=list(by_facility),
        pending=sum(row["claims"] for row in rows if row["queue"] == "pending"),
        pending_amount=sum(row["amount"] for row in rows if row["queue"] == "pending"),
        historical=sum(row["claims"] for row in rows if row["queue"] == "historical"),
        held=Claim.objects.filter(on_hold=True).count(),
    )
