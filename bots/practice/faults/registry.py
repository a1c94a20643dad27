"""The faults that exist: number, stage, what it does, which options it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

# What every fault takes: which claim, how often, for how long, from which occasion on, which
# part of an address, and for a save whether of the claim, a note or a hold (or any).
ALWAYS = ("claim", "times", "seconds", "nth", "path", "on")


@dataclass(frozen=True)
class Fault:
    """One registered function."""

    name: str
    stage: str
    line: str
    options: tuple[str, ...]
    run: Callable[..., Any]


_FAULTS: dict[tuple[str, str], Fault] = {}


def fault(
    name: str, stage: str, options: str = ""
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as (part of) a fault; `options` are its own, separated by blanks.

    The function's docstring is the fault's line in `faults known`; of several, the first's.
    """

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        line = " ".join((function.__doc__ or "").split())
        _FAULTS[name, stage] = Fault(name, stage, line, tuple(options.split()), function)
        return function

    return register


def all_faults() -> dict[tuple[str, str], Fault]:
    """Every fault, by number and stage."""
    package = import_module("bots.practice.faults")
    for module in iter_modules(package.__path__):
        if module.name.startswith("on_"):
            import_module(f"bots.practice.faults.{module.name}")
    return _FAULTS


def known() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Name to its line and its options, all stages together."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for (name, _), item in all_faults().items():
        line, options = found.get(name, ("", ()))
        found[name] = (line or item.line, tuple(dict.fromkeys((*options, *item.options))))
    return dict(sorted(found.items()))
