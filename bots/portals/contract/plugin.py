"""The contract as tests of pytest.

    pytest -p bots.portals.contract.plugin --portal NAME [--writing] [--specimens FILE]

Each item is one test, `contract/ID`; what was not tried or is exempt is skipped with its reason,
and at the end stands the level that was earned. Nothing else is collected. `-k` chooses items.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any

import pytest

from bots.errors import Problem
from bots.portals.base import PortalError
from bots.portals.contract.items import Item, all_items
from bots.portals.contract.offices import office_of
from bots.portals.contract.running import tried
from bots.portals.contract.specimens import load_specimens, specimens_path
from bots.portals.contract.trial import Trial
from bots.portals.contract.verdict import Result, State, judged


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the contract."""
    group = parser.getgroup("claimbots", "the contract of a portal")
    group.addoption("--portal", metavar="NAME", help="the portal's name in portals.yaml")
    group.addoption("--writing", action="store_true", help="write to the test account, too")
    group.addoption("--specimens", metavar="FILE", help="else config/contract/NAME.yaml")


def pytest_configure(config: pytest.Config) -> None:
    """Take over where a portal is named; without one the plug-in does nothing."""
    name = config.getoption("--portal")
    if name and hasattr(config, "workerinput"):
        raise pytest.UsageError("one log-in cannot be tried by several processes: leave out -n")
    if name:
        for level in ("bronze", "silver", "gold"):
            config.addinivalue_line("markers", f"{level}: what the level {level} asks for")
        config.pluginmanager.register(Contract(config, name), "claimbots-contract")


class Demand(pytest.Item):
    """One item as a test."""

    def __init__(self, *, item: Item, contract: Contract, **other: Any) -> None:
        super().__init__(**other)
        self.item, self._contract = item, contract
        self.add_marker(item.level.word)

    def runtest(self) -> None:
        """Try it; raises Unmet, or skips with the reason."""
        result = self._contract.tried(self.item)
        if result.state is State.BROKEN:
            raise Unmet(result)
        if result.state is not State.HELD:
            pytest.skip(result.reason)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str:
        """What was demanded and what was met, without a traceback."""
        if isinstance(excinfo.value, Unmet):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo, style))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it stands, and its id."""
        return self.path, None, f"contract/{self.item.id}"


class Unmet(Exception):
    """An item that is broken, in words."""

    def __init__(self, result: Result) -> None:
        super().__init__(f"{result.item.sentence}\n{result.reason}")


class Contract:
    """The contract of one portal, opened at its first item and closed after the last."""

    def __init__(self, config: pytest.Config, name: str) -> None:
        self._config, self._name = config, name
        self._results: list[Result] = []
        self._trial: Trial | None = None
        self._runner, self._stack = asyncio.Runner(), AsyncExitStack()
        self._office = ExitStack()

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> bool:
        """The items, and nothing that lies in this folder."""
        items: list[pytest.Item] = [
            Demand.from_parent(
                session, name=one.id, nodeid=f"contract/{one.id}", item=one, contract=self
            )
            for one in all_items().values()
        ]
        hook = self._config.hook
        hook.pytest_collection_modifyitems(session=session, config=self._config, items=items)
        session.items = items
        session.testscollected = len(items)
        hook.pytest_collection_finish(session=session)
        return True

    def tried(self, item: Item) -> Result:
        """One item's result, kept for the verdict."""
        if self._trial is None:
            self._trial = self._opened()
        result = self._runner.run(tried(item, self._trial))
        self._results.append(result)
        return result

    def _opened(self) -> Trial:
        writing = bool(self._config.getoption("--writing"))
        given = self._config.getoption("--specimens")
        try:
            specimens = load_specimens(Path(given) if given else specimens_path(self._name))
            office, brake = self._office.enter_context(office_of(self._name, writing=writing))
            opening = Trial.opened(office, specimens, writing=writing, brake=brake)
            return self._runner.run(self._stack.enter_async_context(opening))
        except Problem as problem:
            pytest.exit(problem.sentence(), returncode=2)
        except PortalError as error:
            pytest.exit(f"{self._name}: {error}", returncode=2)

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(self) -> Generator[None, Any, Any]:
        """Log out of the trial: browsers and the temporary folder go."""
        try:
            return (yield)
        finally:
            self._runner.run(self._stack.aclose())
            self._runner.close()
            self._office.close()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """The verdict, where every item was asked for."""
        if len(self._results) < len(all_items()):
            return
        verdict = judged(self._results)
        terminalreporter.section("verdict")
        terminalreporter.write_line(verdict.badge(self._name))
        for result in verdict.before_next:
            terminalreporter.write_line(
                f"  {result.item.id}: {result.state.value}: {result.reason}"
            )
