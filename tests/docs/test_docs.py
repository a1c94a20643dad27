"""What the pages say exists: every command, make target, link, check and picture they name.

The command line is asked in this process, not run: a page that names a command which does not
parse fails here within milliseconds.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bots.checks import by_id, catalogue

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")],
    key=lambda page: page.relative_to(ROOT).as_posix(),
)
EACH = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_SHELL = {"", "sh", "shell", "console"}
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def code_of(text: str) -> Iterator[tuple[str, bool]]:
    """Each line of a shell block, and each piece of code in a sentence.

    The second value tells whether it is shown whole, to be typed as it stands.
    """
    for kind, block in _BLOCK.findall(text):
        if kind in _SHELL:
            yield from ((line, True) for line in block.splitlines())
    for piece in re.findall(r"`([^`]+)`", _BLOCK.sub("", text)):
        yield " ".join(piece.split()), False


def commands_of(text: str) -> list[tuple[list[str], bool]]:
    """The words behind `claimbots` of every command that a page shows."""
    found = []
    for line, whole in code_of(text):
        command = re.sub(r"\s+#.*$", "", line).strip().removeprefix(".venv/bin/")
        command = re.sub(r"^([A-Z_]+=\S+ )+", "", command)
        if command.startswith("claimbots "):
            found.append((shlex.split(command)[1:], whole))
    return found


@cache
def command_line():
    import typer.main

    from bots.cli.main import app

    return typer.main.get_command(app)


def parse(words: list[str], *, whole: bool = True) -> None:
    """Let the command line read the words, down to the last command, and run nothing.

    Only a command that is shown whole must give all that the command asks for.
    """
    command, rest = command_line(), list(words)
    while rest and hasattr(command, "commands"):
        name = rest.pop(0)
        assert name in command.commands, f"claimbots has no command {name!r}"
        command = command.commands[name]
    if rest == ["--help"] or (not whole and not rest):
        return
    try:
        command.make_context(command.name, rest).close()
    except Exception as error:
        if whole or type(error).__name__ != "MissingParameter":
            raise


def test_the_readme_fits_on_two_screens():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 120


@EACH
def test_every_command_that_a_page_shows_is_understood(page: Path):
    for words, whole in commands_of(page.read_text(encoding="utf-8")):
        for choice in alternatives(words):
            try:
                parse(choice, whole=whole)
            except Exception as error:
                said = error.format_message() if hasattr(error, "format_message") else error
                pytest.fail(f"claimbots {' '.join(choice)}: {said}")


def alternatives(words: list[str]) -> list[list[str]]:
    """`checks list|show` is two commands; an ellipsis stands for what is left out."""
    words = [word for word in words if word not in {"…", "..."}]
    for at, word in enumerate(words):
        if re.fullmatch(r"[a-z-]+(\|[a-z-]+)+", word):
            return [[*words[:at], one, *words[at + 1 :]] for one in word.split("|")]
    return [words]


@pytest.mark.parametrize(
    "wrong",
    ["conquer", "audit varify", "run --portal acme --queue pending --shadwo", "run --portal acme"],
)
def test_a_command_that_does_not_exist_is_noticed(wrong: str):
    with pytest.raises(Exception):  # noqa: B017, PT011  (an assertion, or what click says)
        parse(shlex.split(wrong))


@EACH
def test_every_make_target_that_a_page_names_exists(page: Path):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):(?!=)", makefile, re.MULTILINE))
    for line, _ in code_of(page.read_text(encoding="utf-8")):
        if named := re.match(r"make ([a-z][a-z-]*)", line):
            assert named[1] in targets


@EACH
def test_every_link_of_a_page_leads_somewhere(page: Path):
    text = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    for target in _LINK.findall(text):
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path) if path else page
        assert there.exists(), target
        if anchor:
            assert anchor in anchors_of(there), target


def anchors_of(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings}


def test_every_page_can_be_reached_from_the_readme():
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        text = page.read_text(encoding="utf-8")
        waiting += [
            (page.parent / target.partition("#")[0]).resolve()
            for target in _LINK.findall(text)
            if target.partition("#")[0].endswith(".md") and "://" not in target
        ]

    assert not set(PAGES) - reached


@EACH
def test_every_file_of_ours_that_a_page_names_is_there(page: Path):
    text = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    named = re.findall(r"`((?:bots|docs|selectors|tests|benchmarks)/[\w./-]+)`", text)
    for path in named:
        if "acme" not in path:  # the example of a portal that is not ours
            assert (ROOT / path).exists(), path


@EACH
def test_no_page_names_a_place_of_one_machine(page: Path):
    text = page.read_text(encoding="utf-8")

    assert not re.search(r"(?<![\w.])/(home|root|work|tmp|Users)/", text)


@pytest.mark.parametrize("picture", ["portal-claim.png", "report.png"])
def test_a_picture_of_the_readme_is_small_enough_to_load(picture: str):
    path = ROOT / "docs" / "pictures" / picture

    assert path.read_bytes().startswith(b"\x89PNG")
    assert path.stat().st_size < 250_000


def test_the_readme_counts_the_checks_as_they_are():
    for name in ("README.md", "CHANGELOG.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        counted = {int(number) for number in re.findall(r"\b(\d+) (?:coding )?checks\b", text)}
        assert counted <= {len(catalogue())}


def test_the_index_of_checks_is_the_catalogue():
    page = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- checks -->\n(.*?)<!-- /checks -->", page, re.DOTALL)

    assert found is not None
    assert found[1].strip() == index_of_checks(), f"it should be:\n{index_of_checks()}"


def index_of_checks() -> str:
    """The table that docs/checks.md must have, by family."""
    rows = [
        f"| {check.family} | [`{check.id}`](checks/{check.id}.md) | {check.title} "
        f"| {check.severity.value} | {check.at_most.value} |"
        for check in sorted(by_id().values(), key=lambda check: (check.family, check.id))
    ]
    head = ["| family | check | what it finds | severity | at most |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows])


@pytest.mark.parametrize(
    ("task", "form"), [("`pre_bill`, `look_back`", "RunOrder"), ("`check_files`", "CheckOrder")]
)
def test_every_key_of_a_work_item_is_on_the_page_and_no_other(task: str, form: str):
    from bots.runs import orders

    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    (row,) = re.findall(rf"^\| {task} \| (.*) \|$", page, re.MULTILINE)

    assert set(re.findall(r"`(\w+)`", row)) == set(getattr(orders, form).model_fields)


def test_the_selector_file_shown_is_one_that_can_be_read():
    from bots.portals.locators import Selectors

    page = (ROOT / "docs" / "portals.md").read_text(encoding="utf-8")
    shown = next(block for kind, block in _BLOCK.findall(page) if kind == "yaml")

    selectors = Selectors.model_validate(YAML(typ="safe").load(shown))

    assert selectors.screens["claim"].elements["total_charge"]
