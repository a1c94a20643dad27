"""The fault matrix: what goes wrong, where, and what is true of the claim whatever happens.

Numbers are those of the fault catalogue, F01 to F100 (docs/faults.md). A case is a fault with a
seed: the seed chooses the claims, the moment, and the fault's own options.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

Options = Callable[[Random], tuple[str, ...]]


@dataclass(frozen=True)
class Fault:
    """One fault. `how` names the way in which `matrix` brings it about.

    The practice portal's own faults have these numbers, too; they strike one claim or all of
    them, or, `in_list`, the list of claims, which then is one of several pages. `place` is a
    crash point.
    """

    number: str
    how: str
    is_everywhere: bool = False
    in_list: bool = False
    options: Options = lambda random: ()
    place: str = ""
    first: str = ""  # Python that spoils something in the process
    needs: tuple[str, ...] = field(default=())


def _one_of(*words: str) -> Options:
    return lambda random: (random.choice(words),)


def _portal(number: str, options: Options = lambda random: (), **more: bool) -> Fault:
    return Fault(number, "portal", options=options, **more)


def _list(number: str, options: Options = lambda random: ()) -> Fault:
    return _portal(number, options, is_everywhere=True, in_list=True)


BROKEN_DISK = """
import errno, os, pathlib
from bots.ledger import disk
real, seen = disk.{call}, []
def failing(*given):
    seen.append(1)
    if len(seen) >= {nth}:
        pathlib.Path({mark!r}).touch()
        raise OSError(errno.{error}, os.strerror(errno.{error}))
    return real(*given)
disk.{call} = failing
"""

FAULTS: tuple[Fault, ...] = (
    # Start
    Fault("F01", "crash", place="run.asked"),
    Fault("F02", "twice"),
    Fault("F03", "crash", place="run.taken"),
    # Log in: each would lock an account if it were tried again; tests/portals has all of them.
    _portal("F13", lambda random: (f"nth={random.randint(3, 9)}",), is_everywhere=True),
    _portal("F14", is_everywhere=True),
    _portal("F15", is_everywhere=True),
    # Worklist
    _list("F17", _one_of("kind=removed", "kind=inserted")),
    _list("F18"),
    _list("F19"),
    _list("F20"),
    _list("F21"),
    _list("F22"),
    _list("F24"),
    # Read
    _portal("F25", _one_of("how=renamed", "how=removed", "how=moved")),
    _portal("F26"),
    _portal("F27", _one_of("part=body", "seconds=1")),
    _portal("F28"),
    _portal("F29", _one_of("kind=dots", "kind=slashes")),
    _portal("F30"),
    _portal("F31", _one_of("kind=zero-width", "kind=nbsp", "kind=look-alike")),
    _portal("F33"),
    # Intent
    *(
        Fault(number, "spoiled", first=BROKEN_DISK, needs=(call, error))
        for number, call, error in (
            ("F41", "write", "ENOSPC"),
            ("F42", "write", "EIO"),
            ("F43", "fsync", "EIO"),
        )
    ),
    Fault("F44", "crash", place="ledger.after_write"),
    Fault("F45", "crash", place="hands.after_intent"),
    # Re-read
    _portal("F49", lambda random: ("after=history",)),
    _portal("F51", lambda random: ("after=history",)),
    # Act
    _portal("F52", _one_of("kind=drop", "kind=group", "kind=complete")),
    _portal("F53"),
    _portal("F54", _one_of("kind=confirm", "kind=alert")),
    _portal("F55"),
    _portal("F56", _one_of("kind=popup", "kind=download")),
    Fault("F57", "page crash"),
    Fault("F58", "browser killed"),
    Fault("F59", "driver killed"),
    _portal("F60"),
    # Save
    _portal("F61", lambda random: (f"seconds={random.choice((3, 5))}",)),
    Fault("F62", "crash", place="editor.after_click"),
    _portal("F63"),
    _portal("F64", _one_of("code=502", "code=504")),
    _portal("F65"),
    _portal("F66"),
    _portal("F67", lambda random: ("seconds=2",)),
    _portal("F68"),
    _portal("F69"),
    _portal("F70"),
    _portal("F71"),
    _portal("F73", is_everywhere=True),
    # Settle
    _portal("F74", _one_of("times=1", "times=2")),
    _portal("F75", _one_of("times=2", "times=3")),
    Fault("F76", "crash", place="hands.before_outcome"),
    Fault("F77", "crash", place="run.kept"),
    Fault("F79", "crash", place="hands.after_outcome"),
    # Machinery
    Fault("F85", "killed at random"),
    Fault("F86", "frozen"),
    Fault("F88", "upgraded", place="run.listed"),
    Fault("F90", "killed again and again"),
    Fault("F94", "cancelled"),
    Fault("F95", "paused"),
    Fault("F96", "signal"),
    _portal("F98", is_everywhere=True),
    Fault("report", "crash", place="run.ended"),
    Fault("end", "crash", place="run.before_end"),
    Fault("taken", "crash", place="run.taken_up"),
    Fault("act", "crash", place="hands.before_act"),
    Fault("save", "crash", place="editor.before_save"),
    Fault("acted", "crash", place="hands.after_act"),
    Fault("written", "crash", place="ledger.before_write"),
    Fault("synced", "crash", place="ledger.after_fsync"),
)

# What the sample of CI takes of it: each way once, and the saves that were at work.
SAMPLE = ("F02", "F03", "F17", "F25", "F42", "F58", "F61", "F64", "F77", "F85", "F86", "F96")
