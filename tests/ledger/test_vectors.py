"""Files that another program can check, and known answers from the standards."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from independent import tree_root
from ledgers import a_log, filled

from bots.ledger import Checkpoint, PublicKey, verify
from bots.ledger.merkle import Tree, leaf_hash
from bots.ledger.notes import NoteError

HERE = Path(__file__).parent
VECTORS = HERE / "vectors"

# The eight entries and the roots that certificate-transparency implementations share.
ENTRIES = [
    bytes.fromhex(entry)
    for entry in (
        "", "00", "10", "2021", "3031", "40414243",
        "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def test_the_tree_gives_the_known_roots():
    tree = Tree()
    assert tree.root() == sha256(b"").digest()
    for entry, root in zip(ENTRIES, ROOTS, strict=True):
        tree.append(entry)
        assert tree.root().hex() == root
    assert leaf_hash(b"").hex() == ROOTS[0]


@given(st.lists(st.binary(max_size=5), max_size=70))
def test_the_grown_tree_is_the_recursive_definition(entries):
    tree = Tree()
    for entry in entries:
        tree.append(entry)
    assert tree.root() == tree_root(entries)


def test_a_signed_note_of_the_go_project_is_read_with_its_key():
    """The example in the documentation of golang.org/x/mod/sumdb/note: PeterNeumann."""
    key = PublicKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    assert key.key_id.hex() == "c74f20a3"
    assert str(key) == "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    with pytest.raises(NoteError):
        PublicKey.parse("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")


def vectors() -> list[dict[str, object]]:
    return json.loads((VECTORS / "index.json").read_text())["vectors"]


@pytest.mark.parametrize("vector", vectors(), ids=lambda v: str(v["folder"]))
def test_each_vector_gets_the_verdict_that_its_index_says(vector):
    index = json.loads((VECTORS / "index.json").read_text())
    anchor = Checkpoint((VECTORS / "anchor").read_text("utf-8"))
    verdict = verify(
        VECTORS / str(vector["folder"]), index["origin"], PublicKey.parse(index["key"]), anchor
    )
    found = [[problem.kind, problem.sequence] for problem in verdict.problems]
    assert found == vector["problems"]
    assert verdict.torn is vector["torn"]


def independent(folder: Path, origin: str, key: PublicKey) -> int:
    command = [sys.executable, "-I", str(HERE / "independent.py"), str(folder), origin, str(key)]
    return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode


def test_a_verifier_that_shares_no_code_agrees(tmp_path):
    log = a_log(tmp_path / "d")
    anchor = filled(log, pairs=40)
    assert independent(log.places.ledger, log.origin, log.public) == 0
    lines = log.lines()
    dice = random.Random(3)
    for _ in range(8):
        at = dice.randrange(len(lines))
        line = bytearray(lines[at])
        line[dice.randrange(len(line))] ^= 1 << dice.randrange(8)
        log.put([*lines[:at], bytes(line), *lines[at + 1 :]])
        assert independent(log.places.ledger, log.origin, log.public) == 1
        assert not log.verify(anchor).good
    shutil.rmtree(log.folder)


def test_the_independent_verifier_stays_small():
    assert len((HERE / "independent.py").read_text().splitlines()) <= 120
