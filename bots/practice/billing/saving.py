"""Stores a claim's changes: one save, one new version, one event for each changed field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from bots.practice.billing.claim import NOT_YET_SENT, ROLES, lines_of
from bots.practice.billing.models import Claim, ClaimEvent, ServiceLine
from bots.practice.billing.search import amount_of, day_of

CLAIM_BOXES = (
    "place_of_service",
    "member_id",
    "frequency_code",
    *(f"{role}_npi" for role in ROLES),
)
LINE_BOXES = (
    "procedure", "modifiers", "service_date", "place_of_service", "pointers", "units",
    "charge", "ndc", "ndc_quantity", "ndc_unit", "description",
)  # fmt: skip
DIAGNOSIS_BOXES = 12
Value = str | Decimal | date | None

# What a changed box must look like, and the words when it does not.
SHAPES = {
    "diagnosis": (r"[A-Z]\d[0-9AB](\.?[0-9A-Z]{1,4})?", "is not the form of a diagnosis code"),
    "place_of_service": (r"(\d\d)?", "must be two digits"),
    "member_id": (r"[\x21-\x7e]([\x20-\x7e]{0,28}[\x21-\x7e])?", "must not be empty"),
    "frequency_code": (r"[1-9]", "must be one digit"),
    "npi": (r"(\d{10})?", "must be ten digits"),
    "procedure": (r"[0-9A-Z]{5}", "must be five letters or digits"),
    "modifiers": (r"([0-9A-Z]{2}( [0-9A-Z]{2}){0,3})?", "must be up to four of two characters"),
    "pointers": (r"([1-9]|1[0-2])( ([1-9]|1[0-2])){0,3}", "must be up to four of 1 to 12"),
    "ndc": (r"(\d{11}|[0-9*-]{12,13})?", "must be eleven digits"),
    "ndc_unit": (r"(F2|GR|ME|ML|UN)?", "must be F2, GR, ME, ML or UN"),
    "description": (r"[\x20-\x7e]{0,80}", "has characters that cannot be sent"),
}


@dataclass
class Save:
    """What one press of Save asks for. `changes` maps (field, line or None) to the value."""

    claim: Claim
    who: str
    version: int
    recalculate: bool = False
    changes: dict[tuple[str, int | None], Value] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    stored_anyway: bool = False  # a fault took the changes out and pretends to have stored them

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to store."""
        return not self.stored_anyway and not self.changes and not self.recalculate


def boxes_of(claim: Claim, lines: list[ServiceLine]) -> dict[str, str]:
    """Each box of the edit form and what stands in it now."""
    boxes = {name: str(getattr(claim, name)) for name in CLAIM_BOXES}
    codes = claim.diagnoses.split()
    for at in range(1, DIAGNOSIS_BOXES + 1):
        boxes[f"diagnosis-{at}"] = codes[at - 1] if at <= len(codes) else ""
    for line in lines:
        for name in LINE_BOXES:
            boxes[f"line-{line.number}-{name}"] = _typed(getattr(line, name), name)
    return boxes


def _typed(value: Value, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.strftime("%m/%d/%Y")
    if isinstance(value, Decimal):
        text = f"{value:f}"
        if name == "charge":
            return f"{value:.2f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return value


def read_form(claim: Claim, lines: list[ServiceLine], posted: Mapping[str, str], who: str) -> Save:
    """What a posted form changes; a box that is not posted, or is as it was, changes nothing."""
    version = posted.get("version", "")
    save = Save(claim, who, int(version) if version.isdigit() else 0)
    save.recalculate = posted.get("action") == "recalculate"
    now = boxes_of(claim, lines)
    changed = {
        name: posted[name].strip()
        for name, before in now.items()
        if name in posted and posted[name].strip() != before
    }
    if any(name.startswith("diagnosis-") for name in changed):
        _read_diagnoses(save, now | changed, changed)
    for name, text in changed.items():
        if name.startswith("line-"):
            _, number, box = name.split("-", 2)
            label = f"Line {number}, {_label(box).lower()}"
            save.changes[box, int(number)] = _read_box(save, box, text, label)
        elif not name.startswith("diagnosis-"):
            shape = "npi" if name.endswith("_npi") else name
            save.changes[name, None] = _read_box(save, shape, text, _label(name))
    return save


def _label(name: str) -> str:
    """A box's label, as the screen has it."""
    words = name.replace("_", " ").capitalize()
    return words.replace(" id", " ID").replace(" npi", " NPI").replace("Ndc", "NDC")


def _read_diagnoses(save: Save, boxes: Mapping[str, str], changed: Mapping[str, str]) -> None:
    codes = [boxes[f"diagnosis-{at}"] for at in range(1, DIAGNOSIS_BOXES + 1)]
    for name, code in changed.items():
        if name.startswith("diagnosis-") and code:
            _read_box(save, "diagnosis", code, f"Diagnosis {name.split('-')[1]}")
    filled = [code for code in codes if code]
    if codes[: len(filled)] != filled:
        save.refusals.append("Diagnosis boxes must be filled without a gap.")
    if not filled:
        save.refusals.append("At least one diagnosis is required.")
    save.changes["diagnoses", None] = " ".join(filled)


def _read_box(save: Save, box: str, text: str, label: str) -> Value:
    """The value typed into a box; what is wrong with it goes to the refusals."""
    if box in ("units", "charge", "ndc_quantity"):
        amount = amount_of(text) if text else None
        if box == "ndc_quantity" and not text:
            return None
        low = Decimal(0) if box == "charge" else Decimal("0.001")
        if amount is None or not low <= amount < 10**7:
            save.refusals.append(
                f"{label} must be a number{'' if box == 'charge' else ' above 0'}."
            )
        return amount
    if box == "service_date":
        day = day_of(text)
        if day is None:
            save.refusals.append(f"{label} must be a date, MM/DD/YYYY.")
        return day
    pattern, words = SHAPES[box]
    if not re.fullmatch(pattern, text):
        save.refusals.append(f"{label} {words}.")
    return text


class Refused(Exception):
    """The portal does not store a save; its text is the portal's words."""


def check_open(claim: Claim, version: int) -> None:
    """Refuse a save of a claim that may not be changed, or was changed meanwhile.

    Raises:
        Refused: it was sent, it is on hold, or its version is another.
    """
    if claim.status not in NOT_YET_SENT:
        raise Refused(f"This claim can no longer be changed: its status is {claim.status}.")
    if claim.on_hold:
        raise Refused("This claim is on hold and cannot be changed.")
    if claim.version != version:
        last = ClaimEvent.objects.filter(claim=claim).order_by("-id").first()
        raise Refused(
            f"This claim was changed by {last.who if last else 'somebody else'} meanwhile"
            f" (version {version} is now version {claim.version}). Your changes were not saved."
        )


def store(save: Save) -> Claim:
    """Store a save as one transaction; the claim as it is then.

    Raises:
        Refused: see `check_open`.
    """
    with transaction.atomic():
        claim = Claim.objects.select_related("payer").get(pk=save.claim.pk)
        check_open(claim, save.version)
        _write(claim, save)
        claim.version += 1
        claim.save()
    return claim


def _write(claim: Claim, save: Save) -> None:
    lines = {line.number: line for line in lines_of(claim)}
    touched: dict[int, list[str]] = {}
    for (name, number), value in save.changes.items():
        if number is None:
            before = str(getattr(claim, name))
            setattr(claim, name, value)
            words = f"{name.replace('_', ' ')}: {before or '(empty)'} → {value or '(empty)'}"
            log(claim, save.who, "field changed", words)
        else:
            before = _typed(getattr(lines[number], name), name)
            setattr(lines[number], name, value)
            after = _typed(value, name)
            words = f"{name.replace('_', ' ')}: {before or '(empty)'} → {after or '(empty)'}"
            touched.setdefault(number, []).append(words)
    for number, changes in touched.items():
        lines[number].save()
        log(claim, save.who, "line changed", f"line {number}, " + "; ".join(changes))
    days = [line.service_date for line in lines.values() if line.service_date]
    if touched and days:
        claim.service_from = min(days)
    if save.recalculate:
        before_total = claim.total_charge
        claim.total_charge = sum_of_lines(claim)
        log(claim, save.who, "recalculated", f"total {before_total} → {claim.total_charge}")


def sum_of_lines(claim: Claim) -> Decimal:
    """What the lines of a claim add up to."""
    whole = ServiceLine.objects.filter(claim=claim).aggregate(whole=Sum("charge"))["whole"]
    return Decimal(whole or 0).quantize(Decimal("0.01"))


def log(claim: Claim, who: str, what: str, detail: str = "") -> None:
    """One row of the claim's history."""
    ClaimEvent.objects.create(
        claim=claim, at=timezone.now(), who=who, what=what, detail=detail[:300]
    )


def set_field(claim_pk: int, name: str, number: int | None, value: str, who: str) -> None:
    """A change made by another person, outside any form: what faults use."""
    with transaction.atomic():
        claim = Claim.objects.get(pk=claim_pk)
        shape = "line changed" if number else "field changed"
        if number:
            line = ServiceLine.objects.get(claim=claim, number=number)
            typed: Value = value
            if name == "service_date":
                typed = day_of(value)
            elif name in ("units", "charge", "ndc_quantity"):
                typed = amount_of(value)
            setattr(line, name, typed)
            line.save()
        else:
            setattr(claim, name, amount_of(value) if name == "total_charge" else value)
        log(claim, who, shape, f"{f'line {number}, ' if number else ''}{name} → {value}")
        claim.version = F("version") + 1
        claim.save()
