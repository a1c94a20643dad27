"""`python -m bots.practice`: serve, seed, reset, stop, faults, witness, people.

Answers with JSON or one address on standard output; what goes wrong is one sentence on
standard error and exit 2.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sqlite3
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from bots.practice.folder import Folder, here


class Refused(Exception):
    """A sentence for the person at the keyboard."""


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    options = _parser().parse_args(words)
    os.umask(0o077)
    if options.data:
        os.environ["PRACTICE_DATA"] = str(Path(options.data).absolute())
    folder = here()
    try:
        folder.made()
        options.run(folder, options)
    except Refused as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 2
    except Exception as error:
        # Django hands the database's own error on as the cause of one of its own.
        if not isinstance(error.__cause__ or error, (OSError, sqlite3.Error)):
            raise
        said = getattr(error, "strerror", None) or error
        do = "free the disk, or name a folder you own with --data"
        sys.stderr.write(f"{folder.root}: cannot be used ({said}); {do}\n")
        return 2
    return 0


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bots.practice", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run in COMMANDS.items():
        command = commands.add_parser(name, help=run.__doc__)
        command.add_argument("--data", help="the portal's folder (else PRACTICE_DATA)")
        command.set_defaults(run=run)
        if name == "serve":
            command.add_argument("--port", type=int, default=0)
        elif name == "seed":
            command.add_argument("--claims", type=int, default=200)
            command.add_argument("--seed", type=int, default=1)
            command.add_argument("--truth", type=Path)
            command.add_argument("--tables", type=Path)
        elif name == "faults":
            command.add_argument("action", choices=("list", "known", "set", "clear"))
            command.add_argument("name", nargs="?")
            command.add_argument("options", nargs="*", metavar="key=value")
        elif name == "reset":
            command.add_argument("--stay-logged-in", action="store_true")
        elif name == "witness":
            command.add_argument("--dump", type=Path)
    return parser


def _django() -> None:
    """Set Django up, and bring the database to the newest migration."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "bots.practice.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)


def _ready() -> None:
    """The same, with the accounts there."""
    _django()
    from django.contrib.auth.models import User

    from bots.practice.people import ensure_people

    if not User.objects.exists():
        ensure_people()


def serve(folder: Folder, options: argparse.Namespace) -> None:
    """Serve the portal; prints its address when it answers."""
    running = _running(folder)
    if running:
        raise Refused(f"{folder.root}: already served at {running['address']}; stop it first")
    # Blocked before any thread starts, so that sigwait gets them.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    _ready()
    from django.db import connection

    from bots.practice.faults.registry import all_faults
    from bots.practice.server import serve as serve_until_told

    all_faults()
    connection.close()
    try:
        serve_until_told(folder, options.port)
    except OSError as error:
        raise Refused(
            f"port {options.port} cannot be used ({error.strerror}); choose another, or 0"
        ) from error


def _running(folder: Folder) -> dict[str, Any] | None:
    """What `server.json` says, if that process is still a portal."""
    try:
        facts: dict[str, Any] = json.loads(folder.server.read_text())
        words = Path(f"/proc/{facts['pid']}/cmdline").read_bytes()
    except (OSError, ValueError, KeyError):
        return None
    return facts if b"bots.practice" in words else None


def stop(folder: Folder, options: argparse.Namespace) -> None:
    """Stop the portal that serves this folder."""
    facts = _running(folder)
    if facts is None:
        folder.server.unlink(missing_ok=True)
        _say("not running")
        return
    os.kill(int(facts["pid"]), signal.SIGTERM)
    until = time.monotonic() + 10
    while _running(folder) and time.monotonic() < until:
        time.sleep(0.02)
    _say("stopped")


def seed(folder: Folder, options: argparse.Namespace) -> None:
    """Fill the portal with synthetic claims; what was there goes."""
    _ready()
    from bots.practice.seeding import seed_portal

    facts = seed_portal(
        claims=options.claims, seed=options.seed, truth=options.truth, tables=options.tables
    )
    keep_as_seeded(folder)
    _say(json.dumps(facts or {}, default=str))


def keep_as_seeded(folder: Folder) -> None:
    """Copy the database, so that `reset` can put it back."""
    _copy(folder.database, folder.seeded)


def _copy(source: Path, target: Path) -> None:
    with sqlite3.connect(source, timeout=20) as old, sqlite3.connect(target, timeout=20) as new:
        old.backup(new)
    old.close()
    new.close()


def reset(folder: Folder, options: argparse.Namespace) -> None:
    """Put the claims and the accounts back as seeding left them; faults and logs go.

    Everybody is logged out, unless `--stay-logged-in`.
    """
    stay = _rows(folder, _LOG_INS) if options.stay_logged_in else {}
    if folder.seeded.exists():
        _copy(folder.seeded, folder.database)
    _ready()
    from bots.practice.faults import switchboard
    from bots.practice.people import ensure_people
    from bots.practice.witness import clear_witness

    clear_witness()
    ensure_people()
    _put_rows(folder, stay)
    switchboard.forget(folder.faults)
    folder.requests.unlink(missing_ok=True)
    _say("reset")


# A session stands only with the password's own salt, and a code that was used stays used.
_LOG_INS = ("auth_user", "billing_account", "django_session")


def _rows(folder: Folder, tables: tuple[str, ...]) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(folder.database, timeout=20)) as base:
        return {name: base.execute(f"SELECT * FROM {name}").fetchall() for name in tables}


def _put_rows(folder: Folder, tables: dict[str, list[tuple[Any, ...]]]) -> None:
    with closing(sqlite3.connect(folder.database, timeout=20)) as base, base:
        for name, rows in tables.items():
            base.execute(f"DELETE FROM {name}")
            for row in rows:
                base.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * len(row))})", row)


def faults(folder: Folder, options: argparse.Namespace) -> None:
    """Switch faults on and off: `set F61 seconds=5 claim=…`, `clear [F61]`, `list`, `known`."""
    from bots.practice.faults import switchboard

    rows = switchboard.read(folder.faults)
    if options.action == "list":
        struck = switchboard.struck(folder.faults)
        _say(json.dumps([row | {"struck": row["id"] in struck} for row in rows]))
        return
    if options.action == "clear":
        kept = [row for row in rows if options.name and row["fault"] != options.name]
        switchboard.write(folder.faults, kept)
        _say(_on(kept))
        return
    os.environ["DJANGO_SETTINGS_MODULE"] = "bots.practice.settings"
    import django

    django.setup()
    from bots.practice.faults.registry import ALWAYS, known

    faults_known = known()
    if options.action == "known":
        for name, (line, own) in faults_known.items():
            _say(f"{name:15} {line}" + (f"  [{' '.join(own)}]" if own else ""))
        return
    if options.name not in faults_known:
        raise Refused(f"no fault {options.name}; `faults known` lists them")
    allowed = (*ALWAYS, *faults_known[options.name][1])
    given: dict[str, str] = {}
    for word in options.options:
        key, equals, value = word.partition("=")
        if not equals or key not in allowed:
            raise Refused(f"{options.name} takes {', '.join(allowed)}; not {word}")
        given[key] = value
    others = [row for row in rows if row["fault"] != options.name]
    kept = [*others, switchboard.row(options.name, given)]
    switchboard.write(folder.faults, kept)
    _say(_on(kept))


def _on(rows: list[dict[str, Any]]) -> str:
    return f"on: {', '.join(row['fault'] for row in rows) or 'none'}"


def witness(folder: Folder, options: argparse.Namespace) -> None:
    """What was stored since seeding: saves and notes a claim, and a digest of all claims."""
    _django()
    from bots.practice import witness as seen

    claims = seen.dump()
    if options.dump:
        options.dump.write_text(json.dumps(claims, indent=1, sort_keys=True))
    facts = {"writes": seen.writes(), "claims": seen.saves(), "digest": seen.digest(claims)}
    _say(json.dumps(facts))


def people(folder: Folder, options: argparse.Namespace) -> None:
    """The accounts with their passwords and the seeds of their one-time codes."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "bots.practice.settings"
    from bots.practice.people import as_rows

    _say(json.dumps(as_rows()))


COMMANDS = {
    "serve": serve,
    "stop": stop,
    "seed": seed,
    "reset": reset,
    "faults": faults,
    "witness": witness,
    "people": people,
}

if __name__ == "__main__":
    sys.exit(main())
