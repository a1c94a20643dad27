"""What `claimbots serve` says of itself, for a watchdog and for Prometheus; no patient data.

On 127.0.0.1 only: /healthz (is it alive), /readyz (would runs begin), /metrics. What is said was
seen at the scheduler's last look; nothing is asked of the store for a request.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from bots.errors import Problem

OVERDUE = timedelta(seconds=60)  # a look is six times as frequent


@dataclass(frozen=True, slots=True)
class Seen:
    """What the scheduler saw at its last look; times are UTC."""

    at: datetime
    is_at_work: bool = False
    problem: str = ""  # why no run would begin
    held: dict[str, str] = field(default_factory=dict)  # schedule -> why none of it would begin
    open_exceptions: int = 0
    open_proposals: int = 0
    done: dict[str, datetime] = field(default_factory=dict)  # schedule -> its last good run's time
    waiting: int = 0
    failed: int = 0  # times whose run failed or left work over, or that nobody began, of a week


def answer(path: str, seen: Seen | None, now: datetime) -> tuple[int, str]:
    """The status and the text for a path."""
    if path == "/metrics":
        return 200, metrics(seen)
    if path not in ("/healthz", "/readyz"):
        return 404, "/healthz, /readyz or /metrics\n"
    if seen is None:
        return 503, "no look at the schedules yet\n"
    if now - seen.at > OVERDUE:
        return 503, f"no look at the schedules since {seen.at:%Y-%m-%d %H:%M:%S} UTC\n"
    if path == "/readyz" and seen.problem:
        return 503, f"no run would begin: {seen.problem}\n"
    if path == "/readyz" and seen.held:
        held = seen.held.items()
        return 503, "".join(f"no run of {name} would begin: {why}\n" for name, why in held)
    return 200, "ok\n"


def metrics(seen: Seen | None) -> str:
    """The text form of Prometheus (version 0.0.4)."""
    registry = CollectorRegistry()

    def gauge(name: str, words: str, value: float) -> None:
        Gauge(f"claimbots_{name}", words, registry=registry).set(value)

    if seen is not None:
        gauge("look_timestamp_seconds", "The last look at the schedules", seen.at.timestamp())
        gauge("run_at_work", "1 while a scheduled run is at work", seen.is_at_work)
        is_ready = not seen.problem and not seen.held
        gauge("ready", "1 where a run of every schedule would begin", is_ready)
        gauge("exceptions_open", "Exceptions that wait for a person", seen.open_exceptions)
        gauge("proposals_open", "Proposals that wait for a person", seen.open_proposals)
        gauge("scheduled_waiting", "Scheduled times that wait for their turn", seen.waiting)
        gauge("scheduled_failed", "Scheduled times of a week without a good run", seen.failed)
        done = Gauge(
            "claimbots_schedule_done_timestamp_seconds",
            "The time of the last good run of a schedule",
            ["schedule"],
            registry=registry,
        )
        for schedule, moment in seen.done.items():
            done.labels(schedule).set(moment.timestamp())
    return generate_latest(registry).decode()


@contextmanager
def answering(port: int, seen: Callable[[], Seen | None]) -> Iterator[int]:
    """Answer on 127.0.0.1 while the body runs; gives the port. Port 0 answers nowhere.

    Raises:
        Problem: the port is taken.
    """
    if port == 0:
        yield 0
        return

    class Handler(BaseHTTPRequestHandler):
        timeout = 5  # seconds; who asks and says nothing must not keep a thread

        def do_GET(self) -> None:
            status, text = answer(self.path.partition("?")[0], seen(), datetime.now(UTC))
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """A watchdog asks every few seconds: that is no news."""

    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    except OSError as error:
        raise Problem(
            f"port {port} of this machine is taken ({error.strerror})",
            where="claimbots.yaml serve.port",
            do="choose another one, or 0 for none",
        ) from None
    thread = threading.Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
