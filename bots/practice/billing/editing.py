"""The edit form of a claim: boxes with labels, one Save, one Recalculate."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from bots.practice.billing.claim import find, is_editable, lines_of, providers_of
from bots.practice.billing.models import Claim, ServiceLine
from bots.practice.billing.paint import may_edit, show
from bots.practice.billing.saving import (
    CLAIM_BOXES,
    DIAGNOSIS_BOXES,
    LINE_BOXES,
    Refused,
    Save,
    boxes_of,
    check_open,
    read_form,
    store,
)
from bots.practice.faults import stages


def edit_page(request: HttpRequest, number: str) -> HttpResponseBase:
    """Show the form, or store it. A refusal is a 200 with its words in a banner."""
    if not may_edit(request):
        return forbidden(request)
    claim = find(stages.number_shown(request, number))
    lines = lines_of(claim)
    if request.method != "POST":
        return _form(request, claim, lines, boxes_of(claim, lines))
    save = read_form(claim, lines, request.POST.dict(), request.user.get_username())
    try:
        check_open(claim, save.version)
    except Refused as refusal:
        save.refusals.append(str(refusal))
    answer = stages.saving(request, save)
    if answer is not None:
        return answer
    if save.refusals:
        return refused(request, save, lines, 200)
    if save.is_empty:
        return HttpResponseRedirect(f"/claims/{claim.number}/?done=nothing")
    try:
        stored = store(save)
    except Refused as refusal:
        save.refusals.append(str(refusal))
        return refused(request, save, lines, 200)
    answer = stages.stored(request, save)
    if answer is not None:
        return answer
    return HttpResponseRedirect(f"/claims/{claim.number}/?saved={stored.version}")


def refused(
    request: HttpRequest, save: Save, lines: list[ServiceLine], status: int
) -> HttpResponse:
    """The form again, with what was typed and the portal's words."""
    boxes = boxes_of(save.claim, lines)
    boxes |= {name: request.POST[name] for name in boxes if name in request.POST}
    return _form(request, save.claim, lines, boxes, save.refusals, status)


def _form(
    request: HttpRequest,
    claim: Claim,
    lines: list[ServiceLine],
    boxes: dict[str, str],
    refusals: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    return show(
        request,
        "edit.html",
        status=status,
        claim=claim,
        lines=lines,
        boxes=boxes,
        refusals=refusals or [],
        providers=providers_of(claim),
        locked_by=stages.locked_by(request, claim.number),
        editable=is_editable(claim),
        claim_boxes=CLAIM_BOXES,
        line_boxes=LINE_BOXES,
        diagnosis_boxes=range(1, DIAGNOSIS_BOXES + 1),
        tab="edit",
    )


def forbidden(request: HttpRequest) -> HttpResponse:
    """What somebody without the right gets."""
    words = "Your role does not allow this. Ask a supervisor."
    return show(request, "message.html", status=403, title="Not allowed", words=words)
