"""The catalogue and its pages hold each other, both ways, and the pages' examples are run.

How a page is tested: `docs/checks/<check-id>.md` has a generated head and six headings, in
the order of `HEADINGS`. Under "A claim that fires" and "The claim that does not" stands one
fenced ```json block each: a fragment laid over a clean claim (its language is described in
`tests/builders/fragments.py`). The first must make this check fire, the second must not, and
must not leave it unevaluated. `claimbots checks new ID --family F` scaffolds the
check, its test and its page, and for a check that exists writes the page's head anew.
"""

from __future__ import annotations

import re

import pytest
from builders.claims import a_case, an_institutional_claim
from builders.fragments import case_of
from builders.pages import PAGES, example, page_of
from builders.tables import code_sets

from bots.checks import Check, Severity, by_id, catalogue, review
from bots.cli.checks import HEADINGS, REMEDY, head_of

FAMILIES = frozenset(
    [
        "required",
        "format",
        "provider",
        "coverage",
        "eligibility",
        "authorization",
        "cob",
        "clia",
        "claim-frequency",
        "diagnosis",
        "demographic",
        "pointer",
        "procedure",
        "modifier",
        "place-of-service",
        "units",
        "duplicate",
        "totals",
        "dates",
        "timely-filing",
        "ncci-ptp",
        "mue",
        "add-on",
        "global",
        "ndc",
        "em",
        "institutional",
        "coverage-policy",
        "missed-charge",
        "unsupported-charge",
        "payer-rule",
        "facility-rule",
    ]
)
ALL = pytest.mark.parametrize("check", catalogue(), ids=lambda check: check.id)


def test_every_check_has_a_page_and_every_page_a_check():
    pages = {path.stem for path in PAGES.glob("*.md")} - {"README", "coverage"}

    assert pages == set(by_id())


def test_no_two_checks_share_an_id():
    ids = [check.id for check in catalogue()]

    assert len(ids) == len(set(ids))


@ALL
def test_a_check_says_what_it_is(check: Check):
    assert check.family in FAMILIES
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", check.id)
    assert check.title
    assert re.search(r"\d|section [A-Z]", check.authority), "an authority names its section"
    assert check.rule.__doc__ is None or check.rule.__doc__.strip()


@ALL
def test_a_page_has_the_generated_head_and_the_same_headings(check: Check):
    text = page_of(check)

    assert text.startswith(head_of(check))
    headings = re.findall(r"^## (.+)$", text, re.M)
    if REMEDY in headings:
        assert headings.index(REMEDY) == HEADINGS.index("References")
        headings.remove(REMEDY)
    assert headings == list(HEADINGS)


@ALL
def test_the_claim_that_fires_fires(check: Check):
    case, codesets = case_of(example(check, "A claim that fires"))

    found = review(case, codesets)

    assert check.id in {finding.check for finding in found.findings}, found.not_evaluated


@ALL
def test_the_claim_that_does_not_stays_quiet_and_is_evaluated(check: Check):
    case, codesets = case_of(example(check, "The claim that does not"))

    found = review(case, codesets)

    assert check.id not in {finding.check for finding in found.findings}
    assert check.id not in {entry.check for entry in found.not_evaluated}


@pytest.mark.parametrize("case", [a_case(), a_case(claim=an_institutional_claim())])
def test_the_base_claim_has_nothing_to_object_to(case):
    found = review(case, code_sets())

    assert found.findings == ()
    assert found.not_evaluated == ()


@ALL
def test_no_finding_of_a_page_gives_more_than_the_check_may(check: Check):
    case, codesets = case_of(example(check, "A claim that fires"))

    for finding in review(case, codesets).findings:
        origin = by_id()[finding.check]
        assert finding.repair is None or origin.at_most.rank > 0, "a flag carries no repair"
        assert finding.severity in Severity
