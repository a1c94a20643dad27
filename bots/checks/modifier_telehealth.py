"""Telehealth: how the visit was held, where the patient was, and what is no telehealth at all.

Authority: CMS Medicare Claims Processing Manual (Pub. 100-04), ch. 12, section 190 (telehealth)
and ch. 26, section 10.5 (places 02 and 10); 42 CFR 410.78 (audio only, at home); Change Requests
10152 (GT left professional claims on 2018-01-01) and 13452 (place 10 at the non-facility rate,
95 no longer instead of the place, since 2024-01-01).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bots.checks.catalogue import Check
from bots.checks.code_ranges import (
    ANESTHESIA_CODES,
    DRUG_CODES,
    LABORATORY_CODES,
    SURGERY_CODES,
    is_in,
)
from bots.checks.concerns import bearing
from bots.checks.day import place_of, professional_lines
from bots.checks.findings import Denial, Finding, NotEvaluated, Severity
from bots.checks.marks import Mark
from bots.checks.modifier_ground import HOSPITAL, REMOTE, medicare_severity
from bots.claims import Case
from bots.codesets import CodeSets

# How it was held. 95 and GT: sound and picture. 93 and FQ: sound alone. GQ: not at one time.
_MEANS = {"95": "picture", "GT": "picture", "93": "sound", "FQ": "sound", "GQ": "stored"}
_GT_ENDED = date(2018, 1, 1)
_PLACE_SAYS_IT = date(2024, 1, 1)
_NEVER_REMOTE = (ANESTHESIA_CODES, SURGERY_CODES, LABORATORY_CODES, DRUG_CODES)
_DEMONSTRATION = {"AK", "HI"}
_WHEN = (Mark.PROFESSIONAL, Mark.REMOTE)
_WRONG = Denial("CO", "4", "N823")

means = Check(
    id="telehealth-means-contradict",
    family="modifier",
    title="Telehealth modifiers that say two ways in which it was held",
    authority="Pub. 100-04, ch. 12, section 190; 42 CFR 410.78(a)(3)",
    severity=Severity.ERROR,
    when=(Mark.PROFESSIONAL, bearing(*_MEANS)),
    denial=Denial("CO", "4", "N519"),
)

place_missing = Check(
    id="telehealth-without-place",
    family="modifier",
    title="A telehealth modifier, and a place of service that is no telehealth",
    authority="Pub. 100-04, ch. 12, section 190; CR 13452 (since 2024-01-01)",
    severity=Severity.WARNING,
    when=(Mark.PROFESSIONAL, bearing("95", "93", "FQ"), Mark.MEDICARE),
    denial=Denial("CO", "5", "M77"),
)

outdated = Check(
    id="telehealth-gt",
    family="modifier",
    title="GT on a professional claim to Medicare",
    authority="CR 10152; Pub. 100-04, ch. 12, section 190 (GT: critical access hospitals)",
    severity=Severity.WARNING,
    when=(Mark.PROFESSIONAL, bearing("GT"), Mark.MEDICARE),
    denial=_WRONG,
)

stored = Check(
    id="telehealth-gq-demonstration",
    family="modifier",
    title="GQ outside Alaska and Hawaii",
    authority="Pub. 100-04, ch. 12, section 190; 42 CFR 410.78(d)",
    severity=Severity.WARNING,
    when=(Mark.PROFESSIONAL, bearing("GQ"), Mark.MEDICARE),
    denial=_WRONG,
)

audio_away = Check(
    id="telehealth-audio-not-home",
    family="modifier",
    title="Sound alone, and the patient was not at home",
    authority="42 CFR 410.78(a)(3); Pub. 100-04, ch. 12, section 190",
    severity=Severity.WARNING,
    when=(Mark.PROFESSIONAL, bearing("93"), Mark.MEDICARE),
    denial=_WRONG,
)

hands_on = Check(
    id="telehealth-hands-on",
    family="place-of-service",
    title="A service that needs hands is billed from a telehealth place",
    authority="Pub. 100-04, ch. 12, section 190; ch. 26, section 10.5 (places 02 and 10)",
    severity=Severity.ERROR,
    when=_WHEN,
    denial=Denial("CO", "5", "M77"),
)


@means.review
def held_in_two_ways(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """95 beside GT, and 93 beside FQ, say the same and are no contradiction."""
    for line, _ in professional_lines(case, *_MEANS):
        used = [entry for entry in dict.fromkeys(line.modifiers) if entry in _MEANS]
        if len({_MEANS[entry] for entry in used}) > 1:
            yield means.finding(
                line,
                f"{line.procedure} with {' and '.join(used)}: sound and picture, sound alone, or "
                "not at one time",
                codes=(line.procedure, *used),
            )


@place_missing.review
def telehealth_from_an_ordinary_place(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Hospitals bill 95 from their own place for a patient at home, so they are not asked."""
    if not case.claim.coverage.is_medicare:
        return
    for line, day in professional_lines(case, "95", "93", "FQ"):
        used = [entry for entry in ("95", "93", "FQ") if entry in line.modifiers]
        here = place_of(case.claim, line)
        if used and here and here not in REMOTE | HOSPITAL and day >= _PLACE_SAYS_IT:
            yield place_missing.finding(
                line,
                f"{used[0]} on {line.procedure} in place of service {here}; telehealth is 10 at "
                "the patient's home and 02 elsewhere",
                codes=(line.procedure, used[0]),
            )


@outdated.review
def gt_of_a_physician(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Silent before 2018-01-01."""
    if not case.claim.coverage.is_medicare:
        return
    for line, day in professional_lines(case, "GT"):
        if "GT" in line.modifiers and day >= _GT_ENDED:
            yield outdated.finding(
                line,
                f"GT on {line.procedure}: since 2018 the place of service says it",
                codes=(line.procedure, "GT"),
            )


@stored.review
def stored_and_forwarded(case: Case, codesets: CodeSets) -> Iterator[Finding | NotEvaluated]:
    """Unanswered where the claim's facility names no state."""
    if not case.claim.coverage.is_medicare:
        return
    state = case.claim.facility.state
    for line, _ in professional_lines(case, "GQ"):
        if "GQ" not in line.modifiers or state in _DEMONSTRATION:
            continue
        if not state:
            yield stored.not_evaluated("the facility's state")
            return
        yield stored.finding(
            line,
            f"GQ on {line.procedure} in {state}: only the demonstrations of Alaska and Hawaii",
            codes=(line.procedure, "GQ"),
        )


@audio_away.review
def sound_alone_away_from_home(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """93 with place 02."""
    if not case.claim.coverage.is_medicare:
        return
    for line, _ in professional_lines(case, "93"):
        if "93" in line.modifiers and place_of(case.claim, line) == "02":
            yield audio_away.finding(
                line,
                f"93 on {line.procedure} in place of service 02; sound alone is for a patient at "
                "home, which is 10",
                codes=(line.procedure, "93"),
            )


@hands_on.review
def hands_from_afar(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Anesthesia, surgery, laboratory tests and injected drugs only."""
    for line, _ in professional_lines(case):
        here = place_of(case.claim, line)
        if here in REMOTE and is_in(line.procedure, _NEVER_REMOTE):
            yield hands_on.finding(
                line,
                f"{line.procedure} in place of service {here}: it is no telehealth service",
                severity=medicare_severity(case),
            )
