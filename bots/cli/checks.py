"""`claimbots checks`: list the catalogue, show one check's page, start a new check.

The head of every page is generated from the `Check` value, so a page cannot say another
severity or authority than the code. `new` writes the three files a check consists of, and
for a check that exists writes the head of its page anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bots.cli.pages import page_of

if TYPE_CHECKING:
    from bots.checks import Check

app = typer.Typer(help="The catalogue of coding checks.", no_args_is_help=True)

# The same on every page, in this order; tests/checks/test_catalogue.py holds pages to it.
HEADINGS = (
    "What it finds",
    "Why it is denied",
    "A claim that fires",
    "The claim that does not",
    "What the bot may do about it",
    "References",
)
# Behind "What the bot may do about it" on pages that have it; `check --explain` prints it.
REMEDY = "What would make it right"


@app.command("list")
def list_checks(
    family: Annotated[str, typer.Option(help="Only this edit family.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines.")] = False,
) -> None:
    """Every check: id, family, severity, the highest class it may have, title.

    An office's own checks, which an installed package brings, are marked "own".
    """
    from bots.checks import catalogue

    _known_family(family)
    for check in catalogue():
        if family and check.family != family:
            continue
        if as_json:
            typer.echo(json.dumps(facts_of(check)))
        else:
            typer.echo(
                f"{check.id:32} {check.family:18} {check.severity:8} "
                f"{check.at_most:8} {check.title}{own_mark(check)}"
            )


@app.command()
def show(
    id: Annotated[str, typer.Argument(metavar="ID", help="A check's id.")],
    as_json: Annotated[bool, typer.Option("--json", help="The head as one JSON object.")] = False,
) -> None:
    """One check's page: what it finds, why it is denied, an example of both."""
    check = _check(id)
    if as_json:
        typer.echo(json.dumps(facts_of(check)))
        return
    typer.echo(page_of(id) or head_of(check))


@app.command()
def new(
    id: Annotated[str, typer.Argument(metavar="ID", help="The new check's id, like mue-line.")],
    family: Annotated[str, typer.Option(help="Its edit family; needed for a new check.")] = "",
) -> None:
    """Start a check, its test and its page.

    A check that exists gets the head of its page and the index of docs/checks.md anew.
    """
    from bots.checks import by_id
    from bots.errors import Problem

    if _root().name in {"site-packages", "dist-packages"}:
        raise Problem(
            "a check is written in a clone of the repository, not in an installed package",
            where=str(_root()),
            do="clone it, and run this there",
        )
    if id in by_id():
        typer.echo(_write_head(by_id()[id]))
        _write_index()
        return
    if not family:
        raise Problem(f"there is no check {id} yet", do="name its family with --family")
    for path, text in _scaffold(id, family):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
        typer.echo(str(path.relative_to(_root())))


def facts_of(check: Check) -> dict[str, object]:
    """What a check says of itself, for JSON and for the head of its page."""
    return {
        "id": check.id,
        "origin": "own" if own_mark(check) else "claimbots",
        "family": check.family,
        "severity": check.severity.value,
        "at_most": check.at_most.value,
        "needs": list(check.needs),
        "title": check.title,
        "authority": check.authority,
        "denial": str(check.denial) if check.denial else None,
    }


def own_mark(check: Check) -> str:
    """What a list shows behind an office's own check; nothing behind one of the package."""
    from bots.checks.catalogue import own_checks

    return " (own)" if check.id in own_checks() else ""


def head_of(check: Check) -> str:
    """The generated head of a check's page, as Markdown, up to the first heading."""
    needs = ", ".join(f"`{need}`" for need in check.needs) or "nothing but the claim"
    return (
        f"# {check.title}\n\n"
        "| | |\n|---|---|\n"
        f"| check | `{check.id}` |\n"
        f"| family | {check.family} |\n"
        f"| severity | {check.severity} |\n"
        f"| at most | {check.at_most} |\n"
        f"| needs | {needs} |\n"
        f"| authority | {check.authority} |\n"
    )


def _check(id: str) -> Check:
    import difflib

    from bots.checks import by_id
    from bots.errors import Problem

    found = by_id().get(id)
    if found is None:
        near = difflib.get_close_matches(id, by_id(), n=1)
        raise Problem(
            f"there is no check {id}",
            do=f"did you mean {near[0]}?" if near else "see `claimbots checks list`",
        )
    return found


def _known_family(family: str) -> None:
    from bots.checks import catalogue
    from bots.cli.store_door import unknown_word

    known = sorted({check.family for check in catalogue()})
    if family and family not in known:
        what = f'no check is of the family "{family[:40]}"'
        raise unknown_word(what, family, known, "--family")


def _root() -> Path:
    return Path(__file__).parents[2]


def _pages() -> Path:
    return _root() / "docs" / "checks"


def _write_head(check: Check) -> str:
    page = _pages() / f"{check.id}.md"
    body = _empty_body()
    if page.is_file():
        _, mark, rest = page.read_text(encoding="utf-8").partition("\n## ")
        body = mark + rest if mark else body
    page.write_text(head_of(check) + body, encoding="utf-8")
    return str(page.relative_to(_root()))


def index_of_checks() -> str:
    """The table of docs/checks.md: every check of the package, by family."""
    from bots.checks import catalogue
    from bots.checks.catalogue import own_checks

    ours = [check for check in catalogue() if check.id not in own_checks()]
    rows = [
        f"| {check.family} | [`{check.id}`](checks/{check.id}.md) | {check.title} "
        f"| {check.severity.value} | {check.at_most.value} |"
        for check in sorted(ours, key=lambda check: (check.family, check.id))
    ]
    head = ["| family | check | what it finds | severity | at most |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows])


def _write_index() -> None:
    page = _root() / "docs" / "checks.md"
    if not page.is_file():
        return
    before, _, rest = page.read_text(encoding="utf-8").partition("<!-- checks -->\n")
    _, mark, after = rest.partition("<!-- /checks -->")
    if mark:
        text = f"{before}<!-- checks -->\n{index_of_checks()}\n{mark}{after}"
        page.write_text(text, encoding="utf-8")


def _empty_body() -> str:
    example = "\n```json\n{}\n```\n"
    return "".join(
        f"\n## {heading}\n{example if 'claim that' in heading else ''}" for heading in HEADINGS
    )


def _scaffold(id: str, family: str) -> list[tuple[Path, str]]:
    """The three files of a new check, each with the text to put at its end."""
    from bots.checks import Check, Severity

    name, value = family.replace("-", "_"), id.replace("-", "_")
    rules = _root() / "bots" / "checks" / f"{name}.py"
    tests = _root() / "tests" / "checks" / f"test_{name}.py"
    draft = Check(
        id, family, "What the claim has that it must not", "…, section …", Severity.ERROR
    )
    return [
        (rules, ("" if rules.exists() else _RULES_TOP) + _RULE.format(id=id, f=family, v=value)),
        (tests, ("" if tests.exists() else _TESTS_TOP) + _TEST.format(id=id, v=value)),
        (_pages() / f"{id}.md", head_of(draft) + _empty_body()),
    ]


_RULES_TOP = '''"""One sentence on the family.

Authority: …
"""

from __future__ import annotations

from collections.abc import Iterator

from bots.checks.catalogue import Check
from bots.checks.findings import Denial, Finding, Severity
from bots.checks.marks import Mark
from bots.claims import Case
from bots.codesets import CodeSets
'''

_RULE = '''
{v} = Check(
    id="{id}",
    family="{f}",
    title="What the claim has that it must not",
    authority="…, section …",
    severity=Severity.ERROR,
    when=(Mark.SUM,),  # what a claim shows that it concerns; leave it out if you are unsure
    denial=Denial("CO", "16", "M79"),  # what a payer answers; None where it does not deny
)


@{v}.review
def find_{v}(case: Case, codesets: CodeSets) -> Iterator[Finding]:
    """Say here what keeps it silent."""
    for line in case.claim.lines:
        if line.charge < 0:  # the fault
            yield {v}.finding(line, "the fact; the limit")
'''

_TESTS_TOP = '''"""The quiet neighbour of every firing claim: same claim, one fact different."""

from __future__ import annotations

import pytest

from bots.checks import review
from builders.claims import a_case, a_line
from builders.tables import code_sets
'''

_TEST = """

@pytest.mark.parametrize(("charge", "fires"), [(-1, True), (0, False)])
def test_{v}(charge, fires):
    found = review(a_case([a_line(charge=charge)]), code_sets())

    assert ("{id}" in {{finding.check for finding in found.findings}}) is fires
"""
