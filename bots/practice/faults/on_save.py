"""Faults of a save: stored or not, and what the portal says about it."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from bots.practice.billing.claim import find, lines_of, whole
from bots.practice.billing.models import Claim
from bots.practice.billing.paint import show
from bots.practice.billing.saving import Save, set_field
from bots.practice.faults.answers import (
    another_claim,
    cut_the_line,
    failure,
)
from bots.practice.faults.registry import fault
from bots.practice.faults.switchboard import Active
from bots.practice.sessions import to_the_door


@fault("F53", "stored")
def recalculates(active: Active, request: HttpRequest, save: Save, on: str) -> None:
    """The save also re-prices line 1 and the total, by one dollar."""
    if not active.strikes(times=1):
        return
    claim = Claim.objects.get(pk=save.claim.pk)
    line = lines_of(claim)[0]
    claim.total_charge, line.charge = claim.total_charge + 1, line.charge + Decimal(1)
    line.save()
    claim.save()


@fault("F61", "stored")
def slow_answer(active: Active, request: HttpRequest, save: Save, on: str) -> None:
    """Stored at once, answered after seconds=5."""
    if active.strikes(times=1):
        active.wait(5)


@fault("F63", "stored", "how")
def line_cut(active: Active, request: HttpRequest, save: Save, on: str) -> HttpResponse | None:
    """Stored, then the line is cut in the answer; how=resend: before it, and browsers retry."""
    # Chromium sends a request again by itself, POST or not, when a line dies before the first
    # byte of an answer; once an answer has begun it does not.
    if not active.strikes(times=1):
        return None
    return cut_the_line(request, begun=active.get("how") != "resend")


@fault("F64", "stored", "code")
def gateway_after(
    active: Active, request: HttpRequest, save: Save, on: str
) -> HttpResponse | None:
    """Stored, then answered with code=502 or 504."""
    return failure(request, int(active.get("code", "502"))) if active.strikes(times=1) else None


@fault("F65", "saving", "code")
def gateway_before(
    active: Active, request: HttpRequest, save: Save, on: str
) -> HttpResponse | None:
    """Answered with code=502, not stored."""
    return failure(request, int(active.get("code", "502"))) if active.strikes(times=1) else None


@fault("F66", "saving")
def banner(active: Active, request: HttpRequest, save: Save, on: str) -> None:
    """Refused with an error banner (and status 200), not stored."""
    if active.strikes(times=1):
        save.refusals.append(
            "Payer edit R-207: the claim was rejected by the payer rules service."
        )


@fault("F67", "saving")
def slow_store(active: Active, request: HttpRequest, save: Save, on: str) -> None:
    """Stored only after seconds=8, whether or not anybody still waits."""
    if active.strikes(times=1):
        active.wait(8)


@fault("F68", "stored")
def no_redirect(active: Active, request: HttpRequest, save: Save, on: str) -> HttpResponse | None:
    """Answered with the claim itself, so that a reload would post again."""
    if not active.strikes():
        return None
    claim = find(save.claim.number)
    return show(request, "claim.html", **whole(claim), saved=claim.version, done="")


@fault("F69", "saving")
def session_over(
    active: Active, request: HttpRequest, save: Save, on: str
) -> HttpResponseBase | None:
    """The session is over when Save is pressed; not stored."""
    if not active.strikes(times=1):
        return None
    request.session.flush()
    return to_the_door(request, "expired")


@fault("F70", "saving")
def lock_refusal(active: Active, request: HttpRequest, save: Save, on: str) -> None:
    """Refused as changed by somebody else meanwhile; not stored."""
    if active.strikes(times=1):
        save.refusals.append(
            f"This claim was changed by t.okafor meanwhile (version {save.version} is now version"
            f" {save.version + 1}). Your changes were not saved."
        )


@fault("F71", "saving", "field line")
def field_dropped(active: Active, request: HttpRequest, save: Save, on: str) -> None:
    """One field is silently not stored: field= (else the first), line=."""
    name, line = active.get("field"), active.get("line")
    hits = [
        key
        for key in save.changes
        if (not name or key[0] == name) and (not line or key[1] == int(line))
    ]
    if hits and active.strikes(times=1):
        del save.changes[hits[0]]
        save.stored_anyway = True


@fault("F72", "stored", "other field value")
def second_record(active: Active, request: HttpRequest, save: Save, on: str) -> None:
    """The save touches a second claim too: other= field=coder value=."""
    if active.strikes(times=1):
        other = find(another_claim(save.claim.number, active.get("other")))
        set_field(
            other.pk, active.get("field", "coder"), None, active.get("value", "zz"), save.who
        )


@fault("save-ignored", "saving")
def ignored(active: Active, request: HttpRequest, save: Save, on: str) -> HttpResponseBase | None:
    """Says Saved, and stores nothing."""
    if not active.strikes(times=1):
        return None
    said = f"saved={save.claim.version + 1}" if on == "save" else f"done={on}"
    return HttpResponseRedirect(f"/claims/{save.claim.number}/?{said}")
