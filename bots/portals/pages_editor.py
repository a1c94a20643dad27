"""An editor for portals of pages: a form a claim, a button that sends it, a page that answers.

The steps are those of the promise of the hands (docs/flow.md): look, type through sure boxes
only, read each box back, press once, and say no more than the portal did.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from bots.claims import Change, Claim, money
from bots.crashpoints import crashpoint
from bots.portals.base import (
    HOLD_REASON_LIMIT,
    ChangedMeanwhile,
    NotSure,
    PortalError,
    SaveAnswer,
    Saved,
)
from bots.portals.boxes import MOST_DIAGNOSES, Box, boxes_for
from bots.portals.claim_screen import to_claim
from bots.portals.dialogs import for_people
from bots.portals.locators import Form
from bots.portals.pages import claim_screen
from bots.portals.pressing import Pressed, press
from bots.portals.screen import Seen
from bots.portals.sending import OtherValue, Sending, as_read, type_into
from bots.portals.sure import Sure, sure, together
from bots.portals.tab import Tab
from bots.portals.whole_form import boxes_of, whole_form

if TYPE_CHECKING:
    from bots.ledger import OpenIntent
    from bots.portals.spelling import Spelling

# Where a portal says what came of a save, and of which claim.
_ANSWER = ("claim_number", "alert", "status_message")


class PagesEditor:
    """Acts on one claim of a portal of pages, for one open intent.

    Of its module: `spelling`; `stored`, what the portal says when it has stored something, whole.
    """

    spelling: ClassVar[Spelling]
    not_shown: ClassVar[tuple[str, ...]] = ()
    stored: ClassVar[re.Pattern[str]]

    def __init__(self, tab: Tab, intent: OpenIntent) -> None:
        self._tab, self._number = tab, intent.claim_number
        self._claim: Claim | None = None
        self._notes: tuple[str, ...] | None = None
        self._form: Seen | None = None

    async def look_again(self, read: Claim, changes: Sequence[Change]) -> Claim:
        """Open the form: every save of a claim gives it a new version, which the form carries.

        A save then goes out from this very form, and the portal refuses it if the version
        moves on in between.
        """
        if not changes or "version" not in self._tab.selectors.screens["edit"].elements:
            return await self.look(changes)
        seen = await self._edit_form()
        if "not_editable" in seen or _has_moved(seen, read):
            return await self.look(changes)
        self._claim, self._form = read, seen
        return read

    async def look(self, changes: Sequence[Change]) -> Claim:
        """Open the claim afresh and read it whole."""
        self._form = None
        seen = await claim_screen(self._tab, self._number)
        self._claim = to_claim(seen, self.spelling, not_shown=self.not_shown)
        self._notes = notes_of(seen)
        return self._claim

    async def find_note(self, key: str) -> bool:
        """Whether the claim, as last looked at, carries a note with this key."""
        if self._notes is None:
            await self.look(())
        return any(key in note.split() for note in self._notes or ())

    async def correct(self, changes: Sequence[Change]) -> SaveAnswer:
        """Fill in all changes through sure locators and save once.

        Raises:
            ChangedMeanwhile: somebody else saved since the last look; nothing was saved.
            NotSure: an element or a value is not as expected; nothing was saved.
            PortalFault: the form could not be opened; nothing was saved.
        """
        tab = self._tab
        claim = self._claim or await self.look(changes)
        seen, self._form = self._form or await self._edit_form(), None
        if refused := _refused_by(seen, "alert", "not_editable"):
            return refused
        if _has_moved(seen, claim):
            raise ChangedMeanwhile("edit: the claim has another version than a moment ago")
        await _put_announcement_away(tab, seen)
        boxes = boxes_for(changes, tab.selectors.screens["edit"], self.spelling)
        name = self._button(seen, claim, changes)
        *typed, button = await together(
            *(self._checked(box) for box in boxes),
            sure(tab, "edit", name, claim=self._number),
        )
        recorded = recorded_form(tab, "edit", name)
        held = whole_form(recorded, claim, self.spelling.written, MOST_DIAGNOSES)
        try:
            before = await as_read(tab, "edit", recorded, (name, button), held)
        except OtherValue as error:
            if "version" in seen.screen.elements:
                raise  # by its version, a save of somebody else's would have been told
            await self._stands(recorded, claim)
            tab.spoiled = False
            raise ChangedMeanwhile(str(error)) from None
        await type_into(tab, "edit", list(zip(boxes, typed, strict=True)), button, before)
        crashpoint("editor.before_save")
        return await self._pressed(button, "save the claim")

    async def _stands(self, recorded: Form, claim: Claim) -> None:
        """See that the form as a whole stands as recorded, so that a value on it can be believed.

        Raises:
            ScreenDrifted: a box is not as recorded.
        """
        for element, number in boxes_of(recorded, claim, MOST_DIAGNOSES):
            await sure(self._tab, "edit", element, claim=self._number, **number)

    async def _edit_form(self) -> Seen:
        await self._tab.go(self._tab.path("edit", claim=self._number), "the edit form")
        named = self._tab.selectors.screens["edit"].elements
        head = [name for name in ("claim_number", "version") if name in named]
        return await self._tab.look("edit", required=head, claim=self._number)

    async def write_note(self, key: str, text: str) -> SaveAnswer:
        """Put one keyed note on the claim, once.

        Raises:
            NotSure: the form for notes is not as expected; nothing was written.
        """
        tab = self._tab
        seen = await claim_screen(tab, self._number)
        if refused := _refused_by(seen, "alert"):
            return refused
        await _put_announcement_away(tab, seen)
        boxes: tuple[Box, ...]
        if "note_key" in tab.selectors.screens["claim"].elements:
            boxes = (Box("note_key", "", key), Box("note_text", "", text))
        else:  # a note of this portal has no key of its own
            boxes = (Box("note_text", "", f"{key} {text}"),)
        named = (*(box.element for box in boxes), "add_note")
        *typed, button = await together(
            *(sure(tab, "claim", element, claim=self._number) for element in named)
        )
        before = await self._empty("add_note", button, typed)
        await type_into(tab, "claim", list(zip(boxes, typed, strict=True)), button, before)
        crashpoint("editor.before_save")
        return await self._pressed(button, "add the note")

    async def put_on_hold(self, reason: str) -> SaveAnswer:
        """Put the claim on hold, with the reason, once.

        Raises:
            ChangedMeanwhile: somebody else saved since the last look; nothing was saved.
            NotSure: the form for a hold is not as expected; nothing was saved.
        """
        tab = self._tab
        seen = await claim_screen(tab, self._number)
        if self._claim is not None and _has_moved(seen, self._claim):
            raise ChangedMeanwhile("claim: it has another version than a moment ago")
        if refused := _refused_by(seen, "alert"):
            return refused
        await _put_announcement_away(tab, seen)
        box = Box("hold_reason", "", reason[:HOLD_REASON_LIMIT])
        typed, button = await together(
            sure(tab, "claim", box.element, claim=self._number),
            sure(tab, "claim", "put_on_hold", claim=self._number),
        )
        before = await self._empty("put_on_hold", button, (typed,))
        await type_into(tab, "claim", ((box, typed),), button, before)
        crashpoint("editor.before_save")
        return await self._pressed(button, "put the claim on hold")

    async def _checked(self, box: Box) -> Sure:
        """The box, holding what the claim was checked with."""
        values = box.values | {"claim": self._number}
        found = await sure(self._tab, "edit", box.element, **values)
        if found.value != box.before:
            words = "it no longer holds what the claim was read with"
            raise ChangedMeanwhile(f"edit: {box.element}: {words}")
        return found

    async def _empty(self, name: str, button: Sure, boxes: Sequence[Sure]) -> Sending:
        """What a form of the claim screen would send: its boxes are empty as yet."""
        recorded = recorded_form(self._tab, "claim", name)
        held = {box.sends: "" for box in boxes}
        return await as_read(self._tab, "claim", recorded, (name, button), held)

    def _button(self, seen: Seen, claim: Claim, changes: Sequence[Change]) -> str:
        """Save, or for a new total the portal's own sum: a total is never typed."""
        total = next((change for change in changes if change.field == "total_charge"), None)
        if total is None:
            return "save"
        charges = {line.number: line.charge for line in claim.lines}
        for change in changes:
            if change.field == "charge" and change.line in charges:
                charges[change.line] = Decimal(change.to)
        if money(sum(charges.values(), Decimal(0))) != total.to:
            raise NotSure("edit: total_charge: the portal would set another total")
        stands = self.spelling.read_amount(seen["total_charge"], "edit: total_charge")
        if stands is None or money(stands) != total.from_:
            raise ChangedMeanwhile(
                "edit: total_charge: it no longer holds what the claim was read with"
            )
        return "recalculate"

    async def _pressed(self, button: Sure, what: str) -> SaveAnswer:
        tab = self._tab
        heard = len(tab.doorman.dismissed.get(tab.page, ()))
        pressed = await press(
            tab, button, what, after_click=lambda: crashpoint("editor.after_click")
        )
        if not pressed.sent:
            # Not heard of is not never: the page is closed, and the record looked at.
            tab.spoiled = True
            asked = tab.doorman.dismissed.get(tab.page, [])[heard:]
            if asked and not pressed.trouble:
                return SaveAnswer(Saved.REFUSED, f"the portal asked: {asked[-1]}")
            return SaveAnswer(Saved.UNKNOWN, pressed.trouble or "the form was not sent")
        return await self._answer(pressed)

    async def _answer(self, pressed: Pressed) -> SaveAnswer:
        """What the portal says came of it; what it does not clearly say is unknown."""
        if pressed.trouble:
            return SaveAnswer(Saved.UNKNOWN, pressed.trouble)
        tab = self._tab
        try:
            tab.check(pressed.status, "the answer")
            seen = await tab.look(
                "edit", required=("claim_number",), claim=self._number, only=_ANSWER
            )
        except PortalError as error:
            return SaveAnswer(Saved.UNKNOWN, error.code)
        if refused := _refused_by(seen, "alert"):
            return refused
        words = seen.loose("status_message")
        if self.stored.fullmatch(words):
            return SaveAnswer(Saved.STORED, words)
        if words:  # they may say no, or that it is under way
            return SaveAnswer(Saved.UNCLEAR, for_people(words))
        return SaveAnswer(Saved.UNKNOWN, "the portal said nothing")


def notes_of(seen: Seen) -> tuple[str, ...]:
    """What a claim's screen shows of each note: its key, or its text where it has none."""
    return tuple(
        " ".join(str(cell or "") for cell in row.cells.values()) for row in seen.rows("notes")
    )


def _refused_by(seen: Seen, *elements: str) -> SaveAnswer | None:
    """The portal's no, where the screen shows one of these."""
    for element in elements:
        if element in seen:
            return SaveAnswer(Saved.REFUSED, for_people(seen.loose(element)))
    return None


def _has_moved(seen: Seen, claim: Claim) -> bool:
    """Whether a form, where it carries a version, carries another than the claim that was read."""
    return "version" in seen.screen.elements and seen["version"] != claim.version


def recorded_form(tab: Tab, screen: str, button: str) -> Form:
    """What the selector file recorded of the form that a button sends.

    Raises:
        NotSure: nothing; a form that nobody recorded is not written through.
    """
    form = tab.selectors.screens[screen].form_of(button)
    if form is None:
        raise NotSure(f"{screen}: {button}: its form is not recorded; see `portal record`")
    return form


async def _put_announcement_away(tab: Tab, seen: Seen) -> None:
    if "announcement" in seen:
        button = await sure(tab, seen.name, "announcement")
        await tab.call(button.locator.click(), "close the announcement")
