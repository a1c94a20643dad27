"""The one door for tables: files, folders and zips in, whole releases out.

Every document is known by its content (`bots.codesets.official`), documents of one release are
read together, and each release becomes one file of the store. All releases of a call are read and
written before the first of them counts; what was not understood stops the call, and what was
there before stays as it was. The same bytes are never imported twice, and a release once imported
is kept: a correction is kept beside it, and answers from then on.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from bots.codesets import store
from bots.codesets.official import Format, Taken, Told, formats
from bots.codesets.official.document import Document
from bots.codesets.store import Provenance, Staged
from bots.codesets.tables import (
    FORMS,
    MANIFEST,
    Manifest,
    Table,
    form_of,
    name_of,
    read_file,
    read_folder,
)
from bots.codesets.unpacking import check_workbook, unpacked
from bots.errors import Problem


@dataclass(slots=True)
class Outcome:
    """What an import did: the tables taken, those that were there, the files not taken."""

    taken: list[Provenance] = field(default_factory=list)
    known: list[Provenance] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Documents of one release, with what tells them from any others."""

    format: Format
    release: str
    documents: Sequence[Document]
    digest: str


def take(
    paths: Iterable[Path],
    into: Path,
    told: Told | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> Outcome:
    """Import everything in `paths` into the folder `into`, or nothing.

    Args:
        told: what the person says where a file does not.
        say: told what goes on, a line at a time.

    Raises:
        Problem: something was not understood, or is no table; names file and line.
    """
    told = replace(told or Told(), stored=partial(store.rows_on, into))
    outcome = Outcome()
    with store.importing(into, say), _scratch(into) as scratch, contextlib.ExitStack() as staged:
        own, documents, outcome.passed_over = _collected(paths, scratch)
        ours = [document for document in documents if _form(document)]
        others = [document for document in documents if document not in ours]
        batches = list(_batches(others, told, outcome.passed_over))
        if not batches and not own and not ours:
            raise _nothing(outcome.passed_over)
        there = store.provenance(into)
        ready: list[Staged] = []
        for batch in batches:
            known = [entry for entry in there if entry.sha256 == batch.digest]
            if known and not told.says_anything:
                outcome.known += known
                continue
            say(f"reading {batch.release}: {', '.join(doc.name for doc in batch.documents)}")
            made = _staged(batch, into, told)
            staged.callback(made.drop)
            if known and all(any(map(origin.says_the_same, known)) for origin in made.origins):
                outcome.known += known
                continue
            ready.append(made)
        for tables in _own(own, ours, told):
            origins = [origin for origin, _ in tables]
            if all(any(map(origin.says_the_same, there)) for origin in origins):
                outcome.known += origins
                continue
            made = store.stage(into, name_of(origins), tables)
            staged.callback(made.drop)
            ready.append(made)
        for made in ready:
            made.place()
            outcome.taken += made.origins
    return outcome


@contextlib.contextmanager
def _scratch(into: Path) -> Iterator[Path]:
    try:
        for left in into.glob("unpacked-*"):  # of an import that was killed
            shutil.rmtree(left, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(dir=into, prefix="unpacked-"))
    except OSError as error:
        raise Problem(
            f"the tables cannot be written ({error.strerror})", where=str(into), do="free the disk"
        ) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _collected(
    paths: Iterable[Path], scratch: Path
) -> tuple[list[Path], list[Document], list[str]]:
    """Folders of our own form, all other documents, and the names of what is none."""
    own: list[Path] = []
    documents: list[Document] = []
    passed_over: list[str] = []
    for path in paths:
        if path.is_dir():
            if (path / MANIFEST).is_file():
                own.append(path)
                continue
            within = [entry for entry in sorted(path.rglob("*")) if entry.is_file()]
            own += [entry.parent for entry in within if entry.name == MANIFEST]
            files = [entry for entry in within if entry.parent not in own]
        elif path.exists():
            files = [path]
        else:
            raise Problem("no such file", where=str(path), do="see its name")
        for file in files:
            found, others = _opened(file, scratch)
            documents += found
            passed_over += others
            if path == file and others and not found:
                raise Problem(
                    "not a file that claimbots can read",
                    where=str(path),
                    do="give it as text, csv, xlsx, xml or zip",
                )
    return own, documents, passed_over


def _opened(file: Path, scratch: Path) -> tuple[list[Document], list[str]]:
    documents, others = [], []
    try:
        document = Document(file, str(file))
        if document.kind == "zip":
            inner = Path(tempfile.mkdtemp(dir=scratch))
            members = [Document(*member) for member in unpacked(file, str(file), inner)]
        else:
            members = [document]
        for member in members:
            if member.kind == "xlsx":
                check_workbook(member.path, member.name)
            if member.kind in {"text", "xlsx", "xml"}:
                documents.append(member)
            else:
                others.append(f"{member.name}: not text, csv, xlsx or xml")
    except OSError as error:
        raise Problem(f"cannot be read ({error.strerror})", where=str(file)) from None
    return documents, others


def _form(document: Document) -> str:
    return form_of(document.head[0][1]) if document.kind == "text" and document.head else ""


def _own(folders: Iterable[Path], files: Iterable[Document], told: Told) -> Iterator[list[Table]]:
    """The tables of our own form: of folders with a manifest, and of single files."""
    for folder in folders:
        yield read_folder(folder)
    for document in files:
        if not told.release or told.since is None:
            raise Problem(
                "a file of our own form without a manifest.json beside it",
                where=document.name,
                do="add --release NAME and --since, or a manifest (docs/codesets.md)",
            )
        form = _form(document)
        manifest = Manifest(
            release=told.release,
            synthetic=False,
            since=told.since,
            until=told.until,
            complete=(form,) if told.complete else (),
        )
        yield read_file(document.path, document.name, form, manifest)


def _batches(
    documents: Sequence[Document], told: Told, passed_over: list[str]
) -> Iterator[_Batch]:
    """The releases among the documents; adds to `passed_over` what is no table."""
    grouped: dict[tuple[str, str], list[Document]] = {}
    by_name = {entry.name: entry for entry in formats()}
    for document in documents:
        known = next((entry for entry in formats() if entry.recognises(document)), None)
        if known is None:
            _, near = max(entry.nearly(document) for entry in formats())
            passed_over.append(f"{document.name}: {near or 'not a table that claimbots knows'}")
            continue
        grouped.setdefault((known.name, known.release_of(document, told)), []).append(document)
    for (name, release), found in grouped.items():
        single, digest = _without_copies(found, passed_over)
        if len(single) > 1 and not by_name[name].several:
            names = " and ".join(Path(document.name).name for document in single)
            raise Problem(
                f"{names} say of themselves that they are one release, and differ",
                where=single[0].name,
                do="import the right one alone",
            )
        yield _Batch(by_name[name], release, single, digest)


def _without_copies(
    documents: Sequence[Document], passed_over: list[str]
) -> tuple[list[Document], str]:
    """One of each table, and the digest of all: CMS packs a table as text and as a workbook.

    The digest is the SHA-256 of the file; of several, that of their sorted sums, one a line.
    """
    by_stem: dict[str, Document] = {}
    by_sum: dict[str, Document] = {}
    for document in sorted(documents, key=lambda found: (found.kind == "xlsx", found.name)):
        stem = re.sub(r"\.[^./]*$", "", document.name).lower()
        digest = store.sum_of(document.path)
        copied = by_stem.get(stem) or by_sum.get(digest)
        if copied is not None:
            passed_over.append(f"{document.name}: the same table as in {copied.name}")
            continue
        by_stem[stem] = by_sum[digest] = document
    sums = sorted(by_sum)
    if len(sums) == 1:
        return list(by_sum.values()), sums[0]
    together = hashlib.sha256("".join(f"{one}\n" for one in sums).encode()).hexdigest()
    return list(by_sum.values()), together


def _staged(batch: _Batch, into: Path, told: Told) -> Staged:
    source = ", ".join(Path(document.name).name for document in batch.documents)
    tables = (
        (_origin(taken, source, batch.digest), taken.rows)
        for taken in batch.format.read(batch.documents, told)
    )
    slug = re.sub(r"[^a-z0-9]+", "-", batch.release.lower()).strip("-")
    made = store.stage(into, f"{slug}-{batch.digest[:8]}", tables)
    if not sum(origin.rows for origin in made.origins):
        made.drop()
        raise Problem("no row in it", where=batch.documents[0].name, do="download it again")
    return made


def _origin(taken: Taken, source: str, digest: str) -> Provenance:
    return Provenance(
        table=taken.table,
        series=taken.series,
        release=taken.release,
        since=taken.since,
        until=taken.until,
        complete_for=taken.complete_for,
        synthetic=False,
        source=source,
        sha256=digest,
        rows=0,
        imported=store.now(),
        by=store.by(),
    )


def _nothing(passed_over: Sequence[str]) -> Problem:
    if len(passed_over) == 1:
        where, _, what = passed_over[0].partition(": ")
    else:
        where, what = f"{len(passed_over)} files" if passed_over else "", ""
    return Problem(
        what or "no table that claimbots knows",
        where=where,
        do=f"see `claimbots codesets fetch --list`, or docs/codesets.md for our own form "
        f"({', '.join(f'{name}.csv' for name in list(FORMS)[:3])}, ...)",
    )
