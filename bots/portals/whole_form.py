"""What every box of a claim's edit form must hold, given how the claim was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from bots.claims import Claim, ServiceLine, plain, value_of
from bots.portals.locators import Form

_LINE = "line_"
_NEVER_WRITTEN = ("ndc_quantity", "ndc_unit", "description")  # and yet sent with each save


def whole_form(
    form: Form, claim: Claim, spelled: Callable[[str, str], str], diagnoses: int
) -> dict[str, str]:
    """The value of each recorded box, by the name under which it is sent.

    Args:
        spelled: a field and its value, in the portal's spelling of it.
        diagnoses: how many boxes for diagnoses the form has.
    """
    codes = value_of(claim, "diagnoses").split() if "diagnosis" in form.boxes else []
    lines = {line.number: line for line in claim.lines}
    held = {}
    for element, number in boxes_of(form, claim, diagnoses):
        sends = form.boxes[element].sends.format(**number)
        if "line" in number:
            field = element.removeprefix(_LINE)
            held[sends] = spelled(field, _of_line(lines[number["line"]], field, claim))
        elif "n" in number:
            held[sends] = codes[number["n"] - 1] if number["n"] <= len(codes) else ""
        else:
            held[sends] = spelled(element, value_of(claim, element))
    return held


def boxes_of(form: Form, claim: Claim, diagnoses: int) -> Iterator[tuple[str, dict[str, int]]]:
    """Each box that the form has for this claim: its element, and its `line` or its `n`."""
    for element in form.boxes:
        if element.startswith(_LINE):
            yield from ((element, {"line": line.number}) for line in claim.lines)
        elif element == "diagnosis":
            yield from ((element, {"n": n}) for n in range(1, diagnoses + 1))
        else:
            yield element, {}


def _of_line(line: ServiceLine, field: str, claim: Claim) -> str:
    if field not in _NEVER_WRITTEN:
        return value_of(claim, field, line.number)
    value = getattr(line, field)
    return plain(value) if isinstance(value, Decimal) else str(value or "")
