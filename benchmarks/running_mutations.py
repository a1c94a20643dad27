"""Running portals, their answers changed on the way to the browser; the real hands write.

The portals' own databases say what was written: every row of their claims is compared before and
after, and put back.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from mutation_oracle import change_for
from mutation_record import Case as Row
from mutation_record import Record
from playwright.async_api import BrowserContext, Route
from running_portals import Practice, Rows, RunningPortal, meridian_at
from saved_mutations import AS_OF, at_portal, in_order
from saved_screens import CHANGE

from bots.claims import HOLD, Case, ClaimRef
from bots.hands import Order, Workplace, perform
from bots.ledger import Ledger, LedgerKeys
from bots.places import Places
from bots.policy.limits import forbidden_together
from bots.portals import tab as tabs
from bots.portals.base import PortalError, Query, ScreenDrifted
from bots.portals.registry import reader_of
from bots.portals.session import Session
from bots.secrets import development_key

# What is changed: the screen that is read, the form that is written through, or both by one seed.
# Of a portal that shows and edits on one page: while it is read, while it is written, or always.
SHARES = {"claim": 35, "edit": 50, "both": 15}
# A page that is another claim's in all it says, and goes on being it, is that claim's page: on
# a portal of one page it is shown for one look of two (docs/drift.md, what is not caught).
_NOT_ALL_ALONG = "show another claim under this number"


@dataclass
class Changing:
    """Changes a portal's answers on their way to the browser, while `specs` says how."""

    specs: dict[str, dict[str, Any]] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)

    async def begin(self, context: BrowserContext) -> None:
        """From now on."""
        await context.expose_function("changeWasMade", lambda text: self.done.append(text))
        await context.route("**/*", self._answer)

    async def end(self, context: BrowserContext) -> None:
        """From now on nothing is changed."""
        await context.unroute("**/*", self._answer)

    async def _answer(self, route: Route) -> None:
        path = "/" + route.request.url.split("/", 3)[3].partition("?")[0]
        spec = self.specs.get(path)
        if route.request.method != "GET" or spec is None:
            await route.fallback()
            return
        response = await route.fetch(max_redirects=0)
        text = await response.text()
        asked = json.dumps(spec).replace("</", "<\\/")
        act = f"changeWasMade(JSON.stringify(window.change({asked})))"
        end = "</body>" if "</body>" in text else "</html>"
        script = f"<script>{CHANGE};{act}</script>{end}"
        await route.fulfill(response=response, body=text.replace(end, script))


async def running(root: Path, count: int, seed: int, record: Record) -> None:
    """Change the answers of both portals, `count` times in all: a third of them Meridian's."""
    tabs._PATIENCE = 0.2  # what a script changed at once does not come back
    theirs = count // 3
    with meridian_at(root) as meridian:
        ours = Practice.at(root / "practice" / "practice.sqlite3")
        portals: list[tuple[RunningPortal, int]] = [(meridian, theirs), (ours, count - theirs)]
        places = Places(root)
        keys = LedgerKeys.load(places, "mutations", development_key(places))
        ledger = Ledger.open(places.ledger, "mutations", keys)
        for portal, most in portals:
            async with at_portal(root, portal.name) as session:
                bench = await Bench.prepared(session, portal, ledger)
                await _changed(bench, most, seed, record)


async def _changed(bench: Bench, most: int, seed: int, record: Record) -> None:
    own = [case for case in record.of("running") if case["portal"] == bench.portal.name]
    number = own[-1]["number"] + 1 if own else 0
    begun, made, already = time.monotonic(), 0, len(own)
    while already + made < most:
        case = await bench.one(Random(seed * 7_000_003 + number), number)
        number += 1
        if case is None:
            continue
        record.keep(case)
        made += 1
        if made % 25 == 0:
            pace = (time.monotonic() - begun) / made
            print(f"{already + made} of {bench.portal.name}, {pace:.1f} s each", flush=True)


class Bench:
    """One claim of a portal after the other, each through one change of its screens."""

    def __init__(
        self,
        session: Session,
        portal: RunningPortal,
        ledger: Ledger,
        changing: Changing,
        kinds: Sequence[str],
    ) -> None:
        self.session, self.changing, self.kinds = session, changing, kinds
        self.portal = portal
        self.reader = reader_of(portal.name)
        self.at = Workplace(
            session=session,
            ledger=ledger,
            portal=session.portal.model_copy(update={"save_limit_seconds": 0.3}),
            run="mutations",
            actor="bench",
            shadow=False,
            policy_version="1",
            tables="synthetic",
            brake=_no_brake,
        )
        self.cases: dict[str, Case] = {}

    @classmethod
    async def prepared(
        cls, session: Session, portal: RunningPortal, ledger: Ledger, most: int = 40
    ) -> Bench:
        """Read some claims that may be written, unchanged."""
        changing = Changing()
        assert session._context is not None
        await changing.begin(session._context)
        async with session.tab() as tab:
            await tab.go("/", "the dashboard")
            await tab.page.evaluate(f"() => {{ {CHANGE} }}")
            kinds = json.loads(await tab.page.evaluate("JSON.stringify(window.change.kinds)"))
        bench = cls(session, portal, ledger, changing, kinds)
        reader = bench.reader(session)
        async for ref in reader.worklist(Query("pending", limit=most)):
            case = await reader.open(ref, AS_OF)
            if not case.claim.on_hold:
                bench.cases[ref.number] = case
        return bench

    async def one(self, random: Random, number: int) -> Row | None:
        """One change; None where the screens had nothing for it."""
        claim = random.choice(list(self.cases))
        where = random.choices(list(SHARES), list(SHARES.values()))[0]
        kind, act = random.choice(self.kinds), random.choice(self.portal.acts)
        if self._is_one_page and kind == _NOT_ALL_ALONG and where == "both":
            where = random.choice(["claim", "edit"])
        theirs = random.choice([each for each in self.cases if each != claim])
        seed = random.randrange(2**31)
        specs = {
            path.format(claim): {"kind": kind, "seed": seed, "number": claim, "fields": None,
                                 "other": await self._main(path.format(theirs), theirs)}
            for path in self.portal.paths[where]
        }  # fmt: skip
        self.changing.done.clear()
        before = self.portal.database.rows()
        row: Row = {
            "how": "running", "portal": self.portal.name, "screen": where, "kind": kind,
            "claim": claim, "number": number, "what": "", "read": "", "write": "", "repair": "",
            "words": act,
        }  # fmt: skip
        try:
            await self._through(row, random, act, specs)
        finally:
            self.changing.specs = {}
        done = [json.loads(text) for text in self.changing.done]
        self.portal.database.put_back(before, self.portal.database.rows())
        if not any(done):
            return None
        row["what"] = next(each["what"] for each in done if each)
        return row

    @property
    def _is_one_page(self) -> bool:
        return self.portal.paths["claim"] == self.portal.paths["edit"]

    async def _main(self, path: str, number: str) -> Mapping[str, str]:
        """Another claim's page, without what all pages have."""
        assert self.session._context is not None
        answer = await self.session._context.request.get(self.session.portal.address + path)
        html = await answer.text()
        begin, end = ("<main", "</main>") if "<main" in html else ("</title", "</html>")
        return {
            "html": html[html.index(">", html.index(begin)) + 1 : html.index(end)],
            "number": number,
        }

    async def _through(
        self, row: Row, random: Random, act: str, specs: dict[str, dict[str, Any]]
    ) -> None:
        claim, where = str(row["claim"]), row["screen"]
        case, before = self.cases[claim], self.portal.database.rows()
        ref = ClaimRef(self.portal.name, claim, "pending")
        self.changing.specs = specs
        if where != "edit":
            try:
                case = await self.reader(self.session).open(ref, AS_OF)
            except PortalError as error:
                row["read"], row["write"] = "refused", "not begun"
                row["words"] = f"{error.code}: {error}"
                return
            is_same = in_order(case) == in_order(self.cases[claim])
            row["read"] = "same" if is_same else "wrong"
        if where == "claim" and self._is_one_page:
            self.changing.specs = {}
        order = self._order(ref, case, act, random)
        try:
            done = await perform(order, self.at)
            words = f"{done.outcome} {done.words}"
            became = "not begun" if not done.acted else "nothing"
        except PortalError as error:
            words = f"{error.code}: {error}"
            became = "refused" if isinstance(error, ScreenDrifted) else "not begun"
        row["write"] = self._written(before, order) or became
        row["words"] = f"{act}: {words}"

    def _order(self, ref: ClaimRef, case: Case, act: str, random: Random) -> Order:
        if act == "flag":
            return Order(
                ref, case, ("x",), "a bench", note_key="bench-1", note_text="Look, please."
            )
        if act == "hold":
            return Order(ref, case, ("x",), "a bench", changes=(HOLD,), hold_reason="A bench.")
        names = self.portal.names(case.claim)
        while True:
            change = change_for(case.claim, random.choice(names))
            if change is not None and forbidden_together(case, (change,)) is None:
                return Order(ref, case, ("x",), "a bench", changes=(change,))

    def _written(self, before: Rows, order: Order) -> str:
        """`right`, `wrong`, or empty where nothing was written, by the portal's own rows."""
        after = self.portal.database.rows()
        stored = self.portal.database.moved(before, after, self.portal.besides)
        if not stored:
            return ""
        return "right" if stored == self.portal.meant(after, order) else "wrong"


async def _no_brake(is_correction: bool) -> str | None:
    return None
