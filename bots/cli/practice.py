"""`claimbots practice`: the practice portal, as a process of its own.

The only place outside `bots/practice` that knows how to start it; everything goes through
`python -m bots.practice`, nothing is imported from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="The practice portal: learn, demo and test on it.")

Data = Annotated[
    Path | None,
    typer.Option("--data", help="The portal's folder; else practice/ in the data folder."),
]
START_LIMIT = 10.0  # seconds until a portal must answer


@dataclass(frozen=True)
class Server:
    """A portal that answers."""

    address: str
    pid: int
    data: Path


def start(data: Path, port: int = 0) -> Server:
    """Start a portal on a folder and wait until it answers.

    Raises:
        Problem: it does not start, or does not answer in time.
    """
    import json
    import subprocess
    import sys
    import time

    from bots.errors import Problem

    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        words = (data / "serve.err").open("w")
    except OSError as error:
        raise Problem(
            f"the portal's folder cannot be written ({error.strerror})",
            where=str(data),
            do="free the disk or name a folder you own",
        ) from error
    child = subprocess.Popen(
        [sys.executable, "-m", "bots.practice", "serve", "--data", str(data), "--port", str(port)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=words,
        start_new_session=True,
    )
    words.close()
    until = time.monotonic() + START_LIMIT
    while time.monotonic() < until:
        if child.poll() is not None:
            said = (data / "serve.err").read_text().strip().splitlines()
            raise Problem(
                said[-1] if said else "the practice portal did not start",
                where="practice serve",
                do=f"see {data / 'serve.err'}",
            )
        try:
            facts = json.loads((data / "server.json").read_text())
        except (OSError, ValueError):
            facts = {}
        if facts.get("pid") == child.pid:
            return Server(facts["address"], child.pid, data)
        time.sleep(0.02)
    child.terminate()
    raise Problem(
        f"the practice portal did not answer within {START_LIMIT:.0f} seconds",
        where="practice serve",
        do=f"see {data / 'portal.log'}",
    )


def stop(server: Server) -> None:
    """Stop a portal that `start` started, and wait until it is gone."""
    import contextlib
    import os
    import signal
    import time

    with contextlib.suppress(ProcessLookupError):
        os.kill(server.pid, signal.SIGTERM)
    until = time.monotonic() + START_LIMIT
    while time.monotonic() < until:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(server.pid, os.WNOHANG)
        if not Path(f"/proc/{server.pid}").exists():
            return
        time.sleep(0.02)


def ask(data: Path, *words: str) -> str:
    """Run one of the portal's commands on a folder; what it printed.

    Raises:
        Problem: the portal's own sentence.
    """
    import subprocess
    import sys

    from bots.errors import Problem

    command = [sys.executable, "-m", "bots.practice", words[0], "--data", str(data), *words[1:]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or "").strip().splitlines()
        raise Problem(said[-1] if said else "no answer", where=f"practice {words[0]}")
    return done.stdout


def _folder(data: Path | None) -> Path:
    from bots import places

    return (data or places.here().practice).absolute()


@app.command("serve")
def serve_command(
    data: Data = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="A loopback port; 0 takes a free one.")
    ] = 0,
    background: Annotated[bool, typer.Option("--background", help="Detach.")] = False,
) -> None:
    """Serve the portal on 127.0.0.1; prints its address."""
    import os
    import sys

    folder = _folder(data)
    if background:
        typer.echo(start(folder, port).address)
        return
    # In this process's place, so that a signal reaches the portal and nothing else.
    words = ["-m", "bots.practice", "serve", "--data", str(folder), "--port", str(port)]
    os.execv(sys.executable, [sys.executable, *words])


@app.command("stop")
def stop_command(data: Data = None) -> None:
    """Stop the portal that serves the folder."""
    typer.echo(ask(_folder(data), "stop").strip())


@app.command("seed")
def seed_command(
    data: Data = None,
    claims: Annotated[int, typer.Option(min=1, help="How many claims.")] = 200,
    seed: Annotated[int, typer.Option(help="The same seed makes the same claims.")] = 1,
    truth: Annotated[
        Path | None, typer.Option(help="Where to write what is wrong with which claim.")
    ] = None,
    tables: Annotated[
        Path | None, typer.Option(help="Where to write the synthetic tables.")
    ] = None,
) -> None:
    """Fill the portal with synthetic claims; what was there goes."""
    words = ["seed", "--claims", str(claims), "--seed", str(seed)]
    words += ["--truth", str(truth.absolute())] if truth else []
    words += ["--tables", str(tables.absolute())] if tables else []
    typer.echo(ask(_folder(data), *words).strip())


@app.command("reset")
def reset_command(
    data: Data = None,
    stay_logged_in: Annotated[
        bool, typer.Option("--stay-logged-in", help="Let who is logged in stay so.")
    ] = False,
) -> None:
    """Put claims and accounts back as seeding left them; faults and logs go."""
    words = ["--stay-logged-in"] if stay_logged_in else []
    typer.echo(ask(_folder(data), "reset", *words).strip())


_FAULT_ACTIONS = ("known", "list", "set", "clear")


@app.command("faults")
def faults_command(
    action: Annotated[str, typer.Argument(help="known, list, set or clear.")] = "known",
    name: Annotated[str, typer.Argument(help="The fault, such as F61.")] = "",
    options: Annotated[
        list[str] | None, typer.Argument(help="key=value: claim, times, seconds, nth ...")
    ] = None,
    data: Data = None,
) -> None:
    """Switch the portal's faults on and off, by their number."""
    if action not in _FAULT_ACTIONS:
        from bots.errors import Problem

        raise Problem(
            f'no action "{action[:40]}"',
            where="practice faults",
            do=f"use one of: {', '.join(_FAULT_ACTIONS)}",
        )
    words = ["faults", action, *([name] if name else []), *(options or [])]
    typer.echo(ask(_folder(data), *words).strip())


@app.command("people")
def people_command(
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines.")] = False,
) -> None:
    """The accounts, with their published passwords and the one-time code of this moment."""
    import json

    people = json.loads(ask(_folder(data), "people"))
    if as_json:
        for person in people:
            typer.echo(json.dumps(person))
        return
    import pyotp

    typer.echo(f"{'user':12} {'password':20} {'code now':9} {'role':11} {'name':16} seed")
    for person in people:
        code = pyotp.TOTP(person["seed"]).now()
        typer.echo(
            f"{person['username']:12} {person['password']:20} {code:9} {person['role']:11} "
            f"{person['name']:16} {person['seed']}"
        )
