"""A search as a file: CSV, or one 837 interchange."""

from __future__ import annotations

import csv
import io

from django.http import HttpRequest, HttpResponse

from bots.practice.billing import x12
from bots.practice.billing.claim import ROLES
from bots.practice.billing.lists import ROW
from bots.practice.billing.models import Claim, ServiceLine
from bots.practice.billing.search import claims_for, read

MOST = 20_000
HEAD = (
    "Claim number", "Last name", "First name", "Record number", "Date of service", "Payer",
    "Facility code", "Facility", "Type", "Status", "On hold", "Total charge",
)  # fmt: skip


def as_csv(request: HttpRequest) -> HttpResponse:
    """The rows of a search, all pages. Text that a spreadsheet would run gets an apostrophe."""
    search, _ = read(request.GET)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for row in claims_for(search).values_list(*ROW)[:MOST]:
        writer.writerow([_safe(value) for value in row])
    return _file(out.getvalue(), "claims.csv", "text/csv")


def _safe(value: object) -> object:
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def as_837(request: HttpRequest) -> HttpResponse:
    """The claims of a search as one interchange, a group a transaction set's kind."""
    search, _ = read(request.GET)
    linked = ("facility", "patient", "payer", *(f"{role}_record" for role in ROLES))
    claims = list(claims_for(search).select_related(*linked)[:MOST])
    lines: dict[int, list[ServiceLine]] = {}
    for line in ServiceLine.objects.filter(claim__in=[claim.pk for claim in claims]):
        lines.setdefault(line.claim_id, []).append(line)
    pairs: list[tuple[Claim, list[ServiceLine]]] = [
        (claim, sorted(lines.get(claim.pk, []), key=lambda line: line.number)) for claim in claims
    ]
    return _file(x12.interchange(pairs), "claims.837", "application/edi-x12")


def _file(text: str, name: str, kind: str) -> HttpResponse:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    return HttpResponse(text, content_type=f"{kind}; charset=utf-8", headers=headers)
