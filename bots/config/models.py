"""What all models of our configuration share, and the value types they are made of."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, model_validator

# Where a secret is kept, never the secret itself.
_REFERENCE = re.compile(r"(env:[A-Za-z_][A-Za-z0-9_]*|(file|keyring|vault):\S(.*\S)?)")


class ConfigModel(BaseModel):
    """A model of a configuration file: unknown keys refused, frozen, values never echoed."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _empty(cls, data: Any) -> Any:
        # A section whose keys are all commented out reads as nothing, not as a mistake.
        return {} if data is None else data


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        near = get_close_matches(name, available_timezones(), n=1)
        hint = f"did you mean {near[0]}?" if near else "use a name such as America/New_York"
        raise ValueError(f"unknown time zone; {hint}") from None
    return name


def checked_reference(text: str) -> str:
    """A reference to a secret; raises ValueError where it is none."""
    if not _REFERENCE.fullmatch(text):
        raise ValueError(
            "not a reference to a secret; "
            "write env:NAME, file:PATH, keyring:NAME or vault:PATH, never the secret itself"
        )
    return text


def _database_address(text: str) -> str:
    scheme, separator, rest = text.partition("://")
    if not separator:
        return checked_reference(text)
    if scheme not in ("postgresql", "postgres"):
        raise ValueError("another database than PostgreSQL; write postgresql://USER@HOST/DATABASE")
    account, is_named, _ = rest.partition("/")[0].rpartition("@")
    if (is_named and ":" in account) or "password=" in rest:
        raise ValueError(
            "it carries a password; keep that in ~/.pgpass, or the whole address under "
            "env:NAME, file:PATH, keyring:NAME or vault:PATH"
        )
    return text


def _words(value: Any) -> Any:
    # An environment variable has no lists: "html, xlsx" is one.
    return tuple(re.split(r"[,\s]+", value.strip())) if isinstance(value, str) else value


TimeZone = Annotated[str, AfterValidator(_time_zone)]
SecretReference = Annotated[str, AfterValidator(checked_reference)]
DatabaseAddress = Annotated[str, AfterValidator(_database_address)]
AsWords = BeforeValidator(_words)
