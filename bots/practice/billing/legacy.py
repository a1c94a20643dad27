"""The old-fashioned corner: a frameset in a pop-up, and a table without a single id."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.clickjacking import xframe_options_sameorigin

from bots.practice.billing.claim import find
from bots.practice.billing.paint import show

# What an eligibility answer says for each of the portal's states. Synthetic words.
REMARKS = {
    "Ready for review": ("1", "Active coverage", "No remittance: claim not yet sent"),
    "Draft": ("1", "Active coverage", "No remittance: claim not yet sent"),
    "Submitted": ("1", "Active coverage", "Accepted into the payer's system"),
    "In process": ("1", "Active coverage", "Pending adjudication"),
    "Paid": ("1", "Active coverage", "Paid as billed"),
    "Denied": ("6", "Inactive on the date of service", "Denied: see the payer's letter"),
    "Appealed": ("1", "Active coverage", "Appeal received"),
    "Under audit": ("1", "Active coverage", "Records requested"),
}


@xframe_options_sameorigin
def remittance(request: HttpRequest, number: str) -> HttpResponse:
    """The frameset."""
    return show(request, "legacy_frames.html", claim=find(number))


@xframe_options_sameorigin
def remittance_head(request: HttpRequest, number: str) -> HttpResponse:
    """The upper frame: whose claim this is."""
    return show(request, "legacy_head.html", claim=find(number))


@xframe_options_sameorigin
def remittance_body(request: HttpRequest, number: str) -> HttpResponse:
    """The lower frame: eligibility and remittance remarks."""
    claim = find(number)
    code, eligibility, remark = REMARKS[claim.status]
    answer = {"code": code, "eligibility": eligibility, "remark": remark}
    return show(request, "legacy_body.html", claim=claim, answer=answer)
