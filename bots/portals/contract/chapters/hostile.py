"""Hostile texts in a field: read to the letter, or refused by name; never run, never altered."""

from __future__ import annotations

from bots.portals.base import ElementMissing, PortalError, Unreadable
from bots.portals.contract import surgery
from bots.portals.contract.items import Broken, Level, item
from bots.portals.contract.reading import shown
from bots.portals.contract.trial import Trial, given

SCRIPT = "<script>document.title='contract'</script><img src=x onerror=alert(1)>"
FORMULA = '=HYPERLINK("http://localhost/?"&A1,"open")'
# U+202E turns the reading direction: "12" and "21" would look the same.
RIGHT_TO_LEFT = "12\u202e34"
VERY_LONG = "Long-" * 200_000
HIDDEN = "hidden by the contract"


@item("hostile-script", Level.GOLD, "A script in a field is text, to the letter.", essential=True)
async def script(trial: Trial) -> None:
    """The field shows tags."""
    await _to_the_letter_or_refused(trial, SCRIPT)


@item("hostile-formula", Level.GOLD, "A formula in a field is text, to the letter.")
async def formula(trial: Trial) -> None:
    """The field begins with an equals sign."""
    await _to_the_letter_or_refused(trial, FORMULA)


@item(
    "hostile-right-to-left",
    Level.GOLD,
    "A field that turns the reading direction is refused, and the error names it.",
)
async def right_to_left(trial: Trial) -> None:
    """The field has a letter that shows 34 as 43."""
    try:
        await _read(trial, RIGHT_TO_LEFT)
    except Unreadable as refused:
        if given(trial.specimens.hostile, "hostile").element not in str(refused):
            raise Broken("the error does not name the element") from None
        return
    raise Broken("the field was read as if it were plain")


@item("hostile-very-long", Level.GOLD, "A million letters in a field are read or refused in time.")
async def very_long(trial: Trial) -> None:
    """A megabyte in one field."""
    await _to_the_letter_or_refused(trial, VERY_LONG)


@item("hostile-hidden", Level.GOLD, "What is not shown is never read as a value.", essential=True)
async def hidden(trial: Trial) -> None:
    """A hidden twin of the field stands before it, with another text."""
    wanted = given(trial.specimens.hostile, "hostile")
    place = surgery.element(trial.bench.session.selectors, "claim", wanted.element)
    try:
        read = await _altered(trial, surgery.script("shadow", place, text=HIDDEN))
    except (ElementMissing, Unreadable):
        return  # not read at all
    if read == HIDDEN:
        raise Broken("the hidden text was read")


async def _to_the_letter_or_refused(trial: Trial, text: str) -> None:
    try:
        read = await _read(trial, text)
    except PortalError:
        return
    if read != text:
        raise Broken("the text was altered on the way")


async def _read(trial: Trial, text: str) -> str | None:
    wanted = given(trial.specimens.hostile, "hostile")
    place = surgery.element(trial.bench.session.selectors, "claim", wanted.element)
    return await _altered(trial, surgery.script("text", place, text=text))


async def _altered(trial: Trial, script: str) -> str | None:
    wanted = given(trial.specimens.hostile, "hostile")
    async with trial.wire.altering(script, trial.specimens.requests.claim.of(wanted.claim)):
        case = await trial.bench.open(wanted.claim)
    return shown(case.claim, wanted.field)
