"""The rules that an office may write down about its payers and its own facilities.

One row of `office_rule` names one of these; a name that is not here is refused at import, and so
is a value that the rule cannot use. What each means stands beside it, and the check that asks
it in `bots.checks.payer_rule`, `bots.checks.facility_rule`, `bots.checks.authorization` and
`bots.checks.clia`. docs/codesets.md has the form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Reader = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Known:
    """A rule's meaning in a sentence, and what its value must be."""

    meaning: str
    value: str
    fits: Callable[[str], bool]


def _words(pattern: str) -> Callable[[str], bool]:
    whole = re.compile(rf"{pattern}(?: {pattern})*")
    return lambda text: whole.fullmatch(text) is not None


def _number(text: str) -> bool:
    return re.fullmatch(r"\d{1,6}(\.\d{1,3})?", text) is not None


def _days(text: str) -> bool:
    return re.fullmatch(r"[1-9]\d{0,3}", text) is not None


def _ages(text: str) -> bool:
    found = re.fullmatch(r"(\d{1,3})-(\d{1,3})", text)
    return found is not None and int(found[1]) <= int(found[2])


def _anything(text: str) -> bool:
    return True


_MODIFIERS = ("modifiers", _words(r"[0-9A-Z]{2}"))
_PLACES = ("places of service", _words(r"\d{2}"))
_CODES = ("procedures", _words(r"[0-9A-Z]{5}"))
_ICD = ("diagnoses or the beginnings of such", _words(r"[A-Z][0-9A-Z]{1,2}(\.[0-9A-Z]{0,4})?"))

KNOWN: Mapping[str, Known] = {
    "requires_modifier": Known("one of these modifiers stands on the line", *_MODIFIERS),
    "forbids_modifier": Known("none of these modifiers stands on the line", *_MODIFIERS),
    "requires_authorization": Known("the claim has a prior authorization", "a note", _anything),
    "not_covered": Known("the payer never pays the code", "a note", _anything),
    "max_units": Known("no more units on one day", "a number", _number),
    "requires_place": Known("the service is at one of these places", *_PLACES),
    "requires_diagnosis": Known("the line points to one of these", *_ICD),
    "bundled_into": Known("not beside one of these on the same day", *_CODES),
    "needs_documentation": Known(
        "the record shows it", "order, procedure or note", _words("(?:order|procedure|note)")
    ),
    "age_range": Known("the patient's age in years", "two ages, 12-60", _ages),
    "min_days_between": Known("so many days after the last one", "days", _days),
    "max_charge": Known("the charge of a unit is not above", "dollars", _number),
    "clia_waived": Known("the test is waived: QW", "QW or nothing", _words("(?:QW)?")),
    "clia_excluded": Known("the code needs no CLIA number", "a note", _anything),
    "timed_rule": Known(
        "how minutes become units", "8-minute or midpoint", _words("(?:8-minute|midpoint)")
    ),
}


def fault_of(rule: str, value: str) -> str | None:
    """Why a row cannot be taken, in words; None if it can."""
    known = KNOWN.get(rule)
    if known is None:
        return f"unknown rule {rule!r}; known: {', '.join(sorted(KNOWN))}"
    return None if known.fits(value) else f"{rule} takes {known.value}"
