"""ICD-10-CM: the tabular list of one release, read once into a table of our own.

Run as `python -m bots.codesets.icd10cm`, as `make setup` does; says nothing where it is there.

Source: the CMS tabular list (XML) and code list inside the package simple-icd-10-cm. The
package itself is never imported: that takes 1.8 s and 200 MB; its two files are read here.

What is taken from the text, and how carefully:

* A code is billable when no longer code of the code list begins with it, which covers the
  seventh characters and their placeholders.
* Excludes1 comes from the notes of that name on the code, its ancestors, block and chapter.
  A note names its codes in parentheses at its end; "E08-E13 with .42" is E08.42 and so on. A
  code that is qualified in words ("with final characters -91") is left out, and so is an
  entry that covers the code itself. Some twenty notes of 5,407 name codes without them.
* Code first is *always* only where the tabular says so without "if", "any", "associated" or
  the like, and the code is a manifestation: its title says "in diseases classified
  elsewhere", "due to underlying condition" or the like, or the note says "underlying".
  `code_first_open` is true where the codes named are examples ("such as") or none is named.
* Use additional code is taken only where it holds without condition and completes the code:
  the stage, type, site or severity, the outcome, the history. The others are left out.
* Sex, age, side, trimester and manifestation stand in no note: see `bots.codesets.titles`.
"""

from __future__ import annotations

import hashlib
import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from bots.codesets.rows import IcdCode
from bots.codesets.store import Provenance, by, importing, now, provenance, write
from bots.codesets.titles import age_of, is_manifestation, sex_of, sides_of, trimester_of
from bots.errors import Problem

RELEASE = "ICD-10-CM April 2026"
SINCE, UNTIL = date(2026, 4, 1), date(2026, 9, 30)

# A category is a letter, a digit and a sign, or since April 2026 also as QA0.
_CODE = r"[A-Z](?:\d[0-9A-Z]|[A-Z]\d)(?:\.[0-9A-Z]{1,4})?"
_ENTRY = re.compile(rf"({_CODE})\.?-?(?:\s*(?:-|to)\s*({_CODE})\.?-?)?")
# "E08-E13 with .51-.52": the diabetic complications.
_WITH_ENDINGS = re.compile(r"([A-Z])(\d\d)-[A-Z](\d\d) with ((?:\.\d+-?)+)")
_PARENTHESES = re.compile(r"\(([^()]*)\)")
_CONDITION = re.compile(
    r"\b(if|any|associated|when|to identify|to specify|for adverse effects)\b", re.IGNORECASE
)
_MANIFESTATION = re.compile(
    r"classified elsewhere|due to (an? )?(underlying|known)|in (neoplastic|chronic kidney) disease"
)
_UNDERLYING = re.compile(r"^(the )?underlying\b")
# What completes the code, and is known wherever the code is: its stage, type, site, outcome.
_COMPLETES = re.compile(
    r"(?:codes?|the)? ?(?:to (?:identify|specify|indicate) )?(?:the )?"
    r"(?:stage|type of heart failure|site|severity|outcome|joint|percentage|deep vein"
    r"|personal history of malignant)",
    re.IGNORECASE,
)
_IN_DOUBT = re.compile(r"\b(if|any|applicable|when|such as)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Notes:
    """What holds for a code and all below it."""

    excludes1: tuple[str, ...] = ()
    code_first: tuple[str, ...] = ()
    always: bool = False
    open: bool = False
    additional: tuple[str, ...] = ()
    title: str = ""


def build_icd10cm(into: Path) -> bool:
    """Build the table in the folder `into`; False where this release is there already.

    Raises:
        Problem: the package is not installed or its files are not what they were.
    """
    if any(entry.release == RELEASE for entry in provenance(into)):
        return False
    with importing(into):
        return _built(into)


def _built(into: Path) -> bool:
    if any(entry.release == RELEASE for entry in provenance(into)):
        return False
    tabular, listing = _sources()
    codes = read_codes(tabular, listing)
    origin = Provenance(
        table="icd10cm",
        series="icd10cm",
        release=RELEASE,
        since=SINCE,
        until=UNTIL,
        complete_for=".*",
        synthetic=False,
        source=tabular.name,
        sha256=hashlib.sha256(tabular.read_bytes()).hexdigest(),
        rows=len(codes),
        imported=now(),
        by=by(),
    )
    write(into, "icd10cm-2026-04", [(origin, codes)])
    return True


def read_codes(tabular: Path, listing: Path) -> list[IcdCode]:
    """Every code and header of the release, in alphabetical order."""
    known = re.compile(_CODE)
    listed = sorted({dotted(word) for word in listing.read_text(encoding="utf-8").split() if word})
    codes = [code for code in listed if known.fullmatch(code)]
    return codes_of(codes, tabular, SINCE, UNTIL)


def codes_of(
    codes: Sequence[str],
    tabular: Path | None,
    since: date,
    until: date,
    billable: Set[str] | None = None,
    titles: Mapping[str, str] | None = None,
) -> list[IcdCode]:
    """Rows for codes and headers that are listed in alphabetical order.

    Args:
        tabular: the tabular list (XML) of the same release; without it no notes are known.
        billable: the codes that the listing says may be billed; else those nothing is longer of.
        titles: what the listing says of each code, where there is no tabular list.
    """
    notes: dict[str, _Notes] = {}
    if tabular is not None:
        for chapter in ET.parse(tabular).getroot().iter("chapter"):
            _walk(chapter, _Notes(), notes)
    else:
        notes = {code: replace(_Notes(), title=title) for code, title in (titles or {}).items()}
    children = _children(codes)
    sides = sides_of({code: said.title for code, said in notes.items()})
    rows = []
    for code in codes:
        base = _above(code, notes)
        side, both = sides.get(base, ("", ""))
        row = _row(code, children.get(code, ()), notes.get(base, _Notes()), side, both)
        leaf = row.billable if billable is None else code in billable
        rows.append(replace(row, billable=leaf, since=since, until=until))
    return rows


def _sources() -> tuple[Path, Path]:
    package = find_spec("simple_icd_10_cm")
    if package is None or package.origin is None:
        raise Problem(
            "the package simple-icd-10-cm is not installed", do="run `make setup`, then again"
        )
    folder = Path(package.origin).parent / "data"
    found = (folder / "icd10c-tabular-April-1-2026.xml", folder / "code-list-April-2026.txt")
    for path in found:
        if not path.is_file():
            raise Problem(
                "the package simple-icd-10-cm carries another release than April 2026",
                where=path.name,
                do="install the locked version (`make setup`)",
            )
    return found


def _row(code: str, children: tuple[str, ...], notes: _Notes, side: str, both: str) -> IcdCode:
    title = notes.title
    excluded = dict.fromkeys(entry for entry in notes.excludes1 if not covers(entry, code))
    return IcdCode(
        code=code,
        billable=not children,
        children=children,
        excludes1=tuple(excluded),
        code_first=tuple(dict.fromkeys(notes.code_first)),
        code_first_always=notes.always,
        code_first_open=notes.open,
        sex=sex_of(code, title),
        maternity=code.startswith("O"),
        newborn=code.startswith("P"),
        manifestation=is_manifestation(title),
        use_additional=tuple(dict.fromkeys(notes.additional)),
        unspecified="unspecified" in title.lower(),
        side=side,
        both_sides=both,
        age=age_of(code, title),
        trimester=trimester_of(title),
    )


def covers(entry: str, code: str) -> bool:
    """Whether an entry of a note ("E08-E13", "O24.4") names the code or an ancestor of it."""
    first, _, last = entry.partition("-")
    return first <= code and (code < last or code.startswith(last or first))


def _walk(node: ET.Element, above: _Notes, notes: dict[str, _Notes]) -> None:
    title = node.findtext("desc") or ""
    here = replace(above, title=title)
    for part in node:
        if part.tag == "excludes1":
            here = replace(here, excludes1=here.excludes1 + tuple(_excluded(_texts(part))))
        elif part.tag == "codeFirst":
            here = _with_code_first(here, _texts(part), title)
        elif part.tag == "useAdditionalCode":
            here = replace(here, additional=here.additional + _completing(_texts(part)))
    if node.tag == "diag":
        notes[node.findtext("name") or ""] = here
    for part in node:
        if part.tag in ("section", "diag"):
            _walk(part, here, notes)


def _texts(node: ET.Element) -> list[str]:
    return [note.text.strip() for note in node if note.text]


def _excluded(texts: list[str]) -> Iterator[str]:
    for text in texts:
        inner = _PARENTHESES.findall(text)
        # Only the last pair names the codes; "character" qualifies them in words.
        if inner and "character" not in inner[-1]:
            yield from _entries(inner[-1])


def _with_code_first(above: _Notes, texts: list[str], title: str) -> _Notes:
    codes = tuple(
        entry
        for text in texts
        for part in _PARENTHESES.findall(text)
        # Qualified in words: the wider range, for a code that may come first does no harm.
        for entry in _entries(re.sub(r",? with .*", "", part))
    )
    conditional = any(_CONDITION.search(text) for text in texts)
    manifestation = bool(_MANIFESTATION.search(title)) or any(map(_UNDERLYING.match, texts))
    return replace(
        above,
        code_first=above.code_first + codes,
        always=above.always or (manifestation and not conditional),
        open=above.open or not codes or any("such as" in text for text in texts),
    )


def _completing(texts: list[str]) -> tuple[str, ...]:
    """The notes that always want a code of theirs, each with its codes joined by commas."""
    return tuple(
        ",".join(_entries(inner[-1]))
        for text in texts
        if _COMPLETES.match(text) and not _IN_DOUBT.search(text)
        if (inner := _PARENTHESES.findall(text)) and any(_entries(inner[-1]))
    )


def _entries(text: str) -> Iterator[str]:
    for part in re.split(r"[,;]|\band\b|\bor\b", text):
        found = _ENTRY.fullmatch(part.strip())
        if found:
            yield f"{found[1]}-{found[2]}" if found[2] else found[1]
        elif with_endings := _WITH_ENDINGS.fullmatch(part.strip()):
            letter, first, last, endings = with_endings.groups()
            for number in range(int(first), int(last) + 1):
                for ending in re.findall(r"\.\d+", endings):
                    yield f"{letter}{number:02}{ending}"


def _above(code: str, notes: dict[str, _Notes]) -> str:
    # A seventh character has no entry of its own: it takes what its base says.
    while code and code not in notes:
        code = code[:-1].rstrip(".")
    return code


def _children(codes: Sequence[str]) -> dict[str, tuple[str, ...]]:
    listed, found = set(codes), dict[str, list[str]]()
    for code in codes:
        parent = code[:-1].rstrip(".")
        while parent and parent not in listed:
            parent = parent[:-1].rstrip(".")
        if parent:
            found.setdefault(parent, []).append(code)
    return {code: tuple(below) for code, below in found.items()}


def dotted(word: str) -> str:
    """A code with its dot, as the tabular list writes it."""
    return word if len(word) <= 3 or "." in word or "-" in word else f"{word[:3]}.{word[3:]}"


def main() -> int:
    """Build the table in the data folder, and nothing else there; 0, or 2 and what to do."""
    from bots.places import here

    codesets = here().codesets
    try:
        if build_icd10cm(codesets):
            sys.stdout.write(f"claimbots: {RELEASE} built in {codesets}\n")
    except Problem as problem:
        sys.stderr.write(f"claimbots: {problem}\n")
        return problem.exit
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
