"""The practice portal: goes to its screens, and gets them read.

Where things are stands in selectors/practice.yaml, what they mean in practice_screens.py;
here is only the way there.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from bots.claims import Case, Change, Claim, ClaimRef, Documentation, money
from bots.crashpoints import crashpoint
from bots.portals.base import (
    HOLD_REASON_LIMIT,
    ChangedMeanwhile,
    NotSure,
    PortalError,
    PortalFault,
    Query,
    SaveAnswer,
    Saved,
    Unreadable,
    WrongRecord,
)
from bots.portals.dialogs import for_people
from bots.portals.looking import looking
from bots.portals.practice_screens import (
    CLAIM,
    CLAIM_BOXES,
    LINE_BOXES,
    Box,
    boxes_for,
    note_keys,
    read_list,
    to_claim,
    to_documentation,
    to_lines_edited,
)
from bots.portals.pressing import Pressed, press
from bots.portals.screen import Seen
from bots.portals.sure import Sure, sure
from bots.portals.tab import Tab
from bots.portals.worklist import ListPage, walk

if TYPE_CHECKING:
    from bots.ledger import OpenIntent
    from bots.portals.session import Session

_ROWS = 100
_HEAD = ("claim_number", "version")
_STORED = frozenset({"Note added.", "Claim put on hold."})


class PracticeReader:
    """Reads the practice portal through pages of its own."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._tab: Tab | None = None

    async def log_in(self) -> None:
        """Get in, or find that the session still holds."""
        await self._session.log_in()

    async def worklist(self, query: Query) -> AsyncIterator[ClaimRef]:
        """The claims of a queue, each once, as its page is read.

        A number that was asked for and is not in the list is still told: opening it says why.

        Raises:
            PortalFault: a page could not be read, or the list never added up.
        """
        told = 0
        async for ref in self._named(query) if query.numbers else self._listed(query):
            if query.limit is not None and told >= query.limit:
                return
            told += 1
            yield ref

    async def open(self, ref: ClaimRef, as_of: date) -> Case:
        """Read one claim whole, with its documentation and the patient's day.

        Raises:
            NotFound, WrongRecord, Unreadable: the claim goes to a person.
            PortalFault: may be tried again.
        """
        tab = await self._own_tab()
        seen = await _claim_screen(tab, ref.number)
        claim = to_claim(seen)
        documentation = None
        if seen["encounter"]:
            documentation = await self._documentation(tab, ref.number, seen)
        events = await self._tab_of(tab, "history", ref.number, seen)
        claim = to_claim(seen, lines_edited=to_lines_edited(events))
        history = await self._patients_day(tab, claim)
        return Case(claim=claim, as_of=as_of, history=history, documentation=documentation)

    async def canary(self) -> tuple[str, ...]:
        """Look at every named screen once; what is missing or ambiguous, in words."""
        problems: list[str] = []
        tab = await self._own_tab()
        page = await self._page(tab, {"queue": "pending"}, 1, False)
        if not page.rows:
            page = await self._page(tab, {"queue": "historical"}, 1, False)
        if not page.rows:
            return ()
        number = page.rows[0].number
        await tab.go(tab.path("claim", claim=number), "a claim")
        claim = await tab.look("claim")
        problems += _amiss(claim, (*CLAIM, "encounter"))
        for name in ("documentation", "history"):
            await tab.go(tab.path(name, claim=number), f"the {name}")
            seen = await tab.look(name)
            tables = () if name == "documentation" and "encounter" not in seen else _tables(seen)
            problems += _amiss(seen, (*_HEAD, *tables))
        if "edit_claim" in claim:
            await tab.go(tab.path("edit", claim=number), "the edit form")
            seen = await tab.look("edit")
            problems += _amiss(seen, _HEAD)
            if "alert" not in seen and "not_editable" not in seen:
                problems += await _edit_form_amiss(tab, number)
        return tuple(problems)

    async def remittance(self, ref: ClaimRef) -> tuple[tuple[str, str], ...]:
        """What the old corner says about eligibility and remittance, by its headings.

        It opens in a window of its own, in frames, as a table without a name.
        """
        tab = await self._own_tab()
        await _claim_screen(tab, ref.number)
        link = await sure(tab, "claim", "remittance")
        limit = tab.deadline * 1000
        with tab.doorman.expecting_a_window(tab.page):
            async with tab.page.expect_popup(timeout=limit) as opening:
                await tab.call(link.locator.click(), "open the remittance")
            window = await tab.call(opening.value, "open the remittance")
        try:
            css = tab.selectors.screens["remittance"].elements["cells"][0].css
            cells = window.frame_locator(css).locator("td")
            await tab.call(cells.last.wait_for(), "read the remittance")
            texts = await tab.call(cells.all_inner_texts(), "read the remittance")
        finally:
            await tab.call(window.close(), "close the remittance")
        half = len(texts) // 2
        heads, values = [text.strip() for text in texts[:half]], texts[half:]
        found = dict(zip(heads, (text.strip() for text in values), strict=True))
        if found.get("CLAIM") != ref.number:
            raise WrongRecord("remittance: the window shows another claim")
        return tuple((head.lower(), found[head]) for head in ("ELIG", "MESSAGE", "REMARK"))

    async def _own_tab(self) -> Tab:
        if self._tab is None or not self._session.is_current(self._tab):
            old, self._tab = self._tab, None
            if old is not None:
                await self._session.give_back(old)
            self._tab = await self._session.take()
        return self._tab

    async def _tab_of(self, tab: Tab, name: str, number: str, claim: Seen) -> Seen:
        """Another tab of the same claim, in the same version."""
        await tab.go(tab.path(name, claim=number), f"the {name}")
        required = (*_HEAD, *_tables_of(tab, name))
        if name == "documentation":
            required = (*_HEAD, "encounter")
        seen = await tab.look(name, required=required, claim=number)
        if seen["version"] != claim["version"]:
            raise PortalFault(f"{name}: the claim was changed while it was read")
        return seen

    async def _documentation(self, tab: Tab, number: str, claim: Seen) -> Documentation:
        seen = await self._tab_of(tab, "documentation", number, claim)
        if seen["encounter"] != claim["encounter"]:
            raise WrongRecord("documentation: it belongs to another encounter than the claim")
        return to_documentation(seen)

    async def _patients_day(self, tab: Tab, claim: Claim) -> tuple[Claim, ...] | None:
        """The patient's other claims of the same days, by the portal's own search."""
        days = [line.service_date for line in claim.lines]
        days += [line.service_date_end for line in claim.lines]
        days += [claim.statement_from, claim.statement_through]
        known = [day for day in days if day]
        if not known or not claim.patient.record_number:
            return None
        search = {
            "queue": "all",
            "patient": claim.patient.record_number,
            "dos_from": _typed(min(known)),
            "dos_to": _typed(max(known)),
        }
        others = []
        async for row in walk(lambda number, turned: self._page(tab, search, number, turned)):
            others.append(row.number)
        if claim.number not in others:
            await self._belongs(tab, claim)
        claims = []
        for number in others:
            if number != claim.number:
                claims.append(to_claim(await _claim_screen(tab, number)))
        return tuple(claims)

    async def _belongs(self, tab: Tab, claim: Claim) -> None:
        """Make sure that the patient who was painted is the claim's own."""
        search = {"queue": "all", "patient": claim.patient.record_number, "claim": claim.number}
        page = await self._page(tab, search, 1, False)
        if all(row.number != claim.number for row in page.rows):
            raise WrongRecord("claim: the patient shown is not the one whose claim it is")

    async def _listed(self, query: Query) -> AsyncIterator[ClaimRef]:
        search = {
            "queue": query.queue,
            "dos_from": _typed(query.since),
            "dos_to": _typed(query.until),
            "facility": query.facility,
            "code": query.code,
            "min_amount": money(query.min_charge) if query.min_charge is not None else "",
        }
        async for row in walk(lambda number, turned: self._steady(search, number, turned)):
            yield self._ref(row.number, query.queue, row.status)

    async def _named(self, query: Query) -> AsyncIterator[ClaimRef]:
        """Claims that are named need no search: opening one tells whether it is there."""
        for number in dict.fromkeys(query.numbers):
            yield self._ref(number, query.queue, "")

    def _ref(self, number: str, queue: str, status: str) -> ClaimRef:
        return ClaimRef(self._session.name, number, queue, status, datetime.now(UTC))

    async def _steady(self, search: dict[str, str], number: int, turned: bool) -> ListPage:
        """A page of a list on a page of its own; a fault is tried again twice."""

        async def once() -> ListPage:
            async with self._session.tab() as tab:
                return await self._page(tab, search, number, turned)

        return await looking(self._session)(once)

    async def _page(self, tab: Tab, search: dict[str, str], number: int, turned: bool) -> ListPage:
        asked = {key: value for key, value in search.items() if value}
        asked |= {"page_size": str(_ROWS), "sort": "-number" if turned else "number"}
        if number > 1:
            asked["page"] = str(number)
        await tab.go(f"{tab.path('list')}?{urlencode(asked)}", "the list")
        return read_list(await tab.look("list", required=("total_count", "page_status")))


class PracticeEditor:
    """Acts on one claim of the practice portal, for one open intent."""

    def __init__(self, tab: Tab, intent: OpenIntent) -> None:
        self._tab, self._number = tab, intent.claim_number
        self._claim: Claim | None = None
        self._notes: frozenset[str] | None = None
        self._form: Seen | None = None

    async def look_again(self, read: Claim, changes: Sequence[Change]) -> Claim:
        """Open the form: every save of a claim gives it a new version, which the form carries.

        A save then goes out from this very form, and the portal refuses it if the version
        moves on in between.
        """
        if not changes:
            return await self.look(changes)
        seen = await self._edit_form()
        if "not_editable" in seen or seen["version"] != read.version:
            return await self.look(changes)
        self._claim, self._form = read, seen
        return read

    async def look(self, changes: Sequence[Change]) -> Claim:
        """Open the claim afresh and read it whole."""
        self._form = None
        seen = await _claim_screen(self._tab, self._number)
        self._claim, self._notes = to_claim(seen), note_keys(seen)
        return self._claim

    async def find_note(self, key: str) -> bool:
        """Whether the claim, as last looked at, carries a note with this key."""
        if self._notes is None:
            await self.look(())
        return key in (self._notes or frozenset())

    async def correct(self, changes: Sequence[Change]) -> SaveAnswer:
        """Fill in all changes through sure locators and save once.

        Raises:
            ChangedMeanwhile: somebody else saved since the last look; nothing was saved.
            NotSure: an element or a value is not as expected; nothing was saved.
            PortalFault: the form could not be opened; nothing was saved.
        """
        tab, number = self._tab, self._number
        claim = self._claim or await self.look(changes)
        seen, self._form = self._form or await self._edit_form(), None
        for refusal in ("alert", "not_editable"):
            if refusal in seen:
                return SaveAnswer(Saved.REFUSED, for_people(seen.loose(refusal)))
        if seen["version"] != claim.version:
            raise ChangedMeanwhile("edit: the claim has another version than a moment ago")
        await _put_announcement_away(tab)
        form = await _form_of(tab, number)
        boxes = boxes_for(changes)
        typed = [await self._checked(box, form) for box in boxes]
        button = await self._button(seen, claim, changes)
        await self._type(boxes, typed)
        crashpoint("editor.before_save")
        return await self._pressed(button, "save the claim")

    async def _edit_form(self) -> Seen:
        await self._tab.go(self._tab.path("edit", claim=self._number), "the edit form")
        return await self._tab.look("edit", required=_HEAD, claim=self._number)

    async def write_note(self, key: str, text: str) -> SaveAnswer:
        """Put one keyed note on the claim, once.

        Raises:
            NotSure: the form for notes is not as expected; nothing was written.
        """
        tab = self._tab
        await _claim_screen(tab, self._number)
        await _put_announcement_away(tab)
        boxes = (Box("note_key", "", key), Box("note_text", "", text))
        typed = [await sure(tab, "claim", box.element) for box in boxes]
        button = await sure(tab, "claim", "add_note")
        await self._type(boxes, typed)
        crashpoint("editor.before_save")
        return await self._pressed(button, "add the note")

    async def put_on_hold(self, reason: str) -> SaveAnswer:
        """Put the claim on hold, with the reason, once.

        Raises:
            ChangedMeanwhile: somebody else saved since the last look; nothing was saved.
            NotSure: the form for a hold is not as expected; nothing was saved.
        """
        tab = self._tab
        seen = await _claim_screen(tab, self._number)
        if self._claim is not None and seen["version"] != self._claim.version:
            raise ChangedMeanwhile("claim: it has another version than a moment ago")
        await _put_announcement_away(tab)
        box = Box("hold_reason", "", reason[:HOLD_REASON_LIMIT])
        typed = await sure(tab, "claim", box.element)
        button = await sure(tab, "claim", "put_on_hold")
        if not typed.form == button.form == "Put on hold":
            raise NotSure("claim: put_on_hold: it is not in the form that puts on hold")
        await self._type((box,), (typed,))
        crashpoint("editor.before_save")
        return await self._pressed(button, "put the claim on hold")

    async def _checked(self, box: Box, form: str) -> Sure:
        """The box, holding what the claim was checked with."""
        found = await sure(self._tab, "edit", box.element, **box.values)
        if found.form != form:
            raise NotSure(f"edit: {box.element}: it is not in this claim's form")
        if found.value != box.before:
            words = "it no longer holds what the claim was read with"
            raise ChangedMeanwhile(f"edit: {box.element}: {words}")
        return found

    async def _button(self, seen: Seen, claim: Claim, changes: Sequence[Change]) -> Sure:
        """Save, or for a new total the portal's own sum: a total is never typed."""
        total = next((change for change in changes if change.field == "total_charge"), None)
        if total is None:
            return await sure(self._tab, "edit", "save")
        charges = {line.number: line.charge for line in claim.lines}
        for change in changes:
            if change.field == "charge" and change.line in charges:
                charges[change.line] = Decimal(change.to)
        if money(sum(charges.values(), Decimal(0))) != total.to:
            raise NotSure("edit: total_charge: the portal would set another total")
        if seen["total_charge"].replace(",", "") != total.from_:
            raise ChangedMeanwhile(
                "edit: total_charge: it no longer holds what the claim was read with"
            )
        return await sure(self._tab, "edit", "recalculate")

    async def _type(self, boxes: Sequence[Box], typed: Sequence[Sure]) -> None:
        """Type, and read each box back: masks and completions alter what is typed.

        A form that was drawn anew holds the old values: then it is typed again, twice at most.
        """
        for _ in range(3):
            for box, found in zip(boxes, typed, strict=True):
                if box.before != box.after:
                    await self._tab.call(found.locator.fill(box.after), f"type {box.element}")
            held = [
                await self._tab.call(found.locator.input_value(), f"read {box.element} back")
                for box, found in zip(boxes, typed, strict=True)
            ]
            wrong = [
                (box, value)
                for box, value in zip(boxes, held, strict=True)
                if value.replace("\r\n", "\n") != box.after
            ]
            if not wrong:
                return
            if any(value != box.before for box, value in wrong):
                break
        element = wrong[0][0].element
        raise NotSure(f"edit: {element}: the box does not keep what was typed; nothing was saved")

    async def _pressed(self, button: Sure, what: str) -> SaveAnswer:
        tab = self._tab
        heard = len(tab.doorman.dismissed.get(tab.page, ()))
        pressed = await press(
            tab, button, what, after_click=lambda: crashpoint("editor.after_click")
        )
        if not pressed.sent:
            asked = tab.doorman.dismissed.get(tab.page, [])[heard:]
            words = f"the portal asked: {asked[-1]}" if asked else "the form was not sent"
            return SaveAnswer(Saved.REFUSED, words)
        return await self._answer(pressed)

    async def _answer(self, pressed: Pressed) -> SaveAnswer:
        """What the portal says came of it; what it does not clearly say is unknown."""
        if pressed.trouble:
            return SaveAnswer(Saved.UNKNOWN, pressed.trouble)
        tab = self._tab
        try:
            tab.check(pressed.status, "the answer")
            seen = await tab.look("edit", required=("claim_number",), claim=self._number)
        except PortalError as error:
            return SaveAnswer(Saved.UNKNOWN, error.code)
        if "alert" in seen:
            return SaveAnswer(Saved.REFUSED, for_people(seen.loose("alert")))
        words = seen.loose("status_message")
        if words.startswith("Saved. Version ") or words in _STORED:
            return SaveAnswer(Saved.STORED, words)
        if words:
            return SaveAnswer(Saved.REFUSED, for_people(words))
        return SaveAnswer(Saved.UNKNOWN, "the portal said nothing")


async def _claim_screen(tab: Tab, number: str) -> Seen:
    await tab.go(tab.path("claim", claim=number), "the claim")
    return await tab.look("claim", required=CLAIM, claim=number)


async def _form_of(tab: Tab, number: str) -> str:
    """The name of the form that edits this claim and no other."""
    await sure(tab, "edit", "form", claim=number)
    return tab.selectors.screens["edit"].elements["form"][0].filled(claim=number).name or ""


async def _put_announcement_away(tab: Tab) -> None:
    seen = await tab.look("overlay")
    if "close" in seen:
        button = await sure(tab, "overlay", "close")
        await tab.call(button.locator.click(), "close the announcement")


def _tables_of(tab: Tab, name: str) -> tuple[str, ...]:
    return tuple(tab.selectors.screens[name].tables)


def _tables(seen: Seen) -> tuple[str, ...]:
    return tuple(seen.screen.tables)


def _amiss(seen: Seen, names: Sequence[str]) -> list[str]:
    problems = []
    for name in names:
        try:
            if name in seen.screen.tables:
                list(seen.rows(name))
            else:
                seen[name]
        except PortalError as error:
            # An odd value of one claim is that claim's matter, not the screen's.
            if not isinstance(error, Unreadable) or "match" in str(error):
                problems.append(str(error))
    return problems


async def _edit_form_amiss(tab: Tab, number: str) -> list[str]:
    problems = []
    names: list[tuple[str, dict[str, object]]] = [
        ("form", {"claim": number}),
        ("save", {}),
        ("recalculate", {}),
        ("diagnosis", {"n": 1}),
    ]
    names += [(name, {}) for name in CLAIM_BOXES]
    names += [(f"line_{name}", {"line": 1}) for name in LINE_BOXES]
    for name, values in names:
        try:
            await sure(tab, "edit", name, **values)
        except NotSure as error:
            problems.append(str(error))
    return problems


def _typed(day: date | None) -> str:
    return day.strftime("%m/%d/%Y") if day else ""


READER = PracticeReader
EDITOR = PracticeEditor
