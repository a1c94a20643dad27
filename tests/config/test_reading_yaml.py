"""Every mistake in a configuration file is said with file, line, column, key and advice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bots.config import ConfigProblem, Fault, PortalsFile, Settings, load_yaml
from bots.errors import Problem


def written(folder: Path, text: str, name: str = "portals.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def sentences(path: Path, model: type = PortalsFile) -> list[str]:
    with pytest.raises(ConfigProblem) as caught:
        load_yaml(path, model)
    return [line.removeprefix(str(path)) for line in caught.value.sentence().splitlines()]


def faults(path: Path) -> tuple[Fault, ...]:
    try:
        load_yaml(path, Settings)
    except ConfigProblem as problem:
        return problem.faults
    return ()


def test_every_mistake_of_a_file_is_listed_in_the_order_of_its_lines(tmp_path):
    path = written(
        tmp_path,
        "portals:\n"
        "  acme:\n"
        "    kindd: practice\n"
        "    address: http://portal.example.com/\n"
        "    credential: acme\n"
        "    pages: ninety\n"
        "    mode: Live\n"
        "    time_zone: America/NewYork\n"
        "    quiet_hours: ['22-26']\n"
        "    pace: {between_save: 3}\n",
    )

    unencrypted = "not encrypted; use https:// (http:// only on this very machine)"
    assert sentences(path) == [
        ":2:3 portals.acme.kind: this key is missing; add it",
        ":3:5 portals.acme.kindd: unknown key; did you mean kind?",
        f":4:5 portals.acme.address: {unencrypted}",
        ":6:5 portals.acme.pages: should be a valid integer, unable to parse string as an integer",
        ":7:5 portals.acme.mode: not one of: shadow, live; did you mean live?",
        ":8:5 portals.acme.time_zone: unknown time zone; did you mean America/New_York?",
        ":9:19 portals.acme.quiet_hours.0: not a span of time; write 22:00-06:00",
        ":10:12 portals.acme.pace.between_save: unknown key; did you mean between_saves?",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("office: {}\noffice: {}\n", ":2:1 office: this key stands here twice; keep one of them"),
        ("a: &x [1]\n", ":1:4: anchors and aliases are not accepted; write the value out"),
        ("a: !!python/name:os.system\n", ":1:4: tags are not accepted; write a plain value"),
        ("- office\n", ":1:1: not a mapping; write `key: value` lines"),
        ("a: [\n", ":2:1: expected the node content, but found '<stream end>'; check the line"),
        ("a: b: c\n", ":1:5: mapping values are not allowed here; check the line"),
        ("a: 1\n---\nb: 2\n", ":2:1: more than one document in the file; remove the `---` line"),
        ("a: \x00\n", ": not YAML that can be read"),
        ("run: [1]\n", ":1:1 run: should be a valid dictionary or instance of Run"),
    ],
)
def test_what_is_no_yaml_of_ours_is_refused_with_its_place(tmp_path, text, said):
    assert sentences(written(tmp_path, text), Settings)[0] == said


def test_a_bomb_of_aliases_is_refused_before_it_is_built(tmp_path):
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]

    assert "anchors" in sentences(written(tmp_path, "\n".join(levels)), Settings)[0]


def test_a_file_nested_without_end_is_refused(tmp_path):
    assert "nested too deeply" in sentences(written(tmp_path, "[" * 5000), Settings)[0]


def test_no_message_repeats_a_value(tmp_path):
    secret = "hunter2-hunter2"
    path = written(
        tmp_path, f"keys: {{master: {secret}}}\nrun: {{pages: {secret}}}\nlogging: {secret}\n"
    )

    assert secret not in "\n".join(sentences(path, Settings))


def test_a_key_twice_does_not_repeat_its_value(tmp_path):
    path = written(tmp_path, "keys:\n  master: hunter2\n  master: hunter3\n")

    assert "hunter" not in sentences(path, Settings)[0]


def test_a_file_that_is_not_there_says_what_to_do(tmp_path):
    with pytest.raises(Problem, match="no such file; run `claimbots init`"):
        load_yaml(tmp_path / "claimbots.yaml", Settings)


def test_a_file_in_another_encoding_says_so(tmp_path):
    path = tmp_path / "claimbots.yaml"
    path.write_bytes("office: {name: Café}".encode("latin-1"))

    with pytest.raises(Problem, match="not in UTF-8"):
        load_yaml(path, Settings)


def test_an_empty_file_and_empty_sections_take_the_defaults(tmp_path):
    assert load_yaml(written(tmp_path, ""), Settings) == Settings()
    assert load_yaml(written(tmp_path, "keys:\nrun:\n"), Settings) == Settings()


@given(text=st.text(max_size=200))
@example("-_")
def test_any_text_gives_settings_or_a_sentence(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("any") / "claimbots.yaml"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    assert all(fault.where.startswith(str(path)) for fault in faults(path))


_leaf = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
_tree = st.recursive(
    _leaf,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=6), below),
    max_leaves=12,
)


@given(data=st.dictionaries(st.sampled_from(["office", "run", "keys", "runn"]), _tree))
def test_any_data_gives_settings_or_a_sentence(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("data") / "claimbots.yaml"
    path.write_text(json.dumps(data), encoding="utf-8")
    assert all(fault.where.startswith(str(path)) for fault in faults(path))
