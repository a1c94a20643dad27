"""Anatomic modifiers that contradict one another, or the part of the body that a code is of.

Authority: CMS NCCI Policy Manual, ch. I, section E (anatomic modifiers E1-E4, FA-F9, TA-T9, LT,
RT, LC, LD, LM, RC, RI); CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 12, section
40.7. Where on the body it was, the chart says: nothing is written here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bots.checks.catalogue import Check
from bots.checks.code_ranges import is_in
from bots.checks.concerns import bearing
from bots.checks.day import marked_lines
from bots.checks.findings import Denial, Finding, Severity
from bots.claims import Case
from bots.codesets import CodeSets

_LEFT_HAND, _RIGHT_HAND = ("FA", "F1", "F2", "F3", "F4"), ("F5", "F6", "F7", "F8", "F9")
_LEFT_FOOT, _RIGHT_FOOT = ("TA", "T1", "T2", "T3", "T4"), ("T5", "T6", "T7", "T8", "T9")
_LEFT_LIDS, _RIGHT_LIDS = ("E1", "E2"), ("E3", "E4")
_VESSELS = frozenset({"LC", "LD", "LM", "RC", "RI"})
FINGERS = frozenset(_LEFT_HAND + _RIGHT_HAND)
TOES = frozenset(_LEFT_FOOT + _RIGHT_FOOT)
LIDS = frozenset(_LEFT_LIDS + _RIGHT_LIDS)
# Which side a modifier says. A vessel has none.
SIDE: Mapping[str, str] = {
    "LT": "left",
    "RT": "right",
    **dict.fromkeys(_LEFT_HAND + _LEFT_FOOT + _LEFT_LIDS, "left"),
    **dict.fromkeys(_RIGHT_HAND + _RIGHT_FOOT + _RIGHT_LIDS, "right"),
}
_KINDS = (("finger", FINGERS), ("toe", TOES), ("eyelid", LIDS), ("vessel", _VESSELS))
_KIND_OF: Mapping[str, str] = {entry: kind for kind, entries in _KINDS for entry in entries}
_ANATOMIC = frozenset(SIDE) | _VESSELS

# Sections of codes that are of one part of the body.
_HAND_CODES = ("26010", "26989")
_FOOT_CODES = ("28001", "28899")
_EYE_CODES = ("65091", "68899")
_HEART_SECTIONS = (
    ("33010", "33999"), ("75557", "75574"), ("78414", "78499"), ("92920", "93799"),
    ("0001T", "0999T"),
)  # fmt: skip
_NUMBERED = ("00100", "99499")

sides = Check(
    id="anatomic-sides-contradict",
    family="modifier",
    title="Anatomic modifiers of both sides on one line",
    authority="NCCI Policy Manual, ch. I, section E; Pub. 100-04, ch. 12, section 40.7",
    severity=Severity.ERROR,
    when=(bearing(*_ANATOMIC),),
    denial=Denial("CO", "4", "N519"),
)

sites = Check(
    id="anatomic-several-sites",
    family="modifier",
    title="Two fingers, toes, eyelids or vessels on one line",
    authority="NCCI Policy Manual, ch. I, section E (each site on its own line)",
    severity=Severity.WARNING,
    when=(bearing(*_ANATOMIC),),
    denial=Denial("CO", "4", "N519"),
)

elsewhere = Check(
    id="anatomic-not-of-the-code",
    family="modifier",
    title="The anatomic modifier is of another part of the body than the code",
    authority="NCCI Policy Manual, ch. I, section E",
    severity=Severity.ERROR,
    when=(bearing(*_ANATOMIC),),
    denial=Denial("CO", "4", "N823"),
)

both_and_site = Check(
    id="anatomic-with-50",
    family="modifier",
    title="50 together with a single finger, toe, eyelid or vessel",
    authority="NCCI Policy Manual, ch. I, section E; Pub. 100-04, ch. 12, section 40.7",
    severity=Severity.ERROR,
    when=(bearing("50"), bearing(*_KIND_OF)),
    denial=Denial("CO", "4", "N519"),
)


@sides.review
def left_and_right_on_a_line(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """RT beside LT is the bilateral check's; here at least one names a site."""
    for line, _ in marked_lines(case.claim, _ANATOMIC):
        sided = [entry for entry in dict.fromkeys(line.modifiers) if entry in SIDE]
        if {SIDE[entry] for entry in sided} != {"left", "right"} or set(sided) == {"LT", "RT"}:
            continue
        yield sides.finding(
            line,
            f"{line.procedure} with "
            + " and ".join(f"{entry} ({SIDE[entry]})" for entry in sided)
            + " on one line",
            codes=(line.procedure, *sided),
        )


@sites.review
def several_sites_on_a_line(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Of one side; those of both sides are the check above."""
    for line, _ in marked_lines(case.claim, _ANATOMIC):
        found = [entry for entry in dict.fromkeys(line.modifiers) if entry in _KIND_OF]
        if len(found) < 2 or len({SIDE.get(entry) for entry in found}) > 1:
            continue
        yield sites.finding(
            line,
            f"{line.procedure} with {' and '.join(found)}: one line says one site",
            codes=(line.procedure, *found),
        )


@elsewhere.review
def site_of_another_part(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Only codes whose section is of one part of the body; skin and nerves are anywhere."""
    for line, _ in marked_lines(case.claim, _ANATOMIC):
        for modifier in dict.fromkeys(line.modifiers):
            kind = _KIND_OF.get(modifier)
            if kind is not None and _is_elsewhere(kind, line.procedure):
                yield elsewhere.finding(
                    line,
                    f"{modifier} names a {kind}, and {line.procedure} is of another part of the "
                    "body",
                    codes=(line.procedure, modifier),
                )


@both_and_site.review
def fifty_and_a_site(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """50 with RT or LT is a check of its own."""
    for line, _ in marked_lines(case.claim, ("50",)):
        named = [entry for entry in line.modifiers if entry in _KIND_OF]
        if "50" in line.modifiers and named:
            yield both_and_site.finding(
                line,
                f"{line.procedure} with 50 and {named[0]}: both sides, or one "
                f"{_KIND_OF[named[0]]}",
                codes=(line.procedure, "50", named[0]),
            )


def _is_elsewhere(kind: str, code: str) -> bool:
    match kind:
        case "finger":
            return is_in(code, (_FOOT_CODES, _EYE_CODES, *_HEART_SECTIONS[:1]))
        case "toe":
            return is_in(code, (_HAND_CODES, _EYE_CODES, *_HEART_SECTIONS[:1]))
        case "eyelid":
            return is_in(code, (_HAND_CODES, _FOOT_CODES, *_HEART_SECTIONS[:1]))
        case _:
            return is_in(code, (_NUMBERED,)) and not is_in(code, _HEART_SECTIONS)
