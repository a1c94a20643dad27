"""One claim, to read: the claim itself, its documentation, its history."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from bots.practice.billing.models import (
    Administration,
    Claim,
    ClaimEvent,
    ClaimNote,
    NoteHeading,
    Order,
    ProcedureEntry,
    ProviderRecord,
    ServiceLine,
)
from bots.practice.billing.paint import show
from bots.practice.faults import stages

NOT_YET_SENT = ("Draft", "Ready for review")
ROLES = ("billing", "rendering", "ordering", "referring", "attending")


@dataclass(frozen=True)
class ShownProvider:
    """A provider as the claim names one, beside the master record it is linked to."""

    role: str
    name: str
    npi: str
    taxonomy: str
    record: ProviderRecord | None


def find(number: str) -> Claim:
    """The claim with that number, its neighbours loaded; raises Http404."""
    linked = [f"{role}_record" for role in ROLES]
    found = Claim.objects.select_related("facility", "patient", "encounter", "payer", *linked)
    claim = found.filter(number=number).first()
    if claim is None:
        raise Http404
    return claim


def lines_of(claim: Claim) -> list[ServiceLine]:
    """The claim's lines in order."""
    return list(ServiceLine.objects.filter(claim=claim).order_by("number"))


def providers_of(claim: Claim) -> list[ShownProvider]:
    """The roles that the claim fills, and for each its master record."""
    shown = (
        ShownProvider(
            role,
            getattr(claim, f"{role}_name"),
            getattr(claim, f"{role}_npi"),
            getattr(claim, f"{role}_taxonomy", ""),
            getattr(claim, f"{role}_record"),
        )
        for role in ROLES
    )
    return [provider for provider in shown if provider.name or provider.npi or provider.record]


def diagnoses_of(claim: Claim) -> list[tuple[int, str, str, str]]:
    """Position, code, kind and present-on-admission indicator of each diagnosis."""
    pairs = zip_longest(claim.diagnoses.split(), claim.present_on_admission.split(), fillvalue="")
    return [
        (at, code, "Principal" if at == 1 else "Other", poa)
        for at, (code, poa) in enumerate(pairs, start=1)
        if code
    ]


def is_editable(claim: Claim) -> bool:
    """Whether the office may still change the claim: not yet sent, and not on hold."""
    return claim.status in NOT_YET_SENT and not claim.on_hold


def whole(claim: Claim) -> dict[str, Any]:
    """Everything the claim's page shows."""
    return {
        "claim": claim,
        "lines": lines_of(claim),
        "providers": providers_of(claim),
        "diagnoses": diagnoses_of(claim),
        "notes": list(ClaimNote.objects.filter(claim=claim).order_by("id")),
        "editable": is_editable(claim),
        "tab": "claim",
    }


def claim_page(request: HttpRequest, number: str) -> HttpResponse:
    """The claim, read only."""
    claim = find(stages.number_shown(request, number))
    saved = request.GET.get("saved", "")
    done = request.GET.get("done", "")
    return show(request, "claim.html", **whole(claim), saved=saved, done=done, asked=number)


def documentation_page(request: HttpRequest, number: str) -> HttpResponse:
    """The encounter's record: orders, procedure log, medication, headings of notes."""
    claim = find(stages.number_shown(request, number))
    of = {"encounter": claim.encounter}
    return show(
        request,
        "documentation.html",
        claim=claim,
        tab="documentation",
        editable=is_editable(claim),
        orders=Order.objects.filter(**of).order_by("number"),
        procedures=ProcedureEntry.objects.filter(**of).order_by("number"),
        administrations=Administration.objects.filter(**of).order_by("number"),
        headings=NoteHeading.objects.filter(**of).order_by("id"),
    )


def history_page(request: HttpRequest, number: str) -> HttpResponse:
    """What was done to the claim, the oldest first."""
    claim = find(stages.number_shown(request, number))
    return show(
        request,
        "history.html",
        claim=claim,
        tab="history",
        editable=is_editable(claim),
        events=ClaimEvent.objects.filter(claim=claim).order_by("at", "id"),
    )
