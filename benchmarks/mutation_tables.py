"""The figures of the mutations as tables: writes, reads and repairs, never added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

Case = dict[str, object]
# Changes after which two facts of the page contradict each other, or something is missing, there
# twice, or another claim's: there the bot is meant to refuse.
REFUSED = {
    "double a table", "double an element", "give a label to its neighbour", "hide",
    "hide a column", "hide a row", "show another claim", "show another claim under this number",
    "show another number", "split a cell", "split a value", "swap two cells",
    "swap two headings", "swap two labels", "swap two labels and marks", "swap two marks",
    "swap two values", "take out", "take out a column",
}  # fmt: skip
# Changes of a form alone: they leave all that a reader reads as it was.
OF_FORMS = {
    "a box leaves its form", "a form sends elsewhere", "boxes of another claim",
    "double a button", "rename a button", "send under another name", "swap two buttons",
    "swap what two boxes send", "two forms of one name",
}  # fmt: skip
# The list has boxes to search by, and no facts: only these changes are felt by what is read there.
_OF_TABLES = {
    "cells say no name", "move a column", "new marks for all", "put in a column",
    "rename a heading", "rename a table", "rows in a body of their own", "swap two rows",
    "translate all labels",
}  # fmt: skip
_TITLES = {
    ("saved", ""): "Saved screens of the practice portal",
    ("running", "practice"): "The running practice portal",
    ("running", "meridian"): "Meridian, running",
}


def tables(cases: Sequence[Case], seed: int) -> str:
    """Markdown: what was written, what was read, what was proposed."""
    parts = [f"`make mutations`, seed {seed}."]
    for (how, portal), title in _TITLES.items():
        own = [c for c in cases if c["how"] == how and c.get("portal", "") == portal]
        if own:
            parts += [f"### {title}: {len(own):,} changes", *_of(own)]
            if how == "saved":
                parts.append(_by_kind(own))
    return "\n\n".join(parts)


def may_go_on(case: Case) -> bool:
    """Whether a reader may go on reading: something that is read was changed, and all that is
    asked for is still there, once, and says one thing.
    """
    kind = case["kind"]
    if kind in REFUSED or kind in OF_FORMS:
        return False
    is_note = str(case["what"]).endswith((": Note key", ": Note text"))
    return not is_note and (case["screen"] != "list" or kind in _OF_TABLES)


def _of(cases: Sequence[Case]) -> Iterable[str]:
    tried = [case for case in cases if case["write"]]
    writes = Counter(str(case["write"]) for case in tried)
    yield (
        f"**Writes**: {len(tried):,} were tried. **{writes['wrong']} wrong.** "
        f"{writes['right']:,} wrote what was meant, {writes['refused']:,} were refused because "
        f"the screen had drifted, {writes['not begun']:,} were not begun (not read, or a "
        f"conflict), {writes['nothing']:,} stored nothing."
    )
    read = [case for case in cases if case["read"]]
    legible = [case for case in read if may_go_on(case)]
    yield f"**Reads** where a reader may go on: {_reads(legible)}"
    yield f"**All reads**, with those that are meant to be refused: {_reads(read)}"
    repairs = Counter(str(case["repair"]) for case in cases if case["repair"])
    proposed = sum(repairs.values())
    if proposed:
        yield (
            f"**Repairs**: {proposed:,} patches proposed, {repairs['right']:,} right "
            f"({_percent(repairs['right'], proposed)}), {repairs['not enough']:,} that did not "
            f"do, {repairs['wrong']} wrong."
        )


def _reads(cases: Sequence[Case]) -> str:
    reads = Counter(str(case["read"]) for case in cases)
    still = reads["same"] + reads["lower rank"]
    return (
        f"{len(cases):,}. {still:,} ({_percent(still, len(cases))}) read as before without a "
        f"change of the selector file, {reads['lower rank']:,} of them by a lower rank; "
        f"{reads['refused']:,} refused, {reads['wrong']} read otherwise than before."
    )


def _by_kind(cases: Sequence[Case]) -> str:
    head = "| change | writes tried | wrong | right | refused | reads | as before | wrong"
    lines = [f"{head} | repairs | right |", f"|---|{'---:|' * 9}"]
    for kind in sorted({str(case["kind"]) for case in cases}):
        own = [case for case in cases if case["kind"] == kind]
        write = Counter(case["write"] for case in own if case["write"])
        read = Counter(case["read"] for case in own if case["read"])
        repair = Counter(case["repair"] for case in own if case["repair"])
        figures = (
            sum(write.values()), write["wrong"], write["right"], write["refused"],
            sum(read.values()), read["same"] + read["lower rank"], read["wrong"],
            sum(repair.values()), repair["right"],
        )  # fmt: skip
        mark = " *" if kind in REFUSED else " †" if kind in OF_FORMS else ""
        lines.append(f"| {kind}{mark} | " + " | ".join(f"{n:,}" for n in figures) + " |")
    words = "\\* meant to be refused by a reader. † of a form alone: nothing that is read changes."
    return "\n".join([*lines, "", words])


def _percent(part: int, of: int) -> str:
    return f"{100 * part / of:.1f} %" if of else "none"
