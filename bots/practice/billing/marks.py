"""Notes and holds: what may be put on a claim in any state."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST

from bots.practice.billing.claim import find, whole
from bots.practice.billing.editing import forbidden
from bots.practice.billing.models import Claim, ClaimNote
from bots.practice.billing.paint import may_edit, show
from bots.practice.billing.saving import Save, log
from bots.practice.faults import stages

NOTE_LIMIT, KEY_LIMIT, REASON_LIMIT = 1000, 40, 200


@require_POST
def add_note(request: HttpRequest, number: str) -> HttpResponseBase:
    """Put one note on a claim; `key` is what the writer may find it again by."""
    if not may_edit(request):
        return forbidden(request)
    claim, who = find(number), request.user.get_username()
    key, text = request.POST.get("key", "").strip(), request.POST.get("text", "").strip()
    wrong = []
    if not 0 < len(text) <= NOTE_LIMIT:
        wrong.append(f"A note needs a text of up to {NOTE_LIMIT} characters.")
    if len(key) > KEY_LIMIT:
        wrong.append(f"A note's key has up to {KEY_LIMIT} characters.")
    save = Save(claim, who, claim.version, refusals=wrong)
    if (answer := stages.saving(request, save, on="note")) is not None:
        return answer
    if save.refusals:
        return _refused(request, claim, save.refusals)
    with transaction.atomic():
        ClaimNote.objects.create(claim=claim, author=who, key=key, text=text)
        log(claim, who, "note", key)
    if (answer := stages.stored(request, save, on="note")) is not None:
        return answer
    return HttpResponseRedirect(f"/claims/{number}/?done=note#notes")


@require_POST
def hold(request: HttpRequest, number: str) -> HttpResponseBase:
    """Put a claim on hold, with the reason."""
    reason = request.POST.get("reason", "").strip()
    if not 0 < len(reason) <= REASON_LIMIT:
        return _refused(request, find(number), ["A hold needs a reason."])
    return _set_hold(request, number, True, reason)


@require_POST
def release(request: HttpRequest, number: str) -> HttpResponseBase:
    """Take a claim off hold."""
    return _set_hold(request, number, False, "")


def _set_hold(request: HttpRequest, number: str, on: bool, reason: str) -> HttpResponseBase:
    if not may_edit(request):
        return forbidden(request)
    claim, who = find(number), request.user.get_username()
    save = Save(claim, who, claim.version)
    if (answer := stages.saving(request, save, on="hold")) is not None:
        return answer
    with transaction.atomic():
        claim = Claim.objects.get(pk=claim.pk)
        claim.on_hold, claim.hold_reason = on, reason
        claim.version += 1
        claim.save()
        log(claim, who, "hold" if on else "release", reason)
    if (answer := stages.stored(request, save, on="hold")) is not None:
        return answer
    return HttpResponseRedirect(f"/claims/{number}/?done={'hold' if on else 'release'}")


def _refused(request: HttpRequest, claim: Claim, words: list[str]) -> HttpResponseBase:
    return show(request, "claim.html", **whole(claim), saved="", done="", refusals=words)
