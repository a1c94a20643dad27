"""Saved screens, changed and given to the real reader and editor: what is read, what is sent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any, cast

from mutation_oracle import NOTE, REASON, Meant, any_change, change_for, meant_by, verdict
from saved_screens import SavedSession, SavedTab, open_saved

from bots.claims import Case, Change, Claim, ClaimRef, Documentation
from bots.config import Settings, load_portals
from bots.hands import held_against
from bots.ledger import OpenIntent
from bots.places import Places
from bots.portals import pages_editor
from bots.portals import tab as tabs
from bots.portals.base import PortalError, ScreenDrifted
from bots.portals.claim_screen import elements_of
from bots.portals.locators import Selectors
from bots.portals.noticing import proposed, with_edits
from bots.portals.pages_editor import notes_of
from bots.portals.practice import PracticeEditor, PracticeReader
from bots.portals.practice_screens import to_documentation, to_lines_edited
from bots.portals.pressing import Pressed
from bots.portals.session import Session
from bots.portals.sure import Sure
from bots.secrets import development_key
from bots.secrets.credentials import credential_for

AS_OF = date(2026, 9, 30)
LIST = "/claims/?queue=pending&page_size=100&sort=number"
# How often each screen is changed, of a hundred; "both" is the same change on claim and form.
SHARES = {"claim": 34, "edit": 38, "both": 8, "list": 6, "documentation": 8, "history": 6}
_BOTH = ("swap two labels", "swap two values", "swap two labels and marks", "swap two marks",
         "swap two boxes whole", "rename a label", "translate a label", "give a label twice",
         "give a label to its neighbour", "new marks for one", "hide", "double an element",
         "leave a hidden twin")  # fmt: skip
_PAIRS = (("member_id", "frequency_code"), ("frequency_code", "place_of_service"),
          ("member_id", "place_of_service"))  # fmt: skip
_WRITES = ("edit", "edit", "edit", "edit", "notes", "hold")


@dataclass
class Truth:
    """A claim as the unchanged screens show it."""

    case: Case
    keys: frozenset[str]
    record: dict[str, str] = field(default_factory=dict)  # the form as it would be sent


@asynccontextmanager
async def at_portal(root: Path, name: str = "practice") -> AsyncIterator[Session]:
    """A session at a portal of the office's, logged in."""
    places = Places(root)
    master = development_key(places)
    portal = load_portals()[name]
    credential = credential_for(portal.credential, places, master)
    async with Session.opened(
        name, portal, credential, settings=Settings(), places=places, master=master
    ) as session:
        await session.log_in()
        yield session


async def saved(
    root: Path,
    numbers: Sequence[int],
    seed: int,
    keep: Callable[[dict[str, object]], None],
    pages: int = 3,
) -> None:
    """Change a saved screen for each number; `keep` is given a row for each.

    A number and the seed decide what is done, whatever came before: so they may be done in parts,
    and some side by side, each on a page of its own.
    """
    tabs._PATIENCE = 0.0  # a saved screen does not get better by waiting
    async with at_portal(root) as session:
        bench = await Bench.prepared(session)
        begun, made, waiting = time.monotonic(), 0, iter(numbers)

        async def one_after_the_other(own: Bench) -> None:
            nonlocal made
            for number in waiting:
                keep(await own.one(Random(seed * 1_000_003 + number), number))
                made += 1
                if made % 500 == 0:
                    pace = made / (time.monotonic() - begun)
                    print(f"{made:,} saved screens, {pace:.1f} a second", flush=True)

        async with asyncio.TaskGroup() as group:
            group.create_task(one_after_the_other(bench))
            for _ in range(pages - 1):
                group.create_task(one_after_the_other(await bench.beside()))


async def _pressed(
    tab: SavedTab, button: Sure, what: str, *, after_click: object = None
) -> Pressed:
    await tab.press(button)
    return Pressed()


class Bench:
    """The saved claims, the tab that shows them, and one change after the other."""

    def __init__(self, tab: SavedTab, kinds: list[str], session: Session) -> None:
        self.tab, self.kinds = tab, kinds
        self.session = SavedSession(session, tab)
        self.reader = PracticeReader(cast(Session, self.session))
        self.truths: dict[str, Truth] = {}
        self.numbers: list[str] = []
        self.editable: list[str] = []
        self.list_truth: object = None

    @classmethod
    async def prepared(cls, session: Session, most: int = 60) -> Bench:
        """Read every claim of the list once, unchanged."""
        tab, kinds = await open_saved(session)
        bench = cls(tab, kinds, session)
        setattr(pages_editor, "press", _pressed)  # noqa: B010 (a name that it imports)
        await tab.go(LIST, "the list")
        page = bench.reader.list_page_of(await tab.look("list"))
        bench.list_truth = frozenset(page.rows), page.total
        for row in page.rows[:most]:
            await bench._learn(row.number)
        return bench

    async def beside(self) -> Bench:
        """The same on another page."""
        tab, kinds = await open_saved(self.session.real)
        other = Bench(tab, kinds, self.session.real)
        other.truths, other.list_truth = self.truths, self.list_truth
        other.numbers, other.editable = self.numbers, self.editable
        return other

    async def _learn(self, number: str) -> None:
        tab = self.tab
        case = await self.reader.open(ClaimRef("practice", number, "pending"), AS_OF)
        await tab.go(f"/claims/{number}/", "the claim")
        truth = Truth(case, frozenset(notes_of(await tab.look("claim"))))
        await tab.go(f"/claims/{number}/edit/", "the form")
        seen = await tab.look("edit")
        self.truths[number] = truth
        self.numbers.append(number)
        if "not_editable" not in seen and "alert" not in seen:
            told = await tab.page.evaluate(
                "Object.fromEntries(new FormData(document.querySelector('#edit-form')))"
            )
            truth.record = dict(told)
            self.editable.append(number)

    # One change.

    async def one(self, random: Random, number: int) -> dict[str, object]:
        """Change one screen, read it, and write through it where that is asked."""
        while True:
            where = random.choices(list(SHARES), list(SHARES.values()))[0]
            kind = random.choice(_BOTH if where == "both" else self.kinds)
            claim = random.choice(self.editable if where in ("edit", "both") else self.numbers)
            spec = await self._spec(random, kind, claim, where)
            specs = dict.fromkeys(self._paths(where, claim), spec)
            self.tab.specs, self.tab.done, self.tab.untouched = specs, None, None
            address = LIST if where == "list" else self._paths(where, claim)[-1]
            await self.tab.go(address, "the screen")
            if self.tab.done:
                break
        done = self.tab.done
        row: dict[str, object] = {
            "how": "saved", "screen": where, "kind": kind, "claim": claim, "number": number,
            "what": done["what"], "read": "", "write": "", "repair": "", "words": "",
        }  # fmt: skip
        self.tab.spoiled = False
        if where != "edit":
            await self._read(row, where, claim)
        if where in ("claim", "edit", "both") and claim in self.editable:
            await self._write(row, random, where, claim, list(done["touched"]))
        self.tab.specs = {}
        return row

    async def _spec(self, random: Random, kind: str, claim: str, where: str) -> dict[str, Any]:
        other = None
        if where != "list":
            theirs = random.choice([number for number in self.editable if number != claim])
            _, html = await self.tab.shelf.of(self._paths(where, theirs)[-1])
            start = html.index(">", html.index("<main")) + 1
            other = {"html": html[start : html.index("</main>")], "number": theirs}
        fields = list(random.choice(_PAIRS)) if where == "both" else None
        return {
            "kind": kind, "seed": random.randrange(2**31), "number": claim, "fields": fields,
            "other": other,
        }  # fmt: skip

    def _paths(self, where: str, claim: str) -> list[str]:
        of_claim = f"/claims/{claim}/"
        return {
            "claim": [of_claim],
            "edit": [f"{of_claim}edit/"],
            "both": [of_claim, f"{of_claim}edit/"],
            "list": ["/claims/"],
            "documentation": [f"{of_claim}documentation/"],
            "history": [f"{of_claim}history/"],
        }[where]

    # Reading.

    async def _read(self, row: dict[str, object], where: str, claim: str) -> None:
        screen = "claim" if where == "both" else where
        before = self._count_lower()
        try:
            found = await self._seen(screen, claim)
        except PortalError as error:
            row["read"], row["words"] = "refused", f"{error.code}: {error}"
        else:
            if found == self._truth(screen, claim):
                row["read"] = "lower rank" if self._count_lower() > before else "same"
            else:
                row["read"] = await self._crossed(screen, claim)
        if row["read"] in ("refused", "lower rank") and where != "both":
            row["repair"] = await self._repaired(screen, claim)

    def _count_lower(self) -> int:
        ranks = self.tab.ranks.values()
        return sum(times for each in ranks for rank, times in each.items() if rank > 1)

    async def _seen(self, screen: str, claim: str) -> object:
        tab = self.tab
        if screen == "list":
            await tab.go(LIST, "the list")
            seen = await tab.look("list", required=("total_count", "page_status"))
            page = self.reader.list_page_of(seen)
            return frozenset(page.rows), page.total
        await tab.go(tab.path(screen, claim=claim), screen)
        required = self._required(screen)
        seen = await tab.look(screen, required=required, claim=claim)
        if screen == "claim":
            return _claim_in_order(self.reader.claim_of(seen)), frozenset(notes_of(seen))
        if screen == "documentation":
            return _sorted(to_documentation(seen))
        return to_lines_edited(seen)

    def _required(self, screen: str) -> tuple[str, ...]:
        plan = self.tab.selectors.screens[screen]
        if screen == "claim":
            return elements_of(plan)
        return ("claim_number", "version", *plan.tables)

    def _truth(self, screen: str, claim: str) -> object:
        truth = self.truths[claim]
        if screen == "list":
            return self.list_truth
        if screen == "claim":
            return _claim_in_order(replace(truth.case.claim, lines_edited=None)), truth.keys
        if screen == "documentation":
            return _sorted(truth.case.documentation)
        return truth.case.claim.lines_edited

    async def _crossed(self, screen: str, claim: str) -> str:
        """What was read differs: would the whole reader, which looks at more screens, say so?"""
        if screen == "list":
            return "wrong"
        try:
            reader = PracticeReader(cast(Session, self.session))
            case = await reader.open(ClaimRef("practice", claim, "pending"), AS_OF)
        except PortalError:
            return "refused"
        truth = self.truths[claim].case
        return "same" if in_order(case) == in_order(truth) else "wrong"

    # Writing.

    async def _write(
        self, row: dict[str, object], random: Random, where: str, claim: str, touched: list[str]
    ) -> None:
        act = "edit" if where != "claim" else random.choice(_WRITES)
        truth = self.truths[claim]
        read = truth.case.claim
        if where == "both" or (where == "claim" and act == "edit"):
            try:  # the change is decided on what the changed screen shows
                read, _ = cast(Any, await self._seen("claim", claim))
            except PortalError as error:
                row["write"], row["words"] = "not begun", f"{error.code}: {error}"
                return
        change = None
        for name in random.sample(touched, len(touched)) if random.random() < 0.8 else []:
            change = change or change_for(read, name)
        change = change or any_change(read, random)
        row["write"], row["words"] = await self._written(claim, act, read, change)
        if row["write"] == "refused" and where == "edit":
            row["repair"] = await self._write_repaired(claim, change)

    async def _written(self, claim: str, act: str, read: Claim, change: Change) -> tuple[str, str]:
        self.tab.pressed.clear()
        meant, words = meant_by(claim, change), ""
        try:
            if act == "notes":
                meant = Meant(claim, act, {"key": "key-1", "text": NOTE})
                await self._editor(claim).write_note("key-1", NOTE)
            elif act == "hold":
                meant = Meant(claim, act, {"reason": REASON})
                await self._editor(claim).put_on_hold(REASON)
            else:
                editor = self._editor(claim)
                before = await editor.look_again(read, (change,))
                if held_against(before, (change,)) != "old":
                    return "not begun", "conflict before the act"
                await editor.correct((change,))
        except PortalError as error:
            kind = "refused" if isinstance(error, ScreenDrifted) else "not begun"
            return kind, f"{error.code}: {error}"
        if not self.tab.pressed:
            return "not begun", "the portal refuses it"
        words = verdict(self.tab.pressed[-1], meant, self.truths[claim].record)
        if words in ("right", "nothing"):
            return words, ""
        return "wrong", f"{words} (meant {sorted(meant.values)})"

    def _editor(self, claim: str) -> PracticeEditor:
        return PracticeEditor(self.tab, cast(OpenIntent, SimpleNamespace(claim_number=claim)))

    # Repairs.

    async def _repaired(self, screen: str, claim: str) -> str:
        """Whether a proposed patch makes the changed screen readable as before."""
        tab = self.tab  # the whole reader may have gone on to other screens
        await tab.go(LIST if screen == "list" else tab.path(screen, claim=claim), screen)
        whole = await self._patched(screen, self._required(screen))
        if whole is None:
            return ""
        try:
            before = self._count_lower()
            found = await self._with(whole, self._seen(screen, claim))
        except PortalError:
            return "not enough"
        if found != self._truth(screen, claim):
            return "wrong"
        return "right" if self._count_lower() == before else "not enough"

    async def _write_repaired(self, claim: str, change: Change) -> str:
        """Whether a proposed patch makes the changed form writable, and rightly so."""
        form = self.tab.selectors.screens["edit"].forms["edit"]
        whole = await self._patched("edit", (*form.boxes, *form.buttons))
        if whole is None:
            return ""
        read = self.truths[claim].case.claim
        written, _ = await self._with(whole, self._written(claim, "edit", read, change))
        return {"right": "right", "wrong": "wrong"}.get(written, "not enough")

    async def _patched(self, screen: str, expected: Sequence[str]) -> Selectors | None:
        tab = self.tab
        plan = tab.selectors.screens[screen]
        found = await proposed(tab.page, screen, plan, tab.deadline, expected)
        edits = [edit for repair in found for edit in repair.edits]
        if not edits:
            return None
        screens = tab.selectors.screens | {screen: with_edits(screen, plan, edits)}
        return Selectors(log_in_paths=tab.selectors.log_in_paths, screens=screens)

    async def _with(self, selectors: Selectors, work: Any) -> Any:
        kept, self.tab.selectors = self.tab.selectors, selectors
        try:
            return await work
        finally:
            self.tab.selectors = kept


def in_order(case: Case) -> Case:
    """The case with its rows sorted: in another order they say the same."""
    return replace(
        case, claim=_claim_in_order(case.claim), documentation=_sorted(case.documentation)
    )


def _sorted(documentation: Documentation | None) -> Documentation | None:
    if documentation is None:
        return None
    return replace(
        documentation,
        orders=tuple(sorted(documentation.orders, key=str)),
        procedures=tuple(sorted(documentation.procedures, key=str)),
        administrations=tuple(sorted(documentation.administrations, key=str)),
        notes=tuple(sorted(documentation.notes, key=str)),
    )


def _claim_in_order(claim: Claim) -> Claim:
    """Rows in another order are the same claim, and so is what stands beside it without a name
    of ours.
    """
    return replace(
        claim,
        unknown_fields=(),
        lines=tuple(sorted(claim.lines, key=lambda line: line.number)),
        diagnoses=tuple(sorted(claim.diagnoses, key=lambda d: d.position)),
        providers=tuple(sorted(claim.providers, key=lambda p: p.role.value)),
    )
