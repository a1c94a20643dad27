"""What the title of a diagnosis says: sex, age, side, trimester, and what it leaves open.

The tabular list of ICD-10-CM says these only in words. Each is taken where the words leave no
doubt, and is empty otherwise; a code for which the words are silent is no code for everybody.
The age groups are those of the Medicare Code Editor (Medicare Claims Processing Manual, ch. 3,
section 20.2.1): newborn 0, pediatric 0-17, maternity 9-64, adult 15-124.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

# Blocks and categories that are of one sex by what they name.
_SEX = (
    ("F", "A34", "A34"), ("F", "C51", "C58"), ("M", "C60", "C63"), ("F", "D06", "D06"),
    ("F", "D25", "D28"), ("M", "D29", "D29"), ("F", "D39", "D39"), ("M", "D40", "D40"),
    ("F", "E28", "E28"), ("M", "E29", "E29"), ("F", "F53", "F53"), ("M", "N40", "N53"),
    ("F", "N70", "N77"), ("F", "N80", "N98"), ("F", "O00", "O9A"), ("F", "Q50", "Q52"),
    ("M", "Q53", "Q55"), ("F", "R87", "R87"), ("F", "Z34", "Z34"), ("F", "Z37", "Z37"),
    ("F", "Z39", "Z39"), ("F", "Z3A", "Z3A"),
)  # fmt: skip
_MOTHERS = ("Z33", "Z34", "Z36", "Z37", "Z39", "Z3A")

_NEWBORN = re.compile(r"\b(newborn|neonat\w+|liveborn)\b", re.IGNORECASE)
_CHILD = re.compile(
    r"\bchild (neglect|(physical|sexual|psychological|financial) abuse|sexual exploitation|rape"
    r"|forced labor|welfare exam)|child health examination|infantile and juvenile cataract"
    r"|^infant(ile)? (botulism|acne|\(acute\)|papular)|infant syndrome|\(child\)|\(baby\)"
    r"|^pediatric feeding|growth in childhood|adolescent development|seborrheic infantile"
    r"|juvenile myelomonocytic|behavioral insomnia of childhood|healthy infant|reye's",
    re.IGNORECASE,
)
_ADULT = re.compile(
    r"^adult\b|\badult (medical exam|maltreatment|neglect|forced|rape|antisocial|osteo"
    r"|(physical|sexual|psychological|financial) abuse)|, adult$|\bsenile\b|\bage-related\b"
    r"|\bof adults\b|^atherosclero(sis|tic)(?!.*transplanted)"
    r"|\bvascular dementia\b|^unspecified dementia"
    r"|^alcoholic (fatty|hepat|fibro|cirr|liver)|\berectile dysfunction\b"
    r"|\bprostatic hyperplasia\b|\bnodular prostate\b"
    r"|with late onset$|\bmale infertility\b|vasectomy status",
    re.IGNORECASE,
)
_NOT_AN_AGE = re.compile(
    r"\b(history|exposure|maternal|mother|sequela|underdosing|not of newborn|adrenoleuko)",
    re.IGNORECASE,
)
_MANIFESTATION = re.compile(
    r"(?<!cause of )\b(diseases?|conditions?|disorders) classified elsewhere"
    r"|^diabetes mellitus due to underlying condition|^anemia in (neoplastic|chronic kidney)",
    re.IGNORECASE,
)
_NO_MANIFESTATION = re.compile(r"\bnot classified elsewhere\b|\bpresenting with\b")
_TRIMESTERS = {"first": 1, "second": 2, "third": 3}
_TRIMESTER = re.compile(r"\b(first|second|third) trimester\b")
_SIDE = re.compile(r"\b(right|left)\b")
_SIDE_WORDS = {"right", "left", "bilateral", "unilateral", "of", "the", "in"}
# The side that a title names is that of the body's weakness, not of what is treated.
_NOT_THE_SITE = re.compile(r"dominant|artery territory")


# The codes of a category stand together, and those of a seventh character share a title.
_like_its_neighbour = lru_cache(64)


def sex_of(code: str, title: str) -> str:
    """ "F" or "M" where block or title says so, else empty."""
    return _sex_of(code[:3], title)


def age_of(code: str, title: str) -> str:
    """ "newborn", "pediatric", "maternity", "adult" or empty; codes of chapter 16 have none.

    A code of chapter 16 may be reported for life (guideline I.C.16.a.4).
    """
    return _age_of(code[:3], title)


@_like_its_neighbour
def _sex_of(category: str, title: str) -> str:
    for sex, first, last in _SEX:
        if first <= category <= last:
            return sex
    if category[0] in "VWXY":  # the other person's sex
        return ""
    words = set(re.findall(r"\b(?:fe)?male\b", title.lower()))
    return {frozenset({"female"}): "F", frozenset({"male"}): "M"}.get(frozenset(words), "")


@_like_its_neighbour
def _age_of(category: str, title: str) -> str:
    if category.startswith(("O", *_MOTHERS)):
        return "maternity"
    if category.startswith("P") or _NOT_AN_AGE.search(title):
        return ""
    if _NEWBORN.search(title):
        return "newborn"
    if _CHILD.search(title):
        return "pediatric"
    return "adult" if _ADULT.search(title) else ""


@_like_its_neighbour
def is_manifestation(title: str) -> bool:
    """Whether the title says that the condition belongs to another one, classified elsewhere."""
    return bool(_MANIFESTATION.search(title)) and not _NO_MANIFESTATION.search(title)


@_like_its_neighbour
def trimester_of(title: str) -> int:
    """1, 2, 3, or 0 where the title names none."""
    found = set(_TRIMESTER.findall(title))
    return _TRIMESTERS[found.pop()] if len(found) == 1 else 0


def sides_of(titles: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Of each code that has one: its side, and the code that says both sides, if there is one.

    A side is "left", "right", "bilateral", or "unspecified" where a code that differs in this
    word alone names the right or the left. `titles` are codes with their titles, in order.
    """
    found: dict[str, tuple[str, str]] = {}
    for family in _families(titles):
        by_title = {title: code for code, title in family.items()}
        both = {
            words: code
            for code, title in family.items()
            if re.search(r"\bbilateral\b", title, re.IGNORECASE) and not _SIDE.search(title)
            for words in _without_side(title)
        }
        found |= dict.fromkeys(both.values(), ("bilateral", ""))
        for code, title in family.items():
            sides = set(_SIDE.findall(title))
            if len(sides) != 1 or _NOT_THE_SITE.search(title):
                continue
            pair = next((both[words] for words in _without_side(title) if words in both), "")
            found[code] = (sides.pop(), pair)
            left_open = by_title.get(_SIDE.sub("unspecified", title, count=1))
            if left_open is not None:
                found[left_open] = ("unspecified", "")
    return found


def _families(titles: Mapping[str, str]) -> Iterable[dict[str, str]]:
    """The codes of each category together: a title is compared with its neighbours only."""
    families: dict[str, dict[str, str]] = {}
    for code, title in titles.items():
        families.setdefault(code[:3], {})[code] = title
    return families.values()


def _without_side(title: str) -> Iterable[tuple[str, ...]]:
    """The words of a title but for its side, and the same without the last part, a side's own."""
    head, comma, last = title.rpartition(", ")
    parts = [title]
    if comma and re.search(r"\b(right|left|bilateral)\b", last):
        parts.append(head)
    for part in parts:
        words = re.findall(r"[a-z0-9]+", part.lower())
        yield tuple(sorted(word.rstrip("s") for word in words if word not in _SIDE_WORDS))
