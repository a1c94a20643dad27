"""`claimbots doctor`: each line OK, or what to do.

OK needs nothing; NOTE is worth knowing, such as a table that ends soon; DO has to be done
before the bots can work, and makes the exit 1. Looks only: it writes nothing but one
temporary file in the data folder, and no line carries a secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from bots.config import Portal, Settings
    from bots.places import Places

LEAST_FREE = 1_000_000_000  # bytes: a year of ledger, store and reports of a small office


@dataclass(frozen=True, slots=True)
class Line:
    """One finding of the doctor; `state` is OK, NOTE or DO."""

    state: str
    about: str
    text: str


def doctor() -> None:
    """Look at everything the bots need: each line OK, or what to do."""
    from bots.places import here

    lines = list(examined(here()))
    for line in lines:
        typer.echo(f"{line.state:<4} {line.about:<13} {line.text}")
    todo = sum(line.state == "DO" for line in lines)
    if todo:
        typer.echo(f"{todo} thing{'s' if todo > 1 else ''} to do.")
        raise typer.Exit(1)
    typer.echo("All is well.")


def examined(places: Places) -> Iterator[Line]:
    """Every line, in the order in which a new office would set things up."""
    yield from _guarded("python", _python)
    yield from _guarded("data folder", lambda: _data_folder(places))
    yield from _guarded("disk", lambda: _disk(places))
    yield from _guarded("store", lambda: _store(places))
    yield from _guarded("clock", lambda: _clock(places))
    yield from _guarded("brake", lambda: _brake(places))
    yield from _guarded("configuration", _configuration)
    yield from _guarded("schedules", _schedules)
    yield from _guarded("browser", _browser)
    yield from _guarded("keys", _keys)
    yield from _guarded("credentials", lambda: _credentials(places))
    yield from _guarded("alerts", lambda: _alerts(places))
    yield from _guarded("code sets", lambda: _codesets(places))


def _guarded(about: str, look: Callable[[], Iterator[Line]]) -> Iterator[Line]:
    # One broken thing must not hide the others.
    from bots.errors import Problem

    try:
        yield from look()
    except Problem as problem:
        for sentence in problem.sentence().splitlines():
            yield Line("DO", about, sentence)
    except Exception as error:  # a doctor that falls ill helps nobody
        text = f"cannot be looked at ({type(error).__name__}); reinstall with `make setup`"
        yield Line("DO", about, text)


def _python() -> Iterator[Line]:
    import platform
    import sys

    fit = sys.version_info >= (3, 11)
    text = platform.python_version()
    yield Line("OK", "python", text) if fit else Line("DO", "python", f"{text}; install 3.11")


def _data_folder(places: Places) -> Iterator[Line]:
    import tempfile

    about, root = "data folder", places.root
    if not root.is_dir():
        yield Line("DO", about, f"{root} is not there; run `claimbots init`")
        return
    mode = root.stat().st_mode & 0o777
    if mode & 0o077:
        yield Line("DO", about, f"{root} is open to others ({mode:04o}); run `chmod 700 {root}`")
    try:
        with tempfile.TemporaryFile(dir=root):
            yield Line("OK", about, f"{root} can be written")
    except OSError as error:
        yield Line("DO", about, f"{root} cannot be written ({error.strerror}); free or own it")


def _disk(places: Places) -> Iterator[Line]:
    import shutil

    folder = next(path for path in (places.root, *places.root.parents) if path.is_dir())
    free = shutil.disk_usage(folder).free
    text = f"{free / 1e9:.1f} GB free"
    if free < LEAST_FREE:
        yield Line("DO", "disk", f"{text}; free at least {LEAST_FREE / 1e9:.0f} GB")
    else:
        yield Line("OK", "disk", text)


def _store(places: Places) -> Iterator[Line]:
    from bots.errors import Problem
    from bots.store import database
    from bots.store.address import has_store, shown
    from bots.store.apart import ours

    try:
        if not has_store(places):
            return  # the first command that needs one makes it
        made_by = set(database.migrations(places))
    except Problem as problem:
        yield Line("DO", "store", problem.sentence())
        return
    if made_by - set(ours()):
        yield Line("DO", "store", "it was written by a newer version; update claimbots")
    elif made_by and set(ours()) - made_by:
        yield Line("DO", "store", "it is of an older version; run `claimbots upgrade`")
    else:
        yield Line("OK", "store", f"{shown(places)} is of this version")


def _clock(places: Places) -> Iterator[Line]:
    import time
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    newest = max(
        (path.stat().st_mtime for path in (places.store, places.ledger) if path.exists()),
        default=0.0,
    )
    if newest > time.time() + 60:
        yield Line("DO", "clock", "it stands before the newest record; set it (NTP)")
    else:
        text = f"{now:%Y-%m-%d %H:%M:%S} UTC; one-time codes need it right to half a minute"
        yield Line("OK", "clock", text)


def _brake(places: Places) -> Iterator[Line]:
    from bots.store.brake import stopped_by

    stopped = stopped_by(places)
    if stopped is None:
        yield Line("OK", "brake", "not pulled: runs may write")
        return
    by = f" by {stopped.by}" if stopped.by else ""
    at = f" at {stopped.at}" if stopped.at else ""
    text = f"pulled{by}{at}: no run writes; `claimbots go` lets them begin again"
    yield Line("NOTE", "brake", text)


def _configured() -> tuple[Settings, dict[str, Portal]]:
    from bots.config import load_portals, load_settings

    return load_settings(), load_portals()


def _configuration() -> Iterator[Line]:
    from bots.config import config_folder, selectors_folder

    portals = _configured()[1]
    count = len(portals)
    what = f"{count} portal{'' if count == 1 else 's'}"
    yield Line("OK", "configuration", f"{config_folder()} read: {what}")
    yield from _policy(config_folder())
    selectors = selectors_folder()
    for name, portal in portals.items():
        path = selectors / f"{portal.kind}.yaml"
        if not path.is_file():
            yield Line("DO", "selectors", f"{path} for portal {name} is not there; write it")


def _policy(folder: Path) -> Iterator[Line]:
    from bots.policy import load

    load(folder / "policy.yaml")
    yield Line("OK", "policy", f"{folder / 'policy.yaml'} read")


def _schedules() -> Iterator[Line]:
    from bots.config.schedules import load_schedules, without_portal
    from bots.errors import Problem

    try:
        portals = _configured()[1]
    except Problem:
        return  # said under `configuration`
    schedules = load_schedules()
    wrong = without_portal(schedules, portals)
    for problem in wrong.values():
        yield Line("DO", "schedules", problem.sentence())
    if schedules and not wrong:
        count = len(schedules)
        yield Line("OK", "schedules", f"{count} schedule{'' if count == 1 else 's'} read")


def _browser() -> Iterator[Line]:
    from importlib import import_module

    from bots.errors import Problem

    try:
        configured = _configured()[0].browser.path
    except Problem:
        configured = None  # said under `configuration`
    # By name: the browser's own imports are only paid for here.
    found = import_module("bots.portals.browser").find(configured)
    yield Line("OK", "browser", str(found))


def _keys() -> Iterator[Line]:
    from bots.errors import Problem

    try:
        settings, portals = _configured()
    except Problem:
        return  # said under `configuration`
    real = {name: portal.mode for name, portal in portals.items() if not portal.is_practice}
    live = [name for name, mode in real.items() if mode == "live"]
    master = settings.keys.master
    if master is not None:
        yield _reference("keys", master)
    elif live:
        yield Line("DO", "keys", f"live portals ({', '.join(live)}) need keys.master; set it")
    elif real:
        text = f"portals ({', '.join(real)}) need keys.master, even only to look; set it"
        yield Line("DO", "keys", text)
    else:
        yield Line("OK", "keys", "no master key: enough for demo and practice, not for a portal")


def _reference(about: str, reference: str) -> Line:
    import os

    from bots.errors import Problem
    from bots.secrets import read_reference
    from bots.secrets.references import open_to_others

    kind, _, name = reference.partition(":")
    if kind == "env" and not (os.environ.get(name) or os.environ.get(f"{name}_FILE")):
        return Line("DO", about, f"the environment has no {name}; set it")
    if kind == "vault":
        try:
            read_reference(reference)
        except Problem as problem:
            return Line("DO", about, problem.sentence())
    if kind == "file":
        path = Path(name).expanduser()
        if not path.is_file():
            return Line("DO", about, f"{name} is not there; put the key there")
        if open_to_others(path.stat(), os.geteuid()):
            return Line("DO", about, f"{name} is open to others; run `chmod 600 {name}`")
    return Line("OK", about, f"{kind}:{name}")


def _credentials(places: Places) -> Iterator[Line]:
    from bots.errors import Problem
    from bots.secrets.credentials import known_credentials
    from bots.secrets.refused import refusals

    try:
        portals = _configured()[1]
    except Problem:
        return  # said under `configuration`
    kept, refused = known_credentials(places), refusals(places)
    for name, portal in portals.items():
        asked = portal.credential
        own = asked.removeprefix("sealed:")
        setting = f"`claimbots credentials set {own}`"
        if asked in refused:
            text = f"{asked} was refused {refused[asked]}; put it right, then `claimbots "
            text += f"credentials unlock {asked}`"
            yield Line("DO", "credentials", f"{name}: {text}")
        elif ":" in own:
            yield Line("OK", "credentials", f"{name}: {asked}, asked for at log-in")
        elif own in kept:
            text = f"{own} is kept; `claimbots credentials test {name}` tries it"
            yield Line("OK", "credentials", f"{name}: {text}")
        elif portal.is_practice:
            text = f"`claimbots demo` makes its own log-in; for a run of yours {setting}"
            yield Line("NOTE", "credentials", f"{name}: {text}")
        else:
            yield Line("DO", "credentials", f"{name}: no log-in {own} is kept; {setting}")


def _alerts(places: Places) -> Iterator[Line]:
    from bots.alerts import channels
    from bots.errors import Problem

    try:
        given = _configured()[0].alerts
    except Problem:
        return  # said under `configuration`
    ways = channels(given)
    if not ways:
        text = (
            "nobody is told when a run or a schedule needs a person; set alerts in claimbots.yaml"
        )
        yield Line("NOTE", "alerts", text)
        return
    secrets = (given.smtp_password, given.webhook, given.webhook_token, given.notifier_arguments)
    for secret in filter(None, secrets):
        line = _reference("alerts", secret)
        if line.state == "DO":
            yield line
    count, fault = _not_sent(places)
    if count:
        why = f"{count} not sent, or not to all ({fault})"
        text = f"{why}; put it right, what waits is tried again"
        yield Line("DO", "alerts", text)
    else:
        yield Line("OK", "alerts", f"by {', '.join(ways)}")


def _not_sent(places: Places) -> tuple[int, str]:
    """How many alerts did not reach all, and why; none where the store does not answer."""
    from bots.errors import Problem
    from bots.store import database
    from bots.store.address import database_url
    from bots.store.apart import alerts_not_sent

    if not database_url(places):
        return alerts_not_sent(places.store) if places.store.exists() else (0, "")
    try:
        database.connect(places)
    except Problem:  # said of the store itself
        return 0, ""
    from bots.store import alerts

    return alerts.not_sent()


def _codesets(places: Places) -> Iterator[Line]:
    from datetime import UTC, datetime

    from bots.codesets.status import status

    today = datetime.now(UTC).date()
    missing: list[str] = []
    for row in status(places.codesets):
        if row.origin is None and row.table == "icd10cm":
            yield Line("DO", "code sets", "icd10cm: not there; run `claimbots init`")
        elif row.origin is None:
            missing.append(row.table)
        elif row.covers(today):
            yield Line("OK", "code sets", row.sentence())
        else:
            yield Line("NOTE", "code sets", f"{row.sentence()}; says nothing about today")
    if missing:
        text = f"not imported: {', '.join(missing)}; checks that ask them are not evaluated "
        text += "(`claimbots codesets fetch --list` says where the files are)"
        yield Line("NOTE", "code sets", text)
