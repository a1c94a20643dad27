"""One-time codes. Authority: RFC 6238 (TOTP, SHA-1, 30 seconds, six digits) over RFC 4226."""

from __future__ import annotations

import base64
import hmac
import struct

STEP = 30


def code_at(seed: str, step: int) -> str:
    """The six digits that a base32 seed shows during a step."""
    key = base64.b32decode(seed, casefold=True)
    digest = hmac.digest(key, struct.pack(">Q", step), "sha1")
    at = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[at : at + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def step_of(seed: str, code: str, now: float) -> int | None:
    """The step that `code` belongs to: the one at `now`, or a neighbour; None if neither."""
    current = int(now // STEP)
    for step in (current, current - 1, current + 1):
        if hmac.compare_digest(code_at(seed, step), code):
            return step
    return None
