"""Portal modules with one mistake each, as they are really made. Small on purpose.

The reader's are put over the practice portal's own, the editor's are a naive one that fills boxes
by id, clicks, and believes every answer. `PLANTED` says which item must refuse each, and why.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from playwright.async_api import Error, Page

from bots.claims import Case, Change, Claim, ClaimRef
from bots.hands import Done
from bots.ledger import Outcome
from bots.portals import login
from bots.portals.base import (
    ElementMissing,
    LoginRefused,
    NotAllowed,
    NotFound,
    NotSure,
    PortalError,
    PortalFault,
    Query,
    SaveAnswer,
    Saved,
)
from bots.portals.contract.specimens import Hold, LogIn
from bots.portals.registry import editor_of, reader_of
from bots.portals.screen import Seen
from bots.portals.session import Session
from bots.portals.tab import Tab


class Reads:
    """A reader over the practice portal's."""

    def __init__(self, session: Session) -> None:
        self.session, self.real = session, reader_of("practice")(session)

    async def log_in(self) -> None:
        await self.real.log_in()

    async def canary(self) -> tuple[str, ...]:
        return await self.real.canary()

    async def remittance(self, ref: ClaimRef) -> tuple[tuple[str, str], ...]:
        return await self.real.remittance(ref)  # type: ignore[attr-defined]

    async def worklist(self, query: Query) -> AsyncIterator[ClaimRef]:
        async for ref in self.real.worklist(query):
            yield ref

    async def open(self, ref: ClaimRef, as_of: date) -> Case:
        case = await self.real.open(ref, as_of)
        return replace(case, claim=self.changed(case.claim))

    def changed(self, claim: Claim) -> Claim:
        return claim


class SwapsUnitsAndCharge(Reads):
    def changed(self, claim: Claim) -> Claim:
        lines = [replace(one, units=one.charge, charge=one.units) for one in claim.lines]
        return replace(claim, lines=tuple(lines))


class SwapsDayAndMonth(Reads):
    def changed(self, claim: Claim) -> Claim:
        day = claim.created_on
        assert day is not None
        return replace(claim, created_on=day.replace(month=day.day, day=day.month))


class ReadsPointAsThousands(Reads):
    def changed(self, claim: Claim) -> Claim:
        assert claim.total_charge is not None
        return replace(claim, total_charge=claim.total_charge * 100)


class DropsWhatItDoesNotKnow(Reads):
    def changed(self, claim: Claim) -> Claim:
        return replace(claim, unknown_fields=())


class KeepsDatesAsText(Reads):
    def changed(self, claim: Claim) -> Claim:
        return replace(claim, created_on=str(claim.created_on))  # type: ignore[arg-type]


class ForgetsDocumentation(Reads):
    async def open(self, ref: ClaimRef, as_of: date) -> Case:
        return replace(await super().open(ref, as_of), documentation=None)


class ForgetsThePatientsDay(Reads):
    async def open(self, ref: ClaimRef, as_of: date) -> Case:
        return replace(await super().open(ref, as_of), history=())


class StripsTags(Reads):
    def changed(self, claim: Claim) -> Claim:
        name = claim.patient.last_name.replace("<", "").replace(">", "")
        return replace(claim, patient=replace(claim.patient, last_name=name))


class NeverReadsTwice(Reads):
    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.kept: dict[str, Case] = {}

    async def open(self, ref: ClaimRef, as_of: date) -> Case:
        if ref.number not in self.kept:
            self.kept[ref.number] = await super().open(ref, as_of)
        return self.kept[ref.number]


class ReadsWhatIsShown(Reads):
    """Does not ask whose screen it is."""

    async def open(self, ref: ClaimRef, as_of: date) -> Case:
        async with self.session.tab() as tab:
            await tab.page.goto(f"{tab.address}/claims/{ref.number}/")
            shown = await tab.page.locator("#claim_number").inner_text()
        case = await super().open(replace(ref, number=shown), as_of)
        return replace(case, claim=replace(case.claim, number=ref.number))


class FallsBackOnTheLast(Reads):
    """Where a screen does not come, the last claim will do."""

    last: Case | None = None

    async def open(self, ref: ClaimRef, as_of: date) -> Case:
        try:
            self.last = await super().open(ref, as_of)
        except (ElementMissing, NotFound):
            if self.last is None:
                kept = ClaimRef(ref.portal, "CL0000002", "pending")
                self.last = await super().open(kept, as_of)
        return self.last


class NamesNothing(Reads):
    async def open(self, ref: ClaimRef, as_of: date) -> Case:
        try:
            return await super().open(ref, as_of)
        except ElementMissing:
            raise ElementMissing("something is not there") from None


class TriesForEver(Reads):
    async def open(self, ref: ClaimRef, as_of: date) -> Case:
        for _ in range(2):
            try:
                return await super().open(ref, as_of)
            except PortalFault:
                continue
        return await super().open(ref, as_of)


class CallsItAFault(Reads):
    async def open(self, ref: ClaimRef, as_of: date) -> Case:
        try:
            return await super().open(ref, as_of)
        except NotAllowed:
            raise PortalFault("it did not work") from None


class BlamesTheClaim(Reads):
    async def open(self, ref: ClaimRef, as_of: date) -> Case:
        try:
            return await super().open(ref, as_of)
        except PortalFault:
            raise NotFound("the claim could not be read") from None


class DefusesFormulas(Reads):
    def changed(self, claim: Claim) -> Claim:
        name = claim.patient.last_name
        safe = f"'{name}" if name.startswith("=") else name
        return replace(claim, patient=replace(claim.patient, last_name=safe))


class TellsSomething(Reads):
    async def worklist(self, query: Query) -> AsyncIterator[ClaimRef]:
        told = [ref async for ref in self.real.worklist(query)]
        for ref in told or [ClaimRef("practice", "CL0000001", "pending")]:
            yield ref


class Lists(Reads):
    """Walks a list from page to page and believes what stands there."""

    keeps_seen = checks_total = False
    most_pages = 99
    narrows = True

    async def worklist(self, query: Query) -> AsyncIterator[ClaimRef]:
        seen: set[str] = set()
        for page in range(1, self.most_pages + 1):
            rows = await self.rows(query, page)
            for number in rows:
                if self.keeps_seen and number in seen:
                    continue
                seen.add(number)
                yield ClaimRef("practice", number, query.queue)
            if len(rows) < 90:
                return

    async def rows(self, query: Query, page: int) -> list[str]:
        asked = {"queue": query.queue, "page_size": "100", "sort": "number", "page": str(page)}
        if query.code:
            asked["code"] = query.code
        async with self.session.tab() as tab:
            await tab.page.goto(f"{tab.address}/claims/?{urlencode(asked)}")
            cells = tab.page.locator("#claims tbody td[data-column=number]")
            return await cells.all_inner_texts()


class SeesNoTwins(Lists):
    keeps_seen = True


class ReadsOnePage(Lists):
    most_pages = 1


class ReadsAnyWindow(Reads):
    closes = True

    async def remittance(self, ref: ClaimRef) -> tuple[tuple[str, str], ...]:
        async with self.session.tab() as tab:
            with tab.doorman.expecting_a_window(tab.page):
                await tab.page.goto(f"{tab.address}/claims/{ref.number}/")
                async with tab.page.expect_popup() as opening:
                    await tab.page.get_by_role("link", name="Eligibility and remittance").click()
                window = await opening.value
            cells = window.frame_locator("frame[name=body]").locator("td")
            await cells.last.wait_for()
            texts = await cells.all_inner_texts()
            if self.closes:
                await window.close()
            names = ("claim", "member", "elig", "message", "remark")
            return tuple(zip(names, texts[5:], strict=True))


class LeavesTheWindow(ReadsAnyWindow):
    closes = False


class ShiftsTheColumns(Reads):
    async def remittance(self, ref: ClaimRef) -> tuple[tuple[str, str], ...]:
        told = await super().remittance(ref)
        return tuple((name, told[at - 1][1]) for at, (name, _) in enumerate(told))


class MakesUpTheWindow(Reads):
    async def remittance(self, ref: ClaimRef) -> tuple[tuple[str, str], ...]:
        try:
            return await super().remittance(ref)
        except PortalFault:
            return (("elig", "1"),)


class Naive:
    """An editor that fills boxes by id, clicks, and believes every answer."""

    again = False  # after no answer, once more
    fresh = True  # looks again before it saves

    def __init__(self, tab: Tab, intent: Any) -> None:
        self.tab, self.number = tab, intent.claim_number
        self.real = editor_of("practice")(tab, intent)

    async def look(self, changes: Sequence[Change]) -> Claim:
        return await self.real.look(changes)

    async def look_again(self, read: Claim, changes: Sequence[Change]) -> Claim:
        return await self.real.look(changes) if self.fresh else read

    async def find_note(self, key: str) -> bool:
        return await self.real.find_note(key)

    async def write_note(self, key: str, text: str) -> SaveAnswer:
        return await self.real.write_note(key, text)

    async def put_on_hold(self, reason: str) -> SaveAnswer:
        return await self.real.put_on_hold(reason)

    async def correct(self, changes: Sequence[Change]) -> SaveAnswer:
        answer = await self.once(changes)
        if answer.saved is Saved.UNKNOWN and self.again:
            answer = await self.once(changes)
        return answer

    async def once(self, changes: Sequence[Change]) -> SaveAnswer:
        page = self.tab.page
        try:
            await _go(page, f"{self.tab.address}/claims/{self.number}/edit/")
            for change in changes:
                box = f"line-{change.line}-{change.field}" if change.line else change.field
                await page.locator(f"[id='{box}']").fill(change.to)
            async with page.expect_navigation():
                await page.locator("#save").first.click()
        except Error:
            return SaveAnswer(Saved.UNKNOWN, "no answer")
        return SaveAnswer(Saved.STORED, "Saved.")


class PressesAgain(Naive):
    again = True


class PressesUntilTold(PressesAgain):
    async def once(self, changes: Sequence[Change]) -> SaveAnswer:
        answer = await super().once(changes)
        told = "Saved. Version" in await self.tab.page.content()
        return answer if told else replace(answer, saved=Saved.UNKNOWN)


class LogsInAndPressesAgain(PressesUntilTold):
    async def correct(self, changes: Sequence[Change]) -> SaveAnswer:
        answer = await self.once(changes)
        if answer.saved is Saved.UNKNOWN:
            await _go(self.tab.page, f"{self.tab.address}/")
            answer = await self.once(changes)
        return answer


class NeverPresses(Naive):
    async def once(self, changes: Sequence[Change]) -> SaveAnswer:
        return SaveAnswer(Saved.STORED, "Saved.")


class BelievesItself(Naive):
    """Shows what it typed, without a look at what was stored."""

    typed: dict[str, Sequence[Change]] = {}

    async def look(self, changes: Sequence[Change]) -> Claim:
        claim = await super().look(changes)
        for change in self.typed.pop(self.number, ()):
            lines = [
                replace(one, ndc=change.to) if one.number == change.line else one
                for one in claim.lines
            ]
            claim = replace(claim, lines=tuple(lines))
        return claim

    async def once(self, changes: Sequence[Change]) -> SaveAnswer:
        self.typed[self.number] = changes
        return await super().once(changes)


class TypesMore(Naive):
    async def once(self, changes: Sequence[Change]) -> SaveAnswer:
        return await super().once((*changes, Change("pointers", 3, "1", "1 2 3")))


class LooksOnce(Naive):
    fresh = False


class CallsItNotSaved(Naive):
    async def correct(self, changes: Sequence[Change]) -> SaveAnswer:
        answer = await self.real.correct(changes)
        if answer.saved is Saved.UNKNOWN:
            raise NotSure("the portal failed; nothing was saved")
        return answer


class RepairsWhileItLooks(Naive):
    async def look(self, changes: Sequence[Change]) -> Claim:
        claim = await super().look(changes)
        if changes and claim.lines[2].ndc == changes[0].from_:
            await self.once(changes)
        return await super().look(changes)


class SendsWithoutAButton(Naive):
    async def once(self, changes: Sequence[Change]) -> SaveAnswer:
        await self.tab.page.goto(f"{self.tab.address}/claims/{self.number}/edit/")
        for change in changes:
            await self.tab.page.locator(f"[id='line-{change.line}-{change.field}']").fill(
                change.to
            )
        async with self.tab.page.expect_navigation():
            await self.tab.page.locator("#edit-form").evaluate("form => form.submit()")
        return SaveAnswer(Saved.STORED, "Saved.")


class SpeaksForThePortal(Naive):
    async def correct(self, changes: Sequence[Change]) -> SaveAnswer:
        answer = await self.real.correct(changes)
        return replace(answer, words="it was refused")


class NotesTwice(Naive):
    async def write_note(self, key: str, text: str) -> SaveAnswer:
        await self.real.write_note(key, text)
        return await self.real.write_note(key, text)


class NotesAgain(Naive):
    async def write_note(self, key: str, text: str) -> SaveAnswer:
        answer = await self.real.write_note(key, text)
        if answer.saved is Saved.UNKNOWN:
            for _ in range(12):  # a busy machine lets some of its tries fail before it is sent
                with contextlib.suppress(PortalError):
                    await _go(self.tab.page, f"{self.tab.address}/claims/{self.number}/")
                    return await self.real.write_note(key, text)
                await asyncio.sleep(0.5)
        return answer


class NotesElsewhereToo(Naive):
    async def write_note(self, key: str, text: str) -> SaveAnswer:
        await editor_of("practice")(self.tab, _intent_of("CL0000014")).write_note(key, text)
        return await self.real.write_note(key, text)


class NotesElsewhere(Naive):
    async def write_note(self, key: str, text: str) -> SaveAnswer:
        other = editor_of("practice")(self.tab, _intent_of("CL0000060"))
        return await other.write_note(key, text)


class SeesEveryNote(Naive):
    async def find_note(self, key: str) -> bool:
        return True


class SeesItsOwnNotes(Naive):
    written: set[str] = set()

    async def find_note(self, key: str) -> bool:
        return key in self.written or await self.real.find_note(key)

    async def write_note(self, key: str, text: str) -> SaveAnswer:
        self.written.add(key)
        return await self.real.write_note(key, text)


class HoldsNothing(Naive):
    async def put_on_hold(self, reason: str) -> SaveAnswer:
        return SaveAnswer(Saved.STORED, "Claim put on hold.")


async def _go(page: Page, address: str) -> None:
    """Go there, also from a page that is still about to show that its line was cut."""
    for _ in range(5):
        with contextlib.suppress(Error):
            await page.goto(address)
            return


def _intent_of(number: str) -> Any:
    return SimpleNamespace(claim_number=number)


# A look at a screen that is not as strict as it should be: takes what was seen, and loosens it.
Loosened = Callable[[Tab, Seen], Awaitable[Seen]]


async def fills_in(tab: Tab, seen: Seen) -> Seen:
    """An element that is not there is an empty text."""
    missing = {name: ["", 1, 1] for name in seen.screen.elements if name not in seen.values}
    missing = {name: value for name, value in missing.items() if name in ("total_charge",)}
    return replace(seen, values={**missing, **seen.values})


async def takes_the_first(tab: Tab, seen: Seen) -> Seen:
    """Of several elements the first will do."""
    first = {name: [text, rank, 1] for name, (text, rank, _) in seen.values.items()}
    return replace(seen, values=first)


async def takes_cut_texts(tab: Tab, seen: Seen) -> Seen:
    """An ellipsis is dropped."""
    return _retold(seen, lambda text: "552.80" if "…" in text else text)


async def takes_hidden_letters(tab: Tab, seen: Seen) -> Seen:
    """Letters that are not seen are dropped."""
    return _retold(seen, lambda text: text.replace("\u202e", ""))


async def takes_any_language(tab: Tab, seen: Seen) -> Seen:
    """Dates are read as if the screen were in English."""
    return replace(seen, language="en-US")


async def takes_what_is_hidden(tab: Tab, seen: Seen) -> Seen:
    """The first element of an id, whether or not anybody sees it."""
    if "last_name" not in seen.values:
        return seen
    text = await tab.page.locator("#last_name").first.text_content()
    return replace(seen, values={**seen.values, "last_name": [text, 1, 1]})


def _retold(seen: Seen, retell: Callable[[str], str]) -> Seen:
    told = {name: [retell(text), rank, n] for name, (text, rank, n) in seen.values.items()}
    return replace(seen, values=told)


# Mistakes of a log-in.


async def types_twice(tab: Tab, key: Any) -> Seen:
    """A refused password is typed once more, to be sure."""
    try:
        return await _once(tab, key)
    except LoginRefused:
        await tab.go("/", "the log-in page", at_door=True)
        return await _once(tab, key)


_once = login._give_password


# Mistakes of what stands around a module; no module can make them, and the contract sees them.


async def closes_nothing(at: Any, intent: Any, outcome: Outcome, *other: Any, **more: Any) -> Done:
    """The outcome never comes to the log."""
    return Done(outcome, intent.id)


async def lets_it_run(doorman: Any, download: Any) -> None:
    """A download is nobody's business."""


def leaves_it_open(doorman: Any, page: Any, popup: Any) -> None:
    """A window is nobody's business."""


@dataclass(frozen=True)
class Planted:
    """A broken portal: what is broken, the item that must refuse it, and words of the reason."""

    name: str
    item: str
    words: str
    reader: type | None = None
    editor: type | None = None
    loosened: Loosened | None = None
    patches: dict[str, Any] = field(default_factory=dict)  # of the log-in's own code
    specimens: dict[str, Any] = field(default_factory=dict)  # what the portal is said to do
    log_in_paths: tuple[str, ...] | None = None
    accepts: tuple[str, ...] = ()  # dialogs
    fault: dict[str, Any] = field(default_factory=dict)  # of the portal itself


HELD_NOWHERE = {"hold": Hold(claim="CL0000054")}
SUSPENDED = {"log_in": LogIn(locked="Your profile is suspended.")}

PLANTED = (
    # The door.
    Planted("types a refused password twice", "log-in-wrong-once", "sent 2 times",
            patches={"bots.portals.login._give_password": types_twice}),
    Planted("forgets a refusal", "log-in-wrong-once", "not as LOGIN_REFUSED_BEFORE",
            patches={"bots.portals.login.Key.remember_refusal": lambda key: None}),
    Planted("calls a locked account something else", "log-in-locked", "not as ACCOUNT_LOCKED",
            specimens=SUSPENDED),
    Planted("types a password anywhere", "log-in-elsewhere", "sent to another address",
            patches={"bots.portals.login._same_origin": lambda tab, element: None}),
    Planted("takes the log-in page for a screen", "log-in-expired", "ELEMENT_MISSING",
            log_in_paths=("/nowhere/",)),
    # Lists.
    Planted("reads one page of a list", "list-whole", "118 or more", ReadsOnePage),
    Planted("does not narrow a list", "list-narrowed", "not the claims of `numbers`", Lists),
    Planted("does not heed a limit", "list-limited", "not 2", SeesNoTwins),
    Planted("tells a row twice", "list-row-twice", "told twice", Lists),
    Planted("loses a row between pages", "list-row-gone", "118 or more", SeesNoTwins),
    Planted("tells something of an empty list", "list-empty", "of an empty list",
            TellsSomething),
    Planted("does not try a page again", "list-500-once", "118 or more", SeesNoTwins),
    Planted("does not see that it was logged out", "list-expired", "118 or more", SeesNoTwins),
    Planted("believes a list that does not add up", "list-never-whole",
            "on none of its pages", SeesNoTwins),
    Planted("takes an error for an empty list", "list-error-not-empty", "500", Lists),
    # A claim's screens.
    Planted("swaps units and charge", "open-fields", "line 1 units", SwapsUnitsAndCharge),
    Planted("swaps day and month", "open-fields", "created_on", SwapsDayAndMonth),
    Planted("reads 552.80 as 55,280", "open-fields", "total_charge", ReadsPointAsThousands),
    Planted("keeps a date as text", "open-typed", "claim.created_on", KeepsDatesAsText),
    Planted("drops what it does not know", "open-unknown-field-kept", "`unknown_fields`",
            DropsWhatItDoesNotKnow),
    Planted("forgets the documentation", "open-whole", "documentation", ForgetsDocumentation),
    Planted("forgets the patient's day", "open-whole", "other claims", ForgetsThePatientsDay),
    Planted("finds every number", "open-not-there", "no claim has", FallsBackOnTheLast),
    Planted("makes nothing of a missing field", "open-field-missing",
            "without total_charge", loosened=fills_in),
    Planted("does not name what is missing", "open-field-missing", "does not name", NamesNothing),
    Planted("reads whatever is shown", "open-other-claim", "another claim was read",
            ReadsWhatIsShown),
    Planted("reads the first of two", "open-field-twice", "total_charge twice",
            loosened=takes_the_first),
    Planted("makes a whole value of a cut one", "open-cut-short", "cut short",
            loosened=takes_cut_texts),
    Planted("reads any language", "open-other-language", "another language",
            loosened=takes_any_language),
    Planted("never reads twice", "open-not-kept", "the second look", NeverReadsTwice),
    Planted("reads what is hidden", "hostile-hidden", "hidden text",
            loosened=takes_what_is_hidden),
    Planted("strips what looks like a tag", "hostile-script", "altered", StripsTags),
    Planted("defuses a formula", "hostile-formula", "altered", DefusesFormulas),
    Planted("drops a letter that turns the text", "hostile-right-to-left", "as if it were plain",
            loosened=takes_hidden_letters),
    Planted("makes a claim of an empty page", "read-nothing", "never came", FallsBackOnTheLast),
    Planted("waits as often as it likes", "read-time-out", "given up after", TriesForEver,
            specimens={"impatient_seconds": 2}),
    Planted("blames the claim for a cut line", "read-line-cut", "NOT_FOUND", BlamesTheClaim),
    Planted("blames the claim for an error", "read-500-once", "NOT_FOUND", BlamesTheClaim),
    Planted("blames the claim for a portal that is down", "read-down", "NOT_FOUND",
            BlamesTheClaim),
    Planted("calls a lost right a fault", "read-not-allowed", "PORTAL_FAULT", CallsItAFault),
    Planted("reads any window", "corner-other-claim", "window was read", ReadsAnyWindow),
    Planted("shifts the columns of the window", "corner-read", "elig", ShiftsTheColumns),
    Planted("makes the window up", "corner-time-out", "never came", MakesUpTheWindow),
    Planted("leaves the window open", "corner-closed", "left open", LeavesTheWindow),
    # Saves.
    Planted("never presses Save", "correct-confirmed", "not-done", editor=NeverPresses),
    Planted("types more than was asked", "correct-confirmed", "pointers", editor=TypesMore),
    Planted("believes what it typed", "correct-silently-ignored", "confirmed",
            editor=BelievesItself),
    Planted("saves again after a time-out", "correct-time-out", "sent 2 times",
            editor=PressesAgain),
    Planted("saves again after a lost answer", "correct-lost-response", "sent 2 times",
            editor=PressesAgain),
    Planted("saves again after a lost save", "correct-lost-request", "sent 2 times",
            editor=PressesAgain),
    Planted("saves again after a gateway's error", "correct-gateway-before", "sent 2 times",
            editor=PressesUntilTold),
    Planted("saves again what lands late", "correct-stored-late", "sent 2 times",
            editor=PressesUntilTold),
    Planted("saves again after a log-out", "correct-expired", "confirmed",
            editor=LogsInAndPressesAgain),
    Planted("calls it not saved", "correct-gateway-after", "LOCATOR_NOT_SURE",
            editor=CallsItNotSaved),
    Planted("saves what is right already", "correct-already", "not already-correct",
            editor=LooksOnce),
    Planted("repairs while it looks", "correct-settled", "not not-done",
            editor=RepairsWhileItLooks),
    Planted("sees only what it wrote", "correct-more-changed", "not conflict",
            patches={"bots.hands._moved": lambda *claims: ""}),
    Planted("keeps no outcome", "correct-on-the-log", "one intent and one outcome",
            patches={"bots.hands._close": closes_nothing}),
    Planted("does not look again", "correct-concurrent", "1 times and not 0", editor=LooksOnce),
    Planted("takes a refusal for a save", "correct-refused", "and not refused", editor=Naive),
    Planted("speaks for the portal", "correct-refused", "the portal's words",
            editor=SpeaksForThePortal),
    Planted("saves a second claim", "correct-second-claim", "another claim was changed",
            fault={"name": "F72", "other": "CL0000014", "field": "coder", "value": "zz"}),
    # The form.
    Planted("presses whatever has the id", "form-second-rank", "saved all the same",
            editor=Naive),
    Planted("presses the first of two", "form-twice", "saved all the same", editor=Naive),
    Planted("does not read what it typed", "form-mask", "sent 1 times and not 0", editor=Naive),
    Planted("types into any form", "form-other-claim", "a form was sent", editor=Naive),
    Planted("sends a form without its button", "form-gone", "saved all the same",
            editor=SendsWithoutAButton),
    Planted("leaves windows open", "form-window", "is not told",
            patches={"bots.portals.dialogs.Doorman._pop_up": leaves_it_open}),
    Planted("lets downloads run", "form-download", "is not told",
            patches={"bots.portals.dialogs.Doorman._cancel": lets_it_run}),
    Planted("says yes to every question", "form-question", "confirmed", accepts=("",)),
    # Flags.
    Planted("writes a note twice", "flag-note", "sent 2 times", editor=NotesTwice),
    Planted("writes a note elsewhere", "flag-note", "not-done", editor=NotesElsewhere),
    Planted("sees every note", "flag-note", "already-correct", editor=SeesEveryNote),
    Planted("sees notes that were not stored", "flag-silently-ignored", "confirmed",
            editor=SeesItsOwnNotes),
    Planted("writes a note on two claims", "flag-right-record", "on another claim",
            editor=NotesElsewhereToo),
    Planted("writes a note again", "flag-lost-response", "sent 2 times", editor=NotesAgain),
    Planted("holds nothing", "flag-hold", "not-done", editor=HoldsNothing,
            specimens=HELD_NOWHERE),
)  # fmt: skip
