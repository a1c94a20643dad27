"""YAML into a typed model; every mistake with its file, line, column and key.

The text is looked at as a stream of events first, so that tags, anchors and aliases (which
can blow a small file up to fill the memory) are refused before anything is built. Messages
name keys and limits and never repeat a value: somebody may have pasted a password.

Authority: YAML 1.2 (`no` is a text, `22:30` is not a number), as ruamel.yaml reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.composer import ComposerError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode
from ruamel.yaml.parser import ParserError
from ruamel.yaml.scanner import ScannerError

from bots.errors import Problem

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[str | int, ...]

LARGEST = 1_000_000  # characters; the largest file we ship has some thousand
DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake: `where` is "file:line:column key", `do` the next step or empty."""

    where: str
    what: str
    do: str = ""

    def sentence(self) -> str:
        """All three on one line."""
        return f"{self.where}: {self.what}; {self.do}" if self.do else f"{self.where}: {self.what}"


class ConfigProblem(Problem):
    """One or more mistakes in one file; its sentence has a line for each."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        first = self.faults[0]
        super().__init__(first.what, where=first.where, do=first.do)

    def sentence(self) -> str:
        """A line for each mistake."""
        return "\n".join(fault.sentence() for fault in self.faults)


@dataclass(slots=True)
class Document:
    """What a file says, as plain data, and where each of its keys stands."""

    name: str
    data: dict[str, Any] = field(default_factory=dict)
    places: dict[Location, str] = field(default_factory=dict)


def load_yaml(path: Path, model: type[Model]) -> Model:
    """Read one YAML file into `model`.

    Raises:
        ConfigProblem: the file is no YAML we accept, or does not fit; lists every mistake.
        Problem: the file cannot be read.
    """
    return fitted(read_document(path), model)


def read_document(path: Path) -> Document:
    """Read one YAML file into plain data that remembers its lines.

    Raises:
        ConfigProblem: not YAML, a key twice, a tag, an anchor, or not a mapping of keys.
        Problem: the file cannot be read.
    """
    document = Document(str(path))
    text = _text(path)
    yaml = YAML(typ="safe", pure=True)
    try:
        refused = list(_refused(yaml, text, document.name))
        if refused:
            raise ConfigProblem(refused)
        root = yaml.compose(text)
        loaded = yaml.constructor.construct_document(root) if root else None
    except MarkedYAMLError as error:
        raise ConfigProblem([_syntax(error, document.name)]) from None
    # IndexError: what ruamel makes of a number such as "-_".
    except (YAMLError, ValueError, IndexError, RecursionError):
        raise ConfigProblem([Fault(document.name, "not YAML that can be read")]) from None
    if loaded is None:
        return document
    if not isinstance(loaded, dict):
        raise ConfigProblem(
            [Fault(f"{document.name}:1:1", "not a mapping", "write `key: value` lines")]
        )
    document.data = _plain(loaded)
    _find_places(root, (), document)
    return document


def fitted(document: Document, model: type[Model]) -> Model:
    """What the document says as a `model`.

    Raises:
        ConfigProblem: lists every mistake.
    """
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        # The input is used to find the nearest right word and never shown.
        faults = [_fault(dict(found), document, model) for found in error.errors()]
    raise ConfigProblem(sorted(faults, key=_line))


def nearest(word: str, known: Sequence[str]) -> str:
    """The advice that goes with an unknown word."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]}?"
    return f"use one of: {', '.join(known)}" if known else ""


def _text(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Problem(
            "no such file",
            where=str(path),
            do="run `claimbots init`, or set CLAIMBOTS_CONFIG to the folder that has it",
        ) from None
    except UnicodeDecodeError:
        raise Problem("not in UTF-8", where=str(path), do="save it as UTF-8") from None
    except OSError as error:
        raise Problem(
            f"cannot be read ({error.strerror})", where=str(path), do="check its permissions"
        ) from None
    if len(text) > LARGEST:
        raise Problem("too large for a configuration file", where=str(path), do="shorten it")
    return text


def _refused(yaml: YAML, text: str, name: str) -> Iterator[Fault]:
    depth = 0
    for event in yaml.parse(text):
        where = f"{name}:{event.start_mark.line + 1}:{event.start_mark.column + 1}"
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            yield Fault(where, "anchors and aliases are not accepted", "write the value out")
        if getattr(event, "tag", None):
            yield Fault(where, "tags are not accepted", "write a plain value")
        kind = type(event).__name__
        depth += kind.endswith("StartEvent") - kind.endswith("EndEvent")
        if depth > DEEPEST:
            yield Fault(where, "nested too deeply")
            return


def _syntax(error: MarkedYAMLError, name: str) -> Fault:
    mark = error.problem_mark or error.context_mark
    where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
    if isinstance(error, ComposerError):
        return Fault(where, "more than one document in the file", "remove the `---` line")
    problem = (error.problem or "not YAML").splitlines()[0]
    twice = re.match(r'found duplicate key "([^"]*)"', problem)
    if twice:
        return Fault(f"{where} {twice[1]}", "this key stands here twice", "keep one of them")
    # Scanner and parser name a sign or a kind of token; any other may quote a value.
    quotes_no_value = isinstance(error, ScannerError | ParserError)
    return Fault(where, problem if quotes_no_value else "not YAML", "check the line")


def _plain(value: Any) -> Any:
    """The same with texts as keys."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _find_places(node: Node, at: Location, document: Document) -> None:
    inner: list[tuple[str | int, Node, Node]] = []  # step, where it stands, what is there
    if isinstance(node, MappingNode):
        inner = [(str(key.value), key, value) for key, value in node.value]
    elif isinstance(node, SequenceNode):
        inner = [(index, item, item) for index, item in enumerate(node.value)]
    for step, shown, value in inner:
        mark = shown.start_mark
        document.places[(*at, step)] = f"{document.name}:{mark.line + 1}:{mark.column + 1}"
        _find_places(value, (*at, step), document)


def _fault(found: Mapping[str, Any], document: Document, model: type[BaseModel]) -> Fault:
    location: Location = tuple(found["loc"])
    place, known = document.name, 0
    for length in range(len(location), 0, -1):
        if location[:length] in document.places:
            place, known = document.places[location[:length]], length
            break
    # Beyond what stands in the file pydantic adds steps of its own, except a missing key.
    steps = location if found["type"] == "missing" else (location[:known] or location)
    key = ".".join(str(step) for step in steps)
    what, do = _words(found, location, model)
    return Fault(f"{place} {key}".rstrip(), what, do)


def _line(fault: Fault) -> tuple[int, ...]:
    found = re.match(r".*?:(\d+):(\d+)", fault.where)
    return tuple(int(part) for part in found.groups()) if found else ()


def _words(found: Mapping[str, Any], at: Location, model: type[BaseModel]) -> tuple[str, str]:
    match found["type"]:
        case "extra_forbidden":
            return "unknown key", nearest(str(at[-1]), keys_at(model, at[:-1]))
        case "missing":
            return "this key is missing", "add it"
        case "literal_error" | "enum":
            expected = re.findall(r"'([^']*)'", str(found["ctx"]["expected"]))
            return f"not one of: {', '.join(expected)}", _guess(str(found["input"]), expected)
    text = str(found["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    what, _, do = text.partition("; ")
    return what, do


def _guess(word: str, known: Sequence[str]) -> str:
    near = get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else ""


def keys_at(model: type[BaseModel], at: Location) -> list[str]:
    """The keys that `model` knows below a location; empty where any key will do."""
    here: Any = model
    for step in at:
        here = _below(here, step)
    inner = _models(here)
    return sorted(
        field.alias or name for found in inner for name, field in found.model_fields.items()
    )


def _below(kind: Any, step: str | int) -> Any:
    for found in _models(kind):
        for name, info in found.model_fields.items():
            if step in (name, info.alias):
                return info.annotation
    for part in _parts(kind):
        if get_origin(part) in (dict, Mapping):
            return get_args(part)[1]
        if get_origin(part) in (list, tuple, Sequence):
            return get_args(part)[0]
    return None


def _models(kind: Any) -> list[type[BaseModel]]:
    return [
        part for part in _parts(kind) if isinstance(part, type) and issubclass(part, BaseModel)
    ]


def _parts(kind: Any) -> list[Any]:
    # Sees through `X | None` and Annotated[X, ...]; a list or dict stays what it is.
    if get_origin(kind) in (dict, list, tuple, Mapping, Sequence) or not get_args(kind):
        return [kind]
    return [part for arg in get_args(kind) for part in _parts(arg)]
