"""A client without a screen for the practice portal, and what a test may do from outside."""

from __future__ import annotations

import json
import re
import sqlite3
import time
import uuid
from html import unescape
from typing import Any

import httpx
import pyotp

from bots.cli import practice

SEEDS = {
    "biller": ("practice-Biller-1", "OBZGCY3UNFRWKLLCNFWGYZLSFVZWKZLE"),
    "biller2": ("practice-Biller-2", "OBZGCY3UNFRWKLLCNFWGYZLSGIWXGZLF"),
    "supervisor": ("practice-Super-1", "OBZGCY3UNFRWKLLTOVYGK4TWNFZW64RN"),
    "readonly": ("practice-Reader-1", "OBZGCY3UNFRWKLLSMVQWI33ONR4S243F"),
}


class Portal:
    """One running portal, and what a test may do to it from outside."""

    def __init__(self, server: practice.Server) -> None:
        self.server, self.data = server, server.data

    def visitor(self) -> Visitor:
        return Visitor(self.server.address)

    def fault(self, name: str, **options: object) -> None:
        row = {
            "fault": name,
            "id": uuid.uuid4().hex,
            "options": {key: str(value) for key, value in options.items()},
        }
        (self.data / "faults.json").write_text(json.dumps([row]))

    def no_faults(self) -> None:
        (self.data / "faults.json").write_text("[]")

    def query(self, sql: str, *values: object) -> list[Any]:
        with sqlite3.connect(self.data / "practice.sqlite3", timeout=10) as base:
            rows = base.execute(sql, values).fetchall()
        base.close()
        return rows

    def fresh_codes(self) -> None:
        """As if nobody had used a code or a wrong password yet."""
        self.query("UPDATE billing_account SET last_step = 0, failures = 0, locked = 0")

    def claim(self, number: str) -> dict[str, Any]:
        facts: dict[str, Any] = self.witness(dump=True)["dump"][number]
        return facts

    def witness(self, dump: bool = False) -> dict[str, Any]:
        words = ["--dump", str(self.data / "dump.json")] if dump else []
        facts: dict[str, Any] = json.loads(practice.ask(self.data, "witness", *words))
        if dump:
            facts["dump"] = json.loads((self.data / "dump.json").read_text())
        return facts

    def requests(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.data / "requests.jsonl").open()]


class Visitor(httpx.Client):
    """A browser without a screen."""

    def __init__(self, address: str) -> None:
        super().__init__(base_url=address, follow_redirects=True, timeout=20)

    def form(self, path: str, form: str = "edit-form") -> dict[str, str]:
        """The boxes of a page's form and what stands in them."""
        text = self.get(path).text
        body = re.search(rf'<form[^>]*id="{form}".*?</form>', text, re.DOTALL)
        assert body is not None, f"no {form} on {path}"
        boxes = re.findall(r"<input[^>]*>", body[0])
        found = {}
        for tag in boxes:
            name = re.search(r'name="([^"]*)"', tag)
            value = re.search(r'value="([^"]*)"', tag)
            if name:
                found[name[1]] = unescape(value[1]) if value else ""
        return found

    def submit(self, path: str, form: str, to: str = "", **boxes: str) -> httpx.Response:
        return self.post(to or path, data=self.form(path, form) | boxes)

    def save(self, number: str, action: str = "save", **boxes: str) -> httpx.Response:
        typed = {name.replace("__", "-"): value for name, value in boxes.items()}
        return self.submit(f"/claims/{number}/edit/", "edit-form", action=action, **typed)

    def note(self, number: str, key: str, text: str) -> httpx.Response:
        page = f"/claims/{number}/"
        return self.submit(page, "note-form", to=f"{page}notes/", key=key, text=text)

    def password(self, name: str, password: str = "") -> httpx.Response:
        typed = {"username": name, "password": password or SEEDS[name][0]}
        return self.submit("/login/", "login-form", **typed)

    def code(self, code: str) -> httpx.Response:
        return self.submit("/login/code/", "code-form", code=code)

    def log_in(self, name: str = "biller", off: float = 0) -> httpx.Response:
        self.password(name)
        return self.code(code_of(name, off))


def code_of(name: str, off: float = 0) -> str:
    return pyotp.TOTP(SEEDS[name][1]).at(int(time.time() + off))


def alert(response: httpx.Response) -> str:
    """The words of the page's error banner."""
    return _banner(response, "alert")


def said(response: httpx.Response) -> str:
    """The words of the page's status message."""
    return _banner(response, "status")


def _banner(response: httpx.Response, role: str) -> str:
    found = re.search(rf'<div[^>]*role="{role}"[^>]*>(.*?)</div>', response.text, re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[1])).split()) if found else ""


def rows_of(response: httpx.Response) -> list[str]:
    """The claim numbers that a list shows."""
    return re.findall(r'<tr data-claim="([^"]+)"', response.text)


def shown(response: httpx.Response, name: str) -> str:
    """A field's text on a claim's page."""
    found = re.search(rf'data-testid="{name}"[^>]*>([^<]*)<', response.text)
    return unescape(found[1]) if found else ""
