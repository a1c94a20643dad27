"""What exceptions have in common: the part of the text that is not one claim's own.

A person would call "the portal did not answer" one cause, however many claims it hit. So the
text is read without what belongs to a claim: its number, the patient's names, and every word
with a digit in it (dates, amounts, codes, line numbers).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

_MARK = "…"
_OWN = re.compile(r"[^\s\"'`()\[\],;]*\d[^\s\"'`()\[\];]*")


def shared_words(message: str, own: Iterable[str] = ()) -> str:
    """The message without what is one claim's own; `own` are its number and its names."""
    text = message
    # As written or in capitals: a patient called May must not take "may" out of a sentence.
    spelt = {form for word in own if len(word) > 1 for form in (word, word.upper())}
    for word in sorted(spelt, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", _MARK, text)
    text = _OWN.sub(lambda found: _MARK + _end(found[0]), text)
    return re.sub(rf"{_MARK}([\s,]*{_MARK})+", _MARK, " ".join(text.split()))


def _end(word: str) -> str:
    """The mark that ends a word belongs to the sentence."""
    return word[-1] if word[-1] in ".,:!?" else ""


def group_id(portal: str, type: str, code: str, check: str, cause: str) -> str:
    """`G-3fa2c1`: the same for all exceptions of one cause, today and tomorrow."""
    key = "\n".join((portal, type, code, check, cause))
    return f"G-{hashlib.sha256(key.encode()).hexdigest()[:6]}"
