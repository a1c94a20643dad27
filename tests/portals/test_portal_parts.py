"""The parts around the browser: selectors, deadlines, dialogs' words, the browser finder."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.async_api import Error

from bots.errors import Problem
from bots.portals import browser
from bots.portals.base import BrowserGone, DeadlinePassed, PortalFault
from bots.portals.deadline import Unreached, within
from bots.portals.dialogs import for_people
from bots.portals.locators import load_selectors
from bots.portals.registry import reader_of
from bots.portals.tab import origin


def written(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "practice.yaml"
    path.write_text("screens:\n  claim:\n    elements:\n      status:\n" + "\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "        - {xpth: //b}",
            'unknown locator kind "xpth"; use role, label, beside, test_id or css',
        ),
        (
            "        - {css: a, label: b}",
            "a locator has exactly one of role, label, beside, test_id, css",
        ),
        ("        - {css: a, name: b}", "`name` goes with `role`"),
        ("        - status", "not a locator"),
    ],
)
def test_a_mistake_in_a_selector_file_names_its_line_and_element(tmp_path, line, words):
    with pytest.raises(Problem) as raised:
        load_selectors("practice", written(tmp_path, line))
    sentence = str(raised.value)
    assert "practice.yaml:5:" in sentence
    assert "screens.claim.elements.status" in sentence
    assert words in sentence


def test_an_unknown_kind_of_portal_is_a_problem():
    with pytest.raises(Problem, match="no portal of the kind"):
        reader_of("browser")


def failing(text: str):
    async def fail() -> None:
        raise Error(text)

    return fail()


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        (
            "Page.goto: net::ERR_CONNECTION_RESET at http://x/Doe",
            Unreached,
            "ERR_CONNECTION_RESET",
        ),
        ("Target page, context or browser has been closed", BrowserGone, "gone"),
        ("Page.evaluate: Page crashed", BrowserGone, "gone"),
        ("Connection closed while reading from the driver", BrowserGone, "gone"),
        ('fill("1EG4TE5MK73"): element is not an input', PortalFault, "could not do it"),
    ],
)
async def test_the_browsers_errors_come_in_our_words_without_its_text(text, error, words):
    with pytest.raises(error, match=words) as raised:
        await within(1, failing(text), "open the claim")
    assert "1EG4" not in str(raised.value)
    assert "Doe" not in str(raised.value)


async def test_a_call_that_never_answers_meets_its_deadline():
    with pytest.raises(DeadlinePassed, match=r"look at claim: no answer within 0\.05 seconds"):
        await within(0.05, asyncio.Event().wait(), "look at claim")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Payer edit R-207: rejected.", "Payer edit R-207: rejected."),
        ("Member 1EG4TE5MK73 is unknown", "Member … is unknown"),
        ("Claim C00001,\n version 2", "Claim …, version 2"),
        ("x" * 500, "x" * 159 + "…"),
    ],
)
def test_a_portals_words_are_short_and_carry_no_number_of_a_person(said: str, told: str):
    assert for_people(said) == told


@given(st.text())
def test_a_portals_words_are_always_one_short_line(text: str):
    told = for_people(text)
    assert len(told) <= 160
    assert "\n" not in told


def test_an_origin_is_scheme_host_and_port():
    assert origin("https://a.example/x") == origin("https://a.example:443/")
    assert origin("http://127.0.0.1:1/") != origin("http://127.0.0.1:2/")
    assert origin("http://localhost:1/") != origin("http://127.0.0.1:1/")


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without any browser."""
    monkeypatch.delenv("CLAIMBOTS_BROWSER", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "cache"))
    monkeypatch.setattr(browser, "_ELSEWHERE", ())
    return tmp_path


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_no_browser_is_a_sentence_that_says_how_to_get_one(bare: Path):
    with pytest.raises(Problem, match=r"no browser was found; run `make browser`"):
        browser.find()


def test_a_browser_is_looked_for_in_order(bare: Path, monkeypatch: pytest.MonkeyPatch):
    own = program(bare / "cache/chromium-1200/chrome-linux64/chrome")
    assert browser.find() == own
    installed = program(bare / "bin/chromium")
    assert browser.find() == installed
    configured = program(bare / "other/chrome")
    assert browser.find(configured) == configured
    monkeypatch.setenv("CLAIMBOTS_BROWSER", str(own))
    assert browser.find(configured) == own


def test_one_without_windows_goes_first_where_nobody_looks_on(bare: Path):
    downloaded = program(bare / "cache/chromium-1200/chrome-linux64/chrome")
    shell = program(bare / "cache/chromium_headless_shell-1200/x/headless_shell")
    assert (browser.find(), browser.find(headed=True)) == (shell, downloaded)
    installed = program(bare / "bin/chromium")
    assert browser.find() == installed
    own = program(bare / "bin/chromium-headless-shell")
    assert (browser.find(), browser.find(headed=True)) == (own, installed)


def test_a_browser_that_is_named_and_not_there_is_a_problem(bare, monkeypatch):
    monkeypatch.setenv("CLAIMBOTS_BROWSER", str(bare / "nothing"))
    with pytest.raises(Problem, match="CLAIMBOTS_BROWSER: no browser there"):
        browser.find()
