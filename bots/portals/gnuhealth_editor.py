"""The editor of GNU Health: a drug number within a line's remarks, and notes on the record.

Each act begins with a real load of the page. A line is changed in a form of its own, where each
box has its label; a note is put down in the record's own dialog, whose title names the record.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bots.claims import Change, Claim
from bots.crashpoints import crashpoint
from bots.portals.base import ChangedMeanwhile, NotSure, SaveAnswer
from bots.portals.gnuhealth import SERVICE, open_service, read_service
from bots.portals.gnuhealth_client import PANE, State, answered_list, state, until
from bots.portals.gnuhealth_saving import DIALOG, press_once, sure_within
from bots.portals.gnuhealth_screens import drug_of
from bots.portals.screen import Row, Seen

if TYPE_CHECKING:
    from bots.ledger import OpenIntent
    from bots.portals.tab import Tab

_WRITE, _CREATE = f"model.{SERVICE}.write", "model.ir.note.create"
_NOTES = "ir.note"
_KEPT = ("product", "units", "service_date", "service_date_end")


class GnuHealthEditor:
    """Acts on one service, for one open intent."""

    def __init__(self, tab: Tab, intent: OpenIntent) -> None:
        self._tab, self._number = tab, intent.claim_number
        self._lines: tuple[dict[str, str], ...] | None = None

    async def look(self, changes: Sequence[Change]) -> Claim:
        """Open the service afresh and read it whole."""
        service = await read_service(self._tab, self._number)
        self._lines = _cells(service.seen)
        return service.claim

    async def look_again(self, read: Claim, changes: Sequence[Change]) -> Claim:
        """As `look`: a form of the web client carries no version that could be seen."""
        return await self.look(changes)

    async def correct(self, changes: Sequence[Change]) -> SaveAnswer:
        """Put the drug numbers right in the remarks of their lines, and save once.

        Raises:
            ChangedMeanwhile: a line is not as it was looked at; nothing was saved.
            NotSure: another field than a drug number, or a box not as expected.
        """
        tab = self._tab
        for change in changes:
            if change.field != "ndc" or change.line is None:
                raise NotSure(f"claim: {change.field}: the form has no box for it")
        before = self._lines
        seen, _ = await open_service(tab, self._number)
        lines = _cells(seen)
        if before is not None and lines != before:
            raise ChangedMeanwhile("claim: its lines are not what they were a moment ago")
        wanted = list(lines)
        for change in changes:
            assert change.line is not None
            wanted[change.line - 1] = mended(lines, change)
            await self._type(change.line, lines[change.line - 1], wanted[change.line - 1])
        now = await tab.look("claim", required=("service_lines",), claim=self._number)
        if _cells(now) != tuple(wanted):
            tab.spoiled = True
            raise NotSure("claim: the form would send another thing than was typed")
        save = await sure_within(tab, PANE, "claim", "save")
        crashpoint("editor.before_save")
        return await press_once(tab, save, _WRITE, "save the claim")

    async def find_note(self, key: str) -> bool:
        """Whether the service carries a note with this key."""
        return any(key in note.split() for note in await self._notes())

    async def write_note(self, key: str, text: str) -> SaveAnswer:
        """Put one keyed note on the service, once.

        Raises:
            NotSure: the dialog for notes is not as expected; nothing was written.
        """
        tab = self._tab
        # Where they were just looked through for this very note, they are open still.
        if (await state(tab)).dialog_title != self._notes_title:
            await self._notes()
        new = await sure_within(tab, DIALOG, "notes", "new")
        await tab.call(new.click(), "begin a note")
        await until(tab, "the note", lambda now: now.over.get("resource") == self._number)
        box = await sure_within(tab, DIALOG, "notes", "message")
        words = f"{key} {text}"
        await tab.call(box.fill(words), "type the note")
        # The form takes a box over when it loses the focus.
        await tab.call(box.blur(), "type the note")
        if await tab.call(box.input_value(), "read the note") != words:
            tab.spoiled = True
            raise NotSure("notes: message: the box does not keep what was typed")
        close = await sure_within(tab, DIALOG, "notes", "close")
        crashpoint("editor.before_save")
        return await press_once(tab, close, _CREATE, "add the note")

    async def put_on_hold(self, reason: str) -> SaveAnswer:
        """A health service has no hold."""
        raise NotSure("claim: there is no hold there")

    @property
    def _notes_title(self) -> str:
        return f"Notes ({self._number})"

    async def _notes(self) -> Sequence[str]:
        """Open the service's notes; what each of them says in the list.

        The dialog is left by loading another page: closing it would mark them as read.
        """
        tab = self._tab
        await open_service(tab, self._number)
        button = await sure_within(tab, PANE, "claim", "notes")

        def drawn(now: State, count: int) -> bool:
            return now.dialog_title == self._notes_title and len(now.over_rows) == count

        found = await answered_list(tab, "the notes", _NOTES, button.click, drawn)
        return found.over_rows

    async def _type(self, number: int, before: dict[str, str], after: dict[str, str]) -> None:
        """Type a line's remarks in the line's own form, and take them over."""
        tab, what = self._tab, f"line {number}"
        row = tab.page.locator(f"{PANE} .form-one2many table.tree > tbody > tr").nth(number - 1)
        at = f"{number} / "
        if not (await until(tab, what, lambda now: True)).lines_count.startswith(at):
            # The cell of the description is text; that of the product leads to the product.
            await tab.call(row.locator("td[data-title^=Description]").click(), what)
        await until(tab, what, lambda now: now.lines_count.startswith(at))
        opens = await sure_within(tab, f"{PANE} .form-one2many-toolbar", "claim", "open_line")
        await tab.call(opens.click(), what)
        form = await until(tab, what, lambda now: "remarks" in now.over and _filled(now, before))
        box = await sure_within(tab, DIALOG, "line", "remarks")
        if form.over["remarks"] != before["remarks"]:
            tab.spoiled = True
            raise ChangedMeanwhile(f"{what}: remarks: it no longer holds what was read")
        await tab.call(box.fill(after["remarks"]), f"{what}: type the remarks")
        await tab.call(box.blur(), f"{what}: type the remarks")
        if await tab.call(box.input_value(), what) != after["remarks"]:
            tab.spoiled = True
            raise NotSure(f"{what}: remarks: the box does not keep what was typed")
        apply = await sure_within(tab, DIALOG, "line", "apply")
        await tab.call(apply.click(), what)
        shown = after["remarks"]
        await until(
            tab, what, lambda now: not now.dialog and now.lines[number - 1].endswith(shown)
        )


def _filled(now: State, row: dict[str, str]) -> bool:
    """Whether the line's form shows the line that was meant, by its product and its days."""
    return (
        now.over.get("product") == row["product"]
        and now.over.get("from_date", "") == row["service_date"]
        and now.over.get("to_date", "") == row["service_date_end"]
    )


def _cells(seen: Seen) -> tuple[dict[str, str], ...]:
    """The lines of a service, each with all its cells."""
    return tuple(_texts(row) for row in seen.rows("service_lines"))


def _texts(row: Row) -> dict[str, str]:
    return {column: row[column] for column in (*_KEPT, "remarks")}


def mended(lines: Sequence[dict[str, str]], change: Change) -> dict[str, str]:
    """The line with another drug number in its remarks, all else to the letter.

    Raises:
        ChangedMeanwhile: the remarks no longer name the drug that was read.
    """
    at = f"line {change.line}"
    if change.line is None or not 1 <= change.line <= len(lines):
        raise ChangedMeanwhile(f"{at}: there is no such line")
    row = lines[change.line - 1]
    drug = drug_of(row["remarks"], at)
    if drug is None or drug[1] != change.from_:
        raise ChangedMeanwhile(f"{at}: ndc: it no longer holds what was read")
    remarks = row["remarks"][: drug.start(1)] + change.to + row["remarks"][drug.end(1) :]
    mended = drug_of(remarks, at)
    if mended is None or mended[1] != change.to:
        raise NotSure(f"{at}: ndc: the new number could not be read from the remarks")
    return row | {"remarks": remarks}
