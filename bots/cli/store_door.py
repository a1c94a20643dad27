"""What the doors to the store share: open it, one JSON object a line, a word from a list."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bots.errors import Problem
    from bots.places import Places

E = TypeVar("E", bound=StrEnum)


def open_store() -> Places:
    """Connect the store of this process's places; raises Problem as `connect` does."""
    from bots.places import here
    from bots.store.database import connect

    places = here().made()
    connect(places)
    return places


def open_shared() -> bool:
    """Connect the store where machines share one; False, and nothing is opened, where not."""
    from bots.places import here
    from bots.store.address import database_url
    from bots.store.database import connect

    places = here()
    if not database_url(places):
        return False
    connect(places)  # which needs no folder of this machine's
    return True


def os_user() -> str:
    """The user of this computer; raises Problem where it does not say."""
    import getpass

    from bots.errors import Problem

    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise Problem("this computer does not say who you are", do="add --by NAME") from error


def json_line(values: dict[str, Any]) -> str:
    """One JSON object on one line."""
    import json

    return json.dumps(values, ensure_ascii=False)


def one_of(words: type[E], said: str, option: str, also: str = "") -> E:
    """The word of a list that was said.

    Raises:
        Problem: it is none of them; names the nearest.
    """
    known = [word.value for word in words]
    if said in known:
        return words(said)
    raise unknown_word(f'unknown word "{said[:40]}"', said, known, option, also)


def unknown_word(
    what: str, said: str, known: Sequence[str], option: str, also: str = ""
) -> Problem:
    """The Problem of a word that is none of those known; names the nearest, then all."""
    from difflib import get_close_matches

    from bots.errors import Problem

    near = get_close_matches(said, known, n=1)
    listed = ", ".join([*known, *([also] if also else [])])
    meant = f"did you mean {near[0]}? " if near else ""
    return Problem(what, where=option, do=f"{meant}use one of: {listed}")
