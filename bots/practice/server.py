"""Serves the portal on a loopback port, a thread a connection, HTTP/1.1 kept alive."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
import threading
from typing import Any

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application

from bots.practice.folder import Folder


class Handler(WSGIRequestHandler):
    """Gives a request its own socket, so that a fault can cut the line."""

    # Django's servers leave a time-out out; an idle kept-alive thread should end.
    timeout = 300
    disable_nagle_algorithm = True
    wbufsize = -1

    def get_environ(self) -> dict[str, Any]:
        """The request's environment, with the handler itself."""
        environ: dict[str, Any] = super().get_environ()
        environ["practice.handler"] = self
        return environ

    def handle(self) -> None:
        """Answer requests until either side hangs up."""
        try:
            super().handle()
        except OSError:
            self.close_connection = True  # the other side hung up, or a fault cut the line

    def finish(self) -> None:
        """Flush what is left; a line that was cut takes nothing."""
        with contextlib.suppress(OSError, ValueError):
            super().finish()


class Server(ThreadedWSGIServer):
    """Quiet about clients that leave, and able to refuse a port that is taken."""

    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that left is no news."""

    def server_bind(self) -> None:
        """Bind without asking the resolver for a name, or sharing the port with another."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        host, port = self.socket.getsockname()[:2]
        self.server_address = (host, port)
        self.server_name, self.server_port = host, port
        self.setup_environ()


def serve(folder: Folder, port: int) -> None:
    """Serve until SIGTERM or SIGINT; `server.json` stands while the portal answers.

    Raises:
        OSError: the port is taken.
    """
    server = Server(("127.0.0.1", port), Handler)
    server.set_app(get_wsgi_application())
    address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    _write(folder, {"address": address, "port": server.server_port, "pid": os.getpid()})
    sys.stdout.write(f"{address}\n")
    sys.stdout.flush()
    try:
        signal.sigwait({signal.SIGTERM, signal.SIGINT})
    finally:
        folder.server.unlink(missing_ok=True)
        server.socket.close()


def _write(folder: Folder, facts: dict[str, object]) -> None:
    draft = folder.root / f".server-{os.getpid()}"
    draft.write_text(json.dumps(facts))
    draft.replace(folder.server)
