"""One record of the ledger: a line of RFC 8785 canonical JSON, its form final from day one.

Numbers are whole and money is text, so the canonical form of what we write is what
`json.dumps` gives with sorted keys; `canonical` refuses whatever would make a difference.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import rfc8785

VERSION = 1
FIELDS = frozenset(
    {
        "v", "origin", "sequence", "previous", "kind", "run", "intent", "time", "actor", "claim",
        "body", "sealed",
    }
)  # fmt: skip
GENESIS = "0" * 64  # what the first record follows
# Keys come in this order (RFC 8785 sorts them), so each record starts the same way.
START = b'{"actor":"'
_encode = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
).encode


@dataclass(frozen=True, slots=True)
class Record:
    """One record, as read. `sealed` is None or the key's id and the ciphertext."""

    v: int
    origin: str
    sequence: int
    previous: str
    kind: str
    run: str
    intent: str
    time: str
    actor: str
    claim: str
    body: Mapping[str, Any]
    sealed: Mapping[str, str] | None


class LineError(ValueError):
    """A line that is no record of ours; `kind` names the fault in one word."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def canonical(value: Mapping[str, Any]) -> bytes:
    """RFC 8785.

    Raises:
        TypeError: a float (money is text), a Decimal, a key that is not plain ASCII.
        ValueError: a number beyond 2^53, text that is not Unicode.
    """
    _plain(value)
    return rfc8785.dumps(value)


def _plain(value: object) -> None:
    match value:
        case None | bool() | int() | str():
            return
        case Mapping():
            for key, entry in value.items():
                # UTF-16 order and code point order agree on ASCII: any JSON library can check.
                if not (isinstance(key, str) and key.isascii()):
                    raise TypeError("a key of a record is plain ASCII")
                _plain(entry)
        case list() | tuple():
            for entry in value:
                _plain(entry)
        case _:
            raise TypeError(f"a record carries no {type(value).__name__}; money is text")


def _no_float(text: str) -> NoReturn:
    raise LineError("not-canonical", "a number is not whole")


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise LineError("duplicate-key", "a key stands twice")
    return dict(pairs)


_decode = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_float).decode
_decode_slowly = json.JSONDecoder(object_pairs_hook=_no_repeats).decode


def read_line(line: bytes) -> dict[str, Any]:
    """The record in one line (without its new line), held against the form byte for byte.

    Raises:
        LineError: not a record, or not in its one canonical spelling.
    """
    try:
        text = line.decode("utf-8")
        found = _decode(text)
        same = _encode(found) == text
    except LineError:
        raise
    except (ValueError, RecursionError):
        raise LineError("unreadable", _why(line)) from None
    if not same:
        _explain(line, text)
    if type(found) is not dict or found.keys() != FIELDS:
        raise LineError("unreadable", "it does not have the fields of a record")
    if type(found["v"]) is not int or found["v"] != VERSION:
        raise LineError("version", f"its version is not {VERSION}")
    if type(found["sequence"]) is not int or type(found["body"]) is not dict:
        raise LineError("unreadable", "a field has another type")
    return found


def _why(line: bytes) -> str:
    if b"\x00" in line:
        return "it holds NUL bytes"
    return "it is no JSON" if line.isascii() else "it is no JSON in UTF-8"


def _explain(line: bytes, text: str) -> NoReturn:
    if line.endswith(b"\r"):
        raise LineError("line-ending", "it ends with CR LF")
    _decode_slowly(text)  # raises duplicate-key
    raise LineError("not-canonical", "it is not in canonical JSON (RFC 8785)")


def is_torn(tail: bytes) -> bool:
    """Whether bytes without a new line at the end of a log are an unfinished last record.

    A crash leaves the beginning of a record, of which a torn sector may read as zeros.
    Anything else at the end was not written by us.
    """
    begun = tail.rstrip(b"\x00")
    if not begun or not (begun.startswith(START) or START.startswith(begun)):
        return False
    if any(byte < 0x20 for byte in begun):
        return False
    try:
        begun.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    try:
        _, end = json.JSONDecoder().raw_decode(begun.decode("utf-8"))
    except ValueError:
        return True
    except RecursionError:
        return False
    return bool(end == len(begun.decode("utf-8")))
